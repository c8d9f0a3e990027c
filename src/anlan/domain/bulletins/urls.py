"""Addresses of papers."""

from django.urls import path

from anlan.domain.bulletins.press import urls as urls_press
from anlan.domain.bulletins.reporting import urls as urls_reporting
from anlan.domain.bulletins.views import editing, layouts, papers, situation

app_name = "bulletins"
urlpatterns = [
    path("", papers.paper_list, name="list"),
    path("situation/", situation.page, name="situation"),
    path("situation.<str:form>", situation.file, name="situation_file"),
    path("numbers/", papers.numbers, name="numbers"),
    path("layouts/", layouts.layouts, name="layouts"),
    path("layouts/start/<slug:kind>.docx", layouts.start, name="start_layout"),
    path("layouts/<uuid:pk>/end/", layouts.end, name="end_layout"),
    path("new/", papers.new, name="new"),
    *urls_press.urlpatterns,
    *urls_reporting.urlpatterns,
    path("hazards/<uuid:pk>/", papers.of_hazard, name="of_hazard"),
    path("tasks/<uuid:pk>/", papers.of_task, name="of_task"),
    path("<uuid:pk>/", papers.page, name="page"),
    path("<uuid:pk>/moved/", papers.moved_figures, name="moved"),
    path("<uuid:pk>/edit/", editing.edit, name="edit"),
    path("<uuid:pk>/add/", editing.add, name="add"),
    path("<uuid:pk>/parts/<slug:block>/<slug:act>/", editing.block, name="block"),
    path("<uuid:pk>/figures/<slug:block>/<int:n>/", papers.figure, name="figure"),
    path("<uuid:pk>/paper.<str:form>", papers.file, name="file"),
    path("<uuid:pk>/<slug:code>/", papers.step, name="step"),
]
