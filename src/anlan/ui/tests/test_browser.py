"""Every component in a real browser: nothing that the policy refuses, nothing wider than a phone.

The pages of the guide hold each component, so this also tells what a new one breaks.
"""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.core.wsgi import get_wsgi_application
from django.test import override_settings

from anlan.ui.tests.test_answers import MIDDLEWARE

CHROMIUM = os.environ.get("ANLAN_CHROMIUM") or shutil.which("chromium")
VENDOR = Path(__file__).parent.parent / "static/vendor/htmx.org"
PAGES = ("", "list/", "list/?state=found&late=1&grade=zzz", "case/", "form/?bad", "toast/")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is absent"),
    pytest.mark.skipif(not VENDOR.exists(), reason="front-end libraries aren't set up"),
]


class Threads(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def site():
    with override_settings(
        ROOT_URLCONF="anlan.ui.tests.urls",
        MIDDLEWARE=MIDDLEWARE,
        UI_SHELL=[],
        MESSAGE_STORAGE="django.contrib.messages.storage.cookie.CookieStorage",
        ALLOWED_HOSTS=["*"],
    ):
        server = make_server("127.0.0.1", 0, get_wsgi_application(), Threads, Quiet)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def look(browser, site):
    """Opens a page and fails at the end if the browser complained of anything."""
    complaints, contexts = [], []

    def open_page(path, width=1440, theme="light", **options):
        context = browser.new_context(
            viewport={"width": width, "height": 900}, locale="zh-CN", **options
        )
        contexts.append(context)
        context.add_cookies([{"name": "anlan-theme", "value": theme, "url": site}])
        page = context.new_page()
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.add_init_script(
            "document.addEventListener('securitypolicyviolation',"
            " e => console.error('CSP', e.violatedDirective, e.blockedURI))"
        )
        page.goto(site + path)
        page.wait_for_load_state("networkidle")
        return page

    yield open_page
    for context in contexts:
        context.close()
    # That a request failed is what two of the tests are about; htmx logs it too.
    expected = (
        "Failed to load resource",
        "Response Status Error Code 409",
        "htmx:sendError",
        "htmx:after",
    )
    assert not [text for text in complaints if not any(part in text for part in expected)]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (390, "dark")])
def test_S51_no_component_breaks_the_policy_or_a_phone(look, path, width, theme):
    page = look("/ui/guide/" + path, width, theme)
    for box in page.locator(".chart-box").all():
        box.scroll_into_view_if_needed()
        box.hover()
    for place in page.locator(".map a").all()[:3]:
        place.hover()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_palette_is_reached_and_used_by_keyboard(look):
    page = look("/ui/guide/")
    page.keyboard.press("Control+k")
    page.keyboard.type("疏散")
    page.wait_for_selector("#palette-found .option[aria-selected=true]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/ui/guide/case/")


def test_the_palette_leads_to_every_page_of_the_navigation(look):
    page = look("/ui/guide/")
    links = page.locator(".nav a")
    page.keyboard.press("Control+k")
    shown = page.locator("[data-palette-pages] .option")
    assert shown.count() == links.count() > 1
    last = links.last
    page.keyboard.type(last.locator(".lbl").text_content())
    chosen = page.locator("[data-palette-pages] .option[aria-selected=true]")
    assert chosen.get_attribute("href").endswith(last.get_attribute("href"))
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{last.get_attribute('href')}")


def test_a_list_is_worked_through_by_keys_that_can_be_turned_off(look):
    page = look("/ui/guide/list/")
    first, second = (page.locator(".data tbody tr").nth(at) for at in (0, 1))
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert second.evaluate("row => row.contains(document.activeElement)")
    page.keyboard.press("x")
    assert second.locator("input[type=checkbox]").is_checked()
    assert page.locator("[data-bulk]").is_visible()
    page.keyboard.press("k")
    assert first.evaluate("row => row.contains(document.activeElement)")
    page.keyboard.press("f")
    page.keyboard.type("jx")
    assert page.evaluate("document.activeElement.value") == "jx", "in a field keys are letters"
    page.keyboard.press("Tab")
    page.keyboard.press("?")
    page.locator("#keys [data-keys-on]").uncheck()
    page.keyboard.press("Escape")
    page.reload()
    page.keyboard.press("j")
    assert not first.evaluate("row => row.contains(document.activeElement)")


#: What a screen reader would have no word for, and what one can't tell apart: an accessibility
#: checker's first rules (WCAG 1.1.1, 1.3.1, 2.4.2, 3.1.1, 4.1.2), of what is shown.
NAMELESS = """() => {
  const shown = (one) => one.getClientRects().length && getComputedStyle(one).visibility !== "hidden";
  const by = (ids) => (ids || "").split(" ").map((id) => document.getElementById(id)?.textContent || "").join("");
  const alts = (one) => [...one.querySelectorAll("img[alt], svg[aria-label]")].map((each) => each.getAttribute("alt") || each.getAttribute("aria-label")).join("");
  const named = (one) => [one.getAttribute("aria-label"), by(one.getAttribute("aria-labelledby")), one.title, one.textContent, alts(one), ...[...(one.labels || [])].map((label) => label.textContent)].some((text) => text && text.trim());
  const told = (one) => one.outerHTML.slice(0, 160), wrong = [];
  for (const one of document.querySelectorAll("a[href], button, summary, [role=button], input:not([type=hidden]), select, textarea")) {
    if (shown(one) && !named(one)) wrong.push(`no name: ${told(one)}`);
  }
  for (const one of document.querySelectorAll("img:not([alt])")) wrong.push(`no alt: ${told(one)}`);
  const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
  for (const id of new Set(ids)) if (ids.filter((one) => one === id).length > 1) wrong.push(`twice: #${id}`);
  for (const one of document.querySelectorAll("[aria-controls], [aria-labelledby], [aria-describedby]")) {
    for (const name of ["aria-controls", "aria-labelledby", "aria-describedby"]) {
      for (const id of (one.getAttribute(name) || "").split(" ").filter(Boolean)) if (!document.getElementById(id)) wrong.push(`${name} of nothing: ${told(one)}`);
    }
  }
  const heads = [...document.querySelectorAll("main h1, main h2, main h3, main h4")].filter(shown).map((one) => Number(one.tagName[1]));
  if (heads.filter((level) => level === 1).length !== 1) wrong.push("not one h1");
  heads.forEach((level, at) => { if (at && level > heads[at - 1] + 1) wrong.push(`h${heads[at - 1]} then h${level}`); });
  for (const one of document.querySelectorAll("table")) if (shown(one) && !one.querySelector("th")) wrong.push(`no heading: ${told(one)}`);
  if (!document.documentElement.lang || !document.title.trim()) wrong.push("no language or title");
  return wrong;
}"""


@pytest.mark.parametrize("path", PAGES)
def test_every_component_says_what_it_is(look, path):
    assert look("/ui/guide/" + path).evaluate(NAMELESS) == []


@pytest.mark.parametrize("path", ["list/", "case/", "form/?bad"])
def test_nothing_is_cut_at_twice_the_size(look, path):
    """WCAG 1.4.10: at 200 % a desk has 720 pixels, at 400 % a phone's 320."""
    for width in (720, 320):
        page = look("/ui/guide/" + path, width)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_an_area_is_picked_by_keyboard_and_sent_as_its_code(look):
    page = look("/ui/guide/list/")
    field = page.locator("[data-picker-text]")
    field.focus()
    with page.expect_response(lambda answer: answer.url.endswith("/areas/?picker_q=p")):
        page.keyboard.type("p")
    page.wait_for_selector(".picker .option:not(.htmx-added)")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.locator("[data-picker-value]").input_value() == "530101"
    page.locator(".filters-row > .btn").last.click()
    page.wait_for_url("**area=530101*")
    assert page.url.split("?")[1] == "area=530101"


def test_a_menu_stays_on_a_phones_screen(look):
    page = look("/ui/guide/case/", width=390)
    page.locator(".head-acts summary").first.click()
    box = page.locator(".head-acts .menu-list").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390


def test_a_chart_and_a_map_lead_to_their_rows(look):
    page = look("/ui/guide/")
    box = page.locator(".chart-box").first
    box.scroll_into_view_if_needed()
    at = box.bounding_box()
    page.mouse.click(at["x"] + 72, at["y"] + at["height"] - 50)
    page.wait_for_url("**?month=2024-01")
    page.locator(".map a").nth(2).focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**?area=5303")


def test_the_theme_holds_without_script(look):
    page = look("/ui/guide/list/", java_script_enabled=False, theme="dark")
    assert page.locator("html").get_attribute("data-theme") == "dark"
    page.locator(".top .menu summary").first.click()
    page.get_by_role("button", name="浅色").or_(page.get_by_role("button", name="Light")).click()
    assert page.locator("html").get_attribute("data-theme") == "light"
    assert page.locator(".data tbody tr").count() == 24


def ask(page, url):
    page.evaluate(f"void htmx.ajax('GET', '{url}', '#main').catch(() => null)")


def test_what_hangs_on_the_network_is_said(look, browser):
    page = look("/ui/guide/case/")
    page.context.set_offline(True)
    ask(page, "/ui/guide/areas/")
    page.wait_for_selector("#toasts .toast-red")
    page.context.set_offline(False)


def test_a_refusal_shows_as_a_toast_and_leaves_the_page(look):
    page = look("/ui/guide/list/")
    rows = page.locator(".data tbody tr").count()
    ask(page, "/fails/moved-on/")
    page.wait_for_selector("#toasts .toast-red")
    assert page.locator(".data tbody tr").count() == rows


def test_what_is_typed_over_a_choice_is_sent_instead_of_it(look):
    """Who chose one area and then typed another name must not send the first."""
    page = look("/ui/guide/form/")
    field, value = page.locator("[data-picker-text]"), page.locator("[data-picker-value]")
    field.fill("盘龙")
    page.locator(".picker .option[data-code]").first.click()
    assert value.input_value().startswith("53")
    field.fill("没有这个地方")
    assert value.input_value() == "没有这个地方"
    field.fill("")
    assert value.input_value() == ""
