"""Accidents in the demo: some years of them, one being reported, inquiries, and what follows."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from django.utils import timezone

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.base.paths import below
from anlan.config.demo_offices import CAPITAL, DISTRICT, office_code, unit
from anlan.domain.accidents import commands, law
from anlan.domain.accidents.commands import (
    Figures,
    NewAccident,
    NewControl,
    NewFollowUp,
    NewOutput,
    NewWord,
)
from anlan.domain.accidents.commands.raising import set_raising_rules
from anlan.domain.accidents.models import FollowUp
from anlan.domain.accidents.raising import Rule
from anlan.domain.hazards.models import Hazard
from anlan.kernel.accounts import held, sectors
from anlan.kernel.accounts.models import Unit, UnitKind, User
from anlan.kernel.regions.models import Region

#: What happened, under which name of 1986, in which sector. Made up, as all of the demo.
_KINDS = (
    ("罐区动火作业闪爆（演示）", "其他爆炸", "hazchem"),
    ("外脚手架坠落（演示）", "高处坠落", "construction"),
    ("基坑边坡坍塌（演示）", "坍塌", "construction"),
    ("冲压设备夹手（演示）", "机械伤害", "industry"),
    ("配电房触电（演示）", "触电", "industry"),
    ("沿街商铺起火（演示）", "火灾", "fire"),
    ("货车侧翻（演示）", "车辆伤害", "transport"),
)
_YEARS, _A_YEAR = 8, 9
_WAN = 1_000_000


def accidents(*, at: datetime, seed: int = 2026) -> None:
    """Through the commands, as everything, so that figures, audit and history are there."""
    today = timezone.localdate(at)
    office = held.actor(User.objects.get(username="km.office"), today=today)
    places = list(Region.objects.filter(parent__code=CAPITAL, valid_to=None).order_by("code")[:6])
    if not places:
        return
    call: dict[str, Any] = {"by": office, "at": at}
    commands.report_many(_register(places, at, Random(seed)), request_id=uuid7(), **call)
    _held_to(call)
    _raised_by(call)
    _being_reported(places[0], call)
    told = _inquired_into(places[-1], call)
    _followed_up(told, call)
    _watched_over(places[0], call)
    _told_by_others(places, told, call)


def _register(places: list[Region], at: datetime, chance: Random) -> list[NewAccident]:
    """Some years, each with a little less of it than the one before."""
    new, known = [], set(sectors.names())
    for year in range(_YEARS):
        for n in range(_A_YEAR + year):
            title, name, sector = chance.choice(_KINDS)
            happened = at - timedelta(days=365 * year + 20 + chance.randrange(330), hours=n)
            found = law.type_named(name, timezone.localdate(happened))
            deaths = chance.choice((0, 1, 1, 1, 2)) if n else chance.choice((1, 3))
            new.append(
                NewAccident(
                    pk=uuid7(), title=title, happened_at=happened, place="模拟地点",
                    area=chance.choice(places).pk, sector=sector if sector in known else "",
                    enterprise_name="模拟企业", type=found.key if found else "", is_history=True,
                    figures=Figures(deaths=deaths, serious=chance.choice((0, 0, 1, 2)),
                                    loss_fen=chance.randrange(5, 400) * _WAN),
                    text="演示数据，纯属虚构。", source_name="demo", source_key=f"{year}-{n}",
                )
            )  # fmt: skip
    return new


def _held_to(call: dict[str, Any]) -> None:
    """What the city is held to this year, and its output of last year. Made up, as all of it."""
    area = Region.objects.get(code=CAPITAL, valid_to=None).pk
    year = timezone.localdate(call["at"]).year
    shared: dict[str, Any] = {"area": area, "source": "演示文件〔2026〕1号", "first_year": year,
                              "last_year": year}  # fmt: skip
    for new in (
        {"words": f"事故起数较{year - 4}年下降10%", "indicator": "accident.count", "kind": "change",
         "base_year": year - 4, "aim": Decimal(10), "below": True},
        {"words": "死亡人数持续下降", "indicator": "accident.dead", "kind": "trend",
         "base_year": year - 4},
        {"words": "坚决遏制重特大事故", "indicator": "accident.major_up", "kind": "curb"},
    ):  # fmt: skip
        commands.set_control(NewControl(pk=uuid7(), **shared, **new), request_id=uuid7(), **call)
    for kind, value in (("output.gdp", "8000.5"), ("output.workers", "4200000")):
        stated = NewOutput(uuid7(), kind, area, str(year - 1), Decimal(value), "演示公报")
        commands.state_output(stated, request_id=uuid7(), **call)


def _raised_by(call: dict[str, Any]) -> None:
    """When a level above takes an inquiry, by a document of the city that is made up, too."""
    set_raising_rules(
        uuid7(), area=Region.objects.get(code=CAPITAL, valid_to=None).pk,
        rules=[Rule("一次死亡2人的一般事故（演示）", grade="ordinary", deaths=2),
               Rule("经查实迟报、漏报、谎报、瞒报的事故（演示）", misreported=True)],
        source="演示文件〔2026〕2号", request_id=uuid7(), **call,
    )  # fmt: skip


def _being_reported(place: Region, call: dict[str, Any]) -> None:
    """One of an hour ago: the county's clock runs."""
    at = call["at"]
    new = NewAccident(
        pk=uuid7(), title="仓库卸货平台倒塌（演示）", happened_at=at - timedelta(hours=1),
        area=place.pk, place="模拟物流园3号库", enterprise_name="模拟物流公司",
        figures=Figures(serious=2, missing=1), aware_at=at - timedelta(minutes=55),
        received_at=at - timedelta(minutes=20), text="现场正在搜救（演示）。",
    )  # fmt: skip
    commands.report(new, request_id=uuid7(), **call)


def _inquired_into(place: Region, call: dict[str, Any]) -> UUID:
    """One of a month ago, graver than it was first reported, with its inquiry."""
    at: datetime = call["at"]
    by: Actor = call["by"]
    pk, then = uuid7(), at - timedelta(days=30)
    found = law.type_named("中毒", timezone.localdate(then)) or law.type_named(
        "中毒和窒息", timezone.localdate(then)
    )
    new = NewAccident(
        pk=pk, title="污水池清淤中毒（演示）", happened_at=then, area=place.pk, place="模拟污水站",
        enterprise_name="模拟食品厂", type=found.key if found else "", figures=Figures(deaths=1),
        aware_at=then, received_at=then + timedelta(minutes=90), text="有限空间作业（演示）。",
    )  # fmt: skip
    commands.report(new, by=by, at=then + timedelta(minutes=95), request_id=uuid7())
    later = then + timedelta(hours=3)
    commands.pass_up(pk, sent_at=later, by=by, at=later, request_id=uuid7())
    commands.supplement(
        pk, figures=Figures(deaths=3, serious=1, loss_fen=320 * _WAN),
        text="两人抢救无效（演示）。", by=by, at=later + timedelta(hours=20), request_id=uuid7(),
        died_on=timezone.localdate(later + timedelta(hours=20)),
    )  # fmt: skip
    commands.open_inquiry(
        pk, inquiry=uuid7(), level=1, because="省安委会决定提级调查（演示）", by=by,
        at=later + timedelta(days=1), request_id=uuid7(),
    )  # fmt: skip
    return pk


def _followed_up(pk: UUID, call: dict[str, Any]) -> None:
    """The lesson goes to the offices below, one of which has answered; terms of the restart."""
    at: datetime = call["at"]
    today = timezone.localdate(at)
    area = Region.objects.get(code=CAPITAL, valid_to=None)
    commands.set_restart_terms(
        uuid7(), area=area.pk, source="演示文件〔2026〕2号",
        items=["有限空间作业审批、通风和检测已落实（演示）", "从业人员重新培训并考核合格（演示）"],
        request_id=uuid7(), **call,
    )  # fmt: skip
    lesson = NewFollowUp(
        kind="lesson", text="排查有限空间作业：未审批、未通风、未检测一律停止（演示）", heap="next",
        source="调查通报第二部分（演示）", due_on=today + timedelta(days=10),
    )  # fmt: skip
    commands.follow_up(pk, lesson, request_id=uuid7(), **call)
    firm = Unit.objects.filter(below(area.path), kind=UnitKind.ENTERPRISE, valid_to=None).first()
    if firm is not None:
        commands.want_restart(
            pk, unit=firm.name, due_on=today + timedelta(days=20), request_id=uuid7(), **call
        )
    county = held.actor(User.objects.get(username="wh.office"), today=today)
    district = unit(office_code(DISTRICT))
    row = FollowUp.objects.filter(accident=pk, kind="lesson", unit=district).first()
    if row is not None:
        found = Hazard.objects.filter(below(district.path, "case__path"), case__kind="hazard")
        numbers = found.order_by("-pk").values_list("case__number", flat=True)[:2]
        commands.answer_followup(
            row.pk, answer="已排查12家涉有限空间作业单位（演示）", found=3, numbers=tuple(numbers),
            by=county, at=at, request_id=uuid7(),
        )  # fmt: skip


def _watched_over(place: Region, call: dict[str, Any]) -> None:
    """A county's inquiry that the city watches over (挂牌督办)."""
    at: datetime = call["at"]
    then, pk, own = at - timedelta(days=12), uuid7(), uuid7()
    county = held.actor(User.objects.get(username="wh.office"), today=timezone.localdate(at))
    if not place.path.startswith(unit(office_code(DISTRICT)).path):
        return
    found = law.type_named("高处坠落", timezone.localdate(then))
    new = NewAccident(
        pk=pk, title="厂房屋面坠落（演示）", happened_at=then, area=place.pk, place="模拟厂房",
        enterprise_name="模拟钢构公司", type=found.key if found else "", figures=Figures(deaths=1),
        aware_at=then, received_at=then + timedelta(minutes=40), text="屋面检修（演示）。",
    )  # fmt: skip
    commands.report(new, by=county, at=then + timedelta(minutes=45), request_id=uuid7())
    told = then + timedelta(hours=1)
    commands.pass_up(pk, sent_at=told, by=county, at=told, request_id=uuid7())
    commands.open_inquiry(
        pk, inquiry=own, by=county, at=then + timedelta(days=1), request_id=uuid7()
    )
    commands.list_inquiry(
        own, number="演示督〔2026〕1号", due_on=timezone.localdate(at) + timedelta(days=30),
        reason="查明外包单位管理责任（演示）", request_id=uuid7(), **call,
    )  # fmt: skip


def _told_by_others(places: list[Region], known: UUID, call: dict[str, Any]) -> None:
    """What a hospital, the press, a fire brigade and an insurer tell: two are compared by now."""
    today = timezone.localdate(call["at"])
    here, there = places[0].pk, places[-1].pk
    new = [
        NewWord("hospital", today, here, "模拟物流公司卸货平台倒塌，送来2人，均重伤（演示）。",
                "演急〔2026〕31号", injured=2),
        NewWord("press", today - timedelta(days=6), here,
                "网传模拟建材城夜间起火，有人员被困（演示）。", "演示网帖7"),
        NewWord("fire", today - timedelta(days=30), there,
                "模拟食品厂污水池救出4人，其中3人死亡（演示）。", "演消〔2026〕12号",
                deaths=3, injured=1),
        NewWord("insurer", today - timedelta(days=15), there,
                "员工下班途中自行摔倒骨折，申请理赔（演示）。", "演保0415", injured=1),
    ]  # fmt: skip
    *_open, same, other = commands.enter_words(new, request_id=uuid7(), **call)
    commands.compare(same, status="matched", accident=known, request_id=uuid7(), **call)
    reason = "不属于生产安全事故（演示）"
    commands.compare(other, status="dismissed", reason=reason, request_id=uuid7(), **call)
