"""Payments of a fine, in parts or at once: never more than the fine."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Unpack
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from anlan.base.refusal import MovedOn, NotFound
from anlan.domain.enforcement import facts
from anlan.domain.enforcement.commands.checking import refused
from anlan.domain.enforcement.models import REASON_CHARS_MAX, Entry, Payment
from anlan.domain.enforcement.money import yuan
from anlan.domain.enforcement.permissions import ENTERS
from anlan.domain.enforcement.refusals import stated
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.units import main_unit
from anlan.kernel.loop import plain
from anlan.kernel.loop.plain import Call

OBJECT = "enforcement.payment"


@dataclass(frozen=True)
class NewPayment:
    """``pk`` is made by the client; ``amount`` is in fen."""

    pk: UUID
    entry: UUID
    on: date
    amount: int


@transaction.atomic(durable=True)
def pay(new: NewPayment, **call: Unpack[Call]) -> UUID:
    """Enter what was paid of a fine. Of two at once the second sees what the first left to pay."""
    given = asdict(new)
    rows = Entry.objects.filter(withdrawn_at=None)
    _row, claim = plain.begin(rows, "enforcement.enter", new.entry, given, **call)
    if claim.repeated:
        return new.pk
    entry = Entry.objects.select_for_update(of=("self",)).get(pk=new.entry)
    if entry.withdrawn_at:
        raise NotFound
    if Payment.objects.filter(pk=new.pk).exists():
        raise MovedOn
    if not entry.fined:
        raise refused("amount", _("This entry has no fine, so nothing can be paid of it."))
    if not entry.on <= new.on <= timezone.localdate(claim.at):
        raise refused(
            "on",
            _("The day of the payment lies before the decision or ahead of today; correct it."),
        )
    if not 0 < new.amount <= entry.owed:
        raise refused(
            "amount",
            _("Write an amount above nought and at most %(owed)s yuan: that much is still owed.")
            % {"owed": yuan(entry.owed)},
        )
    payment = Payment(
        id=new.pk, entry=entry, on=new.on, amount=new.amount, unit=main_unit(claim.by, ENTERS),
        user_id=claim.by.user_id, entered_at=claim.at,
    )  # fmt: skip
    try:
        with transaction.atomic():
            payment.save(force_insert=True)
    except IntegrityError:
        # Sent at the same moment from another page.
        raise MovedOn from None
    entry.paid += new.amount
    entry.save(update_fields=["paid"])
    facts.post_payment(payment, entry, 1, at=claim.at)
    claim.record("enforcement.pay", OBJECT, new.pk, after={"entry": entry.pk, "amount": new.amount})
    return claim.done(new.pk)


@transaction.atomic(durable=True)
def withdraw_payment(pk: UUID, *, reason: str, **call: Unpack[Call]) -> UUID:
    """Take back a payment that was entered by mistake; returns the entry whose fine it was of."""
    payment = Payment.objects.filter(pk=pk).first()
    if payment is None:
        raise NotFound
    entry = policy.access(
        Entry.objects.all(), "enforcement.withdraw", call["by"], payment.entry_id, at=call["at"]
    )
    claim = plain.claim("enforcement.unpay", {"pk": pk, "reason": reason}, **call)
    if claim.repeated:
        return entry.pk
    entry = Entry.objects.select_for_update(of=("self",)).get(pk=entry.pk)
    # Read under the entry's lock: somebody may have withdrawn it meanwhile.
    payment = Payment.objects.get(pk=pk)
    if payment.withdrawn_at:
        raise NotFound
    reason = stated(reason, "reason", _("Write why the payment is withdrawn."), REASON_CHARS_MAX)
    payment.withdrawn_at, payment.withdrawn_because = claim.at, reason
    payment.save(update_fields=["withdrawn_at", "withdrawn_because"])
    entry.paid -= payment.amount
    entry.save(update_fields=["paid"])
    facts.post_payment(payment, entry, -1, at=claim.at)
    claim.record("enforcement.unpay", OBJECT, pk, reason=reason)
    return claim.done(entry.pk)
