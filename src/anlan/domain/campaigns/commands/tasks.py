"""The steps of a task, each by a command of its own; who may is permissions.py's to say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Unpack
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base import stored
from anlan.base.actor import Actor
from anlan.domain.campaigns.commands.base import Turn, begin, text_of, turns
from anlan.domain.campaigns.loop import TASK
from anlan.domain.campaigns.models import NAME_CHARS_MAX, Report
from anlan.domain.campaigns.permissions import ANSWERS
from anlan.domain.campaigns.progress import evidence
from anlan.domain.campaigns.progress import facts as progress_facts
from anlan.domain.campaigns.progress import tasks as progress_tasks
from anlan.domain.campaigns.refusals import PlanIncomplete, ReportRefused
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Unit
from anlan.kernel.loop import commands as loop
from anlan.kernel.loop import engine, told
from anlan.kernel.loop.engine import Move
from anlan.kernel.loop.frame import Call, OnOne
from anlan.kernel.loop.models import Case, Party, PartyRole
from anlan.kernel.papers.attachments import Prepared

TAKEN = stored.sentence(_("taken by the unit itself"))


@transaction.atomic(durable=True)
def assign(
    pk: UUID, *, unit: int, due_on: date | None = None, reason: str = "", **call: Unpack[OnOne]
) -> list[UUID]:
    """Give what nobody has to a unit; without a day the plan's own stays."""
    given = {"unit": unit, "due_on": due_on, "reason": reason}
    work = begin("tasks.assign", [pk], given, **call)
    for turn in turns(work):
        if not Unit.objects.filter(pk=unit, valid_to=None).exists():
            raise PlanIncomplete(field="unit", reason=_("Choose the unit from the list."))
        if due_on and due_on < timezone.localdate(work.at):
            raise PlanIncomplete(
                field="due_on", reason=_("The deadline is in the past; choose a later day.")
            )
        loop.assign(
            TASK, [turn.case], rectifier={pk: unit}, due_on=due_on, reason=reason, **work.call
        )
    return work.done()


@transaction.atomic(durable=True)
def hand_over(pk: UUID, *, to_unit: int, reason: str, **call: Unpack[OnOne]) -> list[UUID]:
    """Another unit does it from now on; its day, its reports and what they declared stay.

    A report that waits is read first: returned later it would come back to whoever never wrote it.
    """
    work = begin("tasks.hand_over", [pk], {"to_unit": to_unit, "reason": reason}, **call)
    for turn in turns(work):
        if not Unit.objects.filter(pk=to_unit, valid_to=None).exists():
            raise PlanIncomplete(field="unit", reason=_("Choose the unit from the list."))
        have = Party.objects.filter(case=pk, role=PartyRole.RECTIFIER, until=None, unit=to_unit)
        if have.exists():
            raise PlanIncomplete(field="unit", reason=_("That unit has the task already."))
        if turn.task.reports.filter(status=Report.Status.SENT).exists():
            raise ReportRefused(reason=_("one waits; accept or return it first"))
        loop.hand_over(TASK, turn.case, to_unit=to_unit, reason=reason, **work.call)
        # Whoever answered for it in person was the old unit's.
        turn.save(person="")
    return work.done()


@transaction.atomic(durable=True)
def claim(pk: UUID, **call: Unpack[OnOne]) -> list[UUID]:
    """Take what nobody has for one's own unit (认领); it is signed for by that."""
    work = begin("tasks.claim", [pk], {}, **call)
    for turn in turns(work):
        unit = _claiming(work.by, turn.case)
        # An event that stays, though the unit be renamed: who took it, and that nobody gave it.
        engine.take(
            TASK, "assign", [Move(turn.case, {"due_on": turn.case.due_on}, {"rectifier": unit})],
            reason=TAKEN.kept(), **work.call,
        )  # fmt: skip
        today = timezone.localdate(work.at)
        signed = {"since": today, "received_at": work.at, "received_by": work.by.user_id}
        Party.objects.bulk_create(
            [
                Party(case=turn.case, role=PartyRole.RECTIFIER, unit_id=unit, **signed),
                Party(
                    case=turn.case, role=PartyRole.ASSIGNER, unit_id=turn.task.plan.unit_id,
                    rank=1, **signed,
                ),
            ]
        )  # fmt: skip
    return work.done()


def _claiming(by: Actor, case: Case) -> int:
    """The unit for which ``by`` takes it: of the task's own area, the post's own one first."""
    own = policy.units_of(by, ANSWERS)
    here = set(Unit.objects.filter(pk__in=own, path=case.path).values_list("pk", flat=True))
    if by.unit_id in here:
        return int(by.unit_id or 0)
    if not here:
        raise PlanIncomplete(field="unit", reason=_("None of your units is in this area."))
    return min(here)


@transaction.atomic(durable=True)
def receive(pk: UUID, **call: Unpack[Call]) -> list[UUID]:
    """Sign for receipt for one's units that have a part."""
    work = begin("tasks.receive", [pk], {}, **call)
    for machine, cases in work:
        loop.receive(machine, cases, units=policy.units_of(work.by, ANSWERS), **work.call)
    return work.done()


@transaction.atomic(durable=True)
def receive_many(pks: Sequence[UUID], **call: Unpack[Call]) -> list[UUID]:
    """Sign for all that a plan gave at once."""
    work = begin("tasks.receive", list(pks), {}, **call)
    for machine, cases in work:
        loop.receive(machine, cases, units=policy.units_of(work.by, ANSWERS), **work.call)
    return work.done()


@transaction.atomic(durable=True)
def name_person(
    pk: UUID, *, person: str, starts_on: date | None = None, **call: Unpack[OnOne]
) -> list[UUID]:
    """Who answers for it in person, and from when it is worked on (施工图、责任人)."""
    work = begin("tasks.report", [pk], {"person": person, "starts_on": starts_on}, **call)
    for turn in turns(work):
        name = text_of(person, "person", _("Write who answers for it."), NAME_CHARS_MAX)
        start, due = starts_on or turn.task.starts_on, turn.case.due_on
        if due and start > due:
            raise PlanIncomplete(
                field="starts_on", reason=_("It would start after its deadline; choose earlier.")
            )
        turn.take("name_person", {"responsible_person": [turn.task.person, name]})
        turn.save(person=name, starts_on=start)
    return work.done()


@transaction.atomic(durable=True)
def rectify(
    pk: UUID, *, result: str, files: Sequence[Prepared] = (), no_evidence: str = "",
    **call: Unpack[OnOne],
) -> list[UUID]:  # fmt: skip
    """Report it done, with what proves it; somebody of another unit checks that."""
    sums = [file.sent_sum for file in files]
    given = {"result": result, "files": sums, "no_evidence": no_evidence}
    work = begin("tasks.rectify", [pk], given, **call)
    for turn in turns(work):
        done = text_of(
            result, "result", _("Say what was done, and which papers or figures prove it.")
        )
        evidence.demand_plan(turn.task)
        why = evidence.demanded(turn.task.line, files, no_evidence)
        turn.take("rectify", {"result": done, **({"no_evidence": why} if why else {})})
        evidence.hang(files, evidence.ON_TASK, pk, work.by, work.at)
        # What is counted stays as it is counted, whatever its unit says.
        found = progress_tasks.percents([turn.task], at=work.at)
        turn.save(progress=found.get(pk, 100), reported_on=timezone.localdate(work.at))
        told.parties([turn.case], PartyRole.ASSIGNER, "loop.to_verify", at=work.at)
    return work.done()


@transaction.atomic(durable=True)
def verify(pk: UUID, *, reason: str, **call: Unpack[OnOne]) -> list[UUID]:
    work = begin("tasks.verify", [pk], {"reason": reason}, **call)
    for turn in turns(work):
        turn.take("verify", reason=text_of(reason, "reason", _("Say how it was checked.")))
        # Whoever checked that it is done has read what was reported.
        turn.task.reports.filter(status=Report.Status.SENT).update(
            status=Report.Status.ACCEPTED, answered_at=work.at, answered_by=work.by.name
        )
    return work.done()


@transaction.atomic(durable=True)
def reject(pk: UUID, *, reason: str, **call: Unpack[OnOne]) -> list[UUID]:
    """Return what was reported done. The plan's day stays: returning wins nobody time."""
    work = begin("tasks.reject", [pk], {"reason": reason}, **call)
    for turn in turns(work):
        loop.reject(TASK, [turn.case], reason=reason, due_on=turn.case.due_on, **work.call)
        turn.save(progress=standing_progress(turn))
    return work.done()


def standing_progress(turn: Turn) -> int:
    """As it is counted, or what the newest report says that wasn't returned."""
    counted = progress_tasks.percents([turn.task], at=turn.call["at"])
    if counted:
        return counted[turn.task.pk]
    rows = turn.task.reports.exclude(status="returned").order_by("-at")
    found: int | None = rows.values_list("progress", flat=True).first()
    return found or 0


@transaction.atomic(durable=True)
def close(pk: UUID, *, reason: str = "", **call: Unpack[OnOne]) -> list[UUID]:
    work = begin("tasks.close", [pk], {"reason": reason}, **call)
    for turn in turns(work):
        loop.close(TASK, [turn.case], reason=reason, **work.call)
    return work.done()


@transaction.atomic(durable=True)
def void(pk: UUID, *, reason: str, **call: Unpack[OnOne]) -> list[UUID]:
    """Withdraw a task. Parts of it that were given below stay theirs."""
    work = begin("tasks.void", [pk], {"reason": reason}, **call)
    for turn in turns(work):
        why = text_of(reason, "reason", _("Say why; whoever works on it will read it."))
        turn.take("void", reason=why)
        progress_facts.take_back(turn.task.reports.values_list("pk", flat=True), work.at)
        told.parties([turn.case], PartyRole.RECTIFIER, "campaigns.withdrawn", at=work.at,
                     reason=why)  # fmt: skip
    return work.done()


@transaction.atomic(durable=True)
def ask_extension(pk: UUID, *, until: date, reason: str, **call: Unpack[OnOne]) -> list[UUID]:
    work = begin("tasks.ask_extension", [pk], {"until": until, "reason": reason}, **call)
    for turn in turns(work):
        loop.ask_extension(TASK, turn.case, until=until, reason=reason, **work.call)
    return work.done()


@transaction.atomic(durable=True)
def decide_extension(
    pk: UUID, *, grant: bool, reason: str = "", **call: Unpack[OnOne]
) -> list[UUID]:
    work = begin("tasks.decide_extension", [pk], {"grant": grant, "reason": reason}, **call)
    for turn in turns(work):
        loop.decide_extension(TASK, turn.case, grant=grant, reason=reason, **work.call)
    return work.done()
