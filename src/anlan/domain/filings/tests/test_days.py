"""Another deadline for very many filings: decided at once, carried out whole by the worker."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from anlan.base.actor import CLOCK
from anlan.base.ids import uuid7
from anlan.domain.filings import commands, judging
from anlan.domain.filings.commands import days
from anlan.domain.filings.models import Filing, Form
from anlan.domain.filings.tests.desk import later
from anlan.kernel.audit.models import AuditRow
from anlan.kernel.facts import ledger
from anlan.kernel.jobs import queue
from anlan.kernel.jobs.models import Job
from anlan.kernel.jobs.queue import TASKS, Run
from anlan.kernel.loop.models import Event

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """As the worker's process ends: nobody writes down how."""


@pytest.fixture
def decided(desk: Any, monkeypatch: Any) -> tuple[Form, Job, int]:
    """A day for everybody, entered on the form's page: more filings than go at once."""
    form = desk.form()
    monkeypatch.setattr(days, "AT_ONCE_MAX", 1)
    given = {"code": desk.month.code, "due_on": later(9).isoformat(), "reason": "系统停机",
             "request_id": uuid7()}  # fmt: skip
    answer = desk.browser("city").post(reverse("filings:act", args=[form.pk, "other"]), given)
    assert answer.status_code == 302
    count = form.filings.count()
    assert count > 1
    return form, Job.objects.get(task=days.JOB), count


def moved(form: Form) -> tuple[int, int]:
    """How many filings have the day, and by how many steps of their histories."""
    have = Filing.objects.filter(form=form, due_on=later(9), case__due_on=later(9))
    return have.count(), Event.objects.filter(case__filing__form=form, step="other_day").count()


def taken(job: Job, worker: str, dead: tuple[str, ...] = ()) -> Run:
    held = queue.claim(worker, dead, only=job.pk)
    assert held is not None
    return Run(held, inline=True)


def test_what_was_decided_is_carried_out_whole_however_often_its_worker_is_killed(
    desk: Any, decided: tuple[Form, Job, int], monkeypatch: Any
) -> None:
    form, job, count = decided
    assert moved(form) == (0, 0)
    row = AuditRow.objects.get(action="forms.other_day", object_id=str(form.pk))
    assert json.loads(row.after)["to_move"] == count
    told, judge = Run.progress, judging.judge

    def gone_after_one(self: Run, done: int, total: int | None, note: str = "") -> None:
        told(self, done, total, note)
        if done == 1:
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Run, "progress", gone_after_one)
        with pytest.raises(Killed):
            TASKS[job.task].call(taken(job, "first"))
    assert moved(form) == (1, 1)
    page = desk.text("city", "filings:form", form.pk)
    assert "Filings are being given the other day" in page

    def dies(pks: Any, **call: Any) -> None:
        judge(pks, **call)
        raise Killed  # Its row, its event and its facts are written, and nothing is committed.

    with monkeypatch.context() as patch:
        patch.setattr(judging, "judge", dies)
        with pytest.raises(Killed):
            TASKS[job.task].call(taken(job, "second", ("first",)))
    assert moved(form) == (1, 1)
    # Cancelled while it runs: half a decision is none, so it goes on to the end.
    run = taken(job, "third", ("second",))
    Job.objects.filter(pk=job.pk).update(cancel_asked=True)
    assert queue.perform(run) == "done"
    assert moved(form) == (count, count)
    job.refresh_from_db()
    assert job.result == {"moved": count}
    done = AuditRow.objects.get(action="forms.other_day_done")
    assert json.loads(done.after)["moved"] == count
    assert "Filings are being given" not in desk.text("city", "filings:form", form.pk)
    desk.check()


def test_what_stopped_goes_on_by_a_press_of_who_keeps_the_form(
    desk: Any, decided: tuple[Form, Job, int]
) -> None:
    form, job, count = decided
    # Another for very many waits its turn; one for a unit alone is entered meanwhile.
    second = {"code": desk.month.code, "due_on": later(3).isoformat(), "reason": "再议"}
    assert desk.post("city", "filings:act", form.pk, "other", **second).status_code == 409
    commands.other_day(form.pk, code=desk.month.code, due_on=later(3), reason="再议",
                       unit=desk.cast.units["office"].pk, **desk.call("city"))  # fmt: skip
    queue.cancel(job.pk, by=desk.cast.actor("city"), at=job.created_at)
    assert "Not every filing has the other day yet" in desk.text("city", "filings:form", form.pk)
    for who in ("office", "stranger"):
        assert desk.post(who, "filings:act", form.pk, "resume").status_code in (403, 404)
    assert desk.post("city", "filings:act", form.pk, "resume").status_code == 302
    assert desk.get("city", "filings:days_progress", form.pk).status_code == 200
    assert queue.perform(taken(job, "first")) == "done"
    assert moved(form)[0] == count - 1, "a unit's own day goes before everybody's"
    assert desk.of(form).due_on == later(3)
    desk.check()


def test_filings_that_another_rule_judged_are_judged_anew(desk: Any) -> None:
    form = desk.form()
    mine = desk.of(form)
    commands.other_day(form.pk, code=mine.code, due_on=later(2), reason="顺延", **desk.call("city"))
    desk.submit(mine, r1="1", r2="1")
    with transaction.atomic():  # As the rule before did with what was sent back.
        ledger.reverse(case_ids=[mine.pk], kinds=[judging.DUE_MET], at=timezone.now())
    with pytest.raises(AssertionError, match="in time"):
        desk.check()
    job = queue.enqueue("filings.judge", {}, CLOCK)
    assert queue.run_inline(job).state == "done"
    desk.check()
