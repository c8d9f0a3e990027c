"""Progress reports of a task: sent by its unit, accepted or returned by those in charge.

A number that a unit types is its declaration and stays so: the report keeps who said it, and when.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Unpack
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.domain.campaigns.commands.base import Turn, begin, text_of, turns
from anlan.domain.campaigns.commands.tasks import standing_progress
from anlan.domain.campaigns.models import Report
from anlan.domain.campaigns.refusals import PlanIncomplete, ReportRefused
from anlan.kernel.loop import told
from anlan.kernel.loop.frame import OnOne
from anlan.kernel.loop.models import Party, PartyRole
from anlan.kernel.notices.kinds import declare

declare(
    "campaigns.reported", _("%(number)s: progress %(progress)s %% was reported."), "campaigns:task"
)
declare(
    "campaigns.report_returned",
    _("Your report on %(number)s was returned: %(reason)s"),
    "campaigns:task",
)
declare("campaigns.withdrawn", _("%(number)s was withdrawn: %(reason)s"), "campaigns:task")


@transaction.atomic(durable=True)
def report(
    pk: UUID,
    *,
    progress: int,
    text: str,
    reached: Mapping[int, Decimal] | None = None,
    **call: Unpack[OnOne],
) -> list[UUID]:
    """Say how far it is.

    reached:  by target, what was reached so far of those that the ledger doesn't count.
    """
    reached = reached or {}
    given = {"progress": progress, "text": text, "reached": {str(k): v for k, v in reached.items()}}
    work = begin("tasks.report", [pk], given, **call)
    for turn in turns(work):
        if not 0 <= progress <= 100:
            raise PlanIncomplete(field="progress", reason=_("Enter a number from 0 to 100."))
        said = text_of(text, "text", _("Say what was done since the last report."))
        kept = _reached(turn, reached)
        today = timezone.localdate(work.at)
        turn.take("report", {"progress": [turn.task.progress, progress]}, reason=said)
        Report.objects.create(
            task=turn.task, day=today, progress=progress, text=said, reached=kept,
            unit_id=_unit(turn), at=work.at, user_id=work.by.user_id, who=work.by.name,
        )  # fmt: skip
        turn.save(progress=progress, reported_on=today)
        told.parties(
            [turn.case], PartyRole.ASSIGNER, "campaigns.reported", at=work.at, progress=progress
        )
    return work.done()


def _reached(turn: Turn, reached: Mapping[int, Decimal]) -> dict[str, int]:
    """In each target's smallest unit, as targets are kept."""
    targets = {target.pk: target for target in turn.task.line.targets.all()}
    kept: dict[str, int] = {}
    for pk, value in reached.items():
        target = targets.get(pk)
        if target is None or target.counted or target.value is None:
            raise PlanIncomplete(
                field="reached", reason=_("This number isn't yours to enter; leave it empty.")
            )
        if not value.is_finite() or abs(value) >= 10**12:
            raise PlanIncomplete(field="reached", reason=_("Enter a number without letters."))
        kept[str(pk)] = int((value * 10**target.digits).to_integral_value())
    return kept


def _unit(turn: Turn) -> int:
    parties = Party.objects.filter(case=turn.case, role=PartyRole.RECTIFIER, until=None)
    return int(parties.values_list("unit_id", flat=True)[0])


@transaction.atomic(durable=True)
def accept_report(pk: UUID, *, reason: str = "", **call: Unpack[OnOne]) -> list[UUID]:
    """Take note of what waits to be read."""
    work = begin("tasks.answer", [pk], {"accept": True, "reason": reason}, **call)
    for turn in turns(work):
        _answer(turn, Report.Status.ACCEPTED, reason.strip())
        turn.take("accept_report", reason=reason.strip())
    return work.done()


@transaction.atomic(durable=True)
def return_report(pk: UUID, *, reason: str, **call: Unpack[OnOne]) -> list[UUID]:
    """Send back what waits to be read; it stays, with the reason, and counts no more."""
    work = begin("tasks.answer", [pk], {"accept": False, "reason": reason}, **call)
    for turn in turns(work):
        why = text_of(reason, "reason", _("Say what is missing or wrong in it."))
        _answer(turn, Report.Status.RETURNED, why)
        turn.take("return_report", reason=why)
        if turn.case.state == "assigned":
            turn.save(progress=standing_progress(turn))
        told.parties(
            [turn.case], PartyRole.RECTIFIER, "campaigns.report_returned", at=work.at, reason=why
        )
    return work.done()


def _answer(turn: Turn, status: Report.Status, answer: str) -> None:
    waiting = turn.task.reports.filter(status=Report.Status.SENT)
    answered = waiting.update(
        status=status, answer=answer, answered_at=turn.call["at"], answered_by=turn.call["by"].name
    )
    if not answered:
        raise ReportRefused(reason=_("none waits to be read"))
