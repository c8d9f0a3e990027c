"""A sheet outlives the network: what is typed is kept, sealed, sent, and put together (F22, S34)."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.test_residue import KEPT, NOTHING

#: All that a browser holds of us, as text: nothing that was typed may stand in it.
HELD = """async () => {
    const base = await new Promise((done) => { const asked = indexedDB.open('anlan-sheets');
        asked.onsuccess = () => done(asked.result); });
    const rows = await new Promise((done) => {
        const asked = base.transaction('sheets').objectStore('sheets').getAll();
        asked.onsuccess = () => done(asked.result); });
    base.close();
    let text = JSON.stringify(localStorage);
    for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const key of await cache.keys())
            if (!key.url.includes('/static/')) text += await (await cache.match(key)).text();
    }
    for (const row of rows) text += JSON.stringify(row) + new TextDecoder().decode(row.sealed);
    return text;
}"""
CONTROLLED = """() => new Promise((done) => {
    if (navigator.serviceWorker.controller) done();
    else navigator.serviceWorker.addEventListener('controllerchange', () => done());
})"""
SECONDS_MAX = 40


def _unsent(page: Any, wanted: str | None) -> None:
    """How many sheets wait; a script that waits for it would be eval, which pages refuse."""
    deadline = time.monotonic() + SECONDS_MAX
    while page.evaluate("localStorage.getItem('anlan-unsent')") != wanted:
        assert time.monotonic() < deadline, wanted
        page.wait_for_timeout(100)


def _filing() -> Any:
    """A form of three cells that the office of Wuhua files for last month."""
    from django.utils import timezone

    from anlan.base.actor import Actor
    from anlan.base.ids import uuid7
    from anlan.domain.filings import commands
    from anlan.domain.filings.models import Filing
    from anlan.domain.filings.terms import Cell, Column, Definition, Row, Section
    from anlan.kernel.accounts import commands as accounts
    from anlan.kernel.accounts.models import Unit
    from anlan.kernel.calendar import periods
    from anlan.kernel.regions.queries import by_code

    at = timezone.now()
    call: Any = {"by": Actor(None, "test", trusted=True), "at": at}
    city = accounts.create_unit(
        "km-office", "昆明市安委办", "committee_office", by_code("530100"), **call
    )
    names = ("检查企业", "发现隐患", "完成整改")
    new = [commands.NewItem(name, "家次", unit=city.pk) for name in names]
    items = commands.make_items(new, **call, request_id=uuid7())
    rows = tuple(
        Row(f"r{n}", name, "家次", "", {"m": Cell("declared", item=item)})
        for n, (name, item) in enumerate(zip(names, items, strict=True), 1)
    )
    definition = Definition("", (Section("s1", "情况", "", (Column("m", "本月"),), rows),))
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


def _draft(filing: Any) -> Any:
    filing.refresh_from_db()
    return filing.draft.get("values", {})


def _has_draft(filing: Any, wanted: dict[str, str]) -> None:
    """A press, or what was sent just before it: one of the two comes first."""
    until = time.monotonic() + SECONDS_MAX
    while _draft(filing) != wanted and time.monotonic() < until:
        time.sleep(0.2)
    assert _draft(filing) == wanted


def _cell(page: Any, row: int) -> Any:
    return page.locator(f'[name="c-r{row}.m"]')


def _says(page: Any, row: int, value: str) -> None:
    expect(_cell(page, row)).to_have_value(value, timeout=SECONDS_MAX * 1_000)


def _stands(page: Any, how: str) -> None:
    expect(page.locator("[data-kept-bar]")).to_have_attribute(
        "data-how", how, timeout=SECONDS_MAX * 1_000
    )


def _open(page: Any, filing: Any) -> None:
    page.goto(f"/filings/{filing.pk}/")
    page.evaluate(CONTROLLED)


def _picture(page: Any, name: str) -> None:
    """For a person who looks; CI keeps none."""
    folder = os.environ.get("ANLAN_PICTURES")
    if folder:
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


# Three quarters of a minute of waiting for a network to go and come.
@pytest.mark.faults
def test_F22_a_sheet_outlives_the_network_and_meets_a_colleague_cell_by_cell(
    sign_in: Callable[..., Any],
) -> None:
    filing = _filing()
    page, other = sign_in("officer", width=390), sign_in("leader")
    _open(page, filing)
    page.context.set_offline(True)
    _cell(page, 1).fill("12")
    _stands(page, "offline")
    _unsent(page, "1")
    # Reloaded without a network, in the same tab: the sheet stands in for itself.
    page.reload()
    _says(page, 1, "12")
    _cell(page, 2).fill("5")
    page.wait_for_timeout(600)
    _picture(page, "offline")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    held = page.evaluate(HELD)
    assert "sealed" in held
    assert not [word for word in ("执法检查", "c-r1.m", "王专员") if word in held]
    assert _draft(filing) == {}
    page.context.set_offline(False)
    _stands(page, "kept")
    assert _draft(filing) == {"r1.m": "12", "r2.m": "5"}

    # Away again, and a colleague works on the same draft meanwhile.
    _open(page, filing)
    page.context.set_offline(True)
    _cell(page, 1).fill("13")
    _stands(page, "offline")
    # Submitting does nothing but say so.
    page.locator('button[value="submit"]').click()
    _stands(page, "notsent")
    # Nor does what is typed then let one believe that it went.
    _cell(page, 1).fill("14")
    _cell(page, 1).fill("13")
    page.wait_for_timeout(600)
    _stands(page, "notsent")
    _open(other, filing)
    _cell(other, 1).fill("99")
    _cell(other, 3).fill("7")
    other.locator('button[value="save"]').click()
    _has_draft(filing, {"r1.m": "99", "r2.m": "5", "r3.m": "7"})
    page.context.set_offline(False)
    _stands(page, "clash")
    _says(page, 1, "13")
    _says(page, 3, "7")
    rows = page.locator("[data-kept-clash] tbody tr")
    expect(rows).to_have_count(1)
    assert "99" in rows.first.inner_text()
    _picture(page, "clash")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert _draft(filing) == {"r1.m": "99", "r2.m": "5", "r3.m": "7"}, "nothing is sent unasked"
    page.locator("[data-kept-acts] button").first.click()
    page.locator("[data-kept-acts] .btn-primary").click()
    _stands(page, "kept")
    assert _draft(filing) == {"r1.m": "13", "r2.m": "5", "r3.m": "7"}

    # A third time the colleague submits it: what came too late is shown and not lost.
    page.context.set_offline(True)
    _cell(page, 2).fill("6")
    _stands(page, "offline")
    _unsent(page, "1")
    _open(other, filing)
    with other.expect_navigation():
        other.locator('button[value="submit"]').click()
    page.context.set_offline(False)
    _stands(page, "ended")
    _picture(page, "ended")
    assert "6" in page.locator("[data-kept-clash] tbody tr").first.inner_text()
    page.reload()
    _stands(page, "ended")
    with page.expect_navigation():
        page.locator("[data-kept-acts] button").click()
    _unsent(page, None)
    assert filing.entries.get().values == {"r1.m": 13, "r2.m": 5, "r3.m": 7}


def test_S34_what_waits_is_hidden_from_others_and_signing_out_asks(
    sign_in: Callable[..., Any],
) -> None:
    from tests.browser.conftest import PASSWORD

    filing = _filing()
    page = sign_in("officer")
    _open(page, filing)
    page.route("**/fill/", lambda route: route.abort())
    _cell(page, 1).fill("41")
    _unsent(page, "1")

    def leave() -> None:
        page.locator(".top details.menu summary").last.click()
        page.locator("[data-sign-out] button").click()

    leave()
    asks = page.locator("#unsent")
    expect(asks).to_be_visible()
    _picture(page, "asks")
    asks.locator("[data-close-dialog]").click()
    assert "/filings/" in page.url
    # The session ends by itself, and somebody else signs in here.
    page.context.clear_cookies(name="anlan")
    page.goto("/accounts/login/")
    assert page.evaluate("sessionStorage.getItem('anlan-sheet-key')") is None
    page.fill("input[name=login]", "leader")
    page.fill("input[name=password]", PASSWORD)
    page.click("main button.btn-primary")
    page.wait_for_url(lambda url: "/login" not in url)
    page.goto(f"/filings/{filing.pk}/")
    _says(page, 1, "")
    assert page.evaluate("localStorage.getItem('anlan-unsent')") == "1", "it waits for its person"
    leave()
    with page.expect_navigation(url="**/accounts/login/**"):
        asks.locator("[data-sign-out-anyway]").click()
    assert page.evaluate(KEPT) == NOTHING
