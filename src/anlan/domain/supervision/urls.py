"""Addresses of this capability's pages."""

from django.urls import path

from anlan.domain.supervision import views, views_papers, views_reports

app_name = "supervision"
urlpatterns = [
    path("", views.listed, name="listed"),
    path("stays/", views.stays, name="stays"),
    path("transfers/", views_papers.transfers, name="transfers"),
    path("letters/", views_papers.letters, name="letters"),
    path("double/", views_reports.double, name="double"),
    path("direct/", views_reports.direct, name="direct"),
    path("dual/", views_reports.dual, name="dual"),
    path("terms/", views_reports.terms_page, name="terms"),
    path("letterhead/", views_papers.letterhead, name="letterhead"),
    path("new/<slug:kind>/", views_papers.new, name="new"),
    path("papers/<uuid:pk>/", views_papers.paper, name="paper"),
    path("papers/<uuid:pk>/paper.xlsx", views_papers.export, name="export"),
    path("papers/<uuid:pk>/files/<uuid:file>/", views_papers.file, name="file"),
    path("papers/<uuid:pk>/talk/<uuid:proposal>/<slug:code>/", views_papers.talk, name="talk"),
    path("papers/<uuid:pk>/<slug:code>/", views_papers.step, name="step"),
]
