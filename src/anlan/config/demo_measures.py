"""Measures in the demo: what came out of the listed problems, from a plan to a text in force."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.config import demo_offices
from anlan.config.demo_offices import CAPITAL
from anlan.domain.lists.models import Item
from anlan.domain.measures import commands
from anlan.domain.measures.commands import NewMeasure, Told
from anlan.kernel.accounts import held
from anlan.kernel.accounts.models import User
from anlan.kernel.regions.models import Region

#: Kind, title, state, number, days since adopted, sectors. Made up, as all of the demo.
_LISTED: tuple[tuple[str, str, str, str, int, tuple[str, ...]], ...] = (
    ("rule", "燃气管道占压联合巡查办法（演示）", "in_force", "昆安办〔2026〕11号", 160, ("gas",)),
    ("rule", "燃气管道占压巡查暂行规定（演示）", "in_force", "昆安办〔2023〕8号", 900, ("gas",)),
    ("mechanism", "重大隐患整改会商机制（演示）", "in_force", "", 90, ()),
    ("mechanism", "动火作业审批抄告机制（演示）", "in_force", "", 45, ("fire",)),
    ("standard", "经营性自建房安全检查导则（演示）", "adopted", "DB5301/T 001（演示）", 5, ()),
    ("standard", "密室类场所安全疏散技术要求（演示）", "drafting", "", 0, ("fire",)),
    ("project", "老旧小区燃气管网改造工程（演示）", "drafting", "", 0, ("gas",)),
    ("law", "昆明市燃气管理条例修订（演示）", "consulting", "", 0, ("gas",)),
    ("rule", "暗访问题移交办法（演示）", "planned", "", 0, ()),
)  # fmt: skip


def measures(*, at: datetime) -> None:
    """Through the commands, as everything, so that figures, audit and history are there."""
    today = timezone.localdate(at)

    def actor(name: str) -> Actor:
        return held.actor(User.objects.get(username=name), today=today)

    office, check = actor("km.office"), actor("wh.yingji")
    item = Item.objects.order_by("pk").first()
    call: dict[str, Any] = {"by": office, "at": at}
    made = []
    for n, line in enumerate(_LISTED):
        new = _new(*line, due_on=today + timedelta(days=20 * n - 60), today=today)
        linked = item.pk if item and n in (0, 2) else None
        made.append(commands.enter(new, item=linked, request_id=uuid7(), **call))
    commands.follow(made[0], earlier=made[1], how="replaces", request_id=uuid7(), **call)
    commands.take_up(
        made[2], day=today, note="纳入月度例会（演示）", by=check, at=at, request_id=uuid7()
    )
    told = Told(
        uuid7(), "占压点位“一点一策”销号看板（演示）",
        "每个占压点位明确属地、产权单位和完成时限，每周更新、公开晾晒（演示）", ("gas",),
    )  # fmt: skip
    commands.tell(told, request_id=uuid7(), **call)
    leader = actor("km.leader")
    commands.review_practice(told.pk, publish=True, by=leader, at=at, request_id=uuid7())
    waiting = Told(
        uuid7(), "餐饮场所“燃气安全明白卡”（演示）",
        "一店一卡，写明软管更换日期和责任人（演示）", ("gas",),
    )  # fmt: skip
    commands.tell(waiting, request_id=uuid7(), **call)


def _new(
    kind: str, title: str, state: str, number: str, since: int, sectors: tuple[str, ...], *,
    due_on: date, today: date,
) -> NewMeasure:  # fmt: skip
    adopted = today - timedelta(days=since) if since else None
    return NewMeasure(
        pk=uuid7(), kind=kind, title=title, state=state, number=number, sectors=sectors,
        area=Region.objects.get(code=CAPITAL).pk, problem="同类问题在多个区县反复出现（演示）",
        lead=demo_offices.unit(f"{CAPITAL}-yj").pk, person="张某（演示）",
        text="第一条　明确巡查责任。\n第二条　每月联合巡查。\n第三条　限期整改。（演示）",
        due_on=None if adopted else due_on, adopted_on=adopted,
        in_force_on=today + timedelta(days=25) if state == "adopted" else adopted,
    )  # fmt: skip
