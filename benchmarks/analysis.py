"""How fast the analysis is: a province's table, a ranking by forty indicators, rebuilding sums.

    ./anlan bench statistics -- --facts 1000000
    ./anlan bench statistics -- --facts 0      (a database that stands; reads alone)

``./anlan bench statistics`` runs it: a file of that name would hide Python's own module from the
other benchmarks. Works as ledger.py does, on a scratch database of its own: a file, or, where
ANLAN_DATABASE names a PostgreSQL server, a database there. With ``--facts 0`` it reads the database
that ANLAN_DATABASE names, posts, folds and rebuilds nothing and makes no database. Prints one JSON
object. Each figure stands beside a plain GROUP BY over the facts in the same run.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from datetime import UTC, datetime
from typing import Any

from benchmarks import ledger
from benchmarks.ledger import result, say, timed

#: The bars of the project's issue 5, for twelve million facts.
TABLE_MS, RANKING_SECONDS, REBUILD_SECONDS, FACTS_FULL = 100, 1.0, 180, 12_000_000
COUNTIES, INDICATORS, READS = 129, 40, 30


def indicators() -> list[Any]:
    """Forty as an assessment has them: counts, counts by grade and source, rates of both."""
    from anlan.kernel.indicators.declare import Average, Count, Ratio

    found: list[Any] = [Count(f"c{n}", "c", kind) for n, kind in enumerate(KINDS)]
    for n, (name, value) in enumerate(NARROWED):
        found.append(Count(f"n{n}", "n", KINDS[0], {name: (value,)}))
        found.append(Ratio(f"p{n}", "p", KINDS[0], KINDS[0], {name: (value,)}))
        where = {name: (value,)}
        found.append(Average(f"a{n}", "a", KINDS[-1], KINDS[0], where, where))
    found.append(Ratio("settled", "s", KINDS[1], KINDS[0], bounded="benchmark"))
    while len(found) < INDICATORS:
        found.append(Average(f"x{len(found)}", "x", KINDS[len(found) % len(KINDS)], KINDS[0]))
    return found[:INDICATORS]


KINDS = ["bench.found", "bench.settled", "bench.due", "bench.open"]
NARROWED = [
    ("grade", "major"), ("grade", "ordinary"), *(("source", f"o{n}") for n in range(5)),
    *(("sector", f"s{n}") for n in range(4)),
]  # fmt: skip
#: Of a database that stands.
REAL_KINDS = ["hazard.found", "hazard.found_settled", "hazard.due", "hazard.open"]
REAL_NARROWED = [
    ("grade", "major"), ("grade", "ordinary"), ("source", "inspection"), ("source", "self_check"),
    ("source", "expert"), ("source", "grid"), ("sector", "fire"), ("sector", "hazchem"),
    ("sector", "construction"), ("sector", "coal"), ("sector", "transport"),
]  # fmt: skip


def table(year: int) -> dict[str, Any]:
    """16 prefectures × 12 months × 10 sectors by ``evaluate``, with the change on a year ago."""
    from anlan.kernel.calendar.periods import parse
    from anlan.kernel.facts.figures import Query
    from anlan.kernel.indicators.compute import YEAR_AGO, evaluate
    from anlan.kernel.indicators.declare import Count
    from anlan.kernel.regions.models import Region

    say("the province's table")
    below = Region.objects.filter(level=2, valid_to=None, path__startswith=_province().path)
    areas = list(below.order_by("code").values_list("pk", flat=True)[:16])
    months = [parse(f"{year}-{month:02d}") for month in range(1, 13)]
    query = Query([], areas, months, datetime.now(UTC), by=["sector"])
    found = Count("found", "found", KINDS[0])
    values: list[Any] = []

    def read() -> None:
        values[:] = evaluate([found], query, [YEAR_AGO])

    times = ledger._times(read, READS)
    assert values, "nothing was counted"
    sums = _plain(PLAIN_TABLE)
    return _result("statistics.table_16x12x10", times, sums, TABLE_MS, len(values))


def page(year: int) -> dict[str, Any]:
    """The same as the analysis shows it: with row and column sums and the sum of all."""
    from dataclasses import replace

    from anlan.kernel.calendar.periods import parse
    from anlan.kernel.facts.figures import Query
    from anlan.kernel.indicators.compute import evaluate_of
    from anlan.kernel.indicators.declare import Count

    root = _province()
    months = [parse(f"{year}-{month:02d}") for month in range(1, 13)]
    body = Query([], [root.pk], months, datetime.now(UTC), by=["region"])
    whole = replace(body, periods=[parse(str(year))])
    queries = [body, replace(body, by=[]), whole, replace(whole, by=[])]
    found = Count("found", "found", KINDS[0])
    times = ledger._times(lambda: evaluate_of([found], queries), READS)
    return _result("statistics.page_16x12", times, None, TABLE_MS, len(queries))


def ranking(year: int) -> dict[str, Any]:
    """129 counties by 40 indicators for a month, as an assessment asks."""
    from anlan.kernel.calendar.periods import parse
    from anlan.kernel.facts.figures import Query
    from anlan.kernel.indicators.compute import evaluate
    from anlan.kernel.regions.models import Region

    say("the ranking of counties")
    areas = list(Region.objects.filter(level=3, valid_to=None, path__startswith=_province().path)
                 .order_by("code").values_list("pk", flat=True)[:COUNTIES])  # fmt: skip
    chosen = indicators()
    query = Query([], areas, [parse(f"{year}-06")], datetime.now(UTC))
    values: list[Any] = []

    def read() -> None:
        values[:] = evaluate(chosen, query)

    times = ledger._times(read, 10)
    assert len(values) == len(areas) * INDICATORS
    return _result("statistics.ranking_129x40", times, _plain(PLAIN_RANKING),
                   RANKING_SECONDS * 1000, len(values))  # fmt: skip


def _province() -> Any:
    """The province with the most counties: of a benchmark the only one."""
    from django.db.models import Count

    from anlan.kernel.facts.models import MonthCell
    from anlan.kernel.regions.models import Region

    busy = (MonthCell.objects.filter(area_id__in=Region.objects.filter(level=1).values("pk"))
            .values("area_id").annotate(n=Count("*")).order_by("-n").first())  # fmt: skip
    assert busy, "no province has figures"
    return Region.objects.get(pk=busy["area_id"])


#: What somebody would write who had facts and regions and nothing else.
PLAIN_TABLE = """
SELECT a.id, {month}, l.value, SUM(f.quantity) FROM facts_fact f
JOIN facts_labelvalue l ON l.labels_id = f.labels_id AND l.name = 'sector'
JOIN regions_region t ON t.id = f.area_id JOIN regions_region a ON a.level = 2
 AND t.path >= a.path AND t.path < a.path || '~'
WHERE f.kind_id = (SELECT id FROM facts_kind WHERE code = '{kind}') GROUP BY 1, 2, 3
"""
PLAIN_RANKING = """
SELECT a.id, f.kind_id, f.labels_id, SUM(f.quantity) FROM facts_fact f
JOIN regions_region t ON t.id = f.area_id JOIN regions_region a ON a.level = 3
 AND t.path >= a.path AND t.path < a.path || '~'
WHERE f.day >= '{year}-06-01' AND f.day < '{year}-07-01' GROUP BY 1, 2, 3
"""
WITH_BASELINE = True
#: A plain sum that takes this long is asked once; what is cold about it doesn't count any more.
PLAIN_SLOW_MS = 30_000


def _plain(question: str) -> float | None:
    """Milliseconds of the bare sum, in this run; left out where the database isn't ours to load."""
    if not WITH_BASELINE:
        return None
    from django.db import connection

    from anlan.kernel.facts import sql

    say("a plain GROUP BY")
    text = question.format(month=sql.month_sql("f.day"), kind=KINDS[0], year=YEAR)

    def ask() -> None:
        with connection.cursor() as cursor:
            cursor.execute(text)
            cursor.fetchall()

    started = time.perf_counter()
    ask()
    first = (time.perf_counter() - started) * 1000
    return first if first > PLAIN_SLOW_MS else statistics.median(ledger._times(ask, 3))


YEAR = 2024


def _result(
    name: str, times: list[float], baseline: float | None, bar: float, n: int
) -> dict[str, Any]:
    p95 = statistics.quantiles(times, n=20)[-1]
    value = statistics.median(times)
    return result(
        name, value, "ms", n, p95=round(p95, 2), bar=bar, ok=p95 <= bar,
        baseline=round(baseline, 1) if baseline else None,
        ratio=round(value / baseline, 4) if baseline else None,
    )  # fmt: skip


def rebuild(facts: int) -> dict[str, Any]:
    from anlan.kernel.facts import ledger as engine

    say("rebuilding sums")
    full = REBUILD_SECONDS * facts / FACTS_FULL
    done = timed("statistics.rebuild", "s", facts, engine.rebuild, rate=False)
    return done | {"bar": round(full, 2), "ok": done["value"] <= full}


def run(facts: int) -> list[dict[str, Any]]:
    """On an empty, migrated database."""
    from anlan.kernel.facts import ledger as engine

    areas = ledger.make_province()
    ledger.post_bulk(areas, facts)
    say("folding")
    engine.fold(ledger.AT)
    _analyse()
    return [table(YEAR), page(YEAR), ranking(YEAR), rebuild(facts)]


def _analyse() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def main() -> None:
    global KINDS, NARROWED, WITH_BASELINE, YEAR
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--facts", type=int, default=400_000)
    parser.add_argument("--year", type=int, default=YEAR, help="of a database that stands")
    parser.add_argument("--baseline", action="store_true", help="the plain sums there, too")
    asked = parser.parse_args()
    if not asked.facts:
        KINDS, NARROWED, YEAR = REAL_KINDS, REAL_NARROWED, asked.year
        WITH_BASELINE = asked.baseline
        ledger.setup()
        results = [table(YEAR), page(YEAR), ranking(YEAR)]
        print(json.dumps({"machine": ledger.machine(), "results": results}, indent=1))
        return
    with ledger.scratch():
        ledger.setup()
        from django.core.management import call_command
        from django.db import connection

        call_command("migrate", verbosity=0, interactive=False)
        ledger.declare_kinds()
        ledger.PLAIN = ledger.PLAIN.format(month="day")
        started = time.perf_counter()
        results = run(asked.facts)
        say(f"{time.perf_counter() - started:.0f} s in all")
        print(json.dumps({"machine": ledger.machine(), "results": results}, indent=1))
        connection.close()


if __name__ == "__main__":
    main()
