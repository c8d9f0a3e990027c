"""F16: there is no broker; what is to be sent is rows. The sender is killed, the other side drops."""

from __future__ import annotations

import http.server
import json
import random
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from tests.faults import evidence

pytestmark = [pytest.mark.realdb, pytest.mark.faults]
NOTICES, KILLS = 120, 4
SECONDS_MAX = 120


class Receiver(http.server.ThreadingHTTPServer):
    """Another system: takes a delivery in, and now and then hangs up before it has said so."""

    def __init__(self, pick: random.Random) -> None:
        self.pick, self.got, self.cut = pick, [], 0
        super().__init__(("127.0.0.1", 0), Handler)


class Handler(http.server.BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append(json.loads(body))
        if self.server.pick.random() < 0.02:
            self.server.cut += 1
            self.close_connection = True
            return  # taken in, and no answer
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver(random.Random(evidence.seed("F16")))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()


def test_F16_what_a_killed_sender_had_to_send_is_sent_again_under_the_same_id(
    realdb: Any, receiver: Receiver, settings: Any
) -> None:
    from anlan.base.actor import Actor
    from anlan.kernel.notices import delivering, outbox
    from anlan.kernel.notices.models import Delivery, Notice, State

    settings.WEBHOOK_HOSTS = ["127.0.0.0/8"]
    root, at = Actor(None, "test", trusted=True), timezone.now()
    address = f"http://127.0.0.1:{receiver.server_address[1]}/hook"
    delivering.add_webhook(address, "s3cret", by=root, at=at)
    posts = [
        outbox.Post("loop.assigned", f"case-{n}", {"number": f"AL-{n}"}, to_users=(1,))
        for n in range(NOTICES)
    ]
    with transaction.atomic():
        outbox.post_many(posts, at=at)
    env = {**realdb.env, "ANLAN_WEBHOOK_HOSTS": "127.0.0.0/8"}

    def worker() -> subprocess.Popen[bytes]:
        import sys

        return subprocess.Popen(
            [sys.executable, "-m", "anlan.config.cli", "worker"], env=env,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def all_sent() -> bool:
        connection.close()
        return Delivery.objects.filter(state=State.SENT).count() == NOTICES

    for kill in range(KILLS):
        process = worker()
        before, deadline = len(receiver.got), time.monotonic() + SECONDS_MAX
        wanted = receiver.pick.randrange(1, NOTICES // (KILLS + 1))
        while len(receiver.got) < before + wanted and not all_sent():
            assert time.monotonic() < deadline, f"worker {kill} sent nothing"
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.wait()
    process, deadline = worker(), time.monotonic() + SECONDS_MAX
    try:
        while not all_sent():
            assert time.monotonic() < deadline, Counter(
                Delivery.objects.values_list("state", flat=True)
            )
            # What was cut off waits for its next try; nobody needs to wait with it.
            Delivery.objects.filter(state=State.PENDING).update(next_at=timezone.now())
            time.sleep(0.5)
    finally:
        process.kill()
        process.wait()
    ids = Counter(one["delivery"] for one in receiver.got)
    assert len(ids) == NOTICES, "each arrived, and a repeat bears the same id"
    assert len({one["notice"] for one in receiver.got}) == Notice.objects.count() == NOTICES
    now = timezone.now() + timedelta(hours=1)
    assert [ok for _name, ok, _n, _detail in delivering.invariants(now)] == [True]
