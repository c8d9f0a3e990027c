"""F12: a disk fills up. What can't be saved is said, nothing is half done, nothing is lost."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from anlan.base.ids import uuid7
from tests.databases import ROOT
from tests.faults import evidence
from tests.faults.conftest import enlarge, fill, pointed_at
from tests.faults.test_database_gone import Load, present

pytestmark = [pytest.mark.realdb, pytest.mark.faults]
MB = 1 << 20


def table(path: Path, rows: int) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["检查日期", "企业名称", "隐患部位", "存在问题", "整改状态"])
        for n in range(rows):
            place = f"{n % 40}号厂房"
            writer.writerow(
                ["2024-06-25", f"模拟企业{n % 97}", place, f"{n}号设备缺防护罩" * 4, "整改中"]
            )
    return path


@pytest.fixture
def on_small_disk(
    databases: Any, django_db_blocker: Any, django_test_environment: None, small_disk
):
    """An ANLAN_HOME, database and all, on a disk of 90 MB."""
    from anlan.config import home

    folder = small_disk("home", 90)
    with django_db_blocker.unblock(), databases.copy("full", folder / "home") as own:
        own.use()
        home.mark_prepared()
        try:
            yield own, folder
        finally:
            own.leave()


@pytest.mark.sqlite
def test_F12_with_a_full_disk_writes_are_refused_and_reading_goes_on(on_small_disk, serve):
    evidence.seed("F12-home")
    database, folder = on_small_disk
    web = serve(database)
    with Load(web) as load:
        web.until(lambda: len(load.acknowledged) > 20, "no write went through")
        ballast = fill(folder)
        web.until(lambda: load.statuses[-20:].count(507) > 10, f"never full: {load.statuses[-9:]}")
        kept = load.acknowledged[0]
        assert web.api("GET", f"/{kept}/").status == 200
        assert web.get("/accounts/login/").status == 200
        ballast.unlink()
        before = len(load.acknowledged)
        web.until(lambda: len(load.acknowledged) > before + 10, "it stayed full")
    assert set(load.statuses) <= {200, 503, 507}, set(load.statuses)
    assert not set(load.acknowledged) - present()
    request_id, pk = uuid7(), uuid7()
    fill(folder)
    full = None
    for _try in range(200):
        full = web.find(pk, request_id)
        if full.status != 200:
            break
        request_id, pk = uuid7(), uuid7()
    assert full is not None
    assert full.status == 507
    assert full.json()["code"] == "disk_full"
    assert full.headers["retry-after"]
    enlarge(folder, 120)
    assert web.find(pk, request_id).status == 200
    web.stop()
    report = json.loads(database.anlan("check", "--json").stdout)
    assert report["ok"], [one for one in report["invariants"] if not one["ok"]]


@pytest.mark.sqlite
def test_F12_an_import_into_a_full_disk_says_so_and_goes_on_where_it_was(on_small_disk, tmp_path):
    database, folder = on_small_disk
    rows = 6_000
    path = table(tmp_path / "台账.csv", rows)
    ballast = fill(folder, leave=8 * MB)
    done = database.anlan("import", "hazards", str(path), "--json", check=False)
    assert done.returncode == 1, done.stdout
    told = json.loads(done.stdout)
    assert told["error"]["code"] == "disk_full", told
    ballast.unlink()
    done = database.anlan("import", "hazards", str(path), "--json")
    from anlan.domain.hazards.models import Hazard

    assert Hazard.objects.count() == rows
    report = json.loads(database.anlan("check", "--json").stdout)
    assert report["ok"], [one for one in report["invariants"] if not one["ok"]]


def next_segment(cluster: Any) -> None:
    """Let the log begin a new file: a token's 600 requests don't fill the one that is there."""
    import psycopg

    with suppress(psycopg.Error), closing(psycopg.connect(cluster.url, autocommit=True)) as own:
        own.execute("SELECT pg_switch_wal()")


@pytest.mark.postgresql
@pytest.mark.parametrize("what", ["data", "wal"])
def test_F12_with_postgresql_s_disk_full_nothing_answered_is_lost(
    django_test_environment, django_db_blocker, small_disk, serve, tmp_path, what
):
    """Its data run full (a statement fails), or its log (the server itself goes down)."""
    from anlan.config import home, testing_cluster
    from tests.databases import Databases

    evidence.seed(f"F12-{what}")
    if testing_cluster.programs() is None:
        pytest.skip("PostgreSQL is absent")
    data = small_disk("pg", 400)
    more = "max_wal_size = 64MB\nmin_wal_size = 32MB\nwal_recycle = off\n"
    with testing_cluster.running(durable=True, folder=data, more=more) as cluster:
        if what == "wal":
            log = small_disk("wal", 160)
            shutil.chown(log, testing_cluster.USER)
            cluster.stop()
            subprocess.run(["cp", "-a", f"{cluster.data}/pg_wal", str(log)], check=True)
            shutil.rmtree(cluster.data / "pg_wal")
            (cluster.data / "pg_wal").symlink_to(log / "pg_wal")
            cluster.start()
        disk = log if what == "wal" else data
        copied = Databases(tmp_path, "full").copy("full", tmp_path / "home")
        with django_db_blocker.unblock(), pointed_at(cluster), copied as own:
            own.use()
            home.mark_prepared()
            try:
                web = serve(own)
                with Load(web) as load:
                    web.until(lambda: len(load.acknowledged) > 20, "no write went through")
                    ballast = fill(disk)

                    def is_full() -> bool:
                        if what == "wal":
                            next_segment(cluster)
                        return load.statuses[-20:].count(200) == 0

                    web.until(is_full, "it never got full", 120)
                    ballast.unlink()
                    if not _alive(cluster.pid):
                        cluster.start()
                    before = len(load.acknowledged)
                    web.until(lambda: len(load.acknowledged) > before + 10, "still full")
                assert set(load.statuses) <= {200, 503, 507}, set(load.statuses)
                assert not set(load.acknowledged) - present()
                web.stop()
                report = json.loads(own.anlan("check", "--json").stdout)
                assert report["ok"], [one for one in report["invariants"] if not one["ok"]]
            finally:
                own.leave()


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return pid > 0


def test_F12_files_that_find_no_room_leave_nothing_behind(realdb, small_disk, refused, tmp_path):
    """Attachments and workbooks on a full disk: refused in words, no half file, no row."""
    from django.conf import settings
    from django.utils import timezone

    from anlan.base.actor import Actor
    from anlan.domain.hazards import importing
    from anlan.domain.hazards.models import Batch
    from anlan.kernel.accounts import units
    from anlan.kernel.papers import store

    disk = small_disk("media", 4)
    by, at = Actor(None, "test", trusted=True), timezone.now()
    unit = units.unnamed(by=by, at=at)
    before = settings.MEDIA_ROOT
    settings.MEDIA_ROOT = disk / "files"
    try:
        settings.MEDIA_ROOT.mkdir()
        (settings.MEDIA_ROOT / "imports").mkdir()
        fill(disk, leave=MB // 4)
        with refused("store_full"):
            store.put(os.urandom(MB))
        path = table(tmp_path / "台账.csv", 6_000)
        assert path.stat().st_size > MB // 2
        with refused("disk_full"):
            importing.prepare([("台账.csv", path)], unit=unit, by=by, at=at)
        left = [one for one in settings.MEDIA_ROOT.rglob("*") if one.is_file()]
        assert not left
        assert not Batch.objects.exists()
        (disk / "ballast").unlink()
        store.put(os.urandom(MB))
        assert importing.prepare([("台账.csv", path)], unit=unit, by=by, at=at)[0].pk
    finally:
        settings.MEDIA_ROOT = before


@pytest.mark.once
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_F12_a_workbook_that_finds_no_room_to_be_unpacked_is_not_called_damaged(
    small_disk, tmp_path, kind
):
    import xlsxwriter

    disk = small_disk("tmp", 1)
    path = table(tmp_path / "台账.csv", 12_000)
    if kind == "xlsx":
        with path.open(encoding="utf-8", newline="") as file:
            lines = list(csv.reader(file))
        path = tmp_path / "台账.xlsx"
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet()
            for at, line in enumerate(lines):
                sheet.write_row(at, 0, line)
    script = (
        "import sys, django; django.setup()\n"
        "from anlan.base.refusal import Refusal\n"
        "from anlan.kernel.papers.sheets import read_workbook\n"
        "from pathlib import Path\n"
        "try: print('read', read_workbook(Path(sys.argv[1]), 'x').row_count)\n"
        "except Refusal as refusal: print('refused', refusal.code)\n"
    )
    env = {**os.environ, "TMPDIR": str(disk), "PYTHONPATH": str(ROOT / "src"),
           "DJANGO_SETTINGS_MODULE": "anlan.config.settings", "ANLAN_HOME": str(tmp_path / "h")}  # fmt: skip
    command = [sys.executable, "-c", script, str(path)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.stdout == "refused disk_full\n", done.stdout + done.stderr
    assert not list(disk.iterdir()), "what was begun is cleared away"
    enlarge(disk, 64)
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("read 12"), done.stdout


def test_F12_a_backup_that_finds_no_room_leaves_none_and_the_one_before_stays(realdb, small_disk):
    disk = small_disk("backups", 30)
    target = disk / "first.backup"
    first = realdb.anlan("backup", str(target), "--json", check=False)
    assert first.returncode == 0, first.stdout
    kept = target.read_bytes()
    fill(disk, leave=64_000)
    done = realdb.anlan("backup", str(disk / "second.backup"), "--json", check=False)
    assert done.returncode == 1
    assert json.loads(done.stdout)["error"]["code"] == "disk_full", done.stdout
    assert sorted(one.name for one in disk.iterdir()) == ["ballast", "first.backup"]
    assert target.read_bytes() == kept
    assert not [one for one in realdb.home.iterdir() if one.name.startswith("backup-")]
