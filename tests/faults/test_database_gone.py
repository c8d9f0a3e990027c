"""The database is killed, stopped, restarted or stuck while people work: F03, F17, F18."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from contextlib import ExitStack, closing, suppress
from typing import Any
from uuid import UUID

import pytest

from anlan.base.ids import uuid7
from tests.faults import evidence

pytestmark = [pytest.mark.postgresql, pytest.mark.realdb, pytest.mark.faults]
WRITERS = 4
#: Seconds until pages work again after the database does (F17).
BACK_SECONDS_MAX = 5


class Load:
    """Writers that enter hazards one after the other and remember what was answered."""

    def __init__(self, web: Any) -> None:
        self.web, self.acknowledged, self.statuses = web, [], []
        self.refusals: list[Any] = []
        self.slowest = 0.0
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._write) for _ in range(WRITERS)]

    def _write(self) -> None:
        while not self._stop.is_set():
            pk = uuid7()
            got = self.web.find(pk, uuid7())
            if got.status == 429:  # refusals come quicker than a token may ask
                self._stop.wait(0.5)
                continue
            self.statuses.append(got.status)
            self.slowest = max(self.slowest, got.seconds)
            if got.status == 200:
                self.acknowledged.append(pk)
            elif got.status == 503:
                self.refusals.append(got)

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()


def present() -> set[UUID]:
    from django.db import connection

    from anlan.kernel.loop.models import Case

    connection.close()
    return set(Case.objects.values_list("pk", flat=True))


def backends(cluster: Any) -> list[int]:
    """Processes of sessions on our databases."""
    import psycopg

    try:
        own = psycopg.connect(cluster.url, autocommit=True)
    except psycopg.OperationalError:
        return []  # still recovering from the blow before
    with own:
        rows = own.execute(
            "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' "
            "AND pid <> pg_backend_pid()"
        )
        return [row[0] for row in rows]


@pytest.mark.parametrize("blow", ["backend", "postmaster", "immediate"])
def test_F03_a_killed_database_loses_nothing_that_was_answered(cluster, fragile, serve, blow):
    pick = random.Random(evidence.seed(f"F03-{blow}"))
    web = serve(fragile, ANLAN_POOL="1")
    with Load(web) as load:
        web.until(lambda: len(load.acknowledged) > 10, "no write went through")
        for _blow in range(3):
            time.sleep(pick.random())
            if blow == "backend":
                victims: list[int] = []
                web.until(lambda v=victims: v.extend(backends(cluster)) or v, "nobody connected")
                os.kill(pick.choice(victims), signal.SIGKILL)
                time.sleep(0.5)
            elif blow == "postmaster":
                cluster.kill()
                time.sleep(1)
                cluster.start()
            else:
                cluster.stop("immediate")
                time.sleep(1)
                cluster.start()
            before = len(load.acknowledged)
            web.until(
                lambda b=before: len(load.acknowledged) > b + 5, "no write after the blow", 40
            )
    # A refused connection while the web itself restarts would be 0: it stays up throughout.
    assert set(load.statuses) <= {200, 503}, set(load.statuses)
    lost = set(load.acknowledged) - present()
    assert not lost, f"{len(lost)} of {len(load.acknowledged)} answered writes are gone"
    for got in load.refusals:
        assert got.headers["retry-after"]
        said = got.json()
        # The audit's own refusal where the connection broke between a change and its row (S23).
        assert said.get("error", said)["code"] in ("busy", "audit_unwritable"), said
    report = fragile.anlan("check", "--json")
    assert '"ok": true' in report.stdout


def test_F03_a_form_sent_while_the_database_is_away_is_offered_again_as_it_was(
    cluster, fragile, serve
):
    """The page of the refusal holds what was typed, under the same request id."""
    from http.cookiejar import CookieJar
    from urllib.error import HTTPError
    from urllib.parse import urlencode
    from urllib.request import HTTPCookieProcessor, build_opener

    web = serve(fragile)
    jar = CookieJar()
    browser = build_opener(HTTPCookieProcessor(jar))
    address = f"http://127.0.0.1:{web.port}"

    def field(page: str, name: str) -> str:
        import re

        tag = re.search(rf'<input[^>]*name="{name}"[^>]*>', page)
        assert tag, name
        return re.search(r'value="([^"]*)"', tag.group()).group(1)

    page = browser.open(f"{address}/accounts/login/").read().decode()
    given = {"csrfmiddlewaretoken": field(page, "csrfmiddlewaretoken"), "login": "f-inspector",
             "password": "Correct-horse-9-battery"}  # fmt: skip
    browser.open(f"{address}/accounts/login/", urlencode(given).encode())
    page = browser.open(f"{address}/hazards/new/").read().decode()
    sent = {name: field(page, name) for name in ("csrfmiddlewaretoken", "pk", "request_id")}
    sent |= {"description": "二号库房“防爆灯”损坏<b>", "kind": "hazard"}
    cluster.stop("immediate")
    with pytest.raises(HTTPError) as caught:
        browser.open(f"{address}/hazards/new/", urlencode(sent).encode())
    assert caught.value.code == 503
    assert caught.value.headers["retry-after"]
    kept = caught.value.read().decode()
    assert field(kept, "request_id") == sent["request_id"]
    assert field(kept, "pk") == sent["pk"]
    assert "二号库房“防爆灯”损坏&lt;b&gt;" in kept
    # A password is never written into a page.
    with pytest.raises(HTTPError) as caught:
        browser.open(f"{address}/accounts/login/", urlencode(given).encode())
    assert caught.value.code == 503
    assert given["password"] not in caught.value.read().decode()
    cluster.start()


@pytest.mark.parametrize("pool", ["1", "0"])
def test_F17_after_a_restart_in_mid_request_pages_are_back_within_seconds(
    cluster, fragile, serve, pool
):
    evidence.seed("F17")
    web = serve(fragile, ANLAN_POOL=pool)
    with Load(web) as load:
        web.until(lambda: len(load.acknowledged) > 10, "no write went through")
        for _restart in range(3):
            cluster.stop("fast")
            time.sleep(0.5)
            cluster.start()
            before = len(load.acknowledged)
            took = web.until(lambda b=before: len(load.acknowledged) > b, "no write", 30)
            assert took < BACK_SECONDS_MAX
            # No stale connection is handed out later on: from here on all goes well.
            time.sleep(1)
            count = len(load.statuses)
            time.sleep(1)
            assert set(load.statuses[count + WRITERS :]) == {200}
    assert not set(load.acknowledged) - present()


def test_F17_more_requests_than_connections_wait_or_are_told_so(cluster, fragile, serve):
    """The server takes no more sessions: 503 and a time to come back, and then all is well."""
    import psycopg

    web = serve(fragile, ANLAN_POOL="0")
    assert web.find(uuid7(), uuid7()).status == 200
    with ExitStack() as every:
        held: list[Any] = []
        with suppress(psycopg.OperationalError):
            while len(held) < 250:
                held.append(every.enter_context(closing(psycopg.connect(cluster.url))))
        for pid in backends_of_web(held):
            held[0].execute("SELECT pg_terminate_backend(%s::int)", [pid])
        got = [web.find(uuid7(), uuid7()) for _ in range(5)]
        assert {one.status for one in got} <= {200, 503}
    web.until(lambda: web.find(uuid7(), uuid7()).status == 200, "still no connection", 10)


def backends_of_web(held: list[Any]) -> list[int]:
    own = {one.info.backend_pid for one in held}
    rows = held[0].execute("SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'")
    return [row[0] for row in rows if row[0] not in own]


def test_F18_a_stuck_lock_is_told_and_holds_up_nobody_else(cluster, fragile, serve):
    import psycopg

    web = serve(fragile)
    pk = uuid7()
    assert web.find(pk, uuid7()).status == 200
    with psycopg.connect(cluster.url.replace("/postgres?", f"/{fragile.name}?")) as holder:
        holder.execute("SELECT 1 FROM loop_case WHERE id = %s FOR UPDATE", [pk])
        stuck: list[Any] = []
        request_id = uuid7()

        def void() -> None:
            path = f"/{pk}/voiding/{request_id}/"
            stuck.append(web.api("PUT", path, {"reason": "录入有误"}, timeout=60))

        waits = threading.Thread(target=void)
        waits.start()
        time.sleep(0.5)
        # Others go on meanwhile, and what is locked can still be read.
        assert web.find(uuid7(), uuid7()).status == 200
        assert web.api("GET", f"/{pk}/").status == 200
        waits.join()
        assert stuck[0].status == 503, stuck[0]
        assert stuck[0].seconds < 30
        assert stuck[0].json()["code"] == "busy"
        assert stuck[0].headers["retry-after"]
        holder.rollback()
    again = web.api("PUT", f"/{pk}/voiding/{request_id}/", {"reason": "录入有误"})
    assert again.status == 200


def test_F18_a_page_s_statement_may_not_run_for_ever(cluster, fragile, serve):
    """The web's sessions carry a limit; the worker's, an import's or a check's do not."""
    import psycopg

    web = serve(fragile)
    assert web.find(uuid7(), uuid7()).status == 200
    done = fragile.anlan(
        "shell", "-c",
        "from django.db import connection as c; q = c.cursor(); q.execute('SHOW statement_timeout');"
        "print('limit', q.fetchone()[0])",
    )  # fmt: skip
    assert "limit 0" in done.stdout
    with psycopg.connect(cluster.url.replace("/postgres?", f"/{fragile.name}?")) as holder:
        # Reading waits for nothing but this: a lock that only maintenance takes.
        holder.execute("LOCK TABLE loop_case IN ACCESS EXCLUSIVE MODE")
        got = web.api("GET", "/", timeout=60)
        holder.rollback()
    assert (got.status, got.json()["code"]) == (503, "busy")
    assert got.seconds < 35
