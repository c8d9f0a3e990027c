"""Saved views: the list, opening one, saving, sharing, waiting for its period."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.ids import uuid7
from anlan.base.refusal import NotFound, Refusal
from anlan.domain.statistics import asked as analyses
from anlan.domain.statistics import commands, forms, saved, settings, tabs
from anlan.domain.statistics.models import View
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.accounts.models import Unit
from anlan.ui.forms import put_refusal
from anlan.ui.pages import go_on, render_page

CODE_CHARS_MAX = 60


@require_GET
@requires("statistics.view")
def views(request: HttpRequest) -> HttpResponse:
    by = actor_of(request)
    today = timezone.localdate()
    rows = [
        {
            "view": row, "mine": row.owner_id == by.user_id,
            "waits": any(one.user_id == by.user_id for one in row.awaited.all()),
            "units": [one.unit for one in row.shares.all()],
            "period": saved.period_over(row, today) if row.rolling else None,
            "step": analyses.STEPS[row.rolling][1] if row.rolling else "",
        }
        for row in saved.shown_to(by)
    ]  # fmt: skip
    context = {
        "tabs": tabs.of(by, "views"),
        "rows": rows,
        "request_id": uuid7(),
        "may_set": policy.may(by, "statistics.settings"),
    }
    return render_page(request, "statistics/views.html", "statistics/views.html", context)


@require_GET
@requires("savedviews.view")
def saved_view(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The analysis behind a saved view, of its period today."""
    row = policy.access(View.objects.all(), "savedviews.view", actor_of(request), pk)
    query = saved.address(row, timezone.localdate())
    return HttpResponseRedirect(f"{reverse('statistics:analysis')}?{query}")


@require_POST
@requires("statistics.view")
def save(request: HttpRequest) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    form = forms.SaveView(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            commands.save(
                uuid7(), name=data["name"], query=data["query"], rolling=data["rolling"], by=by,
                at=at, request_id=data["request_id"],
            )  # fmt: skip
        except Refusal as refusal:
            put_refusal(form, refusal)
        else:
            messages.success(request, _("The view is saved."))
            return go_on(request, reverse("statistics:views"))
    context = {"form": form, "back": reverse("statistics:analysis")}
    return render_page(request, "statistics/save.html", "statistics/save.html", context, status=422)


@require_POST
@requires("savedviews.view")
def act(request: HttpRequest, pk: UUID, action: str) -> HttpResponse:
    """Share, stop sharing, wait, stop waiting, remove."""
    by, at = actor_of(request), timezone.now()
    call: dict[str, Any] = {"by": by, "at": at, "request_id": _request_id(request)}
    if action in ("share", "unshare"):
        unit = Unit.objects.filter(code=request.POST.get("unit", "")[:CODE_CHARS_MAX]).first()
        # A unit that isn't there is refused by the command, which says how to mend it.
        command = commands.share if action == "share" else commands.unshare
        command(pk, unit=unit.pk if unit else 0, **call)
    elif action in _PLAIN:
        _PLAIN[action](pk, **call)
    else:
        raise NotFound
    messages.success(request, _("Done."))
    return go_on(request, reverse("statistics:views"))


_PLAIN = {
    "wait": commands.wait, "stop-waiting": commands.stop_waiting, "drop": commands.drop,
}  # fmt: skip


def _request_id(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("request_id", ""))
    except ValueError:
        return uuid7()


@require_http_methods(["GET", "POST"])
@requires("statistics.settings")
def outliers(request: HttpRequest) -> HttpResponse:
    """From when a figure stands out; a new version, for every area."""
    return _setting(request, settings.OUTLIERS, forms.SetOutliers, _("When a figure stands out"))


@require_http_methods(["GET", "POST"])
@requires("statistics.settings")
def small_base(request: HttpRequest) -> HttpResponse:
    """From which count on a change is told in percent."""
    return _setting(request, settings.CHANGES, forms.SetSmallBase, _("Changes on a small base"))


def _setting(request: HttpRequest, code: str, made: Any, title: str) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    version, data = settings.current(code)
    form = made(request.POST or None, initial={"version": version, **data})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        # A decimal is kept as text, exactly as it was written.
        new = {name: str(given[name]) if isinstance(given[name], Decimal) else given[name]
               for name in data}  # fmt: skip
        try:
            commands.change_setting(
                code, new, version=given["version"], reason=given["reason"], by=by, at=at
            )
        except Refusal as refusal:
            put_refusal(form, refusal)
        else:
            messages.success(request, _("In force from now on."))
            return go_on(request, reverse("statistics:analysis"))
    context = {"form": form, "back": reverse("statistics:views"), "version": version,
               "title": title}  # fmt: skip
    status = 422 if request.method == "POST" else 200
    return render_page(
        request, "statistics/setting.html", "statistics/setting.html", context, status=status
    )
