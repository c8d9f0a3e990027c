"""Entering visits: one from a phone, thousands from a workbook, by the same command."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Unpack
from uuid import UUID, uuid5

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from anlan.base.actor import Actor
from anlan.base.ids import id_after
from anlan.base.limits import IN_LIST_MAX
from anlan.base.refusal import MovedOn, NotFound
from anlan.domain.hazards import commands as hazards
from anlan.domain.hazards.models import Hazard, Source
from anlan.domain.inspections import posting
from anlan.domain.inspections.loop import VISIT, VISITED
from anlan.domain.inspections.models import (
    VALUE_CHARS_MAX,
    FactForm,
    Sweep,
    SweepField,
    Target,
    Visit,
    VisitHazard,
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
        new.found, new.note.strip()[:VALUE_CHARS_MAX], new.origin,
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


def record(
    sweep_id: int, visits: Sequence[NewVisit], *, by: Actor, request_id: UUID, at: datetime
) -> Outcome:
    """Enter visits with their base facts, and the hazards that they found.

    The hazards come first, by their own command, for a visit that names hazards must find them
    there. What is refused is refused before either; a repeat with the same ``request_id`` goes
    on where the first call was cut off, and adds nothing twice.

    Raises NotFound for subjects that ``by`` may not visit, SweepOver, VisitRefused.
    """
    assert 0 < len(visits) <= VISITS_MAX, len(visits)
    sweep = policy.access(Sweep.objects.all(), "sweep.view", by, sweep_id, at=at)
    fields = list(sweep.fields.order_by("order"))
    today = timezone.localdate(at)
    visits = [check(each, sweep, fields, today) for each in visits]
    targets = _targets(sweep, {each.target_id for each in visits}, by)
    unit = _unit(by)
    fresh = _not_known(visits)
    findings = [
        finding for each in fresh for finding in _findings(each, targets[each.target_id], unit, by)
    ]
    findings = _not_found_yet(findings)
    if findings:
        hazards.find(findings, by=by, request_id=uuid5(request_id, "hazards"), at=at)
    return _enter(sweep, visits, unit, by=by, request_id=request_id, at=at)


def _targets(sweep: Sweep, ids: set[int], by: Actor) -> dict[int, Target]:
    rows = policy.permitted(Target.objects.filter(sweep=sweep), "target.visit", by)
    wanted, found = sorted(ids), {}
    for start in range(0, len(wanted), IN_LIST_MAX):
        found.update(rows.in_bulk(wanted[start : start + IN_LIST_MAX]))
    if len(found) != len(ids):
        raise NotFound
    return found


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


def _not_found_yet(findings: list[hazards.Finding]) -> list[hazards.Finding]:
    """Without those that an earlier call entered before it was cut off."""
    wanted = {each.pk: each for each in findings}
    ids, there = sorted(wanted), set()
    for start in range(0, len(ids), IN_LIST_MAX):
        rows = Hazard.objects.filter(pk__in=ids[start : start + IN_LIST_MAX])
        for pk, enterprise, unit in rows.values_list("pk", "enterprise_id", "case__unit_id"):
            if (enterprise, unit) != (wanted[pk].enterprise_id, wanted[pk].unit_id):
                raise MovedOn
            there.add(pk)
    return [each for each in findings if each.pk not in there]


@transaction.atomic(durable=True)
def _enter(
    sweep: Sweep,
    visits: Sequence[NewVisit],
    unit: int,
    **call: Unpack[Call],
) -> Outcome:
    named = sorted(str(each.pk) for each in visits)
    claim = plain.claim("sweep.visit", {"visits": named}, **call)
    if claim.repeated:
        return Outcome(claim.answer)
    by, at = claim.by, claim.at
    targets = _locked({each.target_id for each in visits})
    # Looked at again under the lock: the office may have closed it meanwhile.
    if Sweep.objects.filter(pk=sweep.pk).exclude(closed_at=None).exists():
        raise SweepOver(name=sweep.name)
    fresh = _not_known(visits)
    ids = [each.pk for each in fresh]
    for start in range(0, len(ids), IN_LIST_MAX):
        if Visit.objects.filter(pk__in=ids[start : start + IN_LIST_MAX]).exists():
            raise MovedOn
    rows, links = [], []
    for each in fresh:
        target = targets[each.target_id]
        first = target.visited_on is None
        target.visits += 1
        target.state = each.state
        if first:
            target.visited_on = each.on
        rows.append(_row(each, target, sweep, unit, by, at, first=first))
        links += [VisitHazard(visit=rows[-1], hazard_id=pk) for pk in hazard_ids(each)]
    Visit.objects.bulk_create(rows, batch_size=500)
    VisitHazard.objects.bulk_create(links, batch_size=500)
    changed = [targets[pk] for pk in sorted({each.target_id for each in fresh})]
    Target.objects.bulk_update(changed, ["visits", "state", "visited_on"], batch_size=500)
    _post([(row, targets[row.target_id]) for row in rows], 1, at)
    trail.record(
        [
            trail.Entry(
                "sweep.visit", _OBJECT, row.pk, request_id=claim.request_id,
                after={"enterprise_id": row.enterprise_id, "state": row.state},
            )
            for row in rows
        ],
        by=by, at=at,
    )  # fmt: skip
    claim.keep([row.pk for row in rows])
    return Outcome([row.pk for row in rows], known=len(visits) - len(fresh))


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
    by: Actor,
    at: datetime,
    *,
    first: bool,
) -> Visit:
    return Visit(
        id=new.pk, target=target, sweep=sweep, path=target.path, sector_id=target.sector_id,
        enterprise_id=target.enterprise_id, on=new.on, visitor=new.visitor, unit_id=unit,
        user_id=by.user_id, entered_at=at, state=new.state,
        facts={str(order): value for order, value in new.facts.items()}, note=new.note,
        first=first, origin=new.origin,
    )  # fmt: skip


def _post(rows: Sequence[tuple[Visit, Target]], sign: int, at: datetime) -> None:
    """Visits and first visits, summed by area, sector, team and day."""
    sums: Counter[tuple[str, int, str | None, int | None, date]] = Counter()
    for row, target in rows:
        place = (target.area_id, target.sector_id, target.unit_id)
        sums[VISIT.code, *place, row.on] += sign
        if row.first:
            sums[VISITED.code, *place, row.on] += sign
    by_labels: dict[tuple[str | None, int | None], Mapping[str, str]] = {}
    facts = []
    for (kind, area, sector, team, on), n in sums.items():
        said = by_labels.setdefault(
            (sector, team), posting.labels(rows[0][0].sweep_id, sector, team)
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
