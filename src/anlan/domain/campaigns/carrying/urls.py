"""Addresses of who carries a campaign and what it wants; campaigns/urls.py takes them in."""

from django.urls import path

from anlan.domain.campaigns.carrying import (
    views_elements,
    views_hearings,
    views_letters,
    views_organs,
    views_wanted,
)

urlpatterns = [
    path("<uuid:pk>/elements/", views_elements.template, name="elements_template"),
    path("plans/<uuid:pk>/elements/", views_elements.check, name="elements"),
    path(
        "plans/<uuid:pk>/lines/<uuid:line_pk>/elements/",
        views_elements.answers,
        name="elements_line",
    ),
    path("hearings/<uuid:pk>/", views_hearings.hearing, name="hearing"),
    path("hearings/<uuid:pk>/decisions/", views_hearings.decide, name="hearing_decide"),
    path("hearings/<uuid:pk>/files/<uuid:file>/", views_hearings.file, name="hearing_file"),
    path("hearings/<uuid:pk>/<slug:code>/", views_hearings.step, name="hearing_step"),
    path("<uuid:pk>/hearings/", views_hearings.hearings, name="hearings"),
    path("<uuid:pk>/hearings/new/", views_hearings.new_hearing, name="new_hearing"),
    path("<uuid:pk>/hearings/rules/new/", views_hearings.new_rule, name="new_rule"),
    path(
        "<uuid:pk>/hearings/rules/<int:rule>/end/",
        views_hearings.end_rule,
        name="end_hearing_rule",
    ),
    path("letters/", views_letters.letters, name="letters"),
    path("letters/new/", views_letters.new_letters, name="new_letters"),
    path("letters/<uuid:pk>/", views_letters.letter, name="letter"),
    path("letters/<uuid:pk>/edit/", views_letters.edit_letter, name="edit_letter"),
    path("letters/<uuid:pk>/letter.docx", views_letters.paper, name="letter_paper"),
    path("letters/<uuid:pk>/<slug:code>/", views_letters.step, name="letter_step"),
    path("organs/<uuid:pk>/", views_organs.organ, name="organ"),
    path("organs/<uuid:pk>/edit/", views_organs.edit_organ, name="edit_organ"),
    path("organs/<uuid:pk>/members/new/", views_organs.new_members, name="new_members"),
    path(
        "organs/<uuid:pk>/members/<int:member>/leave/", views_organs.end_member, name="end_member"
    ),
    path(
        "organs/<uuid:pk>/members/<int:member>/",
        views_organs.correct_member,
        name="correct_member",
    ),
    path("<uuid:pk>/organs/", views_organs.organs, name="organs"),
    path("<uuid:pk>/organs/new/", views_organs.new_organ, name="new_organ"),
    path("<uuid:pk>/organs.xlsx", views_organs.export, name="organs_export"),
    path("<uuid:pk>/expected/", views_wanted.expected, name="expected"),
    path("<uuid:pk>/goals/", views_wanted.goals, name="goals"),
]
