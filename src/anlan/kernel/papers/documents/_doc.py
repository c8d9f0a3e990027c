"""The main text of a .doc (Word 97 and later), by its table of pieces.

Source: [MS-DOC] 2.4.1 "Retrieving Text": FIB, then the Clx in the table stream, then each piece.
"""

from __future__ import annotations

import re
import struct
from typing import Any

import olefile
from _parts import Stop, Text  # type: ignore[import-not-found]  # loaded by path in the child

_WORD = 0xA5EC
_ENCRYPTED, _TABLE_1 = 0x0100, 0x0200
_AT_FLAGS, _AT_TEXT_LENGTH, _AT_CLX = 0x0A, 0x4C, 0x01A2
_COMPRESSED = 1 << 30
PIECES_MAX = 1_000_000
#: A field's instruction is no text; its result is.
_INSTRUCTION = re.compile("\x13[^\x13\x14\x15]*\x14?")
#: No text of Word holds a row of these: a block of the file was lost or never came.
_HOLE = re.compile("\x00{4,}")
#: So many characters before a hole say where it is.
WHERE_CHARS = 16
_DROPPED = re.compile("[\x00-\x06\x08\x0e-\x1f\ufffc]")


def read(path: str, encoding: str) -> dict[str, Any]:
    with olefile.OleFileIO(path) as file:
        if file.exists("EncryptedPackage") or file.exists("EncryptionInfo"):
            raise Stop("encrypted")
        if any(stream[0] in ("Macros", "_VBA_PROJECT_CUR") for stream in file.listdir()):
            raise Stop("macros")
        if not file.exists("WordDocument"):
            raise Stop("kind")
        main = file.openstream("WordDocument").read()
        raw = _text(main, file)
    text = Text()
    for line in _lines(raw):
        text.line(line)
    said: dict[str, Any] = text.said()
    return said


def _text(main: bytes, file: Any) -> str:
    (ident,) = struct.unpack_from("<H", main, 0)
    (flags,) = struct.unpack_from("<H", main, _AT_FLAGS)
    if ident != _WORD:
        raise Stop("old_word")
    if flags & _ENCRYPTED:
        raise Stop("encrypted")
    (length,) = struct.unpack_from("<i", main, _AT_TEXT_LENGTH)
    start, size = struct.unpack_from("<II", main, _AT_CLX)
    table = file.openstream("1Table" if flags & _TABLE_1 else "0Table").read()
    clx = table[start : start + size]
    at = 0
    while at + 3 <= len(clx) and clx[at] == 1:
        at += 3 + struct.unpack_from("<H", clx, at + 1)[0]
    if at >= len(clx) or clx[at] != 2:
        raise Stop("old_word")
    (held,) = struct.unpack_from("<I", clx, at + 1)
    pieces = clx[at + 5 : at + 5 + held]
    count = (len(pieces) - 4) // 12
    if not 0 < count <= PIECES_MAX:
        raise Stop("old_word")
    positions = struct.unpack_from(f"<{count + 1}I", pieces, 0)
    out: list[str] = []
    for number in range(count):
        (where,) = struct.unpack_from("<I", pieces, 4 * (count + 1) + 8 * number + 2)
        chars = positions[number + 1] - positions[number]
        begin = where & ~_COMPRESSED
        if not 0 <= chars <= len(main):
            raise Stop("broken")
        if where & _COMPRESSED:
            piece = main[begin // 2 : begin // 2 + chars].decode("cp1252", "replace")
        else:
            piece = main[begin : begin + 2 * chars].decode("utf-16-le", "replace")
        # A piece that the file ends in is as empty as one of nothing.
        out.append(piece + "\0" * max(0, chars - len(piece.encode("utf-16-le")) // 2))
    text = "".join(out)[: max(0, length)]
    if hole := _HOLE.search(text):
        before = "".join(_lines(text[max(0, hole.start() - 200) : hole.start()]))
        behind = "".join(_lines(text[hole.end() : hole.end() + 200]))
        raise Stop("holed", before[-WHERE_CHARS:] or behind[:WHERE_CHARS])
    return text


def _lines(raw: str) -> list[str]:
    before = None
    while before != raw:
        before, raw = raw, _INSTRUCTION.sub("", raw)
    # A row ends with a mark more than it has cells. An empty last cell looks the same.
    raw = raw.replace("\x07\x07", "\n").replace("\x07", "\t")
    raw = re.sub("[\r\x0b\x0c]", "\n", raw)
    raw = _DROPPED.sub("", raw).replace("\x1e", "-").replace("\xa0", " ")
    return [line.rstrip() for line in raw.split("\n") if line.strip()]
