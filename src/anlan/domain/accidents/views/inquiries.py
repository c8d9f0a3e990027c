"""Inquiries: their list, one's page and its steps."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from anlan.base.ids import uuid7
from anlan.domain.accidents import inquiry_steps, tabs
from anlan.domain.accidents.columns import grade_cell
from anlan.domain.accidents.history import INQUIRY_STEPS, timeline_of
from anlan.domain.accidents.inquiring import LOOKS, STATES, report_due, rules, state_label
from anlan.domain.accidents.models import Accident, Inquiry
from anlan.domain.accidents.work import INQUIRY_ROW
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.accounts.views_pickers import crumbs_of
from anlan.kernel.loop import offering
from anlan.kernel.loop.models import Event
from anlan.kernel.loop.settings import RUNGS
from anlan.ui.keyset import Keyset
from anlan.ui.lists import Choice, Column, Filters, Flag
from anlan.ui.pages import render_page
from anlan.ui.parts import cell

ORDERS = {"due": Keyset.by("case__due_on?", "pk"), "newest": Keyset.by("-case__opened_on", "-pk")}
EVENTS_MAX = 200
DRAWN = ("investigating", "submitted", "approved", "evaluated")


def _filters(params: QueryDict) -> Filters:
    return Filters(
        (
            Choice("state", gettext_lazy("Status"), list(STATES.items())),
            Flag("late", pgettext_lazy("inquiry", "Overdue")),
            Flag("raised", gettext_lazy("Raised a level")),
            Flag("listed", gettext_lazy("Listed")),
        ),
        params,
    )


def _columns() -> list[Column]:
    today = timezone.localdate()

    def due(row: Inquiry) -> Any:
        day = row.case.due_on
        if not day:
            return None
        return cell("due", day, (day - today).days, not row.case.unsettled)

    return [
        Column("title", gettext_lazy("Accident"), cell="accident.title", kind="text",
               link=lambda row: reverse("accidents:inquiry", args=[row.pk])),
        Column("grade", gettext_lazy("Grade of the accident"),
               cell=lambda row: grade_cell(row.accident)),
        Column("level", gettext_lazy("Led by"), cell="level_label"),
        Column("lead", gettext_lazy("Leading unit"), cell="lead.name", kind="text"),
        Column("state", gettext_lazy("Status"),
               cell=lambda row: cell("state", state_label(row.case.state), LOOKS[row.case.state])),
        Column("due", gettext_lazy("Due"), cell=due, sort="due"),
        Column("began", gettext_lazy("Began on"), cell="started_on", kind="day", sort="newest",
               phone=False),
    ]  # fmt: skip


@require_GET
@requires("inquiries.view")
def inquiry_list(request: HttpRequest) -> HttpResponse:
    by, today = actor_of(request), timezone.localdate()
    asked = _filters(request.GET)
    rows = policy.permitted(Inquiry.objects.all(), "inquiries.view", by)
    if asked["state"]:
        rows = rows.filter(case__state=asked["state"])
    else:
        rows = rows.exclude(case__state="void")
    if asked["late"]:
        rows = rows.filter(case__unsettled=True, case__suspended_on=None, case__due_on__lt=today)
    if asked["listed"]:
        rows = rows.filter(case__listed=True)
    if asked["raised"]:
        rows = rows.exclude(raised_because="")
    context = {
        "filters": asked, "columns": _columns(), "tabs": tabs.of(by, "inquiries"),
        "page": asked.order(ORDERS, "newest").page(
            rows.select_related(*INQUIRY_ROW), request.GET),
        "sort": asked.sort(ORDERS, "newest"),
        "may_rules": policy.may(by, "raisingrules.view"),
    }  # fmt: skip
    return render_page(request, "accidents/inquiries.html", "accidents/_inquiries.html", context)


@require_GET
@requires("inquiries.view")
def page(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _page(request, pk)


def _page(
    request: HttpRequest, pk: UUID, bad: tuple[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    by, today = actor_of(request), timezone.localdate()
    rows = Inquiry.objects.select_related(*INQUIRY_ROW, "accident__case__area")
    row = policy.access(rows, "inquiries.view", by, pk)
    allowed = policy.allowed(Inquiry, pk, {one.permission for one in inquiry_steps.PAGES}, by)
    dialogs = offering.dialogs(
        inquiry_steps.offered(row, allowed), bad, lambda each: _form(each, row)
    )
    case = row.case
    events = list(Event.objects.filter(case=pk).order_by("-seq")[:EVENTS_MAX])
    seen = policy.permitted(Accident.objects.filter(pk=row.accident_id), "accidents.view", by)
    context = {
        "row": row, "case": case, "dialogs": dialogs, "bad": bad[0] if bad else "",
        "crumbs": crumbs_of(case.area), "look": LOOKS[case.state],
        "state": state_label(case.state), "tracks": list(row.tracks.order_by("pk")),
        "rung": RUNGS[case.rung - 1] if case.rung and case.unsettled else "",
        "days": (case.due_on - today).days if case.due_on and case.unsettled else None,
        "drawn": [state_label(state) for state in DRAWN],
        "now": DRAWN.index(case.state) if case.state in DRAWN else None,
        "timeline": timeline_of(events, INQUIRY_STEPS), "sees_accident": seen.exists(),
        "listings": list(case.listings.select_related("supervisor").order_by("-listed_on", "-pk")),
        "today": today, "plain_due": report_due(row.accident.day), "law": rules()["source"],
    }  # fmt: skip
    return render_page(request, "accidents/inquiry.html", "accidents/inquiry.html", context, status)


def _form(page: offering.StepPage, row: Inquiry, data: Any = None) -> Any:
    initial: dict[str, Any] = {
        "request_id": uuid7(), "seen": row.case.version, "on": timezone.localdate(),
        "level": max(0, row.level - 1), "cause": row.cause, "measures": row.measures,
        "responsibility": row.responsibility,
    }  # fmt: skip
    return page.form(data, initial=initial, auto_id=f"{page.code}_%s")


@require_POST
@requires("inquiries.view")
def step(request: HttpRequest, pk: UUID, code: str) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    row = policy.access(Inquiry.objects.select_related("case"), "inquiries.view", by, pk, at=at)
    found = offering.page_of(inquiry_steps.BY_CODE, code)
    form = _form(found, row, request.POST)
    return offering.answer(
        request, pk, found, form, by=by, at=at,
        again=lambda bad: _page(request, pk, bad, status=422),
        done=lambda: reverse("accidents:inquiry", args=[pk]),
    )  # fmt: skip
