"""What a sweep has covered: sums of facts, and the rows behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet

from anlan.base.actor import Actor
from anlan.base.paths import ancestors, below
from anlan.base.refusal import NotFound
from anlan.base.text import plain
from anlan.domain.inspections import permissions
from anlan.domain.inspections.loop import SWEEP, TEAM, TO_VISIT, VISIT, VISITED
from anlan.domain.inspections.models import Sweep, SweepTeam, Target, Visit
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Unit
from anlan.kernel.calendar import periods
from anlan.kernel.facts.figures import Query, figures
from anlan.kernel.indicators.arithmetic import ratio
from anlan.kernel.regions.models import Region
from anlan.ui.lists import Filters

#: Areas that somebody is offered within one sweep.
ROOTS_MAX = 12
#: Asks for visits of which nobody said why they were made.
UNSAID = "unsaid"
KINDS = (TO_VISIT.code, VISITED.code, VISIT.code)


def roots(by: Actor, sweep: Sweep) -> list[Region]:
    """The areas of a sweep that ``by`` looks at, the widest first: all of it, or one's part."""
    if by.trusted:
        return [sweep.area]
    paths = set()
    for each in permissions.grants(by):
        if sweep.path.startswith(each.path):
            return [sweep.area]
        if each.path.startswith(sweep.path):
            paths.add(each.path)
    kept: list[str] = []
    for path in sorted(paths, key=lambda path: (len(path), path)):
        if not any(path.startswith(above) for above in kept):
            kept.append(path)
    found = Region.objects.in_bulk([ancestors(path)[-1] for path in kept[:ROOTS_MAX]])
    return sorted(found.values(), key=lambda area: area.path)


def teams_in(sweep: Sweep, areas: Sequence[Region]) -> list[SweepTeam]:
    """Who was named for these areas, in them, or around them; of others nothing is said."""
    places = [below(area.path) | Q(area__in=ancestors(area.path)) for area in areas]
    named = sweep.teams.filter(reduce(or_, places)) if places else sweep.teams.none()
    return list(named.select_related("unit", "area").order_by("path"))


def sectors_of(by: Actor, area: Region) -> list[str] | None:
    """The sectors of which ``by`` sees an area's figures; None means all. NotFound: none."""
    if by.trusted:
        return None
    here = [each for each in permissions.grants(by) if area.path.startswith(each.path)]
    if not here:
        raise NotFound
    if any(each.sector is None for each in here):
        return None
    return sorted({str(each.sector) for each in here})


@dataclass(frozen=True)
class Line:
    """What is to be visited (家), was (家), and how many visits that took (家次)."""

    label: str
    to_visit: int = 0
    visited: int = 0
    visits: int = 0
    #: The area's code, or the team's number; "own" rows are what lies at the area itself.
    code: str = ""
    own: bool = False

    @property
    def left(self) -> int:
        return self.to_visit - self.visited

    @property
    def again(self) -> int:
        """Visits to subjects that had been visited before."""
        return self.visits - self.visited

    @property
    def rate(self) -> Decimal | None:
        return ratio(self.visited, self.to_visit, 4)


@dataclass(frozen=True)
class Coverage:
    total: Line
    areas: Sequence[Line]
    teams: Sequence[Line]


def coverage(sweep: Sweep, area: Region, allowed: list[str] | None, at: datetime) -> Coverage:
    """The meter of one area: in all, by the areas below, by the units that visit."""
    where: dict[str, list[str]] = {SWEEP: [str(sweep.pk)]}
    if allowed is not None:
        where["sector"] = allowed
    period = periods.span(sweep.starts_on, sweep.ends_on)
    found: dict[tuple[str, Any], dict[str, int]] = {}
    for by in ((), ("region",), (TEAM,)):
        for cell in figures(
            Query(KINDS, [area.pk], [period], at, by=by, where=where)
        ):  # fmt: skip
            key: Any = (
                "" if not by else (cell.area_id, cell.own) if by == ("region",)
                else cell.labels.get(TEAM, "")
            )  # fmt: skip
            sums = found.setdefault((by[0] if by else "", key), {})
            sums[cell.kind] = sums.get(cell.kind, 0) + (cell.value or 0)
    names = Region.objects.in_bulk([k[0] for b, k in found if b == "region"])
    units = Unit.objects.in_bulk([int(k) for b, k in found if b == TEAM and k])
    areas = [
        _line(names[k[0]].name, sums, names[k[0]].code, own=k[1])
        for (b, k), sums in found.items() if b == "region" and any(sums.values())
    ]  # fmt: skip
    teams = [
        _line(units[int(k)].name if k else "", sums, k)
        for (b, k), sums in found.items() if b == TEAM and any(sums.values())
    ]  # fmt: skip
    return Coverage(_line(area.name, found.get(("", ""), {}), area.code), areas, teams)


def _line(label: str, sums: dict[str, int], code: str, *, own: bool = False) -> Line:
    to_visit, visited, visits = (sums.get(kind, 0) for kind in KINDS)
    return Line(label, to_visit, visited, visits, code, own)


# --- the rows ------------------------------------------------------------------------------


def targets(sweep: Sweep, by: Actor, permission: str = "target.view") -> QuerySet[Target]:
    return policy.permitted(Target.objects.filter(sweep=sweep), permission, by)


def visits(sweep: Sweep, by: Actor) -> QuerySet[Visit]:
    return policy.permitted(Visit.objects.filter(sweep=sweep, withdrawn_at=None), "target.view", by)


def narrowed(rows: QuerySet[Target], asked: Filters) -> QuerySet[Target]:
    rows = _placed(rows, asked)
    if asked["q"]:
        rows = rows.filter(named(str(asked["q"])))
    done = {"no": Q(visits=0), "yes": Q(visits__gt=0), "again": Q(visits__gt=1)}
    if asked["done"]:
        rows = rows.filter(done[str(asked["done"])])
    if asked["team"]:
        rows = rows.filter(unit=None if asked["team"] == "0" else int(str(asked["team"])))
    for name in ("state", "sector"):
        if asked[name]:
            rows = rows.filter(**{name: asked[name]})
    return rows


def named(text: str) -> Q:
    """Subjects whose name or address holds what was typed: a street, a firm."""
    return Q(enterprise__plain_name__contains=plain(text)) | Q(
        enterprise__address__contains=text.strip()
    )


def visits_narrowed(rows: QuerySet[Visit], asked: Filters) -> QuerySet[Visit]:
    rows = _placed(rows, asked)
    if asked["on_from"]:
        rows = rows.filter(on__gte=asked["on_from"])
    if asked["on_to"]:
        rows = rows.filter(on__lte=asked["on_to"])
    if asked["team"]:
        team = None if asked["team"] == "0" else int(str(asked["team"]))
        rows = rows.filter(target__unit=team)
    if asked["state"]:
        rows = rows.filter(state=asked["state"])
    if asked["why"]:
        rows = rows.filter(why="" if asked["why"] == UNSAID else asked["why"])
    if asked["again"]:
        rows = rows.filter(first=False)
    return rows


def _placed(rows: Any, asked: Filters) -> Any:
    if not asked["area"]:
        return rows
    area = Region.objects.filter(code=asked["area"]).first()
    if area is None:
        return rows.none()
    return rows.filter(path=area.path) if asked["own"] else rows.filter(below(area.path))
