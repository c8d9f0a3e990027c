"""A notice is there exactly if its event is, reaches whom it concerns, and never goes missing."""

from __future__ import annotations

import hashlib
import hmac
import http.server
import json
import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.kernel.accounts.models import Post, Unit, User
from anlan.kernel.audit.models import AuditRow
from anlan.kernel.notices import calling, delivering, inbox, kinds, outbox
from anlan.kernel.notices.models import Breaker, Delivery, Notice, Recipient, State, Webhook
from anlan.kernel.regions.models import Region

AT = datetime(2024, 6, 25, 8, 30, tzinfo=UTC)  # 16:30 in China
TODAY = date(2024, 6, 25)
LI = Actor(7, "李建国", 12, "10.1.2.3")


@pytest.fixture(autouse=True)
def kind(monkeypatch) -> None:
    monkeypatch.setattr(kinds, "KINDS", {})
    kinds.declare("test.assigned", _("Case %(number)s is yours until %(due)s"), "/cases/%(about)s/")
    kinds.declare("test.alarm", "alarm", urgent=True)
    kinds.declare("test.quiet", "quiet", quiet=True)


@pytest.fixture
def people(db) -> dict[str, int]:
    """Zhang and Wang at the emergency bureau; Li alone; an auditor at the bureau."""
    area = Region.objects.get(code="530102")
    unit = Unit.objects.create(
        code="yj", name="应急局", kind="department", area=area, path=area.path
    )
    found = {"unit": unit.pk}
    roles = {"zhang": "inspector", "wang": "office", "li": None, "audit": "auditor"}
    for name, role in roles.items():
        user = User(username=name, name=name, password="!x", email=f"{name}@example.cn")
        user.save()
        if role:
            Post.objects.create(user=user, unit=unit, role=role)
        found[name] = user.pk
    return found


def post(kind: str = "test.assigned", about: object = "c-1", **options) -> None:
    data = {"number": "AH-1", "due": "2024-06-28"}
    outbox.post(kind, about=about, data=data, at=options.pop("at", AT), **options)


def texts(user: int, **options) -> list[str]:
    return [item.text for item in inbox.page(user, TODAY, **options).items]


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
    assert inbox.unread(people["zhang"], TODAY) == 1
    assert inbox.unread(people["wang"], TODAY) == 1
    assert inbox.unread(people["li"], TODAY) == 0
    post(to_users=[people["li"]])
    assert inbox.unread(people["li"], TODAY) == 1


def test_S16_an_administrators_post_gets_no_business(people):
    post(to_units=[people["unit"]])
    assert inbox.unread(people["audit"], TODAY) == 0


def test_who_has_left_no_longer_gets_the_units_notices(people):
    post(to_units=[people["unit"]])
    Post.objects.filter(user=people["zhang"]).update(valid_to=date(2024, 6, 24))
    assert texts(people["zhang"]) == []


def test_what_is_read_is_read_for_its_reader_alone(people):
    post(to_units=[people["unit"]])
    post(to_units=[people["unit"]], about="c-2")
    newest, oldest = inbox.page(people["zhang"], TODAY).items
    assert inbox.mark_read(people["zhang"], [oldest.id], today=TODAY, at=AT) == 1
    assert inbox.mark_read(people["li"], [newest.id], today=TODAY, at=AT) == 0, "not Li's to read"
    assert [item.read for item in inbox.page(people["zhang"], TODAY).items] == [False, True]
    assert inbox.unread(people["zhang"], TODAY) == 1
    assert inbox.unread(people["wang"], TODAY) == 2
    inbox.mark_all_read(people["zhang"], today=TODAY)
    assert inbox.unread(people["zhang"], TODAY) == 0
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
        assert inbox.unread(people["zhang"], TODAY) == 3


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


# Mail


@pytest.fixture
def mailing(settings) -> None:
    settings.NOTICE_MAIL = True
    settings.SITE_URL = "https://anlan.example.cn"


def run(now: datetime = AT) -> int:
    delivering.fan_out(now)
    return delivering.deliver(now)


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
    assert inbox.unread(people["zhang"], TODAY) == 1


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


# Webhooks


class Listener(http.server.BaseHTTPRequestHandler):
    status = 200
    wait = 0.0
    seen: list[tuple[dict[str, str], bytes]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).seen.append((dict(self.headers), body))
        time.sleep(type(self).wait)
        self.send_response(type(self).status)
        if type(self).status == 302:
            self.send_header("Location", "http://169.254.169.254/latest/meta-data/")
        self.end_headers()

    def log_message(self, *_args) -> None:
        pass


@pytest.fixture
def listener(settings) -> Iterator[str]:
    Listener.status, Listener.wait, Listener.seen = 200, 0.0, []
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settings.WEBHOOK_HOSTS = ["127.0.0.1/32"]
    yield f"http://127.0.0.1:{server.server_port}/hook"
    server.shutdown()


def test_a_webhook_gets_a_signed_notice(people, listener):
    delivering.add_webhook(listener, "s3cret", "test.a", by=LI, at=AT)
    post(to_users=[people["li"]])
    post("test.quiet", to_users=[people["li"]])
    assert run() == 1
    ((headers, body),) = Listener.seen
    content = json.loads(body)
    assert (content["kind"], content["about"]) == ("test.assigned", "c-1")
    stamp = headers["X-Anlan-Timestamp"]
    expected = hmac.new(b"s3cret", f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    assert headers["X-Anlan-Signature"] == f"sha256={expected}"
    assert headers["X-Anlan-Delivery"] == content["delivery"]


def test_S26_a_webhooks_secret_is_not_in_the_database_in_the_open(people, listener):
    hook = delivering.add_webhook(listener, "s3cret-value", by=LI, at=AT)
    assert "s3cret" not in Webhook.objects.get().secret
    assert delivering.hook_secret(hook) == "s3cret-value"
    assert "s3cret" not in (AuditRow.objects.latest("id").after or "")


def test_a_notice_sent_again_carries_the_same_number(people, listener):
    delivering.add_webhook(listener, "s", by=LI, at=AT)
    post(to_users=[people["li"]])
    Listener.status = 500
    assert run() == 0
    Listener.status = 200
    assert run(AT + timedelta(minutes=1)) == 1
    assert len({headers["X-Anlan-Delivery"] for headers, _ in Listener.seen}) == 1
    assert len(Listener.seen) == 2


def test_S36_a_redirect_is_a_failure_and_is_not_followed(people, listener):
    delivering.add_webhook(listener, "s", by=LI, at=AT)
    post(to_users=[people["li"]])
    Listener.status = 302
    assert run() == 0
    assert len(Listener.seen) == 1
    assert Delivery.objects.get().error == "HTTP 302"


def test_S36_a_slow_listener_is_cut_off(people, listener, monkeypatch):
    monkeypatch.setattr(calling, "CALL_SECONDS_MAX", 0.5)
    delivering.add_webhook(listener, "s", by=LI, at=AT)
    post(to_users=[people["li"]])
    Listener.wait = 3
    start = time.monotonic()
    assert run() == 0
    assert time.monotonic() - start < 2
    assert Delivery.objects.get().state == State.PENDING


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8000/",
        "http://localhost/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/",
        "http://[::ffff:169.254.169.254]/",
        "http://[::ffff:127.0.0.1]/",
        "http://0.0.0.0/",
        "http://10.0.0.5/",
        "http://192.168.1.1/",
        "http://2130706433/",
        "http://example.com/",
        "https://oa.example.cn@evil.example.com/",
        "https://user:pw@oa.example.cn/",
        "file:///etc/passwd",
        "ftp://oa.example.cn/",
        "gopher://oa.example.cn/",
        "https://",
        "http://[bad",
        "http://224.0.0.1/",
    ],
)
def test_S36_a_host_that_is_not_listed_is_not_called(url, settings, refused):
    settings.WEBHOOK_HOSTS = ["oa.example.cn"]
    with refused("call_refused"):
        calling.judge(url)


@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.169.254", "10.1.2.3", "::1", "fd00::1"])
def test_S36_a_listed_name_that_leads_into_a_private_network_is_refused(
    address, settings, refused, monkeypatch
):
    settings.WEBHOOK_HOSTS = ["oa.example.cn"]
    found = [(2, 1, 6, "", (each, 443)) for each in ("93.184.216.34", address)]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_args, **_options: found)
    with refused("call_refused"):
        calling.judge("https://oa.example.cn/")


def test_S36_the_connection_goes_to_the_address_that_was_judged(settings, monkeypatch):
    """A name server that answers otherwise the second time isn't asked a second time."""
    settings.WEBHOOK_HOSTS = ["oa.example.cn"]
    asked, connected = [], []

    def resolve(host, *_args, **_kwargs):
        asked.append(host)
        return [(2, 1, 6, "", ("93.184.216.34" if len(asked) == 1 else "127.0.0.1", 80))]

    def connect(address, *_args, **_kwargs):
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr("socket.getaddrinfo", resolve)
    monkeypatch.setattr("socket.create_connection", connect)
    with pytest.raises(calling.CallFailed):
        calling.post_json("http://oa.example.cn/hook", b"{}", {})
    assert (asked, connected) == (["oa.example.cn"], [("93.184.216.34", 80)])


def test_S36_the_metadata_address_is_never_called_even_if_listed(settings, refused):
    settings.WEBHOOK_HOSTS = ["0.0.0.0/0"]
    with refused("call_refused"):
        calling.judge("http://169.254.169.254/")


def test_S36_a_private_network_may_be_listed(settings):
    settings.WEBHOOK_HOSTS = ["10.20.0.0/16"]
    assert str(calling.judge("http://10.20.3.4:8080/x?y=1")[4]) == "10.20.3.4"
    assert calling.judge("http://10.20.3.4:8080/x?y=1")[3] == "/x?y=1"
