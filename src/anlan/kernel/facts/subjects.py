"""Different subjects over any days (家): what a distinct measure says of more than one period.

A distinct measure's cells count a subject once a month, so they can't be added up over months. A
span that begins on any day is counted from the facts themselves, each subject once, in as many
statements for a hundred spans as for one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from anlan.base import bulk
from anlan.base.paths import upper
from anlan.kernel.calendar.dates import DAY
from anlan.kernel.calendar.periods import Period
from anlan.kernel.facts import absent, intern, sql
from anlan.kernel.facts.asking import Query
from anlan.kernel.facts.figures import as_known
from anlan.kernel.facts.kinds import Measure, known
from anlan.kernel.facts.planning import plan_of, regions_of
from anlan.kernel.regions.models import Region

#: Questions that one statement answers: PostgreSQL takes 65,535 parameters.
ASKED_AT_ONCE = 2_000


@dataclass(frozen=True)
class Subjects:
    """Which subjects are counted: of a kind, at an area and below it, in days, of these labels."""

    kind: str
    area_id: int
    period: Period
    where: Mapping[str, Collection[str]] = field(default_factory=dict)
    #: Leave zero out where nobody was on the system, or a report is owed.
    coverage: bool = False


class Count(NamedTuple):
    """``value`` is None where there is none, and ``missing`` says why (see asking.MISSING)."""

    value: int | None
    missing: str = ""


def counted(
    asked: Sequence[Subjects], *, at: datetime, as_known_at: datetime | None = None
) -> list[Count]:
    """How many different subjects each question finds, as known now or at a moment."""
    mark = as_known(as_known_at, at) if as_known_at and asked else None
    return [
        count for part in bulk.slices(asked, ASKED_AT_ONCE)
        for count in _counted(part, mark, at, as_known_at)
    ]  # fmt: skip


def _counted(
    asked: Sequence[Subjects], mark: sql.Known | None, at: datetime, as_known_at: datetime | None
) -> list[Count]:
    assert all(known(one.kind).measure is Measure.DISTINCT for one in asked)
    paths = dict(
        Region.objects.filter(pk__in={one.area_id for one in asked}).values_list("pk", "path")
    )
    # After the mark: what lies below it may be the first of its kind.
    kinds = intern.known_kinds({one.kind for one in asked})
    wheres: dict[tuple[tuple[str, tuple[str, ...]], ...], int] = {}
    wanted = []
    for n, one in enumerate(asked):
        if one.kind not in kinds:
            continue
        where = tuple(sorted((name, tuple(sorted(values))) for name, values in one.where.items()))
        path, period = paths[one.area_id], one.period
        wanted.append(
            sql.Wanted(
                n, kinds[one.kind], path, upper(path), period.start, period.end + DAY,
                wheres.setdefault(where, len(wheres)),
            )
        )  # fmt: skip
    found = sql.subjects(wanted, list(wheres), mark)
    none = _absent(asked, found, at, as_known_at)
    counts = []
    for n, one in enumerate(asked):
        subjects, torn = found.get(n, sql.Found(0, 0))
        missing = "not_divisible" if torn else ""
        if not missing and not subjects and one.coverage:
            missing = none(one)
        counts.append(Count(None if missing else subjects, missing))
    return counts


def _absent(
    asked: Sequence[Subjects], found: Mapping[int, sql.Found], at: datetime,
    as_known_at: datetime | None,
) -> Callable[[Subjects], str]:  # fmt: skip
    """Says of a question that found nobody why that is no zero; "" where it is one."""
    silent = [one for n, one in enumerate(asked) if one.coverage and n not in found]
    if not silent:
        return lambda one: ""
    periods = list(dict.fromkeys(one.period for one in silent))
    query = Query(
        kinds=list(dict.fromkeys(one.kind for one in silent)),
        areas=sorted({one.area_id for one in silent}), periods=periods, at=at,
        as_known_at=as_known_at,
    )  # fmt: skip
    reason = absent.reasons(query, plan_of(query, regions_of([query])))
    return lambda one: reason(one.kind, one.area_id, periods.index(one.period))
