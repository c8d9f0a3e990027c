"""The inbox page shows a person's own notices and nobody else's; health says what is wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from anlan.base.actor import CLOCK
from anlan.kernel.accounts.models import Unit, User
from anlan.kernel.audit import sealing
from anlan.kernel.jobs.models import Job, State, Tick
from anlan.kernel.notices import inbox, kinds, outbox, watch
from anlan.kernel.notices.models import Notice
from anlan.kernel.notices.tests.stage import hold, unread
from anlan.kernel.regions.models import Region

AT = datetime.now(UTC)
TODAY = AT.date()


@pytest.fixture
def li(db, settings) -> User:
    settings.MFA_OFF = True
    area = Region.objects.get(code="530102")
    unit = Unit.objects.create(
        code="yj", name="应急局", kind="department", area=area, path=area.path
    )
    user = User(username="li", name="李建国", password="!x")
    user.save()
    hold(user, unit, "inspector")
    return user


@pytest.fixture
def browser(li) -> Client:
    client = Client()
    client.force_login(li, backend="anlan.kernel.accounts.signin.Backend")
    return client


@pytest.fixture(autouse=True)
def kind(monkeypatch) -> None:
    stated = kinds.Kind("test.x", "编号 %(n)s", "/inbox/?about=%(about)s")
    monkeypatch.setitem(kinds.KINDS, "test.x", stated)


def test_ones_own_notices_are_listed_opened_and_read(browser, li):
    outbox.post("test.x", to_users=[li.pk], about="c-1", data={"n": "AH-1 <b>"}, at=AT)
    outbox.post("test.x", to_users=[li.pk + 1_000], about="c-2", data={"n": "AH-2"}, at=AT)
    page = browser.get("/inbox/").content.decode()
    assert "AH-1 &lt;b&gt;" in page
    assert "AH-2" not in page
    mine = Notice.objects.get(about="c-1")
    answer = browser.post(f"/inbox/{mine.pk}/open/")
    assert (answer.status_code, answer["Location"]) == (302, "/inbox/?about=c-1")
    assert unread(li.pk) == 0
    assert "AH-1" not in browser.get("/inbox/?only=unread").content.decode()


def test_anothers_notice_is_neither_opened_nor_read(browser, li):
    outbox.post("test.x", to_users=[li.pk + 1_000], about="c-2", data={"n": "AH-2"}, at=AT)
    theirs = Notice.objects.get()
    assert browser.post(f"/inbox/{theirs.pk}/open/")["Location"] == "/inbox/"
    assert not theirs.reads.exists()


def test_all_is_read_at_once(browser, li):
    for number in range(3):
        outbox.post("test.x", to_users=[li.pk], data={"n": number}, at=AT)
    browser.post("/inbox/read-all/")
    assert unread(li.pk) == 0


def test_a_get_reads_nothing(browser, li):
    outbox.post("test.x", to_users=[li.pk], data={"n": 1}, at=AT)
    assert browser.get(f"/inbox/{Notice.objects.get().pk}/open/").status_code == 405
    assert unread(li.pk) == 1


def test_a_stranger_signs_in_first(db):
    for path in ("/inbox/", "/health/"):
        assert Client().get(path).status_code in (302, 401)


def test_the_bell_and_the_light_stand_on_each_page(browser, li):
    outbox.post("test.x", to_users=[li.pk], data={"n": 1}, at=AT)
    page = browser.get("/health/").content.decode()
    assert 'href="/inbox/"' in page
    assert "dot bad" in page, "no worker has ever ticked"
    Tick.objects.create(name="x", seconds=1, last_at=datetime.now(UTC))
    assert "dot ok" in browser.get("/health/").content.decode()


def test_health_shows_what_is_wrong(browser):
    Job.objects.create(
        task="hazards.import", state=State.DEAD, attempts_max=5, actor="x", created_at=AT,
        finished_at=AT, error_code="MemoryError",
    )  # fmt: skip
    page = browser.get("/health/").content.decode()
    assert "MemoryError" in page
    assert str(watch.WORDS["jobs_dead"]) in page
    assert str(watch.WORDS["worker_silent"]) in page


def test_S28_administrators_are_told_of_trouble_once_a_day(li, db):
    auditor = User(username="sj", name="审计员", password="!x")
    auditor.save()
    hold(auditor, Unit.objects.get(), "auditor")
    Tick.objects.create(name="x", seconds=1, last_at=AT)
    sealing.seal(AT)
    sealing.write_heads()
    assert watch.alarm(AT) == []
    late = AT + timedelta(minutes=1)
    for _round in range(3):
        assert watch.alarm(late) == ["worker_silent"]
    (item,) = inbox.page(auditor.pk, TODAY).items
    assert item.text == str(watch.WORDS["worker_silent"])
    assert unread(li.pk) == 0
    watch.alarm(late + timedelta(days=1))
    assert len(inbox.page(auditor.pk, TODAY).items) == 2


def test_S28_a_row_that_nobody_seals_alarms_within_a_minute(db):
    from anlan.kernel.audit import trail

    trail.record([trail.Entry("x.y", "x", 1)], by=CLOCK, at=AT)
    Tick.objects.create(name="x", seconds=1, last_at=AT + timedelta(seconds=60))
    assert "audit_unsealed" not in watch.problems(AT + timedelta(seconds=59))
    assert "audit_unsealed" in watch.problems(AT + timedelta(seconds=61))
