"""The questions by which cells are compared with facts, a level of areas at a time."""

from __future__ import annotations

from typing import NamedTuple

from anlan.kernel.facts.models import Detail
from anlan.kernel.facts.sql.dialect import (
    DAY_LEVELS,
    MONTH_LEVELS,
    climb_sql,
    month_sql,
    order_column,
    up_id,
)
from anlan.kernel.regions.models import Level


class Question(NamedTuple):
    """A statement that answers with the cells that are wrong; it asks ``marks`` times for the
    month in which they were learnt."""

    detail: int
    text: str
    marks: int


class Checked(NamedTuple):
    """A table of cells: what it is compared with, and how.

    ``lines`` makes the temporary table ``facts_line``: each region, and the lowest area above it
    that has cells. ``leaves`` makes ``facts_leaf`` of the facts between two marks: summed there,
    by all their labels. Tables, because PostgreSQL must know how many regions there are: else it
    looks every one's facts up by itself.
    """

    table: str
    lines: str
    leaves: str
    questions: tuple[Question, ...]


def checked_cells() -> list[Checked]:
    return [
        _checked("facts_monthcell", "month", month_sql("f.day"), "f.span < 2", MONTH_LEVELS),
        _checked("facts_daycell", "day", "f.day", "f.span = 0", DAY_LEVELS),
    ]


def _checked(
    table: str, when: str, of_fact: str, spans: str, levels: dict[Detail, Level]
) -> Checked:
    lowest, column = max(levels.values()), order_column()
    leaves = f"""
        CREATE TEMP TABLE facts_leaf AS
        SELECT f.kind_id, b.above AS area_id, {of_fact} AS {when}, f.labels_id,
               SUM(f.quantity) AS quantity
        FROM facts_fact f JOIN facts_line b ON b.id = f.area_id
        WHERE f.{column} >= %s AND f.{column} < %s AND {spans}
        GROUP BY f.kind_id, b.above, {of_fact}, f.labels_id"""  # noqa: S608
    sectors = levels[Detail.SECTOR]
    assert sectors == levels[Detail.NONE] == lowest, "cells by no label are summed by sector"
    return Checked(
        table,
        f"CREATE TEMP TABLE facts_line AS {_nearest(lowest)}",
        leaves,
        (
            _summed(table, when, Detail.ALL, levels[Detail.ALL]),
            _summed(table, when, Detail.SECTOR, sectors),
            _by_no_label(table, when),
        ),
    )


def _nearest(level: Level, proper: bool = False) -> str:
    """Each region's lowest ancestor that isn't below a level: itself, unless ``proper``."""
    other = "AND a.id <> r.id" if proper else ""
    own = f"WHERE r.level <= {int(level)}" if proper else ""
    return f"""
        SELECT id, above FROM (
          SELECT r.id, a.id AS above,
                 ROW_NUMBER() OVER (PARTITION BY r.id ORDER BY length(a.path) DESC) AS height
          FROM regions_region r {climb_sql("r.path")}
          JOIN regions_region a ON a.id = {up_id()} AND a.level <= {int(level)} {other} {own}
        ) heights WHERE height = 1"""  # noqa: S608


def _summed(table: str, when: str, detail: Detail, level: Level) -> Question:
    """Leaves at the area itself, and the cells right below it, are what the cell says."""
    fine = detail is Detail.ALL
    labels = "f.labels_id" if fine else "COALESCE(l.by_sector_id, l.id)"
    join = "" if fine else "JOIN facts_labelset l ON l.id = f.labels_id"
    of_it = f"WHERE c.detail = {detail.value} AND c.learnt = %s"
    text = f"""
        SELECT kind_id, area_id, {detail.value} AS detail, {when}, labels_id,
               SUM(quantity) AS cell_lacks
        FROM (
          SELECT f.kind_id, b.above AS area_id, f.{when}, {labels} AS labels_id, f.quantity
          FROM facts_leaf f JOIN ({_nearest(level)}) b ON b.id = f.area_id {join}
          UNION ALL
          SELECT c.kind_id, b.above, c.{when}, c.labels_id, c.quantity
          FROM {table} c JOIN ({_nearest(level, proper=True)}) b ON b.id = c.area_id {of_it}
          UNION ALL
          SELECT c.kind_id, c.area_id, c.{when}, c.labels_id, -c.quantity FROM {table} c {of_it}
        ) x GROUP BY kind_id, area_id, {when}, labels_id HAVING SUM(quantity) <> 0"""  # noqa: S608
    return Question(detail.value, text, 2)


def _by_no_label(table: str, when: str) -> Question:
    """The cells by sector add up to the one by no label, at the same area."""
    text = f"""
        SELECT kind_id, area_id, {Detail.NONE.value} AS detail, {when}, labels_id,
               SUM(quantity) AS cell_lacks
        FROM (
          SELECT kind_id, area_id, {when}, 0 AS labels_id, quantity FROM {table}
          WHERE detail = {Detail.SECTOR.value} AND learnt = %s
          UNION ALL
          SELECT kind_id, area_id, {when}, labels_id, -quantity FROM {table}
          WHERE detail = {Detail.NONE.value} AND learnt = %s
        ) x GROUP BY kind_id, area_id, {when}, labels_id HAVING SUM(quantity) <> 0"""  # noqa: S608
    return Question(Detail.NONE.value, text, 2)
