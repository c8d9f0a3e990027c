"""A workbook through the import wizard, as an office sends it: upload, dry run, import, undo.

    ./anlan bench wizard --json -- --rows 50000

The product serves, with its worker, as ./anlan serve starts it; everything goes by HTTP.

wizard.seconds   from the first byte sent to the result: upload, dry run and import together
wizard.memory    the most that one of its processes ever held
wizard.overview  an overview read meanwhile, twice a second
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import re
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

from benchmarks._served import below, get, served
from benchmarks.importing import AREA, UNIT, write
from benchmarks.ledger import machine, result, scratch, setup

BAR_SECONDS, BAR_MEGABYTES, WAIT_SECONDS = 60, 1024, 600


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=50_000)
    asked = parser.parse_args()
    os.environ["ANLAN_MFA"] = "off"
    with scratch(), tempfile.TemporaryDirectory() as folder:
        book = Path(folder) / "register.xlsx"
        write(book, asked.rows)
        results = measured(book, asked.rows)
    print(json.dumps({"machine": machine(), "results": results}, indent=1, ensure_ascii=False))


def measured(book: Path, rows: int) -> list[dict[str, Any]]:
    setup()
    from django.core.management import call_command
    from django.db import connection

    from anlan.kernel.calendar import loading as calendar
    from anlan.kernel.regions import loading as regions

    call_command("migrate", verbosity=0, interactive=False)
    call_command("collectstatic", verbosity=0, interactive=False)
    regions.load_all(None, provinces=("53",))
    calendar.load_all()
    cookie = sender()
    connection.close()
    times: dict[str, float] = {}
    reads: list[float] = []
    with served() as (port, pids):
        browser = Browser(port, cookie, reads)
        start = time.perf_counter()
        page = browser.send("/hazards/imports/", files=[book])
        times["upload"] = time.perf_counter() - start
        for step in ("plan", "run", "undo"):
            begun = time.perf_counter()
            browser.send(f"{page}{step}/")
            browser.wait(page)
            times[step] = time.perf_counter() - begun
            if step == "run":
                whole = time.perf_counter() - start
        peak = max(_peak(pid) for pid in {*pids, *below(browser.server)})
    from anlan.domain.hazards.models import Batch

    batch = Batch.objects.get()
    assert (batch.created, batch.status) == (rows, Batch.Status.UNDONE), batch
    reads.sort()
    return [
        result("wizard.seconds", whole, "s", rows, bar=BAR_SECONDS, ok=whole <= BAR_SECONDS),
        *(result(f"wizard.{name}", took, "s", rows) for name, took in times.items()),
        result("wizard.memory", peak, "MB", rows, bar=BAR_MEGABYTES, ok=peak <= BAR_MEGABYTES),
        result("wizard.overview", statistics.median(reads), "ms", len(reads),
               p95=round(reads[int(len(reads) * 0.95)], 1)),
    ]  # fmt: skip


def sender() -> str:
    """The cookie of somebody who sends workbooks for a county."""
    from django.test import Client
    from django.utils import timezone

    from anlan.base.actor import Actor
    from anlan.kernel.accounts import commands as accounts
    from anlan.kernel.accounts.models import Role, User
    from anlan.kernel.regions.models import Region

    by, at = Actor(None, "bench", trusted=True), timezone.now()
    area = Region.objects.get(code=AREA)
    unit = accounts.create_unit(UNIT, UNIT, "committee_office", area, by=by, at=at)
    user = accounts.create_person("bench-sender", "sender", by=by, at=at)
    accounts.grant_post(user.pk, unit, Role.OFFICE, by=by, at=at)
    User.objects.filter(pk=user.pk).update(password_changed_at=at, last_seen_at=at)
    client = Client()
    client.force_login(User.objects.get(pk=user.pk))
    return "; ".join(f"{name}={value.value}" for name, value in client.cookies.items())


class Browser:
    """Just enough of one: forms with their token, redirects read and not followed."""

    def __init__(self, port: int, cookie: str, reads: list[float]) -> None:
        self.port, self.cookie, self.reads = port, cookie, reads
        self.server = os.getpid()
        headers, text = self._ask("GET", "/hazards/imports/")
        found = re.search(r'name="csrf-token" content="(\w+)"', text)
        token = re.search(r"(anlan-csrf=\w+)", "; ".join(headers.get_all("Set-Cookie", [])))
        assert found, text[:500]
        assert token, headers.items()
        self.token, self.cookie = found[1], f"{cookie}; {token[1]}"

    def send(self, path: str, files: list[Path] | None = None) -> str:
        """Post a form. Returns where it leads."""
        boundary = uuid4().hex
        parts = [
            b'--%s\r\nContent-Disposition: form-data; name="files"; filename="%s"\r\n'
            b"Content-Type: application/octet-stream\r\n\r\n%s\r\n"
            % (boundary.encode(), file.name.encode(), file.read_bytes())
            for file in files or []
        ]
        parts.append(f"--{boundary}--\r\n".encode())
        kind = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        headers, text = self._ask("POST", path, b"".join(parts), kind)
        assert "Location" in headers, text[:500]
        return headers["Location"]

    def wait(self, page: str) -> None:
        """Until the job is over, as the progress bar does; an overview is read beside it."""
        for _n in range(WAIT_SECONDS * 2):
            headers, _text = self._ask("GET", f"{page}progress/")
            if "HX-Refresh" in headers:
                return
            self.reads.append(get(self.port, self.cookie, "/")[0])
            time.sleep(0.5)
        sys.exit(f"{page} did not end")

    def _ask(
        self, method: str, path: str, body: bytes | None = None, more: dict[str, str] | None = None
    ) -> tuple[http.client.HTTPMessage, str]:
        own = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        headers = {"Cookie": self.cookie, "X-CSRFToken": getattr(self, "token", ""), **(more or {})}
        own.request(method, path, body, headers)
        answer = own.getresponse()
        text = answer.read().decode()
        own.close()
        assert answer.status in (200, 302), (method, path, answer.status, text[:500])
        return answer.headers, text


def _peak(pid: int) -> float:
    """Megabytes that a process has held at most; nothing where it has ended."""
    try:
        found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    except OSError:
        return 0.0
    return int(found[1]) / 1024 if found else 0.0


if __name__ == "__main__":
    main()
