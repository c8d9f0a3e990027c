"""All that a filing's cells show: typed, derived and worked out; and what the rules find in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from anlan.domain.filings import checking, deriving, mixing
from anlan.domain.filings.checking import Finding, Value
from anlan.domain.filings.deriving import Read
from anlan.domain.filings.entering import Asked, Typed
from anlan.domain.filings.levels import Below
from anlan.domain.filings.models import Entry, Filing, Item
from anlan.domain.filings.terms import TYPED, Definition, Place, address
from anlan.domain.filings.vague import Bounds

#: Under which an entry keeps, beside a year to date, what of it was declared.
DECLARED = "#declared"


@dataclass
class Shown:
    """By cell its value; of a derived one without a value, why there is none."""

    values: dict[str, Value] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    derived: dict[str, Read] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    #: By cell of a year to date, what of it was declared, and of which periods.
    declared: dict[str, int] = field(default_factory=dict)
    codes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    #: Where it is judged, the units below that file the same.
    below: Below = field(default_factory=Below)


@dataclass(frozen=True)
class Before:
    """By item, what the unit declared in the year's other periods: exact, and as bounds."""

    exact: Mapping[int, int]
    bounds: Mapping[int, list[Bounds]]

    @classmethod
    def of(cls, asked: Asked, items: list[Item]) -> Before:
        filing = asked.filing
        return cls(deriving.declared_before(filing, items), deriving.bounds_before(filing, items))


def shown(
    asked: Asked, typed: Mapping[str, Any], *, at: datetime,
    derived: Mapping[str, Read] | None = None, judged: bool = True,
) -> Shown:  # fmt: skip
    """Worked out for one filing. ``derived``: as kept; else the ledger is read."""
    live = derived is None
    if derived is None:
        derived = deriving.of_filing(asked.filing, asked.definition, asked.items, at)
    found = Shown(derived=dict(derived))
    own = asked.typed
    given: dict[str, Value] = {key: typed.get(key) for key in (*own, *asked.texts)}
    mixed = _mix(asked, found, given, at, live=live)
    year = {
        place.cell.of[0] for place in asked.known.values()
        if place.cell.mode == "cumulative" and place.cell.of[0] in own
    } | {key for key, when in _named(asked) if when == "year" and key in own}  # fmt: skip
    before = Before.of(asked, [own[key] for key in year])
    for key, one in found.derived.items():
        if key not in given:
            _put(found, given, key, one)
    for key, place in asked.known.items():
        # As kept, an entry's year to date is what it was when it was submitted.
        if place.cell.mode == "cumulative" and place.cell.of[0] in own and key not in found.derived:
            _put(found, given, key, _year_of(asked, place.cell.of[0], given, before))
    found.values = checking.work_out(asked.definition, given, asked.digits)
    if judged:
        found.below = Below.of(asked.filing)
        found.findings = checking.judge(
            asked.definition, _reader(asked, found, before, mixed, at), asked.digits
        ) + found.below.doubts(asked, found.values)
    return found


def _mix(
    asked: Asked, found: Shown, given: Mapping[str, Value], at: datetime, *, live: bool
) -> dict[str, Read]:
    """Years to date of cells that some units declare instead, with what of each was declared.

    As kept, an entry's are what they were; returns those worked out now, by the period's cell.
    """
    bases = mixing.year_bases(asked.definition)
    for key in bases:
        kept = found.derived.pop(f"{key}{DECLARED}", None)
        if kept is not None and kept.value is not None:
            found.declared[key] = kept.value
    wanted = {key: base for key, base in bases.items() if live or key not in found.derived}
    named = {key for key, when in _named(asked) if when == "year" and key in bases.values()}
    mixed = mixing.of_filing(asked, sorted({*wanted.values(), *named}), given, at)
    for key, base in wanted.items():
        one = mixed[base]
        found.derived[key] = one.read
        if one.declared is not None and one.codes:
            found.declared[key], found.codes[key] = one.declared, one.codes
    return {base: one.read for base, one in mixed.items()}


def _named(asked: Asked) -> set[tuple[str, str]]:
    return {address(one) for rule in asked.definition.rules for one in (*rule.left, *rule.right)}


def _put(found: Shown, given: dict[str, Value], key: str, one: Read | str) -> None:
    if isinstance(one, str):
        given[key] = one
        return
    given[key] = one.value
    if one.missing:
        found.missing[key] = one.missing
        if one.missing == "not_applicable":
            given[key] = checking.NA


def _year_of(asked: Asked, key: str, given: Mapping[str, Value], before: Before) -> Read | str:
    item = asked.typed[key]
    return deriving.cumulative(
        item, before.exact.get(item.pk, 0), given.get(key), before.bounds.get(item.pk, ())
    )


def _reader(
    asked: Asked, found: Shown, before: Before, mixed: Mapping[str, Read], at: datetime
) -> Any:
    """Reads a cell for the rules; what lies before is looked up once, where a rule asks for it."""
    own = asked.typed
    wanted = _named(asked)
    changing = any(rule.kind == "change" for rule in asked.definition.rules)
    earlier: Mapping[str, Value] = {}
    if changing or any(when == "before" for _key, when in wanted):
        earlier = previous(asked)
    derived_year: Mapping[str, Read] = {}
    if any(when == "year" and key not in own for key, when in wanted):
        derived_year = _derived_year(asked, at)

    def read(text: str) -> Value:
        key, when = address(text)
        if when == "before":
            return earlier.get(key)
        if when == "year":
            if key in mixed:
                worked: Value = mixed[key].value
                return worked
            if key in own:
                year = _year_of(asked, key, found.values, before)
                return year if isinstance(year, str) else year.value
            one = derived_year.get(key)
            return one.value if one else None
        return found.values.get(key)

    return read


def previous(asked: Asked) -> dict[str, Value]:
    """What stood filed by the same unit in the period before, by cell; one statement.

    A version drawn since may ask something else under the same key: what isn't the same is nothing.
    """
    filing = asked.filing
    before = deriving.period_of(filing).previous().code
    entry = Entry.objects.select_related("filing__asked").filter(
        filing__form=filing.form_id, filing__unit=filing.unit_id, filing__code=before,
        status__in=Entry.STANDING,
    ).first()  # fmt: skip
    if entry is None:
        return {}
    said = values_of(entry)
    if entry.filing.asked_id == filing.asked_id:
        return said
    then = Definition.of(entry.filing.asked.definition)
    by_meaning = {_meaning(place): said.get(place.key) for place in then.places()}
    return {key: by_meaning.get(_meaning(place)) for key, place in asked.known.items()}


def _meaning(place: Place) -> tuple[Any, ...]:
    """By which cells of two versions ask the same thing: what they count, not where they stand."""
    cell = place.cell
    if cell.mode in TYPED:
        return (cell.item,)
    where = tuple(sorted((name, tuple(sorted(values))) for name, values in cell.where.items()))
    if cell.mode == "derived":
        return (cell.counts, cell.item, where, cell.over, cell.digits)
    return (place.key, cell.mode, cell.of, cell.minus, cell.whole)


def values_of(entry: Entry) -> dict[str, Value]:
    """What an entry says itself: typed, and derived as kept."""
    derived = {k: Read.of(v).value for k, v in entry.derived.items()}
    return {**derived, **entry.values}


def _derived_year(asked: Asked, at: datetime) -> dict[str, Read]:
    """Derived cells over the year to date, for rules that name them so."""
    sections = tuple(
        replace(section, rows=tuple(
            replace(row, cells={
                k: replace(c, over="year") for k, c in row.cells.items() if c.mode == "derived"
            })
            for row in section.rows
        ))
        for section in asked.definition.sections
    )  # fmt: skip
    over_year = replace(asked.definition, sections=sections, rules=())
    return deriving.of_filing(asked.filing, over_year, asked.items, at)


def kept(asked: Asked, entry: Entry, *, whole: bool = True) -> dict[str, Read]:
    """What an entry keeps of the ledger; not whole: without years to date of what is typed."""
    own = asked.typed
    return {
        key: Read.of(value) for key, value in entry.derived.items()
        if whole or key not in asked.known or asked.known[key].cell.mode != "cumulative"
        or asked.known[key].cell.of[0] not in own
    }  # fmt: skip


def years(asked: Asked, shown: Shown) -> dict[str, Any]:
    """Years to date of what is typed, to be kept with an entry."""
    typed = {
        key: value for key, value in shown.values.items()
        if key not in shown.derived and isinstance(value, int | Mapping)
        and asked.known[key].cell.mode == "cumulative"
    }  # fmt: skip
    return typed | {f"{key}{DECLARED}": value for key, value in shown.declared.items()}


def entry_shown(asked: Asked, entry: Entry, at: datetime) -> Shown:
    """An entry as it was submitted, with the derived cells of that moment."""
    return shown(asked, entry.values, at=at, derived=kept(asked, entry), judged=False)


def typed_values(typed: Typed) -> dict[str, Any]:
    """Values of typed cells; of a list, how many."""
    return {**typed.values, **{key: len(rows) for key, rows in typed.listed.items()}}


def counted(asked: Asked, derived: Mapping[str, Read]) -> int:
    """The largest number that the ledger holds for the period in a derived cell."""
    return max(
        (one.value for key, one in derived.items()
         if one.value and asked.known[key].cell.mode == "derived"
         and asked.known[key].cell.over == "period"),
        default=0,
    )  # fmt: skip


def line_is_own(filing: Filing) -> bool:
    """Only the form's own line is added up."""
    return filing.line == filing.form.line
