"""The list of tasks and the worklist's pages of them: a province has tens of thousands."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet, UUIDField

from anlan.base.actor import Actor
from anlan.base.limits import PAGE_ROWS
from anlan.base.paths import below
from anlan.base.prepared import Prepared
from anlan.base.statements import among, filled
from anlan.domain.campaigns.deriving.queries import in_group
from anlan.domain.campaigns.loop import KIND
from anlan.domain.campaigns.membership import of_bodies
from anlan.domain.campaigns.milestones import queries as milestones
from anlan.domain.campaigns.models import KeyTask, SharedLine, Stage, Task
from anlan.domain.campaigns.permissions import ANSWERS
from anlan.domain.campaigns.queries import in_campaign, in_stage, late, uuid_of
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Role, UnitKind
from anlan.kernel.accounts.reach import SEES
from anlan.kernel.loop.models import Party, PartyRole
from anlan.kernel.loop.registers import Register
from anlan.kernel.loop.worklist import Wanted
from anlan.kernel.papers import scripts
from anlan.kernel.regions.models import Region
from anlan.ui.keyset import Keyset, Page

#: Relations that a row shows.
ROW = ("case", "case__area", "plan", "line")
#: And what of them. A line's text and a plan's paper are pages long.
_SHOWN = (
    "progress", "reported_on", "plan__title", "line__title",
    *(f"case__{name}" for name in (
        "kind", "number", "state", "rung", "opened_on", "due_on", "due_provisional", "unsettled",
        "is_open", "version",
    )),
    "case__area__code", "case__area__name",
)  # fmt: skip
NOBODYS = UUID(int=0)


def page(by: Actor, asked: Any, order: Keyset, params: Any, today: date) -> Page[Task]:
    """A page of the tasks that one may see, as ``asked`` narrows them, with their units."""
    region = Region.objects.filter(code=asked["area"]).first() if asked["area"] else None
    above = params.get("above", "")[:40]

    def wanted() -> Wanted:
        where = conditions(asked, region, by, today, above)
        return Wanted(where, policy.branches("tasks.view", by))

    standing = policy.standing(by, "tasks.view")
    path = region and region.path
    values = tuple(sorted(asked.values.items()))
    key = standing and ("tasks", standing, today, path, above, values, _rests_on(asked))
    found = page_of(wanted, order, params, key)
    with_units(found.rows)
    return found


def _rests_on(asked: Any) -> Hashable:
    """What is read for the conditions and stands in them: a stage's days, that tasks are shared."""
    names = ("campaign", "either", "both")
    campaigns = [pk for name in names if (pk := uuid_of(asked.values.get(name)))]
    stage = _stage(asked)
    return (
        stage and (stage.starts_on, stage.ends_on),
        SharedLine.objects.filter(campaign__in=campaigns).exists() if campaigns else None,
    )


def _stage(asked: Any) -> Stage | None:
    number = asked.values.get("stage")
    return Stage.objects.filter(pk=int(number)).first() if number else None


def page_of(
    wanted: Callable[[], Wanted], order: Keyset, params: Any, key: Hashable = None
) -> Page[Task]:
    """A page of what is wanted, in ``order``; see ``Register.page_of``."""
    return REGISTER.page_of(wanted, order, params, key)


def conditions(asked: Any, region: Region | None, by: Actor, today: date, above: str = "") -> Q:
    """A list of tasks as its address asks; ``above``: parts of that task alone.

    What asks more than the case is put as which cases, so that these alone are read for the order.
    """
    where = Q(case__kind=KIND)
    if above:
        where &= _those(Task.objects.filter(parent=uuid_of(above)))
    if asked["area"]:
        where &= below(region.path, "case__path") if region else policy.NOTHING
    if plan := uuid_of(asked["plan"]):
        where &= _those(Task.objects.filter(plan=plan))
    if campaign := uuid_of(asked.values.get("campaign")):
        # With ``either`` a sum over both: what both have stands in it once.
        either = uuid_of(asked.values.get("either"))
        wanted = in_campaign(campaign, either) if either else in_campaign(campaign)
        where &= _those(Task.objects.filter(wanted))
        if both := uuid_of(asked.values.get("both")):
            where &= _those(Task.objects.filter(in_campaign(both)))
        if home := uuid_of(asked.values.get("home")):
            where &= _those(Task.objects.filter(plan__campaign=home))
    if body := uuid_of(asked.values.get("body")):
        where &= _those(Task.objects.filter(plan__carried_by__organ=body))
    if item := uuid_of(asked.values.get("carries")):
        carrying = Task.objects.filter(line__derives_from__item=item, plan=F("line__plan"))
        where &= _those(carrying)
    if group := uuid_of(asked.values.get("group")):
        where &= _those(Task.objects.filter(in_group(group)))
    if asked["central"]:
        where &= _with(Party.objects.filter(unit__kind=UnitKind.CENTRAL))
    if state := asked["state"]:
        where &= Q(case__state=state)
    if asked["q"]:
        where &= _those(
            Task.objects.filter(scripts.holding(asked["q"], "line__title", "line__text"))
        )
    if asked.values.get("stage"):
        stage = _stage(asked)
        where &= _those(Task.objects.filter(in_stage(stage))) if stage else policy.NOTHING
    if name := asked["unit"]:
        # Names may be alike: whoever counted by unit opens the list by its code.
        named = scripts.holding(name, "unit__name") | Q(unit__code=name)
        where &= _with(Party.objects.filter(named))
    for name in ("due_from", "due_to"):
        if day := asked[name]:
            where &= Q(**{f"case__due_on__{'gte' if name == 'due_from' else 'lte'}": day})
    if asked["key"]:
        where &= Q(pk__in=KeyTask.objects.values("task"))
    if asked["step_late"]:
        where &= milestones.late(today)
    if asked.values.get("no_plan"):
        where &= milestones.unplanned()
    if asked["open"]:
        where &= Q(case__is_open=True)
    if asked["late"]:
        where &= late(today)
    if asked["mine"]:
        where &= _with(Party.objects.filter(unit__in=policy.units_of(by, ANSWERS)))
    if asked["bodies"]:
        where &= of_bodies(by, (*SEES, Role.RECTIFIER))
    if not asked["state"]:
        where &= ~Q(case__state="void")
    return where


def _those(tasks: QuerySet[Task]) -> Q:
    return Q(pk__in=tasks.values("pk"))


def _with(parties: QuerySet[Party]) -> Q:
    """Tasks that one of these units answers for."""
    return Q(case__in=parties.filter(role=PartyRole.RECTIFIER, until=None).values("case"))


def _shown() -> QuerySet[Task]:
    rows = Task.objects.select_related(*ROW).only(*_SHOWN)
    return rows.filter(among("pk", "pk", PAGE_ROWS, UUIDField()))


_rows = Prepared(_shown)


def rows_of(pks: Sequence[UUID]) -> list[Task]:
    """The tasks with these keys, as a list shows them, in any order."""
    found: list[Task] = []
    for start in range(0, len(pks), PAGE_ROWS):
        found += _rows.rows(**filled("pk", pks[start : start + PAGE_ROWS], PAGE_ROWS, NOBODYS))
    return found


REGISTER: Register[Task] = Register(Task, (KIND,), rows_of)


def with_units(rows: Sequence[Task]) -> None:
    """Put the unit that has it beside each task of a page, in one statement."""
    parties = Party.objects.filter(
        case__in=[row.pk for row in rows], role=PartyRole.RECTIFIER, until=None
    )
    names = dict(parties.values_list("case_id", "unit__name"))
    for row in rows:
        row.unit_name = names.get(row.pk, "")  # type: ignore[attr-defined]
