"""Making and inserting many rows at once: COPY on PostgreSQL, one prepared statement on SQLite.

Django's constructor asks every field for its default and sends two signals; its bulk_create
resolves every value as an expression and builds one statement text per batch. For an import of
thousands of rows that is most of the time. Here a model's defaults and each column's adapter are
looked up once. Objects get no ids back, so use it for models whose ids are made by us, or where
nobody needs them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from operator import attrgetter
from typing import Any, TypeVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.db.models import AutoField, BigAutoField, Field, JSONField, Model
from django.db.models.base import ModelState
from django.db.models.fields import NOT_PROVIDED

from anlan.base import cursors
from anlan.base.limits import IN_LIST_MAX

Adapter = Callable[[Any], Any]
M = TypeVar("M", bound=Model)
T = TypeVar("T")

#: Below this COPY costs more than it saves.
COPY_ROWS_MIN = 20


def slices(values: Sequence[T], size: int = IN_LIST_MAX) -> Iterator[Sequence[T]]:
    """The values in runs of at most ``size``, in their order: none where there are none."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def make(model: type[M], **values: Any) -> M:
    """``model(**values)`` without the signals, for values given by column (``unit_id``).

    A name that is no column is a mistake that shows only in tests: they compare both ways.
    """
    constant, made = _defaults(model)
    row = model.__new__(model)
    row._state = ModelState()
    row.__dict__.update(constant)
    for name, default in made:
        if name not in values:
            row.__dict__[name] = default()
    row.__dict__.update(values)
    return row


def twin(row: M, **values: Any) -> M:
    """A copy to be changed on its own, with ``values`` in place of the row's."""
    other = type(row).__new__(type(row))
    other.__dict__.update(row.__dict__)
    other._state = ModelState()
    other.__dict__.update(values)
    return other


@cache
def _defaults(
    model: type[Model],
) -> tuple[dict[str, Any], tuple[tuple[str, Callable[[], Any]], ...]]:
    """Defaults that are values, and those that are made for each row."""
    constant: dict[str, Any] = {}
    made: list[tuple[str, Callable[[], Any]]] = []
    for field in model._meta.concrete_fields:
        if field.default is not NOT_PROVIDED and callable(field.default):
            made.append((field.attname, field.default))
        else:
            constant[field.attname] = field.get_default()
    return constant, tuple(made)


def insert(rows: Sequence[Model], *, ignore_conflicts: bool = False) -> int:
    """Add the rows, all of one model, in the caller's transaction; how many are new."""
    if not rows:
        return 0
    model = type(rows[0])
    fields = _fields(model)
    names = ", ".join(f'"{field.column}"' for field in fields)
    table = model._meta.db_table
    values = values_of(model, rows, tuple(field.attname for field in fields))
    if connection.vendor == "postgresql" and not ignore_conflicts and len(rows) > COPY_ROWS_MIN:
        with connection.cursor() as cursor:
            _copy(cursor, f'COPY "{table}" ({names}) FROM STDIN', values)
        return len(rows)
    holes = ", ".join(["%s"] * len(fields))
    ending = " ON CONFLICT DO NOTHING" if ignore_conflicts else ""
    return cursors.run(
        f'INSERT INTO "{table}" ({names}) VALUES ({holes}){ending}',  # noqa: S608
        list(values),
    )


def update(row: Model, names: Iterable[str]) -> None:
    """Write these fields of one row, in the caller's transaction; quicker than its ``save``."""
    fields: list[Any] = [row._meta.get_field(name) for name in names]
    key: Any = row._meta.pk
    quote = connection.ops.quote_name
    named = ", ".join(f"{quote(field.column)} = %s" for field in fields)
    cursors.run(
        f"UPDATE {quote(row._meta.db_table)} SET {named}"  # noqa: S608
        f" WHERE {quote(key.column)} = %s",
        [[field.get_db_prep_save(getattr(row, field.attname), connection)
          for field in (*fields, key)]],
    )  # fmt: skip


def fill(model: type[Model], column: str, values: Sequence[tuple[Any, Any]]) -> None:
    """Write one column of many rows: (key, value), in the caller's transaction."""
    assert model._meta.pk is not None
    key = model._meta.pk
    adapt = _adapter(key, connection.vendor)
    rows = [(value, adapt(pk) if adapt else pk) for pk, value in values]
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {quote(model._meta.db_table)} SET {quote(column)} = %s"  # noqa: S608
            f" WHERE {quote(str(key.column))} = %s",
            rows,
        )


def values_of(
    model: type[Model], rows: Iterable[Model], columns: tuple[str, ...]
) -> Iterator[list[Any]]:
    """Each row's columns as the database takes them."""
    read, adapters = _columns(model, columns, connection.vendor)
    for row in rows:
        values = list(read(row))
        for place, adapt in adapters:
            value = values[place]
            if value is not None:
                values[place] = adapt(value)
        yield values


@cache
def _columns(
    model: type[Model], columns: tuple[str, ...], vendor: str
) -> tuple[Callable[[Model], Sequence[Any]], list[tuple[int, Adapter]]]:
    fields = {field.attname: field for field in model._meta.concrete_fields}
    adapters = [
        (place, adapt)
        for place, name in enumerate(columns)
        if (adapt := _adapter(fields[name], vendor)) is not None
    ]
    if len(columns) == 1:
        return lambda row: [getattr(row, columns[0])], adapters
    return attrgetter(*columns), adapters


def _copy(cursor: Any, statement: str, rows: Iterable[Sequence[Any]]) -> None:
    # Django wraps what its own calls raise; whoever catches IntegrityError needs it here too.
    with connection.wrap_database_errors, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


@cache
def _fields(model: type[Model]) -> list[Field[Any, Any]]:
    return [
        field
        for field in model._meta.concrete_fields
        if not isinstance(field, AutoField | BigAutoField)
    ]


#: json.dumps would make an encoder for each value.
_json = json.JSONEncoder(ensure_ascii=False, default=DjangoJSONEncoder().default).encode


def _adapter(field: Field[Any, Any], vendor: str) -> Adapter | None:
    """How a value of the field is written on this database; None where it goes as it is."""
    target: Any = field
    while target.is_relation:
        # The key of what it points to may itself be a relation: a task's is its case.
        target = target.target_field
    if isinstance(target, JSONField):
        return _json
    if vendor == "postgresql":
        return None
    return SQLITE.get(target.get_internal_type())


@lru_cache(maxsize=256)
def _moment(value: datetime) -> str:
    """As Django's SQLite backend writes moments: UTC, without an offset."""
    return str(value.astimezone(UTC).replace(tzinfo=None))


def _text(value: Decimal) -> str:
    return str(value)


#: How SQLite keeps what it has no type of its own for; as Django's backend writes it.
SQLITE: dict[str, Adapter] = {
    "UUIDField": attrgetter("hex"),
    "DateField": date.isoformat,
    "DateTimeField": _moment,
    "DecimalField": _text,
}
