"""A new activity on the register: entered, given a regulator, taken on or disputed, decided."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, Unpack
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from anlan.base import text
from anlan.base.refusal import MovedOn, NotFound
from anlan.domain.library.models import Text
from anlan.domain.lists.activities.models import (
    NAME_CHARS_MAX,
    RULE_CHARS_MAX,
    Activity,
    ActivityTurn,
)
from anlan.domain.lists.permissions import LEADS
from anlan.domain.lists.refusals import Incomplete
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Unit
from anlan.kernel.accounts.units import main_unit
from anlan.kernel.loop import plain
from anlan.kernel.loop.plain import Call, Claim
from anlan.kernel.notices import outbox
from anlan.kernel.notices.kinds import declare

declare(
    "lists.activity_assigned",
    _("“%(name)s” was assigned to your unit to regulate: take it on, or say why not."),
    "lists:activity",
)
declare("lists.activity_disputed", _("%(unit)s disputes that it regulates “%(name)s”."),
        "lists:activity")  # fmt: skip
declare("lists.activity_decided", _("It was decided that %(unit)s regulates “%(name)s”."),
        "lists:activity")  # fmt: skip

text_of = partial(text.stated, refusal=Incomplete)
short = partial(text.short, refusal=Incomplete)
Status, Step = Activity.Status, ActivityTurn.Step
#: Turns of one activity.
TURNS_MAX = 100


@dataclass(frozen=True)
class NewActivity:
    """``pk`` is made by the client."""

    pk: UUID
    name: str
    text: str


@dataclass(frozen=True)
class Assignment:
    """Who is to regulate it, to which business it is near and why, and the rule that says so."""

    regulator: int
    near: str
    rule: str = ""
    law: UUID | None = None


@transaction.atomic(durable=True)
def register(new: NewActivity, **call: Unpack[Call]) -> UUID:
    by, at = call["by"], call["at"]
    policy.demand(by, "activities.make", at)
    claim = plain.claim("activities.register", asdict(new), **call)
    if claim.repeated:
        return new.pk
    unit = main_unit(by, LEADS)
    row = Activity.objects.create(
        pk=new.pk, area_id=unit.area_id, path=unit.path, unit=unit, made_at=at, made_by=by.name,
        **_words(new),
    )  # fmt: skip
    claim.record("activities.register", "activity", row.pk, after={"name": row.name})
    return claim.done(row.pk)


@transaction.atomic(durable=True)
def change(new: NewActivity, *, seen: int | None = None, **call: Unpack[Call]) -> UUID:
    row, claim = _begin("activities.edit", new.pk, {"new": asdict(new)}, seen, **call)
    if claim.repeated:
        return new.pk
    before = {"name": row.name, "text": row.text}
    _save(row, **_words(new))
    after = {"name": row.name, "text": row.text}
    claim.record("activities.change", "activity", row.pk, before=before, after=after)
    return claim.done(row.pk)


@transaction.atomic(durable=True)
def assign(pk: UUID, given: Assignment, *, seen: int | None = None, **call: Unpack[Call]) -> UUID:
    """Give it to the unit whose business is nearest; it takes it on, or says why not."""
    row, claim = _begin("activities.edit", pk, {"assign": asdict(given)}, seen, **call)
    if claim.repeated:
        return pk
    if row.status not in (Status.FOUND, Status.PROPOSED, Status.SETTLED):
        raise MovedOn
    unit = _put(row, given, Status.PROPOSED, claim)
    _turn(row, Step.ASSIGNED, unit, row.near, claim)
    _tell("lists.activity_assigned", row, unit, [unit.pk], claim)
    return claim.done(pk)


@transaction.atomic(durable=True)
def take_on(pk: UUID, *, seen: int | None = None, **call: Unpack[Call]) -> UUID:
    row, claim = _begin("activities.answer", pk, {"take_on": 1}, seen, **call)
    if claim.repeated:
        return pk
    if row.status != Status.PROPOSED:
        raise MovedOn
    _save(row, status=Status.SETTLED)
    _turn(row, Step.ACCEPTED, row.regulator, "", claim)
    return claim.done(pk)


@transaction.atomic(durable=True)
def dispute(pk: UUID, *, reason: str, seen: int | None = None, **call: Unpack[Call]) -> UUID:
    """The unit that was named says why it is another's; who keeps the register decides."""
    row, claim = _begin("activities.answer", pk, {"dispute": reason}, seen, **call)
    if claim.repeated:
        return pk
    if row.status != Status.PROPOSED:
        raise MovedOn
    said = text_of(reason, "reason", _("Say why, and whose business is nearer."))
    _save(row, status=Status.DISPUTED)
    _turn(row, Step.DISPUTED, row.regulator, said, claim)
    assert row.regulator is not None, "what is proposed has a regulator"
    _tell("lists.activity_disputed", row, row.regulator, [row.unit_id], claim)
    return claim.done(pk)


@transaction.atomic(durable=True)
def decide(pk: UUID, given: Assignment, *, seen: int | None = None, **call: Unpack[Call]) -> UUID:
    """End a dispute: from then on that unit regulates it. Nobody decides their own dispute."""
    row, claim = _begin("activities.decide", pk, {"decide": asdict(given)}, seen, **call)
    if claim.repeated:
        return pk
    if row.status != Status.DISPUTED:
        raise MovedOn
    before = row.regulator_id
    unit = _put(row, given, Status.SETTLED, claim)
    _turn(row, Step.DECIDED, unit, row.near, claim)
    told = [pk for pk in dict.fromkeys([unit.pk, before]) if pk]
    _tell("lists.activity_decided", row, unit, told, claim)
    return claim.done(pk)


@transaction.atomic(durable=True)
def end(pk: UUID, *, reason: str, seen: int | None = None, **call: Unpack[Call]) -> UUID:
    """Keep it no longer: it is gone, or a law names its regulator by now."""
    row, claim = _begin("activities.edit", pk, {"end": reason}, seen, **call)
    if claim.repeated:
        return pk
    if row.status == Status.ENDED:
        raise MovedOn
    said = text_of(reason, "reason", _("Say why it is no longer kept."))
    _save(row, status=Status.ENDED)
    _turn(row, Step.ENDED, None, said, claim)
    return claim.done(pk)


# --- in common -----------------------------------------------------------------------------


def _begin(
    permission: str, pk: UUID, given: Any, seen: int | None, **call: Unpack[Call]
) -> tuple[Activity, Claim]:
    _row, claim = plain.begin(Activity.objects.all(), permission, pk, given, **call)
    rows = Activity.objects.select_for_update(of=("self",)).select_related("regulator")
    row = rows.get(pk=pk)
    if not claim.repeated and seen is not None and row.version != seen:
        raise MovedOn
    if not claim.repeated and row.turns.count() >= TURNS_MAX:
        raise Incomplete(field="reason", reason=_("It was handed to and fro too often."))
    return row, claim


def _save(row: Activity, **fields: Any) -> None:
    for name, value in fields.items():
        setattr(row, name, value)
    row.version += 1
    row.save()


def _words(new: NewActivity) -> dict[str, str]:
    return {
        "name": text_of(new.name, "name", _("Give it a name."), NAME_CHARS_MAX),
        "text": text_of(new.text, "text", _("Say what it is, where, and what can happen.")),
    }


def _put(row: Activity, given: Assignment, status: Activity.Status, claim: Claim) -> Unit:
    unit = Unit.objects.filter(pk=given.regulator, valid_to=None).first()
    # Nobody gives other places work: a unit of the keeper's own area, or of one below or above it.
    if unit is None or not (unit.path.startswith(row.path) or row.path.startswith(unit.path)):
        raise Incomplete(field="regulator", reason=_("Choose the unit from the list."))
    law = None
    if given.law:
        seen = policy.permitted(Text.objects.all(), "laws.view", claim.by)
        law = seen.filter(pk=given.law, first_on__isnull=False).first()
        if law is None:
            raise NotFound
    near = text_of(given.near, "near", _("Say to which business it is near, and why."))
    rule = short(given.rule, "rule", RULE_CHARS_MAX)
    _save(row, regulator=unit, near=near, rule=rule, law=law, status=status)
    return unit


def _turn(row: Activity, step: str, unit: Unit | None, said: str, claim: Claim) -> None:
    ActivityTurn.objects.create(
        activity=row, step=step, unit=unit, text=said, at=claim.at, who=claim.by.name
    )
    after = {"status": row.status, "unit": unit.name if unit else "", "rule": row.rule}
    claim.record(f"activities.{step}", "activity", row.pk, reason=said, after=after)


def _tell(kind: str, row: Activity, unit: Unit, units: list[int], claim: Claim) -> None:
    data = {"name": row.name, "unit": unit.name}
    outbox.post(kind, to_units=units, about=row.pk, at=claim.at, data=data)
