"""What is sent to other systems is signed, and goes nowhere but where it may."""

from __future__ import annotations

import hashlib
import hmac
import http.server
import json
import threading
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest

from anlan.kernel.audit.models import AuditRow
from anlan.kernel.notices import calling, delivering
from anlan.kernel.notices.models import Delivery, State, Webhook
from anlan.kernel.notices.tests.stage import AT, LI, post, run

pytestmark = pytest.mark.usefixtures("declared")


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
