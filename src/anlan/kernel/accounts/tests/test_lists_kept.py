"""Saved filters and columns: kept for a person, shared with a unit, and nobody else's to touch."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

LIST = "/hazards/"


@pytest.fixture(autouse=True)
def no_second_factor(settings):
    settings.MFA_OFF = True


@pytest.fixture
def people(db):
    """Two of one office, one of another, and one who administers."""
    from anlan.base.actor import Actor
    from anlan.kernel.accounts import commands
    from anlan.kernel.accounts.models import Role, User
    from anlan.kernel.regions.models import Region

    by, at = Actor(None, "cli:test", trusted=True), timezone.now()
    area = Region.objects.get(code="530102")
    units = {
        name: commands.create_unit(name, name, "committee_office", area, by=by, at=at)
        for name in ("ours", "theirs", "security")
    }
    clients = {}
    for name, unit, role in (
        ("me", "ours", Role.OFFICE), ("colleague", "ours", Role.INSPECTOR),
        ("stranger", "theirs", Role.OFFICE), ("admin", "security", Role.SECURITY_ADMIN),
        ("auditor", "security", Role.AUDITOR),
    ):  # fmt: skip
        user = commands.create_person(name, name, by=by, at=at)
        commands.grant_post(user.pk, units[unit], role, by=by, at=at)
        clients[name] = Client(headers={"accept-language": "en"})
        clients[name].force_login(User.objects.get(pk=user.pk))
    return clients


def save(
    client, name="消防未整改", query="?sector=fire&open=1&cols=text&after=x", path=LIST, **more
):
    data = {"path": path, "query": query, "name": name, **more}
    return client.post("/accounts/lists/save/", data)


def offered(client, path=LIST):
    """The saved filters that the list offers: name → address."""
    text = client.get(path).content.decode()
    found = re.findall(r'<div class="kept-one"><a href="([^"]*)">([^<]*)', text)
    return {name.strip(): url.replace("&amp;", "&") for url, name in found}


def row_of(name):
    from anlan.kernel.accounts.models import SavedFilter

    return SavedFilter.objects.get(name=name)


def test_a_saved_filter_is_offered_to_its_owner_alone_unless_it_is_shared(people):
    assert save(people["me"]).status_code == 302
    # Where in the list one was, and its columns, are no part of the filter.
    assert offered(people["me"]) == {"消防未整改": "?sector=fire&open=1"}
    assert offered(people["colleague"]) == offered(people["stranger"]) == {}
    save(people["me"], "本周", "?found_from=2026-11-16", shared="1")
    assert offered(people["colleague"]) == {"本周": "?found_from=2026-11-16"}
    assert offered(people["stranger"]) == {}
    # Another list has its own.
    assert offered(people["me"], "/enterprises/") == {}


def test_the_same_name_takes_the_place_of_the_earlier_one(people):
    save(people["me"])
    save(people["me"], query="?late=1")
    assert offered(people["me"]) == {"消防未整改": "?late=1"}


def test_only_its_owner_removes_it(people):
    save(people["me"], shared="1")
    drop = f"/accounts/lists/{row_of('消防未整改').pk}/drop/"
    for name in ("colleague", "stranger"):
        assert people[name].post(drop, {"path": LIST}).status_code == 404
    assert "消防未整改" in offered(people["colleague"])
    answer = people["me"].post(drop, {"path": LIST})
    assert (answer.status_code, answer["Location"]) == (302, LIST)
    assert offered(people["colleague"]) == offered(people["me"]) == {}
    assert people["me"].post(drop, {"path": LIST}).status_code == 404


@pytest.mark.once
@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"name": " "}, 400),
        ({"name": "长" * 61}, 400),
        ({"query": ""}, 400),
        ({"query": "?after=x"}, 400),
        ({"query": "?q=" + "长" * 400}, 400),
        ({"path": "/accounts/me/"}, 404),
        ({"path": "//elsewhere.example/"}, 404),
        ({"path": "/nowhere/"}, 404),
        ({"path": "/audit/"}, 404),
    ],
)
def test_what_cannot_be_kept_is_refused(people, more, status):
    from anlan.kernel.accounts.models import SavedFilter

    assert save(people["stranger"], **more).status_code == status
    assert not SavedFilter.objects.exists()


def test_a_list_that_one_may_not_open_is_not_there_to_be_kept(people):
    assert save(people["admin"]).status_code == 404
    answer = people["admin"].post("/accounts/lists/columns/", {"path": LIST, "cols": "text"})
    assert answer.status_code == 404


def test_there_is_a_limit_to_how_many_one_keeps(people, monkeypatch):
    from anlan.kernel.accounts.commands import lists

    monkeypatch.setattr(lists, "FILTERS_MAX", 2)
    for name in ("a", "b"):
        assert save(people["me"], name).status_code == 302
    assert save(people["me"], "c").status_code == 400
    assert save(people["me"], "b", "?late=1").status_code == 302
    assert save(people["stranger"], "c").status_code == 302


def heads(client, address=LIST):
    """The columns that the list shows, as its chooser names them."""
    found = re.search(r'name="cols" value="([^"]*)"', client.get(address).content.decode())
    return found and found[1]


def test_columns_are_kept_for_the_person_and_reset(people):
    usual = heads(people["me"])
    choose = {"path": LIST, "query": "?open=1&cols=grade", "cols": "text,number"}
    answer = people["me"].post("/accounts/lists/columns/", choose)
    assert (answer.status_code, answer["Location"]) == (302, "/hazards/?open=1")
    assert heads(people["me"]) == "text,number"
    assert heads(people["colleague"]) == usual
    # An address that says which columns stands above what was kept: it was sent by somebody.
    assert heads(people["me"], "/hazards/?cols=text,state") == "text,state"
    people["me"].post("/accounts/lists/columns/", {**choose, "reset": "1"})
    assert heads(people["me"]) == usual
    bad = people["me"].post("/accounts/lists/columns/", {**choose, "cols": "text,<b>"})
    assert bad.status_code == 404


def test_each_act_is_on_record(people):
    from anlan.kernel.audit.models import AuditRow

    save(people["me"])
    people["me"].post("/accounts/lists/columns/", {"path": LIST, "cols": "text"})
    people["me"].post(f"/accounts/lists/{row_of('消防未整改').pk}/drop/", {"path": LIST})
    acts = list(
        AuditRow.objects.filter(object_type__in=("accounts.savedfilter", "accounts.columnchoice"))
        .order_by("pk")
        .values_list("action", flat=True)
    )
    assert acts == ["accounts.filter_saved", "accounts.columns_kept", "accounts.filter_dropped"]


@pytest.mark.once
def test_the_list_asks_as_often_with_many_saved_filters_as_with_one(people):
    counts = []
    for names in (("a",), ("b", "c", "d", "e")):
        for name in names:
            save(people["me"], name)
            save(people["colleague"], name, shared="1")
        people["me"].get(LIST)
        with CaptureQueriesContext(connection) as asked:
            people["me"].get(LIST)
        counts.append(len(asked))
    assert counts[0] == counts[1]
    # What htmx gets has no menu, and doesn't ask for one.
    with CaptureQueriesContext(connection) as asked:
        people["me"].get(LIST, headers={"HX-Request": "true"})
    assert not [query for query in asked if "savedfilter" in query["sql"]]


@pytest.mark.parametrize(
    ("who", "path", "cols"),
    [
        ("me", "/enterprises/", "name,area"),
        ("admin", "/units/", "name"),
        ("admin", "/people/", "name"),
        ("auditor", "/audit/", "at,actor"),
    ],
)  # fmt: skip
def test_every_list_page_is_kept_the_same_way(people, who, path, cols):
    client = people[who]
    assert save(client, "我的", "?q=五华", path).status_code == 302
    assert offered(client, path) == {"我的": "?q=%E4%BA%94%E5%8D%8E"}
    client.post("/accounts/lists/columns/", {"path": path, "cols": cols})
    assert heads(client, path) == cols
