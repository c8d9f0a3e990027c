"""A desk at which papers are entered: told in few words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.test import Client
from django.utils import timezone

from anlan.base.ids import uuid7
from anlan.domain.enforcement import commands, invariants, kinds
from anlan.domain.enforcement.commands import NewEntry, NewPayment
from anlan.domain.enforcement.facts import KINDS
from anlan.domain.enforcement.models import Entry, Violation
from anlan.domain.enterprises import commands as enterprises
from anlan.domain.enterprises.commands import NewEnterprise
from anlan.domain.enterprises.models import Enterprise
from anlan.domain.hazards.tests.stage import ROOT, Cast
from anlan.kernel.calendar import periods
from anlan.kernel.facts.figures import Query, figures
from anlan.kernel.regions.queries import by_code

WUHUA, PANLONG, KUNMING = "530102", "530103", "530100"


class Desk:
    def __init__(self, cast: Cast, client_of: Callable[[str], Client] | None) -> None:
        self.cast, self.client_of = cast, client_of
        self.today = timezone.localdate()
        self.numbers = 0
        self.firm, self.other = self.firms(2, sector="hazchem")
        [self.away] = self.firms(1, PANLONG, word="盘龙")

    def firms(
        self, count: int, code: str = WUHUA, *, sector: str | None = None, word: str = "五华"
    ) -> list[Enterprise]:
        place = by_code(code)
        rows = [
            NewEnterprise(name=f"{word}模拟化工{n}厂", area_id=place.pk, sector_id=sector)
            for n in range(1, count + 1)
        ]
        enterprises.put_enterprises(rows, by=ROOT, at=timezone.now(), source="test")
        return list(Enterprise.objects.filter(name__in=[r.name for r in rows]).order_by("pk"))

    def new(self, kind: str, **more: Any) -> NewEntry:
        """A paper with the next number about the first firm, unless something else is said."""
        self.numbers += 1
        given: dict[str, Any] = {"pk": uuid7(), "kind": kind, "on": self.today}
        if kinds.KINDS[kind].is_paper:
            given["number"] = f"（五）应急〔2024〕{self.numbers}号"
        else:
            given["what"] = f"事由{self.numbers}"
        if "area_id" not in more:
            given["enterprise"] = self.firm.pk
        return NewEntry(**{**given, **more})

    def call(self, who: str = "inspector", request_id: UUID | None = None) -> dict[str, Any]:
        by = self.cast.actor(who)
        return {"by": by, "at": timezone.now(), "request_id": request_id or uuid7()}

    def enter(self, kind: str, who: str = "inspector", **more: Any) -> Entry:
        new = self.new(kind, **more)
        commands.enter([new], **self.call(who))
        return Entry.objects.get(pk=new.pk)

    def fined(self, fine: int = 3_000_000, **more: Any) -> Entry:
        return self.enter("penalty", fine=fine, **more)

    def pay(self, entry: Entry, amount: int, who: str = "inspector", **more: Any) -> UUID:
        new = NewPayment(uuid7(), entry.pk, more.pop("on", self.today), amount)
        return commands.pay(new, **self.call(who, **more))

    def withdraw(self, entry: Entry, who: str = "inspector") -> None:
        commands.withdraw(entry.pk, reason="录错", **self.call(who))

    def open(self, firm: Enterprise | None = None) -> tuple[int, ...]:
        rows = Violation.objects.filter(enterprise=firm or self.firm, void=False, rectified_by=None)
        return tuple(rows.order_by("pk").values_list("pk", flat=True))

    def ledger(
        self, code: str = KUNMING, month: date | None = None, **where: Any
    ) -> Mapping[str, int]:
        """Every figure of the month that isn't nought, by the end of its code."""
        period = periods.month(month or self.today)
        asked = Query(
            kinds=[kind.code for kind in KINDS], areas=[by_code(code).pk], periods=[period],
            at=timezone.now(), where=where,
        )  # fmt: skip
        return {
            cell.kind.removeprefix("enforcement."): cell.value
            for cell in figures(asked) if cell.value
        }  # fmt: skip


def bad() -> list[str]:
    """What ``./anlan check`` would tell."""
    return [told for _name, ok, _n, told in invariants.invariants(timezone.now()) if not ok]
