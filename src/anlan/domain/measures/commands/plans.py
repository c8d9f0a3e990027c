"""Plans of a year for making rules (规范性文件拟制计划): drawn up, reviewed by another person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Unpack
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from anlan.base import stored
from anlan.base.refusal import MovedOn
from anlan.domain.measures.commands.base import lacks, short, text_of
from anlan.domain.measures.models import TITLE_CHARS_MAX, MakingPlan, Measure
from anlan.domain.measures.writers import wrote
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.reach import JUDGES
from anlan.kernel.accounts.units import main_unit
from anlan.kernel.loop import plain
from anlan.kernel.loop.plain import Call, Claim
from anlan.kernel.notices import outbox
from anlan.kernel.notices.kinds import declare

declare("measures.plan_returned", _("“%(title)s” was sent back: %(reason)s"),
        "measures:plan")  # fmt: skip
Status = MakingPlan.Status
#: Measures in one plan.
PLANNED_MAX = 300
#: States in which what it holds may be changed.
WRITABLE = (Status.DRAFT, Status.RETURNED)


@transaction.atomic(durable=True)
def make_plan(pk: UUID, *, year: int, title: str = "", **call: Unpack[Call]) -> UUID:
    """Draw up one's unit's plan of a year. ``pk`` is made by the client."""
    by, at = call["by"], call["at"]
    policy.demand(by, "makingplans.make", at)
    given = {"pk": pk, "year": year, "title": title}
    claim = plain.claim("makingplans.make", given, **call)
    if claim.repeated:
        return pk
    unit = main_unit(by, JUDGES)
    if MakingPlan.objects.filter(unit=unit, year=year).exists():
        raise lacks("year", _("Your unit has a plan of that year; put more into it."))
    named = short(title, "title", TITLE_CHARS_MAX)
    with stored.house_language():
        other = str(_("%(unit)s: rules to be made in %(year)d")) % {"unit": unit.name, "year": year}
    row = MakingPlan.objects.create(
        pk=pk, unit=unit, area_id=unit.area_id, path=unit.path, year=year, made_at=at,
        made_by=by.name, user_id=by.user_id,
        title=named or other,
    )  # fmt: skip
    wrote(by, plan=row)
    claim.record("makingplans.make", "making_plan", pk, after={"title": row.title})
    return claim.done(pk)


@transaction.atomic(durable=True)
def put_into_plan(
    pk: UUID, measures: Sequence[UUID], *, seen: int | None = None, **call: Unpack[Call]
) -> UUID:
    """Put measures of one's unit that are being made into it."""
    given = {"put": [str(one) for one in measures]}
    row, claim = _begin("makingplans.edit", pk, given, seen, WRITABLE, **call)
    if claim.repeated:
        return pk
    rows = Measure.objects.filter(
        pk__in=measures, case__unit=row.unit_id, case__unsettled=True, plan=None
    )
    titles = list(rows.values_list("title", flat=True))
    if not titles:
        raise lacks("measures", _("Choose measures that are being made and stand in no plan."))
    if row.measures.count() + len(titles) > PLANNED_MAX:
        reason = _("A plan holds at most %(n)d measures.") % {"n": PLANNED_MAX}
        raise lacks("measures", reason)
    rows.update(plan=row)
    wrote(claim.by, plan=row)
    claim.record("makingplans.put", "making_plan", pk, after={"measures": titles})
    return claim.done(pk)


@transaction.atomic(durable=True)
def take_out_of_plan(pk: UUID, measure: UUID, **call: Unpack[Call]) -> UUID:
    row, claim = _begin("makingplans.edit", pk, {"out": measure}, None, WRITABLE, **call)
    if claim.repeated:
        return pk
    titles = list(row.measures.filter(pk=measure).values_list("title", flat=True))
    row.measures.filter(pk=measure).update(plan=None)
    wrote(claim.by, plan=row)
    claim.record("makingplans.take_out", "making_plan", pk, before={"measures": titles})
    return claim.done(pk)


@transaction.atomic(durable=True)
def submit_plan(pk: UUID, *, seen: int | None = None, **call: Unpack[Call]) -> UUID:
    row, claim = _begin("makingplans.edit", pk, {"submit": 1}, seen, WRITABLE, **call)
    if claim.repeated:
        return pk
    if not row.measures.exists():
        raise lacks("measures", _("Put at least one measure into it first."))
    _save(row, status=Status.SUBMITTED, user_id=claim.by.user_id)
    wrote(claim.by, plan=row)
    claim.record("makingplans.submit", "making_plan", pk)
    return claim.done(pk)


@transaction.atomic(durable=True)
def review_plan(
    pk: UUID, *, approve: bool, opinion: str = "", seen: int | None = None, **call: Unpack[Call]
) -> UUID:
    """Approve it, or send it back with what is to be mended; never who wrote in it."""
    given = {"approve": approve, "opinion": opinion}
    row, claim = _begin("makingplans.review", pk, given, seen, (Status.SUBMITTED,), **call)
    if claim.repeated:
        return pk
    said = short(opinion, "opinion")
    if not approve:
        said = text_of(opinion, "opinion", _("Say what is to be mended."))
        outbox.post("measures.plan_returned", to_units=[row.unit_id], about=pk, at=claim.at,
                    data={"title": row.title, "reason": said})  # fmt: skip
    status = Status.APPROVED if approve else Status.RETURNED
    _save(row, status=status, opinion=said, reviewed_at=claim.at, reviewed_by=claim.by.name)
    action = "makingplans.approve" if approve else "makingplans.return"
    claim.record(action, "making_plan", pk, reason=said)
    return claim.done(pk)


@transaction.atomic(durable=True)
def reopen_plan(pk: UUID, *, reason: str, seen: int | None = None, **call: Unpack[Call]) -> UUID:
    """Change what was approved: it is written again, and reviewed again."""
    given = {"reopen": reason}
    row, claim = _begin("makingplans.edit", pk, given, seen, (Status.APPROVED,), **call)
    if claim.repeated:
        return pk
    why = text_of(reason, "opinion", _("Say why it is changed."))
    _save(row, status=Status.DRAFT)
    claim.record("makingplans.reopen", "making_plan", pk, reason=why)
    return claim.done(pk)


def _begin(
    permission: str, pk: UUID, given: Any, seen: int | None, states: Sequence[str],
    **call: Unpack[Call],
) -> tuple[MakingPlan, Claim]:  # fmt: skip
    _row, claim = plain.begin(MakingPlan.objects.all(), permission, pk, given, **call)
    row = MakingPlan.objects.select_for_update(of=("self",)).get(pk=pk)
    if not claim.repeated and (row.status not in states or seen not in (None, row.version)):
        raise MovedOn
    return row, claim


def _save(row: MakingPlan, **fields: Any) -> None:
    for name, value in fields.items():
        setattr(row, name, value)
    row.version += 1
    row.save()
