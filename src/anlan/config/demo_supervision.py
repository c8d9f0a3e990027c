"""Supervision in the demo: a transfer, a letter, a listing that goes up, a team, reports."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.config import demo_offices
from anlan.config.demo_offices import CAPITAL, DISTRICT
from anlan.domain.hazards import commands as hazards
from anlan.domain.hazards.commands import Finding
from anlan.domain.hazards.models import Hazard
from anlan.domain.supervision import commands
from anlan.domain.supervision.commands import NewMember, NewPaper
from anlan.domain.supervision.models import Escalation, Paper
from anlan.kernel.accounts import held
from anlan.kernel.accounts.models import User
from anlan.kernel.calendar.periods import Kind
from anlan.kernel.loop.models import Listing
from anlan.kernel.regions.models import Region

#: What unannounced checks found, simulated.
FOUND = (
    "暗访：地下车库安全出口上锁，钥匙无人保管（模拟）",
    "暗访：餐饮后厨燃气报警器断电停用（模拟）",
    "暗访：在建工地临边防护缺失，无人制止（模拟）",
    "暗访：仓库堵占消防车通道（模拟）",
)


def supervision(*, at: datetime) -> None:
    """A little of each, so that no page of it is empty; through the commands, as everything."""
    today = timezone.localdate(at)

    def actor(name: str) -> Actor:
        return held.actor(User.objects.get(username=name), today=today)

    city, leader = actor("km.office"), actor("km.leader")
    commands.set_terms(
        0, hours=24, since=today - timedelta(days=30), period=Kind.MONTH, reason="演示设定",
        by=actor("yn.leader"), at=at,
    )  # fmt: skip
    _transfer(city, actor("wh.office"), at)
    _letter(city, actor("wh.office"), at)
    listed = _listed()
    if listed:
        _escalate(listed[0], leader, actor("yn.leader"), at)
    if len(listed) > 1:
        _team(listed[1], leader, city, at)
    for pk in listed[:1]:
        _direct(pk, city, at)


def _unit(code: str) -> int:
    return demo_offices.unit(code).pk


def _transfer(city: Actor, district: Actor, at: datetime) -> None:
    """Four findings, three of them transferred to the district, which has replied to two."""
    area = Region.objects.get(code=DISTRICT)
    office = _unit(demo_offices.office_code(CAPITAL))
    findings = [
        Finding(
            pk=uuid7(), description=text, area_id=area.pk, unit_id=office, source="covert",
            opened_on=timezone.localdate(at), grade="ordinary",
        )
        for text in FOUND
    ]  # fmt: skip
    hazards.find(findings, by=city, request_id=uuid7(), at=at)
    pks = [item.pk for item in findings[:3]]
    paper = _issue("transfer", pks, "关于移交暗访抽查发现问题的函（演示）", city, at)
    common: dict[str, Any] = {"by": district, "at": at}
    commands.receive(paper.pk, request_id=uuid7(), **common)
    first, second, *_rest = paper.items.order_by("order").values_list("pk", flat=True)
    replies = {
        first: ("done", "已责令开锁并明确专人值守，现场复核合格（演示）"),
        second: ("doing", "已停用，正在更换报警器（演示）"),
    }
    commands.reply(paper.pk, replies, request_id=uuid7(), **common)


def _letter(city: Actor, district: Actor, at: datetime) -> None:
    area = Region.objects.get(code=DISTRICT)
    late = Hazard.objects.filter(
        case__path__startswith=area.path, case__is_open=True, case__kind="hazard"
    ).order_by("case__due_on", "pk")
    pks = list(late.values_list("pk", flat=True)[:2])
    if pks:
        _issue("letter", pks, "关于督促整改问题隐患的函（演示）", city, at)


def _issue(kind: str, pks: Sequence[UUID], subject: str, by: Actor, at: datetime) -> Paper:
    office, district = (_unit(demo_offices.office_code(code)) for code in (CAPITAL, DISTRICT))
    is_letter = kind == "letter"
    new = NewPaper(
        pk=uuid7(), kind=kind, office=office,
        receiver=_unit(f"{DISTRICT}-yj") if is_letter else district,
        superior=district if is_letter else None, subject=subject,
        text="请逐项核实整改，按期书面反馈（演示）。",
        due_on=timezone.localdate(at) + timedelta(days=15), hazards=tuple(pks),
    )  # fmt: skip
    commands.issue(new, by=by, request_id=uuid7(), at=at)
    return Paper.objects.get(pk=new.pk)


def _listed() -> list[UUID]:
    """Listed by the capital, the oldest first."""
    rows = Listing.objects.filter(
        status=Listing.Status.LISTED, case__is_open=True, case__kind="hazard"
    )
    own = rows.filter(supervisor__code=demo_offices.office_code(CAPITAL))
    return list(own.order_by("listed_on", "pk").values_list("case", flat=True)[:2])


def _escalate(pk: UUID, city: Actor, province: Actor, at: datetime) -> None:
    commands.ask_escalation(
        pk, reason="涉及多个县区，市级难以协调整治（演示）", by=city, request_id=uuid7(), at=at
    )
    asked = Escalation.objects.get(hazard=pk, accepted=None)
    today = timezone.localdate(at)
    commands.decide_escalation(
        asked.pk, accept=True, number=f"云安委办督〔{today.year}〕演示1号",
        due_on=today + timedelta(days=45), by=province, request_id=uuid7(), at=at,
    )  # fmt: skip


def _team(pk: UUID, leader: Actor, city: Actor, at: datetime) -> None:
    today = timezone.localdate(at)
    team = commands.send_team(
        pk, since=today, task="现场督导整改，落实停产撤人措施（演示）",
        members=[
            NewMember("进驻组长（演示）", "昆明市应急管理局", "组长"),
            NewMember("专家（演示）", "昆明市消防救援支队", "专家"),
        ],
        by=leader, request_id=uuid7(), at=at,
    )  # fmt: skip
    commands.log_day(
        team, day=today, action="核查停用情况，转移周边住户（演示）", moved_out=26, by=city,
        request_id=uuid7(), at=at,
    )  # fmt: skip


def _direct(pk: UUID, city: Actor, at: datetime) -> None:
    opened_on = Hazard.objects.select_related("case").get(pk=pk).case.opened_on
    found_at = timezone.make_aware(datetime.combine(opened_on, datetime.min.time()))
    commands.report_direct(
        pk, found_at=found_at, text="重大隐患已停产停用，正在整改（演示）", by=city,
        request_id=uuid7(), at=at,
    )  # fmt: skip
