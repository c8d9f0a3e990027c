"""A paper as .docx that opens in Word and WPS as in the standard, and stays easy to edit.

Styles carry the layout: whoever changes “Heading 1” changes every heading. python-docx writes the
parts; what it has no words for (grid, borders, fields) is put in as WordprocessingML here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK, WD_LINE_SPACING
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph

from anlan.kernel.papers.official import layout, pdf
from anlan.kernel.papers.official.paper import (
    Annex,
    Beside,
    Block,
    Break,
    Heading,
    Listing,
    Paper,
    Picture,
    Table,
    Words,
    chinese_day,
)

_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udfff]")
_LATIN = "Times New Roman"
#: By so much a character of 三号 is drawn in, so that 28 fit: whole twentieths of a point.
_TIGHT_TWIPS = math.floor(layout.TRACKING_POINTS * 20)
CENTER, RIGHT, LEFT = (
    WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT, WD_ALIGN_PARAGRAPH.LEFT,
)  # fmt: skip
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


#: What a paper of one page is set smaller than as pdf: another font may stand in at its reader's.
SPARE = 0.92


def write(paper: Paper, *, by: str, at: datetime) -> bytes:
    """The .docx. ``by`` and ``at`` are its properties, as Word shows them."""
    scale = SPARE * pdf.fitted(paper)[0] if paper.form == "page" else 1.0
    return _Writer(paper, scale).write(by, at)


class _Writer:
    def __init__(self, paper: Paper, scale: float) -> None:
        self.paper = paper
        self.scale = scale if paper.form == "page" else 1.0
        self.doc = Document()
        self.is_page = paper.form == "page"

    def write(self, by: str, at: datetime) -> bytes:
        self._section()
        self._styles()
        self._head()
        for block in self.paper.blocks:
            self._block(block)
        self._end()
        self._properties(by, at)
        buffer = BytesIO()
        self.doc.save(buffer)
        return buffer.getvalue()

    # --- page and styles --------------------------------------------------------------------

    def _section(self) -> None:
        section = self.doc.sections[0]
        section.page_width, section.page_height = (
            Mm(layout.PAGE_WIDTH_MM), Mm(layout.PAGE_HEIGHT_MM),
        )  # fmt: skip
        if self.is_page:
            section.top_margin, section.bottom_margin = Mm(18), Mm(16)
            section.left_margin = section.right_margin = Mm(22)
        else:
            section.top_margin, section.bottom_margin = Mm(layout.TOP_MM), Mm(layout.BOTTOM_MM)
            section.left_margin, section.right_margin = Mm(layout.LEFT_MM), Mm(layout.RIGHT_MM)
            _grid(section)
        section.header_distance = Mm(15)
        # The line of the number, some 5 mm high, lies 7 mm below the text.
        section.footer_distance = Mm(layout.BOTTOM_MM - layout.PAGE_NUMBER_BELOW_MM - 5)
        self.doc.settings.odd_and_even_pages_header_footer = not self.is_page
        letter = self.paper.form == "letter"
        section.different_first_page_header_footer = letter
        if not self.is_page:
            _number(section.footer.paragraphs[0], RIGHT)
            _number(section.even_page_footer.paragraphs[0], LEFT)
        if letter:
            self._letter(section)
        if self.paper.watermark:
            headers = (
                [section.header] if self.is_page else [section.header, section.even_page_header]
            )
            for header in [*headers, *([section.first_page_header] if letter else [])]:
                _watermark(header, self.paper.watermark)

    def _letter(self, section: Any) -> None:
        """信函格式: mark and red lines of the first page lie in its header and footer."""
        section.header_distance = Mm(layout.LETTER_MARK_MM)
        head = section.first_page_header.paragraphs[0]
        self._mark(head, pdf.mark_size(self.paper))
        _border(head, "bottom", "thickThinSmallGap", 18, layout.RED, layout.RULE_BELOW_MM)
        foot = section.first_page_footer.paragraphs[0]
        foot.alignment = CENTER
        _border(foot, "top", "thinThickSmallGap", 18, layout.RED, 0)
        over = (layout.LETTER_RULE_WIDTH_MM - layout.TEXT_WIDTH_MM) / 2
        # 170 mm about the middle of the page, while the text isn't in its middle.
        shift = (layout.LEFT_MM - layout.RIGHT_MM) / 2
        for each in (head, foot):
            each.paragraph_format.left_indent = Mm(-(over + shift))
            each.paragraph_format.right_indent = Mm(-(over - shift))
            each.paragraph_format.first_line_indent = Mm(0)

    def _styles(self) -> None:
        styles = self.doc.styles
        for name, role, points, bold, align, indent, line in _STYLES:
            style = (
                styles[name] if name in styles
                else styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
            )  # fmt: skip
            if self.is_page:
                points, line = self._compact(name, points, line)
            font = style.font
            font.name, font.size, font.bold, font.italic = _LATIN, Pt(points), bold, False
            font.color.rgb = RGBColor(0, 0, 0)
            _east(style.element.get_or_add_rPr(), layout.WORD_FONTS[role])
            form = style.paragraph_format
            form.space_before = form.space_after = Pt(0)
            form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(line)
            form.alignment = align if align is not None else WD_ALIGN_PARAGRAPH.JUSTIFY
            form.keep_with_next = name.startswith("Heading")
            form.widow_control = False
            indent = 0 if self.is_page and name.startswith("Heading") else indent
            _indent(style.element.get_or_add_pPr(), indent, points)
            # Ours stands on no other style, so that changing Normal changes no head.
            if name not in ("Normal",):
                style.base_style = None
            _no_borders(style.element.get_or_add_pPr())
            _unsnapped(style.element.get_or_add_pPr())
            if points == layout.TEXT_POINTS and not self.is_page:
                _spaced(style.element.get_or_add_rPr(), _TIGHT_TWIPS)
        _language(styles.element)

    def _compact(self, name: str, points: float, line: float) -> tuple[float, float]:
        """A paper of one page is set smaller (official.typ)."""
        if name == "Title":
            return 19 * self.scale, 27 * self.scale
        if name == "公文口径":
            return 8 * self.scale, 9.5 * self.scale
        if name in ("公文表格", "公文表题"):
            return 9 * self.scale, 12.5 * self.scale
        return 11.5 * self.scale, 17 * self.scale

    # --- head -------------------------------------------------------------------------------

    def _head(self) -> None:
        paper = self.paper
        if paper.form == "document":
            for word in (paper.secrecy, paper.urgency):
                if word:
                    self._line(word, "公文顶格")
            mark = self._line("", "公文文号")
            self._mark(mark, pdf.mark_size(paper))
            mark.paragraph_format.space_before = Mm(layout.MARK_BELOW_MM)
            self._blank(2)
            self._numbered()
            self._blank(2)
        elif paper.form == "letter":
            first = self._line(paper.number, "公文署名")
            first.paragraph_format.space_before = Mm(
                max(0.0, layout.LETTER_MARK_MM + pdf.mark_size(paper) * layout.MM_PER_POINT
                    + layout.RULE_BELOW_MM + 4 - layout.TOP_MM)
            )  # fmt: skip
            self._blank(2)
        elif paper.form == "brief":
            self._brief_head()
        title = self.doc.add_paragraph(style="Title")
        for n, row in enumerate(paper.title.splitlines() or [""]):
            if n:
                title.add_run().add_break()
            title.add_run(bare(row))
        if paper.subtitle:
            self._line(paper.subtitle, "公文表题")
        if paper.recipients:
            self._blank(1)
            self._line(f"{paper.recipients.rstrip('：:')}：", "公文顶格")
        elif not self.is_page:
            self._blank(1)

    def _mark(self, paragraph: Paragraph, points: float) -> None:
        paragraph.alignment = CENTER
        form = paragraph.paragraph_format
        form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(points * 1.2)
        form.first_line_indent = Mm(0)
        run = paragraph.add_run(bare(self.paper.mark))
        run.font.size, run.font.color.rgb = Pt(points), RGBColor(*bytes.fromhex(layout.RED))
        run.font.name = _LATIN
        _east(run._r.get_or_add_rPr(), layout.WORD_FONTS["title"])

    def _numbered(self) -> None:
        """The number over the red line; of a paper that goes up, with who signed it beside."""
        paper = self.paper
        line = self._line("", "公文文号")
        if paper.signer:
            line.alignment = LEFT
            width = Mm(layout.TEXT_WIDTH_MM) - Pt(layout.TEXT_POINTS)
            line.paragraph_format.left_indent = Pt(layout.TEXT_POINTS)
            line.paragraph_format.tab_stops.add_tab_stop(width, 2)
            line.add_run(f"{bare(paper.number)}\t签发人：")
            name = line.add_run(bare(paper.signer))
            _east(name._r.get_or_add_rPr(), layout.WORD_FONTS["subhead"])
        else:
            line.add_run(bare(paper.number))
        _border(line, "bottom", "single", 12, layout.RED, layout.RULE_BELOW_MM)

    def _brief_head(self) -> None:
        paper = self.paper
        mark = self._line("", "公文文号")
        self._mark(mark, pdf.mark_size(paper))
        mark.paragraph_format.space_before = Mm(8)
        self._blank(1)
        self._line(paper.number, "公文文号")
        line = self._line("", "公文顶格")
        line.paragraph_format.left_indent = Pt(layout.TEXT_POINTS)
        width = Mm(layout.TEXT_WIDTH_MM) - Pt(layout.TEXT_POINTS)
        line.paragraph_format.tab_stops.add_tab_stop(width, 2)
        day = chinese_day(paper.day) if paper.day else ""
        line.add_run(f"{bare(paper.printed_by)}\t{day}")
        _border(line, "bottom", "single", 12, layout.RED, layout.RULE_BELOW_MM)
        self._blank(1)

    # --- blocks -----------------------------------------------------------------------------

    def _block(self, block: Block) -> None:
        match block:
            case Heading():
                self.doc.add_paragraph(bare(block.text), style=f"Heading {min(block.level, 4)}")
            case Words():
                if block.align:
                    line = self._line(block.text, "公文顶格")
                    line.alignment = {"center": CENTER, "right": RIGHT}.get(block.align, LEFT)
                else:
                    self.doc.add_paragraph(bare(block.text))
            case Listing():
                for n, point in enumerate(block.points, 1):
                    line = self._line(f"{n}. {point}", "公文顶格")
                    line.paragraph_format.left_indent = Pt(18 * self.scale)
                    line.paragraph_format.first_line_indent = Pt(-18 * self.scale)
            case Table():
                self._table(block)
            case Picture():
                self._picture(block)
            case Break():
                self.doc.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
            case Beside():
                self._beside(block)

    def _line(self, text: str, style: str, parent: Any = None) -> Paragraph:
        made: Paragraph = (parent or self.doc).add_paragraph(bare(text), style=style)
        return made

    def _blank(self, lines: int) -> None:
        for _n in range(lines):
            self._line("", "公文顶格")

    @property
    def _width(self) -> float:
        return 166.0 if self.is_page else float(layout.TEXT_WIDTH_MM)

    def _table(self, block: Table, parent: Any = None, width: float | None = None) -> None:
        if block.title:
            self._line(block.title, "公文表题", parent).paragraph_format.keep_with_next = True
        # Nobody knows which font stands in on the reader's machine: figures get room to spare.
        shares = [share + (n in block.numbers) for n, share in enumerate(pdf.widths(block))]
        columns = [(width or self._width) * share / sum(shares) for share in shares]
        rows = len(block.rows) + 1
        table = (
            parent.add_table(rows, len(block.headers)) if parent is not None
            else self.doc.add_table(rows, len(block.headers))
        )  # fmt: skip
        # Built as text and put in at once: a cell at a time takes python-docx seconds a table.
        made = _table_xml(block, columns, 8.5 if len(block.headers) > 9 else None)
        table._tbl.getparent().replace(table._tbl, made)
        if block.note:
            self._line(block.note, "公文口径", parent)
        elif parent is None:
            self._line("", "公文口径")

    def _picture(self, block: Picture, parent: Any = None, width: float | None = None) -> None:
        if block.title:
            self._line(block.title, "公文表题", parent).paragraph_format.keep_with_next = True
        line = self._line("", "公文表题", parent)
        line.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
        shape = line.add_run().add_picture(
            BytesIO(pdf.picture(block.drawing.svg)), width=Mm(width or self._width)
        )
        shape._inline.docPr.set("descr", bare(block.title))
        if block.note:
            self._line(block.note, "公文口径", parent)

    def _beside(self, block: Beside) -> None:
        # A table needs the half of the page: its figures never break, whatever font stands in.
        left, right = self._width * 0.46, self._width * 0.53
        table = self.doc.add_table(1, 2)
        table.autofit = False
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        for cell, width in zip(table.rows[0].cells, (left, self._width - left), strict=True):
            cell.width = Mm(width)
            cell.paragraphs[0].style = self.doc.styles["公文口径"]
        self._picture(block.left, table.rows[0].cells[0], left - 6)
        self._table(block.right, table.rows[0].cells[1], right - 4)
        self._line("", "公文口径", table.rows[0].cells[1])

    # --- end --------------------------------------------------------------------------------

    def _end(self) -> None:
        paper = self.paper
        self._annex_list()
        author_right, day_right = pdf.places(paper)
        if paper.form != "brief" and paper.author:
            self._blank(2)
            self._signed(paper.author, author_right)
        elif paper.day and paper.form not in ("page", "brief"):
            self._blank(2)
        if paper.day and paper.form not in ("page", "brief"):
            self._signed(chinese_day(paper.day), day_right)
        if paper.note:
            note = self._line(f"（{paper.note}）", "公文顶格")
            note.paragraph_format.left_indent = Pt(2 * layout.TEXT_POINTS)
        if paper.basis:
            self._line(paper.basis, "公文口径")
        with_text = [annex for annex in paper.annexes if annex.blocks]
        if not with_text:
            self._imprint()
        for annex in with_text:
            self._annex(annex, paper.annexes.index(annex) + 1)
        if with_text:
            self._imprint()

    def _signed(self, text: str, right: float) -> None:
        line = self._line(text, "公文署名")
        line.paragraph_format.right_indent = Pt(right * layout.CHAR_POINTS)
        line.paragraph_format.keep_together = True

    def _annex_list(self) -> None:
        if not self.paper.annexes:
            return
        self._blank(1)
        several = len(self.paper.annexes) > 1
        for n, annex in enumerate(self.paper.annexes, 1):
            number = f"{n}. " if several else ""
            line = self._line(f"{'附件：' if n == 1 else ''}{number}{annex.title}", "公文顶格")
            line.paragraph_format.left_indent = Pt(5 * layout.CHAR_POINTS)
            if n == 1:
                line.paragraph_format.first_line_indent = Pt(-3 * layout.CHAR_POINTS)

    def _annex(self, annex: Annex, number: int) -> None:
        first = self._line(f"附件{number}" if len(self.paper.annexes) > 1 else "附件", "公文顶格")
        first.paragraph_format.page_break_before = True
        _east(first.runs[0]._r.get_or_add_rPr(), layout.WORD_FONTS["head"])
        self._blank(1)
        self.doc.add_paragraph(bare(annex.title), style="Title")
        self._blank(1)
        for block in annex.blocks:
            self._block(block)

    def _imprint(self) -> None:
        """版记: at the foot of the last page, between thick lines."""
        paper = self.paper
        lines = []
        if paper.copies:
            lines.append(f"抄送：{paper.copies.rstrip('。')}。")
        if paper.printed_by and paper.form != "brief":
            day = f"{chinese_day(paper.printed_on)}印发" if paper.printed_on else ""
            lines.append(f"{paper.printed_by}\t{day}")
        if lines:
            self.doc.add_paragraph()._p.addnext(_imprint_xml(lines))
            self._line("", "公文口径")

    def _properties(self, by: str, at: datetime) -> None:
        core = self.doc.core_properties
        core.title, core.author, core.last_modified_by = bare(self.paper.title)[:250], by, by
        core.created = core.modified = at.replace(tzinfo=None)
        core.comments, core.language = "", "zh-CN"


def bare(text: str) -> str:
    """Without the signs that no XML takes."""
    return _NO_XML.sub("", text)


# --- what python-docx has no words for ------------------------------------------------------


def _east(properties: Any, font: str) -> None:
    fonts = properties.get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), font)
    for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        if fonts.get(qn(theme)) is not None:
            del fonts.attrib[qn(theme)]


def _indent(properties: Any, chars: int, points: float) -> None:
    """In characters, so that it follows the size somebody chooses in Word."""
    ind = properties.get_or_add_ind()
    ind.set(qn("w:firstLineChars"), str(chars * 100))
    ind.set(qn("w:firstLine"), str(int(chars * points * 20)))


def _no_borders(properties: Any) -> None:
    for border in properties.findall(qn("w:pBdr")):
        properties.remove(border)


def _unsnapped(properties: Any) -> None:
    """Lines have their exact height; snapped to the grid as well, small ones would take a line."""
    for old in properties.findall(qn("w:snapToGrid")):
        properties.remove(old)
    snap = OxmlElement("w:snapToGrid")
    snap.set(qn("w:val"), "0")
    properties.insert_element_before(
        snap, "w:spacing", "w:ind", "w:contextualSpacing", "w:mirrorIndents", "w:jc",
        "w:textAlignment", "w:outlineLvl", "w:rPr",
    )  # fmt: skip


def _spaced(properties: Any, twips: int) -> None:
    for old in properties.findall(qn("w:spacing")):
        properties.remove(old)
    spacing = OxmlElement("w:spacing")
    spacing.set(qn("w:val"), str(twips))
    properties.insert_element_before(
        spacing, "w:w", "w:kern", "w:position", "w:sz", "w:szCs", "w:highlight", "w:u", "w:lang"
    )


def _language(styles: Any) -> None:
    """Without it a reader may take the Japanese or Taiwan shapes of signs."""
    for language in styles.iter(qn("w:lang")):
        language.set(qn("w:eastAsia"), "zh-CN")


def _grid(section: Any) -> None:
    """22 lines a page (文档网格). 28 characters a line are the styles' to hold: readers disagree
    over characters that are wider than their cell, and 三号 is."""
    grid = section._sectPr.find(qn("w:docGrid"))
    if grid is None:
        grid = OxmlElement("w:docGrid")
        section._sectPr.append(grid)
    grid.set(qn("w:type"), "lines")
    grid.set(qn("w:linePitch"), str(round(layout.LINE_POINTS * 20)))


def _border(
    paragraph: Paragraph, side: str, kind: str, eighths: int, color: str, space_mm: float
) -> None:
    space = min(31, round(space_mm / layout.MM_PER_POINT))
    borders = parse_xml(
        f'<w:pBdr {nsdecls("w")}><w:{side} w:val="{kind}" w:sz="{eighths}" '
        f'w:space="{space}" w:color="{color}"/></w:pBdr>'
    )
    properties = paragraph._p.get_or_add_pPr()
    # Its place among its sisters is fixed by the schema.
    properties.insert_element_before(
        borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:kinsoku", "w:spacing", "w:ind",
        "w:jc", "w:rPr",
    )  # fmt: skip


def _number(paragraph: Paragraph, side: Any) -> None:
    """— 1 —: 四号 宋体, a character in from its side."""
    paragraph.alignment = side
    form = paragraph.paragraph_format
    form.first_line_indent = Mm(0)
    if side == RIGHT:
        form.right_indent = Pt(layout.SMALL_POINTS)
    else:
        form.left_indent = Pt(layout.SMALL_POINTS)
    for kind, text in (("", "— "), ("begin", ""), ("code", " PAGE "), ("separate", ""),
                       ("", "1"), ("end", ""), ("", " —")):  # fmt: skip
        run = paragraph.add_run(text if not kind else "")
        run.font.size = Pt(layout.SMALL_POINTS)
        run.font.name = layout.WORD_FONTS["number"]
        _east(run._r.get_or_add_rPr(), layout.WORD_FONTS["number"])
        if kind == "code":
            code = OxmlElement("w:instrText")
            code.set(qn("xml:space"), "preserve")
            code.text = text
            run._r.append(code)
        elif kind:
            char = OxmlElement("w:fldChar")
            char.set(qn("w:fldCharType"), kind)
            run._r.append(char)


def _watermark(header: Any, text: str) -> None:
    """Light words across the page, as Word itself puts them in (VML in the header)."""
    words = bare(text).replace("&", "＆").replace("<", "＜").replace(">", "＞").replace('"', "＂")
    shape = parse_xml(
        '<w:r xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
        'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office">'
        '<w:pict><v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800" '
        'path="m@7,l@8,m@5,21600l@6,21600e"><v:formulas><v:f eqn="sum #0 0 10800"/>'
        '<v:f eqn="prod #0 2 1"/><v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/>'
        '<v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/><v:f eqn="if @0 21600 @1"/>'
        '<v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/><v:f eqn="mid @5 @6"/>'
        '<v:f eqn="mid @8 @5"/><v:f eqn="mid @7 @8"/><v:f eqn="mid @6 @7"/>'
        '<v:f eqn="sum @6 0 @5"/></v:formulas><v:path textpathok="t" o:connecttype="custom" '
        'o:connectlocs="@9,0;@10,10800;@11,21600;@12,10800" o:connectangles="270,180,90,0"/>'
        '<v:textpath on="t" fitshape="t"/></v:shapetype>'
        '<v:shape id="AnlanWatermark" type="#_x0000_t136" '
        'style="position:absolute;margin-left:0;margin-top:0;width:440pt;height:26pt;rotation:328;'
        "z-index:-251658752;mso-position-horizontal:center;mso-position-horizontal-relative:margin;"
        'mso-position-vertical:center;mso-position-vertical-relative:margin" '
        'fillcolor="#d9d9d9" stroked="f"><v:fill opacity=".6"/>'
        f'<v:textpath on="t" fitshape="t" style="font-family:&quot;SimSun&quot;" string="{words}"/>'
        "</v:shape></w:pict></w:r>"
    )
    paragraph = header.paragraphs[0] if header.paragraphs else header.add_paragraph()
    paragraph.paragraph_format.first_line_indent = Mm(0)
    paragraph._p.append(shape)


def _cell(text: str, align: str, twips: int, *, head: bool, points: float | None) -> str:
    size = f'<w:sz w:val="{round(points * 2)}"/>' if points else ""
    font = f'<w:rFonts w:eastAsia="{layout.WORD_FONTS["head"]}"/>' if head else ""
    shade = '<w:shd w:val="clear" w:color="auto" w:fill="EEEEEE"/>' if head else ""
    lines = "".join(
        f'<w:p><w:pPr><w:pStyle w:val="{_TABLE_STYLE}"/><w:jc w:val="{align}"/></w:pPr>'
        f'<w:r><w:rPr>{font}{size}</w:rPr><w:t xml:space="preserve">{_escaped(line)}</w:t></w:r>'
        "</w:p>"
        for line in (text.splitlines() or [""])
    )
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{twips}" w:type="dxa"/>{shade}<w:vAlign w:val="center"/>'
        f"</w:tcPr>{lines}</w:tc>"
    )


def _escaped(text: str) -> str:
    return bare(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


#: The id that python-docx gives to a style of this name.
_TABLE_STYLE, _IMPRINT_STYLE = "公文表格", "公文版记"


def _table_xml(block: Table, columns: Sequence[float], points: float | None) -> Any:
    edge = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="5A5A5A"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    wide = [round(width / 25.4 * 1440) for width in columns]
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in wide)
    head = "".join(
        _cell(text, "center", width, head=True, points=points)
        for text, width in zip(block.headers, wide, strict=True)
    )
    rows = [f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{head}</w:tr>"]
    for row in block.rows:
        cells = "".join(
            _cell(text, "right" if n in block.numbers else "left", wide[n], head=False,
                  points=points)
            for n, text in enumerate(row)
        )  # fmt: skip
        rows.append(f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{cells}</w:tr>")
    return parse_xml(
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{sum(wide)}" w:type="dxa"/>'
        f'<w:jc w:val="center"/><w:tblBorders>{edge}</w:tblBorders><w:tblLayout w:type="fixed"/>'
        '<w:tblCellMar><w:left w:w="40" w:type="dxa"/><w:right w:w="40" w:type="dxa"/>'
        f"</w:tblCellMar></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )


def _imprint_xml(lines: Sequence[str]) -> Any:
    """A table anchored to the foot of the page it stands on."""
    width = round(layout.TEXT_WIDTH_MM / 25.4 * 1440)
    thick, thin = (round(mm / layout.MM_PER_POINT * 8)
                   for mm in (layout.IMPRINT_THICK_MM, layout.IMPRINT_THIN_MM))  # fmt: skip
    tab = width - 2 * round(layout.SMALL_POINTS * 20)
    rows = "".join(
        f'<w:tr><w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr><w:p><w:pPr>'
        f'<w:pStyle w:val="{_IMPRINT_STYLE}"/><w:tabs><w:tab w:val="right" w:pos="{tab}"/></w:tabs>'
        f'<w:ind w:leftChars="100" w:left="280"/></w:pPr>'
        + "<w:r><w:tab/></w:r>".join(
            f'<w:r><w:t xml:space="preserve">{_escaped(part)}</w:t></w:r>'
            for part in line.split("\t")
        )
        + "</w:p></w:tc></w:tr>"
        for line in lines
    )
    return parse_xml(
        f"<w:tbl {nsdecls('w')}><w:tblPr>"
        '<w:tblpPr w:leftFromText="0" w:rightFromText="0" w:vertAnchor="margin" '
        'w:horzAnchor="margin" w:tblpXSpec="left" w:tblpYSpec="bottom"/>'
        f'<w:tblW w:w="{width}" w:type="dxa"/><w:tblBorders>'
        f'<w:top w:val="single" w:sz="{thick}" w:space="0" w:color="000000"/>'
        f'<w:bottom w:val="single" w:sz="{thick}" w:space="0" w:color="000000"/>'
        f'<w:insideH w:val="single" w:sz="{thin}" w:space="0" w:color="000000"/></w:tblBorders>'
        f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid><w:gridCol w:w="{width}"/></w:tblGrid>'
        f"{rows}</w:tbl>"
    )
