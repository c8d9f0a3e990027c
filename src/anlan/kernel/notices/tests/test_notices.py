"""A notice is there exactly if its event is, and is in the inbox of whom it concerns."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import translation

from anlan.base.actor import Actor
from anlan.kernel.accounts import commands
from anlan.kernel.accounts.models import Post
from anlan.kernel.notices import inbox, kinds, outbox
from anlan.kernel.notices.models import Notice, Recipient
from anlan.kernel.notices.tests.stage import AT, TODAY, post, texts, unread

pytestmark = pytest.mark.usefixtures("declared")


@pytest.mark.realdb
def test_a_notice_of_a_change_that_was_rolled_back_is_not_there(realdb):
    @transaction.atomic(durable=True)
    def change() -> None:
        post(to_users=[1])
        raise RuntimeError

    with pytest.raises(RuntimeError):
        change()
    assert not Notice.objects.exists()
    assert not Recipient.objects.exists()


def test_a_units_notice_is_in_the_inbox_of_everybody_with_a_post_there(people):
    post(to_units=[people["unit"]])
    assert unread(people["zhang"]) == 1
    assert unread(people["wang"]) == 1
    assert unread(people["li"]) == 0
    post(to_users=[people["li"]])
    assert unread(people["li"]) == 1


def test_S16_an_administrators_post_gets_no_business(people):
    post(to_units=[people["unit"]])
    assert unread(people["audit"]) == 0


def test_who_has_left_no_longer_gets_the_units_notices(people):
    post(to_units=[people["unit"]])
    held = Post.objects.get(user=people["zhang"])
    commands.end_post(held.pk, by=Actor(None, "house", trusted=True), at=AT - timedelta(days=1))
    assert texts(people["zhang"]) == []


def test_what_is_read_is_read_for_its_reader_alone(people):
    post(to_units=[people["unit"]])
    post(to_units=[people["unit"]], about="c-2")
    newest, oldest = inbox.page(people["zhang"], TODAY).items
    assert inbox.mark_read(people["zhang"], [oldest.id], today=TODAY, at=AT) == 1
    assert inbox.mark_read(people["li"], [newest.id], today=TODAY, at=AT) == 0, "not Li's to read"
    assert [item.read for item in inbox.page(people["zhang"], TODAY).items] == [False, True]
    assert unread(people["zhang"]) == 1
    assert unread(people["wang"]) == 2
    inbox.mark_all_read(people["zhang"], today=TODAY)
    assert unread(people["zhang"]) == 0
    post(to_units=[people["unit"]], about="c-3")
    (item,) = inbox.page(people["zhang"], TODAY, only_unread=True).items
    assert item.about == "c-3"


def test_a_notice_to_a_unit_and_to_its_member_shows_once(people):
    post(to_units=[people["unit"]], to_users=[people["zhang"]])
    assert len(texts(people["zhang"])) == 1


def test_the_inbox_pages_through_everything_once(people, monkeypatch):
    monkeypatch.setattr(inbox, "PAGE_ROWS", 4)
    posts = [outbox.Post("test.quiet", str(n), to_units=[people["unit"]]) for n in range(10)]
    assert outbox.post_many(posts, at=AT) == 10
    seen, before = [], None
    while True:
        page = inbox.page(people["zhang"], TODAY, before=before)
        seen += [item.about for item in page.items]
        before = page.next
        if before is None:
            break
    assert sorted(seen, key=int) == [str(n) for n in range(10)]
    assert len(seen) == 10


def test_the_badge_takes_few_statements_and_counts_no_further(
    people, django_assert_num_queries, monkeypatch
):
    monkeypatch.setattr(inbox, "UNREAD_MAX", 3)
    for number in range(5):
        post(to_units=[people["unit"]], about=number)
    with django_assert_num_queries(2):
        assert unread(people["zhang"]) == 3


def test_words_are_made_in_the_readers_language_when_it_is_read(people):
    post(to_users=[people["li"]])
    (item,) = inbox.page(people["li"], TODAY).items
    with translation.override("en"):
        assert item.text == "Case AH-1 is yours until 2024-06-28"
    assert item.link == "/cases/c-1/"


def test_words_survive_data_that_is_missing_and_an_app_that_is_gone():
    assert kinds.words("test.assigned", "c-1", {"number": "AH-1"}).endswith("—")
    assert kinds.words("gone.kind", "c-1", {}) == "gone.kind"


def test_one_event_is_one_notice(people):
    for _round in range(2):
        post(to_users=[people["li"]], key="assigned:c-1:3")
    post(to_users=[people["li"]], key="assigned:c-1:4")
    assert Notice.objects.count() == 2
    assert Recipient.objects.count() == 2


def test_a_notice_to_nobody_is_not_kept(people):
    post()
    assert not Notice.objects.exists()


def test_a_set_is_posted_in_two_statements(people, django_assert_num_queries):
    posts = [outbox.Post("test.quiet", str(n), to_units=[people["unit"]]) for n in range(50)]
    with django_assert_num_queries(2):
        outbox.post_many(posts, at=AT)
