"""Articles as the ground of tasks, hazards and measures; items made of them; what the law became."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from anlan.base.ids import uuid7
from anlan.domain.campaigns.models import Return, Task
from anlan.domain.campaigns.tests.house import House
from anlan.domain.campaigns.tests.test_returns import made
from anlan.domain.hazards import commands as hazards
from anlan.domain.hazards.commands import Finding
from anlan.domain.hazards.models import Hazard
from anlan.domain.library.models import Basis, RuleItem, RuleSet, Text
from anlan.domain.library.tests.shelf import amend, article, day, shelve
from anlan.domain.library.tests.test_texts import check
from anlan.domain.measures import commands as measures
from anlan.domain.measures.commands import NewMeasure
from anlan.kernel.audit.models import AuditRow
from anlan.kernel.regions.queries import by_code

pytestmark = pytest.mark.django_db


def of_city(house: House, **more: Any) -> Text:
    """The city's own, which its districts read."""
    return shelve(house, "city", **more)


def a_task(house: House) -> Task:
    return house.task(house.published(), "关闭不达标矿山")


def beside(house: House, who: str, case: Any) -> str:
    return house.text(who, "library:of_case", case)


def test_an_article_is_linked_to_a_task_and_says_what_becomes_of_it(house: House) -> None:
    text, task = of_city(house), a_task(house)
    third, fourth = article(text, "第三条"), article(text, "第四条")
    page = house.text("city", "library:articles", query=f"?case={task.pk}&q=动火")
    assert "Link this article" in page
    assert reverse("library:of_case", args=[task.pk]) in house.text(
        "city", "campaigns:task", task.pk
    )
    for one in (third, fourth):
        answer = house.post("city", "library:link", text.pk, case=task.pk, article=one.pk)
        assert answer.headers["Location"] == reverse("campaigns:task", args=[task.pk])
    # Once is enough; a strange article, a strange case and a stranger are refused.
    house.post("city", "library:link", text.pk, case=task.pk, article=third.pk)
    assert Basis.objects.count() == 2
    assert (
        house.post("city", "library:link", text.pk, case=task.pk, article=10**9).status_code == 404
    )
    assert (
        house.post("city", "library:link", text.pk, case=uuid7(), article=third.pk).status_code
        == 404
    )
    assert house.post("stranger", "library:link", text.pk, case=task.pk).status_code in (403, 404)
    assert house.get("stranger", "library:articles", query=f"?case={task.pk}").status_code == 404
    assert "关闭不达标矿山" in house.text("city", "library:text", text.pk)
    # Who doesn't see the task doesn't learn of it from the law.
    assert house.get("stranger", "library:of_case", task.pk).status_code == 404
    assert "关闭不达标矿山" not in house.text("stranger", "library:text", text.pk)

    assert "in force" in beside(house, "city", task.pk)
    amend(house, text, "city")
    shown = beside(house, "city", task.pk)
    assert "this article reads differently now" in shown
    assert "this article reads as before" in shown
    assert "as it reads now" in shown
    new = of_city(house, title="动火新规")
    house.post("city", "library:end", text.pk, on=day(-1), reason="新规", replaced_by=new.pk)
    shown = beside(house, "city", task.pk)
    assert shown.count("replaced from") == 2
    assert "动火新规" in shown
    link = Basis.objects.order_by("pk")[0]
    assert house.post("stranger", "library:unlink", link.pk).status_code in (403, 404)
    assert house.post("city", "library:unlink", link.pk).status_code == 302
    assert Basis.objects.count() == 1
    assert AuditRow.objects.filter(action="laws.unlink").count() == 1
    check()


def test_a_draft_is_no_ground_and_a_whole_text_is_linked_once(house: House) -> None:
    from anlan.domain.library.tests.shelf import enter

    text, task = of_city(house), a_task(house)
    draft = enter(house, "city", title="征求意见稿")
    answer = house.post("city", "library:link", draft.text_id, case=task.pk)
    assert answer.status_code == 302
    assert not Basis.objects.exists()
    for _turn in range(2):
        house.post("city", "library:link", text.pk, case=task.pk)
    assert Basis.objects.get().article is None


def a_hazard(house: House) -> Hazard:
    """One of the firm's, given to it."""
    by, pk = house.cast.actor("inspector"), uuid7()
    finding = Finding(
        pk=pk, description="动火作业现场无灭火器材", area_id=by_code("530102").pk,
        unit_id=by.unit_id or 0, opened_on=house.today, source="inspection",
    )  # fmt: skip
    hazards.find([finding], **house.call("inspector"))
    given = {"rectifier": house.cast.units["firm"].pk, "due_on": day(9)}
    hazards.assign([pk], **given, **house.call("inspector"))
    return Hazard.objects.get(pk=pk)


def test_the_pages_of_hazards_show_their_ground_to_the_firm_as_well(house: House) -> None:
    hazard = a_hazard(house)
    text = shelve(house)
    assert reverse("library:of_case", args=[hazard.pk]) in house.text(
        "office", "hazards:page", hazard.pk
    )
    given = {"case": hazard.pk, "article": article(text, "第四条").pk}
    answer = house.post("office", "library:link", text.pk, **given)
    assert answer.headers["Location"] == reverse("hazards:page", args=[hazard.pk])
    assert "第四条" in beside(house, "office", hazard.pk)
    # The firm reads on what its hazard rests, and links nothing.
    shown = beside(house, "firm", hazard.pk)
    assert "第四条" in shown
    assert "Link an article" not in shown
    assert house.post("firm", "library:link", text.pk, case=hazard.pk).status_code == 403
    assert house.get("other_firm", "library:of_case", hazard.pk).status_code == 404


def test_a_return_and_a_measure_rest_on_articles_as_well(house: House) -> None:
    text = of_city(house)
    duty = made(house)
    owed = Return.objects.filter(duty=duty)[0]
    measure = uuid7()
    new = NewMeasure(
        pk=measure, kind="rule", title="动火审批抄告办法", area=by_code("530100").pk, due_on=day(9)
    )
    measures.enter(new, **house.call("city"))
    for page, pk in (("campaigns:return", owed.pk), ("measures:page", measure)):
        assert reverse("library:of_case", args=[pk]) in house.text("city", page, pk)
        answer = house.post("city", "library:link", text.pk, case=pk)
        assert answer.headers["Location"] == reverse(page, args=[pk])
        assert "五华区动火作业安全管理办法" in beside(house, "city", pk)
    assert Basis.objects.count() == 2
    assert "动火审批抄告办法" in house.text("city", "library:text", text.pk)


def make_set(house: House, who: str = "city", **more: Any) -> RuleSet:
    data = {"title": "动火作业检查标准", "purpose": "check", "sector": "fire", "note": "", **more}
    answer = house.post(who, "library:new_set", **data)
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    return RuleSet.objects.latest("pk")


def test_articles_become_check_items_and_acceptance_items_of_a_sector(house: House) -> None:
    text = of_city(house)
    wrong = {"title": "x", "purpose": "dance", "sector": ""}
    assert house.post("city", "library:new_set", **wrong).status_code == 422
    assert house.post("viewer", "library:new_set", **wrong).status_code == 403
    rules = make_set(house)
    make_set(house, title="小微园验收条款", purpose="acceptance", sector="")
    page = house.text("city", "library:articles", query=f"?set={rules.pk}&q=灭火")
    fourth = article(text, "第四条")
    new = reverse("library:new_item", args=[rules.pk]) + f"?article={fourth.pk}"
    assert new in page
    assert "配备灭火器材" in house.browser("city").get(new).content.decode()
    given = {
        "words": "作业现场是否配备灭火器材",
        "method": "现场查看",
        "article": fourth.pk,
        "seen": "",
    }
    assert (
        house.post("city", "library:new_item", rules.pk, **{**given, "words": ""}).status_code
        == 422
    )
    assert (
        house.post("city", "library:new_item", rules.pk, **{**given, "article": 10**9}).status_code
        == 404
    )
    assert house.post("office", "library:new_item", rules.pk, **given).status_code == 403
    assert house.post("city", "library:new_item", rules.pk, **given).status_code == 302
    house.post("city", "library:new_item", rules.pk, **{**given, "words": "是否指定专人监护"})
    house.post(
        "city", "library:new_item", rules.pk, words="办公室自定条款", method="", article="", seen=""
    )
    one = RuleItem.objects.order_by("place")[0]
    edit = {**given, "words": "现场灭火器材是否配备并有效", "seen": 1}
    assert house.post("city", "library:edit_item", rules.pk, one.pk, **edit).status_code == 409
    assert (
        house.post(
            "city", "library:edit_item", rules.pk, one.pk, **{**edit, "seen": ""}
        ).status_code
        == 302
    )
    # The districts read the city's set; the text says which items came of it.
    page = house.text("office", "library:set", rules.pk)
    assert "现场灭火器材是否配备并有效" in page
    assert "第四条" in page
    assert "动火作业检查标准" in house.text("office", "library:text", text.pk)
    assert (
        house.text("city", "library:sets", query="?purpose=acceptance").count('class="main-link')
        == 1
    )
    last = RuleItem.objects.order_by("-place")[0]
    assert house.post("city", "library:withdraw_item", rules.pk, last.pk).status_code == 302
    assert house.post("city", "library:withdraw_item", rules.pk, last.pk).status_code == 404

    amend(house, text, "city")
    assert "To be looked at again" not in house.text("city", "library:set", rules.pk)
    house.post("city", "library:end", text.pk, on=day(-1), reason="决定", replaced_by="")
    page = house.text("city", "library:set", rules.pk)
    assert "To be looked at again" in page
    assert page.count("repealed from") == 2
    answer = house.get("office", "library:set_export", rules.pk)
    sheet = load_workbook(BytesIO(b"".join(answer))).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert (rows[0][0], len(rows)) == ("动火作业检查标准", 4)
    assert rows[2][3] == "《五华区动火作业安全管理办法》第四条"
    assert AuditRow.objects.filter(action="rulesets.export").count() == 1
    assert house.post("city", "library:end_set", rules.pk, ended="1").status_code == 302
    assert RuleSet.objects.get(pk=rules.pk).ended_on
    check()


def test_a_set_of_another_area_is_not_there(house: House) -> None:
    rules = make_set(house, "office")
    assert house.get("stranger", "library:set", rules.pk).status_code == 404
    assert house.get("stranger", "library:set_export", rules.pk).status_code == 404
    assert house.post("stranger", "library:edit_set", rules.pk).status_code == 404
    assert "动火作业检查标准" not in house.text("stranger", "library:sets")
    # An article that one can't read makes no item.
    strange = shelve(house, "stranger")
    given = {"words": "条款", "article": article(strange, "第三条").pk, "seen": ""}
    assert house.post("office", "library:new_item", rules.pk, **given).status_code == 404
