"""An act that asked for a fresh proof goes on at one press afterwards, and never by itself (S10)."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation

from anlan.kernel.accounts import resuming
from anlan.kernel.accounts.gate import FRESH
from anlan.kernel.accounts.models import Post, Unit
from anlan.kernel.accounts.tests.people import PASSWORD, Browser

LATER = FRESH + timedelta(minutes=1)


@pytest.fixture
def story(person, browser, clock, no_factor):
    """A security administrator grants a post, six minutes after signing in."""
    person("chen", "security_admin")
    li = person("li", "")
    browser.sign_in("chen")
    clock.shift(LATER)
    return reverse("accounts:grant", args=[li.pk]), {
        "unit": Unit.objects.get(code="unit-chen").code, "role": "viewer",
        "note": "<b>\"借调\"&",
    }  # fmt: skip


def confirm(browser, answer):
    """Follow the way that a refusal offers, and show who one is."""
    (url,) = re.findall(
        rf'href="({reverse("account_reauthenticate")}[^"]*)"', answer.content.decode()
    )
    shown = browser.get(html.unescape(url))
    body = shown.content.decode().split("<h1>")[1]
    (wish,) = re.findall(r'name="next" value="([^"]+)"', body)
    return browser.post(html.unescape(url), {"password": PASSWORD, "next": html.unescape(wish)})


def says(page, sentence):
    """Whether a page has this sentence, in whichever language it is."""
    with translation.override("zh-hans"):
        told = translation.gettext(sentence)
    return any(html.escape(words) in page.content.decode() for words in (sentence, told))


def form_of(page):
    text = page.content.decode().split("<h1>")[1].split("</form>")[0]
    (action,) = re.findall(r'<form method="post" action="([^"]+)"', text)
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', text)
    return html.unescape(action), {n: html.unescape(v) for n, v in fields if n != resuming.TOKEN}


def granted():
    return Post.objects.filter(role="viewer").count()


def test_S10_after_the_proof_one_press_does_what_was_refused(browser, story):
    url, data = story
    refused = browser.post(url, data)
    assert refused.status_code == 403
    assert says(
        refused,
        "Nothing was done yet. What you filled in is kept: once you have"
        " confirmed, one press finishes it.",
    )
    confirmed = confirm(browser, refused)
    assert confirmed.headers["Location"] == reverse("accounts:resume")
    page = browser.get(confirmed.headers["Location"])
    assert page.status_code == 200
    assert not granted(), "nothing is done before the press"
    action, fields = form_of(page)
    assert (action, fields) == (url, data)
    assert browser.post(action, fields).status_code == 302
    assert granted() == 1


def test_S10_without_the_proof_the_act_is_not_offered(browser, story):
    url, data = story
    browser.post(url, data)
    page = browser.get(reverse("accounts:resume"))
    assert page.status_code == 403
    assert url not in page.content.decode()
    assert not granted()


def test_S10_it_is_offered_once(browser, story):
    url, data = story
    confirm(browser, browser.post(url, data))
    assert browser.get(reverse("accounts:resume")).status_code == 200
    assert browser.get(reverse("accounts:resume")).headers["Location"] == "/"


def test_S10_who_waits_too_long_begins_again(browser, story, clock):
    url, data = story
    refused = browser.post(url, data)
    clock.shift(2 * FRESH + timedelta(seconds=1))
    confirm(browser, refused)
    assert browser.get(reverse("accounts:resume")).headers["Location"] == "/"


def test_S10_a_stale_press_is_refused_and_kept_again(browser, story, clock):
    url, data = story
    confirm(browser, browser.post(url, data))
    action, fields = form_of(browser.get(reverse("accounts:resume")))
    clock.shift(LATER)
    again = browser.post(action, fields)
    assert again.status_code == 403
    assert not granted()
    confirm(browser, again)
    browser.post(*form_of(browser.get(reverse("accounts:resume"))))
    assert granted() == 1


def test_S14_who_may_not_do_it_has_nothing_kept(browser, story, person, clock):
    url, data = story
    other = Browser(REMOTE_ADDR="10.5.5.5")
    person("wang", "office")
    other.sign_in("wang")
    clock.shift(LATER)
    assert other.post(url, data).status_code == 403
    assert resuming.KEY not in other.session


def test_S30_what_waits_lies_sealed_in_the_session(browser, story):
    url, data = story
    browser.post(url, data)
    kept = browser.session[resuming.KEY]
    for value in (url, data["unit"], "借调"):
        assert value not in kept


@pytest.mark.parametrize("extra", [
    {"password": "geheim"}, {"code": "123456"}, {"token": "x"},
    {"note": "长" * resuming.CHARS_MAX},
    {"file": SimpleUploadedFile("a.txt", b"x")},
])  # fmt: skip
def test_S26_secrets_files_and_too_much_are_not_kept(browser, story, extra):
    url, data = story
    refused = browser.post(url, {**data, **extra}, headers={"referer": f"http://testserver{url}"})
    assert refused.status_code == 403
    assert resuming.KEY not in browser.session
    assert says(
        refused,
        "Nothing was done yet. Once you have confirmed, you come back to the page"
        " and send it again; files have to be chosen again.",
    )
    assert confirm(browser, refused).headers["Location"] == url


def test_an_act_without_fields_waits_too(browser, person, clock, no_factor):
    person("li", "office")
    browser.sign_in("li")
    clock.shift(LATER)
    url = reverse("accounts:recovery_codes")
    confirm(browser, browser.post(url))
    assert form_of(browser.get(reverse("accounts:resume"))) == (url, {})


def test_htmx_is_led_to_it_as_a_whole_page(browser, story):
    url, data = story
    answer = browser.post(url, data, headers={"hx-request": "true"})
    assert answer.status_code == 403
    assert reverse("accounts:resume").replace("/", "%2F") in answer.headers["HX-Redirect"]
    assert resuming.KEY in browser.session


@pytest.mark.parametrize(("address", "back"), [
    ("//evil.example/x", "/x"), ("https://evil.example//x", "/"), ("", "/"),
    ("javascript:1", "/"), ("https://anlan.example/people/5/?q=1#x", "/people/5/"),
])  # fmt: skip
def test_the_way_back_stays_in_the_house(rf, address, back):
    assert resuming.page_of(rf.post("/x/", headers={"referer": address})) == back


def test_a_page_that_was_only_looked_at_is_come_back_to(browser, story):
    refused = browser.get(reverse("accounts:my_data"))
    assert confirm(browser, refused).headers["Location"] == reverse("accounts:my_data")


def test_a_stranger_signs_in_first():
    assert Client().get(reverse("accounts:resume")).status_code == 302
