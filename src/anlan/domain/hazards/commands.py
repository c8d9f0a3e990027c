"""Everything that can be done to hazards. Pages, API, import and demo all come through here.

Each command is one transaction that holds the new state, its events, facts, audit rows and
notices. It takes a set; a page calls it with one. Repeating a call with its ``request_id``
changes nothing and gives the first answer. All raise NotFound (404), NotAllowed (403),
MovedOn and StepNotPossible (409).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base import bulk
from anlan.base.actor import Actor
from anlan.base.limits import TEXT_CHARS_MAX
from anlan.base.refusal import MovedOn, NotFound, Refusal
from anlan.domain.enterprises.models import Enterprise
from anlan.domain.hazards import search
from anlan.domain.hazards.loop import ENTERPRISES_FOUND, HAZARD, LOOPS
from anlan.domain.hazards.models import Grade, Hazard, HazardObject, Source
from anlan.domain.hazards.objects import About
from anlan.kernel.accounts import held, policy
from anlan.kernel.accounts.models import Sector, Unit
from anlan.kernel.facts import ledger
from anlan.kernel.facts.ledger import NewFact
from anlan.kernel.loop import commands as loop
from anlan.kernel.loop import engine, ladder, settings, told
from anlan.kernel.loop.engine import Move, NewCase
from anlan.kernel.loop.machine import Machine
from anlan.kernel.loop.models import Case, PartyRole, Proposal
from anlan.kernel.papers import attachments
from anlan.kernel.papers.attachments import Prepared
from anlan.kernel.regions.models import Region


class Incomplete(Refusal):
    """A form that lacks something; ``field`` says which, ``reason`` how to mend it."""

    code = "incomplete"
    message = _("%(reason)s")


class FiveElementsMissing(Refusal):
    """A major hazard may not be called rectified before the five elements are settled."""

    code = "five_elements_missing"
    message = _("%(number)s is a major hazard: first complete %(fields)s (五落实).")
    status = 409


class NotByHand(Refusal):
    """A major hazard can't be settled on the spot."""

    code = "not_on_the_spot"
    message = _(
        "Only ordinary hazards can be rectified on the spot. Enter it without that, please."
    )


FIVE_LABELS = {
    "measure": _("measure"),
    "responsible_unit": _("responsible unit or person"),
    "funds": _("funds"),
    "due_on": _("deadline"),
    "contingency": _("contingency plan"),
}


@dataclass
class Finding:
    """What somebody enters about a hazard that was found. ``pk`` is made by the client."""

    pk: UUID
    description: str
    area_id: int
    unit_id: int
    opened_on: date
    kind: str = HAZARD.kind
    sector: str | None = None
    grade: str = ""
    source: str = ""
    topics: str = ""
    enterprise_id: int | None = None
    due_on: date | None = None
    #: Further columns of Hazard, by name.
    fields: dict[str, Any] = field(default_factory=dict)
    #: Rectified on the spot (立行立改), with what was done.
    fixed: str = ""
    #: What it is about, where that is no enterprise as such.
    about: About | None = None


# --- finding -------------------------------------------------------------------------------


@transaction.atomic(durable=True)
def find(
    findings: Sequence[Finding],
    *,
    by: Actor,
    request_id: UUID,
    at: datetime,
    photos: Sequence[Prepared] = (),
) -> list[UUID]:
    """Enter what was found; what was rectified on the spot goes straight on to verification.

    photos: of the one hazard that a form enters.
    """
    earlier = engine.once(request_id, "hazard.find", by, {"findings": findings}, at)
    if earlier is not None:
        return [UUID(pk) for pk in earlier]
    areas = Region.objects.in_bulk({item.area_id for item in findings})
    for item in findings:
        _check_finding(item, areas, by, timezone.localdate(at))
    for kind, group in groupby(sorted(findings, key=lambda item: item.kind), lambda i: i.kind):
        items = list(group)
        machine = LOOPS[kind]
        cases = engine.open_cases(
            machine,
            [_new_case(item, areas[item.area_id].path) for item in items],
            by=by,
            at=at,
            request_id=request_id,
        )
        put_records(
            [
                (case, item.description, _with_object(item), item.enterprise_id)
                for case, item in zip(cases, items, strict=True)
            ],
            by_hand=True,
            at=at,
        )
        _put_objects([(item.pk, item.about) for item in items if item.about])
        fixed = [
            Move(case, {}, {"result": item.fixed})
            for case, item in zip(cases, items, strict=True)
            if item.fixed
        ]
        engine.take(machine, "fix_on_spot", fixed, by=by, at=at, request_id=request_id)
        for item in items:
            if item.fixed:
                Hazard.objects.filter(pk=item.pk).update(result=item.fixed)
    _attach(photos, findings[0].pk, "before", by, at)
    done = [item.pk for item in findings]
    engine.answered(request_id, done)
    return done


def _with_object(item: Finding) -> dict[str, Any]:
    """Lists and the search know an object by its words."""
    return {**item.fields, "object_name": item.about.words} if item.about else item.fields


def _put_objects(rows: Sequence[tuple[UUID, About]]) -> None:
    """Write down what hazards are about; a new record takes the place of an older one."""
    HazardObject.objects.filter(hazard__in=[pk for pk, _about in rows]).delete()
    HazardObject.objects.bulk_create(
        HazardObject(hazard_id=pk, **vars(about)) for pk, about in rows
    )


def _check_finding(item: Finding, areas: Mapping[int, Region], by: Actor, today: date) -> None:
    if not item.description.strip():
        raise Incomplete(field="description", reason=_("Describe what is wrong and where."))
    if len(item.description) > TEXT_CHARS_MAX:
        raise Incomplete(
            field="description", reason=_("Shorten the description to 4,000 characters.")
        )
    if item.area_id not in areas:
        raise Incomplete(field="area", reason=_("Choose the area from the list."))
    if item.opened_on > today:
        raise Incomplete(
            field="opened_on", reason=_("The day found lies ahead; choose today or earlier.")
        )
    if item.due_on and item.due_on < item.opened_on:
        raise Incomplete(
            field="due_on", reason=_("The deadline is before the day found; correct one.")
        )
    if item.kind not in LOOPS:
        raise Incomplete(field="kind", reason=_("Say whether it is a hazard or a problem."))
    if item.grade and (item.grade not in Grade.values or item.kind != HAZARD.kind):
        raise Incomplete(field="grade", reason=_("Only hazards are graded: ordinary or major."))
    if item.fixed and item.grade == Grade.MAJOR:
        raise NotByHand
    if item.source and item.source not in Source.values:
        raise Incomplete(field="source", reason=_("Choose the source from the list."))
    if item.sector and not Sector.objects.filter(pk=item.sector).exists():
        raise Incomplete(field="sector", reason=_("Choose the sector from the list."))
    if item.enterprise_id and not Enterprise.objects.filter(pk=item.enterprise_id).exists():
        raise Incomplete(field="enterprise", reason=_("Choose the enterprise from the list."))
    if not by.trusted and item.unit_id not in policy.units_of(by, FINDERS):
        raise NotFound
    _check_own_area(areas[item.area_id], by, FINDERS)


def _check_own_area(area: Region, by: Actor, roles: Sequence[str]) -> None:
    """Nobody puts a hazard into an area that no unit of theirs answers for."""
    own = [grant.path for grant in held.grants(by) if grant.role in roles]
    if not by.trusted and not any(area.path.startswith(path) for path in own):
        raise Incomplete(
            field="area",
            reason=_("%(area)s is outside your areas; choose one within them.")
            % {"area": area.name},
        )


FINDERS = ("office", "leader", "inspector", "duty", "grid", "rectifier")


def _new_case(item: Finding, path: str) -> NewCase:
    return NewCase(
        pk=item.pk,
        area_id=item.area_id,
        path=path,
        unit_id=item.unit_id,
        opened_on=item.opened_on,
        sector=item.sector,
        grade=item.grade,
        source=item.source,
        topics=item.topics,
        enterprise_id=item.enterprise_id,
        due_on=item.due_on,
    )


def put_records(
    rows: Sequence[tuple[Case, str, Mapping[str, Any], int | None]], *, by_hand: bool, at: datetime
) -> None:
    """Write the domain records of new cases, what search needs, and each enterprise's first."""
    hazards = [
        bulk.make(
            Hazard,
            case_id=case.pk,
            description=description,
            enterprise_id=enterprise,
            made_by_hand=by_hand,
            **fields,
        )
        for case, description, fields, enterprise in rows
    ]
    bulk.insert(hazards)
    index(hazards)
    ledger.post(
        [
            NewFact(
                kind=ENTERPRISES_FOUND.code,
                labels={},
                area_id=case.area_id,
                day=case.opened_on,
                quantity=1,
                case_id=case.pk,
                unit_id=case.unit_id,
                subject=f"enterprise:{enterprise}",
            )
            for case, _d, _f, enterprise in rows
            if enterprise and case.kind == HAZARD.kind
        ],
        at=at,
        batch_id=rows[0][0].batch_id if rows else None,
    )


def index(hazards: Sequence[Hazard]) -> None:
    """Make hazards findable by their texts and their enterprises' names."""
    wanted = {hazard.enterprise_id for hazard in hazards if hazard.enterprise_id}
    names = dict(Enterprise.objects.filter(pk__in=wanted).values_list("pk", "name"))
    search.index((hazard, names.get(hazard.enterprise_id or 0, "")) for hazard in hazards)


# --- the frame of every step ---------------------------------------------------------------


@dataclass
class Work:
    """The cases of one command, let in and locked; or what an earlier call answered."""

    request_id: UUID
    by: Actor
    at: datetime
    cases: dict[UUID, Case]
    repeated: bool = False

    def __iter__(self) -> Any:
        """The cases by machine: hazards and problems may come together."""
        ordered = sorted(self.cases.values(), key=lambda case: case.kind)
        for kind, group in groupby(ordered, lambda case: case.kind):
            yield LOOPS[kind], list(group)

    @property
    def kwargs(self) -> dict[str, Any]:
        return {"by": self.by, "at": self.at, "request_id": self.request_id}

    def done(self) -> list[UUID]:
        if not self.repeated:
            engine.answered(self.request_id, list(self.cases))
        return list(self.cases)


def _begin(
    permission: str,
    pks: Sequence[UUID],
    by: Actor,
    request_id: UUID,
    at: datetime,
    seen: Mapping[UUID, int] | None = None,
    **arguments: Any,
) -> Work:
    """Let the person in, claim the request id, lock the cases.

    What the person may not see gets the answer of what isn't there, before anything else; a
    repeat is answered even where the case has moved on since, for it did so by that very call.
    """
    assert pks, "a command without a case"
    given = {"pks": sorted(map(str, pks)), **arguments}
    for start in range(0, len(pks), 500):
        chunk = pks[start : start + 500]
        let_in = set(
            policy.permitted(Hazard.objects.all(), permission, by)
            .filter(pk__in=chunk)
            .values_list("pk", flat=True)
        )
        shut_out = [pk for pk in chunk if pk not in let_in]
        if shut_out and (earlier := engine.answer_of(request_id, permission, by, given)):
            # That very call gave the case out of this person's hands; its answer was lost.
            return _repeated(request_id, by, at, earlier)
        for pk in shut_out:
            policy.access(Hazard.objects.all(), permission, by, pk, at=at)
    earlier = engine.once(request_id, permission, by, given, at)
    if earlier is not None:
        return _repeated(request_id, by, at, earlier)
    cases = engine.lock(pks)
    for pk, version in (seen or {}).items():
        if cases[pk].version != version:
            raise MovedOn
    if seen is None or any(pk not in seen for pk in pks):
        # Between the look and the lock a case may have gone to another area or unit.
        _still_in(permission, pks, by)
    return Work(request_id, by, at, cases)


def _repeated(request_id: UUID, by: Actor, at: datetime, answer: Sequence[str]) -> Work:
    return Work(request_id, by, at, {UUID(pk): None for pk in answer}, True)  # type: ignore[misc]


def _still_in(permission: str, pks: Sequence[UUID], by: Actor) -> None:
    if by.trusted:
        return
    rows = policy.permitted(Hazard.objects.all(), permission, by)
    for start in range(0, len(pks), 500):
        chunk = set(pks[start : start + 500])
        if rows.filter(pk__in=chunk).count() != len(chunk):
            raise MovedOn


def _machine(case: Case) -> Machine:
    return LOOPS[case.kind]


def _one(work: Work) -> tuple[Machine, Case]:
    [case] = work.cases.values()
    return _machine(case), case


# --- steps ---------------------------------------------------------------------------------


@transaction.atomic(durable=True)
def assign(
    pks: Sequence[UUID],
    *,
    rectifier: int,
    due_on: date | None = None,
    others: Mapping[PartyRole, int] | None = None,
    by: Actor,
    request_id: UUID,
    at: datetime,
    reason: str = "",
    seen: Mapping[UUID, int] | None = None,
) -> list[UUID]:
    """Assign to a rectifying unit with a deadline: the stated one, else by the settings' rule."""
    work = _begin(
        "hazard.assign",
        pks,
        by,
        request_id,
        at,
        seen,
        rectifier=rectifier,
        due_on=due_on,
        others=others,
        reason=reason,
    )
    if work.repeated:
        return work.done()
    wanted = {rectifier, *(others or {}).values()}
    if Unit.objects.filter(pk__in=wanted, valid_to=None).count() != len(wanted):
        raise Incomplete(field="rectifier", reason=_("Choose the unit from the list."))
    if due_on and due_on < timezone.localdate(at):
        raise Incomplete(
            field="due_on", reason=_("The deadline is in the past; choose a later day.")
        )
    for machine, cases in work:
        loop.assign(
            machine,
            cases,
            rectifier={case.pk: rectifier for case in cases},
            due_on=due_on,
            others={
                role: {case.pk: unit for case in cases} for role, unit in (others or {}).items()
            },
            reason=reason,
            **work.kwargs,
        )
    return work.done()


@transaction.atomic(durable=True)
def hand_over(
    pk: UUID,
    *,
    to_unit: int,
    by: Actor,
    request_id: UUID,
    at: datetime,
    reason: str,
    seen: int | None = None,
) -> list[UUID]:
    work = _begin(
        "hazard.hand_over",
        [pk],
        by,
        request_id,
        at,
        _versions(pk, seen),
        to_unit=to_unit,
        reason=reason,
    )
    if not work.repeated:
        if not Unit.objects.filter(pk=to_unit, valid_to=None).exists():
            raise Incomplete(field="to_unit", reason=_("Choose the unit from the list."))
        machine, case = _one(work)
        loop.hand_over(machine, case, to_unit=to_unit, reason=reason, **work.kwargs)
    return work.done()


@transaction.atomic(durable=True)
def receive(pks: Sequence[UUID], *, by: Actor, request_id: UUID, at: datetime) -> list[UUID]:
    """Sign for receipt for all one's units that have a part."""
    work = _begin("hazard.receive", pks, by, request_id, at)
    if not work.repeated:
        units = policy.units_of(by, ("rectifier", "office", "leader", "inspector"))
        for machine, cases in work:
            loop.receive(machine, cases, units=units, **work.kwargs)
    return work.done()


@transaction.atomic(durable=True)
def rectify(
    pk: UUID,
    *,
    result: str,
    by: Actor,
    request_id: UUID,
    at: datetime,
    fields: Mapping[str, Any] | None = None,
    photos: Sequence[Prepared] = (),
    seen: int | None = None,
) -> list[UUID]:
    """Report a hazard rectified, with what was done, and ask for verification."""
    work = _begin(
        "hazard.rectify",
        [pk],
        by,
        request_id,
        at,
        _versions(pk, seen),
        result=result,
        fields=fields,
    )
    if work.repeated:
        return work.done()
    if not result.strip():
        raise Incomplete(field="result", reason=_("Say what was done; photos go below."))
    machine, case = _one(work)
    hazard = Hazard.objects.get(pk=pk)
    hazard.case = case
    diff = _amend(hazard, {**(fields or {}), "result": result})
    if case.grade in settings.current(machine.kind).data["five_elements"]:
        missing = hazard.five_missing
        if missing:
            names = "、".join(str(FIVE_LABELS[name]) for name in missing)
            raise FiveElementsMissing(number=case.number, fields=names)
    engine.take(machine, "rectify", [Move(case, {}, {**diff, "result": result})], **work.kwargs)
    _attach(photos, pk, "after", by, at)
    told.parties([case], PartyRole.ASSIGNER, "loop.to_verify", at=at)
    return work.done()


@transaction.atomic(durable=True)
def verify(
    pks: Sequence[UUID],
    *,
    by: Actor,
    request_id: UUID,
    at: datetime,
    reason: str = "",
    seen: Mapping[UUID, int] | None = None,
) -> list[UUID]:
    """Confirm on the evidence that it is rectified; never by whoever rectified it."""
    work = _begin("hazard.verify", pks, by, request_id, at, seen, reason=reason)
    if not work.repeated:
        for machine, cases in work:
            engine.take(
                machine, "verify", [Move(case) for case in cases], reason=reason, **work.kwargs
            )
    return work.done()


@transaction.atomic(durable=True)
def reject(
    pks: Sequence[UUID],
    *,
    by: Actor,
    request_id: UUID,
    at: datetime,
    reason: str,
    due_on: date | None = None,
    seen: Mapping[UUID, int] | None = None,
) -> list[UUID]:
    """Return a rectification with a reason and a new deadline."""
    work = _begin("hazard.reject", pks, by, request_id, at, seen, reason=reason, due_on=due_on)
    if not work.repeated:
        for machine, cases in work:
            loop.reject(machine, cases, reason=reason, due_on=due_on, **work.kwargs)
    return work.done()


@transaction.atomic(durable=True)
def review(
    pk: UUID,
    *,
    by: Actor,
    request_id: UUID,
    at: datetime,
    reason: str = "",
    seen: int | None = None,
) -> list[UUID]:
    work = _begin("hazard.review", [pk], by, request_id, at, _versions(pk, seen), reason=reason)
    if not work.repeated:
        machine, case = _one(work)
        units = policy.units_of(by, ("office", "leader", "inspector"))
        loop.review(machine, case, units=units, reason=reason, **work.kwargs)
    return work.done()


@transaction.atomic(durable=True)
def close(
    pks: Sequence[UUID],
    *,
    by: Actor,
    request_id: UUID,
    at: datetime,
    reason: str = "",
    seen: Mapping[UUID, int] | None = None,
) -> list[UUID]:
    """Close (销号). A major hazard takes two people: the second signature closes it."""
    work = _begin("hazard.close", pks, by, request_id, at, seen, reason=reason)
    if not work.repeated:
        for machine, cases in work:
            loop.close(machine, cases, reason=reason, **work.kwargs)
    return work.done()


@transaction.atomic(durable=True)
def look_back(
    pk: UUID,
    *,
    holds: bool,
    by: Actor,
    request_id: UUID,
    at: datetime,
    reason: str,
    seen: int | None = None,
) -> list[UUID]:
    work = _begin(
        "hazard.look_back",
        [pk],
        by,
        request_id,
        at,
        _versions(pk, seen),
        holds=holds,
        reason=reason,
    )
    if not work.repeated:
        machine, case = _one(work)
        loop.look_back(machine, case, holds=holds, reason=reason, **work.kwargs)
    return work.done()


@transaction.atomic(durable=True)
def void(
    pks: Sequence[UUID],
    *,
    by: Actor,
    request_id: UUID,
    at: datetime,
    reason: str,
    seen: Mapping[UUID, int] | None = None,
) -> list[UUID]:
    """Take out what should not be there. A major hazard takes two people, as closing it does."""
    work = _begin("hazard.void", pks, by, request_id, at, seen, reason=reason)
    if not work.repeated:
        for machine, cases in work:
            alone = [case for case in cases if _needs_second(case, "void_asked", by)]
            _ask(machine, "void_asked", alone, reason, work)
            loop.void(
                machine, [case for case in cases if case not in alone], reason=reason, **work.kwargs
            )
    return work.done()


def _needs_second(case: Case, step: str, by: Actor, **wanted: object) -> bool:
    """Whether a major hazard waits for a second person to say the same (S19)."""
    if case.grade != Grade.MAJOR or by.trusted:
        return False
    return not loop.asked_by_another(case, step, by, **wanted)


def _ask(
    machine: Machine, step: str, cases: Sequence[Case], reason: str, work: Work, **wanted: object
) -> None:
    """The first of two signatures: on record, and nothing else changes."""
    if cases and not reason.strip():
        raise engine.ReasonMissing
    moves = [Move(case, {}, dict(wanted)) for case in cases]
    engine.take(machine, step, moves, reason=reason, **work.kwargs)


@transaction.atomic(durable=True)
def merge(
    pk: UUID, *, into: UUID, by: Actor, request_id: UUID, at: datetime, reason: str
) -> list[UUID]:
    """Two entries tell of one hazard: ``into`` stays, ``pk`` counts no longer."""
    work = _begin("hazard.merge", [pk, into], by, request_id, at, into=into, reason=reason)
    if not work.repeated:
        case, winner = work.cases[pk], work.cases[into]
        loop.merge(_machine(case), case, winner, reason=reason, **work.kwargs)
    return work.done()


@transaction.atomic(durable=True)
def split(
    pk: UUID, *, descriptions: Sequence[str], by: Actor, request_id: UUID, at: datetime, reason: str
) -> list[UUID]:
    """Several hazards were entered as one: the first description stays, the others become new."""
    work = _begin(
        "hazard.split", [pk], by, request_id, at, descriptions=descriptions, reason=reason
    )
    if work.repeated:
        return work.done()
    texts = [text.strip() for text in descriptions if text.strip()]
    if len(texts) < 2:
        raise Incomplete(
            field="descriptions", reason=_("Write at least two descriptions, one a line.")
        )
    machine, case = _one(work)
    hazard = Hazard.objects.get(pk=pk)
    made = loop.split(machine, case, len(texts) - 1, reason=reason, **work.kwargs)
    shared = {
        name: getattr(hazard, name)
        for name in ("category", "object_name", "place", "lon", "lat", "found_by")
    }
    put_records(
        [
            (new, text, shared, hazard.enterprise_id)
            for new, text in zip(made, texts[1:], strict=True)
        ],
        by_hand=True,
        at=at,
    )
    if about := hazard.about:
        _put_objects([(new.pk, about) for new in made])
    _amend(hazard, {"description": texts[0]})
    work.cases.update({new.pk: new for new in made})
    return work.done()


@transaction.atomic(durable=True)
def move(
    pks: Sequence[UUID],
    *,
    area_id: int | None = None,
    sector: str | None = None,
    source: str | None = None,
    topics: str | None = None,
    by: Actor,
    request_id: UUID,
    at: datetime,
    reason: str,
    seen: Mapping[UUID, int] | None = None,
) -> list[UUID]:
    """Correct where a hazard belongs. Open stocks move along; what was counted stays."""
    work = _begin(
        "hazard.move",
        pks,
        by,
        request_id,
        at,
        seen,
        area_id=area_id,
        sector=sector,
        source=source,
        topics=topics,
        reason=reason,
    )
    if work.repeated:
        return work.done()
    fields: dict[str, Any] = {}
    if area_id is not None:
        region = Region.objects.filter(pk=area_id).first()
        if region is None:
            raise Incomplete(field="area", reason=_("Choose the area from the list."))
        _check_own_area(region, by, ("office", "leader"))
        fields.update(area_id=region.pk, path=region.path)
    for name, value in (("sector_id", sector), ("source", source), ("topics", topics)):
        if value is not None:
            fields[name] = value
    for machine, cases in work:
        loop.move(machine, cases, fields, reason=reason, **work.kwargs)
    return work.done()


@transaction.atomic(durable=True)
def grade(
    pk: UUID,
    *,
    grade: str,
    basis: str,
    by: Actor,
    request_id: UUID,
    at: datetime,
    reason: str,
    seen: int | None = None,
) -> list[UUID]:
    """A person grades a hazard and names the clause; nothing grades it major by itself.

    A major one becomes less only when a second person says so, too: else one could close alone.
    """
    work = _begin(
        "hazard.grade",
        [pk],
        by,
        request_id,
        at,
        _versions(pk, seen),
        grade=grade,
        basis=basis,
        reason=reason,
    )
    if work.repeated:
        return work.done()
    machine, case = _one(work)
    if grade not in Grade.values or machine.kind != HAZARD.kind:
        raise Incomplete(field="grade", reason=_("Only hazards are graded: ordinary or major."))
    if grade == Grade.MAJOR and not basis.strip():
        raise Incomplete(field="basis", reason=_("Name the clause that makes it a major hazard."))
    if grade != Grade.MAJOR and _needs_second(case, "downgrade_asked", by, wanted_grade=grade):
        _ask(machine, "downgrade_asked", [case], reason, work, wanted_grade=grade)
        return work.done()
    loop.move(machine, [case], {"grade": grade}, reason=reason or basis, **work.kwargs)
    Hazard.objects.filter(pk=pk).update(basis=basis, grade_confirmed_by=by.user_id)
    return work.done()


@transaction.atomic(durable=True)
def amend(
    pk: UUID,
    *,
    fields: Mapping[str, Any],
    by: Actor,
    request_id: UUID,
    at: datetime,
    reason: str = "",
    seen: int | None = None,
) -> list[UUID]:
    """Change texts, the five elements and coordinates; the history shows before and after."""
    work = _begin(
        "hazard.amend", [pk], by, request_id, at, _versions(pk, seen), fields=fields, reason=reason
    )
    if not work.repeated:
        machine, case = _one(work)
        diff = _amend(Hazard.objects.get(pk=pk), fields)
        if diff:
            engine.take(machine, "amend", [Move(case, {}, diff)], reason=reason, **work.kwargs)
    return work.done()


@transaction.atomic(durable=True)
def describe_object(
    pk: UUID,
    *,
    about: About | None,
    by: Actor,
    request_id: UUID,
    at: datetime,
    reason: str = "",
    seen: int | None = None,
) -> list[UUID]:
    """Say what it is about: a vehicle, a road section …; None is the enterprise as such."""
    work = _begin(
        "hazard.amend", [pk], by, request_id, at, _versions(pk, seen), about=about, reason=reason
    )
    if not work.repeated:
        machine, case = _one(work)
        hazard = Hazard.objects.select_related("object_row").get(pk=pk)
        before = hazard.about
        if before != about:
            words = [_object_told(before), _object_told(about)]
            HazardObject.objects.filter(hazard=pk).delete()
            _put_objects([(pk, about)] if about else [])
            _amend(hazard, {"object_name": about.words if about else ""})
            engine.take(
                machine, "amend", [Move(case, {}, {"object": words})], reason=reason, **work.kwargs
            )
    return work.done()


def _object_told(about: About | None) -> str:
    """For the history: all that is kept of it."""
    if about is None:
        return ""
    return " ".join(filter(None, (about.name, about.number, about.address, about.stakes)))


@transaction.atomic(durable=True)
def suspend(
    pk: UUID,
    *,
    on: bool,
    by: Actor,
    request_id: UUID,
    at: datetime,
    reason: str,
    seen: int | None = None,
) -> list[UUID]:
    work = _begin(
        "hazard.suspend", [pk], by, request_id, at, _versions(pk, seen), on=on, reason=reason
    )
    if not work.repeated:
        machine, case = _one(work)
        loop.suspend(machine, case, on=on, reason=reason, **work.kwargs)
    return work.done()


@transaction.atomic(durable=True)
def ask_extension(
    pk: UUID,
    *,
    until: date,
    by: Actor,
    request_id: UUID,
    at: datetime,
    reason: str,
    seen: int | None = None,
) -> list[UUID]:
    work = _begin(
        "hazard.ask_extension",
        [pk],
        by,
        request_id,
        at,
        _versions(pk, seen),
        until=until,
        reason=reason,
    )
    if not work.repeated:
        machine, case = _one(work)
        loop.ask_extension(machine, case, until=until, reason=reason, **work.kwargs)
    return work.done()


@transaction.atomic(durable=True)
def decide_extension(
    pk: UUID,
    *,
    grant: bool,
    by: Actor,
    request_id: UUID,
    at: datetime,
    reason: str = "",
    seen: int | None = None,
) -> list[UUID]:
    work = _begin(
        "hazard.decide_extension",
        [pk],
        by,
        request_id,
        at,
        _versions(pk, seen),
        grant=grant,
        reason=reason,
    )
    if not work.repeated:
        machine, case = _one(work)
        loop.decide_extension(machine, case, grant=grant, reason=reason, **work.kwargs)
    return work.done()


@transaction.atomic(durable=True)
def put_on_list(
    pk: UUID,
    *,
    level: int,
    number: str,
    due_on: date,
    supervisor: int,
    by: Actor,
    request_id: UUID,
    at: datetime,
    reason: str = "",
    seen: int | None = None,
) -> list[UUID]:
    """Put a major hazard under listed supervision (挂牌督办)."""
    work = _begin(
        "hazard.list",
        [pk],
        by,
        request_id,
        at,
        _versions(pk, seen),
        level=level,
        number=number,
        due_on=due_on,
        supervisor=supervisor,
        reason=reason,
    )
    if work.repeated:
        return work.done()
    machine, case = _one(work)
    if case.grade != Grade.MAJOR:
        raise loop.ListingRefused(reason=_("only major hazards are listed; grade it first"))
    if not number.strip():
        raise Incomplete(field="number", reason=_("Enter the number of the listing notice."))
    loop.put_on_list(
        machine,
        case,
        level=level,
        number=number.strip(),
        due_on=due_on,
        supervisor=supervisor,
        reason=reason,
        **work.kwargs,
    )
    return work.done()


@transaction.atomic(durable=True)
def ask_delisting(
    pk: UUID, *, by: Actor, request_id: UUID, at: datetime, reason: str
) -> list[UUID]:
    work = _begin("hazard.delist", [pk], by, request_id, at, ask=True, reason=reason)
    if not work.repeated:
        machine, case = _one(work)
        loop.ask_delisting(machine, case, reason=reason, **work.kwargs)
    return work.done()


@transaction.atomic(durable=True)
def delist(pk: UUID, *, by: Actor, request_id: UUID, at: datetime, reason: str) -> list[UUID]:
    work = _begin("hazard.delist", [pk], by, request_id, at, ask=False, reason=reason)
    if not work.repeated:
        machine, case = _one(work)
        loop.delist(machine, case, reason=reason, **work.kwargs)
    return work.done()


# --- small ---------------------------------------------------------------------------------

#: Columns of Hazard that a person may change, and the limit of each text.
AMENDABLE = (
    "description",
    "category",
    "object_name",
    "place",
    "lon",
    "lat",
    "found_by",
    "measure",
    "responsible_unit",
    "responsible_person",
    "funds",
    "contingency",
    "result",
    "verifier",
    "remarks",
)


def _amend(hazard: Hazard, fields: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Set the fields and give back what changed. Unknown names are a slip of the caller."""
    diff = {}
    for name, value in fields.items():
        assert name in AMENDABLE, name
        limit = getattr(Hazard._meta.get_field(name), "max_length", None) or TEXT_CHARS_MAX
        if isinstance(value, str) and len(value) > limit:
            reason = _("Shorten the text to %(limit)s characters.") % {"limit": limit}
            raise Incomplete(field=name, reason=reason)
        before = getattr(hazard, name)
        if before != value:
            diff[name] = [_told(before), _told(value)]
            setattr(hazard, name, value)
    if diff:
        hazard.save(update_fields=list(diff))
        index([hazard])
    return diff


def _told(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else value


def _versions(pk: UUID, seen: int | None) -> dict[UUID, int] | None:
    return None if seen is None else {pk: seen}


def _attach(photos: Sequence[Prepared], pk: UUID, role: str, by: Actor, at: datetime) -> None:
    for photo in photos:
        attachments.attach(photo, "hazard", pk, role, by=by, at=at)


# --- the ladder's upper rungs --------------------------------------------------------------


def _proposal(pk: UUID, by: Actor, at: datetime) -> Proposal:
    """A proposal on a case that the person may decide; else what isn't there."""
    proposal = Proposal.objects.select_related("case").filter(pk=pk).first()
    if proposal is None:
        raise NotFound
    policy.access(Hazard.objects.all(), "hazard.propose", by, proposal.case_id, at=at)
    return proposal


@transaction.atomic(durable=True)
def decide_proposal(
    pk: UUID, *, approve: bool, by: Actor, request_id: UUID, at: datetime, reason: str = ""
) -> UUID:
    """A leader takes a drafted talk, circular or accountability up, or dismisses it."""
    proposal = _proposal(pk, by, at)
    given = {"pk": str(pk), "approve": approve, "reason": reason}
    if engine.once(request_id, "hazard.propose", by, given, at) is None:
        ladder.decide(proposal, approve=approve, by=by, at=at, reason=reason)
        engine.answered(request_id, [pk])
    return pk


@transaction.atomic(durable=True)
def carry_out(
    pk: UUID, *, on: date, paper_number: str, by: Actor, request_id: UUID, at: datetime
) -> UUID:
    """The talk was held, or the paper issued: now the rung is taken and the fact counts."""
    proposal = _proposal(pk, by, at)
    given = {"pk": str(pk), "on": on, "paper_number": paper_number}
    if engine.once(request_id, "hazard.carry_out", by, given, at) is None:
        ladder.carry_out(proposal, on=on, paper_number=paper_number, by=by, at=at)
        engine.answered(request_id, [pk])
    return pk
