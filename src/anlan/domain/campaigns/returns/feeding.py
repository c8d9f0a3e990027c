"""Figures of returns that count targets: declared facts of what was accepted, as it stands.

A figure either adds up (each return says how much more) or stands (each says how much by now, so
that the newest takes the place of those before). Facts bear the return as their case, so a sum
opens down to it, and what is sent back is reversed by it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anlan.base import bulk
from anlan.base.actor import Actor
from anlan.domain.campaigns.models import Duty, Feed, Filing, Plan, Return, Target
from anlan.domain.campaigns.progress.facts import DECLARED, DEPTH, TARGET, Declared, depth_of
from anlan.kernel.accounts import policy
from anlan.kernel.facts import ledger, sql
from anlan.kernel.facts.intern import labels_of
from anlan.kernel.facts.ledger import NewFact
from anlan.kernel.facts.models import Fact

MODES: dict[str, str | Promise] = {
    "adds": _("each return says how much more: they are added up"),
    "stands": _("each return says how much by now: the newest of a unit counts"),
}
#: Accepted filings that one choice of a target counts anew.
FILINGS_MAX = 20_000
#: Returns that the page behind a target lists.
ENTRIES_MAX = 500


@dataclass(frozen=True)
class _Said:
    """What one accepted return says of a target, in its smallest unit."""

    case: UUID
    unit: int
    area: int
    day: date
    due: date
    value: int


def settle(duties: Collection[UUID], units: Collection[int] | None, at: datetime) -> None:
    """Make the facts say what the accepted returns say: of these duties, of these units or all.

    Only what differs is reversed and posted, so a repeat does nothing. The caller holds the duties.
    """
    # What they fed before, too: where one says nothing any more, another's may stand again.
    fed = set(Feed.objects.filter(figure__duty__in=duties).values_list("target", flat=True))
    # Another duty's returns may count the same target: one after the other.
    targets = Target.objects.filter(pk__in=fed).order_by("pk")
    list(targets.select_for_update(of=("self",), no_key=True).values_list("pk"))
    # A target may be fed by a duty of this year and by the one of last year.
    feeds = list(
        Feed.objects.filter(ended_at=None, target__in=fed)
        .select_related("figure__duty__plan", "target").order_by("pk")
    )  # fmt: skip
    touched = {feed.figure.duty_id for feed in feeds} | set(duties)
    returns = Return.objects.filter(duty__in=touched)
    if units is not None:
        returns = returns.filter(unit__in=units)
    wanted = _wanted(feeds, returns)
    have = _standing(returns)
    differ = [pk for pk in wanted.keys() | have.keys() if wanted.get(pk, {}) != have.get(pk, {})]
    for cases in bulk.slices(sorted(differ), 500):
        ledger.reverse(case_ids=cases, kinds=[DECLARED.code], at=at)
    facts = [
        NewFact(DECLARED.code, {TARGET: target, DEPTH: depth}, area, day, quantity, pk,
                unit_id=unit)
        for pk in differ
        for (target, depth, unit, area, day), quantity in wanted.get(pk, {}).items()
    ]  # fmt: skip
    ledger.post(facts, at=at)


#: By case, entries: target, depth, unit, area, day → quantity.
_Entries = dict[UUID, dict[tuple[str, str, int, int, date], int]]


def _wanted(feeds: Iterable[Feed], returns: Any) -> _Entries:
    found: _Entries = defaultdict(lambda: defaultdict(int))
    by_target: dict[int, list[Feed]] = defaultdict(list)
    for feed in feeds:
        by_target[feed.target_id].append(feed)
    for mine in by_target.values():
        target, said = mine[0].target, [one for feed in mine for one in _said(feed, returns)]
        depth = str(depth_of(mine[0].figure.duty.plan))
        units: dict[int, list[_Said]] = defaultdict(list)
        # Of several that were filed ahead on one day, the one due last is the newest.
        for one in sorted(said, key=lambda one: (one.day, one.due, one.case)):
            units[one.unit].append(one)
        for rows in units.values():
            for n, one in enumerate(rows):
                place = (str(target.pk), depth, one.unit, one.area)
                found[one.case][*place, one.day] += one.value
                if mine[0].mode == "stands" and n + 1 < len(rows):
                    found[one.case][*place, rows[n + 1].day] -= one.value
    return {
        pk: kept for pk, entries in found.items()
        if (kept := {key: value for key, value in entries.items() if value})
    }  # fmt: skip


def _said(feed: Feed, returns: Any) -> list[_Said]:
    rows = Filing.objects.filter(
        status=Filing.Status.ACCEPTED, case__duty=feed.figure.duty_id, case__in=returns.values("pk")
    ).exclude(case__case__state="void")  # fmt: skip
    key, scale = str(feed.figure_id), 10**feed.target.digits
    return [
        # Filed ahead of its day it counts at once; filed late, for the day that it was due.
        _Said(pk, unit, area, min(day, due), due, figures[key] * scale)
        for pk, unit, area, day, due, figures in rows.values_list(
            "case", "case__unit", "case__case__area", "day", "case__due_on", "figures"
        )
        if key in figures
    ]


def _standing(returns: Any) -> _Entries:
    facts = ledger.standing(Q(kind__code=DECLARED.code, case_id__in=returns.values("pk")))
    found: _Entries = defaultdict(dict)
    for pk, key, unit, area, day, quantity in facts.order_by().values_list(
        "case_id", "labels__key", "unit_id", "area_id", "day", "quantity"
    ):
        assert pk is not None, "found by its case"
        assert unit is not None, "posted for a unit"
        labels = labels_of(key)
        place = (labels[TARGET], labels[DEPTH], unit, area, day)
        found[pk][place] = found[pk].get(place, 0) + quantity
    return found


# --- reading -------------------------------------------------------------------------------


def feeds_of(duty: Duty) -> dict[int, Feed]:
    """By figure of a duty, what it counts."""
    rows = Feed.objects.filter(figure__duty=duty, ended_at=None)
    return {row.figure_id: row for row in rows.select_related("target__line")}


def fed(targets: Iterable[int]) -> set[int]:
    """Of these targets, those that a reporting duty counts: nobody types them beside."""
    rows = Feed.objects.filter(target__in=list(targets), ended_at=None)
    return set(rows.values_list("target", flat=True))


def sums(targets: Collection[int], unit: int | None = None) -> dict[int, Declared]:
    """By target, what accepted returns say together, and of how many units; two statements."""
    feeds = Feed.objects.filter(target__in=targets, ended_at=None)
    which = dict(feeds.values_list("target", "figure__duty"))
    if not which:
        return {}
    returns = Return.objects.filter(duty__in=set(feeds.values_list("figure__duty", flat=True)))
    if unit is not None:
        returns = returns.filter(unit=unit)
    facts = Fact.objects.filter(kind__code=DECLARED.code, case_id__in=returns.values("pk"))
    total: dict[int, int] = defaultdict(int)
    units: dict[int, set[int | None]] = defaultdict(set)
    for key, unit_id, n in (
        facts.order_by().values_list("labels__key", "unit_id").annotate(n=Sum("quantity"))
    ):
        target = int(labels_of(key)[TARGET])
        total[target] += n
        if n:
            units[target].add(unit_id)
    return {pk: Declared(total[pk], len(units[pk])) for pk in which}


@dataclass(frozen=True)
class Entry:
    """What one accepted return counts of a target by now."""

    pk: UUID
    title: str
    unit: str
    day: date
    value: int
    who: str


def entries(target: Target) -> list[Entry]:
    """The newest entries behind a target's sum, by return: all that isn't nothing by now."""
    feeds = Feed.objects.filter(target=target, ended_at=None)
    returns = Return.objects.filter(duty__in=feeds.values("figure__duty"))
    facts = Fact.objects.filter(
        sql.labelled(TARGET, [str(target.pk)]), kind__code=DECLARED.code,
        case_id__in=returns.values("pk"),
    )  # fmt: skip
    said = facts.order_by().values_list("case_id").annotate(n=Sum("quantity")).exclude(n=0)
    values = dict(said)
    shown = (
        returns.filter(pk__in=list(values)).select_related("duty", "unit")
        .order_by("-due_on", "unit__path", "pk")[:ENTRIES_MAX]
    )  # fmt: skip
    who = dict(
        Filing.objects.filter(case__in=[row.pk for row in shown], status=Filing.Status.ACCEPTED)
        .values_list("case", "who")
    )  # fmt: skip
    return [
        Entry(row.pk, row.duty.title, row.unit.name, row.due_on, values[row.pk],
              who.get(row.pk, ""))
        for row in shown
    ]  # fmt: skip


def seen(target: Target, by: Actor) -> list[UUID]:
    """The returns behind a target that the reader may open."""
    pks = [one.pk for one in entries(target)]
    rows = policy.permitted(Return.objects.filter(pk__in=pks), "returns.view", by)
    return list(rows.values_list("pk", flat=True))


def choices(plan: Plan) -> list[Target]:
    """Numbers of the plan's lines, its own or given to it, that the ledger doesn't count."""
    mine = Q(line__plan=plan) | Q(line__tasks__plan=plan)
    rows = Target.objects.filter(mine, counted="", value__isnull=False, kind="number").distinct()
    return list(rows.select_related("line").order_by("line__place", "place"))


def disagreeing() -> list[str]:
    """Returns whose declared facts don't say what was accepted, by number."""
    feeds = list(Feed.objects.filter(ended_at=None).select_related("figure__duty__plan", "target"))
    returns = Return.objects.filter(duty__in=Feed.objects.values("figure__duty"))
    wanted, have = _wanted(feeds, returns), _standing(returns)
    bad = [pk for pk in wanted.keys() | have.keys() if wanted.get(pk, {}) != have.get(pk, {})]
    return list(Return.objects.filter(pk__in=bad).values_list("case__number", flat=True))
