"""Addresses of enterprises' own checks."""

from django.urls import path

from anlan.domain.inspections import views_checks

app_name = "selfchecks"
urlpatterns = [
    path("", views_checks.plans, name="plans"),
    path("new/", views_checks.plan_new, name="new"),
    path("ask/", views_checks.ask, name="ask"),
    path("nil/", views_checks.nil, name="nil"),
    path("nil/rule/", views_checks.set_rule, name="set_rule"),
    path("nil/of/<int:firm>/", views_checks.nil_records, name="nil_records"),
    path("<int:pk>/", views_checks.plan, name="plan"),
    path("<int:pk>/check/", views_checks.check, name="check"),
    path("<int:pk>/end/", views_checks.end, name="end"),
]
