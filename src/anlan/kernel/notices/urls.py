"""The inbox, and what is wrong with the machine."""

from __future__ import annotations

from django.urls import path

from anlan.kernel.notices import views

app_name = "notices"

urlpatterns = [
    path("inbox/", views.inbox_page, name="inbox"),
    path("inbox/read-all/", views.read_all, name="read_all"),
    path("inbox/<uuid:pk>/open/", views.open_notice, name="open"),
    path("health/", views.health_page, name="health"),
]
