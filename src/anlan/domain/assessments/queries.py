"""What pages show of rankings: places, trends, gaps, in a constant number of statements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import QuerySet

from anlan.base.actor import Actor
from anlan.domain.assessments.compared import COMPARED_MAX
from anlan.domain.assessments.models import Run, Scheme, Score, Version
from anlan.domain.assessments.spec import Spec
from anlan.kernel.accounts import policy
from anlan.kernel.indicators.arithmetic import rounded

#: Periods that a trend and a bump chart show.
TREND_MAX = 12
RUN = ("version", "scheme", "area", "unit")


def runs(by: Actor) -> QuerySet[Run]:
    return policy.permitted(Run.objects.all(), "rankings.view", by).select_related(*RUN)


def schemes(by: Actor) -> QuerySet[Scheme]:
    return policy.permitted(Scheme.objects.all(), "schemes.view", by).select_related("area", "unit")


@dataclass
class Row:
    """One line of a ranking."""

    score: Score
    printed: Decimal | None
    grade: str
    vetoes: list[str]
    #: Places won since the period before; None: new, or without a rank.
    won: int | None = None
    was: int | None = None
    #: Totals and ranks of the periods shown, oldest first; None where there is none.
    trend: list[Decimal | None] = field(default_factory=list)
    ranks: list[int | None] = field(default_factory=list)
    #: Points that are lacking to the next better total.
    gap: Decimal | None = None
    #: Whether the reader may open the score.
    opens: bool = False

    @property
    def name(self) -> str:
        return self.score.name


@dataclass
class Ranking:
    run: Run
    spec: Spec
    rows: list[Row]
    #: The runs that a trend goes through, oldest first, this one last.
    before: list[Run]

    @property
    def ranked(self) -> list[Row]:
        return [row for row in self.rows if row.score.rank is not None]

    @property
    def red(self) -> list[Row]:
        """红榜: the first ranks, without whom a veto hit."""
        return [
            row for row in self.ranked
            if (row.score.rank or 0) <= self.spec.red and not row.score.vetoed
        ]  # fmt: skip

    @property
    def black(self) -> list[Row]:
        """黑榜: the last ranks, and whoever a veto hit; nobody who stands on the red one.

        A place that more share than the list has room for names nobody: one of nine equals is
        neither left out by the order of codes nor put among the worst by their number.
        """
        red = {row.score.pk for row in self.red}
        below = Counter(row.score.rank for row in self.ranked)
        last, listed = set[int | None](), 0
        for rank, count in sorted(below.items(), reverse=True):
            if (listed := listed + count) > self.spec.black:
                break
            last.add(rank)
        return [
            row for row in self.rows
            if row.score.pk not in red and (row.score.vetoed or row.score.rank in last)
        ]  # fmt: skip

    @property
    def unranked(self) -> list[Row]:
        return [row for row in self.rows if row.score.rank is None]

    def grades(self) -> list[tuple[str, int]]:
        counts = {each.code: 0 for each in self.spec.grades}
        for row in self.rows:
            if row.score.grade in counts:
                counts[row.score.grade] += 1
        return [(each.name, counts[each.code]) for each in self.spec.grades]


def ranking_of(run: Run, by: Actor) -> Ranking:
    """Everybody's line; how it was before stands in runs that ``by`` may see."""
    spec = run.spec
    scores = list(run.scores.order_by("rank", "name", "pk")[: COMPARED_MAX + 1])
    scores.sort(key=lambda score: (score.rank is None, score.rank or 0))
    before = earlier(run, by)
    history = _history(before)
    opens = set(
        policy.permitted(Score.objects.filter(run=run), "scores.view", by)
        .values_list("pk", flat=True)
    )  # fmt: skip
    totals = sorted({score.exact for score in scores if score.exact is not None})
    rows = []
    for score in scores:
        row = Row(
            score, score.printed(spec.digits), grade_name(spec, score.grade),
            veto_names(spec, score.data["hit"]), opens=score.pk in opens,
        )  # fmt: skip
        was = [history.get((each.pk, score.subject)) for each in before]
        row.trend = [*(one[0] if one else None for one in was), row.printed]
        row.ranks = [*(one[1] if one else None for one in was), score.rank]
        row.was = row.ranks[-2] if len(row.ranks) > 1 else None
        if row.was is not None and score.rank is not None:
            row.won = row.was - score.rank
        row.gap = _gap(score.exact, totals, spec.digits)
        rows.append(row)
    return Ranking(run, spec, rows, [*before, run])


def earlier(run: Run, by: Actor) -> list[Run]:
    """The standing runs of the periods before, oldest first."""
    rows = runs(by).filter(scheme=run.scheme_id, stands=True, starts__lt=run.starts)
    return list(rows.order_by("-starts")[: TREND_MAX - 1])[::-1]


def _history(before: Sequence[Run]) -> dict[tuple[Any, str], tuple[Decimal | None, int | None]]:
    rows = Score.objects.filter(run__in=[run.pk for run in before])
    return {
        (run, subject): (shown, rank)
        for run, subject, shown, rank in rows.values_list("run_id", "subject", "shown", "rank")
    }


def _gap(total: Fraction | None, totals: Sequence[Fraction], digits: int) -> Decimal | None:
    if total is None:
        return None
    better = [each for each in totals if each > total]
    return rounded(better[0] - total, digits) if better else None


def grade_name(spec: Spec, code: str) -> str:
    return next((each.name for each in spec.grades if each.code == code), "")


def veto_names(spec: Spec, codes: Sequence[str]) -> list[str]:
    names = {veto.code: veto.name for veto in spec.vetoes}
    return [names.get(code, code) for code in codes]


def versions_of(run: Run, by: Actor) -> list[Run]:
    """All that was published of its period, the newest first: what was corrected is shown."""
    rows = runs(by).filter(scheme=run.scheme_id, period=run.period)
    return list(rows.order_by("-number"))


def of_subject(score: Score, by: Actor) -> list[Score]:
    """The same unit's scores in other periods and versions, the newest first."""
    rows = policy.permitted(
        Score.objects.filter(run__scheme=score.run.scheme_id, subject=score.subject),
        "scores.view", by,
    )  # fmt: skip
    rows = rows.select_related("run__version").order_by("-run__starts", "-run__number")
    return list(rows[:TREND_MAX])


def draft_of(scheme: Scheme) -> Version | None:
    return Version.objects.filter(scheme=scheme, in_force_at=None).first()


def own_scores(by: Actor) -> QuerySet[Score]:
    """Scores of one's own places as they stand: not of what merely lies below one's ranking."""
    rows = policy.permitted(Score.objects.all(), "scores.view", by)
    return rows.filter(run__stands=True).select_related("run__scheme", "run__version", "area")
