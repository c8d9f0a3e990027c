"""Who is slow: days that rectifying took, and what is overdue, by area and by rectifying unit.

Asked of the cases themselves, for the ledger keeps days as days on which something happened, and
not how many of them went by. So it shows what stands now: what was returned since, and is not
rectified again, is not in it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Count, DurationField, ExpressionWrapper, F, Sum

from anlan.base.paths import below
from anlan.kernel.accounts.models import Unit
from anlan.kernel.calendar.periods import Period
from anlan.kernel.loop.models import Case, CaseQuerySet, PartyRole
from anlan.kernel.regions.models import Level, Region

#: Units that a page names; the slowest.
UNITS_MAX = 50
#: Of a wider area every case would have to be read.
WIDEST = Level.PREFECTURE
ORDERS = ("overdue", "mean", "rectified")


@dataclass
class Pace:
    """Of one area or unit: how many are late now, and how long those rectified took."""

    overdue: int = 0
    rectified: int = 0
    #: Days from the day found to the day rectified, of all those together.
    days: int = 0

    @property
    def mean(self) -> Decimal | None:
        """None where nothing was rectified: there is nothing to divide by."""
        if not self.rectified:
            return None
        return (Decimal(self.days) / self.rectified).quantize(Decimal("0.1"))

    def add(self, other: Pace) -> None:
        self.overdue += other.overdue
        self.rectified += other.rectified
        self.days += other.days


@dataclass(frozen=True)
class Slow:
    """A row: ``area`` or ``unit`` whose pace it is; ``own`` is the area without those below."""

    pace: Pace
    area: Region | None = None
    unit: str = ""
    own: bool = False


def by_area(area: Region, sectors: Sequence[str] | None, period: Period, today: date) -> list[Slow]:
    """The areas right below, and the area itself where cases lie in none; three statements."""
    places = dict(Region.objects.below(area).values_list("pk", "path"))
    found: dict[int, Pace] = defaultdict(Pace)
    for place, pace in _paces(_cases(area, sectors), "area_id", period, today).items():
        rest = places.get(place, area.path).removeprefix(area.path)
        found[int(rest.split("/")[0]) if rest else area.pk].add(pace)
    regions = Region.objects.in_bulk(list(found))
    return [Slow(pace, regions[pk], own=pk == area.pk) for pk, pace in found.items()]


def by_unit(area: Region, sectors: Sequence[str] | None, period: Period, today: date) -> list[Slow]:
    """Units that rectify in the area; three statements. What has no unit is in none of them."""
    cases = _cases(area, sectors).filter(parties__role=PartyRole.RECTIFIER, parties__until=None)
    found = _paces(cases, "parties__unit_id", period, today)
    names = dict(Unit.objects.filter(pk__in=found).values_list("pk", "name"))
    return [Slow(pace, unit=names[pk]) for pk, pace in found.items()]


def slowest(rows: Iterable[Slow], order: str) -> list[Slow]:
    """The slowest first; those of the same pace by name."""
    keys: dict[str, Callable[[Pace], tuple[Decimal | int, ...]]] = {
        "overdue": lambda pace: (pace.overdue, pace.mean or 0),
        "mean": lambda pace: (-1 if pace.mean is None else pace.mean, pace.overdue),
        "rectified": lambda pace: (pace.rectified, pace.overdue),
    }
    by_name = sorted(rows, key=lambda row: row.unit or (row.area.code if row.area else ""))
    return sorted(by_name, key=lambda row: keys[order](row.pace), reverse=True)


def total(rows: Iterable[Slow]) -> Pace:
    pace = Pace()
    for row in rows:
        pace.add(row.pace)
    return pace


def _cases(area: Region, sectors: Sequence[str] | None) -> CaseQuerySet:
    cases = Case.objects.filter(below(area.path), kind="hazard").exclude(state="void")
    return cases if sectors is None else cases.filter(sector__in=sectors)


def _paces(cases: CaseQuerySet, by: str, period: Period, today: date) -> dict[int, Pace]:
    found: dict[int, Pace] = defaultdict(Pace)
    late = cases.overdue(today).order_by().values_list(by).annotate(n=Count("pk"))
    for key, count in late:
        found[key].overdue = count
    took = ExpressionWrapper(F("settled_on") - F("opened_on"), output_field=DurationField())
    done = cases.filter(settled_on__gte=period.start, settled_on__lte=period.end).order_by()
    for key, count, days in done.values_list(by).annotate(n=Count("pk"), days=Sum(took)):
        found[key].rectified, found[key].days = count, days // timedelta(days=1)
    return found
