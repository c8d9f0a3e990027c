"""F13, F15: files made to exhaust us are refused at once and in little memory."""

from __future__ import annotations

import io
import json
import os
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import anlan
from anlan.kernel.papers.sheets import SheetRefusal, read_workbook
from anlan.kernel.papers.tests.test_sheets_corpus import keep, rezip, xlsx

SECONDS_MAX = 1.0
RSS_MB_MAX = 200


def of_zeros(size: int) -> bytes:
    return rezip(xlsx(), keep, {"xl/media/zeros.bin": b"\0" * size})


def honest_bomb() -> bytes:
    return of_zeros(150_000_000)


def too_much_unpacked() -> bytes:
    # Four members of 60 MB each that don't compress well enough for the ratio to speak.
    noise = bytes(range(256)) * 40
    block = b"".join(noise[i % 200 :] + noise[: i % 200] for i in range(5_860))
    return rezip(xlsx(), keep, {f"xl/media/{n}.bin": block for n in range(4)})


def lying(raw: bytes, name: str, size: int) -> bytes:
    """Declare a smaller unpacked size for one member, in its header and in the directory."""
    data = bytearray(raw)
    for signature, at_name, at_size in ((b"PK\x03\x04", 30, 22), (b"PK\x01\x02", 46, 24)):
        at = data.find(signature)
        while at >= 0:
            if data[at + at_name : at + at_name + len(name)] == name.encode():
                struct.pack_into("<L", data, at + at_size, size)
            at = data.find(signature, at + 4)
    return bytes(data)


def lying_header() -> bytes:
    return lying(of_zeros(90_000_000), "xl/media/zeros.bin", 1_000)


def lying_sheet() -> bytes:
    huge = b"<worksheet><sheetData>" + b" " * 80_000_000 + b"</sheetData></worksheet>"
    raw = rezip(xlsx(), lambda n, d: huge if n == "xl/worksheets/sheet1.xml" else d)
    return lying(raw, "xl/worksheets/sheet1.xml", 2_000)


def two_sizes() -> bytes:
    raw = bytearray(of_zeros(2_000))
    at = raw.find(b"xl/media/zeros.bin") - 30
    struct.pack_into("<L", raw, at + 22, 5)
    return bytes(raw)


def many_members() -> bytes:
    return rezip(xlsx(), keep, {f"xl/media/{n}.txt": b"x" for n in range(300)})


def directory_says_fewer() -> bytes:
    raw = bytearray(rezip(xlsx(), keep, {f"xl/media/{n}.txt": b"x" for n in range(150)}))
    at = raw.rfind(b"PK\x05\x06")
    struct.pack_into("<HH", raw, at + 8, 10, 10)
    return bytes(raw)


def overlapping() -> bytes:
    """Two directory entries that share one compressed block (Fifield's bomb)."""
    raw = bytearray(xlsx())
    end = raw.rfind(b"PK\x05\x06")
    total, size, start = struct.unpack_from("<HLL", raw, end + 10)
    first = bytes(raw[start : raw.find(b"PK\x01\x02", start + 4)])
    name_len = struct.unpack_from("<H", first, 28)[0]
    offset = struct.unpack_from("<L", first, 42)[0]
    twin = bytearray(first)
    twin[46 : 46 + name_len] = b"x" * name_len
    raw[offset + 30 : offset + 30 + name_len] = raw[offset + 30 : offset + 30 + name_len]
    tail = bytearray(raw[end:])
    struct.pack_into("<HHLL", tail, 8, total + 1, total + 1, size + len(first), start)
    return bytes(raw[:end]) + first + bytes(tail)


def zip64() -> bytes:
    raw = bytearray(xlsx())
    end = raw.rfind(b"PK\x05\x06")
    struct.pack_into("<HH", raw, end + 8, 0xFFFF, 0xFFFF)
    return bytes(raw)


def nested() -> bytes:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", 8) as archive:
        archive.writestr("zeros", b"\0" * 50_000_000)
    return rezip(xlsx(), keep, {"xl/media/more.zip": inner.getvalue()})


def laughs() -> bytes:
    entities = b'<!DOCTYPE l [<!ENTITY a "ha">' + b"".join(
        b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)
    )
    return rezip(xlsx(), lambda n, d: entities + b"]>" + d if n == "xl/styles.xml" else d)


def laughs_utf16() -> bytes:
    text = '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE x [<!ENTITY a "b">]><x/>'
    return rezip(xlsx(), lambda n, d: text.encode("utf-16") if n == "docProps/app.xml" else d)


def too_big() -> bytes:
    return b"PK\x03\x04" + b"\0" * 20_000_001


BOMBS = {
    "honest_bomb": (honest_bomb, "sheet_bomb"),
    "too_much_unpacked": (too_much_unpacked, "sheet_too_big"),
    "lying_header": (lying_header, "sheet_bomb"),
    "lying_sheet": (lying_sheet, "sheet_bomb"),
    "two_sizes": (two_sizes, "sheet_bomb"),
    "many_members": (many_members, "sheet_bomb"),
    "directory_says_fewer": (directory_says_fewer, "sheet_bomb"),
    "overlapping": (overlapping, ("sheet_bomb", "sheet_broken")),
    "zip64": (zip64, "sheet_bomb"),
    "nested": (nested, "sheet_bomb"),
    "laughs": (laughs, "sheet_entities"),
    "laughs_utf16": (laughs_utf16, "sheet_entities"),
    "too_big": (too_big, "sheet_too_big"),
}

_RUN = """
import json, resource, sys, time
from django.conf import settings
settings.configure(USE_I18N=False)
from anlan.kernel.papers.sheets import SheetRefusal, read_workbook
out = {}
for path in sys.argv[1:]:
    start = time.process_time(), time.perf_counter()
    try:
        read_workbook(path, "a.xlsx")
        code = "read"
    except SheetRefusal as refusal:
        code = refusal.code
    kids = resource.getrusage(resource.RUSAGE_CHILDREN)
    out[path] = [code, time.process_time() - start[0]]
    cpu = kids.ru_utime + kids.ru_stime
out["self"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
out["kids"] = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
out["cpu"] = cpu
print(json.dumps(out))
"""


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """All bombs through a fresh process: code, seconds and memory."""
    folder = tmp_path_factory.mktemp("bombs")
    for name, (make, _) in BOMBS.items():
        (folder / name).write_bytes(make())
    run = subprocess.run(
        # Through a shell: a process keeps the peak of the memory it was forked with, ours is big.
        ["/bin/sh", "-c", '"$@"; exit $?', "sh", sys.executable, "-c", _RUN,
         *[str(folder / name) for name in BOMBS]],
        capture_output=True, text=True, check=True, timeout=120,
        env={**os.environ, "PYTHONPATH": str(Path(anlan.__file__).parents[1])},
    )  # fmt: skip
    raw = json.loads(run.stdout)
    return {Path(key).name: value for key, value in raw.items()}


@pytest.mark.parametrize("name", BOMBS)
def test_F15_a_bomb_is_refused_at_once(name: str, outcome: dict[str, list[object]]) -> None:
    code, seconds = outcome[name]
    expected = BOMBS[name][1]
    assert code == expected if isinstance(expected, str) else code in expected
    assert float(str(seconds)) < SECONDS_MAX


def test_F15_bombs_need_little_memory_and_time(outcome: dict[str, float]) -> None:
    assert outcome["self"] < RSS_MB_MAX
    assert outcome["kids"] < RSS_MB_MAX
    # Only four of them reach the child, which stops at the first byte too many.
    assert outcome["cpu"] < 4 * SECONDS_MAX


def test_F13_a_sheet_too_wide_for_memory_fails_alone(tmp_path: Path) -> None:
    """A stray cell in the last corner makes the parser ask for terabytes; only the child dies."""
    path = tmp_path / "wide.xlsx"

    def corner(name: str, data: bytes) -> bytes:
        if name != "xl/worksheets/sheet1.xml":
            return data
        cell = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
        return data.replace(b"</sheetData>", cell)

    path.write_bytes(rezip(xlsx(), corner))
    with pytest.raises(SheetRefusal) as refusal:
        read_workbook(path)
    assert refusal.value.code == "sheet_too_much_work"
    path.write_bytes(xlsx())
    assert read_workbook(path).row_count == 2


def test_F13_the_child_dies_of_its_own_limits(tmp_path: Path) -> None:
    """The limits are the child's own: raised nowhere, so set in the module that it runs."""
    from anlan.kernel.papers.sheets import _child

    assert _child.MEMORY_BYTES_MAX == 1 << 30
    assert _child.CPU_SECONDS_MAX == 60
