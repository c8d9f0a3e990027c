"""Pages that are pictures, as lines: recognised by rapidocr, whose models lie in its own package.

Loaded by path in the child, and only where the package is installed (``pip install anlan[ocr]``).
A page that has a text layer keeps it. The lines stand where they stood on the paper, so that
paragraphs are put together as those of other PDFs are; how sure each one is goes along.
"""

from __future__ import annotations

import math
from itertools import pairwise
from statistics import median
from typing import Any

import _pdf  # type: ignore[import-not-found]  # loaded by path in the child
import pypdfium2
from _parts import Stop, Text  # type: ignore[import-not-found]
from _pdf import Line
from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE

#: A page takes two to eight seconds of one core.
PAGES_MAX = 40
DOTS_PER_INCH = 150
#: A page of a poster would be a picture of gigabytes: it is drawn smaller.
DOTS_MAX = 2_400
#: Below it a line is marked, so that somebody looks.
SURE = 0.95
#: Below it nothing can be made of a line; it is left out.
WORDS_MIN = 0.5
#: Pieces of one printed row, as a share of its height.
_ROW = 0.6


def read(path: str, encoding: str) -> dict[str, Any]:
    pages = _pdf._pages(path)
    silent = [
        number for number, lines in enumerate(pages)
        if sum(len(line.text.strip()) for line in lines) < _pdf.CHARS_A_PAGE_MIN
    ]  # fmt: skip
    silent = _pictured(path, silent)
    if not silent:
        raise Stop("scanned", str(len(pages)))
    if len(silent) > PAGES_MAX:
        raise Stop("scanned_long", str(len(silent)))
    recognised = _recognised(path, silent)
    found: list[tuple[int, str, float]] = []
    for number, said in recognised.items():
        pages[number] = [line for line, _sure in said]
        found += [(number, line.text, sure) for line, sure in said]
    if not any(line.text.strip() for lines in pages for line in lines):
        raise Stop("scanned", str(len(pages)))
    text = Text()
    text.notes.append(f"pages_recognised:{len(silent)}")
    _pdf._write(pages, text)
    made: dict[str, Any] = text.said()
    made["recognised"] = {
        "pages": [number + 1 for number in silent],
        "sure": sum(len(line) * sure for _n, line, sure in found)
        / (sum(len(line) for _n, line, _s in found) or 1),
    }
    made["unsure"] = _unsure(made["text"], made["pages"], found)
    return made


def _pictured(path: str, numbers: list[int]) -> list[int]:
    """Those on which there is a picture at all: an empty page says nothing."""
    document = pypdfium2.PdfDocument(path)
    found = []
    for number in numbers:
        page = document[number]
        pictures = page.get_objects(filter=[FPDF_PAGEOBJ_IMAGE], max_depth=3)
        if next(iter(pictures), None) is not None:
            found.append(number)
        page.close()
    document.close()
    return found


def _recognised(path: str, numbers: list[int]) -> dict[int, list[tuple[Line, float]]]:
    from rapidocr import RapidOCR

    engine: Any = RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.text_score": WORDS_MIN,
            "Global.max_side_len": DOTS_MAX,
            # One thread: the address space is limited, and other work goes on beside it.
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )
    document = pypdfium2.PdfDocument(path)
    found = {}
    for number in numbers:
        page = document[number]
        scale = min(DOTS_PER_INCH / 72, DOTS_MAX / max(page.get_width(), page.get_height(), 1))
        image = page.render(scale=scale, may_draw_forms=False, no_smoothtext=False).to_numpy()
        said = engine(image[:, :, :3].copy())
        boxes = [] if said.boxes is None else said.boxes.tolist()
        pieces = list(zip(boxes, said.txts or (), said.scores or (), strict=True))
        found[number] = _lines(pieces, scale, page.get_height())
        page.close()
    document.close()
    return found


def _lines(
    pieces: list[tuple[list[list[float]], str, float]], scale: float, height: float
) -> list[tuple[Line, float]]:
    """Rows from top to bottom, in points of the page; a page laid askew is turned first."""
    angle = _angle([box for box, _text, _sure in pieces])
    turned = []
    for box, text, sure in pieces:
        if not text.strip():
            continue
        corners = [_turn(x / scale, y / scale, -angle) for x, y in box]
        xs, ys = [x for x, _y in corners], [y for _x, y in corners]
        turned.append((min(xs), max(xs), min(ys), max(ys), text.strip(), sure))
    turned.sort(key=lambda piece: (piece[2] + piece[3]) / 2)
    rows: list[list[tuple[float, float, float, float, str, float]]] = []
    for piece in turned:
        middle = (piece[2] + piece[3]) / 2
        last = rows[-1][0] if rows else None
        if last and abs(middle - (last[2] + last[3]) / 2) < _ROW * (last[3] - last[2]):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    found = []
    for row in rows:
        row.sort()
        text = row[0][4]
        for before, piece in pairwise(row):
            wide = piece[0] - before[1] > 2 * (piece[3] - piece[2])
            text += ("\t" if wide else "") + piece[4]
        letters = sum(len(piece[4]) for piece in row)
        sure = sum(len(piece[4]) * piece[5] for piece in row) / letters
        line = Line(
            text, row[0][0], max(piece[1] for piece in row),
            height - min(piece[2] for piece in row), height - max(piece[3] for piece in row),
        )  # fmt: skip
        found.append((line, sure))
    return found


def _angle(boxes: list[list[list[float]]]) -> float:
    """How far the page lies askew, by its long lines."""
    tilts = [
        math.atan2(box[1][1] - box[0][1], box[1][0] - box[0][0])
        for box in boxes
        if box[1][0] - box[0][0] > 5 * abs(box[3][1] - box[0][1])
    ]
    found = median(tilts) if tilts else 0.0
    return found if abs(found) < math.radians(15) else 0.0


def _turn(x: float, y: float, angle: float) -> tuple[float, float]:
    return x * math.cos(angle) - y * math.sin(angle), x * math.sin(angle) + y * math.cos(angle)


def _unsure(
    text: str, pages: list[int], found: list[tuple[int, str, float]]
) -> list[tuple[int, int, float]]:
    """Where in the text the lines stand that aren't sure."""
    marks = []
    at = 0
    for number, line, sure in found:
        at = max(at, pages[number] if number < len(pages) else 0)
        start = text.find(line, at)
        if start < 0:
            # A page number stands behind the paragraph that it would cut.
            continue
        if start - at < len(line) + 400:
            at = start + len(line)
        if sure < SURE:
            marks.append((start, start + len(line), round(sure, 3)))
    return marks
