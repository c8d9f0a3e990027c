"""A job is there exactly if its cause is, is done at least once, and takes effect once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import transaction

from anlan.base.actor import CLOCK, Actor
from anlan.base.refusal import Unreadable
from anlan.kernel.audit.models import AuditRow
from anlan.kernel.jobs import queue, sql, worker
from anlan.kernel.jobs.models import Job, State, Worker

AT = datetime(2024, 6, 25, 8, 30, tzinfo=UTC)
LI = Actor(7, "李建国", 12, "10.1.2.3")


@pytest.fixture
def tasks() -> Iterator[dict[str, queue.Task]]:
    before = dict(queue.TASKS)
    yield queue.TASKS
    queue.TASKS.clear()
    queue.TASKS.update(before)


@pytest.fixture
def steps(tasks) -> list[object]:
    """What the task "test.steps" was seen doing."""
    seen: list[object] = []

    @queue.task("test.steps", attempts_max=3)
    def run_steps(run: queue.Run) -> None:
        for number in range((run.cursor or {}).get("next", 0), run.payload["steps"]):
            if run.cancelled:
                seen.append("tidied up")
                return
            with transaction.atomic():
                if number == run.payload.get("breaks_at"):
                    raise RuntimeError("the disk is full")
                seen.append(number)
                run.save_cursor({"next": number + 1})
            run.progress(number + 1, run.payload["steps"], "step")
        run.result = {"steps": len(seen), "by": run.by.name}

    return seen


@pytest.mark.django_db
def test_a_job_runs_and_says_what_came_of_it(steps):
    job = queue.enqueue("test.steps", {"steps": 3}, LI, at=AT)
    assert (job.state, job.created_at) == ("queued", AT)
    job = queue.run_inline(job)
    assert job.state == State.DONE
    assert job.result == {"steps": 3, "by": "李建国"}
    assert (job.done, job.total, job.note, job.attempts) == (3, 3, "step", 1)
    assert job.finished_at
    assert queue.claim("w") is None


@pytest.mark.realdb
def test_a_job_of_a_change_that_was_rolled_back_is_not_there(realdb, steps):
    @transaction.atomic(durable=True)
    def change() -> None:
        queue.enqueue("test.steps", {"steps": 1}, LI)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        change()
    assert not Job.objects.exists()


@pytest.mark.django_db
def test_a_key_is_unique_while_its_job_lives(steps):
    first = queue.enqueue("test.steps", {"steps": 1}, LI, key="fold")
    assert queue.enqueue("test.steps", {"steps": 2}, LI, key="fold") == first
    assert queue.enqueue("test.steps", {"steps": 2}, LI, key="other") != first
    assert queue.run_inline(first).state == State.DONE
    assert queue.enqueue("test.steps", {"steps": 2}, LI, key="fold") != first


@pytest.mark.realdb
def test_of_many_who_enqueue_one_key_at_once_all_get_the_same_job(realdb, steps):
    jobs = realdb.together(lambda n: queue.enqueue("test.steps", {"n": n}, LI, key="k").pk, 8)
    assert len(set(jobs)) == 1, jobs
    assert Job.objects.count() == 1


@pytest.mark.realdb
def test_of_many_who_claim_at_once_each_gets_another_job(realdb, steps):
    for _ in range(5):
        queue.enqueue("test.steps", {"steps": 1}, LI)
    claimed = realdb.together(lambda n: getattr(queue.claim(f"w{n}"), "pk", None), 8)
    found = [pk for pk in claimed if pk is not None]
    assert not [a for a in claimed if isinstance(a, BaseException)]
    # On PostgreSQL a row that another is looking at is skipped, so somebody may come away empty.
    while (job := queue.claim("late")) is not None:
        found.append(job.pk)
    assert len(found) == len(set(found)) == 5


@pytest.mark.django_db
def test_an_error_is_tried_again_from_the_cursor_and_given_up_at_last(steps):
    job = queue.enqueue("test.steps", {"steps": 3, "breaks_at": 2}, LI)
    job = queue.run_inline(job)
    assert (job.state, job.attempts, job.error_code) == (State.QUEUED, 1, "RuntimeError")
    assert steps == [0, 1]
    assert job.not_before > sql.now()
    assert queue.claim("w") is None, "it waits before it is tried again"
    for attempt in (2, 3):
        Job.objects.update(not_before=sql.now())
        job = queue.run_inline(job)
        assert job.attempts == attempt
    assert steps == [0, 1], "what was done was not done again"
    assert job.state == State.DEAD
    assert list(Job.objects.dead()) == [job]
    assert "test_queue.py" in job.error


@pytest.mark.django_db
def test_F23_a_poison_message_lets_the_queue_move_on(steps):
    poison = queue.enqueue("test.steps", {}, LI)  # lacks what the task needs, each time
    good = queue.enqueue("test.steps", {"steps": 1}, LI)
    done = []
    while (job := queue.claim("w")) is not None:
        queue.perform(queue.Run(job, inline=True))
        done.append(job.pk)
        Job.objects.exclude(not_before=None).update(not_before=sql.now())
    assert done.count(poison.pk) == 3
    assert Job.objects.get(pk=poison.pk).state == State.DEAD
    assert Job.objects.get(pk=good.pk).state == State.DONE


@pytest.mark.django_db
def test_a_person_runs_a_dead_letter_again(steps):
    job = queue.enqueue("test.steps", {"steps": 1}, LI)
    Job.objects.update(state=State.DEAD, attempts=3)
    job = queue.again(job.pk, by=LI, at=AT)
    assert queue.run_inline(job).state == State.DONE
    assert AuditRow.objects.latest("id").action == "jobs.again"


@pytest.mark.django_db
def test_what_cannot_be_done_is_not_tried_again(tasks):
    @queue.task("test.refuses")
    def refuse(run: queue.Run) -> None:
        raise Unreadable(field="A1", reason="不是日期")

    job = queue.run_inline(queue.enqueue("test.refuses", {}, LI))
    assert (job.state, job.error_code) == (State.FAILED, "unreadable")
    assert job.error == str(Unreadable(field="A1", reason="不是日期"))


@pytest.mark.django_db
def test_S26_a_database_error_is_kept_without_the_values_it_broke_on(tasks):
    @queue.task("test.twice")
    def twice(run: queue.Run) -> None:
        for _ in range(2):
            with transaction.atomic():
                Worker(id="13888001234", beat_at=AT, started_at=AT).save(force_insert=True)

    job = queue.run_inline(queue.enqueue("test.twice", {}, LI))
    assert job.error_code == "IntegrityError"
    assert "13888001234" not in job.error


@pytest.mark.django_db
def test_a_waiting_job_is_cancelled_at_once(steps):
    job = queue.enqueue("test.steps", {"steps": 1}, LI)
    assert queue.cancel(job.pk, by=LI, at=AT).state == State.CANCELLED
    assert queue.claim("w") is None
    assert AuditRow.objects.latest("id").action == "jobs.cancel"


@pytest.mark.django_db
def test_a_running_job_hears_that_it_is_cancelled_and_tidies_up(tasks):
    seen = []

    @queue.task("test.long")
    def long(run: queue.Run) -> None:
        for number in range(10):
            if run.cancelled:
                seen.append("tidied up")
                return
            seen.append(number)
            if number == 2:
                queue.cancel(run.id, by=LI, at=AT)
            run.progress(number, 10)

    job = queue.run_inline(queue.enqueue("test.long", {}, LI))
    assert seen == [0, 1, 2, "tidied up"]
    assert job.state == State.CANCELLED


@pytest.mark.realdb
def test_F02_a_worker_that_lost_its_job_takes_no_effect(realdb, steps):
    """Two workers believe that they hold one job: only the one that took it over moves it."""
    queue.enqueue("test.steps", {"steps": 3}, LI)
    first = queue.Run(queue.claim("first"))
    second = queue.Run(queue.claim("second", dead=["first"]))
    assert second.job.attempts == 2

    @transaction.atomic(durable=True)
    def batch(run: queue.Run) -> None:
        Worker.objects.create(id=f"effect {run.job.worker}", beat_at=AT, started_at=AT)
        run.save_cursor({"next": 1})

    with pytest.raises(queue.LeaseLost):
        batch(first)
    batch(second)
    assert list(Worker.objects.values_list("id", flat=True)) == ["effect second"]
    assert queue.finish(first) == State.RUNNING
    assert queue.finish(second) == State.DONE


@pytest.mark.realdb
def test_a_stopping_worker_gives_its_job_back_between_two_batches(realdb, steps):
    job = queue.enqueue("test.steps", {"steps": 3}, LI)
    run = queue.Run(queue.claim("w"), stopping=True)
    assert queue.perform(run) == State.QUEUED
    assert steps == [0]
    job.refresh_from_db()
    assert (job.attempts, job.cursor) == (0, {"next": 1})
    assert worker.run_here(job.pk).state == State.DONE
    assert steps == [0, 1, 2]


@pytest.mark.realdb
def test_the_command_line_runs_a_job_here_and_draws_its_progress(realdb, steps):
    job = queue.enqueue("test.steps", {"steps": 2}, CLOCK)
    drawn = []
    job = worker.run_here(job.pk, watcher=lambda *said: drawn.append(said))
    assert job.state == State.DONE
    assert drawn == [(1, 2, "step"), (2, 2, "step")]
    assert worker.run_here(job.pk) is None


@pytest.mark.django_db
def test_a_task_that_nobody_does_is_refused(refused):
    with refused("task_unknown"):
        queue.enqueue("test.unheard_of", {}, LI)


@pytest.mark.django_db
def test_F10_a_clock_that_went_back_does_not_hold_up_a_job_that_waits_to_be_tried_again(steps):
    job = queue.enqueue("test.steps", {"steps": 1}, LI)
    Job.objects.update(attempts=1, not_before=sql.now() + timedelta(hours=2))
    assert queue.claim("w").pk == job.pk
    # Whoever asked for a later moment gets it.
    queue.enqueue("test.steps", {"steps": 1}, LI, not_before=sql.now() + timedelta(hours=2))
    assert queue.claim("w") is None


def test_the_wait_grows_and_differs():
    waits = [queue.backoff(attempt).total_seconds() for attempt in range(1, 12)]
    assert waits[0] <= 5
    assert 7 < queue.backoff(2).total_seconds() <= 20
    assert max(waits) <= queue.BACKOFF_SECONDS_MAX
    assert len({queue.backoff(3) for _ in range(20)}) > 1


@pytest.mark.django_db
def test_an_unknown_job_is_not_found(refused):
    with refused("not_found"):
        queue.cancel(uuid4(), by=LI, at=AT)
