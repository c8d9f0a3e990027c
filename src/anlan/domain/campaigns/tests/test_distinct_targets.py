"""Different subjects count a target (家, not 家次): right on any day, and open to the records."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from anlan.base.ids import uuid7
from anlan.domain.campaigns.commands.terms import NewLine, NewTarget
from anlan.domain.campaigns.models import Plan, Target
from anlan.domain.campaigns.progress import tasks as progress_tasks
from anlan.domain.campaigns.progress.figures import Figure
from anlan.domain.campaigns.tests.house import CITY, DISTRICT, OTHER, House, lead
from anlan.domain.enterprises.models import Enterprise
from anlan.domain.hazards import commands as hazards
from anlan.domain.hazards.commands import Finding
from anlan.kernel.facts import ledger
from anlan.kernel.facts.kinds import FactKind, Measure, declare
from anlan.kernel.facts.ledger import NewFact
from anlan.kernel.facts.models import Coverage
from anlan.kernel.regions.queries import by_code

pytestmark = pytest.mark.django_db
#: With labels, which the enterprises with hazards don't have.
KIND = "test_mines.inspected"
declare([FactKind(KIND, "mines inspected", "mines", "once a month", Measure.DISTINCT, "month")])


def post(
    area: str, day: date, subject: str, at: datetime | None = None, until: date | None = None,
    kind: str = KIND, **labels: str,
) -> UUID:  # fmt: skip
    batch = uuid7()
    fact = NewFact(kind, labels, by_code(area).pk, day, subject=subject, until=until)
    with transaction.atomic():
        ledger.post([fact], at=at or timezone.now(), batch_id=batch)
    return batch


def take_back(batch: UUID, at: datetime | None = None) -> None:
    with transaction.atomic():
        ledger.reverse(of_batch=batch, at=at or timezone.now())


def published(house: House, value: int = 20, **more: Any) -> Plan:
    target = NewTarget(value=Decimal(value), unit="家", comparator=">=", object="矿山",
                       counted=more.pop("counted", KIND),
                       counted_where=more.pop("where", {}))  # fmt: skip
    line = NewLine("市应急局牵头，检查矿山50家。", title="检查矿山", units=lead("市应急局"),
                   targets=(target,), **more)  # fmt: skip
    pk = house.published(lines=[line]).pk
    return Plan.objects.select_related("campaign").get(pk=pk)


def figure(plan: Plan, **more: Any) -> Figure:
    target = Target.objects.select_related("line").get(line__plan=plan)
    found = progress_tasks.of_lines(plan, [target.line], [target], at=timezone.now(), **more)
    return found[target.pk]


@pytest.mark.parametrize("seed", range(6))
def test_a_count_of_different_ones_is_that_of_the_facts_and_goes_back_when_they_do(
    house: House, seed: int
) -> None:
    draw = random.Random(seed)
    start = house.today - timedelta(90)
    where = draw.choice(({}, {"grade": ["major"]}, {"grade": ["major", "ordinary"]}))
    plan = published(house, starts_on=start, where=where)
    posted = []
    for _n in range(50):
        day = house.today - timedelta(draw.randrange(-5, 120))
        grade, area = draw.choice(("major", "ordinary", "")), draw.choice((CITY, DISTRICT, OTHER))
        subject = f"enterprise:{draw.randrange(1, 9)}"
        posted.append((post(area, day, subject, grade=grade), day, grade, subject))

    def brute(rows: Any) -> int:
        return len({
            subject for _batch, day, grade, subject in rows
            if start <= day <= house.today and (not where or grade in where["grade"])
        })  # fmt: skip

    assert figure(plan).value == brute(posted)
    gone = draw.sample(posted, 35)
    for batch, *_rest in gone:
        take_back(batch)
    left = [row for row in posted if row not in gone]
    found = figure(plan)
    assert found.value == brute(left)
    # And the page behind it adds up to the very figure.
    page = house.text("city", "campaigns:line_figure", plan.pk, Target.objects.get().pk)
    assert f"<b>{found.value}</b>" in page


def test_a_subject_counts_once_in_a_target_whatever_months_it_occurred_in(house: House) -> None:
    plan = published(house, 2, starts_on=house.today - timedelta(100))
    first = post(DISTRICT, house.today - timedelta(70), "enterprise:1")
    again = post(OTHER, house.today - timedelta(35), "enterprise:1")
    post(DISTRICT, house.today, "enterprise:1")
    assert (figure(plan).value, figure(plan).verdict) == (1, "not_yet")
    post(CITY, house.today, "enterprise:2")
    assert (figure(plan).value, figure(plan).verdict) == (2, "reached")
    take_back(first)
    take_back(again)
    assert figure(plan).value == 2  # It still occurred today.
    post(CITY, house.today - timedelta(101), "enterprise:3")
    assert figure(plan).value == 2  # Before the line began.


def test_a_declared_number_hides_whom_it_counts_so_the_figure_says_so(house: House) -> None:
    plan = published(house, starts_on=house.today - timedelta(40))
    day = house.today - timedelta(20)
    batch = post(CITY, day, "", until=day + timedelta(6))
    found = figure(plan)
    assert (found.value, found.missing, found.verdict) == (None, "not_divisible", "unknown")
    take_back(batch)
    assert figure(plan).value == 0


def test_silence_before_anybody_was_on_the_system_is_no_zero_of_different_ones(
    house: House,
) -> None:
    target = NewTarget("trend", object="违法矿山", counted=KIND)
    line = NewLine("违法矿山逐年下降。", title="下降", units=lead("市应急局"), targets=(target,))
    plan = Plan.objects.select_related("campaign").get(pk=house.published(lines=[line]).pk)
    assert figure(plan).series[0].value == 0
    Coverage.objects.create(
        unit_id=house.cast.units["city"].pk, area_id=by_code(CITY).pk, kinds="",
        since=house.today - timedelta(10),
    )  # fmt: skip
    assert figure(plan).series[0].value is None


def test_enterprises_with_hazards_count_a_target_and_are_named_to_those_who_may_see_them(
    house: House,
) -> None:
    plan = house.published()
    target = Target.objects.get()
    district = by_code(DISTRICT)
    firm = Enterprise.objects.create(
        name="五华模拟矿业有限公司", area=district, path=district.path,
        created_at=timezone.now(), updated_at=timezone.now(), code_missing=True,
    )  # fmt: skip
    findings = [
        Finding(
            pk=uuid7(), description="通风不足", area_id=district.pk, grade="major",
            unit_id=house.cast.units["office"].pk, opened_on=house.today, source="inspection",
            enterprise_id=firm.pk,
        )
        for _n in range(2)
    ]  # fmt: skip
    hazards.find(findings, **house.call("office"))
    page = ("campaigns:counting", plan.pk, target.pk)
    shown = house.post("city", *page, code="hazard.enterprises", preview="1")
    assert "<b>1 of 20</b>" in shown.content.decode()
    refused = house.post("city", *page, code="hazard.enterprises", sector=["coal_mine"])
    assert refused.status_code == 422  # Narrowed, it would find nobody.
    assert house.post("city", *page, code="hazard.enterprises").status_code == 302
    records = house.text("city", "campaigns:line_figure", plan.pk, target.pk)
    assert records.count(firm.name) >= 2
    assert "<b>1</b>" in records


def test_who_was_inspected_counts_a_target_and_is_named_where_the_reader_may_see_them(
    house: House,
) -> None:
    """A visit is no case: its enterprise is named to those who may see that enterprise."""
    kind = "sweep.inspected"
    plan = published(house, counted=kind, starts_on=house.today - timedelta(9))
    district = by_code(DISTRICT)
    firm = Enterprise.objects.create(
        name="五华模拟矿业有限公司", area=district, path=district.path,
        created_at=timezone.now(), updated_at=timezone.now(), code_missing=True,
    )  # fmt: skip
    for n in range(3):
        post(DISTRICT, house.today - timedelta(n), f"enterprise:{firm.pk}", kind=kind)
    post(OTHER, house.today, "enterprise:987654321", kind=kind)
    assert figure(plan).value == 2
    target = Target.objects.get()
    page = house.text("city", "campaigns:line_figure", plan.pk, target.pk)
    assert page.count(firm.name) == 3
    chosen = house.text("city", "campaigns:counting", plan.pk, target.pk)
    assert f'value="{kind}"' in chosen


@pytest.mark.once
def test_different_ones_cost_the_same_statements_whatever_their_number(house: House) -> None:
    counts = []
    for plans in (1, 6):
        targets = []
        for n in range(plans):
            plan = published(house, where={"grade": ["major"]} if n % 2 else {},
                             starts_on=house.today - timedelta(n + 1))  # fmt: skip
            targets.append(plan)
        tasks = [house.task(plan, "检查矿山") for plan in targets]
        post(CITY, house.today, f"enterprise:{plans}")
        with CaptureQueriesContext(connection) as queries:
            assert len(progress_tasks.of_tasks(tasks, at=timezone.now())) == plans
        counts.append(len(queries))
    assert counts[0] == counts[1]
