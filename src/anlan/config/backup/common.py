"""What making and restoring share: what lies where, the database's tools, one at a time."""

from __future__ import annotations

import argparse
import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from anlan.config.backup.refusals import ToolFailed, ToolMissing
from anlan.kernel.audit import trail

DATABASE = {"sqlite": "database.sqlite3", "postgresql": "database.pgdump"}
MANIFEST = "manifest.json"
FILES = "files"


@contextmanager
def at_work(folder: Path) -> Iterator[None]:
    """Keep others from clearing away what is being written, having cleared away what was left."""
    clear_leftovers(folder)
    with (settings.HOME / "backup.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        yield


def clear_leftovers(folder: Path) -> None:
    """Remove what a backup or restore that was killed left behind: a plain copy of the database,
    which must not lie about. Not while another one is at work."""
    with (settings.HOME / "backup.lock").open("w") as lock, suppress(BlockingIOError):
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for left in (*settings.HOME.glob("backup-*"), *settings.HOME.glob("restore-*")):
            shutil.rmtree(left, ignore_errors=True)
        for left in folder.glob("*.backup.*.part"):
            left.unlink(missing_ok=True)


def pg(tool: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs on our database."""
    newest = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{tool}"), reverse=True)
    program = shutil.which(tool) or (str(newest[0]) if newest else "")
    if not program:
        raise ToolMissing(tool=tool)
    known = connection.settings_dict
    names = {"HOST": "PGHOST", "PORT": "PGPORT", "USER": "PGUSER", "PASSWORD": "PGPASSWORD"}
    env = {variable: str(known[name]) for name, variable in names.items() if known[name]}
    done = subprocess.run(  # noqa: S603  our own program and arguments
        [program, "--no-password", f"--dbname={known['NAME']}", *arguments],
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ToolFailed(tool=tool, reason=done.stderr.strip()[-500:])


def audited(
    args: argparse.Namespace, action: str, object_id: str, after: dict[str, Any], at: datetime
) -> None:
    with transaction.atomic(durable=True):
        trail.record([trail.Entry(action, "backup", object_id, after=after)], by=args.actor, at=at)


def sync_folder(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
