"""What people do with measures through the pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Sum
from django.utils import timezone

from anlan.base.ids import uuid7
from anlan.domain.lists.tests.house import HOME, House
from anlan.domain.measures.invariants import invariants
from anlan.domain.measures.models import Measure
from anlan.kernel.facts.models import Fact
from anlan.kernel.loop.invariants import invariants as loop_invariants


def day(n: int) -> date:
    """So many days from today; before it where negative."""
    return timezone.localdate() + timedelta(days=n)


@dataclass
class Desk:
    house: House

    def make(self, who: str = "office", **more: Any) -> Measure:
        answer, pk = self.send(who, **more)
        assert answer.status_code == 302, answer.content.decode()
        return Measure.objects.select_related("case").get(pk=pk)

    def send(self, who: str = "office", **more: Any) -> tuple[Any, UUID]:
        pk = uuid7()
        given = {
            "pk": pk, "title": "燃气管道占压联合巡查机制", "kind": "mechanism", "state": "planned",
            "area": HOME, "problem": "燃气管道被占压", "due_on": day(30), **more,
        }  # fmt: skip
        given = {name: value for name, value in given.items() if value is not None}
        return self.house.post(who, "measures:new", **given), pk

    def issued(self, who: str = "office", since: int = -10, **more: Any) -> Measure:
        return self.make(who, **{"state": "in_force", "due_on": None, "adopted_on": day(since),
                                 "number": f"五安办〔2024〕{-since}号", **more})  # fmt: skip

    def step(self, who: str, measure: Measure, code: str, **data: Any) -> str | int:
        """Take a step through the page: the state after, or the status of the refusal."""
        answer = self.house.post(who, "measures:step", measure.pk, code, **data)
        if answer.status_code != 302:
            return int(answer.status_code)
        return Measure.objects.values_list("case__state", flat=True).get(pk=measure.pk)

    def rows(self, who: str, query: str = "") -> int:
        page = self.house.get(who, "measures:list", query=query)
        assert page.status_code == 200
        return page.content.decode().count('class="main-link clip-2"')

    def sums(self) -> dict[str, int]:
        found = Fact.objects.filter(kind__code__startswith="measure.", day__lte=day(0))
        totals = found.order_by().values_list("kind__code").annotate(n=Sum("quantity"))
        return {code.partition(".")[2]: n for code, n in totals}

    def check(self) -> None:
        now = timezone.now()
        for name, ok, _n, detail in (*invariants(now), *loop_invariants(now)):
            assert ok, f"{name}: {detail}"
