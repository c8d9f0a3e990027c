"""Entries that may be the same are offered across enterprises and units, to be merged by a person."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from anlan.base.ids import uuid7

TEXT = "疏散通道堆放纸箱，净宽不足一米"


@pytest.fixture
def enter(client_of):
    def entered(who="inspector", days_ago=0, area="530102", **fields):
        pk = uuid7()
        data = {
            "pk": pk, "request_id": uuid7(), "kind": "hazard", "description": TEXT, "area": area,
            "source": "inspection", "about": "enterprise",
            "opened_on": timezone.localdate() - timedelta(days=days_ago), **fields,
        }  # fmt: skip
        assert client_of(who).post("/hazards/new/", data).status_code == 302
        return pk

    return entered


def offers(client, pk):
    """Which hazards the page offers as perhaps the same, and why."""
    text = client.get(f"/hazards/{pk}/").content.decode()
    panel = (
        text.split("Perhaps the same")[1].split("</ul>")[0] if "Perhaps the same" in text else ""
    )
    found = re.findall(r'/hazards/([0-9a-f-]{36})/">.*?<span class="muted">([^·]*) ·', panel, re.S)
    return dict(found), text


PLACE = {"place": "人民中路1号金鼎大厦东门"}
POINT = {"lon": "102.71000", "lat": "25.04000"}


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        ({"enterprise_name": "甲模拟商贸"}, {"enterprise_name": "甲模拟商贸"}, "at the same enterprise"),
        ({**PLACE, "enterprise_name": "甲模拟商贸"}, {**PLACE, "enterprise_name": "乙模拟物业"}, "at the same place"),
        (PLACE, {"place": "人民中路1号 金鼎大厦（东门）"}, "at the same place"),
        (POINT, {"lon": "102.71050", "lat": "25.04060"}, "84 m away"),
        ({"about": "vehicle", "plate": "云A12345"}, {"about": "vehicle", "plate": "云A·12345"}, "about the same object"),
    ],
)  # fmt: skip
def test_what_may_be_the_same_is_offered_with_the_reason(enter, client_of, one, other, why):
    first, second = enter(**one), enter(days_ago=3, **other)
    client = client_of("inspector")
    assert offers(client, first)[0] == {str(second): why}
    assert offers(client, second)[0] == {str(first): why}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({}, {}),
        ({"place": "车间"}, {"place": "车间"}),
        (PLACE, {**PLACE, "days_ago": 8}),
        (PLACE, {**PLACE, "description": "配电箱未上锁，线路老化"}),
        (POINT, {"lon": "102.71000", "lat": "25.05000"}),
        ({**PLACE, **POINT}, {**PLACE, "lon": "102.71000", "lat": "25.05000"}),
    ],
)  # fmt: skip
def test_what_is_not_near_enough_is_not_offered(enter, client_of, one, other):
    first = enter(**one)
    enter(**other)
    assert offers(client_of("inspector"), first)[0] == {}


def test_nobody_is_offered_what_they_may_not_see(enter, client_of):
    ours = enter("inspector", **POINT)
    theirs = enter("stranger", area="530103", lon="102.71010", lat="25.04010")
    assert offers(client_of("inspector"), ours)[0] == {}
    assert offers(client_of("stranger"), theirs)[0] == {}
    # Who sees both areas sees both entries, of two units.
    assert offers(client_of("city"), ours)[0] == {str(theirs): "15 m away"}


def test_a_person_merges_what_is_one_and_nothing_does_by_itself(enter, client_of):
    from anlan.domain.hazards.models import Hazard

    first, second = enter(**PLACE), enter(**PLACE)
    number = Hazard.objects.get(pk=first).case.number
    _found, text = offers(client_of("inspector"), second)
    assert "data-fill" not in text  # An inspector may look, the office may merge.
    _found, text = offers(client_of("office"), second)
    assert f'data-fill="merge_into" data-value="{number}"' in text
    assert 'id="merge_into"' in text
    assert {one.case.state for one in Hazard.objects.all()} == {"found"}
    step = {"request_id": uuid7(), "into": number, "reason": "同一处"}
    assert client_of("office").post(f"/hazards/{second}/merge/", step).status_code == 302
    assert offers(client_of("office"), first)[0] == {}


@pytest.mark.once
def test_many_candidates_cost_no_more_statements_than_one(enter, client_of):
    first = enter(**PLACE, **POINT, enterprise_name="甲模拟商贸")
    enter(**PLACE, **POINT, enterprise_name="甲模拟商贸")
    client = client_of("inspector")
    client.get(f"/hazards/{first}/")
    counts = []
    for _round in range(2):
        with CaptureQueriesContext(connection) as asked:
            shown, _text = offers(client, first)
        counts.append((len(asked), len(shown)))
        for n in range(6):
            enter(**PLACE, **POINT, enterprise_name=f"丙模拟商贸{n}")
        client.get(f"/hazards/{first}/")
    assert [shown for _count, shown in counts] == [1, 5]
    assert counts[0][0] == counts[1][0]
