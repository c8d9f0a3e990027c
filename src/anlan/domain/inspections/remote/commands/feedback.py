"""Feedback: the enterprise is told what came of a look, and signs for it."""

from __future__ import annotations

from typing import Unpack
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from anlan.base.refusal import MovedOn
from anlan.domain.inspections.remote import facts, firms
from anlan.domain.inspections.remote.models import NAME_CHARS_MAX, NOTE_CHARS_MAX, Pick
from anlan.domain.inspections.remote.permissions import LOOKS
from anlan.domain.inspections.remote.refusals import short, stated
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.units import main_unit
from anlan.kernel.loop import plain
from anlan.kernel.loop.plain import Call
from anlan.kernel.notices import outbox


@transaction.atomic(durable=True)
def tell(pk: UUID, *, to: str = "", **call: Unpack[Call]) -> UUID:
    """Tell the enterprise: its people on the system by a notice, others on paper, handed ``to``."""
    rows = Pick.objects.select_related("enterprise")
    pick, claim = plain.begin(rows, "remote.look", pk, {"tell": to}, **call)
    if claim.repeated:
        return pk
    pick = rows.select_for_update(of=("self",)).get(pk=pk)
    if pick.state == Pick.State.WAITING or pick.told_at:
        raise MovedOn
    units = firms.units_of(pick.enterprise_id, claim.at)
    if units:
        to = short(to, "to", NAME_CHARS_MAX)
    else:
        nobody = _("Nobody of the enterprise is on the system: write to whom it was handed.")
        to = stated(to, "to", nobody, NAME_CHARS_MAX)
    pick.told_at, pick.told_by, pick.told_to = claim.at, claim.by.name, to
    pick.save(update_fields=["told_at", "told_by", "told_to"])
    facts.post(facts.TOLD, [pick], 1, claim.at)
    unit = main_unit(claim.by, LOOKS).name
    outbox.post(
        "remote.told", to_units=units, about=pk, at=claim.at,
        data={"unit": unit, "firm": pick.enterprise.name, "way": pick.way},
    )  # fmt: skip
    claim.record("remote.tell", "remote_pick", pk, after={"to": to, "units": units})
    return claim.done(pk)


@transaction.atomic(durable=True)
def receive(pk: UUID, *, who: str = "", answer: str = "", **call: Unpack[Call]) -> UUID:
    """Sign for what one was told; or, by whoever looked, enter what was signed on paper.

    who:  who signed on paper; whoever signs on the system signs with their own name.
    """
    given = {"receive": who, "answer": answer}
    pick, claim = plain.begin(Pick.objects.all(), "remote.receive", pk, given, **call)
    if claim.repeated:
        return pk
    pick = Pick.objects.select_for_update(of=("self",)).get(pk=pk)
    if pick.told_at is None or pick.received_at:
        raise MovedOn
    if policy.allowed(Pick, pk, {"remote.look"}, claim.by):
        signed = stated(who, "who", _("Write who signed for it on paper."), NAME_CHARS_MAX)
    else:
        signed = claim.by.name
    pick.answer = short(answer, "answer", NOTE_CHARS_MAX)
    pick.received_at, pick.received_by = claim.at, signed
    pick.save(update_fields=["received_at", "received_by", "answer"])
    facts.post(facts.RECEIVED, [pick], 1, claim.at)
    claim.record("remote.receive", "remote_pick", pk, after={"by": signed, "answer": answer})
    return claim.done(pk)
