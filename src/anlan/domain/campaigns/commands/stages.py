"""The stages of a campaign, and those that a plan has of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Unpack
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from anlan.domain.campaigns.commands.base import draft, text_of
from anlan.domain.campaigns.commands.terms import NewStage
from anlan.domain.campaigns.models import NAME_CHARS_MAX, Campaign, Line, Plan, Stage
from anlan.domain.campaigns.refusals import PlanIncomplete
from anlan.kernel.loop import plain
from anlan.kernel.loop.plain import Call

STAGES_MAX = 12


@transaction.atomic(durable=True)
def set_plan_stages(
    pk: UUID, stages: Sequence[NewStage], *, seen: int | None = None, **call: Unpack[Call]
) -> UUID:
    """Give a draft stages of its own; with none it has its campaign's again.

    Its lines go over to the stage of the same name. What was broken down keeps the stages of the
    plan above, for the fixed tasks are in them.
    """
    given = {"stages": list(stages)}
    _plan, claim = plain.begin(Plan.objects.all(), "plans.edit", pk, given, **call)
    if claim.repeated:
        return pk
    plan = draft(pk, seen)
    if plan.parent_id is not None:
        raise PlanIncomplete(
            field="stages", reason=_("Its stages are those of the plan above that it comes from.")
        )
    before = told(plan)
    if stages:
        _bring_over(plan, put_stages(plan, stages))
    else:
        _bring_over(plan, list(plan.campaign.stages.all()))
        plan.stages.all().delete()
    after = told(plan)
    claim.record("plans.set_stages", "plan", pk, before={"stages": before}, after={"stages": after})
    return claim.done(pk)


def _bring_over(plan: Plan, stages: Sequence[Stage]) -> None:
    """Lines in a stage that isn't one of these go over to the one of its name."""
    by_name = {stage.name: stage for stage in stages}
    strays = plan.lines.exclude(stage=None).exclude(stage__in=stages)
    for name in list(strays.order_by().values_list("stage__name", flat=True).distinct()):
        if name not in by_name:
            reason = _(
                "Lines of this plan are in the stage “%(name)s”. Keep one of that name, or choose "
                "another stage for these lines first."
            )
            raise PlanIncomplete(field="stages", reason=reason % {"name": name})
        strays.filter(stage__name=name).update(stage=by_name[name])


def put_stages(row: Campaign | Plan, stages: Sequence[NewStage]) -> list[Stage]:
    """The stages in their order; one that a line is in keeps its row, and can't be left out."""
    assert connection.in_atomic_block, "it commits with what sets them"
    if len(stages) > STAGES_MAX:
        raise PlanIncomplete(
            field="stages", reason=_("There are at most %(n)d stages.") % {"n": STAGES_MAX}
        )
    owner: Any = {"campaign": row} if isinstance(row, Campaign) else {"plan": row}
    have = {stage.place: stage for stage in row.stages.all()}
    last, names, made = row.starts_on, set[str](), []
    for place, new in enumerate(stages):
        name = text_of(new.name, "stages", _("Give each stage a name."), NAME_CHARS_MAX)
        if name in names:
            reason = _("Two stages are called “%(name)s”; give one another name.")
            raise PlanIncomplete(field="stages", reason=reason % {"name": name})
        check_within(row, name, new, last)
        last = new.starts_on
        names.add(name)
        fields = {"name": name, "starts_on": new.starts_on, "ends_on": new.ends_on,
                  "outputs": new.outputs.strip()}  # fmt: skip
        made.append(Stage.objects.update_or_create(**owner, place=place, defaults=fields)[0])
        have.pop(place, None)
    gone = [stage.pk for stage in have.values()]
    if Line.objects.filter(stage__in=gone).exists():
        raise PlanIncomplete(
            field="stages",
            reason=_("A stage that lines of a plan belong to can't be left out; rename it."),
        )
    Stage.objects.filter(pk__in=gone).delete()
    return made


def check_within(
    row: Campaign | Plan, name: str, stage: Stage | NewStage, last: Any = None
) -> None:
    """Refuse a stage that doesn't lie in the days of its campaign or plan, behind the last one."""
    inside = row.starts_on <= stage.starts_on <= stage.ends_on <= row.ends_on
    if inside and (last is None or stage.starts_on >= last):
        return
    words = (
        _("The days of “%(name)s” don't fit: stages lie within the campaign, one after the other.")
        if isinstance(row, Campaign)
        else _("The days of “%(name)s” don't fit: stages lie within the plan, one after the other.")
    )
    raise PlanIncomplete(field="stages", reason=words % {"name": name})


def told(row: Campaign | Plan) -> list[str]:
    """The stages as the record of who changed what names them."""
    stages = row.stages.order_by("place").values_list("name", "starts_on", "ends_on")
    return [f"{name} {first}–{last}" for name, first, last in stages]
