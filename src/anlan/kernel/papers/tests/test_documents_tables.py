"""Numbers that Word writes, and tables: each cell in its column, whatever was merged."""

from __future__ import annotations

import pytest

from anlan.kernel.papers.documents import read
from anlan.kernel.papers.tests.documents import W, docx, p


@pytest.fixture
def kept(tmp_path):
    def keep(content: bytes, name: str):
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return keep


# --- Numbers that are Word's, and merged cells -----------------------------------------------


def _lists(
    plan: str, lists: str = '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
) -> str:
    return (
        f'<w:numbering xmlns:w="{W}"><w:abstractNum w:abstractNumId="0">{plan}</w:abstractNum>'
        f"{lists}</w:numbering>"
    )


def _depth(depth: int, form: str, text: str, more: str = "") -> str:
    return (
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>'
        f'<w:lvlText w:val="{text}"/>{more}</w:lvl>'
    )


def _in_list(number: int, depth: int) -> str:
    return f'<w:pPr><w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{number}"/></w:numPr></w:pPr>'


PLAN = _depth(0, "chineseCountingThousand", "%1、") + _depth(1, "decimal", "%2.")


@pytest.mark.parametrize(
    ("form", "shown"),
    [
        ("chineseCounting", ["一", "二"]), ("japaneseCounting", ["一", "二"]), ("decimal", ["1", "2"]),
        ("ideographLegalTraditional", ["壹", "贰"]), ("chineseLegalSimplified", ["壹", "贰"]),
        ("ideographTraditional", ["甲", "乙"]), ("upperRoman", ["I", "II"]), ("lowerLetter", ["a", "b"]),
        ("decimalEnclosedCircle", ["①", "②"]), ("decimalZero", ["01", "02"]), ("none", ["", ""]),
    ],
)  # fmt: skip
def test_each_form_of_words_numbers(kept, form, shown):
    body = p("排查", _in_list(1, 0)) + p("整改", _in_list(1, 0))
    document = read(kept(docx(body, numbering=_lists(_depth(0, form, "%1"))), "a.docx"))
    assert document.text.splitlines() == [f"{shown[0]}排查", f"{shown[1]}整改"]


def test_a_list_that_restarts_and_one_that_goes_on(kept):
    lists = "".join(
        f'<w:num w:numId="{number}"><w:abstractNumId w:val="0"/>{more}</w:num>'
        for number, more in (
            (1, ""), (2, ""),
            (3, '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'),
        )
    )  # fmt: skip
    rows = ((1, "甲"), (1, "乙"), (2, "丙"), (3, "丁"), (3, "戊"))
    body = "".join(p(text, _in_list(number, 0)) for number, text in rows)
    document = read(kept(docx(body, numbering=_lists(PLAN, lists)), "a.docx"))
    assert document.text.splitlines() == ["一、甲", "二、乙", "三、丙", "一、丁", "二、戊"]


def test_a_style_and_what_it_is_made_from_say_the_list(kept):
    styles = (
        f'<w:styles xmlns:w="{W}"><w:style w:styleId="Base"><w:pPr><w:numPr><w:numId w:val="1"/>'
        '</w:numPr></w:pPr></w:style><w:style w:styleId="H1"><w:basedOn w:val="Base"/></w:style>'
        '<w:style w:styleId="H2"><w:basedOn w:val="Base"/><w:pPr><w:numPr><w:ilvl w:val="1"/>'
        "</w:numPr></w:pPr></w:style></w:styles>"
    )

    def styled(name: str) -> str:
        return f'<w:pPr><w:pStyle w:val="{name}"/></w:pPr>'

    none = '<w:pPr><w:pStyle w:val="H2"/><w:numPr><w:numId w:val="0"/></w:numPr></w:pPr>'
    body = (
        p("任务", styled("H1"))
        + p("排查", styled("H2"))
        + p("说明", none)
        + p("整改", styled("H2"))
    )
    document = read(kept(docx(body, numbering=_lists(PLAN), styles=styles), "a.docx"))
    assert document.text.splitlines() == ["一、任务", "1.排查", "说明", "2.整改"]


def test_an_empty_numbered_paragraph_counts_as_word_counts_it(kept):
    body = p("甲", _in_list(1, 0)) + p("", _in_list(1, 0)) + p("丙", _in_list(1, 0))
    document = read(kept(docx(body, numbering=_lists(PLAN)), "a.docx"))
    assert document.text.splitlines() == ["一、甲", "三、丙"]


def test_cells_that_are_merged_keep_their_columns(kept):
    def cell(text: str, properties: str = "") -> str:
        return f"<w:tc><w:tcPr>{properties}</w:tcPr>{p(text)}</w:tc>"

    wide, first, on = '<w:gridSpan w:val="2"/>', '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    rows = (
        cell("任务") + cell("单位", wide) + cell("时限"),
        cell("甲") + cell("乙", first) + cell("") + cell("丙"),
        cell("丁") + cell("", on) + cell("戊") + cell("己"),
    )
    body = f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in rows)}</w:tbl>"
    document = read(kept(docx(body), "a.docx"))
    assert document.text.splitlines() == ["任务\t单位\t\t时限", "甲\t乙\t\t丙", "丁\t〃\t戊\t己"]


def test_a_table_of_a_page_keeps_its_columns_and_its_rows(kept):
    page = (
        "<table><tr><th>领域</th><th>任务</th><th>单位</th></tr>"
        "<tr><td rowspan=2>燃气</td><td><p>查充装站</p><p>查管网</p></td><td rowspan='2'>住建局<br>公安局</td></tr>"
        "<tr><td>改造管网</td></tr><tr><td></td><td colspan=2>合计</td></tr></table>"
    )
    document = read(kept(page.encode(), "a.html"))
    assert document.text.splitlines() == [
        "领域\t任务\t单位",
        "燃气\t查充装站 查管网\t住建局 公安局",
        "〃\t改造管网\t〃",
        "合计",
    ]


def test_a_page_laid_out_in_tables_is_still_paragraphs(kept):
    article = "".join(f"<p>第{number}段。" + "内容" * 80 + "</p>" for number in range(12))
    nested = "<table><tr><td><table><tr><td>甲</td></tr></table>乙<p>丙</td></tr></table>"
    page = f"<table><tr><td>导航</td><td>{article}</td></tr></table>{nested}"
    lines = read(kept(page.encode(), "a.html")).text.splitlines()
    assert lines[0].startswith("导航\t第0段")
    assert [line.partition("段")[0] for line in lines[1:12]] == [f"第{n}" for n in range(1, 12)]
    assert lines[12:] == ["甲", "乙", "丙"]
