"""The statements of this engine that Django's ORM has no words for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import connection, models

#: Names the lock that lets one process at a time load; any constant of our own.
LOAD_LOCK = 4_711_001


def lock_loading() -> None:
    """Let one transaction at a time load. On SQLite BEGIN IMMEDIATE has done so already."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOAD_LOCK])


def insert(rows: Sequence[models.Model]) -> None:
    """Insert rows of one model, ids and all, with one prepared statement: several times as fast
    as ``bulk_create``, which SQLite's limit on parameters makes many small ones of. Values are
    plain: texts, numbers, days.
    """
    meta = rows[0]._meta
    columns = [column for column in meta.local_concrete_fields if _given(rows[0], column)]
    quote = connection.ops.quote_name
    names = ", ".join(quote(str(column.column)) for column in columns)
    marks = ", ".join(["%s"] * len(columns))
    day = connection.ops.adapt_datefield_value
    names_of_values = [column.attname for column in columns]
    values = [
        [
            day(value) if isinstance(value := getattr(row, name), date) else value
            for name in names_of_values
        ]
        for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {quote(meta.db_table)} ({names}) VALUES ({marks})",  # noqa: S608
            values,
        )


def _given(row: models.Model, column: models.Field[object, object]) -> bool:
    """An id that the database is to give isn't inserted."""
    return not (column.primary_key and getattr(row, column.attname) is None)


def reserve_ids(table: str, upto: int) -> None:
    """Have the database give ids above ``upto`` from now on; those below are ours to give."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence(%s, 'id'), "
                "greatest(%s, nextval(pg_get_serial_sequence(%s, 'id')) - 1))",
                [table, upto, table],
            )
        else:
            cursor.execute(
                "UPDATE sqlite_sequence SET seq = max(seq, %s) WHERE name = %s", [upto, table]
            )
