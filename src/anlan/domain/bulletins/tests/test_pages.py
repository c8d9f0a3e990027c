"""The pages of papers: who may open them, what they show, how many questions they ask."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse
from docx import Document

if TYPE_CHECKING:
    from anlan.domain.bulletins.tests.desk import Desk


def test_every_page_opens_and_every_figure_leads_somewhere(desk: Desk) -> None:
    desk.found(3)
    pk = desk.paper()
    for name in ("list", "situation", "numbers", "layouts", "new"):
        assert desk.get("city", f"bulletins:{name}").status_code == 200, name
    page = desk.get("city", "bulletins:page", pk).content.decode()
    block = desk.first(pk)
    for n, figure in enumerate(block.figures):
        address = reverse("bulletins:figure", args=[pk, block.id, n])
        assert address in page
        if n < 3:
            shown = desk.browser("city").get(address)
            assert shown.status_code == 200
            assert figure.text in shown.content.decode()
    assert desk.get("city", "bulletins:figure", pk, block.id, 99).status_code == 404
    assert desk.get("city", "bulletins:edit", pk).status_code == 200


def test_records_behind_the_situation_papers_figures_open(desk: Desk) -> None:
    desk.found(3)
    page = desk.get("city", "bulletins:situation", query="?area=530100").content.decode()
    asked = f"?kind=hazard.found&area=530100&period={desk.month}"
    href = reverse("overview:records") + asked
    assert f'href="{href.replace("&", "&amp;")}"' in page
    opened = desk.browser("city").get(href)
    assert opened.status_code == 200
    assert "储罐区可燃气体报警器失效0" in opened.content.decode()


def test_S14_a_draft_is_its_units_and_an_issued_paper_also_theirs_who_got_it(desk: Desk) -> None:
    pk = desk.paper()
    for who in ("stranger", "office", "firm", "viewer"):
        assert desk.get(who, "bulletins:page", pk).status_code == 404, who
        assert desk.get(who, "bulletins:file", pk, "pdf").status_code == 404, who
    assert desk.get("mayor", "bulletins:page", pk).status_code == 200
    issued = desk.issued(units=("office",))
    assert desk.get("office", "bulletins:page", issued).status_code == 200
    assert desk.get("stranger", "bulletins:page", issued).status_code == 404
    assert desk.get("office", "bulletins:edit", issued).status_code in (403, 404)
    assert desk.get("office", "bulletins:situation", query="?area=530100").status_code == 404


@pytest.mark.parametrize(("form", "begins"), [("docx", b"PK"), ("pdf", b"%PDF"), ("pptx", b"PK")])
def test_S22_a_file_is_on_record_before_it_goes_out(desk: Desk, form: str, begins: bytes) -> None:
    from anlan.kernel.audit.models import AuditRow

    desk.found(2)
    pk = desk.issued()
    before = AuditRow.objects.filter(action="bulletins.export").count()
    answer = desk.get("city", "bulletins:file", pk, form)
    assert answer.content.startswith(begins)
    assert "attachment" in answer["Content-Disposition"]
    assert desk.get("city", "bulletins:situation_file", form).content.startswith(begins)
    assert AuditRow.objects.filter(action="bulletins.export").count() == before + 2
    assert desk.get("city", "bulletins:file", pk, "exe").status_code == 404


def test_what_goes_out_names_who_had_it_made_and_its_scope(desk: Desk) -> None:
    pk = desk.paper()
    made = Document(BytesIO(desk.get("city", "bulletins:file", pk, "docx").content))
    header = made.sections[0].header._element.xml
    assert "city" in header
    assert desk.cast.units["city"].name in header, "whose reader it was"
    assert " · 昆明市 · " in header, "of what it tells"
    assert "draft" in header or "草稿" in header, "a draft says that it is one"


def test_the_text_is_changed_on_a_page_and_a_slip_comes_back_as_typed(desk: Desk) -> None:
    pk = desk.paper()
    row, block = desk.row(pk), desk.first(pk)
    head = {"title": row.title, "organ": row.organ, "seen": row.case.version}
    bad = desk.post(
        "city", "bulletins:edit", pk, **head, **{f"block-{block.id}": "有{no.such}处。"}
    )
    assert bad.status_code == 422
    assert "有{no.such}处。" in bad.content.decode()
    good = desk.post("city", "bulletins:edit", pk, **head, **{f"block-{block.id}": "一句话。"})
    assert good.status_code == 302
    assert desk.first(pk).words == "一句话。"
    late = desk.post("city", "bulletins:edit", pk, **head, **{f"block-{block.id}": "又一句。"})
    assert late.status_code == 409, "somebody changed it since"


def test_an_offices_template_is_taken_in_and_used(desk: Desk, tmp_path: Any) -> None:
    document = Document()
    document.add_paragraph("自制版式：{{ title }}")
    document.add_paragraph("{{p body }}")
    document.save(str(tmp_path / "own.docx"))
    with (tmp_path / "own.docx").open("rb") as file:
        taken = desk.browser("city").post(
            reverse("bulletins:layouts"), {"form": "layout", "kind": "circular", "file": file}
        )
    assert taken.status_code == 302, taken.content.decode()[-1500:]
    pk = desk.paper()
    made = Document(BytesIO(desk.get("city", "bulletins:file", pk, "docx").content))
    assert made.paragraphs[0].text == f"自制版式：{desk.row(pk).title}"
    plain = desk.browser("city").get(reverse("bulletins:file", args=[pk, "docx"]) + "?plain=1")
    assert "自制版式" not in Document(BytesIO(plain.content)).paragraphs[0].text


@pytest.mark.once
def test_the_list_asks_as_often_for_many_as_for_few(
    desk: Desk, django_assert_max_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    desk.paper("brief")
    desk.get("city", "bulletins:list")
    with CaptureQueriesContext(
        connection,
    ) as few:
        desk.get("city", "bulletins:list")
    for _n in range(4):
        desk.paper("brief")
    with django_assert_max_num_queries(len(few)):
        desk.get("city", "bulletins:list")


def test_the_worklist_has_what_waits(desk: Desk) -> None:
    pk = desk.paper()
    desk.do("city", "submit", pk)
    title = desk.row(pk).title
    assert title in desk.get("second", "work:list").content.decode()
    assert title not in desk.get("stranger", "work:list").content.decode()
