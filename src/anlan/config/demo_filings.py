"""Direct reports in the demo: the shipped forms, with units in every state; made up (演示)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.base.refusal import Refusal
from anlan.config import demo_offices
from anlan.config.demo_offices import CAPITAL, DISTRICT
from anlan.domain.enforcement.models import Entry
from anlan.domain.filings import commands, deriving, opening, shipped, terms
from anlan.domain.filings.entering import Asked
from anlan.domain.filings.models import Filing, Form
from anlan.domain.filings.terms import Cell, Column, Definition, Row, Section
from anlan.domain.filings.who import Group
from anlan.kernel.accounts import held
from anlan.kernel.accounts.models import Unit, UnitKind, User
from anlan.kernel.calendar import periods
from anlan.kernel.regions.models import Level

#: What is simulated says so: for units without people in the demo.
_MADE = Actor(None, "cli:demo", trusted=True)
_COUNTY = int(Level.COUNTY)


def filings(*, at: datetime) -> None:
    """Through the commands, as everything, so that figures, audit and history are there."""
    month = periods.month(timezone.localdate(at)).previous()
    before = month.previous()
    start = timezone.make_aware(datetime.combine(before.end + timedelta(1), time(9)))
    city = demo_offices.unit(demo_offices.office_code(CAPITAL)).pk
    groups = (Group("committee_office", _COUNTY), Group("department", _COUNTY, "应急管理"))
    pk = shipped.take_over(
        "campaign_month", by=_MADE, at=start, request_id=uuid7(), unit=city,
        starts_on=before.start, groups=groups,
    )  # fmt: skip
    form = Form.objects.get(pk=pk)
    _without_system(form, before.start, start)
    commands.issue(pk, **_call(_MADE, start))
    _whole_month(form, before.code, start)
    opened = min(at, timezone.make_aware(datetime.combine(month.end + timedelta(1), time(9))))
    opening.open_due(opened)
    _every_state(form, month.code, opened, at)
    _hazards(month, opened, at)
    _visits(city, month, opened, at)
    _spending(city, opened)


def _hazards(month: periods.Period, opened: datetime, at: datetime) -> None:
    """The 12 columns of each prefecture: most in time, two late, two not yet."""
    province = demo_offices.unit(demo_offices.office_code("530000")).pk
    pk = shipped.take_over(
        "hazards_month", by=_MADE, at=opened, request_id=uuid7(), unit=province,
        starts_on=month.start, groups=(Group("committee_office", int(Level.PREFECTURE)),),
    )  # fmt: skip
    commands.issue(pk, **_call(_MADE, opened))
    for n, row in enumerate(Filing.objects.filter(form=pk).order_by("unit__code")):
        if n % 8 == 7:
            continue
        sent = at if n % 8 == 3 else min(at, opened + timedelta(days=1, hours=5 * n))
        commands.submit(row.pk, values={}, **_call(_MADE, sent))


def _call(by: Actor, at: datetime) -> Any:
    return {"by": by, "at": at, "request_id": uuid7()}


def _without_system(form: Form, since: date, at: datetime) -> None:
    """A few counties that aren't on the system: they declare what others' tables count."""
    rows = Unit.objects.filter(
        kind=UnitKind.COMMITTEE_OFFICE, area__level=_COUNTY, path__startswith=form.path,
        valid_to=None,
    ).exclude(area__in=Entry.objects.values("area"))  # fmt: skip
    for unit in rows.order_by("code")[1:8:3]:
        commands.let_declare(form.pk, unit=unit.pk, since=since, reason="尚未接入系统（演示）",
                             **_call(_MADE, at))  # fmt: skip


def _values(row: Filing, n: int) -> dict[str, str]:
    """Of a unit that declares made-up numbers that keep the form's rules; else nothing is typed."""
    definition = terms.Definition.of(row.asked.definition)
    found = {
        place.key: str((n * 7 + k * 3) % 23)
        for k, place in enumerate(definition.places()) if terms.typed(place, row.declares)
    }  # fmt: skip
    found |= {
        "acts.m": str(30 + n), "acts_done.m": str(20 + n), "stopped.m": str(n % 4),
        "fine.m": f"{12 + n}.503", "paid.m": f"{9 + n}", "fined.m": str(5 + n % 3),
        "visited.m": str(40 + n), "visits.m": str(52 + n), "officers.m": str(110 + 2 * n),
        "reward.m": f"0.{n + 1}5",
    } if found else {}  # fmt: skip
    # What the ledger counts there all the same isn't declared: a zero takes no case's place.
    asked = Asked.of(row)
    counted = deriving.of_filing(row, definition, asked.items, timezone.now())
    return found | {key: "0" for key in found if key in counted and counted[key].value}


def _submit(row: Filing, n: int, by: Actor, at: datetime) -> None:
    _explained(commands.submit, row, by, at, values=_values(row, n))


def _explained(
    command: Callable[..., object], row: Filing, by: Actor, at: datetime, **given: Any
) -> None:
    """What a rule only doubts is explained, as a clerk would."""
    try:
        command(row.pk, **given, **_call(by, at))
    except Refusal as refusal:
        reasons = {
            one["cell"].removeprefix("reason:"): "专项行动集中开展，数据属实（演示）"
            for one in refusal.data.get("cells", ()) if one["cell"].startswith("reason:")
        }  # fmt: skip
        command(row.pk, **given, reasons=reasons, **_call(by, at))


def _rows(form: Form, code: str, *, main: bool = True) -> Sequence[Filing]:
    rows = Filing.objects.filter(form=form, code=code).select_related("asked", "unit", "form")
    rows = rows.filter(line=form.line) if main else rows.exclude(line=form.line)
    return list(rows.order_by("unit__code"))


def _whole_month(form: Form, code: str, start: datetime) -> None:
    """The month before: everybody filed, one late, and one was corrected."""
    rows = _rows(form, code)
    late = start + timedelta(12)
    for n, row in enumerate(rows):
        _submit(row, n, _MADE, late if n == 3 else start + timedelta(2, hours=n))
    for n, row in enumerate(_rows(form, code, main=False)):
        _submit(row, n + 1, _MADE, start + timedelta(3))
    done = [row.pk for row in rows]
    commands.receive(done, **_call(_MADE, late + timedelta(1)))
    n, own = next((n, row) for n, row in enumerate(rows) if row.declares)
    changed: Mapping[str, str] = {**_values(own, n), "acts.m": "36"}
    _explained(commands.ask_correction, own, _MADE, late + timedelta(2), values=changed,
               reason="补录夜查发现的问题（演示）")  # fmt: skip
    commands.decide_correction(own.pk, grant=True, **_call(_MADE, late + timedelta(3)))


def _every_state(form: Form, code: str, opened: datetime, at: datetime) -> None:
    """The newest month: received, on its way, late, returned, nil, n/a, a draft, and missing."""
    soon = min(at, opened + timedelta(days=2))
    office = held.actor(User.objects.get(username="km.office"), today=timezone.localdate(at))
    mine = held.actor(User.objects.get(username="wh.office"), today=timezone.localdate(at))
    rows = [row for row in _rows(form, code) if row.unit.code != f"{DISTRICT}-awb"]
    own = next(row for row in _rows(form, code) if row.unit.code == f"{DISTRICT}-awb")
    why = {"k5:acts.m": "专项行动集中开展（演示）"}
    commands.save(own.pk, values={}, reasons=why, **_call(mine, at))
    for n, row in enumerate(rows[:8]):
        _submit(row, n + 2, _MADE, at if n == 5 else soon)
    _nil(rows[9], soon)
    commands.receive([row.pk for row in rows[:4]], **_call(office, at))
    n, other = next((n, row) for n, row in enumerate(rows[:4]) if row.declares)
    _explained(commands.ask_correction, other, _MADE, at,
               values={**_values(other, n + 2), "stopped.m": "7"},
               reason="停产整顿企业多计1家（演示）")  # fmt: skip
    commands.send_back(rows[6].pk, reason="罚款额与执法台账不符，请核对（演示）",
                       **_call(office, at))  # fmt: skip
    commands.exempt(rows[8].pk, reason="本期由度假区单独报送（演示）", **_call(office, at))
    for n, row in enumerate(_rows(form, code, main=False)[:5]):
        _submit(row, n + 2, _MADE, at)


def _nil(row: Filing, at: datetime) -> None:
    """A nil report, where the ledger doesn't say otherwise."""
    try:
        commands.file_nil(row.pk, note="本月未开展执法检查（演示）", **_call(_MADE, at))
    except Refusal:
        _submit(row, 3, _MADE, at)


def _visits(city: int, month: periods.Period, opened: datetime, at: datetime) -> None:
    """A small form that lists visits one by one: the same one counts once (S310)."""
    [item] = commands.make_items(
        [commands.NewItem("联合检查企业", "家次", unit=city)], **_call(_MADE, opened)
    )
    rows = (
        Row("r1", "联合检查企业", "家次", "逐条列出；两家单位列报同一次检查的只计一次",
            {"m": Cell("listed", item=item)}),
    )  # fmt: skip
    new = commands.NewForm(
        title="联合检查明细（演示）", period="month", starts_on=month.start, unit=city,
        groups=(Group("committee_office", _COUNTY),), reviewed=False,
        definition=Definition("", (Section("s1", "联合检查", "", (Column("m", "本月"),), rows),)),
    )  # fmt: skip
    pk = commands.make_form(new, **_call(_MADE, opened))
    commands.issue(pk, **_call(_MADE, opened))
    shared = [month.start.isoformat(), "昆明模拟化工有限公司（演示）", "罐区检查"]
    for n, row in enumerate(Filing.objects.filter(form=pk).order_by("unit__code")[:3]):
        own = [month.end.isoformat(), f"模拟企业{n + 1}号（演示）", "消防检查"]
        commands.submit(row.pk, values={}, lists={"r1.m": [shared, own] if n < 2 else [own]},
                        **_call(_MADE, min(at, opened + timedelta(days=1))))  # fmt: skip


def _spending(city: int, opened: datetime) -> None:
    """A form of a year whose amounts some tell vaguely, with words beside the numbers (S311)."""
    year = periods.of(periods.Kind.YEAR, timezone.localdate(opened)).previous()
    new = [
        commands.NewItem("安全生产投入", "万元", basis="各单位自报；说不准的写成约数或范围",
                         unit=city, vague=True),
        commands.NewItem("提取安全生产费用的企业", "家", unit=city),
    ]  # fmt: skip
    items = commands.make_items(new, **_call(_MADE, opened))
    rows = (
        Row("r1", "安全生产投入", "万元", "", {"m": Cell("declared", item=items[0])}),
        Row("r2", "提取安全生产费用的企业", "家", "", {"m": Cell("declared", item=items[1])}),
        Row("r3", "主要做法和困难", "", "不超过300字", {"m": Cell("text", limit=300)}),
    )  # fmt: skip
    section = Section("s1", "安全生产投入", "", (Column("m", "全年"),), rows)
    form = commands.NewForm(
        title="安全生产投入年报（演示）", period="year", starts_on=year.start, unit=city,
        groups=(Group("committee_office", _COUNTY),), reviewed=False,
        definition=Definition("", (section,)),
    )  # fmt: skip
    pk = commands.make_form(form, **_call(_MADE, opened))
    commands.issue(pk, **_call(_MADE, opened))
    said = ("12,850", "数亿元", "约3亿元", "5000万元以上", "8,600", "近2亿元")
    for n, row in enumerate(Filing.objects.filter(form=pk).order_by("unit__code")[: len(said)]):
        text = f"落实企业自查补助，更新监测设备{n + 3}套；小微企业投入统计口径不一（演示）。"
        commands.submit(row.pk, values={"r1.m": said[n], "r2.m": str(40 + n * 7), "r3.m": text},
                        **_call(_MADE, opened))  # fmt: skip
