"""What a form asks, as data: sections of rows and columns, cells, and rules across cells.

    {"help": "…",
     "sections": [{"key": "s1", "title": "执法检查", "help": "",
       "columns": [{"key": "m", "label": "本月"}, {"key": "y", "label": "累计"}],
       "rows": [{"key": "r1", "label": "出动执法人员", "unit": "人次", "help": "", "cells": {
          "m": {"mode": "declared", "item": 7},
          "y": {"mode": "cumulative", "of": "r1.m"}}}]}],
     "rules": [{"key": "k1", "kind": "le", "left": ["r2.y"], "right": ["r1.y"],
                "missing": "skip", "severity": "error", "text": "…"}]}

A cell is named by row and column: "r1.m". Rules also name it in the year to date ("r1.m@year")
and in the period before ("r1.m@before").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

SECTIONS_MAX, ROWS_MAX, COLUMNS_MAX, CELLS_MAX, RULES_MAX, TERMS_MAX = 12, 120, 20, 600, 60, 30
#: Six, so that fen are told in 万元 whole; more than four are shown without zeros at the end.
DIGITS_MAX, DIGITS_SHOWN_MAX = 6, 4
#: How money that the ledger holds in fen may be shown: digits behind the point.
FEN, YUAN, WAN = 0, 2, 6
MONEY: dict[int, str | Promise] = {
    FEN: _("as it is counted"), YUAN: _("in yuan, of what is counted in fen"),
    WAN: _("in 10,000 yuan (万元), of what is counted in fen"),
}  # fmt: skip
#: Sums of sums, from a typed cell up.
DEPTH_MAX = 12
LABEL_CHARS_MAX, HELP_CHARS_MAX = 80, 500
#: Characters of a text cell, where the form says nothing else, and at most.
TEXT_CHARS, TEXT_CHARS_MAX = 500, 5_000
KEY = re.compile(r"[a-z][a-z0-9_]{0,13}")

MODES: dict[str, str | Promise] = {
    "declared": _("declared: the unit types it"),
    "derived": _("derived: from the ledger, locked"),
    "cumulative": _("year to date of another cell"),
    "sum": _("sum of other cells"),
    "percent": _("one cell in percent of another"),
    "quotient": _("one cell divided by another"),
    "listed": _("listed: the unit lists each one, the same one counts once"),
    "text": _("text: the unit writes it"),
}
#: What is typed, and what is worked out from the form's own cells.
TYPED, WORKED_OUT = ("declared", "listed"), ("sum", "percent", "quotient", "cumulative")
#: One cell over another: ``of`` over ``whole``.
DIVIDED = ("percent", "quotient")
OVER: dict[str, str | Promise] = {
    "period": _("in the period"),
    "year": _("in the year to date"),
}
RULES: dict[str, str | Promise] = {
    "le": pgettext_lazy("rule", "is at most"),
    "eq": pgettext_lazy("rule", "equals"),
    "change": pgettext_lazy("rule", "has not changed by more than (percent of the period before)"),
}
MISSING: dict[str, str | Promise] = {
    "skip": _("don't judge where a value is missing or not applicable"),
    "zero": _("a missing value counts as zero"),
    "break": _("a missing value breaks the rule"),
}
SEVERITIES: dict[str, str | Promise] = {
    "error": pgettext_lazy("rule", "stops the submission"),
    "warning": pgettext_lazy("rule", "asks for a reason"),
}
WHEN: dict[str, str | Promise] = {
    "": "", "year": _("in the year to date"), "before": _("in the period before"),
}  # fmt: skip


class Broken(ValueError):
    """A definition that can't be used; ``where`` names section, row, column or rule."""

    def __init__(self, where: str, reason: Any) -> None:
        super().__init__(f"{where}: {reason}")
        self.where, self.reason = where, reason


@dataclass(frozen=True)
class Cell:
    """What stands in one cell. ``where`` narrows what the ledger counts to labels."""

    mode: str
    #: declared, listed: what it counts. derived: an item of forms, instead of ``counts``.
    item: int | None = None
    #: derived: a kind of fact or an indicator.
    counts: str = ""
    where: Mapping[str, Sequence[str]] = field(default_factory=dict)
    over: str = "period"
    #: derived: what a unit that isn't on the system declares instead.
    instead: int | None = None
    #: cumulative, sum, percent, quotient: the cells that it is worked out from.
    of: tuple[str, ...] = ()
    minus: tuple[str, ...] = ()
    whole: str = ""
    #: quotient: to how many digits it is rounded. derived: of money, see MONEY.
    digits: int = 0
    #: text: how many characters at most; 0: the usual number (``chars``).
    limit: int = 0

    @property
    def chars(self) -> int:
        return self.limit or TEXT_CHARS

    def data(self) -> dict[str, Any]:
        empty = Cell(self.mode)
        found = {k: v for k, v in asdict(self).items() if k == "mode" or v != getattr(empty, k)}
        return {k: list(v) if isinstance(v, tuple) else v for k, v in found.items()}

    @classmethod
    def of_data(cls, data: Mapping[str, Any]) -> Self:
        given: dict[str, Any] = {
            k: tuple(v) if k in ("of", "minus") else v for k, v in data.items()
        }
        return cls(**given)


@dataclass(frozen=True)
class Column:
    key: str
    label: str
    help: str = ""


@dataclass(frozen=True)
class Row:
    key: str
    label: str
    unit: str = ""
    help: str = ""
    cells: Mapping[str, Cell] = field(default_factory=dict)


@dataclass(frozen=True)
class Section:
    key: str
    title: str
    help: str = ""
    columns: tuple[Column, ...] = ()
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True)
class Rule:
    """left ≤ right, left = right, or a change against the period before beyond ``percent``."""

    key: str
    kind: str
    left: tuple[str, ...]
    right: tuple[str, ...] = ()
    percent: int = 200
    missing: str = "skip"
    severity: str = "error"
    text: str = ""


@dataclass(frozen=True)
class Place:
    """One cell with where it stands."""

    key: str
    section: Section
    row: Row
    column: Column
    cell: Cell

    @property
    def label(self) -> str:
        """检查企业数 · 本月"""
        return " · ".join(filter(None, (self.row.label, self.column.label)))


@dataclass(frozen=True)
class Definition:
    help: str = ""
    sections: tuple[Section, ...] = ()
    rules: tuple[Rule, ...] = ()

    def places(self) -> Iterator[Place]:
        for section in self.sections:
            for row in section.rows:
                for column in section.columns:
                    cell = row.cells.get(column.key)
                    if cell is not None:
                        yield Place(f"{row.key}.{column.key}", section, row, column, cell)

    def by_key(self) -> dict[str, Place]:
        return {place.key: place for place in self.places()}

    def data(self) -> dict[str, Any]:
        return {
            "help": self.help,
            "sections": [
                {
                    "key": s.key, "title": s.title, "help": s.help,
                    "columns": [asdict(c) for c in s.columns],
                    "rows": [
                        {"key": r.key, "label": r.label, "unit": r.unit, "help": r.help,
                         "cells": {k: c.data() for k, c in r.cells.items()}}
                        for r in s.rows
                    ],
                }
                for s in self.sections
            ],
            "rules": [
                {**asdict(rule), "left": list(rule.left), "right": list(rule.right)}
                for rule in self.rules
            ],
        }  # fmt: skip

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Self:
        sections = tuple(
            Section(
                s["key"], s["title"], s.get("help", ""),
                tuple(Column(**c) for c in s["columns"]),
                tuple(
                    Row(r["key"], r["label"], r.get("unit", ""), r.get("help", ""),
                        {k: Cell.of_data(c) for k, c in r["cells"].items()})
                    for r in s["rows"]
                ),
            )
            for s in data.get("sections", ())
        )  # fmt: skip
        rules = tuple(
            Rule(**{**one, "left": tuple(one["left"]), "right": tuple(one.get("right", ()))})
            for one in data.get("rules", ())
        )
        return cls(data.get("help", ""), sections, rules)


def address(text: str) -> tuple[str, str]:
    """ "r1.m@year" → cell and when."""
    key, _at, when = text.partition("@")
    return key, when


def typed(place: Place, declares: bool) -> int | None:
    """The item that the unit types here; None where nothing is typed."""
    cell = place.cell
    if cell.mode in TYPED:
        return cell.item
    return cell.instead if cell.mode == "derived" and declares else None


# --- what only makes sense together ----------------------------------------------------------


def check(definition: Definition) -> None:
    """Raises Broken for the first thing that can't be used, wherever it stands."""
    places = list(definition.places())
    if not places:
        raise Broken("", _("The form has no cell yet: add a section, a row, a column and a cell."))
    check_size(definition)
    _check_keys(definition)
    known = {place.key: place for place in places}
    seen: dict[int, Place] = {}
    for place in places:
        _check_cell(place, known)
        for item in {place.cell.item if place.cell.mode in TYPED else None, place.cell.instead}:
            if item is not None and item in seen:
                raise Broken(
                    place.label, _("“%(other)s” declares the same item; each is declared once.")
                    % {"other": seen[item].label},
                )  # fmt: skip
            if item is not None:
                seen[item] = place
    _hold_depth(known)
    for rule in definition.rules:
        _check_rule(rule, known)


def check_size(definition: Definition) -> None:
    """What even a draft keeps to."""
    rows = sum(len(section.rows) for section in definition.sections)
    if len(definition.sections) > SECTIONS_MAX or rows > ROWS_MAX:
        raise Broken("", _("The form has too many sections, rows or rules; divide it."))
    if len(definition.rules) > RULES_MAX:
        raise Broken("", _("The form has too many sections, rows or rules; divide it."))
    for section in definition.sections:
        if len(section.columns) > COLUMNS_MAX:
            raise Broken(section.title, _("A section has %(n)d columns at most.")
                         % {"n": COLUMNS_MAX})  # fmt: skip
    if sum(1 for _place in definition.places()) > CELLS_MAX:
        raise Broken("", _("A form has %(n)d cells at most.") % {"n": CELLS_MAX})


def _check_keys(definition: Definition) -> None:
    sections = [section.key for section in definition.sections]
    rows = [row.key for section in definition.sections for row in section.rows]
    for keys in (sections, rows, [rule.key for rule in definition.rules]):
        if len(set(keys)) < len(keys):
            raise Broken(", ".join(keys)[:80], _("Two parts of the form have the same key."))


def _check_cell(place: Place, known: Mapping[str, Place]) -> None:
    cell = place.cell
    if cell.mode not in MODES or cell.over not in OVER or not 0 <= cell.digits <= DIGITS_MAX:
        raise Broken(place.label, _("Choose what stands in the cell."))
    if not 0 <= cell.limit <= TEXT_CHARS_MAX:
        raise Broken(place.label, _("A text has %(n)d characters at most.") % {
            "n": TEXT_CHARS_MAX})  # fmt: skip
    if cell.mode in TYPED and cell.item is None:
        raise Broken(place.label, _("Choose the item that is declared here."))
    if cell.mode == "derived" and not (cell.counts or cell.item):
        raise Broken(place.label, _("Choose what of the ledger is shown here."))
    if cell.mode == "derived" and cell.instead and cell.over == "year":
        raise Broken(place.label, _("What a unit declares instead is of the period: choose it "
                                    "in the period's cell; the year follows."))  # fmt: skip
    if cell.mode in WORKED_OUT:
        wanted = (*cell.of, *cell.minus, *filter(None, (cell.whole,)))
        if not cell.of or (cell.mode in DIVIDED and not cell.whole):
            raise Broken(place.label, _("Choose the cells that it is worked out from."))
        if len(wanted) > TERMS_MAX:
            raise Broken(place.label, _("It is worked out from %(n)d cells at most.")
                         % {"n": TERMS_MAX})  # fmt: skip
        for key in wanted:
            if key not in known:
                raise Broken(place.label, _("It is worked out from “%(key)s”, which isn't there.")
                             % {"key": key})  # fmt: skip
            if known[key].cell.mode == "text":
                raise Broken(place.label, _("Nothing is worked out from a text."))
        if cell.mode == "cumulative" and known[cell.of[0]].cell.mode not in (*TYPED, "derived"):
            raise Broken(place.label, _("A year to date is taken of a declared or derived cell."))


def _hold_depth(known: Mapping[str, Place]) -> None:
    """No cell is worked out from itself, nor through more steps than people can follow.

    Each cell is looked at once: of cells that are sums of sums of each other there are more ways
    down than anybody could wait for.
    """
    found: dict[str, int] = {}

    def depth(key: str, above: tuple[str, ...]) -> int:
        if key in above:
            raise Broken(known[key].label, _("It is worked out from itself."))
        if key not in found:
            cell = known[key].cell
            parts: tuple[str, ...] = ()
            if cell.mode in WORKED_OUT:
                parts = (*cell.of, *cell.minus, *filter(None, (cell.whole,)))
            steps = len(above) if parts else 0
            if steps < DEPTH_MAX:
                steps = 1 + max(depth(each, (*above, key)) for each in parts) if parts else 0
            if steps >= DEPTH_MAX:
                raise Broken(known[key].label, _("It is worked out through more than %(n)d steps.")
                             % {"n": DEPTH_MAX})  # fmt: skip
            found[key] = steps
        return found[key]

    for key in known:
        depth(key, ())


def _check_rule(rule: Rule, known: Mapping[str, Place]) -> None:
    name = rule.text or rule.key
    if (rule.kind not in RULES or rule.missing not in MISSING or rule.severity not in SEVERITIES
            or not rule.left or (rule.kind != "change" and not rule.right)
            or not 1 <= rule.percent <= 100_000
            or len(rule.left) + len(rule.right) > TERMS_MAX):  # fmt: skip
        raise Broken(name, _("Say what the rule compares."))
    for one in (*rule.left, *rule.right):
        key, when = address(one)
        if key not in known or when not in WHEN or known[key].cell.mode == "text":
            raise Broken(name, _("The rule names “%(key)s”, which isn't there.") % {"key": one})
        if when and known[key].cell.mode in WORKED_OUT:
            raise Broken(name, _("In another period a rule reads declared and derived cells."))
