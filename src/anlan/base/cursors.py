"""Cursors whose statements PostgreSQL plans once a connection, whatever values they are run with.

For what is found by keys, or only put in: there one plan is right for every value. Parsing and
planning take the server as long as running such a statement, and writing its values into its text
takes us longer than handing them over beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.postgresql.base import ServerBindingCursor
from psycopg.types.numeric import Int8Dumper

# A number goes as int8, however small: else each size would be another statement to plan.
psycopg.adapters.register_dumper(int, Int8Dumper)


def planned() -> Any:
    """As ``connection.cursor()``, which binds values by itself, so that nothing could be kept."""
    # One look: each use of Django's ``connection`` asks for this thread's anew.
    database: Any = connections[DEFAULT_DB_ALIAS]
    # Where statements are written down, they must come with their values.
    if database.vendor != "postgresql" or database.queries_logged:
        return database.cursor()
    database.ensure_connection()
    with database.wrap_database_errors:
        cursor = cast(Any, ServerBindingCursor)
        return database._prepare_cursor(cursor(database.connection))


def run(statement: str, rows: Sequence[Sequence[Any]]) -> int:
    """Run it with each of a few rows of values; how many rows it wrote or changed."""
    with planned() as cursor:
        if len(rows) == 1:
            cursor.execute(statement, rows[0])
        else:
            cursor.executemany(statement, rows)
        count: int = cursor.rowcount
    return count
