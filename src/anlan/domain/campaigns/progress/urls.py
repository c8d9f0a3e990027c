"""Addresses of what targets have reached; campaigns/urls.py takes them in."""

from django.urls import path

from anlan.domain.campaigns import (
    views_tasks,
)
from anlan.domain.campaigns.progress import views as views_progress
from anlan.domain.campaigns.progress import views_evidence

urlpatterns = [
    path("tasks/export.xlsx", views_tasks.export, name="export_tasks"),
    path("evidence/rule/", views_evidence.rule, name="evidence_rule"),
    path("tasks/<uuid:pk>/figures/<int:target>/", views_progress.task_figure, name="task_figure"),
    path("tasks/<uuid:pk>/files/<uuid:file>/", views_evidence.task_file, name="task_file"),
    path("plans/<uuid:pk>/figures/<int:target>/", views_progress.line_figure, name="line_figure"),
    path("plans/<uuid:pk>/declared/<int:target>/", views_progress.declared, name="declared"),
    path("plans/<uuid:pk>/counting/<int:target>/", views_progress.counting, name="counting"),
    path("plans/<uuid:pk>/base/<int:target>/", views_progress.base, name="base"),
]
