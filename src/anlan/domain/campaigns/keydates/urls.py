"""Addresses of key dates."""

from django.urls import path

from anlan.domain.campaigns.keydates import views

urlpatterns = [
    path("<uuid:pk>/keydates/", views.key_dates, name="key_dates"),
    path("<uuid:pk>/keydates/new/", views.new_key_date, name="new_key_date"),
    path("keydates/<uuid:pk>/", views.key_date, name="key_date"),
    path("keydates/<uuid:pk>/edit/", views.edit_key_date, name="edit_key_date"),
    path("keydates/<uuid:pk>/end/", views.end_key_date, name="end_key_date"),
    path("keydates/<uuid:pk>/draw-up/", views.draw_up, name="draw_up_key_date"),
    path("keydates/<uuid:pk>/skip/", views.skip, name="skip_key_date"),
]
