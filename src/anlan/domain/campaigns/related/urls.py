"""Addresses of records that belong to tasks; campaigns/urls.py takes them in before a step's."""

from django.urls import path

from anlan.domain.campaigns.related import views, views_visits

urlpatterns = [
    path("tasks/<uuid:pk>/records/", views.records, name="records"),
    path("tasks/<uuid:pk>/records.xlsx", views.export, name="records_export"),
    path("tasks/<uuid:pk>/records/away/", views.unlink, name="unlink_record"),
    path("tasks/<uuid:pk>/visits/", views_visits.of_task, name="task_visits"),
    path("plans/<uuid:pk>/records/", views.of_plan, name="plan_records"),
    path("plans/<uuid:pk>/visits/", views_visits.of_plan, name="plan_visits"),
    path("of-visit/<uuid:pk>/", views_visits.of_visit, name="of_visit"),
    path("of/<uuid:pk>/", views.of_case, name="of_case"),
]
