"""The stages of a campaign, and those that a plan has of its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Unpack
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F
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
    """The stages in their order; one that a line is in keeps its row, and can't be left out.

    A stage is known by its name; where none is left out, one of another name by its place.
    """
    assert connection.in_atomic_block, "it commits with what sets them"
    if len(stages) > STAGES_MAX:
        raise PlanIncomplete(
            field="stages", reason=_("There are at most %(n)d stages.") % {"n": STAGES_MAX}
        )
    names = _names(row, stages)
    have = list(row.stages.order_by("place"))
    kept = _kept(have, names)
    gone = [stage.pk for stage in have if stage not in kept]
    if Line.objects.filter(stage__in=gone).exists():
        raise PlanIncomplete(
            field="stages",
            reason=_("A stage that lines of a plan belong to can't be left out; rename it."),
        )
    Stage.objects.filter(pk__in=gone).delete()
    # Out of the way first: no two stand in one place, not even while they change places.
    row.stages.update(place=-1 - F("place"))
    owner: Any = {"campaign": row} if isinstance(row, Campaign) else {"plan": row}
    made = []
    for place, (name, new, old) in enumerate(zip(names, stages, kept, strict=True)):
        stage = old or Stage(**owner)
        stage.place, stage.name, stage.outputs = place, name, new.outputs.strip()
        stage.starts_on, stage.ends_on = new.starts_on, new.ends_on
        stage.save()
        made.append(stage)
    return made


def _names(row: Campaign | Plan, stages: Sequence[NewStage]) -> list[str]:
    """What they are called; refused where two share a name, or days don't fit."""
    names: list[str] = []
    last = row.starts_on
    for new in stages:
        name = text_of(new.name, "stages", _("Give each stage a name."), NAME_CHARS_MAX)
        if name in names:
            reason = _("Two stages are called “%(name)s”; give one another name.")
            raise PlanIncomplete(field="stages", reason=reason % {"name": name})
        check_within(row, name, new, last)
        last = new.starts_on
        names.append(name)
    return names


def _kept(have: Sequence[Stage], names: Sequence[str]) -> list[Stage | None]:
    """For each name the stage whose row it keeps."""
    by_name = {stage.name: stage for stage in have}
    kept = [by_name.get(name) for name in names]
    if len(names) < len(have):
        return kept
    return [
        have[place] if one is None and place < len(have) and have[place] not in kept else one
        for place, one in enumerate(kept)
    ]


def check_within(
    row: Campaign | Plan, name: str, stage: Stage | NewStage, last: date | None = None
) -> None:
    """Refuse a stage that doesn't lie in the days of its campaign or plan, not before ``last``."""
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
