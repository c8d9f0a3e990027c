"""Tasks that count in two campaigns, parts of a campaign with days of their own, counters.

    share_lines(campaign, plan, [line, …], by=by, at=at, request_id=request_id)

Who keeps a campaign says which tasks of others count in it: nothing of the others changes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Unpack
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from anlan.base.ids import uuid7
from anlan.domain.campaigns import queries
from anlan.domain.campaigns.carrying.commands.wanted import text_of, turned
from anlan.domain.campaigns.carrying.refusals import CarryingIncomplete
from anlan.domain.campaigns.commands.campaigns import campaign_within
from anlan.domain.campaigns.commands.terms import LINES_MAX, NewCampaign
from anlan.domain.campaigns.models import (
    NAME_CHARS_MAX,
    Campaign,
    Counter,
    Line,
    Plan,
    SharedLine,
    Target,
    Task,
)
from anlan.domain.campaigns.progress import counting
from anlan.kernel.accounts import policy
from anlan.kernel.loop import plain
from anlan.kernel.loop.plain import Call

#: How long a part may last, and what it may count.
DAYS_MAX, COUNTERS_MAX = 731, 24
WANTED_MAX = 10**15


def lacks(name: str, reason: Any) -> CarryingIncomplete:
    return CarryingIncomplete(field=name, reason=reason)


# --- tasks of two campaigns ----------------------------------------------------------------


def shareable(plan: Plan) -> QuerySet[Line]:
    """Lines of a plan in force that somebody answers for."""
    tasks = Task.objects.filter(line=OuterRef("pk"), plan=plan)
    rows = Line.objects.filter(Exists(tasks), plan=plan)
    return rows.order_by("place", "pk")


@transaction.atomic(durable=True)
def share_lines(
    pk: UUID, plan: UUID, lines: Sequence[UUID], *, seen: int | None = None, **call: Unpack[Call]
) -> UUID:
    """Of another campaign's plan, the lines whose tasks count in this campaign as well.

    lines:  all of that plan that shall count here; others of it count here no more.
    """
    given = {"plan": plan, "lines": sorted(lines)}
    row, claim = plain.begin(Campaign.objects.all(), "campaigns.edit", pk, given, **call)
    if claim.repeated:
        return pk
    drawn = Plan.objects.exclude(status=Plan.Status.DRAFT)
    source = policy.access(drawn, "plans.view", claim.by, plan, at=claim.at)
    row = turned(pk, seen)
    if source.campaign_id == pk:
        raise lacks("lines", _("Its tasks are this campaign’s own already."))
    wanted = set(lines)
    if len(wanted) > LINES_MAX or not wanted <= set(shareable(source).values_list("pk", flat=True)):
        raise lacks("lines", _("Choose lines of that plan that are tasks."))
    standing = SharedLine.objects.filter(campaign=row, line__plan=source)
    had = set(standing.values_list("line", flat=True))
    for shared in standing:
        if shared.line_id not in wanted:
            shared.delete()
    SharedLine.objects.bulk_create(
        SharedLine(campaign=row, line_id=line, made_at=claim.at, made_by=claim.by.name)
        for line in sorted(wanted - had)
    )
    claim.record(
        "campaigns.share", "campaign", pk, before={"plan": source.title, "lines": _ids(had)},
        after={"plan": source.title, "lines": _ids(wanted)},
    )  # fmt: skip
    return claim.done(pk)


def _ids(lines: set[UUID]) -> list[str]:
    return sorted(str(line) for line in lines)


# --- a part of a campaign ------------------------------------------------------------------


@dataclass(frozen=True)
class NewPart:
    """A part of a campaign: so many days from a day on, the first one counted."""

    parent: UUID
    unit: int
    title: str
    starts_on: date
    days: int
    basis: str = ""
    pk: UUID = field(default_factory=uuid7, repr=False)


@transaction.atomic(durable=True)
def make_part(new: NewPart, **call: Unpack[Call]) -> UUID:
    """A campaign of its own, with plans, tasks and meetings; within the days of another one."""
    claim = plain.claim("campaigns.make", {"part": new}, **call)
    if claim.repeated:
        return claim.answer[0]
    if not 1 <= new.days <= DAYS_MAX:
        raise lacks("days", _("Choose from 1 to %(n)d days.") % {"n": DAYS_MAX})
    try:
        last = new.starts_on + timedelta(new.days - 1)
    except OverflowError:
        raise lacks("starts_on", _("Choose a day within the campaign.")) from None
    whole = NewCampaign(
        unit=new.unit, title=new.title, starts_on=new.starts_on, ends_on=last, pk=new.pk,
        basis=new.basis, parent=new.parent,
    )  # fmt: skip
    return campaign_within(whole, claim)


# --- what it counts ------------------------------------------------------------------------


@dataclass(frozen=True)
class NewCounter:
    """What is counted: a kind of fact with its labels, or what a target counts."""

    name: str
    counted: str = ""
    where: Mapping[str, Sequence[str]] = field(default_factory=dict)
    target: int | None = None
    wanted: int | None = None
    is_ceiling: bool = False


@transaction.atomic(durable=True)
def set_counters(
    pk: UUID, rows: Sequence[NewCounter], *, seen: int | None = None, **call: Unpack[Call]
) -> UUID:
    """All that the campaign counts, in its order."""
    given = {"rows": list(rows)}
    row, claim = plain.begin(Campaign.objects.all(), "campaigns.edit", pk, given, **call)
    if claim.repeated:
        return pk
    row = turned(pk, seen)
    if len(rows) > COUNTERS_MAX:
        raise lacks("rows", _("A campaign counts at most %(n)d things.") % {"n": COUNTERS_MAX})
    before = [_told(one) for one in row.counters.order_by("place")]
    kept = set(row.counters.values_list("target", flat=True))
    made = [_counter(row, n, new) for n, new in enumerate(rows)]
    fresh = {one.target_id for one in made if one.target_id} - kept
    offered = countable(row, queries.plans(claim.by)).filter(pk__in=fresh)
    if len(fresh) != offered.count():
        raise lacks("rows", _("Choose a target of a plan in force that the ledger counts."))
    row.counters.all().delete()
    Counter.objects.bulk_create(made)
    after = [_told(one) for one in made]
    claim.record("campaigns.count", "campaign", pk, before={"rows": before}, after={"rows": after})
    return claim.done(pk)


def countable(campaign: Campaign, plans: QuerySet[Plan]) -> QuerySet[Target]:
    """Targets that the ledger counts, of the campaign's plans and of those of its parent."""
    of = plans.exclude(status=Plan.Status.DRAFT).order_by()
    of = of.filter(campaign__in=[campaign.pk, campaign.parent_id or campaign.pk])
    return Target.objects.filter(line__plan__in=of.values("pk"), kind="number").exclude(counted="")


def _counter(row: Campaign, n: int, new: NewCounter) -> Counter:
    name = text_of(new.name, f"name_{n}", _("Write what is counted."), NAME_CHARS_MAX)
    where = {label: list(values) for label, values in new.where.items() if values}
    if (new.target is None) == (not new.counted):
        raise lacks(f"what_{n}", _("Choose what counts it."))
    if new.counted and counting.counting(new.counted, where) is None:
        raise lacks(f"what_{n}", _("Choose what counts it."))
    for label, values in where.items():
        if label not in counting.LABELS or not set(values) <= set(counting.values_of(label)):
            raise lacks(f"{label}_{n}", _("Choose from the list to what it is narrowed."))
    if new.wanted is not None and not 0 <= new.wanted <= WANTED_MAX:
        raise lacks(f"wanted_{n}", _("Write a number from 0 up, without a sign."))
    return Counter(
        campaign=row, place=n, name=name, counted=new.counted, counted_where=where,
        target_id=new.target, wanted=new.wanted, is_ceiling=new.is_ceiling,
    )  # fmt: skip


def _told(one: Counter) -> str:
    parts = [one.name, one.counted, one.counted_where or "", one.target_id, one.wanted,
             one.is_ceiling or ""]  # fmt: skip
    return " · ".join(str(part) for part in parts if part not in (None, ""))
