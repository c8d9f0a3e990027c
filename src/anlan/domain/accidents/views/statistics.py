"""Statistics of accidents, the accidents behind each figure, and both as workbooks."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from anlan.base.actor import Actor
from anlan.base.refusal import NotFound, Unreadable
from anlan.domain.accidents import behind, columns, controls, law, outputs, queries, tabs
from anlan.domain.accidents import statistics as numbers
from anlan.domain.accidents.loop import COUNTED, DEATHS, HAPPENED, KINDS, LOSS
from anlan.domain.accidents.models import Scope
from anlan.domain.accidents.refusals import TooManyAccidents
from anlan.domain.accidents.statistics import Asked, Line
from anlan.domain.accidents.work import ROW
from anlan.domain.lists import sums
from anlan.kernel.accounts import policy, readers
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.accounts.sectors import sector_names
from anlan.kernel.audit import trail
from anlan.kernel.calendar import periods, spans
from anlan.kernel.facts.kinds import known
from anlan.kernel.papers.sheets.handing_out import handed_out
from anlan.kernel.papers.sheets.writing import OutTable
from anlan.kernel.regions import queries as regions
from anlan.ui.lists import Given
from anlan.ui.pages import render_page

CODE_CHARS_MAX = 40
#: Accidents that one workbook holds.
EXPORT_MAX = 20_000
YEARS = range(1990, 2200)
ADDRESS = ("kind", "area", "period", "scope", "grade", "sector", "type", "own", "known")


def _asked(request: HttpRequest, by: Actor, at: datetime) -> Asked:
    get = request.GET.get
    code = get("area", "")[:CODE_CHARS_MAX]
    area = regions.by_code(code) if code else sums.widest(by)
    allowed = readers.demand(by, area, at)
    today = timezone.localdate(at)
    period = spans.period_of(request.GET, today) if get("period") else periods.year(today)
    scope = get("scope", Scope.WORK)
    if scope not in Scope.values:
        raise NotFound
    base = get("base", "")
    if base and not (base.isdecimal() and int(base) in YEARS):
        raise NotFound
    return Asked(
        area, period, scope, allowed, at, _known(get("known", ""), at),
        int(base) if base else numbers.BASE_YEAR,
    )  # fmt: skip


def _known(text: str, at: datetime) -> datetime | None:
    """A moment, or the end of a day; later than now is now."""
    if not text:
        return None
    try:
        moment = (
            numbers.last_day(date.fromisoformat(text)) if len(text) == len("2026-01-01")
            else datetime.fromisoformat(text[:CODE_CHARS_MAX])
        )  # fmt: skip
    except ValueError:
        raise Unreadable(field="known", reason=_("Write the day as 2024-06-25.")) from None
    if not periods.YEAR_MIN <= moment.year <= periods.YEAR_MAX:
        raise Unreadable(field="known", reason=_("Write the day as 2024-06-25."))
    if timezone.is_naive(moment):
        moment = timezone.make_aware(moment)
    return moment if moment < at else None


@require_GET
@requires("accidents.view")
def statistics(request: HttpRequest) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    asked, today = _asked(request, by, at), timezone.localdate(at)
    found = numbers.read(asked)
    params = {name: request.GET[name] for name in ("area", "period", "scope", "known", "base")
              if request.GET.get(name)}  # fmt: skip
    context = {
        "asked": asked, "found": found, "tabs": tabs.of(by, "statistics"), "heads": _heads(),
        "wan": columns.wan, "loss_kind": LOSS.code, "count_kind": HAPPENED.code,
        "death_kind": DEATHS.code, "scopes": Scope.choices,
        "chooser": spans.chooser(asked.period, today, spans.wish(request.GET)),
        "here": Given(params), "params": params, "held": _held(asked),
        "rates": _rates(asked),
        # What isn't over has no figure yet.
        "may_state": asked.now == asked.period and policy.may(by, "outputs.make"),
        "bases": {kind.code: kind.basis for kind in COUNTED},
        "known_day": timezone.localdate(asked.known_at).isoformat() if asked.known_at else "",
        "restricted": sector_names(asked.sectors) if asked.sectors is not None else [],
    }  # fmt: skip
    return render_page(request, "accidents/statistics.html", "accidents/statistics.html", context)


def _held(asked: Asked) -> list[controls.Held]:
    """Control targets count what is of work, in all sectors."""
    if asked.sectors is not None or asked.scope != Scope.WORK:
        return []
    day = min(asked.now.end, timezone.localdate(asked.known_at or asked.at))
    return controls.of_area(asked.area, day, at=asked.at, known_at=asked.known_at)


def _heads() -> list[str]:
    return [_("Accidents"), _("Deaths"), _("Serious injuries"), _("Direct loss (10,000 yuan)")]


@require_GET
@requires("accidents.view")
def workbook(request: HttpRequest) -> HttpResponse:
    """The same figures as a workbook; on record before it goes out (S22)."""
    by, at = actor_of(request), timezone.now()
    asked = _asked(request, by, at)
    found = numbers.read(asked)
    known_at = f"{timezone.localtime(asked.known_at or at):%Y-%m-%d %H:%M}"
    titles = [
        f"{asked.area.full_name or asked.area.name} {asked.now.label}",
        str(Scope(asked.scope).label), _("As known at %(when)s") % {"when": known_at},
    ]  # fmt: skip
    parts = [
        (_("By grade"), [found.total, *found.grades]),
        (_("Falls by group of grades"), found.groups), (_("By sector"), found.sectors),
        (_("By area"), found.areas), (_("By type"), found.types),
    ]  # fmt: skip
    headers = [
        "", *[f"{head} {when}" for head in _heads()
              for when in (asked.now.label, asked.ago.label, asked.base.label)],
    ]  # fmt: skip
    tables = [
        OutTable(name=name, titles=titles, headers=headers, rows=[_row(line) for line in lines],
                 widths=(28,))
        for name, lines in parts
    ]  # fmt: skip
    if held := _held(asked):
        tables.append(_targets(held, titles))
    entry = trail.Entry(
        "accidents.export", "accidents", "statistics", after=dict(request.GET.items())
    )
    return handed_out(f"{_('Accident statistics')}.xlsx", tables, entry, by=by, at=at)


def _rates(asked: Asked) -> list[dict[str, Any]]:
    """Deaths for each unit of output, with both numbers and where they open."""
    if asked.sectors is not None or asked.scope != Scope.WORK:
        return []
    found = []
    for value in outputs.rates(asked.area, asked.now, at=asked.at, known_at=asked.known_at):
        each, output = value.indicator, outputs.OUTPUTS[value.indicator.kinds[1]]
        more = {name: ",".join(values) for name, values in each.filters[0].items()}
        part, whole = value.counts
        opens = set(more) <= {"scope", "grade", "sector", "type"} and part
        found.append(
            {
                "label": each.label,
                "value": value.value,
                "part": part,
                "kind": output.kind.code,
                "href": asked.href(each.kinds[0], asked.now, **more) if opens else "",
                "whole": output.written(whole) if whole else None,
                "unit": output.unit,
                "basis": each.full_basis,
            }
        )
    return found


def _targets(held: list[controls.Held], titles: list[str]) -> OutTable:
    headers = [_("Target"), _("What is counted"), _("Document and its number"), _("Base"),
               _("Allowed in the year"), _("Used up"), _("Still left"),
               _("Passed at this pace on")]  # fmt: skip
    rows = [
        [each.target.words, str(each.label), each.target.source,
         each.base.value if each.base else None, each.room.limit, each.room.used, each.room.left,
         each.room.breaks_on]
        for each in held
    ]  # fmt: skip
    return OutTable(
        name=_("Control targets"), titles=titles, headers=headers, rows=rows, widths=(36, 24, 28)
    )


def _row(line: Line) -> list[Any]:
    cells: list[Any] = [str(line.label)]
    for kind, figure in line.cells:
        for value in (figure.value, figure.before, figure.base):
            cells.append(columns.wan(value) if kind == LOSS.code and value is not None else value)
    return cells


@require_GET
@requires("accidents.view")
def records(request: HttpRequest) -> HttpResponse:
    """The accidents that one figure counts, with how much each adds."""
    by, at = actor_of(request), timezone.now()
    asked = _figure(request, by, at)
    value = behind.value_of(asked, at)
    page, mine = behind.page(asked, by, at, request.GET)
    whole = readers.demand(by, asked.area, at) is None
    cases, hidden = behind.hidden(asked, by, at, whole)
    shown = columns.columns(timezone.localdate(at))
    shown.insert(1, columns.added(mine, is_loss=asked.kind == LOSS.code))
    context = {
        "asked": asked, "kind": known(asked.kind), "page": page, "columns": shown,
        "value": columns.wan(value) if asked.kind == LOSS.code else value,
        "hidden": hidden, "words": _words(request), "cases": cases,
        "filters": Given({n: request.GET[n] for n in ADDRESS if request.GET.get(n)}),
        "back": f"{reverse('accidents:statistics')}?{_place(asked)}",
    }  # fmt: skip
    return render_page(request, "accidents/records.html", "accidents/records.html", context)


def _figure(request: HttpRequest, by: Actor, at: datetime) -> behind.Asked:
    get = request.GET.get
    kind = get("kind", "")
    if kind not in {each.code for each in KINDS}:
        raise NotFound
    area = regions.by_code(get("area", "")[:CODE_CHARS_MAX])
    allowed = readers.demand(by, area, at)
    where = readers.where_of(allowed)
    if sector := get("sector", ""):
        code = "" if sector == "none" else sector
        if allowed is not None and code not in allowed:
            raise NotFound
        where["sector"] = [code]
    choices = {"scope": Scope.values, "grade": law.GRADES, "type": law.types()}
    for name, known_ones in choices.items():
        wanted = [code for code in get(name, "").split(",") if code]
        if any(code != "none" and code not in known_ones for code in wanted):
            raise NotFound
        if wanted:
            where[name] = ["" if code == "none" else code for code in wanted]
    return behind.Asked(
        kind, area, spans.period_of(request.GET, timezone.localdate(at)), where,
        get("own") == "1", _known(get("known", ""), at),
    )  # fmt: skip


def _place(asked: behind.Asked) -> str:
    return urlencode({"area": asked.area.code, "period": asked.period.code})


def _words(request: HttpRequest) -> list[str]:
    """What narrowed the figure, in words."""
    names: dict[str, Any] = {**law.GRADES, **dict(Scope.choices), "none": _("not stated")}
    names |= {key: row.name for key, row in law.types().items()}
    codes = [code for name in ("scope", "grade", "type")
             for code in request.GET.get(name, "").split(",") if code]  # fmt: skip
    words = list(dict.fromkeys(str(names.get(code, code)) for code in codes))
    if sector := request.GET.get("sector"):
        words.append(_("not stated") if sector == "none" else sector_names([sector])[0])
    return words


@require_GET
@requires("accidents.view")
def export(request: HttpRequest) -> HttpResponse:
    """The register as its filters narrow it; on record before it goes out (S22)."""
    by, at = actor_of(request), timezone.now()
    asked, today = columns.filters(request.GET), timezone.localdate(at)
    rows = queries.narrowed(by, asked, today).select_related(*ROW, "case__sector")
    if rows.count() > EXPORT_MAX:
        raise TooManyAccidents(max=EXPORT_MAX)
    table = OutTable(
        name=_("Register of accidents"), headers=[str(head) for head, _of in columns.OUT],
        rows=([of(row) for _head, of in columns.OUT]
              for row in rows.order_by("-happened_at", "pk")),
        titles=[f"{timezone.localtime(at):%Y-%m-%d %H:%M}  {by.name}"],
    )  # fmt: skip
    entry = trail.Entry("accidents.export", "accidents", "list", after={"query": asked.query()})
    return handed_out(f"{_('Register of accidents')}.xlsx", [table], entry, by=by, at=at)
