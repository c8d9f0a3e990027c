"""The analysis in the demo: saved views, one shared and awaited, and a draw looked back at."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.base.refusal import Refusal
from anlan.config.cli_say import say
from anlan.config.demo_offices import CAPITAL, DISTRICT
from anlan.domain.hazards import commands as hazards
from anlan.domain.hazards.commands import Finding
from anlan.domain.statistics import commands, settings
from anlan.domain.statistics.models import Drawn
from anlan.domain.statistics.truth import drawing
from anlan.kernel.accounts import held
from anlan.kernel.accounts.models import Unit, User
from anlan.kernel.calendar import periods
from anlan.kernel.regions.models import Region

#: Of the drawn ones so many are looked at, and the last of these had broken out again.
DRAWN, LOOKED = 12, 5
#: Hazards in the same words: as many as are flagged, and one more.
SAME_WORDS = 6
_VIEWS = (
    (
        "各区县整改率与逾期（每月）",
        "rows=area&indicator=hazard.found&indicator=hazard.rectification_rate"
        "&indicator=hazard.overdue&compare=year&compare=before",
        "month",
    ),
    (
        "本年各月发现与整改",
        "rows=period&step=month&indicator=hazard.found&indicator=hazard.rectified&show=chart",
        "",
    ),
    ("行业与地区交叉表", "rows=sector&columns=area&indicator=hazard.found", ""),
)
_MADE = Actor(None, "cli:demo", trusted=True)
#: Made up: the paper that has five dimensions doesn't name them.
_DIMENSIONS = [
    {"name": f"{name}（演示）", "indicators": codes, "weights": weights}
    for name, codes, weights in (
        ("排查发现", ["hazard.found", "hazard.found_major"], {}),
        ("整改质效", ["hazard.rectification_rate", "hazard.on_time_rate"],
         {"hazard.rectification_rate": 60, "hazard.on_time_rate": 40}),
        ("存量风险", ["hazard.open", "hazard.overdue"], {}),
        ("反弹防控", ["hazard.rebound_rate"], {}),
        ("督导督办", ["hazard.listed"], {}),
    )
]  # fmt: skip


def statistics(*, at: datetime) -> None:
    """Through the commands, as everything."""
    today = timezone.localdate(at)
    office = held.actor(User.objects.get(username="km.office"), today=today)
    made = []
    for name, query, rolling in _VIEWS:
        call: dict[str, Any] = {"by": office, "at": at, "request_id": uuid7()}
        made.append(
            commands.save(
                uuid7(), name=name, query=f"area={CAPITAL}&{query}", rolling=rolling, **call
            )
        )
    county = Unit.objects.filter(code__startswith=CAPITAL[:4], kind="committee_office").exclude(
        area__code=CAPITAL
    )
    if unit := county.order_by("code").first():
        commands.share(made[0], unit=unit.pk, by=office, at=at, request_id=uuid7())
    commands.wait(made[0], by=office, at=at, request_id=uuid7())
    laid_down = {"dimensions": _DIMENSIONS, "source": "演示：文件未列出维度名称和权重"}
    commands.change_setting(
        settings.DIMENSIONS, laid_down, version=0, reason="演示", by=_MADE, at=at
    )
    _same_words(office, at)
    _draw(office, at)


def _same_words(office: Actor, at: datetime) -> None:
    """Hazards put right on the spot in the same words: what the truth checks ask about."""
    area = Region.objects.get(code=DISTRICT)
    new = [
        Finding(
            pk=uuid7(), description=f"模拟沿街商铺{n}号灭火器压力不足（演示）", area_id=area.pk,
            unit_id=office.unit_id or 0, opened_on=timezone.localdate(at), sector="fire",
            grade="ordinary", source="inspection", fixed="已当场整改完毕，现场复核无异常（演示）",
        )
        for n in range(1, SAME_WORDS + 1)
    ]  # fmt: skip
    hazards.find(new, by=office, at=at, request_id=uuid7())


def _draw(office: Actor, at: datetime) -> None:
    today = timezone.localdate(at)
    year = periods.span(today - timedelta(days=365), today)
    pk = uuid7()
    try:
        drawing.draw(
            pk, area=Region.objects.get(code=CAPITAL).pk, period=year, wanted=DRAWN,
            seed=f"演示{today:%Y%m}", by=office, at=at, request_id=uuid7(),
        )  # fmt: skip
    except Refusal as refusal:
        say(refusal)  # A small demo may have closed nothing.
        return
    now = timezone.now()
    drawn = list(Drawn.objects.filter(draw=pk).order_by("place")[:LOOKED])
    for n, row in enumerate(drawn, 1):
        try:
            hazards.look_back(
                row.hazard_id, holds=n < LOOKED, reason="演示：现场复核", by=office, at=now,
                request_id=uuid7(),
            )  # fmt: skip
        except Refusal as refusal:
            say(refusal)
    drawing.collect(now)
