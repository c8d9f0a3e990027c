"""Whose transaction numbers a ledger has, after a restore into another cluster."""

from __future__ import annotations

from django.db import connection

from anlan.kernel.facts.sql.dialect import postgresql


def oldest_transaction_seconds() -> float:
    """Age of the oldest transaction that has written something and is still open."""
    if not postgresql():
        return 0.0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COALESCE(EXTRACT(EPOCH FROM MAX(clock_timestamp() - xact_start)), 0)"
            " FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid()"
        )
        return float(cursor.fetchone()[0])


def cluster() -> str:
    """Whose transaction numbers we meet here."""
    if not postgresql():
        return "sqlite"
    with connection.cursor() as cursor:
        cursor.execute("SELECT system_identifier::text FROM pg_control_system()")
        return str(cursor.fetchone()[0])


def one_at_a_time(name: str) -> None:
    if postgresql():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [name])


def set_offset(offset: int) -> None:
    """Lift this cluster's transaction numbers; PostgreSQL only.

    The offset stands in the functions as a literal: a default may not look into a table, and a
    function of one expression is inlined, so that posting pays an addition.
    """
    with connection.cursor() as cursor:
        for statement in offset_statements(offset):
            cursor.execute(statement)


def offset_statements(offset: int) -> list[str]:
    return [
        "CREATE OR REPLACE FUNCTION facts_tx() RETURNS bigint LANGUAGE sql AS "
        f"'SELECT {int(offset)} + pg_current_xact_id()::text::bigint'",
        "CREATE OR REPLACE FUNCTION facts_mark() RETURNS bigint LANGUAGE sql AS "
        f"'SELECT {int(offset)} + pg_snapshot_xmin(pg_current_snapshot())::text::bigint'",
        "ALTER TABLE facts_fact ALTER COLUMN tx SET DEFAULT facts_tx()",
    ]
