"""The level above takes over the listing of a hazard that is hard to treat."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Unpack
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.base.paths import ancestors
from anlan.base.refusal import NotAllowed
from anlan.domain.hazards.models import Hazard
from anlan.domain.supervision.commands.texts import written
from anlan.domain.supervision.models import Escalation
from anlan.domain.supervision.permissions import OFFICE
from anlan.domain.supervision.refusals import EscalationRefused, PaperIncomplete
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Unit, UnitKind
from anlan.kernel.loop import engine, escalating, plain
from anlan.kernel.loop.machine import machines
from anlan.kernel.loop.models import Case, Listing
from anlan.kernel.loop.plain import Call, Claim
from anlan.kernel.notices import outbox
from anlan.kernel.regions.models import Level


def office_above(case: Case, level: int, on: date) -> Unit | None:
    """The committee office of the nearest government above a level, on the way to the province."""
    offices = Unit.objects.valid_on(on).filter(
        kind=UnitKind.COMMITTEE_OFFICE, area__in=ancestors(case.path),
        area__level__lt=level, area__level__gte=Level.PROVINCE,
    )  # fmt: skip
    return offices.order_by("-area__level", "code").first()


@transaction.atomic(durable=True)
def ask_escalation(pk: UUID, *, reason: str, **call: Unpack[Call]) -> UUID:
    """Ask the level above to take over the listing of a hazard that is hard to treat."""
    rows = Hazard.objects.select_related("case")
    hazard, claim = plain.begin(rows, "listed.escalate", pk, {"reason": reason}, **call)
    if claim.repeated:
        return claim.answer[0]
    reason = written(reason, "reason", _("Write why it is hard to treat at this level."))
    case = engine.lock([pk])[pk]
    listing = Listing.objects.filter(case=case, status=Listing.Status.LISTED).first()
    if listing is None:
        raise EscalationRefused(reason=_("it isn't listed, or its delisting is asked for."))
    above = office_above(case, listing.level, timezone.localdate(claim.at))
    if above is None:
        raise EscalationRefused(reason=_("no committee office stands above that level."))
    by, row_id = claim.by, uuid7()
    try:
        with transaction.atomic():
            Escalation.objects.create(
                id=row_id, hazard=hazard, listing=listing, from_unit_id=_acting(by, listing),
                to_unit=above, reason=reason, asked_at=claim.at, asked_by=by.user_id,
                asker=by.name,
            )  # fmt: skip
    except IntegrityError as error:
        raise EscalationRefused(reason=_("the level above is asked already.")) from error
    claim.record("listed.escalate", "case", pk, reason=reason, after={"to": above.name})
    data = {"unit": listing.supervisor.name, "reason": reason}
    _tell("listed.escalation_asked", case, [above.pk], claim, data)
    return claim.done(row_id)


def _acting(by: Actor, listing: Listing) -> int:
    units = policy.units_of(by, OFFICE)
    if listing.supervisor_id in units or not units:
        return listing.supervisor_id
    return by.unit_id if by.unit_id in units else units[0]


@transaction.atomic(durable=True)
def decide_escalation(
    pk: UUID,
    *,
    accept: bool,
    number: str = "",
    due_on: date | None = None,
    answer: str = "",
    **call: Unpack[Call],
) -> UUID:
    """The level above takes the listing over, under a number of its own, or says why not."""
    rows = Escalation.objects.select_related("to_unit__area", "from_unit", "listing")
    given = {"accept": accept, "number": number, "due_on": due_on, "answer": answer}
    row, claim = plain.begin(rows, "escalation.decide", pk, given, **call)
    if claim.repeated:
        return claim.answer[0]
    by = claim.by
    if row.asked_by is not None and row.asked_by == by.user_id:
        raise NotAllowed(reason=_("you asked for it yourself; somebody else must decide."))
    case = engine.lock([row.hazard_id])[row.hazard_id]
    if Escalation.objects.filter(pk=pk, accepted=None).first() is None:
        raise EscalationRefused(reason=_("it was decided before."))
    after = None
    if accept:
        number = written(number, "number", _("Enter the number of the listing notice."), 60)
        if due_on is None or due_on < timezone.localdate(claim.at):
            raise PaperIncomplete(
                field="due_on", reason=_("The day is in the past; choose a later one.")
            )
        after = escalating.escalate(
            machines()[case.kind], case, level=row.to_unit.area.level, number=number,
            due_on=due_on, supervisor=row.to_unit_id, reason=row.reason, **claim.call,
        )  # fmt: skip
    else:
        answer = written(answer, "answer", _("Write why it stays where it is."))
    Escalation.objects.filter(pk=pk).update(
        accepted=accept, decided_at=claim.at, decider=by.name, answer=answer, taken_over=after
    )
    claim.record("escalation.decide", "case", case.pk, reason=answer, after={"accepted": accept})
    kind = f"listed.escalation_{'taken' if accept else 'refused'}"
    data = {"unit": row.to_unit.name, "reason": answer}
    _tell(kind, case, [row.from_unit_id], claim, data)
    return claim.done(case.pk)


def _tell(kind: str, case: Case, units: Sequence[int], claim: Claim, data: dict[str, str]) -> None:
    said = {"number": case.number, **data}
    outbox.post(kind, to_units=units, about=case.pk, data=said, at=claim.at)
