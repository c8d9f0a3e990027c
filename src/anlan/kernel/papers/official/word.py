"""A paper as .docx that opens in Word and WPS as in the standard, and stays easy to edit.

Styles carry the layout: whoever changes “Heading 1” changes every heading. python-docx writes the
parts; what it has no words for (grid, borders, fields) is put in as WordprocessingML here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.text import WD_LINE_SPACING
from docx.oxml import parse_xml
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph
from lxml import etree

from anlan.kernel.papers.official import (
    addressing,
    imprint,
    layout,
    ooxml,
    pdf,
    styles,
    titles,
)
from anlan.kernel.papers.official.blocks import (
    NAMESPACES,
    NOTE,
    PLAIN,
    TABLE_POINTS,
    Blocks,
    Holder,
)
from anlan.kernel.papers.official.blocks import paragraph as line_of
from anlan.kernel.papers.official.ooxml import bare
from anlan.kernel.papers.official.paper import Annex, Block, Cover, Paper, chinese_day
from anlan.kernel.papers.official.styles import CENTER, LATIN, LEFT, RIGHT

#: What a paper of one page is set smaller than as pdf: another font may stand in at its reader's.
SPARE = 0.92


def write(paper: Paper, *, by: str, at: datetime) -> bytes:
    """The .docx. ``by`` and ``at`` are its properties, as Word shows them."""
    scale = SPARE * pdf.fitted(paper)[0] if paper.form == "page" else 1.0
    return Writer(paper, scale).write(by, at)


class Writer:
    def __init__(self, paper: Paper, scale: float, hold: Holder | None = None) -> None:
        self.paper = addressing.settled(paper)
        self.hold = hold or self._hold
        self.scale = scale if paper.form == "page" else 1.0
        self.doc = Document()
        self.is_page = paper.form == "page"

    def write(self, by: str, at: datetime) -> bytes:
        self._section()
        styles.put(self.doc, page=self.is_page, scale=self.scale)
        self._head()
        self.put(self.paper.blocks)
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
            ooxml.grid(section)
        section.header_distance = Mm(15)
        # The line of the number, some 5 mm high, lies 7 mm below the text.
        section.footer_distance = Mm(layout.BOTTOM_MM - layout.PAGE_NUMBER_BELOW_MM - 5)
        self.doc.settings.odd_and_even_pages_header_footer = not self.is_page
        letter = self.paper.form == "letter"
        section.different_first_page_header_footer = letter
        if not self.is_page:
            ooxml.number(section.footer.paragraphs[0], RIGHT)
            ooxml.number(section.even_page_footer.paragraphs[0], LEFT)
        if letter:
            self._letter(section)
        if self.paper.watermark:
            headers = (
                [section.header] if self.is_page else [section.header, section.even_page_header]
            )
            for header in [*headers, *([section.first_page_header] if letter else [])]:
                ooxml.watermark(header, self.paper.watermark)

    def _letter(self, section: Any) -> None:
        """信函格式: mark and red lines of the first page lie in its header and footer."""
        section.header_distance = Mm(layout.LETTER_MARK_MM)
        head = section.first_page_header.paragraphs[0]
        self._mark(head, pdf.mark_size(self.paper))
        ooxml.border(head, "bottom", "thickThinSmallGap", 18, layout.RED, layout.RULE_BELOW_MM)
        foot = section.first_page_footer.paragraphs[0]
        foot.alignment = CENTER
        ooxml.border(foot, "top", "thinThickSmallGap", 18, layout.RED, 0)
        over = (layout.LETTER_RULE_WIDTH_MM - layout.TEXT_WIDTH_MM) / 2
        # 170 mm about the middle of the page, while the text isn't in its middle.
        shift = (layout.LEFT_MM - layout.RIGHT_MM) / 2
        for each in (head, foot):
            each.paragraph_format.left_indent = Mm(-(over + shift))
            each.paragraph_format.right_indent = Mm(-(over - shift))
            each.paragraph_format.first_line_indent = Mm(0)

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
            corner = [self._line(word, PLAIN) for word in (paper.secrecy, paper.urgency) if word]
            number = self._line(paper.number, "公文署名")
            first = [*corner, number][0]
            first.paragraph_format.space_before = Mm(
                max(0.0, layout.LETTER_MARK_MM + pdf.mark_size(paper) * layout.MM_PER_POINT
                    + layout.RULE_BELOW_MM + 4 - layout.TOP_MM)
            )  # fmt: skip
            self._blank(2)
        elif paper.form == "brief":
            self._brief_head()
        if paper.cover is not None:
            self._blank(5)
        title = self.doc.add_paragraph(style="Title")
        for n, row in enumerate(titles.rows_of(paper.title)):
            if n:
                title.add_run().add_break()
            title.add_run(bare(row))
        if paper.cover is not None:
            self._cover(paper.cover)
            return
        if paper.subtitle:
            self._line(paper.subtitle, "公文表题")
        if paper.recipients:
            self._blank(1)
            self._line(f"{paper.recipients.rstrip('：:')}：", "公文顶格")
        elif not self.is_page:
            self._blank(1)

    def _cover(self, cover: Cover) -> None:
        """Who made it and when, low on the first page; then a list of contents, filled in."""
        self._blank(9)
        self._line(cover.organ, "公文文号")
        self._line(cover.day, "公文文号")
        head = self._line(cover.contents, "公文表题")
        head.paragraph_format.page_break_before = True
        self._insert(imprint.contents(self.paper))
        # What follows begins on a page of its own, under a heading or not.
        self._insert(line_of("", PLAIN, "<w:pageBreakBefore/>"))

    def _mark(self, paragraph: Paragraph, points: float) -> None:
        paragraph.alignment = CENTER
        form = paragraph.paragraph_format
        form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(points * 1.2)
        form.first_line_indent = Mm(0)
        run = paragraph.add_run(bare(self.paper.mark))
        run.font.size, run.font.color.rgb = Pt(points), RGBColor(*bytes.fromhex(layout.RED))
        run.font.name = LATIN
        ooxml.east(run._r.get_or_add_rPr(), layout.WORD_FONTS["title"])

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
            ooxml.east(name._r.get_or_add_rPr(), layout.WORD_FONTS["subhead"])
        else:
            line.add_run(bare(paper.number))
        ooxml.border(line, "bottom", "single", 12, layout.RED, layout.RULE_BELOW_MM)

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
        ooxml.border(line, "bottom", "single", 12, layout.RED, layout.RULE_BELOW_MM)
        self._blank(1)

    # --- blocks -----------------------------------------------------------------------------

    def put(self, blocks: Sequence[Block]) -> None:
        """At the end of the document: parsed at once, for python-docx takes seconds a table."""
        points = 9 * self.scale if self.is_page else TABLE_POINTS
        char = 11.5 * self.scale if self.is_page else layout.TEXT_POINTS
        width = 166.0 if self.is_page else float(layout.TEXT_WIDTH_MM)
        self._insert(Blocks(self.hold, width, points, char).written(blocks))

    def _insert(self, xml: str) -> None:
        last = self.doc.element.body.sectPr
        for each in parse_xml(f"<w:body {NAMESPACES}>{xml}</w:body>"):
            last.addprevious(each)

    def _hold(self, png: bytes) -> str:
        held, _image = self.doc.part.get_or_add_image(BytesIO(png))
        return str(held)

    def _line(self, text: str, style: str, parent: Any = None) -> Paragraph:
        made: Paragraph = (parent or self.doc).add_paragraph(bare(text), style=style)
        return made

    def _blank(self, lines: int) -> None:
        for _n in range(lines):
            self._line("", PLAIN)

    # --- end --------------------------------------------------------------------------------

    def _end(self) -> None:
        paper = self.paper
        last = self.doc.element.body[-2]
        self.put_annex_list()
        author_right, day_right = pdf.places(paper)
        if paper.form != "brief" and paper.author:
            self._blank(2)
            self._signed(paper.author, author_right)
        elif paper.day and paper.form not in ("page", "brief"):
            self._blank(2)
        if paper.day and paper.form not in ("page", "brief"):
            self._signed(chinese_day(paper.day), day_right)
        if (paper.author or paper.day) and paper.form not in ("page", "brief"):
            _kept(last)
        if paper.note:
            note = self._line(f"（{paper.note}）", "公文顶格")
            note.paragraph_format.left_indent = Pt(2 * layout.TEXT_POINTS)
        if paper.basis:
            self._line(paper.basis, "公文口径")
        self.put_annexes()
        self._imprint()

    def put_annexes(self) -> None:
        for n, annex in enumerate(self.paper.annexes, 1):
            if annex.blocks:
                self._annex(annex, n)

    def fragment(self) -> str:
        """What was put in so far, by itself."""
        inner = [each for each in self.doc.element.body if not each.tag.endswith("}sectPr")]
        return "".join(etree.tostring(each, encoding="unicode") for each in inner)

    def _signed(self, text: str, right: float) -> None:
        line = self._line(text, "公文署名")
        line.paragraph_format.right_indent = Pt(right * layout.CHAR_POINTS)
        line.paragraph_format.keep_together = True

    def put_annex_list(self) -> None:
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
        ooxml.east(first.runs[0]._r.get_or_add_rPr(), layout.WORD_FONTS["head"])
        self._blank(1)
        self.doc.add_paragraph(bare(annex.title), style="Title")
        self._blank(1)
        self.put(annex.blocks)

    def _imprint(self) -> None:
        """版记: at the foot of the last page, between thick lines."""
        paper = self.paper
        lines = []
        if said := pdf.told(paper):
            # 主送 and 抄送 stand together, without a line between them.
            lines.append("\n".join(said))
        # 信函格式: its 版记 has neither lines nor who printed it (GB/T 9704-2012, 10.1).
        if paper.printed_by and paper.form not in ("brief", "letter"):
            day = f"{chinese_day(paper.printed_on)}印发" if paper.printed_on else ""
            lines.append(f"{paper.printed_by}\t{day}")
        if lines:
            self._insert(imprint.imprint(lines, ruled=paper.form != "letter"))
        elif self.paper.form != "page" and self.doc.element.body[-2].tag.endswith("}tbl"):
            # Word wants a paragraph after a table.
            self._line("", NOTE)

    def _properties(self, by: str, at: datetime) -> None:
        core = self.doc.core_properties
        core.title, core.author, core.last_modified_by = bare(self.paper.title)[:250], by, by
        core.created = core.modified = at.replace(tzinfo=None)
        core.comments, core.language = "", "zh-CN"
        # The small picture in python-docx's own template is one of something else.
        package = self.doc.part.package
        for key, one in list(package.rels.items()):
            if one.reltype.endswith("/thumbnail"):
                del package.rels[key]


def _kept(last: Any) -> None:
    """The signature never stands on a page without text: what is before it is kept with it."""
    one = last
    while (after := one.getnext()) is not None and not after.tag.endswith("}sectPr"):
        if one.tag.endswith("}p"):
            Paragraph(one, None).paragraph_format.keep_with_next = True  # type: ignore[arg-type]
        one = after
