"""Addresses of lists by which units work."""

from django.urls import path

from anlan.domain.campaigns.checklists import views, views_turns

urlpatterns = [
    path("<uuid:pk>/checklists/", views.checklists, name="checklists"),
    path("<uuid:pk>/checklists/new/", views.new_checklist, name="new_checklist"),
    path("checklists/mine/", views.mine, name="checklists_mine"),
    path("checklists/<uuid:pk>/", views.checklist, name="checklist"),
    path("checklists/<uuid:pk>/edit/", views.edit_checklist, name="edit_checklist"),
    path("checklists/<uuid:pk>/hand-out/", views.hand_out, name="hand_out_checklist"),
    path("checklists/<uuid:pk>/end/", views.end_checklist, name="end_checklist"),
    path("checklists/turns/<uuid:pk>/", views_turns.turn, name="checklist_turn"),
    path("checklists/copies/<uuid:pk>/", views.copy, name="checklist_copy"),
]
