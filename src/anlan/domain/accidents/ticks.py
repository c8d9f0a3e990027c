"""What the clock does for accidents: reports that are past their time are findings."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from anlan.domain.accidents import chain
from anlan.kernel.jobs import clock

#: The shortest limit is half an hour.
LOOK_SECONDS = 60


@clock.every(LOOK_SECONDS, "accidents.clocks")
def look(now: datetime) -> None:
    with transaction.atomic():
        chain.look(now)
