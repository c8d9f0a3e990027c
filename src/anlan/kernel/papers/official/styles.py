"""The styles of a paper: whoever changes “Heading 1” changes every heading."""

from __future__ import annotations

import math
from typing import Any

from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.shared import Pt, RGBColor

from anlan.kernel.papers.official import layout, ooxml

LATIN = "Times New Roman"
CENTER, RIGHT, LEFT = (
    WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT, WD_ALIGN_PARAGRAPH.LEFT,
)  # fmt: skip
#: By so much a character of 三号 is drawn in, so that 28 fit: whole twentieths of a point.
_TIGHT_TWIPS = math.floor(layout.TRACKING_POINTS * 20)
#: Name, role of the font, points, bold, alignment, characters of indent, points of a line.
_STYLES: tuple[tuple[str, str, float, bool, Any, int, float], ...] = (
    ("Normal", "text", layout.TEXT_POINTS, False, None, 2, layout.LINE_POINTS),
    ("Title", "title", layout.TITLE_POINTS, False, CENTER, 0, 35.0),
    ("Heading 1", "head", layout.TEXT_POINTS, False, None, 2, layout.LINE_POINTS),
    ("Heading 2", "subhead", layout.TEXT_POINTS, False, None, 2, layout.LINE_POINTS),
    ("Heading 3", "text", layout.TEXT_POINTS, True, None, 2, layout.LINE_POINTS),
    ("Heading 4", "text", layout.TEXT_POINTS, False, None, 2, layout.LINE_POINTS),
    ("公文顶格", "text", layout.TEXT_POINTS, False, LEFT, 0, layout.LINE_POINTS),
    ("公文文号", "text", layout.TEXT_POINTS, False, CENTER, 0, layout.LINE_POINTS),
    ("公文署名", "text", layout.TEXT_POINTS, False, RIGHT, 0, layout.LINE_POINTS),
    ("公文表格", "text", 12.0, False, LEFT, 0, 17.0),
    ("公文表题", "head", 12.0, False, CENTER, 0, 20.0),
    ("公文版记", "text", layout.SMALL_POINTS, False, LEFT, 0, 22.0),
    ("公文口径", "text", 9.0, False, LEFT, 0, 12.0),
)


def put(doc: Document, *, page: bool, scale: float) -> None:
    """``page``: smaller by ``scale``, as a paper of one page is set."""
    styles: Any = doc.styles
    for name, role, points, bold, align, indent, line in _STYLES:
        style = (
            styles[name] if name in styles
            else styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        )  # fmt: skip
        if page:
            points, line = _compact(name, points, line, scale)
        font = style.font
        font.name, font.size, font.bold, font.italic = LATIN, Pt(points), bold, False
        font.color.rgb = RGBColor(0, 0, 0)
        ooxml.east(style.element.get_or_add_rPr(), layout.WORD_FONTS[role])
        form = style.paragraph_format
        form.space_before = form.space_after = Pt(0)
        form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(line)
        form.alignment = align if align is not None else WD_ALIGN_PARAGRAPH.JUSTIFY
        form.keep_with_next = name.startswith("Heading")
        form.widow_control = False
        indent = 0 if page and name.startswith("Heading") else indent
        ooxml.indent(style.element.get_or_add_pPr(), indent, points)
        # Ours stands on no other style, so that changing Normal changes no head.
        if name not in ("Normal",):
            style.base_style = None
        ooxml.no_borders(style.element.get_or_add_pPr())
        ooxml.unsnapped(style.element.get_or_add_pPr())
        if points == layout.TEXT_POINTS and not page:
            ooxml.spaced(style.element.get_or_add_rPr(), _TIGHT_TWIPS)
    ooxml.language(styles.element)


def _compact(name: str, points: float, line: float, scale: float) -> tuple[float, float]:
    """A paper of one page is set smaller (official.typ)."""
    if name == "Title":
        return 19 * scale, 27 * scale
    if name == "公文口径":
        return 8 * scale, 9.5 * scale
    if name in ("公文表格", "公文表题"):
        return 9 * scale, 12.5 * scale
    return 11.5 * scale, 17 * scale
