"""What stands around a form: units that declare, and the items it declares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Unpack
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from anlan.domain.filings import terms, who
from anlan.domain.filings.commands.base import lacks, short, text_of
from anlan.domain.filings.commands.forms import locked, maker
from anlan.domain.filings.models import (
    NAME_CHARS_MAX,
    TITLE_CHARS_MAX,
    UNIT_CHARS_MAX,
    Adds,
    Declarer,
    Form,
    Item,
)
from anlan.kernel.accounts import policy
from anlan.kernel.loop import plain
from anlan.kernel.loop.plain import Call


@transaction.atomic(durable=True)
def let_declare(pk: UUID, *, unit: int, since: date, reason: str, **call: Unpack[Call]) -> UUID:
    """From a day on a unit that isn't on the system declares what others derive."""
    given = {"declare": unit, "since": since, "reason": reason}
    _row, claim = plain.begin(Form.objects.all(), "forms.edit", pk, given, **call)
    if claim.repeated:
        return pk
    form = locked(pk, None)
    why = text_of(reason, "reason", _("Say why it isn't on the system."), TITLE_CHARS_MAX)
    if not who.units_of(form).filter(pk=unit).exists():
        raise lacks("unit", _("Choose a unit that files this form."))
    if form.declarers.filter(unit=unit, until=None).exists():
        raise lacks("unit", _("It declares already."))
    if form.declarers.filter(unit=unit, until__gte=since).exists():
        raise lacks("since", _("Its earlier days reach until then; choose a later one."))
    Declarer.objects.create(form=form, unit_id=unit, since=since, reason=why, made_at=claim.at,
                            made_by=claim.by.name)  # fmt: skip
    # What is owed and not submitted yet follows at once; what was submitted stays as it was.
    form.filings.filter(unit=unit, start__gte=since, case__state="assigned").update(declares=True)
    claim.record("forms.let_declare", "form", pk, reason=why, after={"unit": unit, "since": since})
    return claim.done(pk)


@transaction.atomic(durable=True)
def end_declaring(pk: UUID, *, unit: int, until: date, **call: Unpack[Call]) -> UUID:
    """The unit is on the system: from the day after it derives as others do."""
    given = {"declared": unit, "until": until}
    _row, claim = plain.begin(Form.objects.all(), "forms.edit", pk, given, **call)
    if claim.repeated:
        return pk
    form = locked(pk, None)
    row = form.declarers.filter(unit=unit, until=None).first()
    if row is None or until < row.since:
        raise lacks("until", _("Choose a day after the one since which it declares."))
    Declarer.objects.filter(pk=row.pk).update(until=until)
    form.filings.filter(unit=unit, end__gt=until, case__state="assigned").update(declares=False)
    claim.record("forms.end_declaring", "form", pk, after={"unit": unit, "until": until})
    return claim.done(pk)


@dataclass(frozen=True)
class NewItem:
    name: str
    measure: str
    digits: int = 0
    adds: str = Adds.FLOW
    basis: str = ""
    unit: int = 0
    vague: bool = False


@transaction.atomic(durable=True)
def make_items(new: Sequence[NewItem], **call: Unpack[Call]) -> list[int]:
    """Enter items; one of the same unit, name and measure that is there already is that one."""
    by, at = call["by"], call["at"]
    policy.demand(by, "items.make", at=at)
    claim = plain.claim("items.make", {"new": list(new)}, **call)
    pks = []
    for one in new:
        unit = maker(one.unit, by)
        name = text_of(one.name, "name", _("Give the item a name."), NAME_CHARS_MAX)
        measure = text_of(one.measure, "measure", _("Say in what it is counted."), UNIT_CHARS_MAX)
        if not 0 <= one.digits <= terms.DIGITS_MAX or one.adds not in Adds.values:
            reason = _("Choose 0 to %(n)d digits behind the point.") % {"n": terms.DIGITS_MAX}
            raise lacks("digits", reason)
        row, made = Item.objects.get_or_create(
            unit=unit, name=name, measure=measure,
            defaults={"area": unit.area, "path": unit.path, "digits": one.digits,
                      "vague": one.vague,
                      "adds": one.adds, "basis": short(one.basis, "basis"), "made_at": at,
                      "made_by": by.name},
        )  # fmt: skip
        pks.append(row.pk)
        if made:
            claim.record("items.make", "item", row.pk, after={"name": name, "measure": measure})
    if not claim.repeated:
        claim.keep([])
    return pks
