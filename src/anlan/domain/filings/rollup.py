"""The roll-up of a form in a period: unit by cell, with who is missing, and sums of the ledger.

The sum of a declared cell is the ledger's for the form's area: filings of the other line and what
was returned are not in it. A derived cell's is the ledger's for the whole area, not a sum of units.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Max, QuerySet, Sum
from django.utils import timezone

from anlan.base import bulk
from anlan.base.actor import Actor
from anlan.base.paths import below
from anlan.domain.filings import checking, deriving, judging, mixing, queries, terms, vague, who
from anlan.domain.filings.entering import Asked
from anlan.domain.filings.loop import FIGURE, ITEM
from anlan.domain.filings.models import Chain, Declared, Entry, Filing, Form, Item, Version
from anlan.domain.filings.opening import version_for
from anlan.domain.filings.terms import Definition
from anlan.domain.filings.vague import Bounds
from anlan.domain.lists.permissions import own_paths
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.reach import SEES
from anlan.kernel.calendar import periods
from anlan.kernel.calendar.periods import Period
from anlan.kernel.facts import sql
from anlan.kernel.facts.intern import labels_of
from anlan.kernel.facts.models import Fact
from anlan.kernel.indicators.declare import Ratio
from anlan.kernel.regions.models import Region

UNITS_SHOWN, PERIODS_MAX = 100, 400


def codes_of(form: Form) -> list[str]:
    """Periods that filings were asked for, newest first."""
    rows = form.filings.order_by().values("code").annotate(last=Max("start")).order_by("-last")
    return [row["code"] for row in rows[:PERIODS_MAX]]


def newest_periods(forms: Sequence[UUID]) -> dict[UUID, str]:
    """By form, the newest period that filings were asked for."""
    rows = Filing.objects.filter(form__in=forms).order_by().values_list("form", "code")
    found: dict[UUID, tuple[Any, str]] = {}
    for form, code, start in rows.annotate(last=Max("start")):
        if form not in found or start > found[form][0]:
            found[form] = (start, code)
    return {form: code for form, (_start, code) in found.items()}


@dataclass
class Line:
    """One unit's row."""

    filing: Filing
    how: str
    entry: Entry | None
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Total:
    """One cell's sum, and of how many units it is one."""

    value: Any
    text: str
    #: Units that stated a number, are missing it, and to which it doesn't apply.
    stated: int = 0
    zero: int = 0
    absent: int = 0
    not_applicable: int = 0
    #: Of those that stated one, how many told it as bounds.
    vague: int = 0
    missing: Any = ""
    #: Where some units declare what others' cells take from the ledger: both parts of the sum.
    ledger: str = ""
    declared: str = ""
    #: What of the ledger's stands declared as well: it isn't in the sum.
    doubled: str = ""
    doubles: Sequence[mixing.Double] = ()


@dataclass
class Table:
    form: Form
    period: Period
    asked: Asked
    lines: list[Line]
    totals: dict[str, Total]
    counts: dict[str, int]
    in_time: int
    more: bool = False
    #: Versions that some of its filings answer; the table shows the newest.
    versions: tuple[int, ...] = ()


def sees_sum(form: Form, by: Actor) -> bool:
    """Whoever answers for the form's whole area, or wants it; others see their own units."""
    wants = form.unit_id in policy.units_of(by, SEES)
    return by.trusted or wants or any(form.path.startswith(p) for p in own_paths(by, SEES))


def table(
    form: Form, code: str, by: Actor, at: datetime, *, after: int = 0, how: str = "",
    line: str = "", whole: bool = False,
) -> Table:  # fmt: skip
    """A page of units, or the whole of them, and the sums of all.

    So many statements, however many units; of the whole one more for each IN_LIST_MAX of them.
    """
    today, period = timezone.localdate(at), periods.parse(code)
    line = line or form.line
    every = form.filings.filter(code=code, line=line)
    seen = queries.filings(by).filter(form=form, code=code, line=line)
    rows = seen.annotate(how=queries.standing(today))
    if how == queries.IN_TIME:
        rows = rows.filter(judging.IN_TIME)
    elif how in queries.STANDS:
        rows = rows.filter(how=how)
    last = who.UNITS_MAX if whole else UNITS_SHOWN
    page = list(
        rows.select_related("case", "unit__area", "form", "asked")
        .order_by("unit__path", "unit__name", "pk")[after : after + last + 1]
    )  # fmt: skip
    shown = page[:last]
    definition = _definition(form, period)
    items = deriving.items_of(definition)
    template = shown[0] if shown else Filing(form=form, code=code, start=period.start,
                                             end=period.end, line=line)  # fmt: skip
    asked = Asked.made(template, definition, items)
    entries: dict[UUID, Entry] = {}
    for chunk in bulk.slices([row.pk for row in shown]):
        entries |= _entries(chunk)
    lines = [
        Line(row, queries.stands(row, today), entries.get(row.pk),
             _values(asked, row, entries.get(row.pk)))
        for row in shown
    ]  # fmt: skip
    numbers = every.order_by().values_list("asked__number", flat=True).distinct()
    return Table(
        form, period, asked, lines,
        totals(form, every, period, definition, items, at, line) if sees_sum(form, by) else {},
        queries.counts(seen, today), queries.in_time(seen), len(page) > last,
        tuple(sorted(set(numbers))),
    )  # fmt: skip


def _definition(form: Form, period: Period) -> Definition:
    issued = list(form.versions.filter(status=Version.Status.ISSUED).order_by("number"))
    version = version_for(issued, period.start) if issued else form.versions.get()
    return Definition.of(version.definition)


def _entries(pks: Sequence[UUID]) -> dict[UUID, Entry]:
    rows = Entry.objects.filter(filing__in=pks, status__in=Entry.STANDING)
    return {row.filing_id: row for row in rows}


def _values(asked: Asked, row: Filing, entry: Entry | None) -> dict[str, Any]:
    """A unit's cells as it submitted them; nothing of one that submitted nothing."""
    if entry is None:
        return {}
    given: dict[str, Any] = {k: deriving.Read.of(v).value for k, v in entry.derived.items()}
    given |= entry.values
    return checking.work_out(asked.definition, given, asked.digits)


def totals(
    form: Form, every: QuerySet[Filing], period: Period, definition: Definition,
    items: Mapping[int, Item], at: datetime, line: str,
) -> dict[str, Total]:  # fmt: skip
    """The sum of each cell: of declared ones the declared facts', of derived ones the ledger's."""
    known = definition.by_key()
    sums = _Sums.read(form, every, period, definition, items, at, line)
    found = {key: sums.of(key, place.cell) for key, place in known.items()}
    digits = {k: deriving.digits_of(place, known, items) for k, place in known.items()}
    # Sums and quotients are worked out of the others' sums, and never added up or averaged.
    given = {
        key: value for key, (value, _why) in found.items()
        if known[key].cell.mode not in ("sum", *terms.DIVIDED)
    }  # fmt: skip
    values = checking.work_out(definition, given, digits)
    return {
        key: Total(
            values.get(key), checking.written(values.get(key), digits[key]), **sums.stated[key],
            missing=why, **(sums.parts[key].said(digits[key]) if key in sums.parts else {}),
        )
        for key, (_value, why) in found.items()
    }  # fmt: skip


@dataclass(frozen=True)
class _Sums:
    """What the sums of a form's cells are made of, read once for all of them."""

    area: int
    period: Period
    known: Mapping[str, terms.Place]
    items: Mapping[int, Item]
    #: By item what was declared, in the period and in the year to date; and what as bounds.
    declared: tuple[Mapping[int, int], Mapping[int, int]]
    spans: tuple[dict[int, list[Bounds]], dict[int, list[Bounds]]]
    derived: deriving.Table
    #: By cell how many units state what, and the parts where some units declare it.
    stated: Mapping[str, dict[str, Any]]
    parts: Mapping[str, _Parts]

    @classmethod
    def read(
        cls, form: Form, every: QuerySet[Filing], period: Period, definition: Definition,
        items: Mapping[int, Item], at: datetime, line: str,
    ) -> _Sums:  # fmt: skip
        known, own = definition.by_key(), line == form.line
        typed = sorted({pk for place in known.values() if (pk := _typed(place.cell))})
        declared: tuple[Mapping[int, int], Mapping[int, int]] = (
            (_declared(form, period, typed), _declared(form, period.cumulative(), typed))
            if own else (_beside(every), {})
        )  # fmt: skip
        derived = deriving.read(definition, items, [form.area_id], [period], at=at)
        parts = _mixed(form, definition, items, period, derived, declared, at) if own else {}
        return cls(
            form.area_id, period, known, items, declared,
            _bounds(form, every, period, items, own=own), derived, _stated(every, known),
            parts,
        )  # fmt: skip

    def of(self, key: str, cell: terms.Cell) -> tuple[Any, Any]:
        """A cell's sum, and why there is none. What other cells give is worked out later."""
        if part := self.parts.get(key):
            return part.sum, deriving.REASONS.get(part.missing, part.missing)
        if cell.mode == "derived":
            return self._of_ledger(key)
        if pk := _typed(cell):
            exact = self.stated[key]["stated"] - self.stated[key]["vague"]
            return _apart(self.declared[0].get(pk, 0) if exact else None, self.spans[0].get(pk)), ""
        return self._of_year(key, cell) if cell.mode == "cumulative" else (None, "")

    def _of_ledger(self, key: str) -> tuple[Any, Any]:
        one = self.derived.get((self.area, self.period, key))
        return (one.value, deriving.REASONS.get(one.missing, one.missing)) if one else (None, "")

    def _of_year(self, key: str, cell: terms.Cell) -> tuple[Any, Any]:
        base = self.known[cell.of[0]].cell
        if base.mode == "derived":
            return self._of_ledger(key)
        item = self.items.get(base.item or 0)
        if item is not None and item.adds == "flow":
            return _apart(self.declared[1].get(item.pk, 0), self.spans[1].get(item.pk)), ""
        if item is not None and item.adds == "stands":
            return self.declared[0].get(item.pk, 0), ""
        return None, deriving.REASONS["not_addable"]


def _typed(cell: terms.Cell) -> int | None:
    """The item that units declare in a cell, or in place of it."""
    return cell.item or cell.instead if cell.mode in terms.TYPED else cell.instead


@dataclass(frozen=True)
class _Parts:
    """A sum of what the ledger counts and what units declared; what is both is in it once."""

    ledger: int | None
    declared: int
    overlap: mixing.Overlap
    missing: str = ""

    @property
    def sum(self) -> int | None:
        if not self.overlap.addable and self.declared:
            return None
        if self.ledger is None:
            return self.declared or None
        return self.ledger - self.overlap.ledger + self.declared

    def said(self, digits: int) -> dict[str, Any]:
        if not self.declared and not self.overlap.doubles:
            return {}
        own = None if self.ledger is None else self.ledger - self.overlap.ledger
        return {
            "ledger": checking.written(own, digits),
            "declared": checking.written(self.declared, digits),
            "doubled": checking.written(self.overlap.ledger or None, digits),
            "doubles": self.overlap.doubles,
        }


def _mixed(
    form: Form, definition: Definition, items: Mapping[int, Item], period: Period,
    derived: deriving.Table, declared: tuple[Mapping[int, int], Mapping[int, int]], at: datetime,
) -> dict[str, _Parts]:  # fmt: skip
    """By cell that some units declare, and by year to date of one, the parts of its sum."""
    known, years = definition.by_key(), mixing.year_bases(definition)
    bases = mixing.bases(definition)
    now = mixing.of_form(form, definition, items, period, at) if bases else {}
    then = mixing.of_form(form, definition, items, period.cumulative(), at) if years else {}
    found = {}
    for key, base in {**{key: key for key in bases}, **years}.items():
        item = items.get(known[base].cell.instead or 0)
        if item is None:
            continue
        # What stands at the year's end so far is what stands at the period's.
        whole = key in bases or item.adds == "stands"
        overlap = (now if whole else then)[base]
        one = derived.get((form.area_id, period, key))
        said = declared[0 if whole else 1].get(item.pk, 0)
        reason = one.missing if one else ""
        if said:
            reason = "" if overlap.addable else "not_addable"
        found[key] = _Parts(one.value if one else None, said, overlap, reason)
    return found


def _apart(exact: int | None, spans: Sequence[Bounds] | None) -> Any:
    """What is exact, and apart from it what was told as bounds."""
    if not spans:
        return exact
    return replace(vague.total([(one, 1) for one in spans]), exact=exact or 0).data


def _bounds(
    form: Form, every: QuerySet[Filing], period: Period, items: Mapping[int, Item], *, own: bool
) -> tuple[dict[int, list[Bounds]], dict[int, list[Bounds]]]:
    """By item what was told as bounds, in the period and in the year to date.

    As with what is exact: of the form's own line all that its area declared, else the filings'.
    """
    wanted = [pk for pk, item in items.items() if item.vague]
    found: tuple[dict[int, list[Bounds]], dict[int, list[Bounds]]] = ({}, {})
    if not wanted:
        return found
    rows = Declared.objects.filter(item__in=wanted, stands=True).exclude(said="")
    if own:
        rows = rows.filter(
            below(form.path, "unit__path"), start__gte=period.cumulative().start,
            end__lte=period.end, entry__filing__line=F("entry__filing__form__line"),
        )  # fmt: skip
    else:
        rows = rows.filter(entry__filing__in=every)
    for row in rows.order_by("pk"):
        one = Bounds(row.low, row.high)
        found[1].setdefault(row.item_id, []).append(one)
        if row.start >= period.start:
            found[0].setdefault(row.item_id, []).append(one)
    return found


def _declared(form: Form, period: Period, items: Sequence[int]) -> dict[int, int]:
    """By item, what facts of the form's area add up to in a period."""
    if not items:
        return {}
    places = Region.objects.below(form.area).values("pk")
    facts = Fact.objects.filter(
        sql.labelled(ITEM, [str(pk) for pk in items]), kind__code=FIGURE.code,
        area_id__in=places, day__gte=period.start, day__lte=period.end,
    )  # fmt: skip
    # A month's number isn't in its first week: what reaches beyond the period isn't in it.
    rows = facts.exclude(until__gt=period.end).order_by().values_list("labels__key")
    found: dict[int, int] = defaultdict(int)
    for key, n in rows.annotate(n=Sum("quantity")):
        found[int(labels_of(key)[ITEM])] += n
    return found


def _beside(every: QuerySet[Filing]) -> dict[int, int]:
    """By item, what the other line's filings of the form say."""
    rows = Declared.objects.filter(entry__filing__in=every, stands=True).order_by()
    return dict(rows.values_list("item").annotate(n=Sum("value")))


def _stated(every: QuerySet[Filing], known: Mapping[str, terms.Place]) -> dict[str, dict[str, Any]]:
    """By cell, how many units state a number, state zero, leave it out, mark it as n/a.

    What the ledger counts is stated, and missing, of those alone that declare it instead.
    """
    found: dict[str, dict[str, Any]] = defaultdict(
        lambda: {"stated": 0, "zero": 0, "absent": 0, "not_applicable": 0, "vague": 0}
    )
    rows = Entry.objects.filter(filing__in=every, status__in=Entry.STANDING)
    for values in rows.values_list("values", flat=True).iterator(chunk_size=2_000):
        for key, value in values.items():
            one = found[key]
            if value == checking.NA:
                one["not_applicable"] += 1
            else:
                one["stated"] += 1
                one["zero"] += value == 0
                one["vague"] += Bounds.of(value) is not None
    void, owed = Counter[bool](), Counter[bool]()
    for declares, state in every.values_list("declares", "case__state"):
        counts = void if state == "void" else owed
        counts[declares] += 1
    for key, one in found.items():
        alone = key in known and known[key].cell.mode == "derived"
        of = (True,) if alone else (True, False)
        one["absent"] = sum(owed[n] for n in of) - one["stated"] - one["not_applicable"]
        one["not_applicable"] += sum(void[n] for n in of)
    return found


# --- the two lines beside each other -------------------------------------------------------


@dataclass
class Beside:
    """One cell of a form in both lines: the main one's sum, the other's, and the difference."""

    key: str
    label: str
    main: Any
    other: Any
    difference: Any
    digits: int
    units: list[tuple[Filing, Any]] = field(default_factory=list)
    note: Any = ""


def beside(form: Form, code: str, by: Actor, at: datetime) -> list[Beside]:
    """条块对账: what units of the other line say of the same cells. It is added to nothing."""
    period = periods.parse(code)
    other = Chain.SECTOR if form.line == Chain.AREA else Chain.AREA
    rows = list(
        form.filings.filter(code=code, line=other).select_related("unit", "case", "asked")
        .order_by("unit__path", "unit__name")
    )  # fmt: skip
    if not rows:
        return []
    definition = _definition(form, period)
    items = deriving.items_of(definition)
    known = definition.by_key()
    digits = {k: deriving.digits_of(place, known, items) for k, place in known.items()}
    main = totals(form, form.filings.filter(code=code, line=form.line), period, definition, items,
                  at, form.line)  # fmt: skip
    entries: dict[UUID, Entry] = {}
    for chunk in bulk.slices([row.pk for row in rows]):
        entries |= _entries(chunk)
    mine = queries.filings(by).filter(form=form, code=code, line=other)
    seen = set(mine.values_list("pk", flat=True))
    found = []
    for key, place in known.items():
        if place.cell.mode not in (*terms.TYPED, "derived") or _is_rate(place, items):
            continue
        values = {row.pk: _of(entries.get(row.pk), key) for row in rows}
        given = [value for value in values.values() if isinstance(value, int)]
        if not given:
            continue
        total, own = sum(given), main[key].value
        difference = total - own if isinstance(own, int) else None
        units = [(row, values[row.pk]) for row in rows
                 if row.pk in seen and isinstance(values[row.pk], int)]  # fmt: skip
        found.append(Beside(key, place.label, own, total, difference, digits[key], units))
    return found


def _is_rate(place: terms.Place, items: Mapping[int, Item]) -> bool:
    """Rates of several units have no sum."""
    found = deriving.indicator_of(place.cell, items) if place.cell.mode == "derived" else None
    return isinstance(found, Ratio)


def _of(entry: Entry | None, key: str) -> Any:
    if entry is None:
        return None
    return entry.values.get(key, deriving.Read.of(entry.derived.get(key)).value)
