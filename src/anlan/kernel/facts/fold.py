"""Sums facts behind the writers, up to a mark; what lies above it is read from the facts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import Max, Min, QuerySet
from django.utils import timezone

from anlan.kernel.facts import cluster, sql
from anlan.kernel.facts.models import Fact, Fold

#: Facts that one transaction folds; on SQLite writers wait for it meanwhile.
FOLD_FACTS_MAX = 100_000
#: From this lag on, health is red: some transaction holds the mark back.
LAG_RED_SECONDS = 60

_TICK = timedelta(microseconds=1)


def fold(at: datetime, *, wait: bool = True, force: bool = False) -> Fold | None:
    """Fold what lies below the mark; returns the last fold made, or None if there was nothing.

    One folder works at a time; without ``wait``, another one's presence is enough. ``force``
    leaves a fold even where there is nothing new: every later fold is then later than ``at``.
    """
    cluster.check_once()
    made: Fold | None = None
    while span := _next_span(force):
        sums = sql.Sums(span.low, span.high)
        with transaction.atomic():
            if not sql.folders_seat(wait):
                return made
            if _last_fold() != span.last:
                continue  # Another folder was quicker.
            made = _keep(span, sums, at)
        if span.whole:
            return made
    return made


class _Span(NamedTuple):
    """The facts that one step folds: from the mark of the fold before up to a mark of its own."""

    last: Fold | None
    high: int
    #: Whether it takes in all that could be folded when we looked.
    whole: bool

    @property
    def low(self) -> int:
        return self.last.mark if self.last else 0


def _last_fold() -> Fold | None:
    return Fold.objects.order_by("-pk").first()


def _next_span(force: bool) -> _Span | None:
    """Looks without taking a lock, since the tick asks every second."""
    last = _last_fold()
    low, top = last.mark if last else 0, sql.mark()
    column = sql.order_column()
    waiting = Fact.objects.filter(**{f"{column}__gte": low, f"{column}__lt": top})
    if not force and not waiting.exists():
        return None
    assert top >= low, "the ledger's order went back: another cluster's database (facts/cluster.py)"
    high = sql.mark_after(FOLD_FACTS_MAX, low, top)
    return _Span(last, high, high >= top)


def _keep(span: _Span, sums: sql.Sums, at: datetime) -> Fold:
    last = span.last
    # Later than every fold before, whatever the clock says.
    moment = max(at, last.at + _TICK) if last else at
    learnt = sql.month_of(timezone.localdate(moment))
    sums.add(learnt)
    facts = (last.facts if last else 0) + sql.count(span.low, span.high)
    return Fold.objects.create(mark=span.high, at=moment, learnt=learnt, facts=facts)


def rebuild(progress: Callable[[int, int], None] | None = None) -> int:
    """Throw the cells away and sum all folded facts again; returns how many facts that were.

    Folds stay, so that every figure stays known as it was known. Readers see the old cells until
    the new ones are there. On SQLite nobody writes meanwhile. Called after a restore.
    """
    cluster.adopt()
    with transaction.atomic():
        sql.folders_seat(wait=True)
        sql.drop_cells()
        low, done = 0, 0
        for month, high, facts in months_learnt():
            sql.Sums(low, high).add(month)
            low, done = high, facts
            if progress:
                progress(done, _facts())
    return done


def months_learnt() -> list[tuple[int, int, int]]:
    """Each month in which folds were made: (month, its last mark, facts folded by then)."""
    rows = Fold.objects.values("learnt").annotate(top=Max("mark"), done=Max("facts"))
    return [(row["learnt"], row["top"], row["done"]) for row in rows.order_by("learnt")]


def _facts() -> int:
    last = Fold.objects.order_by("-pk").first()
    return last.facts if last else 0


@dataclass(frozen=True)
class Health:
    """How far the fold is behind. ``red`` where nobody folds, or something holds the mark back."""

    lag_seconds: float
    oldest_transaction_seconds: float
    unfolded: int
    red: bool


def health(now: datetime) -> Health:
    """How long the oldest fact waits to be folded, and who may be holding it up."""
    last = Fold.objects.order_by("-pk").first()
    column, held = sql.order_column(), sql.oldest_transaction_seconds()
    waiting = Fact.objects.filter(**{f"{column}__gte": last.mark if last else 0})
    # Above the mark some transaction still runs; below it, what waits, waits for the folder alone.
    ready = waiting.filter(**{f"{column}__lt": sql.mark()})
    lag, unfolded = _age(waiting, now), waiting.count()
    red = _age(ready, now) >= LAG_RED_SECONDS or (unfolded > 0 and held >= LAG_RED_SECONDS)
    return Health(lag, held, unfolded, red)


def _age(facts: QuerySet[Fact], now: datetime) -> float:
    """Seconds since the oldest of them was posted."""
    oldest = facts.aggregate(oldest=Min("posted_at"))["oldest"]
    return max(0.0, (now - oldest).total_seconds()) if oldest else 0.0
