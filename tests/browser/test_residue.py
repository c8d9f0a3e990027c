"""S34: after signing out there is nothing left in the browser, and nothing behind its Back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

KEPT = """async () => ({
    local: localStorage.length,
    session: Object.entries(sessionStorage).filter((entry) =>
        !(entry[0] === 'htmx-current-path-for-history' && entry[1] === location.pathname)).length,
    caches: (await caches.keys()).length,
    databases: (await indexedDB.databases()).length,
    workers: (await navigator.serviceWorker.getRegistrations()).length,
})"""
PLANT = """async () => {
    localStorage.setItem('draft', 'x');
    sessionStorage.setItem('draft', 'x');
    await (await caches.open('pages')).put('/hazards/', new Response('x'));
    await new Promise((done) => { indexedDB.open('drafts').onsuccess = (e) => {
        e.target.result.close(); done(); }; });
}"""
#: htmx notes under which address the page in front of one is shown, and only that.
NOTHING = {"local": 0, "session": 0, "caches": 0, "databases": 0, "workers": 0}


def test_S34_signing_out_leaves_nothing_in_the_browser_and_nothing_behind_back(
    sign_in: Callable[..., Any],
) -> None:
    page = sign_in("officer")
    for path in ("/hazards/", "/accounts/me/", "/", "/hazards/"):
        assert page.goto(path).status == 200
    shown = page.locator("main").inner_text()
    assert "王专员" in page.content()
    assert page.evaluate(KEPT) == NOTHING, "we keep nothing ourselves"
    page.evaluate(PLANT)
    planted = page.evaluate(KEPT)
    assert all(count for name, count in planted.items() if name != "workers")
    with page.expect_navigation(url="**/accounts/login/**"):
        page.locator('form[action$="/logout/"]').first.evaluate("form => form.submit()")
    left = page.evaluate(KEPT)
    assert left == NOTHING
    cookies = {cookie["name"] for cookie in page.context.cookies()}
    assert "anlan" not in cookies, "the session's"
    for _step in range(3):
        page.go_back()
        page.wait_for_load_state()
        assert "/accounts/login/" in page.url
        assert "王专员" not in page.content()
        assert shown not in page.content()
