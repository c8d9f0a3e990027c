"""Drawing a form: parts added, changed, moved and dropped. Pure: each gives a new definition."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from django.utils.translation import gettext_lazy as _

from anlan.base import stored
from anlan.domain.filings.terms import (
    LABEL_CHARS_MAX,
    WORKED_OUT,
    Broken,
    Cell,
    Column,
    Definition,
    Place,
    Row,
    Rule,
    Section,
    address,
)

T = TypeVar("T", Section, Row, Column, Rule)
_NUMBER = re.compile(r"\d+")


def fresh(prefix: str, keys: Sequence[str]) -> str:
    """A key that no part has: r1, r2 …; one that was dropped may come again."""
    used = {int(n[0]) for key in keys if key.startswith(prefix) and (n := _NUMBER.findall(key))}
    return f"{prefix}{max(used, default=0) + 1}"


def section_keys(form: Definition) -> list[str]:
    return [section.key for section in form.sections]


def row_keys(form: Definition) -> list[str]:
    return [row.key for section in form.sections for row in section.rows]


def _at(form: Definition, key: str) -> Section:
    for section in form.sections:
        if section.key == key:
            return section
    raise Broken(key, _("This section isn't there any more."))


def _with(form: Definition, section: Section) -> Definition:
    return replace(form, sections=tuple(
        section if one.key == section.key else one for one in form.sections
    ))  # fmt: skip


def _moved(parts: Sequence[T], key: str, by: int) -> tuple[T, ...]:
    found = list(parts)
    at = next((n for n, one in enumerate(found) if one.key == key), None)
    if at is None:
        raise Broken(key, _("This part isn't there any more."))
    to = min(max(at + by, 0), len(found) - 1)
    found.insert(to, found.pop(at))
    return tuple(found)


# --- sections, columns, rows ---------------------------------------------------------------


def put_section(form: Definition, key: str, title: str, help: str = "") -> Definition:
    if not key:
        # A first column, so that its rows have somewhere to stand.
        with stored.house_language():
            column = Column("m", str(_("Quantity")))
        new = Section(fresh("s", section_keys(form)), title, help, (column,))
        return replace(form, sections=(*form.sections, new))
    return _with(form, replace(_at(form, key), title=title, help=help))


def drop_section(form: Definition, key: str) -> Definition:
    _at(form, key)
    return _clean(replace(form, sections=tuple(s for s in form.sections if s.key != key)))


def move_section(form: Definition, key: str, by: int) -> Definition:
    return replace(form, sections=_moved(form.sections, key, by))


def put_column(form: Definition, section: str, key: str, label: str, help: str = "") -> Definition:
    found = _at(form, section)
    if not key:
        column = Column(fresh("c", [one.key for one in found.columns]), label, help)
        return _with(form, replace(found, columns=(*found.columns, column)))
    columns = tuple(Column(key, label, help) if one.key == key else one for one in found.columns)
    return _with(form, replace(found, columns=columns))


def drop_column(form: Definition, section: str, key: str) -> Definition:
    found = _at(form, section)
    rows = tuple(
        replace(row, cells={k: c for k, c in row.cells.items() if k != key}) for row in found.rows
    )
    columns = tuple(one for one in found.columns if one.key != key)
    return _clean(_with(form, replace(found, columns=columns, rows=rows)))


def move_column(form: Definition, section: str, key: str, by: int) -> Definition:
    found = _at(form, section)
    return _with(form, replace(found, columns=_moved(found.columns, key, by)))


def put_row(form: Definition, section: str, key: str, label: str, unit: str = "",
            help: str = "") -> Definition:  # fmt: skip
    found = _at(form, section)
    if not key:
        row = Row(fresh("r", row_keys(form)), label, unit, help)
        return _with(form, replace(found, rows=(*found.rows, row)))
    rows = tuple(
        replace(one, label=label, unit=unit, help=help) if one.key == key else one
        for one in found.rows
    )
    return _with(form, replace(found, rows=rows))


def drop_row(form: Definition, section: str, key: str) -> Definition:
    found = _at(form, section)
    rows = tuple(one for one in found.rows if one.key != key)
    return _clean(_with(form, replace(found, rows=rows)))


def move_row(form: Definition, section: str, key: str, by: int) -> Definition:
    found = _at(form, section)
    return _with(form, replace(found, rows=_moved(found.rows, key, by)))


def lines(text: str) -> list[tuple[str, str]]:
    """Rows as they are typed or pasted, one a line: name and unit of measure."""
    found = []
    for line in text.splitlines():
        # Of what was copied from a sheet only the tab divides: names have commas of their own.
        parts = [part.strip() for part in re.split(r"\t" if "\t" in line else r"[，,;；|]", line)]
        if parts[0]:
            found.append((parts[0][:LABEL_CHARS_MAX], (parts[1] if len(parts) > 1 else "")[:20]))
    return found


# --- cells and rules -----------------------------------------------------------------------


def put_cell(form: Definition, key: str, cell: Cell | None) -> Definition:
    """What stands in a cell; None asks nothing there."""
    row_key, _dot, column_key = key.partition(".")
    for section in form.sections:
        if column_key not in {one.key for one in section.columns}:
            continue
        for row in section.rows:
            if row.key != row_key:
                continue
            cells = {k: c for k, c in row.cells.items() if k != column_key}
            if cell is not None:
                cells[column_key] = cell
            rows = tuple(replace(row, cells=cells) if one is row else one for one in section.rows)
            found = _with(form, replace(section, rows=rows))
            return found if cell is not None else _clean(found)
    raise Broken(key, _("This cell isn't there any more."))


def fill_column(
    form: Definition, section: str, key: str, cell_of: Callable[[Row], Cell | None]
) -> Definition:
    """What stands in a column's cell of each row; None leaves a row as it is."""
    found = _at(form, section)
    if key not in {one.key for one in found.columns}:
        raise Broken(key, _("This part isn't there any more."))
    rows = tuple(
        row if (cell := cell_of(row)) is None else replace(row, cells={**row.cells, key: cell})
        for row in found.rows
    )
    return _with(form, replace(found, rows=rows))


def put_rule(form: Definition, rule: Rule) -> Definition:
    if not rule.key:
        rule = replace(rule, key=fresh("k", [one.key for one in form.rules]))
        return replace(form, rules=(*form.rules, rule))
    return replace(form, rules=tuple(rule if one.key == rule.key else one for one in form.rules))


def drop_rule(form: Definition, key: str) -> Definition:
    return replace(form, rules=tuple(one for one in form.rules if one.key != key))


def _clean(form: Definition) -> Definition:
    """Without cells and rules that name what isn't there any more."""
    known = set(form.by_key())
    while True:
        gone = {
            place.key for place in form.places() if place.cell.mode in WORKED_OUT
            and not set(_named(place)) <= known
        }  # fmt: skip
        if not gone:
            break
        known -= gone
        form = _without(form, lambda place, gone=gone: place.key in gone)  # type: ignore[misc]
    rules = tuple(
        rule for rule in form.rules
        if {address(one)[0] for one in (*rule.left, *rule.right)} <= known
    )  # fmt: skip
    return replace(form, rules=rules)


def _named(place: Place) -> tuple[str, ...]:
    cell = place.cell
    return (*cell.of, *cell.minus, *filter(None, (cell.whole,)))


def _without(form: Definition, gone: Callable[[Place], bool]) -> Definition:
    keys = {place.key for place in form.places() if gone(place)}
    return replace(form, sections=tuple(
        replace(section, rows=tuple(
            replace(row, cells={
                k: c for k, c in row.cells.items() if f"{row.key}.{k}" not in keys
            })
            for row in section.rows
        ))
        for section in form.sections
    ))  # fmt: skip


def differences(old: Definition, new: Definition) -> list[tuple[str, Any]]:
    """What a version changed against the one before: cells that came, went, or ask otherwise."""
    before, after = old.by_key(), new.by_key()
    found: list[tuple[str, Any]] = []
    for key in dict.fromkeys((*before, *after)):
        if key not in after:
            found.append((before[key].label, _("taken out")))
        elif key not in before:
            found.append((after[key].label, _("added")))
        elif before[key].cell != after[key].cell or before[key].label != after[key].label:
            found.append((after[key].label, _("changed")))
    if old.rules != new.rules:
        found.append((str(_("Rules")), _("changed")))
    return found
