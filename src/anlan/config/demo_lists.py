"""Problem lists in the demo: one list taken up, a few hazards promoted, one of them closed."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils import timezone

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.config.demo_offices import CAPITAL, DISTRICT, office_code
from anlan.domain.hazards.models import Hazard
from anlan.domain.lists import commands, freshness
from anlan.domain.lists.activities import commands as register
from anlan.domain.lists.models import KindVersion
from anlan.kernel.accounts import held
from anlan.kernel.accounts.models import Unit, User
from anlan.kernel.regions.models import Region

PROMOTED = 4
#: No document names them; these say that they are the demo's.
SIDES = ["市安委办（演示）", "成员单位（演示）"]


def lists(*, at: datetime) -> None:
    today = timezone.localdate(at)

    def actor(name: str) -> Actor:
        return held.actor(User.objects.get(username=name), today=today)

    office, second, leader = actor("km.office"), actor("km.second"), actor("km.leader")
    [kind] = commands.take_up("major", by=office, at=at)
    data = KindVersion.objects.get(kind=kind, version=1).data
    commands.change_kind(
        kind, {**data, "sides": SIDES}, version=1, reason="补充评价方（演示）", by=office, at=at
    )
    items: list[UUID] = []
    for pk in _typical():
        wish = commands.propose(
            pk,
            kind=kind,
            reason="同类问题在多个区县出现，具有典型性（演示）",
            by=office,
            at=at,
            request_id=uuid7(),
        )
        # The last one waits for its decision.
        if len(items) < PROMOTED - 1:
            item = commands.decide(
                wish, accept=True, answer="同意列入（演示）", by=leader, at=at, request_id=uuid7()
            )
            assert item is not None
            items.append(item)
    if len(items) > 1:
        _assign(items[:2], office, at)
        _close(items[0], office, second, actor("km.check"), actor("wh.office"), at)
    _watched(office, at)
    _activities(office, at)
    freshness.gather()


def _watched(office: Actor, at: datetime) -> None:
    """A hard problem on a watch list, looked at once and carried out in part (演示)."""
    [kind] = commands.take_up("watch", by=office, at=at)
    today, unit = timezone.localdate(at), Unit.objects.get(code=f"{CAPITAL}-yj")
    area = Region.objects.get(code=CAPITAL)
    entry = commands.Entry(
        pk=uuid7(), kind=kind, title="老旧液化气站搬迁（演示）", origin="inspection", area=area.pk,
        description="站址与住宅间距不足，多次整改未到位，列入重点跟踪（演示）",
        origin_text="督查通报（演示）",
    )  # fmt: skip
    commands.enter(entry, by=office, at=at, request_id=uuid7())
    commands.assign(
        entry.pk, rectifier=unit.pk, closure="convert", by=office, at=at, request_id=uuid7()
    )
    commands.track(
        entry.pk, outcome="partly", found="已停止充装，储罐尚未拆除（演示）", on=today,
        next_on=today + timedelta(days=14), by=office, at=at, request_id=uuid7(),
    )  # fmt: skip


def _activities(office: Actor, at: datetime) -> None:
    """One that waits for a regulator, one that a department is asked to take on (演示)."""
    call: dict[str, Any] = {"by": office, "at": at}
    found = (
        ("玻璃栈道（演示）", "景区高空观光设施，监管部门不明确"),
        ("醇基燃料（演示）", "餐饮单位使用醇基燃料，储存、配送无明确监管部门"),
    )
    for name, text in found:
        new = register.NewActivity(uuid7(), name, text)
        register.register(new, request_id=uuid7(), **call)
    unit = Unit.objects.get(code=f"{CAPITAL}-yj")
    given = register.Assignment(unit.pk, "与危险化学品使用安全管理业务相近（演示）", "演示文号")
    register.assign(new.pk, given, request_id=uuid7(), **call)


def _typical() -> list[UUID]:
    """Some of the capital's hazards that are under way."""
    capital = Region.objects.get(code=CAPITAL)
    rows = Hazard.objects.filter(
        case__path__startswith=capital.path, case__kind="hazard", case__is_open=True
    )
    return list(rows.order_by("-case__opened_on", "pk").values_list("pk", flat=True)[:PROMOTED])


def _assign(items: list[UUID], office: Actor, at: datetime) -> None:
    unit = Unit.objects.get(code=f"{CAPITAL}-yj")
    for item in items:
        commands.assign(
            item,
            rectifier=unit.pk,
            reason="请牵头整改（演示）",
            by=office,
            at=at,
            request_id=uuid7(),
        )


def _close(
    item: UUID, office: Actor, second: Actor, check: Actor, district: Actor, at: datetime
) -> None:
    """One item all the way round, and into the library."""
    commands.receive(item, by=check, at=at, request_id=uuid7())
    commands.rectify(
        item,
        result="已组织整改到位，明确属地和部门责任（演示）",
        cause="日常巡查不到位（演示）",
        by=check,
        at=at,
        request_id=uuid7(),
    )
    asked = Unit.objects.get(code=office_code(DISTRICT))
    commands.ask_elsewhere(
        item,
        units=[asked.pk],
        wanted="对照排查辖区同类问题（演示）",
        by=office,
        at=at,
        request_id=uuid7(),
    )
    commands.answer_elsewhere(
        item,
        found=2,
        answer="排查 31 处，发现同类问题 2 处，均已整改（演示）",
        by=district,
        at=at,
        request_id=uuid7(),
    )
    commands.apply_elsewhere(
        item,
        source_treated="修订巡查制度，纳入月度检查（演示）",
        mechanism="同类问题联合巡查办法（演示）",
        by=office,
        at=at,
        request_id=uuid7(),
    )
    commands.accept(item, reason="现场核查合格（演示）", by=office, at=at, request_id=uuid7())
    for side, who, score in zip(SIDES, (office, second), (92, 88), strict=True):
        commands.evaluate(item, side=side, score=Decimal(score), by=who, at=at, request_id=uuid7())
    commands.analyse(
        item,
        analysis="同类问题集中在老旧场所，根源在于责任不清（演示）",
        by=office,
        at=at,
        request_id=uuid7(),
    )
    commands.state_three(
        item,
        problem_solved="问题点位全部整改（演示）",
        mechanism_ref="",
        mechanism="同类问题联合巡查办法（演示）",
        field_treated="全市同类场所（演示）",
        by=office,
        at=at,
        request_id=uuid7(),
    )
    commands.close(item, by=office, at=at, request_id=uuid7())
    told = commands.Told(
        "同类问题联合巡查（演示）",
        "同类隐患在多个区县反复出现（演示）",
        "日常巡查不到位、责任不清（演示）",
        "建立联合巡查办法，月度检查（演示）",
    )
    commands.put_into_library(item, told, by=office, at=at, request_id=uuid7())
