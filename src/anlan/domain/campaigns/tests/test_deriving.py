"""Items of a text from above, and the lines of plans that carry them out (细化分解)."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from anlan.domain.campaigns import commands
from anlan.domain.campaigns.commands.terms import NewLine, NewPlan
from anlan.domain.campaigns.deriving import queries
from anlan.domain.campaigns.deriving.commands import Named, name_items
from anlan.domain.campaigns.deriving.forms import numbers
from anlan.domain.campaigns.models import Derived, Line, Plan, Stage, Task
from anlan.domain.campaigns.refusals import PlanIncomplete
from anlan.domain.campaigns.tests.house import House, lead
from anlan.kernel.audit.models import AuditRow
from anlan.kernel.loop.models import Case

pytestmark = pytest.mark.django_db


def text(house: House, campaign: UUID, items: int = 3, who: str = "city", **more: Any) -> Plan:
    """A text from above in force: the fifteen measures, say."""
    lines = [NewLine(f"硬措施第{n}条的内容。", title=f"硬措施{n}", no=str(n), section="一、责任")
             for n in range(1, items + 1)]  # fmt: skip
    lines.append(NewLine("坚决遏制重特大事故。", title="总目标", kind="goal"))
    plan = made(house, campaign, "十五条硬措施", lines, who=who, kind="text", **more)
    commands.publish(plan, **house.call(who))
    return Plan.objects.get(pk=plan)


def made(house: House, campaign: UUID, title: str, lines: Sequence[NewLine], *,
         who: str = "city", kind: str = "package") -> UUID:  # fmt: skip
    day = house.today
    new = NewPlan(
        campaign=campaign, unit=house.cast.units[who].pk, kind=kind, title=title, starts_on=day,
        ends_on=day + timedelta(200),
    )  # fmt: skip
    return commands.make_plan_with_lines(new, lines, **house.call(who))


def package(house: House, campaign: UUID, lines: int = 4, **more: Any) -> Plan:
    """The province's fifty, in force: each a task."""
    rows = [NewLine(f"具体措施{n}。", title=f"具体措施{n}", no=f"{n}.", units=lead("市应急局"))
            for n in range(1, lines + 1)]  # fmt: skip
    pk = made(house, campaign, "五十项具体措施", rows, **more)
    commands.publish(pk, **house.call(more.get("who", "city")))
    return Plan.objects.get(pk=pk)


def lines_of(plan: Plan) -> list[Line]:
    return list(plan.lines.exclude(kind="goal").order_by("place"))


def typed(house: House, who: str, plan: Plan, source: Plan, *numbers: str, **more: Any) -> Any:
    """What somebody types beside the lines, posted as the page posts it."""
    data = {f"items_{n}": value for n, value in enumerate(numbers)}
    address = f"/campaigns/plans/{plan.pk}/derives/?source={source.pk}"
    from anlan.base.ids import uuid7

    return house.browser(who).post(address, {"request_id": uuid7(), **data, **more})


def test_a_text_from_above_gives_no_tasks(house: House) -> None:
    campaign = house.campaign()
    plan = text(house, campaign)
    assert plan.status == "published"
    assert not Task.objects.exists()
    page = house.text("city", "campaigns:plan", plan.pk)
    assert "gives no tasks here" in page
    assert "Without a lead unit" not in page
    # Nobody is given what has no tasks; the way down is a plan that carries it out.
    units = [house.cast.units["office"].pk]
    with pytest.raises(PlanIncomplete):
        commands.break_down(plan.pk, units=units, **house.call("city"))
    given = house.post("city", "campaigns:break_down", plan.pk, units=units)
    assert given.status_code in (400, 422)
    assert not plan.children.exists()
    empty = made(house, campaign, "空文", [], kind="text")
    assert house.post("city", "campaigns:publish", empty).status_code == 400
    # A package gives tasks as any plan does.
    assert Task.objects.filter(plan=package(house, campaign)).count() == 4


def test_each_item_shows_what_carries_it_out_and_which_nobody_does(house: House) -> None:
    campaign = house.campaign()
    source, plan = text(house, campaign), package(house, campaign)
    # Lines and items many to many; a range, and a sign of any kind between.
    assert typed(house, "city", plan, source, "1、3", "1-1", "", "3,").status_code == 302
    one, two, three = lines_of(source)
    first, second, _third, fourth = lines_of(plan)
    assert set(Derived.objects.values_list("line", "item")) == {
        (first.pk, one.pk), (first.pk, three.pk), (second.pk, one.pk), (fourth.pk, three.pk),
    }  # fmt: skip
    page = house.text("city", "campaigns:derived", source.pk)
    assert f"/lines/{one.pk}/derived/" in page
    none = house.text("city", "campaigns:derived", source.pk, query="?none=1")
    assert two.title in none
    assert one.title not in none
    by_plan = house.text("city", "campaigns:derived", source.pk, query=f"?by={plan.pk}")
    assert one.title in by_plan
    assert two.title not in by_plan
    bare = house.text("city", "campaigns:derives", plan.pk, query="?none=1")
    assert "具体措施3" in bare
    assert "具体措施2" not in bare
    # The figure of finished tasks opens to as many.
    task = house.task(plan, "具体措施1")
    Case.objects.filter(pk=task.pk).update(state="closed", is_open=False)
    opened = house.text("city", "campaigns:tasks", query=f"?carries={one.pk}&state=closed")
    assert "具体措施1" in opened
    assert "具体措施2" not in opened
    every = house.text("city", "campaigns:tasks", query=f"?carries={one.pk}")
    assert "具体措施2" in every
    assert "具体措施4" not in every
    assert "2" in house.text("city", "campaigns:derived", source.pk)
    # What is said anew takes the place of what stood; the record says both.
    seen = Plan.objects.get(pk=plan.pk).version
    assert typed(house, "city", plan, source, "2", "1", "", "3", seen=seen).status_code == 302
    assert set(Derived.objects.filter(line=first).values_list("item", flat=True)) == {two.pk}
    row = AuditRow.objects.filter(action="plans.name_items").latest("pk")
    assert str(three.pk) in str(row.before)
    # By now all three are somebody's.
    assert "Carried out by none" in house.text("city", "campaigns:derived", source.pk)
    none = house.text("city", "campaigns:derived", source.pk, query="?none=1")
    assert "Nothing matches these filters" in none


def test_groups_have_figures_of_their_own_that_open_to_their_tasks(house: House) -> None:
    campaign = house.campaign()
    rows = [NewLine(f"措施{n}。", title=f"措施{n}", no=str(n), units=lead("市应急局"),
                    section="一抓责任" if n < 3 else "二抓风险") for n in range(1, 4)]  # fmt: skip
    pk = made(house, campaign, "八抓20条", rows)
    commands.publish(pk, **house.call("city"))
    above = Plan.objects.get(pk=pk)
    carrying = package(house, campaign, 2)
    first, second = lines_of(carrying)
    items = lines_of(above)
    named = [Named(first.pk, (items[0].pk, items[1].pk)), Named(second.pk, (items[2].pk,))]
    name_items(carrying.pk, above.pk, named, **house.call("city"))
    by = house.cast.actor("city")
    found = {one.name: one for one in queries.groups(above, by, house.today)}
    told = {name: (one.items, one.none, one.tasks, one.closed) for name, one in found.items()}
    # Its own tasks and the one that carries out two of its items: each once.
    assert told == {"一抓责任": (2, 0, 3, 0), "二抓风险": (1, 0, 2, 0)}
    opened = house.text("city", "campaigns:tasks", query=f"?group={found['一抓责任'].line}")
    shown = {title for title in ("措施1", "措施2", "措施3", "具体措施1", "具体措施2")
             if f">{title}</a>" in opened}  # fmt: skip
    assert shown == {"措施1", "措施2", "具体措施1"}
    page = house.text("city", "campaigns:derived", above.pk,
                      query=f"?group={found['二抓风险'].line}")  # fmt: skip
    assert "措施3</a>" in page
    assert "措施1</a>" not in page


def test_a_years_plan_refines_the_tasks_of_another_plans_stage(house: House) -> None:
    campaign = house.campaign()
    stage = Stage.objects.filter(campaign=campaign).order_by("place")[1]
    rows = [NewLine("集中攻坚阶段的任务。", title="攻坚任务", stage=stage.pk, units=lead("市应急局")),
            NewLine("其他任务。", title="其他任务", units=lead("市应急局"))]  # fmt: skip
    pk = made(house, campaign, "总方案", rows, kind="master")
    commands.publish(pk, **house.call("city"))
    master = Plan.objects.get(pk=pk)
    year = made(
        house, campaign, "集中攻坚年方案", [NewLine("细化。", title="细化任务")], kind="yearly"
    )
    [line] = lines_of(Plan.objects.get(pk=year))
    item = master.lines.get(title="攻坚任务")
    name_items(year, master.pk, [Named(line.pk, (item.pk,))], **house.call("city"))
    page = house.text("city", "campaigns:derived", master.pk, query=f"?stage={stage.pk}")
    assert "攻坚任务</a>" in page
    assert "细化任务" in page
    assert "其他任务</a>" not in page


def test_the_tree_goes_down_over_several_plans(house: House) -> None:
    campaign = house.campaign()
    source, plan = text(house, campaign), package(house, campaign)
    typed(house, "city", plan, source, "1", "1")
    below = package(house, campaign, lines=2, who="office")
    assert typed(house, "office", below, plan, "1、2", "2").status_code == 302
    top = lines_of(source)[0]
    page = house.text("city", "campaigns:derived_tree", source.pk, top.pk)
    assert page.count("五十项具体措施") >= 5  # Two lines, and under them three: one stands twice.
    # From the lowest line up to what it carries out.
    low = lines_of(below)[0]
    up = house.text("office", "campaigns:derived_tree", below.pk, low.pk)
    assert "具体措施2" in up
    # A circle is refused, over two plans as well.
    one = lines_of(source)[0]
    with pytest.raises(PlanIncomplete, match="carries out this one already"):
        name_items(source.pk, below.pk, [Named(one.pk, (low.pk,))], **house.call("city"))
    with pytest.raises(PlanIncomplete, match="another plan"):
        name_items(plan.pk, plan.pk, [Named(lines_of(plan)[0].pk)], **house.call("city"))


def test_what_cannot_be_read_is_refused_where_it_stands(house: House) -> None:
    campaign = house.campaign()
    source, plan = text(house, campaign), package(house, campaign)
    for wrong, words in (("4", "There is no item 4"), ("三", "is no number"), ("3-1", "no item"),
                         ("0", "no item"), ("1-9999", "no item")):  # fmt: skip
        answer = typed(house, "city", plan, source, "1", wrong)
        assert answer.status_code == 422, wrong
        assert words in answer.content.decode()
    assert not Derived.objects.exists()
    stale = typed(house, "city", plan, source, "1", seen=99)
    assert stale.status_code == 409
    # Who may only read sees no field, and is refused.
    assert 'name="items_0"' not in house.text("office", "campaigns:derives", plan.pk)
    assert typed(house, "office", plan, source, "1").status_code in (403, 404)
    assert not Derived.objects.exists()
    foreign = [Named(lines_of(source)[0].pk)]
    with pytest.raises(PlanIncomplete, match="isn't one of this plan"):
        name_items(plan.pk, source.pk, foreign, **house.call("city"))
    alien = [Named(lines_of(plan)[0].pk, (lines_of(plan)[1].pk,))]
    with pytest.raises(PlanIncomplete, match="An item"):
        name_items(plan.pk, source.pk, alien, **house.call("city"))


def test_a_draft_is_no_source_and_anothers_draft_counts_for_nobody(house: House) -> None:
    campaign = house.campaign()
    source = text(house, campaign)
    draft = made(house, campaign, "拟写的文", [NewLine("一条。")], kind="text")
    plan = package(house, campaign, who="office")
    offered = house.text("office", "campaigns:derives", plan.pk)
    assert "拟写的文" not in offered
    answer = typed(house, "office", plan, Plan.objects.get(pk=draft), "1")
    assert answer.status_code == 404
    assert not Derived.objects.exists()
    # The district's draft carries an item out: the district sees it, the city not yet.
    rows = [NewLine("区里的措施。", title="区里的措施")]
    own = Plan.objects.get(pk=made(house, campaign, "区方案", rows, who="office"))
    assert typed(house, "office", own, source, "1").status_code == 302
    assert "区里的措施" in house.text("office", "campaigns:derived", source.pk)
    assert "区里的措施" not in house.text("city", "campaigns:derived", source.pk)
    top = lines_of(source)[0]
    assert "区里的措施" not in house.text("city", "campaigns:derived_tree", source.pk, top.pk)
    # A line of a draft may still be taken out, with what it names.
    line = lines_of(own)[0]
    assert house.post("office", "campaigns:remove_line", own.pk, line.pk).status_code == 302
    assert not Derived.objects.exists()


def test_the_workbook_has_items_and_lines(house: House) -> None:
    import openpyxl

    campaign = house.campaign()
    source, plan = text(house, campaign), package(house, campaign)
    typed(house, "city", plan, source, "1、3", "1")
    answer = house.get("city", "campaigns:derived_export", source.pk)
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    items, lines = book.worksheets
    counts = [row[4].value for row in items.iter_rows(min_row=4) if row[3].value]
    assert counts == [2, 0, 1]
    assert [row[5].value for row in lines.iter_rows(min_row=2)] == [
        "具体措施1", "具体措施2", "具体措施1",
    ]  # fmt: skip
    assert AuditRow.objects.filter(action="plans.export_derived").exists()


def test_a_repeat_is_harmless(house: House) -> None:
    campaign = house.campaign()
    source, plan = text(house, campaign), package(house, campaign)
    rows = [Named(lines_of(plan)[0].pk, (lines_of(source)[0].pk,))]
    call = house.call("city")
    for _time in range(2):
        assert name_items(plan.pk, source.pk, rows, **call) == plan.pk
    assert Derived.objects.count() == 1
    assert AuditRow.objects.filter(action="plans.name_items").count() == 1


@pytest.mark.once
def test_no_page_asks_more_for_more_items(house: House) -> None:
    campaign = house.campaign()
    source, plan = text(house, campaign, items=12), package(house, campaign, lines=12)
    typed(house, "city", plan, source, "1")
    pages = {
        "derived": (source.pk,), "derives": (plan.pk,), "plan": (source.pk,),
        "derived_tree": (source.pk, lines_of(source)[0].pk),
    }  # fmt: skip

    def asked() -> dict[str, int]:
        found = {}
        for name, args in pages.items():
            house.get("city", f"campaigns:{name}", *args)
            with CaptureQueriesContext(connection) as seen:
                assert house.get("city", f"campaigns:{name}", *args).status_code == 200
            found[name] = len(seen)
        return found

    few = asked()
    typed(house, "city", plan, source, *["1-12"] * 12)
    assert asked() == few


@pytest.mark.parametrize(
    ("typed_text", "found"),
    [("", []), ("1", [1]), ("1、3-5", [1, 3, 4, 5]), (" 2，2；1 ", [2, 1]), ("1至3", [1, 2, 3]),
     ("2\n3", [2, 3])],
)  # fmt: skip
def test_numbers_are_read_as_people_write_them(typed_text: str, found: list[int]) -> None:
    assert numbers(typed_text, 9) == found
