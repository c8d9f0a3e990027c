"""S09, S10, S12, S34: who stays in, and how it ends."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from anlan.kernel.accounts import commands
from anlan.kernel.accounts.models import (
    Post,
    Unit,
    UserSession,
)
from anlan.kernel.accounts.tests.people import CLI, PASSWORD, Browser, by

pytestmark = pytest.mark.django_db


# S09


def test_S09_a_new_key_at_sign_in(person, browser, no_factor):
    person("li", "office")
    browser.get(reverse("account_login"))
    session = browser.session
    session["before"] = 1
    session.save()
    key = session.session_key
    browser.cookies[django_settings.SESSION_COOKIE_NAME] = key
    browser.sign_in("li")
    assert browser.session.session_key != key
    assert not UserSession.objects.filter(session_key=key).exists()


@pytest.mark.parametrize(("role", "minutes"), [("office", 30), ("auditor", 15)])
def test_S09_idle_sessions_end(person, browser, clock, no_factor, role, minutes):
    person("li", role)
    browser.sign_in("li")
    clock.shift(timedelta(minutes=minutes - 2))
    assert browser.is_in
    clock.shift(timedelta(minutes=minutes - 2))
    assert browser.is_in
    clock.shift(timedelta(minutes=minutes + 1))
    assert not browser.is_in
    # It is gone on the server, not only refused.
    assert not UserSession.objects.filter(user__username="li").exists()


def test_S09_twelve_hours_are_the_end_however_busy(person, browser, clock, no_factor):
    person("li", "office")
    browser.sign_in("li")
    for _ in range(47):
        clock.shift(timedelta(minutes=15))
        assert browser.is_in
    clock.shift(timedelta(minutes=16))
    assert not browser.is_in


def end_by_logout(user, browser):
    browser.post(reverse("account_logout"))


def end_by_password(user, browser):
    commands.set_password(user, "Zebra-crossing-no-9", by=by(user), at=timezone.now())


def end_by_disabling(user, browser):
    commands.disable(user.pk, by=CLI, at=timezone.now())


def end_by_role(user, browser):
    commands.end_post(user.posts.get().pk, by=CLI, at=timezone.now())


def end_by_grant(user, browser):
    commands.grant_post(user.pk, user.posts.get().unit, "viewer", by=CLI, at=timezone.now())


@pytest.mark.parametrize(
    "end", [end_by_logout, end_by_password, end_by_disabling, end_by_role, end_by_grant]
)
def test_S09_sessions_end_on_the_server_at_once(person, browser, no_factor, clock, end):
    user = person("li", "office")
    browser.sign_in("li")
    cookie = browser.cookies[django_settings.SESSION_COOKIE_NAME].value
    thief = Browser()
    thief.cookies[django_settings.SESSION_COOKIE_NAME] = cookie
    assert thief.is_in
    end(user, browser)
    thief.cookies[django_settings.SESSION_COOKIE_NAME] = cookie
    assert thief.get(reverse("accounts:units")).status_code == 302
    assert not thief.is_in


def test_S09_own_sessions_are_listed_and_can_be_ended(person, browser, other, no_factor, clock):
    person("li", "office")
    person("wang", "office")
    browser.sign_in("li")
    other.sign_in("li")
    stranger = Browser(REMOTE_ADDR="10.5.5.5")
    stranger.sign_in("wang")
    page = browser.get(reverse("mfa_index")).content.decode()
    assert "10.9.9.9" in page
    assert "10.5.5.5" not in page
    from anlan.kernel.accounts.seals import digest

    end = reverse("accounts:end_session")
    assert browser.post(end, {"session": digest(stranger.session.session_key)}).status_code == 404
    assert stranger.is_in
    browser.post(end, {"session": digest(other.session.session_key)})
    assert not other.is_in
    assert browser.is_in


# S10


def test_S10_what_is_delicate_asks_again_after_five_minutes(person, browser, clock, no_factor):
    guard, li = person("chen", "security_admin"), person("li", "")
    browser.sign_in("chen")
    page = reverse("accounts:grant", args=[li.pk])
    assert browser.get(page).status_code == 200
    clock.shift(timedelta(minutes=6))
    unit = Unit.objects.get(code="unit-chen")
    data = {"unit": unit.code, "role": "viewer"}
    refused = browser.post(page, data)
    assert refused.status_code == 403
    assert reverse("account_reauthenticate") in refused.content.decode()
    assert not Post.objects.filter(user=li).exists()
    wrong = browser.post(reverse("account_reauthenticate"), {"password": "wrong"})
    assert wrong.status_code == 200
    assert browser.post(page, data).status_code == 403
    browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert browser.post(page, data).status_code == 302
    assert Post.objects.filter(user=li, granted_by=guard).exists()


def test_S10_factors_change_only_after_it_too(person, browser, clock):
    person("li", "office")
    browser.sign_in("li")
    clock.shift(timedelta(minutes=6))
    answer = browser.get(reverse("mfa_activate_totp"))
    assert answer.status_code == 302
    assert reverse("account_reauthenticate") in answer.headers["Location"]
    assert browser.post(reverse("accounts:recovery_codes")).status_code == 403


# S12


def test_S12_cookies_are_for_http_alone_and_same_site(person, browser, no_factor):
    person("li", "office")
    answer = browser.sign_in("li")
    for name in (django_settings.SESSION_COOKIE_NAME, django_settings.CSRF_COOKIE_NAME):
        cookie = answer.cookies[name]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
        assert cookie["domain"] == ""
        assert cookie["path"] == "/"


def test_S12_over_https_they_carry_the_host_prefix(tmp_path):
    import os
    import subprocess
    import sys

    code = (
        "from django.conf import settings as s; import json;"
        "print(json.dumps([s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME,"
        " s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE]))"
    )
    env = {
        **os.environ,
        "ANLAN_HOME": str(tmp_path),
        "ANLAN_HTTPS": "1",
        "DJANGO_SETTINGS_MODULE": "anlan.config.settings",
        "PYTHONPATH": "src",
    }
    env.pop("ANLAN_DATABASE", None)
    found = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, check=True)
    assert b'["__Host-anlan", "__Host-anlan-csrf", true, true]' in found.stdout
    env["ANLAN_MFA"] = "off"
    refused = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True)
    assert refused.returncode != 0


def test_S12_signing_in_needs_the_token_too(person, clock):
    person("li", "office")
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(reverse("account_login"), {"login": "li", "password": PASSWORD})
    assert answer.status_code == 403


# S34


def test_S34_signing_out_wipes_what_the_browser_kept(person, browser, no_factor):
    person("li", "office")
    browser.sign_in("li")
    page = browser.get(reverse("accounts:units"))
    assert "no-store" in page.headers["Cache-Control"]
    answer = browser.post(reverse("account_logout"))
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert browser.get(reverse("account_logout")).status_code in (302, 200)
