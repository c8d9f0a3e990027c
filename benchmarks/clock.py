"""100,000 cases become late at once: how long the ladder takes, and what a page takes meanwhile.

    ./anlan bench clock --json -- --cases 100000

The cases are opened by the engine with a deadline of the day before, a third of them assigned.
One process climbs; another asks for the overview, the list of what is late and the worklist.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import statistics
import time
from datetime import timedelta
from typing import Any

from benchmarks import pages
from benchmarks.ledger import machine, result, scratch, setup

BAR_SECONDS, BAR_MS, CASES_FULL = 120, 100, 100_000
ASKED = ("/", "/hazards/?late=1", "/work/")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=100_000)
    asked = parser.parse_args()
    os.environ["ANLAN_MFA"] = "off"
    with scratch():
        setup()
        from django.core.management import call_command
        from django.db import connection
        from django.utils import timezone

        from anlan.kernel.calendar import loading as calendar
        from anlan.kernel.loop import ladder, ticks
        from anlan.kernel.loop.models import Case
        from anlan.kernel.regions import loading as regions

        call_command("migrate", verbosity=0, interactive=False)
        regions.load_all(None, provinces=("53",))
        calendar.load_all()
        pages.fill(asked.cases, late=True)
        who = pages.people()["province"].pk
        connection.close()
        context = multiprocessing.get_context("spawn")
        stop, times = context.Event(), context.Queue()
        reader = context.Process(target=ask, args=(who, stop, times))
        reader.start()
        quiet = times.get()
        # The morning after: every deadline has passed.
        now = timezone.now() + timedelta(days=1)
        start = time.perf_counter()
        climbed = ladder.tick(now, ticks.LADDER_PACE)
        seconds = time.perf_counter() - start
        stop.set()
        busy = times.get()
        reader.join()
        late = Case.objects.filter(rung__gte=1).count()
        full = BAR_SECONDS * asked.cases / CASES_FULL
        results = [
            result("clock.climb", seconds, "s", climbed, bar=round(full, 1), ok=seconds <= full),
            result("clock.cases", late, "cases", asked.cases),
            *(told(path, busy[path], quiet[path]) for path in ASKED if busy[path]),
        ]
        print(json.dumps({"machine": machine(), "results": results}, indent=1))


def ask(who: int, stop: Any, times: Any) -> None:
    """Pages for a while before the clock ticks, then until it is done."""
    setup()
    from django.test import Client

    from anlan.kernel.accounts.models import User

    client = Client()
    client.force_login(User.objects.get(pk=who))

    def once(found: dict[str, list[float]]) -> None:
        for path in ASKED:
            start = time.perf_counter()
            assert client.get(path).status_code == 200, path
            found[path].append(1000 * (time.perf_counter() - start))

    once({path: [] for path in ASKED})
    quiet: dict[str, list[float]] = {path: [] for path in ASKED}
    for _n in range(10):
        once(quiet)
    times.put(quiet)
    busy: dict[str, list[float]] = {path: [] for path in ASKED}
    while not stop.is_set():
        once(busy)
        time.sleep(0.2)
    times.put(busy)


def told(path: str, times: list[float], quiet: list[float]) -> dict[str, Any]:
    times.sort()
    middle, late = statistics.median(times), times[min(len(times) - 1, int(len(times) * 0.95))]
    base = statistics.median(quiet)
    return result(
        f"clock.page {path}", middle, "ms", len(times), p95=round(late, 1), baseline=round(base, 1),
        ratio=round(middle / base, 2), bar=BAR_MS, ok=late <= BAR_MS,
    )  # fmt: skip


if __name__ == "__main__":
    main()
