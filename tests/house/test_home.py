"""An empty ANLAN_HOME is made ready by whichever command comes first, once."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from django.conf import settings

from anlan.config import home
from anlan.config.demo import DONE
from anlan.kernel.accounts.models import Unit
from anlan.kernel.regions.models import Region
from tests.databases import ROOT

DIVISIONS = 34 + 333 + 2847


def start(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("ANLAN_")}
    return subprocess.Popen(
        [sys.executable, "-m", "anlan.config.cli", *arguments],
        env={**env, "ANLAN_HOME": str(folder), "PYTHONPATH": str(ROOT / "src")},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.faults
@pytest.mark.once
def test_two_first_commands_at_once_load_the_regions_once(tmp_path):
    started = [start(tmp_path / "home", "first-admin") for _ in range(2)]
    outputs = [process.communicate(timeout=300) for process in started]
    assert [process.returncode for process in started] == [0, 0], outputs
    with closing(sqlite3.connect(tmp_path / "home/anlan.sqlite3")) as base:
        (count,) = base.execute(
            "SELECT count(*) FROM regions_region WHERE level BETWEEN 1 AND 3 AND valid_to IS NULL"
        ).fetchone()
    assert count == DIVISIONS

    again = start(tmp_path / "home", "first-admin")
    _out, err = again.communicate(timeout=60)
    assert again.returncode == 0
    assert len(err.strip().splitlines()) == 1, "a later start prepares nothing and says nothing"


@pytest.mark.faults
@pytest.mark.once
def test_F19_a_preparation_killed_again_and_again_converges(tmp_path):
    for seconds in (1.5, 2.5, 4.0, 6.0):
        process = start(tmp_path / "home", "first-admin")
        try:
            process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
    last = start(tmp_path / "home", "first-admin")
    _out, err = last.communicate(timeout=300)
    assert last.returncode == 0, err
    with closing(sqlite3.connect(tmp_path / "home/anlan.sqlite3")) as base:
        assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        (count,) = base.execute(
            "SELECT count(*) FROM regions_region WHERE level BETWEEN 1 AND 3 AND valid_to IS NULL"
        ).fetchone()
    assert count == DIVISIONS


@pytest.mark.once
def test_secrets_are_readable_by_their_owner_only(tmp_path):
    start(tmp_path / "home", "--help").communicate(timeout=60)
    process = start(tmp_path / "home", "version")  # one of Django's own: settings are read
    process.communicate(timeout=60)
    secrets = tmp_path / "home/secrets"
    assert secrets.stat().st_mode & 0o077 == 0
    for path in secrets.iterdir():
        assert path.stat().st_mode & 0o077 == 0, path.name


@pytest.mark.realdb
def test_a_prepared_home_asks_only_one_question(realdb, monkeypatch):
    home.prepare()
    monkeypatch.setattr(home, "_migrate", lambda: pytest.fail("migrated again"))
    monkeypatch.setattr(home, "_seed", lambda: pytest.fail("loaded again"))
    home.prepare()


@pytest.mark.realdb
def test_a_database_of_a_newer_version_is_refused(realdb, refused):
    from django.db.migrations.recorder import MigrationRecorder

    MigrationRecorder.Migration.objects.create(app="loop", name="0099_from_the_future")
    with refused("newer_database"):
        home.prepare()


@pytest.mark.realdb
def test_a_stamp_of_another_database_proves_nothing(realdb, monkeypatch):
    home.prepare()
    stamp = settings.HOME / "prepared.json"
    text = json.loads(stamp.read_text()) | {"database": "another"}
    stamp.write_text(json.dumps(text))
    seeded = []
    monkeypatch.setattr(home, "_seed", lambda: seeded.append(1))
    home.prepare()
    assert seeded == [1]


def unit() -> Unit:
    area = Region.objects.get(code="530100")
    return Unit.objects.create(
        code="U1", name="昆明市应急管理局", kind="department", area=area, path=area.path
    )


@pytest.mark.realdb
def test_the_demo_leaves_peoples_data_alone(realdb, refused):
    unit()
    for fresh in (False, True):
        with refused("not_a_demo"):
            home.claim_for_demo(fresh=fresh, done=DONE)
    assert Unit.objects.filter(code="U1").exists()


@pytest.mark.realdb
def test_a_fresh_demo_empties_its_own_home_but_for_secrets(realdb):
    home.claim_for_demo(fresh=False, done=DONE)
    unit()
    (settings.HOME / "files").mkdir()
    (settings.HOME / "files/photo").write_text("x")
    (settings.HOME / "secrets").mkdir(exist_ok=True)
    (settings.HOME / "secrets/kept").write_text("x")
    home.claim_for_demo(fresh=True, done=DONE)
    assert home._applied() is None, "no table is left"
    assert not (settings.HOME / "files").exists()
    assert (settings.HOME / "secrets/kept").exists()


@pytest.mark.realdb
def test_a_demo_that_was_killed_half_way_begins_anew(realdb):
    home.claim_for_demo(fresh=False, done=DONE)
    unit()
    home.claim_for_demo(fresh=False, done=DONE)
    assert home._applied() is None


@pytest.mark.realdb
def test_a_finished_demo_is_kept(realdb):
    home.claim_for_demo(fresh=False, done=DONE)
    unit()
    (settings.HOME / DONE).touch()
    home.claim_for_demo(fresh=False, done=DONE)
    assert Unit.objects.filter(code="U1").exists()
