"""S39: a person sees, corrects and deletes what is kept about them; what others answer has a day.

S30: the phone number that they give is unreadable where it lies, and found by its sum alone.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

pytestmark = pytest.mark.django_db
PHONE = "13912340001"
ENGLISH = {"accept-language": "en"}


def ask(browser: Any, kind: str, text: str = "please") -> Any:
    return browser.post(reverse("accounts:ask_data"), {"kind": kind, "text": text})


def give(browser: Any, phone: str, email: str = "") -> Any:
    return browser.post(reverse("accounts:change_own"), {"phone": phone, "email": email})


def stored(table: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table}")
        return str(cursor.fetchall())


def test_S39_a_person_sees_all_that_is_kept_and_nothing_of_others(
    person: Any, browser: Any, no_factor: Any
) -> None:
    person("li", "office", email="li@office.example")
    person("wang", "office", email="wang@office.example")
    browser.sign_in("li")
    page = browser.get(reverse("accounts:my_data"), headers=ENGLISH).content.decode()
    assert "li@office.example" in page
    assert "Unit of li" in page
    assert "wang" not in page
    assert reverse("accounts:own_copy") in page


def test_S39_what_one_gave_oneself_is_corrected_and_deleted_at_once(
    person: Any, browser: Any, no_factor: Any
) -> None:
    from anlan.base import sealed
    from anlan.kernel.accounts.models import User
    from anlan.kernel.audit.models import AuditRow

    li = person("li", "office", email="old@office.example")
    browser.sign_in("li")
    assert give(browser, "139 1234 0001", "new@office.example").status_code == 302
    now = User.objects.get(pk=li.pk)
    assert (now.email, sealed.read(now, "phone")) == ("new@office.example", PHONE)
    assert give(browser, "ring me").status_code == 422
    assert give(browser, "").status_code == 302
    now = User.objects.get(pk=li.pk)
    assert (now.email, now.phone, now.phone_sum) == ("", "", "")
    rows = AuditRow.objects.filter(action="accounts.own_changed")
    assert rows.count() == 2
    assert not any(PHONE in str(vars(row)) for row in rows)


def test_S39_one_looks_only_after_showing_who_one_is(
    person: Any, browser: Any, clock: Any, no_factor: Any
) -> None:
    person("li", "office")
    browser.sign_in("li")
    clock.shift(timedelta(minutes=6))
    page = reverse("accounts:my_data")
    assert browser.get(page).status_code in (302, 403)
    assert give(browser, PHONE).status_code in (302, 403)
    assert ask(browser, "erase").status_code in (302, 403)


def test_S39_a_request_has_a_day_and_somebody_else_answers_it(
    person: Any, browser: Any, other: Any, clock: Any, no_factor: Any, settings: Any
) -> None:
    from anlan.kernel.accounts.models import DataRequest
    from anlan.kernel.notices import watch

    settings.DATA_REQUEST_DAYS = 15
    person("li", "office")
    person("root", "system_admin")
    person("auditor", "auditor")
    browser.sign_in("li")
    other.sign_in("root")
    assert ask(browser, "correct", "my name is written wrong").status_code == 302
    assert ask(browser, "correct", "again").status_code == 422, "one of a kind waits at a time"
    row = DataRequest.objects.get()
    assert row.due_on == timezone.localdate() + timedelta(days=15)
    answer = reverse("accounts:answer_data", args=[row.pk])
    data = {"done": "1", "answer": "changed"}
    assert browser.post(answer, data).status_code == 403, "not by whoever asks"
    page = other.get(reverse("accounts:data_requests")).content.decode()
    assert "my name is written wrong" in page

    now = timezone.now()
    assert "data_requests_late" not in watch.problems(now + timedelta(days=15))
    assert "data_requests_late" in watch.problems(now + timedelta(days=16))

    assert other.post(answer, {"done": "1", "answer": ""}).status_code == 422
    assert other.post(answer, data).status_code == 302
    assert other.post(answer, data).status_code == 422, "it was answered"
    assert "data_requests_late" not in watch.problems(now + timedelta(days=16))
    assert "changed" in browser.get(reverse("accounts:my_data")).content.decode()


def test_S39_nobody_answers_their_own_request(person: Any, browser: Any, no_factor: Any) -> None:
    from anlan.kernel.accounts.models import DataRequest

    person("root", "system_admin")
    browser.sign_in("root")
    assert ask(browser, "explain").status_code == 302
    row = DataRequest.objects.get()
    answer = reverse("accounts:answer_data", args=[row.pk])
    assert browser.post(answer, {"done": "1", "answer": "x"}).status_code == 403
    assert DataRequest.objects.get().answered_at is None


def test_S39_S41_an_account_that_is_closed_keeps_nothing_of_its_person(
    person: Any, browser: Any, other: Any, no_factor: Any
) -> None:
    from anlan.kernel.accounts import commands, held
    from anlan.kernel.accounts.models import DataRequest, Post, SavedFilter, User
    from anlan.kernel.audit.models import SubjectKey

    li = person("li", "office", email="li@office.example")
    User.objects.filter(pk=li.pk).update(name="李四四")
    person("root", "system_admin")
    browser.sign_in("li")
    give(browser, PHONE, "li@office.example")
    by = held.actor(User.objects.get(pk=li.pk), today=timezone.localdate())
    commands.create_token("nightly", ["accounts.own"], 30, by=by, at=timezone.now())
    SavedFilter.objects.create(
        user=li, page="x", name="李四四的", query="", saved_at=timezone.now()
    )
    ask(browser, "erase", "李四四 leaves")
    other.sign_in("root")
    answer = reverse("accounts:answer_data", args=[DataRequest.objects.get().pk])
    assert other.post(answer, {"done": "1", "answer": "done, 李四四"}).status_code == 302

    assert not browser.is_in, "the session has ended"
    assert browser.sign_in("li").status_code == 200, "and nobody gets in any more"
    gone = User.objects.get(pk=li.pk)
    assert (gone.is_active, gone.email, gone.phone) == (False, "", "")
    assert not Post.objects.filter(user=li).held_on(timezone.localdate()).exists()
    assert SubjectKey.objects.get(subject=f"user:{li.pk}").wrapped is None
    for table in ("accounts_user", "accounts_savedfilter", "accounts_apitoken",
                  "accounts_datarequest", "accounts_post", "accounts_usersession"):  # fmt: skip
        kept = stored(table)
        assert "李四四" not in kept, table
        assert "li@office.example" not in kept, table


def test_S39_an_administrators_account_is_closed_by_two(
    person: Any, browser: Any, other: Any, no_factor: Any
) -> None:
    from anlan.kernel.accounts.models import DataRequest, User

    watcher = person("watcher", "auditor")
    person("root", "system_admin")
    browser.sign_in("watcher")
    ask(browser, "erase")
    other.sign_in("root")
    row = DataRequest.objects.get()
    answer = reverse("accounts:answer_data", args=[row.pk])
    assert other.post(answer, {"done": "1", "answer": "x"}).status_code == 422
    assert User.objects.get(pk=watcher.pk).is_active
    assert DataRequest.objects.get().answered_at is None, "all or nothing"


def test_S30_a_phone_number_is_nowhere_in_the_open_and_found_by_its_sum(
    person: Any, browser: Any, other: Any, no_factor: Any
) -> None:
    from anlan.kernel.audit.models import AuditRow

    li = person("li", "office")
    person("root", "system_admin")
    browser.sign_in("li")
    give(browser, PHONE)
    for table in connection.introspection.table_names():
        assert PHONE not in stored(table), table
    other.sign_in("root")
    link = reverse("accounts:person", args=[li.pk])

    def leads_to(who: Any, number: str) -> str:
        answer = who.post(reverse("accounts:caller"), {"phone": number})
        return answer.headers.get("Location", str(answer.status_code))

    assert leads_to(other, "139-1234-0001") == link, "however it is written"
    assert leads_to(other, "13912340002") == reverse("accounts:people")
    assert leads_to(other, "1391234") == reverse("accounts:people"), "and not by a part of it"
    assert leads_to(other, "") == reverse("accounts:people")
    assert PHONE not in other.get(link).content.decode()
    assert leads_to(browser, PHONE) == "403", "only who makes links for passwords compares numbers"
    assert AuditRow.objects.filter(action="accounts.caller_checked").count() == 4


def test_S30_a_number_that_was_moved_to_another_row_is_refused(
    person: Any, browser: Any, other: Any, no_factor: Any
) -> None:
    from anlan.base import crypto, sealed
    from anlan.kernel.accounts.models import User

    li, wang = person("li", "office"), person("wang", "office")
    browser.sign_in("li")
    other.sign_in("wang")
    give(browser, PHONE)
    give(other, "13912340002")
    one, two = User.objects.get(pk=li.pk), User.objects.get(pk=wang.pk)
    assert one.phone_sum != two.phone_sum
    User.objects.filter(pk=li.pk).update(phone=two.phone, phone_sum=two.phone_sum)
    with pytest.raises(crypto.Tampered):
        sealed.read(User.objects.get(pk=li.pk), "phone")
    assert browser.get(reverse("accounts:my_data")).status_code == 500
    assert sealed.read(User.objects.get(pk=wang.pk), "phone") == "13912340002"
