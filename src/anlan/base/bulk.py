"""Inserting many rows at once: COPY on PostgreSQL, one prepared statement on SQLite.

Django's bulk_create resolves every value as an expression and builds one statement text per
batch; for an import of thousands of rows that is most of the time. Here each column's adapter is
looked up once. Objects get no ids back, so use it for models whose ids are made by us, or where
nobody needs them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.db.models import AutoField, BigAutoField, Field, JSONField, Model

Adapter = Callable[[Any], Any]

#: Below this COPY costs more than it saves.
COPY_ROWS_MIN = 20


def insert(rows: Sequence[Model], *, ignore_conflicts: bool = False) -> None:
    """Add the rows, all of one model, in the caller's transaction."""
    if not rows:
        return
    model = type(rows[0])
    fields = _fields(model)
    names = ", ".join(f'"{field.column}"' for field in fields)
    table = model._meta.db_table
    adapters = [(field.attname, _adapter(field, connection.vendor)) for field in fields]
    values = (
        [adapt(getattr(row, name)) if adapt else getattr(row, name) for name, adapt in adapters]
        for row in rows
    )
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql" and not ignore_conflicts and len(rows) > COPY_ROWS_MIN:
            _copy(cursor, f'COPY "{table}" ({names}) FROM STDIN', values)
            return
        holes = ", ".join(["%s"] * len(fields))
        ending = " ON CONFLICT DO NOTHING" if ignore_conflicts else ""
        statement = f'INSERT INTO "{table}" ({names}) VALUES ({holes}){ending}'  # noqa: S608
        cursor.executemany(statement, list(values))


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


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, cls=DjangoJSONEncoder)


def _adapter(field: Field[Any, Any], vendor: str) -> Adapter | None:
    """How a value of the field is written on this database; None where it goes as it is."""
    related: Any = field
    target = related.target_field if field.is_relation else related
    kind = target.get_internal_type()
    if isinstance(target, JSONField):
        return lambda value: None if value is None else _json(value)
    if vendor == "postgresql":
        return None
    return SQLITE.get(kind)


def _hex(value: UUID | None) -> str | None:
    return None if value is None else value.hex


def _day(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


def _moment(value: datetime | None) -> str | None:
    """As Django's SQLite backend writes moments: UTC, without an offset."""
    return None if value is None else str(value.astimezone(UTC).replace(tzinfo=None))


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


#: How SQLite keeps what it has no type of its own for; as Django's backend writes it.
SQLITE: dict[str, Adapter] = {
    "UUIDField": _hex,
    "DateField": _day,
    "DateTimeField": _moment,
    "DecimalField": _text,
}
