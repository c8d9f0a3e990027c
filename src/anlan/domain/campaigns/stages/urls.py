"""Addresses of a campaign by its stages, and of its catalogue of key tasks."""

from django.urls import path

from anlan.domain.campaigns.stages import views

urlpatterns = [
    path("<uuid:pk>/stages/", views.stages, name="stages"),
    path("plans/<uuid:pk>/stages/", views.plan_stages, name="plan_stages"),
    path("<uuid:pk>/key-tasks.docx", views.key_tasks_paper, name="key_tasks_paper"),
]
