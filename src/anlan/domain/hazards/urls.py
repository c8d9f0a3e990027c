"""Addresses of this capability's pages."""

from django.urls import path

from anlan.domain.hazards import (
    views,
    views_bulk,
    views_enterprise,
    views_imports,
    views_new,
    views_rows,
)

app_name = "hazards"
urlpatterns = [
    path("", views.hazard_list, name="list"),
    path("new/", views_new.hazard_new, name="new"),
    path("imports/", views_imports.imports, name="imports"),
    path("imports/template.xlsx", views_imports.template, name="template"),
    path("imports/<uuid:pk>/", views_imports.batch, name="batch"),
    path("imports/<uuid:pk>/plan/", views_imports.batch_plan, name="batch_plan"),
    path("imports/<uuid:pk>/run/", views_imports.batch_run, name="batch_run"),
    path("imports/<uuid:pk>/cancel/", views_imports.batch_cancel, name="batch_cancel"),
    path("imports/<uuid:pk>/undo/", views_imports.batch_undo, name="batch_undo"),
    path("imports/<uuid:pk>/progress/", views_imports.batch_progress, name="batch_progress"),
    path("imports/<uuid:pk>/mend.xlsx", views_imports.batch_mend, name="batch_mend"),
    path("export.xlsx", views.hazard_export, name="export"),
    path("of/<int:pk>/", views_enterprise.of_enterprise, name="of_enterprise"),
    path("bulk/<slug:act>/", views_bulk.step, name="bulk"),
    path("<uuid:pk>/", views.hazard_page, name="page"),
    path("<uuid:pk>/files/<uuid:file>/", views.hazard_file, name="file"),
    path("<uuid:pk>/rows/<int:number>/", views_rows.row, name="row"),
    path("<uuid:pk>/rows/<int:number>/numbers/", views_rows.row_numbers, name="row_numbers"),
    path("<uuid:pk>/proposals/<uuid:proposal>/<slug:code>/", views.proposal_step, name="proposal"),
    path("<uuid:pk>/<slug:code>/", views.hazard_step, name="step"),
]
