"""Addresses of measures and good practice."""

from django.urls import path

from anlan.domain.measures.views import measures, papers, plans, practices

app_name = "measures"
urlpatterns = [
    path("", measures.measure_list, name="list"),
    path("table/", measures.table, name="table"),
    path("new/", measures.new, name="new"),
    path("import/", papers.sheet, name="import"),
    path("list.xlsx", papers.export, name="export"),
    path("compilation.docx", papers.compilation, name="compilation"),
    path("items/<uuid:pk>/", measures.of_item, name="of_item"),
    path("hazards/<uuid:pk>/", measures.of_hazard, name="of_hazard"),
    path("plans/", plans.plans, name="plans"),
    path("plans/new/", plans.new_plan, name="new_plan"),
    path("plans/<uuid:pk>/", plans.plan, name="plan"),
    path("plans/<uuid:pk>/out/<uuid:measure>/", plans.plan_out, name="plan_out"),
    path("plans/<uuid:pk>/<slug:code>/", plans.plan_step, name="plan_step"),
    path("practices/", practices.practices, name="practices"),
    path("practices/new/", practices.edit, name="new_practice"),
    path("practices/<uuid:pk>/", practices.practice, name="practice"),
    path("practices/<uuid:pk>/edit/", practices.edit, name="edit_practice"),
    path("practices/<uuid:pk>/withdraw/", practices.withdraw, name="withdraw_practice"),
    path("practices/<uuid:pk>/review/", practices.review, name="review_practice"),
    path("practices/<uuid:pk>/take-up/", practices.take_up, name="take_up_practice"),
    path("<uuid:pk>/", measures.page, name="page"),
    path("<uuid:pk>/unlink/<int:link>/", measures.unlink, name="unlink"),
    path("<uuid:pk>/<slug:code>/", measures.step, name="step"),
]
