"""What people do with schemes, rankings and appeals, through the pages and the commands."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.domain.assessments import commands
from anlan.domain.assessments.commands import Given
from anlan.domain.assessments.invariants import invariants
from anlan.domain.assessments.models import Appeal, Run, Scheme, Score
from anlan.domain.hazards.tests.stage import Cast
from anlan.kernel.calendar import periods
from anlan.kernel.loop.invariants import invariants as loop_invariants
from anlan.kernel.regions.queries import by_code

HOME, BESIDE = "530102", "530103"
#: A scheme of points alone: what the ledger knows on PostgreSQL of a test's open transaction is
#: nothing, so that stories that need figures are SQLite's.
POINTS: dict[str, Any] = {
    "total": "100", "group": "counties", "period": "month",
    "dimensions": [{"code": "work", "name": "工作"}],
    "items": [
        {"code": "duty", "name": "责任落实", "dimension": "work", "weight": "60",
         "rule": {"kind": "manual", "scorer": "test-city"}},
        {"code": "task", "name": "重点任务", "dimension": "work", "weight": "40",
         "rule": {"kind": "manual", "scorer": "test-city"}},
    ],
    "grades": [{"code": "a", "name": "优秀", "least": "90"},
               {"code": "b", "name": "合格", "least": "60"}, {"code": "c", "name": "不合格"}],
    "source": "本办公室自定",
}  # fmt: skip
FIGURES: dict[str, Any] = {
    **POINTS,
    "dimensions": [{"code": "prevent", "name": "事故防控"}, {"code": "rectify", "name": "隐患整改"}],
    "items": [
        {"code": "dead", "name": "死亡人数", "dimension": "prevent", "weight": "40",
         "indicator": "accident.dead", "span": "year",
         "rule": {"kind": "deduct", "each": "5"}},
        {"code": "rate", "name": "整改率", "dimension": "rectify", "weight": "60",
         "indicator": "hazard.rectification_rate", "nothing": "full",
         "rule": {"kind": "linear", "none_at": "0", "full_at": "100"}},
    ],
    "vetoes": [{"code": "larger", "name": "1起较大事故", "indicator": "accident.larger_up",
                "at_least": 1, "level": "county", "grade": "b"}],
}  # fmt: skip


def last_month() -> periods.Period:
    return periods.month(timezone.localdate()).previous()


@dataclass
class Desk:
    cast: Cast
    client_of: Any
    browsers: dict[str, Any] = field(default_factory=dict)
    now: datetime = field(default_factory=timezone.now)

    # --- commands ---

    def call(self, who: str = "city") -> dict[str, Any]:
        by = self.cast.actor(who) if isinstance(who, str) else who
        # Each act a little later, so that the latest is the latest.
        self.now = max(timezone.now(), self.now + timedelta(milliseconds=1))
        return {"by": by, "at": self.now, "request_id": uuid7()}

    def scheme(self, data: dict[str, Any] | None = None, who: str = "city", **more: Any) -> Scheme:
        pk = uuid7()
        given = {**(data or POINTS), **more}
        commands.make_scheme(pk, name="月度考核", data=given, **self.call(who))
        row = Scheme.objects.get(pk=pk)
        commands.put_in_force(pk, seen=1, **self.call(who))
        return row

    def give(
        self, scheme: Scheme, item: str, points: dict[str, str], period: str = "", who: str = "city"
    ) -> None:
        given = [
            Given(str(by_code(code).pk), Decimal(n), "现场考核记录") for code, n in points.items()
        ]
        commands.give(
            scheme.pk, item=item, period=period or last_month().code, given=given, **self.call(who)
        )

    def run(self, scheme: Scheme, period: str = "", who: str = "city", reason: str = "") -> Run:
        pk = commands.run_scheme(
            uuid7(), scheme=scheme.pk, period=period or last_month().code, reason=reason,
            **self.call(who),
        )  # fmt: skip
        return Run.objects.get(pk=pk)

    def publish(self, run: Run, audience: str = "ranking", who: str = "city") -> Run:
        commands.publish(run.pk, audience=audience, **self.call(who))
        return Run.objects.get(pk=run.pk)

    def published(self, audience: str = "ranking") -> Run:
        """五华 has 50 + 30, 盘龙 has 55 + 35; nobody else has any points."""
        scheme = self.scheme()
        self.give(scheme, "duty", {HOME: "50", BESIDE: "55"})
        self.give(scheme, "task", {HOME: "30", BESIDE: "35"})
        return self.publish(self.run(scheme), audience)

    def score(self, run: Run, code: str = HOME) -> Score:
        return Score.objects.get(run=run, subject=str(by_code(code).pk))

    def appeal(self, score: Score, who: str = "office", **more: Any) -> Appeal:
        pk = uuid7()
        given: dict[str, Any] = {
            "item": "duty",
            "text": "有印证材料",
            "wanted": Decimal(55),
            **more,
        }
        commands.appeal(pk, score=score.pk, **given, **self.call(who))
        return Appeal.objects.get(pk=pk)

    # --- pages ---

    def browser(self, who: str) -> Any:
        if who not in self.browsers:
            self.browsers[who] = self.client_of(who)
        return self.browsers[who]

    def get(self, who: str, name: str, *args: Any, query: str = "") -> Any:
        return self.browser(who).get(reverse(f"assessments:{name}", args=args) + query)

    def post(self, who: str, name: str, /, *args: Any, **data: Any) -> Any:
        data.setdefault("request_id", uuid7())
        return self.browser(who).post(reverse(f"assessments:{name}", args=args), data)

    def check(self) -> None:
        now = timezone.now()
        for name, ok, _n, detail in (*invariants(now), *loop_invariants(now)):
            assert ok, f"{name}: {detail}"


def accident(who: Actor, code: str, deaths: int, on: date) -> UUID:
    """A production-safety accident of a day, concluded or not."""
    from anlan.domain.accidents import commands as accidents
    from anlan.domain.accidents.commands import Figures, NewAccident

    at = timezone.make_aware(datetime.combine(on, datetime.min.time())) + timedelta(hours=10)
    new = NewAccident(
        pk=uuid7(), title="坍塌", happened_at=at, area=by_code(code).pk, place="工地",
        enterprise_name="模拟公司", figures=Figures(deaths=deaths), aware_at=at,
        received_at=at, text="模拟", is_history=True, source_name="test", source_key=str(uuid7()),
    )  # fmt: skip
    accidents.report_many([new], by=who, at=timezone.now(), request_id=uuid7())
    return new.pk
