"""What ``./anlan check`` asks of the ledger: (invariant, ok, checked, detail).

Each question is one or a few passes over the table inside the database, so that twelve million
facts need no memory here.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.utils import timezone

from anlan.base import progress
from anlan.kernel.facts import sql
from anlan.kernel.facts.fold import fold, health, months_learnt
from anlan.kernel.facts.kinds import Measure, declared
from anlan.kernel.facts.models import Kind

Finding = tuple[str, bool, int, str]


#: How the costliest is called, which says where it is.
CELLS = "I5 cells equal the facts they sum"


def invariants(now: datetime | None = None) -> Iterator[Finding]:
    """All of them, cheapest first."""
    sql.sort_on_disk()
    yield _folding(now or timezone.now())
    yield _finding("I5 facts name what exists", sql.nameless())
    yield _reversals()
    yield from _subjects()
    progress.say("I5 cohorts stay within their whole")
    yield _cohorts()
    progress.say("I5 no case stands in less than nothing")
    yield _stocks()
    progress.say(CELLS)
    yield _cells()


def _finding(name: str, found: tuple[int, list[str]]) -> Finding:
    checked, bad = found
    return name, not bad, checked, "; ".join(bad)


def _folding(now: datetime) -> Finding:
    state = health(now)
    if state.red:
        # What became ready since the caller folded is folded now; what stays red is held back.
        fold(now)
        state = health(now)
    late = f"the oldest of {state.unfolded} facts waits for {state.lag_seconds:.0f} s" * state.red
    return "I5 facts are folded", not state.red, state.unfolded, late


def _kinds(measure: Measure) -> dict[int, str]:
    """Numbers and codes of the kinds that were posted and are measured so."""
    return {
        kind.pk: kind.code
        for kind in Kind.objects.all()
        if kind.code in declared() and declared()[kind.code].measure is measure
    }


def _reversals() -> Finding:
    return _finding(
        "I5 reversals are opposites", sql.crooked_reversals(list(_kinds(Measure.DISTINCT)))
    )


def _subjects() -> Iterator[Finding]:
    for pk, code in _kinds(Measure.DISTINCT).items():
        months = 1 if declared()[code].period == "month" else 100
        yield _finding(f"I5 {code} counts each subject once", sql.miscounted_subjects(pk, months))


def _cohorts() -> Finding:
    numbers = {kind.code: kind.pk for kind in Kind.objects.all()}
    pairs = [
        (numbers[kind.cohort_of], numbers[kind.code])
        for kind in declared().values()
        if kind.code in numbers and kind.cohort_of in numbers
    ]
    # A follower without any opener in the table at all.
    lost = [
        kind.code
        for kind in declared().values()
        if kind.cohort_of and kind.code in numbers and kind.cohort_of not in numbers
    ]
    checked, bad = sql.cohorts_past_their_whole(pairs)
    return _finding("I5 cohorts stay within their whole", (checked, [*bad, *lost]))


def _stocks() -> Finding:
    return _finding("I5 no case stands in less than nothing",
                    sql.negative_stocks(list(_kinds(Measure.STOCK))))  # fmt: skip


def _cells() -> Finding:
    months = months_learnt()
    low, checked, bad = 0, 0, sql.cells_of_no_fold([learnt for learnt, _high, _facts in months])
    for learnt, high, _facts in months:
        for found, wrong in sql.wrong_cells(low, high, learnt):
            checked += found
            bad += wrong
            progress.say(CELLS, checked)
        low = high
    return _finding(CELLS, (checked, bad[: sql.SHOWN_MAX]))
