"""Paging by the last row seen: as fast on page 4,000 as on page 1, and it counts nothing.

A list that grows while somebody pages through it neither repeats nor skips a row.
"""

from __future__ import annotations

import base64
import json
from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce, total_ordering
from operator import or_
from typing import Any, Generic, TypeVar

from django.core.exceptions import EmptyResultSet, FieldDoesNotExist, ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connections
from django.db.models import F, Model, Q, QuerySet
from django.utils.translation import gettext as _

from anlan.base.limits import PAGE_ROWS
from anlan.base.memory import Memory
from anlan.base.refusal import Unreadable
from anlan.base.statements import Statement

M = TypeVar("M", bound=Model)
CURSOR_CHARS_MAX = 1_000
#: Rows that are all read and then sorted rather than looked for in the order of a list.
FEW_MAX = 3_000
#: Up to so many are sorted by PostgreSQL; of more it reads the first in their order.
SOME_MAX = 12_000
#: For how long, and of how many lists, it is remembered which way they are read.
SIZE_SECONDS, SIZES_KEPT_MAX = 900, 5_000


@dataclass(frozen=True)
class Key:
    """One column of the order. Where it can be empty, empty comes last in either direction.

    Prefer columns that are never empty: an index serves those on both databases.
    """

    field: str
    descending: bool = False
    nullable: bool = False

    @classmethod
    def parse(cls, text: str) -> Key:
        """``"case__due_on"``, ``"-found_on"``; a ``?`` at the end says that it can be empty."""
        return cls(text.lstrip("-").removesuffix("?"), text.startswith("-"), text.endswith("?"))

    def order(self, back: bool) -> Any:
        descending = self.descending != back
        if not self.nullable:
            return F(self.field).desc() if descending else F(self.field).asc()
        nulls: dict[str, Any] = {"nulls_first": True} if back else {"nulls_last": True}
        return F(self.field).desc(**nulls) if descending else F(self.field).asc(**nulls)

    def beyond(self, value: Any, back: bool) -> Q:
        """Rows that come after ``value`` (before it, when ``back``)."""
        empty = Q(**{f"{self.field}__isnull": True})
        if value is None:
            return ~empty if back else Q(pk__in=())
        after = Q(**{f"{self.field}__{'lt' if self.descending != back else 'gt'}": value})
        return after | empty if self.nullable and not back else after

    def same(self, value: Any) -> Q:
        return Q(**({f"{self.field}__isnull": True} if value is None else {self.field: value}))


@dataclass
class Branches(Generic[M]):
    """A long list that lies in branches, each served by an index.

    rows:      all of it and more.
    branches:  alternatives that together are the list.
    probe:     what is counted of a branch, up to FEW_MAX, to tell few rows from many.
    keys:      in place of ``rows`` where only keys are read: the same rows, under the same names,
               without the tables that no condition asks for.
    turns:     where the last condition is dear: rows that fulfil all others, and what finds the one
               in question (base.statements.Found) if it fulfils the last.
    few:       known to be few: what leads to them serves better than the branches do.
    wide:      ``rows`` within a branch, put so that the order's index is used.
    key:       all that the above depend on, where this is kept for the next page; else None.
    """

    rows: QuerySet[M]
    branches: Sequence[Q]
    probe: QuerySet[Any]
    few: bool = False
    wide: Callable[[Q], QuerySet[M]] | None = None
    keys: QuerySet[Any] | None = None
    turns: tuple[QuerySet[Any], QuerySet[Any]] | None = None
    key: Hashable = None
    _statements: dict[Hashable, tuple[Statement, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.few and self.branches:
            self.branches, self.wide = [reduce(or_, self.branches)], None

    def size(self, n: int) -> int:
        """How many rows a branch has, as far as that matters for the way to read them.

        Remembered for a while, for nothing else depends on it.
        """
        database = connections[self.rows.db]
        # SQLite is told by the statement which index to take, so that it has two ways only.
        most = 1 + (SOME_MAX if database.vendor == "postgresql" else FEW_MAX)
        asked = (self.key, n) if self.key is not None else self._asked(n)
        key = (most, database.settings_dict["NAME"], asked)
        size = _sizes.get(key)
        if size is None:
            size = self.probe.filter(self.branches[n]).values("pk")[:most].count()
            _sizes.put(key, size, SIZE_SECONDS)
        return size

    def _asked(self, n: int) -> Hashable:
        try:
            return self.probe.filter(self.branches[n]).query.sql_with_params()
        except EmptyResultSet:
            return "nothing"

    def sorted(
        self, n: int, order: Keyset, fields: Sequence[str], wanted: int, seen: Any
    ) -> list[tuple[Any, ...]]:
        """The first rows of a branch, found by reading all of it; all for a page further on.

        PostgreSQL sorts them. SQLite would rather read every row in the order, so that it leaves
        that to us.
        """

        def build() -> list[QuerySet[Any, Any]]:
            return [self._keys(n).order_by().values_list(*fields)]

        if seen is None and connections[self.rows.db].vendor == "postgresql":
            key = (n, fields, order, wanted)
            return self._compiled(key, build, first=order.sql(), most=wanted)[0].rows()
        return self._compiled((n, fields), build)[0].rows()

    def in_turn(
        self, n: int, order: Keyset, fields: Sequence[str], wanted: int
    ) -> list[tuple[Any, ...]]:
        """The first rows of a branch, of which the last condition is asked in their order."""
        assert self.turns is not None
        ahead, held = self.turns

        def build() -> list[QuerySet[Any, Any]]:
            return [ahead.filter(self.branches[n]).order_by().values_list(*fields)]

        way = {"first": order.sql(), "most": wanted, "test": held}
        return self._compiled(("turns", n, fields, order, wanted), build, **way)[0].rows()

    def takes_turns(self) -> bool:
        """Whether the last condition is left for last; SQLite reads in the order by itself."""
        return self.turns is not None and connections[self.rows.db].vendor == "postgresql"

    def first(
        self,
        n: int,
        order: Keyset,
        fields: Sequence[str],
        wanted: int,
        seen: Any,
        back: bool,
        by_index: bool,
    ) -> list[tuple[Any, ...]]:
        """The first rows of a branch, or those after ``seen``.

        by_index:  there are many, so that PostgreSQL reads them in the order.
        """

        def build() -> list[QuerySet[Any, Any]]:
            ahead = self.wide(self.branches[n]) if self.wide else None
            ahead = self._keys(n) if ahead is None else ahead
            if seen is not None:
                ahead = ahead.filter(order.beyond(seen, back))
            return order.first(ahead, fields, wanted, back)

        if seen is None:
            key = (n, fields, order, wanted, back, by_index)
            statements = self._compiled(key, build, in_order=by_index)
        else:
            statements = tuple(Statement(rows, in_order=by_index) for rows in build())
        found: list[tuple[Any, ...]] = []
        for each in statements:
            if len(found) < wanted:
                found += each.rows()
        return found[:wanted]

    def _keys(self, n: int) -> QuerySet[Any]:
        return (self.rows if self.keys is None else self.keys).filter(self.branches[n])

    def _compiled(
        self, key: Hashable, build: Callable[[], list[QuerySet[Any, Any]]], **way: Any
    ) -> tuple[Statement, ...]:
        if key not in self._statements:
            self._statements[key] = tuple(Statement(rows, **way) for rows in build())
        return self._statements[key]


_sizes: Memory[int] = Memory(SIZES_KEPT_MAX)


@dataclass(frozen=True)
class Page(Generic[M]):
    rows: list[M]
    #: Cursors for ``?before=`` and ``?after=``; empty where there is nothing further.
    before: str
    after: str
    #: What each row is sorted by, in its order's keys.
    values: Sequence[Sequence[Any]] = ()

    def __iter__(self) -> Any:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __bool__(self) -> bool:
        return bool(self.rows)


@dataclass(frozen=True)
class Keyset:
    """An order whose last key is unique, so that every row has one place."""

    keys: tuple[Key, ...]

    @classmethod
    def by(cls, *fields: str) -> Keyset:
        """``Keyset.by("case__due_on", "-pk")``."""
        assert fields[-1].lstrip("-") in ("pk", "id", "case_id", "code"), "end with a unique key"
        return cls(tuple(Key.parse(field) for field in fields))

    def turned(self) -> Keyset:
        """The same order the other way round (what is empty stays last)."""
        return Keyset(tuple(replace(key, descending=not key.descending) for key in self.keys))

    def page(self, rows: QuerySet[M], params: Any, size: int = PAGE_ROWS) -> Page[M]:
        """The page that ``params`` (request.GET) asks for: one query of ``size + 1`` rows."""
        back = bool(params.get("before"))
        cursor = params.get("before") or params.get("after") or ""
        if cursor:
            rows = rows.filter(self.beyond(self._read(cursor, rows.model), back))
        found = list(rows.order_by(*self._order(back))[: size + 1])
        more, found = len(found) > size, found[:size]
        if back:
            found.reverse()
        values = [[_value(row, key.field) for key in self.keys] for row in found]
        return self._page(found, values, more, back, bool(cursor))

    def page_of(
        self,
        branches: Branches[M],
        params: Any,
        size: int = PAGE_ROWS,
        *,
        whole: Callable[[Sequence[Any]], Iterable[M]],
    ) -> Page[M]:
        """The page of a list that lies in branches.

        Of a branch with few rows all are read and sorted; of one with many, those next in the
        order. Databases choose badly between the two: they know neither how many rows an area has
        nor how soon a page is full. One to three statements a branch, and one for the rows.

        whole:  the rows with these keys as the page wants them, in any order.
        """
        back = bool(params.get("before"))
        cursor = params.get("before") or params.get("after") or ""
        seen = self._read(cursor, branches.rows.model) if cursor else None
        fields = ("pk", *(key.field for key in self.keys))
        found: dict[Any, Sequence[Any]] = {}
        for n in range(len(branches.branches)):
            many = 0 if branches.few else branches.size(n)
            if many <= SOME_MAX and seen is None and branches.takes_turns():
                read = branches.in_turn(n, self, fields, size + 1)
            elif many <= FEW_MAX and not branches.few:
                read = branches.sorted(n, self, fields, size + 1, seen)
            else:
                by_index = many > SOME_MAX
                read = branches.first(n, self, fields, size + 1, seen, back, by_index)
            found.update((pk, values) for pk, *values in read)
        ranked = self._sorted(found, back)
        if seen is not None:
            last = self._rank(seen, back)
            ranked = ranked[
                bisect_right(ranked, last, key=lambda pk: self._rank(found[pk], back)) :
            ]
        more, chosen = len(ranked) > size, ranked[:size]
        if back:
            chosen.reverse()
        shown = {row.pk: row for row in whole(chosen)} if chosen else {}
        # A row that went away between the statements is left out, and the page is one shorter.
        chosen = [pk for pk in chosen if pk in shown]
        values = [found[pk] for pk in chosen]
        return self._page([shown[pk] for pk in chosen], values, more, back, bool(cursor))

    def merged(self, pages: Sequence[Page[Any]], params: Any, size: int = PAGE_ROWS) -> Page[Any]:
        """One page of several tables' pages in this order, each read with the same ``params``."""
        back = bool(params.get("before"))
        more = any(page.before if back else page.after for page in pages)
        every = [
            (self._rank(values, back), n, values, row)
            for n, page in enumerate(pages)
            for values, row in zip(page.values, page.rows, strict=True)
        ]
        every.sort(key=lambda one: one[:2])
        more, chosen = more or len(every) > size, every[:size]
        if back:
            chosen.reverse()
        rows, values = [one[3] for one in chosen], [one[2] for one in chosen]
        return self._page(rows, values, more, back, back or bool(params.get("after")))

    def first(
        self, rows: QuerySet[M], fields: Sequence[str], wanted: int, back: bool
    ) -> list[QuerySet[Any, Any]]:
        """What reads the first rows in the order; those without a first key apart.

        An index serves either half alone; SQLite sorts every row where empty ones come last.
        """
        first = self.keys[0]
        if not first.nullable:
            return [rows.order_by(*self._order(back)).values_list(*fields)[:wanted]]
        order = Keyset((replace(first, nullable=False), *self.keys[1:]))._order(back)
        halves = [
            rows.filter(**{f"{first.field}__isnull": empty}).order_by(*order)
            for empty in ((True, False) if back else (False, True))
        ]
        return [half.values_list(*fields)[:wanted] for half in halves]

    def _order(self, back: bool) -> list[Any]:
        return [key.order(back) for key in self.keys]

    def sql(self) -> str:
        """The order of rows that hold the key of the table and then those of this order."""
        return ", ".join(
            f"{n}{' DESC' if key.descending else ''}{' NULLS LAST' if key.nullable else ''}"
            for n, key in enumerate(self.keys, start=2)
        )

    def _sorted(self, found: Mapping[Any, Sequence[Any]], back: bool) -> list[Any]:
        """The keys of rows in the direction that is read. Of a unit's rows there are thousands."""
        keys = list(found)
        for n, key in reversed(list(enumerate(self.keys))):
            if key.nullable:
                return sorted(found, key=lambda pk: self._rank(found[pk], back))
            keys.sort(key=lambda pk, n=n: found[pk][n], reverse=key.descending != back)  # type: ignore[misc]  # sorts by its default
        return keys

    def _rank(self, values: Sequence[Any], back: bool) -> tuple[Any, ...]:
        """Sorts as the database does, in the direction that is read; for keys that aren't text."""
        rank: list[Any] = []
        for key, value in zip(self.keys, values, strict=True):
            empty = value is None
            rank.append(empty != back)
            rank.append(0 if empty else _Down(value) if key.descending != back else value)
        return tuple(rank)

    def _page(
        self, found: list[M], values: Sequence[Sequence[Any]], more: bool, back: bool, went: bool
    ) -> Page[M]:
        if not found:
            # Everything on that side went away: offer the way back to the beginning.
            return Page([], "", "")
        return Page(
            found,
            before=_write(values[0]) if (more if back else went) else "",
            after=_write(values[-1]) if (more or back) else "",
            values=values,
        )

    def beyond(self, values: Sequence[Any], back: bool) -> Q:
        """(a > x) or (a = x and b > y) …, with a >= x before it for the index to start from."""
        beyond, same = Q(pk__in=()), Q()
        for key, value in zip(self.keys, values, strict=True):
            beyond |= same & key.beyond(value, back)
            same &= key.same(value)
        first = self.keys[0]
        if first.nullable or len(self.keys) == 1:
            return beyond
        bound = "lte" if first.descending != back else "gte"
        return Q(**{f"{first.field}__{bound}": values[0]}) & beyond

    def _read(self, cursor: str, model: type[Model]) -> list[Any]:
        try:
            _must(len(cursor) <= CURSOR_CHARS_MAX)
            padded = cursor + "=" * (-len(cursor) % 4)
            values = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
            _must(isinstance(values, list) and len(values) == len(self.keys))
            return [_typed(model, key, value) for key, value in zip(self.keys, values, strict=True)]
        except (ValueError, TypeError, OverflowError, ValidationError) as error:
            raise Unreadable(
                field=_("page"), reason=_("this address is incomplete; begin at the first page")
            ) from error


def _write(values: Sequence[Any]) -> str:
    text = json.dumps(
        list(values), cls=DjangoJSONEncoder, separators=(",", ":"), ensure_ascii=False
    )
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@total_ordering
class _Down:
    """A value that sorts the other way round."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Down) and self.value == other.value

    def __lt__(self, other: _Down) -> bool:
        return bool(self.value > other.value)

    __hash__ = None  # type: ignore[assignment]


def _value(row: Any, path: str) -> Any:
    for name in path.split("__"):
        row = getattr(row, name)
    return row


def _must(holds: bool) -> None:
    if not holds:
        raise ValueError("cursor")


def _typed(model: type[Model], key: Key, value: Any) -> Any:
    """A cursor comes from outside: each value is read as its column's type, or refused."""
    if value is None:
        _must(key.nullable)
        return None
    names = key.field.split("__")
    for i, name in enumerate(names):
        try:
            field = model._meta.pk if name == "pk" else model._meta.get_field(name)
        except FieldDoesNotExist:
            assert i == len(names) - 1, "an annotation can only be a column of its own"
            _must(isinstance(value, str | int | float))
            return value
        if i < len(names) - 1:
            assert field is not None
            assert field.related_model is not None
            model = field.related_model
    while field.remote_field is not None:  # a key that is itself a relation, as in one-to-one
        field = field.target_field  # type: ignore[union-attr]
    _must(isinstance(value, int | float | str) and "\x00" not in str(value))
    typed = field.to_python(value)
    _must(not isinstance(typed, int) or abs(typed) < 2**63)
    return typed
