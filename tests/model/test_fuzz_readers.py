"""Fuzz of the readers (F14): whatever the bytes, a workbook is read or refused in clear words.

Nothing hangs, nothing else is raised, and nothing stays behind: no process, no open file, no
temporary folder, no growing memory. The quick run is short; ``./anlan test --soak`` runs for
twenty minutes (or ANLAN_FUZZ_SECONDS) and keeps its evidence.
"""

from __future__ import annotations

import io
import os
import random
import signal
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from anlan.base.refusal import Refusal
from anlan.domain.hazards.reading import Context, ParsedRow, RejectedRow, parse, propose
from anlan.domain.hazards.tests.test_reading_fuzz import Register
from anlan.kernel.papers.sheets import read_workbook
from anlan.kernel.papers.tests.test_sheets_corpus import CSV, READ, xls
from tests.faults import evidence

pytestmark = pytest.mark.once

FUZZ_SECONDS = int(os.environ.get("ANLAN_FUZZ_SECONDS", "1200"))
#: Files of the quick run.
QUICK_FILES = 80
#: A file as small as these is read in a fraction of that; beyond it counts as a hang.
FILE_SECONDS_MAX = 60
#: By how much the process may grow once it is warm, however many files it reads.
GROWTH_BYTES_MAX = 60_000_000
TODAY = date(2026, 11, 21)
#: What does harm in the midst of a text or a part of a zip.
NASTY = (
    b"\x00", b"\xff\xfe", b"\x1a", b'"', b'""""', b"\r", b"\n\n\n", b",,,,,,,,", b"\t", b"=1+1",
    b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b"&a;&a;", b"<c r=\"XFD1048576\"><v>1</v></c>", b"-1", b"1e308",
    b"NaN", b"99999999999999999999", b"</row>", b"<row r='0'>", "𠮷".encode(), b"\xed\xa0\x80", b"PK\x03\x04",
    "２０２６．１１．２１".encode(), b"2026-02-30", b"%s%n", b"../../x", b"A" * 40_000,
)  # fmt: skip


def mutated(raw: bytes, dice: random.Random) -> bytes:
    """Some bytes flipped, cut out, doubled, or replaced by what does harm."""
    data = bytearray(raw)
    for _ in range(dice.choice((1, 1, 2, 4, 12))):
        if not data:
            break
        at = dice.randrange(len(data))
        length = min(dice.choice((1, 1, 4, 60, 900)), len(data) - at)
        act = dice.randrange(6)
        if act == 0:
            data[at] ^= 1 << dice.randrange(8)
        elif act == 1:
            del data[at : at + length]
        elif act == 2:
            data[at:at] = data[at : at + length] * dice.choice((1, 2, 50))
        elif act == 3:
            data[at:at] = dice.choice(NASTY)
        elif act == 4:
            data[at : at + length] = dice.randbytes(length)
        else:
            del data[at:]
    return bytes(data)


def inside(raw: bytes, dice: random.Random) -> bytes:
    """The parts of a zip mutated and packed again, so that the damage reaches the parser."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(out, "w") as new:
        names = old.namelist()
        hurt = set(dice.sample(names, dice.randint(1, min(2, len(names)))))
        for name in names:
            part = old.read(name)
            if name in hurt and dice.random() < 0.1:
                continue
            how = dice.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED))
            new.writestr(name, mutated(part, dice) if name in hurt else part, how)
    return out.getvalue()


class Files:
    """Random files: registers and the corpus of F14, hurt outside or inside."""

    def __init__(self, dice: random.Random, folder: Path) -> None:
        self.dice, self.folder = dice, folder
        self.kinds: tuple[tuple[str, Callable[[], bytes]], ...] = (
            ("xlsx", self.register), ("csv", self.table), ("xls", xls),
            *((name, make) for name, make, _check in READ.values()),
        )  # fmt: skip

    def register(self) -> bytes:
        path = self.folder / "register.xlsx"
        Register(self.dice.randrange(10**9)).save(path)
        return path.read_bytes()

    def table(self) -> bytes:
        lines = [CSV.splitlines()[0]] + [
            f"{n},2024-06-{n % 28 + 1:02d},隐患{self.dice.randrange(99)}"
            for n in range(self.dice.choice((1, 5, 400)))
        ]
        return "\n".join(lines).encode(self.dice.choice(("utf-8", "gb18030", "utf-16")))

    def next(self) -> tuple[str, bytes]:
        name, make = self.dice.choice((*self.kinds[:3] * 12, *self.kinds[3:]))
        raw = make()
        if raw[:2] == b"PK" and self.dice.random() < 0.7:
            raw = inside(raw, self.dice)
        elif self.dice.random() < 0.95:
            raw = mutated(raw, self.dice)
        return (name if "." in name else f"a.{name}"), raw


def read(path: Path, name: str) -> str:
    """What became of a file: how it was refused, or that it was read to its end."""
    try:
        with read_workbook(path, name) as book:
            plan = propose(book)
            rows = list(parse(book, plan, Context(today=TODAY)))
    except Refusal as refusal:
        return refusal.code if str(refusal) else "refused without a word"
    assert all(row.code for row in rows if isinstance(row, RejectedRow))
    return "hazards" if any(isinstance(row, ParsedRow) for row in rows) else "read"


def children() -> list[str]:
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def run(dice: random.Random, folder: Path, goes_on: Callable[[int], bool]) -> dict[str, object]:
    files, outcomes = Files(dice, folder), Counter[str]()
    path, before = folder / "upload", set(children())
    number, slowest, warm, opened, started = 0, 0.0, 0, 0, time.monotonic()
    while goes_on(number):
        name, raw = files.next()
        path.write_bytes(raw)
        began = time.monotonic()
        # Even a regular expression that runs away looks for signals.
        signal.alarm(FILE_SECONDS_MAX)
        try:
            outcomes[read(path, name)] += 1
            assert not outcomes["refused without a word"], name
        except BaseException:
            kept = Path(tempfile.gettempdir()).parent / f"fuzz-{number}-{name.replace('/', '_')}"
            kept.write_bytes(raw)
            print(f"the file that did it: {kept}")  # noqa: T201
            raise
        finally:
            signal.alarm(0)
        slowest = max(slowest, time.monotonic() - began)
        assert slowest < FILE_SECONDS_MAX, f"{name} took {slowest:.0f} s"
        left = list(Path(tempfile.gettempdir()).iterdir())
        assert not left, f"left behind by {name}: {left}"
        assert set(children()) <= before, f"a process was left behind by {name}"
        number += 1
        if number == QUICK_FILES // 2:
            opened, warm = len(os.listdir("/proc/self/fd")), resident()
    assert len(os.listdir("/proc/self/fd")) <= opened, "files were left open"
    grown = resident() - warm
    assert grown < GROWTH_BYTES_MAX, f"grew by {grown} bytes over {number} files"
    return {
        "seconds": round(time.monotonic() - started),
        "files": number,
        "slowest_seconds": round(slowest, 2),
        "grown_bytes": grown,
        "outcomes": dict(outcomes.most_common()),
    }


def hangs(_signal: int, _frame: object) -> None:
    raise TimeoutError(f"a file takes longer than {FILE_SECONDS_MAX} s")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the files lie; temporary folders are made in one that must stay empty."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    signal.signal(signal.SIGALRM, hangs)
    return tmp_path


def test_F14_a_row_of_dashes_in_a_day_takes_no_time(folder: Path) -> None:
    """Found by the fuzz: such a cell kept a worker busy for ever."""
    signal.alarm(20)
    try:
        for dashes in ("-" * 80, "--—" * 40, "至到~" * 40):
            path = folder / "a.csv"
            path.write_text(f"序号,检查日期,存在问题\n1,2024-06{dashes}25,灭火器过期\n", "utf-8")
            read(path, "a.csv")
            path.write_text(f"序号,检查日期,存在问题\n1,2024-06-01{dashes}x,灭火器过期\n", "utf-8")
            read(path, "a.csv")
    finally:
        signal.alarm(0)


def test_F14_files_hurt_at_random_are_read_or_refused(folder: Path) -> None:
    found = run(random.Random(20261122), folder, lambda number: number < QUICK_FILES)
    assert len(found["outcomes"]) > 3, found  # type: ignore[arg-type]


@pytest.mark.soak
def test_F14_fuzz_of_the_readers_leaves_nothing_behind(folder: Path) -> None:
    seed, until = evidence.seed("fuzz"), time.monotonic() + FUZZ_SECONDS
    found = run(random.Random(seed), folder, lambda _number: time.monotonic() < until)
    assert len(found["outcomes"]) > 3, found  # type: ignore[arg-type]
    evidence.keep("fuzz-readers", {"seed": seed, "asked_seconds": FUZZ_SECONDS, **found}, "none")
