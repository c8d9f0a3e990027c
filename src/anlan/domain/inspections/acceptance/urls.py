"""Addresses of acceptances."""

from django.urls import path

from anlan.domain.inspections.acceptance import views

app_name = "acceptances"
urlpatterns = [
    path("", views.acceptances, name="list"),
    path("new/", views.enter, name="enter"),
    path("<uuid:pk>/", views.one, name="one"),
    path("<uuid:pk>/withdraw/", views.withdraw, name="withdraw"),
]
