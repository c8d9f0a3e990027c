"""What an analysis is about, as its address says it. The address reproduces the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.base.actor import Actor
from anlan.domain.accidents import law
from anlan.domain.accidents.models import Scope
from anlan.domain.accidents.statistics import last_day
from anlan.domain.hazards.models import Grade, Source
from anlan.domain.lists import sums
from anlan.domain.statistics import offered
from anlan.domain.statistics.refusals import AnalysisUnreadable
from anlan.kernel.accounts import readers, sectors
from anlan.kernel.calendar import periods, spans
from anlan.kernel.calendar.periods import Kind, Period
from anlan.kernel.facts.asking import PERIODS_MAX
from anlan.kernel.facts.kinds import known
from anlan.kernel.indicators import compute
from anlan.kernel.indicators.declare import Indicator
from anlan.kernel.regions import queries as regions
from anlan.kernel.regions.models import Region

Text = str | Promise

INDICATORS_MAX, TEXT_CHARS_MAX, COLUMNS_MAX = 40, 80, 120
AREA, PERIOD = "area", "period"
#: What rows and columns may be. Topics overlap: a case has several.
DIMENSIONS: Mapping[str, Text] = {
    AREA: gettext_lazy("Area"), "sector": gettext_lazy("Sector"), PERIOD: gettext_lazy("Period"),
    "grade": gettext_lazy("Grade"), "source": gettext_lazy("Source"),
    "topics": gettext_lazy("Topic"), "scope": gettext_lazy("Statistical scope"),
    "unit": gettext_lazy("Reporting unit"),
}  # fmt: skip
#: Which labels a figure can be narrowed to.
FILTERS = ("sector", "grade", "source")
STEPS: Mapping[str, tuple[Kind, Text]] = {
    name: (kind, label) for name, (kind, label) in spans.KINDS.items()
}
#: 累计, 同比, 环比, 较基年, 三年均值 beside the value itself.
COMPARISONS: Mapping[str, Text] = {
    "total": gettext_lazy("year to date"), "year": gettext_lazy("on a year ago"),
    "before": gettext_lazy("on the period before"), "base": gettext_lazy("on the base year"),
    "mean": gettext_lazy("on the mean of three years"),
}  # fmt: skip
SHOWN: Mapping[str, Text] = {
    "table": gettext_lazy("Table"),
    "chart": gettext_lazy("Chart"),
    "map": gettext_lazy("Map"),
}
BASE_YEAR, MEAN_YEARS = 2019, 3
YEARS = range(periods.YEAR_MIN, periods.YEAR_MAX + 1)


@dataclass(frozen=True)
class Asked:
    """One analysis. ``sectors`` are those that the reader covers; None is all of them."""

    area: Region
    indicators: tuple[str, ...]
    period: Period
    rows: str
    columns: str
    step: str
    compare: tuple[str, ...]
    where: Mapping[str, tuple[str, ...]]
    base_year: int
    known_at: datetime | None
    now_map: bool
    shown: str
    sort: str
    sectors: tuple[str, ...] | None
    at: datetime

    @cached_property
    def chosen(self) -> list[Indicator]:
        return [offered.catalogue()[code] for code in self.indicators]

    @property
    def today(self) -> date:
        return timezone.localdate(self.known_at or self.at)

    @cached_property
    def periods(self) -> list[Period]:
        """The periods of its rows or columns: those that have begun by the day of asking."""
        kind = STEPS[self.step][0]
        return [each for each in self.period.split(kind) if each.start <= self.today]

    @property
    def comparisons(self) -> dict[str, str]:
        """The engine's names of what was chosen."""
        names = {
            "total": compute.CUMULATIVE, "year": compute.YEAR_AGO, "before": compute.PREVIOUS,
            "base": compute.base(self.base_year), "mean": compute.mean_of(MEAN_YEARS),
        }  # fmt: skip
        return {code: names[code] for code in self.compare}

    @property
    def ledger_where(self) -> dict[str, Sequence[str]]:
        """What the ledger is asked for: what was chosen, within the reader's sectors."""
        own: dict[str, Sequence[str]] = dict(self.where)
        if self.sectors is not None and "sector" not in own:
            own["sector"] = self.sectors
        return own

    @property
    def narrowed(self) -> list[str]:
        """What the figures are narrowed to, in words."""
        return [f"{DIMENSIONS[name]}: {word_of(name, value)}"
                for name, values in self.where.items() for value in values]  # fmt: skip

    def params(self, **changes: Any) -> dict[str, Any]:
        """The address, without what is as usual; ``changes`` to None leaves something out."""
        kept: dict[str, Any] = {
            "area": self.area.code, "indicator": list(self.indicators), "period": self.period.code,
            "rows": self.rows, "columns": self.columns, "step": self.step,
            "compare": list(self.compare),
            **{name: [value or "none" for value in values] for name, values in self.where.items()},
            "base": self.base_year if self.base_year != BASE_YEAR else None,
            "known": self.known_at.isoformat() if self.known_at else None,
            "map": "now" if self.now_map else None,
            "show": self.shown if self.shown != "table" else None, "sort": self.sort,
        }  # fmt: skip
        kept.update(changes)
        return {name: value for name, value in kept.items() if value not in (None, "", [])}

    def query(self, **changes: Any) -> str:
        return "?" + urlencode(self.params(**changes), doseq=True)


def read(given: QueryDict, by: Actor, at: datetime) -> Asked:
    """Raises NotFound where the area isn't the reader's, AnalysisUnreadable where it can't be."""
    code = given.get("area", "")[:TEXT_CHARS_MAX]
    area = regions.by_code(code) if code else sums.widest(by)
    allowed = readers.demand(by, area, at)
    known_at = moment_of(given.get("known", ""), at)
    today = timezone.localdate(known_at or at)
    period = spans.period_of(given, today) if given.get("period") else periods.year(today)
    where = {name: _values(given, name) for name in FILTERS if given.getlist(name)}
    where = {name: values for name, values in where.items() if values}
    if allowed is not None and not set(where.get("sector", ())) <= set(allowed):
        raise AnalysisUnreadable(field="sector", reason=_("Your posts cover other sectors."))
    rows = _one(given, "rows", DIMENSIONS, AREA)
    columns = _one(given, "columns", {**DIMENSIONS, "": ""}, "")
    asked = Asked(
        area=area, indicators=_indicators(given, by, allowed), period=period, rows=rows,
        columns=columns if columns != rows else "",
        step=_one(given, "step", STEPS, _usual_step(period)),
        compare=tuple(c for c in COMPARISONS if c in given.getlist("compare")),
        where=where, base_year=_year(given.get("base", "")), known_at=known_at,
        now_map=given.get("map") == "now", shown=_one(given, "show", SHOWN, "table"),
        sort=given.get("sort", "")[:TEXT_CHARS_MAX],
        sectors=None if allowed is None else tuple(allowed), at=at,
    )  # fmt: skip
    _check(asked)
    return asked


def _check(asked: Asked) -> None:
    if asked.period.start > asked.today:
        raise AnalysisUnreadable(
            field="period", reason=_("The period hasn't begun yet. Choose an earlier one.")
        )
    if "unit" in (asked.rows, asked.columns) and (asked.columns or asked.compare or asked.now_map):
        reason = _("By reporting unit there are no columns, no comparisons and no other map: leave "
                   "them out.")  # fmt: skip
        raise AnalysisUnreadable(field="rows", reason=reason)
    if PERIOD in (asked.rows, asked.columns):
        count = len(asked.periods) * (1 + len(asked.compare) * 2)
        if count > PERIODS_MAX:
            reason = _("These are too many periods for one table. Choose longer ones.")
            raise AnalysisUnreadable(field="step", reason=reason)
    if {asked.rows, asked.columns} == {AREA, PERIOD} and asked.now_map and len(asked.compare) > 2:
        reason = _("On today's map choose two comparisons at most.")
        raise AnalysisUnreadable(field="compare", reason=reason)


def _indicators(given: QueryDict, by: Actor, allowed: list[str] | None) -> tuple[str, ...]:
    may = offered.for_reader(by, by_sector=allowed is not None)
    wanted = list(dict.fromkeys(given.getlist("indicator")))
    if len(wanted) > INDICATORS_MAX:
        raise AnalysisUnreadable(
            field="indicator",
            reason=_("At most %(max)d indicators at a time.") % {"max": INDICATORS_MAX},
        )
    if not wanted:
        wanted = [code for code in offered.DEFAULT if code in may]
    if not wanted or not set(wanted) <= may.keys():
        raise AnalysisUnreadable(field="indicator", reason=_("Choose indicators from the list."))
    return tuple(wanted)


def _usual_step(period: Period) -> str:
    return "month" if period.day_count > 31 else "ten_days" if period.day_count > 10 else "week"


def _one(given: QueryDict, name: str, known_ones: Mapping[str, Any], usual: str) -> str:
    value = given.get(name, usual)
    if value not in known_ones:
        raise AnalysisUnreadable(field=name, reason=_("Choose from the list."))
    return value


def _values(given: QueryDict, name: str) -> tuple[str, ...]:
    values = [value for value in dict.fromkeys(given.getlist(name)) if value]
    plain = tuple("" if value == "none" else value for value in values)
    if any(value and value not in choices(name) for value in plain):
        raise AnalysisUnreadable(field=name, reason=_("Choose from the list."))
    return plain


def _year(text: str) -> int:
    if not text:
        return BASE_YEAR
    if not (text.isascii() and text.isdecimal() and int(text[:6]) in YEARS):
        raise AnalysisUnreadable(field="base", reason=_("Write the base year as 2019."))
    return int(text)


def moment_of(text: str, at: datetime) -> datetime | None:
    """A moment, or the end of a day; later than now is now."""
    if not text:
        return None
    try:
        moment = (
            last_day(date.fromisoformat(text)) if len(text) == len("2026-01-01")
            else datetime.fromisoformat(text[:TEXT_CHARS_MAX])
        )  # fmt: skip
    except ValueError:
        moment = None
    if moment is None or moment.year not in YEARS:
        raise AnalysisUnreadable(field="known", reason=_("Write the day as 2024-06-25."))
    if timezone.is_naive(moment):
        moment = timezone.make_aware(moment)
    return moment if moment < at else None


# What labels are called


def choices(name: str) -> Mapping[str, Text]:
    """A label's values and their words, in their order."""
    if name == "sector":
        return sectors.names()
    if name == "grade":
        # Hazards and accidents share two words, and theirs are the bare ones.
        return {**law.GRADES, **dict(Grade.choices)}
    return dict({"source": Source.choices, "scope": Scope.choices}.get(name, ()))


def word_of(name: str, value: str) -> Text:
    return choices(name).get(value, value) if value else _("not stated")


def divides(each: Indicator, names: Sequence[str]) -> bool:
    """Whether the figure can be told apart by these labels at all."""
    return not names or not any(known(kind).plain for kind in each.kinds)
