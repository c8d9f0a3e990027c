"""A campaign in the demo: its plan is read from a sample notice, published and worked on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.utils import timezone

from anlan.base.actor import CLOCK, Actor
from anlan.base.ids import uuid7
from anlan.config import demo_carrying, demo_meetings, demo_progress, samples
from anlan.config.demo_offices import CAPITAL, DISTRICT, office_code
from anlan.domain.campaigns import commands
from anlan.domain.campaigns.commands.terms import NewCampaign, NewLine, NewPlan, NewStage
from anlan.domain.campaigns.intake.fields import codes, line_of
from anlan.domain.campaigns.intake.items import proposals
from anlan.domain.campaigns.models import Line, Plan, Target, Task
from anlan.domain.campaigns.reading.whole import told
from anlan.kernel.accounts import held
from anlan.kernel.accounts.models import Unit, User
from anlan.kernel.loop.models import Party, PartyRole
from anlan.kernel.papers import documents

NOTICE = Path(__file__).parent / "samples" / "notice.txt"
#: Days back, in the order in which a campaign goes: founded, published, broken down, shared out.
FOUNDED, PUBLISHED, BROKEN_DOWN, SHARED, NAMED = 200, 118, 115, 112, 105
#: When units reported: days back, and how much of what they are at by today they had done.
REPORTED = ((80, 30), (45, 70), (9, 100))
CHECKED, CLOSED = 6, 4
#: How far the units are with the province's tasks, one after the other; None: not signed for yet.
PROGRESS = (100, 70, 100, 45, 20, 10, None)
#: The same below, from task to task and from prefecture to prefecture.
PACES = (60, 35, 100, 80, 15, 50, 75, 25)
#: Prefectures that have not published theirs.
IDLE = 3
LATER = "实施方案另行印发，要件随方案补齐（演示）。"


def campaign(*, at: datetime) -> None:
    """What happened before today is entered as of its day, so that a map can be held against it."""
    today = timezone.localdate(at)
    office = held.actor(User.objects.get(username="yn.office"), today=today)
    pk = _campaign(office, today, _ago(at, FOUNDED))
    plan = _plan(pk, office, today, _ago(at, PUBLISHED))
    units = [Unit.objects.get(code=office_code(area)).pk for area in _prefectures()]
    commands.break_down(plan.pk, units=units, **_call(office, _ago(at, BROKEN_DOWN)))
    _share(plan, office, _ago(at, SHARED))
    _work(plan, office, at)
    _below(plan, at)
    demo_progress.reached(plan, office, units, at)
    demo_carrying.carried(plan, office, units, at)
    capital = held.actor(User.objects.get(username="km.office"), today=today)
    below = Plan.objects.get(parent=plan, unit__code=office_code(CAPITAL))
    words = "排查整治城中村自建房消防安全隐患（演示）。"
    own = NewLine(words, title="整治城中村自建房消防隐患（演示）", due_on=today + timedelta(60))
    published = _ago(at, SHARED - 2)
    commands.put_lines(below.pk, [own], **_call(capital, published))
    # The capital's own line has neither a number nor a person yet, which the rule wants explained.
    commands.publish(below.pk, reason=LATER, **_call(capital, published))
    district = Unit.objects.get(code=office_code(DISTRICT)).pk
    commands.break_down(below.pk, units=[district], **_call(capital, published))
    demo_meetings.held(plan, office, at)


def _ago(at: datetime, days: int) -> datetime:
    return at - timedelta(days)


def _call(by: Actor, at: datetime) -> Any:
    return {"by": by, "at": at, "request_id": uuid7()}


def _campaign(office: Actor, today: date, at: datetime) -> UUID:
    start, end = today - timedelta(200), today + timedelta(500)
    turns = [start, start + timedelta(60), today + timedelta(30), today + timedelta(250)]
    names = ("动员部署", "排查整治", "集中攻坚", "巩固提升")
    stages = tuple(
        NewStage(name, first, (after or end + timedelta(1)) - timedelta(1))
        for name, first, after in zip(names, turns, [*turns[1:], None], strict=True)
    )
    new = NewCampaign(
        unit=_unit(office), title="云南省安全生产治本攻坚行动（模拟）", starts_on=start,
        ends_on=end, code="1+1+2", base_year=today.year - 1, stages=stages,
    )  # fmt: skip
    return commands.make_campaign(new, **_call(office, at))


def _unit(office: Actor) -> int:
    assert office.unit_id is not None
    return office.unit_id


def _plan(campaign: UUID, office: Actor, today: date, at: datetime) -> Plan:
    reading = told(documents.read(NOTICE), counted=False)
    known = codes()
    lines = _dated([line_of(fields, known) for _key, fields in proposals(reading)], today)
    new = NewPlan(
        campaign=campaign, unit=_unit(office), title="云南省安全生产治本攻坚工作要点（模拟）",
        starts_on=today - timedelta(120), ends_on=today + timedelta(240), text=reading["text"],
        number="云安委〔2026〕模拟1号",
    )  # fmt: skip
    pk = commands.make_plan_with_lines(new, lines, **_call(office, at))
    commands.publish(pk, **_call(office, at))
    return Plan.objects.get(pk=pk)


def _dated(lines: Sequence[NewLine], today: date) -> list[NewLine]:
    """Days around today, some past: the sample says none, for it has to fit any day of a demo."""
    start = today - timedelta(110)
    found = []
    for n, line in enumerate(lines):
        due = today + timedelta(25 * n - 60)
        is_task = line.kind == Line.Kind.TASK
        found.append(replace(line, starts_on=start, due_on=due) if is_task else line)
    return found


def _prefectures() -> list[str]:
    rows = Unit.objects.filter(
        area__parent__code=samples.PROVINCE, code__endswith="-awb", valid_to=None
    )
    return list(rows.order_by("area__code").values_list("area__code", flat=True))


def _share(plan: Plan, office: Actor, at: datetime) -> None:
    """Each prefecture gets the same part, and what is left over nobody was given yet."""
    shares = []
    for target in Target.objects.filter(line__plan=plan, kind="number", value__gt=0):
        tasks = list(Task.objects.filter(plan__parent=plan, line=target.line_id))
        part = (target.value or 0) // len(tasks)
        shares += [commands.Share(task.pk, target.pk, part) for task in tasks]
    commands.set_quotas(plan.pk, shares, **_call(office, at))


def _work(plan: Plan, office: Actor, at: datetime) -> None:
    """The province's departments work on theirs; who they are is simulated."""
    tasks = plan.tasks.filter(case__state="assigned").order_by("line__place")
    for task, progress in zip(tasks, PROGRESS, strict=False):
        if progress is not None:
            _report(task, progress, at)
    for task in tasks.model.objects.filter(plan=plan, case__state="rectified")[:1]:
        commands.accept_report(task.pk, **_call(office, _ago(at, CHECKED)))
        words = "抽查台账和现场，属实（演示）"
        commands.verify(task.pk, reason=words, **_call(office, _ago(at, CHECKED)))
        commands.close(task.pk, **_call(office, _ago(at, CLOSED)))


def _below(plan: Plan, at: datetime) -> None:
    """Most prefectures have published theirs and are some way; the last ones have not begun."""
    plans = Plan.objects.filter(parent=plan).exclude(unit__code=office_code(CAPITAL))
    rows = list(plans.select_related("unit").order_by("unit__code"))
    for n, own in enumerate(rows[:-IDLE]):
        unit = replace(CLOCK, name=f"{own.unit.name}（演示）", unit_id=own.unit_id)
        commands.publish(own.pk, reason=LATER, **_call(unit, _ago(at, SHARED - 3 - n % 5)))
        for k, task in enumerate(own.tasks.order_by("line__place")):
            _report(task, PACES[(n + 3 * k) % len(PACES)], at)


def _report(task: Task, progress: int, at: datetime) -> None:
    """Whoever carries it out names somebody and reports, by steps, how far it is."""
    party = Party.objects.select_related("unit").get(
        case=task.pk, role=PartyRole.RECTIFIER, until=None
    )
    unit = replace(CLOCK, name=f"{party.unit.name}（演示）", unit_id=party.unit_id)
    person = "分管负责人（演示）"
    commands.name_person(task.pk, person=person, **_call(unit, _ago(at, NAMED)))
    for days, share in REPORTED:
        done = progress * share // 100
        words = f"已完成 {done}%，其余正在推进（演示）"
        commands.report(task.pk, progress=done, text=words, **_call(unit, _ago(at, days)))
    if progress == 100:
        words = "已全部完成，台账和验收意见附后（演示）"
        commands.rectify(task.pk, result=words, **_call(unit, _ago(at, REPORTED[-1][0])))
