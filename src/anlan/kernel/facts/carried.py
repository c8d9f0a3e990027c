"""Sums carried on from one reading to the next, so that only what was posted since is read.

Facts below a fold's mark never become more or fewer. What a process has once summed up to there
holds for as long as it likes: a reading takes those sums, adds the facts above the mark one by
one, and moves the mark on to the newest fold's. Where too many have come, it starts again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection

from anlan.base.paths import ancestors
from anlan.kernel.facts import intern, sql
from anlan.kernel.facts.models import Fold, Span

#: Facts that a reading adds one by one, rather than start again.
FACTS_MAX = 1_000
#: Rows of one question's sums that are worth keeping.
ROWS_MAX = 5_000
SECONDS_MAX = 3_600

_Key = tuple[int, int, int, tuple[str, ...]]
#: By kind, area, ``n`` and labels.
_Rows = dict[_Key, sql.Read]


@dataclass(frozen=True)
class Carried:
    """What facts below ``mark`` come to; ``facts`` of them were there in all."""

    mark: int
    facts: int
    rows: _Rows


def read(questions: Sequence[sql.Question]) -> list[list[sql.Read]]:
    """The answer to each as it stands now, in one statement where they were asked before."""
    if connection.in_atomic_block:
        # What this transaction has posted may yet be rolled back, and what it may see, held back.
        known = _now(_last())
        return [sql.read(question, known) for question in questions]
    kept, last = intern.memory().carried, _last()
    before = {question: kept.get(question) for question in dict.fromkeys(questions)}
    folded = last.facts if last else 0
    near = {
        question: found for question, found in before.items()
        if found and folded - found.facts <= FACTS_MAX
    }  # fmt: skip
    since: list[sql.Posted] = []
    if near:
        since = sql.posted(min(found.mark for found in near.values()), FACTS_MAX)
        if len(since) > FACTS_MAX:
            near = {}
    answers: dict[sql.Question, _Rows] = {}
    for question, found in near.items():
        newer = [fact for fact in since if fact.order >= found.mark]
        answers[question] = _with(found.rows, effect(question, newer))
        if newer and newer[0].mark > found.mark:
            mark, facts = newer[0].mark, newer[0].folded
            below = effect(question, (fact for fact in newer if fact.order < mark))
            kept.put(question, Carried(mark, facts, _with(found.rows, below)), SECONDS_MAX)
    for question in before:
        if question not in near:
            answers[question] = _afresh(question, last)
    return [list(answers[question].values()) for question in questions]


def _last() -> Fold | None:
    return Fold.objects.order_by("-pk").first()


def _now(last: Fold | None) -> sql.Known:
    return sql.Known(None, None, None, None, 1, last.mark if last else 0, None)


def _afresh(question: sql.Question, last: Fold | None) -> _Rows:
    """Read it whole; what lies below the last fold's mark is kept."""
    mark, facts = (last.mark, last.facts) if last else (0, 0)
    with sql.snapshot():
        found = sql.read(question, _now(last))
        since = sql.posted(mark, FACTS_MAX)
    rows = {row[:4]: row for row in found}
    if len(since) <= FACTS_MAX and len(rows) <= ROWS_MAX:
        below = _with(rows, effect(question, since), sign=-1)
        intern.memory().carried.put(question, Carried(mark, facts, below), SECONDS_MAX)
    return rows


def _summed(found: Iterable[tuple[_Key, int, int]]) -> _Rows:
    sums: dict[_Key, list[int]] = defaultdict(lambda: [0, 0])
    for key, quantity, torn in found:
        sums[key][0] += quantity
        sums[key][1] += torn
    return {key: sql.Read(*key, quantity, torn) for key, (quantity, torn) in sums.items()}


def _with(rows: _Rows, more: _Rows, sign: int = 1) -> _Rows:
    if not more:
        return rows
    together = dict(rows)
    for key, row in more.items():
        quantity, torn = sign * row.quantity, sign * row.torn
        if before := together.get(key):
            quantity, torn = quantity + before.quantity, torn + before.torn
        together[key] = sql.Read(*key, quantity, torn)
    return together


def effect(question: sql.Question, facts: Iterable[sql.Posted]) -> _Rows:
    """What facts add to the answer: as ``sql.read`` would, fact by fact."""
    asked = {area.pk for area in question.areas}
    kinds = question.kind_ids
    return _summed(
        ((fact.kind_id, area, n, group), quantity, torn)
        for fact in facts
        if fact.kind_id in kinds
        for areas in [asked.intersection(ancestors(fact.path))]
        if areas
        for groups in [_groups(question, intern.values_of(fact.labels))]
        if groups
        for n, quantity, torn in _places(question, fact)
        for area in areas
        for group in groups
    )


def _groups(question: sql.Question, labels: Mapping[str, list[str]]) -> list[tuple[str, ...]]:
    """The combinations of labels that it counts for; none where it isn't asked for."""
    for name, values in question.where:
        if not set(labels.get(name, [""])).intersection(values):
            return []
    groups: list[tuple[str, ...]] = [()]
    for name in question.by:
        groups = [(*group, value) for group in groups for value in labels.get(name, [""])]
    return groups


def _places(question: sql.Question, fact: sql.Posted) -> Iterable[tuple[int, int, int]]:
    """For each ``n`` that it touches: its quantity there, and whether it is torn."""
    day, until = fact.day, fact.until or fact.day
    if fact.span != Span.LONGER:
        for whole in question.wholes:
            if whole.kind_id == fact.kind_id and whole.low <= day < whole.high:
                yield whole.n, fact.quantity, 0
    edges = question.periods if fact.span == Span.LONGER else question.parts
    for part in edges:
        if part.kind_id == fact.kind_id and day < part.high and until >= part.low:
            if part.low <= day and until < part.high:
                yield part.n, fact.quantity, 0
            else:
                yield part.n, 0, -1 if fact.reverses else 1
