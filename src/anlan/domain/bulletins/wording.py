"""Sentences made by stated rules: each says what a figure is, and nothing that no figure says.

The three that a paper opens with are opening.py's; here is what is wrong and what follows. Every
rule has a name, its sentence and when it speaks; RULES tells readers so. Where a figure is missing
the sentence says so. What is largest, lowest or longest is taken from the ledger, and of equals all
are named, up to NAMED_MAX; of more equals none. A superlative stands only where others were left
out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.domain.bulletins import board as on
from anlan.domain.bulletins import comparing
from anlan.domain.bulletins.board import Board, Row
from anlan.domain.bulletins.body import Sentence
from anlan.domain.bulletins.figures import (
    LATE_UNIT,
    POINTS_BY,
    PROPOSALS,
    Put,
    counted,
    of_value,
)
from anlan.kernel.indicators.compute import PREVIOUS
from anlan.ui.figures import chinese

#: Areas that a sentence names.
NAMED_MAX = 3
#: Hazards that an area must have found for its rate to be held against it: 0 of 1 says nothing.
RATED_FROM = 5
#: Overdue hazards from which a sector or a unit is named.
TOLD_FROM = 2
#: Months in a row from which a rise is told.
STREAK_FROM = 2

RULES: dict[str, Any] = {
    "found": gettext_lazy(
        "Found in the period, against a year ago and the period before where anything was recorded "
        "then; from fewer than ten, or where it is more than tenfold, as a number and not in "
        "percent."
    ),
    "open": gettext_lazy("What stands open, overdue and listed at the end of the period."),
    "accidents": gettext_lazy(
        "Accidents and deaths on a year ago, and months in a row of both falling."
    ),
    "overdue_rise": gettext_lazy(
        "The areas in which overdue hazards rose most on the period before."
    ),
    "lowest_rate": gettext_lazy(
        "The areas with the lowest rate of rectification, below the whole's, that found five "
        "or more."
    ),
    "late_units": gettext_lazy(
        "The units with most overdue hazards when the paper was written, from two on."
    ),
    "major_open": gettext_lazy("Major hazards that stand open, where there are any."),
    "rebounds": gettext_lazy("Hazards that broke out again, where there are any."),
    "streak": gettext_lazy("Months in a row in which overdue hazards rose, from two on."),
    "sector": gettext_lazy("The sectors with most overdue hazards, from two on."),
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


def shown(row: Row, code: str, put: Put) -> str:
    return put(of_value(row[code], sector=row.sector))


def listed(words: Sequence[str]) -> str:
    """Names one after another."""
    return ("、" if chinese() else ", ").join(words)


def _named(name: Any, n: str) -> str:
    """A name with how many hazards it has."""
    return _("%(name)s (%(n)s)") % {"name": name, "n": n}


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
    """The first few by ``key``; who has as much as one that is left out isn't named either."""
    known = [(row, key(row)) for row in rows if key(row) is not None]
    ordered = sorted(known, key=lambda pair: (pair[1] if least else -pair[1], str(pair[0].name)))
    return [row for row, _value in on.leading(ordered, NAMED_MAX)]


def risen(b: Board) -> list[Row]:
    if not b.records.stocks.get(on.FOUND):
        return []
    return _top(_with_more(b), lambda row: row.rise(on.OVERDUE)) or _with_more(b)


def _with_more(b: Board) -> list[Row]:
    return [row for row in b.areas if (row.rise(on.OVERDUE) or Decimal(0)) > 0]


def _overdue_rise(b: Board) -> Sentence | None:
    rows, put = risen(b), Put()
    if not rows:
        return None
    told = [
        _("%(area)s (%(rise)s more, now %(n)s)") % {
            "area": row.name, "rise": put(of_value(row[on.OVERDUE], POINTS_BY, PREVIOUS)),
            "n": shown(row, on.OVERDUE, put),
        }
        for row in rows[:NAMED_MAX]
    ]  # fmt: skip
    words = {"than": comparing.than(b.scope), "areas": _some(rows, told)}
    if len(rows) < len(_with_more(b)):
        text = _("More hazards are overdue %(than)s, most of all in %(areas)s.")
    else:
        text = _("More hazards are overdue %(than)s in %(areas)s.")
    return Sentence(text % words, tuple(put), "overdue_rise")


def lowest(b: Board) -> list[Row]:
    below = _below_whole(b)
    return _top(below, lambda row: row.number(on.RATE), least=True) or below


def _below_whole(b: Board) -> list[Row]:
    """Only what lies below the whole can be called low, and only of enough hazards."""
    return [row for row in _low(b) if (row.number(on.FOUND) or 0) >= RATED_FROM]


def _low(b: Board) -> list[Row]:
    whole = b.whole.number(on.RATE)
    return [row for row in b.ranked if whole is not None and (row.number(on.RATE) or 0) < whole]


def _lowest_rate(b: Board) -> Sentence | None:
    rows, put = lowest(b), Put()
    if not rows:
        return None
    told = [
        _("%(area)s (%(rate)s of %(n)s)") % {
            "area": row.name, "rate": shown(row, on.RATE, put), "n": shown(row, on.FOUND, put),
        }
        for row in rows[:NAMED_MAX]
    ]  # fmt: skip
    words = {"areas": _some(rows, told) + _too_few(b), "rate": shown(b.whole, on.RATE, put)}
    if len(rows) < len(_below_whole(b)):
        text = _("The rate of rectification is lowest in %(areas)s; the whole has %(rate)s.")
    else:
        text = _("The rate of rectification of %(areas)s lies below that of the whole, %(rate)s.")
    return Sentence(text % words, tuple(put), "lowest_rate")


def _too_few(b: Board) -> str:
    """That some are as low and aren't named, for they found next to nothing."""
    if len(_low(b)) == len(_below_whole(b)):
        return ""
    return _(" (not counting areas that found fewer than %(n)d)") % {"n": RATED_FROM}


def rising_months(b: Board) -> int:
    """For how many months up to the last one overdue hazards have risen, each on the one before.

    A rise from none is a beginning: of the months before, nothing may have been recorded.
    """
    numbers = [row.number(on.OVERDUE) for _month, row in b.months]
    streak = 0
    for before, now in zip(numbers[-2::-1], numbers[:0:-1], strict=False):
        if not before or now is None or now <= before:
            break
        streak += 1
    return streak


def _streak(b: Board) -> Sentence | None:
    months, put = rising_months(b), Put()
    if months < STREAK_FROM:
        return None
    first = b.months[-1 - months][1]
    text = _(
        "Overdue hazards have risen for %(months)d months in a row, from %(was)s to %(now)s."
    ) % {
        "months": months, "was": shown(first, on.OVERDUE, put),
        "now": shown(b.months[-1][1], on.OVERDUE, put),
    }  # fmt: skip
    return Sentence(text, tuple(put), "streak")


def _worst_sector(b: Board) -> Sentence | None:
    rows = _top([row for row in b.by_sector if (row.number(on.OVERDUE) or 0) >= TOLD_FROM],
                lambda row: row.number(on.OVERDUE))  # fmt: skip
    if not rows:
        return None
    put = Put()
    named = {"sectors": listed([_named(row.name, shown(row, on.OVERDUE, put)) for row in rows])}
    if sum(row.number(on.OVERDUE) or 0 for row in rows) == b.whole.number(on.OVERDUE):
        text = _("By sector, overdue hazards all stand in %(sectors)s.")
    else:
        text = _("By sector, most overdue hazards stand in %(sectors)s.")
    return Sentence(text % named, tuple(put), "sector")


def _late_units(b: Board) -> Sentence | None:
    put = Put()
    told = [
        _named(name, put(counted(LATE_UNIT, b.scope, n)))
        for name, n in b.late_units if n >= TOLD_FROM
    ]  # fmt: skip
    if not told:
        return None
    text = _("Most overdue hazards wait for %(units)s.") % {"units": listed(told)}
    return Sentence(text, tuple(put), "late_units")


def _major_open(b: Board) -> Sentence | None:
    whole = b.whole.number(on.MAJOR_OPEN)
    if not whole:
        return None
    put = Put()
    rows = _top([row for row in b.areas if row.number(on.MAJOR_OPEN)],
                lambda row: row.number(on.MAJOR_OPEN))  # fmt: skip
    n = shown(b.whole, on.MAJOR_OPEN, put)
    # What is counted at the area itself is in none below it.
    named = sum(row.number(on.MAJOR_OPEN) or 0 for row in rows)
    if len(rows) == 1 and named == whole:
        # All of them, whose number stands before it.
        text = _("%(n)s major hazards stand open (%(area)s).") % {"n": n, "area": rows[0].name}
        return Sentence(text, tuple(put), "major_open")
    where = listed([_named(row.name, shown(row, on.MAJOR_OPEN, put)) for row in rows])
    if not rows:
        text = _("%(n)s major hazards stand open.")
    elif named == whole:
        text = _("%(n)s major hazards stand open, in %(areas)s.")
    else:
        text = _("%(n)s major hazards stand open, more than elsewhere in %(areas)s.")
    return Sentence(text % {"n": n, "areas": where}, tuple(put), "major_open")


def _rebounds(b: Board) -> Sentence | None:
    if not b.whole.number(on.REBOUNDS):
        return None
    put = Put()
    text = _("%(n)s hazards that had been closed broke out again.") % {
        "n": shown(b.whole, on.REBOUNDS, put)
    }
    return Sentence(text, tuple(put), "rebounds")


def quiet(b: Board) -> list[Row]:
    """Areas without a hazard, unless there is no other."""
    rows = [row for row in b.areas if not row.number(on.FOUND)]
    return rows if len(rows) < len(b.areas) else []


def _not_known(b: Board) -> Sentence | None:
    rows = quiet(b)
    if not rows:
        return None
    return Sentence(
        _("%(areas)s told of no hazard in the period.") % {"areas": _some(rows)}, (), "not_known"
    )


def _some(rows: Sequence[Row], told: Sequence[str] = ()) -> str:
    """A, B, C and others, 5 areas; ``told`` is what is said of the first of them."""
    names = listed(told or [str(row.name) for row in rows[:NAMED_MAX]])
    if len(rows) <= NAMED_MAX:
        return names
    return _("%(names)s and others, %(n)d areas,") % {"names": names, "n": len(rows)}


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
        "Examine the open major hazards one by one: who answers for each, by which day, with what "
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
    if rows := quiet(b):
        found["quiet"] = rows
    return [_follows(*words[problem], rows) for problem, rows in (found or {"": ()}).items()]


def _follows(rule: str, text: Any, rows: Sequence[Row]) -> Sentence:
    return Sentence(str(text) % {"areas": _some(rows)}, (), rule)


def asks(b: Board) -> list[Sentence]:
    """What only a leader can decide (请示事项)."""
    if not b.proposals:
        return [Sentence(_("None."), (), "ask_none")]
    put = Put()
    text = _(
        "%(n)s proposals (talks, circulars, accountability) wait at present: please decide on them."
    ) % {"n": put(counted(PROPOSALS, b.scope, b.proposals))}
    return [Sentence(text, tuple(put), "ask_proposals")]
