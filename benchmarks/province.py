"""Pages of a whole province under load: people who come when they like, and writers beside them.

    ./anlan bench province --json -- --hazards 3052000 --enterprises 5240000

PostgreSQL only (set ANLAN_DATABASE); rows are made inside the database (benchmarks/_province.py),
once at a hundredth of the size and once at the whole. That takes half an hour: with --database
NAME both are kept (NAME and NAME_hundredth, with their keys under ANLAN_HOME or .cache/bench),
filled where they are empty and used as they are next time. The product itself serves, as ./anlan
serve starts it. Requests arrive independently of each other and of the answers, RATE a second; a
time runs from the moment that a request was due. Writers take steps of the loop meanwhile.

p95 of a page      bar 100 ms; ratio: its median over that at a hundredth of the size (bar 2)
cpu of a page      the web processes' CPU for it, asked ALONE times one after the other before that
cpu                the web processes' CPU over the pages served (bar 10 ms, or 0.6 of the plain one)
cpu_alone          the mean of what each page takes when it is asked for alone
baseline of both   50 rows by Django's own ORM, templates and middleware (_plain.py), served as the
                   product is, at the same rate beside the same writers
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from benchmarks import _province
from benchmarks._served import cpu_of, get, plain, served
from benchmarks._steps import write
from benchmarks.ledger import kept, machine, result, scratch, setup

ROOT = Path(__file__).resolve().parent.parent
RATE, WRITERS, ALONE, WARM, SEED = 30, 4, 20, 20, 20_261_122
BAR_MS, BAR_CPU_MS, BAR_PLAIN, BAR_GROWTH, BAR_KB = 100, 10, 0.6, 2, 150
EXPORTED, BAR_EXPORT_S = 100_000, 30


def pages(rare: str, pk: str) -> dict[str, list[str]]:
    """Who asks for what, and how."""
    search, common = quote(rare), quote("线路")
    everybody = ["/", "/hazards/", "/hazards/?late=1", f"/hazards/?q={common}", "/work/"]
    return {
        "province": [
            *everybody, f"/hazards/?q={search}", "/hazards/?open=1&sort=due",
            "/hazards/?grade=major&open=1", f"/hazards/{pk}/", "/areas/530100/", "/areas/530102/",
            "/figures/records/?kind=hazard.found&area=530102&period={month}",
        ],
        "prefecture": everybody, "county": everybody, "small county": everybody,
        "township": everybody,
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hazards", type=int, default=3_052_000)
    parser.add_argument("--enterprises", type=int, default=5_240_000)
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--database", metavar="NAME", help="a PostgreSQL database to fill and keep")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if not os.environ.get("ANLAN_DATABASE"):
        sys.exit("set ANLAN_DATABASE to a PostgreSQL server")
    os.environ["ANLAN_MFA"] = "off"
    if asked.one:
        with kept(asked.database) if asked.database else scratch():
            one = measured(asked.hazards, asked.enterprises, asked.people, asked.seconds)
        print(json.dumps(one))
        return
    sizes = (max(asked.hazards // 100, 1_000), asked.hazards)
    seen: list[dict[str, list[float]]] = []
    results: list[dict[str, Any]] = []
    for hazards in sizes:
        # A process of its own for each size: Django is tied to one database.
        share = hazards / asked.hazards
        sizes_of = (asked.enterprises * share, asked.people * share)
        own = subprocess.run(
            [sys.executable, __file__, "--seconds", str(asked.seconds), "--hazards", str(hazards),
             "--enterprises", str(int(sizes_of[0])), "--people", str(int(sizes_of[1])), "--one",
             *(("--database", asked.database + "_hundredth" * (hazards < asked.hazards))
               if asked.database else ())],
            stdout=subprocess.PIPE, text=True, check=True,
        )  # fmt: skip
        told = json.loads(own.stdout)
        seen.append(told["times"])
        results += told["results"]
    for name, times in sorted(seen[1].items()):
        late = sorted(times)[min(len(times) - 1, int(len(times) * 0.95))]
        middle, base = statistics.median(times), statistics.median(seen[0][name])
        results.append(
            result(f"province.{name}", middle, "ms", len(times), p95=round(late, 1),
                   baseline=round(base, 1), ratio=round(middle / base, 2), bar=BAR_MS,
                   cpu=round(told["costs"][name], 1),
                   ok=late <= BAR_MS and middle <= BAR_GROWTH * max(base, 1))
        )  # fmt: skip
    every = sorted(one for times in seen[1].values() for one in times)
    late = every[min(len(every) - 1, int(len(every) * 0.95))]
    results.append(
        result("province.any", statistics.median(every), "ms", len(every), p95=round(late, 1),
               bar=BAR_MS, ok=late <= BAR_MS)
    )  # fmt: skip
    print(json.dumps({"machine": told["machine"], "results": results}, indent=1,
                     ensure_ascii=False))  # fmt: skip


def measured(hazards: int, enterprises: int, people: int, seconds: int) -> dict[str, Any]:
    """One size: fill, serve, ask. The times of each page, and what else was measured."""
    setup()
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from django.utils import timezone

    from anlan.domain.hazards.models import Hazard
    from anlan.kernel.accounts.models import Unit, User
    from anlan.kernel.calendar import loading as calendar
    from anlan.kernel.regions import loading as regions
    from anlan.kernel.regions.models import Level, Region

    call_command("migrate", verbosity=0, interactive=False)
    call_command("collectstatic", verbosity=0, interactive=False)
    folds = []
    if not Hazard.objects.exists():
        regions.load_all(None, provinces=("53",))
        calendar.load_all()
        _province.fill(hazards, enterprises)
        facts, folding = _province.fold()
        folds.append(result(f"fold.{hazards}", facts / folding, "facts/s", facts))
    who = _province.people(people)
    some = Hazard.objects.order_by("pk").first()
    assert some is not None
    asked, cookies = [], {}
    for name, paths in pages(some.description[-6:], str(some.pk)).items():
        client = Client()
        client.force_login(User.objects.get(pk=who[name]))
        cookies[name] = "; ".join(f"{k}={v.value}" for k, v in client.cookies.items())
        month = f"{timezone.localdate():%Y-%m}"
        asked += [(name, path.replace("{month}", month)) for path in paths]
    office = Unit.objects.get(code="bench-prefecture").pk
    towns = list(Region.objects.filter(level=Level.TOWNSHIP, code__startswith="53")
                 .values_list("pk", flat=True)[:200])  # fmt: skip
    connection.close()
    results = [*folds]
    jobs = [(office, office, towns, n, seconds, 0.25) for n in range(WRITERS)]
    with served() as (port, pids), ThreadPoolExecutor(64) as threads:
        # As a server that has run for a while: each process and connection has its own beginning.
        list(threads.map(lambda one: get(port, cookies[one[0]], one[1]), asked * WARM))
        costs = {
            page_name(name, path): cost(port, pids, cookies[name], path) for name, path in asked
        }
        load = under_load(port, pids, threads, [(cookies[who], path, page_name(who, path))
                                                for who, path in asked], jobs, seconds)  # fmt: skip
        took, size = get(port, cookies["province"], export_path(), patience=300)
    with plain() as (port, pids), ThreadPoolExecutor(64) as threads:
        days = [timezone.localdate() - timedelta(days=10 * n) for n in range(20)]
        paths = [f"/?before={day}" for day in days]
        list(threads.map(lambda path: get(port, "", path), paths * WARM))
        alone = statistics.mean(cost(port, pids, "", path) for path in paths)
        base = under_load(port, pids, threads, [("", path, "plain") for path in paths], jobs,
                          seconds)  # fmt: skip
    steps = load.steps
    results += [
        result(f"export.{hazards}", took / 1000, "s", EXPORTED, bar=BAR_EXPORT_S,
               ok=took <= 1000 * BAR_EXPORT_S, bytes=size),
        result(f"cpu.{hazards}", load.cpu, "ms", load.asked, baseline=round(base.cpu, 1),
               ratio=round(load.cpu / base.cpu, 2), bar=BAR_CPU_MS,
               ok=load.cpu <= BAR_CPU_MS or load.cpu <= BAR_PLAIN * base.cpu),
        result(f"cpu_alone.{hazards}", statistics.mean(costs.values()), "ms", len(costs),
               baseline=round(alone, 1), ratio=round(statistics.mean(costs.values()) / alone, 2),
               bar=BAR_CPU_MS),
        result(f"largest.{hazards}", load.size / 1000, "kB", load.asked, bar=BAR_KB,
               ok=load.size <= BAR_KB * 1000),
        result(f"steps.{hazards}", statistics.median(ms for _name, ms in steps), "ms", len(steps),
               p95=round(sorted(ms for _name, ms in steps)[int(len(steps) * 0.95)], 1)),
    ]  # fmt: skip
    times = load.times
    return {"times": times, "costs": costs, "results": results, "machine": machine()}


def page_name(who: str, path: str) -> str:
    return f"{who} {path.split('&period')[0]}"


def cost(port: int, pids: list[int], cookie: str, path: str) -> float:
    """Milliseconds of CPU for a page that is asked for alone."""
    before = cpu_of(pids)
    for _n in range(ALONE):
        get(port, cookie, path)
    return 1000 * (cpu_of(pids) - before) / ALONE


def export_path() -> str:
    """A list of EXPORTED rows, or all where there are fewer: a county's since some day."""
    from anlan.kernel.loop.models import Case
    from anlan.kernel.regions.models import Region

    area = Region.objects.get(code="530102")
    days = Case.objects.filter(kind="hazard", path__startswith=area.path).order_by("-opened_on")
    since = list(days.values_list("opened_on", flat=True)[EXPORTED - 1 : EXPORTED])
    return f"/hazards/export.xlsx?area={area.code}" + (f"&found_from={since[0]}" if since else "")


class Load(NamedTuple):
    times: dict[str, list[float]]
    #: Milliseconds of the web processes' CPU for one request.
    cpu: float
    asked: int
    #: Bytes of the largest answer.
    size: int
    steps: list[tuple[str, float]]


def under_load(
    port: int,
    pids: list[int],
    threads: ThreadPoolExecutor,
    asked: Sequence[tuple[str, str, str]],
    jobs: Sequence[Any],
    seconds: int,
) -> Load:
    """RATE requests a second, drawn from ``asked`` (cookie, path, name), beside the writers."""
    with multiprocessing.get_context("spawn").Pool(WRITERS) as writers:
        writing = writers.map_async(write, jobs)
        time.sleep(5)  # until the writers have started
        before, due = cpu_of(pids), time.perf_counter()
        pick, waiting = random.Random(SEED), []
        end = due + seconds
        while due < end:
            time.sleep(max(0.0, due - time.perf_counter()))
            cookie, path, name = pick.choice(asked)
            waiting.append((name, threads.submit(get, port, cookie, path, due)))
            due += pick.expovariate(RATE)
        times: dict[str, list[float]] = defaultdict(list)
        size = 0
        for name, answer in waiting:
            milliseconds, length = answer.result()
            times[name].append(milliseconds)
            size = max(size, length)
        cpu = 1000 * (cpu_of(pids) - before) / len(waiting)
        steps = [one for found in writing.get() for one in found]
    return Load(dict(times), cpu, len(waiting), size, steps)


if __name__ == "__main__":
    main()
