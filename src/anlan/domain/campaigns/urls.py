"""Addresses of campaigns, their plans and tasks."""

from django.urls import path

from anlan.domain.campaigns import (
    views_campaigns,
    views_plans,
    views_tasks,
)
from anlan.domain.campaigns.battlemap import urls as urls_map
from anlan.domain.campaigns.below import views as views_below
from anlan.domain.campaigns.carrying import urls as urls_carrying
from anlan.domain.campaigns.checklists import urls as urls_checklists
from anlan.domain.campaigns.deriving import urls as urls_deriving
from anlan.domain.campaigns.intake import urls as urls_intake
from anlan.domain.campaigns.keydates import urls as urls_keydates
from anlan.domain.campaigns.meetings import urls as urls_meetings
from anlan.domain.campaigns.milestones import views as views_milestones
from anlan.domain.campaigns.progress import urls as urls_progress
from anlan.domain.campaigns.related import urls as urls_related
from anlan.domain.campaigns.returns import urls as urls_returns
from anlan.domain.campaigns.ruling import views as views_ruling
from anlan.domain.campaigns.sharing import urls as urls_sharing
from anlan.domain.campaigns.stages import urls as urls_stages
from anlan.domain.campaigns.supporting import urls as urls_supporting
from anlan.domain.campaigns.tallies import urls as urls_tallies

app_name = "campaigns"
urlpatterns = [
    path("", views_campaigns.campaigns, name="list"),
    path("new/", views_campaigns.new, name="new"),
    path("pick/", views_campaigns.pick, name="pick"),
    path("publishing/rule/", views_ruling.rule, name="plan_rules"),
    path("tasks/", views_tasks.tasks, name="tasks"),
    path("tasks/<uuid:pk>/", views_tasks.task, name="task"),
    *urls_related.urlpatterns,
    path("tasks/<uuid:pk>/milestones/", views_milestones.milestones, name="milestones"),
    path("tasks/<uuid:pk>/key/", views_milestones.key, name="key_task"),
    path("tasks/<uuid:pk>/<slug:code>/", views_tasks.step, name="step"),
    path("plans/<uuid:pk>/", views_plans.plan, name="plan"),
    path("plans/<uuid:pk>/edit/", views_plans.edit, name="edit_plan"),
    path("plans/<uuid:pk>/end/", views_plans.end, name="end_plan"),
    path("plans/<uuid:pk>/publish/", views_plans.publish, name="publish"),
    path("plans/<uuid:pk>/below/", views_below.break_down, name="break_down"),
    path("plans/<uuid:pk>/below/progress/", views_below.progress, name="break_down_progress"),
    path("plans/<uuid:pk>/below/stop/", views_below.stop, name="break_down_stop"),
    path("plans/<uuid:pk>/shares/", views_below.shares, name="shares"),
    path("plans/<uuid:pk>/shares/<int:target>/", views_below.quotas, name="quotas"),
    path("plans/<uuid:pk>/lines/new/", views_plans.new_line, name="new_line"),
    path("plans/<uuid:pk>/lines/<uuid:line_pk>/", views_plans.line, name="line"),
    path(
        "plans/<uuid:pk>/lines/<uuid:line_pk>/remove/", views_plans.remove_line, name="remove_line"
    ),
    *urls_checklists.urlpatterns,
    *urls_deriving.urlpatterns,
    *urls_intake.urlpatterns,
    *urls_map.urlpatterns,
    *urls_keydates.urlpatterns,
    *urls_meetings.urlpatterns,
    *urls_carrying.urlpatterns,
    *urls_progress.urlpatterns,
    *urls_returns.urlpatterns,
    *urls_sharing.urlpatterns,
    *urls_stages.urlpatterns,
    *urls_supporting.urlpatterns,
    *urls_tallies.urlpatterns,
    path("<uuid:pk>/", views_campaigns.campaign, name="campaign"),
    path("<uuid:pk>/edit/", views_campaigns.edit, name="edit"),
    path("<uuid:pk>/plans/new/", views_plans.new, name="new_plan"),
]
