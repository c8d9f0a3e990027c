"""Rows that somebody must not see: of another area, another sector, another enterprise.

Each row carries a word that stands nowhere else, so that a leak is found in any page, file or
answer. A new app adds its rows to ``plant`` and the word to the row.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.domain.enterprises import commands as enterprises
from anlan.domain.enterprises.commands import NewEnterprise
from anlan.domain.hazards import commands as hazards
from anlan.domain.hazards.commands import Finding
from anlan.domain.inspections import commands as sweeps
from anlan.domain.supervision import commands as supervision
from anlan.domain.treatment.loop import DEFECT, PLAN
from anlan.domain.treatment.models import Defect, Equipment, RemedyPlan
from anlan.kernel.accounts import commands as accounts
from anlan.kernel.accounts.models import Jurisdiction, Post, Unit, User
from anlan.kernel.accounts.tests.people import make_person
from anlan.kernel.facts.models import Expected
from anlan.kernel.loop import engine
from anlan.kernel.loop.engine import NewCase
from anlan.kernel.regions.models import Region
from tests.rights.foreign_accidents import plant_accidents
from tests.rights.foreign_assessments import plant_assessments
from tests.rights.foreign_campaigns import plant_campaigns
from tests.rights.foreign_enforcement import plant_enforcement
from tests.rights.foreign_enterprises import plant_enterprises
from tests.rights.foreign_filings import plant_filings
from tests.rights.foreign_intake import plant_intake
from tests.rights.foreign_library import plant_library
from tests.rights.foreign_lists import plant_lists
from tests.rights.foreign_papers import plant_papers
from tests.rights.foreign_remote import plant_remote
from tests.rights.foreign_statistics import plant_statistics

CLI = Actor(None, "cli:rights", trusted=True)
HOME, AWAY = "530100", "530300"


@dataclass
class Planted:
    """What was planted for one reason: ids by the namespace of the pages that open them."""

    word: str
    hazard: UUID
    enterprise: int
    report: int
    paper: UUID
    sweep: int
    own_check: int
    remedy: UUID
    defect: UUID
    unit: int | None = None
    person: int | None = None
    #: An area of somebody else; one's own isn't foreign whatever firm or sector lies in it.
    area: int | None = None
    #: The pages of each namespace take these as their number.
    numbers: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.numbers = {
            "hazards": self.hazard, "enterprises": self.enterprise, "reports": self.report,
            "supervision": self.paper, "oversight": self.hazard, "inspections": self.sweep,
            "selfchecks": self.own_check, "treatment": self.remedy, "defects": self.defect,
        }  # fmt: skip
        if self.area is not None:
            self.numbers["office"] = self.area


def plant(
    word: str, *, area: str, sector: str, at: datetime, enterprise: int | None = None
) -> Planted:
    """A firm and a hazard at it, both with ``word`` in their texts."""
    place = Region.objects.get(code=area)
    if enterprise is None:
        row = NewEnterprise(name=f"{word}公司", area_id=place.pk, sector_id=sector)
        done = enterprises.put_enterprises([row], by=CLI, at=at, source="test")[0]
        assert done.id is not None, done
        enterprise = done.id
    reporter = Unit.objects.filter(code="reporter").first() or accounts.create_unit(
        "reporter", "填报单位", "other", Region.objects.get(level=0), by=CLI, at=at
    )
    pk = uuid7()
    finding = Finding(
        pk=pk,
        description=f"{word}疏散通道堵塞",
        area_id=place.pk,
        unit_id=reporter.pk,
        opened_on=date(2024, 6, 20),
        sector=sector,
        enterprise_id=enterprise,
    )
    hazards.find([finding], by=CLI, request_id=uuid7(), at=at)
    # A period of its own each, because a unit owes one report for a period.
    year = 1990 + Expected.objects.count()
    report = Expected.objects.create(
        unit_id=reporter.pk, area_id=place.pk, path=place.path, kind="hazard.",
        start=date(year, 1, 1), end=date(year, 12, 31), status="reported", note=word,
        answered_at=at,
    )  # fmt: skip
    paper = _plant_paper(word, pk, place, at)
    plan = sweeps.NewPlan(enterprise, reporter.pk, f"{word}自查", "month", timezone.localdate(at))
    own_check = sweeps.make_plan(plan, by=CLI, at=at).pk
    remedy = _plant_remedy(word, reporter, place, sector, enterprise, at)
    defect = _plant_defect(word, reporter, place, sector, enterprise, at)
    sweep = _plant_sweep(word, reporter, place, sector, at)
    away = place.pk if area == AWAY else None
    made = Planted(
        word, pk, enterprise, report=report.pk, paper=paper, sweep=sweep, own_check=own_check,
        remedy=remedy, defect=defect, area=away
    )  # fmt: skip
    made.numbers |= plant_lists(
        word, pk, place, sector, enterprise, reporter, by=CLI, at=at, wide=area == AWAY
    )
    made.numbers |= plant_accidents(
        word, place, sector, enterprise, reporter, by=CLI, at=at, wide=area == AWAY
    )
    made.numbers |= plant_enforcement(word, place, sector, enterprise, reporter, at)
    made.numbers |= plant_enterprises(word, place, reporter, at)
    made.numbers |= plant_intake(word, place, reporter, at)
    if area == AWAY:
        made.numbers |= plant_library(word, pk, place, reporter, at, enterprise)
        made.numbers |= plant_papers(word, place, reporter, by=CLI, at=at)
        made.numbers |= plant_assessments(word, place, reporter, by=CLI, at=at)
        made.numbers |= plant_statistics(word, pk, place, reporter, at)
        made.numbers |= plant_remote(word, pk, place, reporter, at, enterprise)
        made.numbers |= plant_campaigns(word, place, sector, reporter, by=CLI, at=at)
        made.numbers |= plant_filings(word, place, reporter, by=CLI, at=at)
    return made


def _plant_remedy(
    word: str, unit: Unit, place: Region, sector: str, enterprise: int, at: datetime
) -> UUID:
    """A plan for the firm; without a unit of the firm's own, which the list of units would show."""
    new = NewCase(
        pk=uuid7(), area_id=place.pk, path=place.path, unit_id=unit.pk, opened_on=at.date(),
        sector=sector, enterprise_id=enterprise,
    )  # fmt: skip
    [case] = engine.open_cases(PLAN, [new], by=CLI, at=at, request_id=uuid7())
    RemedyPlan.objects.create(case=case, enterprise_id=enterprise, name=f"{word}方案")
    return case.pk


def _plant_defect(
    word: str, unit: Unit, place: Region, sector: str, enterprise: int, at: datetime
) -> UUID:
    """A defect of a piece of equipment of the firm."""
    thing = Equipment.objects.create(
        code=f"{word}-{enterprise}", kind=word, name=f"{word}锅炉", enterprise_id=enterprise,
        area=place, path=place.path, sector_id=sector, made_at=at, made_by=word,
    )  # fmt: skip
    new = NewCase(
        pk=uuid7(), area_id=place.pk, path=place.path, unit_id=unit.pk, opened_on=at.date(),
        sector=sector, enterprise_id=enterprise,
    )  # fmt: skip
    [case] = engine.open_cases(DEFECT, [new], by=CLI, at=at, request_id=uuid7())
    Defect.objects.create(
        case=case, equipment=thing, level=1, level_name=word, description=f"{word}漏气"
    )
    return case.pk


def _plant_sweep(word: str, unit: Unit, place: Region, sector: str, at: datetime) -> int:
    """A sweep over the area's subjects of that sector."""
    day = timezone.localdate(at)
    new = sweeps.NewSweep(
        f"{word}大排查", place.pk, unit.pk, day, day, states=(f"{word}安全",), sectors=(sector,)
    )
    return sweeps.make(new, by=CLI, at=at).pk


def _plant_paper(word: str, hazard: UUID, place: Region, at: datetime) -> UUID:
    """A letter about the hazard, to an office of its area that nobody here works at."""
    office = Unit.objects.filter(code="reporter").get()
    receiver, above = (
        Unit.objects.filter(code=f"{code}-{place.pk}").first()
        or accounts.create_unit(f"{code}-{place.pk}", "收文单位", "other", place, by=CLI, at=at)
        for code in ("receiver", "above")
    )
    new = supervision.NewPaper(
        pk=uuid7(), kind="letter", office=office.pk, receiver=receiver.pk, superior=above.pk,
        subject=f"{word}函告", due_on=at.date() + timedelta(days=9), hazards=(hazard,),
    )  # fmt: skip
    return supervision.issue(new, by=CLI, request_id=uuid7(), at=at)


def plant_people(planted: Planted, *, area: str) -> None:
    """A unit of that area and somebody who works there."""
    user = make_person(f"x{planted.enterprise}", "office", area=Region.objects.get(code=area))
    User.objects.filter(pk=user.pk).update(name=f"{planted.word}人")
    unit = Post.objects.get(user=user).unit
    Unit.objects.filter(pk=unit.pk).update(name=f"{planted.word}局")
    planted.unit, planted.person = unit.pk, user.pk


def limited(kind: str, role: str, own: Planted) -> User:
    """Somebody whose post is limited by area, by sector, or to one firm."""
    home = Region.objects.get(code=HOME)
    province = Region.objects.get(code="530000")
    if kind == "area":
        return make_person("me", role, area=home)
    if kind == "sector":
        return make_person("me", role, area=province, sector="hazchem")
    user = make_person("me", role, area=home, enterprise=own.enterprise)
    assert Jurisdiction.objects.get(unit__code="unit-me").enterprise_id == own.enterprise
    return user
