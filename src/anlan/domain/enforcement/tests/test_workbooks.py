"""The book as a workbook: good rows are entered, the others told, and none twice."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

if TYPE_CHECKING:
    from anlan.domain.enforcement.tests.desk import Desk

pytestmark = pytest.mark.django_db


def filled(desk: Desk, *rows: dict[str, Any]) -> bytes:
    """The template with these rows under its header."""
    from anlan.domain.enforcement.sheets import HEADS

    answer = desk.client_of("inspector").get(reverse("enforcement:template"))
    book = openpyxl.load_workbook(BytesIO(answer.content))
    sheet = book.worksheets[0]
    [head] = [row for row in sheet.iter_rows() if row[0].value == HEADS["kind"]]
    places = {cell.value: cell.column for cell in head}
    for n, row in enumerate(rows, head[0].row + 1):
        for name, value in row.items():
            sheet.cell(n, places[HEADS[name]], value)
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()


def send(desk: Desk, content: bytes, who: str = "inspector", **more: Any) -> str:
    file = SimpleUploadedFile("台账.xlsx", content)
    answer = desk.client_of(who).post(reverse("enforcement:sheet"), {"file": file, **more})
    assert answer.status_code == 200
    return str(answer.content.decode())


def told(text: str) -> list[str]:
    """Columns of the rows in error."""
    import re

    return re.findall(r'data-label="Column">([^<]*)<', text)


def rows_of(desk: Desk) -> list[dict[str, Any]]:
    day, firm = desk.today.isoformat(), desk.firm.name
    return [
        {"kind": "处罚决定", "number": "五应急罚〔2024〕1号", "on": day, "firm": firm, "fine": "30,000.5",
         "heads": 1, "head_fine": 5000, "violations": "无证上岗\n未培训"},
        {"kind": "inspection", "number": "1号", "on": desk.today, "firm": firm,
         "violations": "通道堵塞"},
        {"kind": "培训", "on": day, "area": "530102", "what": "负责人培训", "persons": 40},
        {"kind": "处罚决定", "number": "2号", "on": day, "firm": firm, "fine": "三万"},
        {"kind": "处罚决定", "number": "3号", "on": day, "firm": "没有这家", "fine": 1},
        {"kind": "没有这种", "number": "4号", "on": day, "firm": firm},
        {"kind": "现场检查记录", "number": "1号", "on": day, "firm": firm},
        {"kind": "处罚决定", "number": "5号", "on": "六月", "firm": firm, "fine": 1},
        {"kind": "询问笔录", "number": "6号", "on": day, "firm": firm, "fine": 1},
        {"kind": "整改复查意见书", "number": "7号", "on": day, "firm": firm, "rectified": "通道堵塞"},
    ]  # fmt: skip


@pytest.fixture
def chinese_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Kinds by the names of the template, whether or not the texts are compiled."""
    from anlan.base.text import plain
    from anlan.domain.enforcement import reading

    names = {"处罚决定": "penalty", "培训": "training", "现场检查记录": "inspection",
             "询问笔录": "inquiry", "整改复查意见书": "recheck"}  # fmt: skip
    own = reading._names()
    monkeypatch.setattr(
        reading, "_names", lambda: {**own, **{plain(k): v for k, v in names.items()}}
    )


@pytest.mark.usefixtures("chinese_kinds")
def test_good_rows_are_entered_the_others_told_and_the_same_again_adds_nothing(desk: Desk) -> None:
    from anlan.domain.enforcement.models import Entry
    from anlan.domain.enforcement.tests.desk import bad

    content = filled(desk, *rows_of(desk))
    first = send(desk, content)
    assert told(first) == [
        "R 单位罚款（元）", "E 企业名称", "A 种类", "B 文号", "C 日期", "R 单位罚款（元）",
        "L 已整改违法行为（每行一条，或“全部”）",
    ]  # fmt: skip
    assert Entry.objects.count() == 3
    assert desk.ledger() == {
        "paper": 2, "violation": 3, "fine": 3_500_050, "fined_unit": 1, "fined_head": 1,
        "trained": 40,
    }  # fmt: skip
    # Now that the finding stands the recheck of the same workbook fits; the others are known.
    assert len(told(send(desk, content))) == 6
    assert desk.ledger()["violation_rectified"] == 1
    send(desk, content)
    assert Entry.objects.count() == 4
    assert bad() == []


@pytest.mark.usefixtures("chinese_kinds")
def test_nothing_is_entered_where_every_row_was_to_be_right(desk: Desk) -> None:
    from anlan.domain.enforcement.models import Entry

    assert told(send(desk, filled(desk, *rows_of(desk)), whole="1"))
    assert not Entry.objects.exists()
    send(desk, filled(desk, *rows_of(desk)[:3]), whole="1")
    assert Entry.objects.count() == 3


@pytest.mark.usefixtures("chinese_kinds")
def test_the_same_row_twice_in_one_workbook_counts_once(desk: Desk) -> None:
    from anlan.domain.enforcement.models import Entry

    row = rows_of(desk)[0]
    assert told(send(desk, filled(desk, row, row))) == []
    assert Entry.objects.count() == 1


def test_what_is_no_workbook_of_ours_is_told(desk: Desk) -> None:
    browser = desk.client_of("inspector")
    for content in (b"PK\x03\x04 broken", b"a,b\n1,2\n"):
        file = SimpleUploadedFile("x.csv", content)
        answer = browser.post(reverse("enforcement:sheet"), {"file": file})
        assert answer.status_code in (200, 400, 422)
    assert browser.post(reverse("enforcement:sheet")).status_code == 422


def test_a_workbook_enters_nothing_for_somebody_else_s_enterprises(desk: Desk) -> None:
    from anlan.domain.enforcement.models import Entry

    row = {"kind": "inspection", "number": "1号", "on": desk.today, "firm": desk.away.name}
    area = {"kind": "drill", "what": "演练", "on": desk.today, "area": "530103"}
    assert len(told(send(desk, filled(desk, row, area)))) == 2
    assert not Entry.objects.exists()


def test_a_row_names_the_unit_that_did_it_where_one_may_enter_for_it(desk: Desk) -> None:
    from anlan.domain.enforcement.models import Entry

    bureau = desk.cast.unit("bureau", "五华区应急管理局", "department", "530102")
    row = {"kind": "drill", "what": "演练", "on": desk.today, "area": "530102"}
    away = {**row, "what": "另一次", "unit": desk.cast.units["elsewhere"].name}
    wrong = told(send(desk, filled(desk, {**row, "unit": bureau.name}, away), "office"))
    assert wrong == ["D 执法单位（非本单位的）"]
    assert Entry.objects.get().unit_id == bureau.pk


def test_the_list_goes_out_with_all_that_it_says_and_as_it_is_narrowed(desk: Desk) -> None:
    desk.fined(violations=("无证上岗",), what="=1+1")
    desk.enter("drill")
    browser = desk.client_of("office")
    answer = browser.get(reverse("enforcement:export") + "?kind=penalty")
    table = openpyxl.load_workbook(BytesIO(answer.content)).active
    cells = [[str(cell.value) for cell in row] for row in table.iter_rows()]
    assert len(cells) == 2
    assert {"无证上岗", "30,000", desk.firm.name} <= set(cells[1])
    assert "=1+1" not in cells[1]
    firm = desk.client_of("firm").get(reverse("enforcement:export"))
    assert firm.status_code == 403


@pytest.mark.once
def test_reading_a_workbook_costs_the_same_whatever_its_length(desk: Desk, tmp_path: Any) -> None:
    from anlan.domain.enforcement import reading

    firms = desk.firms(40, word="长册")
    counts = []
    for part in (firms[:2], firms):
        path = tmp_path / "a.xlsx"
        path.write_bytes(
            filled(desk, *({"kind": "inspection", "number": f"{n}号", "on": desk.today,
                            "firm": firm.name, "violations": "无证"}
                           for n, firm in enumerate(part)))
        )  # fmt: skip
        by, unit = desk.cast.actor("inspector"), desk.cast.units["office"]
        with CaptureQueriesContext(connection) as seen:
            read = reading.read(path, "a.xlsx", by, unit, desk.today)
        assert (len(read.entries), read.wrong) == (len(part), [])
        counts.append(len(seen))
    assert counts[0] == counts[1]
