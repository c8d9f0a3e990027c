"""A correction typed without a network is kept as a filing is, and asked for by its person."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.test_filing_offline import HELD, _cell, _filing, _says, _stands, _unsent


@pytest.mark.faults
def test_F22_a_correction_outlives_the_network_and_is_asked_for_by_a_press(
    sign_in: Callable[..., Any],
) -> None:
    from django.utils import timezone

    from anlan.base.actor import Actor
    from anlan.base.ids import uuid7
    from anlan.domain.filings import commands

    filing = _filing()
    call: Any = {"by": Actor(None, "test", trusted=True), "at": timezone.now()}
    values = {"r1.m": "12", "r2.m": "5", "r3.m": "7"}
    commands.submit(filing.pk, values=values, **call, request_id=uuid7())
    commands.receive([filing.pk], **call, request_id=uuid7())
    page = sign_in("officer", width=390)
    address = f"/filings/{filing.pk}/correct/"
    page.goto(address)
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    page.context.set_offline(True)
    _cell(page, 1).fill("13")
    page.fill("#c-reason", "漏报一家")
    _stands(page, "alone")
    _unsent(page, "1")
    page.wait_for_timeout(600)
    held = page.evaluate(HELD)
    assert not [word for word in ("漏报", "c-r1.m") if word in held], "it is sealed"
    page.locator("button.btn-primary[form=sheet]").click()
    _stands(page, "notsent")
    # In the same tab without a network, and then with one: it stands as it was typed.
    page.reload()
    _says(page, 1, "13")
    page.context.set_offline(False)
    _stands(page, "ready")
    assert not filing.entries.filter(status="wished").exists(), "nothing is sent unasked"
    page.goto(f"/filings/{filing.pk}/")
    _stands(page, "waiting")
    page.locator("[data-kept-bar] a").click()
    page.wait_for_url(f"**{address}")
    _says(page, 1, "13")
    expect(page.locator("#c-reason")).to_have_value("漏报一家")
    with page.expect_navigation(url=f"**/filings/{filing.pk}/"):
        page.locator("button.btn-primary[form=sheet]").click()
    _unsent(page, None)
    wish = filing.entries.get(status="wished")
    assert (wish.values["r1.m"], wish.reason) == (13, "漏报一家")
