"""Statements of one shape that stand behind every page: built once, run with other values.

Putting a queryset together and compiling it takes Django several times as long as a database
takes to find the row: for the session, the person, the posts and the bell, a third of a page.

    _posts = Prepared(lambda: Post.objects.filter(user=slot("user", BigIntegerField()))
                      .values_list("id", "role"))
    rows = _posts.rows(user=7)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db.models import Field, Model, Q, QuerySet

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
    def _statement(self) -> Statement:
        return Statement(self._build(), planned=self._planned)

    def rows(self, **values: Any) -> list[Any]:
        """All its rows, as the queryset would give them."""
        return self._statement.rows(**values)

    def lazy(self, **values: Any) -> list[Row]:
        """All its rows, none of them made yet."""
        return self._statement.lazy(**values)

    def rows_of(self, name: str, some: Sequence[Any], empty: Any, **values: Any) -> list[Any]:
        """The rows for all of ``some``, SLOTS of them a statement; a row may come more than once.

        name:   that of a ``one_of`` in the queryset.
        empty:  a value that no row has; it fills the slots that are left.
        """
        found: list[Any] = []
        for start in range(0, max(len(some), 1), SLOTS):
            slots = filled(name, some[start : start + SLOTS], SLOTS, empty)
            found += self.rows(**values, **slots)
        return found


class PreparedRow(Generic[M]):
    """A queryset of at most one row, which comes as its model."""

    def __init__(self, build: Callable[[], QuerySet[M]]) -> None:
        self._rows = Prepared(lambda: build().order_by()[:1])

    def first(self, **values: Any) -> M | None:
        return next(iter(self._rows.rows(**values)), None)
