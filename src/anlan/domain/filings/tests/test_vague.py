"""Amounts told vaguely are bounds: read, kept, shown, and never added as if they were exact (S311)."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from anlan.base.ids import uuid7
from anlan.domain.filings import commands, rollup, vague
from anlan.domain.filings.refusals import CellsWrong
from anlan.domain.filings.terms import Broken, Cell, check
from anlan.domain.filings.tests.test_pages import sheet_rows
from anlan.domain.filings.vague import Bounds

YI = 10**8


@pytest.mark.parametrize(
    ("text", "measure", "digits", "low", "high"),
    [
        ("数十亿元", "元", 0, 10 * YI, 100 * YI),
        ("数十亿元", "万元", 0, 10**5, 10**6),
        ("数百万元", "万元", 2, 100_00, 1000_00),
        ("约30亿元", "亿元", 1, None, None),
        ("30亿元左右", "亿元", 0, None, None),
        ("30亿元以上", "亿元", 0, 30, None),
        ("30亿以上", "万元", 0, 300_000, None),
        ("超过 1,200 万元", "万元", 0, 1200, None),
        ("327.7多万元", "元", 0, 3_277_000, None),
        ("20余亿元", "亿元", 0, 20, None),
        ("不足5亿元", "亿元", 2, None, 500),
        ("近3万", "次", 0, None, 30_000),
        ("20至30亿元", "亿元", 0, 20, 30),
        ("20-30亿", "万元", 0, 200_000, 300_000),
        ("500以上", "家", 0, 500, None),
        ("超1.5亿元", "亿元", 0, 1, None),
    ],
)
def test_what_is_said_is_read_as_the_bounds_that_hold(
    text: str, measure: str, digits: int, low: int | None, high: int | None
) -> None:
    found = vague.read(text, measure, digits)
    assert found is not None
    assert (found.low, found.high) == (low, high)
    assert found.said.replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize(
    "text", ["", "无", "30亿美元以上", "约", "若干", "以上", "30至20亿元", "超过约3亿元多", "12"]
)
def test_what_says_no_amount_in_the_measure_is_not_taken(text: str) -> None:
    assert vague.read(text, "亿元", 0) is None


def test_a_sum_keeps_its_exact_part_and_its_bounds_apart() -> None:
    some = [(Bounds(10, 100), 1), (Bounds(None, 5), 1), (Bounds(None, None, exact=7), 1)]
    assert vague.total(some[:2]) == Bounds(10, 105)
    assert vague.total(some) == Bounds(10, None, "", 7)
    assert vague.total([(Bounds(None, None), 1)]) == Bounds(None, None)
    assert vague.total([(Bounds(10, 100), 1), (Bounds(3, None), -1)]) == Bounds(None, 97)


@pytest.mark.django_db
def test_bounds_are_kept_shown_and_added_to_nothing_exact(desk: Any) -> None:
    spent = desk.item("安全投入", "万元", vague=True)
    cells = {"r1.m": Cell("declared", item=spent), "r2.m": Cell("declared", item=desk.item("台账数")),
             "r1.y": Cell("cumulative", of=("r1.m",))}  # fmt: skip
    form = desk.form(cells, starts_on=desk.month.start)
    mine, other = desk.of(form), desk.of(form, "elsewhere")
    with pytest.raises(CellsWrong, match="r2") as refused:
        desk.submit(mine, r1="数十亿元", r2="约3")
    assert [one["cell"] for one in refused.value.data["cells"]] == ["r2.m"]
    desk.submit(mine, r1="数十亿元", r2="3")
    desk.submit(other, "stranger", r1="1200", r2="4")
    assert desk.sums() == {"安全投入": 1200, "台账数": 7}, "the ledger holds what is exact"
    found = rollup.table(form, desk.month.code, desk.cast.actor("city"), timezone.now())
    total = found.totals["r1.m"]
    assert total.value == Bounds(100_000, 1_000_000, "", 1200).data
    assert (total.stated, total.vague) == (2, 1)
    assert found.totals["r1.y"].value == total.value
    page = desk.text("city", "filings:rollup", form.pk, desk.month.code)
    assert "1,200" in page
    assert "100,000–1,000,000" in page
    assert "数十亿元" in desk.text("office", "filings:page", mine.pk)
    # Sent back, it stands in the draft as it was said, and can be corrected by an exact number.
    commands.send_back(mine.pk, reason="请核实", **desk.call("city"))
    mine.refresh_from_db()
    assert mine.draft["values"] == {"r1.m": "数十亿元", "r2.m": "3"}
    desk.submit(mine, r1="250000", r2="3")
    total = rollup.table(form, desk.month.code, desk.cast.actor("city"), timezone.now()).totals
    assert total["r1.m"].value == 251_200
    desk.check()


@pytest.mark.django_db
def test_a_form_asks_for_text_beside_numbers_and_lists_it_by_unit(desk: Any) -> None:
    cells = {**desk.cells("检查"), "r2.m": Cell("text", limit=20)}
    form = desk.form(cells)
    mine, other = desk.of(form), desk.of(form, "elsewhere")
    for text in ("", "字" * 21):
        with pytest.raises(CellsWrong) as refused:
            desk.submit(mine, r1="3", r2=text)
        assert [one["cell"] for one in refused.value.data["cells"]] == ["r2.m"]
    answer = desk.post("office", "filings:fill", mine.pk, act="save",
                       **{"c-r1.m": "3", "c-r2.m": "夜查三轮\r\n逐户回访"})  # fmt: skip
    assert answer.status_code == 302
    mine.refresh_from_db()
    assert mine.draft["values"]["r2.m"] == "夜查三轮\n逐户回访"
    sheet = desk.get("office", "filings:sheet", mine.pk).content
    read = desk.browser("office").post(
        reverse("filings:upload", args=[mine.pk]),
        {"request_id": uuid7(), "file": SimpleUploadedFile("a.xlsx", sheet)},
    )
    assert read.status_code == 302, "the workbook holds the text and is read back"
    mine.refresh_from_db()
    desk.submit(mine, r1="3", r2=mine.draft["values"]["r2.m"])
    desk.submit(other, "stranger", r1="4", r2="无")
    assert desk.standing(mine).values["r2.m"] == {"text": "夜查三轮\n逐户回访"}
    assert desk.sums() == {"检查": 7}
    listed = desk.text("city", "filings:behind", form.pk, desk.month.code, "r2.m")
    assert "逐户回访" in listed
    assert "五华区安委办" in listed
    assert "逐户回访" in desk.text("city", "filings:page", mine.pk)
    book = sheet_rows(desk.get("city", "filings:export", form.pk, desk.month.code).content)
    assert ["夜查三轮\n逐户回访" in row for row in book].count(True) == 1
    desk.check()


@pytest.mark.django_db
def test_nothing_is_worked_out_from_a_text(desk: Any) -> None:
    cells = {"r1.m": Cell("text"), "r2.m": Cell("sum", of=("r1.m",))}
    with pytest.raises(Broken):
        check(desk.definition(cells))
