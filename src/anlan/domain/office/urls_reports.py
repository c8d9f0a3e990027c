"""Addresses of the reports that units owe."""

from django.urls import path

from anlan.domain.office import views_reports

app_name = "reports"
urlpatterns = [
    path("", views_reports.report_list, name="list"),
    path("new/", views_reports.new, name="new"),
    path("<int:pk>/", views_reports.one, name="one"),
    path("<int:pk>/answer/", views_reports.answer, name="answer"),
    path("<int:pk>/drop/", views_reports.drop, name="drop"),
]
