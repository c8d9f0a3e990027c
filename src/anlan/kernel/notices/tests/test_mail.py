"""Letters: who gets them, when, and what becomes of those that can't be sent."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.db import transaction

from anlan.kernel.accounts.models import User
from anlan.kernel.audit.models import AuditRow
from anlan.kernel.notices import delivering, kinds, outbox
from anlan.kernel.notices.models import Breaker, Delivery
from anlan.kernel.notices.tests.stage import AT, LI, post, run, unread

pytestmark = pytest.mark.usefixtures("declared")


def test_a_round_sends_each_person_one_letter(people, mailing):
    for number in range(30):
        post(to_units=[people["unit"]], about=f"c-{number}")
    post("test.quiet", to_units=[people["unit"]])
    assert run() == 60
    assert sorted(letter.to[0] for letter in mail.outbox) == ["wang@example.cn", "zhang@example.cn"]
    body = mail.outbox[0].body
    assert body.count("AH-1") == delivering.LETTER_LINES_MAX
    assert "10" in body.splitlines()[-1]
    assert body.count("https://anlan.example.cn/cases/c-") == delivering.LETTER_LINES_MAX
    assert run(AT + timedelta(hours=1)) == 0
    assert len(mail.outbox) == 2


def test_without_a_mail_server_notices_stay_in_the_inbox(people, settings):
    settings.NOTICE_MAIL = False
    post(to_units=[people["unit"]])
    run()
    assert not Delivery.objects.exists()
    assert unread(people["zhang"]) == 1


@pytest.mark.parametrize(
    "text", ["=cmd|' /C calc'!A0", "a\r\nBcc: x@example.cn", "<script>alert(1)"]
)
def test_S53_hostile_text_is_inert_in_a_mail(people, mailing, text):
    outbox.post("test.assigned", to_users=[people["li"]], data={"number": text, "due": "x"}, at=AT)
    assert run() == 1
    (letter,) = mail.outbox
    message = letter.message()
    assert message.get_content_type() == "text/plain"
    assert message["Bcc"] is None
    assert letter.recipients() == ["li@example.cn"]


@pytest.mark.parametrize(
    ("local", "goes_out"),
    [
        ("21:59", "21:59"),
        ("22:00", "07:00"),
        ("03:00", "07:00"),
        ("06:59", "07:00"),
        ("07:00", "07:00"),
    ],
)
def test_at_night_only_what_is_urgent_goes_out(settings, local, goes_out):
    from django.utils import timezone

    settings.NOTICE_QUIET_HOURS = "22:00-07:00"
    now = datetime.fromisoformat(f"2024-06-25T{local}:00+08:00")
    moment = delivering.after_quiet_hours(now)
    assert timezone.localtime(moment).strftime("%H:%M") == goes_out
    assert timedelta(0) <= moment - now < timedelta(hours=10)


def test_an_urgent_notice_does_not_wait_for_the_morning(people, mailing, settings):
    settings.NOTICE_QUIET_HOURS = "00:00-23:59"
    post(to_users=[people["li"]])
    post("test.alarm", to_users=[people["li"]])
    assert run() == 1
    assert "alarm" in mail.outbox[0].body


def test_F21_a_dead_mail_server_trips_the_breaker_and_is_tried_again(people, mailing, monkeypatch):
    calls = []

    def fail(*_args, **_kwargs):
        calls.append(1)
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.EmailMessage.send", fail)
    post(to_units=[people["unit"]])
    now = AT
    for _round in range(10):
        run(now)
        now += timedelta(seconds=BREAK)
    assert Breaker.objects.get(channel="mail").failures >= delivering.TRIP_FAILURES
    assert delivering.health(now) == ["notices_channel_down"]
    tried = len(calls)
    for _round in range(5):
        run(now)
    assert len(calls) == tried, "while it is open nobody calls"
    assert next(delivering.invariants(now))[1], "waiting behind an open breaker is on its way"

    monkeypatch.undo()
    kinds.declare("test.assigned", "x")
    from django.conf import settings as live

    live.NOTICE_MAIL = True
    assert run(now + timedelta(hours=2)) == 2
    assert delivering.health(now) == []


BREAK = 40


def test_I7_what_cannot_be_sent_ends_as_a_dead_letter_that_a_person_sends_again(
    people, mailing, monkeypatch
):
    def fail(*_args, **_kwargs):
        raise TimeoutError

    with monkeypatch.context() as patched:
        patched.setattr("django.core.mail.EmailMessage.send", fail)
        post(to_users=[people["li"]])
        now = AT
        for _round in range(delivering.ATTEMPTS_MAX):
            run(now)
            now += timedelta(hours=2)
    assert delivering.dead_letters() == {"mail": 1}
    assert "notices_dead_letters" in delivering.health(now)
    assert next(delivering.invariants(now))[1], "visible is not lost"
    assert run(now) == 0
    assert delivering.send_again("mail", by=LI, at=now) == 1
    assert run(now) == 1
    assert AuditRow.objects.latest("id").action == "notices.send_again"


def test_I7_an_outbox_that_nobody_empties_is_reported(people):
    post(to_users=[people["li"]])
    assert next(delivering.invariants(AT))[1]
    (_name, ok, checked, detail) = next(delivering.invariants(AT + timedelta(minutes=11)))
    assert (ok, checked, detail) == (False, 1, "1 not fanned out")
    run(AT)
    assert next(delivering.invariants(AT + timedelta(minutes=11)))[1]


def test_I7_a_delivery_that_nobody_sends_is_reported(people, mailing):
    post(to_users=[people["li"]])
    delivering.fan_out(AT)
    assert next(delivering.invariants(AT + timedelta(minutes=11)))[3] == "1 stuck"


def test_a_killed_worker_sends_again_and_leaves_nobody_out(people, mailing, monkeypatch):
    """Killed between sending and writing it down: at least once means twice now, never none."""
    post(to_units=[people["unit"]])
    with monkeypatch.context() as patched:
        patched.setattr(delivering, "_succeeded", _killed)
        with pytest.raises(KeyboardInterrupt):
            run()
    assert run() == 2
    assert {letter.to[0] for letter in mail.outbox} == {"wang@example.cn", "zhang@example.cn"}


def _killed(*_args) -> None:
    raise KeyboardInterrupt


@pytest.mark.realdb
def test_fanning_out_twice_at_once_gives_each_delivery_once(realdb, settings):
    settings.NOTICE_MAIL = True
    user = User(username="li", name="li", password="!x", email="li@example.cn")
    user.save()
    with transaction.atomic():
        for number in range(40):
            post(to_users=[user.pk], about=number)
    answers = realdb.together(lambda n: delivering.fan_out(AT), 6)
    assert sum(answers) == 40, answers
    assert Delivery.objects.count() == 40
