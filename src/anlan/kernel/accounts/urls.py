"""Own account, units, people, and what administrators do."""

from __future__ import annotations

from django.urls import path

from anlan.kernel.accounts import (
    views_audit,
    views_data,
    views_lists,
    views_own,
    views_people,
    views_sectors,
    views_units,
)

app_name = "accounts"

urlpatterns = [
    path("accounts/link/<str:token>/", views_own.link, name="link"),
    path("accounts/password/", views_own.password, name="password"),
    path("accounts/resume/", views_own.resume, name="resume"),
    path("accounts/me/copy/", views_own.own_copy, name="own_copy"),
    path("accounts/me/data/", views_data.my_data, name="my_data"),
    path("accounts/me/data/change/", views_data.change_own, name="change_own"),
    path("accounts/me/data/ask/", views_data.ask, name="ask_data"),
    path("accounts/me/codes/", views_own.recovery_codes, name="recovery_codes"),
    path("accounts/me/sessions/end/", views_own.end_session, name="end_session"),
    path("accounts/me/away/<int:pk>/", views_own.away, name="away"),
    path("accounts/me/tokens/new/", views_own.new_token, name="new_token"),
    path("accounts/me/tokens/<uuid:pk>/revoke/", views_own.revoke_token, name="revoke_token"),
    path("accounts/lists/save/", views_lists.save_filter, name="save_filter"),
    path("accounts/lists/<int:pk>/drop/", views_lists.drop_filter, name="drop_filter"),
    path("accounts/lists/columns/", views_lists.keep_columns, name="keep_columns"),
    path("units/", views_units.unit_list, name="units"),
    path("units/new/", views_units.new_unit, name="new_unit"),
    path("units/<int:pk>/", views_units.unit_page, name="unit"),
    path("units/<int:pk>/rename/", views_units.rename_unit, name="rename_unit"),
    path("units/<int:pk>/lands/", views_units.set_lands, name="set_lands"),
    path("sectors/", views_sectors.sector_list, name="sectors"),
    path("sectors/<str:area>/<str:sector>/", views_sectors.set_regulators, name="set_regulators"),
    path("people/", views_people.people, name="people"),
    path("people/new/", views_people.new_person, name="new_person"),
    path("people/requests/", views_data.data_requests, name="data_requests"),
    path("people/requests/<uuid:pk>/", views_data.answer, name="answer_data"),
    path("people/caller/", views_data.caller, name="caller"),
    path("people/watch/", views_people.watch, name="watch"),
    path("people/<int:pk>/", views_people.person, name="person"),
    path("people/<int:pk>/change/", views_people.change_person, name="change_person"),
    path("people/<int:pk>/link/", views_people.send_link, name="send_link"),
    path("people/<int:pk>/disable/", views_people.disable, name="disable"),
    path("people/<int:pk>/enable/", views_people.enable, name="enable"),
    path("people/<int:pk>/unlock/", views_people.unlock, name="unlock"),
    path("people/<int:pk>/posts/new/", views_people.grant, name="grant"),
    path("people/posts/<int:pk>/end/", views_people.end_post, name="end_post"),
    path("people/posts/<int:pk>/deputy/", views_people.deputy, name="deputy"),
    path("audit/", views_audit.audit_list, name="audit"),
    path("audit/<int:pk>/", views_audit.audit_row, name="audit_row"),
    path("audit/<int:pk>/reveal/", views_audit.reveal, name="audit_reveal"),
]
