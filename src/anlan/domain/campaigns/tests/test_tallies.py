"""One table and three lists: laid down, handed out, kept row by row and by workbook, counted."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from anlan.base.refusal import NotFound
from anlan.domain.campaigns.models import Tally, TallyCopy, TallyRow
from anlan.domain.campaigns.refusals import PlanIncomplete
from anlan.domain.campaigns.tallies import commands as do
from anlan.domain.campaigns.tallies import queries
from anlan.domain.campaigns.tallies.commands import NewTally, Written
from anlan.domain.campaigns.tallies.spec import Column, Head, ListSpec, Spec, read_cell
from anlan.domain.campaigns.tests.house import House
from anlan.kernel.notices.models import Notice

pytestmark = pytest.mark.django_db

STATE = Column("状态", "choice", ("未完成", "已完成"), required=True)
LISTS = (
    ListSpec("问题清单", (Column("问题", required=True), STATE, Column("销号日期", "day"))),
    ListSpec("措施清单", (Column("措施", required=True), Column("投入（万元）", "number"))),
    ListSpec("责任清单", (Column("责任人", required=True), Column("问题"))),
)
HEADS = (Head("问题数"), Head("已完成", 0, "with", "状态", "已完成"),
         Head("完成率", 0, "share", "状态", "已完成"), Head("有销号日期", 0, "with", "销号日期"),
         Head("投入", 1, "sum", "投入（万元）"), Head("责任人数", 2))  # fmt: skip


def laid_down(house: House, campaign: UUID | None = None, name: str = "一表三清单") -> Tally:
    new = NewTally(name, LISTS, HEADS, "邢安发〔2021〕1号")
    pk = do.make_tally(campaign or house.campaign(), new, **house.call("city"))
    return Tally.objects.get(pk=pk)


def handed_out(house: House, **more: Any) -> TallyCopy:
    row = laid_down(house, **more)
    do.hand_out_tally(row.pk, heap="own", **house.call("city"))
    return TallyCopy.objects.select_related("tally").get(
        tally=row, unit=house.cast.units["emergency"]
    )


def figures(copy: TallyCopy) -> list[str]:
    copy.refresh_from_db()
    return [str(value) for _head, value in Spec.of(copy.tally.spec).shown(copy.sums)]


def test_an_office_lays_it_down_hands_it_out_and_the_table_follows_the_lists(house: House) -> None:
    campaign = house.campaign()
    data = {
        "name": "一表三清单", "list_0": "问题清单",
        "columns_0": "问题* | 文字\n状态* | 选择 | 未完成/已完成\n销号日期 | 日期",
        "list_1": "措施清单", "columns_1": "措施*\n投入 | 数字",
        "list_2": "责任清单", "columns_2": "责任人",
        "head_0": "问题数", "place_0": "0", "what_0": "rows",
        "head_1": "完成率", "place_1": "0", "what_1": "share", "column_1": "状态",
        "value_1": "已完成",
    }  # fmt: skip
    for wrong in ({"name": ""}, {"columns_0": "状态 | 选择 | 一个"}, {"columns_0": "问题 | 颜色"},
                  {"column_1": "没有"}, {"value_1": "也许"}, {"what_1": "sum"}, {"head_0": "完成率"},
                  {"list_1": "问题清单"}, {"columns_2": "责任人\n责任人"}):  # fmt: skip
        answer = house.post("city", "campaigns:new_tally", campaign, **{**data, **wrong})
        assert answer.status_code == 422, wrong
    assert house.post("office", "campaigns:new_tally", campaign, **data).status_code in (403, 404)
    assert house.post("city", "campaigns:new_tally", campaign, **data).status_code == 302
    row = Tally.objects.get()
    assert house.get("emergency", "campaigns:tally", row.pk).status_code == 404, "not handed out"
    assert "问题* | " in house.text("city", "campaigns:edit_tally", row.pk)
    give = ("campaigns:hand_out_tally", row.pk)
    assert house.post("city", *give, heap="own").status_code == 302
    assert Notice.objects.filter(kind="campaigns.tally_given").count() == 2
    assert house.post("city", "campaigns:edit_tally", row.pk, **data).status_code == 422
    copy = TallyCopy.objects.get(unit=house.cast.units["emergency"])
    assert row.name in house.text("emergency", "campaigns:checklists_mine")
    new_row = ("campaigns:new_tally_row", copy.pk, 0)
    missing = house.post("emergency", *new_row, c0="", c1="未完成", c2="")
    assert missing.status_code == 422
    assert house.post("city", *new_row, c0="甲", c1="未完成", c2="").status_code in (403, 404)
    for said in ("未完成", "已完成"):
        assert house.post("emergency", *new_row, c0="甲", c1=said, c2="").status_code == 302
    assert "50.0%" in house.text("city", "campaigns:tally", row.pk)
    behind = house.text("city", "campaigns:tally_copy", copy.pk, query="?head=1")
    assert behind.count('data-label="状态"') == 1, "a figure opens to the rows that it counts"
    first = TallyRow.objects.get(number=1)
    edit = ("campaigns:tally_row", copy.pk, first.pk)
    assert house.post("emergency", *edit, c0="甲", c1="已完成", c2="2026-01-02").status_code == 302
    assert "100.0%" in house.text("emergency", "campaigns:tally_copy", copy.pk)
    gone = ("campaigns:remove_tally_row", copy.pk, first.pk)
    assert house.post("emergency", *gone).status_code == 302
    assert figures(copy) == ["1", "1"]
    assert house.post("emergency", *gone).status_code == 404
    assert not queries.disagreeing()


def test_each_way_of_counting_and_the_line_of_all_units(house: House) -> None:
    copy = handed_out(house)
    rows = [Written(0, ("甲", "已完成", "2026-01-02")), Written(0, ("乙", "未完成", "")),
            Written(0, ("丙", "未完成", "")), Written(1, ("培训", "12.5")),
            Written(1, ("改造", "7.5")), Written(1, ("无投入", "")),
            Written(2, ("张某", ""))]  # fmt: skip
    do.write_rows(copy.pk, rows, **house.call("emergency"))
    assert figures(copy)[:2] == ["3", "1"]
    assert figures(copy)[2].startswith("0.333")
    assert figures(copy)[3:] == ["1", "20", "1"]
    spec = Spec.of(copy.tally.spec)
    for n, head in enumerate(spec.heads):
        if head.what != "sum":
            counted = copy.sums[n][0]
            assert queries.rows_of(copy, head.place, head).count() == (
                3 if head.what == "rows" and head.place == 0 else counted
            ), head.name
    other = TallyCopy.objects.get(tally=copy.tally, unit=house.cast.units["housing"])
    do.write_rows(other.pk, [Written(0, ("丁", "已完成", ""))], **house.call("housing"))
    total = {
        head.name: value for head, value in queries.total(copy.tally, house.cast.actor("city"))
    }
    assert (total["问题数"], total["完成率"], total["投入"]) == (4, 2 / 4, 20), (
        "of all rows, not of rates"
    )
    # What is written again with the same request is written once.
    call = house.call("housing")
    for _n in range(2):
        do.write_rows(other.pk, [Written(0, ("戊", "未完成", ""))], **call)
    assert figures(other)[0] == "2"
    for bad in (Written(0, ("己", "也许", "")), Written(1, ("己", "1.234")), Written(3, ("己",)),
                Written(0, ("己",)), Written(0, ("己", "未完成", ""), 99),
                Written(0, ("己", "未完成", "2026-13-01"))):  # fmt: skip
        with pytest.raises((PlanIncomplete, NotFound)):
            do.write_rows(other.pk, [bad], **house.call("housing"))
    with pytest.raises(NotFound):
        do.write_rows(other.pk, [rows[0]], **house.call("stranger"))
    assert figures(other)[0] == "2"
    assert not queries.disagreeing()
    TallyCopy.objects.filter(pk=other.pk).update(sums=[[9, 0]] * len(HEADS))
    assert len(queries.disagreeing()) == 1, "./anlan check finds a table that parted"


def test_a_workbook_goes_out_and_comes_in_and_what_is_wrong_is_told_by_its_place(
    house: House,
) -> None:
    from anlan.kernel.papers.sheets.writing import OutTable, write_tables

    copy = handed_out(house)
    do.write_rows(copy.pk, [Written(0, ("甲", "未完成", ""))], **house.call("emergency"))
    out = house.get("emergency", "campaigns:tally_book", copy.pk)
    book = b"".join(out.streaming_content)
    page = reverse("campaigns:import_tally", args=[copy.pk])

    def send(data: bytes) -> Any:
        file = SimpleUploadedFile("清单.xlsx", data)
        return house.browser("emergency").post(page, {"file": file})

    assert send(book).status_code == 302
    assert figures(copy)[0] == "1", "the same workbook again adds nothing"

    def sheet(*rows: tuple[Any, ...]) -> bytes:
        buffer = BytesIO()
        headers = ["编号", "问题", "状态", "销号日期"]
        write_tables(buffer, [OutTable(name="问题清单", headers=headers, rows=rows)])
        return buffer.getvalue()

    wrong = send(
        sheet((1, "甲", "已完成", "2026-02-01"), ("", "", "未完成", ""), (7, "丙", "未完成", ""))
    )
    text = wrong.content.decode()
    assert wrong.status_code == 422
    assert "B 问题" in text
    assert figures(copy)[:2] == ["1", "0"], "nothing of it was read"
    assert (
        send(sheet((1, "甲", "已完成", "2026-02-01"), ("", "乙", "未完成", ""))).status_code == 302
    )
    assert figures(copy)[:2] == ["2", "1"]
    assert send(b"no workbook").status_code in (400, 422)
    whole = house.get("city", "campaigns:export_tally", copy.tally_id)
    assert b"".join(whole.streaming_content).startswith(b"PK")


@pytest.mark.parametrize(
    ("column", "said", "kept"),
    [
        (Column("数", "number"), "1,234.5", 123_450), (Column("数", "number"), "", None),
        (Column("日", "day"), "2026年1月2日", "2026-01-02"), (Column("字"), " 甲 ", "甲"),
    ],
)  # fmt: skip
def test_cells_are_kept_exactly(column: Column, said: str, kept: Any) -> None:
    assert read_cell(column, said) == kept


@pytest.mark.once
def test_statements_do_not_grow_with_units_and_rows(house: House) -> None:
    campaign = house.campaign()
    counts = []
    for n in (1, 3):
        copy = handed_out(house, campaign=campaign, name=f"表{n}")
        if n > 1:
            do.hand_out_tally(copy.tally_id, heap="next", **house.call("city"))
        rows = [Written(0, (f"问题{k}", "未完成", "")) for k in range(4 * n)]
        do.write_rows(copy.pk, rows, **house.call("emergency"))
        found = []
        for who, view, args in (
            ("city", "tallies", [campaign]), ("city", "tally", [copy.tally_id]),
            ("emergency", "tally_copy", [copy.pk]), ("emergency", "checklists_mine", []),
        ):  # fmt: skip
            house.text(who, f"campaigns:{view}", *args)
            with CaptureQueriesContext(connection) as seen:
                house.text(who, f"campaigns:{view}", *args)
            found.append(len(seen))
        counts.append(found)
    assert counts[0] == counts[1], counts
