"""Who carries the demo's campaign: bodies, hearings, duty letters, goals, elements; simulated."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils import timezone

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.domain.campaigns.carrying.commands import elements, hearings, letters, organs, wanted
from anlan.domain.campaigns.carrying.commands.terms_wanted import NewElement, NewExpected, NewGoal
from anlan.domain.campaigns.checklists.commands import (
    NewChecklist,
    NewItem,
    NewTick,
    fill_turn,
    hand_out,
    make_checklist,
)
from anlan.domain.campaigns.keydates.commands import (
    NewKeyDate,
    NewPrecaution,
    draw_up,
    make_key_date,
)
from anlan.domain.campaigns.models import ChecklistTurn, Letter, Plan, TallyCopy
from anlan.domain.campaigns.tallies.commands import (
    NewTally,
    Written,
    hand_out_tally,
    make_tally,
    write_rows,
)
from anlan.domain.campaigns.tallies.spec import Column, Head, ListSpec
from anlan.kernel.accounts import held
from anlan.kernel.accounts.models import Unit, User

#: Prefectures that get a duty letter; the first of them has signed.
LETTERS = 4
MEMBERS = ("省应急厅", "省公安厅", "省消防救援总队")


def carried(plan: Plan, office: Actor, units: Sequence[int], at: datetime) -> None:
    today = timezone.localdate(at)
    start = plan.campaign.starts_on
    _wanted(plan, today, office, at)
    _organs(plan, start, office, at)
    _hearings(plan.campaign_id, today, office, at)
    _key_dates(plan.campaign_id, today, office, at)
    _checklist(plan.campaign_id, today, office, at)
    _tally(plan.campaign_id, office, at)
    names = list(Unit.objects.filter(pk__in=units[:LETTERS]).values_list("name", flat=True))
    _letters(plan, names, today, office, at)


def _call(by: Actor, at: datetime) -> Any:
    return {"by": by, "at": at, "request_id": uuid7()}


def _wanted(plan: Plan, today: date, office: Actor, at: datetime) -> None:
    pk = plan.campaign_id
    expected = [
        NewExpected("master", "总方案", plan=plan.pk),
        NewExpected("topic", "重大事故隐患动态清零"), NewExpected("sector", "消防"),
        NewExpected("sector", "危险化学品"),
    ]  # fmt: skip
    wanted.set_expected(pk, expected, **_call(office, at))
    goals = [
        NewGoal("生产安全事故死亡人数较上年下降10%（演示）", "change", indicator="accident.dead",
                base_year=today.year - 1, direction="down", aim=Decimal(10),
                due_on=plan.campaign.ends_on),
        NewGoal("重特大事故坚决遏制（演示）", "curb", indicator="accident.major_up",
                due_on=plan.campaign.ends_on),
    ]  # fmt: skip
    wanted.set_goals(pk, goals, **_call(office, at))
    items = [NewElement("牵头单位", True, "lead"), NewElement("完成时限", True, "due"),
             NewElement("量化目标", True, "target"), NewElement("责任人", True, "person"),
             NewElement("措施")]  # fmt: skip
    elements.set_elements(pk, items, source="演示设定", **_call(office, at))


def _key_dates(pk: UUID, today: date, office: Actor, at: datetime) -> None:
    """A festival of the calendar, the flood season, and an event that is near (模拟)."""
    tasks = (
        NewPrecaution("节前安全检查（演示）", units="省应急厅、省消防救援总队", days_before=7),
        NewPrecaution("节日期间值班值守（演示）", units="省应急厅"),
    )  # fmt: skip
    festival = NewKeyDate("春节", "festival", "holiday", 30, holiday="春节", precautions=tasks)
    flood = NewKeyDate("汛期（演示）", "season", "yearly", 30, date(today.year, 6, 1),
                       date(today.year, 9, 30), precautions=tasks)  # fmt: skip
    start = today + timedelta(20)
    event = NewKeyDate("大型展会（演示）", "event", "once", 15, start, start + timedelta(4),
                       precautions=tasks)  # fmt: skip
    for one in (festival, flood, event):
        made = make_key_date(pk, one, **_call(office, at))
    draw_up(made, start, **_call(office, at))


def _checklist(pk: UUID, today: date, office: Actor, at: datetime) -> None:
    """What departments have to do in common, handed out to those of the province (演示)."""
    items = (
        NewItem("传达学习行动部署（演示）", "部署动员", "主要负责人", "学习部署（演示）",
                link="组织领导"),
        NewItem("制定本部门实施方案（演示）", "方案制定", "分管负责人", "方案制定（演示）",
                link="组织领导"),
        NewItem("排查本行业重点场所（演示）", "重点场所", "业务处室", "排查覆盖（演示）",
                link="排查整治"),
    )  # fmt: skip
    new = NewChecklist("部门共性任务清单（演示）", "common", "department", "演示设定",
                       today + timedelta(60), items=items)  # fmt: skip
    made = make_checklist(pk, new, **_call(office, at))
    hand_out(made, heap="own", **_call(office, at))
    _posts(pk, today, office, at)


def _posts(pk: UUID, today: date, office: Actor, at: datetime) -> None:
    """What one post does every day, week and month; its holder in one district has begun (演示)."""
    holder = User.objects.filter(username="wh.xiaofang").first()
    if holder is None:
        return
    post, often = "防火监督员", ("day", "week", "month")
    words = (
        "抽查一处重点单位疏散通道（演示）",
        "复核上周发现的问题（演示）",
        "更新重点单位台账（演示）",
    )
    items = tuple(
        NewItem(text, "消防", post, "岗位履职（演示）", link="日常监管", every=every)
        for text, every in zip(words, often, strict=True)
    )
    new = NewChecklist("岗位责任清单（演示）", "posts", "department", "演示设定",
                       today + timedelta(200), items=items)  # fmt: skip
    made = make_checklist(pk, new, **_call(office, at))
    units = Unit.objects.filter(posts__user=holder) | Unit.objects.filter(code="530103-xf")
    hand_out(made, heap="named", names=[unit.name for unit in units], **_call(office, at))
    for turn in ChecklistTurn.objects.filter(unit__posts__user=holder, every="week"):
        done = turn.copy.checklist.items.filter(every=turn.every).values_list("pk", flat=True)
        ticks = [NewTick(item, "done") for item in done]
        fill_turn(turn.pk, ticks, **_call(held.actor(holder, today=today), at))


def _tally(pk: UUID, office: Actor, at: datetime) -> None:
    """一表三清单 with columns of the demo's own, and a department's first rows (演示)."""
    state = Column("状态", "choice", ("未完成", "已完成"), required=True)
    lists = (
        ListSpec("问题清单（演示）",
                 (Column("问题", required=True), state, Column("完成日期", "day"))),
        ListSpec("措施清单（演示）",
                 (Column("措施", required=True), Column("投入（万元）", "number"))),
        ListSpec("责任清单（演示）", (Column("事项", required=True), Column("责任岗位"))),
    )  # fmt: skip
    heads = (
        Head("问题数"), Head("已完成", 0, "with", "状态", "已完成"),
        Head("完成率", 0, "share", "状态", "已完成"),
        Head("投入（万元）", 1, "sum", "投入（万元）"),
    )  # fmt: skip
    new = NewTally("一表三清单（演示）", lists, heads, "演示设定")
    made = make_tally(pk, new, **_call(office, at))
    hand_out_tally(made, heap="own", **_call(office, at))
    copy = TallyCopy.objects.filter(tally=made, unit=office.unit_id).first()
    if copy is None:
        # The office keeps one itself, so that the table has a line with figures.
        assert office.unit_id is not None
        name = Unit.objects.get(pk=office.unit_id).name
        hand_out_tally(made, heap="named", names=[name], **_call(office, at))
        copy = TallyCopy.objects.get(tally=made, unit=office.unit_id)
    rows = [
        Written(0, ("部分商场疏散通道被占用（演示）", "已完成", at.date())),
        Written(0, ("液化气站间距不足（演示）", "未完成", "")),
        Written(1, ("更换老旧灭火器（演示）", "12.5")),
        Written(2, ("每月检查商场（演示）", "消防科")),
    ]
    write_rows(copy.pk, rows, **_call(office, at))


def _organs(plan: Plan, start: date, office: Actor, at: datetime) -> None:
    pk, one = plan.campaign_id, organs.NewOrganMember
    group = organs.make_organ(
        pk, organs.NewOrgan("治本攻坚行动领导小组（模拟）", start, basis="云安〔2026〕模拟1号"),
        [
            one("chair", start, "周某（模拟）", "副省长"),
            one("deputy", start, "吴某（模拟）", "副秘书长"),
            one("office", start, "郑某（模拟）", "安委办主任"),
            *(one("member", start, unit_name=name) for name in MEMBERS),
        ],
        **_call(office, at),
    )  # fmt: skip
    organs.make_organ(
        pk,
        organs.NewOrgan(
            "消防安全专业委员会（模拟）", start, "committee", sectors=("fire",), plans=(plan.pk,)
        ),
        [one("chair", start, "王某（模拟）", "总队长", "省消防救援总队")],
        **_call(office, at),
    )
    force = organs.NewOrgan("行动工作专班（模拟）", start, "task_force", parent=group)
    members = [
        one("chair", start, "冯某（模拟）"),
        one("seconded", start, "陈某（模拟）", "抽调干部"),
    ]
    organs.make_organ(pk, force, members, **_call(office, at))


def _hearings(pk: UUID, today: date, office: Actor, at: datetime) -> None:
    quarterly = hearings.NewRule("省政府常务会议（模拟）", 3, today - timedelta(30))
    first = hearings.make_rule(pk, quarterly, **_call(office, at))
    yearly = hearings.NewRule("省安委会全体会议（模拟）", 6, today - timedelta(4))
    hearings.make_rule(pk, yearly, **_call(office, at))
    hearings.hold(
        first, held_on=today - timedelta(28), meeting="省政府第58次常务会议（模拟）",
        note="听取治本攻坚行动进展情况汇报。", **_call(office, at),
    )  # fmt: skip
    decided = [
        hearings.NewDecision("对进度滞后的州市开展一次督导。", due_on=today + timedelta(20)),
        hearings.NewDecision("研究自建房消防改造经费保障办法。", due_on=today + timedelta(45)),
    ]
    hearings.decide(first, decided, **_call(office, at))


def _letters(plan: Plan, names: Sequence[str], today: date, office: Actor, at: datetime) -> None:
    assert office.unit_id is not None
    lines = plan.lines.filter(kind="task").order_by("place")[:4]
    side = letters.NewSignatory("gives", "省人民政府（模拟）", "周某（模拟）", "副省长")
    new = letters.NewLetter(
        unit=office.unit_id, title=f"{today.year}年度安全生产目标责任书（模拟）",
        starts_on=date(today.year, 1, 1), ends_on=date(today.year, 12, 31),
        due_on=today + timedelta(10), campaign=plan.campaign_id,
        preamble="为落实安全生产责任，签订本责任书。",
        articles=tuple(letters.NewArticle(line.text, line.pk) for line in lines),
        signatories=(side,),
    )  # fmt: skip
    takers = [letters.NewSignatory("takes", name, "州市长（模拟）", "州市长") for name in names]
    made = letters.make_letters(new, takers, **_call(office, at))
    for pk in made[:3]:
        letters.send_out(pk, **_call(office, at))
    for row in Letter.objects.get(pk=made[0]).signatories.order_by("place"):
        signed = today - timedelta(1)
        letters.sign(made[0], signatory=row.pk, signed_on=signed, **_call(office, at))
