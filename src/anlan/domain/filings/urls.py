"""Addresses of direct reporting."""

from django.urls import path

from anlan.domain.filings.views import design, filings, forms, kept, papers, rollup

app_name = "filings"
urlpatterns = [
    path("", filings.filing_list, name="list"),
    path("offline/", kept.offline, name="offline"),
    path("worker.js", kept.worker, name="worker"),
    path("items/", forms.items, name="items"),
    path("forms/", forms.form_list, name="forms"),
    path("forms/new/", forms.edit, name="new"),
    path("forms/shipped/", papers.shipped_forms, name="shipped"),
    path("forms/<uuid:pk>/", forms.form, name="form"),
    path("forms/<uuid:pk>/edit/", forms.edit, name="edit_form"),
    path("forms/<uuid:pk>/design/", design.design, name="design"),
    path("forms/<uuid:pk>/versions/<int:number>/", papers.version, name="version"),
    path("forms/<uuid:pk>/days/", forms.days_progress, name="days_progress"),
    path("forms/<uuid:pk>/act/<slug:code>/", forms.act, name="act"),
    path("forms/<uuid:pk>/periods/<str:code>/", rollup.table, name="rollup"),
    path("forms/<uuid:pk>/periods/<str:code>/beside/", rollup.beside, name="beside"),
    path("forms/<uuid:pk>/periods/<str:code>/receive/", rollup.receive_all, name="receive_all"),
    path("forms/<uuid:pk>/periods/<str:code>/urge/", rollup.urge_all, name="urge_all"),
    path("forms/<uuid:pk>/periods/<str:code>/table.xlsx", papers.export, name="export"),
    path("forms/<uuid:pk>/periods/<str:code>/cells/<str:cell>/", rollup.behind, name="behind"),
    path("<uuid:pk>/", filings.page, name="page"),
    path("<uuid:pk>/fill/", filings.fill, name="fill"),
    path("<uuid:pk>/draft/", kept.draft, name="draft"),
    path("<uuid:pk>/correct/", filings.correct, name="correct"),
    path("<uuid:pk>/sheet.xlsx", papers.sheet, name="sheet"),
    path("<uuid:pk>/sheet/", papers.upload, name="upload"),
    path("<uuid:pk>/entries/<int:number>/", rollup.entry, name="entry"),
    path("<uuid:pk>/cells/<str:cell>/", rollup.records, name="records"),
    path("<uuid:pk>/<slug:code>/", filings.step, name="step"),
]
