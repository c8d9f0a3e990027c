"""Papers in the demo: in draft, given out with receipts, countersigned, declined by a unit that was
asked to countersign; answers for the press and what media brought."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.base.paths import below
from anlan.config.demo_offices import CAPITAL, office_code, unit
from anlan.config.samples import PROVINCE
from anlan.domain.bulletins import commands
from anlan.domain.bulletins.models import Word
from anlan.domain.bulletins.press import commands as press
from anlan.domain.hazards.models import Hazard
from anlan.kernel.accounts import held
from anlan.kernel.accounts.models import Unit, User
from anlan.kernel.calendar import periods
from anlan.kernel.regions.models import Region

#: By a person's name, what each command is called with.
Call = Callable[[str], dict[str, Any]]
#: Counties of the capital whose offices get the circular; the first has signed for it.
COUNTIES = ("530102", "530103", "530111")


def papers(*, at: datetime) -> None:
    """Through the commands, each step by another person, as an office would."""
    today = timezone.localdate(at)
    area = Region.objects.get(code=CAPITAL)
    month = periods.month(today).code

    def call(name: str) -> dict[str, Any]:
        by: Actor = held.actor(User.objects.get(username=name), today=today)
        return {"by": by, "at": timezone.now(), "request_id": uuid7()}

    for place, who in ((area, "km"), (Region.objects.get(code=PROVINCE), "yn")):
        draft = commands.NewPaper(uuid7(), "situation", place.pk, month)
        commands.make(draft, **call(f"{who}.office"))
    units = [unit(office_code(code)).pk for code in COUNTIES]
    copies = [unit(f"{CAPITAL}-yj").pk]
    words = "各县（市、区）安委会，市安委会成员单位"
    pk = _circular(area, month, "km", call, word="昆安办演示", recipients=words)
    commands.give_out(pk, units=units, copies=copies, **call("km.office"))
    commands.receive(pk, **call("wh.office"))
    _of_province(month, call)
    _notice(area, month, call("km.office"))
    _countersigned(area, month, call)
    _press(area, month, today, call)


def _circular(
    area: Region, month: str, who: str, call: Call, *, word: str, recipients: str
) -> UUID:
    """Written, looked over, signed, numbered and sealed; not given out yet."""
    new = commands.NewPaper(uuid7(), "circular", area.pk, month, recipients=recipients)
    pk = commands.make(new, **call(f"{who}.office"))
    commands.add_word(word, **call(f"{who}.office"))
    commands.submit(pk, **call(f"{who}.office"))
    commands.review(pk, said="数据已核对（演示）", **call(f"{who}.second"))
    commands.sign(pk, **call(f"{who}.leader"))
    commands.number(pk, word=Word.objects.get(word=word).pk, **call(f"{who}.office"))
    commands.seal(pk, **call(f"{who}.office"))
    return pk


def _of_province(month: str, call: Call) -> None:
    """The province's circular of the month before, to all prefectures; one has signed for it."""
    area = Region.objects.get(code=PROVINCE)
    before = periods.parse(month).previous().code
    words = "各州、市安委会，省安委会成员单位"
    pk = _circular(area, before, "yn", call, word="云安办演示", recipients=words)
    offices = Unit.objects.filter(area__parent=area, code__endswith="-awb", valid_to=None)
    units = list(offices.order_by("code").values_list("pk", flat=True))
    commands.give_out(pk, units=units, copies=[], **call("yn.office"))
    commands.receive(pk, **call("km.office"))


def _notice(area: Region, month: str, common: dict[str, Any]) -> None:
    """A notice of listed supervision, begun at the hazard: what isn't on record is left open."""
    listed = Hazard.objects.filter(below(area.path, "case__path"), case__listed=True)
    if (hazard := listed.order_by("pk").first()) is not None:
        new = commands.NewPaper(uuid7(), "listed", area.pk, month, about=(hazard.pk,))
        commands.make(new, **common)


def _countersigned(area: Region, month: str, call: Call) -> None:
    """A report that was agreed to and waits to be signed, and a brief that came back."""
    asked = [unit(f"{CAPITAL}-yj").pk]
    for kind, agrees in (("stage", True), ("brief", False)):
        pk = commands.make(commands.NewPaper(uuid7(), kind, area.pk, month), **call("km.office"))
        commands.submit(pk, **call("km.office"))
        commands.ask(pk, units=asked, said="请会签涉及应急部门的内容（演示）", **call("km.second"))
        if agrees:
            commands.agree(pk, said="同意（演示）", **call("km.check"))
        else:
            reason = "逾期隐患的整改责任表述不准确，请商住建部门后再会签（演示）"
            commands.decline(pk, reason=reason, **call("km.check"))


#: Outlet, medium, title, how many days ago.
PUBLISHED = (
    ("《模拟日报》", "paper", "我市集中整治“小火亡人”隐患（演示）", 3),
    ("模拟市广播电视台", "broadcast", "安全生产月现场直播（演示）", 12),
    ("“模拟应急”公众号", "account", "一图读懂重大事故隐患判定标准（演示）", 25),
)
QUESTIONS = (
    ("近期全市排查整治有什么进展？", "进展",
     "本期全市共发现隐患{hazard.found}处，整改率{hazard.rectification_rate}。"),
    ("对久拖不改的隐患怎么处理？", "督办",
     "目前逾期未整改隐患{hazard.overdue}处，均已逐级提醒，重大隐患挂牌督办{hazard.listed}处。"),
)  # fmt: skip


def _press(area: Region, month: str, today: date, call: Call) -> None:
    kept = [
        press.keep_question(press.NewQuestion(uuid7(), question, answer, topic),
                            **call("km.office"))
        for question, topic, answer in QUESTIONS
    ]  # fmt: skip
    new = commands.NewPaper(uuid7(), "press", area.pk, month)
    press.put_in(commands.make(new, **call("km.office")), questions=kept, **call("km.office"))
    for outlet, medium, title, ago in PUBLISHED:
        row = press.NewPublication(uuid7(), title, outlet, medium, today - timedelta(days=ago))
        press.publish(row, **call("km.office"))
