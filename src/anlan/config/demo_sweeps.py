"""Sweeps, own checks, a plan and a defect in the demo: a small amount, through the commands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count
from django.utils import timezone

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.config.demo_offices import DISTRICT, office_code
from anlan.config.demo_work import FIRM_USER, GRID_USER
from anlan.domain.enterprises.models import Enterprise
from anlan.domain.hazards.models import Hazard
from anlan.domain.inspections import commands as sweeps
from anlan.domain.inspections.commands import Found, NewField, NewVisit
from anlan.domain.inspections.models import Pick, Target
from anlan.domain.inspections.permissions import own_firms
from anlan.domain.inspections.remote import commands as remote
from anlan.domain.treatment import commands as treatment
from anlan.kernel.accounts import held, policy
from anlan.kernel.accounts.models import Unit, User
from anlan.kernel.calendar import periods
from anlan.kernel.facts import reports
from anlan.kernel.facts.models import Expected
from anlan.kernel.regions.models import Region

VISITED, AGAIN = 12, 2
FIRMS, MONTHS = 4, 3


@dataclass
class _Day:
    at: datetime

    def actor(self, name: str) -> Actor:
        return held.actor(User.objects.get(username=name), today=timezone.localdate(self.at))

    def call(self, name: str) -> dict[str, Any]:
        return {"by": self.actor(name), "at": self.at, "request_id": uuid7()}


def sweeps_and_plans(*, at: datetime) -> None:
    day = _Day(at)
    area = Region.objects.get(code=DISTRICT)
    _sweep(day, area)
    _own_checks(day, area)
    _remote(day, area)
    _plan(day, area)
    _defect(day, area)


def _sweep(day: _Day, area: Region) -> None:
    """A district's enterprises; the first of them visited, some twice, a few with hazards."""
    today = timezone.localdate(day.at)
    office = Unit.objects.get(code=office_code(DISTRICT))
    sweep = sweeps.make(
        sweeps.NewSweep(
            "五华区安全生产大排查大整治（演示）", area.pk, office.pk,
            today - timedelta(days=14), today + timedelta(days=16),
            states=("基本安全", "存在隐患", "停产停业"),
            fields=(
                NewField("从业人数", "number"),
                NewField("用气情况", "choice", ("管道燃气", "瓶装燃气", "不用气")),
                NewField("安全负责人到岗", "choice", ("是", "否")),
            ),
        ),
        by=day.actor("wh.office"), at=day.at,
    )  # fmt: skip
    sweeps.set_team(sweep.pk, area.pk, office.pk, by=day.actor("wh.office"), at=day.at)
    targets = list(Target.objects.filter(sweep=sweep).order_by("path", "pk")[1 : 2 * VISITED : 2])
    visits = [
        _visit(target, number, today - timedelta(days=number % 14))
        for number, target in enumerate([*targets, *targets[:AGAIN]])
    ]
    if visits:
        sweeps.record(sweep.pk, visits, **day.call("wh.office"))
    mine = policy.permitted(
        Target.objects.filter(sweep=sweep, visits=0), "target.visit", day.actor(GRID_USER)
    ).first()
    if mine is not None:
        sweeps.record(sweep.pk, [_visit(mine, 1, today)], **day.call(GRID_USER))


def _visit(target: Target, number: int, on: Any) -> NewVisit:
    bad = number % 9 == 4
    return NewVisit(
        uuid7(), target.pk, on, "检查组（演示）", "存在隐患" if bad else "基本安全", not bad,
        {1: str(5 + number * 3 % 80), 2: ("管道燃气", "瓶装燃气", "不用气")[number % 3], 3: "是"},
        (Found("疏散通道堆放杂物，灭火器压力不足（模拟）"),) if bad else (),
    )  # fmt: skip


def _remote(day: _Day, area: Region) -> None:
    """Five enterprises are drawn for these ten days: two looked at, one of them told (演示)."""
    office = day.call("wh.office")
    plan = remote.make(
        remote.NewPlan(uuid7(), "“金睛”查“三违”视频核查（演示）", "video", area.pk, "ten_days", 5),
        **office,
    )
    today = timezone.localdate(day.at)
    remote.draw(uuid7(), plan, day=today, seed=f"{today:%Y%m%d}", **day.call("wh.office"))
    picks = list(Pick.objects.filter(draw__plan=plan).order_by("place"))
    for pick, seen in zip(picks, ((_SEEN,), ()), strict=False):
        look = remote.NewLook(
            uuid7(), pick.pk, today, "视频核查组（演示）", "found" if seen else "clean",
            "1号车间摄像机（模拟）", day.at - timedelta(hours=26), day.at - timedelta(hours=24),
            tuple(remote.Seen(*one) for one in seen),
        )  # fmt: skip
        remote.enter(look, **day.call("wh.office"))
    if picks:
        remote.tell(picks[0].pk, to="企业安全负责人（演示）", **day.call("wh.office"))


_SEEN = ("operation", "登高作业人员未系安全带（模拟）")


def _own_checks(day: _Day, area: Region) -> None:
    """Some firms check themselves; one says nil month after month."""
    today = timezone.localdate(day.at)
    last = periods.last_complete(periods.Kind.MONTH, today)
    months = [last.previous().previous(), last.previous(), last]
    firms = own_firms(day.actor(FIRM_USER))[:FIRMS]
    plans = [
        sweeps.make_plan(
            sweeps.NewPlan(firm, unit, "消防设施与用电安全（演示）", "month", months[0].start),
            by=day.actor(FIRM_USER), at=day.at,
        )
        for firm, unit in firms
    ]  # fmt: skip
    for plan in plans[:2]:
        new = sweeps.NewCheck(
            uuid7(), plan.pk, today.replace(day=1), today, "企业安全员（演示）", False,
            (Found("配电箱门未关闭（模拟）", "当场关闭并张贴提示"),),
        )  # fmt: skip
        sweeps.do_check(new, **day.call(FIRM_USER))
    for number, month in enumerate(months[-MONTHS:]):
        sweeps.ask_month(area.parent_id or area.pk, month, by=day.actor("km.office"), at=day.at)
        rows = Expected.objects.filter(kind="selfcheck.found", start=month.start).order_by("pk")
        for row in rows[: FIRMS - number % 2]:
            reports.answer(row.pk, "nil", by=day.actor(FIRM_USER), at=day.at)
    sweeps.set_nil_rule(area.parent_id or area.pk, 2, 1, by=day.actor("km.office"), at=day.at)


def _plan(day: _Day, area: Region) -> None:
    """A plan for the firm of the district with most open hazards."""
    rows = Hazard.objects.filter(case__is_open=True, case__path__startswith=area.path)
    worst = (
        rows.exclude(enterprise=None).order_by().values("enterprise")
        .annotate(n=Count("pk")).order_by("-n", "enterprise").first()
    )  # fmt: skip
    if worst is None:
        return
    firm = Enterprise.objects.get(pk=worst["enterprise"])
    treatment.make(
        treatment.NewPlan(
            uuid7(), firm.pk, f"{firm.name[:60]}一企一策整改方案（演示）",
            Unit.objects.get(code=office_code(DISTRICT)).pk,
            _measures(list(rows.filter(enterprise=firm).order_by("pk")[:3]), day),
            "限期消除存量隐患（演示）",
        ),
        **day.call("wh.office"),
    )  # fmt: skip


def _measures(rows: Sequence[Hazard], day: _Day) -> tuple[treatment.NewMeasure, ...]:
    until = timezone.localdate(day.at) + timedelta(days=30)
    return tuple(
        treatment.NewMeasure(row.pk, "更换设备并复检（演示）", "厂长（演示）", until, 3_500_000)
        for row in rows
    )


def _defect(day: _Day, area: Region) -> None:
    """Three levels with their departments, a boiler, and a defect that one of them answers."""
    found = {code: Unit.objects.get(code=f"{DISTRICT}-{code}").pk for code in ("yj", "xf", "zj")}
    for level, name, codes in (
        (1, "一级缺陷（演示）", ("yj",)), (2, "二级缺陷（演示）", ("yj", "zj")),
        (3, "三级缺陷（演示）", ("yj", "xf", "zj")),
    ):  # fmt: skip
        treatment.set_level(
            area.pk, level, name, [found[code] for code in codes], by=day.actor("wh.office"),
            at=day.at,
        )  # fmt: skip
    firm = Enterprise.objects.listed().filter(path__startswith=area.path).order_by("pk").first()
    if firm is None:
        return
    new = treatment.NewEquipment("WH-GL-0001", "工业锅炉", "1号锅炉（演示）", firm.pk, "锅炉房")
    row = treatment.register(new, by=day.actor("wh.office"), at=day.at)
    office = Unit.objects.get(code=office_code(DISTRICT)).pk
    defect = treatment.NewDefect(uuid7(), row.code, 3, "安全阀校验超期（模拟）", office)
    pk = treatment.file(defect, **day.call("wh.office"))
    treatment.answer(pk, text="已责令暂停使用并送检（演示）", **day.call("wh.yingji"))
