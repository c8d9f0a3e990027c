"""Kinds for tests, and the ledger's figures worked out the long way, from its facts one by one."""

from __future__ import annotations

import itertools
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.utils import timezone

from anlan.base.paths import ancestors
from anlan.kernel.facts import ledger
from anlan.kernel.facts.figures import Cell, Query
from anlan.kernel.facts.intern import labels_of
from anlan.kernel.facts.kinds import FactKind, Measure, declare, known
from anlan.kernel.facts.models import Fact
from anlan.kernel.regions.models import Level, Region

START = datetime(2024, 3, 5, 2, 0, tzinfo=UTC)
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Kinds:
    """Kinds that no other test posts, so that what others left behind doesn't count."""

    found: str
    settled: str
    checked: str
    open: str
    who: str
    #: Declared on forms, over spans.
    reported: str

    def __iter__(self):
        return iter(vars(self).values())


def new_kinds() -> Kinds:
    prefix = f"test{next(_numbers)}"
    kinds = Kinds(*(f"{prefix}.{name}" for name in Kinds.__annotations__))
    declare(
        (
            FactKind(kinds.found, "found", "items", "by the day found"),
            FactKind(kinds.settled, "settled", "items", "of those", cohort_of=kinds.found),
            FactKind(kinds.checked, "checked", "items", "of those", cohort_of=kinds.settled),
            FactKind(kinds.open, "open", "items", "at the day's end", Measure.STOCK),
            FactKind(kinds.who, "units", "units", "once a month", Measure.DISTINCT, "month"),
            FactKind(kinds.reported, "reported", "items", "as reported"),
        )
    )
    return kinds


def townships(count: int) -> list[Region]:
    """Townships spread over the province, several in one county."""
    found = Region.objects.filter(level=Level.TOWNSHIP, code__startswith="53", valid_to=None)
    rows = list(found.order_by("code"))
    half = count // 2
    return [*rows[:half], *rows[half :: len(rows) // (count - half)]][:count]


def recomputed(cells: Iterable[Cell], query: Query) -> dict[tuple, int]:
    """What each cell should say, from facts one by one; cells that say why not are left out."""
    paths = dict(Region.objects.values_list("pk", "path"))
    columns = ("kind__code", "labels__key", "area_id", "day", "until", "quantity")
    facts = Fact.objects.filter(kind__code__in=list(query.kinds)).values_list(*columns)
    names = [name for name in query.by if name not in ("region", "month")]
    sums: dict[tuple, int] = Counter()
    wanted = [cell for cell in cells if not cell.missing]
    places = {(cell.area_id, cell.own) for cell in wanted}
    today = timezone.localdate(query.as_known_at or query.at)
    kept = defaultdict(list)
    for code, key, area, day, until, quantity in facts:
        labels = labels_of(key)
        if all(labels.get(name, "") in values for name, values in query.where.items()):
            group = tuple(labels.get(name, "") for name in names)
            for above in ancestors(paths[area]):
                for own in (False, True):
                    if (above, own) in places and (not own or above == area):
                        kept[above, own, code, group].append((day, until or day, quantity))
    for cell in wanted:
        group = tuple(cell.labels[name] for name in names)
        low, high = cell.period.start, cell.period.end
        if known(cell.kind).measure is Measure.STOCK:
            low, high = date.min, min(high, today)
        sums[key_of(cell)] = sum(
            quantity
            for day, until, quantity in kept[cell.area_id, cell.own, cell.kind, group]
            if low <= day and until <= high
        )
    return sums


def key_of(cell: Cell) -> tuple:
    return (
        cell.area_id, cell.own, cell.period.code, cell.kind, tuple(sorted(cell.labels.items()))
    )  # fmt: skip


def values(cells: Iterable[Cell]) -> dict[tuple, int | None]:
    return {key_of(cell): cell.value for cell in cells if not cell.missing}


def fold_all(at: datetime) -> None:
    """Fold until nothing is left; other work on the server may hold the mark back for a while."""
    for _ in range(600):
        ledger.fold(at)
        if not ledger.health(at).unfolded:
            return
        time.sleep(0.05)
    raise AssertionError("a transaction elsewhere on this server stays open")


def later(moment: datetime, **by: float) -> datetime:
    return moment + timedelta(**by)


def only(cells: list[Cell]) -> int | None:
    assert len(cells) == 1, cells
    return cells[0].value
