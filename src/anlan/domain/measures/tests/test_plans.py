"""Plans of a year: put together, reviewed by another person, and what stands in them examined."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from anlan.base.ids import uuid7
from anlan.domain.lists.tests.house import rows_of
from anlan.domain.measures.models import MakingPlan, Measure
from anlan.domain.measures.tests.desk import Desk, day

pytestmark = pytest.mark.django_db
YEAR = 2026


def planned(desk: Desk, who: str = "office") -> MakingPlan:
    pk = uuid7()
    answer = desk.house.post(who, "measures:new_plan", pk=pk, year=YEAR, title="")
    assert answer.status_code == 302
    return MakingPlan.objects.get(pk=pk)


def step(desk: Desk, who: str, plan: MakingPlan, code: str, **data: Any) -> str | int:
    answer = desk.house.post(who, "measures:plan_step", plan.pk, code, **data)
    if answer.status_code != 302:
        return int(answer.status_code)
    return MakingPlan.objects.values_list("status", flat=True).get(pk=plan.pk)


def test_a_plan_of_a_year_is_reviewed_by_another_and_followed(desk: Desk) -> None:
    house = desk.house
    measure = desk.make(title="燃气管理办法", kind="rule")
    desk.make(title="不入计划的机制")
    plan = planned(desk)
    assert (
        house.post("office", "measures:new_plan", pk=uuid7(), year=YEAR, title="").status_code
        == 422
    )
    assert house.get("gas", "measures:plan", plan.pk).status_code == 404, (
        "a draft is its unit's own"
    )
    assert step(desk, "office", plan, "submit") == "draft", "nothing stands in it"
    assert step(desk, "office", plan, "put", measures=[str(measure.pk)]) == "draft"
    assert step(desk, "office", plan, "submit") == "submitted"
    assert step(desk, "office", plan, "put", measures=[str(measure.pk)]) in (409, "submitted")
    assert step(desk, "office", plan, "review") in (403, 404), "nobody reviews their own plan"
    assert step(desk, "leader", plan, "review", **{"return": "1", "opinion": ""}) == "submitted"
    assert (
        step(desk, "leader", plan, "review", **{"return": "1", "opinion": "补充依据"}) == "returned"
    )
    assert step(desk, "office", plan, "submit") == "submitted"
    assert step(desk, "leader", plan, "review", opinion="同意") == "approved"
    assert house.get("gas", "measures:plan", plan.pk).status_code == 200
    listed = house.get("office", "measures:list", query=f"?plan={plan.pk}")
    assert rows_of(listed) == 1, "a figure of the plan opens to its measures"
    page = house.get("office", "measures:plan", plan.pk).content.decode()
    assert "燃气管理办法" in page
    assert "不入计划的机制" not in page
    assert step(desk, "office", plan, "reopen", opinion="增补两件") == "draft"
    assert house.post("office", "measures:plan_out", plan.pk, measure.pk).status_code == 302
    assert not Measure.objects.filter(plan=plan).exists()


def test_what_stands_in_a_plan_is_examined_before_it_is_adopted(desk: Desk) -> None:
    measure = desk.make(title="燃气管理办法", kind="rule")
    plan = planned(desk)
    step(desk, "office", plan, "put", measures=[str(measure.pk)])
    adopt = {
        "number": "五安办〔2026〕1号", "adopted_on": day(0), "in_force_on": "",
        "text": "第一条\r\n第二条",
    }  # fmt: skip
    assert desk.step("office", measure, "draft", reason="") == "drafting"
    assert desk.step("office", measure, "adopt", **adopt) == 409
    assert desk.step("office", measure, "examine", reason="自己审自己") in (403, 409)
    assert desk.step("leader", measure, "examine", reason="合法性审核通过") == "drafting"
    correct = {"title": "燃气管理办法（修订）", "text": "第一条\n第二条", "problem": "", "person": "", "effect": "",
               "sectors": []}  # fmt: skip
    desk.step("office", measure, "correct", **correct)
    assert desk.step("office", measure, "adopt", **adopt) == 409, "another text is examined anew"
    assert desk.step("leader", measure, "object", reason="第三条无上位法依据") == "drafting"
    assert desk.step("leader", measure, "examine", reason="已按意见修改") == "drafting"
    other = {**adopt, "text": "第一条 另有规定"}
    assert desk.step("office", measure, "adopt", **other) == 409, "these words nobody examined"
    assert desk.step("office", measure, "adopt", **adopt) == "in_force"
    desk.check()


def test_S19_nobody_reviews_a_plan_in_which_they_wrote_though_another_hands_it_in(
    desk: Desk,
) -> None:
    plan = planned(desk)
    measure = desk.make(title="燃气管理办法", kind="rule")
    assert step(desk, "leader", plan, "put", measures=[str(measure.pk)]) == "draft"
    assert step(desk, "office", plan, "submit") == "submitted"
    assert step(desk, "leader", plan, "review", opinion="同意") in (403, 404)
    assert step(desk, "mayor", plan, "review", opinion="同意") == "approved"


@pytest.mark.once
def test_statements_do_not_grow_with_what_a_plan_holds(desk: Desk) -> None:
    plan, counts = planned(desk), []
    for n in (1, 3):
        made = [desk.make(title=f"办法{n}{k}") for k in range(n)]
        step(desk, "office", plan, "put", measures=[str(one.pk) for one in made])
        found = []
        for name, args in (("plan", [plan.pk]), ("plans", [])):
            desk.house.get("office", f"measures:{name}", *args)
            with CaptureQueriesContext(connection) as seen:
                desk.house.get("office", f"measures:{name}", *args)
            found.append(len(seen))
        counts.append(found)
    assert counts[0] == counts[1], counts
    assert timezone.now() > plan.made_at
