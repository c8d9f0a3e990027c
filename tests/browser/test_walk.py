"""The main job, by hand in a browser: from a county's workbook to the figure on the overview."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from tests.browser.steps import step

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
DONE = "text=/已销号/"


def _send(page: Any, name: str) -> None:
    """Send a workbook through the wizard up to the result."""
    page.goto("/hazards/imports/")
    page.set_input_files("input[name=files]", str(SAMPLES / name))
    with page.expect_navigation():
        page.click("form[enctype] button.btn-primary")
    with page.expect_navigation():
        page.click('form[action$="/plan/"] .form-acts button')
    run = page.locator('form[action$="/run/"] button')
    run.wait_for(timeout=40_000)
    with page.expect_navigation():
        run.click()
    page.locator("#left-panel").wait_for(timeout=40_000)
    page.locator("#job").wait_for(state="detached", timeout=40_000)


def _figure(page: Any, path: str, filters: str) -> Any:
    """The overview's link that opens the list with these filters."""
    page.goto(path)
    return page.locator(f'.stat-value a[href*="{filters}"]').first


def _number(link: Any) -> int:
    return int(re.sub(r"[^\d]", "", link.inner_text()))


def test_from_a_workbook_to_the_figure_and_back_to_the_hazard(sign_in: Any) -> None:
    officer = sign_in("officer")
    _send(officer, "wuhua-12-rows-3-mistakes.xlsx")
    assert officer.locator("#left tbody tr").count() == 3
    with officer.expect_download() as mend:
        officer.click('a[href*="mend.xlsx"]')
    assert mend.value.suggested_filename.endswith(".xlsx")
    _send(officer, "wuhua-12-rows-mended.xlsx")
    officer.goto("/hazards/")
    assert officer.locator("#list tbody tr").count() == 12
    year = "/areas/530102/?period=2026"
    assert _number(_figure(officer, "/areas/530102/?period=2026-10", "hazard.found&")) == 12
    assert _number(_figure(officer, year, "hazard.rectified&")) == 0

    officer.goto("/hazards/?q=通道堆放")
    officer.click("#list tbody tr a >> nth=0")
    address = officer.url.split("/hazards/")[1]
    hazard = f"/hazards/{address}"
    officer.locator('[data-dialog="step-assign"]').click()
    dialog = officer.locator("dialog#step-assign")
    dialog.locator("[data-picker-text]").fill("五华区模拟商贸城")
    dialog.locator(".picker-list .option[data-code=wh-firm]").click()
    with officer.expect_navigation():
        dialog.locator(".dlg-acts button.btn-primary").click()

    safety = sign_in("safety", width=390)
    safety.goto("/work/")
    assert safety.locator("#list tbody tr").count() == 1
    safety.goto(hazard)
    step(safety, "receive")
    step(safety, "rectify", {"result": "通道已清理，设专人每日巡查"}, with_photo=True)
    assert safety.locator(".photos img, .photo img").count() >= 1

    inspector = sign_in("inspector")
    inspector.goto(hazard)
    step(inspector, "verify", {"reason": "现场核查属实"})
    officer.goto(hazard)
    step(officer, "close")
    officer.wait_for_selector(DONE)

    moved = _figure(officer, year, "hazard.rectified&")
    assert _number(moved) == 1
    moved.click()
    officer.locator('main a[href^="/hazards/"]', has_text="通道").first.click()
    officer.wait_for_url("**" + hazard)


def test_a_broken_workbook_is_refused_with_a_word_on_how_to_mend_it(
    sign_in: Any, tmp_path: Path
) -> None:
    officer = sign_in("officer")
    broken = tmp_path / "台账.xlsx"
    broken.write_bytes(b"PK\x03\x04 not a workbook at all")
    officer.goto("/hazards/imports/")
    officer.set_input_files("input[name=files]", str(broken))
    with officer.expect_navigation():
        officer.click("form[enctype] button.btn-primary")
    assert "台账.xlsx" in officer.inner_text("main .notice-red")
    assert officer.is_visible("input[name=files] >> xpath=ancestor::form"), "to send it once more"
