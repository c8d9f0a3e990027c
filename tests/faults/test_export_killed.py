"""F26: an export is killed or cancelled half way. No half file is offered, and none lies about."""

from __future__ import annotations

import io
import os
import random
import signal
import socket
import tempfile
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.faults import evidence
from tests.faults.test_disk_full import table
from tests.house.test_serve import children

pytestmark = [pytest.mark.realdb, pytest.mark.faults]
ROWS, KILLS = (40_000, 8) if evidence.TIER == "soak" else (6_000, 4)


@pytest.fixture
def signed_in(realdb: Any, serve: Any, tmp_path: Path) -> Any:
    """A served product with rows to take out, its scratch folder apart, and a session's cookie."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    web = serve(realdb, TMPDIR=str(scratch))
    path = table(tmp_path / "台账.csv", ROWS)
    realdb.anlan("import", "hazards", str(path), "--unit", "f-office", "--json")
    return web, scratch, {"Cookie": web.sign_in()}


def granian_workers(web: Any) -> list[int]:
    """The processes that answer: children of granian, a child of the supervisor."""
    return [
        pid
        for parent, words in children(web.process.pid).items() if "granian" in words
        for pid, inner in children(parent).items() if "resource_tracker" not in inner
    ]  # fmt: skip


def test_F26_a_killed_export_offers_no_half_file_and_leaves_none(signed_in):
    pick = random.Random(evidence.seed("F26"))
    web, scratch, cookie = signed_in
    started = time.monotonic()
    whole = web.get("/hazards/export.xlsx", timeout=300, **cookie)
    took = time.monotonic() - started
    assert whole.status == 200, whole
    assert sheet_rows(whole.body) > ROWS
    assert not list(scratch.glob("anlan-out-*"))
    for _kill in range(KILLS):
        # Asked by hand, so that the answer isn't waited for before the blow.
        with socket.create_connection(("127.0.0.1", web.port)) as asked:
            asked.sendall(
                f"GET /hazards/export.xlsx HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie['Cookie']}"
                "\r\nConnection: close\r\n\r\n".encode()
            )
            time.sleep(took * pick.uniform(0.2, 0.7))
            for pid in granian_workers(web):
                os.kill(pid, signal.SIGKILL)
            asked.settimeout(10)
            got = b""
            try:
                while piece := asked.recv(65_536):
                    got += piece
            except OSError:
                pass
        assert b" 200 " not in got.split(b"\r\n")[0], "nothing is offered before it is whole"
        web.until(lambda: web.get("/accounts/login/").status == 200, "the web stayed away")
    again = web.get("/hazards/export.xlsx", timeout=300, **cookie)
    assert sheet_rows(again.body) == sheet_rows(whole.body)
    assert not list(scratch.glob("anlan-out-*")), "what the killed ones left is cleared away"


def test_F26_who_hangs_up_leaves_nothing(signed_in):
    web, scratch, cookie = signed_in
    assert web.get("/hazards/export.xlsx", timeout=0.5, **cookie).status == 0
    web.until(lambda: not list(scratch.glob("anlan-out-*")), "the scratch folder stayed")
    assert web.get("/accounts/login/").status == 200


def sheet_rows(data: bytes) -> int:
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        assert book.testzip() is None
        return book.read("xl/worksheets/sheet1.xml").count(b"<row ")


@pytest.mark.once
def test_F26_a_scratch_folder_of_a_dead_process_is_cleared_away(tmp_path, monkeypatch):
    from anlan.kernel.papers.sheets.scratch import PREFIX, scratch

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    dead, own = tmp_path / f"{PREFIX}999999999-x", tmp_path / f"{PREFIX}{os.getpid()}-y"
    other = tmp_path / "anlan-test"
    for folder in (dead, own, other):
        folder.mkdir()
    with scratch() as mine:
        assert mine.stat().st_mode & 0o077 == 0
        assert not dead.exists()
        assert own.exists()
    assert not mine.exists()
    assert other.exists()
