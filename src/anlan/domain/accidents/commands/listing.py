"""Listed supervision of an inquiry (查处挂牌督办): by an office above the unit that leads it."""

from __future__ import annotations

from datetime import date
from typing import Unpack
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.domain.accidents.commands.base import lacks, text_of
from anlan.domain.accidents.commands.inquiries import begin_on, turns
from anlan.domain.accidents.inquiring import INQUIRY
from anlan.domain.accidents.permissions import LEADS
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.units import main_unit
from anlan.kernel.loop import commands as loop
from anlan.kernel.loop.frame import OnOne
from anlan.kernel.loop.models import Listing

NUMBER_CHARS_MAX = 60


@transaction.atomic(durable=True)
def list_inquiry(
    pk: UUID, *, number: str, due_on: date, reason: str, **call: Unpack[OnOne]
) -> list[UUID]:
    """Put it under listed supervision, with its notice's number and a deadline of its own."""
    given = {"list": number, "due_on": due_on, "reason": reason}
    work = begin_on("inquiries.lead", [pk], given, **call)
    for turn in turns(work):
        no = text_of(number, "number", _("Enter the number of the listing notice."),
                     NUMBER_CHARS_MAX)  # fmt: skip
        why = text_of(reason, "reason", _("Say what is asked of the inquiry."))
        if due_on < timezone.localdate(work.at):
            raise lacks("due_on", _("Choose a day that isn't over."))
        unit = main_unit(work.by, LEADS)
        if unit.pk == turn.inquiry.lead_id or unit.area.level > turn.inquiry.level:
            raise lacks("number", _("An inquiry is watched over by another office than leads it, "
                                    "of its level or a higher one."))  # fmt: skip
        loop.put_on_list(
            INQUIRY, turn.case, level=unit.area.level, number=no, due_on=due_on,
            supervisor=unit.pk, reason=why, **work.call,
        )  # fmt: skip
    return work.done()


@transaction.atomic(durable=True)
def ask_delisting(pk: UUID, *, reason: str, **call: Unpack[OnOne]) -> list[UUID]:
    """Once its report is approved."""
    work = begin_on("inquiries.edit", [pk], {"ask_delisting": reason}, **call)
    for turn in turns(work):
        ready = turn.case.state in ("approved", "evaluated")
        loop.ask_delisting(INQUIRY, turn.case, reason=reason, is_ready=ready, **work.call)
    return work.done()


@transaction.atomic(durable=True)
def delist_inquiry(pk: UUID, *, reason: str, **call: Unpack[OnOne]) -> list[UUID]:
    """By the office that listed it, and not by whoever asked."""
    work = begin_on("inquiries.lead", [pk], {"delist": reason}, **call)
    for turn in turns(work):
        standing = Listing.objects.filter(case=pk, status__in=Listing.STANDING).first()
        theirs = policy.units_of(work.by, LEADS)
        if standing and standing.supervisor_id not in theirs and not work.by.trusted:
            raise lacks("reason", _("The office that listed it takes it off the list."))
        loop.delist(INQUIRY, turn.case, reason=reason, **work.call)
    return work.done()
