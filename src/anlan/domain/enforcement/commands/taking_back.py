"""Taking back what was entered by mistake: with a reason, and never what something rests on."""

from __future__ import annotations

from typing import Unpack
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from anlan.base.refusal import MovedOn, NotFound
from anlan.domain.enforcement import facts
from anlan.domain.enforcement.commands.checking import refused
from anlan.domain.enforcement.commands.entering import OBJECT
from anlan.domain.enforcement.models import REASON_CHARS_MAX, Entry, Violation
from anlan.domain.enforcement.refusals import stated
from anlan.kernel.loop import plain
from anlan.kernel.loop.plain import Call


@transaction.atomic(durable=True)
def withdraw(pk: UUID, *, reason: str, **call: Unpack[Call]) -> UUID:
    """Take an entry back with all that it counted.

    Refused where something rests on it: a payment of its fine, or a recheck that found one of its
    violations rectified. A recheck that goes opens its violations again.
    """
    given = {"reason": reason}
    row, claim = plain.begin(Entry.objects.all(), "enforcement.withdraw", pk, given, **call)
    if claim.repeated:
        return pk
    row = Entry.objects.select_for_update(of=("self",)).get(pk=pk)
    if row.withdrawn_at:
        raise NotFound
    reason = stated(reason, "reason", _("Write why the entry is withdrawn."), REASON_CHARS_MAX)
    if row.paid:
        raise refused(
            "reason",
            _("A payment of this fine stands in the book. Withdraw the payment first."),
        )
    if row.found:
        # A recheck that ticks one of them at this moment is seen, or waits and finds it void.
        mine = Violation.objects.filter(entry=row).order_by("pk")
        if any(each.rectified_by_id for each in mine.select_for_update()):
            raise refused(
                "reason",
                _("A recheck found a violation of this entry rectified. Withdraw the recheck "
                  "first."),
            )  # fmt: skip
        mine.update(void=True)
    if row.rectified:
        _open_again(row)
    row.withdrawn_at, row.withdrawn_because, row.origin = claim.at, reason, None
    row.save(update_fields=["withdrawn_at", "withdrawn_because", "origin"])
    facts.take_back([row], at=claim.at)
    claim.record("enforcement.withdraw", OBJECT, pk, reason=reason)
    return claim.done(pk)


def _open_again(row: Entry) -> None:
    try:
        with transaction.atomic():
            opened = Violation.objects.filter(rectified_by=row).update(rectified_by=None)
    except IntegrityError:
        raise refused(
            "reason",
            _("A violation that this recheck found rectified was found again since. Withdraw that "
              "entry first."),
        ) from None  # fmt: skip
    if opened != row.rectified:
        raise MovedOn
