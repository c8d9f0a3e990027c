"""How many different subjects occurred in any days, counted from the facts themselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db import connection

from anlan.kernel.facts.sql.dialect import order_column, postgresql
from anlan.kernel.facts.sql.reading import Known, Statement, having


class Wanted(NamedTuple):
    """One question: subjects of a kind at an area and below it, in the days [low, high)."""

    n: int
    kind_id: int
    path: str
    top: str
    low: date
    high: date
    #: Which of the conditions on labels.
    where: int


class Found(NamedTuple):
    subjects: int
    #: How many declared numbers reach into these days: whom they count nobody knows.
    torn: int


Conditions = Sequence[Sequence[tuple[str, tuple[str, ...]]]]


def subjects(wanted: Sequence[Wanted], wheres: Conditions, known: Known | None) -> dict[int, Found]:
    """By question, how many subjects stand there; one statement, questions of none left out.

    A subject stands by any fact that is no reversal and wasn't reversed: those that counted 0
    because it was counted already, too.
    """
    if not wanted:
        return {}
    s = Statement()
    s.values("asked", "n, kind_id, path, top, low, high, w", wanted)
    for reaches in (False, True):
        _branch(s, reaches, wheres, known)
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH {', '.join(s.ctes)}"  # noqa: S608
            " SELECT n, COUNT(DISTINCT subject), SUM(torn) FROM"
            f" ({' UNION ALL '.join(s.branches)}) y GROUP BY n",
            [*s.before, *s.params],
        )
        return {row[0]: Found(int(row[1]), int(row[2])) for row in cursor.fetchall()}


def _branch(s: Statement, reaches: bool, wheres: Conditions, known: Known | None) -> None:
    """Facts of days, or with ``reaches`` those of spans; by the index that holds them."""
    below, params = _below("x", known)
    text = (
        "x.kind_id = q.kind_id AND x.day < q.high AND x.reverses_id IS NULL"
        + (" AND x.span > 0 AND x.until >= q.low" if reaches else
           " AND x.span = 0 AND x.day >= q.low")
        + below
    )  # fmt: skip
    taken_back, more = _below("v", known)
    text += (
        " AND NOT EXISTS (SELECT 1 FROM facts_fact v"  # noqa: S608
        f" WHERE v.reverses_id = x.id{taken_back})"
    )
    params += more
    alike = []
    for n, where in enumerate(wheres):
        parts, own = ["q.w = %s"], [n]
        for name, values in where:
            part, values_of = having(name, values)
            parts.append(part)
            own += values_of
        alike.append(f"({' AND '.join(parts)})")
        params += own
    text += f" AND ({' OR '.join(alike)})"
    counted = "NULL AS subject, 1 AS torn" if reaches else "x.subject, 0 AS torn"
    inside = "r.path >= q.path AND r.path < q.top"
    if postgresql():
        # As in reading.py: it can't know how few regions a path covers.
        counted = counted.replace("NULL AS", "NULL::text AS")
        s.branch(
            f"SELECT q.n, {counted} FROM asked q CROSS JOIN LATERAL"  # noqa: S608
            f" (SELECT r.id FROM regions_region r WHERE {inside} OFFSET 0) r"
            f" CROSS JOIN LATERAL (SELECT x.* FROM facts_fact x WHERE x.area_id = r.id AND {text}"
            " OFFSET 0) x",
            params,
        )
        return
    s.branch(
        f"SELECT q.n, {counted} FROM asked q CROSS JOIN regions_region r"  # noqa: S608
        f" CROSS JOIN facts_fact x WHERE {inside} AND x.area_id = r.id AND {text}",
        params,
    )


def _below(name: str, known: Known | None) -> tuple[str, list[Any]]:
    if known is None or known.bound is None:
        return "", []
    return f" AND {name}.{order_column()} < %s", [known.bound]
