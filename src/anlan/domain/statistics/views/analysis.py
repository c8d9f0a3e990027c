"""The analysis as table, chart and map, and as a workbook with the same numbers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.domain.accidents import controls
from anlan.domain.statistics import asked as analyses
from anlan.domain.statistics import forms, offered, pictures, reading, saved, sheets, tabs
from anlan.domain.statistics.asked import Asked
from anlan.domain.statistics.refusals import AnalysisUnreadable
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.accounts.sectors import sector_names
from anlan.kernel.audit import trail
from anlan.kernel.calendar import periods, spans
from anlan.kernel.papers.sheets.handing_out import handed_out
from anlan.ui.pages import render_page


@require_GET
@requires("statistics.view")
def page(request: HttpRequest) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    try:
        asked = analyses.read(request.GET, by, at)
        table = reading.read(asked)
    except AnalysisUnreadable as refusal:
        return _mend(request, by, refusal)
    wish = request.GET.get("page", "")
    wanted = int(wish) if wish.isascii() and wish.isdecimal() and len(wish) < 6 else 1
    every = request.GET.get("every") == "1"
    # The chooser of every count takes a third of a page.
    most = reading.FIGURES_MAX // (2 if every else 1)
    rows, number, pages = reading.page_of(table, wanted, most)
    context = {
        "may_set": policy.may(by, "statistics.settings"),
        **_form(asked, by, every), "asked": asked, "table": table, "rows": rows, "pages": pages,
        "page": number,
        "chart": pictures.chart(table) if asked.shown == "chart" else None,
        "map": pictures.area_map(table) if asked.shown == "map" else None,
        "workbook": reverse("statistics:workbook") + asked.query(), "now": at,
        "groups": _groups(table), "by_indicator": _by_indicator(asked),
        "tabs": tabs.of(by, "analysis"), "saved": saved.menu_of(by),
        "save": forms.SaveView(initial={"request_id": uuid7(), "query": asked.query()},
                               auto_id="save_%s"),
        "restricted": sector_names(asked.sectors) if asked.sectors is not None else [],
        "held": _held(asked), "firsts": _firsts(asked),
        "frozen": asked.query(known=(asked.known_at or at).isoformat()),
    }  # fmt: skip
    return render_page(request, "statistics/analysis.html", "statistics/analysis.html", context)


def _firsts(asked: Asked) -> list[tuple[Any, str, bool]]:
    """The same with another indicator first: a map shows the first, a chart those of its sort."""
    if asked.shown == "table" or len(asked.chosen) < 2:
        return []
    return [
        (each.label, asked.query(indicator=[
            each.code, *(code for code in asked.indicators if code != each.code)
        ], sort=None), each is asked.chosen[0])
        for each in asked.chosen
    ]  # fmt: skip


def _held(asked: Asked) -> list[controls.Held]:
    """Control targets of what is shown, as they stand at the period's end; of whole areas alone."""
    wanted = set(asked.indicators) & controls.COUNTED.keys()
    if not wanted or asked.where or asked.sectors is not None:
        return []
    day = min(asked.period.end, asked.today)
    targets = controls.standing_in(asked.area, day.year, asked.known_at)
    return controls.of_area(
        asked.area, day, at=asked.at, known_at=asked.known_at,
        targets=[row for row in targets if row.indicator in wanted],
    )  # fmt: skip


def _form(asked: Asked, by: Actor, every: bool) -> dict[str, Any]:
    may = offered.for_reader(by, by_sector=asked.sectors is not None)
    return {
        "every": every,
        "offered": offered.grouped(may, asked.indicators, every_count=every),
        "dimensions": analyses.DIMENSIONS,
        "steps_of": [(code, label) for code, (_kind, label) in analyses.STEPS.items()],
        "comparisons": analyses.COMPARISONS, "shown": analyses.SHOWN,
        "choices": {name: analyses.choices(name) for name in analyses.FILTERS},
        "chooser": spans.chooser(asked.period, asked.today, spans.wish({})),
        "usual_periods": _usual_periods(asked),
        "known_day": timezone.localdate(asked.known_at).isoformat() if asked.known_at else "",
        "bases": list(dict.fromkeys(
            (each.label, each.full_basis, each.source, each.full_unit) for each in asked.chosen
        )),
    }  # fmt: skip


def _usual_periods(asked: Asked) -> list[tuple[str, str]]:
    """What most people ask for, to choose from or to see how a period is written."""
    month, year = periods.month(asked.today), periods.year(asked.today)
    quarter = periods.of(periods.Kind.QUARTER, asked.today)
    usual = (month.previous(), month, quarter.previous(), quarter, year.up_to(asked.today), year,
             year.previous())  # fmt: skip
    return [(one.code, str(one.label)) for one in dict.fromkeys(usual)]


def _groups(table: reading.Table) -> list[tuple[Any, int]]:
    """The upper row of headings: each place of the columns, and over how many columns it goes.

    Without such places each indicator, over its comparisons: "on a year ago" says of nothing what.
    """
    found: list[tuple[Any, int]] = []
    for head in table.heads:
        label = head.indicator.label if _by_indicator(table.asked) else head.label
        if found and found[-1][0] == label:
            found[-1] = (label, found[-1][1] + 1)
        else:
            found.append((label, 1))
    return found


def _by_indicator(asked: Asked) -> bool:
    return bool(asked.compare) and not asked.columns


def _mend(request: HttpRequest, by: Actor, refusal: AnalysisUnreadable) -> HttpResponse:
    """The address can't be read: says where, and goes on from the usual analysis."""
    context = {"problem": str(refusal), "usual": reverse("statistics:analysis")}
    return render_page(
        request, "statistics/unreadable.html", "statistics/unreadable.html", context, status=422
    )


@require_GET
@requires("statistics.view")
def workbook(request: HttpRequest) -> HttpResponse:
    """The same figures with their basis and scope; on record before it goes out (S22)."""
    by, at = actor_of(request), timezone.now()
    asked = analyses.read(request.GET, by, at)
    table = reading.read(asked)
    entry = trail.Entry("statistics.export", "statistics", "analysis", after=asked.params())
    return handed_out(_name(asked, at), sheets.tables(table, by, at), entry, by=by, at=at)


def _name(asked: Asked, at: datetime) -> str:
    return f"{_('Analysis')}-{asked.area.name}-{asked.period.code}.xlsx"
