"""Statements of one shape that stand behind every page: built once, run with other values.

Putting a queryset together and compiling it takes Django several times as long as a database
takes to find the row: for the session, the person, the posts and the bell, a third of a page.

    _posts = Prepared(lambda: Post.objects.filter(user=slot("user", BigIntegerField()))
                      .values_list("id", "role"))
    rows = _posts.rows(user=7)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from operator import or_
from threading import local
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Expression, Field, Model, Q, QuerySet

M = TypeVar("M", bound=Model)


class _Slot(Expression):
    """Stands in a queryset where a value will."""

    def __init__(self, name: str, output_field: Field[Any, Any]) -> None:
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return "%s", [self]


def slot(name: str, field: Field[Any, Any]) -> Any:
    """A value that each run gives by ``name``; ``field`` says how the database takes it."""
    return _Slot(name, field)


#: Values of ``one_of`` that one statement takes: hardly anybody has posts at more units.
SLOTS = 4


def one_of(column: str, name: str, field: Field[Any, Any]) -> Q:
    """``column`` is one of the values that ``Prepared.rows_of`` gives by ``name``."""
    return reduce(or_, (Q(**{column: slot(f"{name}{n}", field)}) for n in range(SLOTS)))


class Prepared:
    """A queryset of tuples (``values_list``), compiled once for each connection."""

    def __init__(self, build: Callable[[], QuerySet[Any, Any]]) -> None:
        self._build = build
        self._kept = local()

    def rows(self, **values: Any) -> list[tuple[Any, ...]]:
        """All its rows, as the queryset would give them."""
        connection = connections[DEFAULT_DB_ALIAS]
        compiler, text, params = self._compiled(connection)
        given = [
            one.output_field.get_db_prep_value(values[one.name], connection)
            if isinstance(one, _Slot)
            else one
            for one in params
        ]
        with connection.cursor() as cursor:
            cursor.execute(text, given)
            found = cursor.fetchall()
        return list(compiler.results_iter([found], tuple_expected=True)) if found else []

    def rows_of(self, name: str, some: Sequence[Any], empty: Any, **values: Any) -> list[Any]:
        """The rows for all of ``some``, SLOTS of them a statement; a row may come more than once.

        name:   that of a ``one_of`` in the queryset.
        empty:  a value that no row has; it fills the slots that are left.
        """
        found: list[Any] = []
        for start in range(0, max(len(some), 1), SLOTS):
            filled = [*some[start : start + SLOTS], *[empty] * SLOTS][:SLOTS]
            slots = {f"{name}{n}": value for n, value in enumerate(filled)}
            found += self.rows(**values, **slots)
        return found

    def _compiled(self, connection: Any) -> tuple[Any, str, list[Any]]:
        # Each thread has a connection of its own, and tests replace it.
        kept = getattr(self._kept, "compiled", None)
        if kept is None or kept[0].connection is not connection:
            compiler = self._build().query.get_compiler(connection=connection)
            text, params = compiler.as_sql()
            kept = self._kept.compiled = (compiler, text, list(params))
        return kept


class PreparedRow(Generic[M]):
    """A queryset of at most one row, which comes as its model."""

    def __init__(self, model: type[M], build: Callable[[], QuerySet[M]]) -> None:
        self._model = model
        self._names = [field.attname for field in model._meta.concrete_fields]
        self._rows = Prepared(lambda: build().order_by().values_list(*self._names)[:1])

    def first(self, **values: Any) -> M | None:
        for row in self._rows.rows(**values):
            return self._model.from_db(DEFAULT_DB_ALIAS, self._names, row)
        return None
