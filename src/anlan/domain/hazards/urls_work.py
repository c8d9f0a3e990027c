"""Addresses of the worklist."""

from django.urls import path

from anlan.domain.hazards import views_work

app_name = "work"
urlpatterns = [
    path("", views_work.work, name="list"),
    path("sign/", views_work.sign, name="sign"),
    path("waiting/", views_work.waiting, name="waiting"),
    path("<slug:tray>/", views_work.work, name="tray"),
]
