"""The served product, seen by a program with a token: what it answers while something breaks."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from datetime import datetime
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener
from uuid import UUID
from zoneinfo import ZoneInfo

from tests.databases import ROOT

SECONDS_MAX = 60
AREA = "530102"
PASSWORD = "Correct-horse-9-battery"


@dataclass(frozen=True)
class Answer:
    #: 0 where there was none: the connection was refused, or cut.
    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    def json(self) -> Any:
        return json.loads(self.body)


def _lower(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def inspector() -> tuple[Any, str]:
    """Somebody of Wuhua's office who inspects, too, and a token of theirs."""
    from django.utils import timezone

    from anlan.base.actor import Actor
    from anlan.kernel.accounts import commands as accounts
    from anlan.kernel.accounts import held
    from anlan.kernel.accounts.commands import tokens
    from anlan.kernel.accounts.models import Role, User
    from anlan.kernel.regions.queries import by_code

    root, at = Actor(None, "test", trusted=True), timezone.now()
    office = accounts.create_unit(
        "f-office", "五华区安委办", "committee_office", by_code(AREA), by=root, at=at
    )
    user = accounts.create_person("f-inspector", "李检查", by=root, at=at)
    for role in (Role.INSPECTOR, Role.OFFICE):
        accounts.grant_post(user.pk, office, role, by=root, at=at)
    user = User.objects.get(pk=user.pk)
    user.set_password(PASSWORD)
    user.password_changed_at = at
    user.save()
    actor = held.actor(user, today=timezone.localdate(at))
    _token, secret = tokens.create_token("fault", ["hazard.*"], 1, by=actor, at=at)
    return user, secret


class Served:
    """``./anlan serve`` as a process group of its own."""

    def __init__(self, database: Any, port: int, environment: dict[str, str]) -> None:
        from django.db import connection

        self.user, self.token = inspector()
        connection.close()
        self.port, self.log = port, Path(database.home) / "serve.log"
        self.env = {**database.env, "ANLAN_MFA": "off", "ANLAN_UNSAFE": "1", **environment}
        self.start()

    def start(self) -> None:
        """Start it, for the first time or again after ``stop()``, on the same port."""
        port, env = self.port, self.env
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "anlan.config.cli", "serve", "--port", str(port),
                 "--workers", "1"],
                env=env, cwd=ROOT, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        self.until(lambda: self.get("/accounts/login/").status == 200, "never answered")

    def until(self, true: Any, what: str, seconds: float = SECONDS_MAX) -> float:
        """Wait until ``true()``; returns how long that took."""
        started = time.monotonic()
        while not true():
            assert time.monotonic() - started < seconds, f"{what}\n{self.log.read_text()[-3_000:]}"
            time.sleep(0.05)
        return time.monotonic() - started

    def ask(
        self, method: str, path: str, body: bytes | None = None, timeout: float = 30, **headers: str
    ) -> Answer:
        """One request; an answer of status 0 where none came."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            data=body,
            method=method,
            headers={name.replace("_", "-"): value for name, value in headers.items()},
        )
        started = time.monotonic()
        try:
            with urllib.request.urlopen(request, timeout=timeout) as got:
                content = got.read()
                return Answer(got.status, content, _lower(got.headers), time.monotonic() - started)
        except urllib.error.HTTPError as error:
            with error:
                return Answer(
                    error.code, error.read(), _lower(error.headers), time.monotonic() - started
                )
        except (OSError, ValueError, EOFError):
            return Answer(0, seconds=time.monotonic() - started)
        except Exception as error:  # http.client's: cut in the middle of an answer
            return Answer(0, str(error).encode(), seconds=time.monotonic() - started)

    def sign_in(self) -> str:
        """Through the page, with the password; returns the session's Cookie header."""
        jar = CookieJar()
        browser = build_opener(HTTPCookieProcessor(jar))
        address = f"http://127.0.0.1:{self.port}/accounts/login/"
        page = browser.open(address).read().decode()
        found = re.search(r'name="csrfmiddlewaretoken"[^>]*value="([^"]*)"', page)
        assert found, page[:2_000]
        given = {"csrfmiddlewaretoken": found.group(1), "login": "f-inspector",
                 "password": PASSWORD}  # fmt: skip
        browser.open(address, urlencode(given).encode())
        return "; ".join(f"{one.name}={one.value}" for one in jar)

    def get(self, path: str, **more: Any) -> Answer:
        return self.ask("GET", path, **more)

    def api(self, method: str, path: str, body: Any = None, **more: Any) -> Answer:
        data = None if body is None else json.dumps(body).encode()
        return self.ask(
            method, f"/api/v1/hazards{path}", data, Authorization=f"Bearer {self.token}",
            Content_Type="application/json", **more,
        )  # fmt: skip

    def find(self, pk: UUID, request_id: UUID, text: str = "灭火器过期", **more: Any) -> Answer:
        """Enter a hazard, as a phone would: both ids are the caller's."""
        today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
        body = {"description": text, "area": AREA, "found_on": today.isoformat()}
        return self.api("PUT", f"/{pk}/finding/{request_id}/", body, **more)

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
