"""Entering visits: one from a phone, thousands from a workbook, by the same command."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Unpack
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from anlan.base.actor import Actor
from anlan.base.ids import id_after
from anlan.base.limits import IN_LIST_MAX
from anlan.base.refusal import MovedOn, NotFound
from anlan.domain.hazards import commands as hazards
from anlan.domain.hazards.models import Hazard, Source
from anlan.domain.inspections import posting
from anlan.domain.inspections.loop import EXPERTS, OFFICERS, VISIT, VISITED
from anlan.domain.inspections.models import (
    PEOPLE_MAX,
    VALUE_CHARS_MAX,
    FactForm,
    Sweep,
    SweepField,
    Target,
    Visit,
    VisitHazard,
    Why,
)
from anlan.domain.inspections.refusals import SweepOver, VisitRefused
from anlan.kernel.accounts import policy
from anlan.kernel.audit import trail
from anlan.kernel.facts import ledger
from anlan.kernel.facts.ledger import NewFact
from anlan.kernel.loop import plain
from anlan.kernel.loop.plain import Call

#: Hazards that one visit enters; more are entered on the problem list.
HAZARDS_MAX = 20
#: Visits that one command takes: what one workbook brings.
VISITS_MAX = 5_000
#: Places before or behind the point of a number that somebody read off.
POWER_MAX = 20
_OBJECT = "inspections.visit"


@dataclass(frozen=True)
class Found:
    """A hazard that the visit found, and what was done about it there and then."""

    description: str
    fixed: str = ""


@dataclass(frozen=True)
class NewVisit:
    """``pk`` is made by the client. ``nil`` says that nothing was found; silence isn't nil."""

    pk: UUID
    target_id: int
    on: date
    visitor: str
    state: str
    nil: bool
    facts: Mapping[int, str] = field(default_factory=dict)
    found: tuple[Found, ...] = ()
    note: str = ""
    origin: str | None = None
    #: How many officers and experts went there; None where nobody said.
    officers: int | None = None
    experts: int | None = None
    why: str = ""


@dataclass
class Outcome:
    """What became of the visits: entered, or known before by their origin."""

    entered: list[UUID]
    known: int = 0


def check(new: NewVisit, sweep: Sweep, fields: Sequence[SweepField], today: date) -> NewVisit:
    """The visit with its base facts as they are kept. Raises VisitRefused."""
    if not sweep.starts_on <= new.on <= min(today, sweep.ends_on):
        raise VisitRefused(
            field="on",
            reason=_("The day lies outside the sweep (%(first)s to %(last)s) or ahead of today.")
            % {"first": sweep.starts_on.isoformat(), "last": sweep.ends_on.isoformat()},
        )
    if new.state not in sweep.states:
        raise VisitRefused(field="state", reason=_("Choose the safety state from the list."))
    if not new.visitor.strip():
        raise VisitRefused(field="visitor", reason=_("Write who was there."))
    for name in ("officers", "experts"):
        if not 0 <= (getattr(new, name) or 0) <= PEOPLE_MAX:
            raise VisitRefused(
                field=name,
                reason=_("Write a whole number from 0 to %(max)d, or leave it empty.")
                % {"max": PEOPLE_MAX},
            )
    if new.why and new.why not in Why.values:
        raise VisitRefused(field="why", reason=_("Choose why the visit was made, or leave it."))
    if new.nil == bool(new.found):
        raise VisitRefused(
            field="nil",
            reason=_("Say that nothing was found, or describe what was: one of the two."),
        )
    if len(new.found) > HAZARDS_MAX:
        raise VisitRefused(
            field="nil", reason=_("Enter at most 20 hazards with a visit, the others on the list.")
        )
    if any(not each.description.strip() for each in new.found):
        raise VisitRefused(field="nil", reason=_("Describe each hazard: what is wrong, and where."))
    facts = {f.order: _fact(f, new.facts.get(f.order, "").strip()) for f in fields}
    return NewVisit(
        new.pk, new.target_id, new.on, new.visitor.strip()[:120], new.state, new.nil, facts,
        new.found, new.note.strip()[:VALUE_CHARS_MAX], new.origin, new.officers, new.experts,
        new.why,
    )  # fmt: skip


def _fact(one: SweepField, value: str) -> str:
    if not value:
        raise VisitRefused(field=one.key, reason=_("Fill in “%(label)s”.") % {"label": one.label})
    if len(value) > VALUE_CHARS_MAX:
        raise VisitRefused(
            field=one.key,
            reason=_("“%(label)s”: shorten it to 200 characters.") % {"label": one.label},
        )
    if one.form == FactForm.CHOICE and value not in one.choices:
        raise VisitRefused(
            field=one.key,
            reason=_("“%(label)s”: choose %(choices)s.")
            % {"label": one.label, "choices": "、".join(one.choices)},
        )
    if one.form == FactForm.NUMBER:
        try:
            number = Decimal(value.replace(",", ""))
        except InvalidOperation:
            number = Decimal("NaN")
        # 1e-999999999 is small, and written out as long as a library (S54).
        if not number.is_finite() or abs(number) >= 10**12 or abs(number.adjusted()) > POWER_MAX:
            raise VisitRefused(
                field=one.key,
                reason=_("“%(label)s”: write a number, for example 35.") % {"label": one.label},
            )
        return f"{number.normalize():f}"
    return value


@transaction.atomic(durable=True)
def record(sweep_id: int, visits: Sequence[NewVisit], **call: Unpack[Call]) -> Outcome:
    """Enter visits with their base facts, and the hazards that they found.

    Raises NotFound for subjects that ``by`` may not visit, SweepOver, VisitRefused, MovedOn.
    """
    assert 0 < len(visits) <= VISITS_MAX, len(visits)
    by, at = call["by"], call["at"]
    sweep = policy.access(Sweep.objects.all(), "sweep.view", by, sweep_id, at=at)
    fields = list(sweep.fields.order_by("order"))
    today = timezone.localdate(at)
    visits = [check(each, sweep, fields, today) for each in visits]
    wanted = {each.target_id for each in visits}
    _refuse_targets(sweep, wanted, by)
    given = {"sweep": sweep_id, "visits": [asdict(each) for each in visits]}
    claim = plain.claim("sweep.visit", given, **call)
    if claim.repeated:
        return Outcome(claim.answer)
    targets = _locked(wanted)
    # Looked at under the lock: the office may have closed it meanwhile.
    if Sweep.objects.filter(pk=sweep.pk).exclude(closed_at=None).exists():
        raise SweepOver(name=sweep.name)
    fresh = _not_known(visits)
    _refuse_taken(fresh)
    unit = _unit(by)
    findings = [
        finding for each in fresh for finding in _findings(each, targets[each.target_id], unit, by)
    ]
    if findings:
        # Its own request, in this transaction: a visit stands with its hazards or not at all.
        hazards.find_within(findings, by=by, at=at, request_id=uuid5(claim.request_id, "hazards"))
    _enter(fresh, targets, sweep, unit, claim)
    entered = [each.pk for each in fresh]
    claim.keep(entered)
    return Outcome(entered, known=len(visits) - len(fresh))


def _refuse_targets(sweep: Sweep, ids: set[int], by: Actor) -> None:
    """NotFound where any of them isn't a subject of this sweep that one may visit."""
    rows = policy.permitted(Target.objects.filter(sweep=sweep), "target.visit", by)
    if _count(rows, ids) != len(ids):
        raise NotFound


def _refuse_taken(visits: Sequence[NewVisit]) -> None:
    """MovedOn where an id that a client made, of a visit or of a hazard of its, stands already."""
    found = {pk for each in visits for pk in hazard_ids(each)}
    if _count(Visit.objects.all(), {each.pk for each in visits}) or _count(
        Hazard.objects.all(), found
    ):
        raise MovedOn


def _count(rows: QuerySet[Any], ids: Collection[Any]) -> int:
    """How many of the rows have one of these ids."""
    wanted = sorted(ids)
    return sum(
        rows.filter(pk__in=wanted[start : start + IN_LIST_MAX]).count()
        for start in range(0, len(wanted), IN_LIST_MAX)
    )


def _unit(by: Actor) -> int:
    if by.unit_id is None:
        raise NotFound
    units = policy.units_of(by, ("office", "inspector", "grid"))
    return by.unit_id if by.trusted or by.unit_id in units else units[0]


def _not_known(visits: Sequence[NewVisit]) -> list[NewVisit]:
    """Visits that no earlier workbook has brought."""
    origins = sorted({each.origin for each in visits if each.origin})
    known: set[str] = set()
    for start in range(0, len(origins), IN_LIST_MAX):
        chunk = origins[start : start + IN_LIST_MAX]
        rows = Visit.objects.filter(origin__in=chunk).values_list("origin", flat=True)
        known.update(str(origin) for origin in rows)
    return [each for each in visits if each.origin is None or each.origin not in known]


def hazard_ids(visit: NewVisit) -> list[UUID]:
    """Ids of its hazards: made of the visit's own, so that a repeat names the same ones."""
    return [id_after(visit.pk, n) for n in range(1, len(visit.found) + 1)]


def _findings(
    visit: NewVisit, target: Target, unit: int, by: Actor
) -> list[hazards.Finding]:  # fmt: skip
    grid = policy.has_role(by, ("grid",)) and not policy.has_role(by, ("office", "inspector"))
    return [
        hazards.Finding(
            pk=pk, description=each.description.strip(), area_id=target.area_id, unit_id=unit,
            opened_on=visit.on, sector=target.sector_id,
            source=Source.GRID if grid else Source.INSPECTION,
            enterprise_id=target.enterprise_id, fields={"found_by": visit.visitor},
            fixed=each.fixed.strip(),
        )
        for pk, each in zip(hazard_ids(visit), visit.found, strict=True)
    ]  # fmt: skip


def _enter(
    visits: Sequence[NewVisit],
    targets: Mapping[int, Target],
    sweep: Sweep,
    unit: int,
    claim: plain.Claim,
) -> None:
    """Write the visits, what they say of their subjects, their facts and what is on record."""
    rows, links = [], []
    for each in visits:
        target = targets[each.target_id]
        first = target.visited_on is None
        target.visits += 1
        target.state = each.state
        if first:
            target.visited_on = each.on
        rows.append(_row(each, target, sweep, unit, claim, first=first))
        links += [VisitHazard(visit=rows[-1], hazard_id=pk) for pk in hazard_ids(each)]
    Visit.objects.bulk_create(rows, batch_size=500)
    VisitHazard.objects.bulk_create(links, batch_size=500)
    changed = [targets[pk] for pk in sorted({each.target_id for each in visits})]
    Target.objects.bulk_update(changed, ["visits", "state", "visited_on"], batch_size=500)
    _post([(row, targets[row.target_id]) for row in rows], 1, claim.at)
    trail.record(
        [
            trail.Entry(
                "sweep.visit", _OBJECT, row.pk, request_id=claim.request_id,
                after={"enterprise_id": row.enterprise_id, "state": row.state},
            )
            for row in rows
        ],
        by=claim.by, at=claim.at,
    )  # fmt: skip


def _locked(ids: set[int]) -> dict[int, Target]:
    wanted, found = sorted(ids), {}
    for start in range(0, len(wanted), IN_LIST_MAX):
        rows = Target.objects.select_for_update(of=("self",)).order_by("pk")
        found.update({r.pk: r for r in rows.filter(pk__in=wanted[start : start + IN_LIST_MAX])})
    return found


def _row(
    new: NewVisit,
    target: Target,
    sweep: Sweep,
    unit: int,
    claim: plain.Claim,
    *,
    first: bool,
) -> Visit:
    return Visit(
        id=new.pk, target=target, sweep=sweep, path=target.path, sector_id=target.sector_id,
        enterprise_id=target.enterprise_id, on=new.on, visitor=new.visitor, unit_id=unit,
        user_id=claim.by.user_id, entered_at=claim.at, state=new.state,
        facts={str(order): value for order, value in new.facts.items()}, note=new.note,
        first=first, origin=new.origin, officers=new.officers, experts=new.experts, why=new.why,
        team_id=target.unit_id,
    )  # fmt: skip


def _post(rows: Sequence[tuple[Visit, Target]], sign: int, at: datetime) -> None:
    """Visits, who took part in them and first visits, summed by area, labels and day.

    A visit counts where its team's was when it was entered; the register's own sums move.
    """
    sums: Counter[tuple[str, int, str | None, int | None, str, date]] = Counter()
    for row, target in rows:
        place = (target.area_id, target.sector_id)
        for each, n in ((VISIT, 1), (OFFICERS, row.officers or 0), (EXPERTS, row.experts or 0)):
            sums[each.code, *place, row.team_id, row.why, row.on] += sign * n
        if row.first:
            sums[VISITED.code, *place, target.unit_id, "", row.on] += sign
    by_labels: dict[tuple[str | None, int | None, str], Mapping[str, str]] = {}
    facts = []
    for (kind, area, sector, team, why, on), n in sums.items():
        if not n:
            continue
        said = by_labels.setdefault(
            (sector, team, why), posting.labels(rows[0][0].sweep_id, sector, team, why)
        )
        facts.append(NewFact(kind, said, area, on, n))
    if sign > 0:
        # One for each visit: a subject that others count, too, stands by its own fact.
        facts += posting.inspected(rows)
    else:
        posting.take_back_inspected(rows, at=at)
    ledger.post(facts, at=at)


@transaction.atomic(durable=True)
def withdraw(visit_id: UUID, *, by: Actor, at: datetime, reason: str) -> Visit:
    """Take back a visit that was entered by mistake; its hazards stay, they were found.

    If it was the one that counted, the subject's next visit counts in its place.
    """
    if not reason.strip():
        raise VisitRefused(field="reason", reason=_("Write why the visit is withdrawn."))
    visit = Visit.objects.filter(pk=visit_id, withdrawn_at=None).first()
    if visit is None:
        raise NotFound
    rows = Target.objects.filter(sweep=visit.sweep_id)
    policy.access(rows, "target.visit", by, visit.target_id, at=at)
    target = _locked({visit.target_id})[visit.target_id]
    visit = Visit.objects.select_for_update(of=("self",)).get(pk=visit_id)
    if visit.withdrawn_at:
        raise NotFound
    _post([(visit, target)], -1, at)
    visit.withdrawn_at, visit.withdrawn_because = at, reason.strip()[:VALUE_CHARS_MAX]
    was_first, visit.first, visit.origin = visit.first, False, None
    visit.save(update_fields=["withdrawn_at", "withdrawn_because", "first", "origin"])
    left = list(Visit.objects.filter(target=target, withdrawn_at=None).order_by("entered_at", "pk"))
    target.visits, target.state = len(left), left[-1].state if left else ""
    if was_first:
        target.visited_on = left[0].on if left else None
        if left:
            Visit.objects.filter(pk=left[0].pk).update(first=True)
            sums = posting.labels(visit.sweep_id, target.sector_id, target.unit_id)
            ledger.post([NewFact(VISITED.code, sums, target.area_id, left[0].on)], at=at)
    target.save(update_fields=["visits", "state", "visited_on"])
    entry = trail.Entry("sweep.withdraw", _OBJECT, visit.pk, reason=reason.strip())
    trail.record([entry], by=by, at=at)
    return visit
