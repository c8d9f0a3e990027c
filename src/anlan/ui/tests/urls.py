"""Addresses that fail in each way, for the tests of what is said then."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.template import engines
from django.urls import include, path

from anlan.base.refusal import MovedOn, NotAllowed, NotFound, Unreadable
from anlan.ui.guide import guide, guide_part
from anlan.ui.pages import render_page, undoable

SECRET = "the table hazards_hazard at 10.1.2.3"

handler400 = "anlan.ui.errors.bad_request"
handler403 = "anlan.ui.errors.forbidden"
handler404 = "anlan.ui.errors.not_found"
handler500 = "anlan.ui.errors.server_error"


def failing(error: Exception):
    def view(request: HttpRequest) -> HttpResponse:
        raise error

    return view


def broken_template(request: HttpRequest) -> HttpResponse:
    return HttpResponse(engines["jinja2"].from_string("{{ 1 / nothing }}").render({}, request))


def said(request: HttpRequest) -> HttpResponse:
    messages.success(request, "<b>saved</b>")
    undoable(request, "moved", "/undo/7/")
    return render_page(request, "ui/tests/page.html", "ui/tests/_part.html", {"word": "<i>w</i>"})


FAILURES = {
    "view": RuntimeError(SECRET),
    "database": OperationalError(SECRET),
    "denied": PermissionDenied(SECRET),
    "odd": SuspiciousOperation(SECRET),
    "not-found": NotFound(),
    "not-allowed": NotAllowed(reason="sign first"),
    "moved-on": MovedOn(),
    "unreadable": Unreadable(field="day", reason="<script>alert(1)</script>"),
}

urlpatterns = [
    path("", include("anlan.ui.urls")),
    path("ui/guide/", guide),
    path("ui/guide/<slug:part>/", guide_part),
    *(path(f"fails/{name}/", failing(error)) for name, error in FAILURES.items()),
    path("fails/template/", broken_template),
    path("said/", said),
    path("fine/", lambda request: render(request, "ui/tests/page.html", {"word": "<i>w</i>"})),
    path("json/", lambda request: JsonResponse({"fine": True})),
    path("kept/", lambda request: HttpResponse(headers={"Cache-Control": "private, max-age=9"})),
    path("away/", lambda request: HttpResponseRedirect("/sign-in/?next=/away/")),
]
