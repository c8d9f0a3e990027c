"""Reading accidents: a list by filter, what stands around one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import and_
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from anlan.base import textindex
from anlan.base.actor import Actor
from anlan.base.lookups import Ids
from anlan.base.paths import below
from anlan.domain.accidents import chain, search
from anlan.domain.accidents.columns import GROUPS
from anlan.domain.accidents.loop import ACCIDENT, KIND
from anlan.domain.accidents.models import (
    Accident,
    Clock,
    Finding,
    Inquiry,
    Nature,
    Report,
    Scope,
    Wish,
)
from anlan.domain.accidents.work import ROW
from anlan.kernel.accounts import policy
from anlan.kernel.loop.models import Event
from anlan.kernel.loop.registers import Register
from anlan.kernel.loop.worklist import Wanted
from anlan.kernel.regions.models import Region
from anlan.ui.keyset import Keyset, Page

#: What an accident has of its own, each with an index, and what is usual: no short way to those.
OWN = {"scope": Scope.WORK, "nature": Nature.GENERAL, "type": ""}
#: Steps whose reasons tell what is suspected, and who told of it.
SUSPICIONS = ("finding", "judge")
#: Rows that a page shows of each kind of thing beside it.
AROUND_MAX = 200
PLAIN = {
    "scope": "scope", "nature": "nature", "type": "type", "state": "case__state",
    "sector": "case__sector", "on_from": "case__opened_on__gte", "on_to": "case__opened_on__lte",
    "batch": "case__batch_id",
}  # fmt: skip


def visible(by: Actor) -> QuerySet[Accident]:
    return policy.permitted(Accident.objects.all(), "accidents.view", by)


def page(by: Actor, asked: Any, order: Keyset, params: Any, today: date) -> Page[Accident]:
    """A page of the accidents that one may see, as ``asked`` narrows them, in ``order``."""
    where, words = conditions(by, asked, today), search.INDEX.conditions(asked["q"] or "")
    narrow = [*(one for one in words if textindex.is_narrow(one)), *_few(asked)]
    where = reduce(and_, [where, *narrow])
    # To look whether a row holds a common text takes longer than all the rest.
    common = reduce(and_, [one for one in words if one not in narrow], Q())
    if not order.keys[0].field.startswith("case__"):
        # Ordered by a column of its own, which the cases alone don't have.
        where &= Q(**{f"{order.keys[0].field}__isnull": False})

    def wanted() -> Wanted:
        return Wanted(where, policy.branches("accidents.view", by), last=common or None)

    return REGISTER.page_of(wanted, order, params)


def _few(asked: Any) -> list[Q]:
    """The accidents themselves, where a column of their own leaves but few.

    To look for those through all cases of a place takes as long as the register is.
    """
    found = []
    for name, usual in OWN.items():
        if (value := asked[name]) and value != usual:
            # SQLite takes an index on some rows only where its condition is asked for in so many
            # words.
            rare = Accident.objects.filter(**{name: value}).exclude(**{name: usual})
            rows = list(rare.values_list("pk", flat=True)[: textindex.RARE_HITS_MAX + 1])
            if len(rows) <= textindex.RARE_HITS_MAX:
                found.append(Q(pk__any_of=Ids(rows)))
    return found


def narrowed(by: Actor, asked: Any, today: date) -> QuerySet[Accident]:
    """All that one may see of a list as its address asks."""
    words = search.INDEX.conditions(asked["q"] or "")
    return visible(by).filter(conditions(by, asked, today), *words)


def conditions(by: Actor, asked: Any, today: date) -> Q:
    """All that narrows a list but its search; what was entered by mistake shows when asked for."""
    where = Q(case__kind=KIND)
    if code := asked["area"]:
        region = Region.objects.filter(code=code).first()
        where &= below(region.path, "case__path") if region else policy.NOTHING
    for name, column in PLAIN.items():
        if value := asked[name]:
            where &= Q(**{column: value})
    if grade := str(asked["grade"] or ""):
        codes = GROUPS.get(grade, ("" if grade == "none" else grade,))
        where &= Q(case__grade__in=codes)
    if not asked["state"]:
        where &= ~Q(case__state="void")
    elif ACCIDENT.is_open(asked["state"]):
        where &= Q(case__is_open=True)
    if asked["late"]:
        where &= Q(case__unsettled=True, case__due_on__lt=today)
    if asked["suspected"]:
        open_ones = Finding.objects.filter(status=Finding.Status.SUSPECTED)
        where &= Q(pk__in=open_ones.values("accident")) & policy.rule_of("accidents.findings", by)
    return where


def rows_of(pks: Sequence[UUID]) -> list[Accident]:
    """The accidents with these keys, as a list shows them, in any order."""
    return list(Accident.objects.filter(pk__in=pks).select_related(*ROW))


REGISTER: Register[Accident] = Register(Accident, (KIND,), rows_of)


@dataclass
class Around:
    """What the page of an accident shows beside it."""

    reports: list[Report]
    clocks: list[Clock]
    findings: list[Finding]
    wishes: list[Wish]
    events: list[Event]
    people: int
    inquiry: Inquiry | None

    @property
    def asked(self) -> Wish | None:
        return next((wish for wish in self.wishes if wish.granted is None), None)

    @property
    def running(self) -> Clock | None:
        return next((clock for clock in self.clocks if clock.done_at is None), None)

    @property
    def suspected(self) -> list[Finding]:
        return [row for row in self.findings if row.status == Finding.Status.SUSPECTED]


def around(row: Accident, *, whole: bool = True) -> Around:
    """``whole``: with what is suspected of its reporting, and what was said of that."""
    events = Event.objects.filter(case=row.pk)
    findings = row.findings.select_related("clock")
    if not whole:
        events, findings = events.exclude(step__in=SUSPICIONS), findings.none()
    return Around(
        reports=list(row.reports.select_related("unit").order_by("-seq")[:AROUND_MAX]),
        clocks=chain.of(row.pk),
        findings=list(findings.order_by("pk")[:AROUND_MAX]),
        wishes=list(row.wishes.order_by("-asked_at")[:AROUND_MAX]),
        events=list(events.order_by("-seq")[:AROUND_MAX]),
        people=row.casualties.count(),
        inquiry=Inquiry.objects.select_related("case").filter(accident=row).first(),
    )
