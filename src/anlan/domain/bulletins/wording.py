"""Sentences made by stated rules: each says what a figure is, and nothing that no figure says.

Every rule has a name, its sentence and when it speaks; RULES tells readers so. Where a figure is
missing the sentence says so. What is largest, lowest or longest is taken from the ledger, and of
equals all are named, up to NAMED_MAX.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.domain.bulletins import board as on
from anlan.domain.bulletins.board import Board, Row
from anlan.domain.bulletins.body import Sentence
from anlan.domain.bulletins.figures import (
    COMPARED,
    LATE_UNIT,
    PERCENT_BY,
    POINTS_BY,
    PROPOSALS,
    Figure,
    counted,
    of_value,
)
from anlan.domain.bulletins.subjects import spoken
from anlan.kernel.indicators.compute import PREVIOUS, YEAR_AGO
from anlan.kernel.indicators.declare import Ratio
from anlan.ui.figures import chinese, compared

#: Areas that a sentence names.
NAMED_MAX = 3

RULES: dict[str, Any] = {
    "found": gettext_lazy("Found in the period, on a year ago and on the period before."),
    "open": gettext_lazy("What stands open, overdue and listed at the end of the period."),
    "accidents": gettext_lazy(
        "Accidents and deaths on a year ago, and months in a row of both falling."
    ),
    "overdue_rise": gettext_lazy(
        "The areas in which overdue hazards rose most on the period before."
    ),
    "lowest_rate": gettext_lazy("The areas with the lowest rate of rectification that found any."),
    "late_units": gettext_lazy("The units with most overdue hazards when the paper was written."),
    "major_open": gettext_lazy("Major hazards that stand open, where there are any."),
    "rebounds": gettext_lazy("Hazards that broke out again, where there are any."),
    "streak": gettext_lazy("Months in a row in which overdue hazards rose, from two on."),
    "sector": gettext_lazy("The sector with most overdue hazards."),
    "not_known": gettext_lazy("Areas that told of no hazard in the period."),
    "record": gettext_lazy("As it stood on record when the paper was begun."),
    "closing": gettext_lazy("What a paper of its kind ends with."),
    "none": gettext_lazy("Said where no other rule found anything."),
    "do_overdue": gettext_lazy("Follows from “overdue_rise”."),
    "do_rate": gettext_lazy("Follows from “lowest_rate”."),
    "do_major": gettext_lazy("Follows from “major_open”."),
    "do_rebounds": gettext_lazy("Follows from “rebounds”."),
    "do_quiet": gettext_lazy("Follows from “not_known”."),
    "ask_overdue": gettext_lazy("Follows from “overdue_rise”."),
    "ask_rate": gettext_lazy("Follows from “lowest_rate”."),
    "ask_major": gettext_lazy("Follows from “major_open”."),
    "ask_rebounds": gettext_lazy("Follows from “rebounds”."),
    "ask_quiet": gettext_lazy("Follows from “not_known”."),
    "ask_proposals": gettext_lazy("Proposals that wait for a leader to decide."),
    "ask_none": gettext_lazy("Said where nothing waits for a leader."),
}  # fmt: skip


class Put(list[Figure]):
    """Figures of a sentence that is being written: each call gives its mark."""

    def __call__(self, figure: Figure) -> str:
        self.append(figure)
        return "{" + str(len(self) - 1) + "}"


def sentence(rule: str, text: str, put: Put) -> Sentence:
    return Sentence(text, tuple(put), rule)


def against(row: Row, code: str, compare: str, put: Put) -> str:
    """同比上升12.3%, 环比提高1.2个百分点, or why nothing can be said."""
    value = row[code]
    other, ratio = value.compared[compare], isinstance(value.indicator, Ratio)
    label = COMPARED[compare]
    if other.current is None or other.value is None:
        return compared(label, "")
    if other.current == other.value:
        return compared(label, "level")
    way: Any = "up" if other.current > other.value else "down"
    if ratio:
        points = _("%(n)s points") % {"n": put(of_value(value, POINTS_BY, compare))}
        return compared(label, way, points)
    if other.change is None:
        # More than none by as many as there are: that number stands before it already.
        return str(_NONE_BEFORE[compare])
    return compared(label, way, put(of_value(value, PERCENT_BY, compare)))


_NONE_BEFORE = {
    YEAR_AGO: gettext_lazy("none a year ago"),
    PREVIOUS: gettext_lazy("none in the period before"),
}


def shown(row: Row, code: str, put: Put) -> str:
    return put(of_value(row[code], sector=row.sector))


def listed(words: Sequence[str]) -> str:
    """Names one after another."""
    return ("、" if chinese() else ", ").join(words)


def _named(name: Any, n: str) -> str:
    """A name with how many hazards it has."""
    return _("%(name)s (%(n)s)") % {"name": name, "n": n}


# --- three sentences -------------------------------------------------------------------------


def opening(b: Board) -> list[Sentence]:
    found = [_found(b), _open(b)]
    return [*found, _accidents(b)] if b.scope.accidents else found


def _found(b: Board) -> Sentence:
    put, whole = Put(), b.whole
    text = _(
        "In %(period)s %(area)s found %(found)s hazards (%(year)s; %(before)s), %(major)s of them "
        "major; the rate of rectification is %(rate)s (%(points)s)."
    ) % {
        "period": _spoken(b), "area": b.scope.area.name,
        "found": shown(whole, on.FOUND, put), "year": against(whole, on.FOUND, YEAR_AGO, put),
        "before": against(whole, on.FOUND, PREVIOUS, put),
        "major": shown(whole, on.MAJOR_FOUND, put), "rate": shown(whole, on.RATE, put),
        "points": against(whole, on.RATE, PREVIOUS, put),
    }  # fmt: skip
    return sentence("found", text, put)


def _spoken(b: Board) -> str:
    """The period; of one that isn't over, up to which day."""
    label = b.scope.period.label
    if b.scope.today < b.scope.period.end:
        return _("%(period)s (up to %(day)s)") % {"period": label, "day": spoken(b.scope.today)}
    return str(label)


def _open(b: Board) -> Sentence:
    put, whole = Put(), b.whole
    text = _(
        "On %(day)s %(open)s hazards stand open, %(overdue)s of them overdue (%(change)s), that "
        "is %(share)s; %(major)s major ones are open and %(listed)s are listed."
    ) % {
        "day": spoken(b.scope.passed.end), "open": shown(whole, on.OPEN, put),
        "overdue": shown(whole, on.OVERDUE, put), "share": shown(whole, on.SHARE, put),
        "change": against(whole, on.OVERDUE, PREVIOUS, put),
        "major": shown(whole, on.MAJOR_OPEN, put), "listed": shown(whole, on.LISTED, put),
    }  # fmt: skip
    return sentence("open", text, put)


def _accidents(b: Board) -> Sentence:
    put, whole = Put(), b.whole
    text = _(
        "There were %(count)s production-safety accidents (%(year)s) with %(dead)s deaths "
        "(%(dead_year)s)"
    ) % {
        "count": shown(whole, on.ACCIDENTS, put),
        "year": against(whole, on.ACCIDENTS, YEAR_AGO, put),
        "dead": shown(whole, on.DEAD, put), "dead_year": against(whole, on.DEAD, YEAR_AGO, put),
    }  # fmt: skip
    if b.double_fall:
        text += _("; both have fallen on a year ago for %(n)d months in a row") % {
            "n": b.double_fall
        }
    return sentence("accidents", text + _("."), put)


# --- what is wrong ---------------------------------------------------------------------------


def problems(b: Board) -> list[Sentence]:
    made = [
        _overdue_rise(b), _lowest_rate(b), _streak(b), _worst_sector(b), _late_units(b),
        _major_open(b), _rebounds(b), _not_known(b),
    ]  # fmt: skip
    found = [each for each in made if each is not None]
    if found:
        return found
    return [Sentence(_("No rule found a problem in the figures of this period."), (), "none")]


def _top(rows: Sequence[Row], key: Any, *, least: bool = False) -> list[Row]:
    known = [(key(row), row) for row in rows if key(row) is not None]
    ordered = sorted(known, key=lambda pair: (pair[0] if least else -pair[0], str(pair[1].name)))
    return [row for _value, row in ordered[:NAMED_MAX]]


def risen(b: Board) -> list[Row]:
    rows = [row for row in b.areas if (row.rise(on.OVERDUE) or Decimal(0)) > 0]
    return _top(rows, lambda row: row.rise(on.OVERDUE))


def _overdue_rise(b: Board) -> Sentence | None:
    rows, put = risen(b), Put()
    if not rows:
        return None
    told = [
        _("%(area)s (%(rise)s more, now %(n)s)") % {
            "area": row.name, "rise": put(of_value(row[on.OVERDUE], POINTS_BY, PREVIOUS)),
            "n": shown(row, on.OVERDUE, put),
        }
        for row in rows
    ]  # fmt: skip
    text = _("Overdue hazards rose most in %(areas)s.") % {"areas": listed(told)}
    return sentence("overdue_rise", text, put)


def lowest(b: Board) -> list[Row]:
    whole = b.whole.number(on.RATE)
    # Only what lies below the whole can be called low.
    rows = [row for row in b.ranked if whole is not None and (row.number(on.RATE) or 0) < whole]
    return _top(rows, lambda row: row.number(on.RATE), least=True)


def _lowest_rate(b: Board) -> Sentence | None:
    rows, put = lowest(b), Put()
    if not rows:
        return None
    told = [
        _("%(area)s (%(rate)s of %(n)s)") % {
            "area": row.name, "rate": shown(row, on.RATE, put), "n": shown(row, on.FOUND, put),
        }
        for row in rows
    ]  # fmt: skip
    text = _("The rate of rectification is lowest in %(areas)s; the whole has %(rate)s.") % {
        "areas": listed(told), "rate": shown(b.whole, on.RATE, put),
    }  # fmt: skip
    return sentence("lowest_rate", text, put)


def rising_months(b: Board) -> int:
    """For how many months up to the last one overdue hazards have risen, each on the one before."""
    numbers = [row.number(on.OVERDUE) for _month, row in b.months]
    streak = 0
    for before, now in zip(numbers[-2::-1], numbers[:0:-1], strict=False):
        if before is None or now is None or now <= before:
            break
        streak += 1
    return streak


def _streak(b: Board) -> Sentence | None:
    months, put = rising_months(b), Put()
    if months < 2:
        return None
    first = b.months[-1 - months][1]
    text = _(
        "Overdue hazards have risen for %(months)d months in a row, from %(was)s to %(now)s."
    ) % {
        "months": months, "was": shown(first, on.OVERDUE, put),
        "now": shown(b.months[-1][1], on.OVERDUE, put),
    }  # fmt: skip
    return sentence("streak", text, put)


def _worst_sector(b: Board) -> Sentence | None:
    rows = _top([row for row in b.by_sector if row.number(on.OVERDUE)],
                lambda row: row.number(on.OVERDUE))  # fmt: skip
    if not rows:
        return None
    put = Put()
    text = _("By sector, most overdue hazards stand in %(sectors)s.") % {
        "sectors": listed([_named(row.name, shown(row, on.OVERDUE, put)) for row in rows])
    }
    return sentence("sector", text, put)


def _late_units(b: Board) -> Sentence | None:
    put = Put()
    # With one each, no unit has more of them than the others.
    told = [_named(name, put(counted(LATE_UNIT, b.scope, n))) for name, n in b.late_units if n > 1]
    if not told:
        return None
    text = _("Most overdue hazards wait for %(units)s.") % {"units": listed(told)}
    return sentence("late_units", text, put)


def _major_open(b: Board) -> Sentence | None:
    if not b.whole.number(on.MAJOR_OPEN):
        return None
    put = Put()
    rows = _top([row for row in b.areas if row.number(on.MAJOR_OPEN)],
                lambda row: row.number(on.MAJOR_OPEN))  # fmt: skip
    where = listed([_named(row.name, shown(row, on.MAJOR_OPEN, put)) for row in rows])
    text = _("%(n)s major hazards stand open%(where)s.") % {
        "n": shown(b.whole, on.MAJOR_OPEN, put),
        "where": _(", most of them in %(areas)s") % {"areas": where} if where else "",
    }
    return sentence("major_open", text, put)


def _rebounds(b: Board) -> Sentence | None:
    if not b.whole.number(on.REBOUNDS):
        return None
    put = Put()
    text = _("%(n)s hazards that had been closed broke out again.") % {
        "n": shown(b.whole, on.REBOUNDS, put)
    }
    return sentence("rebounds", text, put)


def quiet(b: Board) -> list[Row]:
    return [row for row in b.areas if not row.number(on.FOUND)]


def _not_known(b: Board) -> Sentence | None:
    rows = quiet(b)
    if not rows or len(rows) == len(b.areas):
        return None
    names = listed([str(row.name) for row in rows[:NAMED_MAX]])
    text = _("%(n)d areas told of no hazard in the period (%(areas)s%(more)s).") % {
        "n": len(rows), "areas": names, "more": _(" and others") if len(rows) > NAMED_MAX else "",
    }  # fmt: skip
    return Sentence(text, (), "not_known")


# --- what follows ----------------------------------------------------------------------------


#: For each problem the name of its rule and its words; the last where there is none.
_Words = Mapping[str, tuple[str, Any]]
#: What the office proposes to do.
_STEPS: _Words = {
    "overdue": ("do_overdue", gettext_lazy(
        "Send supervision letters to %(areas)s on their overdue hazards, and check them one "
        "by one."
    )),
    "rate": ("do_rate", gettext_lazy(
        "Call %(areas)s to report on rectification at the next dispatch meeting."
    )),
    "major": ("do_major", gettext_lazy(
        "Go through the open major hazards: who answers for each, by which day, with what "
        "measures meanwhile."
    )),
    "rebounds": ("do_rebounds", gettext_lazy(
        "Look back at what broke out again, and at who verified it."
    )),
    "quiet": ("do_quiet", gettext_lazy(
        "Verify on the spot whether there is really nothing to find in %(areas)s."
    )),
    "": ("none", gettext_lazy("Go on as before; no rule found a reason to change course.")),
}  # fmt: skip
#: What a circular asks of those who read it.
_DEMANDS: _Words = {
    "overdue": ("ask_overdue", gettext_lazy(
        "%(areas)s: go through overdue hazards one by one, find out why, and rectify them "
        "within a set time."
    )),
    "rate": ("ask_rate", gettext_lazy(
        "%(areas)s: speed up rectification, and report on it at the next dispatch meeting."
    )),
    "major": ("ask_major", gettext_lazy(
        "All areas and departments: for every open major hazard settle who answers, by which "
        "day, and with what measures meanwhile."
    )),
    "rebounds": ("ask_rebounds", gettext_lazy(
        "Look back at what broke out again, and at who verified it."
    )),
    "quiet": ("ask_quiet", gettext_lazy(
        "%(areas)s: verify on the spot whether there is really nothing to report."
    )),
    "": ("none", gettext_lazy(
        "All areas and departments: go on finding and rectifying as laid down."
    )),
}  # fmt: skip


def next_steps(b: Board) -> list[Sentence]:
    """What the office proposes to do: one step for each problem that a rule found."""
    return _following(b, _STEPS)


def demands(b: Board) -> list[Sentence]:
    """What a circular asks of those who read it: one demand for each problem that was found."""
    return _following(b, _DEMANDS)


def _following(b: Board, words: _Words) -> list[Sentence]:
    found: dict[str, Sequence[Row]] = {}
    if rows := risen(b):
        found["overdue"] = rows
    if rows := lowest(b):
        found["rate"] = rows
    if b.whole.number(on.MAJOR_OPEN):
        found["major"] = ()
    if b.whole.number(on.REBOUNDS):
        found["rebounds"] = ()
    if (rows := quiet(b)) and len(rows) < len(b.areas):
        found["quiet"] = rows[:NAMED_MAX]
    return [_follows(*words[problem], rows) for problem, rows in (found or {"": ()}).items()]


def _follows(rule: str, text: Any, rows: Sequence[Row]) -> Sentence:
    return Sentence(str(text) % {"areas": listed([str(row.name) for row in rows])}, (), rule)


def asks(b: Board) -> list[Sentence]:
    """What only a leader can decide (请示事项)."""
    if not b.proposals:
        return [Sentence(_("None."), (), "ask_none")]
    put = Put()
    text = _("Decide on %(n)s proposals that wait (talks, circulars, accountability).") % {
        "n": put(counted(PROPOSALS, b.scope, b.proposals))
    }
    return [sentence("ask_proposals", text, put)]
