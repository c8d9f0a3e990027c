"""Addresses of records that belong to tasks; campaigns/urls.py takes them in before a step's."""

from django.urls import path

from anlan.domain.campaigns.related import views

urlpatterns = [
    path("tasks/<uuid:pk>/records/", views.records, name="records"),
    path("tasks/<uuid:pk>/records.xlsx", views.export, name="records_export"),
    path("tasks/<uuid:pk>/records/away/", views.unlink, name="unlink_record"),
    path("plans/<uuid:pk>/records/", views.of_plan, name="plan_records"),
    path("of/<uuid:pk>/", views.of_case, name="of_case"),
]
