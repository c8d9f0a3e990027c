"""S34: what is only temporary is gone within the hour, whoever was killed over it."""

from __future__ import annotations

import ast
import os
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

import anlan
from anlan.kernel.jobs.clock import TICKS
from anlan.kernel.papers.sheets import scratch

NOW = datetime(2024, 6, 25, tzinfo=UTC)
HOUR = 3_600


@pytest.fixture
def temporary(tmp_path, settings, monkeypatch) -> Path:
    folder = tmp_path / "tmp"
    folder.mkdir()
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "uploads"
    settings.FILE_UPLOAD_TEMP_DIR.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def aged(path: Path, seconds: float, content: bytes | None = b"x") -> Path:
    if content is None:
        path.mkdir()
        (path / "rows.jsonl").write_bytes(b"x")
    else:
        path.write_bytes(content)
    os.utime(path, (time.time() - seconds,) * 2)
    return path


def test_S34_temporary_files_of_ours_are_swept_after_an_hour_and_no_others(temporary, settings):
    uploads = settings.FILE_UPLOAD_TEMP_DIR
    old = [
        aged(temporary / f"anlan-out-{os.getpid()}-x", HOUR + 60, None),
        aged(temporary / "anlan-in-x", HOUR + 60, None),
        aged(temporary / "anlan-sheet-x", HOUR + 60, None),
        aged(temporary / "anlan-scan-x", HOUR + 60),
        aged(uploads / "tmpabc.upload.xlsx", HOUR + 60),
    ]
    young = [aged(temporary / "anlan-in-y", HOUR - 60, None), aged(uploads / "b.upload", 60)]
    strangers = aged(temporary / "somebody-elses", 9 * HOUR)
    TICKS["papers.temporary"].call(NOW)
    assert [path for path in old if path.exists()] == []
    assert all(path.exists() for path in (*young, strangers))
    assert TICKS["papers.temporary"].seconds + HOUR <= 1.25 * HOUR


def test_S34_a_link_among_them_leads_nowhere(temporary, tmp_path):
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "file").write_bytes(b"x")
    link = temporary / "anlan-in-link"
    link.symlink_to(kept)
    os.utime(link, (0, 0), follow_symlinks=False)
    assert scratch.sweep_stale() == 1
    assert not link.is_symlink()
    assert (kept / "file").exists()


def test_S34_every_temporary_file_has_a_name_that_is_swept():
    """A call without a prefix, or with another one, would be found by nobody."""
    package, wrong = Path(anlan.__file__).parent, []
    for path in package.rglob("*.py"):
        if "tests" in path.parts or path.name.startswith(("testing", "cli_lock")):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not ast.unparse(node.func).startswith("tempfile."):
                continue
            if ast.unparse(node.func) == "tempfile.gettempdir":
                continue
            given = {word.arg: ast.unparse(word.value) for word in node.keywords}
            ours = any(name in given.get("prefix", "") for name in scratch.OURS)
            # A backup's lie in the home, where config/ticks.py clears them away.
            at_home = given.get("dir") == "settings.HOME"
            by_name = given.get("prefix", "") == "FOLDER_PREFIX" or "{PREFIX}" in str(given)
            if not (ours or at_home or by_name):
                wrong.append((path.name, node.lineno))
    assert wrong == []
