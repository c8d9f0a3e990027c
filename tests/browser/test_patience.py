"""A danger reported where there is no network: nothing that was typed or photographed is lost."""

from __future__ import annotations

import io
import re
from typing import Any

from tests.browser.conftest import PASSWORD

HAZARD = re.compile(r"/hazards/[0-9a-f-]{36}/$")
SENT = "main form.form .form-acts button.btn-primary"


def _photo(number: int) -> dict[str, Any]:
    from PIL import Image

    buffer = io.BytesIO()
    Image.new("RGB", (320, 240), (20, 20, 20 + number)).save(buffer, "JPEG")
    return {"name": f"{number}.jpg", "mimeType": "image/jpeg", "buffer": buffer.getvalue()}


def test_a_report_waits_for_the_network_with_all_its_photos_and_arrives_once(sign_in: Any) -> None:
    page = sign_in("inspector", width=390)
    page.goto("/hazards/new/")
    photos, camera = page.locator("input[name=photos]"), page.locator("[data-snap] input").first
    for number in (1, 2):  # each shot of a camera takes the place of the one before
        camera.set_input_files(_photo(number))
        page.wait_for_function(f"document.querySelector('[name=photos]').files.length === {number}")
    photos.set_input_files(_photo(3))
    page.wait_for_function("document.querySelector('[name=photos]').files.length === 3")
    page.locator(".drop-files button").nth(1).click()
    assert photos.evaluate("field => [...field.files].map(file => file.name)") == ["1.jpg", "3.jpg"]
    page.fill("textarea[name=description]", "二号楼配电箱门缺失")

    page.context.set_offline(True)
    page.click(SENT)
    page.locator("[data-patience]").wait_for(state="visible")
    assert page.url.endswith("/hazards/new/")
    page.locator("textarea[name=description]").press_sequentially("，线头裸露")
    assert page.locator("[data-patience]").is_hidden(), "who writes on sends it when it is written"
    page.click(SENT)
    page.locator("[data-patience]").wait_for(state="visible")

    page.context.set_offline(False)
    page.wait_for_url(HAZARD)
    assert page.locator("h1").inner_text() == "二号楼配电箱门缺失，线头裸露"
    assert page.locator(".photos img, .photo img").count() == 2
    page.goto("/hazards/")
    assert page.locator("#list tbody tr").count() == 1

    page.goto("/hazards/new/")
    page.click(SENT)
    page.locator(".errors").wait_for()
    assert page.evaluate("document.activeElement.matches('.errors')")

    # Whoever waited longer than a sign-in lasts isn't led away from what is written.
    page.goto("/hazards/new/")
    page.fill("textarea[name=description]", "三号楼消火栓无水")
    page.context.set_offline(True)
    page.click(SENT)
    page.locator("[data-patience]").wait_for(state="visible")
    page.context.clear_cookies(name="anlan")
    page.context.set_offline(False)
    page.locator("[data-signed-out]").wait_for(state="visible")
    assert "/login/" in page.locator("[data-signed-out] a").evaluate("link => link.href")
    assert page.locator("textarea[name=description]").input_value() == "三号楼消火栓无水"
    # Somebody else on the same device doesn't send it; its writer, signed in again, does.
    for username in ("officer", "inspector"):
        other = page.context.new_page()
        other.goto("/accounts/login/")
        other.fill("input[name=login]", username)
        other.fill("input[name=password]", PASSWORD)
        other.click("main button.btn-primary")
        other.wait_for_url(lambda url: "/login" not in url)
        other.close()
        with page.expect_response("**/hazards/new/"):
            page.evaluate("dispatchEvent(new Event('focus'))")
        if username == "officer":
            assert page.locator("[data-signed-out]").is_visible()
            page.context.clear_cookies(name="anlan")
    page.wait_for_url(HAZARD)
    assert page.locator("h1").inner_text() == "三号楼消火栓无水"

    # A proxy before a server that is started anew answers in its place.
    page.goto("/hazards/new/")
    page.fill("textarea[name=description]", "四号楼疏散通道堆放杂物")
    page.route(
        "**/hazards/new/", lambda route: route.fulfill(status=502, body="<h1>Bad Gateway</h1>")
    )
    page.click(SENT)
    page.locator("[data-patience]").wait_for(state="visible")
    page.unroute("**/hazards/new/")
    page.click("[data-send-now]")
    page.wait_for_url(HAZARD)
    assert page.locator("h1").inner_text() == "四号楼疏散通道堆放杂物"

    # A plain form, as most are: the browser's own page would take the place of what was chosen.
    officer = sign_in("officer")
    officer.goto("/hazards/imports/")
    officer.context.set_offline(True)
    officer.set_input_files(
        "input[name=files]", {"name": "a.xlsx", "mimeType": "", "buffer": b"PK"}
    )
    officer.click("form[enctype] button.btn-primary")
    officer.wait_for_selector("#toasts .toast-red")
    assert officer.url.endswith("/hazards/imports/")
    officer.context.set_offline(False)
    with officer.expect_navigation():
        officer.click("form[enctype] button.btn-primary")
    assert officer.is_visible("main .notice-red"), "the server's word on a file that is no workbook"
