"""A worker process is killed at any moment: its work is done again, and takes effect once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable

import pytest
from django.db import connection

from anlan.base.actor import CLOCK
from anlan.kernel.audit.verifying import verify
from anlan.kernel.jobs import queue, sql, worker
from anlan.kernel.jobs.models import Job, State, Tick, Worker

CRASH = os.path.join(os.path.dirname(__file__), "crash.py")
BATCHES = 40

pytestmark = pytest.mark.realdb


@pytest.fixture
def ground(realdb, monkeypatch):
    """The table that the tasks of crash.py write into, and their names to enqueue by."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE effects (number integer, pid integer)")
    for name, attempts in (("test.batches", 5), ("test.poison", 2)):
        monkeypatch.setitem(queue.TASKS, name, queue.Task(name, lambda run: None, attempts))
    return realdb


@pytest.fixture
def start(ground):
    started = []

    def start_one() -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, CRASH], env=ground.env, stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        assert process.stdout.readline() == "up\n"
        return process

    yield start_one
    for process in started:
        process.kill()
        process.wait()


def effects() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM effects")
        return [row[0] for row in cursor.fetchall()]


def wait_for(condition: Callable[[], object], seconds: float = 40) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"nothing within {seconds} s"
        time.sleep(0.05)


def state(job: Job) -> str:
    return Job.objects.values_list("state", flat=True).get(pk=job.pk)


@pytest.mark.parametrize("moment", [0.05, 0.3, 0.61])
def test_F02_a_killed_worker_s_job_runs_again_and_takes_effect_once(ground, start, moment):
    job = queue.enqueue("test.batches", {}, CLOCK)
    first = start()
    wait_for(lambda: 0 in effects())
    time.sleep(moment)
    first.send_signal(signal.SIGKILL)
    first.wait()
    before = len([number for number in effects() if number < BATCHES])
    assert 0 < before < BATCHES, "killed too late to prove anything"
    assert state(job) == State.RUNNING

    killed_at = time.monotonic()
    start()
    wait_for(lambda: state(job) == State.DONE)

    assert time.monotonic() - killed_at < 20, "promptly: not by waiting for a lease of minutes"
    done = Counter(number for number in effects() if number < BATCHES)
    assert done == dict.fromkeys(range(BATCHES), 1)
    job.refresh_from_db()
    assert (job.attempts, job.result) == (2, {"from": before})
    assert (job.done, job.total) == (BATCHES, BATCHES)


def test_F02_a_frozen_worker_that_wakes_up_again_takes_no_effect(ground, start):
    """Not dead but still for too long: its job is taken over, and its next batch is rolled back."""
    job = queue.enqueue("test.batches", {"seconds": 0.02, "batches": 1_000}, CLOCK)
    frozen = start()
    wait_for(lambda: 2 in effects())
    frozen.send_signal(signal.SIGSTOP)
    time.sleep(0.2)
    if not ground.postgresql:
        # Frozen inside a transaction it would hold SQLite's only pen: then nobody can go on.
        frozen.send_signal(signal.SIGCONT)
        wait_for(lambda: _frozen_between_batches(frozen))
    Worker.objects.create(id="test", beat_at=sql.now(), started_at=sql.now())
    held = Job.objects.get(pk=job.pk)
    taken = queue.claim("test", dead=[held.worker])
    if taken is None:  # the row itself is locked by the frozen transaction: fenced as well
        frozen.send_signal(signal.SIGCONT)
        wait_for(lambda: queue.claim("test", dead=[held.worker]))
    frozen.send_signal(signal.SIGCONT)
    time.sleep(1)
    job.refresh_from_db()
    assert (job.state, job.worker) == (State.RUNNING, "test")
    after = effects()
    time.sleep(0.5)
    ours = [number for number in after if number < 1_000]
    assert [number for number in effects() if number < 1_000] == ours
    assert len(ours) == len(set(ours)) == job.cursor["next"]


def _frozen_between_batches(process: subprocess.Popen[str]) -> bool:
    """Stop the process, and see whether SQLite's write lock is free."""
    import sqlite3

    process.send_signal(signal.SIGSTOP)
    probe = sqlite3.connect(connection.settings_dict["NAME"], timeout=0.1, isolation_level=None)
    try:
        probe.execute("BEGIN IMMEDIATE")
        probe.execute("ROLLBACK")
        return True
    except sqlite3.OperationalError:
        process.send_signal(signal.SIGCONT)
        return False
    finally:
        probe.close()


def test_F23_a_job_that_takes_its_worker_down_is_given_up(ground, start):
    job = queue.enqueue("test.poison", {}, CLOCK)
    for _ in range(2):
        start().wait(timeout=20)
    good = queue.enqueue("test.batches", {"seconds": 0, "batches": 3}, CLOCK)
    start()
    wait_for(lambda: state(good) == State.DONE)
    wait_for(lambda: state(job) == State.DEAD)
    job.refresh_from_db()
    assert (job.attempts, job.error_code) == (2, "worker_died")
    assert effects().count(-1) == 2


def test_a_worker_told_to_stop_ends_its_batch_and_gives_the_job_back(ground, start):
    job = queue.enqueue("test.batches", {"seconds": 0.1}, CLOCK)
    first = start()
    wait_for(lambda: 1 in effects())
    first.send_signal(signal.SIGTERM)
    assert first.wait(timeout=10) == 0
    job.refresh_from_db()
    assert (job.state, job.attempts) == (State.QUEUED, 0)
    assert job.cursor["next"] == len([number for number in effects() if number < BATCHES])
    assert Worker.objects.exclude(stopped_at=None).count() == 1


def test_a_running_job_is_cancelled_from_outside(ground, start):
    job = queue.enqueue("test.batches", {"seconds": 0.1, "batches": 200}, CLOCK)
    start()
    wait_for(lambda: 1 in effects())
    queue.cancel(job.pk, by=CLOCK, at=sql.now())
    wait_for(lambda: state(job) == State.CANCELLED)
    assert len(effects()) < 200


def test_F24_two_workers_tick_once_and_the_page_knows_when(ground, start):
    start()
    start()
    wait_for(lambda: len(effects()) >= 4)
    moments = sorted(effects())
    assert len(moments) == len(set(moments))
    # A tick a second; two workers ticking each for itself would double that.
    assert len(moments) <= moments[-1] - moments[0] + 2
    assert (sql.now() - worker.last_tick()).total_seconds() < 5
    assert Tick.objects.get(name="test.tick").errors == 0


def test_one_worker_s_ticks_seal_the_audit(realdb):
    import threading

    from django.db import transaction

    from anlan.kernel.audit import trail
    from anlan.kernel.audit.models import Link

    with transaction.atomic():
        trail.record([trail.Entry("x.y", "x", n) for n in range(5)], by=CLOCK, at=sql.now())
    stop = threading.Event()
    thread = threading.Thread(target=worker.work, args=(stop,))
    thread.start()
    try:
        wait_for(lambda: Link.objects.count() >= 5, seconds=10)
    finally:
        stop.set()
        thread.join()
    assert verify(sql.now()).ok
