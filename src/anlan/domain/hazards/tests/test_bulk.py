"""One step with many hazards: each by itself, told one by one, and nothing twice."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from anlan.base.ids import uuid7
from anlan.domain.hazards import bulk
from anlan.kernel.loop.models import Event

TODAY = timezone.localdate()
ROW = re.compile(r'name="row" value="([0-9a-f-]{36}:\d+)"')


def played(stage, *acts, ago=0, **given):
    one = stage(**given)
    for who, act in acts:
        one.do(TODAY - timedelta(days=ago), who, act)
    return one


FOUND = (("inspector", "find"),)
ASSIGNED = (*FOUND, ("office", "assign"))
RECTIFIED = (*ASSIGNED, ("firm", "receive"), ("firm", "rectify"))


def post(client, act, stages, **fields):
    rows = [one if isinstance(one, str) else f"{one.pk}:{one.case.version}" for one in stages]
    return client.post(f"/hazards/bulk/{act}/", {"row": rows, **fields})


def take(client, act, stages, request_id=None, **fields):
    return post(client, act, stages, request_id=request_id or uuid7(), **fields)


def told(answer):
    """What the page says was not done, and what was: the numbers in each table."""
    page = answer.content.decode()
    left, _head, done = page.partition("<h2>Done with</h2>")
    if "<h2>Not done</h2>" not in page:
        left = ""
    numbers = r"YH\d{8}-\w{4}-\w{4}"
    found = (dict.fromkeys(re.findall(numbers, part)) for part in (left, done))
    return tuple(list(part) for part in found)


def test_many_are_assigned_at_once_and_what_cannot_be_is_named_with_its_reason(
    stage, cast, client_of
):
    first, second = played(stage, *FOUND), played(stage, *FOUND)
    late = played(stage, *ASSIGNED)
    moved = played(stage, *FOUND)
    old = f"{moved.pk}:{moved.case.version}"
    moved.do(TODAY, "inspector", "complete")
    due = TODAY + timedelta(days=9)
    answer = take(
        client_of("office"), "assign", [first, late, old, second],
        rectifier=cast.units["firm"].code, due_on=due, reason="限期整改",
    )  # fmt: skip
    assert answer.status_code == 200
    left, done = told(answer)
    assert left == [late.case.number, moved.case.number]
    assert done == [first.case.number, second.case.number]
    page = answer.content.decode()
    assert "It is “being rectified”." in page
    assert "Somebody changed this while you were at it" in page
    assert [one.case.state for one in (first, second, late, moved)] == [
        "assigned", "assigned", "assigned", "found",
    ]  # fmt: skip
    assert first.case.due_on == second.case.due_on == due
    events = Event.objects.filter(case__in=[first.pk, second.pk], step="assign")
    assert len(set(events.values_list("request_id", flat=True))) == 2, "each has its own"


def test_the_same_post_sent_twice_does_nothing_twice_and_says_the_same(stage, client_of):
    cases = [played(stage, *RECTIFIED), played(stage, *RECTIFIED)]
    rows = [f"{one.pk}:{one.case.version}" for one in cases]
    inspector, request = client_of("inspector"), uuid7()
    first = take(inspector, "verify", rows, request, reason="")
    again = take(inspector, "verify", rows, request, reason="")
    assert told(first) == told(again) == ([], [one.case.number for one in cases])
    for one in cases:
        assert Event.objects.filter(case=one.pk, step="verify").count() == 1
    # Another opinion under the same id is another request.
    other = take(inspector, "verify", rows, request, reason="另一意见")
    assert len(told(other)[0]) == 2
    assert "already used for something else" in other.content.decode()


def test_nobody_verifies_their_own_work_among_many(stage, cast, client_of):
    """自办自验 is refused for that case alone, whatever posts one holds."""
    from anlan.domain.hazards.tests.stage import EPOCH, ROOT
    from anlan.kernel.accounts import commands as accounts
    from anlan.kernel.accounts.models import Role

    other = played(stage, *ASSIGNED)
    other.do(TODAY, "office", "hand_over", "office")
    accounts.grant_post(
        cast.users["inspector"].pk, cast.units["office"], Role.RECTIFIER, by=ROOT, at=EPOCH,
        valid_from=EPOCH.date(),
    )  # fmt: skip
    other.do(TODAY, "inspector", "rectify")
    assert other.case.state == "rectified"
    fine = played(stage, *RECTIFIED)
    answer = take(client_of("inspector"), "verify", [other, fine], reason="")
    assert told(answer) == ([other.case.number], [fine.case.number])
    assert "somebody else must check it" in answer.content.decode()
    assert (other.case.state, fine.case.state) == ("rectified", "verified")


def test_a_return_of_many_takes_one_reason_and_nothing_is_done_without(stage, client_of):
    cases = [played(stage, *RECTIFIED), played(stage, *RECTIFIED)]
    office = client_of("office")
    empty = take(office, "reject", cases, reason=" ")
    assert empty.status_code == 422
    assert {one.case.state for one in cases} == {"rectified"}
    assert len(ROW.findall(empty.content.decode())) == 2, "what was ticked stays ticked"
    done = take(office, "reject", cases, reason="照片看不清")
    assert told(done)[0] == []
    assert {one.case.state for one in cases} == {"assigned"}
    reasons = Event.objects.filter(step="reject").values_list("reason", flat=True)
    assert list(reasons) == ["照片看不清"] * 2


def test_many_are_urged_and_each_once_a_day(stage, client_of):
    cases = [played(stage, *ASSIGNED, ago=40), played(stage, *ASSIGNED, ago=40)]
    early = played(stage, *ASSIGNED)
    office = client_of("office")
    done = take(office, "urge", [*cases, early], reason="请抓紧")
    assert told(done) == ([early.case.number], [one.case.number for one in cases])
    again = take(office, "urge", cases, reason="")
    assert told(again)[1] == []
    assert "another working day" in again.content.decode()


def test_the_page_before_names_what_will_be_left_out_and_works_without_a_script(
    stage, cast, client_of
):
    fits, not_so = played(stage, *FOUND), played(stage, *RECTIFIED)
    office = client_of("office")
    asked = post(office, "assign", [fits, not_so], back="/hazards/?state=found")
    page = asked.content.decode()
    assert asked.status_code == 200
    assert "1 of them are in another state" in page
    assert len(ROW.findall(page)) == 2
    assert 'value="/hazards/?state=found"' in page
    assert (fits.case.state, not_so.case.state) == ("found", "rectified")
    # No picker without a script: the name as it is written.
    unknown = take(office, "assign", [fits], picker_q="没有这个单位")
    assert unknown.status_code == 422
    assert "Choose the unit from the list." in unknown.content.decode()
    take(office, "assign", [fits], picker_q=cast.units["firm"].name)
    assert fits.case.state == "assigned"


def test_all_on_this_page_is_what_the_list_showed(stage, client_of):
    cases = [played(stage, *FOUND) for _n in range(3)]
    office = client_of("office")
    page = office.get("/hazards/?state=found").content.decode()
    shown = re.search(r'name="shown" value="([^"]+)"', page)
    assert shown
    assert sorted(shown[1].split(",")) == sorted(ROW.findall(page))
    assert {row.split(":")[0] for row in ROW.findall(page)} == {str(one.pk) for one in cases}
    answer = office.post("/hazards/bulk/urge/", {"all": "1", "shown": shown[1]})
    assert len(ROW.findall(answer.content.decode())) == 3


@pytest.mark.parametrize("url", ["/hazards/", "/work/"])
def test_boxes_are_for_whoever_may_do_something_with_many(stage, client_of, url):
    played(stage, *FOUND)
    played(stage, *ASSIGNED, ago=40)
    office = client_of("office").get(url).content.decode()
    assert ROW.search(office)
    assert 'formaction="/hazards/bulk/assign/"' in office
    for who in ("firm", "viewer"):
        page = client_of(who).get(url).content.decode()
        assert not ROW.search(page)
        assert "/hazards/bulk/" not in page


def test_who_has_no_right_does_nothing_with_any(stage, cast, client_of):
    one, unit = played(stage, *FOUND), cast.units["firm"].code
    row = f"{one.pk}:{one.case.version}"
    for who in ("firm", "viewer"):
        answer = take(client_of(who), "assign", [row], rectifier=unit)
        assert answer.status_code == 403
    # Another county's office has the post, and may not see the case: it learns nothing of it.
    stranger = client_of("stranger")
    assert post(stranger, "assign", [row]).status_code == 404
    answer = take(stranger, "assign", [row], rectifier=cast.units["elsewhere"].code)
    page = answer.content.decode()
    assert "There is nothing here that you can see." in page
    assert one.case.number not in page
    assert "储罐区" not in page
    assert one.case.state == "found"


NOWHERE = "01900000-0000-7000-8000-000000000001"


@pytest.mark.parametrize("row", ["", "x", "1:2:3", NOWHERE, f"{NOWHERE}:x"])
def test_what_is_no_row_is_refused(client_of, row):
    assert post(client_of("office"), "urge", [row]).status_code == 400


def test_nothing_ticked_and_too_many_are_said_clearly(client_of):
    office = client_of("office")
    none = office.post("/hazards/bulk/urge/", {"back": "https://elsewhere.example/"}, follow=True)
    assert none.redirect_chain == [("/hazards/", 302)], "never to another site"
    assert "Nothing was ticked" in none.content.decode()
    many = [f"{uuid7()}:1" for _n in range(bulk.AT_ONCE_MAX + 1)]
    answer = post(office, "urge", many)
    assert answer.status_code == 400
    assert f"At most {bulk.AT_ONCE_MAX} at a time" in answer.content.decode()
    assert office.post("/hazards/bulk/close/", {"row": many[:1]}).status_code == 404
    assert office.get("/hazards/bulk/urge/").status_code == 405


@pytest.mark.once
@pytest.mark.parametrize("url", ["/hazards/", "/work/"])
def test_the_boxes_cost_no_statement_a_row(stage, client_of, url):
    office = client_of("office")
    counts = []
    for more in (2, 4):
        for _n in range(more):
            played(stage, *FOUND)
        office.get(url)
        with CaptureQueriesContext(connection) as asked:
            page = office.get(url).content.decode()
        counts.append(len(asked))
        assert ROW.search(page)
    assert counts[0] == counts[1]
