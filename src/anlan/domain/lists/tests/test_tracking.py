"""重点跟踪: a watched problem leaves its list only after somebody looked; a register of the new."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from anlan.base.ids import uuid7
from anlan.domain.lists import commands
from anlan.domain.lists.activities import commands as register
from anlan.domain.lists.activities.models import Activity
from anlan.domain.lists.invariants import invariants
from anlan.domain.lists.models import Item, ItemCheck, ListKind
from anlan.domain.lists.presets import BY_CODE
from anlan.domain.lists.tests.house import House
from anlan.kernel.notices.models import Notice
from anlan.kernel.regions.queries import by_code

pytestmark = pytest.mark.django_db


def watched(house: House) -> Item:
    """On a watch list as it comes, and given to the housing department to stop production."""
    by, at = house.cast.actor("office"), timezone.now()
    [pk] = commands.take_up("watch", by=by, at=at)
    item = house.enter(ListKind.objects.get(pk=pk), title="冶炼厂高炉", description="装备落后",
                       origin_text="督查通报")  # fmt: skip
    taken = house.step("office", item.pk, "assign", rectifier=house.unit("housing"),
                       closure="stop")  # fmt: skip
    assert taken == "assigned"
    return Item.objects.get(pk=item.pk)


def look(house: House, item: Item, outcome: str, who: str = "office", **more: Any) -> str | int:
    data = {"outcome": outcome, "on": timezone.localdate(), "found": "现场查看，设备已断电", **more}
    return house.step(who, item.pk, "track", **data)


def test_a_watched_problem_leaves_only_after_a_check_found_it_carried_out(house: House) -> None:
    item = watched(house)
    assert item.closure == "stop"
    assert BY_CODE["watch"].lists[0]["tracked"]
    assert house.step("housing", item.pk, "rectify", result="已停产", cause="") == "rectified"
    assert house.step("office", item.pk, "accept", reason="资料齐全") == "verified"
    assert house.step("office", item.pk, "close", reason="") == 409, "nobody has looked"
    tomorrow = timezone.localdate() + timedelta(1)
    assert look(house, item, "done", who="housing") in (403, 404), "not its own work"
    for wrong in ({"on": tomorrow}, {"found": " "}, {"next_on": timezone.localdate()}):
        assert look(house, item, "partly", **wrong) == 422, wrong
    assert look(house, item, "partly", next_on=tomorrow) == "verified"
    assert house.step("office", item.pk, "close", reason="") == 409, "in part only"
    item.refresh_from_db()
    assert item.check_due_on == tomorrow
    text = house.get("office", "lists:item", item.pk).content.decode()
    assert "现场查看，设备已断电" in text
    Item.objects.filter(pk=item.pk).update(check_due_on=timezone.localdate())
    todo = house.get("office", "lists:items", query="?todo=track").content.decode()
    assert item.title in todo, "it waits for whoever looks"
    assert look(house, item, "done") == "verified"
    item.refresh_from_db()
    assert item.check_due_on is None
    assert house.step("office", item.pk, "close", reason="") == "closed", "no three results here"
    for name, ok, _n, detail in invariants(timezone.now()):
        assert ok, f"{name}: {detail}"
    ItemCheck.objects.all().delete()
    broken = {name: ok for name, ok, _n, _detail in invariants(timezone.now())}
    assert not broken["I6 watched problems were looked at"]


def test_another_list_knows_no_checks_and_asks_for_its_three_results(house: House) -> None:
    item = house.enter(house.kind())
    house.step("office", item.pk, "assign", rectifier=house.unit("housing"))
    assert look(house, item, "done") == 422
    assert Item.objects.get(pk=item.pk).three_missing


# --- new activities ------------------------------------------------------------------------


def entered(house: House, name: str = "玻璃栈道") -> UUID:
    pk = uuid7()
    house.post(
        "office", "lists:new_activity", pk=pk, name=name, text="景区新建玻璃栈道，无主管部门"
    )
    assert Activity.objects.filter(pk=pk).exists()
    return pk


def turn(house: House, who: str, pk: UUID, code: str, **data: Any) -> str | int:
    data.setdefault("seen", Activity.objects.get(pk=pk).version)
    answer = house.post(who, "lists:activity_step", pk, code, **data)
    return Activity.objects.get(pk=pk).status if answer.status_code == 302 else answer.status_code


def test_a_new_activity_gets_a_regulator_by_nearness_and_a_dispute_is_decided(house: House) -> None:
    assert house.post("housing", "lists:new_activity", pk=uuid7(), name="", text="").status_code in (
        403, 422,
    )  # fmt: skip
    pk = entered(house)
    given = {
        "regulator": house.unit("housing"),
        "near": "与建筑结构安全相近",
        "rule": "旅安〔2021〕3号",
    }
    assert turn(house, "office", pk, "assign", **{**given, "near": ""}) == 422
    assert turn(house, "office", pk, "assign", **{**given, "regulator": "none"}) == 422
    assert turn(house, "gas", pk, "assign", **given) in (403, 404)
    assert turn(house, "office", pk, "assign", **given) == "proposed"
    assert Notice.objects.filter(kind="lists.activity_assigned").exists()
    assert turn(house, "gas", pk, "take_on") in (403, 404), "another unit's to say"
    assert turn(house, "housing", pk, "dispute", reason=" ") == 422
    assert turn(house, "housing", pk, "dispute", reason="属旅游设施，应由文旅部门管") == "disputed"
    assert turn(house, "housing", pk, "decide", **given) in (403, 404)
    decided = {**given, "regulator": house.unit("gas"), "near": "与游乐设施日常管理相近"}
    assert turn(house, "office", pk, "decide", **decided) == "settled"
    text = house.get("gas", "lists:activity", pk).content.decode()
    for words in (
        "属旅游设施，应由文旅部门管",
        "与建筑结构安全相近",
        "与游乐设施日常管理相近",
        "旅安〔2021〕3号",
    ):
        assert words in text, words
    assert turn(house, "office", pk, "decide", **decided) == 409, "it is decided"
    assert turn(house, "office", pk, "end", reason="已有法规明确主管部门") == "ended"
    row = Activity.objects.get(pk=pk)
    assert [one.step for one in row.turns.order_by("pk")] == [
        "assigned", "disputed", "decided", "ended",
    ]  # fmt: skip


def test_the_register_is_read_by_those_near_and_by_the_unit_named(house: House) -> None:
    pk = entered(house)
    for who, sees in (("office", True), ("leader", True), ("stranger", False), ("firm", False)):
        found = house.get(who, "lists:activity", pk)
        assert (found.status_code == 200) is sees, who
    assert "玻璃栈道" in house.get("office", "lists:activities", query="?q=玻璃").content.decode()
    assert "玻璃栈道" not in house.get(
        "office", "lists:activities", query="?status=settled"
    ).content.decode()  # fmt: skip


@pytest.mark.once
def test_a_repeat_adds_nothing_and_statements_do_not_grow(house: House) -> None:
    by = house.cast.actor("office")
    call: Any = {"by": by, "at": timezone.now(), "request_id": uuid7()}
    new = register.NewActivity(uuid7(), "海上风电", "海上风电施工运维")
    for _n in range(2):
        register.register(new, **call)
    assert Activity.objects.count() == 1
    assert Activity.objects.get().area == by_code("530102")
    counts = []
    for n in (0, 3):
        for k in range(n):
            entered(house, f"新业态{k}")
        house.get("office", "lists:activities")
        with CaptureQueriesContext(connection) as seen:
            house.get("office", "lists:activities")
        counts.append(len(seen))
    assert counts[0] == counts[1]
