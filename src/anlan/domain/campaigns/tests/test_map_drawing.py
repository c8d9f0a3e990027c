"""The battle map's layout as laws: bars stay on the axis, labels never touch, order is stable."""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

DAYS = st.dates(date(2015, 1, 1), date(2035, 12, 31))
ZOOMS = ("years", "year", "quarter", "month", "days")
#: The narrowest lane that we draw (a phone's), and what a label takes there at most.
LANE_PX, LATIN_PX, WIDE_PX, PAD_PX = 350, 6.0, 10.5, 3


def _width(text: str) -> float:
    return sum(LATIN_PX if ord(each) < 0x2E80 else WIDE_PX for each in text) + PAD_PX


@given(st.sampled_from(ZOOMS), DAYS, DAYS, DAYS)
def test_bars_never_leave_the_axis(zoom: str, at: date, start: date, end: date) -> None:
    from anlan.domain.campaigns.battlemap.layout import axis_of

    axis = axis_of(zoom, at)
    span = axis.span(start, end)
    shows = start <= end and start <= axis.last and end >= axis.first
    assert (span is not None) == shows
    if span:
        left, width = span
        assert 0 <= left <= left + width <= 100 + 1e-9
        assert width > 0


@given(st.sampled_from(ZOOMS), DAYS)
def test_days_stand_in_their_order_and_the_window_holds_its_day(zoom: str, at: date) -> None:
    from anlan.domain.campaigns.battlemap.layout import axis_of

    axis = axis_of(zoom, at)
    assert axis.first <= at <= axis.last
    places = [axis.x(axis.first + timedelta(days=n)) for n in range(axis.days)]
    assert places[0] == 0
    assert places == sorted(set(places))
    assert {"years": 1096, "year": 366, "quarter": 92, "month": 31, "days": 10}[zoom] >= axis.days


@given(st.sampled_from(ZOOMS), DAYS, DAYS)
def test_today_stands_inside_its_own_day_or_nowhere(zoom: str, at: date, today: date) -> None:
    from anlan.domain.campaigns.battlemap.layout import axis_of

    axis = axis_of(zoom, at)
    now = axis.middle(today)
    assert (now is None) == (not axis.first <= today <= axis.last)
    if now is not None:
        assert axis.x(today) < now < axis.x(today) + 100 / axis.days


@given(st.sampled_from(ZOOMS), DAYS, st.sampled_from(["en", "zh-hans"]))
def test_labels_of_the_axis_never_touch_even_on_a_phone(zoom: str, at: date, language: str) -> None:
    from django.utils import translation

    from anlan.domain.campaigns.battlemap.layout import axis_of

    with translation.override(language):
        ticks = axis_of(zoom, at).ticks()
    assert [tick.x for tick in ticks] == sorted(tick.x for tick in ticks)
    labelled = [tick for tick in ticks if tick.label]
    assert labelled
    for tick, after in pairwise(labelled):
        assert tick.x / 100 * LANE_PX + _width(tick.label) <= after.x / 100 * LANE_PX
    last = labelled[-1]
    assert last.x / 100 * LANE_PX + _width(last.label) <= LANE_PX + 1


@given(st.sampled_from(ZOOMS), DAYS)
def test_moving_on_and_back_comes_back(zoom: str, at: date) -> None:
    from anlan.domain.campaigns.battlemap.layout import axis_of

    axis = axis_of(zoom, at)
    assert axis.moved(1).moved(-1) == axis
    assert axis.moved(1).first > axis.first


TASKS = st.fixed_dictionaries(
    {
        "start": DAYS, "due": st.none() | DAYS, "opened": DAYS, "settled": st.none() | DAYS,
        "suspended": st.none() | DAYS, "progress": st.integers(0, 100),
    }
)  # fmt: skip


@given(st.sampled_from(ZOOMS), DAYS, DAYS, TASKS)
def test_all_that_is_drawn_of_a_task_stays_in_its_lane(
    zoom: str, at: date, today: date, task: dict
) -> None:
    from anlan.domain.campaigns.battlemap import lights, svg
    from anlan.domain.campaigns.battlemap.layout import axis_of
    from anlan.domain.campaigns.battlemap.rows import Row

    light = lights.of(
        start=task["start"], due=task["due"], settled=task["settled"],
        suspended=task["suspended"], progress=task["progress"], rule=lights.DEFAULT, today=today,
    )  # fmt: skip
    row = Row(
        UUID(int=1), "1.", "排查", "方案", "昆明市", "应急局", "", task["start"], task["due"],
        task["opened"], task["settled"], "assigned", task["suspended"], task["progress"],
        date(2024, 1, 1), light,
    )  # fmt: skip
    axis = axis_of(zoom, at)
    drawn = str(svg.lane(axis, row, today))
    # Lateness shows from the deadline on, whenever the task was published.
    if row.due and row.light == "late":
        late = axis.span(row.due + timedelta(days=1), today)
        assert (f'class="over{" critical" * row.is_critical(today)}"' in drawn) == bool(late)
    for x, width in re.findall(r'x="([-\d.]+)%" width="([-\d.]+)%"', drawn):
        assert float(x) >= 0
        assert float(x) + float(width) <= 100.02
        assert float(width) > 0
    assert "style" not in drawn


@given(DAYS, TASKS)
def test_a_light_says_what_its_rule_says(today: date, task: dict) -> None:
    from anlan.domain.campaigns.battlemap import lights

    given = {key: value for key, value in task.items() if key != "opened"}
    code = lights.of(**given, rule=lights.DEFAULT, today=today)
    late = bool(
        task["due"] and task["due"] < today and not task["settled"] and not task["suspended"]
    )
    assert (code == "late") == late
    assert (lights.BY_CODE[code].colour == "red") == late
    assert (code in ("done", "done_late")) == bool(task["settled"])


@pytest.mark.parametrize(
    ("start", "due", "progress", "light"),
    [
        (-10, 30, 5, "fine"),  # a quarter of its time is over
        (-10, 30, 4, "behind"),
        (-10, 7, 100, "near"),
        (-10, 8, 100, "fine"),
        (-10, -1, 100, "late"),
        (1, 30, 0, "waiting"),
        (0, 30, 0, "fine"),
        (3, 5, 0, "near"),  # it hasn't begun, but its deadline is what counts
    ],
)
def test_the_rule_at_its_edges(start: int, due: int, progress: int, light: str) -> None:
    from anlan.domain.campaigns.battlemap import lights

    today = date(2024, 6, 30)
    found = lights.of(
        start=today + timedelta(start), due=today + timedelta(due), settled=None, suspended=None,
        progress=progress, rule=lights.Rule(near_days=7, behind_points=20), today=today,
    )  # fmt: skip
    assert found == light
