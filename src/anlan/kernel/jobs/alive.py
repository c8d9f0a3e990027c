"""Is a worker alive? By its pulse on our own stopwatch, or by its process where that is here."""

from __future__ import annotations

import functools
import os
import socket
import time
from collections.abc import Callable
from pathlib import Path

from anlan.kernel.jobs.models import Worker

#: How often a worker's pulse beats, and how long it may stand still before its work is taken over.
BEAT_SECONDS = 3.0
STILL_SECONDS_MAX = 15.0


def _read(path: str) -> str:
    try:
        return Path(path).read_text().strip()
    except OSError:
        return ""


@functools.cache
def _place() -> str:
    """This machine since it started, and this process namespace: where a pid means something."""
    try:
        namespace = os.readlink("/proc/self/ns/pid")
    except OSError:
        namespace = ""
    boot = _read("/proc/sys/kernel/random/boot_id")[:8]
    return f"{socket.gethostname()[:40]}/{boot}{namespace.removeprefix('pid:')}"


def _started(pid: int) -> str:
    """When the process started, in the kernel's ticks; empty if there is none (or no /proc)."""
    fields = _read(f"/proc/{pid}/stat").rpartition(")")[2].split()
    # A zombie has ended; only its parent hasn't looked yet.
    return fields[19] if len(fields) > 19 and fields[0] not in "ZX" else ""


def own_id(part: str = "") -> str:
    return f"{_place()}/{os.getpid()}/{_started(os.getpid())}{part}"


def process_gone(worker: str) -> bool:
    """True only where we can know: the same machine and namespace, and its process is no more."""
    place, _, tail = worker.rpartition("/")
    place, _, pid = place.rpartition("/")
    started = tail.partition("#")[0]
    if place != _place() or not started or not pid.isdigit():
        return False
    return _started(int(pid)) != started


class Watch:
    """Remembers since when each worker's pulse stands still, on our own monotonic clock.

    Wall clocks are compared nowhere, so a clock that jumps ends no lease early or late (F10).
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._seen: dict[str, tuple[int, float]] = {}

    def dead(self, workers: set[str]) -> set[str]:
        """Which of these have died. Ask again and again: a pulse takes time to stand still."""
        if not workers:
            self._seen.clear()
            return set()
        now = self._monotonic()
        rows = {row.id: row for row in Worker.objects.filter(id__in=workers)}
        dead = set()
        seen = {}
        for worker in workers:
            row = rows.get(worker)
            if row is None or row.stopped_at is not None or process_gone(worker):
                dead.add(worker)
                continue
            beat, since = self._seen.get(worker, (-1, now))
            if beat != row.beat:
                since = now
            elif now - since > STILL_SECONDS_MAX:
                dead.add(worker)
            seen[worker] = (row.beat, since)
        self._seen = seen
        return dead
