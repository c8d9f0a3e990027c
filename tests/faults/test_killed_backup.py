"""A backup or a restore that is killed: nothing half is ever offered, and nothing lies about."""

from __future__ import annotations

import json
import random
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from tests.faults import evidence
from tests.house.test_backup import empty
from tests.house.test_databases import add

pytestmark = [pytest.mark.realdb, pytest.mark.faults]
KILLS = 12 if evidence.TIER == "soak" else 4


def killed(realdb: Any, seconds: float, *arguments: str) -> bool:
    """Start a command and kill -9 it after so long; was it still at work?"""
    process = realdb.start(*arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
    return process.wait() == -signal.SIGKILL


@pytest.fixture
def photos(realdb: Any) -> Path:
    """Attachments, so that packing them takes a while."""
    folder = Path(settings.MEDIA_ROOT)
    pick = random.Random(1)
    for n in range(20):
        path = folder / f"{n:02d}/photo"
        path.parent.mkdir(parents=True)
        path.write_bytes(pick.randbytes(1 << 20))
    return folder


def test_F20_a_killed_backup_leaves_nothing_that_looks_like_one(realdb, photos, tmp_path):
    pick = random.Random(evidence.seed("F20-backup"))
    target = tmp_path / "of-tonight.backup"
    started = time.monotonic()
    realdb.anlan("backup", str(target))
    took = time.monotonic() - started
    whole = target.read_bytes()
    hit = 0
    for _kill in range(KILLS):
        hit += killed(realdb, took * pick.uniform(0.3, 1.0), "backup", str(target))
        if target.read_bytes() != whole:
            whole = target.read_bytes()  # that one came to its end
            assert realdb.anlan("backup", str(tmp_path / "another.backup")).returncode == 0
    assert hit >= KILLS // 3, f"{hit} of {KILLS} kills came in time"
    # The next one clears away what they left, above all the plain copies of the database.
    realdb.anlan("backup", str(target))
    left = [path.name for path in (*realdb.home.iterdir(), *tmp_path.glob("*.part"))]
    assert not [name for name in left if name.startswith("backup-") or name.endswith(".part")]
    connection.close()
    empty(realdb)
    realdb.anlan("restore", str(target))
    assert sum(path.is_file() for path in photos.rglob("*")) == 20


def test_F20_a_killed_restore_is_known_as_such_and_done_again(realdb, photos, tmp_path):
    """Before its last move the old data are whole; after its first nobody works on a half."""
    pick = random.Random(evidence.seed("F20-restore"))
    add("KEPT")
    made = tmp_path / "kept.backup"
    realdb.anlan("backup", str(made))
    connection.close()
    started = time.monotonic()
    realdb.anlan("restore", str(made), "--replace")
    took = time.monotonic() - started
    seen, hit = set(), 0
    for _kill in range(KILLS):
        hit += killed(realdb, took * pick.uniform(0.3, 1.0), "restore", str(made), "--replace")
        done = realdb.anlan("check", "--json", check=False)
        told = json.loads(done.stdout)
        if "error" in told:
            assert told["error"]["code"] == "restore_cut_off", told
            seen.add("cut off")
            realdb.anlan("restore", str(made), "--replace")
            told = json.loads(realdb.anlan("check", "--json").stdout)
        assert told["ok"], [one for one in told["invariants"] if not one["ok"]]
        for aside in realdb.home.glob("replaced-*"):
            shutil.rmtree(aside)
    assert hit >= KILLS // 3, f"{hit} of {KILLS} kills came in time"
    from anlan.kernel.regions.models import Region

    connection.close()
    assert Region.objects.filter(code="KEPT").exists()
    assert sum(path.is_file() for path in photos.rglob("*")) == 20
    realdb.anlan("backup", str(made))
    assert not [one for one in realdb.home.iterdir() if one.name.startswith("restore-")]


def test_F20_a_home_with_half_a_restore_starts_nothing(realdb, refused):
    from anlan.config import home

    home.mark_restoring(True)
    with refused("restore_cut_off"):
        home.prepare()
    home.mark_restoring(False)
    home.prepare()
