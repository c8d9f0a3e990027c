"""Forms: the list, a form's page, who files it and by when; items that forms declare."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.base.refusal import NotFound, Refusal
from anlan.domain.filings import commands, deriving, queries, rollup, tabs, terms, who
from anlan.domain.filings.commands.days import last_job
from anlan.domain.filings.forms import DeclarerForm, FormForm, IssueForm, ItemForm, OtherDayForm
from anlan.domain.filings.models import Form, Item, Version
from anlan.domain.filings.terms import Definition
from anlan.domain.lists.permissions import LEADS
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.fields import chosen_by
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.accounts.models import Unit, UnitKind
from anlan.kernel.accounts.units import main_unit
from anlan.kernel.calendar import periods as calendar
from anlan.kernel.loop.forms import Reason, StepForm
from anlan.kernel.papers import scripts
from anlan.kernel.regions.models import Level, Region
from anlan.ui.forms import put_refusal
from anlan.ui.keyset import Keyset
from anlan.ui.lists import Choice, Column, Filters, Search
from anlan.ui.pages import go_on, render_page
from anlan.ui.parts import cell

ORDERS = {"made": Keyset.by("-made_at", "-pk")}
ITEM_ORDERS = {"made": Keyset.by("-made_at", "-pk")}
#: Items that the list of a cell offers.
ITEMS_OFFERED_MAX = 2_000
PERIODS_SHOWN, DAYS_SHOWN, UNITS_SHOWN = 24, 50, 300
STATUS_TONES = {"draft": "amber", "open": "green", "ended": "line"}


@require_GET
@requires("forms.view")
def form_list(request: HttpRequest) -> HttpResponse:
    by, today = actor_of(request), timezone.localdate()
    filters = Filters(
        (Search("q", _("Words in title or number")),
         Choice("status", _("Status"), list(Form.Status.choices))),
        request.GET,
    )  # fmt: skip
    rows = queries.forms(by).select_related("unit")
    rows = rows.filter(scripts.holding(filters["q"], "title", "number"))
    if filters["status"]:
        rows = rows.filter(status=filters["status"])
    page: Any = filters.order(ORDERS, "made").page(rows, request.GET)
    mine = queries.filings(by).filter(form__in=[row.pk for row in page.rows], line=F("form__line"))
    newest = rollup.newest_periods([row.pk for row in page.rows])
    counted = queries.counts_by(mine, today, "form", "code")
    context = {
        "filters": filters, "page": page, "tabs": tabs.of(by, "forms"),
        "may_make": policy.may(by, "forms.make"), "tones": STATUS_TONES,
        "stands": queries.STANDS,
        "counts": {
            pk: (code, calendar.parse(code).label, counted[pk, code])
            for pk, code in newest.items()
        },
    }  # fmt: skip
    return render_page(request, "filings/forms.html", "filings/_forms.html", context)


def form_of(pk: UUID, permission: str, by: Actor, at: Any = None) -> Form:
    return policy.access(
        Form.objects.select_related("unit", "area"), permission, by, pk, at=at
    )  # fmt: skip


@require_GET
@requires("forms.view")
def form(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _form_page(request, pk)


def _form_page(
    request: HttpRequest, pk: UUID, bad: tuple[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    today = timezone.localdate(at)
    row = form_of(pk, "forms.view", by)
    may_edit = "forms.edit" in policy.allowed(Form, pk, {"forms.edit"}, by)
    may_edit = may_edit and row.status != Form.Status.ENDED
    versions = list(row.versions.order_by("-number"))
    newest = next((one for one in versions if one.status == "issued"), versions[0])
    definition = Definition.of(newest.definition)
    codes = rollup.codes_of(row)[:PERIODS_SHOWN]
    counted = queries.counts_by(
        queries.filings(by).filter(form=row, code__in=codes, line=row.line), today, "code"
    )
    days = list(row.other_days.select_related("unit", "area").order_by("-made_at", "-pk"))
    shown = len(days) if request.GET.get("days") == "all" else DAYS_SHOWN
    moving = last_job(pk)
    # who.NAMED_MAX at most.
    named = list(Unit.objects.filter(pk__in=row.who.get("units", ())).order_by("path", "name"))
    units_shown = len(named) if request.GET.get("units") == "all" else UNITS_SHOWN
    context = {
        "form": row, "versions": versions, "newest": newest, "definition": definition,
        "items": deriving.items_of(definition), "may_edit": may_edit,
        "draft": next((one for one in versions if one.status == Version.Status.DRAFT), None),
        "periods": [(code, calendar.parse(code).label, counted[code],
                     queries.complete(counted[code])) for code in codes],
        "stands": queries.STANDS, "tones": queries.TONES, "status_tones": STATUS_TONES,
        "groups": _groups(row),
        "units": named[:units_shown], "units_left": max(0, len(named) - units_shown),
        "owing": who.units_of(row).count(), "deadlines": deadline_words(row),
        "other_days": days[:shown], "days_left": max(0, len(days) - shown),
        "moving": moving if moving and moving.state != "done" else None,
        "declarers": list(row.declarers.select_related("unit").order_by("-since", "unit__path")),
        "dialogs": _dialogs(row, by, today, bad) if may_edit else {},
        "bad": bad, "request_id": uuid7(), "rules": [rule_words(one, definition)
                                                     for one in definition.rules],
    }  # fmt: skip
    return render_page(request, "filings/form.html", "filings/form.html", context, status)


def _dialogs(row: Form, by: Actor, today: Any, bad: tuple[str, Any] | None) -> dict[str, Any]:
    """The forms behind the page's buttons, one of them perhaps as it was sent."""

    def fresh() -> dict[str, Any]:
        return {"request_id": uuid7(), "seen": row.version}

    periods = [(one.code, one.label) for one in who.periods_open(row, today)[::-1]]
    other = OtherDayForm(initial=fresh(), auto_id="other_%s")
    other.fields["code"].choices = periods  # type: ignore[attr-defined]
    found = {
        "other": other,
        "declare": DeclarerForm(initial=fresh(), auto_id="declare_%s"),
        "issue": IssueForm(initial=fresh(), auto_id="issue_%s"),
        "end": Reason(initial=fresh(), auto_id="end_%s"),
    }
    return {**found, **({bad[0]: bad[1]} if bad else {})}


def _groups(row: Form) -> list[tuple[str, str, str, str]]:
    """Level, kind, area and word of each, in words."""
    groups = who.groups_of(row)
    areas = Region.objects.in_bulk({group.area for group in groups if group.area})
    return [
        (str(Level(group.level).label), str(UnitKind(group.kind).label),
         areas[group.area].name if group.area else "", group.word)
        for group in groups
    ]  # fmt: skip


def deadline_words(row: Form) -> list[tuple[str, str]]:
    found = []
    for level, rule in sorted((row.deadlines or {"": who.DEFAULT_DEADLINE}).items()):
        name = str(Level(int(level)).label) if level else _("all others")
        working = rule["kind"] == "working_days"
        words = (
            _("%(n)d working days after the period's end")
            if working
            else _("%(n)d days after the period's end")
        )
        said = words % {"n": rule["n"]}
        if rule.get("rest_day") == "moves" and not working:
            said += _(", on the next working day where that is none")
        found.append((name, said))
    return found


def rule_words(rule: terms.Rule, definition: Definition) -> dict[str, Any]:
    known = definition.by_key()

    def said(addresses: tuple[str, ...]) -> str:
        parts = []
        for one in addresses:
            key, when = terms.address(one)
            label = known[key].label if key in known else key
            parts.append(f"{label} ({terms.WHEN[when]})" if when else label)
        return " + ".join(parts)

    return {
        "key": rule.key, "text": rule.text, "left": said(rule.left), "right": said(rule.right),
        "kind": terms.RULES[rule.kind], "percent": rule.percent, "is_change": rule.kind == "change",
        "missing": terms.MISSING[rule.missing], "severity": terms.SEVERITIES[rule.severity],
        "stops": rule.severity == "error",
    }  # fmt: skip


@require_http_methods(["GET", "POST"])
@requires("forms.make")
def edit(request: HttpRequest, pk: UUID | None = None) -> HttpResponse:
    """Make a form, or change who files it and by when."""
    by, at = actor_of(request), timezone.now()
    row = form_of(pk, "forms.edit", by, at) if pk else None
    initial: dict[str, Any] = {"request_id": uuid7()}
    if row is not None:
        initial |= FormForm.initial_of(row) | {"seen": row.version}
    else:
        today = timezone.localdate(at)
        initial |= {
            "pk": uuid7(), "period": "month", "line": "area", "days": 5, "opens_days": 5,
            "mend_days": 2, "reviewed": True, "nil_allowed": True, "counting": "calendar_days",
            "rest_day": "moves", "starts_on": calendar.month(today).start,
        }  # fmt: skip
    data = request.POST if request.method == "POST" else None
    area = row.area if row else main_unit(by, LEADS).area
    sheet = chosen_by(FormForm(data, initial=initial).of(area), by)
    if data is not None and sheet.is_valid():
        try:
            made = _saved(sheet, row, by, at)
        except Refusal as refusal:
            put_refusal(sheet, refusal)
        else:
            messages.success(request, _("Saved."))
            name = "filings:form" if row else "filings:design"
            return go_on(request, reverse(name, args=[made]))
    status = 422 if sheet.errors else 200
    context = {"sheet": sheet, "row": row}
    return render_page(request, "filings/edit.html", "filings/edit.html", context, status)


def _saved(sheet: FormForm, row: Form | None, by: Actor, at: Any) -> UUID:
    call = {"by": by, "at": at, "request_id": sheet.cleaned_data["request_id"]}
    if row is None:
        return commands.make_form(sheet.new(), **call)
    return commands.change_form(row.pk, sheet.new(), seen=sheet.cleaned_data["seen"], **call)


@require_POST
@requires("forms.edit")
def act(request: HttpRequest, pk: UUID, code: str) -> HttpResponse:
    """What one does with a form from its page."""
    by, at = actor_of(request), timezone.now()
    row = form_of(pk, "forms.edit", by, at)
    kinds = {"other": OtherDayForm, "declare": DeclarerForm, "issue": IssueForm, "end": Reason,
             "begin": StepForm, "declared": DeclarerForm, "resume": StepForm}  # fmt: skip
    kind = kinds.get(code)
    if kind is None:
        raise NotFound
    sheet: Any = chosen_by(kind(request.POST, auto_id=f"{code}_%s"), by)
    if code == "other":
        open_now = who.periods_open(row, timezone.localdate(at))
        sheet.fields["code"].choices = [(one.code, one.label) for one in open_now]
    if code == "declared":
        sheet.fields["reason"].required = False
    if not sheet.is_valid():
        return _form_page(request, pk, (code, sheet), 422)
    data = sheet.cleaned_data
    call = {"by": by, "at": at, "request_id": data["request_id"]}
    try:
        _done(code, pk, data, call)
    except Refusal as refusal:
        put_refusal(sheet, refusal)
        return _form_page(request, pk, (code, sheet), 422)
    messages.success(request, _("Saved."))
    name = "filings:design" if code == "begin" else "filings:form"
    return go_on(request, reverse(name, args=[pk]))


@require_GET
@requires("forms.view")
def days_progress(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What the bar of an exception that is being carried out asks every second."""
    row = form_of(pk, "forms.view", actor_of(request))
    job = last_job(row.pk)
    if job is None:
        raise NotFound
    context = {"form": row, "moving": job}
    answer = HttpResponse(render_to_string("filings/_days_job.html", context, request))
    if not job.is_live:
        answer["HX-Refresh"] = "true"
    return answer


def _done(code: str, pk: UUID, data: dict[str, Any], call: dict[str, Any]) -> None:
    if code == "other":
        commands.other_day(
            pk, code=data["code"], due_on=data["due_on"], reason=data["reason"],
            unit=data["unit"].pk if data["unit"] else None,
            area=data["area"].code if data["area"] else "", **call,
        )  # fmt: skip
    elif code == "declare":
        commands.let_declare(
            pk, unit=data["unit"].pk if data["unit"] else 0, since=data["since"],
            reason=data["reason"], **call,
        )  # fmt: skip
    elif code == "declared":
        commands.end_declaring(
            pk, unit=data["unit"].pk if data["unit"] else 0, until=data["since"], **call
        )
    elif code == "resume":
        commands.resume(pk, **call)
    elif code == "issue":
        commands.issue(pk, since=data["since"], note=data["note"], seen=data["seen"], **call)
    elif code == "end":
        commands.end_form(pk, reason=data["reason"], seen=data["seen"], **call)
    else:
        commands.begin_version(pk, **call)


# --- items ---------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@requires("items.view")
def items(request: HttpRequest) -> HttpResponse:
    """What declared numbers count, with their basis; each is entered once and used by forms."""
    by, at = actor_of(request), timezone.now()
    may_make = policy.may(by, "items.make")
    data = request.POST if request.method == "POST" else None
    sheet = ItemForm(data, initial={"request_id": uuid7()})
    if data is not None:
        policy.demand(by, "items.make", at=at)
        if sheet.is_valid():
            given = sheet.cleaned_data
            new = commands.NewItem(
                given["name"],
                given["measure"],
                int(given["digits"]),
                given["adds"],
                given["basis"],
                vague=given["vague"],
            )
            try:
                commands.make_items([new], by=by, at=at, request_id=given["request_id"])
            except Refusal as refusal:
                put_refusal(sheet, refusal)
            else:
                messages.success(request, _("Saved."))
                return go_on(request, reverse("filings:items"))
    filters = Filters((Search("q", _("Words in it")),), request.GET)
    rows = queries.items(by).select_related("unit")
    rows = rows.filter(scripts.holding(filters["q"], "name"))
    context = {
        "filters": filters, "page": filters.order(ITEM_ORDERS, "made").page(rows, request.GET),
        "columns": _item_columns(), "tabs": tabs.of(by, "items"), "may_make": may_make,
        "sheet": sheet,
    }  # fmt: skip
    status = 422 if sheet.errors else 200
    return render_page(request, "filings/items.html", "filings/_items.html", context, status)


def _item_columns() -> list[Column]:
    return [
        Column("name", gettext_lazy("Name of the item"), cell="name", kind="text"),
        Column("measure", gettext_lazy("Counted in"), cell="measure"),
        Column("adds", gettext_lazy("How it adds up"),
               cell=lambda row: cell("tag", row.get_adds_display(), "line")),
        Column("basis", gettext_lazy("Basis (口径)"), cell="basis", kind="text"),
        Column("unit", gettext_lazy("Kept by"), cell="unit.name", phone=False),
    ]  # fmt: skip


def item_choices(by: Actor, used: Mapping[int, Item]) -> tuple[list[Item], int]:
    """Items that a cell can be of, those that the form uses among them; how many are left out."""
    rows = queries.items(by).order_by("name", "pk")
    found = list(rows[:ITEMS_OFFERED_MAX])
    left = rows.count() - len(found) if len(found) == ITEMS_OFFERED_MAX else 0
    return [*found, *(one for pk, one in used.items() if pk not in {row.pk for row in found})], left
