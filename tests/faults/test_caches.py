"""F25: whatever a process remembers is forgotten at any moment, or is old: slower, never wrong."""

from __future__ import annotations

import functools
import gc
import re
import threading
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.faults import evidence
from tests.faults.served import inspector

pytestmark = pytest.mark.realdb
PAGES = ("/", "/hazards/", "/hazards/new/", "/areas/530102/", "/work/")
ROUNDS = 6


def caches() -> list[Any]:
    """Everything in our own code that remembers its answers."""
    kind = type(functools.lru_cache(lambda: None))
    # What a server in this process has set aside (base.collector) wouldn't be among them.
    gc.unfreeze()
    return [
        one for one in gc.get_objects()
        # Not isinstance: it would wake up what is lazy, wherever that lies.
        if type(one) is kind and str(getattr(one, "__module__", "")).startswith("anlan.")
    ]  # fmt: skip


def words(page: bytes) -> str:
    """A page's text without what differs each time."""
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "ID", page.decode())
    # Tokens against forgery are 64 characters, and times of day go on.
    return re.sub(r"\b[A-Za-z0-9]{64}\b|\d\d:\d\d(:\d\d)?", "", text)


@pytest.fixture
def browser(realdb: Any, settings: Any) -> Client:
    settings.MFA_OFF = True
    user, _token = inspector()
    client = Client()
    client.force_login(user)
    return client


def enter(text: str, user: Any) -> None:
    from anlan.base.ids import uuid7
    from anlan.domain.hazards import commands
    from anlan.domain.hazards.commands import Finding
    from anlan.kernel.accounts import held
    from anlan.kernel.regions.queries import by_code

    now = timezone.now()
    by = held.actor(user, today=timezone.localdate(now))
    item = Finding(
        pk=uuid7(), description=text, area_id=by_code("530102").pk, unit_id=by.unit_id or 0,
        opened_on=timezone.localdate(now), kind="hazard", grade="ordinary", source="inspection",
    )  # fmt: skip
    commands.find([item], by=by, at=now, request_id=uuid7())


def test_F25_pages_say_the_same_when_every_cache_is_emptied_all_the_time(browser, realdb):
    from anlan.kernel.accounts.models import User

    evidence.seed("F25")
    user = User.objects.get()
    for n in range(5):
        enter(f"{n}号通道堵塞", user)
    first = {page: words(browser.get(page, follow=True).content) for page in PAGES}
    found = caches()
    assert len(found) > 10
    stop = threading.Event()

    def empty() -> None:
        while not stop.wait(0.001):
            for one in found:
                one.cache_clear()

    emptier = threading.Thread(target=empty)
    emptier.start()
    try:
        for _round in range(ROUNDS):
            for page in PAGES:
                answer = browser.get(page, follow=True)
                assert answer.status_code == 200, page
                assert words(answer.content) == first[page], page
        enter("新发现的隐患", user)
    finally:
        stop.set()
        emptier.join()
    assert "新发现的隐患" in browser.get("/hazards/").content.decode()


def test_F25_what_another_process_changes_is_seen_at_once(browser, realdb):
    """Nothing that people can change is remembered past the request."""
    from django.db import connection

    from anlan.kernel.accounts.models import User

    user = User.objects.get()
    enter("一号通道堵塞", user)
    for page in PAGES:
        browser.get(page, follow=True)
    connection.close()
    script = (
        "from anlan.kernel.accounts.models import Unit, User\n"
        "from tests.faults.test_caches import enter\n"
        "Unit.objects.filter(code='f-office').update(name='五华区安全生产委员会办公室')\n"
        "enter('另一进程录入', User.objects.get())\n"
    )
    realdb.anlan("shell", "-c", script)
    assert "另一进程录入" in browser.get("/hazards/").content.decode()
    listed = browser.get("/hazards/").content.decode() + browser.get("/").content.decode()
    assert "五华区安委办" not in listed
