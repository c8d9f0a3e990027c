"""The loop's only raw SQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import BooleanField, DateField, UUIDField

from anlan.base import bulk, cursors
from anlan.base.refusal import MovedOn
from anlan.kernel.accounts.seals import MISSING, PRESENT, SEPARATOR
from anlan.kernel.loop.models import Case, Request


def save(cases: Sequence[Case], columns: Sequence[str]) -> None:
    """Write changed cases: compare and set on the version before, as one batch.

    Each case's ``version`` is one above the stored one. Raises MovedOn if any was changed by
    somebody else meanwhile; the caller's transaction then undoes them all.
    """
    if not cases:
        return
    named = ", ".join(f'"{column}" = %s' for column in columns)
    values = bulk.values_of(Case, cases, (*columns, "id"))
    rows = [[*row, case.version - 1] for row, case in zip(values, cases, strict=True)]
    statement = f'UPDATE "loop_case" SET {named} WHERE "id" = %s AND "version" = %s'  # noqa: S608
    if cursors.run(statement, rows) != len(cases):
        raise MovedOn


def answer(request_id: UUID, result: str) -> None:
    """Keep what a request was answered, as JSON."""
    key = Request._meta.pk.get_db_prep_value(request_id, connection)
    cursors.run('UPDATE "loop_request" SET "result" = %s WHERE "id" = %s', [(result, key)])


def closed_cases(
    columns: Sequence[str], after: UUID | None, count: int
) -> list[tuple[UUID, str, str | None, str]]:
    """Closed cases in the order of their ids: (id, number, seal, its columns as they are sealed).

    The database joins the columns: a value at a time in Python takes four times as long.
    """
    joined = f" || chr({ord(SEPARATOR)}) || ".join(_sealed(name) for name in columns)
    if connection.vendor == "sqlite":
        joined = joined.replace(" chr(", " char(")
    key = Case._meta.pk.get_db_prep_value(after, connection) if after else None
    where = 'NOT "is_open"' + (' AND "id" > %s' if key else "")
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT "id", "number", "seal", {joined} FROM "loop_case" WHERE {where}'  # noqa: S608
            ' ORDER BY "id" LIMIT %s',
            [*([key] if key else []), count],
        )
        return [(UUID(str(pk)), *rest) for pk, *rest in cursor.fetchall()]


def _sealed(name: str) -> str:
    """A column as text, as ``accounts.seals`` writes it; the day as ISO, a boolean as Python."""
    field: Any = Case._meta.get_field(name)
    column, sqlite = f'"{field.column}"', connection.vendor == "sqlite"
    text = f"CAST({column} AS text)"
    if isinstance(field, BooleanField):
        text = f"CASE WHEN {column} THEN 'True' ELSE 'False' END"
    elif isinstance(field, UUIDField) and sqlite:
        cuts = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
        text = " || '-' || ".join(f"substr({column}, {at}, {size})" for at, size in cuts)
    elif isinstance(field, DateField) and not sqlite:
        text = f"to_char({column}, 'YYYY-MM-DD')"
    return f"COALESCE('{PRESENT}' || {text}, '{MISSING}')"
