"""What the two databases say differently, and the levels down to which cells are kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.db import connection, transaction

from anlan.kernel.facts.models import Detail
from anlan.kernel.regions.models import Level

#: Areas down to these levels have month cells and day cells; further down, there are about as few
#: facts as there would be cells.
MONTH_LEVELS = {
    Detail.ALL: Level.COUNTY, Detail.SECTOR: Level.TOWNSHIP, Detail.NONE: Level.TOWNSHIP,
}  # fmt: skip
DAY_LEVELS = {
    Detail.ALL: Level.PROVINCE, Detail.SECTOR: Level.PREFECTURE, Detail.NONE: Level.PREFECTURE,
}  # fmt: skip


def postgresql() -> bool:
    return connection.vendor == "postgresql"


@contextmanager
def snapshot() -> Iterator[None]:
    """Statements inside read the database as it was at the first of them, and write nothing."""
    if postgresql():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
        return
    # Not ``atomic``, which queues with the writers here.
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def order_column() -> str:
    return "tx" if postgresql() else "id"


def month_of(day: date) -> int:
    return day.year * 100 + day.month


def month_sql(column: str) -> str:
    """``column``, a day, as 202406."""
    if postgresql():
        return f"(EXTRACT(YEAR FROM {column}) * 100 + EXTRACT(MONTH FROM {column}))::int"
    return f"CAST(substr({column}, 1, 4) || substr({column}, 6, 2) AS INTEGER)"


def climb_sql(path: str) -> str:
    """Joins ``up``, with a row of one column ``id`` for each region on ``path``."""
    if postgresql():
        return (
            "CROSS JOIN LATERAL unnest(string_to_array(rtrim("
            f"{path}, '/'), '/')::bigint[]) AS up(id)"
        )
    return f"CROSS JOIN json_each('[' || replace(rtrim({path}, '/'), '/', ',') || ']') AS up"


def up_id() -> str:
    return "up.id" if postgresql() else "up.value"


def region_by_id(name: str, key: str) -> str:
    """Joins ``name``, the region of that id, looked up row by row.

    PostgreSQL expects many rows and would read all regions: OFFSET 0 leaves it no choice.
    """
    if postgresql():
        return (
            "CROSS JOIN LATERAL (SELECT id, path, level FROM regions_region"  # noqa: S608
            f" WHERE regions_region.id = {key} OFFSET 0) {name}"
        )
    return f"CROSS JOIN regions_region {name} ON {name}.id = {key}"


def plain(values: Iterable[Any]) -> list[Any]:
    if postgresql():
        return list(values)
    return [value.isoformat() if isinstance(value, date) else value for value in values]


def as_day(value: Any) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value
