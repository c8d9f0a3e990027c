"""Readings that a process remembers while nothing is posted about their area.

Only what is committed is remembered, and a reading counts as long as an area has as many facts
above a mark as it had when it was read: facts above a mark only ever become more.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db import connection

from anlan.base import memory
from anlan.base.paths import upper
from anlan.kernel.facts import sql
from anlan.kernel.regions.models import Region

T = TypeVar("T")
#: Readings that a process remembers, for how long at most, and how far it looks for new facts.
KEPT_MAX = 200
SECONDS_MAX = 300
FACTS_MAX = 10_000


@dataclass(frozen=True)
class _Kept(Generic[T]):
    area: Region
    mark: int
    count: int
    reading: T

    def still_holds(self) -> bool:
        return _facts_above(self.mark, self.area, self.count) == self.count


class Memory(Generic[T]):
    """What was read of areas, by whatever else distinguishes one reading from another."""

    def __init__(self) -> None:
        self._kept: memory.Memory[_Kept[T]] = memory.Memory(KEPT_MAX)

    def read(self, area: Region, key: Hashable, reading: Callable[[], T]) -> T:
        """What ``reading`` says, or said before if nothing was posted about ``area`` since."""
        if connection.in_atomic_block:
            # What this transaction has posted may yet be rolled back.
            return reading()
        place = (connection.settings_dict["NAME"], area.pk, area.path, key)
        kept = self._kept.get(place)
        if kept and kept.still_holds():
            return kept.reading
        mark = sql.mark()
        count = _facts_above(mark, area)
        found = reading()
        if count <= FACTS_MAX and _facts_above(mark, area) == count:
            self._kept.put(place, _Kept(area, mark, count, found), SECONDS_MAX)
        return found

    def forget(self) -> None:
        self._kept.forget()


def _facts_above(mark: int, area: Region, at_most: int = FACTS_MAX) -> int:
    """Facts of an area above a mark, counted until there are more than ``at_most``."""
    return sql.count_above(mark, (area.path, upper(area.path)), at_most + 1)
