"""S02, S03: which passwords will do, and how they are kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from anlan.kernel.accounts import commands
from anlan.kernel.accounts.models import (
    Unit,
)
from anlan.kernel.accounts.tests.people import PASSWORD, by

pytestmark = pytest.mark.django_db


# S02

PASSWORDS = [
    # password, djbh, asvs: the first thing that is wrong, or "" where it will do
    ("", "too_short", "too_short"),
    ("a", "too_short", "too_short"),
    ("Aa1!Aa1!", "too_short", "too_short"),
    ("Tr0ub4dor&3x", "", "too_short"),
    ("correcthorsebatterystaple", "too_few_classes", ""),
    ("correct horse battery staple", "too_few_classes", ""),
    ("Correct horse battery staple", "", ""),
    ("correct-horse-battery-7", "", ""),
    ("Correct-horse-battery-7", "used_before", ""),
    ("CORRECTHORSEBATTERY", "too_few_classes", ""),
    ("81640723590418264", "too_few_classes", ""),
    ("password", "too_short", "too_short"),
    ("Password1234", "too_common", "too_short"),
    ("Password12345678", "too_common", "too_common"),
    ("Passw0rd!Passw0rd!", "context_word", "context_word"),
    ("P@ssw0rd2024!!!!", "context_word", "context_word"),
    ("qwertyuiop[]asdf", "too_few_classes", ""),
    ("Qwerty!234567890", "context_word", "context_word"),
    ("1qaz2wsx3edc4rfv", "too_few_classes", "too_common"),
    ("aaaaaaaaaaaaaaaaaa", "too_few_classes", "too_common"),
    ("Aa1!Aa1!Aa1!Aa1!", "too_common", "too_common"),
    ("abcdefghijklmnop", "too_few_classes", "too_common"),
    ("anwei2024!Anwei", "context_word", "context_word"),
    ("Anlan@2024@2024", "context_word", "context_word"),
    ("Yingji#12345678", "context_word", "context_word"),
    ("Aqsc.2024.2025.2026", "context_word", "context_word"),
    ("Admin_2024_2025", "context_word", "context_word"),
    ("Mima-998877665544", "context_word", "context_word"),
    ("安全生产人人有责一二三四五六", "too_few_classes", "too_short"),
    ("安全生产 2024 Ok!", "context_word", "context_word"),
    ("窗前明月光，疑是地上霜A1", "", "too_short"),
    ("窗前明月光，疑是地上霜。举头望", "too_few_classes", ""),
    ("zhangwei-Zebra-42!", "context_word", "context_word"),
    ("ZhangWei 42 zebras", "context_word", "context_word"),
    ("五华区应急局 Zebra 42!", "context_word", "context_word"),
    ("Zebra 13912345678 x", "context_word", "context_word"),
    ("Zebra crossings at 42nd", "", ""),
    ("  spaces at both ends 9A ", "", ""),
    ("🦓🦓 Zebra 42 🦓 crossing", "", ""),
    ("x" * 20 + "Y7!" + "zq" * 40, "", ""),
]


@pytest.mark.once
@pytest.mark.parametrize("rule", ["djbh", "asvs"])
@pytest.mark.parametrize(("password", "djbh", "asvs"), PASSWORDS)
def test_S02_forty_passwords_under_both_rules(person, settings, rule, password, djbh, asvs):
    settings.PASSWORD_RULE = rule
    user = person("zhangwei", "office")
    Unit.objects.update(name="五华区应急局")
    expected = djbh if rule == "djbh" else asvs
    try:
        validate_password(password, user)
        found = set()
    except ValidationError as error:
        found = {each.code for each in error.error_list}
    assert (expected in found) if expected else (not found), found


def test_S02_there_are_forty(db):
    assert len(PASSWORDS) == 40


def test_S02_no_password_of_the_last_five_comes_back_and_none_is_cut(person, clock, settings):
    user = person("li")
    used = [PASSWORD]
    for number in range(5):
        clock.shift(timedelta(days=1))
        new = f"Zebra-crossing-no-{number}" + "长" * 80
        commands.set_password(user, new, by=by(user), at=timezone.now())
        assert user.check_password(new)
        assert not user.check_password(new[:-1])
        used.append(new)
    for old in used[1:]:
        with pytest.raises(ValidationError):
            commands.set_password(user, old, by=by(user), at=timezone.now())
    settings.PASSWORD_RULE = "asvs"
    commands.set_password(user, used[1], by=by(user), at=timezone.now())


def test_S02_after_ninety_days_a_new_password_is_asked_for(person, clock, browser, no_factor):
    person("li", "office")
    clock.shift(timedelta(days=89))
    browser.sign_in("li")
    assert browser.get(reverse("accounts:units")).status_code == 200
    clock.shift(timedelta(days=2))
    browser.sign_in("li")
    assert browser.get(reverse("accounts:units")).headers["Location"] == reverse(
        "accounts:password"
    )
    new = "Zebra-crossing-no-9"
    answer = browser.post(
        reverse("accounts:password"), {"old": PASSWORD, "password": new, "again": new}
    )
    assert answer.status_code == 302
    assert browser.get(reverse("accounts:units")).status_code == 200


# S03


def test_S03_passwords_are_stored_as_argon2id_and_rehashed_when_the_profile_changes(
    person, browser, settings, no_factor
):
    user = person("li", "office")
    assert user.password.startswith("argon2$argon2id$")
    sm3 = "anlan.kernel.accounts.hashers.PBKDF2SM3PasswordHasher"
    settings.PASSWORD_HASHERS = [sm3, *settings.PASSWORD_HASHERS[:1]]
    browser.sign_in("li")
    user.refresh_from_db()
    assert user.password.startswith("pbkdf2_sm3$600000$")
    assert user.check_password(PASSWORD)


@pytest.mark.once
def test_S03_sm3_is_hashlibs_and_the_shipped_hashers_are_the_two_named(db):
    assert make_password("a", "salt", "pbkdf2_sm3").startswith("pbkdf2_sm3$600000$salt$")
    assert check_password("a", make_password("a", "salt", "pbkdf2_sm3"))
    from anlan.config import settings as shipped

    assert [name.rpartition(".")[2] for name in shipped.PASSWORD_HASHERS] == [
        "Argon2PasswordHasher",
        "PBKDF2SM3PasswordHasher",
    ]
