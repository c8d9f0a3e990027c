"""A city's campaign with a plan, played through its pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from anlan.base.ids import uuid7
from anlan.domain.campaigns import commands
from anlan.domain.campaigns.commands.terms import (
    NewCampaign,
    NewLine,
    NewLineUnit,
    NewPlan,
    NewStage,
    NewTarget,
)
from anlan.domain.campaigns.models import Plan, Task
from anlan.domain.hazards.tests.stage import Cast
from anlan.kernel.accounts.models import Role, User
from anlan.kernel.jobs import queue
from anlan.kernel.jobs.models import Job
from anlan.kernel.loop.models import Case

CITY, DISTRICT, OTHER = "530100", "530102", "530103"


def lead(*names: str) -> tuple[NewLineUnit, ...]:
    return tuple(NewLineUnit(name) for name in names)


@dataclass
class House:
    cast: Cast
    client_of: Any
    browsers: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # Two departments of the city, one below in each district.
        self.cast.unit("emergency", "昆明市应急管理局", "department", CITY)
        self.cast.unit("housing", "昆明市住房和城乡建设局", "department", CITY)
        self.cast.person("emergency", "emergency", Role.OFFICE)
        self.cast.person("housing", "housing", Role.INSPECTOR)
        User.objects.update(password_changed_at=timezone.now())

    @property
    def today(self) -> date:
        return timezone.localdate()

    def call(self, who: str) -> dict[str, Any]:
        return {"by": self.cast.actor(who), "at": timezone.now(), "request_id": uuid7()}

    def campaign(self, who: str = "city", code: str = "1+1+1") -> UUID:
        day = self.today
        stages = (
            NewStage("动员部署", day - timedelta(30), day - timedelta(1), "实施方案"),
            NewStage("排查整治", day, day + timedelta(100)),
        )
        new = NewCampaign(
            unit=self.cast.units[who].pk, title="全市安全生产治本攻坚行动", code=code,
            starts_on=day - timedelta(30), ends_on=day + timedelta(700), base_year=2023,
            stages=stages,
        )  # fmt: skip
        return commands.make_campaign(new, **self.call(who))

    def lines(self) -> tuple[NewLine, ...]:
        closing = NewTarget(value=Decimal(20), unit="处", comparator=">=", object="矿山",
                            text="关闭矿山20处")  # fmt: skip
        return (
            NewLine("市应急局牵头，年内关闭不达标矿山20处。", title="关闭不达标矿山", no="1",
                    units=lead("市应急局"), targets=(closing,), due_on=self.today + timedelta(90)),
            NewLine("市住建局牵头，完成燃气管道占压整治。", title="整治燃气管道占压", no="2",
                    units=(*lead("市住建局"), NewLineUnit("市应急局", "support"))),
            NewLine("开展宣传教育活动。", title="开展宣传教育", no="3"),
            NewLine("事故起数和死亡人数持续下降。", title="总体目标", kind="goal", no="4"),
        )  # fmt: skip

    def plan(self, campaign: UUID | None = None, who: str = "city",
             lines: Sequence[NewLine] | None = None, kind: str = "master") -> UUID:  # fmt: skip
        day = self.today
        new = NewPlan(
            campaign=campaign or self.campaign(), unit=self.cast.units[who].pk, kind=kind,
            title="昆明市治本攻坚总方案", starts_on=day, ends_on=day + timedelta(365),
        )  # fmt: skip
        return commands.make_plan_with_lines(
            new, self.lines() if lines is None else lines, **self.call(who)
        )

    def published(self, **more: Any) -> Plan:
        pk = self.plan(**more)
        commands.publish(pk, **self.call(more.get("who", "city")))
        return Plan.objects.get(pk=pk)

    def work(self) -> list[Job]:
        """Do the jobs that wait, as the worker would."""
        return [queue.run_inline(job) for job in Job.objects.filter(state="queued")]

    def task(self, plan: Plan, title: str) -> Task:
        return Task.objects.select_related("case", "line").get(plan=plan, line__title=title)

    # --- the front door --------------------------------------------------------------------

    def browser(self, who: str) -> Any:
        if who not in self.browsers:
            self.browsers[who] = self.client_of(who)
        return self.browsers[who]

    def get(self, who: str, name: str, *args: Any, query: str = "") -> Any:
        return self.browser(who).get(reverse(name, args=args) + query)

    def text(self, who: str, name: str, *args: Any, query: str = "") -> str:
        answer = self.get(who, name, *args, query=query)
        assert answer.status_code == 200, answer.status_code
        return str(answer.content.decode())

    def post(self, who: str, view: str, /, *args: Any, **data: Any) -> Any:
        data.setdefault("request_id", uuid7())
        return self.browser(who).post(reverse(view, args=args), data)

    def follow(self, who: str, answer: Any) -> str:
        """The page to which an answer leads."""
        assert answer.status_code == 302, answer.status_code
        return str(self.browser(who).get(answer.url).content.decode())

    def step(self, who: str, pk: UUID, code: str, **data: Any) -> str | int:
        """Take a step through the page: the state after, or the status of the refusal."""
        answer = self.post(who, "campaigns:step", pk, code, **data)
        return Case.objects.get(pk=pk).state if answer.status_code == 302 else answer.status_code
