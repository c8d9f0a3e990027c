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
from django.db.models.signals import post_migrate

#: By table: each index with its rows, and how many share its first column, its first two, …
Plans = Mapping[str, Mapping[str, str]]


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
