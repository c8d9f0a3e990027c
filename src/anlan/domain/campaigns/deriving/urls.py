"""Addresses of what carries out which items; campaigns/urls.py takes them in."""

from django.urls import path

from anlan.domain.campaigns.deriving import views

urlpatterns = [
    path("plans/<uuid:pk>/derived/", views.derived, name="derived"),
    path("plans/<uuid:pk>/derived.xlsx", views.export, name="derived_export"),
    path("plans/<uuid:pk>/derives/", views.derives, name="derives"),
    path("plans/<uuid:pk>/lines/<uuid:line_pk>/derived/", views.tree, name="derived_tree"),
]
