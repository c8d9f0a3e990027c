"""Addresses of the rules that support a plan's items; campaigns/urls.py takes them in."""

from django.urls import path

from anlan.domain.campaigns.supporting import views

urlpatterns = [
    path("plans/<uuid:pk>/supporting/", views.supporting, name="supporting"),
    path("plans/<uuid:pk>/supporting/<int:rule>/", views.take_back, name="unsupport"),
]
