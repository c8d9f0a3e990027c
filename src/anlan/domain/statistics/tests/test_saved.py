"""Saved views: kept, shared, awaited; each through the pages and under rights."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlparse

import pytest
from django.urls import reverse
from django.utils import timezone

from anlan.base.ids import uuid7
from anlan.base.refusal import Refusal
from anlan.domain.accidents.tests.desk import Desk
from anlan.domain.statistics import commands, settings
from anlan.domain.statistics.models import Awaited, View
from anlan.kernel.accounts.models import Role, User
from anlan.kernel.audit.models import AuditRow
from anlan.kernel.notices.models import Notice

pytestmark = pytest.mark.django_db
QUERY = "?area=530102&indicator=hazard.found&period=2026-06&rows=sector&compare=year"


def save(desk: Desk, who: str = "office", **more: Any) -> View:
    given = {"name": "六月分行业", "query": QUERY, "rolling": "", "request_id": uuid7(), **more}
    assert desk.browser(who).post(reverse("statistics:save"), given).status_code == 302
    return View.objects.get(name=given["name"], owner=desk.cast.users[who])


def act(desk: Desk, who: str, view: View, action: str, **given: Any) -> int:
    url = reverse("statistics:act", args=[view.pk, action])
    return desk.browser(who).post(url, {"request_id": uuid7(), **given}).status_code


def listed(desk: Desk, who: str) -> str:
    return desk.browser(who).get(reverse("statistics:views")).content.decode()


def test_a_saved_view_opens_the_same_analysis_again(desk: Desk) -> None:
    row = save(desk)
    answer = desk.browser("office").get(reverse("statistics:saved", args=[row.pk]))
    opened = parse_qs(urlparse(answer["Location"]).query)
    wanted = parse_qs(QUERY.lstrip("?"))
    assert {name: opened[name] for name in wanted} == wanted
    assert desk.browser("office").get(answer["Location"]).status_code == 200
    # Saved again under its name it is replaced.
    save(desk, query=QUERY.replace("2026-06", "2026-05"))
    assert View.objects.count() == 1
    assert AuditRow.objects.filter(action="statistics.save").count() == 2


def test_what_cant_be_read_or_isnt_mine_isnt_saved(desk: Desk) -> None:
    client = desk.browser("office")
    for wrong, status in (({"query": "?rows=colour"}, 422), ({"name": " "}, 422),
                          ({"rolling": "century"}, 422), ({"query": "?area=530103"}, 404)):  # fmt: skip
        given = {"name": "甲", "query": QUERY, "rolling": "", "request_id": uuid7(), **wrong}
        assert client.post(reverse("statistics:save"), given).status_code == status, wrong
    assert not View.objects.exists()


def test_a_rolling_view_is_of_the_latest_period_that_is_over(desk: Desk) -> None:
    row = save(desk, rolling="month")
    today = timezone.localdate()
    answer = desk.browser("office").get(reverse("statistics:saved", args=[row.pk]))
    last = today.replace(day=1) - timedelta(days=1)
    assert parse_qs(urlparse(answer["Location"]).query)["period"] == [f"{last:%Y-%m}"]


def test_a_shared_view_is_found_by_that_unit_and_shows_what_they_may_see(desk: Desk) -> None:
    row = save(desk)
    assert "六月分行业" not in listed(desk, "stranger")
    assert act(desk, "stranger", row, "wait") == 404
    assert act(desk, "stranger", row, "drop") == 404
    assert act(desk, "office", row, "share", unit="test-elsewhere") == 302
    assert "六月分行业" in listed(desk, "stranger")
    # The address is theirs to open, the area isn't.
    answer = desk.browser("stranger").get(reverse("statistics:saved", args=[row.pk]))
    assert desk.browser("stranger").get(answer["Location"]).status_code == 404
    assert act(desk, "stranger", row, "drop") == 403
    assert act(desk, "stranger", row, "wait") == 302
    assert act(desk, "office", row, "unshare", unit="test-elsewhere") == 302
    assert not Awaited.objects.exists(), "who can't open it any more waits for nothing"
    assert "六月分行业" not in listed(desk, "stranger")
    assert act(desk, "office", row, "share", unit="no-such") == 400


def test_who_waits_hears_once_of_each_period_that_is_over(desk: Desk) -> None:
    fixed, rolling = save(desk), save(desk, name="每月", rolling="month")
    assert act(desk, "office", fixed, "wait") == 302
    assert act(desk, "office", rolling, "wait") == 302
    told = Notice.objects.filter(kind="statistics.period_over")
    commands.tell_over(timezone.now())
    assert not told.exists(), "what was over when they asked is no news"
    later = timezone.now() + timedelta(days=40)
    commands.tell_over(later)
    commands.tell_over(later + timedelta(minutes=10))
    assert told.count() == 1
    assert told.get().about == str(rolling.pk)
    commands.tell_over(later + timedelta(days=31))
    assert told.count() == 2
    assert act(desk, "office", rolling, "stop-waiting") == 302
    commands.tell_over(later + timedelta(days=90))
    assert told.count() == 2


def test_a_repeat_changes_nothing_and_another_use_of_the_id_is_refused(desk: Desk) -> None:
    call = desk.call("office")
    pk = uuid7()
    for _n in range(2):
        assert commands.save(pk, name="甲", query=QUERY, **call) == pk
    with pytest.raises(Refusal) as caught:
        commands.save(pk, name="乙", query=QUERY, **call)
    assert caught.value.code == "request_reused"
    assert View.objects.count() == 1


def test_thresholds_are_the_topmost_offices_and_each_change_a_version(desk: Desk) -> None:
    given = {"version": 0, "threshold": "5", "least": 8, "apart": 3, "reason": "样本较少"}
    desk.cast.person("head", "province", Role.LEADER)
    User.objects.update(password_changed_at=timezone.now())
    assert desk.post("office", "statistics:outliers", **given).status_code == 403
    answer = desk.post("head", "statistics:outliers", **given)
    assert (answer.status_code, answer["Location"]) == (302, reverse("statistics:analysis"))
    assert settings.outliers() == settings.Outliers(settings.Decimal("5"), 8, 3)
    # Who looked at an older version is told so.
    assert desk.post("head", "statistics:outliers", **given).status_code == 409
    again = {**given, "version": 1, "least": 2}
    assert desk.post("head", "statistics:outliers", **again).status_code == 422
