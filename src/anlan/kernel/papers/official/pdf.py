"""A paper as pdf, set by typst: a wheel without system libraries, a page in some milliseconds.

Words go in as JSON beside a template of ours (official.typ), so nothing in them is markup.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from typing import Any

import pypdfium2
import typst

from anlan.kernel.papers.official import addressing, fonts, layout, titles
from anlan.kernel.papers.official.drawing import Drawing
from anlan.kernel.papers.official.paper import (
    Annex,
    Beside,
    Block,
    Break,
    Heading,
    Labelled,
    Listing,
    Paper,
    Picture,
    Table,
    Words,
    chinese_day,
)

_TEMPLATE = Path(__file__).with_name("official.typ")
#: A paper of one page is set a little smaller until it is one, and no smaller than it can be read.
SCALES = (1.0, 0.95, 0.9, 0.86, 0.82, 0.78, 0.74)
PICTURE_PPI = 200


def write(paper: Paper) -> bytes:
    """The pdf. What should stand on one page does, as long as it can be read."""
    return fitted(paper)[1]


def fitted(paper: Paper) -> tuple[float, bytes]:
    """By how much a paper is set smaller, and the pdf."""
    if paper.form != "page":
        return 1.0, _compiled(paper, 1.0)
    scale, made = 1.0, b""
    for scale in SCALES:
        made = _compiled(paper, scale)
        if pages(made) == 1:
            break
    return scale, made


def pages(pdf: bytes) -> int:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return len(document)
    finally:
        document.close()


def picture(svg: str) -> bytes:
    """A drawing as PNG, for those who take no SVG."""
    source = '#set page(width: auto, height: auto, margin: 0pt)\n#image(bytes(sys.inputs.svg), format: "svg", width: 16cm)'  # noqa: E501
    made = typst.compile(
        source.encode(), format="png", ppi=PICTURE_PPI, font_paths=fonts.found(),
        sys_inputs={"svg": svg},
    )  # fmt: skip
    assert isinstance(made, bytes)
    return made


def _compiled(paper: Paper, scale: float) -> bytes:
    data = json.dumps(_data(paper, scale), ensure_ascii=False)
    made = typst.compile(
        _source(), font_paths=fonts.found(), format="pdf", sys_inputs={"data": data}
    )
    assert isinstance(made, bytes)
    return made


@cache
def _source() -> bytes:
    return _TEMPLATE.read_bytes()


def told(paper: Paper) -> list[str]:
    """主送 and 抄送 as 版记 has them."""
    said = (("主送", paper.addressed.rstrip("：:")), ("抄送", paper.copies))
    return [f"{word}：{names.rstrip('。')}。" for word, names in said if names]


def _data(paper: Paper, scale: float) -> dict[str, Any]:
    paper = addressing.settled(paper)
    families = fonts.chosen()
    author_right, day_right = places(paper)
    return {
        "form": paper.form, "scale": scale, "fonts": families, "layout": _LAYOUT,
        "title-weight": "bold" if fonts.stands_in("title") else "regular",
        # A stand-in for 楷体 is 仿宋's own stand-in: weight keeps the levels apart.
        "weights": {"2": "semibold" if fonts.stands_in("subhead") else "regular", "3": "regular"},
        "title": paper.title, "title-lines": titles.rows_of(paper.title),
        "subtitle": paper.subtitle, "mark": paper.mark,
        "mark-size": mark_size(paper), "mark-tracking": layout.mark_tracking(paper.mark),
        "number": paper.number, "signer": paper.signer,
        "signer-label": "签发人：",
        "corner": [word for word in (paper.secrecy, paper.urgency) if word],
        "recipients": f"{paper.recipients.rstrip('：:')}：" if paper.recipients else "",
        "blocks": [_block(block) for block in paper.blocks],
        "annexes": [_annex(annex) for annex in paper.annexes],
        "author": paper.author, "author-line": paper.author, "author-right": author_right,
        "day": chinese_day(paper.day) if paper.day else "", "day-right": day_right,
        "note": paper.note, "basis": paper.basis, "watermark": paper.watermark,
        "told": told(paper),
        # 信函格式: its 版记 has neither lines nor who printed it (GB/T 9704-2012, 10.1).
        "printed-by": "" if paper.form == "letter" else paper.printed_by,
        "printed-on": f"{chinese_day(paper.printed_on)}印发" if paper.printed_on else "",
        "cover": None if paper.cover is None else {
            **asdict(paper.cover),
            "headings": [{"level": block.level, "text": block.text}
                         for block in paper.blocks if isinstance(block, Heading)],
        },
    }  # fmt: skip


#: The words of layout.py as the template calls them.
_LAYOUT = {
    "text": layout.TEXT_POINTS, "title": layout.TITLE_POINTS, "small": layout.SMALL_POINTS,
    "line": layout.LINE_POINTS, "char": layout.CHAR_POINTS,
    # A hair less than the rest of a point, lest the 28th character fall off the line.
    "tracking": layout.TRACKING_POINTS - 0.005,
    "top": layout.TOP_MM, "bottom": layout.BOTTOM_MM, "left": layout.LEFT_MM,
    "right": layout.RIGHT_MM, "red": layout.RED, "mark-below": layout.MARK_BELOW_MM,
    "letter-mark": layout.LETTER_MARK_MM, "rule-below": layout.RULE_BELOW_MM,
    "letter-rule": layout.LETTER_RULE_WIDTH_MM, "letter-foot": layout.LETTER_FOOT_MM,
    "page-number-below": layout.PAGE_NUMBER_BELOW_MM, "thick": layout.IMPRINT_THICK_MM,
    "thin": layout.IMPRINT_THIN_MM,
}  # fmt: skip


def mark_size(paper: Paper) -> float:
    if paper.form == "letter":
        return layout.letter_mark_points(paper.mark)
    return layout.mark_points(paper.mark)


def places(paper: Paper) -> tuple[float, float]:
    """How many characters author and day stand from the right-hand edge.

    Under a seal the day stands four characters in and the author is centred on it; without one the
    author stands two in, and the day begins two after the author (GB/T 9704-2012, 7.3.5).
    """
    author = titles.width_of(paper.author)
    day = titles.width_of(chinese_day(paper.day)) if paper.day else 0.0
    if not paper.author or not day:
        return 2.0, 4.0
    if author + 4.0 > layout.CHARS:
        # It takes its whole line, or more: nothing is centred on it or begins after it.
        return 0.0, 4.0
    if paper.sealed:
        right = 4.0 + (day - author) / 2
        return (right, 4.0) if right >= 0 else (0.0, (author - day) / 2)
    right = 2.0 + author - 2.0 - day
    return (2.0, right) if right >= 2.0 else (2.0 + (2.0 - right), 2.0)


def _annex(annex: Annex) -> dict[str, Any]:
    return {"title": annex.title, "blocks": [_block(block) for block in annex.blocks]}


def _block(block: Block) -> dict[str, Any]:
    match block:
        case Heading():
            return {"kind": "heading", **asdict(block)}
        case Words():
            return {"kind": "words", **asdict(block)}
        case Labelled():
            return {"kind": "labelled", **asdict(block)}
        case Listing():
            return {"kind": "points", "points": list(block.points)}
        case Table():
            return _table(block)
        case Picture():
            return _picture(block)
        case Break():
            return {"kind": "break"}
        case Beside():
            left = replace(block.left, drawing=narrow(block))
            return {"kind": "beside", "left": _picture(left), "right": _table(block.right)}


#: A drawing beside a table is this wide, so that its labels stay legible at half a page, and so
#: high as the table is, within reason.
NARROW, NARROW_MIN, NARROW_MAX, NARROW_ROW = 370.0, 230.0, 400.0, 25.0


def narrow(block: Beside) -> Drawing:
    height = NARROW_ROW * (len(block.right.rows) + 1)
    return replace(
        block.left.drawing, width=NARROW, height=max(NARROW_MIN, min(NARROW_MAX, height))
    )


def _picture(block: Picture) -> dict[str, Any]:
    return {"kind": "picture", "title": block.title, "note": block.note, "svg": block.drawing.svg}


def _table(block: Table) -> dict[str, Any]:
    return {
        "kind": "table", "title": block.title, "note": block.note,
        "headers": list(block.headers), "rows": [list(row) for row in block.rows],
        "numbers": list(block.numbers), "widths": widths(block),
    }  # fmt: skip


def widths(table: Table) -> list[float]:
    """Shares of the width: as wide as what stands in a column, within reason."""
    shares = []
    for n, head in enumerate(table.headers):
        longest = max((titles.width_of(row[n]) for row in table.rows), default=0.0)
        # Figures never break; of long names and heads the line may, but of no head of five signs:
        # 逾期未整改 would leave one of them alone.
        least = longest + 0.6 if n in table.numbers else min(longest, 9.0)
        line = max(map(titles.width_of, head.split("\n")))
        shares.append(max(2.2, least, min(line, 5.0) + 0.6))
    return shares
