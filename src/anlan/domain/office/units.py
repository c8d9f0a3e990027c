"""机构改革: a unit ends or is merged away, and all it still answers for goes to its successor.

It sits above the unit, its cases and the enterprises it regulates, and does all of it in one
transaction: nobody ever sees a unit that is gone and still has work.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.base.actor import Actor
from anlan.base.refusal import NotFound, Refusal
from anlan.domain.enterprises import commands as enterprises
from anlan.domain.enterprises.models import Enterprise
from anlan.kernel.accounts import commands as accounts
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Post, Unit, UnitKind
from anlan.kernel.loop import plain, succession
from anlan.kernel.loop.refusals import ReasonMissing
from anlan.kernel.loop.succession import HandedOver

#: Units that one merger takes in.
MERGED_MAX = 50
#: Not authorities: none of those may be merged into one of these, or the other way round.
_FIRMS = frozenset({UnitKind.ENTERPRISE.value, UnitKind.TEAM.value})


class CannotSucceed(Refusal):
    """These units can't be merged, or that one can't take over."""

    code = "cannot_succeed"
    message = gettext_lazy("This can't be done: %(reason)s")
    status = 409


class WorkLeft(Refusal):
    """A unit that still has work ends only with somebody to take it over."""

    code = "work_left"
    message = gettext_lazy(
        "%(unit)s still has a part in %(cases)s open cases, %(proposals)s proposals and "
        "%(listings)s listings. Name the unit that takes them over."
    )
    status = 409


@dataclass(frozen=True)
class Preview:
    """What ends or passes on if a unit ends now."""

    work: HandedOver
    posts: int
    people: int
    lands: int
    children: int
    enterprises: int


def preview(unit: Unit) -> Preview:
    """What would happen, in counts; no word of the cases, which administrators don't see."""
    posts = Post.objects.filter(unit=unit, valid_to=None)
    return Preview(
        work=succession.held_by([unit.pk]),
        posts=posts.count(),
        people=posts.values("user").distinct().count(),
        lands=unit.jurisdictions.filter(valid_to=None).count(),
        children=unit.children.filter(valid_to=None).count(),
        enterprises=Enterprise.objects.filter(regulator=unit).count(),
    )


@transaction.atomic(durable=True)
def merge_units(
    unit_ids: Sequence[int],
    *,
    into: int,
    by: Actor,
    at: datetime,
    request_id: UUID,
    reason: str,
    move_people: bool = True,
) -> Unit:
    """Merge units into one that stays, with areas, people, open cases and regulated enterprises.

    Raises CannotSucceed, NotFound, ReasonMissing; then nothing was changed.
    """
    policy.demand(by, "units.edit", at)
    said = {"units": list(unit_ids), "into": into, "reason": reason, "people": move_people}
    claim = plain.claim("units.merge", said, by=by, at=at, request_id=request_id)
    if claim.repeated:
        return Unit.objects.get(pk=into)
    units, successor = _checked(unit_ids, into, reason)
    assert successor is not None
    accounts.merge_units(unit_ids, into=successor, by=by, at=at, move_people=move_people)
    _pass_on(units, successor, by, at, request_id, reason)
    claim.keep([])
    return successor


@transaction.atomic(durable=True)
def end_unit(
    unit_id: int,
    *,
    successor: int | None,
    by: Actor,
    at: datetime,
    request_id: UUID,
    reason: str,
) -> Unit:
    """End a unit. Its posts end with it; its open work needs a successor.

    Raises WorkLeft where there is work and no successor, CannotSucceed, NotFound, ReasonMissing.
    """
    policy.demand(by, "units.edit", at)
    said = {"unit": unit_id, "successor": successor, "reason": reason}
    claim = plain.claim("units.end", said, by=by, at=at, request_id=request_id)
    if claim.repeated:
        return Unit.objects.get(pk=unit_id)
    units, following = _checked([unit_id], successor, reason)
    if following is None:
        left = succession.held_by([unit_id])
        if left.cases or left.proposals or left.listings:
            raise WorkLeft(
                unit=units[0].name, cases=left.cases, proposals=left.proposals,
                listings=left.listings,
            )  # fmt: skip
    unit = accounts.end_unit(unit_id, successor=following, by=by, at=at)
    if following is not None:
        _pass_on(units, following, by, at, request_id, reason)
    claim.keep([])
    return unit


def _checked(
    unit_ids: Sequence[int], into: int | None, reason: str
) -> tuple[list[Unit], Unit | None]:
    """The units, locked in one order, so that two mergers can't take each other in."""
    assert 0 < len(unit_ids) <= MERGED_MAX, unit_ids
    if not reason.strip():
        raise ReasonMissing
    wanted = {*unit_ids, *([into] if into is not None else [])}
    found = {
        unit.pk: unit
        for unit in Unit.objects.select_for_update(of=("self",))
        .filter(pk__in=wanted)
        .order_by("pk")
    }
    if found.keys() != wanted:
        raise NotFound
    units = [found[pk] for pk in unit_ids]
    successor = found[into] if into is not None else None
    for unit in units:
        if unit.valid_to is not None:
            raise CannotSucceed(
                reason=_("%(unit)s has ended already; open the unit that took over.")
                % {"unit": unit.name}
            )
    if successor is not None:
        _may_succeed(units, successor)
    return units, successor


def _may_succeed(units: Sequence[Unit], successor: Unit) -> None:
    if successor.pk in {unit.pk for unit in units}:
        raise CannotSucceed(reason=_("a unit can't take itself over; choose another one."))
    if successor.valid_to is not None:
        raise CannotSucceed(
            reason=_("%(unit)s has ended itself; choose one that exists.")
            % {"unit": successor.name}
        )
    if any((unit.kind in _FIRMS) != (successor.kind in _FIRMS) for unit in units):
        raise CannotSucceed(
            reason=_("an authority and an enterprise can't take each other over; choose another.")
        )


def _pass_on(
    units: Sequence[Unit],
    successor: Unit,
    by: Actor,
    at: datetime,
    request_id: UUID,
    reason: str,
) -> None:
    ids = [unit.pk for unit in units]
    succession.hand_over_unit(ids, successor, by=by, at=at, request_id=request_id, reason=reason)
    enterprises.replace_regulator(ids, successor, by=by, at=at)
