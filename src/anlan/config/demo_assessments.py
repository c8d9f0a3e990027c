"""Assessment in the demo: an index of counties over three months, one appeal decided and one
open, their townships' year, and the counties' duty letters at mid-year."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils import timezone

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.base.refusal import Refusal
from anlan.config import demo_letters
from anlan.domain.assessments import commands
from anlan.domain.assessments.commands import Given
from anlan.domain.assessments.models import Appeal, Run, Scheme, Score
from anlan.domain.assessments.presets import presets
from anlan.domain.assessments.working import basis_of
from anlan.kernel.accounts import held
from anlan.kernel.accounts.models import User
from anlan.kernel.accounts.units import main_unit
from anlan.kernel.calendar import periods
from anlan.kernel.calendar.periods import Kind

#: Whole periods that were published before today.
PUBLISHED = 3


def assessments(*, at: datetime) -> None:
    """Through the commands, as everything, so that marks, seals and history are there."""
    today = timezone.localdate(at)

    def actor(name: str) -> Actor:
        return held.actor(User.objects.get(username=name), today=today)

    city, district = actor("km.office"), actor("wh.office")
    index = _scheme("index", city, at)
    *_earlier, before, run = _publish(index, Kind.MONTH, city, at, PUBLISHED)
    _publish(_scheme("fortnight", city, at), Kind.FORTNIGHT, city, at, PUBLISHED)
    # The year that still runs: points for the townships are given, and the ranking is a draft.
    townships = _scheme("townships", district, at)
    _points(townships, district, at)
    year = periods.of(Kind.YEAR, today)
    if (today - year.start).days:
        commands.run_scheme(uuid7(), scheme=townships.pk, period=year.code, **_call(district, at))
    _appeal(run, district, at)
    _decided(before, district, city, actor("km.leader"), at)
    demo_letters.checked(city, at)


def _call(by: Actor, at: datetime) -> dict[str, Any]:
    return {"by": by, "at": at, "request_id": uuid7()}


def _scheme(code: str, by: Actor, at: datetime) -> Scheme:
    preset, pk = presets()[code], uuid7()
    unit = main_unit(by, ("office", "leader"))
    name = f"{preset.name}（演示）"
    commands.make_scheme(pk, name=name, data=preset.spec(unit.code), **_call(by, at))
    commands.put_in_force(pk, seen=1, **_call(by, at))
    return Scheme.objects.get(pk=pk)


def _publish(scheme: Scheme, kind: Kind, by: Actor, at: datetime, count: int) -> list[Run]:
    """Of ``count`` periods that are over the rankings, each published, the newest last."""
    spans = [periods.last_complete(kind, timezone.localdate(at))]
    while len(spans) < count:
        spans.append(spans[-1].previous())
    runs = []
    for span in reversed(spans):
        pk = commands.run_scheme(uuid7(), scheme=scheme.pk, period=span.code, **_call(by, at))
        commands.publish(pk, audience="ranking", **_call(by, at))
        runs.append(Run.objects.get(pk=pk))
    return runs


def _points(scheme: Scheme, by: Actor, at: datetime) -> None:
    version = commands.in_force(scheme)
    assert version is not None
    year = periods.of(Kind.YEAR, timezone.localdate(at))
    try:
        basis = basis_of(version.read, scheme.area, year, at=at)
    except Refusal:
        return  # On 1 January nothing of the year is over.
    given = [
        Given(one.key, Decimal(20 - n % 7), "年度现场考核记录（演示）")
        for n, one in enumerate(basis.compared)
    ]
    commands.give(scheme.pk, item="process", period=year.code, given=given, **_call(by, at))


def _decided(run: Run, by: Actor, office: Actor, leader: Actor, at: datetime) -> None:
    """An appeal that was upheld: its ranking stands beside the version that it corrected."""
    if (appeal := _appeal(run, by, at)) is not None:
        commands.receive(appeal.pk, **_call(office, at))
        answer = "经核查印证材料，该起事故不计入统计范围，补记相应分值（演示）。"
        commands.uphold(appeal.pk, answer=answer, points=appeal.wanted, **_call(leader, at))


def _appeal(run: Run, by: Actor, at: datetime) -> Appeal | None:
    """The district appeals against the first item of which it didn't get all points."""
    unit = main_unit(by, ("office", "leader"))
    score = Score.objects.get(run=run, area=unit.area)
    for item, part in zip(run.spec.items, score.data["parts"], strict=True):
        if part["points"] and Fraction(part["points"]) < item.weight:
            pk = commands.appeal(
                uuid7(), score=score.pk, item=item.code,
                text="其中一起经认定属非生产经营性，核减材料附后（演示）。",
                wanted=Decimal(int(item.weight)), **_call(by, at),
            )  # fmt: skip
            return Appeal.objects.get(pk=pk)
    return None
