"""Who owes which report, who gave it in time, late or nil, and who is missing (缺报)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from anlan.base.actor import Actor
from anlan.base.refusal import Refusal
from anlan.domain.office import reports
from anlan.kernel.accounts import held, policy, words
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.accounts.models import Unit, UnitKind
from anlan.kernel.accounts.views_pickers import area_name
from anlan.kernel.calendar import periods
from anlan.kernel.facts import reports as engine
from anlan.kernel.facts.models import Expected, ReportStatus
from anlan.kernel.regions.models import Region
from anlan.ui.forms import DayInput, Form
from anlan.ui.keyset import Keyset
from anlan.ui.lists import Area, Choice, Column, Filters, chosen
from anlan.ui.offers import first_of, tell
from anlan.ui.pages import go_on, render_page
from anlan.ui.parts import part

#: Units that one form offers.
UNITS_MAX = 500
#: Days after the end of the period, where nothing else is stated.
DUE_DAYS = 5
STATES: dict[str, tuple[Any, str]] = {
    "missing": (_("missing"), "red"),
    "waiting": (_("not due yet"), ""),
    "on_time": (_("on time"), "green"),
    "late": (_("late"), "amber"),
    "nil": (_("nil report"), "blue"),
    "not_applicable": (_("not applicable"), "line"),
}
ORDER = Keyset.by("-start", "path", "unit_id", "pk")


def _period(row: Expected) -> str:
    return _label(row.start, row.end)


def _label(start: date, end: date) -> str:
    """A month, quarter, half or year by its name; other spans by their days."""
    for make in (periods.month, periods.quarter, periods.half, periods.year):
        if (period := make(start)).start == start and period.end == end:
            return period.label
    return periods.span(start, end).label


def _named(rows: list[Any], by: Actor) -> None:
    """Names of units and areas, and what the person may do: a few statements a page."""
    today = policy.today_of(by)
    units = dict(
        Unit.objects.filter(pk__in={row.unit_id for row in rows}).values_list("pk", "name")
    )
    areas = dict(
        Region.objects.filter(pk__in={row.area_id for row in rows}).values_list("pk", "name")
    )
    own = set(policy.units_of(by, ("office", "inspector", "rectifier", "duty")))
    for row in rows:
        row.unit = units.get(row.unit_id, str(row.unit_id))
        row.area = areas.get(row.area_id, "")
        row.about = words.what(row.kind.split(".")[0])
        row.state = engine.state_of(row, today)
        row.is_own = row.unit_id in own


COLUMNS = (
    Column("unit", _("Unit"), link=lambda row: reverse("reports:one", args=[row.pk])),
    Column("area", _("Area")),
    Column("about", _("What is reported")),
    Column("period", _("Period"), cell=_period),
    Column("due", _("Due on"), cell="due_on", kind="day"),
    Column("state", _("State"),
           cell=lambda row: part("tag", STATES[row.state][0], STATES[row.state][1])),
    Column("answered_at", _("Answered"), kind="moment", phone=False),
    Column("answered_by", _("By"), phone=False),
    Column("note", _("Note"), kind="text", phone=False),
)  # fmt: skip


def _filters(request: HttpRequest, rows: Any) -> Filters:
    asked = [(f"{start}..{end}", _label(start, end)) for start, end in engine.periods_asked(rows)]
    return Filters(
        (
            Choice("period", _("Period"), asked),
            Choice("state", _("State"), [(code, label) for code, (label, _tone) in STATES.items()]),
            Area("area", _("Area"), reverse("pickers:areas"), area_name),
        ),
        request.GET,
    )


@requires("reports.view")
def report_list(request: HttpRequest) -> HttpResponse:
    by = actor_of(request)
    today = policy.today_of(by)
    rows = policy.permitted(Expected.objects.all(), "reports.view", by)
    wanted = _filters(request, rows)
    if wanted["period"]:
        start, end = str(wanted["period"]).split("..")
        rows = rows.filter(start=start, end=end)
    if wanted["area"]:
        area = Region.objects.filter(code=wanted["area"]).first()
        inside = Q(path__gte=area.path, path__lt=area.path[:-1] + "0") if area else Q(pk__in=[])
        rows = rows.filter(inside)
    counts = rows.aggregate(
        **{state: Count("pk", filter=engine.in_state(state, today)) for state in STATES}
    )
    if wanted["state"]:
        rows = rows.filter(engine.in_state(str(wanted["state"]), today))
    page = ORDER.page(rows, request.GET)
    _named(page.rows, by)
    context = {
        "page": page,
        "columns": chosen(COLUMNS, request.GET.get("cols", "")),
        "filters": wanted,
        "counts": [
            (label, counts[state], f"?{wanted.query(state=state)}", tone)
            for state, (label, tone) in STATES.items()
        ],
        "may_ask": policy.may(by, "reports.ask"),
    }
    return render_page(request, "office/reports.html", "office/_reports.html", context)


class AskForm(Form):
    kind = forms.ChoiceField(label=_("What is reported"))
    period = forms.CharField(
        label=_("Period"), max_length=30, help_text=_("For example 2024-06, 2024Q2 or 2024.")
    )
    due_on = forms.DateField(label=_("Due on"), widget=DayInput, required=False)
    units = forms.TypedMultipleChoiceField(
        label=_("Units that shall report"), coerce=int, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, units: list[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["kind"].choices = [(prefix, words.what(prefix[:-1])) for prefix in engine.prefixes()]
        fields["units"].choices = [(unit.pk, unit.name) for unit in units]

    def clean_period(self) -> periods.Period:
        try:
            return periods.parse(self.cleaned_data["period"].strip())
        except periods.PeriodUnreadable as refusal:
            raise forms.ValidationError(str(refusal)) from refusal


@requires("reports.ask")
def new(request: HttpRequest) -> HttpResponse:
    """Choose area and kind of unit, then the units, what they report, and until when."""
    by = actor_of(request)
    today = policy.today_of(by)
    area = _area(by, request.GET.get("area", ""))
    kind = request.GET.get("of", UnitKind.COMMITTEE_OFFICE.value)
    if kind not in UnitKind.values:
        kind = UnitKind.COMMITTEE_OFFICE.value
    offered, left = first_of(reports.askable(by, area, kind, today), UNITS_MAX)
    last = periods.last_complete(periods.Kind.MONTH, today).next()
    initial = {
        "period": last.code,
        "due_on": last.end + timedelta(days=DUE_DAYS),
        "units": [unit.pk for unit in offered],
    }
    form = AskForm(request.POST or None, initial=initial, units=offered)
    tell(form, "units", left)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            due_on = data["due_on"] or data["period"].end + timedelta(days=DUE_DAYS)
            try:
                made = reports.ask(
                    data["units"], data["kind"], data["period"], due_on, by=by, at=timezone.now()
                )
            except Refusal as refusal:
                form.add_error(None, str(refusal))
                status = refusal.status
            else:
                messages.success(request, _now("%(n)d reports are expected now.") % {"n": made})
                return go_on(request, reverse("reports:list"))
    context = {
        "form": form,
        "area": area,
        "areas_url": reverse("pickers:areas"),
        "of": kind,
        "kinds": UnitKind.choices,
        "offered": offered,
    }
    return render(request, "office/report_new.html", context, status=status)


def _area(by: Actor, code: str) -> Region:
    """The area asked for, else the widest that one answers for; the nation has every other."""
    if code and (found := Region.objects.current().filter(code=code).first()):
        return found
    paths = sorted((grant.path for grant in held.grants(by)), key=len)
    row = Region.objects.filter(path=paths[0]).first() if paths and paths[0] else None
    return row or Region.objects.get(level=0)


class AnswerForm(Form):
    status = forms.ChoiceField(
        label=_("The report is"),
        choices=[
            (ReportStatus.REPORTED.value, _("complete: everything is entered")),
            (ReportStatus.NIL.value, _("nil: nothing happened")),
            (ReportStatus.NOT_APPLICABLE.value, _("not applicable to us")),
        ],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label=_("Note"), max_length=200, required=False)


@requires("reports.view")
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One report: how it stands, and the answer of whoever owes it."""
    by = actor_of(request)
    row: Any = policy.access(Expected.objects.all(), "reports.view", by, pk)
    form = AnswerForm(None)
    return _page(request, row, form)


@requires("reports.answer")
@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    by = actor_of(request)
    row: Any = policy.access(Expected.objects.all(), "reports.answer", by, pk)
    form = AnswerForm(request.POST)
    status = 422
    if form.is_valid():
        data = form.cleaned_data
        try:
            reports.answer(pk, data["status"], by=by, at=timezone.now(), note=data["note"])
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            status = refusal.status
        else:
            messages.success(request, _now("Entered."))
            return go_on(request, reverse("reports:list"))
    return _page(request, row, form, status)


@requires("reports.ask")
@require_POST
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    reason = request.POST.get("reason", "")
    reports.drop(pk, by=actor_of(request), at=timezone.now(), reason=reason)
    return go_on(request, reverse("reports:list"))


def _page(request: HttpRequest, row: Any, form: Form, status: int = 200) -> HttpResponse:
    by = actor_of(request)
    _named([row], by)
    label, tone = STATES[row.state]
    may_drop = row.status == ReportStatus.EXPECTED and not reports.is_own(row, by)
    may_drop = may_drop and _may(by, "reports.ask", row.pk)
    context = {
        "row": row,
        "form": form,
        "label": label,
        "tone": tone,
        "period": _period(row),
        "counted": engine.counted_by(row),
        "over": _over(row.end, policy.today_of(by)),
        "may_answer": _may(by, "reports.answer", row.pk),
        "may_drop": may_drop,
    }
    return render(request, "office/report.html", context, status=status)


def _over(end: date, today: date) -> bool:
    return end <= today


def _may(by: Actor, permission: str, pk: int) -> bool:
    return policy.permitted(Expected.objects.filter(pk=pk), permission, by).exists()
