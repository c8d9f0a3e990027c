"""The register of a sweep as a workbook: it goes out, comes in, and touches nobody else's."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from anlan.domain.inspections.tests.test_sweeps import figures, targets

if TYPE_CHECKING:
    from django.test import Client

    from anlan.domain.inspections.tests.street import Street

pytestmark = pytest.mark.django_db


def test_a_workbook_goes_out_and_comes_in_and_the_same_again_adds_nothing(
    street: Street, client_of: Callable[[str], Client]
) -> None:
    import openpyxl

    from anlan.domain.hazards.models import Hazard

    street.firms(4)
    sweep = street.sweep()
    street.visit(sweep, targets(sweep)[3])
    browser = client_of("office")
    answer = browser.get(reverse("inspections:template", args=[sweep.pk]))
    book = openpyxl.load_workbook(BytesIO(answer.content))
    sheet = book.active
    [head] = [row[0].row for row in sheet.iter_rows() if row[0].value == "编号"]
    names = {cell.value: cell.column for cell in sheet[head]}
    rows = range(head + 1, sheet.max_row + 1)
    assert [sheet.cell(row, names["编号"]).value for row in rows] == [
        t.pk for t in targets(sweep)[:3]
    ] or [str(sheet.cell(row, names["编号"]).value) for row in rows] == [
        str(t.pk) for t in targets(sweep)[:3]
    ]
    said = {"检查日期": street.today.isoformat(), "检查人": "赵六", "从业人数": 8,
            "用气情况": "不用气", "联系人称呼": "店主"}  # fmt: skip
    for row, more in zip(
        rows,
        (
            {"安全状况": "安全", "是否零隐患": "是"},
            {"安全状况": "存在隐患", "是否零隐患": "否", "隐患（每行一条）": "插座破损\n线路私拉"},
            {"安全状况": "很好", "是否零隐患": "是"},
        ),
        strict=True,
    ):
        for name, value in {**said, **more}.items():
            sheet.cell(row, names[name]).value = value
    filled = BytesIO()
    book.save(filled)
    url = reverse("inspections:sheet", args=[sweep.pk])

    def send() -> Any:
        from django.core.files.uploadedfile import SimpleUploadedFile

        return browser.post(url, {"file": SimpleUploadedFile("填好.xlsx", filled.getvalue())})

    first = send().content.decode()
    assert "2 visits entered, 0 known before, 0 rows not filled in, 1 to be mended" in first
    assert f'data-label="Row">{rows[2]}<' in first
    assert "安全状况</td>" in first
    assert "0 visits entered, 2 known before" in send().content.decode()
    assert figures(street.meter(sweep)) == (4, 3, 3)
    assert {row.description for row in Hazard.objects.all()} == {"插座破损", "线路私拉"}
    results = browser.get(reverse("inspections:results", args=[sweep.pk]))
    out = openpyxl.load_workbook(BytesIO(results.content)).active
    assert sum("不用气" in [str(c.value) for c in row] for row in out.iter_rows()) == 2


def test_a_workbook_reaches_no_subject_of_somebody_else(street: Street, tmp_path: Any) -> None:
    from anlan.domain.inspections import sheets
    from anlan.domain.inspections.models import SweepField

    street.firms(1)
    sweep = street.sweep()
    asked = list(SweepField.objects.filter(sweep=sweep).order_by("order"))
    path = tmp_path / "a.csv"
    path.write_text(
        "编号,检查日期,检查人,安全状况,从业人数,用气情况,联系人称呼,是否零隐患\n"
        f"{targets(sweep)[0].pk},{street.today},甲,安全,3,不用气,乙,是\n",
        encoding="utf-8",
    )
    mine = {targets(sweep)[0].pk}
    assert len(sheets.read(path, "a.csv", sweep, asked, mine, street.today).visits) == 1
    read = sheets.read(path, "a.csv", sweep, asked, set(), street.today)
    assert (len(read.visits), len(read.wrong)) == (0, 1)
