"""What stands between a request and its view: a declared right, and a live, complete sign-in."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from anlan.base import logs
from anlan.base.refusal import NotAllowed
from anlan.kernel.accounts import counts, gate, passwords, resuming, sessions
from anlan.kernel.accounts.counts import TooMany
from anlan.kernel.accounts.network import client_address
from anlan.ui import errors
from anlan.ui.pages import is_htmx

log = logging.getLogger("anlan.request")
#: Pages that one session may open, or one address without a session, in each process (S56).
PAGES = counts.Burst(times=3_000, seconds=60)
GetResponse = Callable[[HttpRequest], HttpResponse]


class GateMiddleware:
    """Default deny: a view that declares no permission is not run (S13).

    Stands innermost, so that it sees each view, and each refusal before the general answer.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated:
            sessions.touch(request.session, timezone.now())
        return response

    def process_view(
        self, request: HttpRequest, view: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        permission = gate.declared(view)
        if permission is None:
            log.error("%s: this view declares no permission, so it isn't run", logs.where(request))
            return errors.refused(request, NotAllowed(reason="undeclared"))
        try:
            PAGES.hit(request.session.session_key or client_address(request))
        except TooMany as refusal:
            return self.process_exception(request, refusal)
        if permission in (gate.PUBLIC, gate.API) or not request.user.is_authenticated:
            return None  # What needs a sign-in asks for it itself.
        return None if getattr(view, "while_pending", False) else _pending(request)

    def process_exception(self, request: HttpRequest, refusal: Exception) -> HttpResponse | None:
        if isinstance(refusal, gate.SignInFirst) and not errors.wants_json(request):
            return gate.to_sign_in(request)
        if isinstance(refusal, gate.NotFresh) and not errors.wants_json(request):
            return _confirm(request, refusal)
        if isinstance(refusal, TooMany):
            response = errors.refused(request, refusal)
            response["Retry-After"] = str(refusal.data["retry_after"])
            return response
        return None


def _pending(request: HttpRequest) -> HttpResponse | None:
    """What somebody must do before anything else: a new password, a second factor."""
    if not request.session.get("password_ok"):
        if passwords.is_stale(request.user, timezone.now()):  # type: ignore[arg-type]
            return _go(request, reverse("accounts:password"))
        # Looked at once a session, which lives twelve hours at most.
        request.session["password_ok"] = True
    if gate.factor_missing(request):
        return _go(request, reverse("mfa_index"))
    return None


def _confirm(request: HttpRequest, refusal: gate.NotFresh) -> HttpResponse:
    """403, with the way to show who one is and to come back, to the act itself if it can wait."""
    kept = resuming.keep(request)
    if kept:
        back = reverse("accounts:resume")
    elif request.method == "GET":
        back = request.get_full_path()
    else:
        back = resuming.page_of(request)
    url = f"{reverse('account_reauthenticate')}?{urlencode({REDIRECT_FIELD_NAME: back})}"
    if is_htmx(request):
        return HttpResponse(status=403, headers={"HX-Redirect": url})
    context = {
        "text": str(refusal), "challenge": url, "kept": kept,
        "again": request.method == "POST" and not kept,
    }  # fmt: skip
    page = render_to_string("accounts/confirm.html", context, request)
    return HttpResponse(page, status=refusal.status)


def _go(request: HttpRequest, url: str) -> HttpResponse:
    if is_htmx(request):
        return HttpResponse(status=403, headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)
