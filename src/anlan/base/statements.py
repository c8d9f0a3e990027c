"""A queryset compiled once, run with other values, as tuples or as models.

Putting a queryset together and compiling it takes Django several times as long as a database
takes to find a row by its key. Two ways to keep what was compiled:

    prepared.Prepared(build).rows(pk=…)     one statement, the same for everybody
    kept.one(key, build).rows(pk=…)         one for each key: what ``build`` depends on but slots
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Expression, F, Field, Lookup, QuerySet
from django.db.models.lookups import Exact, In
from django.db.models.query import ModelIterable, get_related_populators

from anlan.base import cursors, planner
from anlan.base.memory import Memory


class Slot(Expression):
    """Stands in a queryset where a value will."""

    def __init__(self, name: str, output_field: Field[Any, Any]) -> None:
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return "%s", [self]


class Found(Expression):
    """The key of the row that ``planner.in_turn`` looks at."""

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return "found.c0", []


def given(column: str, name: str, field: Field[Any, Any]) -> Lookup[Any]:
    """A condition: ``column`` has the value that each run gives by ``name``."""
    return Exact(F(column), Slot(name, field))


def among(column: str, name: str, count: int, field: Field[Any, Any]) -> Lookup[Any]:
    """A condition: ``column`` has one of the values that each run gives by ``filled``."""
    return In(F(column), [Slot(f"{name}{n}", field) for n in range(count)])


def filled(name: str, values: Sequence[Any], count: int, empty: Any) -> dict[str, Any]:
    """``values`` for ``among``, filled up with one that no row has."""
    assert len(values) <= count, f"{len(values)} values for {count} slots"
    return {f"{name}{n}": value for n, value in enumerate(
        [*values, *[empty] * (count - len(values))]
    )}  # fmt: skip


class Row:
    """A row whose model is made when something of it is asked.

    raw:  its columns as they came. Who remembers what he made of a row remembers it by these.
    """

    __slots__ = ("_made", "_statement", "pk", "raw")

    def __init__(self, statement: Statement, pk: Any, raw: tuple[Any, ...]) -> None:
        self._statement, self.pk, self.raw = statement, pk, raw
        self._made: Any = None

    @property  # type: ignore[misc]  # read-only, as it ought to be
    def __class__(self) -> Any:
        """That of its model: for who looks at it, it is one."""
        return self._statement.model

    def read(self, path: str) -> Any:
        """One of its columns, ``case__version``, without making the model."""
        return self.raw[self._statement.places[path]]

    @property
    def made(self) -> Any:
        """The model."""
        if self._made is None:
            self._made = self._statement.made(self.raw)
        return self._made

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.made, name)


class Statement:
    """The compiled form of a queryset of tuples or models. It may be shared by threads.

    planned:  PostgreSQL plans it once a connection too, whatever its slots will hold: for what is
              found by keys, where one plan is right for every value.
    in_order: PostgreSQL reads by the index of the order (planner.in_order).
    first:    the order, by columns' numbers, of which ``most`` rows are wanted: PostgreSQL sorts
              when it has found all (planner.sorted_after).
    test:     of those, rows for ``Found``: one that finds none is left out (planner.in_turn).
    """

    def __init__(
        self,
        rows: QuerySet[Any, Any],
        *,
        planned: bool = False,
        in_order: bool = False,
        first: str = "",
        most: int = 0,
        test: QuerySet[Any, Any] | None = None,
    ) -> None:
        self._planned = planned
        self.model: Any = None
        #: By path where each column stands, for models.
        self.places: dict[str, int] = {}
        connection = connections[DEFAULT_DB_ALIAS]
        self._in_order = in_order and connection.vendor == "postgresql"
        compiler = rows.query.get_compiler(connection=connection)
        try:
            text, params = compiler.as_sql()
            asked, more = test.query.sql_with_params() if test is not None else ("", ())
        except EmptyResultSet:
            # Nothing can fulfil it, whatever the values.
            self._text = ""
            return
        params = (*params, *more)
        if test is not None:
            text = planner.in_turn(text, compiler.col_count or 0, first, asked, most)
        elif first:
            text = planner.sorted_after(text, compiler.col_count or 0, first, most)
        if self._in_order:
            text = planner.in_order(text)
        self._text, self._params = text, list(params)
        fields = [column[0] for column in compiler.select[: compiler.col_count]]
        assert not compiler.has_composite_fields(fields), "no composite keys here"
        self._converters = list(compiler.get_converters(fields).items())
        if rows._iterable_class is ModelIterable:
            self._learn_models(compiler)

    def _learn_models(self, compiler: Any) -> None:
        info, select = compiler.klass_info, compiler.select
        assert not compiler.annotation_col_map, "annotations come as tuples"
        first, last = info["select_fields"][0], info["select_fields"][-1] + 1
        self.model, self._columns = info["model"], slice(first, last)
        self._names = [column[0].target.attname for column in select[self._columns]]
        self._learn_places(info, select, "")
        self._related = get_related_populators(info, select, DEFAULT_DB_ALIAS)  # type: ignore[call-arg]  # the stubs are of Django 6

    def _learn_places(self, info: Any, select: Any, above: str) -> None:
        for place in info["select_fields"]:
            self.places[above + select[place][0].target.attname] = place
        for related in info.get("related_klass_infos", ()):
            self._learn_places(related, select, f"{above}{related['field'].name}__")

    def rows(self, **values: Any) -> list[Any]:
        """Its rows, as the queryset would give them."""
        return self._shaped(self._read(values))

    def lazy(self, **values: Any) -> list[Row]:
        """Its rows, none of them made yet; of a queryset of models."""
        pk = self.places[self.model._meta.pk.attname] if self.model else 0
        return [Row(self, row[pk], tuple(row)) for row in self._read(values)]

    def _shaped(self, found: Sequence[Any]) -> list[Any]:
        if self.model is None:
            return [tuple(row) for row in found]
        return [self.made(row) for row in found]

    def _read(self, values: Mapping[str, Any]) -> Sequence[Any]:
        if not self._text:
            return ()
        connection = connections[DEFAULT_DB_ALIAS]
        given = self._given(values)
        with cursors.planned() if self._planned else connection.cursor() as cursor:
            cursor.execute(self._text, given)
            if self._in_order:
                cursor.nextset()
            return self._converted(cursor.fetchall())

    def _given(self, values: Mapping[str, Any]) -> list[Any]:
        connection = connections[DEFAULT_DB_ALIAS]
        return [
            one.output_field.get_db_prep_value(values[one.name], connection)
            if isinstance(one, Slot)
            else one
            for one in self._params
        ]

    def _converted(self, found: Sequence[Any]) -> Sequence[Any]:
        if not self._converters:
            return found
        connection = connections[DEFAULT_DB_ALIAS]
        rows = [list(row) for row in found]
        for place, (converters, expression) in self._converters:
            for row in rows:
                value = row[place]
                for convert in converters:
                    value = convert(value, expression, connection)
                row[place] = value
        return rows

    @staticmethod
    def all_at_once(statements: Sequence[Statement], **values: Any) -> list[list[Any]]:
        """The rows of each; PostgreSQL gets them in one message, and plans each."""
        joined = [each for each in statements if each._text and not each._in_order]
        if len(joined) < 2 or connections[DEFAULT_DB_ALIAS].vendor != "postgresql":
            return [each.rows(**values) for each in statements]
        found: dict[Statement, list[Any]] = {}
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            given = [value for each in joined for value in each._given(values)]
            cursor.execute("; ".join([each._text for each in joined]), given)
            for each in joined:
                found[each] = each._shaped(each._converted(cursor.fetchall()))
                cursor.nextset()
        return [found[each] if each in found else each.rows(**values) for each in statements]

    def made(self, row: Sequence[Any]) -> Any:
        """The model of a row."""
        made = self.model.from_db(DEFAULT_DB_ALIAS, self._names, row[self._columns])
        for each in self._related:
            each.populate(row, made)
        return made


class Kept:
    """Statements by what they were built for; the oldest make room."""

    def __init__(self, most: int) -> None:
        self._statements: Memory[tuple[Statement, ...]] = Memory(most)

    def all(
        self,
        key: Hashable,
        build: Callable[[], Iterable[QuerySet[Any, Any]]],
        *,
        planned: bool = False,
        in_order: bool = False,
    ) -> tuple[Statement, ...]:
        """The statements for what ``build`` makes.

        key:      all that ``build`` depends on but the slots' values; None where it asks the
                  database for more, so that nothing may be kept.
        planned:  see Statement, as for ``in_order``.
        """
        statements = None if key is None else self._statements.get(key)
        if statements is None:
            keep = planned and key is not None
            statements = tuple(Statement(rows, planned=keep, in_order=in_order) for rows in build())
            if key is not None:
                self._statements.put(key, statements)
        return statements

    def one(self, key: Hashable, build: Callable[[], QuerySet[Any, Any]], **way: bool) -> Statement:
        return self.all(key, lambda: [build()], **way)[0]
