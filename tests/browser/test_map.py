"""The battle map in a browser: by keyboard alone, and on A3 paper."""

from __future__ import annotations

import io
from collections import Counter
from typing import Any

import pypdfium2
from playwright.sync_api import expect

#: Whether the chart's first row was laid out, and its last.
LAID_OUT = """() => {
  const rows = document.querySelectorAll(".bm-r .bm-a");
  return [rows[0], rows[rows.length - 1]].map(row => row.checkVisibility({ contentVisibilityAuto: true }));
}"""


def _scene() -> Any:
    from anlan.domain.campaigns.tests.battle import DISTRICT, battle
    from anlan.domain.hazards.tests.stage import Cast

    cast = Cast()
    cast.unit("city", "昆明市安委办", "committee_office", "530100")
    cast.unit("office", "五华区应急局", "department", "530102")
    cast.unit("elsewhere", "盘龙区安委办", "committee_office", "530103")
    scene = battle(cast)
    scene.tasks(3, area=DISTRICT, due=-2, title="逾期任务")
    scene.tasks(120, area=DISTRICT, due=30, title="在办任务")
    return scene


def test_rows_open_move_and_zoom_by_keyboard_and_nothing_needs_a_style(sign_in: Any) -> None:
    """The fixture fails where the browser refused anything for the content security policy."""
    scene = _scene()
    page = sign_in("officer")
    page.goto(f"/campaigns/{scene.campaign.pk}/map/?group=unit")
    rows = page.locator(".bm-r tr:visible")
    expect(rows).to_have_count(0)
    page.keyboard.press("ArrowDown")
    expect(page.locator("[data-bm-head]").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(rows).to_have_count(101)  # a hundred tasks, and the way to the next
    page.keyboard.press("ArrowDown")
    assert "逾期任务" in page.evaluate("document.activeElement.innerText")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowLeft")
    expect(rows).to_have_count(0)
    page.keyboard.press("ArrowRight")
    expect(rows).to_have_count(101)
    # What two thousand rows cost to draw is what one costs: how many things stand in it.
    drawn = page.locator(".bm-r tr").nth(5).locator("*").count()
    assert drawn <= 30, drawn
    # The rest comes where the way to it stood, and the keyboard goes on there.
    page.locator(".bm-m a").focus()
    page.keyboard.press("Enter")
    expect(rows).to_have_count(123)
    expect(rows.nth(100).locator(".bm-a")).to_be_focused()
    # What is far from the screen isn't laid out; the browser finds it, and blocks are rows still.
    assert page.evaluate(LAID_OUT) == [False, True]
    assert page.evaluate("find('逾期任务')")
    assert page.evaluate(LAID_OUT)[0]
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    roles = Counter(node["role"]["value"] for node in tree if not node["ignored"])
    assert min(roles["row"], roles["rowheader"], roles["columnheader"] * 5) >= 25, roles
    # Folded and opened again, all come back.
    for key, count in (("ArrowLeft", 0), ("ArrowRight", 123)):
        page.locator("[data-bm-head]").first.focus()
        page.keyboard.press(key)
        expect(rows).to_have_count(count)
    page.locator(".bm-a").first.focus()
    page.keyboard.press("+")
    page.wait_for_url("**zoom=quarter**")
    expect(rows).to_have_count(101)  # what was open is open still
    page.keyboard.press("Shift+ArrowRight")
    page.wait_for_url("**from=**")


def test_a_phone_shows_every_row_without_scrolling_sideways(sign_in: Any) -> None:
    scene = _scene()
    page = sign_in("officer", 390)
    for query in ("?zoom=years&open=all", f"?zoom=days&since={scene.day(-7)}"):
        page.goto(f"/campaigns/{scene.campaign.pk}/map/{query}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        lane = page.locator(".bm tbody .bm-l").first
        expect(lane).to_be_visible()
        assert lane.bounding_box()["width"] > 300


def test_it_prints_on_a3_across_with_head_and_legend(sign_in: Any) -> None:
    scene = _scene()
    page = sign_in("officer")
    page.goto(f"/campaigns/{scene.campaign.pk}/map/?open=all")
    paper = pypdfium2.PdfDocument(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    width, height = (round(points / 72 * 25.4) for points in paper[0].get_size())
    assert (width, height) == (420, 297)
    texts = [sheet.get_textpage().get_text_bounded() for sheet in paper]
    assert "王专员" in texts[0]
    assert "逾期任务" in texts[0]
    assert "亮灯规则" in texts[-1] or "判定条件" in texts[-1]
    # The axis stands on every sheet that has rows.
    assert all("完成时限与亮灯" in text for text in texts if "在办任务" in text)
    paper.close()
