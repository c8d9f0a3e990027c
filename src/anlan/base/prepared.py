"""Statements of one shape that stand behind every page: built once, run with other values.

Putting a queryset together and compiling it takes Django several times as long as a database
takes to find the row: for the session, the person, the posts and the bell, a third of a page.

    _posts = Prepared(lambda: Post.objects.filter(user=slot("user", BigIntegerField()))
                      .values_list("id", "role"))
    rows = _posts.rows(user=7)
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db.models import Field, Model, Q, QuerySet

from anlan.base import bulk
from anlan.base.statements import Row, Slot, Statement, among, filled

M = TypeVar("M", bound=Model)


def slot(name: str, field: Field[Any, Any]) -> Any:
    """A value that each run gives by ``name``; ``field`` says how the database takes it."""
    return Slot(name, field)


#: Values of ``one_of`` that one statement takes: hardly anybody has posts at more units.
SLOTS = 4


def one_of(column: str, name: str, field: Field[Any, Any]) -> Q:
    """``column`` is one of the values that ``Prepared.rows_of`` gives by ``name``."""
    return Q(among(column, name, SLOTS, field))


class Prepared:
    """A queryset, compiled once; threads share it.

    planned:  as in Statement. Not where one value stands for a handful of rows and another for
              half of the table: what is right for the first is slow for the second.
    """

    def __init__(self, build: Callable[[], QuerySet[Any, Any]], *, planned: bool = True) -> None:
        self._build, self._planned = build, planned

    @cached_property
    def statement(self) -> Statement:
        return Statement(self._build(), planned=self._planned)

    def rows(self, **values: Any) -> list[Any]:
        """All its rows, as the queryset would give them."""
        return self.statement.rows(**values)

    def lazy(self, **values: Any) -> list[Row]:
        """All its rows, none of them made yet."""
        return self.statement.lazy(**values)

    def rows_of(self, name: str, some: Sequence[Any], empty: Any, **values: Any) -> list[Any]:
        """The rows for all of ``some``, SLOTS of them a statement; a row may come more than once.

        name:   that of a ``one_of`` in the queryset.
        empty:  a value that no row has; it fills the slots that are left.
        """
        found: list[Any] = []
        for slots in sets_of(name, some, empty):
            found += self.rows(**values, **slots)
        return found


def sets_of(name: str, some: Sequence[Any], empty: Any) -> list[dict[str, Any]]:
    """Values for a ``one_of`` that take in all of ``some``: one set, or one for each SLOTS."""
    return [
        filled(name, some[start : start + SLOTS], SLOTS, empty)
        for start in range(0, max(len(some), 1), SLOTS)
    ]


def at_once(each: Sequence[Prepared], **values: Any) -> list[list[Any]]:
    """The rows of each, which PostgreSQL gets in one message."""
    return Statement.all_at_once([one.statement for one in each], **values)


class PreparedRow(Generic[M]):
    """A queryset of at most one row, which comes as its model."""

    def __init__(self, build: Callable[[], QuerySet[M]]) -> None:
        self._rows = Prepared(lambda: build().order_by()[:1])

    def first(self, **values: Any) -> M | None:
        return next(iter(self._rows.rows(**values)), None)


class Among:
    """Those rows of a queryset that have one of some values in each of a few columns.

    A command that works on one case asks the same as an import that works on thousands: up to
    SLOTS values a column go to one prepared statement, more as Django puts them, in slices of the
    first column's.

        _parties = Among(lambda: Party.objects.filter(until=None), "case_id", "role")
        _parties.rows([case.pk], [role])
    """

    def __init__(self, build: Callable[[], QuerySet[Any, Any]], *columns: str) -> None:
        self._build, self._columns = build, columns

    @cached_property
    def _few(self) -> Prepared:
        def build() -> QuerySet[Any, Any]:
            rows = self._build()
            for column in self._columns:
                field: Any = rows.model._meta.get_field(self._named(column, rows.model))
                rows = rows.filter(one_of(column, column, getattr(field, "target_field", field)))
            return rows

        return Prepared(build)

    @staticmethod
    def _named(column: str, model: type[Model]) -> str:
        return str(model._meta.pk.name) if column == "pk" and model._meta.pk else column

    def rows(self, *values: Collection[Any]) -> list[Any]:
        """The rows, in the queryset's order within each slice; none where a column has no value."""
        some = [list(each) for each in values]
        assert len(some) == len(self._columns), self._columns
        if not all(some):
            return []
        if all(len(each) <= SLOTS for each in some):
            given = zip(self._columns, some, strict=True)
            slots = [filled(name, each, SLOTS, each[0]) for name, each in given]
            return self._few.rows(**{name: value for part in slots for name, value in part.items()})
        first, *others = some
        rest = {f"{name}__in": each for name, each in zip(self._columns[1:], others, strict=True)}
        return [
            row
            for chunk in bulk.slices(first)
            for row in self._build().filter(**{f"{self._columns[0]}__in": chunk}, **rest)
        ]
