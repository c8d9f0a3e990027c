"""Who must report to whom by when: one duty at a time, from the firm to the level that must know.

Runs inside its caller's transaction with the case locked. What was passed on is closed; the level
that got it has its own time from that moment. A grade that rises reopens the chain.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from anlan.base.actor import CLOCK
from anlan.base.limits import IN_LIST_MAX
from anlan.base.paths import ancestors
from anlan.domain.accidents import law
from anlan.domain.accidents.models import Accident, Clock, Finding
from anlan.kernel.accounts.models import Unit, UnitKind
from anlan.kernel.loop import settings
from anlan.kernel.loop.models import Case
from anlan.kernel.notices import outbox
from anlan.kernel.regions.models import Level


def minutes() -> Mapping[str, int]:
    """Limits of the office's own, where it set some: shorter ones than the law's, mostly."""
    own: Mapping[str, int] = settings.current("accident").data.get("clock_minutes", {})
    return own


def office_of(case: Case, level: int, on: date) -> Unit | None:
    """The committee office of a level above the place, where one is registered."""
    rows = Unit.objects.valid_on(on).filter(
        kind=UnitKind.COMMITTEE_OFFICE, area__in=ancestors(case.path), area__level=level
    )
    return rows.order_by("code").first()


def firms(accident: Accident) -> Clock | None:
    """The firm's duty, done when the department was told; None where the times aren't known."""
    if accident.aware_at is None or accident.received_at is None:
        return None
    return Clock(
        accident=accident, level=Clock.FIRM, from_at=accident.aware_at,
        due_at=law.minutes_after(accident.aware_at, "unit", minutes()),
        done_at=accident.received_at, to_level=min(accident.case.area.level, Level.COUNTY),
    )  # fmt: skip


def owed(accident: Accident, level: int, since: datetime) -> Clock | None:
    """What a level owes that knows of it since then; None where it goes no further up."""
    if level <= law.reported_up_to(accident.case.grade):
        return None
    unit = office_of(accident.case, level, timezone.localdate(since))
    return Clock(
        accident=accident, level=level, unit=unit, from_at=since,
        due_at=law.minutes_after(since, "level", minutes()),
    )  # fmt: skip


def due_fields(clock: Clock | None) -> dict[str, Any]:
    """What the case carries of it, for lists and for the ladder."""
    if clock is None:
        return {"due_on": None, "due_at": None, "due_rule": {}}
    return {
        "due_on": timezone.localdate(clock.due_at), "due_at": clock.due_at,
        "due_rule": {"kind": "date"},
    }  # fmt: skip


def highest(accident: Accident) -> int:
    """The highest level that knows of it by what was passed on."""
    done = accident.clocks.filter(done_at__isnull=False, to_level__isnull=False)
    levels = [level for level in done.values_list("to_level", flat=True) if level is not None]
    return min([*levels, min(accident.case.area.level, Level.COUNTY)])


def suspect_late(clock: Clock, *, by: Any, at: datetime) -> None:
    """Write down that a report was late, or still is: a finding, and no verdict."""
    Finding.objects.get_or_create(
        clock=clock,
        defaults={
            "accident": clock.accident, "kind": Finding.Kind.LATE, "found_at": at,
            "found_by": by.user_id, "finder": by.name,
        },
    )  # fmt: skip


def look(now: datetime) -> int:
    """What the clock does: reports that are past their time. Safe to run twice."""
    done = 0
    late = Clock.objects.filter(
        done_at=None, due_at__lt=now, finding=None, accident__case__is_open=True
    ).select_related("accident__case")  # fmt: skip
    for clock in late.order_by("due_at", "pk")[:IN_LIST_MAX]:
        suspect_late(clock, by=CLOCK, at=now)
        case = clock.accident.case
        outbox.post(
            "accidents.late", to_units=[clock.unit_id or case.unit_id], about=clock.accident_id,
            at=now, data={"number": case.number, "due": clock.due_at.isoformat()},
        )  # fmt: skip
        done += 1
    return done


def of(pk: UUID) -> list[Clock]:
    return list(Clock.objects.filter(accident=pk).select_related("unit").order_by("from_at", "pk"))
