"""Marks, and summing what lies between two of them into cells."""

from __future__ import annotations

from typing import NamedTuple

from django.db import connection

from anlan.kernel.facts.models import Detail
from anlan.kernel.facts.sql.dialect import (
    DAY_LEVELS,
    MONTH_LEVELS,
    climb_sql,
    month_sql,
    order_column,
    postgresql,
    region_by_id,
    up_id,
)
from anlan.kernel.regions.models import Level


def folders_seat(wait: bool) -> bool:
    """One folder at a time, until the transaction ends. SQLite's transaction is that already."""
    if not postgresql():
        return True
    with connection.cursor() as cursor:
        if wait:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('anlan.facts.fold'))")
            return True
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('anlan.facts.fold'))")
        return bool(cursor.fetchone()[0])


def mark() -> int:
    """No fact before this mark can still appear: its transaction has ended."""
    with connection.cursor() as cursor:
        if postgresql():
            cursor.execute("SELECT facts_mark()")
        else:
            cursor.execute("SELECT COALESCE(MAX(id), 0) + 1 FROM facts_fact")
        return int(cursor.fetchone()[0])


def mark_after(count: int, low: int, high: int) -> int:
    """A mark up to ``high`` with about ``count`` facts between it and ``low``.

    A transaction is taken in whole, so that one with more facts than that makes more.
    """
    column = order_column()
    between = f"FROM facts_fact WHERE {column} >= %s AND {column} < %s"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {column} {between} ORDER BY {column} LIMIT 1 OFFSET %s",
            [low, high, count],
        )
        found = cursor.fetchone()
        if found is None:
            return high
        cursor.execute(f"SELECT MIN({column}) {between}", [low, high])
        if cursor.fetchone()[0] < found[0]:
            return int(found[0])
        cursor.execute(f"SELECT MIN({column}) {between}", [found[0] + 1, high])
        return int(cursor.fetchone()[0] or high)


def count_above(mark: int, paths: tuple[str, str], at_most: int) -> int:
    """Facts from a mark on whose area's path lies from the first to before the second, so far."""
    # EXISTS, so that the few facts above the mark are looked at and not all of the area's.
    inside = (
        "EXISTS (SELECT 1 FROM regions_region r WHERE r.id = f.area_id"
        " AND r.path >= %s AND r.path < %s)"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT COUNT(*) FROM (SELECT 1 FROM facts_fact f"  # noqa: S608
            f" WHERE f.{order_column()} >= %s AND {inside} LIMIT %s) few",
            [mark, *paths, at_most],
        )
        return int(cursor.fetchone()[0])


def count(low: int, high: int) -> int:
    column = order_column()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT COUNT(*) FROM facts_fact WHERE {column} >= %s AND {column} < %s",  # noqa: S608
            [low, high],
        )
        return int(cursor.fetchone()[0])


class _Cells(NamedTuple):
    """Cells that are made together: their table, which facts they take in, and down to where."""

    table: str
    when: str
    of_fact: str
    spans: str
    details: tuple[Detail, ...]
    level_max: Level

    @property
    def key(self) -> str:
        return f"kind_id, area_id, detail, {self.when}, labels_id"

    @property
    def adding(self) -> str:
        return (
            f"ON CONFLICT ({self.key}, learnt)"
            f" DO UPDATE SET quantity = {self.table}.quantity + excluded.quantity"
        )


def tables() -> list[_Cells]:
    coarse = (Detail.SECTOR, Detail.NONE)
    return [
        _Cells(table, when, of_fact, spans, details, levels[details[0]])
        for table, when, of_fact, spans, levels in (
            ("facts_monthcell", "month", month_sql("f.day"), "f.span < 2", MONTH_LEVELS),
            ("facts_daycell", "day", "f.day", "f.span = 0", DAY_LEVELS),
        )
        for details in ((Detail.ALL,), coarse)
    ]


def climbed(cells: _Cells) -> str:
    """WITH … ``climbed``: what facts between two marks make of cells. Parameters: the marks, twice.

    Facts are summed at the lowest area above them that keeps such cells, and climb from there:
    those sums are few, whatever the number of facts.
    """
    column, when, level = order_column(), cells.when, int(cells.level_max)
    range_ = f"f.{column} >= %s AND f.{column} < %s AND {cells.spans}"
    fine = cells.details == (Detail.ALL,)
    labels = "f.labels_id" if fine else "COALESCE(l.by_sector_id, l.id)"
    join = "" if fine else "JOIN facts_labelset l ON l.id = f.labels_id"
    none = ""
    if not fine:
        none = (
            f" UNION ALL SELECT kind_id, area_id, {Detail.NONE.value}, {when}, 0, SUM(quantity)"  # noqa: S608
            f" FROM leaves GROUP BY kind_id, area_id, {when}"
        )
    return f"""
        WITH places AS MATERIALIZED (
          SELECT f.area_id AS id FROM facts_fact f WHERE {range_} GROUP BY f.area_id
        ), lines AS MATERIALIZED (
          SELECT p.id, a.id AS area_id,
                 ROW_NUMBER() OVER (PARTITION BY p.id ORDER BY length(a.path) DESC) AS height
          FROM places p {region_by_id("r", "p.id")} {climb_sql("r.path")}
          {region_by_id("a", up_id())} WHERE a.level <= {level}
        ), above AS MATERIALIZED (
          SELECT DISTINCT leaf.area_id AS leaf_id, up.area_id
          FROM lines leaf JOIN lines up ON up.id = leaf.id WHERE leaf.height = 1
        ), leaves AS MATERIALIZED (
          SELECT f.kind_id, b.area_id, {cells.of_fact} AS {when}, {labels} AS labels_id,
                 SUM(f.quantity) AS quantity
          FROM facts_fact f JOIN lines b ON b.id = f.area_id AND b.height = 1 {join}
          WHERE {range_}
          GROUP BY f.kind_id, b.area_id, {cells.of_fact}, {labels}
        ), detailed AS MATERIALIZED (
          SELECT kind_id, area_id, {cells.details[0].value} AS detail, {when}, labels_id, quantity
          FROM leaves {none}
        ), climbed AS (
          SELECT f.kind_id, u.area_id, f.detail, f.{when}, f.labels_id, f.quantity
          FROM detailed f JOIN above u ON u.leaf_id = f.area_id
        )"""  # noqa: S608


class Sums:
    """What the facts from one mark up to another make of cells.

    SQLite has one writer at a time, and summing takes five times as long as adding: so there it is
    done ahead, into a table of this connection's own, for which no writer waits.
    """

    def __init__(self, low: int, high: int) -> None:
        self._between = [low, high, low, high]
        if postgresql():
            return
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE TEMP TABLE IF NOT EXISTS facts_sum"
                " (cells, kind_id, area_id, detail, moment, labels_id, quantity)"
            )
            cursor.execute("DELETE FROM temp.facts_sum")
            for number, cells in enumerate(tables()):
                into = f"INSERT INTO temp.facts_sum SELECT {number},"
                cursor.execute(_summed(cells, into), self._between)

    def add(self, learnt: int) -> None:
        """Add them to the cells, as learnt in that month (202406)."""
        for number, cells in enumerate(tables()):
            into = f"INSERT INTO {cells.table} ({cells.key}, quantity, learnt)"
            with connection.cursor() as cursor:
                if postgresql():
                    cursor.execute(
                        f"{_summed(cells, f'{into} SELECT', ', %s')} {cells.adding}",
                        [*self._between, learnt],
                    )
                    continue
                cursor.execute(
                    f"{into} SELECT kind_id, area_id, detail, moment, labels_id, quantity, %s"  # noqa: S608
                    f" FROM temp.facts_sum WHERE cells = {number} ORDER BY rowid {cells.adding}",
                    [learnt],
                )


def _summed(cells: _Cells, start: str, more: str = "") -> str:
    return (
        f"{climbed(cells)} {start} {cells.key}, SUM(quantity){more} FROM climbed"
        f" WHERE quantity <> 0 GROUP BY {cells.key} HAVING SUM(quantity) <> 0 ORDER BY {cells.key}"
    )


def drop_cells() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM facts_monthcell")
        cursor.execute("DELETE FROM facts_daycell")
