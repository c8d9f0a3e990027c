"""Addresses of accidents."""

from django.urls import path

from anlan.domain.accidents.views import accidents, inquiries, statistics

app_name = "accidents"
urlpatterns = [
    path("", accidents.accident_list, name="list"),
    path("new/", accidents.new, name="new"),
    path("list.xlsx", statistics.export, name="export"),
    path("statistics/", statistics.statistics, name="statistics"),
    path("statistics.xlsx", statistics.workbook, name="workbook"),
    path("records/", statistics.records, name="records"),
    path("inquiries/", inquiries.inquiry_list, name="inquiries"),
    path("inquiries/<uuid:pk>/", inquiries.page, name="inquiry"),
    path("inquiries/<uuid:pk>/<slug:code>/", inquiries.step, name="inquiry_step"),
    path("<uuid:pk>/", accidents.page, name="page"),
    path("<uuid:pk>/inquire/", inquiries.begin, name="inquire"),
    path("<uuid:pk>/names/", accidents.names, name="names"),
    path("<uuid:pk>/<slug:code>/", accidents.step, name="step"),
]
