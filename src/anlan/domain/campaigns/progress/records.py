"""The records behind a target's figure: the very facts that it sums, and what they are about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.base.refusal import NotFound
from anlan.domain.campaigns.progress.counting import said_where
from anlan.domain.campaigns.progress.figures import Figure, is_distinct
from anlan.domain.enterprises.models import Enterprise
from anlan.kernel.accounts import policy, readers
from anlan.kernel.accounts.models import Unit
from anlan.kernel.facts import sql
from anlan.kernel.facts.intern import labels_of
from anlan.kernel.facts.kinds import Measure, known
from anlan.kernel.facts.models import Fact
from anlan.kernel.loop import worklist
from anlan.kernel.loop.machine import machines
from anlan.kernel.loop.models import Case
from anlan.kernel.regions.models import Region
from anlan.ui.keyset import Keyset

ORDER = Keyset.by("-day", "-pk")
_HIDDEN = _(
    "You see the sum alone: its records are open to offices that answer for the whole of %(area)s."
)
_NARROWED = _("Listed are the records of your own sectors; the sum counts those of all.")


@dataclass(frozen=True)
class Record:
    """One fact, as far as the reader may know what it is about."""

    day: date
    kind: str | Promise
    quantity: int
    area: str
    labels: str
    unit: str
    posted_at: datetime
    #: Number and address of the case, where the reader may see it.
    number: str = ""
    link: str = ""
    #: Whom a count of different ones counts, where the reader may see the case.
    subject: str = ""
    #: The quantity as it is read: money in 10,000 yuan to the fen.
    said: str = ""


@dataclass(frozen=True)
class Part:
    """One of the sums that make the figure: a count is one, a rate has two."""

    label: str | Promise
    basis: str | Promise
    total: Decimal
    #: Of a count of different subjects, how many records that are.
    records: int | None = None


def facts_of(figure: Figure, known_at: datetime | None = None) -> QuerySet[Fact]:
    """The facts that a figure sums, of both parts where it is a rate."""
    where = Q(pk__in=[])
    for kind, labels in figure.counting.parts:
        where |= _of_part(figure, kind, labels, known_at)
    area = Region.objects.filter(pk=figure.asked.area_id)
    places = Region.objects.filter(path__startswith=area.values_list("path", flat=True)[:1])
    rows = Fact.objects.filter(where, area_id__in=places.values("pk"))
    return rows.filter(posted_at__lte=known_at) if known_at else rows


def open_to(rows: QuerySet[Fact], by: Actor, area: Region) -> tuple[QuerySet[Fact], str]:
    """Of the facts, those that ``by`` may see one by one, and why the others aren't there.

    Whoever sees a figure sees its sum. A record says more: of which place, and that somebody
    tipped off. So a part in the task isn't enough, and neither is a county of the province.
    """
    try:
        own = readers.covered(by, area)
    except NotFound:
        return rows.none(), str(_HIDDEN) % {"area": area.full_name}
    if own is None:
        return rows, ""
    return rows.filter(sql.labelled("sector", own)), str(_NARROWED)


def _of_part(figure: Figure, kind: str, labels: Any, known_at: datetime | None) -> Q:
    where = Q(kind__code=kind, day__lte=figure.period.end)
    if known(kind).measure is not Measure.STOCK:
        where &= Q(day__gte=figure.period.start)
    if is_distinct(kind):
        # What was taken back stands elsewhere than its reversal, so the pair doesn't cancel out.
        taken_back = Fact.objects.filter(reverses_id=OuterRef("pk"))
        if known_at:
            taken_back = taken_back.filter(posted_at__lte=known_at)
        where &= Q(~Exists(taken_back), reverses_id=None)
    for name, values in labels.items():
        where &= sql.labelled(name, values)
    return where


def parts_of(figure: Figure, rows: QuerySet[Fact]) -> list[Part]:
    """What the records add up to, kind by kind."""
    found = rows.order_by().values_list("kind__code").annotate(
        n=Sum("quantity"), subjects=Count("subject", distinct=True), records=Count("pk")
    )  # fmt: skip
    sums = {kind: (n, subjects, records) for kind, n, subjects, records in found}
    parts = []
    for kind, _where in figure.counting.parts:
        total, subjects, records = sums.get(kind, (0, 0, 0))
        label = known(kind).label
        if is_distinct(kind):
            parts.append(Part(label, figure.counting.basis, Decimal(subjects), records))
        else:
            parts.append(Part(label, known(kind).basis, Decimal(total)))
    return parts


def shown(facts: Sequence[Fact], by: Actor) -> list[Record]:
    """A page of facts with what they are about; so many statements, however many rows."""
    areas = dict(
        Region.objects.filter(pk__in={fact.area_id for fact in facts}).values_list("pk", "name")
    )
    units = dict(
        Unit.objects.filter(pk__in={fact.unit_id for fact in facts if fact.unit_id})
        .values_list("pk", "name")
    )  # fmt: skip
    cases = _visible({fact.case_id for fact in facts if fact.case_id}, by)
    names = _subjects((fact.subject for fact in facts if fact.case_id in cases), None)
    # Of what is no case (a visit), whom it counts is said to those who may see that one.
    names |= _subjects((fact.subject for fact in facts if fact.case_id is None), by)
    found = []
    for fact in facts:
        case = cases.get(fact.case_id) if fact.case_id else None
        labels = {name: (value,) for name, value in labels_of(fact.labels.key).items()}
        found.append(
            Record(
                fact.day, known(fact.kind.code).label, fact.quantity,
                areas.get(fact.area_id, ""), said_where(labels),
                units.get(fact.unit_id or 0, ""), fact.posted_at,
                case.number if case else "", _page(case) if case else "",
                names.get(fact.subject, "") if case or fact.case_id is None else "",
                said(fact.kind.code, fact.quantity),
            )
        )  # fmt: skip
    return found


def said(kind: str, quantity: int) -> str:
    """A quantity with what it counts; money, which is kept in fen, in 10,000 yuan, exactly."""
    if known(kind).is_money:
        amount = f"{Decimal(quantity).scaleb(-6):,.6f}".rstrip("0").rstrip(".")
        return f"{amount} {_('10,000 yuan')}"
    return f"{quantity:,} {known(kind).unit}"


def sums(rows: QuerySet[Fact]) -> list[tuple[str, str]]:
    """What the rows add up to, kind by kind; of a count of different ones, how many those are."""
    standing = ~Exists(Fact.objects.filter(reverses_id=OuterRef("pk")))
    found = rows.order_by().values_list("kind__code").annotate(
        n=Sum("quantity"),
        subjects=Count("subject", distinct=True, filter=Q(standing, reverses_id=None)),
    )  # fmt: skip
    return [
        (str(known(kind).label), said(kind, subjects if is_distinct(kind) else n))
        for kind, n, subjects in sorted(found)
    ]


def _subjects(codes: Iterable[str], by: Actor | None) -> dict[str, str]:
    """What subjects are called: enterprises, of those that ``by`` may see, and offices."""
    pks: dict[str, set[int]] = {"enterprise": set(), "unit": set()}
    for thing, _dot, pk in (code.partition(":") for code in codes):
        if thing in pks and pk.isdecimal():
            pks[thing].add(int(pk))
    found: dict[str, str] = {}
    if pks["enterprise"]:
        rows: QuerySet[Enterprise] = Enterprise.objects.filter(pk__in=pks["enterprise"])
        if by is not None:
            rows = policy.permitted(rows, "enterprise.view", by)
        found = {f"enterprise:{pk}": name for pk, name in rows.values_list("pk", "name")}
    if pks["unit"]:
        offices = Unit.objects.filter(pk__in=pks["unit"]).values_list("pk", "name")
        found |= {f"unit:{pk}": name for pk, name in offices}
    return found


def _visible(pks: Iterable[UUID], by: Actor) -> dict[UUID, Case]:
    """Of the cases, those whose own pages the reader may see: a statement for each kind."""
    rows = Case.objects.filter(pk__in=list(pks)).in_bulk()
    found: dict[UUID, Case] = {}
    for kind in {case.kind for case in rows.values()}:
        work = worklist.by_kind().get(kind)
        if work is None:
            continue
        mine = [pk for pk, case in rows.items() if case.kind == kind]
        seen = policy.permitted(work.rows, work.view, by).filter(pk__in=mine)
        found |= {pk: rows[pk] for pk in seen.order_by().values_list("pk", flat=True)}
    return found


def _page(case: Case) -> str:
    machine = machines().get(case.kind)
    try:
        return reverse(machine.page, args=[case.pk]) if machine and machine.page else ""
    except NoReverseMatch:
        return ""
