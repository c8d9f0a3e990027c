"""A big import is watched, cancelled, gone on with and undone; every count is exact at each stop."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

#: Rows of the workbook: enough transactions that one can be met on the way.
ROWS = 12_000
#: With the heading, which is accounted for among what was left out.
ALL = ROWS + 1
SECONDS_MAX = 180
HEADS = ("序号", "检查日期", "企业名称", "具体部位", "问题隐患描述", "隐患等级", "整改状态")


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One register, each row another hazard, all of October 2026."""
    import xlsxwriter

    path = tmp_path_factory.mktemp("big") / "五华区隐患台账.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("隐患清单")
        sheet.write_row(0, 0, HEADS)
        for n in range(1, ROWS + 1):
            firm, place = f"五华区模拟商贸城{n % 50:03d}", f"{n % 9 + 1}层{n}号铺位"
            sheet.write_row(n, 0, (n, f"2026-10-{n % 28 + 1:02d}", firm, place,
                                   f"第{n}处疏散通道堆放纸箱", "一般", "整改中"))  # fmt: skip
    return path


def _stat(page: Any, label: str) -> int:
    """The figure under this label on the batch's page."""
    tile = page.locator(".stat", has_text=label).first
    return int(re.sub(r"[^\d]", "", tile.locator(".stat-value").inner_text()))


def _open(page: Any) -> int:
    """Hazards that the county's overview counts as found this year."""
    page.goto("/areas/530102/?period=2026")
    figure = page.locator('.stat-value a[href*="hazard.found&"]').first
    return int(re.sub(r"[^\d]", "", figure.inner_text()))


def _wait(page: Any) -> None:
    """Until no job runs on the page that stands there then."""
    page.locator("#job").wait_for(state="detached", timeout=SECONDS_MAX * 1_000)
    page.wait_for_load_state()


def test_a_big_import_is_cancelled_gone_on_with_and_undone(sign_in: Any, workbook: Path) -> None:
    officer = sign_in("officer")
    officer.goto("/hazards/imports/")
    officer.set_input_files("input[name=files]", str(workbook))
    with officer.expect_navigation(timeout=SECONDS_MAX * 1_000):
        officer.click("form[enctype] button.btn-primary")
    batch = officer.url
    officer.goto("/hazards/imports/")
    assert "待核对列" in officer.inner_text("#list")
    officer.goto(batch)
    with officer.expect_navigation():
        officer.click('form[action$="/plan/"] .form-acts button')
    run = officer.locator('form[action$="/run/"] button')
    run.wait_for(timeout=SECONDS_MAX * 1_000)
    # Before it is confirmed the list says what the dry run counted, not nothing.
    officer.goto("/hazards/imports/")
    assert f"试导入 {ALL:,}" in officer.inner_text("#list")
    officer.goto(batch)

    with officer.expect_navigation():
        run.click()
    job = officer.locator("#job")
    done = job.locator(".muted", has_text=re.compile(r"^[1-9][\d,]* "))
    done.wait_for(timeout=SECONDS_MAX * 1_000)
    assert "正在导入" in job.inner_text()
    officer.locator('#job form[action$="/cancel/"] button').click()
    _wait(officer)
    main = officer.inner_text("main")
    assert "已取消" in main
    part = _stat(officer, "总行数")
    assert 1 < part < ALL
    assert f"共{ALL:,}行，已处理{part:,}行" in main
    assert _stat(officer, "新增") == part - 1
    assert _open(officer) == part - 1

    officer.goto(batch)
    with officer.expect_navigation():
        officer.locator('form[action$="/run/"] button', has_text="继续").click()
    _wait(officer)
    assert _stat(officer, "总行数") == ALL
    assert _stat(officer, "新增") == ROWS
    assert "已取消" not in officer.inner_text("main")
    assert _open(officer) == ROWS

    officer.goto(batch)
    officer.locator('[data-dialog="undo"]').click()
    with officer.expect_navigation():
        officer.locator("dialog#undo .dlg-acts button.btn:not([data-close-dialog])").click()
    _wait(officer)
    assert "已撤销" in officer.inner_text("main")
    officer.goto("/hazards/")
    assert officer.locator("#list tbody tr").count() == 0
    assert _open(officer) == 0
