"""One round of a direct report as its users do it: sheet, paste, slips, sent back, received, mended."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD

#: A block as a spreadsheet puts it on the clipboard.
PASTE = """([name, text]) => {
    const data = new DataTransfer();
    data.setData('text', text);
    document.querySelector(`[name="${name}"]`).dispatchEvent(
        new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true}));
}"""


def _filing() -> Any:
    """Four cells that the office of Wuhua files for last month to the city's."""
    from django.utils import timezone

    from anlan.base.actor import Actor
    from anlan.base.ids import uuid7
    from anlan.domain.filings import commands
    from anlan.domain.filings.models import Filing
    from anlan.domain.filings.terms import Cell, Column, Definition, Row, Rule, Section
    from anlan.kernel.accounts import commands as accounts
    from anlan.kernel.accounts.models import Role, Unit, User
    from anlan.kernel.calendar import periods
    from anlan.kernel.regions.queries import by_code

    at = timezone.now()
    call: Any = {"by": Actor(None, "test", trusted=True), "at": at}
    city = accounts.create_unit("km", "昆明市安委办", "committee_office", by_code("530100"), **call)
    user = accounts.create_person("city", "周处长", **call)
    accounts.grant_post(user.pk, city, Role.OFFICE, **call)
    user = User.objects.get(pk=user.pk)
    user.set_password(PASSWORD)
    user.password_changed_at = at
    user.save()
    names = ("检查企业", "发现隐患", "完成整改", "立案处罚")
    new = [commands.NewItem(name, "项", unit=city.pk) for name in names]
    items = commands.make_items(new, **call, request_id=uuid7())
    rows = tuple(
        Row(f"r{n}", name, "项", "", {"m": Cell("declared", item=item)})
        for n, (name, item) in enumerate(zip(names, items, strict=True), 1)
    )
    rules = (
        Rule("k1", "le", ("r3.m",), ("r2.m",), text="完成整改不大于发现隐患"),
        Rule("k2", "le", ("r4.m",), ("r1.m",), severity="warning", text="立案处罚多于检查企业"),
    )
    definition = Definition("", (Section("s1", "情况", "", (Column("m", "本月"),), rows),), rules)
    form = commands.make_form(
        commands.NewForm(
            title="执法检查月报", period="month", unit=city.pk, reviewed=False, opens_days=0,
            starts_on=periods.month(timezone.localdate(at)).previous().start,
            units=(Unit.objects.get(code="wh-office").pk,), definition=definition,
        ),
        **call, request_id=uuid7(),
    )  # fmt: skip
    commands.issue(form, **call, request_id=uuid7())
    return Filing.objects.get(form=form)


def _cell(page: Any, row: int) -> Any:
    return page.locator(f'[name="c-r{row}.m"]')


def _said(page: Any) -> list[str]:
    return [_cell(page, row).input_value() for row in range(1, 5)]


def _press(page: Any, selector: str) -> None:
    with page.expect_navigation():
        page.locator(selector).first.click()


def _step(page: Any, code: str, **fill: str) -> None:
    page.locator(f'[data-dialog="step-{code}"]').first.click()
    dialog = page.locator(f"dialog#step-{code}")
    for name, text in fill.items():
        field = dialog.locator(f'[name="{name}"]')
        if field.first.get_attribute("type") == "radio":
            dialog.locator(f'[name="{name}"][value="{text}"]').check()
        else:
            field.fill(text)
    with page.expect_navigation():
        dialog.locator(".dlg-acts button.btn:not([data-close-dialog])").click()


def _fits(page: Any, name: str) -> None:
    width = page.viewport_size["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    if folder := os.environ.get("ANLAN_PICTURES"):
        page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)


def test_a_round_of_filing_by_keyboard_and_paste_with_slips_a_return_and_a_correction(
    sign_in: Callable[..., Any],
) -> None:
    filing = _filing()
    page, city = sign_in("officer"), sign_in("city", width=390, theme="dark")
    page.goto(f"/filings/{filing.pk}/")
    _cell(page, 1).fill("1")
    _cell(page, 1).press("Enter")
    expect(_cell(page, 2)).to_be_focused()
    _cell(page, 2).press("ArrowDown")
    expect(_cell(page, 3)).to_be_focused()
    # A cell that holds a break stays one cell; a merged one comes empty; Ctrl+Z takes it all back.
    page.evaluate(PASTE, ["c-r1.m", '"1\n2"\n\n"4"\n１２'])
    assert _said(page) == ["1 2", "", "4", "１２"]
    expect(_cell(page, 1)).to_have_attribute("aria-invalid", "true")
    _cell(page, 1).press("Control+z")
    assert _said(page) == ["1", "", "", ""]
    page.evaluate(PASTE, ["c-r1.m", "3家\t多一列\n5\n6\n4"])
    assert _said(page) == ["3家", "5", "6", "4"]
    expect(page.locator("[data-pasted]").first).to_contain_text("多一列")
    _cell(page, 1).fill("3")
    # An error stops; a warning wants a reason.
    _press(page, 'button[value="submit"]')
    expect(page.locator(".notice-red")).to_contain_text("完成整改")
    # What is wrong is read at its cell, below the field.
    slip = page.locator("#bad-r3\\.m").bounding_box()
    cell = page.locator("td:has(#bad-r3\\.m)").bounding_box()
    assert slip["y"] + slip["height"] <= cell["y"] + cell["height"] + 1
    _fits(page, "stopped")
    _cell(page, 3).fill("5")
    _press(page, 'button[value="submit"]')
    assert not filing.entries.exists()
    page.locator('[name="why-k2"]').fill("含上月立案")
    _fits(page, "explained")
    _press(page, 'button[value="submit"]')
    assert filing.entries.get().values == {"r1.m": 3, "r2.m": 5, "r3.m": 5, "r4.m": 4}

    city.goto(f"/filings/{filing.pk}/")
    _fits(city, "to-receive")
    _step(city, "send_back", reason="检查企业数偏少，请核对")
    page.goto(f"/filings/{filing.pk}/")
    expect(page.locator(".notice-red")).to_contain_text("请核对")
    _cell(page, 1).fill("8")
    _press(page, 'button[value="submit"]')
    city.goto(f"/filings/{filing.pk}/")
    _step(city, "receive")
    page.goto(f"/filings/{filing.pk}/correct/")
    _cell(page, 2).fill("6")
    page.locator('[name="reason"]').fill("漏报一项")
    _press(page, 'button[form="sheet"][type="submit"]')
    city.goto(f"/filings/{filing.pk}/")
    _fits(city, "to-decide")
    _step(city, "decide_correction", grant="1", reason="同意")
    kept = list(filing.entries.order_by("number").values_list("status", "values"))
    assert [values["r2.m"] for _status, values in kept] == [5, 5, 6]
    assert kept[-1][1]["r1.m"] == 8
    _fits(city, "received")
