"""机构改革, told as a story: open work follows the unit, what was decided keeps its name."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

if TYPE_CHECKING:
    from anlan.domain.hazards.tests.stage import Cast, Stage
    from anlan.kernel.accounts.models import Unit

OPENED = """
    day         who     does           -> state
    2024-03-01  office  find           -> found
    2024-03-01  office  assign (firm)  -> assigned
"""
CLOSED = (
    OPENED
    + """
    2024-03-04  firm       rectify -> rectified
    2024-03-05  inspector  verify  -> verified
    2024-03-06  office     close   -> closed
"""
)
DAY = date(2024, 4, 1)


def parties(stage: Stage) -> dict[str, str]:
    """The units that have a part now, by role."""
    rows = stage.case.parties.filter(until=None).values_list("role", "unit__code")
    return dict(rows)


def merge(cast: Cast, *codes: str, into: str, **more: Any) -> Unit:
    from anlan.base.ids import uuid7
    from anlan.domain.hazards.tests.stage import ROOT, moment
    from anlan.domain.office import units

    said = {"by": ROOT, "at": moment(DAY), "request_id": uuid7(), "reason": "云机编〔2024〕3号"}
    return units.merge_units(
        [cast.units[code].pk for code in codes], into=cast.units[into].pk, **{**said, **more}
    )


def figures() -> list[Any]:
    """Every fact, by the unit that reported it."""
    from anlan.kernel.facts.models import Fact

    return list(Fact.objects.order_by("id").values_list("kind_id", "unit_id", "day", "quantity"))


def test_open_hazards_follow_and_closed_ones_keep_the_old_name(
    cast: Cast, play: Callable[..., Stage]
) -> None:
    from anlan.kernel.loop.invariants import invariants

    opened, closed = play(OPENED), play(CLOSED)
    other = play(OPENED.replace("(firm)", "(other_firm)"))
    before = figures()
    new = cast.unit("merged", "五华模拟化工集团", "enterprise", "530102")
    merge(cast, "firm", "other_firm", into="merged")
    for stage in (opened, other):
        assert parties(stage)["rectifier"] == "test-merged"
        event = stage.case.events.order_by("-seq")[0]
        assert (event.step, event.reason) == ("succeed", "云机编〔2024〕3号")
        assert event.seq == stage.case.version
    assert parties(closed)["rectifier"] == "test-firm"
    old = opened.case.parties.get(unit=cast.units["firm"])
    assert (old.until, old.received_at) == (DAY, None)
    signs = opened.case.parties.get(unit=new)
    assert signs.receipt_due_on is not None
    assert signs.receipt_due_on >= DAY
    assert figures() == before, "no figure of any unit changes"
    assert [each for each in invariants() if not each[1]] == []


def test_the_successors_people_find_them_in_their_worklist_and_go_on(
    cast: Cast, play: Callable[..., Stage], settings: Any
) -> None:
    from anlan.domain.hazards.models import Hazard
    from anlan.domain.hazards.tests.stage import moment
    from anlan.kernel.accounts import policy
    from anlan.kernel.accounts.models import Role
    from anlan.kernel.audit.models import AuditRow
    from anlan.kernel.loop import worklist
    from anlan.kernel.notices.models import Recipient

    stage = play(OPENED)
    new = cast.unit("merged", "五华模拟化工集团", "enterprise", "530102")
    cast.person("boss", "merged", Role.RECTIFIER)
    [to_sign, *_others] = worklist.trays(
        cast.actor("boss"), ["hazard"], answers=[new.pk], needs={"receive": "hazard.receive"}
    )
    mine = Hazard.objects.filter(to_sign.where)
    assert not mine.exists()
    merge(cast, "firm", into="merged")
    assert [case.pk for case in mine.all()] == [stage.pk]
    assert Recipient.objects.filter(unit_id=new.pk, notice__kind="loop.succeeded").count() == 1
    assert AuditRow.objects.filter(action="hazard.succeed", object_id=str(stage.pk)).count() == 1
    # Whoever worked there works here from the next day on, by their new post.
    day = date(2024, 4, 2)
    assert policy.units_of(cast.actor("firm", day), (Role.RECTIFIER,)) == [new.pk]
    assert stage.do(day, "boss", "receive") == "assigned"
    assert stage.do(day, "firm", "rectify") == "rectified"
    assert moment(day) > moment(DAY)


def test_a_review_that_was_given_stands_and_nobody_gets_a_part_twice(
    cast: Cast, play: Callable[..., Stage]
) -> None:
    stage = play(
        """
        day         who     does               -> state
        2024-03-01  city    find               -> found
        2024-03-01  city    assign (office)    -> assigned
        2024-03-02  office  hand_over (firm)   -> assigned
        2024-03-04  firm    rectify            -> rectified
        2024-03-05  inspector  verify          -> verified
        2024-03-06  office  review             -> verified
    """
    )
    cast.unit("merged", "五华区应急管理局", "committee_office", "530102")
    merge(cast, "office", into="merged")
    assigner = stage.case.parties.get(unit=cast.units["merged"], role="assigner")
    assert assigner.confirmed_at is not None
    assert assigner.rank == 2
    # The city closes: the review that the old office gave needn't be given again.
    assert stage.do(date(2024, 4, 2), "city", "close") == "closed"


def test_a_case_that_breaks_out_again_goes_to_whoever_is_there_now(
    cast: Cast, play: Callable[..., Stage]
) -> None:
    stage = play(CLOSED)
    cast.unit("merged", "五华模拟化工集团", "enterprise", "530102")
    merge(cast, "firm", into="merged")
    assert parties(stage)["rectifier"] == "test-firm"
    assert stage.do(date(2024, 5, 6), "inspector", "look_back", "broken") == "assigned"
    assert parties(stage)["rectifier"] == "test-merged"


def test_the_same_request_again_changes_nothing(cast: Cast, play: Callable[..., Stage]) -> None:
    from anlan.base.ids import uuid7
    from anlan.base.refusal import RequestReused

    stage = play(OPENED)
    cast.unit("merged", "五华模拟化工集团", "enterprise", "530102")
    request_id = uuid7()
    merge(cast, "firm", into="merged", request_id=request_id)
    version = stage.case.version
    merge(cast, "firm", into="merged", request_id=request_id)
    assert stage.case.version == version
    with pytest.raises(RequestReused):
        merge(cast, "other_firm", into="merged", request_id=request_id)


@pytest.mark.parametrize(
    ("gone", "into", "reason", "code"),
    [
        ("firm", "firm", "文件", "cannot_succeed"),
        ("firm", "office", "文件", "cannot_succeed"),
        ("firm", "ended", "文件", "cannot_succeed"),
        ("ended", "other_firm", "文件", "cannot_succeed"),
        ("firm", "other_firm", "  ", "reason_missing"),
    ],
)
def test_a_merger_that_makes_no_sense_changes_nothing(
    cast: Cast, play: Callable[..., Stage], gone: str, into: str, reason: str, code: str
) -> None:
    from anlan.base.refusal import Refusal
    from anlan.domain.hazards.tests.stage import ROOT, moment
    from anlan.kernel.accounts import commands

    stage = play(OPENED)
    ended = cast.unit("ended", "旧公司", "enterprise", "530102")
    commands.end_unit(ended.pk, successor=None, by=ROOT, at=moment(date(2024, 3, 1)))
    version = stage.case.version
    with pytest.raises(Refusal) as refused:
        merge(cast, gone, into=into, reason=reason)
    assert refused.value.code == code
    assert stage.case.version == version
    cast.units["firm"].refresh_from_db()
    assert cast.units["firm"].valid_to is None


@pytest.mark.once
def test_it_takes_no_more_statements_for_more_cases(cast: Cast, play: Callable[..., Stage]) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    # The first merger fills memories that later ones use.
    for key, number in (("warm", 1), ("one", 1), ("six", 6)):
        cast.unit(key, f"企业{key}", "enterprise", "530102")
        for _n in range(number):
            play(OPENED.replace("(firm)", f"({key})"))
        with CaptureQueriesContext(connection) as captured:
            merge(cast, key, into="other_firm")
        counts.append(len(captured))
    assert counts[1] == counts[2]


# The page


def test_the_administrator_sees_what_will_happen_and_then_it_has(
    cast: Cast, play: Callable[..., Stage], signed_in: Callable[..., Any]
) -> None:
    stage = play(OPENED)
    firm, into = cast.units["firm"], cast.units["other_firm"]
    browser = signed_in("system_admin")
    assert (
        reverse("succession:merge", args=[firm.pk])
        in browser.get(reverse("accounts:unit", args=[firm.pk])).content.decode()
    )
    page = browser.get(reverse("succession:merge", args=[firm.pk]), HTTP_ACCEPT_LANGUAGE="en")
    text = page.content.decode()
    assert "1 pass to the unit that takes over" in text
    assert "1 posts of 1 people" in text
    assert "储罐区" not in text, "an administrator sees no word of a case"
    found = re.search(r'name="request_id" value="([^"]+)"', text)
    assert found
    data = {"into": into.code, "reason": "云机编〔2024〕3号", "request_id": found[1]}
    answer = browser.post(reverse("succession:merge", args=[firm.pk]), data)
    assert answer.status_code == 302
    assert answer.headers["Location"] == reverse("accounts:unit", args=[into.pk])
    assert parties(stage)["rectifier"] == into.code


def test_a_unit_with_work_ends_only_with_a_successor(
    cast: Cast, play: Callable[..., Stage], signed_in: Callable[..., Any]
) -> None:
    from anlan.base.ids import uuid7

    stage = play(OPENED)
    firm = cast.units["firm"]
    browser = signed_in("system_admin")
    end = reverse("succession:end", args=[firm.pk])
    data = {"into": "", "reason": "注销", "request_id": str(uuid7())}
    answer = browser.post(end, data)
    assert answer.status_code == 409
    firm.refresh_from_db()
    assert firm.valid_to is None
    assert browser.post(end, {**data, "into": "nobody"}).status_code == 422
    assert browser.post(end, {**data, "reason": ""}).status_code == 422
    data = {"into": "test-other_firm", "reason": "注销", "request_id": str(uuid7())}
    assert browser.post(end, data).status_code == 302
    firm.refresh_from_db()
    assert firm.successor == cast.units["other_firm"]
    assert parties(stage)["rectifier"] == "test-other_firm"


def test_a_unit_without_work_just_ends(cast: Cast, signed_in: Callable[..., Any]) -> None:
    from anlan.base.ids import uuid7

    browser = signed_in("system_admin")
    end = reverse("succession:end", args=[cast.units["firm"].pk])
    data = {"into": "", "reason": "注销", "request_id": str(uuid7())}
    assert browser.post(end, data).status_code == 302


@pytest.mark.parametrize("who", ["office", "leader", "security_admin", "auditor"])
def test_only_the_system_administrator_merges(
    cast: Cast, signed_in: Callable[..., Any], who: str
) -> None:
    browser = signed_in(who)
    for name in ("succession:merge", "succession:end"):
        address = reverse(name, args=[cast.units["firm"].pk])
        assert browser.get(address).status_code == 403
        assert browser.post(address, {}).status_code == 403
    cast.units["firm"].refresh_from_db()
    assert cast.units["firm"].valid_to is None
