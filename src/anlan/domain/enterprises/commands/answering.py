"""As which unit an enterprise answers: whoever works for it signs in there and sees it alone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from anlan.base.actor import Actor
from anlan.domain.enterprises import queries
from anlan.domain.enterprises.commands.writing import entry_of
from anlan.domain.enterprises.models import Enterprise
from anlan.kernel.accounts import units
from anlan.kernel.accounts.models import Unit
from anlan.kernel.accounts.policy import today_of


@transaction.atomic
def answering_unit(pk: int, *, by: Actor, at: datetime) -> Unit:
    """The unit that an enterprise has already, else one that is made for it.

    An entry that was merged into another answers as that one. Rights are the caller's, who
    assigns something to it.
    """
    firm = Enterprise.objects.get(pk=queries.successor(pk))
    found = queries.unit_of(firm.pk, today_of(by))
    return found or units.for_enterprise(
        firm.pk, firm.name, firm.area_id, firm.path, also=queries.family(firm.pk)[1:], by=by, at=at
    )


@transaction.atomic
def make_unit(pk: int, *, by: Actor, at: datetime) -> Unit:
    """Let an enterprise have its people on the system before anything is assigned to it."""
    return answering_unit(entry_of(pk, "enterprise.edit", by).pk, by=by, at=at)


def units_by_code(codes_stated: Iterable[str], by: Actor, at: datetime) -> dict[str, Unit]:
    """For a list of people: their enterprises' units by the credit codes that the list states."""
    known = queries.by_codes(codes_stated)
    return {code: answering_unit(firm.pk, by=by, at=at) for code, firm in known.items()}
