"""A year of simulated hazards: who found what where, when it was due, and what became of it."""

from __future__ import annotations

import math
from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import accumulate
from random import Random

from anlan.config.samples.phrases import Finding, Phrases, bank, filled
from anlan.domain.enterprises.codes import check_digit

#: How much is found in each month: before Spring Festival, in June (安全生产月), in winter.
_SEASON = (1.25, 0.7, 0.95, 1.0, 1.1, 1.55, 1.15, 1.0, 1.2, 0.9, 1.2, 1.1)
#: Monday to Sunday.
_WEEK = (1.1, 1.2, 1.25, 1.2, 1.0, 0.25, 0.15)
_MAJOR = 0.04
#: Of those graded major in earlier months.
_LISTED = 0.35
_ON_THE_SPOT = 0.22
_REFOUND = 0.02
#: Further findings of the same inspection, dealt with together.
_ALSO_FOUND = 0.07
_SHARED = 0.01
SOURCES = ("企业自查", "部门检查", "执法检查", "专家检查", "群众举报", "上级督查", "乡镇网格排查")
_SOURCE_WEIGHTS = (30, 28, 12, 9, 4, 6, 11)
#: Organisation numbers beginning so aren't given out; the check digits are right all the same.
_FICTIONAL = "XXXX"
#: A few are market stalls and sites that have none.
_CODED = 0.94


@dataclass(frozen=True)
class County:
    code: str
    name: str
    prefecture: str
    prefecture_code: str
    townships: tuple[str, ...]


@dataclass(frozen=True)
class Firm:
    name: str
    code: str
    sector: str
    industry: str
    township: str


@dataclass(frozen=True)
class Simulated:
    """One hazard as it stands on ``today``: dates that lie ahead are None."""

    county: County
    township: str
    firm: Firm
    sector: str
    place: str
    text: str
    measure: str
    major: bool
    listed: bool
    source: str
    found_on: date
    due_on: date
    rectified_on: date | None
    closed_on: date | None
    funds: str
    person: str
    checker: str


def hazards(counties: Sequence[County], count: int, *, seed: int, today: date) -> list[Simulated]:
    """``count`` hazards of the year up to ``today``, in the order they were found."""
    assert counties
    chance = Random(seed)
    world = _World(counties, chance)
    days = _days(count, chance, today)
    found: list[Simulated] = []
    for day in days:
        if found and chance.random() < _REFOUND:
            again = _refound(found, day, today, chance)
            if again is not None:
                found.append(again)
                continue
        last = found[-1] if found else None
        if last and not last.major and last.found_on == day and chance.random() < _ALSO_FOUND:
            found.append(world.beside(last))
        else:
            found.append(world.hazard(day, today))
    return found


def shared(rows: Sequence[Simulated], seed: int) -> list[Simulated]:
    """Those that a department of the province reports as well, on the same day."""
    chance = Random(seed + 1)
    return [row for row in rows if chance.random() < _SHARED]


def _days(count: int, chance: Random, today: date) -> list[date]:
    first = today - timedelta(days=364)
    days = [first + timedelta(days=n) for n in range(365)]
    weights = list(accumulate(_SEASON[day.month - 1] * _WEEK[day.weekday()] for day in days))
    return sorted(days[bisect(weights, chance.random() * weights[-1])] for _ in range(count))


class _World:
    """Counties and firms with their shares: a few have most of it."""

    def __init__(self, counties: Sequence[County], chance: Random) -> None:
        self.chance = chance
        self.counties = list(counties)
        # Towns and districts have more, and a few counties report far more than others.
        self.county_weights = list(
            accumulate(
                (2.2 if county.name.endswith(("区", "市")) else 1.0)
                * math.sqrt(len(county.townships) + 1)
                * math.exp(chance.gauss(0, 0.6))
                for county in counties
            )
        )
        self.sectors = list(bank())
        self.firms: dict[tuple[str, str], list[Firm]] = {}
        # Each county has its own mix: mines in one, tourism in the other.
        self.mix = {
            county.code: list(
                accumulate(
                    bank()[sector].weight * math.exp(chance.gauss(0, 0.6))
                    for sector in self.sectors
                )
            )
            for county in counties
        }

    def hazard(self, day: date, today: date) -> Simulated:
        chance = self.chance
        county = self.counties[_pick(self.county_weights, chance)]
        sector = self.sectors[_pick(self.mix[county.code], chance)]
        phrases = bank()[sector]
        firm = self._firm(county, phrases)
        major = bool(phrases.major) and chance.random() < _MAJOR * 1.05
        finding = chance.choice(phrases.major if major else phrases.ordinary)
        place = filled(chance.choice(phrases.places), "", chance)
        return _course(_found(county, firm, finding, place, day, chance), day, today, chance)

    def beside(self, last: Simulated) -> Simulated:
        """Another finding of the inspection that found ``last``."""
        phrases = bank()[last.sector]
        finding = self.chance.choice(phrases.ordinary)
        place = filled(self.chance.choice(phrases.places), "", self.chance)
        text = filled(finding.text, place, self.chance)
        return replace(last, place=place, text=text, measure=finding.measure)

    def _firm(self, county: County, phrases: Phrases) -> Firm:
        firms = self.firms.setdefault((county.code, phrases.sector), [])
        # The more there are, the likelier an old one; the first ones come up most (Pareto).
        if not firms or self.chance.random() < 1.6 / (len(firms) + 1):
            firms.append(self._new_firm(county, phrases, len(firms) + 1))
        return firms[min(int(self.chance.paretovariate(1.1)) - 1, len(firms) - 1)]

    def _new_firm(self, county: County, phrases: Phrases, number: int) -> Firm:
        kind = self.chance.choice(phrases.names)
        name = f"{county.name}模拟{kind}{number:03d}"
        code = ""
        if self.chance.random() < _CODED:
            order = self.sectors.index(phrases.sector) * 100 + number
            code = fictional_code(county.code, order)
        township = self.chance.choice(county.townships) if county.townships else ""
        industry = self.chance.choice(phrases.industries)
        return Firm(name, code, phrases.sector, industry, township)


def _pick(weights: Sequence[float], chance: Random) -> int:
    return bisect(weights, chance.random() * weights[-1])


def fictional_code(area: str, number: int) -> str:
    """A credit code with right check digits, of an organisation number that nobody has."""
    body = f"{_FICTIONAL}{number:04d}"
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    rest = 11 - sum(int(c, 36) * w for c, w in zip(body, weights, strict=True)) % 11
    first = f"91{area[:6]}{body}{'0X'[rest == 10] if rest >= 10 else rest}"
    return first + check_digit(first)


def _found(
    county: County, firm: Firm, finding: Finding, place: str, day: date, chance: Random
) -> Simulated:
    return Simulated(
        county=county,
        township=firm.township,
        firm=firm,
        sector=firm.sector,
        place=place,
        text=filled(finding.text, place, chance),
        measure=finding.measure,
        major=finding.major,
        listed=False,
        source=chance.choices(SOURCES, _SOURCE_WEIGHTS)[0],
        found_on=day,
        due_on=day,
        rectified_on=None,
        closed_on=None,
        funds=str(chance.choice((0.2, 0.5, 1, 2, 3, 5)) if not finding.major else
                  chance.choice((8, 15, 20, 35, 60))),
        person=f"模拟人员{chance.randint(1, 899):03d}",
        checker=f"模拟人员{chance.randint(900, 999):03d}",
    )  # fmt: skip


def _course(row: Simulated, day: date, today: date, chance: Random) -> Simulated:
    """What becomes of a hazard: most in time, some on the spot, a tail late, a few never."""
    if not row.major and chance.random() < _ON_THE_SPOT:
        return replace(row, due_on=day, rectified_on=day, closed_on=day)
    allowed = chance.choice((30, 30, 45, 60, 90)) if row.major else chance.choice(
        (3, 5, 7, 7, 10, 15, 15, 30)
    )  # fmt: skip
    due = day + timedelta(days=allowed)
    luck = chance.random()
    if luck < 0.86:
        taken = max(1, round(allowed * min(1.0, chance.betavariate(4, 2))))
    elif luck < 0.975:
        taken = allowed + 1 + round(chance.expovariate(1 / 12))
    else:
        taken = allowed + 60 + round(chance.expovariate(1 / 90))
    rectified = day + timedelta(days=taken)
    closed = rectified + timedelta(days=round(chance.expovariate(1 / (9 if row.major else 3))))
    listed = row.major and chance.random() < _LISTED
    return replace(
        row,
        due_on=due,
        rectified_on=rectified if rectified <= today else None,
        closed_on=closed if closed <= today and rectified <= today else None,
        listed=listed,
    )


def _refound(
    found: Sequence[Simulated], day: date, today: date, chance: Random
) -> Simulated | None:
    """The same thing at the same place again, after it had been closed."""
    old = chance.choice(found)
    if old.closed_on is None or old.closed_on >= day:
        return None
    again = replace(old, found_on=day, source=chance.choice(("部门检查", "上级督查", "群众举报")))
    return _course(again, day, today, chance)
