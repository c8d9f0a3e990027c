"""用印, 分发, 签收, 批示, 作废: what happens with a paper once it has its number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Unpack
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from anlan.base import stored
from anlan.base.ids import uuid7
from anlan.domain.bulletins.commands.base import Turn, begin, lacks, text_of, turns
from anlan.domain.bulletins.kinds import KINDS
from anlan.domain.bulletins.models import (
    NAME_CHARS_MAX,
    TITLE_CHARS_MAX,
    Delivery,
    Instruction,
    Number,
)
from anlan.domain.bulletins.permissions import RECEIVES
from anlan.domain.campaigns.commands.plans import plan_within
from anlan.domain.campaigns.commands.plans_publishing import publish_within
from anlan.domain.campaigns.commands.terms import NewLine, NewLineUnit, NewPlan
from anlan.domain.campaigns.models import Plan
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Unit
from anlan.kernel.loop import plain
from anlan.kernel.loop.frame import Call, OnOne
from anlan.kernel.notices import outbox
from anlan.kernel.notices.kinds import declare

#: Units that one paper goes to; instructions entered on it.
UNITS_MAX, INSTRUCTIONS_MAX = 3_000, 50
#: Units that a refusal names.
NAMED_MAX = 5
#: An instruction that names no day is due so many days after it was given; its form says so.
DUE_DAYS = 30

declare("bulletins.given_out", _("A paper for your unit to sign for: %(number)s “%(title)s”."),
        "bulletins:page")  # fmt: skip
declare("bulletins.revoked", _("%(number)s “%(title)s” was revoked: %(reason)s"),
        "bulletins:page")  # fmt: skip


@transaction.atomic(durable=True)
def seal(pk: UUID, **call: Unpack[OnOne]) -> list[UUID]:
    """用印: on record who put the seal on it."""
    work = begin("bulletins.number", [pk], {"step": "seal"}, **call)
    for turn in turns(work):
        turn.take("seal")
        turn.save(sealed_at=work.at, sealed_by=work.by.name[:NAME_CHARS_MAX])
    return work.done()


@transaction.atomic(durable=True)
def give_out(
    pk: UUID, *, units: Sequence[int], copies: Sequence[int] = (), **call: Unpack[OnOne]
) -> list[UUID]:
    """分发 to units, each of which signs for it; ``copies`` get it for information."""
    given = {"step": "give_out", "units": list(units), "copies": list(copies)}
    work = begin("bulletins.number", [pk], given, **call)
    for turn in turns(work):
        if KINDS[turn.case.grade].sealed and turn.case.state != "sealed":
            raise lacks("units", _("A seal goes over a paper of this kind first."))
        wanted = list(dict.fromkeys(units))
        beside = [unit for unit in dict.fromkeys(copies) if unit not in wanted]
        if not wanted:
            raise lacks("units", _("Choose the units that it goes to."))
        if len(wanted) + len(beside) > UNITS_MAX:
            raise lacks("units", _("At most %(n)d units.") % {"n": UNITS_MAX})
        known = Unit.objects.filter(pk__in=[*wanted, *beside], valid_to=None).count()
        if known != len(wanted) + len(beside):
            raise lacks("units", _("Choose the units from the list."))
        _reaches_all(turn, {*wanted, *beside})
        Delivery.objects.bulk_create(
            Delivery(paper=turn.paper, unit_id=unit, is_copy=unit in beside, sent_at=work.at)
            for unit in (*wanted, *beside)
        )
        turn.take("give_out", {"units": len(wanted), "copies": len(beside)})
        turn.save(given_out_on=turn.today)
        outbox.post(
            "bulletins.given_out", to_units=[*wanted, *beside], about=pk, at=work.at,
            data={"title": turn.paper.title, "number": turn.paper.issue.number},
        )  # fmt: skip
    return work.done()


def _reaches_all(turn: Turn, units: set[int]) -> None:
    """A correction goes to everybody who holds what it corrects."""
    if turn.paper.corrects_id is None:
        return
    held = Delivery.objects.filter(paper=turn.paper.corrects_id).exclude(unit__in=units)
    held = held.filter(unit__valid_to=None)
    names = list(held.order_by("pk").values_list("unit__name", flat=True)[: NAMED_MAX + 1])
    if names:
        more = "…" if len(names) > NAMED_MAX else ""
        reason = _("%(units)s got the paper that this one corrects, and must get this one too.")
        raise lacks("units", reason % {"units": "、".join(names[:NAMED_MAX]) + more})


@transaction.atomic(durable=True)
def receive(pk: UUID, **call: Unpack[Call]) -> list[UUID]:
    """签收 for one's units."""
    work = begin("bulletins.receive", [pk], {"step": "receive"}, **call)
    for turn in turns(work):
        rows = turn.paper.deliveries.filter(received_at=None)
        if not work.by.trusted:
            rows = rows.filter(unit__in=policy.units_of(work.by, RECEIVES))
        names = list(rows.values_list("unit__name", flat=True))
        if names:
            rows.update(received_at=work.at, who=work.by.name[:NAME_CHARS_MAX])
            turn.take("receive", {"units": "、".join(names)})
    return work.done()


@dataclass(frozen=True)
class NewInstruction:
    """批示. With a campaign it becomes a task there, of the unit that is named."""

    leader: str
    text: str
    said_on: date
    campaign: UUID | None = None
    unit: int | None = None
    due_on: date | None = None


@transaction.atomic(durable=True)
def instruct(pk: UUID, *, new: NewInstruction, **call: Unpack[OnOne]) -> list[UUID]:
    """Enter what a leader wrote on it; in a campaign its task is given at once."""
    work = begin("bulletins.edit", [pk], {"step": "instruct", "new": asdict(new)}, **call)
    for turn in turns(work):
        leader = text_of(new.leader, "leader", _("Write who said it."), NAME_CHARS_MAX)
        text = text_of(new.text, "text", _("Write what was said."), 4_000)
        if new.said_on > turn.today:
            raise lacks("said_on", _("The day lies ahead; choose today or earlier."))
        if turn.paper.instructions.count() >= INSTRUCTIONS_MAX:
            raise lacks("text", _("At most %(n)d instructions.") % {"n": INSTRUCTIONS_MAX})
        same = turn.paper.instructions.filter(leader=leader, said_on=new.said_on, text=text)
        if same.exists():
            # Typed once more by a second person: its task would count twice.
            raise lacks("text", _("This instruction stands on the paper already."))
        plan = None
        if new.campaign is not None:
            unit = Unit.objects.filter(pk=new.unit or 0, valid_to=None).first()
            if unit is None:
                raise lacks("unit", _("Choose the unit that is to do it."))
            due = new.due_on or new.said_on + timedelta(days=DUE_DAYS)
            if due < turn.today:
                raise lacks("due_on", _("The day lies behind us; choose today or later."))
            plan = _as_task(turn.paper.title, turn.case.unit_id, leader, text, new, unit, due,
                            turn.today, work)  # fmt: skip
        Instruction.objects.create(
            paper=turn.paper, leader=leader, text=text, said_on=new.said_on, plan=plan, at=work.at,
            who=work.by.name[:NAME_CHARS_MAX],
        )  # fmt: skip
        turn.take("instruct", {"leader": leader, "text": text[:TITLE_CHARS_MAX]})
    return work.done()


def _as_task(
    title: str, own: int, leader: str, text: str, new: NewInstruction, unit: Unit, due: date,
    today: date, work: object,
) -> Plan:  # fmt: skip
    """A plan of one line in the campaign, in force at once: its task goes to the unit."""
    call = work.call  # type: ignore[attr-defined]  # of the command that this belongs to
    claim = plain.claim("bulletins.instruct_task", {"new": asdict(new)},
                        **{**call, "request_id": uuid7()})  # fmt: skip
    assert new.campaign is not None
    with stored.house_language():
        named = str(_("Instruction of %(leader)s, %(day)s")) % {
            "leader": leader, "day": new.said_on.isoformat()
        }  # fmt: skip
        basis = str(_("Instruction of %(leader)s on “%(title)s”")) % {
            "leader": leader, "title": title[:100]
        }  # fmt: skip
    line = NewLine(
        text=text, title=text[:100], basis=basis, starts_on=today, due_on=due,
        units=(NewLineUnit(unit.name, unit=unit.pk),),
    )  # fmt: skip
    plan = NewPlan(
        campaign=new.campaign, unit=own, kind="other", starts_on=today, ends_on=due,
        title=named,
    )  # fmt: skip
    made = Plan.objects.get(pk=plan_within(plan, [line], claim))
    publish_within(made, claim)
    return made


@transaction.atomic(durable=True)
def revoke(pk: UUID, *, reason: str, **call: Unpack[OnOne]) -> list[UUID]:
    """作废: the paper no longer stands, its number stays voided and is never given again."""
    work = begin("bulletins.sign", [pk], {"step": "revoke", "reason": reason}, **call)
    for turn in turns(work):
        why = text_of(reason, "reason", _("Say why it is revoked."), TITLE_CHARS_MAX)
        turn.take("revoke", {"number": turn.paper.issue.number}, reason=why)
        Number.objects.filter(paper=turn.paper, voided_at=None).update(
            voided_at=work.at, reason=why
        )
        units = list(turn.paper.deliveries.values_list("unit", flat=True))
        outbox.post(
            "bulletins.revoked", to_units=units, about=pk, at=work.at,
            data={"title": turn.paper.title, "number": turn.paper.issue.number, "reason": why},
        )  # fmt: skip
    return work.done()
