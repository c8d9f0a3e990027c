"""A campaign to be drawn: plans of a city and its districts, tasks in any state, by the hundred."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from anlan.base.ids import uuid7
from anlan.domain.campaigns.loop import TASK
from anlan.domain.campaigns.models import Campaign, Line, Plan, Stage, Task
from anlan.domain.hazards.tests.stage import ROOT, Cast
from anlan.kernel.accounts.models import Unit
from anlan.kernel.loop import engine
from anlan.kernel.loop.engine import Move, NewCase
from anlan.kernel.loop.models import Case, Party, PartyRole
from anlan.kernel.regions.models import Region
from anlan.kernel.regions.queries import by_code

CITY, DISTRICT, OTHER = "530100", "530102", "530103"


def moment(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(9)))


@dataclass
class Battle:
    """Everything is counted in days from ``today``."""

    cast: Cast
    today: date
    campaign: Campaign
    plans: dict[str, Plan]

    def day(self, days: int) -> date:
        return self.today + timedelta(days=days)

    def tasks(
        self, count: int = 1, *, area: str = CITY, unit: str = "office", start: int = -20,
        due: int | None = 20, opened: int = -30, settled: int | None = None, progress: int = 0,
        title: str = "完成排查整治", sector: str | None = None, stage: Stage | None = None,
    ) -> list[UUID]:  # fmt: skip
        """Open so many, given to a unit."""
        plan = self.plans[area]
        at = moment(self.day(opened))
        place = Line.objects.filter(plan=plan).count()
        lines = Line.objects.bulk_create(
            Line(plan=plan, place=place + n, no=f"{place + n + 1}.", title=title, text=title,
                 stage=stage)
            for n in range(count)
        )  # fmt: skip
        new = [
            NewCase(
                pk=uuid7(), area_id=plan.area_id, path=plan.path, unit_id=plan.unit_id,
                opened_on=self.day(opened), sector=sector,
                due_on=None if due is None else self.day(due),
            )
            for _line in lines
        ]  # fmt: skip
        with transaction.atomic():
            cases = engine.open_cases(TASK, new, by=ROOT, at=at, request_id=uuid7())
            Task.objects.bulk_create(
                Task(case=case, plan=plan, line=line, starts_on=self.day(start), progress=progress)
                for case, line in zip(cases, lines, strict=True)
            )
            self._take("assign", cases, at, due_on=None if due is None else self.day(due))
            Party.objects.bulk_create(
                Party(case=case, role=PartyRole.RECTIFIER, unit=self.cast.units[unit],
                      since=self.day(opened))
                for case in cases
            )  # fmt: skip
        pks = [case.pk for case in cases]
        if settled is not None:
            self.step("rectify", pks, settled)
        return pks

    def _take(self, step: str, cases: list[Case], at: datetime, **fields: Any) -> None:
        moves = [Move(case, dict(fields)) for case in cases]
        engine.take(TASK, step, moves, by=ROOT, at=at, request_id=uuid7())

    def step(self, step: str, pks: list[UUID], on: int, **fields: Any) -> None:
        """Take a step with tasks on a day."""
        with transaction.atomic():
            cases = engine.lock(pks)
            self._take(step, list(cases.values()), moment(self.day(on)), **fields)

    def put_off(self, pks: list[UUID], on: int, due: int) -> None:
        """Grant a later deadline on a day, as the loop's extension does."""
        self.step("extend", pks, on, due_on=self.day(due))


def battle(cast: Cast, today: date | None = None) -> Battle:
    """A campaign of a city, with a plan of its own and one of each of two districts below it."""
    today = today or timezone.localdate()
    city = by_code(CITY)
    campaign = Campaign.objects.create(
        area=city, path=city.path, unit=cast.units["city"], title="全市安全生产治本攻坚三年行动",
        code="1+2", starts_on=today - timedelta(days=300), ends_on=today + timedelta(days=600),
        made_at=moment(today - timedelta(days=300)), made_by="test",
    )  # fmt: skip
    days = ((-300, -201, "动员部署"), (-200, 60, "排查整治"), (61, 400, "集中攻坚"),
            (401, 600, "巩固提升"))  # fmt: skip
    for place, (first, last, name) in enumerate(days):
        Stage.objects.create(
            campaign=campaign, place=place, name=name, starts_on=today + timedelta(days=first),
            ends_on=today + timedelta(days=last),
        )  # fmt: skip
    plans: dict[str, Plan] = {}
    for code, unit in ((CITY, "city"), (DISTRICT, "office"), (OTHER, "elsewhere")):
        plans[code] = _plan(campaign, by_code(code), cast.units[unit], plans.get(CITY), today)
    return Battle(cast, today, campaign, plans)


def _plan(campaign: Campaign, area: Region, unit: Unit, parent: Plan | None, today: date) -> Plan:
    return Plan.objects.create(
        campaign=campaign, parent=parent, kind=Plan.Kind.MASTER, status=Plan.Status.PUBLISHED,
        area=area, path=area.path, unit=unit, title=f"{area.name}治本攻坚方案",
        starts_on=campaign.starts_on, ends_on=campaign.ends_on, made_at=campaign.made_at,
        made_by="test", published_at=campaign.made_at,
    )  # fmt: skip
