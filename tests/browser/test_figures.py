"""From dropping a report to its figures in the ledger, by keys alone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.test_intake import SECONDS_MAX, Hand, _hand_in, _key, _mark, _next, _shown

REPORT = """五华区2019年安全生产工作情况的报告

2019年，五华区共排查事故隐患1204项，其中重大隐患31项，整改完成1187项，整改率98.6%。全区检查企业3500家次，罚款金额260余万元。
全区共发生生产安全事故12起、死亡9人，同比分别下降20.0%、25.0%。共排查隐患100项，其中一般隐患90项、重大隐患30项。
完成建档一千二百户。

五华区安全生产委员会办公室
2020年1月8日
"""
#: Where the pictures of a look at the page go; none are taken unless somebody asks.
PICTURES = os.environ.get("ANLAN_PICTURES", "")


def _picture(page: Any, name: str) -> None:
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}.png")


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (390, "dark")])
def test_a_report_is_confirmed_by_keys_and_enters_the_ledger(
    sign_in: Any, tmp_path: Path, width: int, theme: str
) -> None:
    path = tmp_path / "五华区2019年报告.txt"
    path.write_text(REPORT)
    page = sign_in("officer", width, theme)
    hand = Hand(page)
    _hand_in(hand, path)
    assert "/figures/" in page.url
    assert "1204" in page.locator("[data-heading]").inner_text()
    assert _shown(page).startswith("1204项")
    _picture(page, f"figures-{width}-{theme}")

    # Its words are matched to a figure of ours, and it is taken while typing.
    hand.press("e")
    page.locator("#f-kind").select_option("hazard.found")
    first = _key(page)
    page.locator("#f-value").focus()
    hand.press("Control+Enter")
    page.locator(f'#confirm input[name=item]:not([value="{first}"])').wait_for(state="attached")
    # The next is left out, opened again and taken.
    second = _key(page)
    _next(hand, "x")
    page.click(f'.found a[href^="?item={second}#"]')
    page.wait_for_selector('[data-key="reopen"]')
    page.click('[data-key="reopen"]')
    page.wait_for_selector('[data-key="drop"]')
    _next(hand)

    # What the reader missed is marked and added.
    place = REPORT.index("一千二百户")
    _mark(page, place, place + 5)
    page.keyboard.press("n")
    page.wait_for_url("**/?item=a1")
    assert _shown(page) == "一千二百户"
    assert page.locator("#f-value").input_value() == "1200"
    while page.locator("#confirm").count():
        _next(hand)
    assert "数据已全部核对" in page.inner_text("#item")
    _picture(page, f"figures-done-{width}-{theme}")
    with page.expect_navigation():
        hand.press("Enter")
    expect(page.locator(".toast").first).to_contain_text("计入总账")
    assert hand.presses <= 25

    page.click(f'.found a[href^="?item={first}#"]')
    expect(page.locator("#item")).to_contain_text("撤回")
    _picture(page, f"figures-entered-{width}-{theme}")
    page.goto("/campaigns/quoted/")
    expect(page.locator("#list")).to_contain_text("1204")
    _picture(page, f"quoted-{width}-{theme}")


def test_a_contradiction_stands_beside_its_figure_and_leads_into_the_text(
    sign_in: Any, tmp_path: Path
) -> None:
    path = tmp_path / "报告.txt"
    path.write_text(REPORT)
    page = sign_in("officer")
    _hand_in(Hand(page), path)
    page.click('.found a:has-text("100项")')
    expect(page.locator("#item .notice-amber", has_text="120").first).to_be_visible(
        timeout=SECONDS_MAX * 1_000
    )
    _picture(page, "figures-contradiction")
