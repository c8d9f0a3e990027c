"""A template as an office sends it back: moved, cut, set in other fonts, or with a mark broken."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from anlan.kernel.papers.tests.test_official import paper, template

AT = datetime(2026, 11, 23, tzinfo=UTC)


def begun() -> Any:
    from anlan.kernel.papers.official import starting

    return Document(
        BytesIO(
            starting.write(
                "document", "昆明市安委办文件", organ="昆明市安委办", goes_up=False, by="张某",
                at=AT,
            )
        )
    )  # fmt: skip


def saved(document: Any) -> bytes:
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def scattered(document: Any) -> None:
    """Each sign in a run of its own, as after much typing, spelling marks and changed fonts."""
    for run in list(document.element.body.iter(qn("w:r"))):
        words = run.findall(qn("w:t"))
        if len(words) != 1 or len(run) > 2 or not words[0].text:
            continue
        for n, sign in enumerate(words[0].text):
            one = deepcopy(run)
            one.find(qn("w:t")).text = sign
            one.find(qn("w:t")).set(qn("xml:space"), "preserve")
            if n % 2:
                one.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), "楷体")
            run.addprevious(one)
        run.getparent().remove(run)


def with_words(document: Any, words: str) -> Any:
    return next(each for each in document.paragraphs if words in each.text)


def test_an_edited_template_keeps_text_tables_charts_and_annexes_bound() -> None:
    from anlan.kernel.papers.official import filling
    from anlan.kernel.papers.official.drawing import Drawing, Line
    from anlan.kernel.papers.official.paper import Annex, Heading, Picture, Table, Words

    document = begun()
    # The title after the text, no recipients, and words of the office's own.
    with_words(document, "{{p body")._p.addnext(with_words(document, "{{ title")._p)
    gone = with_words(document, "{{ recipients")._p
    gone.getparent().remove(gone)
    document.add_paragraph("本市自拟：{{ number }}")
    scattered(document)
    made = paper(
        blocks=[Heading("一、总体"), Words("共3处。"),
                Picture("走势", Drawing("columns", ["1月"], [Line("发现", [3])])),
                Table("排名", ["位次", "地区"], [["1", "五华区"]])],
        annexes=[Annex("名单", [Words("盘龙区")])], watermark="张某",
    )  # fmt: skip
    filling.check(saved(document), "自拟.docx")
    filled = Document(BytesIO(filling.fill(saved(document), "自拟.docx", made)))
    text = [each.text for each in filled.paragraphs]
    assert text.index("共3处。") < text.index("关于十一月安全生产情况的通报")
    assert "本市自拟：昆安办〔2026〕5号" in text
    assert "盘龙区" in text
    assert filled.tables[0].rows[1].cells[1].text == "五华区"
    assert len(filled.inline_shapes) == 1
    assert not [each for each in text if "{" in each or "}" in each]


@pytest.mark.parametrize(
    ("lines", "kind", "what"),
    [
        (("{{ titel }}", "{{p body }}"), "unknown", "title"),
        (("{% if copies %}{{ titel }}{% endif %}", "{{p body }}"), "unknown", "title"),
        (("{{ 标题 }}", "{{p body }}"), "unknown", "标题"),
        (("{{ title }", "{{p body }}"), "syntax", "{{ title }"),
        (("{{ title }}", "{{ p body }}"), "syntax", "{{ p body }}"),
        (("｛｛ title ｝｝", "{{p body }}"), "left", "｛｛ title ｝｝"),
        (("{ { title } }", "{{p body }}"), "left", "{ { title } }"),
        (("{{ title }}", "正文：{{p body }}"), "beside", "正文："),
        (("{{ title }}", "{{ body }}"), "inside", "{{p body }}"),
        (("{{ title }}",), "textless", "{{p body }}"),
    ],
)
def test_a_broken_mark_is_refused_with_where_and_how_to_mend_it(
    lines: tuple[str, ...], kind: str, what: str
) -> None:
    from anlan.kernel.papers.official.filling import LayoutRefused, check

    with pytest.raises(LayoutRefused) as refused:
        check(template(*lines), "坏.docx")
    assert refused.value.data["kind"] == kind
    assert what in str(refused.value)


def inserted(document: Any) -> str:
    """A mark as Word keeps it while changes are tracked."""
    mark = with_words(document, "{{ title")
    run = mark.runs[0]._r
    ins = OxmlElement("w:ins", {qn("w:id"): "1", qn("w:author"): "张某"})
    run.addprevious(ins)
    ins.append(run)
    return "tracked"


def struck(document: Any) -> str:
    gone = document.add_paragraph("旧的{{ number").runs[0]._r
    gone.find(qn("w:t")).tag = qn("w:delText")
    out = OxmlElement("w:del", {qn("w:id"): "2", qn("w:author"): "张某"})
    gone.addprevious(out)
    out.append(gone)
    return "tracked"


def in_the_head(document: Any) -> str:
    head = document.sections[0].header.paragraphs[0]
    head.add_run("旧")._r.get_or_add_rPr().append(OxmlElement("w:rPrChange"))
    return "tracked"


def commented(document: Any) -> str:
    with_words(document, "{{ title").runs[0]._r.append(OxmlElement("w:commentReference"))
    return "comments"


@pytest.mark.parametrize("leave", [inserted, struck, in_the_head, commented])
def test_what_is_left_of_a_templates_making_would_go_out_and_is_refused(leave: Any) -> None:
    from anlan.kernel.papers.official.filling import LayoutRefused, check

    document = begun()
    kind = leave(document)
    with pytest.raises(LayoutRefused) as refused:
        check(saved(document), "修订.docx")
    assert refused.value.data["kind"] == kind


def test_a_paper_is_never_cut_short_by_a_template_without_a_place_for_its_parts() -> None:
    from anlan.kernel.papers.official.filling import LayoutRefused, check, fill
    from anlan.kernel.papers.official.paper import Annex, Table, Words

    plain = template("{{ title }}", "{% for line in text %}{{ line }}{% endfor %}")
    check(plain, "文字.docx")
    words = paper(blocks=[Words("共3处，{{ 以此为准 }}。")], annexes=[Annex("另附")])
    assert "以此为准" in Document(BytesIO(fill(plain, "文字.docx", words))).paragraphs[1].text
    table = [Table("排名", ["位次"], [["1"]])]
    for kind, more in (
        ("tables", {"blocks": table}),
        ("annexes", {"annexes": [Annex("表", table)]}),
    ):
        with pytest.raises(LayoutRefused) as refused:
            fill(plain, "文字.docx", replace(words, **more))
        assert refused.value.data["kind"] == kind


def test_who_had_it_made_stands_on_it_though_the_template_has_no_place_for_that() -> None:
    from anlan.kernel.papers.official.filling import fill

    made = paper(watermark="张某 · 昆明市")
    filled = Document(BytesIO(fill(template("{{ title }}", "{{p body }}"), "x.docx", made)))
    assert "张某 · 昆明市" in filled.sections[0].header._element.xml
