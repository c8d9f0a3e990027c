"""A rule is ended while one of its hearings is being held: no hearing is left that no rule asks."""

from __future__ import annotations

import time
from functools import partial
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from anlan.domain.campaigns.tests.house import House

pytestmark = pytest.mark.realdb


@pytest.fixture
def house(realdb: Any) -> House:
    from anlan.domain.campaigns.tests.house import House
    from anlan.domain.hazards.tests.stage import whole

    return House(whole(), None)


@pytest.mark.postgresql  # SQLite lets one writer in at a time.
@pytest.mark.parametrize("step", ["hold", "drop"])
def test_a_rule_that_ends_while_a_hearing_is_dealt_with_leaves_none_waiting(
    realdb: Any, house: House, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from anlan.domain.campaigns.carrying.commands import hearings
    from anlan.domain.campaigns.models import Hearing, HearingRule

    campaign = house.campaign()
    new = hearings.NewRule("市政府常务会议", 3, house.today)
    pk = hearings.make_rule(campaign, new, **house.call("city"))
    rule = HearingRule.objects.get()
    under_way, set_down = Event(), hearings._set_down

    def slow(*args: Any) -> Any:
        under_way.set()
        time.sleep(1)
        return set_down(*args)

    monkeypatch.setattr(hearings, "_set_down", slow)

    def deal() -> Any:
        call = house.call("city")
        if step == "hold":
            return hearings.hold(pk, held_on=house.today, **call)
        return hearings.drop(pk, reason="合并", **call)

    def end() -> Any:
        assert under_way.wait(20)
        return hearings.end_rule(campaign, rule.pk, **house.call("city"))

    answers = realdb.together(lambda n: (deal, end)[n](), 2)
    assert not [one for one in answers if isinstance(one, BaseException)], answers
    rule.refresh_from_db()
    assert rule.ended_on == house.today
    states = Hearing.objects.order_by("case__due_on").values_list("case__state", flat=True)
    # The next one was set down, and went with the rule.
    assert list(states) == ["held" if step == "hold" else "void", "void"]


@pytest.mark.parametrize("step", ["hold", "drop"])
def test_a_rule_that_ended_first_has_nothing_left_to_deal_with(
    realdb: Any, house: House, step: str
) -> None:
    from anlan.base.refusal import Refusal
    from anlan.domain.campaigns.carrying.commands import hearings
    from anlan.domain.campaigns.models import Hearing, HearingRule

    campaign = house.campaign()
    new = hearings.NewRule("市政府常务会议", 3, house.today)
    pk = hearings.make_rule(campaign, new, **house.call("city"))
    hearings.end_rule(campaign, HearingRule.objects.get().pk, **house.call("city"))
    acts: dict[str, Any] = {
        "hold": partial(hearings.hold, held_on=house.today),
        "drop": partial(hearings.drop, reason="合并"),
    }
    with pytest.raises(Refusal):
        acts[step](pk, **house.call("city"))
    assert [one.case.state for one in Hearing.objects.all()] == ["void"]
