"""Addresses of the register of new activities."""

from django.urls import path

from anlan.domain.lists.activities import views

urlpatterns = [
    path("activities/", views.activities, name="activities"),
    path("activities/new/", views.edit_activity, name="new_activity"),
    path("activities/<uuid:pk>/", views.activity, name="activity"),
    path("activities/<uuid:pk>/edit/", views.edit_activity, name="edit_activity"),
    path("activities/<uuid:pk>/<slug:code>/", views.activity_step, name="activity_step"),
]
