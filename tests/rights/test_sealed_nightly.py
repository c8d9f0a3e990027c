"""S32 at night: every closed case is looked at, a slice at a time, and what is bent alarms at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from anlan.kernel.jobs import queue
from anlan.kernel.jobs.models import Job
from anlan.kernel.loop import seals, sql, ticks
from anlan.kernel.loop.models import Case
from tests.rights.test_sealed import CLOSED, _key, alarmed, bend, named

pytestmark = pytest.mark.django_db

CASES = 5


@pytest.fixture
def closed(play: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> list[Case]:
    """Five closed cases in the order of their ids, and slices of two."""
    for _n in range(CASES):
        play(CLOSED)
    monkeypatch.setattr(seals, "ROWS_AT_ONCE", 2)
    return list(Case.objects.order_by("pk"))


@pytest.fixture
def slices(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """After which case each slice began."""
    seen: list[Any] = []
    look = seals.look

    def looked(after: Any, told: int = 0) -> seals.Slice:
        seen.append(after)
        return look(after, told)

    monkeypatch.setattr(seals, "look", looked)
    return seen


def tonight() -> Job:
    ticks.look_at_seals(timezone.now())
    return Job.objects.live().get(task=ticks.SEALS_TASK)


def test_S32_the_nights_look_goes_through_all_closed_cases_in_slices(
    closed: list[Case], slices: list[Any]
) -> None:
    job = tonight()
    assert tonight() == job, "a look that still runs is not begun a second time"
    assert queue.run_inline(job).state == "done"
    assert slices == [None, closed[1].pk, closed[3].pk]
    assert not alarmed()


@pytest.mark.parametrize("place", range(CASES))
def test_S32_the_nights_look_finds_a_bent_case_in_whatever_slice(
    closed: list[Case], place: int
) -> None:
    bend("UPDATE loop_case SET closed_on = '2020-01-01' WHERE id = %s", _key(closed[place].pk))
    assert queue.run_inline(tonight()).state == "done"
    assert alarmed()
    assert closed[place].number in named()


def test_S32_a_look_that_is_killed_has_alarmed_already_and_goes_on_where_it_was(
    closed: list[Case], slices: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    bend("UPDATE loop_case SET grade = 'major' WHERE id = %s", _key(closed[0].pk))
    job, progress = tonight(), queue.Run.progress

    def dies(run: queue.Run, done: int, *rest: Any) -> None:
        progress(run, done, *rest)
        if done >= 2:
            raise queue.Interrupted

    with monkeypatch.context() as once:
        once.setattr(queue.Run, "progress", dies)
        queue.run_inline(job)
    assert alarmed()
    assert slices == [None]
    queue.run_inline(Job.objects.get(pk=job.pk))
    assert slices == [None, closed[1].pk, closed[3].pk]


def test_S32_were_all_keys_lost_a_look_alarms_a_few_times(
    closed: list[Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    from anlan.kernel.accounts import records

    told: list[Any] = []
    monkeypatch.setattr(seals, "TOLD_MAX", 3)
    monkeypatch.setattr(records, "alarm", lambda _label, pk: told.append(pk))
    bend("UPDATE loop_case SET seal = NULL")
    assert queue.run_inline(tonight()).state == "done"
    assert told == [case.pk for case in closed[:3]]
    assert named()


def test_S32_the_database_joins_a_case_as_its_writer_does(closed: list[Case]) -> None:
    """Else each look would ask twice; odd values among them."""
    case = closed[0]
    Case.objects.filter(pk=case.pk).update(
        source="𠮷\x1f=-", grade="", due_on=None, enterprise_id=-5, declared=True, is_open=False
    )
    seals.seal_all(Case)
    rows = sql.closed_cases(seals.SEALED, None, 100)
    assert len(rows) == CASES
    assert seals.slice_of(None).bent == []
    confirmed: list[Any] = []
    for found in seals.slices():
        confirmed += found.bent
    texts = {pk: text for pk, _number, _seal, text in rows}
    values = Case.objects.filter(pk=case.pk).values_list(*seals.SEALED).get()
    assert texts[case.pk] == "\x1f".join("-" if v is None else f"={v}" for v in values)
