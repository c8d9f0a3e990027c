"""F10: a worker whose clock is years ahead, or hours behind, under faketime."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from tests.faults import evidence
from tests.faults.conftest import need
from tests.faults.test_races import check

pytestmark = [pytest.mark.realdb, pytest.mark.faults]
SECONDS, SECONDS_MAX = 3, 60


def work_under(realdb: Any, jump: str, done: Callable[[], bool], what: str) -> None:
    """A worker whose wall clock jumps, until that is done, and some seconds."""
    connection.close()
    process = subprocess.Popen(
        ["faketime", "-f", jump, sys.executable, "-m", "anlan.config.cli", "worker"],
        env=realdb.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + SECONDS_MAX
        while not done():
            assert process.poll() is None, "the worker died of it"
            assert time.monotonic() < deadline, what
            time.sleep(0.2)
        time.sleep(SECONDS)
    finally:
        process.terminate()
        process.wait(30)


@pytest.mark.parametrize("jump", ["-2h", pytest.param("+400d", marks=pytest.mark.postgresql)])
def test_F10_a_worker_with_a_wrong_clock_ends_no_deadline_and_stops_no_tick(realdb, jump):
    """In PostgreSQL the database's clock counts. On SQLite the machine's own is the only one."""
    from anlan.base.ids import uuid7
    from anlan.domain.hazards import commands
    from anlan.domain.hazards.commands import Finding
    from anlan.domain.hazards.tests import stage
    from anlan.kernel.audit.models import AuditRow, Link
    from anlan.kernel.jobs.models import Tick
    from anlan.kernel.loop.models import Case

    need("faketime")
    evidence.seed("F10")
    cast, now = stage.whole(), timezone.now()
    today = timezone.localdate(now)
    by = cast.actor("inspector", today)
    pk = uuid7()
    item = Finding(
        pk=pk, description="灭火器过期", area_id=stage.by_code("530102").pk,
        unit_id=by.unit_id or 0, opened_on=today, kind="hazard", grade="ordinary",
        source="inspection",
    )  # fmt: skip
    commands.find([item], by=by, at=now, request_id=uuid7())
    commands.assign(
        [pk], rectifier=cast.units["firm"].pk, due_on=today + timedelta(days=30),
        by=cast.actor("office", today), at=now, request_id=uuid7(),
    )  # fmt: skip
    connection.close()
    rows = AuditRow.objects.count()
    work_under(realdb, jump, lambda: Link.objects.count() >= rows, "the audit wasn't sealed")
    case = Case.objects.get(pk=pk)
    assert (case.state, case.rung, case.due_on) == ("assigned", 0, today + timedelta(days=30))
    # With the right clock again each short tick comes round at once, not after the jump's length.
    short = Tick.objects.filter(name="audit.seal")
    began, before = timezone.now(), short.get().last_at
    work_under(realdb, "+0", lambda: short.get().last_at != before, "the tick didn't come round")
    assert began <= short.get().last_at <= timezone.now()
    assert Case.objects.get(pk=pk).rung == 0
    assert not check()
