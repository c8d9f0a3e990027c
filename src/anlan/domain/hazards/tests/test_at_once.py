"""Urging and steps with many, pressed by several at once, with real commits."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from anlan.base.ids import uuid7
from anlan.base.refusal import Refusal

pytestmark = pytest.mark.realdb
DAY = date(2024, 3, 15)
AT_ONCE = 6


def broken() -> list[str]:
    """What ``./anlan check`` finds."""
    from anlan.config import checking
    from anlan.kernel.notices import delivering

    now = timezone.now()
    checking.catch_up(now)
    delivering.fan_out(now)
    return [name for one in checking.checks() for name, ok, _n, _d in one(now) if not ok]


def made(acts: tuple[tuple[str, str], ...], number: int) -> list[Any]:
    from anlan.domain.hazards.tests import stage

    cast, found = stage.whole(), []
    for _n in range(number):
        one = stage.Stage(cast)
        for who, act in acts:
            assert one.do(DAY - timedelta(days=14), who, act)
        found.append(one)
    return found


def test_a_unit_that_urges_several_times_at_once_urges_once(realdb: Any) -> None:
    from anlan.domain.hazards import commands
    from anlan.domain.hazards.tests.stage import moment
    from anlan.kernel.loop.models import Event
    from anlan.kernel.notices.models import Notice

    [stage] = made((("inspector", "find"), ("office", "assign")), 1)
    people = [stage.cast.actor(who, DAY) for who in ("office", "inspector", "leader")]

    def urge(n: int) -> Any:
        return commands.urge(
            [stage.pk], by=people[n % len(people)], at=moment(DAY), request_id=uuid7()
        )

    answers = realdb.together(urge, AT_ONCE)
    codes = Counter(one.code if isinstance(one, Refusal) else "done" for one in answers)
    assert codes == {"done": 1, "urge_refused": AT_ONCE - 1}, answers
    assert Event.objects.filter(case=stage.pk, step="urge").count() == 1
    assert Notice.objects.filter(kind="loop.urged").count() == 1
    assert not broken()


def test_many_verified_by_the_same_post_sent_several_times_at_once(realdb: Any) -> None:
    """A double click, and a browser that tries again: one event each, and all answers alike."""
    from anlan.domain.hazards import bulk
    from anlan.domain.hazards.tests.stage import moment
    from anlan.kernel.loop.models import Event

    stages = made((("inspector", "find"), ("office", "assign"), ("firm", "rectify")), 3)
    by, request = stages[0].cast.actor("inspector", DAY), uuid7()
    cases = {one.pk: one.case.version for one in stages}

    def send(_n: int) -> Any:
        found = bulk.take(
            bulk.ACTS["verify"], cases, {"reason": "合格"}, by=by, at=moment(DAY),
            request_id=request,
        )  # fmt: skip
        return [row.pk for row in found.done], found.left

    answers = realdb.together(send, AT_ONCE)
    assert answers == [(list(cases), [])] * AT_ONCE
    for pk in cases:
        assert Event.objects.filter(case=pk, step="verify").count() == 1
    assert not broken()
