"""A text's end: repealed, or replaced by another; and that this was an error."""

from __future__ import annotations

from datetime import date
from typing import Any, Unpack
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from anlan.domain.library.commands.base import day_within, lacks, locked, text_of
from anlan.domain.library.models import TITLE_CHARS_MAX, Text
from anlan.kernel.accounts import policy
from anlan.kernel.loop import plain
from anlan.kernel.loop.plain import Call

#: Texts that replaced one another, one behind the other.
CHAIN_MAX = 100


@transaction.atomic(durable=True)
def end(
    pk: UUID, *, on: date, reason: str, replaced_by: UUID | None = None, seen: int | None = None,
    **call: Unpack[Call],
) -> UUID:  # fmt: skip
    """Say from which day a text is no longer in force, by what, and what took its place."""
    given = {"on": on, "reason": reason, "replaced_by": replaced_by}
    _row, claim = plain.begin(Text.objects.all(), "laws.edit", pk, given, **call)
    if claim.repeated:
        return pk
    row = locked(pk, seen)
    if row.first_on is None:
        raise lacks("on", _("It isn't in the library yet; drop the draft instead."))
    day_within(on, "on")
    if on <= row.first_on:
        raise lacks("on", _("It ends after the day from which it is in force."))
    if row.editions.filter(state="stands", effective_on__gte=on).exists():
        raise lacks("on", _("A later edition comes into force on or after that day."))
    row.end_reason = text_of(
        reason, "reason", _("Say by which decision or text it ends."), TITLE_CHARS_MAX
    )
    row.replaced_by = _other(row, replaced_by, claim.by, claim.at)
    row.ended_on = on
    row.save()
    after: dict[str, Any] = {"ended_on": on.isoformat()}
    if row.replaced_by:
        after["replaced_by"] = row.replaced_by.title
    claim.record("laws.end", "library_text", pk, reason=row.end_reason, after=after)
    return claim.done(pk)


@transaction.atomic(durable=True)
def resume(pk: UUID, *, reason: str, seen: int | None = None, **call: Unpack[Call]) -> UUID:
    """Take back that it has ended."""
    _row, claim = plain.begin(Text.objects.all(), "laws.edit", pk, {"reason": reason}, **call)
    if claim.repeated:
        return pk
    row = locked(pk, seen)
    if row.ended_on is None:
        raise lacks("reason", _("It has not ended."))
    why = text_of(reason, "reason", _("Say why it is in force all the same."), TITLE_CHARS_MAX)
    before = {"ended_on": row.ended_on.isoformat()}
    row.ended_on, row.end_reason, row.replaced_by = None, "", None
    row.save()
    claim.record("laws.resume", "library_text", pk, reason=why, before=before)
    return claim.done(pk)


def _other(row: Text, pk: UUID | None, by: Any, at: Any) -> Text | None:
    """The text that takes its place: one that the person sees, and that doesn't lead back here."""
    if pk is None:
        return None
    rows = policy.permitted(Text.objects.all(), "laws.view", by)
    other = rows.filter(pk=pk, first_on__isnull=False).exclude(pk=row.pk).first()
    if other is None:
        raise lacks("replaced_by", _("Choose another text of the library."))
    behind: Text | None = other
    for _n in range(CHAIN_MAX):
        behind = behind.replaced_by if behind else None
        if behind is None:
            return other
        if behind.pk == row.pk:
            break
    raise lacks("replaced_by", _("That text was itself replaced by this one."))
