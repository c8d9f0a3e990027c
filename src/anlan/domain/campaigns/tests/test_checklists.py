"""Lists by which units work: drawn up, handed out, worked through item by item, and counted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from anlan.base.refusal import NotFound
from anlan.domain.campaigns.checklists import commands as do
from anlan.domain.campaigns.checklists import queries
from anlan.domain.campaigns.checklists.commands import NewChecklist, NewItem, NewTick
from anlan.domain.campaigns.models import Checklist, ChecklistCopy, ChecklistTick
from anlan.domain.campaigns.refusals import PlanIncomplete
from anlan.domain.campaigns.tests.house import House
from anlan.kernel.audit.models import AuditRow
from anlan.kernel.notices.models import Notice

pytestmark = pytest.mark.django_db

PASTED = """传达学习上级部署\t组织领导\t部署动员\t主要负责人\t学习率100%\t\t局党组
排查燃气场所 | 入户安检 | 居民用户 | 网格员 | 安检率100% | 每季度
更换超期软管 | 入户安检 | 居民用户 | 网格员 | 安检率100% || 燃气科
"""


def drawn_up(house: House, **more: Any) -> Checklist:
    items = (NewItem("学习部署", "组织领导", "主要负责人", "学习率100%"),
             NewItem("排查场所", "入户安检", "网格员", "安检率100%"),
             NewItem("更换软管", "入户安检", "网格员", "安检率100%"))  # fmt: skip
    data: dict[str, Any] = {"name": "部门共性任务清单", "kind": "common", "tier": "department",
                            "items": items, **more}  # fmt: skip
    campaign = more.pop("campaign", None) or house.campaign()
    data.pop("campaign", None)
    pk = do.make_checklist(campaign, NewChecklist(**data), **house.call("city"))
    return Checklist.objects.get(pk=pk)


def copy_of(row: Checklist, house: House, key: str) -> ChecklistCopy:
    return ChecklistCopy.objects.get(checklist=row, unit=house.cast.units[key])


def ticks(row: Checklist, *states: str, note: str = "") -> list[NewTick]:
    items = row.items.order_by("place").values_list("pk", flat=True)
    return [NewTick(pk, state, note) for pk, state in zip(items, states, strict=False)]


def test_an_office_pastes_a_list_hands_it_out_and_units_work_through_their_copies(
    house: House,
) -> None:
    campaign = house.campaign()
    new = ("campaigns:new_checklist", campaign)
    data = {"name": "燃气整治清单", "kind": "sweep", "tier": "", "columns": "科室",
            "items": PASTED, "due_on": house.today + timedelta(30)}  # fmt: skip
    for who in ("office", "viewer", "emergency"):
        assert house.post(who, *new, **data).status_code in (403, 404)
    for wrong in ({"name": " "}, {"kind": "x"}, {"items": "| 只有环节"}, {"items": ""},
                  {"items": "事项 |||||每隔一阵"},
                  {"columns": "甲、乙、丙、丁、戊、己、庚"}, {"columns": "甲、甲"},
                  {"due_on": "0001-01-01"}, {"tier": "king"}):  # fmt: skip
        assert house.post("city", *new, **{**data, **wrong}).status_code == 422, wrong
    assert house.post("city", *new, **data).status_code == 302
    row = Checklist.objects.get()
    first = row.items.order_by("place")[0]
    assert (first.text, first.link, first.aspect, first.post, first.indicator, first.values) == (
        "传达学习上级部署", "组织领导", "部署动员", "主要负责人", "学习率100%", {"科室": "局党组"},
    )  # fmt: skip
    # What is being drawn up is its office's own.
    assert house.get("office", "campaigns:checklist", row.pk).status_code == 404
    assert row.name not in house.text("office", "campaigns:checklists", campaign)
    form = house.text("city", "campaigns:edit_checklist", row.pk)
    assert "排查燃气场所 | 入户安检 | 居民用户 | 网格员 | 安检率100% | every quarter" in form
    give = ("campaigns:hand_out_checklist", row.pk)
    nobody = house.post("city", *give, heap="named", units="外省某局")
    assert nobody.status_code == 422
    assert "外省某局" in nobody.content.decode()
    assert house.post("city", *give, heap="named", units="市应急局、市住建局").status_code == 302
    assert Notice.objects.filter(kind="campaigns.checklist_given").count() == 2
    mine = copy_of(row, house, "emergency")
    page = ("campaigns:checklist_copy", mine.pk)
    assert row.name in house.text("emergency", "campaigns:checklists_mine")
    assert row.name not in house.text("office", "campaigns:checklists_mine")
    said = {f"state_{pk}": state for pk, state in zip(
        row.items.order_by("place").values_list("pk", flat=True), ("done", "done", "open"),
        strict=True)}  # fmt: skip
    assert house.post("city", *page, **said).status_code == 403, "another's copy is only read"
    assert house.get("office", *page).status_code == 404
    assert house.post("emergency", *page, **said).status_code == 302
    assert ChecklistTick.objects.filter(copy=mine, state="done").count() == 2
    shown = house.text("city", "campaigns:checklist", row.pk)
    assert "2 / 6" in shown  # Of all units and items.
    assert "2 / 3" in shown  # The unit's.
    assert "1 / 2" in shown  # 学习率, of both units.
    assert "2 / 6" in house.text("city", "campaigns:checklists", campaign)
    only = house.text("city", "campaigns:checklist", row.pk, query="?indicator=安检率100%25")
    assert "1 / 2" in only
    assert "2 / 3" not in only


def test_what_was_handed_out_stands_and_more_units_may_get_it(house: House) -> None:
    row = drawn_up(house)
    do.hand_out(row.pk, heap="own", **house.call("city"))
    assert ChecklistCopy.objects.count() == 2
    changed = NewChecklist(row.name, row.kind, items=(NewItem("另一事项"),))
    with pytest.raises(PlanIncomplete):
        do.change_checklist(row.pk, changed, **house.call("city"))
    assert row.items.count() == 3
    call = house.call("city")
    do.hand_out(row.pk, heap="next", **call)
    count = ChecklistCopy.objects.count()
    do.hand_out(row.pk, heap="next", **call)  # The same request again.
    assert ChecklistCopy.objects.count() == count > 2
    with pytest.raises(PlanIncomplete):
        do.hand_out(row.pk, heap="next", **house.call("city"))


def test_what_does_not_apply_wants_a_reason_and_counts_in_neither(house: House) -> None:
    row = drawn_up(house)
    do.hand_out(row.pk, heap="own", **house.call("city"))
    mine = copy_of(row, house, "emergency")
    with pytest.raises(PlanIncomplete):
        do.fill(mine.pk, ticks(row, "not_applicable"), **house.call("emergency"))
    assert not ChecklistTick.objects.exists()
    both = [*ticks(row, "not_applicable", note="无燃气场所")[:1], *ticks(row, "open", "done")[1:]]
    do.fill(mine.pk, both, **house.call("emergency"))
    by = house.cast.actor("city")
    rows = [mine]

    def standing() -> queries.Standing:
        return queries.Standing(row, by, house.today)

    standing().dress(rows)
    found: Any = rows[0]
    assert (found.sum.done, found.sum.of, found.sum.excepted) == (1, 2, 1)
    assert not found.sum.is_whole
    indicators = {one.name[0]: one.sum for one in standing().parts(lambda item: (item.indicator,))}
    assert (indicators["学习率100%"].of, indicators["学习率100%"].excepted) == (1, 1)
    # It is said again, and back to open; each change is on record with what stood before.
    do.fill(mine.pk, ticks(row, "done", "done", "done"), **house.call("emergency"))
    do.fill(mine.pk, ticks(row, "open"), **house.call("emergency"))
    standing().dress(rows)
    assert (found.sum.done, found.sum.of) == (2, 3)
    assert AuditRow.objects.filter(action="checklists.fill").count() == 3
    with pytest.raises(NotFound):
        do.fill(mine.pk, ticks(row, "done"), **house.call("stranger"))


def test_each_sees_the_copies_of_its_own_area_and_unit(house: House) -> None:
    row = drawn_up(house)
    do.hand_out(row.pk, heap="next", **house.call("city"))
    for who, sees in (("city", True), ("office", True), ("viewer", True), ("stranger", False),
                      ("firm", False)):  # fmt: skip
        seen = queries.copies(house.cast.actor(who)).filter(unit=house.cast.units["office"])
        assert seen.exists() is sees, who


@pytest.mark.once
def test_statements_do_not_grow_with_lists_units_and_items(house: House) -> None:
    campaign: UUID = house.campaign()
    counts: list[list[int]] = []
    for n in (1, 4):
        for i in range(n):
            items = tuple(NewItem(f"事项{k}", indicator=f"指标{k}") for k in range(3 * n))
            row = drawn_up(house, campaign=campaign, name=f"清单{n}{i}", items=items)
            heap = "own" if n == 1 else "next"
            do.hand_out(row.pk, heap=heap, **house.call("city"))
            if heap == "next":
                do.hand_out(row.pk, heap="own", **house.call("city"))
        mine = copy_of(row, house, "emergency")
        do.fill(mine.pk, ticks(row, "done", "done"), **house.call("emergency"))
        found = []
        for who, view, args in (
            ("city", "checklists", [campaign]), ("city", "checklist", [row.pk]),
            ("emergency", "checklists_mine", []), ("emergency", "checklist_copy", [mine.pk]),
        ):  # fmt: skip
            house.text(who, f"campaigns:{view}", *args)
            with CaptureQueriesContext(connection) as seen:
                house.text(who, f"campaigns:{view}", *args)
            found.append(len(seen))
        counts.append(found)
    assert counts[0] == counts[1], counts
