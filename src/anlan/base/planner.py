"""What SQLite's planner is told of the tables that long lists are read from.

Left alone, SQLite takes any index with an equality to be selective and reads a whole register
by its kind; ANALYZE tells it what the tables hold at the moment, which is nothing on the first day.
So every database gets the figures of one that is in use, and a plan that was measured stays
what it was. PostgreSQL keeps statistics of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.signals import post_migrate

#: By table: each index with its rows, and how many share its first column, its first two, …
Plans = Mapping[str, Mapping[str, str]]


def in_order(statement: str) -> str:
    """For PostgreSQL: read by the index of the order, and sort only what has none.

    It takes a page's conditions to be independent of each other and to leave a handful of rows,
    so it looks for those in the whole table and sorts them. Where there are many, a page is full
    after a few rows in their order. The three go in one message and are one transaction, so that
    the setting goes back where the statement fails; the rows are those of the second. (SQLite is
    told by what the statement says.)
    """
    return f"SET enable_sort = off; {statement}; RESET enable_sort"


def sorted_after(statement: str, columns: int, order: str, most: int) -> str:
    """For PostgreSQL: find all rows, then sort them; it can't go by the index of the order.

    order:  by the columns' numbers.
    """
    names = ", ".join(f"c{n}" for n in range(columns))
    return f"SELECT * FROM ({statement} OFFSET 0) AS found({names}) ORDER BY {order} LIMIT {most}"  # noqa: S608


def in_turn(statement: str, columns: int, order: str, test: str, most: int) -> str:
    """For PostgreSQL: put all rows in order, then look at one after the other until there are most.

    order:  by the columns' numbers.
    test:   finds a row for the key ``found.c0`` if it is one of those that are wanted.
    """
    names = ", ".join(f"c{n}" for n in range(columns))
    # A subquery with OFFSET stays what it is, and one that is a value is asked row by row.
    return (
        f"SELECT * FROM ({statement} ORDER BY {order} OFFSET 0) AS found({names})"  # noqa: S608
        f" WHERE (SELECT TRUE FROM ({test}) AS held) ORDER BY {order} LIMIT {most}"
    )


def of_each(where: Q) -> Q:
    """The same condition, with what stands in another table asked of one row after the other.

    ``x IN (SELECT …)`` makes the whole of the other table first, which only pays for many rows.
    """
    parts: list[Any] = []
    for child in where.children:
        if isinstance(child, Q):
            parts.append(of_each(child))
        elif isinstance(child, tuple) and isinstance(child[1], QuerySet):
            parts.append(exists(*child))
        else:
            parts.append(child)
    return Q(*parts, _connector=where.connector, _negated=where.negated)


def exists(name: str, rows: QuerySet[Any]) -> Any:
    """``name__in`` a queryset of one column, as EXISTS; any other lookup as it is."""
    if not name.endswith("__in"):
        return (name, rows)
    [column] = rows.query.values_select
    return Exists(rows.filter(**{column: OuterRef(name.removesuffix("__in"))}))


def teach_after_migrations(app: AppConfig, plans: Plans) -> None:
    """A migration may make a table anew, and with it goes what the planner knew."""

    def teach_now(using: str, **_more: Any) -> None:
        teach(using, plans)

    post_migrate.connect(teach_now, sender=app, weak=False)


def teach(using: str, plans: Plans) -> None:
    if connections[using].vendor != "sqlite":
        return
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'index'")
        known = {name for (name,) in cursor.fetchall()}
        for table, indexes in plans.items():
            # Makes the table of statistics where there is none yet.
            cursor.execute(f'ANALYZE "{table}"')
            cursor.execute("DELETE FROM sqlite_stat1 WHERE tbl = %s", [table])
            cursor.executemany(
                "INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (%s, %s, %s)",
                [(table, index, stat) for index, stat in indexes.items() if index in known],
            )
        cursor.execute("ANALYZE sqlite_schema")
