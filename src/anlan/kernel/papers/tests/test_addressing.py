"""Long names: 主送 of many units, titles of several lines, who printed it beside the day."""

from __future__ import annotations

from io import BytesIO

import pypdfium2
import pytest
from docx.oxml.ns import qn

from anlan.kernel.papers.official import titles
from anlan.kernel.papers.tests.test_official import paper, written

MANY = "、".join(f"第{n}市安全生产委员会" for n in range(1, 61))
LONG = "德宏傣族景颇族自治州人民政府安全生产委员会办公室"


@pytest.mark.parametrize("form", ["document", "letter"])
def test_recipients_that_leave_the_first_page_no_text_stand_in_the_imprint(form: str) -> None:
    from anlan.kernel.papers.official import pdf
    from anlan.kernel.papers.official.paper import Words

    more = {"blocks": [Words("开头第一句话。")], "copies": "省政府办公厅", "mark": LONG}
    few, many = (paper(form, recipients=names, **more) for names in ("各县区", MANY))  # type: ignore[arg-type]
    assert [one.text for one in written(few).paragraphs if one.text == "各县区："]
    document = written(many)
    assert not [one for one in document.paragraphs if one.text.startswith("第1市")]
    box = [text.text for text in document.element.body.iter(qn("w:t")) if text.text]
    assert box.index(f"主送：{MANY}。") < box.index("抄送：省政府办公厅。")
    first = pypdfium2.PdfDocument(BytesIO(pdf.write(many)))[0].get_textpage().get_text_range()
    assert "开头第一句话" in first


def test_no_line_of_a_title_is_longer_than_a_line_and_no_word_is_torn() -> None:
    long = (
        "关于认真贯彻落实全国安全生产电视电话会议精神进一步加强岁末年初重点行业领域安全生产和"
        "森林草原防灭火工作坚决防范遏制重特大事故的通知"
    )  # fmt: skip
    rows = titles.rows_of(long)
    assert "".join(rows) == long
    assert max(map(titles.width_of, rows)) <= titles.LINE_CHARS
    for torn in ("年|初", "道|路", "矿|山", "年|度"):
        word = torn.replace("|", "")
        for lead in range(8, 20):
            found = titles.rows_of("关" * lead + word + "交通安全专项整治工作情况的通报")
            assert not [row for row in found if row.startswith(torn[-1])], (torn, found)


def test_a_day_of_printing_is_never_torn_by_a_long_name() -> None:
    from datetime import date

    made = written(paper(printed_by=LONG, printed_on=date(2026, 11, 6)))
    lines = ["".join(text.text or "" for text in one.iter(qn("w:t")))
             for box in made.element.body.iter(qn("w:txbxContent")) for one in box]  # fmt: skip
    assert LONG in lines
    assert "2026年11月6日印发" in lines
    short = written(paper(printed_by="昆明市安委办", printed_on=date(2026, 11, 6)))
    lines = ["".join(text.text or "" for text in one.iter(qn("w:t")))
             for box in short.element.body.iter(qn("w:txbxContent")) for one in box]  # fmt: skip
    assert "昆明市安委办2026年11月6日印发" in lines


def test_a_letters_mark_stands_on_one_line_however_long() -> None:
    from anlan.kernel.papers.official import layout

    width = layout.LETTER_RULE_WIDTH_MM / layout.MM_PER_POINT
    for name in ("昆明市安委办", LONG):
        assert layout.letter_mark_points(name) * len(name) <= width
