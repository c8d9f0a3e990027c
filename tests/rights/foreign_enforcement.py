"""Foreign entries of the book of enforcement: a fine with a violation and a payment of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from anlan.base.ids import uuid7
from anlan.domain.enforcement.models import Entry, Payment, Violation
from anlan.kernel.accounts.models import Unit
from anlan.kernel.regions.models import Region


def plant_enforcement(
    word: str, place: Region, sector: str, enterprise: int, unit: Unit, at: datetime
) -> dict[str, Any]:
    """Numbers by the names of the pages that open them."""
    pk = uuid7()
    entry = Entry.objects.create(
        id=pk, kind="penalty", number=word, on=at.date(), unit=unit, area=place, path=place.path,
        sector_id=sector, enterprise_id=enterprise, party=word, what=word, found=1, fine=200,
        paid=100, key=pk.hex, entered_at=at,
    )  # fmt: skip
    Violation.objects.create(entry=entry, place=1, enterprise_id=enterprise, words=word, key=pk.hex)
    paid = Payment.objects.create(entry=entry, on=at.date(), amount=100, unit=unit, entered_at=at)
    return {
        "enforcement:unpay": paid.pk,
        **{f"enforcement:{name}": entry.pk for name in ("one", "pay", "withdraw")},
    }
