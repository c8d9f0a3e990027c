"""Correcting what was entered: texts, grade, place, and what should be one, several or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Unpack
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.domain.hazards.commands.finding import check_own_area
from anlan.domain.hazards.commands.frame import begin
from anlan.domain.hazards.commands.records import put_objects, put_records, set_fields
from anlan.domain.hazards.loop import HAZARD, LOOPS
from anlan.domain.hazards.models import Grade, Hazard
from anlan.domain.hazards.objects import About
from anlan.domain.hazards.refusals import Incomplete
from anlan.kernel.loop import commands as loop
from anlan.kernel.loop import engine
from anlan.kernel.loop.engine import Move
from anlan.kernel.loop.frame import Call, OnOne, OnSet, Work
from anlan.kernel.loop.machine import Machine
from anlan.kernel.loop.models import Case
from anlan.kernel.regions.models import Region


@transaction.atomic(durable=True)
def amend(
    pk: UUID, *, fields: Mapping[str, Any], reason: str = "", **call: Unpack[OnOne]
) -> list[UUID]:
    """Change texts, the five elements and coordinates; the history shows before and after."""
    work = begin("hazard.amend", [pk], {"fields": fields, "reason": reason}, **call)
    for machine, case in work.each():
        if diff := set_fields(Hazard.objects.get(pk=pk), fields):
            engine.take(machine, "amend", [Move(case, {}, diff)], reason=reason, **work.call)
    return work.done()


@transaction.atomic(durable=True)
def describe_object(
    pk: UUID, *, about: About | None, reason: str = "", **call: Unpack[OnOne]
) -> list[UUID]:
    """Say what it is about: a vehicle, a road section …; None is the enterprise as such."""
    work = begin("hazard.amend", [pk], {"about": about, "reason": reason}, **call)
    for machine, case in work.each():
        hazard = Hazard.objects.select_related("object_row").get(pk=pk)
        before = hazard.about
        if before == about:
            continue
        put_objects({pk: about})
        set_fields(hazard, {"object_name": about.words if about else ""})
        told = {"object": [_object_told(before), _object_told(about)]}
        engine.take(machine, "amend", [Move(case, {}, told)], reason=reason, **work.call)
    return work.done()


def _object_told(about: About | None) -> str:
    """For the history: all that is kept of it."""
    if about is None:
        return ""
    return " ".join(filter(None, (about.name, about.number, about.address, about.stakes)))


@transaction.atomic(durable=True)
def move(
    pks: Sequence[UUID],
    *,
    area_id: int | None = None,
    sector: str | None = None,
    source: str | None = None,
    topics: str | None = None,
    reason: str,
    **call: Unpack[OnSet],
) -> list[UUID]:
    """Correct where a hazard belongs. Open stocks move along; what was counted stays."""
    given = {"area_id": area_id, "sector": sector, "source": source, "topics": topics}
    work = begin("hazard.move", pks, {**given, "reason": reason}, **call)
    for machine, cases in work:
        fields = {} if area_id is None else _area(area_id, work.by)
        named = {"sector_id": sector, "source": source, "topics": topics}
        fields.update({name: value for name, value in named.items() if value is not None})
        loop.move(machine, cases, fields, reason=reason, **work.call)
    return work.done()


def _area(pk: int, by: Actor) -> dict[str, Any]:
    region = Region.objects.filter(pk=pk).first()
    if region is None:
        raise Incomplete(field="area", reason=_("Choose the area from the list."))
    check_own_area(region, by, ("office", "leader"))
    return {"area_id": region.pk, "path": region.path}


@transaction.atomic(durable=True)
def grade(pk: UUID, *, grade: str, basis: str, reason: str, **call: Unpack[OnOne]) -> list[UUID]:
    """A person grades a hazard and names the clause; nothing grades it major by itself.

    A major one becomes less only when a second person says so, too: else one could close alone.
    """
    given = {"grade": grade, "basis": basis, "reason": reason}
    work = begin("hazard.grade", [pk], given, **call)
    for machine, case in work.each():
        if grade not in Grade.values or machine.kind != HAZARD.kind:
            raise Incomplete(field="grade", reason=_("Only hazards are graded: ordinary or major."))
        if grade == Grade.MAJOR and not basis.strip():
            raise Incomplete(
                field="basis", reason=_("Name the clause that makes it a major hazard.")
            )
        wanted = {"wanted_grade": grade}
        if grade != Grade.MAJOR and _needs_second(case, "downgrade_asked", work.by, **wanted):
            _ask(machine, "downgrade_asked", [case], reason, work, **wanted)
            continue
        loop.move(machine, [case], {"grade": grade}, reason=reason or basis, **work.call)
        Hazard.objects.filter(pk=pk).update(basis=basis, grade_confirmed_by=work.by.user_id)
    return work.done()


@transaction.atomic(durable=True)
def void(pks: Sequence[UUID], *, reason: str, **call: Unpack[OnSet]) -> list[UUID]:
    """Take out what should not be there. A major hazard takes two people, as closing it does."""
    work = begin("hazard.void", pks, {"reason": reason}, **call)
    for machine, cases in work:
        alone = [case for case in cases if _needs_second(case, "void_asked", work.by)]
        _ask(machine, "void_asked", alone, reason, work)
        both = [case for case in cases if case not in alone]
        loop.void(machine, both, reason=reason, **work.call)
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
    engine.take(machine, step, moves, reason=reason, **work.call)


@transaction.atomic(durable=True)
def merge(pk: UUID, *, into: UUID, reason: str, **call: Unpack[Call]) -> list[UUID]:
    """Two entries tell of one hazard: ``into`` stays, ``pk`` counts no longer.

    A major one goes only when a second person names the same ``into``: else one could let it
    vanish into an ordinary or a closed one.
    """
    work = begin("hazard.merge", [pk, into], {"into": into, "reason": reason}, **call)
    if work.cases:
        case, winner = work.cases[pk], work.cases[into]
        machine, wanted = LOOPS[case.kind], {"merge_into": winner.number}
        loop.check_merge(case, winner)
        if _needs_second(case, "merge_asked", work.by, **wanted):
            _ask(machine, "merge_asked", [case], reason, work, **wanted)
        else:
            loop.merge(machine, case, winner, reason=reason, **work.call)
    return work.done()


@transaction.atomic(durable=True)
def split(
    pk: UUID, *, descriptions: Sequence[str], reason: str, **call: Unpack[Call]
) -> list[UUID]:
    """Several hazards were entered as one: the first description stays, the others become new."""
    given = {"descriptions": descriptions, "reason": reason}
    work = begin("hazard.split", [pk], given, **call)
    for machine, case in work.each():
        texts = [text.strip() for text in descriptions if text.strip()]
        if len(texts) < 2:
            raise Incomplete(
                field="descriptions", reason=_("Write at least two descriptions, one a line.")
            )
        hazard = Hazard.objects.get(pk=pk)
        made = loop.split(machine, case, len(texts) - 1, reason=reason, **work.call)
        shared = ("category", "object_name", "place", "lon", "lat", "found_by")
        columns = {name: getattr(hazard, name) for name in shared}
        put_records(
            [
                (new, text, columns, hazard.enterprise_id)
                for new, text in zip(made, texts[1:], strict=True)
            ],
            by_hand=True,
            at=work.at,
        )
        if about := hazard.about:
            put_objects({new.pk: about for new in made})
        set_fields(hazard, {"description": texts[0]})
        work.cases.update({new.pk: new for new in made})
    return work.done()
