"""Addresses of the auditor's files; they hang beside the auditor's list."""

from django.urls import path

from anlan.domain.office import views_audit

app_name = "audit"
urlpatterns = [path("export/<slug:kind>/", views_audit.export, name="export")]
