"""From a file to a Document: its kind by content, then text, furniture and copies."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NoReturn

from anlan.base.refusal import DiskFull
from anlan.kernel.papers import encodings
from anlan.kernel.papers.documents import refusals
from anlan.kernel.papers.documents.copies import copies
from anlan.kernel.papers.documents.document import Document, Mark, Recognised, Source, Unsure
from anlan.kernel.papers.documents.furniture import furniture
from anlan.kernel.papers.sheets import archive
from anlan.kernel.papers.sheets.scratch import scratch

FILE_BYTES_MAX = 100_000_000
TEXT_BYTES_MAX = 5_000_000
WALL_SECONDS_MAX = 90
#: Pages that are pictures take seconds each (_ocr.py).
OCR_WALL_SECONDS_MAX = 540

_CHILD = Path(__file__).with_name("_child.py")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HTML = re.compile(rb"<(!doctype\s+html|html|head|body|table|div|p|meta)\b", re.IGNORECASE)
_REFUSALS: dict[str, type[refusals.DocumentRefusal]] = {
    "empty": refusals.Empty,
    "encrypted": refusals.Encrypted,
    "macros": refusals.Macros,
    "bomb": refusals.Dishonest,
    "entities": refusals.Dishonest,
    "work": refusals.TooMuchWork,
    "kind": refusals.KindUnknown,
    "old_word": refusals.OldWord,
    "holed": refusals.Holed,
}


def read(path: Path | str, name: str = "") -> Document:
    """Read a document, whatever its name says.

    path:  the file as it was stored.
    name:  what its sender called it, for messages.

    Raises a DocumentRefusal that says how to mend the file.
    """
    path = Path(path)
    name = name or path.name
    if not path.is_file():
        raise refusals.NotThere(name=name)
    size = path.stat().st_size
    if size == 0:
        raise refusals.Empty(name=name)
    kind = _kind(path, name)
    _at_most(name, size, TEXT_BYTES_MAX if kind in ("txt", "html") else FILE_BYTES_MAX)
    notes: list[str] = []
    made: dict[str, Any] = {}
    encoding = page = ""
    if kind == "txt":
        text, encoding = _decoded(path.read_bytes(), name)
    else:
        if kind == "html":
            page, encoding = _decoded(path.read_bytes(), name)
        made = _by_child(path, kind, name, encoding)
        if made.get("stop") == "scanned" or _silent(made):
            made = _recognised(path, name, made)
        text = made["text"]
        notes += made["notes"]
    if not text.strip():
        raise refusals.Empty(name=name)
    pages = tuple(made.get("pages", (0,)))
    marks = [Mark(*mark) for mark in made.get("marks", ())]
    return Document(
        name=name,
        kind=kind,
        encoding=encoding,
        text=text,
        pages=pages,
        furniture=furniture(text, kind, marks),
        copies=copies(text),
        notes=tuple(notes),
        unsure=tuple(Unsure(*one) for one in made.get("unsure", ())),
        recognised=_told(made),
        source=Source(page, tuple(made["starts"]), tuple(made["ends"])) if kind == "html" else None,
    )


def of_text(text: str, name: str) -> Document:
    """Words that are at hand, as the document that a text file of them is."""
    return Document(
        name=name, kind="txt", encoding="utf-8", text=text,
        furniture=furniture(text, "txt", []), copies=copies(text),
    )  # fmt: skip


def can_recognise() -> bool:
    """Whether pages that are pictures can be read here: ``pip install anlan[ocr]``."""
    return all(find_spec(name) for name in ("rapidocr", "onnxruntime"))


def _silent(made: Mapping[str, Any]) -> bool:
    return any(note.startswith("pages_without_text:") for note in made.get("notes", ()))


def _recognised(path: Path, name: str, made: dict[str, Any]) -> dict[str, Any]:
    """The same with its pictures read, where the library is there; else what there is."""
    scanned = made.get("stop") == "scanned"
    if can_recognise():
        try:
            said = _by_child(path, "ocr", name, "")
        except (refusals.TooMuchWork, refusals.Broken):
            if scanned:
                raise
            return made  # Its text was read; the notes say which pages weren't.
        if "stop" not in said:
            return said
        if scanned and said["stop"] == "scanned_long":
            raise refusals.ScannedLong(name=name, pages=said["what"])
    if scanned:
        refusal = refusals.ScannedUnread if can_recognise() else refusals.Scanned
        raise refusal(name=name, pages=made["what"])
    return made


def _told(made: Mapping[str, Any]) -> Recognised | None:
    found = made.get("recognised")
    return Recognised(tuple(found["pages"]), found["sure"]) if found else None


def _at_most(name: str, size: int, limit: int) -> None:
    if size > limit:
        raise refusals.TooBig(name=name, size=_mb(size), limit=_mb(limit))


def _mb(size: int) -> str:
    return f"{size / 1_000_000:.0f} MB"


def _kind(path: Path, name: str) -> str:
    with path.open("rb") as file:
        head = file.read(8_192)
        if head[:2] == b"PK":
            return _archive_kind(file, name)
    if b"%PDF-" in head[:1_024]:
        return "pdf"
    if head.startswith(_OLE):
        return "doc"
    if head.startswith(b"{\\rtf") or (
        b"\0" in head.replace(b"\0\0", b"\0x") and not encodings.marked(head)
    ):
        raise refusals.KindUnknown(name=name)
    return "html" if _HTML.search(head[:4_096]) and head.lstrip()[:1] in b"<\xef" else "txt"


def _archive_kind(file: Any, name: str) -> str:
    try:
        kind = archive.kind(archive.members(file))
    except archive.BadArchive as bad:
        if bad.reason == "too_big":
            raise refusals.Dishonest(name=name) from None
        _refuse(name, bad.reason)
    if kind != "docx":
        raise refusals.KindUnknown(name=name)
    return kind


def _decoded(data: bytes, name: str) -> tuple[str, str]:
    found = encodings.decoded(data)
    if found is None:
        raise refusals.KindUnknown(name=name)
    return found


def _by_child(path: Path, kind: str, name: str, encoding: str) -> dict[str, Any]:
    """What the child says. Of its stops, those of a scan are the caller's."""
    with scratch() as folder:
        out = folder / "read.json"
        command = [sys.executable, "-I", str(_CHILD), str(path.resolve()), str(out), kind, encoding]
        try:
            done = subprocess.run(  # noqa: S603  our own program and arguments
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={"PATH": os.defpath, "LANG": "C.UTF-8"},
                cwd=folder,
                timeout=OCR_WALL_SECONDS_MAX if kind == "ocr" else WALL_SECONDS_MAX,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise refusals.TooMuchWork(name=name) from None
        try:
            said: dict[str, Any] = json.loads(out.read_text("utf-8"))
        except (OSError, ValueError):
            # Nothing whole was written: a limit ended it, or the parser took the process along.
            if done.returncode in (-11, -7, -8):
                raise refusals.Broken(name=name) from None
            raise refusals.TooMuchWork(name=name) from None
    if "stop" in said:
        if said["stop"] in ("scanned", "scanned_long") or kind == "ocr":
            return said
        if said["stop"] == "disk":
            raise DiskFull
        _refuse(name, said["stop"], said["what"])
    return said


def _refuse(name: str, reason: str, where: str = "") -> NoReturn:
    raise _REFUSALS.get(reason, refusals.Broken)(name=name, where=where)
