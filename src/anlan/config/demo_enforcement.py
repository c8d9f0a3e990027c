"""A book of enforcement in the demo: a quarter's papers, measures, trainings and tip-offs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.domain.enforcement import commands
from anlan.domain.enforcement.commands import NewEntry, NewPayment
from anlan.domain.enforcement.kinds import KINDS
from anlan.domain.enforcement.models import Entry, Violation
from anlan.domain.enforcement.permissions import ENTERS
from anlan.domain.enterprises.models import Enterprise, ObjectKind
from anlan.kernel.accounts import held, policy
from anlan.kernel.accounts.models import User
from anlan.kernel.accounts.units import main_unit

#: Who enters, the name of the unit's papers, and for how many enterprises.
DESKS = (("wh.yingji", "五应急", 24), ("wh.office", "五安委", 10), ("km.office", "昆安委", 10))
DAYS = 95
_FOUND = (
    "特种作业人员未持证上岗（模拟）",
    "安全出口、疏散通道堵塞（模拟）",
    "未按规定设置安全警示标志（模拟）",
    "可燃气体报警装置未定期检测（模拟）",
    "未如实记录安全生产教育培训情况（模拟）",
    "未建立事故隐患排查治理制度（模拟）",
    "配电箱未落实接地保护（模拟）",
)
_REST = ("exposure", "joint", "transfer", "to_discipline")
_FINES_YUAN = (20_000, 35_000, 50_000, 98_000)


def enforcement(*, at: datetime) -> None:
    """Each desk enters its own; rechecks and payments rest on what was entered before."""
    taken: set[int] = set()
    for desk in DESKS:
        taken |= _Desk(*desk, at).fill(taken)


class _Desk:
    def __init__(self, user: str, word: str, firms: int, at: datetime) -> None:
        self.at, self.word, self.firms, self.numbers = at, word, firms, 0
        self.today = timezone.localdate(at)
        self.by: Actor = held.actor(User.objects.get(username=user), today=self.today)

    def fill(self, taken: set[int]) -> set[int]:
        rows = policy.permitted(Enterprise.objects.listed(), "enterprise.enforce", self.by)
        wanted = rows.filter(kind=ObjectKind.ENTERPRISE).exclude(pk__in=taken).order_by("pk")
        firms = list(wanted[: self.firms])
        self._enter([each for n, firm in enumerate(firms) for each in self._papers(n, firm)])
        self._enter(list(self._rechecks(firms)))
        self._enter(list(self._others(firms)))
        self._pay()
        return {firm.pk for firm in firms}

    def _call(self) -> dict[str, Any]:
        return {"by": self.by, "at": self.at, "request_id": uuid7()}

    def _enter(self, rows: Sequence[NewEntry]) -> None:
        if rows:
            commands.enter(rows, **self._call())

    def _new(self, kind: str, on: date, firm: Enterprise | None, **more: Any) -> NewEntry:
        self.numbers += 1
        number = (
            f"（{self.word}）〔{on.year}〕{self.numbers}号（演示）" if KINDS[kind].is_paper else ""
        )
        pk = firm.pk if firm else None
        return NewEntry(uuid7(), kind, min(on, self.today), number, pk, **more)

    def _day(self, n: int) -> date:
        return self.today - timedelta(days=(n * 11) % DAYS)

    def _papers(self, n: int, firm: Enterprise) -> Iterator[NewEntry]:
        """From an inspection to the order or the penalty that followed it."""
        on, found = self._day(n), tuple(_FOUND[(n + k) % len(_FOUND)] for k in range(1 + n % 3))
        yield self._new("inspection", on, firm, violations=found if n % 6 else ())
        if n % 6:
            yield self._new("rectify_order", on, firm)
        if n % 5 == 1:
            yield self._new("site_measures", on, firm, halted=n % 10 == 1)
        if n % 4 == 1:
            yield self._new("case_filing", on + timedelta(2), firm)
            yield self._new("inquiry", on + timedelta(4), firm)
            fine = _FINES_YUAN[n % len(_FINES_YUAN)] * 100 + n * 1_000_000
            yield self._new(
                "penalty", on + timedelta(9), firm, what="违反安全生产法（模拟）", fine=fine,
                heads=n % 8 // 5, head_fine=1_000_000 * (n % 8 // 5), suspended=int(n == 13),
                close=n == 21,
            )  # fmt: skip
        elif n % 7 == 2:
            yield self._new("spot_penalty", on, firm, fine=100_000)
        if n == 9:
            yield self._new("coercive", on, firm, what="查封超量储存场所（模拟）")

    def _rechecks(self, firms: Sequence[Enterprise]) -> Iterator[NewEntry]:
        """A fortnight later, of most; what is found again stays open."""
        rows = Violation.objects.filter(enterprise__in=firms, rectified_by=None, void=False)
        for n, firm in enumerate(firms):
            mine = [each for each in rows.select_related("entry") if each.enterprise_id == firm.pk]
            if mine and mine[0].entry.on + timedelta(14) <= self.today:
                done = mine[:-1] if n % 5 == 3 and len(mine) > 1 else mine
                ids = tuple(each.pk for each in done)
                yield self._new("recheck", mine[0].entry.on + timedelta(14), firm, rectified=ids)

    def _others(self, firms: Sequence[Enterprise]) -> Iterator[NewEntry]:
        """What is no paper; most of it names an area alone."""
        unit = main_unit(self.by, ENTERS)
        here: dict[str, Any] = {"area_id": unit.area_id, "sector": self._sector(firms)}
        for n in range(3):
            said = f"第{n + 1}期主要负责人安全培训（演示）"
            yield self._new(
                "training", self._day(n * 3), None, what=said, persons=40 + 15 * n, **here
            )
        for n in range(5):
            said = f"举报第{n + 1}件：违规动火作业（模拟）"
            yield self._new("tipoff", self._day(n * 2), None, what=said, **here)
            if n % 2:
                yield self._new("reward", self._day(n), None, what=said, reward=100_000 * n, **here)
        for n, firm in enumerate(firms[:4]):
            yield self._new("drill", self._day(n + 1), firm, what="液氨泄漏应急演练（演示）")
        for kind, firm in zip(
            ("exposure", "joint", "transfer", "to_discipline"), firms, strict=False
        ):
            more = {"persons": 2} if kind == "transfer" else {}
            yield self._new(kind, self._day(5), firm, what="典型案例（模拟）", **more)
        yield self._new("closure", self._day(2), None, what="无证经营（模拟）",
                        party="某无证作坊（模拟）", **here)  # fmt: skip

    def _sector(self, firms: Sequence[Enterprise]) -> str | None:
        """One that the desk answers for, where it answers for some alone."""
        return next((firm.sector_id for firm in firms if firm.sector_id), None)

    def _pay(self) -> None:
        """Most fines are paid at once, some in part, some not yet."""
        rows = Entry.objects.filter(unit=self.by.unit_id, fine__gt=0, withdrawn_at=None)
        for n, entry in enumerate(rows.order_by("on", "pk")):
            on = min(entry.on + timedelta(10), self.today)
            amount = (entry.fined, entry.fined, entry.fined // 2, 0)[n % 4]
            if amount:
                commands.pay(NewPayment(uuid7(), entry.pk, on, amount), **self._call())
