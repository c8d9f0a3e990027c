"""The audit's raw SQL: fast insertion, the sealer's look at transactions, the append-only guard."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection

from anlan.base import cursors

COLUMNS = (
    "at, user_id, actor, unit_id, address, action, object_type, object_id, result, reason, "
    '"before", "after", request_id, nonce, "key", mac'
)
COLUMN_COUNT = 16
#: From this many rows on, COPY's second round trip pays.
COPY_ROWS_MIN = 40


def postgresql() -> bool:
    return connection.vendor == "postgresql"


def insert(rows: Sequence[Sequence[Any]]) -> None:
    """Add rows in one statement; values in COLUMNS' order, already in the database's types."""
    with connection.cursor() as cursor:
        if not postgresql():
            marks = ", ".join(["%s"] * COLUMN_COUNT)
            cursor.executemany(
                f"INSERT INTO audit_auditrow (tx, {COLUMNS}) VALUES (0, {marks})",  # noqa: S608
                rows,
            )
        elif len(rows) < COPY_ROWS_MIN:
            row = "(" + ", ".join(["%s"] * COLUMN_COUNT) + ")"
            cursors.run(
                f"INSERT INTO audit_auditrow ({COLUMNS}) VALUES "  # noqa: S608
                + ", ".join([row] * len(rows)),
                [[value for values in rows for value in values]],
            )
        else:
            with cursor.copy(f"COPY audit_auditrow ({COLUMNS}) FROM STDIN") as copy:
                for values in rows:
                    copy.write_row(values)


def cluster_and_mark() -> tuple[str, int]:
    """Which cluster this is, and the mark: no row before it can still appear."""
    with connection.cursor() as cursor:
        if postgresql():
            cursor.execute(
                "SELECT (SELECT system_identifier::text FROM pg_control_system()),"
                " pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
            )
        else:
            cursor.execute("SELECT 'sqlite', COALESCE(MAX(id), 0) + 1 FROM audit_auditrow")
        cluster, mark = cursor.fetchone()
    return str(cluster), int(mark)


def nothing_since(mark: int, cluster: str) -> bool:
    """Is there surely no new row behind the last pass? Cheap: asked every second."""
    with connection.cursor() as cursor:
        if not postgresql():
            cursor.execute(
                "SELECT NOT EXISTS (SELECT 1 FROM audit_auditrow WHERE id >= %s)", [mark]
            )
        elif not cluster:
            cursor.execute("SELECT NOT EXISTS (SELECT 1 FROM audit_auditrow)")
        else:
            cursor.execute(
                "SELECT s.id = %s AND NOT EXISTS (SELECT 1 FROM audit_auditrow r"
                " LEFT JOIN audit_link l ON l.row_id = r.id WHERE r.tx >= %s AND l.id IS NULL)"
                " FROM (SELECT system_identifier::text AS id FROM pg_control_system()) s",
                [cluster, mark],
            )
        return bool(cursor.fetchone()[0])


def insert_links(links: Sequence[tuple[int, int, bytes]]) -> None:
    """Add links (position, row, head), as fast as the database takes them."""
    columns = "audit_link (id, row_id, head)"
    with connection.cursor() as cursor:
        if postgresql():
            with cursor.copy(f"COPY {columns} FROM STDIN") as copy:
                for link in links:
                    copy.write_row(link)
        else:
            cursor.executemany(f"INSERT INTO {columns} VALUES (%s, %s, %s)", links)  # noqa: S608


def unlinked(since: int | None, limit: int, after: int = 0) -> list[tuple[int, bytes]]:
    """Committed rows without a link: (id, mac) in order, those after an id.

    ``since`` is a mark; None looks at all.
    """
    column = "tx" if postgresql() else "id"
    where = "" if since is None else f"AND r.{column} >= %s"
    with connection.cursor() as cursor:
        cursor.execute(
            # Row by row: joined, PostgreSQL would read both tables whole for a few thousand rows.
            "SELECT r.id, r.mac FROM audit_auditrow r WHERE r.id > %s"  # noqa: S608
            " AND NOT EXISTS (SELECT 1 FROM audit_link l WHERE l.row_id = r.id LIMIT 1 OFFSET 0)"
            f" {where} ORDER BY r.id LIMIT %s",
            [after, limit] if since is None else [after, since, limit],
        )
        return [(row_id, bytes(mac)) for row_id, mac in cursor.fetchall()]


def nonce_twice() -> int | None:
    """A row that is the copy of an older one (its MAC fits, so only the nonce tells)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT MAX(id) FROM audit_auditrow GROUP BY nonce HAVING COUNT(*) > 1 LIMIT 1"
        )
        found = cursor.fetchone()
    return int(found[0]) if found else None


def one_sealer() -> bool:
    """Take the sealer's seat until the transaction ends; False where somebody has it."""
    if not postgresql():
        return True  # The transaction holds the write lock already.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('anlan.audit.sealer'))")
        return bool(cursor.fetchone()[0])


REASON = "audit rows are only ever added"

GUARDED = ("audit_auditrow", "audit_link", "audit_seal", "audit_purge")


def guard_statements(vendor: str) -> list[str]:
    """What makes the audit's tables append-only. Used by the migration and after a purge."""
    if vendor == "postgresql":
        return [
            "CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{REASON}'; END $$",
            *(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE "
                f"ON {table} FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()"
                for table in GUARDED
            ),
        ]
    return [
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{REASON}'); END"
        for table in GUARDED
        for verb in ("UPDATE", "DELETE")
    ]


def unguard_statements(vendor: str) -> list[str]:
    if vendor == "postgresql":
        return [f"DROP TRIGGER {table}_append_only ON {table}" for table in GUARDED]
    return [f"DROP TRIGGER {table}_no_{verb}" for table in GUARDED for verb in ("update", "delete")]


def delete_until(link: int) -> int:
    """Take out the links up to ``link``, their rows and their seals; returns rows."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM audit_auditrow WHERE id IN (SELECT row_id FROM audit_link WHERE id <= %s)",
            [link],
        )
        rows = cursor.rowcount
        cursor.execute("DELETE FROM audit_link WHERE id <= %s", [link])
        cursor.execute(
            "DELETE FROM audit_seal WHERE last_link <= %s"
            " AND id < (SELECT MAX(id) FROM audit_seal)",
            [link],
        )
    return int(rows)


def run(statements: Sequence[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
