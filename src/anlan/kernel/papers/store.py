"""The store: files named by the sum of their bytes, below MEDIA_ROOT and outside the web's reach.

A file is whole and on the disk before any row speaks of it (F04), and is summed again each time
it is read (F05).
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from anlan.base import crypto
from anlan.kernel.papers.refusals import StoreFull

#: A file that no row speaks of is from a transaction that was rolled back, once it is this old.
ORPHAN_SECONDS = 86_400


class Rotten(Exception):
    """The bytes on the disk don't fit their name, or are gone."""


def path_of(sum_: str) -> Path:
    algorithm, _, digits = sum_.partition(":")
    assert algorithm.isalnum(), sum_
    assert digits.isalnum(), sum_
    return Path(settings.MEDIA_ROOT) / algorithm / digits[:2] / digits[2:4] / digits


def put(data: bytes) -> str:
    """Put bytes on the disk for good; returns their sum. The same bytes are stored once."""
    sum_ = crypto.digest(data)
    path = path_of(sum_)
    if path.exists() and _fits(path, sum_):
        return sum_
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
        for folder in (path.parent, path.parent.parent, path.parent.parent.parent):
            _sync(folder)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise StoreFull from error
    return sum_


def holds(sum_: str) -> bool:
    return path_of(sum_).is_file()


def keep(sum_: str) -> None:
    """Make a file young again that a form waits for, so that the sweep leaves it a day more."""
    with suppress(OSError):
        os.utime(path_of(sum_))


def get(sum_: str) -> bytes:
    """The bytes of that sum. Raises Rotten if the disk holds others, or none."""
    try:
        data = path_of(sum_).read_bytes()
    except OSError as error:
        raise Rotten(sum_) from error
    if crypto.digest(data) != sum_:
        raise Rotten(sum_)
    return data


def _fits(path: Path, sum_: str) -> bool:
    return crypto.digest(path.read_bytes()) == sum_


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def files() -> Iterator[tuple[str, Path]]:
    """Every file in the store with the sum that its name says."""
    root = Path(settings.MEDIA_ROOT)
    if not root.exists():
        return
    for path in root.glob("*/??/??/*"):
        yield f"{path.parent.parent.parent.name}:{path.name}", path


def sweep(known: set[str]) -> int:
    """Remove old files that no row speaks of, and half-written ones; returns how many."""
    removed = 0
    for sum_, path in list(files()):
        if sum_ not in known and time.time() - path.stat().st_mtime > ORPHAN_SECONDS:
            path.unlink()
            removed += 1
    return removed
