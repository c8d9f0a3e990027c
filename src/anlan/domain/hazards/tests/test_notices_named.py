"""A notice says what it is about: in the inbox by its first words, in a mail without them."""

from __future__ import annotations

from datetime import date, timedelta

from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from anlan.domain.hazards.models import Hazard
from anlan.domain.hazards.tests.stage import moment
from anlan.kernel.accounts.models import User
from anlan.kernel.loop import naming
from anlan.kernel.notices import delivering
from anlan.kernel.notices.naming import PLACE_CHARS_MAX, WORDS_CHARS_MAX, clipped

DAY = date(2026, 11, 2)
INBOX = "/inbox/"


def assigned(stage, text="消防通道被杂物堵塞", **more):
    play = stage(**more)
    play.do(DAY, "inspector", "find")
    Hazard.objects.filter(pk=play.pk).update(description=text)
    play.do(DAY, "office", "assign")
    return play


def inbox(client):
    return client.get(INBOX).content.decode()


def test_the_inbox_names_words_place_and_deadline(stage, client_of):
    play = assigned(stage)
    text = inbox(client_of("firm"))
    assert "<b>消防通道被杂物堵塞</b>" in text
    assert play.case.area.name in text
    assert f"due {play.case.due_on.isoformat()}" in text
    assert play.case.number in text


def test_words_are_cut_and_numbers_of_people_hidden(stage, client_of):
    assigned(stage, "联系人电话13812345678，消防通道\n被杂物堵塞" + "长" * 400)
    text = inbox(client_of("firm"))
    assert "13812345678" not in text
    assert "联系人电话••••，消防通道 被杂物堵塞" in text
    assert "长" * WORDS_CHARS_MAX not in text
    assert clipped("身份证53010219900101123X的" + "x" * 99, 20).startswith("身份证••••的")
    assert len(clipped("字" * 99, PLACE_CHARS_MAX)) == PLACE_CHARS_MAX


def test_S53_a_hostile_description_is_inert_in_the_inbox(stage, client_of):
    assigned(stage, "<script>alert(1)</script>\u202e")
    text = inbox(client_of("firm"))
    assert "<script>alert(1)" not in text
    assert "&lt;script&gt;alert(1)" in text
    assert "\u202e" not in text


def test_S14_who_may_no_longer_see_a_hazard_reads_the_sentence_alone(stage, client_of):
    play = assigned(stage)
    assert play.do(DAY, "office", "hand_over", "other_firm") == "assigned"
    text = inbox(client_of("firm"))
    assert client_of("firm").get(f"/hazards/{play.pk}/").status_code == 404
    assert play.case.number in text
    assert "消防通道" not in text
    assert "消防通道" in inbox(client_of("other_firm"))


def test_names_cost_the_same_however_many_notices_there_are(stage, client_of):
    client = client_of("firm")

    def statements() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            inbox(client)
        return len(seen)

    assigned(stage)
    statements()
    one = statements()
    for _ in range(4):
        assigned(stage)
    assert inbox(client).count("<b>消防通道被杂物堵塞</b>") == 5
    assert statements() == one


def sent(stage, settings, **more):
    settings.NOTICE_MAIL = True
    settings.SITE_URL = "https://anlan.example.cn"
    User.objects.filter(username="test-firm").update(email="firm@example.cn")
    play = assigned(stage, "张某某未佩戴安全帽，电话13812345678", **more)
    now = moment(DAY) + timedelta(hours=2)
    delivering.fan_out(now)
    delivering.deliver(now)
    return play, [letter for letter in mail.outbox if letter.to == ["firm@example.cn"]]


def test_S26_a_mail_names_whose_and_until_when_and_no_word_that_may_name_a_person(stage, settings):
    play, (letter,) = sent(stage, settings)
    due = play.case.due_on.isoformat()
    whose = play.case.area.name
    for part in (letter.subject, letter.body):
        assert whose in part
        assert due in part
        for word in ("张某某", "安全帽", "13812345678"):
            assert word not in part
    assert "\n" not in letter.subject
    assert play.case.number in letter.body


def test_a_subject_of_several_says_so(stage, settings):
    assigned(stage)
    _play, (letter,) = sent(stage, settings)
    assert "2" in letter.subject
    assert letter.subject.endswith("…")


def test_what_was_closed_has_no_deadline_any_more(stage, client_of):
    play = assigned(stage)
    office = play.cast.actor("office", timezone.localdate())
    assert naming.names([play.pk], office)[play.pk].due == play.case.due_on
    play.do(DAY, "firm", "receive")
    play.do(DAY, "office", "complete")
    for who, act in (("firm", "rectify"), ("inspector", "verify"), ("office", "close")):
        play.do(DAY, who, act)
    assert play.case.state == "closed"
    assert naming.names([play.pk], office)[play.pk].due is None
