"""What targets have reached: counted from facts, declared by units, and who is refused."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from anlan.base.ids import uuid7
from anlan.domain.campaigns import (
    commands,
)
from anlan.domain.campaigns.commands.terms import NewLine, NewTarget
from anlan.domain.campaigns.invariants import invariants
from anlan.domain.campaigns.models import BaseFigure, Plan, Report, Target, Task
from anlan.domain.campaigns.progress import tasks as progress_tasks
from anlan.domain.campaigns.progress.figures import Figure
from anlan.domain.campaigns.refusals import PlanIncomplete
from anlan.domain.campaigns.tests.house import CITY, DISTRICT, OTHER, House, lead
from anlan.kernel.facts import ledger
from anlan.kernel.facts.ledger import NewFact
from anlan.kernel.facts.models import Fact
from anlan.kernel.loop.models import Case
from anlan.kernel.regions.queries import by_code

pytestmark = pytest.mark.django_db
KIND = "hazard.closed"
SECTORS = ("coal_mine", "hazardous_chemicals", "")


def post(area: str, day: date, quantity: int = 1, kind: str = KIND, **labels: str) -> Any:
    """A fact about a case of its own; the id by which it is reversed."""
    batch = uuid7()
    with transaction.atomic():
        fact = NewFact(kind, labels, by_code(area).pk, day, quantity)
        ledger.post([fact], at=timezone.now(), batch_id=batch)
    return batch


def line(target: NewTarget, **more: Any) -> NewLine:
    return NewLine("市应急局牵头，关闭不达标矿山。", title="关闭不达标矿山", units=lead("市应急局"),
                   targets=(target,), **more)  # fmt: skip


def twenty(**more: Any) -> NewTarget:
    return NewTarget(value=Decimal(20), unit="处", comparator=">=", object="矿山", **more)


def figure(plan: Plan, **more: Any) -> Figure:
    target = Target.objects.select_related("line").get(line__plan=plan)
    found = progress_tasks.of_lines(plan, [target.line], [target], at=timezone.now(), **more)
    return found[target.pk]


def published(house: House, target: NewTarget, **more: Any) -> Plan:
    return Plan.objects.select_related("campaign").get(
        pk=house.published(lines=[line(target, **more)]).pk
    )


@pytest.mark.parametrize("seed", range(6))
def test_a_counted_figure_is_a_count_of_the_facts_and_goes_back_when_they_do(
    house: House, seed: int
) -> None:
    draw = random.Random(seed)
    start = house.today - timedelta(200)
    where = draw.choice(({}, {"grade": ["major"]}, {"grade": ["major", "ordinary"]}))
    plan = published(house, twenty(counted=KIND, counted_where=where), starts_on=start)
    posted = []
    for _n in range(40):
        day = house.today - timedelta(draw.randrange(-20, 400))
        grade, area = draw.choice(("major", "ordinary", "")), draw.choice((CITY, DISTRICT, OTHER))
        quantity = draw.randrange(1, 5)
        posted.append((post(area, day, quantity, grade=grade), day, grade, quantity))

    def brute(rows: Any) -> int:
        return sum(
            quantity for _batch, day, grade, quantity in rows
            if start <= day <= house.today and (not where or grade in where["grade"])
        )  # fmt: skip

    with transaction.atomic():
        ledger.fold(timezone.now(), force=True)
    assert figure(plan).value == brute(posted)
    gone = draw.sample(posted, 15)
    with transaction.atomic():
        for batch, *_rest in gone:
            ledger.reverse(of_batch=batch, at=timezone.now())
    left = [row for row in posted if row not in gone]
    found = figure(plan)
    assert found.value == brute(left)
    reached = found.value >= 20
    assert found.verdict == ("reached" if reached else "not_yet")
    assert found.short == (None if reached else 20 - found.value)
    # And the page behind it adds up to the very figure.
    page = house.text("city", "campaigns:line_figure", plan.pk, Target.objects.get().pk)
    assert f"<b>{found.value}</b>" in page


def test_what_is_wanted_at_most_is_judged_the_other_way_round(house: House) -> None:
    at_most = NewTarget(value=Decimal(2), comparator="<=", unit="起", object="事故", counted=KIND)
    plan = published(house, at_most)
    assert figure(plan).verdict == "within"
    post(CITY, house.today, 3)
    found = figure(plan)
    assert (found.verdict, found.short, found.percent) == ("over", 1, None)


def test_a_missed_deadline_and_one_ahead_are_told_apart(house: House) -> None:
    gone = house.today - timedelta(1)
    start = house.today - timedelta(30)
    plan = published(house, twenty(counted=KIND), starts_on=start, due_on=gone)
    assert (figure(plan).verdict, figure(plan).short) == ("short", 20)
    later = published(house, twenty(counted=KIND), starts_on=house.today + timedelta(9),
                      due_on=house.today + timedelta(20))  # fmt: skip
    assert figure(later).verdict == "not_begun"


def test_a_change_is_held_against_the_same_days_of_the_base_year(house: House) -> None:
    down = NewTarget("change", Decimal(10), "%", object="事故起数", baseline="2019年",
                     direction="decrease", counted=KIND)  # fmt: skip
    plan = published(house, down)
    assert figure(plan).verdict == "no_base"  # Over nothing there is no change.
    base = date(2019, 1, 1)
    post(CITY, base, 10)
    last = date(2019, 12, 31)
    if house.today < last.replace(year=house.today.year):
        post(CITY, last, 500)  # These days haven't come this year.
    post(CITY, date(house.today.year, 1, 1), 9)
    found = figure(plan)
    assert (found.value, found.base, found.change) == (9, 10, -10)
    assert found.verdict in ("on_course", "reached")
    post(CITY, house.today, 1)
    worse = figure(plan)
    assert (worse.change, worse.short) == (0, 1)
    assert worse.verdict in ("not_yet", "short")
    up = NewTarget("change", Decimal(50), "%", baseline="2019", direction="increase", counted=KIND)
    more = figure(published(house, up))
    assert (more.change, more.short) == (0, 5)


def test_a_base_is_declared_where_the_ledger_has_none_and_stays_its_authors(house: House) -> None:
    down = NewTarget("change", Decimal(10), "%", object="事故起数", baseline="2019年",
                     direction="decrease", counted=KIND)  # fmt: skip
    plan = published(house, down)
    pk = Target.objects.get().pk
    page = house.text("city", "campaigns:counting", plan.pk, pk)
    assert "2019" in page
    declare = ("campaigns:base", plan.pk, pk)
    assert house.post("city", *declare, value="-3", source="年鉴").status_code == 422
    assert house.post("city", *declare, value="120", source=" ").status_code == 422
    assert house.post("office", *declare, value="120", source="年鉴").status_code == 403
    assert house.post("firm", *declare, value="120", source="年鉴").status_code == 403
    assert house.post("city", *declare, value="120", source="统计年鉴第8页").status_code == 302
    fact = Fact.objects.get(kind__code="target.base")
    assert (fact.quantity, fact.day, fact.until) == (120, date(2019, 1, 1), date(2019, 12, 31))
    base = BaseFigure.objects.get()
    assert (base.who, base.unit.name, fact.batch_id) == ("city", "昆明市安委办", base.pk)
    assert house.post("city", *declare, value="100", source="更正").status_code == 302
    sums = Fact.objects.filter(kind__code="target.base").aggregate(n=Sum("quantity"))
    assert sums["n"] == 100  # The first is reversed, and stays to be read.
    found = figure(plan)
    assert (found.base, found.verdict) == (100, "too_early")
    post(CITY, date(house.today.year, 1, 1), 91)
    assert figure(plan).verdict == "short"  # 91 in part of a year can't become 90.
    page = house.text("city", "campaigns:counting", plan.pk, pk)
    assert "更正" in page
    assert "统计年鉴第8页" in page


def test_a_direction_is_a_series_with_a_verdict_and_never_a_percentage(house: House) -> None:
    falls = NewTarget("trend", object="事故起数", text="事故起数持续下降", counted=KIND)
    plan = published(house, falls)  # The campaign's base year is 2023.
    this = house.today.year
    for year in range(2023, this):
        post(CITY, date(year, 1, 1), 100 - year + 2000)
    post(CITY, date(this, 1, 1), 1)
    found = figure(plan)
    assert found.verdict == "falling"
    assert [each.value for each in found.series][:1] == [77]
    assert found.percent is None
    page = house.text("city", "campaigns:line_figure", plan.pk, Target.objects.get().pk)
    assert "2023" in page
    post(CITY, date(this, 1, 1), 300)
    assert figure(plan).verdict == "not_falling"
    curb = published(house, NewTarget("curb", object="重特大事故", counted=KIND),
                     starts_on=house.today - timedelta(3))  # fmt: skip
    assert figure(curb).verdict == "none"
    post(DISTRICT, house.today)
    assert (figure(curb).verdict, figure(curb).value) == ("occurred", 1)


def test_silence_before_anybody_was_on_the_system_is_no_zero(house: House) -> None:
    from anlan.kernel.facts.models import Coverage

    falls = NewTarget("trend", object="事故起数", counted=KIND)
    plan = published(house, falls)
    Coverage.objects.create(
        unit_id=house.cast.units["city"].pk, area_id=by_code(CITY).pk, kinds="",
        since=house.today - timedelta(10),
    )  # fmt: skip
    assert figure(plan).verdict == "no_base"
    assert figure(plan).series[0].value is None


def test_a_rate_counts_too(house: House) -> None:
    rate = NewTarget(value=Decimal(95), unit="%", comparator=">=", object="整改率",
                     counted="hazard.rectification_rate")  # fmt: skip
    plan = published(house, rate)
    assert (figure(plan).verdict, figure(plan).value) == ("unknown", None)
    post(CITY, house.today, 200, kind="hazard.found")
    assert figure(plan).value == 0
    assert figure(plan).short == 95


def test_the_ledger_is_asked_as_it_was_known(house: House) -> None:
    plan = published(house, twenty(counted=KIND), starts_on=house.today - timedelta(40))
    post(CITY, house.today - timedelta(9), 4)
    yesterday = (house.today - timedelta(1)).isoformat()
    known = progress_tasks.known_at(yesterday, house.today)
    assert figure(plan).value == 4
    assert figure(plan, known=known).value == 0  # Nobody knew it then.
    pk = Target.objects.get().pk
    page = house.text("city", "campaigns:line_figure", plan.pk, pk, query=f"?known={yesterday}")
    assert "<b>0</b>" in page
    for said in ("bad", "2999-01-01", ""):
        assert progress_tasks.known_at(said, house.today) is None


def test_an_office_chooses_what_counts_a_target_and_sees_the_figure_first(house: House) -> None:
    plan = house.published()
    target = Target.objects.get()
    post(DISTRICT, house.today, 7, grade="major")
    post(DISTRICT, house.today, 2)
    page = ("campaigns:counting", plan.pk, target.pk)
    href = reverse(page[0], args=page[1:])
    assert href in house.text("city", "campaigns:plan", plan.pk)
    assert href not in house.text("office", "campaigns:plan", plan.pk)
    assert house.get("city", *page).status_code == 200
    assert house.get("stranger", *page).status_code == 403
    assert house.get("firm", *page).status_code == 403
    shown = house.post("city", *page, code=KIND, grade=["major"], preview="1")
    assert "<b>7 of 20</b>" in shown.content.decode()
    target.refresh_from_db()
    assert target.counted == ""  # It was only looked at.
    assert house.post("city", *page, code="hazard.none").status_code == 422
    assert house.post("city", *page, code="hazard.enterprises", grade=["major"]).status_code == 422
    assert house.post("city", *page, code=KIND, grade=["huge"]).status_code == 422
    stale = house.post("city", *page, code=KIND, seen=plan.version + 5)
    assert stale.status_code in (409, 422)
    assert house.post("office", *page, code=KIND).status_code == 403
    good = {"code": KIND, "grade": ["major"], "seen": plan.version}
    assert house.post("city", *page, **good).status_code == 302
    target.refresh_from_db()
    assert (target.counted, target.counted_where) == (KIND, {"grade": ["major"]})
    task = house.task(plan, "关闭不达标矿山")
    for answer in (
        house.text("city", "campaigns:plan", plan.pk),
        house.text("emergency", "campaigns:task", task.pk),
        house.text("city", "campaigns:tasks"),
    ):
        assert "figures/" in answer
    # The facts are listed, and what they are about is named to those alone who may see it.
    records = house.text("emergency", "campaigns:task_figure", task.pk, target.pk)
    assert "<b>7</b>" in records
    assert house.get("stranger", "campaigns:task_figure", task.pk, target.pk).status_code == 404
    other = house.task(plan, "整治燃气管道占压")
    assert house.get("city", "campaigns:task_figure", other.pk, target.pk).status_code == 404


def test_nobody_types_how_far_a_counted_task_is(house: House) -> None:
    plan = published(house, twenty(counted=KIND))
    task = house.task(plan, "关闭不达标矿山")
    target = Target.objects.get()
    post(CITY, house.today, 5)
    page = house.text("emergency", "campaigns:task", task.pk)
    assert 'name="progress"' not in page
    assert f"reached_{target.pk}" not in page
    house.step("emergency", task.pk, "report", progress=90, text="推进中")
    task.refresh_from_db()
    assert (task.progress, Report.objects.get().progress) == (25, 25)
    with pytest.raises(PlanIncomplete):
        commands.report(
            task.pk, text="自填", reached={target.pk: Decimal(9)}, **house.call("emergency")
        )
    post(CITY, house.today, 5)
    progress_tasks.refresh(timezone.now())
    task.refresh_from_db()
    assert task.progress == 50
    assert house.step("emergency", task.pk, "rectify", result="已完成") == "rectified"
    task.refresh_from_db()
    assert task.progress == 50  # Saying that it is done doesn't make it so.


def standing() -> int:
    return int(
        Fact.objects.filter(kind__code="target.declared").aggregate(n=Sum("quantity"))["n"] or 0
    )


def test_a_typed_number_is_a_fact_of_its_author_and_a_return_takes_it_back(house: House) -> None:
    plan = house.published()
    task = house.task(plan, "关闭不达标矿山")
    target = Target.objects.get()

    def says(value: str) -> None:
        assert house.step("emergency", task.pk, "report", progress=10, text="进展",
                          **{f"reached_{target.pk}": value}) == "assigned"  # fmt: skip

    says("6")
    fact = Fact.objects.get(kind__code="target.declared")
    report = Report.objects.get()
    assert (fact.quantity, fact.day, fact.batch_id) == (6, house.today, report.pk)
    assert fact.unit_id == house.cast.units["emergency"].pk
    house.step("city", task.pk, "accept_report")
    says("9")
    says("14")
    assert standing() == 14
    assert "14" in house.text("city", "campaigns:declared", plan.pk, target.pk)
    house.step("city", task.pk, "return_report", reason="核实后再报")
    assert standing() == 6  # Both that waited are gone; what was accepted stands.
    says("4")
    assert standing() == 4  # A correction downward.
    assert all(ok for _name, ok, _n, _what in invariants(timezone.now()))
    # What units declared already can't be counted over their heads.
    refused = house.post("city", "campaigns:counting", plan.pk, target.pk, code=KIND)
    assert refused.status_code in (409, 422)
    target.refresh_from_db()
    assert target.counted == ""
    house.step("city", task.pk, "void", reason="上级已取消")
    assert standing() == 0
    assert all(ok for _name, ok, _n, _what in invariants(timezone.now()))
    Report.objects.filter(status="sent").update(reached={str(target.pk): 5})
    Case.objects.filter(pk=task.pk).update(state="assigned")
    broken = {name: ok for name, ok, _n, _what in invariants(timezone.now())}
    assert not broken["I5 declared figures are their reports"]


def test_parts_roll_up_to_the_plan_and_open_to_their_reports(house: House) -> None:
    plan = house.published()
    target = Target.objects.get()
    units = [house.cast.units[key].pk for key in ("office", "elsewhere")]
    commands.break_down(plan.pk, units=units, **house.call("city"))
    parts = Task.objects.filter(plan__parent=plan, line=target.line_id)
    for who, value in (("office", "3"), ("stranger", "5")):
        part = parts.get(plan__unit=house.cast.users[who].posts.get().unit)
        assert house.step(who, part.pk, "report", progress=5, text=f"已关闭{value}处",
                          **{f"reached_{target.pk}": value}) == "assigned"  # fmt: skip
    page = house.text("city", "campaigns:plan", plan.pk)
    href = reverse("campaigns:declared", args=[plan.pk, target.pk])
    assert href in page
    listed = house.text("city", "campaigns:declared", plan.pk, target.pk)
    for words in ("已关闭3处", "已关闭5处", ">8<"):
        assert words in listed
    # An enterprise of the area reads the plan and its sums, not what offices wrote.
    assert "已关闭3处" not in house.text("firm", "campaigns:declared", plan.pk, target.pk)
    Plan.objects.filter(pk=plan.pk).update(status="draft")
    for name in ("declared", "line_figure"):
        assert house.get("office", f"campaigns:{name}", plan.pk, target.pk).status_code == 404
    top = house.task(plan, "关闭不达标矿山")
    assert "?above=" in house.text("city", "campaigns:task", top.pk)


@pytest.mark.once
def test_a_plan_with_many_counted_lines_takes_as_many_statements_as_with_one(house: House) -> None:
    def statements(count: int) -> int:
        lines = [
            NewLine(f"第{n}项", title=f"第{n}项", units=lead("市应急局"),
                    starts_on=house.today - timedelta(n + 1),
                    targets=(twenty(counted=KIND, counted_where={"grade": ["major"]} if n % 2
                                    else {}), twenty()))
            for n in range(count)
        ]  # fmt: skip
        plan = house.published(lines=lines)
        house.get("city", "campaigns:plan", plan.pk)
        house.get("city", "campaigns:tasks", query=f"?plan={plan.pk}")
        with CaptureQueriesContext(
            connection,
        ) as few:
            house.get("city", "campaigns:plan", plan.pk)
            house.get("city", "campaigns:tasks", query=f"?plan={plan.pk}")
        return len(few)

    assert statements(3) == statements(23)


def test_the_list_of_tasks_goes_out_as_a_workbook_with_its_filters(house: House) -> None:
    import io

    from python_calamine import CalamineWorkbook

    plan = house.published()
    post(CITY, house.today, 3)
    Target.objects.update(counted=KIND)

    def rows(who: str, query: str = "") -> list[list[Any]]:
        answer = house.get(who, "campaigns:export_tasks", query=query)
        assert answer.status_code == 200
        data = b"".join(answer.streaming_content)
        return CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()

    every = rows("city", f"?plan={plan.pk}")
    assert sum("燃气" in str(row) for row in every) == 1
    assert any("3 of 20" in str(cell) for row in every for cell in row)
    narrowed = rows("city", f"?plan={plan.pk}&state=found")
    assert not any("燃气" in str(row) for row in narrowed)
    assert any("宣传" in str(row) for row in narrowed)
    assert not any("燃气" in str(row) for row in rows("stranger"))
