"""What if: a ranking scored again with other figures, from what its run kept. Nothing is written.

Everybody is scored again, since a rule by rank moves others too; the ledger isn't asked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any
from uuid import UUID

from django.db.models import Q, Sum

from anlan.domain.assessments import behind, scoring, working
from anlan.domain.assessments.compared import Compared
from anlan.domain.assessments.measuring import Spans, counts_of
from anlan.domain.assessments.models import Run, Score
from anlan.domain.assessments.scoring import Figure, Scored, Subject
from anlan.domain.assessments.spec import CHANGES
from anlan.kernel.calendar import periods
from anlan.kernel.calendar.periods import Period
from anlan.kernel.facts.behind import facts_in
from anlan.kernel.loop.posting import STOCKS

#: Hazards that one trial closes.
CLOSED_MAX = 500


@dataclass(frozen=True)
class Changed:
    """A figure as it is, and as it would be."""

    item: str
    numerator: Fraction | None = None
    denominator: Fraction | None = None


@dataclass(frozen=True)
class Outcome:
    before: Scored
    after: Scored
    #: Figures that a trial changed, before and after.
    figures: Mapping[str, tuple[Figure, Figure]]


def try_out(run: Run, score: Score, changes: Iterable[Changed]) -> Outcome:
    """The score and rank of one of those compared, were its figures others."""
    spec = run.spec
    subjects = [working.subject_read(each) for each in run.scores.order_by("pk")]
    before = scoring.scores(spec, subjects)
    mine = next(one for one in subjects if one.key == score.subject)
    figures = dict(mine.figures)
    moved = {}
    for change in changes:
        old = figures.get(change.item, Figure())
        new = replace(
            old,
            numerator=old.numerator if change.numerator is None else change.numerator,
            denominator=old.denominator if change.denominator is None else change.denominator,
            why="" if change.numerator is not None else old.why,
        )
        if new != old:
            figures[change.item] = new
            moved[change.item] = (old, new)
    changed = replace(mine, figures=figures)
    others: list[Subject] = [changed if one.key == mine.key else one for one in subjects]
    after = scoring.scores(spec, others)
    return Outcome(before[mine.key], after[mine.key], moved)


# --- closing hazards -----------------------------------------------------------------------


@dataclass(frozen=True)
class Effect:
    """What the ledger would say more of a kind, were an open case rectified and closed.

    ``day`` is None for what is done now: it counts as if on the last day that the run counts.
    """

    kind: str
    day: date | None
    quantity: int
    labels: Mapping[str, str]


@dataclass(frozen=True)
class Counted:
    """What a run counts of the cases that a trial closes: a case may have been closed on its last
    day and have broken out again since, or have been found elsewhere."""

    #: Names of stocks that a case stands in, by case.
    stocks: Mapping[UUID, Collection[str]]
    #: By case on which day it was found there, and on which days it was due: what these two count
    #: is what the shares of the settled and of the met are of.
    found: Mapping[UUID, Collection[date]]
    due: Mapping[UUID, Collection[date]]

    @classmethod
    def of(cls, run: Run, one: Compared, kind: str, pks: Collection[UUID]) -> Counted:
        """A statement for each stock, one for what was found and one for what was due, however
        many cases."""
        places = Q(area_id__in=behind.places_of(one))
        spans = Spans.of(run.span, run.through)
        days = periods.span(min(spans.period.start, spans.year.start), run.through)

        def standing(name: str, column: str) -> dict[UUID, set[Any]]:
            rows = facts_in(places, f"{kind}.{name}", days, {}, run.through, run.known_at)
            sums = rows.filter(case_id__in=pks).order_by().values_list("case_id", column)
            found: dict[UUID, set[Any]] = defaultdict(set)
            for pk, value, n in sums.annotate(n=Sum("quantity")):
                if pk and n:
                    found[pk].add(value)
            return found

        stocks: dict[UUID, set[str]] = defaultdict(set)
        for name in STOCKS:
            for pk in standing(name, "kind"):
                stocks[pk].add(name)
        return cls(stocks, standing("found", "day"), standing("due", "day"))


def effects_of_closing(cases: Iterable[Any], counted: Counted, done_on: date) -> list[Effect]:
    """Facts of rectifying and closing open hazards, as the loop would post them.

    done_on: the day on which they are done: today while the period runs, so that no deadline of
    yesterday is met; its last day where it is over, as if it had been done in time for it.
    """
    found = []
    for case in cases:
        labels = {"grade": case.grade, "sector": case.sector_id or "", "source": case.source}
        acts: list[tuple[str, date | None, int]] = [("closed", None, 1)]
        acts += [(name, None, -1) for name in sorted(counted.stocks.get(case.pk, ()))]
        if case.unsettled:
            acts.append(("rectified", None, 1))
            acts += [("found_settled", day, 1) for day in counted.found.get(case.pk, ())]
            if case.due_on in counted.due.get(case.pk, ()) and case.due_on >= done_on:
                acts.append(("due_met", case.due_on, 1))
        found += [Effect(f"{case.kind}.{name}", day, n, labels) for name, day, n in acts]
    return found


def changes_of(run: Run, score: Score, effects: Sequence[Effect]) -> list[Changed]:
    """The items that these facts would move, as their figures would then be."""
    spans = Spans.of(run.span, run.through)
    figures = working.subject_read(score).figures
    found = []
    for item in run.spec.items:
        definition = run.frozen["definitions"].get(item.indicator)
        if definition is None or item.manual:
            continue
        asked = counts_of(definition, spans.named(item.span))
        moves = [
            sum(_counts(effect, one.kind, dict(one.where), one.period) for effect in effects)
            for one in asked
        ]
        figure = figures[item.code]
        if not any(moves) or figure.numerator is None:
            continue
        denominator = figure.denominator
        if item.measure not in CHANGES and denominator is not None:
            denominator += moves[1]
        found.append(Changed(item.code, figure.numerator + moves[0], denominator))
    return found


def _counts(effect: Effect, kind: str, where: Mapping[str, Sequence[str]], period: Period) -> int:
    if effect.kind != kind:
        return 0
    if any(effect.labels.get(name, "") not in values for name, values in where.items()):
        return 0
    inside = effect.day is None or period.start <= effect.day <= period.end
    return effect.quantity if inside else 0
