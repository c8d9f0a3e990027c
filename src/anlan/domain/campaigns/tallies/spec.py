"""What an office wants a table and its three lists to be, and what a table counts of their rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

#: 三清单.
LISTS = 3
#: Of one list; of the table; that a column may take; characters of a cell.
COLUMNS_MAX, HEADS_MAX, CHOICES_MAX, CELL_CHARS_MAX = 15, 20, 30, 500
#: A number has at most two decimals and is kept in hundredths, so that sums are exact.
HUNDREDTH, NUMBER_MAX = 100, 10**13

KINDS: Mapping[str, Any] = {
    "text": pgettext_lazy("column", "text"), "number": pgettext_lazy("column", "number"),
    "day": pgettext_lazy("column", "day"), "choice": pgettext_lazy("column", "one of several"),
}  # fmt: skip
WHATS: Mapping[str, Any] = {
    "rows": _("number of rows"), "with": _("number of rows in which a column says so"),
    "share": _("share of rows in which a column says so"), "sum": _("sum of a column"),
}  # fmt: skip


@dataclass(frozen=True)
class Column:
    name: str
    kind: str = "text"
    choices: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True)
class ListSpec:
    name: str
    columns: tuple[Column, ...]

    def at(self, name: str) -> int | None:
        return next((n for n, one in enumerate(self.columns) if one.name == name), None)


@dataclass(frozen=True)
class Head:
    """A column of the table: what it counts of which list."""

    name: str
    place: int = 0
    what: str = "rows"
    column: str = ""
    #: What the column says; empty: anything at all.
    value: str = ""


@dataclass(frozen=True)
class Spec:
    lists: tuple[ListSpec, ...]
    heads: tuple[Head, ...]

    @property
    def data(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Spec:
        lists = tuple(
            ListSpec(one["name"], tuple(
                Column(each["name"], each["kind"], tuple(each["choices"]), each["required"])
                for each in one["columns"]
            ))
            for one in data["lists"]
        )  # fmt: skip
        return cls(lists, tuple(Head(**one) for one in data["heads"]))

    def said(self, head: Head) -> Q:
        """The rows of its list that a head counts."""
        at = self.lists[head.place].at(head.column)
        if head.what not in ("with", "share") or at is None:
            return Q()
        if head.value:
            return Q(**{f"values__{at}": head.value})
        return ~Q(**{f"values__{at}": ""}) & ~Q(**{f"values__{at}": None})

    def sums(self, rows: Sequence[tuple[int, Sequence[Any]]]) -> list[list[int]]:
        """What the table says of these rows (list, values): [n, of] for each of its columns."""
        return [self._sum(head, [values for place, values in rows if place == head.place])
                for head in self.heads]  # fmt: skip

    def _sum(self, head: Head, rows: list[Sequence[Any]]) -> list[int]:
        if head.what == "rows":
            return [len(rows), 0]
        at = self.lists[head.place].at(head.column)
        assert at is not None, "the command refuses a head without its column"
        if head.what == "sum":
            return [sum(values[at] or 0 for values in rows), 0]
        said = [values for values in rows if _says(values[at], head.value)]
        return [len(said), len(rows) if head.what == "share" else 0]

    def shown(self, sums: Sequence[Sequence[int]]) -> list[tuple[Head, Decimal | None]]:
        """The figures as people read them; of a share the fraction, none of nothing."""
        return [(head, _shown(head, *pair)) for head, pair in zip(self.heads, sums, strict=True)]

    @property
    def nothing(self) -> list[list[int]]:
        return [[0, 0] for _head in self.heads]


def _says(value: Any, wanted: str) -> bool:
    return value == wanted if wanted else value not in ("", None)


def _shown(head: Head, n: int, of: int) -> Decimal | None:
    if head.what == "sum":
        return plain_number(n)
    if head.what == "share":
        return Decimal(n) / of if of else None
    return Decimal(n)


def added(every: Sequence[Sequence[Sequence[int]]], nothing: list[list[int]]) -> list[list[int]]:
    """The table's last line: what all of these say together, a share as a share of all rows."""
    total = [list(pair) for pair in nothing]
    for sums in every:
        for pair, more in zip(total, sums, strict=True):
            pair[0] += more[0]
            pair[1] += more[1]
    return total


def plain_number(hundredths: int) -> Decimal:
    found = Decimal(hundredths) / HUNDREDTH
    return found.quantize(Decimal(1)) if found == found.to_integral_value() else found.normalize()


def read_cell(column: Column, said: Any) -> Any:
    """A cell as it is kept. Raises ValueError with the reason where it can't be read."""
    if isinstance(said, datetime):
        said = said.date()
    text = "" if said is None else str(said).strip()
    if not text:
        if column.required:
            raise ValueError(_("Fill this in."))
        return None if column.kind == "number" else ""
    if column.kind == "number":
        return _number(text)
    if column.kind == "day":
        return _day(said, text)
    if column.kind == "choice" and text not in column.choices:
        raise ValueError(_("Write one of these: %(words)s") % {"words": "、".join(column.choices)})
    if len(text) > CELL_CHARS_MAX:
        raise ValueError(_("Shorten it to %(n)s characters.") % {"n": CELL_CHARS_MAX})
    return text


def _number(text: str) -> int:
    try:
        found = Decimal(text.replace(",", "").replace("，", ""))
        hundredths = found * HUNDREDTH
        if not found.is_finite() or hundredths != hundredths.to_integral_value():
            raise InvalidOperation
    except InvalidOperation:
        raise ValueError(_("Write a number with at most two decimals.")) from None
    if abs(hundredths) > NUMBER_MAX:
        raise ValueError(_("That number is too large."))
    return int(hundredths)


def _day(said: Any, text: str) -> str:
    if isinstance(said, date):
        return said.isoformat()
    for way in ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日"):
        try:
            return datetime.strptime(text, way).date().isoformat()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    raise ValueError(_("Write the day as 2024-06-25."))


def cell(column: Column, value: Any) -> Any:
    """A kept cell as a sheet or a field has it."""
    if value in ("", None):
        return ""
    return plain_number(value) if column.kind == "number" else value
