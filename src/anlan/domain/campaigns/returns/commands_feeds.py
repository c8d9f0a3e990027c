"""Which figure of a reporting duty counts which target: chosen by the office that set the duty."""

from __future__ import annotations

from typing import Unpack
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from anlan.base.refusal import MovedOn, NotFound
from anlan.domain.campaigns.models import Duty, DutyFigure, Feed, Filing, Report, Target
from anlan.domain.campaigns.queries import adds_up
from anlan.domain.campaigns.refusals import PlanIncomplete, TargetDeclared
from anlan.domain.campaigns.returns import feeding
from anlan.kernel.loop import plain
from anlan.kernel.loop.plain import Call


@transaction.atomic(durable=True)
def feed_target(
    pk: UUID, figure: int, *, target: int | None, mode: str = "adds", seen: int | None = None,
    **call: Unpack[Call],
) -> UUID:  # fmt: skip
    """Let a figure count a target from now on; nothing: it counts none.

    What was accepted already counts at once, and what the figure counted before no more. Refused
    where the ledger counts the target, another duty does, or units have typed numbers for it:
    nothing is counted twice.
    """
    given = {"figure": figure, "target": target, "mode": mode}
    _duty, claim = plain.begin(Duty.objects.all(), "duties.edit", pk, given, **call)
    if claim.repeated:
        return pk
    duty = Duty.objects.select_for_update(of=("self",)).select_related("plan").get(pk=pk)
    if seen is not None and duty.version != seen:
        raise MovedOn
    row = DutyFigure.objects.filter(pk=figure, duty=duty).first()
    if row is None:
        raise NotFound
    accepted = Filing.objects.filter(case__duty=duty, status=Filing.Status.ACCEPTED).count()
    if accepted > feeding.FILINGS_MAX:
        raise PlanIncomplete(
            field="target",
            reason=_("So many returns were accepted already that they can't be counted anew."),
        )
    before = Feed.objects.filter(figure=row, ended_at=None).first()
    chosen = _target(duty, row, target, mode) if target is not None else None
    if before is not None:
        Feed.objects.filter(pk=before.pk).update(ended_at=claim.at, ended_by=claim.by.name)
    if chosen is not None:
        Feed.objects.create(
            figure=row, target=chosen, mode=mode, made_at=claim.at, made_by=claim.by.name
        )
    Duty.objects.filter(pk=pk).update(version=duty.version + 1)
    feeding.settle([duty.pk], None, claim.at)
    claim.record(
        "duties.feed", "duty", pk, reason=row.name,
        before={"target": before.target_id if before else None},
        after={"target": target, "mode": mode},
    )  # fmt: skip
    return claim.done(pk)


def _target(duty: Duty, figure: DutyFigure, pk: int, mode: str) -> Target:
    if pk not in {one.pk for one in feeding.choices(duty.plan)}:
        raise PlanIncomplete(field="target", reason=_("Choose the target from the list."))
    # Whoever else is about to let something count it waits here.
    target = Target.objects.select_for_update(of=("self",)).get(pk=pk)
    if mode not in feeding.MODES:
        raise PlanIncomplete(field="mode", reason=_("Choose from the list."))
    if mode == "adds" and not adds_up(target):
        raise PlanIncomplete(
            field="mode", reason=_("Rates don't add up: let each return say how much by now.")
        )
    if figure.unit and target.unit and figure.unit != target.unit:
        raise PlanIncomplete(
            field="target",
            reason=_("The figure is asked for in %(figure)s and the target is set in %(target)s.")
            % {"figure": figure.unit, "target": target.unit},
        )
    if target.counted:
        raise PlanIncomplete(field="target", reason=_("The ledger counts this target already."))
    others = Feed.objects.filter(target=target, ended_at=None).exclude(figure=figure)
    if others.filter(figure__duty__ended_on=None).exists() or others.exclude(mode=mode).exists():
        raise PlanIncomplete(
            field="target", reason=_("Another figure counts this target already: choose one.")
        )
    typed = Report.objects.filter(task__line=target.line_id, reached__has_key=str(pk))
    if typed.exclude(status=Report.Status.RETURNED).exclude(task__case__state="void").exists():
        raise TargetDeclared
    return target
