"""The register for programs: tokens with scopes, the same rights, repeats that change nothing."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from anlan.base.actor import Actor
from anlan.domain.enterprises import commands
from anlan.domain.enterprises.commands import NewEnterprise
from anlan.domain.enterprises.models import Enterprise
from anlan.kernel.accounts import commands as accounts
from anlan.kernel.accounts import held
from anlan.kernel.accounts.models import Role, UnitKind, User
from anlan.kernel.regions.models import Region

AT = datetime(2026, 11, 20, 1, tzinfo=UTC)
BY = Actor(None, "cli:test", trusted=True)
CODE = "91350100M000100Y43"
URL = "/api/v1/enterprises/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def wuhua():
    return Region.objects.get(code="530102")


@pytest.fixture
def panlong():
    return Region.objects.get(code="530103")


@pytest.fixture
def program(wuhua, settings):
    """A token of a person of 五华区's office, as a function that asks with it."""
    settings.MFA_OFF = True
    unit = accounts.create_unit("u-wh", "五华", UnitKind.COMMITTEE_OFFICE, wuhua, by=BY, at=AT)
    user = accounts.create_person("wh.program", "程序", by=BY, at=AT)
    accounts.grant_post(user.pk, unit, Role.OFFICE, by=BY, at=AT)
    person = held.actor(User.objects.get(pk=user.pk), today=timezone.localdate())

    def with_scopes(*scopes):
        _token, secret = accounts.create_token("t", scopes, 30, by=person, at=timezone.now())

        def ask(method, url, body=None):
            return getattr(Client(), method)(
                url,
                **({"data": json.dumps(body), "content_type": "application/json"} if body else {}),
                headers={"authorization": f"Bearer {secret}"},
            )

        return ask

    return with_scopes


def test_a_put_is_safe_to_repeat_and_answers_row_by_row(program, wuhua):
    ask = program("enterprise.*")
    body = {
        "enterprises": [
            {"name": "甲厂", "area": "530102", "credit_code": CODE, "industry": "2614"},
            {"name": "", "area": "530102"},
            {"name": "盘龙厂", "area": "530103"},
        ]
    }
    first = ask("put", URL, body)
    assert first.status_code == 200, first.content
    outcomes = [(row["outcome"], row["code"]) for row in first.json()]
    assert outcomes == [("created", ""), ("refused", "entry_refused"), ("refused", "not_allowed")]
    again = ask("put", URL, body).json()
    assert [row["outcome"] for row in again] == ["unchanged", "refused", "refused"]
    assert Enterprise.objects.count() == 1
    one = ask("get", f"{URL}{again[0]['id']}").json()
    assert (one["name"], one["credit_code"], one["area"]) == ("甲厂", CODE, "530102")


def test_s20_a_token_reaches_no_further_than_its_scopes_and_its_owner(program, wuhua, panlong):
    reading = program("enterprise.view")
    row = commands.save(None, NewEnterprise("盘龙厂", panlong.pk), by=BY, at=AT)
    own = commands.save(None, NewEnterprise("五华厂", wuhua.pk), by=BY, at=AT)
    assert reading("get", f"{URL}{row.pk}").status_code == 404
    assert reading("get", f"{URL}{own.pk}").status_code == 200
    names = [item["name"] for item in reading("get", URL).json()["items"]]
    assert names == ["五华厂"]
    body = {"enterprises": [{"name": "新", "area": "530102"}]}
    assert reading("put", URL, body).status_code == 403
    assert program("hazard.*")("get", URL).status_code == 403


def test_strangers_get_nothing(wuhua):
    assert Client().get(URL).status_code == 401
    assert reverse("api:list_enterprises") == URL


def test_the_list_is_walked_by_its_cursor(program, wuhua):
    commands.put_enterprises(
        [NewEnterprise(f"企业{n:03d}", wuhua.pk) for n in range(120)], by=BY, at=AT, source="t"
    )
    ask = program("enterprise.view")
    seen, after = [], ""
    while True:
        page = ask("get", f"{URL}?after={after}").json()
        seen += [item["name"] for item in page["items"]]
        after = page["after"]
        if not after:
            break
    assert seen == [f"企业{n:03d}" for n in range(120)]
