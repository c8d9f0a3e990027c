"""The rows that an import left, put into the same tables and indexes again by the plainest way.

That is the floor under any import: COPY on PostgreSQL, executemany on SQLite, no parsing, no
checks, no look-ups. Rows are read beforehand, and reading them isn't timed.
"""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

#: Rows that one executemany takes.
AT_ONCE = 20_000


def counts_sqlite(path: Path) -> dict[str, int]:
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as own:
        return {
            name: own.execute(f'SELECT COUNT(*) FROM "{name}"').fetchone()[0]
            for (name,) in own.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            # The text index keeps its words in tables of its own, which it fills by itself.
            if not name.startswith("sqlite_") and not re.search("_search(_|$)", name)
        }


def load_sqlite(path: Path, before: Mapping[str, int]) -> tuple[float, int]:
    """Seconds and rows; a new file beside ``path`` is made and removed."""
    after = counts_sqlite(path)
    grown = [name for name, count in after.items() if count > before.get(name, 0)]
    copy = path.with_name("raw.sqlite3")
    seconds, rows = 0.0, 0
    source = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    target = sqlite3.connect(copy, isolation_level=None)
    try:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "cache_size=-65536",
                       "mmap_size=268435456", "wal_autocheckpoint=8000"):  # fmt: skip
            target.execute(f"PRAGMA {pragma}")
        for name in grown:
            for (sql,) in source.execute(
                "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND type IN ('table', 'index')"
                " AND sql IS NOT NULL ORDER BY type DESC", (name,)
            ).fetchall():  # fmt: skip
                target.execute(sql)
        for name in grown:
            cursor = source.execute(f'SELECT * FROM "{name}" LIMIT -1 OFFSET ?',
                                    (before.get(name, 0),))  # fmt: skip
            holes = ", ".join("?" * len(cursor.description))
            while chunk := list(islice(cursor, AT_ONCE)):
                start = time.perf_counter()
                target.execute("BEGIN IMMEDIATE")
                target.executemany(f'INSERT INTO "{name}" VALUES ({holes})', chunk)
                target.execute("COMMIT")
                seconds += time.perf_counter() - start
                rows += len(chunk)
    finally:
        source.close()
        target.close()
        for leftover in path.parent.glob("raw.sqlite3*"):
            leftover.unlink()
    return seconds, rows


def counts_postgresql(url: str) -> dict[str, int]:
    import psycopg

    with psycopg.connect(url) as own:
        return {
            name: own.execute(f'SELECT COUNT(*) FROM "{name}"').fetchone()[0]  # type: ignore[index]
            for name in _tables(own)
        }


def _tables(own: Any) -> Iterator[str]:
    for (name,) in own.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
    ).fetchall():
        yield name


def load_postgresql(url: str, before: Mapping[str, int], folder: Path) -> tuple[float, int]:
    """Seconds and rows, in a schema of its own which is dropped again."""
    import psycopg

    after = counts_postgresql(url)
    grown = [name for name, count in after.items() if count > before.get(name, 0)]
    seconds, rows = 0.0, 0
    with psycopg.connect(url, autocommit=True) as own:
        own.execute("CREATE SCHEMA bench_raw")
        for name in grown:
            own.execute(f'CREATE TABLE bench_raw."{name}" (LIKE public."{name}" INCLUDING ALL)')
        for name in grown:
            spool = folder / f"{name}.copy"
            out, back = f'COPY public."{name}" TO STDOUT', f'COPY bench_raw."{name}" FROM STDIN'
            with spool.open("wb") as file, own.cursor() as cursor, cursor.copy(out) as copy:
                for block in copy:
                    file.write(block)
            start = time.perf_counter()
            with spool.open("rb") as file, own.cursor() as cursor, cursor.copy(back) as copy:
                while block := file.read(1 << 20):
                    copy.write(block)
            seconds += time.perf_counter() - start
            rows += after[name]
            spool.unlink()
        own.execute("DROP SCHEMA bench_raw CASCADE")
    return seconds, rows


def postgres_url(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
