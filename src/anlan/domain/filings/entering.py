"""From what was typed to numbers: each cell's text read, what is wrong told by its place."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from anlan.base.text import plain
from anlan.domain.filings import checking, deriving, terms, vague
from anlan.domain.filings.checking import NA, Value
from anlan.domain.filings.models import NAME_CHARS_MAX, TITLE_CHARS_MAX, Filing, Item
from anlan.domain.filings.terms import Definition, Place

VALUE_MAX = 10**12
TEXT_CHARS_MAX = 40
#: Visits or hazards that one cell lists.
RECORDS_MAX = 500
#: How people write that a cell doesn't apply to them.
NOT_APPLICABLE = frozenset({"na", "n/a", "不适用"})
#: 12, 1,234, 1 234.5: groups of three and nothing else, so that "1,5" or "1 2" isn't 15 or 12.
_PLAIN = re.compile(r"[0-9]+(?:\.[0-9]*)?|\.[0-9]+|[0-9]{1,3}(?:[, ][0-9]{3})+(?:\.[0-9]*)?")
#: What people write for "nothing", which may mean zero, missing or not applicable.
NOTHING = frozenset({"无", "没有", "空", "零", "-", "--", "—", "——", "–", "－", "/", "\\", "none"})
_UNREADABLE = object()


@dataclass(frozen=True)
class Wrong:
    """A cell to be mended."""

    cell: str
    label: str
    reason: str


@dataclass(frozen=True)
class Listed:
    """One visit or hazard of a list."""

    day: date
    subject: str
    what: str = ""

    @property
    def key(self) -> str:
        """By which two are the same: day, subject and what was done, however they are written."""
        return f"{self.day}|{plain(self.subject)}|{plain(self.what)}"[:TITLE_CHARS_MAX]

    def data(self) -> list[str]:
        return [self.day.isoformat(), self.subject, self.what]


@dataclass
class Typed:
    """What a filing says, as numbers, with what can't be read."""

    #: A whole number, "na", or as data bounds or a text.
    values: dict[str, Any] = field(default_factory=dict)
    listed: dict[str, list[Listed]] = field(default_factory=dict)
    wrong: list[Wrong] = field(default_factory=list)


@dataclass(frozen=True)
class Asked:
    """What a filing asks, ready for use."""

    filing: Filing
    definition: Definition
    items: Mapping[int, Item]
    known: Mapping[str, Place]
    digits: Mapping[str, int]

    @classmethod
    def of(cls, filing: Filing) -> Asked:
        definition = Definition.of(filing.asked.definition)
        return cls.made(filing, definition, deriving.items_of(definition))

    @classmethod
    def made(cls, filing: Filing, definition: Definition, items: Mapping[int, Item]) -> Asked:
        known = definition.by_key()
        digits = {
            key: deriving.digits_of(place, known, items, filing.declares)
            for key, place in known.items()
        }
        return cls(filing, definition, items, known, digits)

    @cached_property
    def typed(self) -> Mapping[str, Item]:
        """By cell, the item that the unit types."""
        found = {}
        for key, place in self.known.items():
            pk = terms.typed(place, self.filing.declares)
            if pk is not None and pk in self.items:
                found[key] = self.items[pk]
        return found

    @cached_property
    def lists(self) -> Sequence[str]:
        return [key for key, place in self.known.items() if place.cell.mode == "listed"]

    @cached_property
    def texts(self) -> Mapping[str, int]:
        """By cell that is written as text, how many characters at most."""
        return {
            key: place.cell.chars for key, place in self.known.items()
            if place.cell.mode == "text"
        }  # fmt: skip


def read(asked: Asked, texts: Mapping[str, Any], lists: Mapping[str, Any]) -> Typed:
    """Every cell that is typed, from text or number; what is missing is left out."""
    found, listing = Typed(), set(asked.lists)
    for key, item in asked.typed.items():
        if key in listing:
            _read_list(found, asked, key, lists.get(key) or [])
            continue
        value = value_of(asked, key, item, texts.get(key))
        if value is _UNREADABLE:
            reason = unreadable(texts.get(key), item)
            found.wrong.append(Wrong(key, asked.known[key].label, reason))
        elif value is not None:
            found.values[key] = value
    for key, limit in asked.texts.items():
        text = written_text(texts.get(key))
        if len(text) > limit:
            reason = _("Shorten it to %(n)s characters.") % {"n": limit}
            found.wrong.append(Wrong(key, asked.known[key].label, reason))
        elif text:
            found.values[key] = {"text": text}
    return found


def written_text(said: Any) -> str:
    """A text as it is kept: browsers send other ends of lines than they hold."""
    return str(said or "").replace("\r\n", "\n").strip()


def value_of(asked: Asked, key: str, item: Item, said: Any) -> Any:
    """What a typed cell says: a number, bounds where the item may be told so, "na" or None."""
    value = number(said, item.digits, measures(asked, key, item))
    if value is _UNREADABLE and item.vague:
        for measure in measures(asked, key, item):
            bounds = vague.read(str(said), measure, item.digits)
            if bounds is not None:
                return bounds.data
    return value


def measures(asked: Asked, key: str, item: Item) -> tuple[str, ...]:
    """What a number may be followed by: the very unit that the cell is counted in."""
    return tuple(filter(None, {item.measure, asked.known[key].row.unit}))


def number(said: Any, digits: int, units: Sequence[str] = ()) -> Any:
    """A value in its smallest unit, "na", or None where nothing is said."""
    if said is None or (isinstance(said, str) and not said.strip()):
        return None
    if isinstance(said, bool):
        return _UNREADABLE
    text = unicodedata.normalize("NFKC", str(said)).strip()
    if text.lower() in NOT_APPLICABLE:
        return NA
    if len(text) > TEXT_CHARS_MAX:
        return _UNREADABLE
    for unit in units:
        text = text.removesuffix(unicodedata.normalize("NFKC", unit)).rstrip()
    if not _PLAIN.fullmatch(text):
        return _UNREADABLE
    value = Decimal(text.replace(",", "").replace(" ", ""))
    if not value < VALUE_MAX:
        return _UNREADABLE
    scaled = value.scaleb(digits)
    return int(scaled) if scaled == scaled.to_integral_value() else _UNREADABLE


def unreadable(said: Any, item: Item) -> str:
    """Why a text is no number here, and what to write instead."""
    text = unicodedata.normalize("NFKC", str(said)).strip()
    given = {"text": text[:TEXT_CHARS_MAX], "unit": item.measure, "n": item.digits}
    if text.lower() in NOTHING:
        return _("“%(text)s” may mean zero or not applicable: write 0 or “n/a”") % given
    if any(sign in text for sign in "%‰万亿") and any(c.isdigit() for c in text):
        return _("“%(text)s”: write the number itself, counted in %(unit)s") % given
    if item.vague:
        return _("“%(text)s”: write a number, or bounds like “约30亿元”, “20–30亿元”, “50万元以上”"
                 ) % given  # fmt: skip
    if not item.digits:
        return _("“%(text)s”: write a whole number, 0 or more") % given
    return _("“%(text)s”: write a number, 0 or more, with %(n)d digits behind the point at most"
             ) % given  # fmt: skip


def is_unreadable(value: Any) -> bool:
    return value is _UNREADABLE


def _read_list(found: Typed, asked: Asked, key: str, rows: Sequence[Any]) -> None:
    label, filing = asked.known[key].label, asked.filing
    listed: list[Listed] = []
    for n, row in enumerate(rows, 1):
        said = [str(part or "").strip() for part in (*row, "", "", "")][:3]
        if not any(said):
            continue
        place = _("%(cell)s, row %(n)d") % {"cell": label, "n": n}
        day = _day(said[0])
        if day is None or not filing.start <= day <= filing.end:
            reason = _("write a day of the period, like %(day)s") % {"day": filing.end}
            found.wrong.append(Wrong(key, place, reason))
        elif not said[1] or len(said[1]) > NAME_CHARS_MAX or len(said[2]) > TITLE_CHARS_MAX:
            found.wrong.append(Wrong(key, place, _("write what was looked at, and shortly")))
        else:
            listed.append(Listed(day, said[1], said[2]))
    if len(listed) > RECORDS_MAX:
        reason = _("at most %(n)d rows; file the rest in another period") % {"n": RECORDS_MAX}
        found.wrong.append(Wrong(key, label, reason))
        return
    keys = [one.key for one in listed]
    for n, one in enumerate(listed):
        if keys.index(one.key) < n:
            reason = _("“%(subject)s” stands twice on that day") % {"subject": one.subject}
            found.wrong.append(Wrong(key, label, reason))
    found.listed[key] = listed


def _day(text: str) -> date | None:
    match = re.fullmatch(r"(\d{4})\D(\d{1,2})\D(\d{1,2})\D?(?:[ T].*)?", text)
    try:
        return date(*map(int, match.groups())) if match else None
    except ValueError:
        return None


def missing(asked: Asked, typed: Typed) -> list[Wrong]:
    """Cells that say nothing: neither a number, nor zero, nor that they don't apply."""
    reason = _("nothing is entered: write a number, 0, or “n/a” where it doesn't apply to you")
    silent = _("nothing is written: write “none” where there is nothing to tell")
    bad = {wrong.cell for wrong in typed.wrong}
    return [
        Wrong(key, place.label, silent if key in asked.texts else reason)
        for key, place in asked.known.items()
        if key in asked.texts or key in asked.typed
        if key not in typed.values and key not in typed.listed and key not in bad
    ]


def text_of(value: Value, digits: int) -> str:
    """A value as it is typed: read back it is the same."""
    if value is None:
        return ""
    if isinstance(value, str):
        return "NA"
    if isinstance(value, Mapping):
        return str(value.get("text") or value.get("said") or "")
    return checking.trimmed(f"{Decimal(value).scaleb(-digits):.{digits}f}", digits)
