"""The blocks of a paper as WordprocessingML: text that goes into a .docx at once.

The same text goes into our own documents (word.py) and into an office's template (filling.py): it
names styles, which hold the layout, and keeps pictures apart.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from docx.oxml.ns import nsdecls

from anlan.kernel.papers.official import layout, pdf
from anlan.kernel.papers.official.ooxml import escaped
from anlan.kernel.papers.official.paper import (
    Beside,
    Block,
    Break,
    Heading,
    Labelled,
    Listing,
    Picture,
    Table,
    Words,
)

#: The id that python-docx gives to a style of this name.
PLAIN, TABLE, CAPTION, NOTE = "公文顶格", "公文表格", "公文表题", "公文口径"
#: Namespaces of what is written here, for whoever parses it.
NAMESPACES = nsdecls("w", "wp", "a", "pic", "r") + (
    ' xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)
_EMU_PER_MM, _TWIPS_PER_MM = 36_000, 1440 / 25.4
#: Points of a table's text, and the smallest that is still read on paper.
TABLE_POINTS, TABLE_POINTS_MIN = 12.0, 7.5
_CELL_MARGIN_TWIPS = 40
#: Nobody knows which font stands in on the reader's machine: figures get room to spare.
_SPARE = 1.28

#: Takes a picture (PNG) in and says under which relation the document holds it.
Holder = Callable[[bytes], str]


class Blocks:
    """Writes blocks ``width`` millimetres wide; ``hold`` takes their pictures in."""

    def __init__(
        self, hold: Holder, width: float = layout.TEXT_WIDTH_MM, points: float = TABLE_POINTS,
        char: float = layout.TEXT_POINTS,
    ) -> None:  # fmt: skip
        self.hold = hold
        self.width = width
        self.points = points
        self.char = char
        self._pictures = 0

    def written(self, blocks: Sequence[Block]) -> str:
        return "".join(self.one(block) for block in blocks)

    def one(self, block: Block) -> str:
        match block:
            case Heading():
                return paragraph(block.text, f"Heading{min(block.level, 4)}")
            case Words():
                if not block.align:
                    return paragraph(block.text)
                return paragraph(block.text, PLAIN, f'<w:jc w:val="{block.align}"/>')
            case Labelled():
                bold = f"<w:r><w:rPr><w:b/></w:rPr>{_text(block.label)}</w:r>"
                return paragraph(block.text, before=bold)
            case Listing():
                hang = round(1.6 * self.char * 20)
                indent = f'<w:ind w:left="{hang}" w:hanging="{hang}"/>'
                points = enumerate(block.points, 1)
                return "".join(paragraph(f"{n}. {point}", PLAIN, indent) for n, point in points)
            case Table():
                return self.table(block, self.width) + paragraph("", NOTE) * (not block.note)
            case Picture():
                return self.picture(block, self.width)
            case Break():
                return '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'
            case Beside():
                return self._beside(block)

    def table(self, block: Table, width: float) -> str:
        shares = [
            share * (_SPARE if n in block.numbers else 1.0) + 0.4
            for n, share in enumerate(pdf.widths(block))
        ]
        points = table_points(shares, width, self.points)
        columns = [width * share / sum(shares) for share in shares]
        made = _table(block, columns, points if points < self.points else None)
        return _titled(block.title) + made + (paragraph(block.note, NOTE) if block.note else "")

    def picture(self, block: Picture, width: float) -> str:
        wide, high = block.drawing.size
        self._pictures += 1
        run = _inline(
            self.hold(pdf.picture(block.drawing.svg)), self._pictures, block.title,
            round(width * _EMU_PER_MM), round(width * high / wide * _EMU_PER_MM),
        )  # fmt: skip
        line = (
            f'<w:p><w:pPr><w:pStyle w:val="{CAPTION}"/>'
            '<w:spacing w:line="240" w:lineRule="auto"/></w:pPr>'
            f"{run}</w:p>"
        )
        return _titled(block.title) + line + (paragraph(block.note, NOTE) if block.note else "")

    def _beside(self, block: Beside) -> str:
        # A table needs the half of the page: its figures never break, whatever font stands in.
        left = self.width * 0.46
        right = self.width - left
        narrow = replace(block.left, drawing=pdf.narrow(block))
        cells = (
            (left, self.picture(narrow, left - 4)),
            (right, self.table(block.right, right - 4)),
        )
        made = "".join(
            f'<w:tc><w:tcPr><w:tcW w:w="{_twips(wide)}" w:type="dxa"/></w:tcPr>{inner}'
            f"{paragraph('', NOTE)}</w:tc>"
            for wide, inner in cells
        )
        grid = "".join(f'<w:gridCol w:w="{_twips(wide)}"/>' for wide, _inner in cells)
        return (
            f'<w:tbl><w:tblPr><w:tblW w:w="{_twips(self.width)}" w:type="dxa"/>'
            f'<w:jc w:val="center"/><w:tblLayout w:type="fixed"/></w:tblPr>'
            f"<w:tblGrid>{grid}</w:tblGrid><w:tr>{made}</w:tr></w:tbl>"
        )


def table_points(shares: Sequence[float], width: float, most: float) -> float:
    """As large as ``most``, and as small as it takes for no figure to break."""
    room = (width * _TWIPS_PER_MM - 2 * _CELL_MARGIN_TWIPS * len(shares)) / 20
    return max(TABLE_POINTS_MIN, min(most, int(2 * room / sum(shares)) / 2))


def paragraph(text: str, style: str = "", properties: str = "", before: str = "") -> str:
    """``properties``: in the order that the schema asks for; ``before``: runs that come first."""
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    shape = f"<w:pPr>{named}{properties}</w:pPr>" if named or properties else ""
    run = f"<w:r>{_text(text)}</w:r>" if text else ""
    return f"<w:p>{shape}{before}{run}</w:p>"


def _text(text: str) -> str:
    return f'<w:t xml:space="preserve">{escaped(text)}</w:t>'


def _titled(title: str) -> str:
    return paragraph(title, CAPTION, "<w:keepNext/>") if title else ""


def _twips(mm: float) -> int:
    return round(mm * _TWIPS_PER_MM)


def _cell(
    text: str, align: str, twips: int, *, head: bool, points: float | None, kept: bool = False
) -> str:
    size = f'<w:sz w:val="{round(points * 2)}"/>' if points else ""
    font = f'<w:rFonts w:eastAsia="{layout.WORD_FONTS["head"]}"/>' if head else ""
    shade = '<w:shd w:val="clear" w:color="auto" w:fill="EEEEEE"/>' if head else ""
    # A figure stands on one line, whatever font stands in.
    whole = "<w:noWrap/>" if align == "right" else ""
    lines = "".join(
        f'<w:p><w:pPr><w:pStyle w:val="{TABLE}"/>{"<w:keepNext/>" * kept}'
        f'<w:jc w:val="{align}"/></w:pPr>'
        f"<w:r><w:rPr>{font}{size}</w:rPr>{_text(line)}</w:r></w:p>"
        for line in (text.splitlines() or [""])
    )
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{twips}" w:type="dxa"/>{shade}{whole}<w:vAlign w:val="center"/>'
        f"</w:tcPr>{lines}</w:tc>"
    )


def _table(block: Table, columns: Sequence[float], points: float | None) -> str:
    edge = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="5A5A5A"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    wide = [_twips(width) for width in columns]
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in wide)
    head = "".join(
        _cell(text, "center", width, head=True, points=points)
        for text, width in zip(block.headers, wide, strict=True)
    )
    rows = [f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{head}</w:tr>"]
    for at, row in enumerate(block.rows, 1):
        # What stands under a table never stands alone on the next page.
        kept = bool(block.note) and at == len(block.rows)
        cells = "".join(
            _cell(text, "right" if n in block.numbers else "left", wide[n], head=False,
                  points=points, kept=kept)
            for n, text in enumerate(row)
        )  # fmt: skip
        rows.append(f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{cells}</w:tr>")
    margin = f'w:w="{_CELL_MARGIN_TWIPS}" w:type="dxa"'
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(wide)}" w:type="dxa"/>'
        f'<w:jc w:val="center"/><w:tblBorders>{edge}</w:tblBorders><w:tblLayout w:type="fixed"/>'
        f"<w:tblCellMar><w:left {margin}/><w:right {margin}/></w:tblCellMar></w:tblPr>"
        f"<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )


def _inline(held: str, number: int, title: str, width: int, height: int) -> str:
    """A picture in the line, as Word itself writes it; its title is read out to who can't see."""
    name = escaped(title).replace('"', "&quot;")
    return (
        "<w:r><w:drawing>"
        '<wp:inline distT="0" distB="0" distL="0" distR="0">'
        f'<wp:extent cx="{width}" cy="{height}"/>'
        f'<wp:docPr id="{1_000 + number}" name="Picture {number}" descr="{name}"/>'
        '<wp:cNvGraphicFramePr><a:graphicFrameLocks noChangeAspect="1"/></wp:cNvGraphicFramePr>'
        '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture">'
        f'<pic:pic><pic:nvPicPr><pic:cNvPr id="{number}" name="picture{number}.png"/>'
        "<pic:cNvPicPr/></pic:nvPicPr>"
        f'<pic:blipFill><a:blip r:embed="{held}"/><a:stretch><a:fillRect/></a:stretch>'
        '</pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/>'
        f'<a:ext cx="{width}" cy="{height}"/></a:xfrm><a:prstGeom prst="rect"/></pic:spPr>'
        "</pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    )
