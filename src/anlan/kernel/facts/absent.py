"""Why a zero is none: nobody was on the system, or a report is owed or not due."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date

from anlan.base.paths import ancestors
from anlan.kernel.calendar.periods import Period
from anlan.kernel.facts.asking import Query
from anlan.kernel.facts.models import Coverage, Expected, ReportStatus
from anlan.kernel.facts.planning import Plan
from anlan.kernel.regions.models import Region


def reasons(query: Query, plan: Plan) -> Callable[[str, int, int], str]:
    """Says by kind, area and period's number why a zero is none; "" where it is one."""
    areas = {area.pk: area.path for area in plan.areas}
    statuses = _statuses(query, plan, list(areas))
    covered = _covered(plan, areas)

    def reason(code: str, area: int, n: int) -> str:
        period = plan.periods[n]
        found = statuses.get((code, area, period.start, period.end), set())
        if ReportStatus.EXPECTED in found:
            return "not_reported"
        if found == {ReportStatus.NOT_APPLICABLE}:
            return "not_applicable"
        return "" if found or covered(code, area, period) else "not_on_system"

    return reason


def _statuses(
    query: Query, plan: Plan, areas: Sequence[int]
) -> dict[tuple[str, int, date, date], set[str]]:
    if not plan.periods:
        return {}
    #: A report may be owed for one kind, or for all that begin alike ("hazard.").
    prefixes = {f"{code.split('.')[0]}." for code in query.kinds}
    rows = Expected.objects.filter(
        kind__in=[*query.kinds, *sorted(prefixes)],
        area_id__in=areas,
        start__gte=min(period.start for period in plan.periods),
        end__lte=max(period.end for period in plan.periods),
    )
    found: dict[tuple[str, int, date, date], set[str]] = defaultdict(set)
    for code, area, start, end, status in rows.values_list(
        "kind", "area_id", "start", "end", "status"
    ):
        for kind in query.kinds if code.endswith(".") else (code,):
            if kind.startswith(code):
                found[kind, area, start, end].add(status)
    return found


def _covered(plan: Plan, areas: Mapping[int, str]) -> Callable[[str, int, Period], bool]:
    """Whether some unit at the area, above it or below it was on the system in the period."""
    rows = list(Coverage.objects.values_list("area_id", "kinds", "since", "until"))
    if not rows:
        # An office that never stated who is on the system has everybody on it.
        return lambda code, area, period: True
    paths = dict(Region.objects.filter(pk__in={row[0] for row in rows}).values_list("pk", "path"))
    spans: dict[int, list[tuple[str, date, date | None]]] = defaultdict(list)
    for area_id, prefix, since, until in rows:
        if area_id not in paths:
            continue
        for above in ancestors(paths[area_id]):
            spans[above].append((prefix, since, until))
    own: dict[int, list[tuple[str, date, date | None]]] = defaultdict(list)
    for area_id, prefix, since, until in rows:
        own[area_id].append((prefix, since, until))

    def covered(code: str, area: int, period: Period) -> bool:
        above = (each for pk in ancestors(areas[area]) for each in own.get(pk, ()))
        return any(
            code.startswith(prefix)
            and since <= period.end
            and (until is None or until >= period.start)
            for prefix, since, until in (*spans.get(area, ()), *above)
        )

    return covered
