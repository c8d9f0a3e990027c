"""What a dispatch meeting goes through: what changed since the last, promises kept or not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from anlan.domain.campaigns.meetings import changes as meetings
from anlan.domain.campaigns.models import Meeting
from anlan.domain.campaigns.tests.battle import CITY, DISTRICT, Battle, battle
from anlan.domain.campaigns.tests.house import House
from anlan.domain.hazards.tests.stage import Cast
from anlan.kernel.loop.models import Case, Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def field(cast: Cast) -> Battle:
    return battle(cast)


def held(field: Battle, unit: str = "city", since: int = -7, next_on: int | None = 14) -> Meeting:
    row = field.cast.units[unit]
    return Meeting.objects.create(
        campaign=field.campaign, unit=row, area=row.area, path=row.path, title="例会",
        held_on=field.today, since=field.day(since),
        next_on=None if next_on is None else field.day(next_on), made_at=timezone.now(),
        made_by="test",
    )  # fmt: skip


def test_each_figure_counts_what_happened_and_opens_to_it(field: Battle) -> None:
    done = field.tasks(3, title="已完成")
    field.step("rectify", done, -2)
    earlier = field.tasks(2, title="早已完成", settled=-20)
    back = field.tasks(1, title="被退回", settled=-20)
    field.step("reject", back, -1)
    put_off = field.tasks(2, title="延期", due=1)
    field.put_off(put_off, -3, 10)
    newly = field.tasks(2, title="新逾期", due=-3)
    old = field.tasks(1, title="老逾期", due=-15, area=DISTRICT, unit="elsewhere")
    added = field.tasks(4, title="新增", opened=-1, due=40)
    meeting, by = held(field), field.cast.actor("city")
    found = meetings.figures(meeting, by, field.today)
    assert {code: found.counts[code] for code in meetings.HEAPS} == {
        "finished": 3, "reopened": 1, "added": 4, "slipped": 2, "late": 2, "late_all": 3,
        "due_next": 3,
    }  # fmt: skip
    wanted = {"finished": done, "reopened": back, "added": added, "slipped": put_off,
              "late": newly, "late_all": [*old, *newly], "due_next": [*back, *put_off]}  # fmt: skip
    for code, pks in wanted.items():
        heap = meetings.heap(meeting, code, by, field.today, None, 0)
        assert ({row.pk for row in heap.rows}, heap.count) == (set(pks), len(pks)), code
    assert not {row.pk for row in meetings.heap(
        meeting, "finished", by, field.today, None, 0).rows} & set(earlier)  # fmt: skip
    assert [(one.name, one.tasks) for one in found.late_units] == [
        ("五华区安委办", 2), ("盘龙区安委办", 1)
    ]  # fmt: skip
    one = meetings.heap(meeting, "late_all", by, field.today, found.late_units[1].unit, 0)
    assert [row.pk for row in one.rows] == old
    assert set(meetings.heap(meeting, "slipped", by, field.today, None, 0).days.values()) == {9}


def test_a_department_goes_through_its_own_tasks_alone(field: Battle) -> None:
    field.tasks(2, unit="elsewhere", due=-3)
    field.cast.unit("emergency", "昆明市应急管理局", "department", CITY)
    mine = field.tasks(1, unit="emergency", due=-3)
    meeting, by = held(field, "emergency"), field.cast.actor("city")
    heap = meetings.heap(meeting, "late_all", by, field.today, None, 0)
    assert [row.pk for row in heap.rows] == mine


@pytest.mark.once
def test_its_statements_dont_depend_on_the_number_of_tasks(field: Battle) -> None:
    meeting, by = held(field), field.cast.actor("city")
    counts = []
    for n in (2, 40):
        for due, settled in ((-3, None), (5, None), (-3, -1)):
            field.tasks(n, due=due, settled=settled)
        with CaptureQueriesContext(connection) as seen:
            meetings.figures(meeting, by, field.today)
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 9


def test_events_are_found_by_their_moment(field: Battle) -> None:
    with connection.cursor() as cursor:
        names = connection.introspection.get_constraints(cursor, Event._meta.db_table)
    assert "event_by_moment" in names


@pytest.mark.parametrize(
    ("state", "settled", "due", "said"),
    [
        ("assigned", None, 0, "running"), ("assigned", None, -1, "broken"),
        ("rectified", 0, 0, "kept"), ("closed", -3, -1, "kept"),
        ("rectified", 0, -1, "done_late"), ("void", None, -1, "withdrawn"),
        ("assigned", None, None, "running"),
    ],
)  # fmt: skip
def test_the_rule_of_promises(
    house: House, state: str, settled: int | None, due: int | None, said: str
) -> None:
    def day(n: int | None) -> Any:
        return None if n is None else house.today + timedelta(n)

    case = Case(state=state, settled_on=day(settled))
    assert meetings.verdict(case, day(due), house.today) == said
    assert meetings.verdict(None, day(due), house.today) == "withdrawn"
