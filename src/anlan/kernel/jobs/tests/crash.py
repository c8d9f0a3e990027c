"""Tasks that worker processes of the tests run and are killed in. Imported by path, on purpose."""

from __future__ import annotations

import os
import sys
import time
from datetime import datetime

import django

django.setup()

from django.db import connection, transaction  # noqa: E402

from anlan.kernel.jobs import clock, queue, worker  # noqa: E402

BATCHES = 40
EFFECTS = "CREATE TABLE effects (number integer, pid integer)"


def effect(number: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO effects VALUES (%s, %s)", [number, os.getpid()])


@queue.task("test.batches")
def batches(run: queue.Run) -> None:
    start = (run.cursor or {}).get("next", 0)
    for number in range(start, run.payload.get("batches", BATCHES)):
        if run.cancelled:
            return
        with transaction.atomic(durable=True):
            effect(number)
            time.sleep(run.payload.get("seconds", 0.02))
            run.save_cursor({"next": number + 1})
        run.progress(number + 1, BATCHES)
    run.result = {"from": start}


@queue.task("test.poison", attempts_max=2)
def poison(run: queue.Run) -> None:
    with transaction.atomic(durable=True):
        effect(-1)
    os._exit(9)  # As the kernel does when memory runs out: nobody lives to write it down.


@clock.every(1, "test.tick")
def tick(now: datetime) -> None:
    with transaction.atomic(durable=True):
        effect(1_000_000 + int(now.timestamp()))


if __name__ == "__main__":
    for name in [name for name in clock.TICKS if not name.startswith("test.")]:
        del clock.TICKS[name]
    sys.stdout.write("up\n")
    sys.stdout.flush()
    worker.serve()
