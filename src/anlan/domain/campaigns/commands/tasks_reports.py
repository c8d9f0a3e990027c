"""Progress reports of a task: sent by its unit, accepted or returned by those in charge.

A number that a unit types is its declaration: a fact with its author, unit and day, which is
reversed when the report is returned. What the ledger counts nobody types.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any, Unpack
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.domain.campaigns.commands.base import Turn, begin, text_of, turns
from anlan.domain.campaigns.commands.tasks import standing_progress
from anlan.domain.campaigns.milestones import commands as steps
from anlan.domain.campaigns.models import Feed, Report
from anlan.domain.campaigns.progress import evidence
from anlan.domain.campaigns.progress import facts as progress_facts
from anlan.domain.campaigns.progress import tasks as progress_tasks
from anlan.domain.campaigns.refusals import PlanIncomplete, ReportRefused
from anlan.kernel.loop import told
from anlan.kernel.loop.frame import OnOne
from anlan.kernel.loop.models import Party, PartyRole
from anlan.kernel.notices.kinds import declare
from anlan.kernel.papers.attachments import Prepared

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
    progress: int | None = None,
    text: str,
    reached: Mapping[int, Decimal] | None = None,
    files: Sequence[Prepared] = (),
    no_evidence: str = "",
    milestones: Collection[int] = (),
    **call: Unpack[OnOne],
) -> list[UUID]:
    """Say how far it is.

    progress:     in per cent; nothing where the ledger counts every number of the line.
    reached:      by target, what was reached so far of those that the ledger doesn't count.
    files:        what proves it.
    no_evidence:  why there are none, where the line wants some.
    milestones:   which of its steps are reached by now.
    """
    reached = reached or {}
    given: dict[str, Any] = {
        "progress": progress, "text": text, "reached": {str(k): v for k, v in reached.items()},
        "files": [file.sent_sum for file in files], "no_evidence": no_evidence,
    }  # fmt: skip
    if milestones:
        given["milestones"] = sorted(milestones)
    work = begin("tasks.report", [pk], given, **call)
    for turn in turns(work):
        now = far(turn, progress)
        said = text_of(text, "text", _("Say what was done since the last report."))
        before = progress_facts.standing(turn.task)
        kept = _reached(turn, reached)
        why = evidence.demanded(turn.task.line, files, no_evidence)
        today = timezone.localdate(work.at)
        turn.take("report", {"progress": [turn.task.progress, now]}, reason=said)
        row = Report.objects.create(
            task=turn.task, day=today, progress=now, text=said, reached=kept, no_evidence=why,
            unit_id=_unit(turn), at=work.at, user_id=work.by.user_id, who=work.by.name,
        )  # fmt: skip
        progress_facts.declare_reached(row, turn.task, before, work.at)
        steps.reach(turn, row, milestones, today)
        evidence.hang(files, evidence.ON_REPORT, row.pk, work.by, work.at)
        turn.save(progress=now, reported_on=today)
        progress = now
        told.parties(
            [turn.case], PartyRole.ASSIGNER, "campaigns.reported", at=work.at, progress=progress
        )
    return work.done()


def far(turn: Turn, typed: int | None) -> int:
    """How far a task is: as the ledger counts it, and only where it doesn't, as somebody typed."""
    if progress_tasks.is_counted(turn.task.line_id):
        found = progress_tasks.percents([turn.task], at=turn.call["at"])
        return found.get(turn.task.pk, turn.task.progress)
    if typed is None or not 0 <= typed <= 100:
        raise PlanIncomplete(field="progress", reason=_("Enter a number from 0 to 100."))
    return typed


def _reached(turn: Turn, reached: Mapping[int, Decimal]) -> dict[str, int]:
    """In each target's smallest unit, as targets are kept."""
    rows = turn.task.line.targets.order_by("pk")
    if reached:
        # A duty that is about to count one of them waits, and then finds it typed.
        rows = rows.select_for_update(of=("self",), no_key=True)
    targets = {target.pk: target for target in rows}
    fed = Feed.objects.filter(target__in=list(reached), ended_at=None)
    by_returns = set(fed.values_list("target", flat=True))
    kept: dict[str, int] = {}
    for pk, value in reached.items():
        target = targets.get(pk)
        if target is None or target.counted or target.value is None or pk in by_returns:
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
        waiting = turn.task.reports.filter(status=Report.Status.SENT)
        returned = list(waiting.values_list("pk", flat=True))
        _answer(turn, Report.Status.RETURNED, why)
        progress_facts.take_back(returned, work.at)
        steps.take_back(returned)
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
