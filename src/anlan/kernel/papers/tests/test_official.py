"""Papers out: the numbers of GB/T 9704-2012 read back from the files, and words that stay words."""

from __future__ import annotations

import re
import zipfile
from datetime import date, datetime
from io import BytesIO
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pypdfium2
import pytest
from docx import Document
from docx.oxml.ns import qn

AT = datetime(2026, 11, 23, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
HOSTILE = '#panic("x") *粗* {{ 7*7 }} <script>alert(1)</script> & ]] $x$ \\n =1+1 "引"'


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Any) -> None:
    settings.HOME = str(tmp_path)


def paper(form: Any = "document", blocks: Any = None, **more: Any) -> Any:
    from anlan.kernel.papers.official.paper import Paper, Words

    given = {
        "title": "关于十一月安全生产情况的通报", "mark": "昆明市安全生产委员会办公室文件",
        "number": "昆安办〔2026〕5号", "recipients": "各县（市、区）安委会",
        "author": "昆明市安全生产委员会办公室", "day": date(2026, 11, 5),
    }  # fmt: skip
    return Paper(form=form, blocks=blocks or [Words("安全" * 300)], **{**given, **more})


def written(made: Any) -> Any:
    from anlan.kernel.papers.official import word

    return Document(BytesIO(word.write(made, by="张某", at=AT)))


def lines_of(pdf: bytes, page: int = 0) -> list[tuple[float, float, str]]:
    """(left, bottom, text) of each line of a page, in points from its lower left corner."""
    document = pypdfium2.PdfDocument(pdf)
    text = document[page].get_textpage()
    found: dict[float, list[tuple[float, str]]] = {}
    for n in range(text.count_chars()):
        left, bottom, _right, _top = text.get_charbox(n, loose=True)
        found.setdefault(round(bottom), []).append((left, text.get_text_range(n, 1)))
    rows = [
        (min(x for x, _sign in signs), bottom, "".join(sign for _x, sign in sorted(signs)))
        for bottom, signs in sorted(found.items(), reverse=True)
    ]
    return [row for row in rows if row[2].strip()]


# --- the .docx ---------------------------------------------------------------------------------


def test_the_page_is_that_of_the_standard() -> None:
    section = written(paper()).sections[0]
    millimetres = [round(each.mm) for each in (
        section.page_width, section.page_height, section.top_margin, section.bottom_margin,
        section.left_margin, section.right_margin,
    )]  # fmt: skip
    assert millimetres == [210, 297, 37, 35, 28, 26]
    grid = section._sectPr.find(qn("w:docGrid"))
    pitch = int(grid.get(qn("w:linePitch"))) / 20
    height = (297 - 37 - 35) / 25.4 * 72
    assert height / 23 < pitch <= height / 22, "22 lines a page, and not 23"


def test_28_characters_fit_into_a_line_and_29_do_not() -> None:
    style = written(paper()).styles["Normal"]
    spacing = int(style.element.rPr.find(qn("w:spacing")).get(qn("w:val"))) / 20
    each, width = style.font.size.pt + spacing, (210 - 28 - 26) / 25.4 * 72
    assert style.font.size.pt == 16
    assert 28 * each <= width < 29 * each


def test_styles_are_real_and_name_the_standards_fonts() -> None:
    styles = written(paper()).styles

    def east(name: str) -> str:
        return styles[name].element.rPr.rFonts.get(qn("w:eastAsia"))

    assert east("Normal") == "仿宋_GB2312"
    assert (east("Title"), styles["Title"].font.size.pt) == ("方正小标宋简体", 22)
    assert (east("Heading 1"), east("Heading 2")) == ("黑体", "楷体_GB2312")
    assert str(styles["Heading 1"].font.color.rgb) == "000000"


def test_page_numbers_stand_between_dashes_outside_on_either_side() -> None:
    made = written(paper())
    section = made.sections[0]
    assert made.settings.odd_and_even_pages_header_footer
    for footer, right in ((section.footer, True), (section.even_page_footer, False)):
        line = footer.paragraphs[0]
        assert re.fullmatch(r"— 1 —", line.text)
        assert " PAGE " in line._p.xml
        assert (line.alignment == 2) is right
        inside = line.paragraph_format.right_indent if right else line.paragraph_format.left_indent
        assert inside.pt == 14, "a character in from its side"
        assert {run.font.size.pt for run in line.runs} == {14}


def test_a_letter_has_its_mark_in_the_first_pages_head_and_no_number_there() -> None:
    section = written(paper("letter")).sections[0]
    assert section.different_first_page_header_footer
    head, foot = section.first_page_header.paragraphs[0], section.first_page_footer.paragraphs[0]
    assert head.text == "昆明市安全生产委员会办公室文件"
    assert round(section.header_distance.mm) == 30
    assert 'w:val="thickThinSmallGap"' in head._p.xml
    assert 'w:val="thinThickSmallGap"' in foot._p.xml
    assert "PAGE" not in foot._p.xml
    for each in (head, foot):
        form = each.paragraph_format
        assert round(156 - form.left_indent.mm - form.right_indent.mm) == 170


def test_parts_stand_in_the_order_of_the_standard() -> None:
    from anlan.kernel.papers.official.paper import Annex

    made = paper(annexes=[Annex("得分表"), Annex("名单")], note="此件公开发布", copies="市委办公室",
                 printed_by="昆明市安委办", printed_on=date(2026, 11, 6))  # fmt: skip
    text = "\n".join(line for line in _all_text(written(made)) if line.strip())
    wanted = ["昆明市安全生产委员会办公室文件", "昆安办〔2026〕5号", "关于十一月安全生产情况的通报",
              "各县（市、区）安委会：", "安全安全", "附件：1. 得分表", "2. 名单",
              "昆明市安全生产委员会办公室", "2026年11月5日", "（此件公开发布）", "抄送：市委办公室。",
              "2026年11月6日印发"]  # fmt: skip
    at = 0
    for each in wanted:
        at = text.index(each, at)


def _all_text(document: Any) -> list[str]:
    return [
        "".join(node.text or "" for node in line.iter(qn("w:t")))
        for line in document.element.body.iter(qn("w:p"))
    ]


def test_a_table_repeats_its_head_and_a_picture_says_what_it_shows() -> None:
    from anlan.kernel.papers.official.drawing import Drawing, Line
    from anlan.kernel.papers.official.paper import Picture, Table

    rows = [[str(n), "五华区", f"{n}.5%"] for n in range(60)]
    drawing = Drawing("columns", ["1月", "2月"], [Line("发现", [3, None])])
    made = written(
        paper(blocks=[Table("排名", ["位次", "地区", "整改率"], rows), Picture("走势", drawing)])
    )
    table = made.tables[0]
    assert len(table.rows) == 61
    assert "w:tblHeader" in table.rows[0]._tr.xml
    assert [cell.text for cell in table.rows[1].cells] == ["0", "五华区", "0.5%"]
    assert made.inline_shapes[0]._inline.docPr.get("descr") == "走势"


# --- the pdf -----------------------------------------------------------------------------------


def test_the_pdf_has_22_lines_of_28_characters() -> None:
    from anlan.kernel.papers.official import pdf
    from anlan.kernel.papers.official.paper import Words

    made = pdf.write(paper(blocks=[Words("安" * 28 * 60)], copies="", recipients=""))
    rows = [row for row in lines_of(made, 1) if "安" in row[2]]
    assert len(rows) == 22
    assert {len(row[2].strip()) for row in rows} == {28}
    left = rows[0][0] / 72 * 25.4
    assert left == pytest.approx(28, abs=0.6)
    pitch = {round(a[1] - b[1]) for a, b in pairwise(rows)}
    assert pitch <= {28, 29}
    numbers = [row for row in lines_of(made, 1) if "—" in row[2]]
    assert numbers[0][2].split() == ["—", "2", "—"]
    assert numbers[0][0] / 72 * 25.4 == pytest.approx(28 + 14 / 72 * 25.4, abs=1.0), "left on even"


@pytest.mark.parametrize("form", ["document", "letter", "brief"])
def test_a_long_name_takes_lines_and_leaves_the_day_and_the_rules_theirs(form: Any) -> None:
    from anlan.kernel.papers.official import pdf
    from anlan.kernel.papers.official.paper import Words

    name = ("昆明市" + "安全生产应急救援综合协调指挥" * 5)[:60]
    made = pdf.write(paper(form, [Words("安全。")], mark=name, author=name, printed_by=name))
    text = "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(made))
    assert "2026年11月5日" in text, "the day stands in one line"
    if form == "letter":
        assert name in text.splitlines()[0], "on one line over its double line"


def test_a_tables_note_never_stands_on_a_page_without_a_row_of_it() -> None:
    """However many rows fill the page: as many as come up to its end and a few more."""
    from anlan.kernel.papers.official import pdf
    from anlan.kernel.papers.official.paper import Table

    for n in range(22, 34, 2):
        rows = [[f"{k}号", f"{k}"] for k in range(n)]
        file = pdf.write(paper(blocks=[Table("排名", ["地区", "处"], rows, "按此排列。")]))
        document = pypdfium2.PdfDocument(file)
        pages = [page.get_textpage().get_text_range() for page in document]
        [noted] = [page for page in pages if "按此排列" in page]
        assert f"{n - 1}号" in noted, n


def test_author_and_day_stand_as_with_a_seal_and_as_without() -> None:
    from anlan.kernel.papers.official.pdf import places

    # 2026年11月5日 is 3 + 7/2 = 6.5 wide; an author of 4 is centred on it, four characters in.
    assert places(paper(author="市安委办")) == (4.0 + (6.5 - 4) / 2, 4.0)
    # The day is longer: it stands two in, begins at 8.5, and the author two before that.
    assert places(paper(author="市安委办", sealed=False)) == (8.5 + 2 - 4, 2.0)
    long = paper(author="昆明市安全生产委员会办公室")
    assert places(long) == (4.0 + (6.5 - 13) / 2, 4.0)


def test_a_paper_of_one_page_is_one_page() -> None:
    from anlan.kernel.papers.official import pdf
    from anlan.kernel.papers.official.drawing import Drawing, Line
    from anlan.kernel.papers.official.paper import Beside, Heading, Listing, Picture, Table, Words

    drawing = Drawing("columns", [str(n) for n in range(13)], [Line("发现", list(range(13)))])
    rows = [[str(n), "红河哈尼族彝族自治州", "98.3%", "12"] for n in range(17)]
    blocks = [
        *[Words("本月发现隐患情况" * 14)] * 3,
        Beside(Picture("走势", drawing), Table("排名", ["位次", "地区", "率", "逾期"], rows)),
        *[each for _n in range(3) for each in (Heading("存在问题"), Listing(["问题" * 22] * 4))],
    ]
    made = pdf.write(paper("page", blocks, basis="口径：" + "按发现日期统计；" * 20))
    assert pdf.pages(made) == 1


@pytest.mark.parametrize("form", ["document", "letter", "brief", "page"])
def test_S53_hostile_words_stay_words_in_every_file(form: str) -> None:
    from anlan.kernel.papers.official import pdf, slides, word
    from anlan.kernel.papers.official.drawing import Drawing, Line
    from anlan.kernel.papers.official.paper import Deck, Heading, Picture, Slide, Table, Words

    drawing = Drawing("bars", [HOSTILE], [Line(HOSTILE, [1])])
    blocks = [Heading(HOSTILE), Words(HOSTILE), Picture(HOSTILE, drawing),
              Table(HOSTILE, [HOSTILE], [[HOSTILE]])]  # fmt: skip
    made = paper(form, blocks, title=HOSTILE, mark="红头", note=HOSTILE, watermark=HOSTILE)
    text = "".join(
        each.get_textpage().get_text_range() for each in pypdfium2.PdfDocument(pdf.write(made))
    )
    assert '#panic("x") *粗*' in text
    assert "49" not in text
    document = Document(BytesIO(word.write(made, by=HOSTILE, at=AT)))
    assert any(HOSTILE.replace("\\n", "\\n") in line for line in _all_text(document))
    deck = Deck(HOSTILE, [Slide(HOSTILE, [HOSTILE], drawing, None, HOSTILE)], HOSTILE)
    assert zipfile.is_zipfile(BytesIO(slides.write(deck)))


def test_signs_that_no_xml_takes_are_left_out() -> None:
    from anlan.kernel.papers.official.paper import Words

    made = written(paper(blocks=[Words("前\x00\x0b\ufffe后")]))
    assert "前后" in _all_text(made)


def test_any_chinese_font_is_better_than_no_pdf(monkeypatch: pytest.MonkeyPatch) -> None:
    from anlan.kernel.papers.official import fonts, layout

    class Small:
        def families(self) -> list[str]:
            return ["DejaVu Sans", "WenQuanYi Zen Hei"]

    monkeypatch.setattr(fonts, "found", Small)
    assert fonts.chosen() == {role: ["WenQuanYi Zen Hei"] for role in layout.FONTS}


def test_without_a_chinese_font_no_pdf_of_boxes_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    from anlan.kernel.papers.official import fonts, pdf

    class Bare:
        @staticmethod
        def families() -> list[str]:
            return ["DejaVu Sans"]

    monkeypatch.setattr(fonts, "found", Bare)
    with pytest.raises(fonts.NoChineseFont):
        pdf.write(paper())


# --- an office's own template ------------------------------------------------------------------


def template(*lines: str, more: dict[str, bytes] | None = None) -> bytes:
    document = Document()
    for line in lines:
        document.add_paragraph(line)
    buffer = BytesIO()
    document.save(buffer)
    if not more:
        return buffer.getvalue()
    with zipfile.ZipFile(buffer, "a") as book:
        for name, data in more.items():
            book.writestr(name, data)
    return buffer.getvalue()


def fill(file: bytes) -> str:
    from anlan.kernel.papers.official import filling
    from anlan.kernel.papers.official.paper import Heading, Words

    made = paper(blocks=[Heading("一、总体"), Words(HOSTILE)])
    return "\n".join(_all_text(Document(BytesIO(filling.fill(file, "模板.docx", made)))))


def test_an_offices_template_is_filled_with_the_papers_words() -> None:
    text = fill(template(
        "{{ title }}", "文号：{{ number }}", "{%p for block in blocks %}", "{{ block.text }}",
        "{%p endfor %}", "{{ day }}",
    ))  # fmt: skip
    assert "关于十一月安全生产情况的通报" in text
    assert "文号：昆安办〔2026〕5号" in text
    assert HOSTILE in text, "words are filled in as they are, and never as marks"
    assert text.endswith("2026年11月5日")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{{ ''.__class__.__mro__[1].__subclasses__() }}", "unsafe"),
        ("{{ title.__class__ }}", "unsafe"),
        ("{{ title.upper() }}", "unsafe"),
        ("{{ cycler.__init__.__globals__.os.popen('id').read() }}", "unsafe"),
        ("{{ self.__init__ }}", "unsafe"),
        ("{{ range(9) }}", "unsafe"),
        ("{% for a in blocks.__iter__() %}x{% endfor %}", "unsafe"),
        ("{{ title|attr('__class__') }}", "unsafe"),
        ("{% include '/etc/passwd' %}", "broken"),
        ("{{ number_of_nobody }}", "unknown"),
        ("{{ title", "syntax"),
        ("{% for a in blocks %}", "syntax"),
        ("{{ 9**(9**9) }}", "work"),
        (
            "{% for a in title * 9999 %}{% for b in title * 9999 %}{{ b * 9999 }}{% endfor %}{% endfor %}",
            "work",
        ),
    ],
)
def test_S54_a_hostile_template_is_refused_and_runs_nothing(line: str, why: str) -> None:
    from anlan.kernel.papers.official.filling import LayoutRefused, check

    with pytest.raises(LayoutRefused) as refused:
        check(template("{{ title }}", line), "坏.docx")
    assert "坏.docx" in str(refused.value)
    assert refused.value.data["kind"] == why


@pytest.mark.parametrize(
    "more",
    [
        {"word/vbaProject.bin": b"x"},
        {"word/embeddings/oleObject1.bin": b"x"},
        {"word/_rels/x.xml.rels": b'<R TargetMode="External" Target="http://a"/>'},
    ],
)
def test_S55_a_template_with_macros_or_anything_from_outside_is_refused(more: Any) -> None:
    from anlan.kernel.papers.official.filling import LayoutRefused, check

    with pytest.raises(LayoutRefused):
        check(template("{{ title }}", more=more), "宏.docx")


def test_S55_what_is_no_word_file_is_refused() -> None:
    from anlan.kernel.papers.official.filling import LayoutRefused, check

    for file in (b"", b"%PDF-1.7", b"PK\x03\x04" + b"x" * 100):
        with pytest.raises(LayoutRefused):
            check(file, "x.docx")


@pytest.mark.parametrize("form", ["document", "letter", "brief", "page"])
def test_the_template_to_begin_with_is_filled_with_text_tables_and_charts(form: Any) -> None:
    from anlan.kernel.papers.official import filling, starting
    from anlan.kernel.papers.official.drawing import Drawing, Line
    from anlan.kernel.papers.official.paper import Annex, Heading, Picture, Table, Words

    file = starting.write(
        form, "昆明市安委办文件", organ="昆明市安委办", goes_up=False, by="张某", at=AT
    )
    drawing = Drawing("columns", ["1月"], [Line("发现", [3])])
    table = Table("排名", ["位次", "地区"], [["1", HOSTILE]])
    made = paper(
        form, [Heading("一、总体"), Words(HOSTILE), Picture("走势", drawing), table],
        annexes=[Annex("名单", [Words("五华区")])], watermark="草稿", subtitle="副题", basis="口径",
    )  # fmt: skip
    filled = Document(BytesIO(filling.fill(file, "模板.docx", made)))
    text = "\n".join(_all_text(filled))
    assert "关于十一月安全生产情况的通报" in text
    assert HOSTILE in text, "words are never read as marks"
    assert "{{" not in text.replace(HOSTILE, "")
    assert filled.tables[0].rows[1].cells[1].text == HOSTILE
    assert filled.inline_shapes[0]._inline.docPr.get("descr") == "走势"
    assert [one.style.name for one in filled.paragraphs if one.text == "一、总体"] == ["Heading 1"]
    if form != "page":
        assert "昆安办〔2026〕5号" in text
        assert "五华区" in text, "an annex with its text"
        assert "抄送" not in text, "without copies no line for them"


def test_a_template_without_our_styles_gets_them() -> None:
    from anlan.kernel.papers.official import filling
    from anlan.kernel.papers.official.paper import Listing, Table

    made = paper(blocks=[Listing(["一", "二"]), Table("排名", ["位次"], [["1"]])])
    filled = Document(BytesIO(filling.fill(template("{{ title }}", "{{p body }}"), "x.docx", made)))
    assert filled.tables[0].rows[1].cells[0].paragraphs[0].style.name == "公文表格"
    assert "1. 一" in _all_text(filled)


def test_the_foot_of_the_last_page_is_no_table_that_only_word_sinks() -> None:
    made = written(
        paper(copies="市委办公室", printed_by="昆明市安委办", printed_on=date(2026, 11, 6))
    )
    boxes = list(made.element.body.iter(qn("w:txbxContent")))
    assert len(boxes) == 1
    words = ["".join(node.text or "" for node in line.iter(qn("w:t"))) for line in boxes[0]]
    assert [one for one in words if one] == ["抄送：市委办公室。", "昆明市安委办2026年11月6日印发"]
    anchor = next(node for node in made.element.body.iter() if node.tag.endswith("}anchor"))
    assert "bottom" in "".join(anchor.itertext())


def test_a_book_has_a_cover_and_a_list_of_its_headings() -> None:
    from anlan.kernel.papers.official import pdf
    from anlan.kernel.papers.official.paper import Cover, Heading, Words

    blocks = [Heading("一、制度"), Heading("1. 动火", 2), Words("作业前审批。")]
    made = paper("plain", blocks, cover=Cover("昆明市安委办", "2026年11月5日", "目录"), day=None)
    text = _all_text(written(made))
    assert text.count("一、制度") == text.count("1. 动火") == 2, "in the list and in the text"
    assert any("TOC" in node.text for node in written(made).element.iter(qn("w:instrText")))
    pages = [
        each.get_textpage().get_text_range() for each in pypdfium2.PdfDocument(pdf.write(made))
    ]
    assert "目录" in pages[1]
    assert "一、制度" in pages[2]


def test_a_long_table_goes_on_on_the_next_slide() -> None:
    from pptx import Presentation

    from anlan.kernel.papers.official import slides
    from anlan.kernel.papers.official.paper import Deck, Slide, Table

    rows = [[str(n), f"第{n}县"] for n in range(40)]
    made = slides.write(Deck("排名", [Slide("排名", (), None, Table("", ["位次", "地区"], rows))]))
    shown = [
        row.cells[0].text_frame.text
        for page in Presentation(BytesIO(made)).slides
        for shape in page.shapes if shape.has_table
        for n, row in enumerate(shape.table.rows) if n
    ]  # fmt: skip
    assert shown == [str(n) for n in range(40)], "no row is left out"
