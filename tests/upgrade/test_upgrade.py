"""The database of an earlier commit, with data in it, comes up to now with every figure kept.

The fixtures are made by tools/upgrade_fixture.py; to add one for a later commit, run it and name
the commit here.
"""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import tarfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from anlan.config import cli, home
from anlan.kernel.notices import delivering
from tests.databases import ROOT, RealDatabase

pytestmark = pytest.mark.realdb

COMMITS = ("7907543",)
#: Runs the migrations and kills itself at a statement; 0 lets it go on to the end.
MIGRATE = """
import os, signal, sys
import django
django.setup()
from django.core.management import call_command
from django.db import connection
left = int(sys.argv[1])
count = 0
def wrap(execute, sql, params, many, context):
    global count
    count += 1
    if count == left:
        os.kill(os.getpid(), signal.SIGKILL)
    return execute(sql, params, many, context)
with connection.execute_wrapper(wrap):
    call_command("migrate", verbosity=0, interactive=False)
print(count)
"""
#: How often one upgrade is killed on its way.
KILLS = 6


@pytest.fixture(params=COMMITS)
def old(
    request: pytest.FixtureRequest, realdb: RealDatabase, monkeypatch: pytest.MonkeyPatch
) -> RealDatabase:
    """The database and home of that commit, in the place of the test's own."""
    kind = "postgresql" if realdb.postgresql else "sqlite"
    data = Path(__file__).parent / f"data/{request.param}-{kind}.tar.xz"
    folder = realdb.home.parent / "old"
    with tarfile.open(data) as tar:
        tar.extractall(folder, filter="data")
    connection.close()
    if realdb.postgresql:
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        connection.close()
        load(realdb, folder / "database")
    else:
        shutil.copyfile(folder / "database", realdb.name)
    for path in (folder / "home").rglob("*"):
        if path.is_file() and path.name != "prepared.json":
            target = realdb.home / path.relative_to(folder / "home")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    (realdb.home / "prepared.json").unlink(missing_ok=True)
    # All of China takes long, and is no part of what was there.
    monkeypatch.setattr(home, "_seed", lambda: None)
    return realdb


def load(realdb: RealDatabase, dump: Path) -> None:
    newest = sorted(Path("/usr/lib/postgresql").glob("*/bin/psql"))[-1]
    subprocess.run(
        [newest, "-q", "-v", "ON_ERROR_STOP=1", "-o", "/dev/null", "-f", dump, realdb.url],
        check=True,
    )


def figures(realdb: RealDatabase) -> list[list[Any]]:
    """What the fixture wrote down of that commit's figures, asked of this commit."""
    from anlan.kernel.calendar import periods
    from anlan.kernel.facts.figures import Query
    from anlan.kernel.facts.figures import figures as asked
    from anlan.kernel.regions.models import Region

    expected = told(realdb)
    codes = dict(Region.objects.values_list("pk", "code"))
    cells = asked(
        Query(
            kinds=sorted({row[0] for row in expected}),
            areas=list(codes),
            periods=[periods.span(date(2024, m, 1), date(2024, m, 28)) for m in range(3, 13)],
            at=timezone.now(),
            by=("grade",),
        )
    )
    return sorted(
        [c.kind, codes[c.area_id], str(c.period.start), c.labels["grade"], c.value]
        for c in cells
        if c.value
    )


def told(realdb: RealDatabase) -> list[list[Any]]:
    found: list[list[Any]] = json.loads((realdb.home.parent / "old/figures.json").read_text())
    return found


def check(capsys: pytest.CaptureFixture[str]) -> None:
    # What waits for a worker is no flaw.
    delivering.fan_out(timezone.now())
    connection.close()
    capsys.readouterr()
    status = cli.main(["check", "--json"])
    found = json.loads(capsys.readouterr().out)
    assert status == 0, [one for one in found["invariants"] if not one["ok"]]


def columns() -> set[tuple[str, str]]:
    with connection.cursor() as cursor:
        return {
            (table, column.name)
            for table in connection.introspection.table_names(cursor)
            for column in connection.introspection.get_table_description(cursor, table)
        }


def test_an_upgrade_keeps_every_figure_and_breaks_no_invariant(
    old: RealDatabase, capsys: pytest.CaptureFixture[str]
) -> None:
    home.prepare()
    assert len(told(old)) > 100
    assert figures(old) == told(old)
    check(capsys)
    assert figures(old) == told(old), "the check changed a figure"


def migrate(old: RealDatabase, left: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", MIGRATE, str(left)],
        env=old.env, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip


@pytest.mark.faults
def test_migrations_killed_at_any_statement_go_on_when_started_again(
    old: RealDatabase, capsys: pytest.CaptureFixture[str], databases: Any, tmp_path: Path
) -> None:
    wanted = _columns_of_template(databases, tmp_path)
    killed = 0
    # Later and later: each start has less left to do.
    for left in (25, 40, 60, 90, 130, 200, 60, 90)[: KILLS + 2]:
        done = migrate(old, left)
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL, done.stderr
        killed += 1
    assert killed >= 3, "the upgrade was over before it could be killed"
    done = migrate(old, 0)
    assert done.returncode == 0, done.stderr
    assert columns() == wanted
    home.prepare()
    assert figures(old) == told(old)
    check(capsys)


def _columns_of_template(databases: Any, tmp_path: Path) -> set[tuple[str, str]]:
    with databases.copy("upgraded", tmp_path / "fresh") as fresh:
        fresh.use()
        try:
            return columns()
        finally:
            fresh.leave()
