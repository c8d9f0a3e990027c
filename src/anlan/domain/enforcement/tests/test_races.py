"""Several at once: no fine is paid twice over, nothing is rectified or entered twice (F09)."""

from __future__ import annotations

from typing import Any

import pytest

from anlan.base.ids import uuid7
from anlan.base.refusal import Refusal

pytestmark = pytest.mark.realdb


@pytest.fixture
def desk(realdb: Any) -> Any:
    from anlan.domain.enforcement.tests.desk import Desk
    from anlan.domain.hazards.tests.stage import whole

    return Desk(whole(), None)


def tried(act: Any, *given: Any, **more: Any) -> str:
    try:
        act(*given, **more)
    except Refusal as refusal:
        return refusal.code
    return "done"


def test_F09_of_six_payments_at_once_only_so_many_stand_as_the_fine_bears(
    desk: Any, realdb: Any
) -> None:
    from anlan.domain.enforcement.models import Entry
    from anlan.domain.enforcement.tests.desk import bad

    fine = desk.fined(100_000)
    answers = realdb.together(lambda n: tried(desk.pay, fine, 40_000), 6)
    assert sorted(answers) == ["done"] * 2 + ["enforcement_refused"] * 4
    assert Entry.objects.get(pk=fine.pk).paid == 80_000
    assert bad() == []


def test_F09_a_violation_is_rectified_and_a_paper_entered_by_one_of_six(
    desk: Any, realdb: Any
) -> None:
    from dataclasses import replace

    from anlan.domain.enforcement import commands
    from anlan.domain.enforcement.tests.desk import bad

    desk.enter("inspection", violations=("通道堵塞",))
    rows = [desk.new("recheck", rectified=desk.open()) for _n in range(6)]

    def recheck(n: int) -> str:
        return tried(commands.enter, [rows[n]], **desk.call())

    answers = realdb.together(recheck, 6)
    assert answers.count("done") == 1, answers
    paper = desk.new("penalty", fine=100)
    same = [replace(paper, pk=uuid7()) for _n in range(6)]

    def penalty(n: int) -> str:
        return tried(commands.enter, [same[n]], **desk.call())

    answers = realdb.together(penalty, 6)
    assert answers.count("done") == 1, answers
    assert bad() == []


def test_F09_a_finding_that_is_withdrawn_is_not_rectified_at_the_same_moment(
    desk: Any, realdb: Any
) -> None:
    from anlan.domain.enforcement import commands
    from anlan.domain.enforcement.tests.desk import bad

    found = desk.enter("inspection", violations=("通道堵塞",))
    row = desk.new("recheck", rectified=desk.open())

    def act(n: int) -> str:
        if n % 2:
            return tried(desk.withdraw, found)
        return tried(commands.enter, [row], **desk.call())

    answers = realdb.together(act, 2)
    assert answers.count("done") == 1, answers
    assert bad() == []
