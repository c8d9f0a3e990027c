"""Addresses of sweeps and visits."""

from django.urls import path

from anlan.domain.inspections import views, views_checks, views_visits

app_name = "inspections"
urlpatterns = [
    path("", views.sweeps, name="sweeps"),
    path("new/", views.sweep_new, name="new"),
    path("of/<int:enterprise>/", views_checks.of_enterprise, name="of_enterprise"),
    path("<int:pk>/", views.sweep_page, name="sweep"),
    path("<int:pk>/team/", views.team, name="team"),
    path("<int:pk>/draw/", views.draw, name="draw"),
    path("<int:pk>/close/", views.close, name="close"),
    path("<int:pk>/subjects/", views.subjects, name="subjects"),
    path("<int:pk>/subjects/<int:target>/", views.subject, name="subject"),
    path("<int:pk>/subjects/<int:target>/visit/", views_visits.enter, name="enter"),
    path("<int:pk>/visits/", views.visits, name="visits"),
    path("<int:pk>/visits/<uuid:visit>/", views.visit, name="visit"),
    path("<int:pk>/visits/<uuid:visit>/withdraw/", views_visits.withdraw, name="withdraw"),
    path("<int:pk>/mine/", views_visits.mine, name="mine"),
    path("<int:pk>/template.xlsx", views_visits.template, name="template"),
    path("<int:pk>/results.xlsx", views_visits.results, name="results"),
    path("<int:pk>/sheet/", views_visits.sheet, name="sheet"),
]
