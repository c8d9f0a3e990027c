"""Lists of tasks and of a plan's lines: filters, orders and columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from markupsafe import Markup

from anlan.domain.campaigns import queries
from anlan.domain.campaigns.loop import STATES
from anlan.domain.campaigns.models import Line, Plan, Task
from anlan.domain.campaigns.queries import LineRow
from anlan.kernel.accounts.views_pickers import area_name
from anlan.kernel.loop.settings import RUNGS
from anlan.ui.keyset import Keyset
from anlan.ui.lists import Area, Choice, Column, Days, Filters, Flag, Search
from anlan.ui.parts import cell, part

ORDERS = {
    "due": Keyset.by("case__due_on?", "pk"),
    "number": Keyset.by("-case__opened_on", "-pk"),
}
LINE_ORDERS = {"place": Keyset.by("place", "pk")}
LACKS = {"target": _("no number"), "unit": _("no lead unit"), "date": _("no date")}
MEMBERSHIPS = {
    "both": _("Also in"), "either": _("Together with"), "home": _("From the plans of"),
}  # fmt: skip
PLAN_LOOKS = {"draft": "draft", "published": "assigned", "ended": "closed"}


def task_filters(
    params: QueryDict, plans: Sequence[tuple[str, str]], stage_name: str = ""
) -> Filters:  # fmt: skip
    """plans:  those that are offered, by their ids; the one that is asked for among them.

    stage_name:  of the stage that is asked for, where the reader may read it.
    """
    above: tuple[Any, ...] = (Search("above", _("Task above")),) if params.get("above") else ()
    if campaign := params.get("campaign", "")[:40]:
        above += (Choice("campaign", _("Campaign"), [(campaign, _("the one looked at"))]),)
        # What two campaigns share, what they have together, what one of them brought in.
        for name, label in MEMBERSHIPS.items():
            if other := params.get(name, "")[:40]:
                above += (Choice(name, label, [(other, _("the campaign compared with"))]),)
    if body := params.get("body", "")[:40]:
        above += (Choice("body", _("Body"), [(body, _("the body looked at"))]),)
    if item := params.get("carries", "")[:40]:
        above += (Choice("carries", _("Carries out"), [(item, _("the item looked at"))]),)
    if group := params.get("group", "")[:40]:
        above += (Choice("group", _("Group"), [(group, _("the group looked at"))]),)
    if (stage := params.get("stage", "")).isdecimal() and len(stage) < 19:
        above += (Choice("stage", _("Stage"), [(stage, stage_name or _("the stage looked at"))]),)
    return Filters(
        (
            Search("q", _("Words in the task")),
            Choice("state", _("State"), list(STATES.items())),
            Search("unit", _("Unit")),
            Area("area", _("Area"), reverse("pickers:areas"), area_name),
            Days("due", _("To be finished by")),
            Flag("late", _("Behind time")),
            Flag("open", _("Not finished yet")),
            Flag("mine", _("My unit's")),
            Flag("bodies", _("Of bodies my unit sits in")),
            Flag("central", _("With a central unit")),
            Flag("key", _("Key tasks")),
            Flag("step_late", _("With a late milestone")),
            Flag("no_plan", _("Without a plan of execution")),
            Choice("plan", _("Plan"), plans),
            *above,
        ),
        params,
    )


def line_filters(params: QueryDict, plan: Plan) -> Filters:
    kinds = [(value, label) for value, label in Line.Kind.choices]
    return Filters(
        (
            Search("q", _("Words in the line")),
            Choice("kind", _("Kind of line"), kinds),
            Choice("lacks", _("Gaps"), list(LACKS.items())),
            Choice("state", _("State"), list(STATES.items())),
        ),
        params,
    )


def task_columns(today: date) -> list[Column]:
    return [
        Column("title", _("Task"), cell="line.title", kind="text",
               link=lambda row: reverse("campaigns:task", args=[row.pk])),
        Column("unit", _("Unit"), cell="unit_name", kind="text"),
        Column("state", _("State"), cell=state_cell),
        Column("progress", _("Progress"), cell=_progress),
        Column("due", _("To be finished by"), cell=_due(today), sort="due"),
        Column("area", _("Area"), cell="case.area.name"),
        Column("plan", _("Plan"), cell="plan.title", kind="text", phone=False),
        Column("reported", _("Last report"), cell="reported_on", kind="day", phone=False),
        Column("number", _("Number"), cell="case.number", phone=False, shown=False),
    ]  # fmt: skip


def state_cell(task: Task) -> Any:
    shown = cell("state", str(STATES[task.case.state]), task.case.state)
    if task.case.rung:
        shown += cell("rung", RUNGS[task.case.rung - 1], task.case.rung)
    return shown + marks(task)


def marks(task: Any) -> Any:
    """Whether it is a key task, and which of its steps is late, once that was put beside it."""
    shown = Markup()
    if getattr(task, "is_key", False):
        shown += Markup(" ") + part("tag", gettext("key task"), "blue")
    if step := getattr(task, "late_step", ""):
        words = gettext("milestone late: %(name)s") % {"name": step[:30]}
        shown += Markup(" ") + part("tag", words, "red")
    return shown


def _progress(task: Task) -> Any:
    """As it is counted, where that was asked; else as it was reported."""
    return getattr(task, "counted_cell", "") or f"{task.progress}%"


def days_left(task: Task, today: date) -> int | None:
    if not task.case.unsettled or task.case.due_on is None:
        return None
    return (task.case.due_on - today).days


def _due(today: date) -> Callable[[Task], Any]:
    def due(task: Task) -> Any:
        days = days_left(task, today)
        return cell("due", task.case.due_on, days, days is None, task.case.due_provisional)

    return due


def line_columns(plan: Plan, today: date, may_edit: bool) -> list[Column]:
    def link(row: LineRow) -> str:
        if row.task is not None:
            return reverse("campaigns:task", args=[row.task.pk])
        return reverse("campaigns:line", args=[plan.pk, row.pk])

    found = [
        Column("no", _("No."), cell="line.no"),
        Column("title", _("What is to be done"), cell="line.title", kind="text", link=link),
        Column("units", _("Units"), cell=_units, kind="plain"),
        Column("targets", _("What is aimed at"), cell=_targets, kind="plain"),
        Column("due", _("Until"), cell=_until(today)),
        Column("lacks", _("Gaps"), cell=_lacks),
    ]
    if plan.kind == Plan.Kind.TEXT:
        # It gives no tasks: nothing lacks that others would need.
        return [found[0], replace(found[1], link=_derived(plan)), found[4]]
    if plan.status != Plan.Status.DRAFT:
        found[5] = Column("state", _("State"), cell=_line_state)
        found.append(Column("lacks", _("Gaps"), cell=_lacks, phone=False))
    return found


def _derived(plan: Plan) -> Callable[[LineRow], str]:
    """A draft's line opens to be written, that of a text in force to what carries it out."""
    name = "line" if plan.status == Plan.Status.DRAFT else "derived_tree"
    return lambda row: reverse(f"campaigns:{name}", args=[plan.pk, row.pk])


def _units(row: LineRow) -> Any:
    shown = Markup()
    for one in row.leads:
        strange = "" if one.unit else part("tag", gettext("not one of ours"), "amber")
        name = one.unit.name if one.unit else one.name
        shown += Markup("<span>{} {}</span><br>").format(name, strange)
    if row.supports:
        named = "、".join(one.unit.name if one.unit else one.name for one in row.supports)
        words = gettext("with %(units)s") % {"units": named}
        shown += Markup('<small class="muted">{}</small>').format(words)
    return shown


def _targets(row: LineRow) -> Any:
    """What is aimed at, and under each number how far it is."""
    return Markup("").join(
        Markup("<span>{}</span><br>{}").format(
            queries.said(one),
            Markup("{}<br>").format(row.reached[one.pk]) if one.pk in row.reached else "",
        )
        for one in row.targets
    )


def _until(today: date) -> Callable[[LineRow], Any]:
    def until(row: LineRow) -> Any:
        if row.task is not None:
            return _due(today)(row.task)
        if row.line.due_on is None:
            return row.line.stage.name if row.line.stage else row.line.due_text
        return cell("due", row.line.due_on, None, True, False)

    return until


def _lacks(row: LineRow) -> Any:
    return Markup(" ").join(part("tag", str(LACKS[name]), "amber") for name in row.lacks)


def _line_state(row: LineRow) -> Any:
    if row.task is None:
        return str(Line.Kind(row.line.kind).label) if row.line.kind != Line.Kind.TASK else ""
    return state_cell(row.task)
