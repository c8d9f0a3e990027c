"""How fast the ledger posts, folds, reads and is rebuilt, each beside a plain way to do it.

    .venv/bin/python benchmarks/ledger.py --facts 1000000 [--writers 8]

Works on a scratch database that it makes and removes: a file under a temporary ANLAN_HOME, or,
where ANLAN_DATABASE names a PostgreSQL server, a database of its own there. Prints one JSON
object; what it is doing goes to stderr. Baselines are measured in the same run, on the same rows.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import platform
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parent.parent
SEED = 12
AT = datetime(2024, 12, 31, 4, tzinfo=UTC)
PREFECTURES, COUNTIES, TOWNSHIPS, SECTORS, SOURCES = 16, 129, 1_400, 10, 5
#: Cases that one transaction of an import brings; each posts four facts.
CASES_AT_ONCE = 2_000
SINGLE_SECONDS = 5
READS = 40
#: The bars of the project's issue 3, for twelve million facts.
POST_RATIO, TABLE_MS, REBUILD_SECONDS, FACTS_FULL = 0.8, 10, 180, 12_000_000


def run(facts: int, writers: int) -> list[dict[str, Any]]:
    """All measurements on an empty, migrated database."""
    from anlan.kernel.facts import ledger

    areas = make_province()
    results = [post_bulk(areas, facts)]
    say("folding")
    results.append(timed("ledger.fold", "facts/s", facts, lambda: ledger.fold(AT)))
    results.append(post_single(areas, writers))
    ledger.fold(AT)
    results += [table(), tail(areas)]
    say("rebuilding")
    full = REBUILD_SECONDS * facts / FACTS_FULL
    rebuild = timed("ledger.rebuild", "s", facts, ledger.rebuild, rate=False)
    results.append(rebuild | {"bar": round(full, 2), "ok": rebuild["value"] <= full})
    from anlan.kernel.facts.invariants import invariants

    say("checking")
    wrong: list[Any] = []
    results.append(
        timed("ledger.check", "s", facts,
              lambda: wrong.extend(each for each in invariants(AT) if not each[1]), rate=False)
    )  # fmt: skip
    assert not wrong, wrong
    return results


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def result(name: str, value: float, unit: str, n: int, **more: Any) -> dict[str, Any]:
    """One line of the answer; told at once, too: a later measurement may fail."""
    empty = {"p95": None, "baseline": None, "ratio": None, "bar": None, "ok": None}
    found = {"id": name, "value": round(value, 2), "unit": unit, "n": n, **empty, **more}
    say(json.dumps(found))
    return found


def timed(
    name: str, unit: str, n: int, work: Callable[[], Any], rate: bool = True
) -> dict[str, Any]:
    start = time.perf_counter()
    work()
    seconds = time.perf_counter() - start
    return result(name, n / seconds if rate else seconds, unit, n)


# What is measured with


def make_province() -> list[int]:
    """A province of the usual size; returns townships, the busier ones more often."""
    from anlan.base.paths import child_path
    from anlan.kernel.regions.models import Level, Region

    made: dict[int, list[Region]] = {level: [] for level in range(5)}
    pk = 0
    for level, count in enumerate((1, 1, PREFECTURES, COUNTIES, TOWNSHIPS)):
        above = made[level - 1] if level else []
        for number in range(count):
            pk += 1
            parent = above[number % len(above)] if above else None
            made[level].append(
                Region(
                    pk=pk, code=f"{level}{number:06d}", name="某地", full_name="某地",
                    level=Level(level), parent=parent,
                    path=child_path(parent.path if parent else "", pk),
                )
            )  # fmt: skip
        Region.objects.bulk_create(made[level])
    draw = random.Random(SEED)
    return [region.pk for region in made[4] for _ in range(int(draw.paretovariate(1.2)) % 40 + 1)]


def declare_kinds() -> None:
    from anlan.kernel.facts import kinds
    from anlan.kernel.facts.kinds import FactKind, Measure

    kinds.declare(
        (
            FactKind("bench.found", "found", "items", "by day"),
            FactKind("bench.settled", "settled", "items", "of those", cohort_of="bench.found"),
            FactKind("bench.due", "due", "items", "by day"),
            FactKind("bench.open", "open", "items", "at the day's end", Measure.STOCK),
        )
    )


def one_case(draw: random.Random, areas: list[int]) -> list[Any]:
    from anlan.base.ids import uuid7
    from anlan.kernel.facts.ledger import NewFact

    case, area = uuid7(), draw.choice(areas)
    day = date(2024, 1, 1) + timedelta(draw.randrange(366))
    labels = {
        "sector": f"s{draw.randrange(SECTORS)}",
        "grade": "major" if draw.random() < 0.05 else "ordinary",
        "source": f"o{draw.randrange(SOURCES)}",
    }
    return [
        NewFact("bench.found", labels, area, day, 1, case),
        NewFact("bench.open", labels, area, day, 1, case),
        NewFact("bench.due", labels, area, day + timedelta(30), 1, case),
        NewFact("bench.settled", labels, area, day, 1, case),
    ]


# Measurements


def post_bulk(areas: list[int], facts: int) -> dict[str, Any]:
    """Posting sets as an import does, beside handing the finished rows to the database.

    No bar: that of posting is a writer's transaction (post_single). Of a set, the bare rows wait
    for nothing but the disk, and posting finds each fact its labels and its cohort.
    """
    from django.db import transaction

    from anlan.kernel.facts import ledger, sql

    draw = random.Random(SEED)
    seconds, bare = 0.0, 0.0
    bare_rows, posted = 0, 0
    kept: list[Any] = []
    insert = sql.insert

    def keep(rows: Sequence[Any]) -> None:
        kept[:] = rows
        insert(rows)

    while posted < facts:
        batch = [fact for _ in range(CASES_AT_ONCE) for fact in one_case(draw, areas)]
        sql.insert = keep
        start = time.perf_counter()
        with transaction.atomic():
            ledger.post(batch, at=AT)
        seconds += time.perf_counter() - start
        sql.insert = insert
        posted += len(batch)
        if posted % (50 * len(batch)) <= len(batch) and bare_rows < facts // 10:
            # The same rows once more, by themselves, and taken back.
            start = time.perf_counter()
            with transaction.atomic():
                insert(kept)
                bare += time.perf_counter() - start
                transaction.set_rollback(True)
            bare_rows += len(kept)
        if posted % 400_000 < len(batch):
            say(f"posted {posted:,}")
    baseline = bare_rows / bare
    value = posted / seconds
    return result(
        "ledger.post_bulk", value, "facts/s", posted, baseline=round(baseline),
        ratio=round(value / baseline, 2),
    )  # fmt: skip


def post_single(areas: list[int], writers: int) -> dict[str, Any]:
    """Transactions of one case each by several processes, posted and as bare inserts, in turn."""
    rates: dict[bool, list[float]] = {True: [], False: []}
    for round_ in range(6):
        through = round_ % 2 == 0
        say(f"{writers} writers, {'posting' if through else 'bare inserts'}")
        with multiprocessing.get_context("spawn").Pool(writers) as pool:
            jobs = [(through, areas, number + 100 * round_) for number in range(writers)]
            rates[through].append(sum(pool.map(_write, jobs)) / SINGLE_SECONDS)
    value, baseline = statistics.median(rates[True]), statistics.median(rates[False])
    return result(
        "ledger.post_single", value, "transactions/s", writers, baseline=round(baseline),
        ratio=round(value / baseline, 2), bar=POST_RATIO, ok=value / baseline >= POST_RATIO,
    )  # fmt: skip


def _write(job: tuple[bool, list[int], int]) -> int:
    through, areas, seed = job
    setup()
    declare_kinds()
    from django.db import transaction

    from anlan.kernel.facts import intern, ledger, sql
    from anlan.kernel.facts.sql import Row

    draw = random.Random(seed)
    kinds = dict(intern.known_kinds(["bench.found", "bench.open", "bench.due", "bench.settled"]))
    # A process that has been at work knows its areas and labels.
    with transaction.atomic():
        intern.assert_areas(set(areas))
        ledger.post([fact for _ in range(2_000) for fact in one_case(draw, areas)], at=AT)
    labels = next(iter(intern.memory().labels.values()))
    count, end = 0, time.perf_counter() + SINGLE_SECONDS
    while time.perf_counter() < end:
        facts = one_case(draw, areas)
        with transaction.atomic():
            if through:
                ledger.post(facts, at=AT)
            else:
                sql.insert(
                    [
                        Row(kinds[f.kind], labels, f.area_id, f.day, None, 0, None, 1, f.case_id,
                            "", None, None, 1, AT)
                        for f in facts
                    ]
                )  # fmt: skip
        count += 1
    return count


def _times(work: Callable[[], Any], count: int = READS) -> list[float]:
    """Milliseconds of each time; the first opens a connection and isn't counted."""
    work()
    times = []
    for _ in range(count):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    return times


def _query() -> Any:
    from anlan.kernel.calendar.periods import parse
    from anlan.kernel.facts.figures import Query
    from anlan.kernel.regions.models import Region

    areas = list(Region.objects.filter(level=2).values_list("pk", flat=True))
    months = [parse(f"2024-{month:02d}") for month in range(1, 13)]
    return Query(["bench.found"], areas, months, AT, by=["sector"])


def table() -> dict[str, Any]:
    """16 prefectures × 12 months × 10 sectors from cells, beside a plain GROUP BY of the facts."""
    from django.db import connection

    from anlan.kernel.facts.figures import figures

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    say("reading")
    query = _query()
    times = _times(lambda: figures(query))

    def plain() -> None:
        with connection.cursor() as cursor:
            cursor.execute(PLAIN)
            cursor.fetchall()

    baseline = statistics.median(_times(plain, 5))
    value = statistics.median(times)
    return result(
        "ledger.table_16x12x10", value, "ms", len(times),
        p95=round(statistics.quantiles(times, n=20)[-1], 2), baseline=round(baseline, 1),
        ratio=round(value / baseline, 4), bar=TABLE_MS, ok=value <= TABLE_MS,
    )  # fmt: skip


#: What somebody would write who had facts and regions and nothing else.
PLAIN = """
SELECT a.id, f.month, l.value, SUM(f.quantity)
FROM (SELECT area_id, labels_id, {month} AS month, quantity FROM facts_fact
      WHERE kind_id = (SELECT id FROM facts_kind WHERE code = 'bench.found')) f
JOIN facts_labelvalue l ON l.labels_id = f.labels_id AND l.name = 'sector'
JOIN regions_region t ON t.id = f.area_id JOIN regions_region c ON c.id = t.parent_id
JOIN regions_region a ON a.id = c.parent_id
GROUP BY a.id, f.month, l.value
"""


def tail(areas: list[int]) -> dict[str, Any]:
    """The same table with ten thousand facts that are not folded yet."""
    from django.db import transaction

    from anlan.kernel.facts import ledger
    from anlan.kernel.facts.figures import figures

    draw = random.Random(SEED + 1)
    with transaction.atomic():
        ledger.post([fact for _ in range(2_500) for fact in one_case(draw, areas)], at=AT)
    query = _query()
    times = _times(lambda: figures(query))
    ledger.fold(AT)
    return result(
        "ledger.table_with_tail", statistics.median(times), "ms", len(times),
        p95=round(statistics.quantiles(times, n=20)[-1], 2),
    )  # fmt: skip


# The scratch database


def setup() -> None:
    if str(ROOT / "src") not in sys.path:
        sys.path.insert(0, str(ROOT / "src"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anlan.config.settings")
    import django
    from django.apps import apps

    if not apps.ready:
        django.setup()
    from anlan.base import collector

    # As a web process does.
    collector.spare()


@contextmanager
def scratch() -> Iterator[None]:
    url = os.environ.get("ANLAN_DATABASE", "")
    name = f"anlan_bench_{os.getpid()}"
    with tempfile.TemporaryDirectory(prefix="anlan-bench-") as home:
        os.environ["ANLAN_HOME"] = home
        if not url:
            yield
            return
        import psycopg

        parts = urlsplit(url)
        with psycopg.connect(urlunsplit(parts._replace(path="/postgres")), autocommit=True) as own:
            own.execute(f'CREATE DATABASE "{name}"')
            os.environ["ANLAN_DATABASE"] = urlunsplit(parts._replace(path=f"/{name}"))
            try:
                yield
            finally:
                own.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def kept(name: str) -> Iterator[None]:
    """A PostgreSQL database that stays, made where it isn't there; its keys stay beside it."""
    import psycopg

    home = Path(os.environ.get("ANLAN_HOME") or ROOT / ".cache/bench", name)
    home.mkdir(parents=True, exist_ok=True)
    os.environ["ANLAN_HOME"] = str(home)
    parts = urlsplit(os.environ["ANLAN_DATABASE"])
    with psycopg.connect(urlunsplit(parts._replace(path="/postgres")), autocommit=True) as own:
        there = own.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        if there is None:
            own.execute(f'CREATE DATABASE "{name}"')
    os.environ["ANLAN_DATABASE"] = urlunsplit(parts._replace(path=f"/{name}"))
    yield


def machine() -> dict[str, Any]:
    from django.db import connection

    with connection.cursor() as cursor:
        postgresql = connection.vendor == "postgresql"
        cursor.execute("SHOW server_version" if postgresql else "SELECT sqlite_version()")
        version = cursor.fetchone()[0]
    return {
        "cpus": os.cpu_count(), "machine": platform.machine(),
        "python": platform.python_version(), "database": f"{connection.vendor} {version}",
        "load": round(os.getloadavg()[0], 2),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--facts", type=int, default=400_000)
    parser.add_argument("--writers", type=int, default=8)
    asked = parser.parse_args()
    with scratch():
        setup()
        from django.core.management import call_command
        from django.db import connection

        from anlan.kernel.facts import sql

        global PLAIN
        PLAIN = PLAIN.format(month=sql.month_sql("day"))
        call_command("migrate", verbosity=0, interactive=False)
        declare_kinds()
        writers = asked.writers if connection.vendor == "postgresql" else 1
        results = run(asked.facts, writers)
        print(json.dumps({"machine": machine(), "results": results}, indent=1))
        connection.close()


if __name__ == "__main__":
    main()
