"""The one statement that Django's queries can't say: a register drawn from a query."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import QuerySet

from anlan.domain.inspections.models import Target

_COLUMNS = ("sweep_id", "enterprise_id", "area_id", "path", "sector_id", "visits", "state")


def draw(rows: QuerySet[Any, Any]) -> int:
    """Add what ``rows`` selects, column for column, to the register; returns how many are new.

    The rows never leave the database, so that a hundred thousand take seconds.
    """
    select, params = rows.query.get_compiler(connection=connection).as_sql()
    names = ", ".join(f'"{name}"' for name in _COLUMNS)
    with connection.cursor() as cursor:
        # Both are texts of ours; what anybody typed is in ``params``.
        cursor.execute(
            f'INSERT INTO "{Target._meta.db_table}" ({names}) {select} ON CONFLICT DO NOTHING',
            params,
        )
        return int(cursor.rowcount)
