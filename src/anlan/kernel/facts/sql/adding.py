"""Putting facts, kinds, labels and first occurrences into their tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from django.db import connection

from anlan.base import cursors
from anlan.kernel.facts.sql.dialect import as_day, plain, postgresql

COLUMNS = (
    "kind_id", "labels_id", "area_id", "day", "until", "span", "unit_id", "quantity", "case_id",
    "subject", "batch_id", "reverses_id", "settings_version", "posted_at",
)  # fmt: skip
#: From this many rows on, COPY's second round trip pays.
COPY_ROWS_MIN = 200
#: Rows that one statement with VALUES carries.
VALUES_ROWS_MAX = 500


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
            cursors.run(
                f"INSERT INTO facts_fact ({', '.join(COLUMNS)}) VALUES "  # noqa: S608
                + ", ".join([one] * len(rows)),
                [[value for row in rows for value in row]],
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


class _Texts(dict[Any, str]):
    """The text of what comes again and again: days, moments, batches."""

    def __missing__(self, value: Any) -> str:
        self[value] = text = str(value)
        return text


def _copy_blocks(rows: Sequence[Row], size: int = 5_000) -> Iterator[str]:
    """COPY's text format, written out here: the driver, row by row, took much longer."""
    none, texts = r"\N", _Texts()
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
                f"{r.kind_id}\t{r.labels_id}\t{r.area_id}\t{texts[r.day]}\t{r.until or none}\t"
                f"{r.span}\t{none if r.unit_id is None else r.unit_id}\t{r.quantity}\t"
                f"{r.case_id.hex if r.case_id else none}\t"
                f"{subject}\t{texts[r.batch_id] if r.batch_id else none}\t"
                f"{none if r.reverses_id is None else r.reverses_id}\t{r.settings_version}\t"
                f"{texts[r.posted_at]}\n"
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
                [value for key in chunk for value in plain((*key, *firsts[key]))],
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
                    [times[key], *plain(key)],
                )
                found.update(_counted(cursor.fetchall()))
    return found


def _counted(rows: Iterable[Sequence[Any]]) -> Iterator[tuple[Key, Counted]]:
    for kind_id, subject, start, times, area_id, labels_id, day in rows:
        yield (
            Key(kind_id, subject, as_day(start)),
            Counted(times, area_id, labels_id, as_day(day)),
        )
