"""Addresses of accidents."""

from django.urls import path

from anlan.domain.accidents.views import (
    accidents,
    controls,
    followups,
    inquiries,
    outputs,
    sheets,
    statistics,
    words,
)

app_name = "accidents"
urlpatterns = [
    path("", accidents.accident_list, name="list"),
    path("new/", accidents.new, name="new"),
    path("import/", sheets.sheet, name="import"),
    path("list.xlsx", statistics.export, name="export"),
    path("statistics/", statistics.statistics, name="statistics"),
    path("statistics.xlsx", statistics.workbook, name="workbook"),
    path("records/", statistics.records, name="records"),
    path("targets/", controls.target_list, name="controls"),
    path("targets/new/", controls.new, name="new_control"),
    path("targets/<uuid:pk>/", controls.page, name="control"),
    path("targets/<uuid:pk>/change/", controls.change, name="change_control"),
    path("targets/<uuid:pk>/end/", controls.end, name="end_control"),
    path("outputs/", outputs.output_list, name="outputs"),
    path("outputs/new/", outputs.new, name="new_output"),
    path("outputs/<uuid:pk>/", outputs.page, name="output"),
    path("outputs/<uuid:pk>/withdraw/", outputs.withdraw, name="withdraw_output"),
    path("follow-ups/", followups.followup_list, name="followups"),
    path("follow-ups/terms/", followups.terms, name="terms"),
    path("follow-ups/<uuid:pk>/", followups.page, name="followup"),
    path("follow-ups/<uuid:pk>/answer/", followups.answer, name="answer_followup"),
    path("follow-ups/<uuid:pk>/judge/", followups.judge, name="judge_followup"),
    path("follow-ups/<uuid:pk>/withdraw/", followups.withdraw, name="withdraw_followup"),
    path("inquiries/", inquiries.inquiry_list, name="inquiries"),
    path("inquiries/<uuid:pk>/", inquiries.page, name="inquiry"),
    path("inquiries/<uuid:pk>/<slug:code>/", inquiries.step, name="inquiry_step"),
    path("sources/", words.word_list, name="words"),
    path("sources/new/", words.new, name="new_word"),
    path("sources/<uuid:pk>/", words.page, name="word"),
    path("sources/<uuid:pk>/decide/", words.decide, name="decide_word"),
    path("<uuid:pk>/", accidents.page, name="page"),
    path("<uuid:pk>/inquire/", inquiries.begin, name="inquire"),
    path("<uuid:pk>/follow-ups/", followups.of_accident, name="of_accident"),
    path("<uuid:pk>/names/", accidents.names, name="names"),
    path("<uuid:pk>/<slug:code>/", accidents.step, name="step"),
]
