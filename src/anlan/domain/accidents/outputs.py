"""What rates of accidents are held against: output of an area, stated for a year or a quarter.

Each is a fact of its own area, never a sum of the areas below; what wasn't stated is missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.domain.accidents.loop import DEATHS
from anlan.kernel.calendar.periods import Kind, Period
from anlan.kernel.facts.figures import Query
from anlan.kernel.facts.kinds import FactKind
from anlan.kernel.indicators.compute import Value, evaluate
from anlan.kernel.indicators.declare import PerOutput
from anlan.kernel.regions.models import Region

#: Periods that an output is stated for.
STEPS = (Kind.YEAR, Kind.HALF, Kind.QUARTER, Kind.MONTH)
OF_WORK = {"scope": ("work",)}
_BASIS = _("As an office states it of the whole area, with its source; no sum of areas below.")
_SOURCE = _("Statistics of production-safety accidents: deaths for each unit of output")
_ROUNDED = _("Rounded half up. The output is that stated for just these days (four quarters make "
             "a year); where there is none, the rate is missing.")  # fmt: skip


@dataclass(frozen=True)
class Output:
    """A kind of output: ``scale`` smallest units are one of the unit in which it is written."""

    kind: FactKind
    unit: Any
    scale: int
    digits: int

    def written(self, value: int) -> Decimal:
        return (Decimal(value) / self.scale).quantize(Decimal(1).scaleb(-self.digits))


def _kind(code: str, label: Any, unit: Any) -> FactKind:
    return FactKind(code, label, unit, _BASIS, plain=True, whole=True)


GDP = _kind("output.gdp", _("gross domestic product"), pgettext_lazy("unit", "fen"))
WORKERS = _kind("output.workers", _("people employed"), _("people"))
COAL = _kind("output.coal", _("coal raised"), _("tonnes"))
VEHICLES = _kind("output.vehicles", _("motor vehicles"), _("vehicles"))
OUTPUTS: Mapping[str, Output] = {
    each.kind.code: each
    for each in (
        Output(GDP, _("100 million yuan"), 10**10, 4),
        Output(WORKERS, _("people"), 1, 0),
        Output(COAL, _("tonnes"), 1, 0),
        Output(VEHICLES, _("vehicles"), 1, 0),
    )
}
KINDS = tuple(each.kind for each in OUTPUTS.values())

RATES = (
    PerOutput("accident.dead_per_gdp", _("deaths per 100 million yuan of GDP"), part=DEATHS.code,
              whole=GDP.code, part_where=OF_WORK, per=10**10, digits=4, better="down",
              basis=_ROUNDED, source=_SOURCE),
    PerOutput("accident.dead_per_workers", _("deaths per 100,000 people employed"),
              part=DEATHS.code, whole=WORKERS.code, part_where=OF_WORK, per=100_000, digits=3,
              better="down", basis=_ROUNDED, source=_SOURCE),
    PerOutput("accident.dead_per_coal", _("deaths in coal mines per million tonnes of coal"),
              part=DEATHS.code, whole=COAL.code, part_where={**OF_WORK, "sector": ("coal",)},
              per=1_000_000, digits=3, better="down", basis=_ROUNDED, source=_SOURCE),
    PerOutput("accident.dead_per_vehicles", _("road traffic deaths at work per 10,000 vehicles"),
              part=DEATHS.code, whole=VEHICLES.code, part_where={**OF_WORK, "nature": ("traffic",)},
              per=10_000, digits=3, better="down", basis=_ROUNDED, source=_SOURCE),
)  # fmt: skip


def rates(
    area: Region, period: Period, *, at: datetime, known_at: datetime | None = None
) -> list[Value]:
    """Each rate of an area in a period, missing where nobody stated the output."""
    query = Query(kinds=[], areas=[area.pk], periods=[period], at=at, as_known_at=known_at,
                  coverage=True)  # fmt: skip
    return [value for value in evaluate(RATES, query) if not value.own]
