"""A paper for the meeting, as .pptx: charts stay charts, which whoever shows them can edit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from io import BytesIO
from math import ceil
from typing import Any

from django.utils.translation import gettext as _
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.util import Emu, Mm, Pt

from anlan.kernel.papers.official import pdf, titles
from anlan.kernel.papers.official.drawing import Drawing
from anlan.kernel.papers.official.ooxml import bare
from anlan.kernel.papers.official.paper import Deck, Slide, Table

_WIDTH, _HEIGHT = Mm(338.7), Mm(190.5)
_SIDE = Mm(16)
_FONT = "微软雅黑"
#: python-pptx has annotations in places, and none where it makes a colour.
_colour: Any = RGBColor
_INK, _DEEP = _colour(0x22, 0x22, 0x22), _colour(0x1F, 0x3F, 0x66)
_FILLS = ("1F5FA8", "8FB3DC", "C0392B", "7F8C8D")
#: Rows of a table that are read from the back of a room; more go on on the next slide.
ROWS_MAX = 16
#: Points of what is said: as large as its place allows.
WORDS_MAX, WORDS_MIN, TABLE_MAX, TABLE_MIN = 24, 12, 14, 8


def write(deck: Deck) -> bytes:
    made: Any = Presentation()
    made.slide_width, made.slide_height = _WIDTH, _HEIGHT
    for slide in deck.slides:
        for part in _parts(slide):
            _slide(made, part, deck.watermark)
    made.core_properties.title = bare(deck.title)[:250]
    buffer = BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def _parts(slide: Slide) -> Iterator[Slide]:
    """A slide, and those on which its table goes on."""
    if slide.table is None or len(slide.table.rows) <= ROWS_MAX:
        yield slide
        return
    rows = list(slide.table.rows)
    yield replace(slide, table=replace(slide.table, rows=rows[:ROWS_MAX]))
    title = _("%(title)s (continued)") % {"title": slide.table.title or slide.title}
    for start in range(ROWS_MAX, len(rows), ROWS_MAX):
        part = replace(slide.table, rows=rows[start : start + ROWS_MAX])
        yield Slide(title, (), None, part, slide.foot)


def _slide(made: Any, slide: Slide, watermark: str) -> None:
    page = made.slides.add_slide(made.slide_layouts[6])
    _words(page, [slide.title], _SIDE, Mm(9), _WIDTH - 2 * _SIDE, Mm(15), 28, bold=True, ink=_DEEP)
    beside = slide.drawing is not None or slide.table is not None
    below: int = Mm(28)
    whole = _WIDTH - 2 * _SIDE
    if slide.points:
        room = Mm(58) if beside else _HEIGHT - Mm(28 + 18)
        size = _fitting(slide.points, whole, room)
        _words(page, slide.points, _SIDE, below, whole, room, size)
        below = Emu(below + _tall(slide.points, whole, size) + Mm(4))
    left_over = _HEIGHT - below - Mm(16)
    half = Emu(int((_WIDTH - 3 * _SIDE) / 2))
    if slide.drawing is not None:
        wide = half if slide.table is not None else whole
        _chart(page, slide.drawing, _SIDE, below, wide, left_over)
    if slide.table is not None:
        left = _SIDE * 2 + half if slide.drawing is not None else _SIDE
        wide = half if slide.drawing is not None else whole
        _table(page, slide.table, left, below, wide, left_over)
    foot = "　".join(filter(None, (slide.foot, watermark)))
    _words(page, [foot], _SIDE, _HEIGHT - Mm(13), _WIDTH - 2 * _SIDE, Mm(9), 10,
           ink=_colour(0x77, 0x77, 0x77))  # fmt: skip


def _words(page: Any, lines: Any, left: int, top: int, width: int, height: int, size: int, *,
           bold: bool = False, ink: RGBColor = _INK) -> None:  # fmt: skip
    frame = page.shapes.add_textbox(left, top, width, height).text_frame
    frame.word_wrap = True
    for n, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if n == 0 else frame.add_paragraph()
        paragraph.space_after = Pt(size * 0.35)
        run = paragraph.add_run()
        run.text = bare(line)
        _font(run.font, size, bold, ink)


def _tall(lines: Sequence[str], width: int, size: float) -> int:
    """How high words become, with some room: programs differ over the last sign of a line."""
    room = width / Pt(1) - 16
    count = sum(max(1, ceil(1.06 * titles.width_of(line) * size / room)) for line in lines)
    return int(Pt(size * 1.25 * count + size * 0.35 * len(lines) + 8))


def _fitting(lines: Sequence[str], width: int, height: int) -> int:
    for size in range(WORDS_MAX, WORDS_MIN, -1):
        if _tall(lines, width, size) <= height:
            return size
    return WORDS_MIN


def _font(font: Any, size: float, bold: bool = False, ink: RGBColor = _INK) -> None:
    font.size, font.bold, font.name = Pt(size), bold, _FONT
    font.color.rgb = ink


def _chart(page: Any, drawing: Drawing, left: int, top: int, width: int, height: int) -> None:
    """Counts as columns or bars; a rate has its own axis, which a chart of counts hasn't."""
    counts = [one for one in drawing.series if not one.percent] or list(drawing.series)
    new: Any = CategoryChartData
    data = new()
    data.categories = [bare(label) for label in drawing.labels]
    for one in counts:
        data.add_series(bare(one.name), list(one.values))
    kind = (XL_CHART_TYPE.BAR_CLUSTERED if drawing.kind == "bars"
            else XL_CHART_TYPE.COLUMN_CLUSTERED)  # fmt: skip
    chart = page.shapes.add_chart(kind, left, top, width, height, data).chart
    chart.has_legend = True
    chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.TOP, False
    _font(chart.font, 12)
    chart.value_axis.major_gridlines.format.line.color.rgb = _colour(0xDD, 0xDD, 0xDD)
    chart.value_axis.format.line.fill.background()
    if drawing.kind == "bars":
        # The first stands on top, as in the table; each bar says its number.
        chart.category_axis.reverse_order = True
        chart.value_axis.visible = chart.value_axis.has_major_gridlines = False
        chart.plots[0].has_data_labels = True
        _font(chart.plots[0].data_labels.font, 10)
    for series, fill in zip(chart.plots[0].series, _FILLS, strict=False):
        series.format.fill.solid()
        series.format.fill.fore_color.rgb = _colour(*bytes.fromhex(fill))


def _table(page: Any, table: Table, left: int, top: int, width: int, height: int) -> None:
    rows = list(table.rows)
    tall = min(Mm(9), Emu(int(height / (len(rows) + 1))))
    shape = page.shapes.add_table(len(rows) + 1, len(table.headers), left, top, width,
                                  tall * (len(rows) + 1))  # fmt: skip
    shares = pdf.widths(table)
    for x, share in enumerate(shares):
        shape.table.columns[x].width = Emu(int(width * share / sum(shares)))
    # Each line fits its row, and no figure breaks.
    across = (width / Pt(1) - 15 * len(shares)) / sum(shares)
    size = max(TABLE_MIN, min(TABLE_MAX, int(tall / Pt(1) / 1.4), int(across)))
    for y, row in enumerate([table.headers, *rows]):
        shape.table.rows[y].height = tall
        for x, text in enumerate(row):
            cell = shape.table.cell(y, x)
            cell.margin_top = cell.margin_bottom = Mm(0.3)
            cell.vertical_anchor = MSO_ANCHOR.MIDDLE
            paragraph = cell.text_frame.paragraphs[0]
            paragraph.alignment = PP_ALIGN.RIGHT if y and x in table.numbers else PP_ALIGN.LEFT
            run = paragraph.add_run()
            run.text = bare(text)
            white = _colour(0xFF, 0xFF, 0xFF)
            _font(run.font, size, bold=y == 0, ink=white if y == 0 else _INK)
