"""Folders for what is being written: gone when it is done, and cleared away if that was killed."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PREFIX = "anlan-out-"
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
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError, ValueError):
            old = time.time() - folder.stat().st_mtime > STALE_SECONDS
            pid = int(folder.name.removeprefix(PREFIX).partition("-")[0])
            if old or not Path(f"/proc/{pid}").exists():
                shutil.rmtree(folder, ignore_errors=True)
