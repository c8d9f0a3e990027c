"""The one statement by which figures are read, facts since a mark, and conditions on labels."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Q

from anlan.kernel.facts.models import Detail, LabelValue
from anlan.kernel.facts.sql.dialect import (
    DAY_LEVELS,
    MONTH_LEVELS,
    climb_sql,
    month_of,
    order_column,
    plain,
    postgresql,
    region_by_id,
    up_id,
)


class Whole(NamedTuple):
    """Whole months [low, high) that count towards number ``n`` of a kind."""

    kind_id: int
    n: int
    low: date
    high: date


class Part(NamedTuple):
    """Days [low, high) of a month that isn't whole, counting towards ``n``."""

    kind_id: int
    n: int
    low: date
    high: date


class Area(NamedTuple):
    pk: int
    path: str
    top: str
    level: int


@dataclass(frozen=True)
class Question:
    """What one statement answers: sums by kind, area, ``n`` and the labels ``by``.

    wholes, parts:  the cut of what is asked for into whole months and left-over days
    periods:        the same uncut, for facts that span more than a month
    where:          by label, the values that count; "" is a label that isn't there
    """

    wholes: tuple[Whole, ...]
    parts: tuple[Part, ...]
    periods: tuple[Part, ...]
    areas: tuple[Area, ...]
    by: tuple[str, ...]
    where: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def kind_ids(self) -> set[int]:
        parts = (*self.parts, *self.periods)
        return {whole.kind_id for whole in self.wholes} | {part.kind_id for part in parts}


@dataclass(frozen=True)
class Known:
    """Which facts a reading takes in: cells, and facts that are added to or taken off them."""

    #: Cells learnt in earlier months than this; None takes them all.
    learnt_below: int | None
    #: Facts from this mark on; None means from the last fold's mark.
    low: int | None
    #: Facts below this mark, or below the last mark made in the month ``high_learnt``.
    high: int | None
    high_learnt: int | None
    sign: int
    #: A mark that ``low`` is not below, for the planner, which can't see into a subquery.
    hint: int
    #: Where facts are read without cells: those below this mark.
    bound: int | None


class Read(NamedTuple):
    kind_id: int
    area_id: int
    n: int
    groups: tuple[str, ...]
    quantity: int
    #: How many facts reach over the edges, so that no part of them can be told.
    torn: int


class Statement:
    """A statement put together from parts, each with its own parameters."""

    def __init__(self) -> None:
        self.ctes: list[str] = []
        self.branches: list[str] = []
        self.before: list[Any] = []
        self.params: list[Any] = []

    def values(self, name: str, columns: str, rows: Sequence[Sequence[Any]]) -> None:
        """A small table that the statement brings along."""
        if not postgresql():
            # One parameter: SQLite allows 32,766.
            picked = ", ".join(f"json_extract(value, '$[{n}]')" for n in range(len(rows[0])))
            self.ctes.append(f"{name}({columns}) AS (SELECT {picked} FROM json_each(%s))")  # noqa: S608
            self.before.append(json.dumps([plain(row) for row in rows]))
            return
        one = "(" + ", ".join(["%s"] * len(rows[0])) + ")"
        self.ctes.append(f"{name}({columns}) AS (VALUES {', '.join([one] * len(rows))})")
        self.before += [value for row in rows for value in row]

    def cte(self, text: str, params: Sequence[Any]) -> None:
        self.ctes.append(text)
        self.before += params

    def branch(self, text: str, params: Sequence[Any] = ()) -> None:
        self.branches.append(text)
        self.params += params


def read(question: Question, known: Known) -> list[Read]:
    """The answer, in one statement."""
    if not question.kind_ids:
        return []
    s = Statement()
    wholes, parts, periods = question.wholes, question.parts, question.periods
    areas, by, where = question.areas, question.by, dict(question.where)
    detail = _detail({*by, *where})
    monthly = {area.pk for area in areas if area.level <= MONTH_LEVELS[detail]}
    daily = {area.pk for area in areas if area.level <= DAY_LEVELS[detail]}
    s.values(
        "areas",
        "id, path, top, months, days",
        [(a.pk, a.path, a.top, int(a.pk in monthly), int(a.pk in daily)) for a in areas],
    )
    if wholes:
        s.values(
            "wholes",
            "kind_id, n, low, high, month_low, month_high",
            [(*w, month_of(w.low), month_of(w.high)) for w in wholes],
        )
    if parts:
        s.values("parts", "kind_id, n, low, high", parts)
    if periods:
        s.values("periods", "kind_id, n, low, high", periods)
    months, days = bool(monthly and wholes), bool(daily and parts)
    _cells(s, months, days, known, detail)
    if months or days:
        _tail(s, months, days, known, sorted(question.kind_ids))
    if wholes and len(monthly) < len(areas):
        _small(s, "wholes", "q.months = 0 AND f.span < 2", known)
    if parts and len(daily) < len(areas):
        _small(s, "parts", "q.days = 0 AND f.span = 0", known)
    if parts:
        _spans(s, "parts", 1, known)
    if periods:
        _spans(s, "periods", 2, known)
    joins, groups, filters = [], [], []
    outer: list[Any] = []
    for number, name in enumerate(by):
        joins.append(
            f"LEFT JOIN facts_labelvalue g{number}"
            f" ON g{number}.name = %s AND g{number}.labels_id = x.labels_id"
        )
        groups.append(f"COALESCE(g{number}.value, '')")
        outer.append(name)
    for name, values in where.items():
        text, params = having(name, sorted(values))
        filters.append(text)
        outer += params
    picked = ", ".join(["x.kind_id", "x.area_id", "x.n", *groups])
    text = (
        f"WITH {', '.join(s.ctes)} SELECT {picked}, SUM(x.quantity), SUM(x.torn)"  # noqa: S608
        f" FROM ({' UNION ALL '.join(s.branches)}) x {' '.join(joins)}"
        f"{' WHERE ' if filters else ''}{' AND '.join(filters)} GROUP BY {picked}"
    )
    with connection.cursor() as cursor:
        cursor.execute(text, [*s.before, *s.params, *outer])
        return [
            Read(row[0], row[1], row[2], tuple(row[3:-2]), int(row[-2]), int(row[-1]))
            for row in cursor.fetchall()
        ]


class Posted(NamedTuple):
    """A fact above a mark. ``order`` is comparable to marks."""

    order: int
    kind_id: int
    #: The canonical text of its labels.
    labels: str
    path: str
    day: date
    until: date | None
    span: int
    quantity: int
    reverses: bool
    #: The last fold's mark, and how many facts lie below it, when this was read; 0 without a fold.
    mark: int
    folded: int


def posted(mark: int, most: int) -> list[Posted]:
    """The facts from a mark on, in order: ``most`` and one more, where there are more."""
    column = order_column()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT f.{column}, f.kind_id,"  # noqa: S608
            " (SELECT key FROM facts_labelset l WHERE l.id = f.labels_id),"
            " (SELECT path FROM regions_region r WHERE r.id = f.area_id),"
            " f.day, f.until, f.span, f.quantity, f.reverses_id IS NOT NULL,"
            " COALESCE(w.mark, 0), COALESCE(w.facts, 0) FROM facts_fact f LEFT JOIN"
            " (SELECT mark, facts FROM facts_fold ORDER BY id DESC LIMIT 1) w ON 1 = 1"
            f" WHERE f.{column} >= %s ORDER BY f.{column} LIMIT %s",
            [mark, most + 1],
        )
        found = [Posted(*row) for row in cursor.fetchall()]
    if postgresql():
        return found
    return [
        fact._replace(
            day=date.fromisoformat(str(fact.day)),
            until=date.fromisoformat(str(fact.until)) if fact.until else None,
        )
        for fact in found
    ]


def having(name: str, values: Sequence[str]) -> tuple[str, list[Any]]:
    """A condition on label sets; the value "" means that the label isn't there."""
    given = [value for value in values if value]
    texts = []
    params: list[Any] = []
    if given:
        marks = ", ".join(["%s"] * len(given))
        texts.append(
            "x.labels_id IN (SELECT labels_id FROM facts_labelvalue"  # noqa: S608
            f" WHERE name = %s AND value IN ({marks}))"
        )
        params += [name, *given]
    if "" in values:
        texts.append("x.labels_id NOT IN (SELECT labels_id FROM facts_labelvalue WHERE name = %s)")
        params.append(name)
    assert texts, f"nothing can have no value of {name}"
    return f"({' OR '.join(texts)})", params


def labelled(name: str, values: Collection[str]) -> Q:
    """The same condition for a queryset of facts."""
    sets = LabelValue.objects.filter(name=name)
    given = [value for value in values if value]
    found = Q(labels_id__in=sets.filter(value__in=given).values("labels_id"))
    if "" in values:
        found |= ~Q(labels_id__in=sets.values("labels_id"))
    return found


def _detail(names: Collection[str]) -> Detail:
    """The coarsest cells that tell these labels apart."""
    if not names:
        return Detail.NONE
    return Detail.SECTOR if set(names) == {"sector"} else Detail.ALL


def _cells(s: Statement, months: bool, days: bool, known: Known, detail: Detail) -> None:
    learnt = "" if known.learnt_below is None else "AND c.learnt < %s"
    params = [detail] + ([] if known.learnt_below is None else [known.learnt_below])
    # CROSS JOIN keeps SQLite to this order; PostgreSQL chooses its own.
    if months:
        s.branch(
            "SELECT c.kind_id, c.area_id, p.n, c.labels_id, c.quantity, 0 AS torn"  # noqa: S608
            " FROM areas q CROSS JOIN wholes p CROSS JOIN facts_monthcell c"
            " WHERE q.months = 1 AND c.kind_id = p.kind_id AND c.area_id = q.id AND c.detail = %s"
            f" AND c.month >= p.month_low AND c.month < p.month_high {learnt}",
            params,
        )
    if days:
        s.branch(
            "SELECT c.kind_id, c.area_id, p.n, c.labels_id, c.quantity, 0 AS torn"  # noqa: S608
            " FROM areas q CROSS JOIN parts p CROSS JOIN facts_daycell c"
            " WHERE q.days = 1 AND c.kind_id = p.kind_id AND c.area_id = q.id AND c.detail = %s"
            f" AND c.day >= p.low AND c.day < p.high {learnt}",
            params,
        )


def _tail(s: Statement, months: bool, days: bool, known: Known, kind_ids: Sequence[int]) -> None:
    """Facts between two marks, climbed to the areas that are asked for."""
    column = order_column()
    kinds = ", ".join(["%s"] * len(kind_ids))
    conditions = [f"f.kind_id IN ({kinds})", "f.span < 2", f"f.{column} >= %s"]
    params: list[Any] = [known.sign, *kind_ids, known.hint if known.low is None else known.low]
    if known.low is None:
        conditions.append(
            f"f.{column} >= COALESCE((SELECT mark FROM facts_fold"  # noqa: S608
            " ORDER BY id DESC LIMIT 1), 0)"
        )
    if known.high is not None:
        conditions.append(f"f.{column} < %s")
        params.append(known.high)
    if known.high_learnt is not None:
        conditions.append(
            f"f.{column} < COALESCE((SELECT mark FROM facts_fold WHERE learnt <= %s"  # noqa: S608
            " ORDER BY id DESC LIMIT 1), 0)"
        )
        params.append(known.high_learnt)
    s.cte(
        "tail AS MATERIALIZED ("  # noqa: S608
        "SELECT f.kind_id, f.labels_id, f.area_id, f.day, f.span, %s * SUM(f.quantity) AS quantity"
        f" FROM facts_fact f {'' if postgresql() else 'NOT INDEXED'}"
        f" WHERE {' AND '.join(conditions)}"
        " GROUP BY f.kind_id, f.labels_id, f.area_id, f.day, f.span),"
        f" lines AS MATERIALIZED ({_lines()}),"
        " climbed AS MATERIALIZED (SELECT t.kind_id, t.labels_id, l.id AS area_id, l.months,"
        " l.days, t.day, t.span, t.quantity FROM tail t JOIN lines l ON l.place = t.area_id)",
        params,
    )
    select = "SELECT t.kind_id, t.area_id, p.n, t.labels_id, t.quantity, 0 AS torn"
    if months:
        s.branch(
            f"{select} FROM climbed t JOIN wholes p"
            " ON p.kind_id = t.kind_id AND t.day >= p.low AND t.day < p.high"
            " WHERE t.months = 1"
        )
    if days:
        s.branch(
            f"{select} FROM climbed t JOIN parts p"
            " ON p.kind_id = t.kind_id AND t.day >= p.low AND t.day < p.high"
            " WHERE t.days = 1 AND t.span = 0"
        )


def _lines() -> str:
    """For each place in the tail, which are few, the areas above it."""
    return (
        "SELECT p.id AS place, a.id, a.months, a.days"  # noqa: S608
        f" FROM (SELECT DISTINCT area_id AS id FROM tail) p {region_by_id('r', 'p.id')}"
        f" {climb_sql('r.path')} JOIN areas a ON a.id = {up_id()}"
    )


def _small(s: Statement, edges: str, which: str, known: Known) -> None:
    """Areas that keep no cells for these pieces, from the facts themselves.

    Area by area, kind by kind, by the index that holds them in this order. PostgreSQL can't know
    how few regions a path covers, and would rather read all facts: OFFSET 0 leaves it no choice.
    SQLite takes the tables as they stand here.
    """
    bound, params = _bound(known)
    inside = "r.path >= q.path AND r.path < q.top"
    facts = (
        "f.area_id = r.id AND f.kind_id = p.kind_id AND f.day >= p.low AND f.day < p.high"
        f" AND {which} {bound}"
    )
    if postgresql():
        tables = (
            "areas q CROSS JOIN LATERAL"  # noqa: S608
            f" (SELECT r.id FROM regions_region r WHERE {inside} OFFSET 0) r"
            f" CROSS JOIN {edges} p CROSS JOIN LATERAL"
            f" (SELECT f.* FROM facts_fact f WHERE {facts} OFFSET 0) f"
        )
    else:
        tables = (
            f"areas q CROSS JOIN regions_region r CROSS JOIN {edges} p CROSS JOIN facts_fact f"
            f" WHERE {inside} AND {facts}"
        )
    s.branch(
        f"SELECT f.kind_id, q.id AS area_id, p.n, f.labels_id, f.quantity, 0 AS torn FROM {tables}",  # noqa: S608
        params,
    )


def _spans(s: Statement, edges: str, span: int, known: Known) -> None:
    """Facts over a span: they count where they fit in whole, and are torn where they don't.

    A reversal mends what its fact tore.
    """
    bound, params = _bound(known)
    fits = "f.day >= p.low AND f.until < p.high"
    s.branch(
        "SELECT f.kind_id, a.id AS area_id, p.n, f.labels_id,"  # noqa: S608
        f" CASE WHEN {fits} THEN f.quantity ELSE 0 END AS quantity,"
        f" CASE WHEN {fits} THEN 0 WHEN f.reverses_id IS NULL THEN 1 ELSE -1 END AS torn"
        f" FROM {edges} p CROSS JOIN facts_fact f JOIN regions_region r ON r.id = f.area_id"
        f" {climb_sql('r.path')} JOIN areas a ON a.id = {up_id()}"
        f" WHERE f.span > 0 AND f.span = {span} AND f.kind_id = p.kind_id"
        f" AND f.day < p.high AND f.until >= p.low {bound}",
        params,
    )


def _bound(known: Known) -> tuple[str, list[Any]]:
    if known.bound is None:
        return "", []
    return f"AND f.{order_column()} < %s", [known.bound]
