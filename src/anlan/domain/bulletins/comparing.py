"""A figure held against another period, in words that the figures carry.

Nothing is held against days of which nothing was recorded. A share of what was found in a period
grows with every day since, so two periods' shares aren't compared. From a small number a change is
told as a number, not in percent. What stands open is told against the end of the period before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.domain.bulletins.figures import BEFORE, COMPARED, PERCENT_BY, POINTS_BY, Put, of_value
from anlan.domain.bulletins.scope import Scope
from anlan.kernel.calendar import periods
from anlan.kernel.calendar.periods import SPAN_DAYS_MAX, Kind, Period
from anlan.kernel.facts.asking import Query
from anlan.kernel.indicators.compute import PREVIOUS, YEAR_AGO, Value, evaluate
from anlan.kernel.indicators.declare import indicator
from anlan.ui.figures import SMALL_BASE, compared

#: From a smaller number than this, 300 % more is a few more; and nobody reads 13,315.8 %.
PERCENT_FROM, PERCENT_BELOW = SMALL_BASE, 1_000
#: Whose value grows with the days since its period: rectified by now, of what was found then.
MATURING = frozenset({"hazard.rectification_rate"})
#: Records may begin so far into a period that others are held against: its first tenth.
_SLACK = 10

_BEFORE: Mapping[Kind, Any] = {
    Kind.MONTH: gettext_lazy("the month before"),
    Kind.QUARTER: gettext_lazy("the quarter before"),
    Kind.TEN_DAYS: gettext_lazy("the ten days before"),
    Kind.YEAR: gettext_lazy("the year before"),
}
_NONE_THEN = {
    YEAR_AGO: gettext_lazy("none a year ago"),
    PREVIOUS: gettext_lazy("none in the period before"),
}


def usual(period: Period) -> str:
    """What a period is held against in tables: a year against the year before, which is 同比."""
    return YEAR_AGO if period.kind is Kind.YEAR else PREVIOUS


@dataclass(frozen=True)
class Records:
    """Of which days something was recorded, by what counts it ("hazard.found")."""

    flows: Mapping[tuple[str, str], bool]
    stocks: Mapping[str, bool]

    def allow(self, value: Value, compare: str, counter: str) -> bool:
        return value.indicator.code not in MATURING and self.flows.get((counter, compare), False)


def records(scope: Scope, counters: tuple[str, ...]) -> Records:
    """Read in one question: what was counted until another period had begun, and ended."""
    began = {
        compare: _since_ever(other.start + timedelta(days=(other.end - other.start).days // _SLACK))
        for compare, other in _others(scope.period).items()
    }
    ended = _since_ever(scope.period.previous().end)
    spans = list(dict.fromkeys([*began.values(), ended]))
    query = Query(kinds=(), areas=[scope.area.pk], periods=spans, **scope.common)
    values = evaluate([indicator(code) for code in counters], query)
    there = {(value.indicator.code, value.period) for value in values if value.value}
    return Records(
        {(code, compare): (code, span) in there
         for code in counters for compare, span in began.items()},
        {code: (code, ended) in there for code in counters},
    )  # fmt: skip


def _others(period: Period) -> dict[str, Period]:
    return {YEAR_AGO: period.year_ago(), PREVIOUS: period.previous()}


def _since_ever(day: date) -> Period:
    return periods.span(day - timedelta(days=SPAN_DAYS_MAX - 1), day)


# --- in words --------------------------------------------------------------------------------


def is_running(scope: Scope) -> bool:
    return scope.today < scope.period.end


def before(period: Period) -> str:
    """The period before, as a text calls it."""
    return str(_BEFORE.get(period.kind, _("the period before")))


def than(scope: Scope) -> str:
    """What stands open is told against: 较上月末, in a running month 较上月同期."""
    words = _("than at the same time of %(before)s") if is_running(scope) \
        else _("than at the end of %(before)s")  # fmt: skip
    return words % {"before": before(scope.period)}


def flows(value: Value, scope: Scope, seen: Records, counter: str, unit: Any, put: Put) -> str:
    """In brackets, how much more or less it is: （同比上升12.3%，环比减少3处）; empty where no
    period can be held against it."""
    compares = [YEAR_AGO] if scope.period.kind is Kind.YEAR else [YEAR_AGO, PREVIOUS]
    known = [each for each in compares if seen.allow(value, each, counter)]
    if not known:
        return ""
    told = [flow(value, scope, each, unit, put) for each in known]
    return _(" (%(told)s)") % {"told": _("; ").join(told)}


def flow(value: Value, scope: Scope, compare: str, unit: Any, put: Put) -> str:
    other = value.compared[compare]
    label = COMPARED[compare]
    if compare == PREVIOUS and is_running(scope):
        label = _("on the same days of %(before)s") % {"before": before(scope.period)}
    if other.current is None or other.value is None:
        return compared(label, "")
    if other.current == other.value:
        return compared(label, "level")
    if not other.value:
        # More than none by as many as there are: that number stands before it already.
        return str(_NONE_THEN[compare])
    is_more = other.current > other.value
    if other.value < PERCENT_FROM or other.change is None or other.change >= PERCENT_BELOW:
        more, less = _("%(label)s: %(n)s%(unit)s more"), _("%(label)s: %(n)s%(unit)s less")
        words = more if is_more else less
        n = put(of_value(value, POINTS_BY, compare))
        return words % {"label": label, "n": n, "unit": unit}
    return compared(label, "up" if is_more else "down", put(of_value(value, PERCENT_BY, compare)))


def then(value: Value, scope: Scope, seen: Records, counter: str, unit: Any, put: Put) -> str:
    """Of what there is none of now, how many there were: ，上年同期3起."""
    told = []
    for compare, words in _THEN.items():
        other = value.compared[compare]
        double = compare == PREVIOUS and scope.period.kind is Kind.YEAR
        if not double and seen.allow(value, compare, counter) and other.value:
            n = put(of_value(value, BEFORE, compare))
            told.append(str(words) % {"n": n, "unit": unit})
    return "".join(told)


_THEN = {
    YEAR_AGO: gettext_lazy(" (%(n)s%(unit)s a year ago)"),
    PREVIOUS: gettext_lazy(" (%(n)s%(unit)s in the period before)"),
}


def stock(value: Value, scope: Scope, seen: Records, counter: str, unit: Any, put: Put) -> str:
    """In brackets, how many more or less stand open than at the end of the period before."""
    points = value.compared[PREVIOUS].points
    if not seen.stocks.get(counter) or points is None:
        return ""
    if not points:
        return _(" (as many %(than)s)") % {"than": _as_at(scope)}
    words = _(" (%(n)s%(unit)s more %(than)s)") if points > 0 \
        else _(" (%(n)s%(unit)s less %(than)s)")  # fmt: skip
    n = put(of_value(value, POINTS_BY, PREVIOUS))
    return words % {"n": n, "unit": unit, "than": than(scope)}


def _as_at(scope: Scope) -> str:
    words = _("as at the same time of %(before)s") if is_running(scope) \
        else _("as at the end of %(before)s")  # fmt: skip
    return words % {"before": before(scope.period)}
