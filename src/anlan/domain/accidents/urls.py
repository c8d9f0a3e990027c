"""Addresses of accidents."""

from django.urls import path

from anlan.domain.accidents.views import accidents, inquiries, sheets, statistics, words

app_name = "accidents"
urlpatterns = [
    path("", accidents.accident_list, name="list"),
    path("new/", accidents.new, name="new"),
    path("import/", sheets.sheet, name="import"),
    path("list.xlsx", statistics.export, name="export"),
    path("statistics/", statistics.statistics, name="statistics"),
    path("statistics.xlsx", statistics.workbook, name="workbook"),
    path("records/", statistics.records, name="records"),
    path("inquiries/", inquiries.inquiry_list, name="inquiries"),
    path("inquiries/<uuid:pk>/", inquiries.page, name="inquiry"),
    path("inquiries/<uuid:pk>/<slug:code>/", inquiries.step, name="inquiry_step"),
    path("sources/", words.word_list, name="words"),
    path("sources/new/", words.new, name="new_word"),
    path("sources/<uuid:pk>/", words.page, name="word"),
    path("sources/<uuid:pk>/decide/", words.decide, name="decide_word"),
    path("<uuid:pk>/", accidents.page, name="page"),
    path("<uuid:pk>/inquire/", inquiries.begin, name="inquire"),
    path("<uuid:pk>/names/", accidents.names, name="names"),
    path("<uuid:pk>/<slug:code>/", accidents.step, name="step"),
]
