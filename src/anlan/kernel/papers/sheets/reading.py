"""From a file that somebody sent to a Workbook: refusals, then a parser in a limited child."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

from anlan.base.refusal import DiskFull, disk_is_full
from anlan.kernel.papers.sheets import archive, delimited
from anlan.kernel.papers.sheets.book import Merge, Sheet, Value, Workbook, column_of, spooled
from anlan.kernel.papers.sheets.refusals import (
    Bomb,
    Broken,
    Empty,
    Encrypted,
    Entities,
    KindUnknown,
    Macros,
    SheetRefusal,
    TooBig,
    TooMuchWork,
    flaw,
)

FILE_BYTES_MAX = 20_000_000
WALL_SECONDS_MAX = 180
FOLDER_PREFIX = "anlan-sheet-"
STALE_SECONDS = 24 * 3_600
Progress = Callable[[int, int, str], None]

_CHILD = Path(__file__).with_name("_child.py")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BIFF_ALONE = (b"\x09\x08\x10\x00", b"\x09\x04\x06\x00", b"\x09\x02\x06\x00", b"\x09\x08\x08\x00")
_OTHER_MAGIC = (
    (b"%PDF", "pdf"),
    (b"\x89PNG", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"Rar!", "rar"),
    (b"7z\xbc\xaf", "7z"),
    (b"\x1f\x8b", "gz"),
    (b"{\\rtf", "rtf"),
    (b"\x7fELF", "exe"),
    (b"MZ", "exe"),
    (b"GIF8", "gif"),
)
_TEXT_EXTENSIONS = ("csv", "tsv", "txt")
_EXTENSIONS = {"xlsx": "xlsx", "xls": "xls", "csv": "csv", "tsv": "csv", "txt": "csv"}


def read_workbook(path: Path | str, name: str = "", progress: Progress | None = None) -> Workbook:
    """Read a .xlsx, .xls or text table, whatever its name says.

    path:      the file as it was stored.
    name:      what its sender called it; its ending is only compared with the real kind.
    progress:  called with (rows done, rows in all, sheet) now and then.

    Raises a SheetRefusal for the whole file. Rows are streamed from a temporary folder, so a
    million of them need no memory; close the workbook when done.
    """
    path = Path(path)
    name = name or path.name
    size = path.stat().st_size
    if size == 0:
        raise Empty(name=name)
    kind = _kind(path, name, size)
    notes = _extension_notes(name, kind)
    if kind == "csv":
        book = _read_text(path, name, size, notes)
    else:
        book = _read_in_child(path, name, kind, notes, progress)
    book.digest = _digest(path)
    return book


@cache
def _sweep() -> None:
    """Remove, once a process, what readers that were killed left behind a day ago or longer."""
    before = time.time() - STALE_SECONDS
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDER_PREFIX}*"):
        try:
            if folder.stat().st_mtime < before:
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue  # Another process swept it first.


def _folder() -> Path:
    _sweep()
    return Path(tempfile.mkdtemp(prefix=FOLDER_PREFIX))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _extension(name: str) -> str:
    return name.rpartition(".")[2].casefold() if "." in name else ""


def _extension_notes(name: str, kind: str) -> list[str]:
    stated = _EXTENSIONS.get(_extension(name), "")
    return [] if stated == kind else ["extension_differs"]


def _kind(path: Path, name: str, size: int) -> str:
    """xlsx, xls, csv, html or xml by content; a refusal for anything else."""
    with path.open("rb") as file:
        head = file.read(8_192)
        if head[:2] == b"PK":
            return _archive_kind(file, name, size)
    if head.startswith(_OLE) or head.startswith(_BIFF_ALONE):
        return _ole_kind(path, name, size)
    for magic, what in _OTHER_MAGIC:
        if head.startswith(magic):
            raise KindUnknown(name=name, found=what.upper())
    lowered = head.lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t").replace(b"\0", b"").lower()
    if lowered.startswith(b"<?xml") and b"office:spreadsheet" in lowered:
        _at_most(name, size, FILE_BYTES_MAX)
        return "xml"
    if lowered[:1] == b"<" and (b"<html" in lowered or b"<table" in lowered):
        _at_most(name, size, FILE_BYTES_MAX)
        return "html"
    if lowered.startswith(b"mime-version"):
        raise KindUnknown(name=name, found="MHTML")
    if not _looks_like_text(head):
        raise KindUnknown(name=name, found=flaw("an unknown format"))
    _at_most(name, size, delimited.CSV_BYTES_MAX)
    return "csv"


def _looks_like_text(head: bytes) -> bool:
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return True
    sample = head[: len(head) // 2 * 2]
    if sample.count(0) > len(sample) // 8:
        # UTF-16 without its mark: one of the two bytes of each character is nearly always 0 in
        # separators and digits; binary data has zeros in both places and control characters.
        odd, even = sample[1::2].count(0), sample[0::2].count(0)
        return min(odd, even) * 8 < max(odd, even)
    control = sum(1 for byte in head if byte < 32 and byte not in (9, 10, 11, 12, 13, 26, 0))
    return control * 50 <= len(head)


def _at_most(name: str, size: int, limit: int) -> None:
    if size > limit:
        raise TooBig(name=name, what=flaw("file"), size=_mb(size), limit=_mb(limit))


def _mb(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB"


def _archive_kind(file: Any, name: str, size: int) -> str:
    _at_most(name, size, FILE_BYTES_MAX)
    try:
        found = archive.members(file)
    except archive.BadArchive as bad:
        _refuse(name, bad.reason, bad.what, bad.size, bad.limit)
    kind = archive.kind(found)
    if kind != "xlsx":
        raise KindUnknown(name=name, found=kind.upper())
    if _extension(name) in ("xlsm", "xltm", "xlam"):
        raise Macros(name=name)
    return kind


def _ole_kind(path: Path, name: str, size: int) -> str:
    _at_most(name, size, FILE_BYTES_MAX)
    raw = path.read_bytes()

    def has(stream: str) -> bool:
        return stream.encode("utf-16-le") in raw

    if has("EncryptedPackage") or has("EncryptionInfo"):
        raise Encrypted(name=name)
    if has("_VBA_PROJECT_CUR") or has("_VBA_PROJECT"):
        raise Macros(name=name)
    if raw.startswith(_OLE) and not has("Workbook") and not has("Book"):
        if has("WordDocument"):
            raise KindUnknown(name=name, found="DOC")
        raise Broken(name=name, detail=flaw("the list of its parts is missing"))
    return "xls"


def _refuse(name: str, reason: str, what: str, size: int = 0, limit: int = 0) -> NoReturn:
    if reason == "disk":
        raise DiskFull
    if reason == "too_big":
        raise TooBig(name=name, what=flaw(what), size=_mb(size), limit=_mb(limit))
    kinds: dict[str, type[SheetRefusal]] = {
        "bomb": Bomb,
        "encrypted": Encrypted,
        "macros": Macros,
        "entities": Entities,
        "work": TooMuchWork,
    }
    kind = kinds.get(reason)
    if kind is None:
        raise Broken(name=name, detail=flaw(what))
    raise kind(name=name, what=flaw(what))


def _read_text(path: Path, name: str, size: int, notes: list[str]) -> Workbook:
    # A copy of our own: the caller may move its file while rows are still streamed.
    encoding, more = delimited.encoding_of(path)
    separator, declared = delimited.separator_of(path, encoding)
    folder = _folder()
    own = folder / "table.csv"
    try:
        os.link(path, own)
    except OSError:
        try:
            shutil.copyfile(path, own)
        except OSError as error:
            shutil.rmtree(folder, ignore_errors=True)
            if disk_is_full(error):
                raise DiskFull from error
            raise
    read = delimited.rows_of(own, encoding, separator)
    height, width = delimited.measure(read)
    if declared:
        more.append("separator_declared")

    def source() -> Iterator[Any]:
        return itertools.islice(read(), height)

    sheet = Sheet(0, Path(name).stem, False, height, width, source)
    return Workbook(name, "csv", [sheet], folder, notes + more)


def _read_in_child(
    path: Path, name: str, kind: str, notes: list[str], progress: Progress | None
) -> Workbook:
    folder = _folder()
    try:
        sheets = _run_child(path.resolve(), folder, name, kind, progress)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return Workbook(name, kind, sheets, folder, notes)


def _run_child(
    path: Path, folder: Path, name: str, kind: str, progress: Progress | None
) -> list[Sheet]:
    child = subprocess.Popen(  # noqa: S603
        [sys.executable, "-I", str(_CHILD), str(path), str(folder), kind],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"PATH": os.defpath, "LANG": "C.UTF-8", "RAYON_NUM_THREADS": "1"},
        cwd=folder,
        text=True,
        encoding="utf-8",
    )
    late = threading.Timer(WALL_SECONDS_MAX, child.kill)
    late.start()
    sheets: list[Sheet] = []
    ended = since_1904 = False
    stop: dict[str, Any] | None = None
    try:
        assert child.stdout is not None
        for line in child.stdout:
            said = json.loads(line)
            if "rows" in said:
                if progress:
                    progress(said["rows"], said["total"], "")
            elif "date1904" in said:
                since_1904 = True
            elif "done" in said:
                sheets.append(_sheet(said, folder, since_1904))
            elif "stop" in said:
                stop = said
            elif "end" in said:
                ended = True
    finally:
        late.cancel()
        if not ended and stop is None:
            child.kill()
        child.wait()
        if child.stdout is not None:
            child.stdout.close()
    if stop is not None:
        _refuse(name, stop["stop"], stop["what"], stop.get("size", 0),
                stop.get("limit", 0))  # fmt: skip
    if not ended or child.returncode != 0:
        # Killed by a limit: memory (abort), CPU time (SIGXCPU), file size or the clock.
        raise TooMuchWork(name=name)
    if not sheets:
        raise Broken(name=name, detail=flaw("it has no sheets"))
    return sheets


def _sheet(said: dict[str, Any], folder: Path, since_1904: bool) -> Sheet:
    errors: dict[int, list[tuple[int, str]]] = {}
    for row, column, text in said["errors"]:
        errors.setdefault(row, []).append((column_of(column), text))
    spool = folder / f"{said['done']}.jsonl"
    source: Callable[[], Iterator[Any]] = spooled(spool) if spool.exists() else _no_rows
    return Sheet(
        index=said["done"],
        name=said["name"],
        hidden=said["hidden"],
        height=said["height"],
        width=said["width"],
        source=source,
        merges=tuple(Merge(*numbers) for numbers in said["merges"]),
        errors=errors,
        problem=said["problem"],
        chart=said["chart"],
        since_1904=since_1904,
        hidden_rows=tuple((first, last) for first, last in said.get("hidden_rows", ())),
    )


def _no_rows() -> Iterator[list[Value]]:
    return iter(())
