"""Firms along a street, a sweep over them, and visits: told in few words."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from anlan.base.ids import uuid7
from anlan.domain.enterprises import commands as enterprises
from anlan.domain.enterprises.commands import NewEnterprise
from anlan.domain.hazards.tests.stage import ROOT, Cast
from anlan.domain.inspections import commands, queries
from anlan.domain.inspections.commands import Found, NewField, NewSweep, NewVisit
from anlan.domain.inspections.models import Sweep, Target
from anlan.kernel.regions.queries import by_code

FIELDS = (
    NewField("从业人数", "number"),
    NewField("用气情况", "choice", ("管道气", "瓶装气", "不用气")),
    NewField("联系人称呼"),
)
FACTS = {1: "35", 2: "瓶装气", 3: "店主"}
WUHUA, PANLONG = "530102", "530103"


class Street:
    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.today = timezone.localdate()
        self.now = timezone.now()
        self.places = [
            area.code for area in by_code(WUHUA).children.filter(valid_to=None).order_by("code")
        ]

    def firms(
        self, count: int, code: str = "", *, sector: str | None = None, word: str = ""
    ) -> None:
        """``count`` more firms in an area, one of the county's streets where none is named."""
        place = by_code(code or self.places[0])
        rows = [
            NewEnterprise(
                name=f"{word or place.name}{n}号小吃店", area_id=place.pk, sector_id=sector,
                address=f"人民路{n}号",
            )
            for n in range(1, count + 1)
        ]  # fmt: skip
        enterprises.put_enterprises(rows, by=ROOT, at=self.now, source="test")

    def sweep(self, who: str = "office", code: str = WUHUA, **more: Any) -> Sweep:
        by = self.cast.actor(who)
        given: dict[str, Any] = {
            "name": "沿街商铺大排查", "area_id": by_code(code).pk, "unit_id": by.unit_id or 0,
            "starts_on": self.today - timedelta(days=10),
            "ends_on": self.today + timedelta(days=10),
            "states": ("安全", "存在隐患", "已停业"), "fields": FIELDS,
        }  # fmt: skip
        return commands.make(NewSweep(**{**given, **more}), by=by, at=self.now)

    def visit(
        self, sweep: Sweep, target: Target, who: str = "grid", *hazards: str, **more: Any
    ) -> NewVisit:
        """Enter a visit; returns it, so that it can be sent again."""
        new = self.visit_of(target, *hazards, **more)
        self.send(sweep, new, who)
        return new

    def visit_of(self, target: Target, *hazards: str, **more: Any) -> NewVisit:
        given: dict[str, Any] = {
            "pk": uuid7(), "target_id": target.pk, "on": self.today, "visitor": "王五",
            "state": "存在隐患" if hazards else "安全", "nil": not hazards, "facts": FACTS,
            "found": tuple(Found(text) for text in hazards),
        }  # fmt: skip
        return NewVisit(**{**given, **more})

    def send(self, sweep: Sweep, new: NewVisit, who: str, request_id: Any = None) -> Any:
        by = self.cast.actor(who)
        return commands.record(
            sweep.pk, [new], by=by, request_id=request_id or uuid7(), at=timezone.now()
        )

    def meter(self, sweep: Sweep, code: str = WUHUA) -> queries.Line:
        return self.coverage(sweep, code).total

    def coverage(self, sweep: Sweep, code: str = WUHUA) -> queries.Coverage:
        return queries.coverage(sweep, by_code(code), None, timezone.now())


def day(text: str) -> date:
    return date.fromisoformat(text)
