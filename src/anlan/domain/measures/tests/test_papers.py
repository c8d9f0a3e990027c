"""The measure list as a workbook, in and out; good practice; the compilation, read back."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile

from anlan.base.ids import uuid7
from anlan.domain.lists.tests.house import rows_of
from anlan.domain.measures.models import Measure, Practice, TakenUp
from anlan.domain.measures.tests.desk import Desk, day
from anlan.kernel.audit.models import AuditRow
from anlan.kernel.papers.documents.reading import read as read_document

pytestmark = pytest.mark.django_db
HEAD = ["序号", "行业", "层级", "制度（法规、标准、机制、工程）名称", "解决的问题", "牵头单位", "责任人", "完成时限",
        "进展", "成果文号", "印发日期"]  # fmt: skip
ROWS = [
    [1, "城镇燃气", "县", "燃气巡查机制", "占压", "五华区住建局", "主任", "2099-06-30", "起草中", "", ""],
    [2, "", "企业", "储罐检修规范", "检修无标准", "", "", "", "已印发", "企标1号", "2024年3月5日"],
    [3, "", "县", "没有时限的办法", "", "", "", "", "未开始", "", ""],
    [4, "", "县", "没有的单位牵头", "", "火星局", "", "2099-06-30", "未开始", "", ""],
    [5, "", "县", "进展写错", "", "", "", "2099-06-30", "一般", "", ""],
    [6, "", "县", "日期写错", "", "", "", "2099-06-30", "已印发", "", "去年"],
]  # fmt: skip


def workbook(rows: list[list[Any]], head: list[str] = HEAD) -> SimpleUploadedFile:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    sheet = book.add_worksheet("清单")
    sheet.write(0, 0, "五华区制度措施清单")
    for n, values in enumerate([head, *rows]):
        sheet.write_row(n + 2, 0, values)
    book.close()
    return SimpleUploadedFile("清单.xlsx", buffer.getvalue())


def send(desk: Desk, who: str, file: Any) -> Any:
    return desk.house.post(who, "measures:import", file=file)


def test_a_workbook_is_read_what_is_right_goes_in_and_the_rest_is_told_by_its_place(
    desk: Desk,
) -> None:
    answer = send(desk, "office", workbook(ROWS))
    assert answer.status_code == 200
    text = answer.content.decode()
    assert set(Measure.objects.values_list("title", flat=True)) == {"燃气巡查机制", "储罐检修规范"}
    first, second = Measure.objects.select_related("case", "lead").order_by("title")[::-1]
    assert (first.case.state, first.lead.name, first.sectors) == (
        "drafting",
        "五华区住建局",
        ",gas,",
    )
    assert (first.case.grade, second.case.grade) == ("mechanism", "standard")
    assert (second.case.state, second.case.source, second.number) == (
        "in_force", "enterprise", "企标1号",
    )  # fmt: skip
    for row, column in ((6, "H 完成时限"), (7, "F 牵头单位"), (8, "I 进展"), (9, "K 印发日期")):
        assert f'<td class="num" data-label="Row">{row}</td>' in text, row
        assert column in text
    desk.check()
    # The same once more adds nothing; mended rows go in.
    send(desk, "office", workbook(ROWS))
    assert Measure.objects.count() == 2
    mended = [[*ROWS[2][:7], "2099-06-30", *ROWS[2][8:]]]
    send(desk, "office", workbook(mended))
    assert Measure.objects.filter(title="没有时限的办法", case__state="planned").exists()


def test_duty_chains_and_methods_are_results_of_their_own(desk: Desk) -> None:
    """The kinds by which results are told: 责任链条、制度成果、管理办法、重点工程、工作机制."""
    made = [
        ("燃气安全责任链条", "duty_chain"), ("动火作业管理办法", "method"), ("瓶装液化气配送办法", "rule"),
        ("管网改造工程", "project"), ("会商机制", "mechanism"),
    ]  # fmt: skip
    rows = [
        [n, "", "县", title, "", "", "", "", "已印发", f"五安办〔2024〕{n}号", "2024-03-05"]
        for n, (title, _kind) in enumerate(made, 1)
    ]
    send(desk, "office", workbook(rows))
    assert dict(Measure.objects.values_list("title", "case__grade")) == dict(made)
    for kind in ("duty_chain", "method"):
        assert desk.rows("office", f"?kind={kind}") == 1
        assert f"kind={kind}" in desk.house.get("office", "measures:table").content.decode()
    # A chain of duties needs no number of its own; a method does.
    for kind, status in (("duty_chain", "in_force"), ("method", 422)):
        draft = desk.make(title=f"拟办{kind}", kind=kind)
        given = {"number": "", "adopted_on": day(-1), "in_force_on": "", "text": ""}
        assert desk.step("office", draft, "adopt", **given) == status
    desk.check()


def test_what_is_no_list_is_refused_and_nobody_else_sends_one(desk: Desk) -> None:
    assert send(desk, "office", workbook([["a", "b"]], ["甲", "乙"])).status_code == 400
    assert desk.house.post("office", "measures:import").status_code == 422
    assert send(desk, "viewer", workbook(ROWS)).status_code == 403
    assert not Measure.objects.exists()


def test_the_workbook_taken_out_is_on_record_and_can_be_read_in_elsewhere(desk: Desk) -> None:
    for n, state in enumerate(("planned", "drafting", "consulting")):
        desk.make(title=f"在办{n}", state=state, kind=("law", "project", "rule")[n])
    desk.issued(title="=HYPERLINK(1)", sector="gas", sectors=["fire", "gas"])
    desk.make(title="旧办法", state="repealed", due_on=None, adopted_on=day(-90), ended_on=day(-9))
    answer = desk.house.get("office", "measures:export")
    data = answer.getvalue() if hasattr(answer, "getvalue") else answer.content
    assert AuditRow.objects.filter(action="measures.export").count() == 1
    before = {row.title: (row.case.state, row.case.grade, row.case.source, row.sectors)
              for row in Measure.objects.select_related("case")}  # fmt: skip
    # Into another office's list: the areas named are not its own, so it takes none of them.
    text = send(desk, "stranger", SimpleUploadedFile("a.xlsx", data)).content.decode()
    assert Measure.objects.count() == len(before)
    assert "L 地区" in text
    # The city answers for the district.
    send(desk, "city", SimpleUploadedFile("a.xlsx", data))
    copies = Measure.objects.filter(case__unit=desk.house.cast.units["city"])
    after = {row.title: (row.case.state, row.case.grade, row.case.source, row.sectors)
             for row in copies.select_related("case")}  # fmt: skip
    assert after == before
    desk.check()


TOLD = {"title": "占压点位销号看板", "text": "每周更新\n三个月清零", "sectors": ["gas"]}


def told(desk: Desk) -> Practice:
    assert (
        desk.house.post("office", "measures:new_practice", **{**TOLD, "text": ""}).status_code
        == 422
    )
    assert desk.house.post("viewer", "measures:new_practice", **TOLD).status_code == 403
    answer = desk.house.post("office", "measures:new_practice", pk=uuid7(), **TOLD)
    assert answer.status_code == 302
    row = Practice.objects.get()
    house = desk.house
    assert rows_of(house.get("gas", "measures:practices")) == 0, "it waits for its review"
    assert review(desk, "office", row) == 403, "nobody reviews their own words"
    assert review(desk, "gas", row) in (403, 404)
    assert review(desk, "leader", row) == 302
    return row


def review(desk: Desk, who: str, row: Practice, **data: Any) -> int:
    answer = desk.house.post(who, "measures:review_practice", row.pk, **data)
    return int(answer.status_code)


def test_good_practice_is_told_found_taken_up_mended_and_taken_out(desk: Desk) -> None:
    row, house = told(desk), desk.house
    for query, n in (("?q=看板", 1), ("?q=清零 销号", 1), ("?q=没有", 0), ("?sector=fire", 0)):
        assert rows_of(house.get("gas", "measures:practices", query=query)) == n, query
    assert house.get("stranger", "measures:practice", row.pk).status_code == 404
    up = {"day": day(0), "note": "照此执行"}
    assert house.post("viewer", "measures:take_up_practice", row.pk, **up).status_code == 403
    assert house.post("gas", "measures:take_up_practice", row.pk, **up).status_code == 302
    assert house.post("gas", "measures:take_up_practice", row.pk, **up).status_code == 409
    assert TakenUp.objects.get().practice == row
    assert "照此执行" in house.get("office", "measures:practice", row.pk).content.decode()
    edit = {**TOLD, "pk": row.pk, "title": "看板"}
    assert house.post("city", "measures:edit_practice", row.pk, **edit).status_code == 403
    assert house.post("stranger", "measures:edit_practice", row.pk, **edit).status_code == 404
    assert house.post("office", "measures:edit_practice", row.pk, **edit).status_code == 302
    row.refresh_from_db()
    assert (row.title, row.status) == ("看板", "submitted")
    assert rows_of(house.get("gas", "measures:practices")) == 0, "what was changed is reviewed anew"
    assert review(desk, "leader", row, **{"return": "1", "opinion": " "}) == 302
    row.refresh_from_db()
    assert row.status == "submitted", "sent back only with what is to be mended"
    assert review(desk, "leader", row, **{"return": "1", "opinion": "补充成效数据"}) == 302
    assert "补充成效数据" in house.get("office", "measures:practice", row.pk).content.decode()
    assert review(desk, "leader", row) == 409, "it was decided"
    assert house.post("office", "measures:edit_practice", row.pk, **edit).status_code == 302
    assert review(desk, "leader", row) == 302
    row.refresh_from_db()
    assert row.status == "published"
    assert house.post("city", "measures:withdraw_practice", row.pk).status_code == 403
    assert house.post("office", "measures:withdraw_practice", row.pk).status_code == 302
    assert rows_of(house.get("gas", "measures:practices")) == 0
    assert AuditRow.objects.filter(action__startswith="practice.").count() == 8


def test_S19_nobody_publishes_words_that_they_wrote_though_another_mended_them(desk: Desk) -> None:
    house = desk.house
    pk = uuid7()
    assert house.post("leader", "measures:new_practice", pk=pk, **TOLD).status_code == 302
    row = Practice.objects.get(pk=pk)
    edit = {**TOLD, "pk": pk, "title": "看板（改一字）"}
    assert house.post("office", "measures:edit_practice", pk, **edit).status_code == 302
    assert review(desk, "leader", row) in (403, 404)
    assert review(desk, "office", row) in (403, 404)
    assert review(desk, "mayor", row) == 302
    row.refresh_from_db()
    assert row.status == "published"


def test_S19_what_was_mended_since_it_was_read_is_not_published(desk: Desk) -> None:
    """The reviewer's page shows one text; its author changes it before the press."""
    house, pk = desk.house, uuid7()
    house.post("office", "measures:new_practice", pk=pk, **TOLD)
    row = Practice.objects.get(pk=pk)
    seen = row.version
    edit = {**TOLD, "pk": pk, "text": "未经审核的另一段话", "seen": seen}
    assert house.post("office", "measures:edit_practice", pk, **edit).status_code == 302
    assert review(desk, "leader", row, seen=seen) == 409
    # Of two who mend at once, the second looks at the first's words.
    assert house.post("office", "measures:edit_practice", pk, **edit).status_code == 409
    assert review(desk, "leader", row, seen=seen + 1) == 302


@pytest.mark.once
@pytest.mark.parametrize("year", ["0001", "1899", "9999"])
def test_a_day_that_no_period_holds_is_refused_at_its_field(desk: Desk, year: str) -> None:
    given = {"state": "adopted", "due_on": None, "adopted_on": f"{year}-06-01", "number": "一号"}
    assert desk.send(**given)[0].status_code == 422
    assert desk.send(due_on=f"{year}-06-01")[0].status_code == (422)


def test_the_compilation_holds_cover_contents_measures_by_kind_and_what_they_answered(
    desk: Desk, tmp_path: Path
) -> None:
    item = desk.house.enter(desk.house.kind())
    desk.issued(title="巡查机制", item=item.pk, text="第一条 巡查\n第二条 <处置>")
    desk.issued(title="巡查办法", kind="rule", since=-5)
    desk.make(title="还在起草")
    told(desk)
    answer = desk.house.get("office", "measures:compilation", query="?title=成果汇编")
    assert answer.status_code == 200
    path = tmp_path / "book.docx"
    path.write_bytes(answer.content)
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        for name in archive.namelist():
            ElementTree.fromstring(archive.read(name))
    text = read_document(path, "book.docx").text
    at = [text.index(words) for words in ("成果汇编", "五华区安委办", "巡查办法", "巡查机制")]
    assert at == sorted(at)
    for words in (
        "五安办〔2024〕5号",
        "第二条 <处置>",
        item.title,
        item.case.number,
        "占压点位销号看板",
        "解决的问题：",
    ):
        assert words in text, words
    assert text.count("巡查机制") == 2  # In the contents and at its place.
    assert "还在起草" not in text
    assert AuditRow.objects.filter(action="measures.compile").count() == 1
    # Who doesn't see the problem doesn't read it in the book.
    other = tmp_path / "firm.docx"
    other.write_bytes(desk.house.get("firm", "measures:compilation").content)
    words = read_document(other, "firm.docx").text
    assert "巡查机制" in words
    assert item.case.number not in words
