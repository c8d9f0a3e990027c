"""What the clock does for cases."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from anlan.base.actor import CLOCK
from anlan.base.ids import uuid7
from anlan.kernel.audit import trail
from anlan.kernel.jobs import clock, queue
from anlan.kernel.jobs.pace import Pace
from anlan.kernel.jobs.queue import Run
from anlan.kernel.loop import commands, ladder, seals
from anlan.kernel.loop.machine import machines

#: Deadlines are days, so nobody waits for this; often enough that a morning's list is complete.
LADDER_SECONDS = 300
#: A year is announced once; that its deadlines are final within the hour is soon enough.
RECOUNT_SECONDS = 3_600
#: Every closed case, once a night.
SEALS_SECONDS = 86_400
SEALS_TASK = "loop.seals"


#: Half of the time: a hundred thousand cases that are late at once are no hurry to anybody.
LADDER_PACE = Pace(rest=1.0)


@clock.every(LADDER_SECONDS, "ladder")
def climb(now: datetime) -> None:
    ladder.tick(now, LADDER_PACE)


@clock.every(SEALS_SECONDS, "loop.seals")
def look_at_seals(now: datetime) -> None:
    """A job, so that no tick waits for three million cases, and whoever is killed goes on."""
    queue.enqueue(SEALS_TASK, {}, by=CLOCK, key=SEALS_TASK, at=now)


@queue.task(SEALS_TASK)
def look_at_every_seal(run: Run) -> None:
    cursor = run.cursor or {"after": None, "done": 0, "bent": 0}
    while True:
        after = UUID(cursor["after"]) if cursor["after"] else None
        found = seals.look(after, told=cursor["bent"])
        trail.settle()
        cursor = {
            "after": found.last and str(found.last),
            "done": cursor["done"] + found.looked,
            "bent": cursor["bent"] + len(found.bent),
        }
        if found.last is None or run.cancelled:
            return
        with transaction.atomic():
            run.save_cursor(cursor)
        run.progress(cursor["done"], None)


@clock.every(RECOUNT_SECONDS, "recount")
def recount(now: datetime) -> None:
    """Provisional deadlines, counted again once their year's holidays are announced (F11).

    A kind that can't be counted keeps no other waiting; the tick fails when all had their turn.
    """
    failed: list[Exception] = []
    for machine in machines().values():
        try:
            with transaction.atomic(durable=True):
                commands.recount(machine, by=CLOCK, at=now, request_id=uuid7())
        except Exception as error:
            error.add_note(machine.kind)
            failed.append(error)
    if failed:
        raise ExceptionGroup("recount", failed)
