"""What people do with accidents, by command and through the pages."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone

from anlan.base.ids import uuid7
from anlan.base.refusal import Refusal
from anlan.domain.accidents import commands, importing
from anlan.domain.accidents.commands import Figures, NewAccident
from anlan.domain.accidents.invariants import invariants
from anlan.domain.accidents.models import Accident, Batch
from anlan.domain.hazards.tests.stage import ROOT, Cast
from anlan.kernel.facts.models import Fact
from anlan.kernel.loop.invariants import invariants as loop_invariants
from anlan.kernel.loop.models import Case
from anlan.kernel.regions.queries import by_code

HOME = "530102"


@dataclass
class Desk:
    cast: Cast
    client_of: Any
    browsers: dict[str, Any] = field(default_factory=dict)
    now: datetime = field(default_factory=timezone.now)
    #: Where a test that goes on and on has come to.
    clock: datetime | None = None

    def call(self, who: str, at: datetime | None = None) -> dict[str, Any]:
        return {"by": self.cast.actor(who), "at": at or self.now, "request_id": uuid7()}

    def report(
        self,
        who: str = "office",
        *,
        ago: timedelta = timedelta(hours=2),
        at: Any = None,
        **more: Any,
    ) -> UUID:
        at = at or self.now
        numbers = {name: more.pop(name) for name in ("deaths", "serious", "light", "missing",
                                                     "loss_fen") if name in more}  # fmt: skip
        given = {
            "pk": uuid7(), "title": "储罐区闪爆", "happened_at": at - ago,
            "area": by_code(more.pop("code", HOME)).pk, "figures": Figures(**numbers), **more,
        }  # fmt: skip
        return commands.report(NewAccident(**given), **self.call(who, at))

    def do(self, who: str, what: str, pk: UUID, at: datetime | None = None, **given: Any) -> str:
        """The state after, or the code of the refusal."""
        try:
            getattr(commands, what)(pk, **given, **self.call(who, at))
        except Refusal as refusal:
            return refusal.code
        return Case.objects.get(pk=pk).state

    def sent(self, *paths: Path, area: str = "", unit: str = "office", **more: Any) -> Batch:
        """A register that is prepared, by whoever may do all."""
        return importing.prepare(
            [(path.name, path) for path in paths], unit=self.cast.units[unit], area=by_code(area) if area else None,
            by=ROOT, at=self.now, **more,
        )  # fmt: skip

    def row(self, pk: UUID) -> Accident:
        return Accident.objects.select_related("case").get(pk=pk)

    def sums(self, kind: str = "accident") -> dict[str, int]:
        found = Fact.objects.filter(kind__code__startswith=f"{kind}.").order_by()
        totals = found.values_list("kind__code").annotate(n=Sum("quantity"))
        return Counter({code.partition(".")[2]: n for code, n in totals})

    def browser(self, who: str) -> Any:
        if who not in self.browsers:
            self.browsers[who] = self.client_of(who)
        return self.browsers[who]

    def get(self, who: str, name: str, *args: Any, query: str = "") -> Any:
        return self.browser(who).get(reverse(name, args=args) + query)

    def post(self, who: str, view: str, /, *args: Any, **data: Any) -> Any:
        data.setdefault("request_id", uuid7())
        return self.browser(who).post(reverse(view, args=args), data)

    def check(self) -> None:
        now = timezone.now()
        for name, ok, _n, detail in (*invariants(now), *loop_invariants(now)):
            assert ok, f"{name}: {detail}"
