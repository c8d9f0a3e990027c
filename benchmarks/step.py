"""How long one step of the loop takes while others take theirs: rule, event, facts, audit, outbox.

    ./anlan bench step --json -- --writers 8 --seconds 20

Each writer is a process that finds, assigns, rectifies, verifies and closes hazards, one
transaction after the other without a pause. On SQLite writers queue for the one lock.
baseline: the same transaction emptied of all but a row of its case and the commit.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import statistics
import time
from collections import defaultdict
from typing import Any

from benchmarks._steps import prepare, write
from benchmarks.ledger import machine, result, scratch, setup

BAR_MS = 50


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--writers", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=20)
    asked = parser.parse_args()
    with scratch():
        setup()
        office, doing, towns = prepare()
        bare = commits(200)
        jobs = [(office, doing, towns, n, asked.seconds, 0.0) for n in range(asked.writers)]
        with multiprocessing.get_context("spawn").Pool(asked.writers) as pool:
            taken = [one for found in pool.map(write, jobs) for one in found]
        by_step: dict[str, list[float]] = defaultdict(list)
        for name, milliseconds in taken:
            by_step[name].append(milliseconds)
            by_step["any"].append(milliseconds)
        results = [told(name, times, bare) for name, times in sorted(by_step.items())]
        results.append(result("step.rate", len(taken) / asked.seconds, "steps/s", asked.writers))
        print(json.dumps({"machine": machine(), "results": results}, indent=1))


def commits(count: int) -> float:
    """Milliseconds of a transaction that writes one row, by one writer."""
    from django.db import transaction
    from django.utils import timezone

    from anlan.base.ids import uuid7
    from anlan.kernel.loop.models import Request

    times = []
    for _n in range(count):
        start = time.perf_counter()
        with transaction.atomic():
            Request.objects.create(id=uuid7(), fingerprint="0" * 64, result=[], at=timezone.now())
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times)


def told(name: str, times: list[float], bare: float) -> dict[str, Any]:
    times.sort()
    middle, late = statistics.median(times), times[min(len(times) - 1, int(len(times) * 0.95))]
    return result(
        f"step.{name}", middle, "ms", len(times), p95=round(late, 1), baseline=round(bare, 2),
        ratio=round(middle / bare, 2), bar=BAR_MS, ok=late <= BAR_MS,
    )  # fmt: skip


if __name__ == "__main__":
    main()
