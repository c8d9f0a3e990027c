"""Reading what stands over hazards: who holds a listing, who stays there, what was achieved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from anlan.base.actor import Actor
from anlan.base.paths import below
from anlan.domain.hazards import queries as hazards
from anlan.domain.hazards.models import Grade, Hazard
from anlan.domain.supervision import terms
from anlan.domain.supervision.commands.reports import DUAL_FILES
from anlan.domain.supervision.commands.teams import LOG_FILES
from anlan.domain.supervision.loop import MOVED_OUT, RESIDENT_DAYS
from anlan.domain.supervision.models import (
    DirectCopy,
    DirectReport,
    DualReport,
    Escalation,
    LogEntry,
    Member,
    Side,
    Team,
)
from anlan.domain.supervision.terms import InForce
from anlan.kernel.accounts import policy, readers
from anlan.kernel.calendar.periods import Period
from anlan.kernel.facts.figures import Query, figures
from anlan.kernel.loop.commands.checking import BOTH_LINES
from anlan.kernel.loop.models import Listing, Party
from anlan.kernel.papers.models import Attachment
from anlan.kernel.regions.models import Region
from anlan.ui.keyset import Keyset, Page

BY_DUE = Keyset.by("due_on", "pk")
LISTED_ON = Keyset.by("-listed_on", "pk")
ENTRIES = Keyset.by("-day", "-pk")


def listings(by: Actor, asked: Any, order: Keyset, params: Any) -> Page[Listing]:
    """What is under listed supervision now, of what one may see."""
    seen = hazards.visible(by).filter(case__listed=True)
    if code := asked["area"]:
        region = Region.objects.filter(code=code).first()
        seen = seen.filter(below(region.path, "case__path") if region else policy.NOTHING)
    rows = Listing.objects.filter(status__in=Listing.STANDING, case__in=seen.values("pk"))
    if level := asked["level"]:
        rows = rows.filter(level=level)
    if asked["waits"]:
        waiting = _to_decide(by)
        rows = rows.filter(case__in=waiting.values("hazard"))
    if asked["team"]:
        rows = rows.filter(case__in=Team.objects.filter(until=None).values("hazard"))
    wanted = rows.select_related(
        "supervisor", "case__area", "case__hazard__enterprise"
    ).annotate(
        moved=_of_entries(Sum("moved_out")), days=_of_entries(Count("pk")),
        ups=_count(Escalation.objects.filter(hazard=OuterRef("case"), accepted=True), "hazard"),
        waits=_count(Escalation.objects.filter(hazard=OuterRef("case"), accepted=None), "hazard"),
    )  # fmt: skip
    return order.page(wanted, params)


def _of_entries(what: Any) -> Any:
    rows = LogEntry.objects.filter(team__hazard=OuterRef("case"), withdrawn_at=None)
    summed = rows.order_by().values("team__hazard").annotate(n=what).values("n")
    return Coalesce(Subquery(summed, output_field=IntegerField()), 0)


def _count(rows: QuerySet[Any], group: str) -> Any:
    counted = rows.order_by().values(group).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _to_decide(by: Actor) -> QuerySet[Escalation]:
    rows = Escalation.objects.filter(accepted=None)
    return policy.permitted(rows, "escalation.decide", by)


@dataclass
class Stay:
    """A team with its people and its log."""

    team: Team
    members: list[Member]
    entries: list[LogEntry]
    files: dict[str, list[Attachment]]

    @property
    def standing(self) -> list[LogEntry]:
        return [row for row in self.entries if row.withdrawn_at is None]

    @property
    def moved_out(self) -> int:
        return sum(row.moved_out for row in self.standing)

    @property
    def days(self) -> int:
        return len(self.standing)


@dataclass
class Over:
    """What stands over one hazard."""

    listings: list[Listing]
    escalations: list[Escalation]
    stays: list[Stay]
    direct: DirectReport | None
    copies: list[DirectCopy]
    duals: list[DualReport]
    dual_files: dict[str, list[Attachment]]
    #: Periods that owe dual reports, the latest first; none where no period is set.
    owed: list[Period]
    terms: InForce
    #: The territory's line and the sector's, where it was given to both.
    lines: list[Party]

    @property
    def dual_rows(self) -> list[tuple[Period, DualReport | None, DualReport | None]]:
        """By period: what the regulator and what the workers' congress was told."""
        told = {(row.start, row.end, row.side): row for row in self.duals}
        return [
            (
                period,
                told.get((period.start, period.end, Side.REGULATOR)),
                told.get((period.start, period.end, Side.CONGRESS)),
            )
            for period in self.owed
        ]

    @property
    def listing(self) -> Listing | None:
        return next((row for row in self.listings if row.status in Listing.STANDING), None)

    @property
    def waiting(self) -> Escalation | None:
        return next((row for row in self.escalations if row.accepted is None), None)

    @property
    def resident(self) -> Stay | None:
        return next((stay for stay in self.stays if stay.team.until is None), None)

    @property
    def moved_out(self) -> int:
        return sum(stay.moved_out for stay in self.stays)

    @property
    def days(self) -> int:
        return sum(stay.days for stay in self.stays)


def over(hazard: Hazard, today: date) -> Over:
    """The number of statements is constant."""
    rows = Listing.objects.filter(case=hazard.pk).select_related("supervisor").order_by("pk")
    wishes = Escalation.objects.filter(hazard=hazard).select_related(
        "from_unit", "to_unit", "listing", "taken_over"
    )
    case, limit = hazard.case, terms.in_force()
    direct = DirectReport.objects.filter(hazard=hazard).select_related("unit").first()
    copies = DirectCopy.objects.filter(report=hazard.pk).select_related("unit").order_by("level")
    duals = list(DualReport.objects.filter(hazard=hazard).order_by("-start", "side"))
    is_major = case.kind == "hazard" and case.grade == Grade.MAJOR
    return Over(
        listings=list(rows),
        escalations=list(wishes.order_by("asked_at")),
        stays=_stays(hazard),
        direct=direct,
        copies=list(copies),
        duals=duals,
        dual_files=_files(DUAL_FILES, [row.pk for row in duals]),
        owed=limit.owed(case.opened_on, case.closed_on, today) if is_major else [],
        terms=limit,
        lines=list(
            Party.objects.filter(case=case, role__in=BOTH_LINES, until=None)
            .select_related("unit")
            .order_by("-role")
        ),
    )


def _stays(hazard: Hazard) -> list[Stay]:
    teams = list(Team.objects.filter(hazard=hazard).order_by("-since", "-pk"))
    members = list(Member.objects.filter(team__in=teams).order_by("since", "pk"))
    entries = list(LogEntry.objects.filter(team__in=teams).order_by("-day", "-at"))
    files = _files(LOG_FILES, [row.pk for row in entries])
    return [
        Stay(
            team,
            [row for row in members if row.team_id == team.pk],
            [row for row in entries if row.team_id == team.pk],
            files,
        )
        for team in teams
    ]


def _files(of: str, pks: Sequence[UUID]) -> dict[str, list[Attachment]]:
    """Files by the row that they hang on."""
    found: dict[str, list[Attachment]] = {}
    rows = Attachment.objects.filter(
        object_type=of, object_id__in=[str(pk) for pk in pks], withdrawn_at=None
    )
    for file in rows.order_by("id"):
        found.setdefault(file.object_id, []).append(file)
    return found


def figures_of(by: Actor, area: Region, period: Period, at: datetime) -> dict[str, int]:
    """People moved out and days with a team, from the ledger, in an area that ``by`` covers."""
    sectors = readers.demand(by, area, at)
    query = Query(
        kinds=[MOVED_OUT.code, RESIDENT_DAYS.code], areas=[area.pk], periods=[period], at=at,
        where=readers.where_of(sectors),
    )  # fmt: skip
    return {cell.kind: cell.value or 0 for cell in figures(query)}


def entries(
    by: Actor, area: Region, start: date, end: date, params: Any, at: datetime
) -> Page[LogEntry]:
    """The log entries that make up those figures."""
    sectors = readers.demand(by, area, at)
    where = Q(day__gte=start, day__lte=end, withdrawn_at=None)
    where &= below(area.path, "team__hazard__case__path")
    if sectors is not None:
        where &= Q(team__hazard__case__sector__in=sectors)
    rows = LogEntry.objects.filter(where).select_related(
        "team__hazard__case__area", "team__hazard__enterprise"
    )
    return ENTRIES.page(rows, params)
