"""Who carries a campaign: bodies and members with their days, plans, central units, the workbook."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from anlan.domain.campaigns.commands.terms import NewLine, NewLineUnit
from anlan.domain.campaigns.models import Organ, OrganMember, OrganPlan, Task
from anlan.domain.campaigns.tests.house import CITY, House
from anlan.kernel.accounts.models import Role, Unit
from anlan.kernel.audit.models import AuditRow

pytestmark = pytest.mark.django_db


def organ_data(house: House, **more: Any) -> dict[str, Any]:
    return {"name": "危险化学品专业委员会", "kind": "committee", "since": house.today, **more}


def organ(house: House, campaign: Any, **more: Any) -> Organ:
    answer = house.post("city", "campaigns:new_organ", campaign, **organ_data(house, **more))
    assert answer.status_code == 302, answer.content.decode()
    return Organ.objects.latest("id")


def member(house: House, **more: Any) -> dict[str, Any]:
    return {"role": "chair", "person": "王某", "post": "副市长", "since": house.today, **more}


def test_an_office_sets_up_a_committee_with_chair_units_and_plans(house: House) -> None:
    campaign = house.campaign()
    plan = house.published(campaign=campaign)
    new = ("campaigns:new_organ", campaign)
    for who in ("office", "viewer", "emergency"):
        assert house.post(who, *new, **organ_data(house)).status_code in (403, 404)
    for wrong in ({"name": " "}, {"since": ""}, {"kind": "club"}, {"sectors": ["nonsense"]},
                  {"until": house.today - timedelta(1)}, {"plans": [str(campaign)]},
                  {"since": "0001-01-01"}, {"until": "9999-12-31"}):  # fmt: skip
        assert house.post("city", *new, **organ_data(house, **wrong)).status_code == 422, wrong
    body = organ(
        house, campaign, sectors=["hazchem"], plans=[str(plan.pk)], basis="市安委〔2024〕1号"
    )
    assert OrganPlan.objects.get().plan == plan
    add = ("campaigns:new_members", body.pk)
    assert house.post("office", *add, **member(house)).status_code in (403, 404)
    nobody = member(house, person="", unit_name="")
    assert house.post("city", *add, **nobody).status_code == 422
    early = member(house, since=house.today - timedelta(1))
    assert house.post("city", *add, **early).status_code == 422
    assert house.post("city", *add, **member(house)).status_code == 302
    several = member(house, person="", post="", role="member", units="市应急局、市住建局；外省某局")
    assert house.post("city", *add, **several).status_code == 302
    units = OrganMember.objects.filter(role="member").order_by("pk")
    assert [(one.unit_name, one.unit and one.unit.name) for one in units] == [
        ("市应急局", "昆明市应急管理局"), ("市住建局", "昆明市住房和城乡建设局"),
        ("外省某局", None),
    ]  # fmt: skip
    # Read by whoever reads the campaign: below as well.
    page = house.text("office", "campaigns:organ", body.pk)
    for words in ("王某", "副市长", "昆明市应急管理局", "外省某局", "昆明市治本攻坚总方案"):
        assert words in page
    assert f"?plan={plan.pk}&amp;state=closed" in page
    shown = house.text("city", "campaigns:organs", campaign)
    assert "危险化学品专业委员会" in shown
    assert "王某" in house.text("city", "campaigns:campaign", campaign)
    assert AuditRow.objects.filter(action__startswith="organs.").count() == 3


def test_a_plan_is_one_bodys(house: House) -> None:
    campaign = house.campaign()
    plan = house.published(campaign=campaign)
    first = organ(house, campaign, plans=[str(plan.pk)])
    other = organ_data(house, name="消防专业委员会", plans=[str(plan.pk)])
    refused = house.post("city", "campaigns:new_organ", campaign, **other)
    assert refused.status_code == 422
    assert "危险化学品专业委员会" in refused.content.decode()
    data = organ_data(house, seen=first.version)
    assert house.post("city", "campaigns:edit_organ", first.pk, **data).status_code == 302
    assert not OrganPlan.objects.exists()
    assert house.post("city", "campaigns:new_organ", campaign, **other).status_code == 302


def test_who_leaves_keeps_the_row_and_who_follows_comes_the_day_after(house: House) -> None:
    campaign = house.campaign()
    start = house.today - timedelta(20)
    body = organ(house, campaign, since=start)
    house.post("city", "campaigns:new_members", body.pk, **member(house, since=start))
    chair = OrganMember.objects.get()
    leave = ("campaigns:end_member", body.pk, chair.pk)
    last = house.today - timedelta(3)
    body.refresh_from_db()
    assert house.post("city", *leave, until=start - timedelta(1)).status_code == 422
    assert house.post("office", *leave, until=last).status_code in (403, 404)
    stale = house.post("city", *leave, until=last, seen=body.version - 1)
    assert stale.status_code == 409
    done = house.post("city", *leave, until=last, seen=body.version, note="工作调动",
                      person="李某", post="副市长")  # fmt: skip
    assert done.status_code == 302
    old, new = OrganMember.objects.order_by("pk")
    assert (old.person, old.until, old.note) == ("王某", last, "工作调动")
    assert (new.person, new.role, new.since) == ("李某", "chair", last + timedelta(1))
    page = house.text("city", "campaigns:organ", body.pk)
    assert "Former members" in page
    assert page.index("李某") < page.index("王某")
    # Gone is gone: nobody leaves twice.
    assert house.post("city", *leave, until=last).status_code == 404
    # A slip of the pen is mended in its row, on record.
    fix = ("campaigns:correct_member", body.pk, new.pk)
    right = member(house, person="李甲", since=new.since)
    assert house.post("city", *fix, **right).status_code == 302
    new.refresh_from_db()
    assert new.person == "李甲"
    assert OrganMember.objects.count() == 2
    assert house.get("city", "campaigns:correct_member", body.pk, 987654).status_code == 404


def test_a_body_is_dissolved_and_takes_no_more_members(house: House) -> None:
    campaign = house.campaign()
    group = organ(house, campaign, kind="leading_group", name="领导小组")
    force = organ(house, campaign, kind="task_force", name="综合工作专班", parent=group.pk)
    assert force.parent_id == group.pk
    circle = organ_data(house, name="领导小组", kind="leading_group", parent=force.pk)
    assert house.post("city", "campaigns:edit_organ", group.pk, **circle).status_code == 422
    house.post("city", "campaigns:new_members", force.pk, **member(house))
    end = organ_data(house, name="综合工作专班", kind="task_force", until=house.today,
                     parent=group.pk)  # fmt: skip
    assert house.post("city", "campaigns:edit_organ", force.pk, **end).status_code == 302
    assert OrganMember.objects.get().until == house.today
    again = house.post("city", "campaigns:new_members", force.pk, **member(house))
    assert again.status_code == 409
    assert "综合工作专班" in house.text("city", "campaigns:organ", group.pk)


def test_the_workbook_holds_bodies_and_all_who_ever_sat_in_them(house: House) -> None:
    import openpyxl

    campaign = house.campaign()
    body = organ(house, campaign)
    house.post("city", "campaigns:new_members", body.pk, **member(house, person="=1+1"))
    answer = house.get("city", "campaigns:organs_export", campaign)
    assert answer.status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    bodies, members, _central = book.worksheets
    assert "危险化学品专业委员会" in [cell.value for cell in bodies["B"]]
    assert "=1+1" not in [cell.value for cell in members["C"]]  # No formula comes out (S53).
    assert AuditRow.objects.filter(action="campaigns.export").count() == 1
    # Another office of the same city's district reads it, a foreign number is nobody's.
    assert house.get("city", "campaigns:organ", campaign).status_code == 404


def test_central_units_get_tasks_by_name_and_the_list_is_narrowed_to_them(house: House) -> None:
    house.cast.unit("mine", "国家矿山安全监察局某分局", "central", CITY)
    house.cast.person("mine", "mine", Role.OFFICE)
    lines = [NewLine("监督煤矿关闭退出。", title="监督煤矿退出",
                     units=(NewLineUnit("国家矿山安全监察局某分局"),)),
             NewLine("市应急局另办一事。", title="另一件事", units=(NewLineUnit("市应急局"),))]  # fmt: skip
    plan = house.published(lines=lines)
    task = house.task(plan, "监督煤矿退出")
    assert task.case.state == "assigned"
    assert house.step("mine", task.pk, "receive") == "assigned"
    page = house.text("city", "campaigns:organs", plan.campaign_id)
    assert "国家矿山安全监察局某分局" in page
    only = house.text("city", "campaigns:tasks", query="?central=1")
    assert "监督煤矿退出" in only
    assert "另一件事" not in only
    of = house.text("city", "campaigns:tasks", query=f"?central=1&campaign={plan.campaign_id}")
    assert "监督煤矿退出" in of
    none = house.text("city", "campaigns:tasks", query=f"?central=1&campaign={plan.pk}")
    assert "监督煤矿退出" not in none
    assert Task.objects.count() == 2


def test_central_units_of_one_name_are_counted_each(house: House) -> None:
    from anlan.domain.campaigns.carrying import queries_organs

    for key in ("mine", "mine2"):
        house.cast.unit(key, f"国家矿山安全监察局{key}", "central", CITY)
    lines = [NewLine("监督煤矿关闭退出。", title="监督煤矿退出",
                     units=(NewLineUnit("国家矿山安全监察局mine"),)),
             NewLine("监督非煤矿山。", title="监督非煤矿山",
                     units=(NewLineUnit("国家矿山安全监察局mine2"),))]  # fmt: skip
    plan = house.published(lines=lines)
    Unit.objects.filter(kind="central").update(name="国家矿山安全监察局某分局")
    by = house.cast.actor("city")
    found = queries_organs.central(plan.campaign, by, house.today)
    assert [(one.name, one.tasks) for one in found] == [("国家矿山安全监察局某分局", 1)] * 2
    # Each figure opens to its own tasks.
    lists = [house.browser("city").get(one.href).content.decode() for one in found]
    assert sorted("监督煤矿退出" in text for text in lists) == [False, True]
    assert sorted("监督非煤矿山" in text for text in lists) == [False, True]


@pytest.mark.once
def test_statements_do_not_grow_with_bodies_and_members(house: House) -> None:
    campaign = house.campaign()
    counts = []
    for n in (1, 4):
        for i in range(n):
            plan = house.published(campaign=campaign)
            body = organ(house, campaign, name=f"专委会{n}{i}", plans=[str(plan.pk)])
            house.post("city", "campaigns:new_members", body.pk, **member(house))
        with CaptureQueriesContext(connection) as seen:
            house.text("city", "campaigns:organs", campaign)
        counts.append(len(seen))
    assert counts[0] == counts[1], counts
