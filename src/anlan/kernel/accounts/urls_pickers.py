"""Addresses of the pickers."""

from django.urls import path

from anlan.kernel.accounts import views_pickers

app_name = "pickers"
urlpatterns = [
    path("areas/", views_pickers.areas, name="areas"),
    path("units/", views_pickers.units, name="units"),
]
