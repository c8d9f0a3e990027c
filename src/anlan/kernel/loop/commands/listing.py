"""Listed supervision (挂牌督办): a track of its own beside the ladder."""

from __future__ import annotations

from datetime import date
from typing import Unpack

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.kernel.loop import engine, told
from anlan.kernel.loop.commands.signing import not_whoever_asked, reason_in
from anlan.kernel.loop.engine import Move
from anlan.kernel.loop.machine import Machine
from anlan.kernel.loop.models import Case, Listing, PartyRole
from anlan.kernel.loop.refusals import ListingRefused
from anlan.kernel.loop.requests import Call


def put_on_list(
    machine: Machine,
    case: Case,
    *,
    level: int,
    number: str,
    due_on: date,
    supervisor: int,
    reason: str = "",
    **call: Unpack[Call],
) -> Listing:
    """Put a case under listed supervision (挂牌督办) by a government's level."""
    at = call["at"]
    if case.listed:
        raise ListingRefused(reason=_("it is listed already"))
    try:
        with transaction.atomic():
            listing = Listing.objects.create(
                case=case,
                level=level,
                number=number,
                listed_on=timezone.localdate(at),
                due_on=due_on,
                supervisor_id=supervisor,
                reason=reason,
            )
    except IntegrityError as error:
        raise ListingRefused(
            reason=_("the number %(number)s is taken; choose another") % {"number": number}
        ) from error
    move = Move(case, {"listed": True}, {"number": number, "level": level})
    engine.take(machine, "list", [move], reason=reason, **call)
    engine.parties([case], PartyRole.SUPERVISOR, {case.pk: supervisor}, at=at)
    told.parties([case], PartyRole.RECTIFIER, "loop.listed", at=at, listing=number)
    return listing


def ask_delisting(
    machine: Machine, case: Case, *, reason: str, is_ready: bool | None = None,
    **call: Unpack[Call],
) -> None:  # fmt: skip
    """Ask for delisting (摘牌) once it is rectified and verified.

    is_ready:  where something else than that says so, whether it does.
    """
    listing = Listing.objects.filter(case=case, status=Listing.Status.LISTED).first()
    if listing is None or not (not case.unsettled if is_ready is None else is_ready):
        raise ListingRefused(reason=_("only a listed case that is rectified can be delisted"))
    engine.take(machine, "delisting_asked", [Move(case)], reason=reason_in(reason), **call)
    Listing.objects.filter(pk=listing.pk).update(
        status=Listing.Status.DELISTING, asked_by=call["by"].user_id
    )


def delist(machine: Machine, case: Case, *, reason: str, **call: Unpack[Call]) -> None:
    """Take a case off the list after acceptance. Not by whoever asked for it."""
    listing = Listing.objects.filter(case=case, status=Listing.Status.DELISTING).first()
    if listing is None:
        raise ListingRefused(reason=_("nobody has asked for delisting"))
    not_whoever_asked(case, "delisting_asked", listing.asked_by, call["by"])
    move = Move(case, {"listed": False}, {"number": listing.number})
    engine.take(machine, "delist", [move], reason=reason_in(reason), **call)
    Listing.objects.filter(pk=listing.pk).update(
        status=Listing.Status.DELISTED,
        delisted_on=timezone.localdate(call["at"]),
        delisted_by=call["by"].user_id,
    )
