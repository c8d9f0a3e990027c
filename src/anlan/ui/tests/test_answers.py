"""What every answer carries and what failures say (S34, S51, S52, S57)."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client, override_settings
from django.utils import translation

import anlan
from anlan.ui.tests.urls import FAILURES, SECRET

S51 = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "manifest-src 'self'; worker-src 'self'; connect-src 'self'; font-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
#: Without the database: sessions and sign-in have their own tests.
MIDDLEWARE = [
    "anlan.ui.middleware.Headers",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "anlan.ui.middleware.Refusals",
]
STATUS = {
    "view": 500,
    "template": 500,
    "database": 503,
    "denied": 403,
    "odd": 400,
    "not-found": 404,
    "not-allowed": 403,
    "moved-on": 409,
    "unreadable": 400,
}
ROUTES = [
    "/fine/",
    "/said/",
    "/json/",
    "/nope/",
    "/manifest.webmanifest",
    "/static/anlan/css/tokens.css",
]


@pytest.fixture
def client():
    with override_settings(
        ROOT_URLCONF="anlan.ui.tests.urls",
        MIDDLEWARE=MIDDLEWARE,
        UI_SHELL=[],
        LOGIN_URL="/sign-in/",
        MESSAGE_STORAGE="django.contrib.messages.storage.cookie.CookieStorage",
    ):
        yield Client(raise_request_exception=False)


@pytest.mark.parametrize("url", [*ROUTES, *(f"/fails/{name}/" for name in STATUS)])
def test_S51_S52_every_answer_carries_the_policies(client, url):
    headers = client.get(url).headers
    assert headers["Content-Security-Policy"] == S51
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "geolocation=(self)" in headers["Permissions-Policy"]
    assert "microphone=()" in headers["Permissions-Policy"]
    assert not {"Server", "X-Powered-By"} & set(headers)
    assert re.fullmatch(r"[0-9a-f-]{36}", headers["X-Request-ID"])


def test_the_real_stack_begins_and_ends_with_ours():
    assert settings.MIDDLEWARE[0] == "anlan.ui.middleware.Headers"
    assert "anlan.ui.middleware.Refusals" in settings.MIDDLEWARE


def test_S34_nothing_is_kept_unless_it_says_so(client):
    assert client.get("/fine/").headers["Cache-Control"] == "no-store"
    assert client.get("/json/").headers["Cache-Control"] == "no-store"
    assert client.get("/kept/").headers["Cache-Control"] == "private, max-age=9"
    assert "max-age" in client.get("/static/anlan/css/tokens.css").headers["Cache-Control"]


#: What keeps sheets of direct reporting, sealed and wiped when its person signs out
#: (tests/browser/test_filing_offline.py), and what looks there whether something is unsent.
KEEPING = {"sealed.js": True, "kept.js": False, "worker.js": True, "app.js": False}


def test_S34_no_other_script_of_ours_keeps_anything_in_the_browser():
    """What isn't kept needs no wiping. Whoever adds a cache or drafts wipes them first."""
    keeps = re.compile(
        r"localStorage|sessionStorage|indexedDB|\bcaches\b|serviceWorker|showSaveFilePicker"
    )
    package = Path(anlan.__file__).parent
    read = [
        path
        for path in package.rglob("*")
        if path.suffix in (".js", ".html") and "vendor" not in path.parts
    ]
    assert len(read) > 20
    found = {path.name: path.read_text(encoding="utf-8") for path in read if path.suffix == ".js"}
    texts = [path.read_text(encoding="utf-8") for path in read if path.name not in KEEPING]
    assert not [text for text in texts if keeps.search(text)]
    for name, may_write in KEEPING.items():
        assert keeps.search(found[name]), f"{name} keeps nothing any more"
        assert may_write or "setItem" not in found[name]
    # htmx would keep the last ten pages.
    assert '"historyCacheSize":0' in (package / "ui/jinja2/ui/base.html").read_text()


@pytest.mark.parametrize(("name", "status"), STATUS.items())
def test_S57_failures_say_how_to_go_on_and_nothing_of_the_inside(client, name, status):
    response = client.get(f"/fails/{name}/")
    page = response.content.decode()
    assert response.status_code == status
    assert "Traceback" not in page
    assert SECRET not in page
    assert "10.1.2.3" not in page
    assert response.headers["X-Request-ID"] in page
    assert "<script>alert" not in page
    assert page.count("<li>") >= 1, "each says how to go on"
    assert ("Retry-After" in response.headers) == (status == 503)


@pytest.mark.parametrize("name", STATUS)
def test_S57_programs_get_a_code_and_the_request_id(client, name):
    response = client.get(f"/fails/{name}/", headers={"Accept": "application/json"})
    body = json.loads(response.content)
    assert response.status_code == STATUS[name]
    assert body["request_id"] == response.headers["X-Request-ID"]
    assert SECRET not in response.content.decode()
    error = FAILURES.get(name)
    if hasattr(error, "code"):
        assert body["code"] == error.code


@pytest.mark.parametrize("name", STATUS)
def test_htmx_gets_a_toast_and_not_a_page_in_a_page(client, name):
    response = client.get(f"/fails/{name}/", headers={"HX-Request": "true"})
    text = response.content.decode()
    assert response.status_code == STATUS[name]
    assert response.headers["HX-Retarget"] == "#toasts"
    assert "<html" not in text
    assert "toast-red" in text
    assert "<script>alert" not in text


def test_S57_a_failing_error_page_still_answers(client, monkeypatch):
    monkeypatch.setattr("anlan.ui.errors.render_to_string", lambda *args: 1 / 0)
    response = client.get("/fails/view/")
    assert response.status_code == 500
    assert response.headers["X-Request-ID"] in response.content.decode()
    assert response.headers["Content-Security-Policy"] == S51


def test_S57_a_failure_in_middleware_is_answered_too():
    with override_settings(
        ROOT_URLCONF="anlan.ui.tests.urls",
        MIDDLEWARE=[*MIDDLEWARE, "anlan.ui.tests.test_answers.broken_middleware"],
    ):
        response = Client(raise_request_exception=False).get("/fine/")
    assert response.status_code == 500
    assert SECRET not in response.content.decode()
    assert response.headers["Content-Security-Policy"] == S51


def broken_middleware(get_response):
    def middleware(request):
        raise RuntimeError(SECRET)

    return middleware


def test_a_fragment_for_htmx_with_what_there_is_to_say(client):
    whole = client.get("/said/").content.decode()
    part = client.get("/said/", headers={"HX-Request": "true"}).content.decode()
    back = client.get(
        "/said/", headers={"HX-Request": "true", "HX-History-Restore-Request": "true"}
    ).content.decode()
    assert "<html" in whole
    assert "<html" not in part
    assert "<html" in back
    for text in (whole, part):
        assert "&lt;i&gt;w&lt;/i&gt;" in text
        assert "&lt;b&gt;saved&lt;/b&gt;" in text
        assert 'action="/undo/7/"' in text
    assert 'hx-swap-oob="beforeend:#toasts"' in part


def test_an_ended_session_leads_to_sign_in_instead_of_a_page_in_a_fragment(client):
    assert client.get("/away/").status_code == 302
    response = client.get(
        "/away/", headers={"HX-Request": "true", "HX-Current-URL": "http://x/list/?q=a"}
    )
    assert response.status_code == 204
    assert response.headers["HX-Redirect"] == "/sign-in/?next=%2Flist%2F%3Fq%3Da"


def test_wishes_are_kept_in_cookies_and_lead_nowhere_else(client):
    response = client.post("/ui/wishes/", {"theme": "dark", "next": "/fine/"})
    assert response.headers["Location"] == "/fine/"
    assert 'data-theme="dark"' in client.get("/fine/").content.decode()
    client.post("/ui/wishes/", {"size": "large", "language": "en"})
    page = client.get("/fine/").content.decode()
    assert 'data-size="large"' in page
    assert '<html lang="en"' in page
    client.post("/ui/wishes/", {"theme": "", "size": ""})
    assert "data-theme" not in client.get("/fine/").content.decode().split(">")[1]
    for evil in ("https://evil.example/", "//evil.example", "javascript:alert(1)"):
        assert client.post("/ui/wishes/", {"next": evil}).headers["Location"] == "/"
    assert "evil" not in client.post("/ui/wishes/", {"theme": "evil"}).cookies.output()


def test_S62_security_txt_names_whom_to_tell(client):
    with override_settings(SECURITY_CONTACT=""):
        assert client.get("/.well-known/security.txt").status_code == 404
    with override_settings(SECURITY_CONTACT="anwei@example.gov.cn"):
        text = client.get("/.well-known/security.txt").content.decode()
    assert "Contact: mailto:anwei@example.gov.cn\n" in text
    assert "Expires: " in text


SOURCES = sorted(
    path
    for folder in ("jinja2", "templates")
    for path in Path(anlan.__file__).parent.rglob(f"{folder}/**/*.html")
)
#: What the policy refuses, found before a browser has to.
REFUSED = {
    "a style attribute": re.compile(r"\sstyle\s*="),
    "a style element": re.compile(r"<style\b"),
    "an inline script": re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)"),
    "an event handler": re.compile(r"<[a-z][^>]*\son[a-z]+\s*=", re.DOTALL),
    "htmx's inline handlers": re.compile(r"hx-on|js:|hx-vars"),
    "a script address": re.compile(r"javascript:", re.IGNORECASE),
    "something from outside": re.compile(r"""(?:src|href)=["'](?:https?:)?//"""),
}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
@pytest.mark.parametrize("what", REFUSED)
def test_S51_no_template_writes(what, path):
    text = re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.DOTALL)
    assert not REFUSED[what].search(text)


def test_messages_are_in_the_readers_language(client):
    with translation.override(None):
        page = client.get("/nope/", headers={"Accept-Language": "en"}).content.decode()
    assert "Nothing to see here" in page


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_what_is_not_there_is_said_once_and_advised_once(client, language):
    """Whether a route or a row is missing, the page is the same."""
    pages = set()
    for url in ("/nope/", "/fails/not-found/"):
        text = client.get(url, headers={"accept-language": language}).content.decode()
        main = text.split('<div class="error-page">')[1].split("</div>")[0]
        pages.add(re.sub(r"<code>.*?</code>", "", main))
        told = re.findall(r"<(?:p|li|h1)>([^<]+)<", main)
        assert len(told) == len(set(told)) == 4
        words = {"en": "the address", "zh-hans": "网址"}[language]
        assert main.count(words) == 1
    assert len(pages) == 1
