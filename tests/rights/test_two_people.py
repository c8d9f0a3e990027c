"""S19: what takes two people takes two people, whatever posts one of them holds.

Each story ends with a refusal beside the success, on the same hazard.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from anlan.base.ids import uuid7
from anlan.base.refusal import Refusal
from anlan.domain.hazards import commands
from anlan.domain.hazards.tests.stage import moment
from anlan.kernel.loop.models import Event

pytestmark = pytest.mark.django_db

#: As far as a verified major hazard, each step by whoever does it.
VERIFIED = """
    day         who        does              -> state
    2024-03-01  inspector  find              -> found
    2024-03-01  office     assign            -> assigned
    2024-03-02  inspector  complete          -> assigned
    2024-03-06  firm       rectify           -> rectified
    2024-03-07  inspector  verify            -> verified
"""


def also(cast: Any, key: str, unit: str, role: str) -> None:
    """A second post for somebody: deputies and small offices have such."""
    from anlan.domain.hazards.tests.stage import EPOCH, ROOT
    from anlan.kernel.accounts import commands as accounts
    from anlan.kernel.accounts.models import Role

    accounts.grant_post(
        cast.users[key].pk, cast.units[unit], Role(role), by=ROOT, at=EPOCH,
        valid_from=EPOCH.date(),
    )  # fmt: skip


def test_S19_closing_a_major_hazard_takes_two_people(play: Any) -> None:
    play(
        VERIFIED
        + """
        2024-03-08  office     close  -> verified
        2024-03-08  office     close  -> own_work
        2024-03-08  leader     close  -> closed
        """,
        grade="major",
    )


def test_S19_a_major_hazard_is_graded_down_by_two_and_not_closed_alone(play: Any) -> None:
    """One alone could grade it down first and then close it as an ordinary one."""
    stage = play(
        VERIFIED
        + """
        2024-03-08  office     grade (ordinary)  -> verified
        2024-03-08  office     grade (ordinary)  -> own_work
        """,
        grade="major",
    )
    assert stage.case.grade == "major"
    assert stage.do(date(2024, 3, 8), "leader", "grade", "ordinary") == "verified"
    assert stage.case.grade == "ordinary"


def test_S19_a_wish_that_was_overtaken_counts_no_longer(play: Any) -> None:
    stage = play(
        """
        day         who        does              -> state
        2024-03-01  inspector  find              -> found
        2024-03-01  office     grade (ordinary)  -> found
        2024-03-01  leader     grade (ordinary)  -> found
        2024-03-02  inspector  grade (major)     -> found
        2024-03-03  leader     grade (ordinary)  -> found
        """,
        grade="major",
    )
    assert stage.case.grade == "major", "the office's signature was about the first grading"


def test_S19_a_major_hazard_is_voided_by_two_and_an_ordinary_one_by_one(play: Any) -> None:
    play(
        """
        day         who        does   -> state
        2024-03-01  inspector  find   -> found
        2024-03-01  office     void   -> found
        2024-03-01  office     void   -> own_work
        2024-03-01  leader     void   -> void
        """,
        grade="major",
    )
    play(
        """
        day         who        does   -> state
        2024-03-01  inspector  find   -> found
        2024-03-01  office     void   -> void
        """
    )


def test_S19_a_major_hazard_is_merged_away_by_two_and_into_what_both_named(
    cast: Any, play: Any
) -> None:
    """One alone could let it vanish into an ordinary or a closed one."""
    found = """
        day         who        does  -> state
        2024-03-01  inspector  find  -> found
        """
    major, one, other = play(found, grade="major"), play(found), play(found)
    day = date(2024, 3, 2)

    def merge(stage: Any, into: Any, who: str) -> str:
        try:
            commands.merge(
                stage.pk, into=into.pk, reason="重复", by=cast.actor(who, day),
                at=moment(day), request_id=uuid7(),
            )  # fmt: skip
        except Refusal as refusal:
            return refusal.code
        return str(stage.case.state)

    assert merge(major, major, "office") == "step_not_possible"
    assert merge(major, one, "office") == "found"
    assert merge(major, one, "office") == "own_work"
    assert merge(major, other, "leader") == "found", "the office named another one"
    assert major.case.merged_into_id is None
    assert major.case.is_open
    asked = Event.objects.filter(case=major.pk, step="merge_asked").order_by("seq")
    named = [event.changes["merge_into"] for event in asked]
    assert named == [one.case.number, other.case.number]
    assert merge(major, one, "leader") == "void"
    assert major.case.merged_into_id == one.pk
    # An ordinary one takes one person.
    assert merge(other, one, "office") == "void"


def test_S19_merging_a_major_hazard_away_on_the_page_takes_two_people(
    cast: Any, client_of: Any, play: Any
) -> None:
    found = """
        day         who        does  -> state
        2024-03-01  inspector  find  -> found
        """
    major, into = play(found, grade="major"), play(found)

    def merge(who: str) -> int:
        data = {"request_id": str(uuid7()), "into": into.case.number, "reason": "重复"}
        browser = client_of(cast.users[who])
        return browser.post(reverse("hazards:step", args=[major.pk, "merge"]), data).status_code

    assert merge("inspector") == 403
    assert merge("stranger") == 404
    assert merge("office") == 302
    assert merge("office") == 403
    assert major.case.state == "found"
    assert merge("leader") == 302
    assert major.case.merged_into_id == into.pk


def test_S19_who_rectified_neither_verifies_nor_closes_whatever_posts_they_hold(
    cast: Any, play: Any
) -> None:
    also(cast, "firm", "office", "inspector")
    play(
        """
        day         who        does     -> state
        2024-03-01  inspector  find     -> found
        2024-03-01  office     assign   -> assigned
        2024-03-06  firm       rectify  -> rectified
        2024-03-07  firm       verify   -> own_work
        2024-03-07  firm       reject   -> own_work
        2024-03-07  inspector  verify   -> verified
        2024-03-08  firm       close    -> own_work
        2024-03-08  office     close    -> closed
        """
    )


def test_S19_nobody_grants_their_own_wish_through_a_second_post(cast: Any, play: Any) -> None:
    also(cast, "firm", "office", "leader")
    play(
        """
        day         who        does    -> state
        2024-03-01  inspector  find    -> found
        2024-03-01  office     assign  -> assigned
        2024-03-04  firm       ask     -> assigned
        2024-03-05  firm       grant   -> own_work
        2024-03-05  leader     grant   -> assigned
        """
    )


@pytest.mark.parametrize("step", ["verify", "close", "rectify", "review", "reject", "look_back"])
def test_S19_no_step_is_skipped(cast: Any, client_of: Any, play: Any, step: str) -> None:
    """Out of its order each answers 409 (403 where the post has no such step), nothing changes."""
    stage = play(
        """
        day         who        does  -> state
        2024-03-01  inspector  find  -> found
        """
    )
    version = stage.case.version
    browser = client_of(cast.users["inspector"])
    data = {"request_id": str(uuid7()), "seen": version, "reason": "x", "result": "x",
            "holds": "1"}  # fmt: skip
    answer = browser.post(reverse("hazards:step", args=[stage.pk, step]), data)
    assert answer.status_code in (403, 404, 409), answer.content.decode()[:500]
    if step in ("verify", "close", "reject"):
        assert answer.status_code == 409
    assert (stage.case.state, stage.case.version) == ("found", version)
    if step == "verify":
        url = f"/api/v1/hazards/{stage.pk}/verification/{uuid7()}/"
        answer = browser.put(url, {"reason": ""}, content_type="application/json")
        assert answer.status_code == 409
        assert answer.json()["error"]["code"] == "step_not_possible"


def test_S19_the_second_person_is_refused_with_403_on_the_page_too(
    cast: Any, client_of: Any, play: Any
) -> None:
    stage = play(VERIFIED, grade="major")
    browser = client_of(cast.users["office"])

    def close() -> int:
        data = {"request_id": str(uuid7()), "seen": stage.case.version, "reason": ""}
        return browser.post(reverse("hazards:step", args=[stage.pk, "close"]), data).status_code

    assert close() == 302
    assert close() == 403
    assert stage.case.state == "verified"


def test_S19_merging_two_enterprises_takes_two_people(cast: Any, client_of: Any) -> None:
    from anlan.domain.enterprises import commands
    from anlan.domain.enterprises.models import Enterprise
    from anlan.domain.hazards.tests.stage import ROOT
    from anlan.kernel.regions.queries import by_code

    place = by_code("530102")
    one, other = (
        commands.put_enterprises(
            [commands.NewEnterprise(name=name, area_id=place.pk)], by=ROOT, at=timezone.now(),
            source="test",
        )[0].id
        for name in ("甲化工", "甲化工有限公司")
    )  # fmt: skip
    office = client_of(cast.users["office"])
    assert (
        office.post(reverse("enterprises:propose_merge", args=[one]), {"into": other}).status_code
        == 302
    )
    assert Enterprise.objects.get(pk=one).merge_proposed_into_id == other
    decide = reverse("enterprises:decide_merge", args=[one])
    assert office.post(decide, {"agreed": "yes"}).status_code == 403
    # An inspector keeps the register but merges nothing.
    assert client_of(cast.users["inspector"]).post(decide, {"agreed": "yes"}).status_code == 403
    assert Enterprise.objects.get(pk=one).merged_into_id is None
    assert client_of(cast.users["city"]).post(decide, {"agreed": "yes"}).status_code == 302
    assert Enterprise.objects.get(pk=one).merged_into_id == other


def test_S19_no_page_and_no_call_deletes_an_enterprise_or_a_hazard() -> None:
    """What must not be deleted alone is not deleted at all: nothing answers to DELETE."""
    from anlan.config.api import api

    deletes = [
        path
        for path, methods in api.get_openapi_schema()["paths"].items()
        if "delete" in {str(method).lower() for method in methods}
    ]
    assert deletes == []
