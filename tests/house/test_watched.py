"""The watches over the whole suite see what they are there for (S26, S36)."""

from __future__ import annotations

import logging
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.db import OperationalError
from django.test import Client, RequestFactory
from django.urls import reverse

from anlan.base import crypto, logs
from anlan.config import testing, testing_offline
from tests import outward

CANARY = "CANARY-v4lue-17"
log = logging.getLogger("anlan.test")


# --- S26: every secret of every test is a canary


def test_S26_a_password_in_a_log_line_fails_the_test_that_passes_by(canary_watch: Any) -> None:
    from anlan.kernel.accounts.models import User

    User().set_password(CANARY)
    assert canary_watch.told() == []
    log.info("somebody chose %s", CANARY)
    (told,) = canary_watch.told()
    assert told.startswith("a password in the log")
    assert CANARY not in told
    canary_watch.clear()


@pytest.mark.django_db
def test_S26_so_does_a_token_a_sealed_value_or_a_personal_one(canary_watch: Any) -> None:
    secrets = ("CANARY-token-1", "CANARY-sealed-2", "13800138000")
    crypto.blind(secrets[0], "accounts/token")
    crypto.seal(secrets[1].encode(), "table.column:1", "test")
    crypto.seal_under(b"k" * 32, crypto.SUITES["gm"], b'"13800138000"', b"user:1")
    for secret in secrets:
        log.warning("about %s", secret)
    assert len(canary_watch.told()) == 3
    canary_watch.lines.clear()
    Client().get("/nowhere/", {"phone": secrets[2]})
    assert [line.partition(":")[0] for line in canary_watch.told()] == [
        "a personal value in an address"
    ]
    canary_watch.clear()


def test_S26_nobody_forges_a_record_or_steers_a_terminal() -> None:
    said = "Li\r\n2026-11-22 anlan: all is well\n\x1b[2J\u2028x\x00"
    record = logging.LogRecord("anlan.x", logging.WARNING, "", 0, "by %s", (said,), None)
    first, *others = logs.Folded().format(record).splitlines()
    assert first == "by Li"
    assert all(line.startswith("    ") for line in others)
    assert not any(sign in "".join(others) for sign in "\r\x1b\u2028\x00")


def test_S26_what_an_exception_says_is_not_logged(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        raise ValueError(f"Key (phone)=({CANARY}) already exists")
    except ValueError:
        logging.getLogger("anlan.request").exception("it failed")
    told = capsys.readouterr().err
    assert "it failed\n    ValueError\n" in told
    assert Path(__file__).name in told
    assert CANARY not in told


@pytest.mark.django_db
def test_S26_a_link_that_still_works_stands_in_no_log_and_no_mail(
    canary_watch: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database is away while somebody opens it: the failure is logged, the link is not."""
    from anlan.kernel.accounts import commands

    def gone(*args: object) -> None:
        raise OperationalError(f"server closed the connection, {CANARY}")

    monkeypatch.setattr(commands, "open_link", gone)
    link = reverse("accounts:link", args=[CANARY])
    assert Client(raise_request_exception=False).get(link).status_code == 503
    (line,) = (line for line in canary_watch.lines if "failed" in line)
    assert line.endswith("/accounts/link/***/ failed: OperationalError")
    assert mail.outbox == []


def test_S26_an_address_is_logged_quoted_without_query_and_without_its_secret() -> None:
    ask = RequestFactory().get
    assert logs.where(ask(f"/accounts/link/{CANARY}/?q=1")) == "/accounts/link/***/"
    assert logs.where(ask("/x%0d%0a2026 anlan: forged/?phone=13800138000")) == (
        "/x%0D%0A2026%20anlan%3A%20forged/"
    )


# --- S36: no test talks to the world


def test_S36_a_test_that_calls_the_world_fails() -> None:
    with outward.tried() as told:
        with pytest.raises(OSError, match="no test talks"):
            socket.create_connection(("192.0.2.1", 80), timeout=1)
        with pytest.raises(OSError, match="no test talks"):
            socket.getaddrinfo("example.org", 443)
    assert told == ["socket.connect 192.0.2.1", "socket.getaddrinfo example.org"]
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=5).close()


OUT = """
import errno, socket
server = socket.create_server(("127.0.0.1", 0))
socket.create_connection(server.getsockname(), timeout=5).close()
try:
    socket.create_connection(("192.0.2.1", 80), timeout=5)
except OSError as error:
    print(error.errno == errno.ENETUNREACH, [name for _n, name in socket.if_nameindex()])
"""


def test_S36_all_tests_and_what_they_start_run_where_nothing_leads_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Only the loopback is there. Who isn't root has the watch in each process alone, and is told."""
    before = testing_offline.prefix()
    asked: list[list[str]] = []

    def run(command: list[str], **_more: object) -> Any:
        asked.append(command)
        return subprocess.CompletedProcess(command, testing.NO_TESTS)

    if before:
        done = subprocess.run(
            [*before, sys.executable, "-c", OUT], capture_output=True, text=True, check=True,
            env=testing._environment(),
        )  # fmt: skip
        assert done.stdout.startswith("True ['lo'")
    monkeypatch.setattr(subprocess, "run", run)
    args = testing.argparse.Namespace(tier="", k="", strict=False)
    testing._pytest("sqlite", args, tmp_path, "", without="postgresql")
    ((*command,),) = asked
    assert command[: len(before) + 3] == [*before, sys.executable, "-m", "pytest"]
