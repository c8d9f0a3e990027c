"""S39: a person takes a copy of what is kept about them along, and nobody else's."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

pytestmark = pytest.mark.django_db


def test_S39_a_person_takes_along_all_that_is_theirs_without_a_secret(
    person: Any, browser: Any, other: Any, no_factor: Any
) -> None:
    from anlan.kernel.accounts import commands, held
    from anlan.kernel.accounts.models import SavedFilter, User
    from anlan.kernel.audit.models import AuditRow

    li = person("li", "office", email="li@office.example")
    wang = person("wang", "office", email="wang@office.example")
    now = timezone.now()
    for user in (li, wang):
        SavedFilter.objects.create(
            user=user, page="hazards:list", name=f"of {user.username}", query="x=1", saved_at=now
        )
    by = held.actor(li, today=timezone.localdate(now))
    _token, secret = commands.create_token("nightly", ["accounts.own"], 30, by=by, at=now)
    assert browser.sign_in("li").status_code == 302
    assert other.sign_in("wang").status_code == 302

    address = reverse("accounts:own_copy")
    assert address in browser.get(reverse("mfa_index")).content.decode()
    assert browser.get(address).status_code == 405
    answer = browser.post(address, headers={"accept-language": "en"})
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("attachment")
    assert "no-store" in answer["Cache-Control"]
    text = answer.content.decode()
    copy = json.loads(text)
    assert copy["Person"]["User id"] == "li"
    assert copy["Person"]["E-mail"] == "li@office.example"
    assert [post["Unit"] for post in copy["Posts"]] == ["Unit of li"]
    assert [one["Name"] for one in copy["Saved filters"]] == ["of li"]
    assert [one["What it is for"] for one in copy["Tokens for programs"]] == ["nightly"]
    assert len(copy["Where I am signed in"]) == 1
    assert "wang" not in text
    assert secret not in text
    assert User.objects.get(pk=li.pk).password not in text
    assert browser.session.session_key not in text
    assert AuditRow.objects.filter(action="accounts.copy", object_id=str(li.pk)).count() == 1


def test_S39_it_asks_again_who_one_is_and_has_an_end(
    person: Any, browser: Any, clock: Any, no_factor: Any
) -> None:
    from anlan.kernel.accounts.copies import COPIES

    person("li", "office")
    address = reverse("accounts:own_copy")
    assert browser.post(address).status_code in (302, 401, 403)
    browser.sign_in("li")
    clock.shift(6 * 60)
    assert browser.post(address).status_code == 403 or "reauth" in browser.post(address)["Location"]
    browser.logout()
    browser.sign_in("li")
    for _time in range(COPIES.times):
        assert browser.post(address).status_code == 200
    assert browser.post(address).status_code == 429


def test_S39_the_copy_leaves_out_no_table_that_is_a_persons() -> None:
    """Whatever table points to whose it is, is in the copy or is nothing but a secret."""
    from django.apps import apps

    from anlan.kernel.accounts import copies

    theirs = {
        model
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.name == "user" and field.is_relation
        if field.related_model._meta.label == "accounts.User"
    }
    taken = {model for model, _title, _names in copies.tables()}
    assert theirs == taken | set(copies.SECRETS)
    assert not taken & set(copies.SECRETS)
