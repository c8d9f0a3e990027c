"""Rows parsed by a second process while this one writes those before them to the database.

Parsing takes about a fifth of an import's time and needs no database, so on two cores it costs
nothing. The second process is never more than a chunk ahead: the pipe is full by then. Should it
die, this process reads on by itself from where it got to; should this one die, the other ends at
its next write.

    python -m anlan.domain.hazards.ahead    reads one JSON line, writes pickled lists of rows
"""

from __future__ import annotations

import json
import logging
import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from django.apps import apps
from django.conf import settings

import anlan
from anlan.domain.hazards import reading
from anlan.domain.hazards.reading import IgnoredRow, ParsedRow, RejectedRow
from anlan.kernel.papers.sheets import read_workbook

Item = ParsedRow | RejectedRow | IgnoredRow

#: A smaller file is read before a second process has started.
BYTES_MIN = 200_000
END = b"end"
#: What is run is this checkout.
ROOT = Path(anlan.__file__).parent.parent

log = logging.getLogger(__name__)


def items(path: Path, name: str, plan: dict[str, Any], today: date) -> Iterator[Item]:
    """The file's rows, each as exactly one result, in the same order every time."""
    book = read_workbook(path, name)
    context = reading.Context(today=today)
    return reading.parse(book, reading.Plan.from_json(plan), context)


def chunks(
    path: Path, name: str, plan: dict[str, Any], today: date, *, start: int, size: int
) -> Iterator[list[Item]]:
    """The results from number ``start`` on, ``size`` at a time."""
    if path.stat().st_size >= BYTES_MIN and (os.cpu_count() or 1) > 1:
        wanted = {
            "path": str(path), "name": name, "plan": plan, "today": today.isoformat(),
            "start": start, "size": size,
        }  # fmt: skip
        for chunk in _of_child(wanted):
            if chunk is None:
                return
            start += len(chunk)
            yield chunk
    yield from _of_ours(path, name, plan, today, start, size)


def _of_ours(
    path: Path, name: str, plan: dict[str, Any], today: date, start: int, size: int
) -> Iterator[list[Item]]:
    left = islice(items(path, name, plan, today), start, None)
    while chunk := list(islice(left, size)):
        yield chunk


def _of_child(wanted: dict[str, Any]) -> Iterator[list[Item] | None]:
    """Chunks as they come, then None; ends without None where the other process died."""
    child = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", __name__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "DJANGO_SETTINGS_MODULE": settings.SETTINGS_MODULE,
        },
    )
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        child.stdin.write(json.dumps(wanted).encode())
        child.stdin.close()
        while True:
            # Only our own program, started here, writes to this pipe.
            chunk = pickle.load(child.stdout)  # noqa: S301
            if chunk == END:
                yield None
                return
            yield chunk
    except (EOFError, pickle.UnpicklingError, BrokenPipeError):
        log.warning("the process that parses ahead died; this one reads on")
        return
    finally:
        child.kill()
        child.wait()
        child.stdout.close()


def main(source: BinaryIO, out: BinaryIO) -> None:
    """The second process."""
    wanted = json.load(source)
    for chunk in _of_ours(
        Path(wanted["path"]),
        wanted["name"],
        wanted["plan"],
        date.fromisoformat(wanted["today"]),
        wanted["start"],
        wanted["size"],
    ):
        pickle.dump(chunk, out, protocol=pickle.HIGHEST_PROTOCOL)
        out.flush()
    pickle.dump(END, out)
    out.flush()


if __name__ == "__main__":
    # Parsing needs no app, and loading all of them takes longer than the first thousand rows.
    apps.populate(())
    main(sys.stdin.buffer, sys.stdout.buffer)
