"""Keeping a list: saving it under a name, removing it, choosing its columns."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anlan.base.refusal import NotFound
from anlan.kernel.accounts import commands, lists
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.ui.pages import go_on

CODES_MAX = 60


@require_POST
@requires("accounts.own")
def save_filter(request: HttpRequest) -> HttpResponse:
    by, path = actor_of(request), request.POST.get("path", "")
    page = lists.demand(path, by)
    query = lists.query_of(request.POST.get("query", ""))
    row = commands.save_filter(
        page, request.POST.get("name", ""), query, shared="shared" in request.POST,
        by=by, at=timezone.now(),
    )  # fmt: skip
    messages.success(request, _("Saved: %(name)s.") % {"name": row.name})
    return go_on(request, f"{path}?{query}")


@require_POST
@requires("accounts.own")
def drop_filter(request: HttpRequest, pk: int) -> HttpResponse:
    by, path = actor_of(request), request.POST.get("path", "")
    page = commands.drop_filter(pk, by=by, at=timezone.now())
    messages.success(request, _("Removed."))
    return go_on(request, path if lists.page_of(path) == page else "/")


@require_POST
@requires("accounts.own")
def keep_columns(request: HttpRequest) -> HttpResponse:
    by, path = actor_of(request), request.POST.get("path", "")
    page = lists.demand(path, by)
    codes = [code for code in request.POST.get("cols", "").split(",") if code][:CODES_MAX]
    if not all(code.replace("_", "").isalnum() for code in codes):
        raise NotFound
    commands.keep_columns(page, [] if "reset" in request.POST else codes, by=by, at=timezone.now())
    query = lists.query_of(request.POST.get("query", ""))
    return go_on(request, f"{path}?{query}" if query else path)
