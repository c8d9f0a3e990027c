"""家 against 家次 over several sweeps: an enterprise is inspected once, however often visited."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from anlan.base.ids import uuid7
from anlan.domain.inspections.loop import INSPECTED, VISIT, VISITED
from anlan.domain.inspections.models import Target
from anlan.kernel.calendar import periods
from anlan.kernel.facts import ledger, subjects
from anlan.kernel.facts.figures import Query, figures
from anlan.kernel.facts.models import Fact
from anlan.kernel.facts.subjects import Subjects
from anlan.kernel.regions.queries import by_code

if TYPE_CHECKING:
    from anlan.domain.inspections.models import Sweep
    from anlan.domain.inspections.tests.street import Street

pytestmark = pytest.mark.django_db


def targets(sweep: Sweep) -> list[Target]:
    return list(Target.objects.filter(sweep=sweep).order_by("path", "enterprise"))


def inspected(street: Street, code: str = "530100", known: Any = None, **where: Any) -> int | None:
    span = periods.span(street.today - timedelta(60), street.today)
    asked = Subjects(INSPECTED.code, by_code(code).pk, span, where)
    [found] = subjects.counted([asked], at=street.now, as_known_at=known)
    return found.value


def flow(street: Street, kind: str) -> int:
    span = periods.span(street.today - timedelta(60), street.today)
    area = by_code("530100").pk
    cells = figures(Query(kinds=[kind], areas=[area], periods=[span], at=street.now))
    return sum(cell.value or 0 for cell in cells)


def test_an_enterprise_counts_once_over_several_sweeps_and_each_visit_as_a_visit(
    street: Street,
) -> None:
    street.firms(3, sector="hazchem", word="化工")
    street.firms(1, "530103", word="商铺")
    first, second = street.sweep(), street.sweep("city", "530100", name="节前检查")
    mine = targets(first)[0]
    street.visit(first, mine)
    street.visit(first, mine, on=street.today - timedelta(3))
    for target in targets(second):
        street.visit(second, target, "city")
    # Four enterprises, once each; in the sweeps one and four; six visits.
    assert inspected(street) == 4
    assert (flow(street, VISITED.code), flow(street, VISIT.code)) == (5, 6)
    assert inspected(street, sector=["hazchem"]) == 3
    assert inspected(street, "530103") == 1


def test_what_is_withdrawn_counts_no_more_unless_another_visit_was_there(street: Street) -> None:
    from anlan.domain.inspections import commands

    street.firms(2)
    first, second = street.sweep(), street.sweep(name="第二轮")
    one, other = street.visit(first, targets(first)[0]), street.visit(second, targets(second)[0])
    lone = street.visit(first, targets(first)[1])
    assert inspected(street) == 2

    def withdraw(visit: Any) -> None:
        by = street.cast.actor("grid")
        commands.withdraw(visit.pk, by=by, at=street.now, reason="录错")

    withdraw(one)
    assert inspected(street) == 2, "the other sweep's visit stands"
    withdraw(lone)
    assert inspected(street) == 1
    withdraw(other)
    assert inspected(street) == 0
    # Nothing is left standing, and nothing was taken back twice.
    rows = Fact.objects.filter(kind__code=INSPECTED.code)
    assert rows.filter(reverses_id=None).count() == rows.exclude(reverses_id=None).count() == 3
    assert not ledger.standing(Q(kind__code=INSPECTED.code)).exists()


@pytest.mark.once
def test_a_workbook_of_visits_costs_the_same_whatever_its_length(street: Street) -> None:
    from anlan.domain.inspections import commands

    street.firms(24)
    sweep = street.sweep()
    rows, counts = targets(sweep), []
    for part in (rows[:4], rows[4:]):
        by = street.cast.actor("office")
        with CaptureQueriesContext(connection) as seen:
            visits = [street.visit_of(each) for each in part]
            commands.record(sweep.pk, visits, by=by, request_id=uuid7(), at=street.now)
        counts.append(len(seen))
    assert inspected(street) == 24
    assert counts[1] <= counts[0], counts
