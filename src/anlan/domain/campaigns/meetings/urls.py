"""Addresses of a campaign's meetings; campaigns/urls.py takes them in."""

from django.urls import path

from anlan.domain.campaigns.meetings import views, views_attendance

_ONE = "meetings/<uuid:pk>/"
urlpatterns = [
    path(_ONE, views.meeting, name="meeting"),
    path(f"{_ONE}edit/", views.edit, name="meeting_edit"),
    path(f"{_ONE}tasks/<slug:code>/", views.heap, name="meeting_tasks"),
    path(f"{_ONE}agenda/", views.agenda, name="meeting_agenda"),
    path(f"{_ONE}attendance/", views_attendance.attendance, name="meeting_attendance"),
    path(f"{_ONE}agenda/print/", views.agenda_print, name="meeting_agenda_print"),
    path(f"{_ONE}agenda.docx", views.agenda_docx, name="meeting_agenda_docx"),
    path(f"{_ONE}items/new/", views.new_item, name="meeting_item_new"),
    path(f"{_ONE}items/<int:item>/", views.edit_item, name="meeting_item"),
    path(f"{_ONE}items/<int:item>/remove/", views.remove_item, name="meeting_item_remove"),
    path(f"{_ONE}issue/", views.issue, name="meeting_issue"),
    path(f"{_ONE}correct/", views.correct, name="meeting_correct"),
    path(f"{_ONE}minutes/<int:number>/", views.minutes_print, name="meeting_minutes"),
    path(f"{_ONE}minutes/<int:number>.docx", views.minutes_docx, name="meeting_minutes_docx"),
    path("<uuid:pk>/meetings/", views.of_campaign, name="meetings"),
    path("<uuid:pk>/meetings/new/", views.new, name="meeting_new"),
]
