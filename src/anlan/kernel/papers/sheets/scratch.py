"""Folders for what is being written: gone when it is done, and cleared away if that was killed."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings

PREFIX = "anlan-out-"
#: Every name that a temporary file or folder of ours begins with.
OURS = (PREFIX, "anlan-in-", "anlan-sheet-", "anlan-scan-")
#: Older ones are left-overs, whoever made them (S34).
STALE_SECONDS = 3_600


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder of one's own that only its owner reads.

    A killed process can't tidy up, so the next one that writes does: a folder is named after the
    process that made it.
    """
    _sweep()
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sweep() -> None:
    """What other processes were writing when they were killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError, ValueError):
            pid = int(folder.name.removeprefix(PREFIX).partition("-")[0])
            if not Path(f"/proc/{pid}").exists():
                shutil.rmtree(folder, ignore_errors=True)


def sweep_stale(seconds: float = STALE_SECONDS) -> int:
    """Remove temporary files of ours that are older than this; returns how many (S34)."""
    removed = 0
    found = [path for prefix in OURS for path in Path(tempfile.gettempdir()).glob(f"{prefix}*")]
    # Uploads lie in a folder of our own, where Django names them.
    for path in (*found, *Path(settings.FILE_UPLOAD_TEMP_DIR).glob("*")):
        with suppress(OSError):  # another process was faster
            if time.time() - path.lstat().st_mtime > seconds:
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path)
                else:
                    path.unlink()
                removed += 1
    return removed
