"""What the demo's campaign has reached: a target that the ledger counts, and a reporting duty."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from anlan.base.actor import CLOCK, Actor
from anlan.base.ids import uuid7
from anlan.domain.campaigns.models import Duty, Plan, Return, Target
from anlan.domain.campaigns.progress import tasks as progress_tasks
from anlan.domain.campaigns.progress.commands import progress
from anlan.domain.campaigns.returns import commands as returns
from anlan.domain.campaigns.returns.commands import NewDuty
from anlan.domain.campaigns.returns.rule import Rule
from anlan.kernel.accounts import sectors

#: What counts the plan's number of hidden hazards on roads.
COUNTED, ROADS = "hazard.closed", "道路运输"
#: Of every so many units one files nil, and one nothing at all.
NIL_EVERY, SILENT_EVERY = 5, 7


def reached(plan: Plan, office: Actor, units: list[int], at: datetime) -> None:
    roads = next((code for code, name in sectors.names().items() if name == ROADS), "")
    target = Target.objects.filter(line__plan=plan, text__contains="隐患", kind="number").first()
    if target is not None:
        progress.count_by(
            plan.pk, target.pk, code=COUNTED, where={"sector": [roads]} if roads else {},
            by=office, at=at, request_id=uuid7(),
        )  # fmt: skip
        progress_tasks.refresh(at)
    _duty(plan, office, units, at)


def _duty(plan: Plan, office: Actor, units: list[int], at: datetime) -> None:
    """A monthly report, one due lately and one soon; who filed is simulated."""
    today = timezone.localdate(at)
    new = NewDuty(
        title="重点任务落实情况月报（演示）",
        text="各州市每月5日前报送上月重点任务落实情况（演示）。",
        rule=Rule("month", day=5, rest_day="moves"),
        starts_on=(today - timedelta(15)).replace(day=1), ends_on=plan.ends_on,
        units=tuple(units), figures=(("检查企业", "家"),),
    )  # fmt: skip
    pk = returns.make_duty(plan.pk, new, by=office, at=at, request_id=uuid7())
    figure = Duty.objects.get(pk=pk).figures.get()
    rows = Return.objects.filter(duty=pk).select_related("unit").order_by("due_on", "unit__path")
    for n, row in enumerate(rows):
        if n % SILENT_EVERY == SILENT_EVERY - 1:
            continue
        by = replace(CLOCK, name=f"{row.unit.name}（演示）", unit_id=row.unit_id)
        nil = n % NIL_EVERY == NIL_EVERY - 1
        given: dict[str, Any] = {"kind": "nil"}
        if not nil:
            figures = {figure.pk: 20 + n}
            given = {"kind": "report", "text": "重点任务按计划推进（演示）。", "figures": figures}
        _file(row.pk, by, at, given)


def _file(pk: UUID, by: Actor, at: datetime, given: dict[str, Any]) -> None:
    returns.file_return(pk, by=by, at=at, request_id=uuid7(), **given)
