"""Inspected is who a sweep visited or a record of on-site inspection is about, each once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db.models import Q
from django.utils import timezone

from anlan.base.actor import CLOCK
from anlan.domain.enforcement.tests.desk import bad
from anlan.domain.inspections import commands as sweeps
from anlan.domain.inspections import posting
from anlan.domain.inspections.loop import CALL, INSPECTED
from anlan.domain.inspections.models import Target
from anlan.domain.inspections.tests.street import Street
from anlan.kernel.accounts.models import Role
from anlan.kernel.calendar import periods
from anlan.kernel.facts import ledger, subjects
from anlan.kernel.facts.subjects import Subjects
from anlan.kernel.jobs import queue
from anlan.kernel.regions.queries import by_code

if TYPE_CHECKING:
    from anlan.domain.enforcement.tests.desk import Desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def street(desk: Desk) -> Street:
    desk.cast.person("grid", "office", Role.GRID)
    return Street(desk.cast)


def counted(street: Street) -> tuple[int | None, ...]:
    """家 and 家次 of the city over the last days."""
    span = periods.span(street.today - timedelta(20), street.today)
    asked = [Subjects(kind.code, by_code("530100").pk, span, {}) for kind in (INSPECTED, CALL)]
    return tuple(one.value for one in subjects.counted(asked, at=timezone.now(), as_known_at=None))


def record(desk: Desk, target: Target, **more: Any) -> Any:
    return desk.enter("inspection", "office", enterprise=target.enterprise_id, **more)


def test_a_visit_and_a_record_of_one_unit_on_one_day_are_one_inspection(
    desk: Desk, street: Street
) -> None:
    street.firms(2)
    sweep = street.sweep()
    one, other = Target.objects.filter(sweep=sweep).order_by("pk")[:2]
    visit = street.visit(sweep, one)
    assert counted(street) == (1, 1)
    same = record(desk, one, on=street.today)
    assert counted(street) == (1, 1)
    again = record(desk, one, on=street.today - timedelta(2))
    assert counted(street) == (1, 2)
    record(desk, other, on=street.today)
    assert counted(street) == (2, 3)
    # Other papers are no inspections of their own.
    desk.enter("inquiry", "office", enterprise=other.enterprise_id)
    assert counted(street) == (2, 3)
    # Whatever goes first, the other still counts.
    by = street.cast.actor("grid")
    sweeps.withdraw(visit.pk, by=by, at=timezone.now(), reason="录错")
    assert counted(street) == (2, 3)
    desk.withdraw(same, "office")
    assert counted(street) == (2, 2)
    desk.withdraw(again, "office")
    assert counted(street) == (1, 1)
    assert bad() == []


def test_visits_from_before_are_counted_once_by_the_worker(
    desk: Desk, street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    street.firms(2)
    sweep = street.sweep()
    one, other = Target.objects.filter(sweep=sweep).order_by("pk")[:2]
    with monkeypatch.context() as before:
        before.setattr(posting, "inspected", lambda *_args: [])
        street.visit(sweep, one)
        gone = street.visit(sweep, one, on=street.today - timedelta(1))
        sweeps.withdraw(
            gone.pk, by=street.cast.actor("grid"), at=timezone.now(), reason="录错"
        )  # fmt: skip
    before_now = timezone.now()
    street.visit(sweep, other)
    assert len(bad()) == 1
    job = queue.enqueue("inspections.calls", {"before": before_now.isoformat()}, CLOCK)
    assert queue.run_inline(job).state == "done"
    assert ledger.standing(Q(kind__code=CALL.code)).count() == 2
    assert bad() == []
