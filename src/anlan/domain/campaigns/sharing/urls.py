"""Addresses of shared tasks, parts and counters; campaigns/urls.py takes them in."""

from django.urls import path

from anlan.domain.campaigns.sharing import views

urlpatterns = [
    path("<uuid:pk>/shared/", views.shared, name="shared"),
    path("<uuid:pk>/shared/<uuid:plan>/", views.share, name="share"),
    path("<uuid:pk>/parts/new/", views.new_part, name="new_part"),
    path("<uuid:pk>/counters/", views.counters, name="counters"),
    path("<uuid:pk>/counters.xlsx", views.export, name="counters_export"),
    path("<uuid:pk>/counters/<int:counter>/", views.counter, name="counter"),
]
