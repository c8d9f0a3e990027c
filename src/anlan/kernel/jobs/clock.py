"""What comes round with the clock: each tick once, however many workers, however the clock jumps.

    @clock.every(60, "loop.ladder")
    def climb(now: datetime) -> None: …

A tick is a sweep: it looks at what is due and does it, so a late one does what an early one would
have done. Between two ticks a worker counts seconds on its own stopwatch; the wall clock is asked
only by a worker that has just started (F10, F24).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Set
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F

from anlan.kernel.audit import trail
from anlan.kernel.jobs import sql
from anlan.kernel.jobs.models import Tick
from anlan.kernel.jobs.queue import describe

log = logging.getLogger(__name__)

#: A tick that is this many of its periods behind (and at least a minute) is reported.
LATE_PERIODS = 3
LATE_SECONDS_MIN = 60


@dataclass(frozen=True)
class Every:
    name: str
    seconds: int
    call: Callable[[datetime], None]


TICKS: dict[str, Every] = {}


def every(
    seconds: int, name: str
) -> Callable[[Callable[[datetime], None]], Callable[[datetime], None]]:
    """Declare what is done every so many seconds, with the moment it is done for."""

    def register(call: Callable[[datetime], None]) -> Callable[[datetime], None]:
        assert name not in TICKS, name
        assert seconds >= 1, seconds
        TICKS[name] = Every(name, seconds, call)
        return call

    return register


class Clock:
    """One worker's view of the ticks: when it saw each one move, on its own stopwatch."""

    def __init__(
        self,
        worker: str,
        monotonic: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = sql.now,
        ticks: dict[str, Every] | None = None,
    ) -> None:
        self.worker = worker
        self._monotonic, self._now = monotonic, now
        self._ticks = TICKS if ticks is None else ticks
        #: By name: the serial seen, and when on the stopwatch the next one is due.
        self._due: dict[str, tuple[int, float]] = {}

    def take(self, dead: Set[str] = frozenset()) -> list[tuple[Every, datetime, int]]:
        """The ticks that are this worker's to do now, each taken from all others."""
        rows = {row.name: row for row in Tick.objects.filter(name__in=self._ticks)}
        missing = [Tick(name=t.name, seconds=t.seconds) for t in self._ticks.values()
                   if t.name not in rows]  # fmt: skip
        if missing:
            Tick.objects.bulk_create(missing, ignore_conflicts=True)
            rows |= {row.name: row for row in Tick.objects.filter(name__in=self._ticks)}
        now, stopwatch = self._now(), self._monotonic()
        taken = []
        for tick in self._ticks.values():
            row = rows[tick.name]
            seen = self._due.get(tick.name)
            if seen is None:
                self._due[tick.name] = (row.serial, stopwatch + _first_wait(row, tick, now))
            elif seen[0] != row.serial:
                # Another worker did it since we looked: count from when we noticed.
                self._due[tick.name] = (row.serial, stopwatch + tick.seconds)
            abandoned = row.finished != row.serial and row.worker in dead
            if not abandoned and self._due[tick.name][1] > stopwatch:
                continue
            if row.finished != row.serial and not abandoned and row.worker != self.worker:
                continue  # Somebody is still at it; two at once would be twice.
            moved = Tick.objects.filter(name=tick.name, serial=row.serial).update(
                serial=F("serial") + 1,
                seconds=tick.seconds,
                worker=self.worker,
                last_at=now,
                next_at=now + timedelta(seconds=tick.seconds),
            )
            if moved:
                self._due[tick.name] = (row.serial + 1, stopwatch + tick.seconds)
                taken.append((tick, now, row.serial + 1))
        return taken

    def holders(self) -> set[str]:
        """The workers that have taken a tick and not finished it, other than this one."""
        workers = Tick.objects.unfinished().values_list("worker", flat=True)
        return set(workers) - {self.worker, ""}


def _first_wait(row: Tick, tick: Every, now: datetime) -> float:
    """Seconds until a tick is due for a worker that hasn't seen it move yet.

    A next moment that is further off than a whole period was set by a clock that has since gone
    back: it is due now.
    """
    if row.next_at is None:
        return 0.0
    wait = (row.next_at - now).total_seconds()
    return wait if 0 < wait <= tick.seconds else 0.0


def perform(tick: Every, now: datetime, serial: int) -> None:
    """Do a tick that was taken, and write down how it went. An error waits for the next round."""
    start = time.perf_counter()
    failed = ""
    try:
        tick.call(now)
    except Exception as error:
        failed = describe(error)
        log.warning("tick %s failed\n%s", tick.name, failed)
    trail.settle()
    took = int((time.perf_counter() - start) * 1000)
    mine = Tick.objects.filter(name=tick.name, serial=serial)
    if failed:
        mine.update(finished=serial, took_ms=took, error=failed, errors=F("errors") + 1)
    else:
        mine.update(finished=serial, took_ms=took, error="", errors=0)


def late(now: datetime) -> list[str]:
    """The ticks that should long have come round again."""
    return [
        row.name
        for row in Tick.objects.exclude(next_at=None)
        if row.name in TICKS
        and (now - row.next_at).total_seconds()  # type: ignore[operator]  # excluded above
        > max(row.seconds * LATE_PERIODS, LATE_SECONDS_MIN)
    ]


def run_all(now: datetime) -> None:
    """Do every tick once, here and now, for the command line and tests; errors are raised."""
    for tick in list(TICKS.values()):
        tick.call(now)
