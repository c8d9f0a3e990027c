"""Time of check, time of use: what is asked and what is done at the same moment, with real commits.

Everything here runs in threads with a connection each. SQLite lets one writer in at a time, so
some of these can only go wrong on PostgreSQL; they hold on both.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from anlan.base.ids import uuid7

pytestmark = pytest.mark.realdb
VERIFIED = (
    "day who does -> state\n"
    "2024-03-01 inspector find -> found\n"
    "2024-03-01 office assign -> assigned\n"
    "2024-03-02 inspector complete -> assigned\n"
    "2024-03-06 firm rectify -> rectified\n"
)
DAY = date(2024, 3, 8)


@pytest.fixture
def play(realdb: Any) -> Callable[..., Any]:
    from anlan.domain.hazards.tests.stage import told, whole

    cast = whole()
    return lambda story, **given: told(cast, story, **given)


def legal(stage: Any) -> list[str]:
    """The steps in order; each starts where the one before ended, and none is counted twice."""
    from anlan.kernel.loop.models import Event

    events = list(Event.objects.filter(case=stage.pk).order_by("seq"))
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    for before, after in pairwise(events):
        assert after.source_state == before.target_state, (before.step, after.step)
    assert events[-1].target_state == stage.case.state
    return [event.step for event in events]


def at_once(realdb: Any, stage: Any, *acts: tuple[str, str]) -> list[str]:
    found = realdb.together(lambda n: stage.do(DAY, *acts[n]), len(acts))
    assert all(isinstance(one, str) for one in found), found
    return list(found)


def test_S19_two_clicks_of_one_person_are_not_two_signatures(realdb: Any, play: Any) -> None:
    stage = play(VERIFIED + "2024-03-07 inspector verify -> verified", grade="major")
    found = at_once(realdb, stage, *[("office", "close")] * 6)
    assert sorted(found) == ["own_work"] * 5 + ["verified"]
    assert legal(stage).count("second") == 1
    assert "close" not in legal(stage)


def test_S19_two_people_at_once_are_two_signatures_and_one_closing(realdb: Any, play: Any) -> None:
    stage = play(VERIFIED + "2024-03-07 inspector verify -> verified", grade="major")
    at_once(realdb, stage, ("office", "close"), ("leader", "close"))
    steps = legal(stage)
    assert (steps.count("second"), steps.count("close"), stage.case.state) == (1, 1, "closed")


def test_S19_grading_down_with_both_hands_is_one_signature(realdb: Any, play: Any) -> None:
    stage = play("day who does -> state\n2024-03-01 inspector find -> found", grade="major")
    acts = [("office", "grade", "ordinary")] * 4
    found = realdb.together(lambda n: stage.do(DAY, *acts[n]), 4)
    assert sorted(found) == ["found", "own_work", "own_work", "own_work"]
    assert stage.case.grade == "major"


def test_S19_of_verifying_and_returning_at_once_one_happens(realdb: Any, play: Any) -> None:
    stage = play(VERIFIED)
    found = at_once(
        realdb, stage, ("inspector", "verify"), ("leader", "reject"), ("office", "void")
    )
    steps = legal(stage)
    # A return may follow a verification and a voiding may follow either; nothing happens twice.
    assert all(steps.count(step) <= 1 for step in ("verify", "reject", "void"))
    taken = sum(one in ("verified", "assigned", "void") for one in found)
    assert taken >= 1
    assert set(found) <= {"verified", "assigned", "void", "step_not_possible", "moved_on"}


def test_S19_an_assignment_while_it_is_voided_leaves_one_story(realdb: Any, play: Any) -> None:
    stage = play("day who does -> state\n2024-03-01 inspector find -> found")
    at_once(realdb, stage, ("office", "assign"), ("leader", "void"), ("inspector", "assign"))
    steps = legal(stage)
    assert steps.count("assign") <= 1
    assert stage.case.state == ("void" if "void" in steps else "assigned")


def test_S19_of_two_who_decide_on_an_extension_one_does(realdb: Any, play: Any) -> None:
    from anlan.kernel.loop.models import Extension

    stage = play(
        "day who does -> state\n"
        "2024-03-01 inspector find -> found\n"
        "2024-03-01 office assign -> assigned\n"
        "2024-03-04 firm ask -> assigned"
    )
    due = stage.case.due_on
    at_once(realdb, stage, ("leader", "grant"), ("mayor", "grant"), ("leader", "refuse"))
    wish = Extension.objects.get(case=stage.pk)
    steps = legal(stage)
    assert steps.count("extend") + steps.count("extension_refused") == 1
    assert wish.granted == ("extend" in steps)
    assert stage.case.due_on == (wish.until if wish.granted else due)


def test_S19_whoever_proposed_a_merger_does_not_slip_in_beside_who_decides(realdb: Any) -> None:
    from anlan.domain.enterprises import commands
    from anlan.domain.enterprises.models import Enterprise
    from anlan.domain.hazards.tests.stage import ROOT, whole
    from anlan.kernel.audit.models import AuditRow
    from anlan.kernel.regions.queries import by_code

    cast, now, place = whole(), timezone.now(), by_code("530102").pk
    one, other = (
        commands.put_enterprises(
            [commands.NewEnterprise(name=name, area_id=place)], by=ROOT, at=now, source="t"
        )[0].id
        for name in ("甲厂", "乙厂")
    )
    commands.propose_merge(one, other, by=cast.actor("office"), at=now)

    def decide(number: int) -> str:
        who = ("office", "city", "office", "city")[number]
        try:
            commands.decide_merge(one, True, by=cast.actor(who), at=now)
        except Exception as error:
            return type(error).__name__
        return who

    found = realdb.together(decide, 4)
    assert sorted(found).count("city") == 1
    assert "office" not in found
    assert Enterprise.objects.get(pk=one).merged_into_id == other
    assert AuditRow.objects.filter(action="enterprise.merged").count() == 1


@pytest.mark.postgresql
def test_S14_a_case_that_moved_away_between_look_and_lock_is_not_touched(
    realdb: Any, play: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rights are looked at again under the lock: else the old area's people could still act."""
    from anlan.domain.hazards import commands
    from anlan.kernel.loop import engine
    from anlan.kernel.regions.queries import by_code

    stage = play("day who does -> state\n2024-03-01 inspector find -> found")
    looked, moved = threading.Event(), threading.Event()
    once = engine.once

    def slow(request_id: Any, command: str, *args: Any) -> Any:
        if command == "hazard.assign":
            looked.set()
            assert moved.wait(30)
        return once(request_id, command, *args)

    monkeypatch.setattr(engine, "once", slow)

    def act(number: int) -> str:
        if number == 0:
            return str(stage.do(DAY, "office", "assign"))
        assert looked.wait(30)
        try:
            commands.move(
                [stage.pk], area_id=by_code("530103").pk, by=stage.cast.actor("city", DAY),
                request_id=uuid7(), at=timezone.now(), reason="属盘龙区",
            )  # fmt: skip
        finally:
            moved.set()
        return "moved"

    assert realdb.together(act, 2) == ["moved_on", "moved"]
    assert stage.case.state == "found"
    assert "assign" not in legal(stage)


def test_S17_a_post_that_ends_during_a_request_is_whole_or_nothing_and_then_gone(
    realdb: Any, play: Any
) -> None:
    from anlan.domain.hazards.tests.stage import ROOT
    from anlan.kernel.accounts import commands as accounts
    from anlan.kernel.accounts.models import Post
    from anlan.kernel.audit.models import AuditRow

    stage = play("day who does -> state\n2024-03-01 inspector find -> found")
    office = stage.cast.users["office"]
    post = Post.objects.get(user=office)

    def act(number: int) -> str:
        if number == 0:
            accounts.end_post(post.pk, by=ROOT, at=timezone.now())
            return "ended"
        return str(stage.do(timezone.localdate(), "office", "assign"))

    found = realdb.together(act, 2)
    assert found[0] == "ended"
    assert found[1] in ("assigned", "not_found", "not_allowed"), found
    done = found[1] == "assigned"
    assert (stage.case.state == "assigned") == done
    assert ("assign" in legal(stage)) == done
    assert AuditRow.objects.filter(action="hazard.assign", result="ok").exists() == done
    # The next request, whatever the last one saw.
    tomorrow = timezone.localdate() + timedelta(days=1)
    assert stage.do(tomorrow, "office", "void") in ("not_found", "not_allowed")


def test_S20_a_token_revoked_while_in_use_opens_nothing_afterwards(realdb: Any, play: Any) -> None:
    from anlan.kernel.accounts import commands, held
    from anlan.kernel.accounts.models import User

    stage = play("day who does -> state\n2024-03-01 inspector find -> found")
    user = stage.cast.users["office"]
    User.objects.filter(pk=user.pk).update(password_changed_at=timezone.now())
    by = held.actor(User.objects.get(pk=user.pk), today=timezone.localdate())
    row, token = commands.create_token("t", ["hazard.*"], 1, by=by, at=timezone.now())
    started, gone, late = threading.Barrier(4), threading.Event(), []

    def act(number: int) -> set[int]:
        client = Client(headers={"authorization": f"Bearer {token}"})
        seen = {client.get(f"/api/v1/hazards/{stage.pk}/").status_code}
        started.wait(30)
        if number == 0:
            commands.revoke_token(row.pk, by=by, at=timezone.now())
            gone.set()
        # Few after the end: an address that goes on with a dead token is slowed down (429).
        while len(late) < 12:
            before = gone.is_set()
            status = client.get(f"/api/v1/hazards/{stage.pk}/").status_code
            seen.add(status)
            if before:
                late.append(status)
        return seen

    found = realdb.together(act, 4)
    assert all(isinstance(one, set) for one in found), found
    assert set().union(*found) == {200, 401}
    assert set(late) == {401}
