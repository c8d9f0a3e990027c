"""What is done with very many filings, in the worker: a set at a time, each by itself.

A worker that is killed within a set costs that set's time; the next one goes on behind the last
that was committed. Another day heeds no wish to cancel: a decision that holds for half of the units
is none.
"""

from __future__ import annotations

from uuid import UUID, uuid5

from django.db import transaction
from django.utils import timezone

from anlan.domain.filings import judging, opening
from anlan.domain.filings.commands import days
from anlan.domain.filings.models import Filing, OtherDay
from anlan.kernel.jobs import queue
from anlan.kernel.jobs.queue import Run


@queue.task(days.JOB)
def other_day(run: Run) -> None:
    day = run.payload["day"]
    at = run.cursor or {"after": None, "done": 0, "moved": 0, "over": False}
    row = OtherDay.objects.select_related("form", "area").get(pk=day)
    total = opening.about(row).count()
    run.progress(at["done"], total)
    while not at["over"]:
        with transaction.atomic(durable=True):
            now, after = timezone.now(), at["after"]
            # The id is the set's own: whoever looks at the histories sees what went together.
            done = days.carry_on(
                day, UUID(after) if after else None, by=run.by, at=now,
                request_id=uuid5(run.id, str(at["done"])),
            )  # fmt: skip
            at = {
                "after": str(done.last or after), "done": at["done"] + done.looked_at,
                "moved": at["moved"] + done.moved, "over": done.last is None,
            }  # fmt: skip
            if at["over"]:
                days.finish(day, at["moved"], by=run.by, at=now)
            run.save_cursor(at)
        run.progress(at["done"], max(total, at["done"]))
    run.result = {"moved": at["moved"]}


@queue.task("filings.judge")
def judge(run: Run) -> None:
    """Let the ledger say of every filing whether it was in time, where another rule judged before
    (migration 0003)."""
    at = run.cursor or {"after": None, "done": 0}
    total = Filing.objects.count()
    while True:
        rows = Filing.objects.order_by("pk")
        rows = rows.filter(pk__gt=UUID(at["after"])) if at["after"] else rows
        with transaction.atomic(durable=True):
            pks = list(rows.values_list("pk", flat=True)[: days.AT_ONCE_MAX])
            if not pks:
                return
            judging.judge(pks, at=timezone.now())
            at = {"after": str(pks[-1]), "done": at["done"] + len(pks)}
            run.save_cursor(at)
        run.go_on(at["done"], total)
