"""Two dispatch meetings in the demo: one with minutes and promises, and the next being prepared."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.domain.campaigns.meetings.commands import (
    NewItem,
    NewMeeting,
    issue,
    make_meeting,
    put_item,
)
from anlan.domain.campaigns.models import Plan, Task


def held(plan: Plan, office: Actor, at: datetime) -> None:
    today, then = timezone.localdate(at), at - timedelta(14)
    first = NewMeeting(
        plan.campaign_id, plan.unit_id, "第一次调度例会（演示）", today - timedelta(14),
        place="省应急指挥中心（演示）", chair="张某（演示）",
        present="省安委办、有关成员单位、各州市安委办（演示）", next_on=today,
    )  # fmt: skip
    pk = make_meeting(first, **_call(office, then))
    running = Task.objects.filter(plan=plan, case__state="assigned").order_by("line__place")
    for task, days in zip(running[:2], (7, 30), strict=False):
        words = f"按期完成“{task.line.title}”（演示）。"
        day = first.held_on + timedelta(days)
        put_item(pk, NewItem("promise", words, due_on=day, task=task.pk), **_call(office, then))
    decision = NewItem(
        "decision", "组织一次对各州市的督导检查，情况报省安委会（演示）。", unit=plan.unit_id,
        due_on=today + timedelta(20),
    )  # fmt: skip
    put_item(pk, decision, **_call(office, then))
    note = NewItem("note", "通报近期典型事故情况（演示）。")
    put_item(pk, note, **_call(office, then))
    issue(pk, **_call(office, then))
    second = NewMeeting(
        plan.campaign_id, plan.unit_id, "第二次调度例会（演示）", today,
        place="省应急指挥中心（演示）", next_on=today + timedelta(30),
    )  # fmt: skip
    make_meeting(second, **_call(office, at))


def _call(by: Actor, at: datetime) -> Any:
    return {"by": by, "at": at, "request_id": uuid7()}
