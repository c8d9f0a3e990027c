"""The statements of this engine that Django's ORM has no words for."""

from __future__ import annotations

from django.db import connection

#: Names the lock that lets one process at a time load; any constant of our own.
LOAD_LOCK = 4_711_001


def lock_loading() -> None:
    """Let one transaction at a time load. On SQLite BEGIN IMMEDIATE has done so already."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOAD_LOCK])


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
