"""A .docx as text: a paragraph a line with the number that Word shows, a row a line with tabs.

The archive was judged by its directory before; here every part that is read comes out within the
size it declares, and a document type is refused.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import archive  # type: ignore[import-not-found]  # loaded by path in the child
from _numbering import Numbers, W  # type: ignore[import-not-found]
from _parts import DITTO, Stop, Text, span  # type: ignore[import-not-found]

_STRICT = "{http://purl.oclc.org/ooxml/wordprocessingml/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
#: What only holds paragraphs and tables, or rows.
_HOLDERS = frozenset((f"{W}sdt", f"{W}sdtContent", f"{W}ins", f"{W}customXml"))


def read(path: str, encoding: str) -> dict[str, Any]:
    with open(path, "rb") as file:
        try:
            found = {m.name.casefold(): m for m in archive.members(file)}
        except archive.BadArchive as bad:
            raise Stop(bad.reason, bad.what) from None
        main = _part(file, found, "word/document.xml")
        if main is None:
            raise Stop("broken", "document.xml")
        styles = _part(file, found, "word/styles.xml")
        numbers = Numbers(_part(file, found, "word/numbering.xml"), styles)
    body = main.find(f"{W}body")
    if body is None:
        raise Stop("broken", "body")
    text = Text()
    for line in _block(body, numbers):
        text.line(line)
    said: dict[str, Any] = text.said()
    return said


def _part(file: Any, found: dict[str, Any], name: str) -> ElementTree.Element | None:
    member = found.get(name)
    if member is None:
        return None
    file.seek(member.start)
    raw = file.read(member.packed)
    if member.method == 8:
        unpack = zlib.decompressobj(-15)
        raw = unpack.decompress(raw, member.unpacked + 1)
    if len(raw) != member.unpacked:
        raise Stop("bomb", name)
    if b"<!" in raw.replace(b"\0", b"").replace(b"<!--", b""):
        raise Stop("entities", name)
    # The strict form of the format differs in its name space alone.
    raw = raw.replace(_STRICT[1:-1].encode(), W[1:-1].encode())
    return ElementTree.fromstring(raw)  # noqa: S314  no document type passed, and limits are set


def _block(holder: ElementTree.Element, numbers: Numbers) -> list[str]:
    """Lines of a body, in order; what stands in boxes and content controls is part of it."""
    lines: list[str] = []
    for child in holder:
        if child.tag == f"{W}p":
            lines += _paragraph(child, numbers)
        elif child.tag == f"{W}tbl":
            for row in _rows(child):
                line = "\t".join(_cells(row, numbers))
                if line.replace(DITTO, "").strip():
                    lines.append(line)
        elif child.tag in _HOLDERS:
            lines += _block(child, numbers)
    return lines


def _rows(table: ElementTree.Element) -> Iterator[ElementTree.Element]:
    """Of this table, not of one in its cells."""
    for part in table:
        if part.tag == f"{W}tr":
            yield part
        elif part.tag in _HOLDERS:
            yield from _rows(part)


def _cells(row: ElementTree.Element, numbers: Numbers) -> list[str]:
    """What stands in each column; a cell merged with the one above says so."""
    cells: list[str] = []
    held = row.findall(f"{W}tc")
    for cell in held:
        text = " ".join(line for line in _block(cell, numbers) if line).strip()
        merged = cell.find(f"{W}tcPr/{W}vMerge")
        if merged is not None and merged.get(f"{W}val", "continue") == "continue":
            text = text or DITTO
        cells.append(text)
        across = cell.find(f"{W}tcPr/{W}gridSpan")
        if len(held) > 1 and across is not None:
            cells += [""] * (span(across.get(f"{W}val")) - 1)
    return cells


def _paragraph(paragraph: ElementTree.Element, numbers: Numbers) -> list[str]:
    out: list[str] = []
    boxes: list[str] = []
    _runs(paragraph, out, boxes, numbers)
    # Word counts a paragraph that says nothing, too.
    number, text = numbers.of(paragraph), "".join(out).strip("\r\n")
    text = number + text if text.strip() else ""
    return [*(line for line in text.split("\n") if line.strip()), *boxes]


def _runs(node: ElementTree.Element, out: list[str], boxes: list[str], numbers: Numbers) -> None:
    for child in node:
        tag = child.tag
        if tag == f"{W}t":
            out.append(child.text or "")
        elif tag == f"{W}tab":
            out.append("\t")
        elif tag in (f"{W}br", f"{W}cr"):
            out.append("\n")
        elif tag == f"{W}noBreakHyphen":
            out.append("-")
        elif tag == f"{W}txbxContent":
            boxes += _block(child, numbers)
        elif tag not in (_FALLBACK, f"{W}del", f"{W}pPr", f"{W}rPr", f"{W}moveFrom"):
            _runs(child, out, boxes, numbers)
