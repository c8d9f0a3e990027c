"""S37, S40: what is kept about people is registered, and shown only to whoever gives a reason."""

from __future__ import annotations

import tomllib
from collections import Counter
from typing import Any

import pytest

from tests.databases import ROOT

REGISTER = ROOT / "src/anlan/config/personal_fields.toml"
#: Kinds of field into which something about a person can be written.
TEXTS = {
    "CharField", "TextField", "EmailField", "JSONField", "BinaryField", "GenericIPAddressField",
    "FileField",
}  # fmt: skip
SAYS = ("purpose_zh", "purpose_en", "basis", "sensitive", "retention_zh", "retention_en")


def could_be_personal(model: Any) -> list[str]:
    """Texts, and whatever points to a user: by a foreign key, or by a number that says so."""
    return [
        field.name
        for field in model._meta.concrete_fields
        if field.get_internal_type() in TEXTS
        or (field.is_relation and field.related_model._meta.label == "accounts.User")
        or field.name in ("user_id", "leader_id")
        or field.name.endswith("_by")
    ]


def registered() -> tuple[dict[str, Any], list[str]]:
    """The groups of personal fields, and every field that the register speaks of."""
    table = tomllib.loads(REGISTER.read_text(encoding="utf-8"))
    things = table.pop("things")
    table.pop("unused")
    named = [field for group in table.values() for field in group["fields"]]
    named += [f"{model}.{name}" for model, names in things.items() for name in names.split()]
    return table, named


def unused() -> set[str]:
    return set(tomllib.loads(REGISTER.read_text(encoding="utf-8"))["unused"]["models"])


@pytest.mark.django_db
def test_S37_every_field_that_could_hold_something_about_a_person_is_in_the_register() -> None:
    from django.apps import apps

    _groups, named = registered()
    there = {
        f"{model._meta.label}.{name}"
        for model in apps.get_models()
        if model._meta.managed  # others are tables that some test made for itself
        if model._meta.label not in unused()
        for name in could_be_personal(model)
    }
    assert there - set(named) == set(), "say in personal_fields.toml what these are for"
    assert set(named) - there == set(), "these are no fields any more"
    assert [name for name, times in Counter(named).items() if times > 1] == []


@pytest.mark.once
def test_S37_each_group_says_why_on_what_basis_how_sensitive_and_how_long() -> None:
    groups, _named = registered()
    for name, group in groups.items():
        assert all(str(group.get(word, "")).strip() for word in SAYS), name
        assert group["sensitive"] in ("yes", "no"), name
        # What is sensitive by law is encrypted in its column (S30), and the register says where.
        assert group["sensitive"] == "no" or group.get("sealed"), name


@pytest.mark.django_db
def test_S30_what_is_sensitive_is_a_sealed_column_or_the_sum_beside_it() -> None:
    from django.apps import apps

    from anlan.base.sealed import SealedField

    groups, _named = registered()
    sensitive = [
        name for group in groups.values() if group["sensitive"] == "yes" for name in group["fields"]
    ]
    assert sensitive, "else this test looks at nothing"
    for name in sensitive:
        label, _dot, column = name.rpartition(".")
        field = apps.get_model(label)._meta.get_field(column.removesuffix("_sum"))
        assert isinstance(field, SealedField), name


@pytest.mark.django_db
def test_S37_tables_that_are_said_to_be_unused_stay_empty(client_of: Any, cast: Any) -> None:
    """A day with a sign-in that fails and one that works writes nothing into them."""
    from django.apps import apps
    from django.test import Client
    from django.urls import reverse

    Client().post(reverse("account_login"), {"login": "nobody", "password": "wrong"})
    client_of(cast.users["office"]).get("/")
    Client().get(reverse("account_login"))
    for label in unused():
        assert apps.get_model(label).objects.count() == 0, label


@pytest.mark.django_db
def test_S37_a_guessed_password_is_not_kept_with_the_attempt(cast: Any) -> None:
    """The table of failed sign-ins has room for what was posted; no password stands there."""
    from axes.models import AccessAttempt
    from django.test import Client
    from django.urls import reverse

    Client().post(reverse("account_login"), {"login": "nobody", "password": "CANARY-guess-1"})
    kept = [str(vars(row)) for row in AccessAttempt.objects.all()]
    assert kept, "else this test looks at nothing"
    assert "CANARY" not in " ".join(kept)


@pytest.mark.django_db
def test_S40_revealing_asks_again_who_one_is_and_has_an_end(
    cast: Any, client_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Right, reason and record are proven in domain/office/tests/test_audit_pages.py."""
    from django.db import transaction
    from django.urls import reverse
    from django.utils import timezone

    from anlan.domain.hazards.tests.stage import ROOT as BY
    from anlan.kernel.accounts import counts, gate, views_audit
    from anlan.kernel.accounts.models import Role
    from anlan.kernel.audit import trail
    from anlan.kernel.audit.models import AuditRow

    cast.unit("house", "信息中心", "department", "530100")
    auditor = cast.person("auditor", "house", Role.AUDITOR)
    subject = f"user:{cast.users['office'].pk}"
    with transaction.atomic():
        value = trail.personal(subject, "13800000001")
        entry = trail.Entry("x.p", "accounts.user", "1", after={"phone": value})
        trail.record([entry], by=BY, at=timezone.now())
    row = AuditRow.objects.get(action="x.p")
    reveal = reverse("accounts:audit_reveal", args=[row.pk])
    browser = client_of(auditor)

    assert browser.post(reveal, {"reason": "核查"}).status_code == 403, "not confirmed yet"
    monkeypatch.setattr(gate, "is_fresh", lambda request: True)
    monkeypatch.setattr(views_audit, "REVEALS", counts.Limit("reveal", times=2, seconds=3600))
    for _time in range(2):
        assert "13800000001" in browser.post(reveal, {"reason": "核查"}).content.decode()
    refused = browser.post(reveal, {"reason": "核查"})
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert "13800000001" not in refused.content.decode()
    assert AuditRow.objects.filter(action="audit.reveal", result="ok").count() == 2
