"""Asking units for their reports: who may, and which units an office may ask."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from anlan.base.actor import Actor
from anlan.base.paths import below
from anlan.base.refusal import NotAllowed
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import BUSINESS_ROLES, Unit, valid_on
from anlan.kernel.calendar.periods import Period
from anlan.kernel.facts import reports
from anlan.kernel.facts.models import Expected
from anlan.kernel.facts.reports import Owing
from anlan.kernel.regions.models import Region


def askable(by: Actor, area: Region, kind: str, on: date) -> QuerySet[Unit]:
    """Units of one kind at an area and those directly below, that ``by`` may ask."""
    near = Region.objects.filter(parent=area).values("pk")
    rows = Unit.objects.filter(valid_on(on), below(area.path), kind=kind)
    rows = rows.filter(area__in=near) | rows.filter(area=area)
    rule = policy.rule_of("reports.ask", by)
    if policy.is_nothing(rule):
        return rows.none()
    # The rule speaks of paths alone, which units have, too.
    return (rows if rule == policy.EVERYTHING else rows.filter(rule)).order_by("path", "code")


@transaction.atomic(durable=True)
def ask(
    unit_ids: Sequence[int],
    kind: str,
    period: Period,
    due_on: date,
    *,
    by: Actor,
    at: datetime,
) -> int:
    """Ask units, each for its own area; returns how many reports are new.

    Raises NotAllowed where one of them lies outside the areas that ``by`` answers for.
    """
    policy.demand(by, "reports.ask", at)
    rows = list(Unit.objects.filter(pk__in=unit_ids).values_list("pk", "area_id", "path"))
    rule = policy.rule_of("reports.ask", by)
    allowed = Unit.objects.filter(pk__in=unit_ids)
    if rule != policy.EVERYTHING:
        allowed = allowed.filter(rule)
    if allowed.count() != len(set(unit_ids)):
        raise NotAllowed(reason=_("a unit among them lies outside your areas."))
    owing = [Owing(*row) for row in sorted(rows)]
    return reports.expect(owing, kind, period, due_on, by=by, at=at)


@transaction.atomic(durable=True)
def answer(pk: int, status: str, *, by: Actor, at: datetime, note: str = "") -> Expected:
    """A unit says of its report that it is complete, nil, or not applicable."""
    policy.access(Expected.objects.all(), "reports.answer", by, pk, at=at)
    return reports.answer(pk, status, by=by, at=at, note=note)


def is_own(row: Expected, by: Actor) -> bool:
    """Whether it is owed by a unit at which the person holds a post."""
    return row.unit_id in policy.units_of(by, BUSINESS_ROLES)


@transaction.atomic(durable=True)
def drop(pk: int, *, by: Actor, at: datetime, reason: str) -> None:
    """An office no longer asks for a report that nobody answered."""
    row = policy.access(Expected.objects.all(), "reports.ask", by, pk, at=at)
    if is_own(row, by):
        raise NotAllowed(reason=_("your own report is dropped by the office that asked for it."))
    reports.drop(pk, by=by, at=at, reason=reason)
