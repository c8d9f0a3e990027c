"""Returns are accepted at once, or while a figure is chosen: the target counts each, and once."""

from __future__ import annotations

import time
from datetime import timedelta
from decimal import Decimal
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from anlan.domain.campaigns.tests.house import House

# SQLite lets one writer in at a time.
pytestmark = [pytest.mark.realdb, pytest.mark.postgresql]


@pytest.fixture
def house(realdb: Any) -> House:
    from anlan.domain.campaigns.tests.house import House
    from anlan.domain.hazards.tests.stage import whole

    return House(whole(), None)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has read what was accepted takes a second to write it down."""
    from anlan.domain.campaigns.returns import feeding

    wanted = feeding._wanted

    def late(*args: Any) -> Any:
        found = wanted(*args)
        time.sleep(1)
        return found

    monkeypatch.setattr(feeding, "_wanted", late)


def filed(house: House) -> tuple[Any, Any, list[Any]]:
    """A duty two weeks old, its plan's target, and two returns of one unit that were filed."""
    from anlan.domain.campaigns.models import Duty, Return, Target
    from anlan.domain.campaigns.returns import commands as do
    from anlan.domain.campaigns.returns.rule import Rule
    from anlan.domain.campaigns.tests.test_feeds import plan_of

    plan, unit = plan_of(house), house.cast.units["office"].pk
    new = do.NewDuty(
        "检查情况", "报送检查企业数。", Rule("week", day=house.today.isoweekday()),
        house.today - timedelta(14), house.today + timedelta(60), (unit,),
        figures=(("检查企业", "家"),),
    )  # fmt: skip
    duty = Duty.objects.get(pk=do.make_duty(plan.pk, new, **house.call("city")))
    rows = list(Return.objects.filter(duty=duty, due_on__lte=house.today).order_by("due_on"))[:2]
    for row, value in zip(rows, (10, 25), strict=True):
        figures = {duty.figures.get().pk: Decimal(value)}
        do.file_return(row.pk, kind="report", text="已检查", figures=figures,
                       **house.call("office"))  # fmt: skip
    return duty, Target.objects.get(line__plan=plan), rows


def choose(house: House, duty: Any, target: Any) -> Any:
    from anlan.domain.campaigns.returns.commands_feeds import feed_target

    return feed_target(duty.pk, duty.figures.get().pk, target=target.pk, mode="stands",
                       **house.call("city"))  # fmt: skip


def accept(house: House, row: Any) -> Any:
    from anlan.domain.campaigns.returns import commands as do

    return do.accept_returns([row.pk], **house.call("city"))


def reached(target: Any) -> int:
    from anlan.domain.campaigns.returns import feeding

    assert not feeding.disagreeing()
    return int(feeding.sums([target.pk])[target.pk].value)


def test_two_returns_that_are_accepted_at_once_count_as_one_after_the_other(
    realdb: Any, house: House, slow: None
) -> None:
    duty, target, rows = filed(house)
    choose(house, duty, target)
    answers = realdb.together(lambda n: accept(house, rows[n]), 2)
    assert not [one for one in answers if isinstance(one, BaseException)], answers
    assert reached(target) == 25


def test_a_return_that_is_accepted_while_a_figure_is_chosen_counts(
    realdb: Any, house: House, slow: None
) -> None:
    duty, target, rows = filed(house)
    calls = (lambda: accept(house, rows[0]), lambda: choose(house, duty, target))
    answers = realdb.together(lambda n: calls[n](), 2)
    assert not [one for one in answers if isinstance(one, BaseException)], answers
    assert reached(target) == 10


@pytest.mark.parametrize("other", ["ledger", "report"])
def test_a_target_that_is_counted_otherwise_at_once_is_counted_by_one_thing_alone(
    realdb: Any, house: House, monkeypatch: pytest.MonkeyPatch, other: str
) -> None:
    from anlan.base.refusal import Refusal
    from anlan.domain.campaigns import commands
    from anlan.domain.campaigns.commands import tasks_reports
    from anlan.domain.campaigns.models import Feed, Plan, Report
    from anlan.domain.campaigns.progress.commands import progress

    duty, target, _rows = filed(house)
    task = house.task(Plan.objects.get(pk=duty.plan_id), "检查企业")
    looked = Event()

    def late(*args: Any, **more: Any) -> Any:
        looked.set()
        time.sleep(1)
        return False

    monkeypatch.setattr(progress, "_is_declared", late)
    monkeypatch.setattr(tasks_reports.evidence, "demanded", lambda *_args: late() or "")

    def count() -> Any:
        if other == "ledger":
            return progress.count_by(duty.plan_id, target.pk, code="hazard.closed", where={},
                                     **house.call("city"))  # fmt: skip
        return commands.report(task.pk, progress=10, text="进展", reached={target.pk: Decimal(9)},
                               **house.call("emergency"))  # fmt: skip

    def feed() -> Any:
        assert looked.wait(20)
        return choose(house, duty, target)

    answers = realdb.together(lambda n: (count, feed)[n](), 2)
    assert [isinstance(one, Refusal) for one in answers].count(True) == 1, answers
    target.refresh_from_db()
    assert Feed.objects.exists() != (bool(target.counted) or Report.objects.exists())
