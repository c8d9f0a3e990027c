"""Reading reports of major hazards: who reported late or never, who owes which period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from anlan.base.actor import Actor
from anlan.base.paths import below
from anlan.domain.hazards import queries as hazards
from anlan.domain.hazards.models import Grade, Hazard
from anlan.domain.supervision.models import DirectReport, DualReport, Side
from anlan.domain.supervision.terms import InForce
from anlan.kernel.accounts import policy
from anlan.kernel.calendar.periods import Period
from anlan.kernel.loop import worklist
from anlan.kernel.regions.models import Region
from anlan.ui.keyset import Keyset, Page

FOUND = Keyset.by("-case__opened_on", "-pk")
MAJOR = Q(case__kind="hazard", case__grade=Grade.MAJOR) & ~Q(case__state="void")


def _reported(**more: Any) -> Q:
    # IN, not EXISTS: there are few reports, and each leads to its hazard.
    return Q(pk__in=DirectReport.objects.filter(**more).values("hazard"))


def within(code: str | None) -> Q:
    if not code:
        return Q()
    region = Region.objects.filter(code=code).first()
    return below(region.path, "case__path") if region else policy.NOTHING


def direct_where(state: str | None, limit: InForce) -> Q:
    """Major hazards that had to be reported directly, by how that went."""
    where = MAJOR
    if limit.since:
        where &= Q(case__opened_on__gte=limit.since)
    if state == "never":
        where &= ~_reported()
    elif state == "late":
        where &= _reported(late=True)
    elif state == "reported":
        where &= _reported()
    return where


@dataclass(frozen=True)
class DirectRow:
    hazard: Hazard
    report: DirectReport | None
    #: Copies signed for, of all.
    signed: int
    copies: int
    #: Nobody reported it, and the limit has passed.
    hidden: bool

    @property
    def pk(self) -> UUID:
        pk: UUID = self.hazard.pk
        return pk


def direct(
    by: Actor, asked: Any, params: Any, limit: InForce, at: datetime
) -> tuple[Page[Hazard], list[DirectRow]]:
    where = direct_where(asked["state"], limit) & within(asked["area"])
    page = hazards.page_where(by, where, FOUND, params)
    reports = {
        row.pk: row
        for row in DirectReport.objects.filter(hazard__in=[row.pk for row in page.rows])
        .select_related("unit")
        .prefetch_related("copies")
    }
    rows = []
    for hazard in page.rows:
        report = reports.get(hazard.pk)
        copies = list(report.copies.all()) if report else []
        hidden = report is None and limit.overdue(hazard.case.opened_on, at)
        signed = sum(copy.received_at is not None for copy in copies)
        rows.append(DirectRow(hazard, report, signed, len(copies), hidden))
    return page, rows


def direct_count(by: Actor, state: str, limit: InForce) -> int:
    """How many, as the list shows them; at most COUNT_MAX + 1."""
    rows = Hazard.objects.filter(direct_where(state, limit))
    return worklist.count(rows, policy.branches("hazard.view", by))


def _told(side: str, period: Period) -> Q:
    rows = DualReport.objects.filter(side=side, start=period.start, end=period.end)
    return Q(pk__in=rows.values("hazard"))


def dual_where(period: Period, owed: bool) -> Q:
    """Major hazards of enterprises that were open in the period."""
    where = MAJOR & Q(enterprise__isnull=False, case__opened_on__lte=period.end)
    where &= Q(case__closed_on=None) | Q(case__closed_on__gte=period.start)
    if owed:
        where &= ~(_told(Side.REGULATOR, period) & _told(Side.CONGRESS, period))
    return where


@dataclass(frozen=True)
class DualRow:
    hazard: Hazard
    regulator: DualReport | None
    congress: DualReport | None

    @property
    def pk(self) -> UUID:
        pk: UUID = self.hazard.pk
        return pk


def dual(by: Actor, asked: Any, params: Any, period: Period) -> tuple[Page[Hazard], list[DualRow]]:
    where = dual_where(period, bool(asked["owed"])) & within(asked["area"])
    page = hazards.page_where(by, where, FOUND, params)
    told = _by_side([row.pk for row in page.rows], period)
    return page, [
        DualRow(row, told.get((row.pk, Side.REGULATOR)), told.get((row.pk, Side.CONGRESS)))
        for row in page.rows
    ]


def _by_side(pks: Sequence[UUID], period: Period) -> dict[tuple[UUID, str], DualReport]:
    rows = DualReport.objects.filter(hazard__in=pks, start=period.start, end=period.end)
    return {(row.hazard_id, row.side): row for row in rows}


def dual_count(by: Actor, period: Period) -> int:
    rows = Hazard.objects.filter(dual_where(period, owed=True))
    return worklist.count(rows, policy.branches("hazard.view", by))


def is_over(period: Period, today: date) -> bool:
    return period.end < today
