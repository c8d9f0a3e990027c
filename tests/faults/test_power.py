"""F04: nobody is told “saved” before it is on the disk, and a database that may forget is refused."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

from anlan.base.ids import uuid7
from tests.faults.conftest import need
from tests.faults.test_export_killed import granian_workers

pytestmark = pytest.mark.realdb
WRITES = 20


@pytest.mark.postgresql
def test_F04_a_server_that_may_forget_is_refused(realdb, refused, monkeypatch, capsys):
    """The tests' own cluster is such a one."""
    from anlan.config import durability

    assert durability.switched_off() == ["fsync", "full_page_writes", "synchronous_commit"]
    with refused("not_durable"):
        durability.demand()
    monkeypatch.setenv("ANLAN_UNSAFE", "1")
    durability.demand()
    assert "fsync" in capsys.readouterr().err


@pytest.mark.postgresql
@pytest.mark.faults
def test_F04_a_server_that_writes_through_is_taken(fragile):
    from anlan.config import durability

    assert durability.switched_off() == []
    durability.demand()


@pytest.mark.sqlite
def test_F04_sqlite_is_told_to_write_through(realdb):
    done = realdb.anlan(
        "shell", "-c",
        "from django.db import connection as c; q = c.cursor(); q.execute('PRAGMA synchronous');"
        "print('synchronous', q.fetchone()[0])",
    )  # fmt: skip
    assert "synchronous 2" in done.stdout


@pytest.mark.sqlite
@pytest.mark.faults
def test_F04_every_write_is_on_the_disk_before_its_answer(realdb, serve, tmp_path: Path):
    """Watched from outside: fdatasync of the log ends before “200” goes out, each time."""
    need("strace")
    web = serve(realdb)
    (pid,) = granian_workers(web)[:1]
    log = tmp_path / "trace"
    watcher = subprocess.Popen(
        ["strace", "-f", "-s", "40", "-o", str(log), "-p", str(pid),
         "-e", "trace=fdatasync,fsync,sendto,sendmsg,write,writev"],
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert watcher.stderr is not None
        first = watcher.stderr.readline()
        if "attach" not in first or "Operation not permitted" in first:
            pytest.skip(f"strace can't attach here: {first.strip()}")
        time.sleep(0.5)
        for _write in range(WRITES):
            assert web.find(uuid7(), uuid7()).status == 200
    finally:
        os.kill(watcher.pid, 2)
        watcher.wait(20)
    order = []
    for line in log.read_text(errors="replace").splitlines():
        if ("sync(" in line and line.rstrip().endswith("= 0")) or "sync resumed" in line:
            order.append("synced")
        elif "HTTP/1.1 200" in line:
            order.append("answered")
    assert order.count("answered") == WRITES, order[:40]
    synced = False
    for what in order:
        assert what == "synced" or synced, "an answer went out before its write was on the disk"
        synced = what == "synced"
