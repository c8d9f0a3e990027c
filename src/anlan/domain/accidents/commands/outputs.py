"""Stating what an area puts out, putting a better figure in its place, withdrawing one."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Unpack
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base.refusal import MovedOn
from anlan.domain.accidents import outputs
from anlan.domain.accidents.commands.base import lacks, own_area, text_of
from anlan.domain.accidents.models import PLACE_CHARS_MAX, OutputFigure
from anlan.domain.accidents.permissions import LEADS
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.units import main_unit
from anlan.kernel.calendar import periods
from anlan.kernel.calendar.periods import Period, PeriodUnreadable
from anlan.kernel.facts import ledger
from anlan.kernel.facts.ledger import NewFact
from anlan.kernel.loop import plain
from anlan.kernel.loop.plain import Call, Claim

#: In the smallest unit: a thousand times what the world puts out in a year.
VALUE_MAX = 10**18


@dataclass(frozen=True)
class NewOutput:
    """``pk`` is made by the client; ``value`` in the unit in which such a figure is written."""

    pk: UUID
    kind: str
    area: int
    period: str
    value: Decimal
    source: str


@transaction.atomic(durable=True)
def state_output(new: NewOutput, **call: Unpack[Call]) -> UUID:
    """State a figure; one that stood for the same area and days is withdrawn for it.

    Raises MovedOn where somebody stated one at the same moment.
    """
    policy.demand(call["by"], "outputs.make", call["at"])
    claim = plain.claim("outputs.make", {"new": asdict(new)}, **call)
    if claim.repeated:
        return claim.answer[0]
    output = outputs.OUTPUTS.get(new.kind)
    if output is None:
        raise lacks("kind", _("Choose from the list what it is a figure of."))
    area = own_area(new.area, claim.by)
    period = _period(new.period, claim)
    value = _value(new.value, output)
    source = text_of(new.source, "source", _("Say where the number stands; a number without a "
                                             "source is none."), PLACE_CHARS_MAX)  # fmt: skip
    before = OutputFigure.objects.filter(
        kind=new.kind, area=area, start=period.start, end=period.end, ended_at=None
    ).first()
    if before is not None:
        _end(before, source, claim)
    unit = main_unit(claim.by, LEADS)
    try:
        row = OutputFigure.objects.create(
            pk=new.pk, kind=new.kind, area=area, path=area.path, unit=unit, period=period.code,
            start=period.start, end=period.end, value=value, source=source, made_at=claim.at,
            made_by=claim.by.name, user_id=claim.by.user_id,
        )  # fmt: skip
    except IntegrityError:
        # Of two who state the first figure of these days at once, one is told.
        raise MovedOn from None
    fact = NewFact(new.kind, {}, area.pk, period.start, value, unit_id=unit.pk, until=period.end)
    ledger.post([fact], at=claim.at, batch_id=row.pk)
    after = {"kind": new.kind, "area": area.code, "period": period.code, "value": value,
             "source": source}  # fmt: skip
    claim.record("outputs.state", "output", row.pk, after=after,
                 before={"value": before.value} if before else None)  # fmt: skip
    return claim.done(row.pk)


@transaction.atomic(durable=True)
def withdraw_output(pk: UUID, *, reason: str, **call: Unpack[Call]) -> UUID:
    """It was wrong and there is no better one: the rates of these days are missing again."""
    rows = OutputFigure.objects.all()
    row, claim = plain.begin(rows, "outputs.edit", pk, {"reason": reason}, **call)
    if claim.repeated:
        return pk
    why = text_of(reason, "reason", _("Say why it is withdrawn."), PLACE_CHARS_MAX)
    _end(row, why, claim)
    claim.record("outputs.withdraw", "output", pk, reason=why, before={"value": row.value})
    return claim.done(pk)


def _end(row: OutputFigure, why: str, claim: Claim) -> None:
    assert connection.in_atomic_block, "it ends with what follows it"
    ended = OutputFigure.objects.filter(pk=row.pk, ended_at=None).update(
        ended_at=claim.at, ended_by=claim.by.name, ended_because=why
    )
    if not ended:
        raise MovedOn
    ledger.reverse(of_batch=row.pk, at=claim.at, batch_id=row.pk)


def _period(code: str, claim: Claim) -> Period:
    unread = lacks("period", _("Write a year, half-year, quarter or month: 2025, 2025H1, 2025Q3, "
                               "2025-06."))  # fmt: skip
    try:
        period = periods.parse(code.strip()[:40])
    except PeriodUnreadable:
        raise unread from None
    if period.kind not in outputs.STEPS:
        raise unread
    if period.end > timezone.localdate(claim.at):
        raise lacks("period", _("These days aren't over yet: their figure can't be known."))
    return period


def _value(given: Decimal, output: outputs.Output) -> int:
    """In the smallest unit, exactly: what is written finer than that is refused, not rounded."""
    value = given * output.scale if given.is_finite() else Decimal(0)
    if not 0 < value <= VALUE_MAX or value % 1:
        raise lacks("value", _("Write a number above nought, with at most %(n)d decimals.")
                    % {"n": output.digits})  # fmt: skip
    return int(value)
