"""A plan is given to many units by a job: a unit at a time, resumable, nothing half done or twice."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from anlan.domain.campaigns import commands, queries
from anlan.domain.campaigns.below import commands as plans_below
from anlan.domain.campaigns.models import Plan, Task
from anlan.domain.campaigns.tests.house import House
from anlan.domain.hazards.tests.stage import ROOT
from anlan.kernel.accounts.commands.posts import end_post
from anlan.kernel.accounts.models import Unit
from anlan.kernel.jobs import queue
from anlan.kernel.jobs.models import Job
from anlan.kernel.jobs.queue import TASKS, Run
from anlan.kernel.loop.models import Case, Party
from anlan.kernel.notices.models import Notice

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """As the worker's process ends: nobody writes down how."""


def three(house: House) -> list[int]:
    names = ("office", "elsewhere", "housing")
    return [house.cast.units[name].pk for name in names]


def begun(house: House, plan: Plan) -> Job:
    pk = commands.begin_break_down(plan.pk, units=three(house), **house.call("city"))
    return Job.objects.get(pk=pk)


def taken(job: Job, worker: str, dead: tuple[str, ...] = ()) -> Run:
    held = queue.claim(worker, dead, only=job.pk)
    assert held is not None
    return Run(held, inline=True)


def killed_at(run: Run, monkeypatch: Any, count: int) -> None:
    """Let the job work until it has said ``count`` times how far it is; then its worker is gone."""
    told = Run.progress

    def progress(self: Run, done: int, total: int | None, note: str = "") -> None:
        told(self, done, total, note)
        if done == count:
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Run, "progress", progress)
        with pytest.raises(Killed):
            TASKS[run.job.task].call(run)


def whole(house: House, plan: Plan) -> None:
    """Every unit has the plan once, with every task of it, and is told once."""
    below = Plan.objects.filter(parent=plan)
    assert sorted(below.values_list("unit", flat=True)) == sorted(three(house))
    tasks = Task.objects.filter(plan__in=below)
    assert tasks.count() == 9
    assert Case.objects.filter(campaign_task__in=tasks, state="assigned").count() == 9
    assert Party.objects.filter(case__in=tasks.values("case"), role="rectifier").count() == 9
    about = [str(pk) for pk in below.values_list("pk", flat=True)]
    assert Notice.objects.filter(kind="campaigns.given", about__in=about).count() == 3
    assert len(set(tasks.values_list("plan", "line"))) == 9


def test_a_worker_killed_between_two_units_costs_nothing(house: House, monkeypatch: Any) -> None:
    plan = house.published()
    job = begun(house, plan)
    killed_at(taken(job, "first"), monkeypatch, 1)
    assert Plan.objects.filter(parent=plan).count() == 1
    job.refresh_from_db()
    assert (job.state, job.worker, job.cursor) == ("running", "first", {"next": 1, "made": 1})
    assert queue.perform(taken(job, "second", ("first",))) == "done"
    job.refresh_from_db()
    assert (job.attempts, job.result) == (2, {"made": 3, "units": 3})
    whole(house, plan)


def test_a_unit_has_its_whole_plan_or_none(house: House, monkeypatch: Any) -> None:
    plan = house.published()
    job = begun(house, plan)
    given = plans_below.open_tasks
    count = 0

    def dies(wanted: Any, claim: Any) -> None:
        nonlocal count
        count += 1
        given(wanted, claim)
        if count == 2:
            raise Killed  # Its tasks are written, and nothing is committed.

    with monkeypatch.context() as patch:
        patch.setattr(plans_below, "open_tasks", dies)
        with pytest.raises(Killed):
            TASKS[job.task].call(taken(job, "first"))
    assert Plan.objects.filter(parent=plan).count() == 1
    assert Task.objects.filter(plan__parent=plan).count() == 3
    assert queue.perform(taken(job, "second", ("first",))) == "done"
    whole(house, plan)
    # A worker that thinks it still has the job finds that it doesn't, and leaves nothing.
    late = Run(Job.objects.get(pk=job.pk), inline=True)
    late.job.worker, late.job.cursor = "first", None
    with pytest.raises(queue.LeaseLost):
        TASKS[job.task].call(late)
    whole(house, plan)


def test_running_it_twice_makes_nothing_twice(house: House) -> None:
    plan = house.published()
    call = house.call("city")
    first = commands.begin_break_down(plan.pk, units=three(house), **call)
    assert commands.begin_break_down(plan.pk, units=three(house), **call) == first
    with pytest.raises(plans_below.BreakDownRunning):
        commands.begin_break_down(plan.pk, units=three(house)[:1], **house.call("city"))
    # Somebody gives one unit the plan by hand meanwhile: it keeps that one.
    [mine] = commands.break_down(plan.pk, units=three(house)[:1], **house.call("city"))
    [job] = house.work()
    assert (job.state, job.result) == ("done", {"made": 2, "units": 3})
    whole(house, plan)
    assert Plan.objects.filter(pk=mine).exists()
    Job.objects.filter(pk=job.pk).update(state="queued", cursor=None)
    house.work()
    whole(house, plan)


def test_its_page_shows_how_far_it_is_and_leads_on(house: House, monkeypatch: Any) -> None:
    plan = house.published()
    sent = {"units": three(house)}
    answer = house.post("city", "campaigns:break_down", plan.pk, **sent)
    page = reverse("campaigns:break_down", args=[plan.pk])
    assert (answer.status_code, answer.headers["Location"]) == (302, page)
    shown = house.text("city", "campaigns:break_down", plan.pk)
    assert "hx-get" in shown
    assert 'name="units"' not in shown
    assert house.post("city", "campaigns:break_down", plan.pk, **sent).status_code == 409
    progress = house.get("city", "campaigns:break_down_progress", plan.pk)
    assert "HX-Redirect" not in progress.headers
    for who, status in (("emergency", 403), ("office", 403), ("stranger", 404)):
        for view in ("break_down_progress", "break_down_stop"):
            ask = house.get if view == "break_down_progress" else house.post
            expected = status if who != "stranger" else {403, 404}
            found = ask(who, f"campaigns:{view}", plan.pk).status_code
            assert found == expected or (isinstance(expected, set) and found in expected), who
    # Stopped after the first: it keeps its plan, the others are offered again.
    job = Job.objects.get()
    told = Run.progress

    def asked_to_stop(self: Run, done: int, total: int | None, note: str = "") -> None:
        told(self, done, total, note)
        if done == 1:
            house.post("city", "campaigns:break_down_stop", plan.pk)
            self.cancel_asked = True

    with monkeypatch.context() as patch:
        patch.setattr(Run, "progress", asked_to_stop)
        assert [one.state for one in house.work()] == ["cancelled"]
    ended = house.get("city", "campaigns:break_down_progress", plan.pk)
    assert ended.headers["HX-Refresh"] == "true"
    again = house.text("city", "campaigns:break_down", plan.pk)
    assert again.count('name="units"') == 2  # A department had it first.
    assert house.post("city", "campaigns:break_down", plan.pk, **sent).status_code == 302
    house.work()
    whole(house, plan)
    done = house.get("city", "campaigns:break_down_progress", plan.pk)
    assert done.headers["HX-Redirect"] == reverse("campaigns:plan", args=[plan.pk])
    assert Job.objects.exclude(pk=job.pk).get().result == {"made": 2, "units": 2}


def test_who_lost_the_right_meanwhile_gives_no_further_unit(house: House) -> None:
    plan = house.published()
    job = begun(house, plan)
    for post in house.cast.users["city"].posts.all():
        end_post(post.pk, by=ROOT, at=timezone.now())
    [ended] = house.work()
    assert (ended.pk, ended.state) == (job.pk, "failed")
    assert not Plan.objects.filter(parent=plan).exists()


def test_a_unit_that_is_closed_meanwhile_is_left_out_and_told(
    house: House, monkeypatch: Any
) -> None:
    plan = house.published()
    page = house.text("city", "campaigns:break_down", plan.pk)
    row = next(part for part in page.split("<tr>") if "盘龙区安委办" in part)
    assert "nobody signs in there yet" not in row
    for post in house.cast.users["stranger"].posts.all():
        end_post(post.pk, by=ROOT, at=timezone.now())
    page = house.text("city", "campaigns:break_down", plan.pk)
    row = next(part for part in page.split("<tr>") if "盘龙区安委办" in part)
    assert "nobody signs in there yet" in row
    with monkeypatch.context() as patch:
        patch.setattr(queries, "CHILDREN_MAX", 1)
        listed = house.text("city", "campaigns:break_down", plan.pk, query="?who=own")
    assert listed.count('name="units"') == 1
    assert "more follow once these have the plan" in listed
    begun(house, plan)
    gone = house.cast.units["elsewhere"]
    Unit.objects.filter(pk=gone.pk).update(valid_to=house.today)
    [job] = house.work()
    assert job.result == {"made": 2, "units": 3}
    assert "1 of those chosen" in house.text("city", "campaigns:break_down", plan.pk)
    # A page that stood open names it still: refused, and said at the units.
    sent = house.post("city", "campaigns:break_down", plan.pk, units=[gone.pk])
    assert sent.status_code == 422
