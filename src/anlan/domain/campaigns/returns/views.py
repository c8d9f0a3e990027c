"""Reporting duties: made from what a plan says, unit by date, and each unit's return."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.base.refusal import NotFound, Refusal
from anlan.domain.campaigns import (
    queries,
)
from anlan.domain.campaigns.models import Duty, Filing, Line, Plan, Return
from anlan.domain.campaigns.progress import evidence
from anlan.domain.campaigns.returns import commands as do
from anlan.domain.campaigns.returns import exporting as returns_export
from anlan.domain.campaigns.returns import feeding
from anlan.domain.campaigns.returns import forms as forms_returns
from anlan.domain.campaigns.returns import rule as returns_rule
from anlan.domain.campaigns.returns import steps as returns_steps
from anlan.domain.campaigns.returns import table as returns_table
from anlan.domain.campaigns.returns.forms import DutyForm
from anlan.domain.campaigns.returns.loop import STATES, STEPS
from anlan.domain.campaigns.returns.rule import Rule
from anlan.domain.campaigns.returns.table import TONES
from anlan.domain.campaigns.views_tasks import plans_offered
from anlan.domain.hazards.photos import taken
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.loop import offering, timeline
from anlan.kernel.loop.forms import StepForm
from anlan.kernel.loop.models import Event, Extension
from anlan.kernel.loop.settings import RUNGS
from anlan.kernel.papers import attachments, scripts
from anlan.kernel.papers.keeping import Kept, Offer
from anlan.kernel.papers.models import Attachment
from anlan.ui.forms import put_refusal
from anlan.ui.keyset import Keyset
from anlan.ui.lists import Choice, Column, Filters, Given, Search
from anlan.ui.offers import first_of, tell
from anlan.ui.pages import go_on, render_page
from anlan.ui.parts import cell

UNITS_OFFERED_MAX = 300
#: Returns that one press accepts.
ACCEPTED_AT_ONCE = 1_000
DATES_FORETOLD = 24
ORDERS = {"made": Keyset.by("-made_at", "-pk")}
LISTED = Keyset.by("due_on", "unit__path", "pk")
FILING_LOOKS = {"sent": ("blue", "clock"), "returned": ("red", "arrow-back-up"),
                "accepted": ("green", "check")}  # fmt: skip
RELATED = ("plan__campaign", "unit", "area", "line")
timeline_of = partial(
    timeline.timeline_of, steps=STEPS, silent=("state",),
    fields={"due_on": gettext_lazy("to be filed by"), "rectifier": gettext_lazy("who reports"),
            "result": gettext_lazy("what was filed"), "kind": gettext_lazy("what was filed")},
    codes={"kind": dict(Filing.Kind.choices)},
)  # fmt: skip


def _duty(pk: UUID, permission: str, by: Actor, at: Any = None) -> Duty:
    return policy.access(Duty.objects.select_related(*RELATED), permission, by, pk, at=at)


@require_GET
@requires("duties.view")
def duties(request: HttpRequest) -> HttpResponse:
    """Every reporting duty that one may see, with how its returns stand."""
    by, today = actor_of(request), timezone.localdate()
    plans = plans_offered(by, request.GET.get("plan", "")[:40])
    filters = Filters(
        (Search("q", _("Words in it")), Choice("plan", _("Plan"), plans)), request.GET
    )
    rows = returns_table.duties(by).select_related("unit", "plan")
    rows = rows.filter(scripts.holding(filters["q"], "title", "text"))
    plan = queries.uuid_of(filters["plan"])
    if plan:
        rows = rows.filter(plan=plan)
    page: Any = filters.order(ORDERS, "made").page(rows, request.GET)
    pks = [row.pk for row in page.rows]
    mine = returns_table.returns(by).filter(duty__in=pks)
    context = {
        "filters": filters, "page": page, "states": returns_table.STATES, "tones": TONES,
        "counts": returns_table.counts_by_duty(mine, today), "said": rule_said,
        "may_make": plan and "plans.edit" in policy.allowed(Plan, plan, {"plans.edit"}, by),
        "plan": plan,
    }  # fmt: skip
    return render_page(request, "campaigns/duties.html", "campaigns/_duties.html", context)


def rule_said(row: Duty) -> str:
    """How the rule reads: every quarter, month 3, the last day."""
    rule = Rule.of(row.rule)
    every = str(returns_rule.EVERY[rule.every])
    if rule.every == "dates":
        days = returns_rule.text_of_days(rule.dates)
        return _("%(every)s: %(days)s") % {"every": every, "days": days}
    if rule.every == "week":
        return _("%(every)s, on weekday %(day)d") % {"every": every, "day": rule.day}
    day = _("day %(day)d") % {"day": rule.day} if rule.day else _("the last day")
    if rule.every == "month":
        return _("%(every)s, %(day)s") % {"every": every, "day": day}
    return _("%(every)s, %(day)s of month %(month)d") % {
        "every": every, "day": day, "month": rule.month,
    }  # fmt: skip


@require_http_methods(["GET", "POST"])
@requires("plans.edit")
def new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Make a reporting duty of what the plan says; its days are shown before it is put in force."""
    by, at = actor_of(request), timezone.now()
    plan = policy.access(
        Plan.objects.select_related("campaign", "unit", "area"), "plans.edit", by, pk, at=at
    )
    asked = request.GET.get("who", "")
    heap = asked if asked in returns_table.HEAPS else "have"
    offered = returns_table.units_of(plan, heap).order_by("area__level", "path", "name")
    units, left = first_of(offered, UNITS_OFFERED_MAX)
    found = returns_table.suggestions(plan)
    days: list[Any] = []
    status = 200
    if request.method == "POST":
        units += returns_table.chosen(plan, request.POST.getlist("units"), units)
        form, status = DutyForm(request.POST, units=units), 422
        if form.is_valid():
            data = form.cleaned_data
            try:
                if "preview" in request.POST:
                    days = do.days_of(form.rule, data["starts_on"], data["ends_on"])
                    status = 200
                else:
                    made = do.make_duty(pk, form.new, by=by, at=at, request_id=data["request_id"])
                    messages.success(request, _("In force from now on."))
                    return go_on(request, reverse("campaigns:duty", args=[made]))
            except Refusal as refusal:
                put_refusal(form, refusal)
    else:
        form = DutyForm(initial=_initial(request, plan, found, units), units=units)
    tell(form, "units", left)
    context = {
        "plan": plan, "form": form, "suggestions": found, "days": days[:DATES_FORETOLD],
        "days_more": max(0, len(days) - DATES_FORETOLD),
        "tabs": [(label, f"?who={code}&s={request.GET.get('s', '')}", code == heap)
                 for code, label in returns_table.HEAPS.items()],
    }  # fmt: skip
    return render_page(
        request, "campaigns/duty_edit.html", "campaigns/duty_edit.html", context, status
    )


def _initial(
    request: HttpRequest, plan: Plan, found: Sequence[returns_table.Suggestion], units: Any
) -> dict[str, Any]:
    """What the form begins with: a sentence of the plan, or a line, that was chosen."""
    today = timezone.localdate()
    first, last = max(today, plan.starts_on), max(today, plan.ends_on)
    place = request.GET.get("s", "")
    if place.isdecimal() and int(place) < len(found):
        one = found[int(place)]
        last = one.until if one.until and one.until >= first else last
        return DutyForm.of(one.text, one.rule, one.line, first, last, units)
    line: Line | None = None
    if key := forms_returns.pk_of(request.GET.get("line", "")):
        line = plan.lines.filter(pk=key).first()
    text = line.text if line else ""
    return DutyForm.of(text, returns_rule.read(text), line, first, last, units)


@require_GET
@requires("duties.view")
def duty(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Units against days; with ?state= or ?day= the returns that a count is made of."""
    by, today = actor_of(request), timezone.localdate()
    row = _duty(pk, "duties.view", by)
    first, day = _day(request.GET.get("from")), _day(request.GET.get("day"))
    state = request.GET.get("state", "")
    after = request.GET.get("units", "")
    start = int(after) if after.isdecimal() and len(after) < 6 else 0
    allowed = policy.allowed(Duty, pk, {"duties.edit"}, by)
    opened = state in returns_table.STATES or day is not None
    seen = returns_table.returns(by).filter(duty=row)
    context = {
        "duty": row, "rule": rule_said(row), "today": today, "states": returns_table.STATES,
        "tones": TONES, "counts": returns_table.counts(seen, today), "state": state, "day": day,
        "table": None if opened else returns_table.table(row, by, today, first, start),
        "start": start, "shown": returns_table.UNITS_SHOWN, "columns": _columns(today),
        "page": _listed(request, row, by, today, state, day) if opened else None,
        "filters": Given({k: request.GET[k] for k in ("state", "day") if request.GET.get(k)}),
        "may_edit": "duties.edit" in allowed and row.ended_on is None, "request_id": uuid7(),
        "to_urge": len(do.to_urge(policy.permitted(seen, "returns.answer", by), by, today)),
        "feeds": _feeds(row), "modes": feeding.MODES,
        "unread": policy.permitted(seen, "returns.answer", by)
        .filter(case__state="rectified").count(),
    }  # fmt: skip
    return render_page(request, "campaigns/duty.html", "campaigns/duty.html", context)


def _listed(
    request: HttpRequest, row: Duty, by: Actor, today: date, state: str, day: date | None
) -> Any:
    return LISTED.page(returns_table.listed(row, by, today, state, day), request.GET)


def _feeds(row: Duty) -> list[Any]:
    """Each figure of a duty with the target that it counts, and what that has come to."""
    feeds = feeding.feeds_of(row)
    sums = feeding.sums([feed.target_id for feed in feeds.values()])
    found = []
    for figure in row.figures.order_by("place"):
        feed = feeds.get(figure.pk)
        target = feed.target if feed else None
        declared = sums.get(target.pk) if target else None
        value = queries.number(declared.value, target.digits) if declared and target else None
        words = queries.said(target) if target else ""
        found.append((figure, feed, words, value))
    return found


def _columns(today: date) -> list[Column]:
    def stands(row: Return) -> Any:
        state = returns_table.state_of(row, today)
        return cell("tag", str(returns_table.STATES[state]), TONES[state])

    return [
        Column("unit", _("Unit"), cell="unit.name", kind="text",
               link=lambda row: reverse("campaigns:return", args=[row.pk])),
        Column("due", _("To be filed by"), cell="due_on", kind="day"),
        Column("stands", _("State"), cell=stands),
        Column("filed", _("Filed on"), cell="case.settled_on", kind="day"),
        Column("number", _("Number"), cell="case.number", phone=False),
    ]  # fmt: skip


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


@require_POST
@requires("duties.edit")
def end(request: HttpRequest, pk: UUID) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    _duty(pk, "duties.edit", by, at)
    form = StepForm(request.POST)
    if not form.is_valid():
        raise NotFound
    data = form.cleaned_data
    do.end_duty(
        pk, reason=request.POST.get("reason", ""), seen=data["seen"], by=by, at=at,
        request_id=data["request_id"],
    )  # fmt: skip
    messages.success(request, _("It is asked for no more."))
    return go_on(request, reverse("campaigns:duty", args=[pk]))


@require_POST
@requires("returns.answer")
def accept_all(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Accept everything that waits to be read under a duty."""
    by, at = actor_of(request), timezone.now()
    row = _duty(pk, "duties.view", by, at)
    form = StepForm(request.POST)
    if not form.is_valid():
        raise NotFound
    rows = policy.permitted(Return.objects.filter(duty=row), "returns.answer", by)
    # What somebody filed themselves another one reads.
    own = Event.objects.filter(step="rectify", user_id=by.user_id).values("case")
    waiting = rows.filter(case__state="rectified").exclude(case__in=own)
    pks = list(waiting.order_by("pk").values_list("pk", flat=True)[:ACCEPTED_AT_ONCE])
    if pks:
        do.accept_returns(pks, by=by, at=at, request_id=form.cleaned_data["request_id"])
    messages.success(request, _("%(n)d returns were accepted.") % {"n": len(pks)})
    return go_on(request, reverse("campaigns:duty", args=[pk]))


@require_POST
@requires("returns.answer")
def urge(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Urge every unit whose return is missing."""
    by, at = actor_of(request), timezone.now()
    row = _duty(pk, "duties.view", by, at)
    form = StepForm(request.POST)
    if not form.is_valid():
        raise NotFound
    rows = policy.permitted(Return.objects.filter(duty=row), "returns.answer", by)
    pks = do.to_urge(rows, by, timezone.localdate(at))
    if pks:
        do.urge_missing(pks, by=by, at=at, request_id=form.cleaned_data["request_id"])
    messages.success(request, _("%(n)d missing returns were urged.") % {"n": len(pks)})
    return go_on(request, reverse("campaigns:duty", args=[pk]))


@require_GET
@requires("duties.view")
def export(request: HttpRequest, pk: UUID) -> HttpResponse:
    by = actor_of(request)
    return returns_export.answer(_duty(pk, "duties.view", by), by=by, at=timezone.now())


# --- one return ----------------------------------------------------------------------------


def _rows() -> Any:
    return Return.objects.select_related("case__area", "duty__plan__campaign", "duty__unit", "unit")


@require_GET
@requires("returns.view")
def page(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _page(request, pk)


def _page(
    request: HttpRequest, pk: UUID, bad: tuple[str, StepForm] | None = None,
    offers: Sequence[Offer] = (), status: int = 200,
) -> HttpResponse:  # fmt: skip
    by, today = actor_of(request), timezone.localdate()
    row = policy.access(_rows(), "returns.view", by, pk)
    allowed = policy.allowed(Return, pk, {one.permission for one in returns_steps.PAGES}, by)
    figures = list(row.duty.figures.order_by("place"))
    wishes = list(Extension.objects.filter(case=pk).order_by("-asked_at"))
    wish = next((one for one in wishes if one.granted is None), None)
    dialogs = offering.dialogs(
        returns_steps.offered(row, allowed, wish), bad, lambda one: _form(one, row, figures)
    )
    filings = list(row.filings.order_by("-at", "-pk"))
    files = attachments.by_object(evidence.ON_FILING, [one.pk for one in filings])
    state = returns_table.state_of(row, today)
    case = row.case
    context = {
        "row": row, "case": case, "duty": row.duty, "dialogs": dialogs, "filings": filings,
        "figures": figures, "files": files, "wishes": wishes, "wish": wish,
        "offers": offers, "bad": bad[0] if bad else "",
        "state": STATES[case.state], "stands": returns_table.STATES[state], "tone": TONES[state],
        "rung": RUNGS[case.rung - 1] if case.rung else "", "looks": FILING_LOOKS,
        "days": (case.due_on - today).days if case.unsettled and case.due_on else None,
        "timeline": timeline_of(list(Event.objects.filter(case=case).order_by("-seq"))),
        "sees_duty": returns_table.duties(by).filter(pk=row.duty_id).exists(),
    }  # fmt: skip
    return render_page(request, "campaigns/return.html", "campaigns/return.html", context, status)


def _form(one: offering.StepPage, row: Return, figures: Sequence[Any], data: Any = None) -> Any:
    more: dict[str, Any] = {"auto_id": f"{one.code}_%s"}
    if one.form is forms_returns.FileForm:
        more["figures"] = figures
    return one.form(data, initial={"request_id": uuid7(), "seen": row.case.version}, **more)


@require_POST
@requires("returns.view")
def step(request: HttpRequest, pk: UUID, code: str) -> HttpResponse:
    """Take a step from a return's page. A form to be mended comes back as it was typed."""
    by, at = actor_of(request), timezone.now()
    row = policy.access(_rows(), "returns.view", by, pk, at=at)
    one = offering.page_of(returns_steps.BY_CODE, code)
    form = _form(one, row, list(row.duty.figures.order_by("place")), request.POST)
    files = taken(request, form, by=by, at=at, name="files") if one.photos else Kept()
    more: dict[str, Any] = {"files": files.ready} if one.photos else {}
    return offering.answer(
        request, pk, one, form, by=by, at=at,
        again=lambda bad: _page(request, pk, bad, files.offers(by, at), status=422),
        done=lambda: reverse("campaigns:return", args=[pk]), **more,
    )  # fmt: skip


@require_GET
@requires("returns.view")
def file(request: HttpRequest, pk: UUID, file: UUID) -> HttpResponse:
    """A file of a filing, for whoever may see the return."""
    row = policy.access(Return.objects.all(), "returns.view", actor_of(request), pk)
    filings = [str(key) for key in row.filings.values_list("pk", flat=True)]
    found = Attachment.objects.filter(
        object_type=evidence.ON_FILING, object_id__in=filings, pk=file, withdrawn_at=None
    ).first()
    if found is None:
        raise NotFound
    return attachments.serve(found, thumbnail=request.GET.get("thumb") == "1")
