"""Addresses of assessments."""

from django.urls import path

from anlan.domain.assessments.views import (
    appeals,
    items,
    marks,
    rankings,
    schemes,
    scores,
    tasks,
    trying,
)

app_name = "assessments"
urlpatterns = [
    path("", rankings.ranking_list, name="list"),
    path("rankings/<uuid:pk>/", rankings.ranking, name="ranking"),
    path("rankings/<uuid:pk>/publish/", rankings.publish, name="publish"),
    path("rankings/<uuid:pk>/drop/", rankings.drop, name="drop"),
    path("rankings/<uuid:pk>/again/", rankings.again, name="again"),
    path("rankings/<uuid:pk>/screen/", rankings.screen, name="screen"),
    path("rankings/<uuid:pk>/shapes/", rankings.shapes, name="shapes"),
    path("rankings/<uuid:pk>/ranking.xlsx", rankings.export, name="export"),
    path("of-letter/<uuid:pk>/", schemes.of_letter, name="of_letter"),
    path("scores/", scores.own_list, name="scores"),
    path("scores/<uuid:pk>/", scores.score, name="score"),
    path("scores/<uuid:pk>/records/<slug:code>/<int:n>/", scores.records, name="records"),
    path("scores/<uuid:pk>/what-if/", trying.what_if, name="what_if"),
    path("scores/<uuid:pk>/appeal/", appeals.new, name="new_appeal"),
    path("schemes/", schemes.scheme_list, name="schemes"),
    path("schemes/new/", schemes.new, name="new_scheme"),
    path("schemes/<uuid:pk>/", schemes.scheme, name="scheme"),
    path("schemes/<uuid:pk>/run/", schemes.run, name="run"),
    path("schemes/<uuid:pk>/trial/", trying.trial, name="trial"),
    path("schemes/<uuid:pk>/in-force/", schemes.in_force, name="in_force"),
    path("schemes/<uuid:pk>/drop-draft/", schemes.drop_draft, name="drop_draft"),
    path("schemes/<uuid:pk>/withdraw/", schemes.withdraw, name="withdraw"),
    path("schemes/<uuid:pk>/general/", items.general, name="general"),
    path("schemes/<uuid:pk>/items/new/", items.item, name="new_item"),
    path("schemes/<uuid:pk>/items/<slug:code>/", items.item, name="item"),
    path("schemes/<uuid:pk>/items/<slug:code>/drop/", items.drop_item, name="drop_item"),
    path("schemes/<uuid:pk>/items/<slug:code>/tasks/", tasks.tasks, name="tasks"),
    path("schemes/<uuid:pk>/items/<slug:code>/tasks/away/", tasks.away, name="task_away"),
    path("of-task/<uuid:pk>/", tasks.of_task, name="of_task"),
    path("schemes/<uuid:pk>/vetoes/new/", items.veto, name="new_veto"),
    path("schemes/<uuid:pk>/vetoes/<slug:code>/", items.veto, name="veto"),
    path("schemes/<uuid:pk>/vetoes/<slug:code>/drop/", items.drop_veto, name="drop_veto"),
    path("schemes/<uuid:pk>/points/<slug:code>/", marks.points, name="points"),
    path("appeals/", appeals.appeal_list, name="appeals"),
    path("appeals/<uuid:pk>/", appeals.page, name="appeal"),
    path("appeals/<uuid:pk>/<slug:code>/", appeals.step, name="step"),
]
