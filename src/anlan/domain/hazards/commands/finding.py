"""Entering what was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any, Unpack
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.base.limits import TEXT_CHARS_MAX
from anlan.base.prepared import Among
from anlan.base.refusal import NotFound
from anlan.domain.enterprises.models import Enterprise
from anlan.domain.hazards.commands.records import attach, put_objects, put_records
from anlan.domain.hazards.loop import HAZARD, LOOPS
from anlan.domain.hazards.models import Grade, Hazard, Source
from anlan.domain.hazards.objects import About
from anlan.domain.hazards.refusals import Incomplete, NotByHand
from anlan.kernel.accounts import held, policy
from anlan.kernel.accounts.models import Sector
from anlan.kernel.loop import engine, plain
from anlan.kernel.loop.engine import Move, NewCase
from anlan.kernel.loop.frame import Call
from anlan.kernel.loop.machine import Machine
from anlan.kernel.papers.attachments import Prepared
from anlan.kernel.regions.models import Region

FINDERS = ("office", "leader", "inspector", "duty", "grid", "rectifier")


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

    def case(self, path: str) -> NewCase:
        return NewCase(
            pk=self.pk,
            area_id=self.area_id,
            path=path,
            unit_id=self.unit_id,
            opened_on=self.opened_on,
            sector=self.sector,
            grade=self.grade,
            source=self.source,
            topics=self.topics,
            enterprise_id=self.enterprise_id,
            due_on=self.due_on,
        )

    @property
    def columns(self) -> dict[str, Any]:
        """Lists and the search know an object by its words."""
        return {**self.fields, "object_name": self.about.words} if self.about else self.fields


@transaction.atomic(durable=True)
def find(
    findings: Sequence[Finding],
    *,
    photos: Sequence[Prepared] = (),
    after: Sequence[Prepared] = (),
    **call: Unpack[Call],
) -> list[UUID]:
    """Enter what was found; what was rectified on the spot goes straight on to verification.

    photos: of the one hazard that a form enters.
    after:  of the same once it was rectified on the spot.
    """
    return find_within(findings, photos=photos, after=after, **call)


def find_within(
    findings: Sequence[Finding],
    *,
    photos: Sequence[Prepared] = (),
    after: Sequence[Prepared] = (),
    **call: Unpack[Call],
) -> list[UUID]:
    """The same in the transaction of a command that names them: both stand, or neither."""
    assert transaction.get_connection().in_atomic_block
    claim = plain.claim("hazard.find", {"findings": findings}, **call)
    if claim.repeated:
        return claim.answer
    by, at = claim.by, claim.at
    areas = {area.pk: area for area in _areas.rows({item.area_id for item in findings})}
    for item in findings:
        _check(item, areas, by, timezone.localdate(at))
    for kind, group in groupby(sorted(findings, key=lambda item: item.kind), lambda i: i.kind):
        _enter(LOOPS[kind], list(group), areas, **call)
    attach(photos, findings[0].pk, "before", by, at)
    if after:
        if not findings[0].fixed:
            raise Incomplete(field="fixed", reason=_("Write what was done, beside its photos."))
        attach(after, findings[0].pk, "after", by, at)
    done = [item.pk for item in findings]
    claim.keep(done)
    return done


_areas = Among(lambda: Region.objects.all(), "pk")


def _enter(
    machine: Machine, items: Sequence[Finding], areas: Mapping[int, Region], **call: Unpack[Call]
) -> None:
    new = [item.case(areas[item.area_id].path) for item in items]
    pairs = list(zip(engine.open_cases(machine, new, **call), items, strict=True))
    put_records(
        [(case, item.description, item.columns, item.enterprise_id) for case, item in pairs],
        by_hand=True,
        at=call["at"],
    )
    put_objects({item.pk: item.about for item in items if item.about})
    fixed = [Move(case, {}, {"result": item.fixed}) for case, item in pairs if item.fixed]
    engine.take(machine, "fix_on_spot", fixed, **call)
    for move in fixed:
        Hazard.objects.filter(pk=move.case.pk).update(result=move.changes["result"])


def _check(item: Finding, areas: Mapping[int, Region], by: Actor, today: date) -> None:
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
    check_own_area(areas[item.area_id], by, FINDERS)


def check_own_area(area: Region, by: Actor, roles: Sequence[str]) -> None:
    """Nobody puts a hazard into an area that no unit of theirs answers for."""
    own = [grant.path for grant in held.grants(by) if grant.role in roles]
    if not by.trusted and not any(area.path.startswith(path) for path in own):
        raise Incomplete(
            field="area",
            reason=_("%(area)s is outside your areas; choose one within them.")
            % {"area": area.name},
        )
