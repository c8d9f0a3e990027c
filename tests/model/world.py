"""A small province with people in it, where acts are played at random, and its model in memory."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.utils import timezone

from anlan.base.actor import Actor
from anlan.domain.hazards.tests.stage import EPOCH, ROOT, Cast
from anlan.kernel.accounts import held
from anlan.kernel.accounts.models import Role
from anlan.kernel.regions import commands as regions
from anlan.kernel.regions.commands import NewArea
from anlan.kernel.regions.models import Level
from anlan.kernel.regions.queries import by_code
from tests.model.memory import Hazard, Memory

START = datetime(2024, 3, 1, 1, tzinfo=EPOCH.tzinfo)
HEADER = ["检查日期", "县区", "隐患部位", "存在问题", "整改期限", "整改完成时间", "整改状态"]
CLAIMS = {"整改中": "", "已整改": "rectified", "已销号": "closed"}
COUNTIES = {"五华区": "530102", "盘龙区": "530103"}
JUDGES = ("city", "deputy", "mayor", "bureau")
LEADS = JUDGES
FIRMS = ("firm0", "firm1", "firm2")


@dataclass
class Act:
    name: str
    call: Callable[[UUID], Any]
    allowed: bool
    apply: Callable[[Any], None]
    #: Several transactions: killed in their midst they go on when called again.
    resumes: bool = False
    #: Done twice it would be refused: it carries no request's id.
    once: bool = False


@dataclass
class Row:
    """A row of a workbook, as it stands there now."""

    text: str
    county: str
    day: date
    due: date | None
    state: str = "整改中"
    done: date | None = None
    pk: UUID | None = None


@dataclass
class Set:
    """What all runs share: the offices and enterprises, and four towns in two counties."""

    cast: Cast
    towns: list[int]
    paths: dict[int, str]

    @classmethod
    def build(cls) -> Set:
        cast = Cast()
        cast.unit("city", "昆明市安委办", "committee_office", "530100")
        cast.unit("bureau", "昆明市应急管理局", "department", "530100")
        for firm in FIRMS:
            cast.unit(firm, f"{firm}化工有限公司", "enterprise", "530102")
            cast.person(firm, firm, Role.RECTIFIER)
        for person, unit, role in (
            ("city", "city", Role.OFFICE), ("deputy", "city", Role.OFFICE),
            ("mayor", "city", Role.LEADER), ("bureau", "bureau", Role.OFFICE),
        ):  # fmt: skip
            cast.person(person, unit, role)
        counties = [by_code(code) for code in COUNTIES.values()]
        towns = [
            regions.add_area(
                NewArea(f"试验{n}镇", counties[n % 2], Level.TOWNSHIP), by=ROOT, at=EPOCH
            )
            for n in range(4)
        ]
        known = [by_code("530100"), *counties, *towns]
        return cls(cast, [town.pk for town in towns], {area.pk: area.path for area in known})


@dataclass
class World:
    scene: Set
    dice: random.Random
    folder: Path
    at: datetime = START
    memory: Memory = field(default_factory=Memory)
    towns: list[int] = field(default_factory=list)
    #: Whose unit a person's is, after mergers.
    homes: dict[str, str] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    #: By number: the batch, its unit, its rows; None once undone.
    batches: dict[int, tuple[UUID, list[Row]] | None] = field(default_factory=dict)
    files: int = 0
    actors: dict[Any, Actor] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.towns = list(self.scene.towns)
        self.memory.paths = dict(self.scene.paths)
        self.homes = {name: name for name in FIRMS}

    # --- helpers

    @property
    def today(self) -> date:
        return timezone.localdate(self.at)

    def actor(self, name: str) -> Actor:
        key = (name, self.today, tuple(self.homes.values()))
        if key not in self.actors:
            self.actors[key] = held.actor(self.scene.cast.users[name], today=self.today)
        return self.actors[key]

    def unit(self, name: str) -> int:
        return self.scene.cast.units[name].pk

    def given(self, name: str, request: UUID) -> dict[str, Any]:
        return {"by": self.actor(name), "at": self.at, "request_id": request}

    def hazard(self, *states: str) -> Hazard | None:
        """One in these states most of the time, to get somewhere; any other to be refused."""
        found = self.memory.living(*states) if self.dice.random() < 0.85 else []
        found = found or self.memory.living()
        return self.dice.choice(found) if found else None

    def firm_of(self, h: Hazard) -> str:
        """Somebody of the rectifying unit, as a rule."""
        own = [n for n, home in self.homes.items() if self.unit(home) == h.rectifier]
        return self.dice.choice(own if own and self.dice.random() < 0.9 else FIRMS)

    def holds(self, name: str, h: Hazard) -> bool:
        return self.unit(self.homes[name]) == h.rectifier

    def alive(self) -> list[str]:
        return sorted(set(self.homes.values()))
