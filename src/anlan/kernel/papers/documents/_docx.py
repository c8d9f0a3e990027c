"""A .docx as text: a paragraph a line with the number that Word shows, a row a line with tabs.

The archive was judged by its directory before; here every part that is read comes out within the
size it declares, and a document type is refused.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from typing import Any
from xml.etree import ElementTree

import archive  # type: ignore[import-not-found]  # loaded by path in the child
from _parts import Stop, Text  # type: ignore[import-not-found]

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/wordprocessingml/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_HAN = "零一二三四五六七八九"
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
Level = tuple[str, str, int]  # format, text such as "（%1）", first number


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
        numbers = _Numbers(_part(file, found, "word/numbering.xml"), styles)
    body = main.find(f"{_W}body")
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
    raw = raw.replace(_STRICT[1:-1].encode(), _W[1:-1].encode())
    return ElementTree.fromstring(raw)  # noqa: S314  no document type passed, and limits are set


def _block(holder: ElementTree.Element, numbers: _Numbers) -> list[str]:
    """Lines of a body, in order; what stands in boxes and content controls is part of it."""
    lines: list[str] = []
    for child in holder:
        if child.tag == f"{_W}p":
            lines += _paragraph(child, numbers)
        elif child.tag == f"{_W}tbl":
            for row in child.iter(f"{_W}tr"):
                cells = [
                    " ".join(line for line in _block(cell, numbers) if line).strip()
                    for cell in row.findall(f"{_W}tc")
                ]
                if any(cells):
                    lines.append("\t".join(cells))
        elif child.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}customXml"):
            lines += _block(child, numbers)
    return lines


def _paragraph(paragraph: ElementTree.Element, numbers: _Numbers) -> list[str]:
    out: list[str] = []
    boxes: list[str] = []
    _runs(paragraph, out, boxes, numbers)
    text = "".join(out).strip("\r\n")
    if text.strip():
        text = numbers.of(paragraph) + text
    return [*(line for line in text.split("\n") if line.strip()), *boxes]


def _runs(node: ElementTree.Element, out: list[str], boxes: list[str], numbers: _Numbers) -> None:
    for child in node:
        tag = child.tag
        if tag == f"{_W}t":
            out.append(child.text or "")
        elif tag == f"{_W}tab":
            out.append("\t")
        elif tag in (f"{_W}br", f"{_W}cr"):
            out.append("\n")
        elif tag == f"{_W}noBreakHyphen":
            out.append("-")
        elif tag == f"{_W}txbxContent":
            boxes += _block(child, numbers)
        elif tag not in (_FALLBACK, f"{_W}del", f"{_W}pPr", f"{_W}rPr", f"{_W}moveFrom"):
            _runs(child, out, boxes, numbers)


class _Numbers:
    """What Word writes before a paragraph whose number is a setting and not text."""

    def __init__(
        self, numbering: ElementTree.Element | None, styles: ElementTree.Element | None
    ) -> None:
        self.levels: dict[str, dict[int, Level]] = {}
        self.styles: dict[str, tuple[str, int]] = {}
        self.counts: dict[str, dict[int, int]] = defaultdict(dict)
        self.lists: dict[str, str] = {}
        if numbering is None:
            return
        plans = {}
        for plan in numbering.findall(f"{_W}abstractNum"):
            plans[plan.get(f"{_W}abstractNumId")] = {
                int(level.get(f"{_W}ilvl", "0")): _level(level)
                for level in plan.findall(f"{_W}lvl")
            }
        for num in numbering.findall(f"{_W}num"):
            base = num.find(f"{_W}abstractNumId")
            number = num.get(f"{_W}numId", "")
            plan_id = base.get(f"{_W}val") if base is not None else None
            self.levels[number] = plans.get(plan_id, {})
            self.lists[number] = str(plan_id)
        for style in styles.findall(f"{_W}style") if styles is not None else ():
            used = _used(style)
            if used is not None:
                self.styles[style.get(f"{_W}styleId", "")] = used

    def of(self, paragraph: ElementTree.Element) -> str:
        used = _used(paragraph)
        if used is None:
            style = paragraph.find(f"{_W}pPr/{_W}pStyle")
            used = self.styles.get(style.get(f"{_W}val", "")) if style is not None else None
        if used is None or used[0] not in self.levels:
            return ""
        number, depth = used
        level = self.levels[number].get(depth)
        if level is None:
            return ""
        counts = self.counts[self.lists[number]]
        counts[depth] = counts.get(depth, level[2] - 1) + 1
        for deeper in [key for key in counts if key > depth]:
            del counts[deeper]
        text = level[1]
        for at in range(depth + 1):
            shape = self.levels[number].get(at, level)
            text = text.replace(f"%{at + 1}", _shown(counts.get(at, shape[2]), shape[0]))
        return "" if level[0] == "bullet" else text


def _used(holder: ElementTree.Element) -> tuple[str, int] | None:
    number = holder.find(f"{_W}pPr/{_W}numPr/{_W}numId")
    if number is None:
        return None
    depth = holder.find(f"{_W}pPr/{_W}numPr/{_W}ilvl")
    return number.get(f"{_W}val", ""), int(depth.get(f"{_W}val", "0")) if depth is not None else 0


def _level(level: ElementTree.Element) -> Level:
    def value(name: str, other: str) -> str:
        found = level.find(f"{_W}{name}")
        return other if found is None else found.get(f"{_W}val", other)

    return value("numFmt", "decimal"), value("lvlText", "%1."), int(value("start", "1"))


def _shown(number: int, form: str) -> str:
    if "hinese" in form or "japanese" in form or form.startswith("ideograph"):
        return _han(number)
    if form.startswith("decimalEnclosedCircle") and 0 < number <= len(_CIRCLED):
        return _CIRCLED[number - 1]
    if form in ("upperLetter", "lowerLetter"):
        letter = chr(ord("A") + (number - 1) % 26)
        return letter if form == "upperLetter" else letter.lower()
    return str(number)


def _han(number: int) -> str:
    if not 0 < number < 100:
        return str(number)
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else _HAN[tens] + "十"
    return head + (_HAN[ones] if ones else "")
