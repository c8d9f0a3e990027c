"""F20, the drill: people work while a backup is made; it comes back on an empty machine."""

from __future__ import annotations

import json
import shutil
import threading
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from anlan.base.ids import uuid7
from anlan.config import cli, home
from anlan.domain.hazards import commands
from anlan.domain.hazards.commands import Finding
from anlan.domain.hazards.models import Hazard
from anlan.domain.hazards.tests.stage import ROOT, whole
from anlan.kernel.calendar import periods
from anlan.kernel.facts.figures import Query, figures
from anlan.kernel.notices import delivering
from anlan.kernel.regions.queries import by_code

pytestmark = pytest.mark.realdb


class Writer(threading.Thread):
    """Somebody who enters hazards, one after the other, and has each one rectified."""

    def __init__(self, name: str, area: int, unit: int, firm: int) -> None:
        super().__init__(daemon=True)
        self.who, self.area, self.unit, self.firm = name, area, unit, firm
        self.stopped = threading.Event()
        #: How many were acknowledged: entered, and assigned.
        self.done = 0
        self.failed: list[BaseException] = []

    def run(self) -> None:
        try:
            while not self.stopped.is_set():
                self.one()
                self.done += 1
        except BaseException as error:
            self.failed.append(error)
        finally:
            connection.close()

    def one(self) -> None:
        pk, at = uuid7(), timezone.now()
        found = Finding(
            pk, f"{self.who} {self.done}", self.area, self.unit, timezone.localdate(at),
            grade="ordinary",
        )  # fmt: skip
        commands.find([found], by=ROOT, request_id=uuid7(), at=at)
        commands.assign([pk], rectifier=self.firm, by=ROOT, request_id=uuid7(), at=at)


def stands(areas: list[int]) -> dict[str, int]:
    now = timezone.now()
    cells = figures(
        Query(
            kinds=["hazard.found", "hazard.assigned", "hazard.open"],
            areas=areas,
            periods=[periods.day(timezone.localdate(now))],
            at=now,
        )
    )
    return {cell.kind: cell.value or 0 for cell in cells}


def test_F20_a_backup_among_writers_is_a_moment_and_comes_back_on_an_empty_machine(
    realdb: Any,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(home, "_seed", lambda: None)
    cast, area = whole(), by_code("530102").pk
    unit, firm = cast.units["office"].pk, cast.units["firm"].pk
    # SQLite takes one writer at a time anyway.
    writers = [Writer(f"w{n}", area, unit, firm) for n in range(3 if realdb.postgresql else 1)]
    for writer in writers:
        writer.start()
    kept = tmp_path / "kept.backup"
    try:
        while sum(writer.done for writer in writers) < 6:
            assert not any(writer.failed for writer in writers), writers[0].failed
        before = {writer.who: writer.done for writer in writers}
        assert cli.main(["backup", str(kept), "--json"]) == 0
        after = {writer.who: writer.done for writer in writers}
    finally:
        for writer in writers:
            writer.stopped.set()
        for writer in writers:
            writer.join(60)
    assert not [writer.failed for writer in writers if writer.failed]
    empty(realdb)
    capsys.readouterr()
    assert cli.main(["restore", str(kept), "--json"]) == 0
    numbers = [text.split() for text in Hazard.objects.values_list("description", flat=True)]
    for who in before:
        own = sorted(int(number) for name, number in numbers if name == who)
        # All that was acknowledged before, nothing from after, and no gap between.
        assert own == list(range(len(own)))
        assert before[who] <= len(own) <= after[who] + 1
    found = stands([area])
    assert found["hazard.found"] == found["hazard.open"] == len(numbers)
    assert len(numbers) - len(writers) <= found["hazard.assigned"] <= len(numbers)
    delivering.fan_out(timezone.now())
    connection.close()
    capsys.readouterr()
    status = cli.main(["check", "--json"])
    told = json.loads(capsys.readouterr().out)
    assert status == 0, [one for one in told["invariants"] if not one["ok"]]


def empty(realdb: Any) -> None:
    """As on a new machine: nothing but the secrets, which were kept elsewhere."""
    if realdb.postgresql:
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    connection.close()
    for path in settings.HOME.iterdir():
        if path.name != "secrets":
            shutil.rmtree(path) if path.is_dir() else path.unlink()
