"""How a target is counted, and what it is measured against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Unpack
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from anlan.base.ids import uuid7
from anlan.base.refusal import MovedOn, NotFound
from anlan.domain.campaigns.commands.base import text_of
from anlan.domain.campaigns.models import (
    TITLE_CHARS_MAX,
    BaseFigure,
    Feed,
    Plan,
    Report,
    Target,
    Task,
)
from anlan.domain.campaigns.progress import counting as progress_counting
from anlan.domain.campaigns.progress import figures as progress
from anlan.domain.campaigns.progress.facts import BASE, TARGET
from anlan.domain.campaigns.refusals import PlanIncomplete, TargetDeclared
from anlan.kernel.facts import ledger
from anlan.kernel.facts.ledger import NewFact
from anlan.kernel.loop import plain
from anlan.kernel.loop.plain import Call

BASE_MAX = 10**12


@transaction.atomic(durable=True)
def count_by(
    pk: UUID, target: int, *, code: str, where: Mapping[str, Sequence[str]],
    seen: int | None = None, **call: Unpack[Call],
) -> UUID:  # fmt: skip
    """Let the ledger count a target of the plan ``pk``, in a draft or in force; empty: nobody does.

    What the plan says stays as it is. Refused once units have declared numbers for it, for these
    would count no more.
    """
    given = {"target": target, "code": code, "where": {k: sorted(v) for k, v in where.items()}}
    _plan, claim = plain.begin(Plan.objects.all(), "plans.edit", pk, given, **call)
    if claim.repeated:
        return pk
    plan = Plan.objects.select_for_update(of=("self",)).get(pk=pk)
    # Locked, so that no reporting duty begins to count it meanwhile.
    held = Target.objects.select_for_update(of=("self",)).select_related("line")
    row = held.filter(pk=target, line__plan=plan).first()
    if row is None:
        raise NotFound
    if seen is not None and plan.version != seen:
        raise MovedOn
    kept = {name: sorted(set(values)) for name, values in where.items() if values}
    if code and (
        row.kind not in progress_counting.COUNTABLE
        or progress_counting.counting(code, kept) is None
    ):
        raise PlanIncomplete(field="code", reason=_("Choose from the list what counts it."))
    for name, values in kept.items():
        known = progress_counting.values_of(name) if name in progress_counting.LABELS else {}
        if not set(values) <= known.keys():
            raise PlanIncomplete(field=name, reason=_("Choose from the list."))
    if kept and progress_counting.is_plain(code):
        raise PlanIncomplete(field=next(iter(kept)), reason=progress_counting.NOT_TOLD_APART)
    if code and Feed.objects.filter(target=row, ended_at=None).exists():
        raise PlanIncomplete(
            field="code",
            reason=_("Figures of a reporting duty count this target: take it from them first."),
        )
    if code and not row.counted and _is_declared(row):
        raise TargetDeclared
    before = {"counted": row.counted, "where": row.counted_where}
    after = {"counted": code, "where": kept if code else {}}
    Target.objects.filter(pk=row.pk).update(counted=code, counted_where=after["where"])
    Plan.objects.filter(pk=pk).update(version=plan.version + 1)
    claim.record("plans.count", "plan", pk, reason=row.line.title, before=before, after=after)
    return claim.done(pk)


def _is_declared(row: Target) -> bool:
    reports = Report.objects.filter(task__line=row.line_id, reached__has_key=str(row.pk))
    return reports.exclude(status=Report.Status.RETURNED).exists()


@transaction.atomic(durable=True)
def declare_base(pk: UUID, target: int, *, value: int, source: str, **call: Unpack[Call]) -> UUID:
    """Declare what was counted in a target's base year, for the area of the plan ``pk``.

    It is a fact of that whole year, with its author; the one before it is reversed.
    """
    given = {"target": target, "value": value, "source": source}
    plan, claim = plain.begin(
        Plan.objects.select_related("campaign"), "plans.edit", pk, given, **call
    )
    if claim.repeated:
        return claim.answer[0]
    Plan.objects.select_for_update(of=("self",)).get(pk=pk)
    row = target_of(plan, target)
    if plan.status == Plan.Status.DRAFT or row.kind == "number" or not row.counted:
        raise PlanIncomplete(
            field="value",
            reason=_("A base figure belongs to a counted change or direction of a plan in force."),
        )
    if not 0 <= value < BASE_MAX:
        raise PlanIncomplete(field="value", reason=_("Enter a whole number, 0 or more."))
    words = text_of(source, "source", _("Say where the number stands."), TITLE_CHARS_MAX)
    year = progress.base_year(row, plan.campaign.base_year, plan.starts_on)
    for old in BaseFigure.objects.filter(target=row, area=plan.area_id, withdrawn_at=None):
        ledger.reverse(of_batch=old.pk, at=claim.at, batch_id=old.pk)
        BaseFigure.objects.filter(pk=old.pk).update(withdrawn_at=claim.at)
    base = BaseFigure.objects.create(
        id=uuid7(), target=row, area_id=plan.area_id, year=year, value=value, source=words,
        unit_id=plan.unit_id, at=claim.at, user_id=claim.by.user_id, who=claim.by.name,
    )  # fmt: skip
    fact = NewFact(
        BASE.code, {TARGET: str(row.pk)}, plan.area_id, date(year, 1, 1), value,
        unit_id=plan.unit_id, until=date(year, 12, 31),
    )  # fmt: skip
    ledger.post([fact], at=claim.at, batch_id=base.pk)
    after = {"year": year, "value": value, "source": words}
    claim.record("plans.base", "plan", pk, after=after)
    return claim.done(base.pk)


def target_of(plan: Plan, pk: int) -> Target:
    """A target of the plan's own lines, or of a line that it was given; NotFound otherwise."""
    row = Target.objects.filter(pk=pk).select_related("line__plan__campaign").first()
    if row is None:
        raise NotFound
    if row.line.plan_id != plan.pk and not Task.objects.filter(plan=plan, line=row.line).exists():
        raise NotFound
    return row
