"""The ledger's raw SQL, for both databases. Everything above it speaks Python.

**Order.** On PostgreSQL a fact carries the number of its transaction plus the cluster's offset
(``facts_tx()``); ``facts_mark()`` is the number below which no transaction is still running, so
that no fact below it can yet appear. On SQLite writers queue, so that the id itself is the order.
A fold sums what lies between two marks; a reader adds what lies above the last one.

**Climbing.** A region's path names its ancestors, so a sum climbs by splitting the path. No table
of ancestors has to be kept right.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from django.db import connection
from django.db.models import Q

from anlan.kernel.facts.models import Detail, LabelValue
from anlan.kernel.regions.models import Level

COLUMNS = (
    "kind_id", "labels_id", "area_id", "day", "until", "span", "unit_id", "quantity", "case_id",
    "subject", "batch_id", "reverses_id", "settings_version", "posted_at",
)  # fmt: skip
#: From this many rows on, COPY's second round trip pays.
COPY_ROWS_MIN = 200
#: Rows that one statement with VALUES carries.
VALUES_ROWS_MAX = 500
#: Areas down to these levels have month cells and day cells; further down, there are about as few
#: facts as there would be cells.
MONTH_LEVELS = {
    Detail.ALL: Level.COUNTY, Detail.SECTOR: Level.TOWNSHIP, Detail.NONE: Level.TOWNSHIP,
}  # fmt: skip
DAY_LEVELS = {
    Detail.ALL: Level.PROVINCE, Detail.SECTOR: Level.PREFECTURE, Detail.NONE: Level.PREFECTURE,
}  # fmt: skip


class Row(NamedTuple):
    """A fact as the table has it, without what the database adds."""

    kind_id: int
    labels_id: int
    area_id: int
    day: date
    until: date | None
    span: int
    unit_id: int | None
    quantity: int
    case_id: UUID | None
    subject: str
    batch_id: UUID | None
    reverses_id: int | None
    settings_version: int
    posted_at: datetime


def postgresql() -> bool:
    return connection.vendor == "postgresql"


def order_column() -> str:
    return "tx" if postgresql() else "id"


def month_of(day: date) -> int:
    return day.year * 100 + day.month


# Adding facts


def insert(rows: Sequence[Row]) -> None:
    """Add facts, in as few statements as the database does fast."""
    if not rows:
        return
    with connection.cursor() as cursor:
        if not postgresql():
            marks = ", ".join(["%s"] * len(COLUMNS))
            cursor.executemany(
                f"INSERT INTO facts_fact (tx, {', '.join(COLUMNS)}) VALUES (0, {marks})",  # noqa: S608
                list(_for_sqlite(rows)),
            )
        elif len(rows) < COPY_ROWS_MIN:
            one = "(" + ", ".join(["%s"] * len(COLUMNS)) + ")"
            cursor.execute(
                f"INSERT INTO facts_fact ({', '.join(COLUMNS)}) VALUES "  # noqa: S608
                + ", ".join([one] * len(rows)),
                [value for row in rows for value in row],
            )
        else:
            with cursor.copy(f"COPY facts_fact ({', '.join(COLUMNS)}) FROM STDIN") as copy:
                for block in _copy_blocks(rows):
                    copy.write(block)


def _for_sqlite(rows: Sequence[Row]) -> Iterator[tuple[Any, ...]]:
    """Values as Django stores them in SQLite: days and moments as text, UUIDs as 32 digits."""
    moments: dict[datetime, str] = {}
    for r in rows:
        posted = moments.get(r.posted_at)
        if posted is None:
            posted = str(connection.ops.adapt_datetimefield_value(r.posted_at))
            moments[r.posted_at] = posted
        yield (
            r.kind_id, r.labels_id, r.area_id, r.day.isoformat(),
            r.until.isoformat() if r.until else None, r.span, r.unit_id, r.quantity,
            r.case_id.hex if r.case_id else None, r.subject,
            r.batch_id.hex if r.batch_id else None, r.reverses_id, r.settings_version, posted,
        )  # fmt: skip


def _copy_blocks(rows: Sequence[Row], size: int = 5_000) -> Iterator[str]:
    """COPY's text format, written out here: the driver, row by row, took much longer."""
    none = r"\N"
    for start in range(0, len(rows), size):
        lines = []
        for r in rows[start : start + size]:
            subject = r.subject
            if (subject and not subject.isprintable()) or "\\" in subject:
                subject = (
                    subject.replace("\\", r"\\").replace("\t", r"\t")
                    .replace("\n", r"\n").replace("\r", r"\r")
                )  # fmt: skip
            lines.append(
                f"{r.kind_id}\t{r.labels_id}\t{r.area_id}\t{r.day}\t{r.until or none}\t{r.span}\t"
                f"{none if r.unit_id is None else r.unit_id}\t{r.quantity}\t{r.case_id or none}\t"
                f"{subject}\t{r.batch_id or none}\t"
                f"{none if r.reverses_id is None else r.reverses_id}\t{r.settings_version}\t"
                f"{r.posted_at}\n"
            )
        yield "".join(lines)


def intern_kinds(codes: Sequence[str]) -> None:
    """Make numbers for kinds; those that exist already keep theirs."""
    _intern([("INSERT INTO facts_kind (code) VALUES (%s)", [(code,) for code in codes])])


def intern_labels(
    sets: Mapping[str, Sequence[tuple[str, str]]], by_sector: Mapping[str, str]
) -> None:
    """Make numbers for label sets: by canonical text, the names and values.

    ``by_sector`` gives the set with the sector alone for those that have more; it is in ``sets``.
    """
    values = [(name, value, key) for key, pairs in sets.items() for name, value in pairs]
    plain = [(key,) for key in sets if key not in by_sector]
    _intern(
        [
            ("INSERT INTO facts_labelset (key) VALUES (%s)", plain),
            (
                "INSERT INTO facts_labelset (by_sector_id, key)"
                " SELECT id, %s FROM facts_labelset WHERE key = %s",
                sorted(by_sector.items()),
            ),
            (
                "INSERT INTO facts_labelvalue (name, value, labels_id)"
                " SELECT %s, %s, id FROM facts_labelset WHERE key = %s",
                values,
            ),
        ]
    )


def _intern(statements: Sequence[tuple[str, Sequence[Sequence[str]]]]) -> None:
    """Insert what isn't there, in an order that all keep to.

    On PostgreSQL in a short transaction beside the caller's: whoever else is the first to use the
    same label must not wait for the end of a long import. Should the caller then roll back, a
    number stays that nobody uses.
    """
    if not postgresql():
        with connection.cursor() as cursor:
            for text, rows in statements:
                cursor.executemany(text.replace("INSERT", "INSERT OR IGNORE", 1), rows)
        return
    with psycopg.connect(**connection.get_connection_params()) as own:
        for text, rows in statements:
            own.cursor().executemany(f"{text} ON CONFLICT DO NOTHING", list(rows))


class Key(NamedTuple):
    """A subject in a distinct measure's period."""

    kind_id: int
    subject: str
    period_start: date


class Counted(NamedTuple):
    """Where a subject was counted, and how often it has occurred now."""

    times: int
    area_id: int
    labels_id: int
    day: date


def occurred(firsts: Mapping[Key, Counted]) -> dict[Key, Counted]:
    """Add ``times`` to each subject's occurrences; where it had none, it is counted here.

    Keys are locked in order, so that two who count the same subjects can't wait for each other.
    """
    found: dict[Key, Counted] = {}
    keys = sorted(firsts)
    for start in range(0, len(keys), VALUES_ROWS_MAX):
        chunk = keys[start : start + VALUES_ROWS_MAX]
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO facts_occurrence AS o"  # noqa: S608
                " (kind_id, subject, period_start, times, area_id, labels_id, day) VALUES "
                + ", ".join(["(%s, %s, %s, %s, %s, %s, %s)"] * len(chunk))
                + " ON CONFLICT (kind_id, subject, period_start) DO UPDATE SET"
                " area_id = CASE WHEN o.times = 0 THEN excluded.area_id ELSE o.area_id END,"
                " labels_id = CASE WHEN o.times = 0 THEN excluded.labels_id ELSE o.labels_id END,"
                " day = CASE WHEN o.times = 0 THEN excluded.day ELSE o.day END,"
                " times = o.times + excluded.times"
                " RETURNING kind_id, subject, period_start, times, area_id, labels_id, day",
                [value for key in chunk for value in _plain((*key, *firsts[key]))],
            )
            found.update(_counted(cursor.fetchall()))
    return found


def withdrawn(times: Mapping[Key, int]) -> dict[Key, Counted]:
    """Take occurrences back; returns how many are left, and where the subject is counted."""
    found: dict[Key, Counted] = {}
    keys = sorted(times)
    for start in range(0, len(keys), VALUES_ROWS_MAX):
        chunk = keys[start : start + VALUES_ROWS_MAX]
        # Each key on its own: the order of locks is the order of the loop, on both databases.
        with connection.cursor() as cursor:
            for key in chunk:
                cursor.execute(
                    "UPDATE facts_occurrence SET times = times - %s"
                    " WHERE kind_id = %s AND subject = %s AND period_start = %s"
                    " RETURNING kind_id, subject, period_start, times, area_id, labels_id, day",
                    [times[key], *_plain(key)],
                )
                found.update(_counted(cursor.fetchall()))
    return found


def _counted(rows: Iterable[Sequence[Any]]) -> Iterator[tuple[Key, Counted]]:
    for kind_id, subject, start, times, area_id, labels_id, day in rows:
        yield (
            Key(kind_id, subject, _day(start)),
            Counted(times, area_id, labels_id, _day(day)),
        )


def _plain(values: Iterable[Any]) -> list[Any]:
    if postgresql():
        return list(values)
    return [value.isoformat() if isinstance(value, date) else value for value in values]


def _day(value: Any) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


# Folding


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


def count(low: int, high: int) -> int:
    column = order_column()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT COUNT(*) FROM facts_fact WHERE {column} >= %s AND {column} < %s",  # noqa: S608
            [low, high],
        )
        return int(cursor.fetchone()[0])


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


class _Cells(NamedTuple):
    """Cells that are made together: their table, which facts they take in, and down to where."""

    table: str
    when: str
    of_fact: str
    spans: str
    details: tuple[Detail, ...]
    level_max: Level


def _tables() -> list[_Cells]:
    coarse = (Detail.SECTOR, Detail.NONE)
    return [
        _Cells(table, when, of_fact, spans, details, levels[details[0]])
        for table, when, of_fact, spans, levels in (
            ("facts_monthcell", "month", month_sql("f.day"), "f.span < 2", MONTH_LEVELS),
            ("facts_daycell", "day", "f.day", "f.span = 0", DAY_LEVELS),
        )
        for details in ((Detail.ALL,), coarse)
    ]


def _climbed(cells: _Cells) -> str:
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
          FROM places p JOIN regions_region r ON r.id = p.id {climb_sql("r.path")}
          JOIN regions_region a ON a.id = {up_id()} AND a.level <= {level}
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
          SELECT f.kind_id, a.id AS area_id, f.detail, f.{when}, f.labels_id, f.quantity
          FROM detailed f JOIN regions_region r ON r.id = f.area_id {climb_sql("r.path")}
          JOIN regions_region a ON a.id = {up_id()} AND a.level <= {level}
        )"""  # noqa: S608


def fold(low: int, high: int, learnt: int) -> None:
    """Add the facts from mark ``low`` up to ``high`` to the cells."""
    for cells in _tables():
        key = f"kind_id, area_id, detail, {cells.when}, labels_id"
        with connection.cursor() as cursor:
            cursor.execute(
                f"""{_climbed(cells)}
                INSERT INTO {cells.table} ({key}, learnt, quantity)
                SELECT {key}, %s, SUM(quantity) FROM climbed WHERE quantity <> 0
                GROUP BY {key} HAVING SUM(quantity) <> 0 ORDER BY {key}
                ON CONFLICT ({key}, learnt)
                DO UPDATE SET quantity = {cells.table}.quantity + excluded.quantity
                """,  # noqa: S608
                [low, high, low, high, learnt],
            )


def drop_cells() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM facts_monthcell")
        cursor.execute("DELETE FROM facts_daycell")


# Reading


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


class _Statement:
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
            self.before.append(json.dumps([_plain(row) for row in rows]))
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


def read(
    wholes: Sequence[Whole],
    parts: Sequence[Part],
    periods: Sequence[Part],
    areas: Sequence[Area],
    known: Known,
    by: Sequence[str],
    where: Mapping[str, Collection[str]],
) -> list[Read]:
    """Sums of facts by kind, area, ``n`` and the labels ``by``, in one statement.

    wholes, parts:  the cut of what is asked for into whole months and left-over days
    periods:        the same uncut, for facts that span more than a month
    """
    s = _Statement()
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
    kind_ids = sorted({w.kind_id for w in wholes} | {p.kind_id for p in (*parts, *periods)})
    months, days = bool(monthly and wholes), bool(daily and parts)
    _cells(s, months, days, known, detail)
    if months or days:
        _tail(s, months, days, known, kind_ids)
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
        text, params = _having(name, sorted(values))
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


def _having(name: str, values: Sequence[str]) -> tuple[str, list[Any]]:
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


def _cells(s: _Statement, months: bool, days: bool, known: Known, detail: Detail) -> None:
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


def _tail(s: _Statement, months: bool, days: bool, known: Known, kind_ids: Sequence[int]) -> None:
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
        " climbed AS MATERIALIZED (SELECT t.kind_id, t.labels_id, a.id AS area_id, a.months,"
        " a.days, t.day, t.span, t.quantity FROM tail t JOIN regions_region r ON r.id = t.area_id"
        f" {climb_sql('r.path')} JOIN areas a ON a.id = {up_id()})",
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


def _small(s: _Statement, edges: str, which: str, known: Known) -> None:
    """Areas that keep no cells for these pieces, from the facts themselves."""
    bound, params = _bound(known)
    s.branch(
        "SELECT f.kind_id, q.id AS area_id, p.n, f.labels_id, f.quantity, 0 AS torn"  # noqa: S608
        f" FROM areas q CROSS JOIN regions_region r CROSS JOIN {edges} p CROSS JOIN facts_fact f"
        " WHERE r.path >= q.path AND r.path < q.top AND f.area_id = r.id"
        f" AND f.day >= p.low AND f.day < p.high AND f.kind_id = p.kind_id AND {which}"
        f" {bound}",
        params,
    )


def _spans(s: _Statement, edges: str, span: int, known: Known) -> None:
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


def oldest_transaction_seconds() -> float:
    """Age of the oldest transaction that has written something and is still open."""
    if not postgresql():
        return 0.0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COALESCE(EXTRACT(EPOCH FROM MAX(clock_timestamp() - xact_start)), 0)"
            " FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid()"
        )
        return float(cursor.fetchone()[0])


# Clusters


def cluster() -> str:
    """Whose transaction numbers we meet here."""
    if not postgresql():
        return "sqlite"
    with connection.cursor() as cursor:
        cursor.execute("SELECT system_identifier::text FROM pg_control_system()")
        return str(cursor.fetchone()[0])


def one_at_a_time(name: str) -> None:
    if postgresql():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [name])


def set_offset(offset: int) -> None:
    """Lift this cluster's transaction numbers; PostgreSQL only.

    The offset stands in the functions as a literal: a default may not look into a table, and a
    function of one expression is inlined, so that posting pays an addition.
    """
    with connection.cursor() as cursor:
        for statement in offset_statements(offset):
            cursor.execute(statement)


def offset_statements(offset: int) -> list[str]:
    return [
        "CREATE OR REPLACE FUNCTION facts_tx() RETURNS bigint LANGUAGE sql AS "
        f"'SELECT {int(offset)} + pg_current_xact_id()::text::bigint'",
        "CREATE OR REPLACE FUNCTION facts_mark() RETURNS bigint LANGUAGE sql AS "
        f"'SELECT {int(offset)} + pg_snapshot_xmin(pg_current_snapshot())::text::bigint'",
        "ALTER TABLE facts_fact ALTER COLUMN tx SET DEFAULT facts_tx()",
    ]


# Looking for what is wrong

#: Wrong rows that are named, of however many there are.
SHOWN_MAX = 5


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
    s = _Statement()
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
    """Cells learnt in a month that differ from the facts folded in it."""
    for cells in _tables():
        key = f"kind_id, area_id, detail, {cells.when}, labels_id"
        details = ", ".join(str(detail.value) for detail in cells.details)
        where = f"learnt = %s AND detail IN ({details})"
        with connection.cursor() as cursor:
            checked = _count(
                cursor,
                f"SELECT COUNT(*) FROM {cells.table} WHERE {where}",  # noqa: S608
                [learnt],
            )
            yield (
                checked,
                _named(
                    cursor,
                    f"""{_climbed(cells)}
                    SELECT {key}, SUM(quantity) AS cell_lacks FROM (
                      SELECT {key}, quantity FROM climbed
                      UNION ALL SELECT {key}, -quantity FROM {cells.table} WHERE {where}
                    ) x GROUP BY {key} HAVING SUM(quantity) <> 0
                    """,  # noqa: S608
                    [low, high, low, high, learnt],
                ),
            )
