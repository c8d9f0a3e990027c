"""Drafting a plan: made, its lines put in, changed and taken out until it is published.

    pk = make_plan_with_lines(NewPlan(…), [NewLine(…), …], by=by, at=at, request_id=request_id)

Lines, their units and targets are written in sets: 239 of them take as many statements as two.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from decimal import Decimal
from typing import Unpack
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from anlan.base import bulk
from anlan.base.actor import Actor
from anlan.base.text import visible
from anlan.domain.campaigns.commands.base import (
    check_days,
    day_within,
    draft,
    own_unit,
    short,
    text_of,
)
from anlan.domain.campaigns.commands.stages import check_within
from anlan.domain.campaigns.commands.terms import (
    DIGITS_MAX,
    LINES_MAX,
    TARGETS_MAX,
    UNITS_MAX,
    NewLine,
    NewPlan,
    NewTarget,
)
from anlan.domain.campaigns.matching import units_named
from anlan.domain.campaigns.models import (
    NAME_CHARS_MAX,
    NUMBER_CHARS_MAX,
    TITLE_CHARS_MAX,
    Campaign,
    Line,
    LineUnit,
    Plan,
    Target,
)
from anlan.domain.campaigns.refusals import PlanIncomplete
from anlan.domain.campaigns.ruling import rules
from anlan.kernel.accounts import policy, sectors
from anlan.kernel.accounts.models import Unit
from anlan.kernel.loop import plain
from anlan.kernel.loop.plain import Call, Claim

#: A line without a title is called by so many of its first characters.
FIRST_WORDS = 60


@transaction.atomic(durable=True)
def make_plan(new: NewPlan, *, days_kept: bool = False, **call: Unpack[Call]) -> UUID:
    """A draft without lines; ``days_kept`` where its days lie outside the campaign's on purpose."""
    claim = plain.claim("plans.make", {"new": new}, **call)
    return plan_within(new, (), claim, days_kept=days_kept)


@transaction.atomic(durable=True)
def make_plan_with_lines(new: NewPlan, lines: Sequence[NewLine], **call: Unpack[Call]) -> UUID:
    """A draft with all its lines, as a document was read and confirmed."""
    claim = plain.claim("plans.make", {"new": new, "lines": list(lines)}, **call)
    return plan_within(new, lines, claim)


def plan_within(
    new: NewPlan, lines: Sequence[NewLine], claim: Claim, *, days_kept: bool | None = None
) -> UUID:
    """For a command that makes a plan within its own transaction, under its own claim.

    days_kept:  None where its days aren't held against the campaign's until it is published.
    """
    assert connection.in_atomic_block, "it commits with what makes it"
    by, at = claim.by, claim.at
    unit = own_unit(new.unit, by, "plans.make", at)
    if claim.repeated:
        return claim.answer[0]
    campaign = policy.access(Campaign.objects.all(), "campaigns.view", by, new.campaign, at=at)
    plan = Plan(
        id=new.pk, campaign=campaign, area=unit.area, path=unit.path, unit=unit, made_at=at,
        made_by=by.name,
    )  # fmt: skip
    _put_plan(plan, new)
    if days_kept is not None:
        rules.check_plan(campaign, new.kind, new.starts_on, new.ends_on, days_kept)
    plan.save(force_insert=True)
    append_lines(plan, lines, by)
    claim.record("plans.make", "plan", plan.pk, after={"title": plan.title, "lines": len(lines)})
    return claim.done(plan.pk)


@transaction.atomic(durable=True)
def change_plan(
    pk: UUID, new: NewPlan, *, days_kept: bool = False, seen: int | None = None,
    **call: Unpack[Call],
) -> UUID:  # fmt: skip
    """Another title, number or days; unit and campaign stay."""
    _plan, claim = plain.begin(Plan.objects.all(), "plans.edit", pk, {"new": new}, **call)
    if claim.repeated:
        return pk
    plan = draft(pk, seen)
    before = {"title": plan.title, "from": str(plan.starts_on), "to": str(plan.ends_on)}
    _put_plan(plan, new)
    rules.check_plan(plan.campaign, new.kind, new.starts_on, new.ends_on, days_kept)
    for stage in plan.stages.all():
        check_within(plan, stage.name, stage)
    plan.save()
    after = {"title": plan.title, "from": str(plan.starts_on), "to": str(plan.ends_on)}
    claim.record("plans.change", "plan", pk, before=before, after=after)
    return claim.done(pk)


def _put_plan(plan: Plan, new: NewPlan) -> None:
    for name in ("starts_on", "ends_on", "issued_on"):
        day_within(getattr(new, name), name)
    check_days(new.starts_on, new.ends_on)
    plan.title = text_of(new.title, "title", _("Give it a title."), TITLE_CHARS_MAX)
    if new.kind not in Plan.Kind.values:
        raise PlanIncomplete(field="kind", reason=_("Choose from the list what plan it is."))
    if new.sector and new.sector not in sectors.names():
        raise PlanIncomplete(field="sector", reason=_("Choose the sector from the list."))
    plan.kind, plan.sector_id = new.kind, new.sector or None
    plan.number = short(new.number, "number", NUMBER_CHARS_MAX)
    plan.issuer = short(new.issuer, "issuer", TITLE_CHARS_MAX)
    plan.issued_on, plan.text = new.issued_on, new.text or plan.text
    plan.starts_on, plan.ends_on = new.starts_on, new.ends_on


# --- lines ---------------------------------------------------------------------------------


@transaction.atomic(durable=True)
def put_lines(
    pk: UUID, lines: Sequence[NewLine], *, days_kept: bool = False, seen: int | None = None,
    **call: Unpack[Call],
) -> list[UUID]:  # fmt: skip
    """Put lines behind those that a draft has; their ids.

    days_kept:  days outside a line's stage were written on purpose.
    """
    given = {"lines": list(lines)}
    _plan, claim = plain.begin(Plan.objects.all(), "plans.edit", pk, given, **call)
    if claim.repeated:
        return claim.answer
    plan = draft(pk, seen)
    rules.check_lines(plan, lines, days_kept)
    made = append_lines(plan, lines, claim.by)
    claim.record("plans.put_lines", "plan", pk, after={"lines": [row.title for row in made]})
    claim.keep([row.pk for row in made])
    return [row.pk for row in made]


@transaction.atomic(durable=True)
def change_line(
    pk: UUID, new: NewLine, *, days_kept: bool = False, seen: int | None = None,
    **call: Unpack[Call],
) -> UUID:  # fmt: skip
    """What a line of a draft says, with its units and targets, as it stands from now on."""
    line = _line_of(pk, call["by"])
    given = {"line": pk, "new": new}
    _plan, claim = plain.begin(Plan.objects.all(), "plans.edit", line.plan_id, given, **call)
    if claim.repeated:
        return pk
    plan = draft(line.plan_id, seen)
    rules.check_lines(plan, [new], days_kept)
    before = {"title": line.title, "text": line.text}
    LineUnit.objects.filter(line=line).delete()
    Target.objects.filter(line=line).delete()
    [row] = _rows(plan, [new], line.place, claim.by)
    row.id = line.pk
    row._state.adding = False
    row.save(force_update=True)
    _parts([row], [new], plan)
    after = {"title": row.title, "text": row.text}
    claim.record("plans.change_line", "plan", plan.pk, before=before, after=after)
    return claim.done(pk)


@transaction.atomic(durable=True)
def remove_line(pk: UUID, *, seen: int | None = None, **call: Unpack[Call]) -> UUID:
    """Take a line out of a draft. The plan it was in is the answer."""
    line = Line.objects.filter(pk=pk).first()
    if line is None:
        # A repeat finds it gone; what it answered then is kept under its id.
        claim = plain.claim("plans.remove_line", {"line": pk}, **call)
        return claim.answer[0] if claim.repeated else _line_of(pk, call["by"]).plan_id
    plan = policy.access(Plan.objects.all(), "plans.edit", call["by"], line.plan_id, at=call["at"])
    claim = plain.claim("plans.remove_line", {"line": pk}, **call)
    draft(plan.pk, seen)
    line.delete()
    claim.record("plans.remove_line", "plan", plan.pk, before={"title": line.title})
    return claim.done(plan.pk)


def _line_of(pk: UUID, by: Actor) -> Line:
    """A line of a plan that ``by`` may see; NotFound otherwise."""
    line = Line.objects.filter(pk=pk).first()
    plan = policy.access(Plan.objects.all(), "plans.view", by, line.plan_id if line else pk)
    assert line is not None
    assert line.plan_id == plan.pk
    return line


def append_lines(plan: Plan, lines: Sequence[NewLine], by: Actor) -> list[Line]:
    """Lines behind those that a plan has, within their caller's transaction."""
    if not lines:
        return []
    last = plan.lines.aggregate(last=Max("place"))["last"]
    first = 0 if last is None else last + 1
    if first + len(lines) > LINES_MAX:
        raise PlanIncomplete(
            field="lines", reason=_("A plan has at most %(n)d lines.") % {"n": LINES_MAX}
        )
    rows = _rows(plan, lines, first, by)
    bulk.insert(rows)
    _parts(rows, lines, plan)
    return rows


def _rows(plan: Plan, lines: Sequence[NewLine], first: int, by: Actor) -> list[Line]:
    stages = {stage.pk for stage in plan.stages_offered()}
    known = frozenset(sectors.names())
    return [_row(plan, line, first + n, stages, known) for n, line in enumerate(lines)]


def _row(plan: Plan, new: NewLine, place: int, stages: set[int], known: Container[str]) -> Line:
    text = text_of(new.text, "text", _("Write what is to be done."), 20_000)
    title = visible(new.title).strip() or text[:FIRST_WORDS]
    if new.kind not in Line.Kind.values:
        raise PlanIncomplete(field="kind", reason=_("Choose whether it is a task or a goal."))
    if new.stage is not None and new.stage not in stages:
        raise PlanIncomplete(field="stage", reason=_("Choose a stage from the list."))
    day_within(new.starts_on, "starts_on")
    day_within(new.due_on, "due_on")
    if new.starts_on and new.due_on and new.due_on < new.starts_on:
        raise PlanIncomplete(
            field="due_on", reason=_("It is due before it starts; correct one of the days.")
        )
    if len(new.targets) > TARGETS_MAX or len(new.units) > UNITS_MAX:
        raise PlanIncomplete(
            field="text", reason=_("This line holds too much at once; make several lines of it.")
        )
    codes = [code for code in dict.fromkeys(new.sectors) if code in known][:20]
    # Forms refuse what is too long. What a reading cuts stands whole in the plan's own text.
    return bulk.make(
        Line, plan_id=plan.pk, place=place, kind=new.kind, no=visible(new.no)[:NAME_CHARS_MAX],
        section=visible(new.section)[:TITLE_CHARS_MAX],
        title="".join(title[:TITLE_CHARS_MAX].splitlines()),
        text=text, basis=visible(new.basis).strip(),
        sectors=f",{','.join(codes)}," if codes else "",
        start=new.start, end=new.end, starts_on=new.starts_on, due_on=new.due_on,
        due_text=new.due_text[:TITLE_CHARS_MAX], stage_id=new.stage,
        elements={name: value for name, value in new.elements.items() if value},
        evidence=visible(new.evidence).strip(),
    )  # fmt: skip


def _parts(rows: Sequence[Line], lines: Sequence[NewLine], plan: Plan) -> None:
    """The units and targets of lines that are written down."""
    unknown = {one.name for line in lines for one in line.units if one.unit is None}
    meant = units_named(unknown, plan.area)
    given = {one.unit for line in lines for one in line.units if one.unit is not None}
    if len(given) != Unit.objects.filter(pk__in=given, valid_to=None).count():
        raise PlanIncomplete(field="units", reason=_("Choose the unit from the list."))
    units: list[LineUnit] = []
    targets: list[Target] = []
    for row, line in zip(rows, lines, strict=True):
        for role in LineUnit.Role.values:
            named = [one for one in line.units if one.role == role and one.name.strip()]
            units += [
                bulk.make(
                    LineUnit, line_id=row.pk, role=role, place=place,
                    name=visible(one.name).strip()[:TITLE_CHARS_MAX],
                    unit_id=one.unit or meant.get(one.name),
                )
                for place, one in enumerate(named)
            ]  # fmt: skip
        targets += [_target(row, place, one) for place, one in enumerate(line.targets)]
    bulk.insert(units)
    bulk.insert(targets)


def _target(line: Line, place: int, new: NewTarget) -> Target:
    value, digits = scaled(new.value)
    return bulk.make(
        Target, line_id=line.pk, place=place, kind=new.kind[:12], value=value, digits=digits,
        unit=new.unit[:20], comparator=new.comparator[:4],
        object=visible(new.object)[:TITLE_CHARS_MAX],
        baseline=new.baseline[:NAME_CHARS_MAX], direction=new.direction[:10],
        per=new.per[:NAME_CHARS_MAX], text=new.text[:TITLE_CHARS_MAX], start=new.start,
        end=new.end, counted=new.counted[:60], counted_where=dict(new.counted_where),
    )  # fmt: skip


def scaled(value: Decimal | None) -> tuple[int | None, int]:
    """A number in its smallest unit, and how many of its digits stand behind the point."""
    if value is None:
        return None, 0
    exact = value.normalize()
    digits = min(max(0, -int(exact.as_tuple().exponent)), DIGITS_MAX)
    whole = int((exact * 10**digits).to_integral_value())
    if abs(whole) >= 2**63:
        raise PlanIncomplete(field="targets", reason=_("A number is too large to be a target."))
    return whole, digits
