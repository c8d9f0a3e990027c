"""The queue: enqueue in the caller's transaction, run at least once, take effect once.

    @queue.task("hazards.import")
    def import_hazards(run: Run) -> None:
        for start in range((run.cursor or {}).get("row", 0), rows, BATCH_ROWS):
            if run.cancelled:
                return
            with transaction.atomic(durable=True):
                …                                   # the batch's effect
                run.save_cursor({"row": start + BATCH_ROWS})
            run.progress(start + BATCH_ROWS, rows)

Effect and cursor commit together or not at all, so a worker that is killed between any two
instructions costs a batch's time and nothing else (F02).
"""

from __future__ import annotations

import logging
import random
import time
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import DatabaseError, connection, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anlan.base import stored
from anlan.base.actor import Actor
from anlan.base.refusal import MovedOn, NotFound, Refusal
from anlan.kernel.audit import trail
from anlan.kernel.jobs import sql
from anlan.kernel.jobs.models import NOTE_CHARS_MAX, Job, State

log = logging.getLogger(__name__)

ATTEMPTS_MAX = 5
BACKOFF_SECONDS = 5
BACKOFF_SECONDS_MAX = 600
ERROR_CHARS_MAX = 2_000
#: Between two batches on SQLite: this share of the time since the last pause, within bounds.
PAUSE_SHARE = 0.1
PAUSE_SECONDS_MIN = 0.02
PAUSE_SECONDS_MAX = 0.1
#: Frames of a traceback that are kept; values of variables never are (S26).
FRAMES_MAX = 8


class Interrupted(Exception):
    """The worker is stopping, or no longer holds the job. A task lets it pass."""


class LeaseLost(Interrupted):
    """Another worker has taken the job over; what this transaction did must not stay."""


class TaskUnknown(Refusal):
    code = "task_unknown"
    message = _("The program that should do “%(task)s” isn't installed here.")


@dataclass(frozen=True)
class Task:
    name: str
    call: Callable[[Run], None]
    attempts_max: int


TASKS: dict[str, Task] = {}


def task(
    name: str, attempts_max: int = ATTEMPTS_MAX
) -> Callable[[Callable[[Run], None]], Callable[[Run], None]]:
    """Declare what does the jobs of this name."""

    def register(call: Callable[[Run], None]) -> Callable[[Run], None]:
        assert name not in TASKS, name
        TASKS[name] = Task(name, call, attempts_max)
        return call

    return register


@dataclass(eq=False)
class Run:
    """One attempt at a job: what the task reads, and where it says how far it is."""

    job: Job
    #: Told of each progress on this thread: the command line draws its bar with it.
    watcher: Callable[[int, int | None, str], None] | None = None
    #: True where a heartbeat thread writes progress down; else ``progress`` does.
    tended: bool = False
    #: Runs inside somebody's transaction (a test's), so progress may be written there.
    inline: bool = False
    result: Any = None
    #: The worker was asked to stop: end at the next ``progress``.
    stopping: bool = False
    #: Another worker has the job now.
    lost: bool = False
    by: Actor = field(init=False)
    #: Somebody wishes it cancelled; and the task has seen so, and will end early.
    cancel_asked: bool = field(default=False, init=False)
    cancel_seen: bool = field(default=False, init=False)
    _since: float = field(default_factory=time.monotonic, init=False)

    def __post_init__(self) -> None:
        job = self.job
        self.by = Actor(job.user_id, job.actor, job.unit_id, trusted=job.trusted)

    @property
    def id(self) -> UUID:
        return self.job.id

    @property
    def payload(self) -> dict[str, Any]:
        payload: dict[str, Any] = self.job.payload
        return payload

    @property
    def cursor(self) -> dict[str, Any] | None:
        """Where the attempt before this one got to; None at the beginning."""
        cursor: dict[str, Any] | None = self.job.cursor
        return cursor

    @property
    def cancelled(self) -> bool:
        """Should the task end early? It asks between batches, tidies up and returns."""
        self.cancel_seen = self.cancel_seen or self.cancel_asked
        return self.cancel_seen

    def save_cursor(self, cursor: dict[str, Any]) -> None:
        """Keep where to go on, in the transaction of the effect.

        Raises LeaseLost, which must roll that transaction back. Notices a wish to cancel.
        """
        assert connection.in_atomic_block, "the cursor commits with the effect"
        held = self._held()
        if not held.update(cursor=cursor, done=self.job.done, total=self.job.total):
            self.lost = True
            raise LeaseLost
        self.job.cursor = cursor
        self.cancel_asked = held.filter(cancel_asked=True).exists()

    def progress(self, done: int, total: int | None, note: str = "") -> None:
        """Say how far it is. Raises Interrupted between batches if this attempt should end."""
        job = self.job
        job.done, job.total, job.note = done, total, note[:NOTE_CHARS_MAX]
        if self.watcher:
            self.watcher(done, total, note)
        if connection.in_atomic_block and not self.inline:
            return
        if not self.tended:
            self.write_progress()
        if self.lost:
            raise LeaseLost
        if self.stopping:
            raise Interrupted
        self._let_others_write()

    def go_on(self, done: int, total: int) -> None:
        """Say how far it is between two batches. Raises Interrupted where it is to end early."""
        self.progress(done, total)
        if self.cancelled:
            raise Interrupted

    def _let_others_write(self) -> None:
        """Leave SQLite's only pen on the table for a moment: batches end to end starve the rest.

        Whoever waits for it looks every 0.1 s at worst, so a long batch is followed by that.
        """
        if connection.vendor == "sqlite" and not self.inline:
            spent = time.monotonic() - self._since
            time.sleep(min(max(spent * PAUSE_SHARE, PAUSE_SECONDS_MIN), PAUSE_SECONDS_MAX))
            self._since = time.monotonic()

    def write_progress(self) -> None:
        """Write progress down and look for a wish to cancel; on the heartbeat's own connection."""
        job = self.job
        held = self._held()
        if not held.update(done=job.done, total=job.total, note=job.note):
            self.lost = True
        else:
            self.cancel_asked = held.filter(cancel_asked=True).exists()

    def _held(self) -> Any:
        job = self.job
        return Job.objects.filter(
            pk=job.pk, state=State.RUNNING, worker=job.worker, attempts=job.attempts
        )


def enqueue(
    task: str,
    payload: dict[str, Any],
    by: Actor,
    key: str = "",
    at: datetime | None = None,
    not_before: datetime | None = None,
) -> Job:
    """Add a job in the caller's transaction, so that it is there exactly if the change is.

    With a ``key`` that a live job has already, that job is the answer and nothing is added.
    """
    if task not in TASKS:
        raise TaskUnknown(task=task)
    job = Job(
        task=task,
        payload=payload,
        key=key,
        attempts_max=TASKS[task].attempts_max,
        not_before=not_before,
        user_id=by.user_id,
        unit_id=by.unit_id,
        actor=by.name,
        trusted=by.trusted,
        created_at=at or sql.now(),
    )
    if not key:
        job.save(force_insert=True)
        return job
    while True:
        # Not get_or_create: a refused INSERT would spoil the caller's transaction.
        Job.objects.bulk_create([job], ignore_conflicts=True)
        kept = Job.objects.live().filter(key=key).first()
        if kept:
            return kept
        # The live one ended between our two statements; now ours goes in.


def _waiting(now: datetime) -> Q:
    """Jobs whose time has come. A wait longer than any we set means that the clock went back."""
    far = now + timedelta(seconds=BACKOFF_SECONDS_MAX)
    return Q(state=State.QUEUED) & (
        Q(not_before=None) | Q(not_before__lte=now) | Q(not_before__gt=far, attempts__gt=0)
    )


def claim(worker: str, dead: Iterable[str] = (), only: UUID | None = None) -> Job | None:
    """Take the oldest job that waits, or whose worker is among the ``dead``; None if there is none.

    Of two workers that ask at once each gets another job, or one gets none.
    """
    now = sql.now()
    wanted = _waiting(now) | Q(state=State.RUNNING, worker__in=list(dead))
    if only is not None:
        wanted &= Q(pk=only)
    if not Job.objects.filter(wanted).exists():
        return None  # Without a transaction: on SQLite one would queue with the writers.
    skip = connection.features.has_select_for_update_skip_locked
    while True:
        with transaction.atomic():
            job = (
                Job.objects.select_for_update(skip_locked=skip).filter(wanted).order_by("id")
            ).first()
            if job is None:
                return None
            spent = job.attempts >= job.attempts_max
            job.attempts += 0 if spent else 1
            job.worker = "" if spent else worker
            job.state = State.DEAD if spent else State.RUNNING
            job.started_at = now
            if spent:
                # It took its worker down each time: nobody lived to write the error.
                job.error_code, job.finished_at = job.error_code or "worker_died", now
            if job.cancel_asked:
                job.state, job.worker, job.finished_at = State.CANCELLED, "", now
            job.save()
        if job.state == State.RUNNING:
            return job


def finish(run: Run, error: BaseException | None = None) -> str:
    """Write down how an attempt ended; returns the job's state. Nothing, if the lease is lost."""
    now = sql.now()
    job = run.job
    changes: dict[str, Any] = {"done": job.done, "total": job.total, "note": job.note}
    if error is None:
        state = State.CANCELLED if run.cancel_seen else State.DONE
        changes |= {"result": run.result, "error": "", "error_code": ""}
    elif isinstance(error, Interrupted):
        # Stopped politely: this attempt doesn't count against the job.
        state = State.CANCELLED if run.cancel_seen else State.QUEUED
        changes |= {"attempts": job.attempts - 1, "not_before": None}
    elif isinstance(error, Refusal):
        state = State.FAILED
        changes |= {"error_code": error.code, "error": str(error)[:ERROR_CHARS_MAX]}
        changes |= {"result": run.result}
    else:
        state = State.DEAD if job.attempts >= job.attempts_max else State.QUEUED
        changes |= {"error_code": type(error).__name__[:60], "error": describe(error)}
        changes |= {"not_before": now + backoff(job.attempts)}
    if state != State.QUEUED:
        changes["finished_at"] = now
    held = Job.objects.filter(
        pk=job.pk, state=State.RUNNING, worker=job.worker, attempts=job.attempts
    )
    if held.update(state=state, worker="", **changes):
        return state
    return str(Job.objects.values_list("state", flat=True).get(pk=job.pk))


def backoff(attempts: int) -> timedelta:
    """Longer each time, and never the same for all that failed together."""
    seconds = min(BACKOFF_SECONDS * 4 ** (attempts - 1), BACKOFF_SECONDS_MAX)
    return timedelta(seconds=seconds * random.uniform(0.7, 1.0))


def describe(error: BaseException) -> str:
    """What broke and where, without the values it broke on: those may be a person's (S26)."""
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES_MAX:]
    said = "" if isinstance(error, DatabaseError) else f": {error}"[:200]
    lines = [f"{type(error).__name__}{said}"]
    lines += [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    return "\n".join(lines)[:ERROR_CHARS_MAX]


@transaction.atomic
def cancel(pk: UUID, *, by: Actor, at: datetime) -> Job:
    """Ask a job to stop: one that waits is cancelled at once, one that runs at its next batch."""
    job = Job.objects.select_for_update().filter(pk=pk).first()
    if job is None:
        raise NotFound
    if not job.is_live:
        return job
    job.cancel_asked = True
    if job.state == State.QUEUED:
        job.state, job.finished_at = State.CANCELLED, at
    job.save(update_fields=["cancel_asked", "state", "finished_at"])
    trail.record([trail.Entry("jobs.cancel", "jobs.job", pk)], by=by, at=at)
    return job


@transaction.atomic
def again(pk: UUID, *, by: Actor, at: datetime) -> Job:
    """Run a job once more that was given up, failed or was cancelled; from its cursor."""
    job = Job.objects.select_for_update().filter(pk=pk).first()
    if job is None:
        raise NotFound
    if job.state not in (State.DEAD, State.FAILED, State.CANCELLED):
        raise MovedOn
    if job.key and Job.objects.live().filter(key=job.key).exists():
        raise MovedOn
    job.state, job.attempts, job.not_before = State.QUEUED, 0, None
    job.cancel_asked, job.finished_at = False, None
    job.save()
    trail.record([trail.Entry("jobs.again", "jobs.job", pk)], by=by, at=at)
    return job


def perform(run: Run) -> str:
    """Do one attempt on this thread, and write down how it ended, in the installation's language:
    a worker may be started from anybody's command line."""
    with stored.house_language():
        return _perform(run)


def _perform(run: Run) -> str:
    known = TASKS.get(run.job.task)
    error: BaseException | None = None
    try:
        if known is None:
            raise TaskUnknown(task=run.job.task)
        known.call(run)
        if run.lost:
            error = LeaseLost()
    except (Exception, KeyboardInterrupt) as caught:
        error = Interrupted() if isinstance(caught, KeyboardInterrupt) else caught
    trail.settle()
    state = finish(run, error)
    if isinstance(error, Exception) and state in (State.QUEUED, State.DEAD):
        _log(run, error, state)
    return state


def _log(run: Run, error: Exception, state: str) -> None:
    if not isinstance(error, Interrupted):
        log.warning(
            "job %s %s, attempt %s → %s\n%s",
            *(run.job.task, run.job.pk, run.job.attempts, state, describe(error)),
        )


def run_inline(job: Job) -> Job:
    """Do a job at once on this thread and connection, for tests inside one transaction."""
    taken = claim("inline", only=job.pk)
    assert taken is not None, f"{job} doesn't wait: {job.state}"
    perform(Run(taken, inline=True))
    return Job.objects.get(pk=job.pk)
