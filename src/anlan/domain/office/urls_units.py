"""Addresses of mergers and endings; they hang beside the unit's own page."""

from django.urls import path

from anlan.domain.office import views_units

app_name = "succession"
urlpatterns = [
    path("units/<int:pk>/merge/", views_units.merge, name="merge"),
    path("units/<int:pk>/end/", views_units.end, name="end"),
]
