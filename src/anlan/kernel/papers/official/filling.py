"""An office's own Word template, filled in a limited child process (_fill.py).

A template is a .docx with names in it: {{ title }}, {{ number }}, {% for block in blocks %} … It
can't run code: nothing is called, no attribute is looked into, and what takes too long is ended.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from io import BytesIO
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _
from lxml import etree

from anlan.base.refusal import Refusal
from anlan.kernel.papers.official.ooxml import watermark_run
from anlan.kernel.papers.official.paper import (
    Beside,
    Block,
    Heading,
    Labelled,
    Listing,
    Paper,
    Picture,
    Table,
    Words,
    chinese_day,
)
from anlan.kernel.papers.official.parts import parts as parts_of
from anlan.kernel.papers.sheets import archive
from anlan.kernel.papers.sheets.scratch import scratch

FILE_BYTES_MAX = 5_000_000
WALL_SECONDS_MAX = 40
_CHILD = Path(__file__).with_name("_fill.py")
_WHY = {
    "unsafe": _("it asks for more than words: formulas, calls and attributes aren't filled in"),
    "syntax": _("a mark isn't closed or can't be read, near “%(what)s”"),
    "unknown": _("it names what a paper hasn't, “%(what)s”; the page lists the names"),
    "like": _("it names what a paper hasn't, “%(what)s”; did you mean “%(like)s”?"),
    "left": _(
        "“%(what)s” would stand in the paper as it is: write marks with the keyboard's plain "
        "{{ and }}, without a space between two braces"
    ),
    "beside": _(
        "a mark that begins with {{p or {%%p stands in a paragraph of its own; beside it "
        "“%(what)s” would be lost"
    ),
    "inside": _(
        "the text and the annexes are {{p body }} and {{p annex_pages }}, with the p, each in "
        "a paragraph of its own"
    ),
    "tracked": _(
        "it still holds tracked changes, such as “%(what)s”, which would stand in every paper: "
        "accept or reject all of them (Review → Accept)"
    ),
    "comments": _("it still holds comments, which would go out with every paper: delete them"),
    "textless": _(
        "it has no place for the paper's text: put {{p body }} in a paragraph of its own"
    ),
    "tables": _("it has no place for this paper's tables or charts: put {{p body }} in it"),
    "annexes": _("it has no place for this paper's annexes: put {{p annex_pages }} in it"),
    "work": _("filling it takes too long or too much memory"),
    "broken": _("it can't be opened as a Word file (.docx)"),
    "macros": _("it holds macros, outside references or embedded objects"),
    "big": _("it is larger than 5 MB"),
}


class LayoutRefused(Refusal):
    code = "paper_layout_refused"
    message = _("The template %(name)s can't be used: %(why)s. Mend it in Word, and send it again.")


def check(file: bytes, name: str) -> None:
    """Try a template out on a paper of nothing. Raises LayoutRefused."""
    empty = Paper(form="document", title="—", blocks=[Heading("—"), Words("—")])
    fill(file, name, empty)


def fill(file: bytes, name: str, paper: Paper) -> bytes:
    """The template with the paper's words in it. Raises LayoutRefused."""
    _judge(file, name)
    with scratch() as folder:
        template, out, data = (folder / each for each in ("in.docx", "out.docx", "data.json"))
        template.write_bytes(file)
        parts = parts_of(paper)
        pictures = [folder / f"{n}.png" for n in range(len(parts.pictures))]
        for path, png in zip(pictures, parts.pictures, strict=True):
            path.write_bytes(png)
        given = {
            "words": _words(paper), "parts": parts.written, "styles": parts.styles,
            "pictures": [str(path) for path in pictures],
            "watermark": etree.tostring(watermark_run(paper.watermark)).decode()
            if paper.watermark else "",
        }  # fmt: skip
        data.write_text(json.dumps(given, ensure_ascii=False))
        try:
            done = subprocess.run(  # noqa: S603  our own script
                [sys.executable, "-I", str(_CHILD), str(template), str(out), str(data)],
                capture_output=True, timeout=WALL_SECONDS_MAX, cwd=folder, env={}, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise _refused(name, "work") from None
        if done.returncode < 0 or not done.stdout:
            # Its limits ended it; what it says before that is ours to mend.
            assert done.returncode != 1 or b"MemoryError" in done.stderr, done.stderr[-2_000:]
            raise _refused(name, "work")
        said = json.loads(done.stdout.splitlines()[-1])
        if "stop" in said:
            raise _refused(name, said["stop"], said["what"])
        if lost := _lost(paper, said["names"]):
            raise _refused(name, lost)
        return out.read_bytes()


def _lost(paper: Paper, names: Sequence[str]) -> str:
    """What of a paper has no place in a template that names these; nothing goes out cut short."""
    if not {"body", "text", "blocks"} & set(names):
        return "textless"
    kinds = {type(block) for block in paper.blocks} & {Picture, Table, Beside}
    if "body" not in names and (kinds - {Table} or (kinds and "blocks" not in names)):
        return "tables"
    if "annex_pages" not in names and any(annex.blocks for annex in paper.annexes):
        return "annexes"
    return ""


def _judge(file: bytes, name: str) -> None:
    """Before any parser opens it: an honest archive without macros or anything from outside."""
    if len(file) > FILE_BYTES_MAX:
        raise _refused(name, "big")
    try:
        members = archive.members(BytesIO(file))
    except archive.BadArchive as bad:
        raise _refused(name, "macros" if bad.reason == "macros" else "broken") from None
    names = {member.name.lower() for member in members}
    if "word/document.xml" not in names:
        raise _refused(name, "broken")
    if any("vba" in each or "embeddings/" in each or "activex" in each for each in names):
        raise _refused(name, "macros")
    if _reaches_out(file):
        raise _refused(name, "macros")


def _reaches_out(file: bytes) -> bool:
    """Whether a part refers to what lies elsewhere: a picture or a template from an address."""
    import zipfile

    with zipfile.ZipFile(BytesIO(file)) as book:
        for each in book.namelist():
            if each.lower().endswith(".rels") and b'TargetMode="External"' in book.read(each):
                return True
    return False


def _refused(name: str, why: str, what: str = "") -> LayoutRefused:
    like = get_close_matches(what, NAMES, 1) if why == "unknown" else []
    said = _WHY["like" if like else why] if why in _WHY else _WHY["broken"]
    words = str(said) % {"what": what, "like": like[0] if like else ""}
    return LayoutRefused(field="file", name=name, why=words, kind=why)


#: What a template may name, and what it stands for; shown beside the form.
NAMES: Mapping[str, Any] = {
    "title": _("title"), "number": _("number"), "mark": _("red head"),
    "recipients": _("recipients"),
    "author": _("author"), "day": _("day of the paper"), "copies": _("copies"),
    "printed_by": _("printed by"), "printed_on": _("printed on"), "note": _("note"),
    "signer": _("signed by"), "annexes": _("names of annexes"), "basis": _("basis of the figures"),
    "subtitle": _("subtitle"), "secrecy": _("secrecy"), "urgency": _("urgency"),
    "body": _("the whole text with its headings, tables and charts, in a paragraph of its own"),
    "annex_pages": _("the annexes, each on a page of its own"),
    "watermark": _("who had it made, and when"), "text": _("the whole text, a paragraph each"),
    "blocks": _("the parts of the text: kind, text, level, points, headers, rows"),
}  # fmt: skip


def _words(paper: Paper) -> dict[str, Any]:
    blocks = [one for block in paper.blocks for one in _block(block)]
    day = chinese_day(paper.day) if paper.day else ""
    printed: date | None = paper.printed_on
    return {
        "title": paper.title, "number": paper.number, "mark": paper.mark,
        "recipients": paper.recipients, "author": paper.author, "day": day,
        "copies": paper.copies, "printed_by": paper.printed_by,
        "printed_on": chinese_day(printed) if printed else "", "note": paper.note,
        "signer": paper.signer, "annexes": [annex.title for annex in paper.annexes],
        "basis": paper.basis, "subtitle": paper.subtitle, "blocks": blocks,
        "text": [one["text"] for one in blocks if one["text"]], "watermark": paper.watermark,
        "secrecy": paper.secrecy, "urgency": paper.urgency,
    }  # fmt: skip


def _block(block: Block) -> list[dict[str, Any]]:
    empty: dict[str, Any] = {"text": "", "level": 0, "points": [], "headers": [], "rows": []}
    match block:
        case Heading():
            return [{**empty, "kind": "heading", "text": block.text, "level": block.level}]
        case Words():
            return [{**empty, "kind": "text", "text": block.text}]
        case Labelled():
            return [{**empty, "kind": "text", "text": f"{block.label}{block.text}"}]
        case Listing():
            return [{**empty, "kind": "points", "points": list(block.points)}]
        case Table():
            return [{**empty, "kind": "table", "text": block.title, "headers": list(block.headers),
                     "rows": [list(row) for row in block.rows]}]  # fmt: skip
        case Picture():
            return [{**empty, "kind": "picture", "text": block.title}]
        case Beside():
            return [*_block(block.left), *_block(block.right)]
        case _:
            return []
