"""A served copy of the product and people signed in to it, each in a browser of their own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
CHROMIUM = os.environ.get("ANLAN_CHROMIUM") or shutil.which("chromium")
VENDOR = ROOT / "src/anlan/ui/static/vendor/htmx.org"
PASSWORD = "Correct-horse-9-battery"
SECONDS_MAX = 60


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.realdb)
            item.add_marker(pytest.mark.sqlite)
            if not CHROMIUM:
                item.add_marker(pytest.mark.skip(reason="Chromium is absent"))
            if not VENDOR.exists():
                item.add_marker(pytest.mark.skip(reason="front-end libraries aren't set up"))


@cache
def hashed() -> str:
    from django.contrib.auth.hashers import make_password

    return make_password(PASSWORD)


def people() -> dict[str, Any]:
    """An office, an enterprise and their people in Wuhua, with passwords."""
    from django.utils import timezone

    from anlan.base.actor import Actor
    from anlan.kernel.accounts import commands as accounts
    from anlan.kernel.accounts.models import Role, User
    from anlan.kernel.regions.queries import by_code

    root, at, area = Actor(None, "test", trusted=True), timezone.now(), by_code("530102")
    made = {"by": root, "at": at}
    office = accounts.create_unit("wh-office", "五华区安委办", "committee_office", area, **made)
    firm = accounts.create_unit("wh-firm", "五华区模拟商贸城001", "enterprise", area, **made)
    cast = (
        ("officer", "王专员", office, Role.OFFICE),
        ("inspector", "李检查", office, Role.INSPECTOR),
        ("leader", "赵主任", office, Role.LEADER),
        ("safety", "陈安全员", firm, Role.RECTIFIER),
    )
    for username, name, unit, role in cast:
        user = accounts.create_person(username, name, by=root, at=at)
        accounts.grant_post(user.pk, unit, role, by=root, at=at)
        # Hashed once in a process: four times for each test, it took a second of it.
        User.objects.filter(pk=user.pk).update(password=hashed(), password_changed_at=at)
    return {"office": office, "firm": firm}


@pytest.fixture
def served(realdb: Any) -> Iterator[str]:
    """``./anlan serve`` on a database of this test's own; gives its address."""
    people()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env, log = {**realdb.env, "ANLAN_MFA": "off"}, realdb.home / "serve.log"
    process = subprocess.Popen(
        [sys.executable, "-m", "anlan.config.cli", "serve", "--port", str(port), "--workers", "1"],
        env=env, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=log.open("w"),
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + SECONDS_MAX
    try:
        while not _answers(address):
            assert time.monotonic() < deadline, "the product did not start"
            assert process.poll() is None, log.read_text()
            time.sleep(0.2)
        yield address
    finally:
        process.terminate()
        process.wait(30)
        # Shown by pytest where the test failed.
        sys.stderr.write(log.read_text())


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address + "/accounts/login/", timeout=5):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """Closed behind each module: while it is open, its loop is this thread's, and no other test
    of the same worker could run one of its own."""
    from playwright.sync_api import sync_playwright

    # Playwright runs a loop of its own; Django would take our fixtures for async code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def sign_in(chromium: Any, served: str) -> Iterator[Callable[..., Any]]:
    """``sign_in("officer")`` gives a page; at the end no browser may have complained."""
    complaints: list[str] = []
    contexts: list[Any] = []

    def enter(username: str, width: int = 1440, theme: str = "light") -> Any:
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, locale="zh-CN", base_url=served
        )
        contexts.append(context)
        context.add_cookies([{"name": "anlan-theme", "value": theme, "url": served}])
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "response",
            lambda r: complaints.append(f"{r.status} {r.url}") if r.status > 499 else None,
        )
        page.add_init_script(
            "document.addEventListener('securitypolicyviolation',"
            " e => console.error('CSP', e.violatedDirective, e.blockedURI))"
        )
        page.goto("/accounts/login/")
        page.fill("input[name=login]", username)
        page.fill("input[name=password]", PASSWORD)
        page.click("main button.btn-primary")
        page.wait_for_url(lambda url: "/login" not in url)
        return page

    yield enter
    for context in contexts:
        context.close()
    # A refusal is an answer (4xx), a search that is overtaken is given up, and where a test takes
    # the network away nothing is loaded: all are logged. 502 only a proxy says, a test's own.
    expected = ("status of 4", "htmx:", "ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "502 ")
    assert not [text for text in complaints if not any(part in text for part in expected)]
