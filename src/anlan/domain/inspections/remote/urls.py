"""Addresses of checks from afar."""

from django.urls import path

from anlan.domain.inspections.remote import views, views_plans

app_name = "remote"
urlpatterns = [
    path("", views.picks, name="list"),
    path("plans/", views_plans.plans, name="plans"),
    path("plans/new/", views_plans.new, name="new"),
    path("plans/<uuid:pk>/", views_plans.plan, name="plan"),
    path("plans/<uuid:pk>/end/", views_plans.end, name="end"),
    path("draws/<uuid:pk>/frame.txt", views_plans.frame, name="frame"),
    path("<uuid:pk>/", views.one, name="one"),
    path("<uuid:pk>/look/", views.look, name="look"),
    path("<uuid:pk>/tell/", views.tell, name="tell"),
    path("<uuid:pk>/receive/", views.receive, name="receive"),
    path("<uuid:pk>/withdraw/", views.withdraw, name="withdraw"),
]
