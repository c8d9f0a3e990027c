"""F29: the product is stopped and started again under load, as an upgrade does it.

Rolling back to the code before a migration isn't offered: that code refuses the newer database
(test_a_database_of_a_newer_version_is_refused), and a backup made before the upgrade is restored.
"""

from __future__ import annotations

import pytest
from django.db import connection
from django.utils import timezone

from tests.faults import evidence
from tests.faults.test_database_gone import Load, present
from tests.faults.test_disk_full import table
from tests.faults.test_races import check

pytestmark = [pytest.mark.realdb, pytest.mark.faults]
ROWS = 4_000


def test_F29_sessions_jobs_and_answers_survive_a_new_start_under_load(realdb, serve, tmp_path):
    from django.db import transaction

    from anlan.base.actor import Actor
    from anlan.domain.hazards import importing, tasks
    from anlan.domain.hazards.models import Batch
    from anlan.kernel.accounts import units
    from anlan.kernel.jobs import queue

    evidence.seed("F29")
    web = serve(realdb)
    cookie = web.sign_in()
    by, at = Actor(None, "test", trusted=True), timezone.now()
    path = table(tmp_path / "台账.csv", ROWS)
    batch, _refusals = importing.prepare(
        [("台账.csv", path)], unit=units.unnamed(by=by, at=at), by=by, at=at
    )
    with transaction.atomic():
        queue.enqueue("hazards.import", tasks.payload_of(batch, by), by, at=at)

    def rows() -> int:
        connection.close()
        return sum(
            Batch.objects.values_list("created", flat=True).filter(pk=batch.pk)
        )  # fmt: skip

    with Load(web) as load:
        web.until(lambda: rows() > 0, "the job didn't begin")
        at_stop = rows()
        web.stop()
        web.start()
        before = len(load.acknowledged)
        web.until(lambda: len(load.acknowledged) > before + 5, "no write after the new start")
        web.until(lambda: rows() == ROWS, f"the job stood still at {at_stop}", 180)
    assert set(load.statuses) <= {0, 200, 503}, set(load.statuses)
    assert not set(load.acknowledged) - present()
    page = web.get("/hazards/", Cookie=cookie)
    assert page.status == 200
    assert "account_login" not in page.body.decode()
    assert "/accounts/logout/" in page.body.decode(), "still signed in"
    web.stop()
    done = Batch.objects.get(pk=batch.pk)
    assert (done.created, done.rows) == (ROWS, ROWS + 1)
    assert not check()
