"""A listing goes up a level (挂牌督办升级): the one below ends, the one above takes its place.

Runs in its caller's transaction, with the case locked. The case stays listed all the while, so
that neither "listed" nor "delisted" counts; the chain of listings shows who held it and when.
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.kernel.loop import commands as loop
from anlan.kernel.loop import engine, told
from anlan.kernel.loop.engine import Move
from anlan.kernel.loop.machine import Machine
from anlan.kernel.loop.models import Case, Listing, PartyRole


def escalate(
    machine: Machine,
    case: Case,
    *,
    level: int,
    number: str,
    due_on: date,
    supervisor: int,
    by: Actor,
    at: datetime,
    request_id: UUID,
    reason: str,
) -> Listing:
    """List the case at a higher level in place of the listing that stands; returns the new one.

    Raises ListingRefused where none stands, delisting is asked for, or the number is taken.
    """
    assert transaction.get_connection().in_atomic_block
    before = Listing.objects.filter(case=case, status=Listing.Status.LISTED).first()
    if before is None:
        raise loop.ListingRefused(
            reason=_("only what is listed, and not to be delisted, goes up a level")
        )
    if level >= before.level:
        raise loop.ListingRefused(reason=_("choose a level above the one that holds it"))
    Listing.objects.filter(pk=before.pk).update(status=Listing.Status.ESCALATED)
    try:
        with transaction.atomic():
            after = Listing.objects.create(
                case=case, level=level, number=number, listed_on=timezone.localdate(at),
                due_on=due_on, supervisor_id=supervisor, reason=reason,
            )  # fmt: skip
    except IntegrityError as error:
        raise loop.ListingRefused(
            reason=_("the number %(number)s is taken; choose another") % {"number": number}
        ) from error
    move = Move(case, {}, {"number": [before.number, number], "level": [before.level, level]})
    engine.take(machine, "escalate", [move], by=by, at=at, request_id=request_id, reason=reason)
    engine.parties([case], PartyRole.SUPERVISOR, {case.pk: supervisor}, at=at)
    told.parties([case], PartyRole.RECTIFIER, "loop.listed", at=at, listing=number)
    return after
