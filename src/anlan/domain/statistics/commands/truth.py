"""Saying what somebody made of a flag of the truth checks."""

from __future__ import annotations

from typing import Unpack
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from anlan.base.refusal import NotFound
from anlan.domain.statistics.models import TEXT_CHARS_MAX, Looked, Verdict
from anlan.domain.statistics.refusals import ViewIncomplete
from anlan.kernel.accounts import policy, readers
from anlan.kernel.loop import plain
from anlan.kernel.loop.plain import Call
from anlan.kernel.regions.models import Region

FLAG_CHARS_MAX = 200


@transaction.atomic(durable=True)
def note(pk: UUID, *, flag: str, area: int, verdict: str, note: str, **call: Unpack[Call]) -> UUID:
    """Write down that a flag was looked at; what was written before stays."""
    policy.demand(call["by"], "truth.note", call["at"])
    given = {"pk": pk, "flag": flag, "area": area, "verdict": verdict, "note": note}
    claim = plain.claim("truth.note", given, **call)
    if claim.repeated:
        return claim.answer[0]
    place = Region.objects.filter(pk=area).first()
    if place is None:
        raise NotFound
    readers.demand(claim.by, place, claim.at)
    if verdict not in Verdict.values:
        raise ViewIncomplete(field="verdict", reason=_("Choose from the list."))
    if not note.strip():
        raise ViewIncomplete(field="note", reason=_("Write what you found."))
    Looked.objects.create(
        pk=pk, rule=flag.split(":")[0][:20], flag=flag[:FLAG_CHARS_MAX], area=place,
        path=place.path, verdict=verdict, note=note.strip()[:TEXT_CHARS_MAX], at=claim.at,
        who=claim.by.name,
    )  # fmt: skip
    claim.record("truth.note", "statistics.flag", flag[:60], reason=note, after=given)
    return claim.done(pk)
