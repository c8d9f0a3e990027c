"""Looking for facts and cells that cannot be: each answers how many were checked and names some."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection

from anlan.kernel.facts.sql.cells import checked_cells
from anlan.kernel.facts.sql.dialect import month_sql, postgresql
from anlan.kernel.facts.sql.reading import Statement

#: Wrong rows that are named, of however many there are.
SHOWN_MAX = 5


def sort_on_disk() -> None:
    """From here on this connection's sorting and temporary tables need no memory, on SQLite.

    It can't change within a transaction: then what is there is small anyway.
    """
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA temp_store = FILE")


def _count(cursor: Any, text: str, params: Sequence[Any] = ()) -> int:
    cursor.execute(text, params)
    return int(cursor.fetchone()[0])


def _named(cursor: Any, text: str, params: Sequence[Any] = ()) -> list[str]:
    cursor.execute(f"{text} LIMIT {SHOWN_MAX}", params)
    names = [column[0] for column in cursor.description]
    return [
        ", ".join(f"{name} {value}" for name, value in zip(names, row, strict=True))
        for row in cursor.fetchall()
    ]


def nameless() -> tuple[int, list[str]]:
    """Facts of a kind, label set or area that doesn't exist: they would be in no sum."""
    with connection.cursor() as cursor:
        return _count(cursor, "SELECT COUNT(*) FROM facts_fact"), _named(
            cursor,
            "SELECT f.id AS fact, f.kind_id AS kind, f.labels_id AS labels, f.area_id AS area"
            " FROM facts_fact f LEFT JOIN facts_kind k ON k.id = f.kind_id"
            " LEFT JOIN facts_labelset l ON l.id = f.labels_id"
            " LEFT JOIN regions_region r ON r.id = f.area_id"
            " WHERE k.id IS NULL OR l.id IS NULL OR r.id IS NULL",
        )


def crooked_reversals(distinct: Sequence[int]) -> tuple[int, list[str]]:
    """Reversals that aren't the opposite of what they name. Those of subjects count 0 or −1."""
    same = "IS NOT DISTINCT FROM" if postgresql() else "IS"
    subjects = f"f.kind_id IN ({', '.join(['%s'] * len(distinct))})" if distinct else "1 = 0"
    with connection.cursor() as cursor:
        checked = _count(cursor, "SELECT COUNT(*) FROM facts_fact WHERE reverses_id IS NOT NULL")
        return checked, _named(
            cursor,
            "SELECT r.id AS fact, r.reverses_id AS reverses FROM facts_fact r"  # noqa: S608
            " LEFT JOIN facts_fact f ON f.id = r.reverses_id"
            " WHERE r.reverses_id IS NOT NULL AND NOT COALESCE("
            " f.reverses_id IS NULL AND f.kind_id = r.kind_id AND f.subject = r.subject"
            f" AND f.case_id {same} r.case_id AND f.until {same} r.until AND ("
            f" ({subjects} AND f.until IS NULL AND r.quantity IN (0, -1))"
            " OR (f.quantity = -r.quantity AND f.area_id = r.area_id"
            " AND f.labels_id = r.labels_id AND f.day = r.day)), 1 = 0)",
            distinct,
        )


def miscounted_subjects(kind_id: int, months: int) -> tuple[int, list[str]]:
    """Subjects whose facts and occurrences disagree; ``months`` is 1 by month, 100 by year."""
    fact_period = f"{month_sql('day')} / {int(months)}"
    own_period = f"{month_sql('period_start')} / {int(months)}"
    with connection.cursor() as cursor:
        checked = _count(
            cursor, "SELECT COUNT(*) FROM facts_occurrence WHERE kind_id = %s", [kind_id]
        )
        return checked, _named(
            cursor,
            "SELECT subject, period, SUM(standing) AS off_by, SUM(counted) AS counted,"  # noqa: S608
            " SUM(times) AS times FROM ("
            f" SELECT subject, {fact_period} AS period, quantity AS counted, 0 AS times,"
            " CASE WHEN reverses_id IS NULL THEN 1 ELSE -1 END AS standing"
            " FROM facts_fact WHERE kind_id = %s AND span = 0"
            f" UNION ALL SELECT subject, {own_period}, 0, times, -times FROM facts_occurrence"
            " WHERE kind_id = %s) x GROUP BY subject, period"
            " HAVING SUM(standing) <> 0"
            " OR SUM(counted) <> CASE WHEN SUM(times) > 0 THEN 1 ELSE 0 END",
            [kind_id, kind_id],
        )


def cohorts_past_their_whole(pairs: Sequence[tuple[int, int]]) -> tuple[int, list[str]]:
    """Cases of which more follows than was opened, in some cell. ``pairs``: opener, follower."""
    if not pairs:
        return 0, []
    s = Statement()
    s.values(
        "pairs",
        "n, kind_id, sign",
        [
            (n, pk, sign)
            for n, pair in enumerate(pairs)
            for pk, sign in zip(pair, (1, -1), strict=True)
        ],
    )
    followers = [follower for _, follower in pairs]
    marks = ", ".join(["%s"] * len(followers))
    with connection.cursor() as cursor:
        checked = _count(
            cursor,
            f"SELECT COUNT(*) FROM facts_fact WHERE kind_id IN ({marks})",  # noqa: S608
            followers,
        )
        return checked, _named(
            cursor,
            f"WITH {', '.join(s.ctes)} SELECT f.case_id AS of_case, f.area_id AS area,"  # noqa: S608
            " f.day AS day, SUM(p.sign * f.quantity) AS room FROM facts_fact f JOIN pairs p"
            " ON p.kind_id = f.kind_id WHERE f.case_id IS NOT NULL"
            " GROUP BY p.n, f.case_id, f.area_id, f.labels_id, f.day, f.until"
            " HAVING SUM(p.sign * f.quantity) < 0",
            s.before,
        )


def negative_stocks(kind_ids: Sequence[int]) -> tuple[int, list[str]]:
    """Cases that stand in less than nothing when all is summed."""
    if not kind_ids:
        return 0, []
    marks = ", ".join(["%s"] * len(kind_ids))
    where = f"WHERE kind_id IN ({marks}) AND case_id IS NOT NULL"
    with connection.cursor() as cursor:
        return _count(cursor, f"SELECT COUNT(*) FROM facts_fact {where}", kind_ids), _named(  # noqa: S608
            cursor,
            "SELECT case_id AS of_case, kind_id AS kind, area_id AS area, SUM(quantity) AS stands"  # noqa: S608
            f" FROM facts_fact {where} GROUP BY case_id, kind_id, area_id, labels_id"
            " HAVING SUM(quantity) < 0",
            kind_ids,
        )


def wrong_cells(low: int, high: int, learnt: int) -> Iterator[tuple[int, list[str]]]:
    """Cells learnt in a month that differ from the facts folded in it.

    A cell is what the facts make of its own area and what the cells right below it say. Where
    that holds of every cell, each is the sum of all facts below it, and no fact had to climb.
    """
    for cells in checked_cells():
        with connection.cursor() as cursor:
            _drop_temporary(cursor)
            cursor.execute(cells.lines)
            cursor.execute("ANALYZE facts_line")
            cursor.execute(cells.leaves, [low, high])
            cursor.execute("ANALYZE facts_leaf")
            for question in cells.questions:
                checked = _count(
                    cursor,
                    f"SELECT COUNT(*) FROM {cells.table} WHERE learnt = %s"  # noqa: S608
                    f" AND detail = {question.detail}",
                    [learnt],
                )
                yield checked, _named(cursor, question.text, [learnt] * question.marks)
            _drop_temporary(cursor)


def cells_of_no_fold(learnt: Sequence[int]) -> list[str]:
    """Cells that say they were learnt in a month in which nothing was folded."""
    marks = ", ".join(["%s"] * len(learnt)) or "NULL"
    outside = f"WHERE quantity <> 0 AND (learnt IN ({marks})) IS NOT TRUE"
    with connection.cursor() as cursor:
        return [
            name
            for cells in checked_cells()
            for name in _named(
                cursor,
                f"SELECT kind_id, area_id, learnt FROM {cells.table} {outside}",  # noqa: S608
                learnt,
            )
        ]


def _drop_temporary(cursor: Any) -> None:
    for table in ("facts_leaf", "facts_line"):
        cursor.execute(f"DROP TABLE IF EXISTS {table}")
