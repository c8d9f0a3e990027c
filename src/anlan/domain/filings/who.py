"""Who files a form and by when: groups of units, deadlines by level, exceptions, the way up."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from anlan.base.paths import below
from anlan.domain.filings.models import Chain, Form, OtherDay, PeriodKind
from anlan.kernel.accounts.models import Unit, UnitKind
from anlan.kernel.calendar import periods
from anlan.kernel.calendar.deadlines import DeadlineRule, Due, due
from anlan.kernel.calendar.periods import Kind, Period
from anlan.kernel.calendar.workdays import Calendar
from anlan.kernel.regions.models import Region

GROUPS_MAX, NAMED_MAX = 20, 2_000
#: Units that one form asks: a nation's townships stay below.
UNITS_MAX = 60_000
#: Periods back from today that issuing a form may open.
PERIODS_MAX = 62
LEVELS_MAX = 12
DEFAULT_DEADLINE = {"kind": "calendar_days", "n": 5, "rest_day": "moves"}
#: Kinds of units that answer for places; all others answer for sectors.
OF_AREAS = (UnitKind.COMMITTEE_OFFICE, UnitKind.GOVERNMENT)


def line_of(unit: Unit) -> str:
    return Chain.AREA if unit.kind in OF_AREAS else Chain.SECTOR


@dataclass(frozen=True)
class Group:
    """Units of one kind at one level below the form's area, or within one area of it; of
    departments, by a word in them."""

    kind: str
    level: int
    word: str = ""
    #: The area's number; 0 is the whole of the form's own.
    area: int = 0

    def data(self) -> dict[str, Any]:
        return asdict(self)


def groups_of(form: Form) -> list[Group]:
    return [Group(**one) for one in form.who.get("groups", ())]


def units_of(form: Form) -> Any:
    """The units of today that owe it; one query, and one for the areas of its groups."""
    where = Q(pk__in=form.who.get("units", ()))
    groups = groups_of(form)
    areas = {group.area for group in groups if group.area}
    paths = {0: form.path, **dict(Region.objects.filter(pk__in=areas).values_list("pk", "path"))}
    for group in groups:
        inside = below(form.path) & below(paths[group.area])
        mine = inside & Q(kind=group.kind, area__level=group.level)
        if group.word:
            mine &= Q(name__contains=group.word)
        where |= mine
    return Unit.objects.filter(where, valid_to=None).exclude(pk=form.unit_id)


# --- periods -------------------------------------------------------------------------------


def period_of(form: Form, day: date) -> Period:
    """The form's period that holds a day."""
    if form.period == PeriodKind.CAMPAIGN:
        return periods.span(form.starts_on, form.ends_on or form.starts_on)
    return periods.of(Kind(form.period), day)


def periods_open(form: Form, today: date) -> list[Period]:
    """Every period of the form that is asked for by today, oldest first."""
    if form.period == PeriodKind.CAMPAIGN:
        only = period_of(form, today)
        return [only] if only.end - timedelta(form.opens_days) <= today else []
    # Of a form that runs for years the newest: the older ones were asked for long ago.
    found: deque[Period] = deque(maxlen=PERIODS_MAX)
    one = period_of(form, form.starts_on)
    last = min(form.ends_on or today + timedelta(form.opens_days),
               today + timedelta(form.opens_days))  # fmt: skip
    while one.end <= last:
        if one.start >= form.starts_on:
            found.append(one)
        one = one.next()
    return list(found)


def begins_by(form: Form, today: date) -> int:
    """How many periods lie between the form's first day and today; for a limit."""
    if form.period == PeriodKind.CAMPAIGN or form.starts_on >= today:
        return 1
    one = period_of(form, form.starts_on)
    return (today - form.starts_on).days // max(one.day_count, 1) + 1


# --- deadlines -----------------------------------------------------------------------------


def rule_at(form: Form, level: int) -> DeadlineRule:
    """The deadline of units at one level; the form's general one where it has none."""
    found = form.deadlines.get(str(level)) or form.deadlines.get("") or DEFAULT_DEADLINE
    return DeadlineRule.of(found)


def due_of(form: Form, period: Period, level: int, calendar: Calendar) -> Due:
    """So many days after the period's last day."""
    end = timezone.make_aware(datetime.combine(period.end, time(12)))
    return due(rule_at(form, level), end, calendar=calendar)


def exceptions(form: Form, codes: Sequence[str]) -> dict[str, list[OtherDay]]:
    found: dict[str, list[OtherDay]] = {}
    rows = form.other_days.filter(code__in=codes).select_related("area").order_by("made_at", "pk")
    for row in rows:
        found.setdefault(row.code, []).append(row)
    return found


def applies(row: OtherDay, unit: Unit) -> bool:
    if row.unit_id:
        return row.unit_id == unit.pk
    return row.area is None or unit.path.startswith(row.area.path)


def day_for(rows: Sequence[OtherDay], unit: Unit) -> date | None:
    """The day that holds for a unit: its own before its area's, the newest of each."""
    mine = [row for row in rows if applies(row, unit)]
    mine.sort(key=lambda row: (row.unit_id is not None, len(row.area.path) if row.area else 0))
    return mine[-1].due_on if mine else None


# --- the way up ----------------------------------------------------------------------------


def way_up(form: Form, units: Sequence[Unit]) -> dict[int, list[int]]:
    """By unit, those that review it on its way to the unit that wants it, nearest first.

    The unit above is the one that it is under (条: its like one level up; 块: the office above).
    So many statements as there are levels, however many units.
    """
    known: dict[int, Unit] = {unit.pk: unit for unit in units}
    wanted = {unit.parent_id for unit in units if unit.parent_id} - known.keys()
    for _level in range(LEVELS_MAX):
        if not wanted:
            break
        rows = Unit.objects.filter(pk__in=sorted(wanted))
        known |= {row.pk: row for row in rows}
        wanted = {row.parent_id for row in rows if row.parent_id} - known.keys()
    return {unit.pk: list(_above(form, unit, known)) for unit in units}


def _above(form: Form, unit: Unit, known: Mapping[int, Unit]) -> Iterator[int]:
    seen = {unit.pk}
    above = unit.parent_id
    while above is not None and above not in seen and above in known:
        seen.add(above)
        row = known[above]
        if above == form.unit_id or not row.path.startswith(form.path):
            return
        if row.valid_to is None:
            yield above
        above = row.parent_id
