"""Reading hazards: lists by filter, one hazard with all that stands around it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import and_
from typing import Any
from uuid import UUID

from django.db.models import Model, Q, QuerySet, UUIDField

from anlan.base import textindex
from anlan.base.actor import Actor
from anlan.base.limits import PAGE_ROWS
from anlan.base.paths import below
from anlan.base.prepared import Prepared
from anlan.base.statements import Kept, among, filled, given
from anlan.domain.enterprises import queries as enterprises
from anlan.domain.enterprises.models import ObjectKind
from anlan.domain.hazards import search
from anlan.domain.hazards.alike import Alike, alike
from anlan.domain.hazards.loop import LOOPS
from anlan.domain.hazards.models import Hazard, HazardObject, HazardQuerySet, Sighting
from anlan.kernel.accounts import policy
from anlan.kernel.loop import commands as loop
from anlan.kernel.loop import seals, settings
from anlan.kernel.loop.models import Event, Extension, Listing, Party, Proposal
from anlan.kernel.loop.registers import Register
from anlan.kernel.loop.worklist import Wanted
from anlan.kernel.regions.models import Region
from anlan.ui.keyset import Keyset, Page


def visible(by: Actor) -> HazardQuerySet:
    rows: HazardQuerySet = policy.permitted(Hazard.objects.all(), "hazard.view", by)  # type: ignore[assignment]
    return rows


def opened(by: Actor, pk: UUID) -> Hazard:
    """A hazard with what its page shows of it; refused as ``policy.access`` refuses."""
    standing = policy.standing(by, "hazard.view")
    found = _kept.one(
        standing and ("page", standing),
        lambda: visible(by).select_related(*ROW).filter(given("pk", "pk", UUIDField())),
        planned=True,
    ).rows(pk=pk)
    return found[0] if found else policy.access(Hazard.objects.all(), "hazard.view", by, pk)


def page(by: Actor, asked: Any, order: Keyset, params: Any, today: date) -> Page[Hazard]:
    """A page of the hazards that one may see, as ``asked`` narrows them, in ``order``."""
    region = _region(asked)
    words = search.INDEX.conditions(asked["q"]) if asked["q"] else []
    narrow = [one for one in words if textindex.is_narrow(one)]
    # To look whether a row holds a common text takes longer than all the rest.
    common = [one for one in words if one not in narrow]

    def wanted() -> Wanted:
        return Wanted(
            reduce(and_, [_conditions(asked, region, today), *narrow]),
            policy.branches("hazard.view", by),
            last=reduce(and_, common) if common else None,
        )

    standing = policy.standing(by, "hazard.view")
    key: Hashable = None
    # Hits differ from one time to the next, and so do the firms merged into one.
    if standing is not None and not narrow and not asked["enterprise"]:
        path = region and region.path
        key = ("list", standing, today, path, tuple(sorted(asked.values.items())))
    return page_of(wanted, order, params, key)


def page_where(by: Actor, where: Q, order: Keyset, params: Any) -> Page[Hazard]:
    """A page of the hazards that one may see and that fulfil ``where``."""
    return page_of(lambda: Wanted(where, policy.branches("hazard.view", by)), order, params)


def page_of(
    wanted: Callable[[], Wanted], order: Keyset, params: Any, key: Hashable = None
) -> Page[Hazard]:
    """A page of what is wanted, in ``order``; see ``Register.page_of``."""
    return REGISTER.page_of(wanted, order, params, key)


def keys(by: Actor, asked: Any, order: Keyset, today: date) -> QuerySet[Any, UUID]:
    """The keys of all hazards that one may see, as ``asked`` narrows them, in ``order``."""
    words = search.INDEX.conditions(asked["q"]) if asked["q"] else []
    rule = policy.rule_of("hazard.view", by)
    where = reduce(and_, [_conditions(asked, _region(asked), today), *words, rule])
    return REGISTER.keys(where, order)


def _region(asked: Any) -> Region | None:
    code = asked["area"]
    return Region.objects.filter(code=code).first() if code else None


def _conditions(asked: Any, region: Region | None, today: date) -> Q:
    """All that narrows a list but its search."""
    where = Q(case__kind=asked["kind"] or "hazard")
    if asked["area"]:
        where &= below(region.path, "case__path") if region else policy.NOTHING
    plain = {
        "state": "case__state", "grade": "case__grade", "source": "case__source",
        "sector": "case__sector_id", "batch": "case__batch_id",
        "found_from": "case__opened_on__gte",
        "found_to": "case__opened_on__lte", "due_from": "case__due_on__gte",
        "due_to": "case__due_on__lte", "closed_from": "case__closed_on__gte",
        "closed_to": "case__closed_on__lte", "settled_from": "case__settled_on__gte",
        "settled_to": "case__settled_on__lte",
    }  # fmt: skip
    for name, column in plain.items():
        if (value := asked[name]) not in (None, "") and (name, value) != ("sector", "none"):
            where &= Q(**{column: value})
    if (firm := str(asked["enterprise"] or "")) != "":
        where &= Q(enterprise_id__in=_family(firm))
    if asked["sector"] == "none":
        where &= Q(case__sector=None)
    if asked["open"] or asked["state"] in OPEN_STATES:
        where &= Q(case__is_open=True)
    if asked["late"]:
        where &= Q(case__unsettled=True, case__due_on__lt=today, case__suspended_on=None)
    if asked["listed"]:
        where &= Q(case__listed=True, case__is_open=True)
    if kind := asked["object"]:
        where &= _about(kind)
    if not asked["state"]:
        where &= ~Q(case__state="void")
    return where


def _about(kind: str) -> Q:
    """Those that are about objects of a kind; an enterprise as such has no record of its own."""
    if kind == ObjectKind.ENTERPRISE:
        return Q(object_row=None) & ~Q(enterprise=None)
    return Q(pk__in=HazardObject.objects.filter(kind=kind).values("pk"))


#: Where one of these is asked for, the index on open cases serves.
OPEN_STATES = frozenset(
    state
    for machine in LOOPS.values()
    for state in {machine.initial, *(step.target for step in machine.steps)}
    if state and machine.is_open(state)
)

#: Relations that a row of the list shows.
ROW = ("case", "case__area", "case__sector", "case__unit", "enterprise", "object_row")


#: What a list or a worklist shows of them. Reading the rest takes twice as long.
_SHOWN = (
    "description", "object_name", "place",
    *(f"case__{name}" for name in (
        "kind", "number", "state", "grade", "source", "rung", "opened_on", "due_on",
        "due_provisional", "unsettled", "settled_on", "closed_on", "is_open", "listed",
        "suspended_on", "version",
    )),
    "case__area__code", "case__area__name", "case__sector__name", "case__unit__name",
    "enterprise__name", "object_row",
)  # fmt: skip


def _shown() -> QuerySet[Hazard]:
    return (
        Hazard.objects.select_related(*ROW)
        .only(*_SHOWN)
        .filter(among("pk", "pk", PAGE_ROWS, UUIDField()))
    )


def rows_of(pks: Sequence[UUID]) -> list[Any]:
    """The hazards with these keys, as a list shows them, in any order; of more than a list shows,
    a column costs a statement a row. They are read, and made when something of one is asked.
    """
    found: list[Any] = []
    for start in range(0, len(pks), PAGE_ROWS):
        some = filled("pk", pks[start : start + PAGE_ROWS], PAGE_ROWS, NOBODYS)
        found += _rows.lazy(**some)
    return found


_rows = Prepared(_shown)
REGISTER: Register[Hazard] = Register(Hazard, LOOPS, rows_of)


#: The key of no row.
NOBODYS = UUID(int=0)
#: Statements by whom they were built for, and what for.
_kept = Kept(5_000)


@dataclass
class Around:
    """What stands around one hazard."""

    events: list[Event]
    parties: list[Party]
    sightings: list[Sighting]
    extensions: list[Extension]
    listings: list[Listing]
    proposals: list[Proposal]
    reviews: list[Party]
    alike: list[Alike]
    #: The unit that the reader acts for.
    unit_id: int | None = None


def around(hazard: Hazard, by: Actor) -> Around:
    """The history and relations of a hazard; the number of statements is constant.

    Raises RecordBent where it is closed, and somebody changed it in the database (S32).
    """
    case = hazard.case
    seals.demand([case])
    events, parties, sightings, extensions, listings, proposals = (
        statement.rows(case=case.pk) for statement in _kept.all("around", _beside, planned=True)
    )
    return Around(
        events, parties, sightings, extensions, listings, proposals,
        reviews=loop.pending_of(settings.current(case.kind), case, parties),
        alike=alike(hazard, by),
        unit_id=by.unit_id,
    )  # fmt: skip


def _beside() -> list[QuerySet[Any]]:
    def of(model: type[Model]) -> QuerySet[Any]:
        return model._default_manager.filter(given("case", "case", UUIDField()))

    return [
        of(Event).order_by("-seq"),
        of(Party).filter(until=None).select_related("unit"),
        of(Sighting).select_related("batch", "unit").order_by("pk")[:SIGHTINGS_MAX],
        of(Extension).order_by("-asked_at"),
        of(Listing).select_related("supervisor"),
        of(Proposal).order_by("rung"),
    ]


#: Rows of workbooks that a page names; a case that was reported more often is rare.
SIGHTINGS_MAX = 20


def _family(firm: str) -> list[int]:
    """An enterprise by its number, with all that were merged into it: it is one firm now."""
    return enterprises.family(int(firm)) if firm.isdecimal() and len(firm) < 18 else []
