"""What the clock does for cases."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from anlan.base.actor import CLOCK
from anlan.base.ids import uuid7
from anlan.kernel.jobs import clock
from anlan.kernel.loop import commands, ladder, seals
from anlan.kernel.loop.machine import machines

#: Deadlines are days, so nobody waits for this; often enough that a morning's list is complete.
LADDER_SECONDS = 300
#: A year is announced once; that its deadlines are final within the hour is soon enough.
RECOUNT_SECONDS = 3_600
#: Every closed case, once a night.
SEALS_SECONDS = 86_400


@clock.every(LADDER_SECONDS, "ladder")
def climb(now: datetime) -> None:
    ladder.tick(now)


@clock.every(SEALS_SECONDS, "loop.seals")
def look_at_seals(now: datetime) -> None:
    seals.look()


@clock.every(RECOUNT_SECONDS, "recount")
def recount(now: datetime) -> None:
    """Provisional deadlines, counted again once their year's holidays are announced (F11)."""
    for machine in machines().values():
        with transaction.atomic(durable=True):
            commands.recount(machine, by=CLOCK, at=now, request_id=uuid7())
