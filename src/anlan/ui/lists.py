"""Lists: their columns, and their filters as part of the address."""

from __future__ import annotations

from collections.abc import Callable, Container, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, Literal
from urllib.parse import urlencode
from uuid import UUID

from django.http import QueryDict
from django.urls import get_script_prefix, reverse
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from markupsafe import Markup, escape

from anlan.base.memory import Memory
from anlan.base.statements import Row
from anlan.ui import figures
from anlan.ui.keyset import Keyset

Text = str | Promise
Options = Iterable[tuple[Any, Text]]
#: Parts of an address that say where in a list one is, not what is in it.
PLACE = ("before", "after", "page")
FILTER_CHARS_MAX = 200


@dataclass(frozen=True)
class Column:
    """One column: how its heading reads, what stands in a cell, and what sorting by it means."""

    code: str
    label: Text
    #: The row's attribute (dots allowed), or a function of the row; Markup passes unescaped.
    cell: str | Callable[[Any], Any] = ""
    kind: Literal["text", "code", "number", "percent", "day", "moment", "plain"] = "plain"
    #: Name that ``?sort=`` takes (``-`` before it turns it round); empty: can't be sorted by.
    sort: str = ""
    #: The row's address; the first such column is the one that leads to the row's page.
    link: Callable[[Any], str] | None = None
    #: Shown unless the reader chose otherwise.
    shown: bool = True
    #: Left out on a phone, where the row is a card.
    phone: bool = True

    def value(self, row: Any) -> Any:
        if callable(self.cell):
            return self.cell(row)
        for name in (self.cell or self.code).split("."):
            row = row.get(name) if isinstance(row, Mapping) else getattr(row, name, None)
            if row is None:
                return None
        return row() if callable(row) else row

    def writer(self) -> Callable[[Any], str]:
        """What writes the column's cells, with all that doesn't depend on the row made once."""
        names = _CLASSES.get(self.kind, "") + " lead" * (self.link is not None)
        names += " no-phone" * (not self.phone)
        label = escape(str(self.label))
        begin = f'<td class="{names}" data-label="{label}">'
        without = f'<td class="{names} no-value" data-label="{label}">'
        clip, link, value_of, kind = self.kind == "text", self.link, self.value, self.kind
        main = "main-link clip-2" if clip else "main-link"

        def write(row: Any) -> str:
            value = value_of(row)
            shown = _shown(kind, value)
            if link is not None:
                shown = f'<a class="{main}" href="{escape(link(row))}">{shown}</a>'
            elif clip:
                shown = f'<span class="clip-2">{shown}</span>'
            return f"{without if value is None or value == '' else begin}{shown}</td>"

        return write


def address_of(name: str) -> Callable[[UUID], str]:
    """``reverse(name, args=[key])``, worked out once for the fifty rows of a page."""
    before, after = _around(name, get_script_prefix())
    return lambda key: f"{before}{key}{after}"


@lru_cache
def _around(name: str, _prefix: str) -> tuple[str, str]:
    some = UUID(int=0)
    before, after = reverse(name, args=[some]).split(str(some))
    return before, after


def row_writer(columns: Iterable[Column], same: Hashable = None) -> Callable[[Any], Markup]:
    """All cells of a row. In Python, because fifty rows of macros cost a page its time.

    same:  what the cells depend on beside the row, its columns' codes and the language. A row that
           was only read (base.statements.Row) is then written once for what stands in it. None:
           they depend on more, and nothing is remembered.
    """
    columns = list(columns)
    writers: list[Callable[[Any], str]] = []

    def write(row: Any) -> Markup:
        # A list whose rows are all remembered needs no writers.
        if not writers:
            writers.extend(column.writer() for column in columns)
        return Markup("".join([write(row) for write in writers]))  # noqa: S704

    if same is None:
        return write
    list_key = (get_language(), same, tuple(column.code for column in columns))

    def remembered(row: Any) -> Markup:
        if not isinstance(row, Row):
            return write(row)
        key = (list_key, row.raw)
        cells = _written.get(key)
        if cells is None:
            _written.put(key, cells := write(row.made))
        return cells

    return remembered


def all_rows(rows: Iterable[Any], cells_of: Callable[[Any], Markup]) -> Markup:
    """A table's rows with nothing but their cells, without a template's turn for each."""
    return Markup("".join([f"<tr>\n{cells_of(row)}\n\n</tr>\n" for row in rows]))  # noqa: S704


#: Rows that a process keeps written; one takes about 2 kB.
WRITTEN_MAX = 10_000
_written: Memory[Markup] = Memory(WRITTEN_MAX)


_CLASSES = {
    "number": "num",
    "percent": "num",
    "day": "nowrap",
    "moment": "nowrap",
    "code": "code",
    "text": "text",
}
_WRITE: Mapping[str, Callable[[Any], str]] = {
    "number": figures.number,
    "percent": figures.percent,
    "day": figures.day,
    "moment": figures.moment,
}


def _shown(kind: str, value: Any) -> str:
    """The value as escaped HTML; what another component made passes as it is."""
    if value is None or value == "":
        return '<span class="muted">—</span>'
    if hasattr(value, "__html__"):
        return str(value.__html__())
    write = _WRITE.get(kind)
    return str(escape(write(value) if write else str(value)))


def chosen(columns: Sequence[Column], codes: str) -> list[Column]:
    """The columns that ``?cols=a,b`` names, in its order; without it those shown by default."""
    if codes:
        known = {column.code: column for column in columns}
        picked = [known[code] for code in codes.split(",") if code in known]
        if picked:
            return picked
    return [column for column in columns if column.shown]


@dataclass(frozen=True)
class Choice:
    """A drop-down."""

    name: str
    label: Text
    options: Callable[[], Options] | Sequence[tuple[Any, Text]]
    widget: str = "choice"

    def pairs(self) -> list[tuple[str, Text]]:
        return self.listed()[0]

    def listed(self) -> tuple[list[tuple[str, Text]], Text]:
        """The options, and what the last line says where more are left out (``offers.rest``)."""
        options: Iterable[tuple[Any, Any]] = (
            self.options() if callable(self.options) else self.options
        )
        pairs: list[tuple[str, Text]] = []
        rest: Text = ""
        for value, label in options:
            if isinstance(label, list):
                rest = value
            else:
                pairs.append((str(value), label))
        return pairs, rest


@dataclass(frozen=True)
class Search:
    """Free text."""

    name: str = "q"
    label: Text = ""
    widget: str = "search"


@dataclass(frozen=True)
class Record:
    """The id of a record that another page links to."""

    name: str
    label: Text
    widget: str = "search"


@dataclass(frozen=True)
class Days:
    """A span of days, both ends included: ``name_from`` and ``name_to``."""

    name: str
    label: Text
    widget: str = "days"


@dataclass(frozen=True)
class Area:
    """An area, found by typing its name, code or pinyin initials.

    ``url`` answers ``?q=`` with ``area_options``; ``name_of`` gives the name of a chosen code.
    """

    name: str
    label: Text
    url: str
    name_of: Callable[[str], str]
    widget: str = "area"


@dataclass(frozen=True)
class Flag:
    """A yes, or nothing."""

    name: str
    label: Text
    widget: str = "flag"


Filter = Choice | Search | Record | Days | Area | Flag


@dataclass(frozen=True)
class Given:
    """Just enough of Filters for a pager, where the address was chosen by a figure."""

    values: Mapping[str, str]
    down: bool | None = None

    def query(self, **changes: Any) -> str:
        kept = {**self.values, **changes}
        return "?" + urlencode({name: value for name, value in kept.items() if value})


#: Filter bars that a process keeps written (some 10 kB each), and for how long.
BARS_MAX, BAR_SECONDS = 300, 60
_bars: Memory[Markup] = Memory(BARS_MAX)


def _takes(item: Filter, text: str) -> bool:
    if isinstance(item, Choice):
        return text in dict(item.pairs())
    if isinstance(item, Record):
        try:
            UUID(text)
        except ValueError:
            return False
    return True


@dataclass
class Filters:
    """What a list is narrowed to, read from the address and written back to it.

    What can't be read is left out and said in ``problems``, so that a mistyped address shows
    a list and a sentence instead of an error page.
    """

    filters: Sequence[Filter]
    params: QueryDict
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    #: What the filters themselves depend on (the choices of a drop-down), so that the bar is
    #: written once for each way to fill it in. None: it is written each time.
    same: Hashable = None
    #: Which way the list really runs, once ``order`` was asked; headings show it.
    down: bool | None = None

    def __post_init__(self) -> None:
        for item in self.filters:
            if isinstance(item, Days):
                self._read_days(item)
                continue
            text = self.params.get(item.name, "").strip()[:FILTER_CHARS_MAX].replace("\x00", "")
            if not text:
                continue
            if not _takes(item, text):
                self._refuse(item, text)
            elif isinstance(item, Flag):
                self.values[item.name] = True
            else:
                self.values[item.name] = text

    def _refuse(self, item: Filter, text: str) -> None:
        self.problems.append(
            _("“%(text)s” is no choice for %(label)s, so the list isn't narrowed by it.")
            % {"text": text, "label": item.label}
        )

    def _read_days(self, item: Days) -> None:
        for end in ("from", "to"):
            text = self.params.get(f"{item.name}_{end}", "").strip()
            if not text:
                continue
            try:
                self.values[f"{item.name}_{end}"] = date.fromisoformat(text)
            except ValueError:
                self._refuse(item, text[:20])
        start, stop = (self.values.get(f"{item.name}_{end}") for end in ("from", "to"))
        if start and stop and start > stop:
            self.problems.append(
                _("%(label)s: the first day is after the last, so the list is empty.")
                % {"label": item.label}
            )

    def __getitem__(self, name: str) -> Any:
        return self.values.get(name)

    def bar(self, write: Callable[[], Markup], *places: str) -> Markup:
        """The filter bar as ``write`` writes it; ``places`` is what else it is given."""
        if self.same is None or self.problems:
            return write()
        kept = tuple(self.params.get(name) for name in ("sort", "cols"))
        key = (get_language(), self.same, tuple(self.values.items()), kept, places)
        html = _bars.get(key)
        if html is None:
            # An area's name stands in it, and may change.
            _bars.put(key, html := write(), BAR_SECONDS)
        return html

    def has(self, item: Filter) -> bool:
        """Whether the list is narrowed by this one."""
        names = (item.name, f"{item.name}_from", f"{item.name}_to")
        return not self.values.keys().isdisjoint(names)

    @property
    def any(self) -> bool:
        return bool(self.values)

    def query(self, **changes: Any) -> str:
        """The address's query with changes (None leaves a part out); place in the list is not kept.

        Only what is understood stays in it, in a fixed order: one list has one address.
        """
        parts: dict[str, Any] = {
            name: "1" if value is True else value for name, value in self.values.items()
        }
        for name in ("sort", "cols"):
            if self.params.get(name):
                parts[name] = self.params[name][:FILTER_CHARS_MAX]
        parts.update(changes)
        kept = {name: str(value) for name, value in parts.items() if value not in (None, "")}
        return "?" + urlencode(kept)

    def order(self, orders: Mapping[str, Keyset], default: str) -> Keyset:
        """The order that ``?sort=`` asks for; a ``-`` before its name turns it round."""
        asked = self.sort(orders, default)
        order = orders[asked.lstrip("-")]
        if asked.startswith("-"):
            order = order.turned()
        self.down = order.keys[0].descending
        return order

    def sort(self, known: Container[str], default: str) -> str:
        """The ``?sort=`` asked for if it is one of ``known``, else ``default``."""
        asked = self.params.get("sort", "")
        return asked if asked.lstrip("-") in known else default

    def sort_link(self, code: str, now: str) -> str:
        return self.query(sort=f"-{code}" if now == code else code)

    @property
    def chips(self) -> list[tuple[str, str]]:
        """What narrows the list now: its words, and the address without it."""
        found: list[tuple[str, str]] = []
        for item in self.filters:
            if isinstance(item, Days):
                start, stop = (self.values.get(f"{item.name}_{end}") for end in ("from", "to"))
                if start or stop:
                    words = f"{item.label} {start or ''}–{stop or ''}"
                    without = {f"{item.name}_from": None, f"{item.name}_to": None}
                    found.append((words, self.query(**without)))
                continue
            value = self.values.get(item.name)
            if value is None:
                continue
            if isinstance(item, Choice):
                words = f"{item.label} {dict(item.pairs())[value]}"
            elif isinstance(item, Area):
                words = f"{item.label} {item.name_of(value)}"
            elif isinstance(item, Flag):
                words = str(item.label)
            else:
                words = f"“{value}”"
            found.append((words, self.query(**{item.name: None})))
        return found
