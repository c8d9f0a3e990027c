"""The worker: does jobs and ticks, with a pulse on a connection of its own.

Told to stop, it ends each job at its next batch and gives it back; killed, another one (or the
next start) takes its jobs over. ``./anlan serve`` runs it beside the web.
"""

from __future__ import annotations

import contextlib
import itertools
import logging
import signal
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from uuid import UUID

from django.db import DatabaseError, connection
from django.db.models import F

from anlan.base.prepared import Prepared
from anlan.kernel.jobs import clock, sql
from anlan.kernel.jobs.alive import BEAT_SECONDS, Watch, own_id
from anlan.kernel.jobs.models import Job, State, Tick, Worker
from anlan.kernel.jobs.queue import Run, claim, perform

log = logging.getLogger(__name__)

#: Jobs at once in one worker: a long import must not hold up what is short.
JOB_THREADS = 2
#: Ticks more frequent than this have a thread of their own, so that no slow one delays them.
QUICK_SECONDS_MAX = 5
IDLE_SECONDS = 0.5
PROGRESS_SECONDS = 0.5
TROUBLE_SECONDS = 2.0
#: Stopped workers are kept for a day, to be looked at.
FORGET_SECONDS = 86_400

_numbers = itertools.count(1)


class Pulse:
    """A worker's row and its heartbeat thread, which also writes down the progress of its runs."""

    def __init__(self) -> None:
        self.worker = own_id(f"#{next(_numbers)}")
        self.runs: set[Run] = set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="pulse", daemon=True)
        self._said: dict[UUID, tuple[int, int | None, str]] = {}

    def __enter__(self) -> Pulse:
        now = sql.now()
        Worker.objects.create(id=self.worker, beat_at=now, started_at=now)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(timeout=BEAT_SECONDS * 4)
        with contextlib.suppress(DatabaseError):
            Worker.objects.filter(id=self.worker).update(stopped_at=sql.now())

    def _beat(self) -> None:
        beaten = float("-inf")
        try:
            while not self._stop.wait(PROGRESS_SECONDS):
                try:
                    if time.monotonic() - beaten >= BEAT_SECONDS:
                        Worker.objects.filter(id=self.worker).update(
                            beat=F("beat") + 1, beat_at=sql.now()
                        )
                        beaten = time.monotonic()
                        self._said.clear()  # Look for wishes to cancel, progress or not.
                    self._write_progress()
                except DatabaseError as error:
                    log.warning("no heartbeat: %s", type(error).__name__)
                    connection.close()
        finally:
            connection.close()

    def _write_progress(self) -> None:
        for run in list(self.runs):
            says = (run.job.done, run.job.total, run.job.note)
            if self._said.get(run.id) != says:
                run.write_progress()
                self._said[run.id] = says

    @contextlib.contextmanager
    def tend(self, run: Run) -> Iterator[Run]:
        run.tended = True
        self.runs.add(run)
        try:
            yield run
        finally:
            self.runs.discard(run)


def work(stop: threading.Event, job_threads: int = JOB_THREADS) -> None:
    """Do jobs and ticks until ``stop`` is set; then end each job at its next batch."""
    with Pulse() as pulse:
        loops: list[tuple[Callable[..., None], tuple[object, ...]]] = [
            (_ticks, (pulse, stop, True)),
            (_ticks, (pulse, stop, False)),
            *[(_jobs, (pulse, stop))] * job_threads,
        ]
        threads = [
            threading.Thread(target=loop, args=arguments, name=loop.__name__)
            for loop, arguments in loops
        ]
        for thread in threads:
            thread.start()
        stop.wait()
        for run in list(pulse.runs):
            run.stopping = True
        for thread in threads:
            thread.join()


def _jobs(pulse: Pulse, stop: threading.Event) -> None:
    watch = Watch()

    def turn() -> bool:
        held = Job.objects.filter(state=State.RUNNING).values_list("worker", flat=True)
        dead = watch.dead(set(held) - {pulse.worker})
        job = claim(pulse.worker, dead)
        if job is None:
            return False
        with pulse.tend(Run(job)) as run:
            run.stopping = stop.is_set()
            perform(run)
        return True

    _turn_until(stop, turn)


def _ticks(pulse: Pulse, stop: threading.Event, quick: bool) -> None:
    mine = {
        name: tick
        for name, tick in clock.TICKS.items()
        if (tick.seconds <= QUICK_SECONDS_MAX) == quick
    }
    if not mine:
        return
    watch, own = Watch(), clock.Clock(pulse.worker, ticks=mine)

    def turn() -> bool:
        for tick, now, serial in own.take(watch.dead(own.holders())):
            clock.perform(tick, now, serial)
        return False

    _turn_until(stop, turn)


def _turn_until(stop: threading.Event, turn: Callable[[], bool]) -> None:
    """Repeat ``turn`` until stopped; at once while it says so, else after a pause."""
    try:
        while not stop.is_set():
            try:
                if not turn():
                    stop.wait(IDLE_SECONDS)
            except DatabaseError as error:
                # The database is away or busy (F17): a fresh connection, a moment later.
                log.warning("the database answers with %s; trying again", type(error).__name__)
                connection.close()
                stop.wait(TROUBLE_SECONDS)
    finally:
        connection.close()


def serve() -> None:
    """Work until SIGTERM or SIGINT. The main thread only waits, so it can hear them."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    tidy()
    work(stop)


def run_here(pk: UUID, watcher: Callable[[int, int | None, str], None] | None = None) -> Job | None:
    """Do one waiting job on this thread, as ``./anlan import`` does; None if another has it.

    A job whose worker was killed is taken over. Ctrl-C gives it back, to go on later.
    """
    with Pulse() as pulse:
        held = Job.objects.filter(pk=pk, state=State.RUNNING).values_list("worker", flat=True)
        job = claim(pulse.worker, Watch().dead(set(held)), only=pk)
        if job is None:
            return None
        with pulse.tend(Run(job, watcher=watcher)) as run:
            perform(run)
    return Job.objects.get(pk=pk)


def tidy() -> None:
    """Forget workers that ended long ago."""
    now = sql.now()
    for row in Worker.objects.all():
        if (now - row.beat_at).total_seconds() > FORGET_SECONDS:
            row.delete()


_moments = Prepared(lambda: Tick.objects.order_by().values_list("last_at"))


def last_tick() -> datetime | None:
    """When any tick was last taken: what the page says of the worker."""
    return max((moment for (moment,) in _moments.rows() if moment), default=None)


def idle() -> bool:
    """Is no job waiting that could run now, and none running?"""
    return not Job.objects.live().exists()
