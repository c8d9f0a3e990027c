"""Text tables: .csv and .tsv in the encodings and with the separators that offices produce."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from anlan.kernel.papers import encodings
from anlan.kernel.papers.sheets.book import BLANKS, Value

CSV_BYTES_MAX = 1 << 30
CELL_CHARS_MAX = 1 << 20
#: As many as Excel takes.
COLUMNS_MAX = 16_384
_SNIFF_BYTES = 1 << 16
_SEPARATORS = ",\t;|"
#: Excel's way to keep a number as text in a csv: ="0123".
_AS_TEXT = re.compile(r'^="([^"]*)"$')


def encoding_of(path: Path) -> tuple[str, list[str]]:
    """The encoding, and notes. Reads the whole file: one wrong byte at the end must be seen."""
    with path.open("rb") as file:
        head = file.read(_SNIFF_BYTES)
    if mark := encodings.marked(head):
        return mark, []
    sample = head[: len(head) // 2 * 2]
    if sample.count(0) > len(sample) // 8:
        odd = sample[1::2].count(0)
        return ("utf-16-le" if odd >= sample[0::2].count(0) else "utf-16-be"), []
    wrong: dict[str, int] = {}
    for code in ("utf-8", *encodings.likely(_telling(path, head))):
        wrong[code] = _undecodable(path, code)
        if wrong[code] == 0:
            return code, []
    best = min(wrong, key=lambda code: wrong[code])
    return best, ["characters_lost"]


def _telling(path: Path, head: bytes) -> bytes:
    """The first stretch that is more than ASCII: before it every encoding reads the same."""
    with path.open("rb") as file:
        while head.isascii() and (piece := file.read(_SNIFF_BYTES)):
            head = piece
    return head


def _undecodable(path: Path, code: str) -> int:
    decoder = codecs.getincrementaldecoder(code)("replace")
    count = 0
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            count += decoder.decode(piece).count("\ufffd")
    return count + decoder.decode(b"", final=True).count("\ufffd")


def separator_of(path: Path, encoding: str) -> tuple[str, bool]:
    """The separator, and whether the first line only declares it (``sep=;``)."""
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        text = file.read(_SNIFF_BYTES)
    first = text.split("\n", 1)[0].strip()
    if declared := re.fullmatch(r'"?sep=(.)"?', first, re.IGNORECASE):
        return declared[1], True
    best, best_score = ",", (0.0, 0)
    for separator in _SEPARATORS:
        widths: Counter[int] = Counter()
        try:
            for number, row in enumerate(csv.reader(io.StringIO(text), delimiter=separator)):
                if number >= 100:
                    break
                if any(row):
                    widths[len(row)] += 1
        except csv.Error:
            continue
        wide = {width: count for width, count in widths.items() if width > 1}
        if not wide:
            continue
        share = sum(wide.values()) / sum(widths.values())
        if share < 0.5 and sum(wide.values()) < 2:
            continue
        width = max(wide, key=lambda w: (wide[w], w))
        score = (share * wide[width] / sum(wide.values()), width)
        if score > best_score:
            best, best_score = separator, score
    return best, False


def rows_of(path: Path, encoding: str, separator: str) -> Callable[[], Iterator[Sequence[Value]]]:
    def read() -> Iterator[Sequence[Value]]:
        csv.field_size_limit(CELL_CHARS_MAX)
        with path.open(encoding=encoding, errors="replace", newline="") as file:
            lines = (line.replace("\0", "") for line in file) if encoding else file
            reader = csv.reader(lines, delimiter=separator)
            while True:
                try:
                    row = next(reader)
                except StopIteration:
                    return
                except csv.Error:
                    # A cell of over a million characters: a quote that is never closed.
                    continue
                yield [_clean(text) for text in row[:COLUMNS_MAX]]

    return read


def _clean(text: str) -> Value:
    if not text or not text.strip(BLANKS):
        return None
    if text[0] == "=" and (match := _AS_TEXT.match(text)):
        return match[1]
    # A tab before a long number is another trick to keep it as text.
    return text.strip("\t") if text[0] == "\t" or text[-1] == "\t" else text


def measure(read: Callable[[], Iterator[Sequence[Value]]]) -> tuple[int, int]:
    """Last row with content, and the widest row."""
    height = width = 0
    for number, row in enumerate(read(), 1):
        if any(value is not None for value in row):
            height = number
            width = max(width, len(row))
    return height, width
