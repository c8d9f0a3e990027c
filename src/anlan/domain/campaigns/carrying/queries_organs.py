"""Reading who carries a campaign: its bodies with their heads, plans and progress."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from urllib.parse import quote, urlencode

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.base.refusal import NotFound
from anlan.domain.campaigns import queries
from anlan.domain.campaigns.models import Campaign, Organ, OrganMember, OrganPlan, Plan
from anlan.domain.hazards import overview
from anlan.kernel.accounts import readers, sectors
from anlan.kernel.accounts.models import UnitKind
from anlan.kernel.calendar import periods
from anlan.kernel.facts.figures import Query, figures
from anlan.kernel.loop.models import Party, PartyRole

ROLES = list(OrganMember.Role.values)


def now(day: date) -> Q:
    """Members on a day."""
    return Q(since__lte=day) & (Q(until=None) | Q(until__gte=day))


def ordered(rows: Sequence[OrganMember]) -> list[OrganMember]:
    """Heads first, then as they came."""
    return sorted(rows, key=lambda row: (ROLES.index(row.role), row.pk))


@dataclass
class Body:
    """A body with what a row of the list shows."""

    organ: Organ
    heads: list[OrganMember] = field(default_factory=list)
    members: int = 0
    plans: list[Plan] = field(default_factory=list)
    figures: dict[str, int] = field(default_factory=dict)
    sectors: str = ""


def sectors_of(organ: Organ, names: Mapping[str, str]) -> str:
    return "、".join(names.get(code, code) for code in organ.sectors.split(",") if code)


def bodies(campaign: Campaign, by: Actor, today: date) -> list[Body]:
    """Every body of a campaign, with its head, and how far its plans are: four statements."""
    order = list(Organ.Kind.values)
    organs = sorted(campaign.organs.all(), key=lambda row: (order.index(row.kind), row.since))
    names = sectors.names()
    found = {organ.pk: Body(organ, sectors=sectors_of(organ, names)) for organ in organs}
    for member in OrganMember.objects.filter(now(today), organ__in=list(found)).order_by("pk"):
        body = found[member.organ_id]
        body.members += 1
        if member.role == OrganMember.Role.CHAIR:
            body.heads.append(member)
    plans = queries.plans(by).filter(carried_by__organ__in=list(found))
    for link in OrganPlan.objects.filter(plan__in=plans.values("pk")).select_related("plan__unit"):
        found[link.organ_id].plans.append(link.plan)
    figures = queries.progress(queries.tasks(by), plans, today) if _any_plan(found) else {}
    for body in found.values():
        body.figures = _sum([figures.get(plan.pk, {}) for plan in body.plans])
    return list(found.values())


def _any_plan(found: dict[Any, Body]) -> bool:
    return any(body.plans for body in found.values())


def _sum(rows: Sequence[dict[str, int]]) -> dict[str, int]:
    total: dict[str, int] = defaultdict(int)
    for row in rows:
        for name in queries.FIGURES:
            total[name] += row.get(name, 0)
    return dict(total)


# --- central units -------------------------------------------------------------------------


@dataclass(frozen=True)
class Central:
    """A central unit that works in the area, with the tasks that it has of a campaign."""

    name: str
    tasks: int
    closed: int
    late: int
    href: str


def _central() -> QuerySet[Party]:
    return Party.objects.filter(role=PartyRole.RECTIFIER, until=None, unit__kind=UnitKind.CENTRAL)


def central(campaign: Campaign, by: Actor, today: date) -> list[Central]:
    """Which of them carry tasks of a campaign, in one statement."""
    seen = queries.tasks(by).filter(queries.in_campaign(campaign.pk)).exclude(case__state="void")
    found = (
        _central().filter(case__in=seen.values("case")).order_by("unit__name", "unit__code")
        .values("unit__code", "unit__name")
        .annotate(tasks=Count("pk"), closed=Count("pk", filter=Q(case__state="closed")),
                  late=Count("pk", filter=queries.late(today)))
    )  # fmt: skip
    base = reverse("campaigns:tasks")
    return [
        Central(row["unit__name"], row["tasks"], row["closed"], row["late"],
                f"{base}?central=1&campaign={campaign.pk}&unit={quote(row['unit__code'])}")
        for row in found
    ]  # fmt: skip


# --- figures of a body's sectors -----------------------------------------------------------

#: What is counted of the hazards of its sectors, and under which name.
COUNTED = {
    overview.FOUND: _("Found"), overview.SETTLED: _("of these settled"),
    overview.OPEN: _("Open"), overview.OVERDUE: _("Overdue"),
}  # fmt: skip


@dataclass(frozen=True)
class SectorFigures:
    """What the ledger counts of a sector in the campaign's days, each with what opens it."""

    name: str
    href: str
    cells: Sequence[tuple[Any, int | None, str]]


def sector_figures(organ: Organ, by: Actor, at: datetime) -> list[SectorFigures]:
    """Of the body's sectors whose figures the reader may see, in one reading of the ledger."""
    campaign, today = organ.campaign, timezone.localdate(at)
    codes = [code for code in organ.sectors.split(",") if code]
    start = max(campaign.starts_on, organ.since)
    end = min(day for day in (today, campaign.ends_on, organ.until) if day is not None)
    if not codes or end < start:
        return []
    try:
        covered = readers.covered(by, campaign.area)
    except NotFound:
        return []
    codes = [code for code in codes if covered is None or code in covered]
    if not codes:
        return []
    period = periods.span(start, end)
    read = figures(
        Query(kinds=list(COUNTED), areas=[campaign.area_id], periods=[period], at=at,
              by=("sector",), where={"sector": codes})
    )  # fmt: skip
    found = {(cell.labels["sector"], cell.kind): cell.value for cell in read}
    names, area = sectors.names(), campaign.area.code
    records, hazards = reverse("overview:records"), reverse("hazards:list")
    rows = []
    for code in codes:
        asked = {"area": area, "period": period.code, "sector": code}
        cells = [
            (label, found.get((code, kind), 0), f"{records}?{urlencode({'kind': kind, **asked})}")
            for kind, label in COUNTED.items()
        ]
        href = f"{hazards}?{urlencode({'sector': code, 'area': area})}"
        rows.append(SectorFigures(names.get(code, code), href, cells))
    return rows
