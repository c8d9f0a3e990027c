"""F30: somebody errs in bulk. It is taken back weeks later, and what happened stays on record."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.db.models import Sum
from django.utils import timezone

from tests.faults.test_disk_full import table
from tests.faults.test_races import check

pytestmark = pytest.mark.realdb
ROWS = 300


def ledger() -> dict[str, int]:
    from anlan.kernel.facts.models import Fact

    rows = Fact.objects.order_by().values_list("kind__code").annotate(n=Sum("quantity"))
    return {kind: n for kind, n in rows if n}


def test_F30_a_mistaken_import_is_taken_back_after_weeks_and_stays_on_record(
    realdb, tmp_path: Path
):
    from datetime import timedelta

    from anlan.base.actor import Actor
    from anlan.domain.hazards import importing
    from anlan.domain.hazards.models import Batch, Hazard
    from anlan.kernel.audit.models import AuditRow
    from anlan.kernel.loop.models import Case, Event

    path = table(tmp_path / "好.csv", 20)
    realdb.anlan("import", "hazards", str(path), "--json")
    before, cases = ledger(), Case.objects.count()
    wrong = table(tmp_path / "错.csv", ROWS)
    text = wrong.read_text("utf-8").replace("号设备", "号另一设备")
    wrong.write_text(text, "utf-8")
    told = json.loads(realdb.anlan("import", "hazards", str(wrong), "--json").stdout)
    assert ledger() != before
    batch = Batch.objects.order_by("-made_at").first()
    assert batch is not None, told
    assert batch.created == ROWS

    root = Actor(None, "office", trusted=True)
    importing.undo(batch.pk, by=root, at=timezone.now() + timedelta(days=30))

    assert ledger() == before, "every figure is as it was"
    # Nothing was deleted: the cases are there, out of the count, with their histories.
    assert Case.objects.count() == cases + ROWS
    assert Case.objects.filter(state="void").count() == ROWS
    assert Hazard.objects.count() == cases + ROWS
    assert Event.objects.filter(batch_id=batch.pk).count() >= 2 * ROWS
    acts = set(AuditRow.objects.values_list("action", flat=True))
    assert {"hazard.import", "hazard.undo"} <= acts, acts
    assert not check()
    # And the undoing itself is taken back by sending the file again.
    realdb.anlan("import", "hazards", str(wrong), "--json")
    assert Case.objects.exclude(state="void").count() == cases + ROWS
    assert not check()
