"""The library in the demo: made-up rules with their articles, an amendment, links and items."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.domain.campaigns.deriving.queries import items_of
from anlan.domain.campaigns.models import Plan, Task
from anlan.domain.campaigns.supporting import commands as supporting
from anlan.domain.enterprises.models import Enterprise
from anlan.domain.inspections.acceptance import commands as acceptance
from anlan.domain.library import commands
from anlan.domain.library.commands import ItemTerms, SetTerms, Terms
from anlan.domain.library.models import Article, RuleSet, Text
from anlan.domain.measures.models import Measure
from anlan.kernel.accounts import held, policy
from anlan.kernel.accounts.models import User

_HOT_TITLE = "动火作业安全管理办法（演示）"
_HOT_WORK = """动火作业安全管理办法（演示）
第一章 总则
第一条 为了规范动火作业，防止火灾事故，制定本办法。
第二条 本办法适用于本市生产经营单位的动火作业。
第二章 作业管理
第三条 动火作业实行审批制度。未经审批，不得作业。
审批手续的有效期不超过八小时。
第四条 作业现场应当配备灭火器材，并指定专人监护。
第五条 作业前应当清除可燃物，作业后应当检查现场，确认无遗留火种后方可离开。
第三章 附则
第六条 本办法自公布之日起施行。
"""
_AMENDED = _HOT_WORK.replace("不超过八小时", "不超过四小时")
_PARK = """小微企业园验收规范（演示）
1 范围
本规范规定了小微企业园消防和用电的验收要求。
2 消防
2.1 园区应当设置环形消防车道。
2.2 厂房之间的防火间距应当符合设计要求。
3 用电
3.1 配电线路应当穿管敷设，不得私拉乱接。
3.2 每户应当安装剩余电流保护装置。
"""
#: The working rules of the campaign office, by title alone; what they say is made up, too.
_OFFICE_RULES = ("例会制度", "督办制度", "信息报送制度")


def library(*, at: datetime) -> None:
    """Through the commands, as everything, so that audit and history are there."""
    today = timezone.localdate(at)
    by = held.actor(User.objects.get(username="km.office"), today=today)
    hot = _text(
        by, at, today, _HOT_TITLE, _HOT_WORK, 400, number="昆安委〔2025〕7号", sectors=("fire",)
    )
    park = _text(by, at, today, "小微企业园验收规范（演示）", _PARK, 200, kind="local_standard",
                 number="DB5301/T 002（演示）")  # fmt: skip
    for name in _OFFICE_RULES:
        body = f"第一条 为了做好专项整治，制定{name}。\n第二条 {name}由本办公室负责解释。"
        _text(by, at, today, f"{name}（演示）", body, 300, kind="office_rule")
    old = _text(
        by, at, today, "动火作业暂行规定（演示）", _HOT_WORK, 900, number="昆安委〔2023〕2号"
    )
    commands.end(old, on=today - timedelta(400), reason="昆安委〔2025〕7号", replaced_by=hot,
                 **_call(by, at))  # fmt: skip
    third, fourth = (_article(hot, label) for label in ("第三条", "第四条"))
    task = policy.permitted(Task.objects.filter(case__is_open=True), "tasks.view", by).first()
    if task is not None:
        for one in (third, fourth):
            commands.link(hot, case=task.pk, article=one.pk, **_call(by, at))
    _supporting(hot, at)
    _items(by, at, hot, park)
    pk = uuid7()
    commands.new_edition(hot, pk=pk, **_call(by, at))
    terms = _terms(
        _HOT_TITLE, _AMENDED, today - timedelta(30), number="昆安委〔2026〕3号",
        note="审批手续的有效期改为四小时（演示）",
    )  # fmt: skip
    commands.put_edition(pk, terms, **_call(by, at))
    commands.stand(pk, **_call(by, at))


def _supporting(rule: UUID, at: datetime) -> None:
    """What supports two items of the province's plan: the rule, and measures on gas as they stand
    (one in force, one that is still being made)."""
    plan = Plan.objects.filter(kind=Plan.Kind.MASTER, parent=None).earliest("made_at")
    office = held.actor(User.objects.get(username="yn.office"), today=timezone.localdate(at))
    items = list(items_of(plan).values_list("pk", flat=True))
    supporting.support(plan.pk, [items[4]], text=rule, **_call(office, at))
    for made in Measure.objects.filter(title__contains="燃气").exclude(case__state="repealed"):
        supporting.support(plan.pk, [items[1]], measure=made.pk, **_call(office, at))


def _items(by: Actor, at: datetime, hot: UUID, park: UUID) -> None:
    for title, purpose, sector, text in (
        ("动火作业检查项（演示）", "check", "fire", hot),
        ("小微企业园验收条款（演示）", "acceptance", "", park),
    ):
        pk = uuid7()
        commands.make_set(SetTerms(title, purpose, sector), pk=pk, **_call(by, at))
        for article in Article.objects.filter(edition__text=text).exclude(label="").order_by("pk"):
            if article.label in ("第三条", "第四条", "第五条") or "." in article.label:
                terms = ItemTerms(article.words.splitlines()[0], "查看现场", article.pk)
                commands.put_item(pk, terms, **_call(by, at))
    _accepted(by, at, RuleSet.objects.get(pk=pk))


def _accepted(by: Actor, at: datetime, rules: RuleSet) -> None:
    """One enterprise met every item, one of another's didn't hold (演示)."""
    firms = policy.permitted(Enterprise.objects.listed(), "enterprise.accept", by)
    items = acceptance.standing(rules)
    for n, firm in enumerate(firms.order_by("pk")[:2]):
        answers = {item.pk: acceptance.Answer("met") for item in items}
        if n:
            answers[items[-1].pk] = acceptance.Answer("failed", "二层两户未安装（演示）")
        new = acceptance.NewAcceptance(
            uuid7(), rules.pk, firm.pk, timezone.localdate(at), "验收组（演示）", answers
        )
        acceptance.enter(new, **_call(by, at))


def _text(
    by: Actor, at: datetime, today: date, title: str, body: str, ago: int, **more: Any
) -> UUID:  # fmt: skip
    pk = uuid7()
    terms = _terms(title, body, today - timedelta(ago), **more)
    edition = commands.write(terms, pk=pk, **_call(by, at))
    return commands.stand(edition, **_call(by, at))


def _terms(title: str, body: str, day: date, **more: Any) -> Terms:
    return Terms(
        title, body=body, issuer="昆明市安委办（演示）", issued_on=day, effective_on=day, **more
    )


def _article(text: UUID, label: str) -> Article:
    return Article.objects.get(edition__text=Text(pk=text), label=label)


def _call(by: Actor, at: datetime) -> Any:
    return {"by": by, "at": at, "request_id": uuid7()}
