"""Tokens, networks and limits: what stands before any right (S20, S21, S56)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from anlan.kernel.accounts import commands, counts, policy
from anlan.kernel.accounts.models import ApiToken, Post
from anlan.kernel.accounts.network import client_address
from anlan.kernel.accounts.tests.people import CLI, by
from anlan.kernel.accounts.tokens import TokenAuth

pytestmark = pytest.mark.django_db


def request_with(token: str, address: str = "10.0.0.1") -> HttpRequest:
    request = HttpRequest()
    request.META = {"REMOTE_ADDR": address, "HTTP_AUTHORIZATION": f"Bearer {token}"}
    return request


def test_S20_tokens_are_hashed_scoped_and_expire(person, clock):
    user = person("li", "system_admin")
    token, secret = commands.create_token(
        "script", ["units.view"], 30, by=by(user), at=timezone.now()
    )
    assert secret not in str(ApiToken.objects.values())
    actor = TokenAuth().authenticate(request_with(secret), secret)
    assert actor is not None
    assert policy.may(actor, "units.view")
    assert not policy.may(actor, "units.edit")
    assert TokenAuth().authenticate(request_with(secret + "x"), secret + "x") is None
    clock.shift(timedelta(days=31))
    assert TokenAuth().authenticate(request_with(secret), secret) is None
    clock.shift(timedelta(days=-31))
    commands.revoke_token(token.pk, by=by(user), at=timezone.now())
    assert TokenAuth().authenticate(request_with(secret), secret) is None


def test_S20_a_token_loses_what_its_owner_loses(person, clock):
    user = person("li", "system_admin")
    _token, secret = commands.create_token(
        "script", ["units.*"], 30, by=by(user), at=timezone.now()
    )
    actor = TokenAuth().authenticate(request_with(secret), secret)
    assert policy.may(actor, "units.edit")
    Post.objects.filter(user=user).update(valid_to=timezone.localdate() - timedelta(days=1))
    actor = TokenAuth().authenticate(request_with(secret), secret)
    assert not policy.may(actor, "units.edit")
    commands.disable(user.pk, by=CLI, at=timezone.now())
    assert TokenAuth().authenticate(request_with(secret), secret) is None


def test_S20_the_page_shows_a_token_once(person, browser, no_factor):
    person("li", "system_admin")
    browser.sign_in("li")
    data = {"name": "script", "scopes": ["units.view"], "days": "30"}
    made = browser.post(reverse("accounts:new_token"), data).content.decode()
    assert "anlan_" in made
    assert "anlan_" not in browser.get(reverse("mfa_index")).content.decode()


@pytest.mark.parametrize(
    ("proxies", "remote", "header", "expected"),
    [
        ("", "203.0.113.9", "10.0.0.1", "203.0.113.9"),
        ("10.0.0.0/8", "203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.0.0.0/8", "10.0.0.2", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.0/8", "10.0.0.2", "192.0.2.66, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.0/8", "10.0.0.2", "198.51.100.1, 10.0.0.7", "198.51.100.1"),
        ("10.0.0.0/8", "10.0.0.2", "198.51.100.1, nonsense", "10.0.0.2"),
        ("10.0.0.0/8", "10.0.0.2", "", "10.0.0.2"),
        ("::1,10.0.0.2", "::1", "2001:db8::7", "2001:db8::7"),
    ],
)
def test_S21_the_address_comes_from_our_own_proxies_alone(
    settings, proxies, remote, header, expected
):
    settings.PROXIES = proxies
    request = HttpRequest()
    request.META = {"REMOTE_ADDR": remote, "HTTP_X_FORWARDED_FOR": header}
    assert client_address(request) == expected


def test_S21_administration_is_closed_to_other_networks(person, settings, no_factor):
    from anlan.kernel.accounts.tests.people import Browser

    person("li", "system_admin")
    outside = Browser(REMOTE_ADDR="203.0.113.9", HTTP_X_FORWARDED_FOR="10.0.0.1")
    outside.sign_in("li")
    assert outside.get(reverse("accounts:units")).status_code == 200
    assert outside.get(reverse("accounts:new_person")).status_code == 403


def test_S56_limits_count_windows_and_say_when_to_come_back(db, clock):
    limit = counts.Limit("test", times=3, seconds=60)
    for expected in (1, 2, 3):
        assert counts.hit(limit, "a", timezone.now()) == expected
    with pytest.raises(counts.TooMany) as caught:
        counts.hit(limit, "a", timezone.now())
    assert 0 < caught.value.data["retry_after"] <= 60
    counts.hit(limit, "b", timezone.now())
    clock.shift(60)
    assert counts.hit(limit, "a", timezone.now()) == 1
    clock.shift(timedelta(days=2))
    assert counts.sweep(timezone.now()) == 3


def test_S56_a_burst_fills_up_again(db):
    burst = counts.Burst(times=2, seconds=2)
    burst.hit("a", now=0.0)
    burst.hit("a", now=0.0)
    with pytest.raises(counts.TooMany):
        burst.hit("a", now=0.1)
    burst.hit("b", now=0.1)
    burst.hit("a", now=1.2)


def test_S56_pages_and_dear_pages_answer_429(person, browser, no_factor, monkeypatch, clock):
    from django.http import HttpResponse
    from django.test import RequestFactory

    from anlan.kernel.accounts import gate, middleware

    user = person("li", "office")
    browser.sign_in("li")
    monkeypatch.setattr(middleware, "PAGES", counts.Burst(times=2, seconds=60))
    page = reverse("accounts:units")
    assert [browser.get(page).status_code for _ in range(3)] == [200, 200, 429]
    assert int(browser.get(page).headers["Retry-After"]) > 0

    dear = gate.limited(counts.Limit("dear", times=1, seconds=60))(lambda request: HttpResponse())
    request = RequestFactory().get("/")
    request.user = user
    assert dear(request).status_code == 200
    with pytest.raises(counts.TooMany):
        dear(request)
