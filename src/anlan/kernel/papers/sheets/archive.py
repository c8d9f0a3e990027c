"""What an .xlsx must be before any parser opens it (S55, F15).

A zip is judged by its central directory, which is small and read within limits; what it declares
is then held against what really comes out, in the child (``_child.py``), which stops at the first
byte too many. This module imports the standard library only: the child uses it too.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from itertools import pairwise
from typing import BinaryIO

MEMBERS_MAX = 200
UNPACKED_BYTES_MAX = 200_000_000
RATIO_MAX = 100
#: Small members compress better than any table of data; the ratio speaks for what is left.
RATIO_FREE_BYTES = 1_000_000
DIRECTORY_BYTES_MAX = 256_000
_TAIL_BYTES = 22 + 65_535

_END = struct.Struct("<4s4H2LH")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_ZIP64_END = b"PK\x06\x06"


class BadArchive(Exception):
    """``reason`` is one of broken, bomb, too_big, encrypted, macros; ``what`` says it in words."""

    def __init__(self, reason: str, what: str, size: int = 0, limit: int = 0) -> None:
        super().__init__(what)
        self.reason, self.what, self.size, self.limit = reason, what, size, limit


@dataclass(frozen=True, slots=True)
class Member:
    name: str
    method: int
    flags: int
    packed: int
    unpacked: int
    #: Where its bytes begin, behind the local header.
    start: int


def members(file: BinaryIO) -> list[Member]:
    """Every member, or BadArchive. Reads the directory and the local headers, nothing else."""
    file.seek(0, 2)
    size = file.tell()
    file.seek(max(0, size - _TAIL_BYTES))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        raise BadArchive("broken", "the end of the file is missing")
    _, disk, cd_disk, here, total, cd_size, cd_start, _ = _END.unpack_from(tail, at)
    if _ZIP64_END in tail or 0xFFFF in (here, total) or 0xFFFFFFFF in (cd_size, cd_start):
        raise BadArchive("bomb", "it is a zip64 archive")
    if disk or cd_disk or here != total:
        raise BadArchive("broken", "a part of the archive is missing")
    if total > MEMBERS_MAX or cd_size > DIRECTORY_BYTES_MAX:
        raise BadArchive("bomb", "too many members", total, MEMBERS_MAX)
    if cd_start + cd_size > size:
        raise BadArchive("broken", "the directory lies beyond the end of the file")
    file.seek(cd_start)
    directory = file.read(cd_size)
    found = [_member(file, size, entry) for entry in _entries(directory, total)]
    _judge(found)
    return found


def _entries(directory: bytes, total: int) -> list[tuple[bytes, str, int, int, int, int, int]]:
    entries = []
    at = 0
    while at + _ENTRY.size <= len(directory):
        fields = _ENTRY.unpack_from(directory, at)
        if fields[0] != b"PK\x01\x02":
            raise BadArchive("broken", "the directory is damaged")
        flags, method = fields[3], fields[4]
        packed, unpacked, name_len, extra_len, comment_len = fields[8:13]
        offset = fields[16]
        begin = at + _ENTRY.size
        raw = directory[begin : begin + name_len]
        at = begin + name_len + extra_len + comment_len
        name = raw.decode("utf-8" if flags & 0x800 else "cp437", "replace").replace("\\", "/")
        entries.append((raw, name, flags, method, packed, unpacked, offset))
    if len(entries) != total:
        raise BadArchive("bomb", "the directory doesn't hold as many members as it says")
    return entries


def _member(file: BinaryIO, size: int, entry: tuple[bytes, str, int, int, int, int, int]) -> Member:
    raw, name, flags, method, packed, unpacked, offset = entry
    if flags & 0x1:
        raise BadArchive("encrypted", name)
    if method not in (0, 8):
        raise BadArchive("bomb", "an unusual compression method")
    file.seek(offset)
    head = file.read(_LOCAL.size)
    if len(head) < _LOCAL.size or head[:4] != b"PK\x03\x04":
        raise BadArchive("broken", f"{name} isn't where the directory says")
    local = _LOCAL.unpack(head)
    # A data descriptor (bit 3) leaves zeros here; anything else must agree with the directory.
    if not local[2] & 0x8 and (local[7], local[8]) != (packed, unpacked):
        raise BadArchive("bomb", f"two sizes are declared for {name}")
    if file.read(len(raw)) != raw:
        raise BadArchive("broken", f"{name} has another name where it begins")
    start = offset + _LOCAL.size + local[9] + local[10]
    if start + packed > size:
        raise BadArchive("broken", f"{name} is cut off")
    return Member(name, method, flags, packed, unpacked, start)


def _judge(found: list[Member]) -> None:
    spans = sorted((m.start, m.start + m.packed) for m in found if m.packed)
    for (_, end), (start, _) in pairwise(spans):
        if start < end:
            raise BadArchive("bomb", "members overlap each other")
    unpacked = sum(m.unpacked for m in found)
    packed = sum(m.packed for m in found)
    if unpacked > UNPACKED_BYTES_MAX:
        raise BadArchive("too_big", "unpacked", unpacked, UNPACKED_BYTES_MAX)
    if unpacked > RATIO_FREE_BYTES and unpacked > RATIO_MAX * max(packed, 1):
        raise BadArchive("bomb", "it unpacks to over a hundred times its size")
    names = [m.name.casefold() for m in found]
    if len(set(names)) != len(names):
        raise BadArchive("bomb", "two members have one name")
    if any(name.endswith("vbaproject.bin") or "/macrosheets/" in name for name in names):
        raise BadArchive("macros", "vbaProject.bin")


def kind(found: list[Member]) -> str:
    """What the members say the archive is: xlsx, xlsb, docx, pptx, ods or zip."""
    names = {m.name.casefold() for m in found}
    if "xl/workbook.xml" in names or any(n.startswith("xl/worksheets/") for n in names):
        return "xlsx"
    if "xl/workbook.bin" in names:
        return "xlsb"
    for folder, what in (("word/", "docx"), ("ppt/", "pptx")):
        if any(n.startswith(folder) for n in names):
            return what
    if "content.xml" in names and "mimetype" in names:
        return "ods"
    return "zip"
