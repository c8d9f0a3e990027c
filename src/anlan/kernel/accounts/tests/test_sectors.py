"""条 × 块: who regulates what where, the gaps, and changing it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from anlan.base.actor import Actor
from anlan.base.refusal import NotAllowed
from anlan.kernel.accounts import commands, held, sectors
from anlan.kernel.accounts.commands import Land, RegulatorRefused
from anlan.kernel.accounts.models import Unit
from anlan.kernel.audit.models import AuditRow
from anlan.kernel.regions.models import Region

CLI = Actor(None, "cli:test", trusted=True)
pytestmark = pytest.mark.django_db


def place(code: str) -> Region:
    return Region.objects.get(code=code)


def department(code: str, area: str, *held_in: str) -> Unit:
    lands = [Land(place(area), sector) for sector in held_in]
    return commands.create_unit(
        code, code, "department", place(area), by=CLI, at=timezone.now(), lands=lands
    )


def line(area: str, sector: str) -> sectors.Line:
    found = sectors.matrix(place(area), timezone.localdate())
    return next(each for each in found if each.sector.code == sector)


def test_a_sector_is_a_gap_only_where_nobody_answers_for_it_by_name(clock: Any) -> None:
    assert line("530102", "coal").gap
    # Over every sector is over none by name.
    commands.create_unit("all", "all", "department", place("530102"), by=CLI, at=timezone.now())
    assert line("530102", "coal").gap
    department("city-nj", "530100", "coal")
    assert not line("530102", "coal").gap
    assert [each.unit.code for each in line("530102", "coal").above] == ["city-nj"]
    assert line("530102", "coal").own == []
    assert [each.own for each in line("530100", "coal").own] == [True]


def test_below_shows_which_areas_have_none_of_their_own(clock: Any) -> None:
    department("wh-yj", "530102", "hazchem")
    parts = [place("530102"), place("530103")]
    row = next(
        each
        for each in sectors.spread(place("530100"), parts, timezone.localdate())
        if each.sector.code == "hazchem"
    )
    assert (row.counts, row.from_above, row.gaps) == ([1, 0], False, 1)
    department("km-yj", "530100", "hazchem")
    row = next(
        each
        for each in sectors.spread(place("530100"), parts, timezone.localdate())
        if each.sector.code == "hazchem"
    )
    assert (row.from_above, row.gaps) == (True, 0)


def test_a_change_holds_from_today_and_is_on_record_with_its_reason(clock: Any) -> None:
    old, new = department("old", "530102", "coal"), department("new", "530102", "gas")
    clock.shift(timedelta(days=3))
    commands.set_regulators(
        "coal", place("530102"), [new.pk], by=CLI, at=timezone.now(), reason="三定方案"
    )
    today = timezone.localdate()
    now = line("530102", "coal").own
    assert [(each.unit, each.since) for each in now] == [(new, today)]
    before = sectors.matrix(place("530102"), today - timedelta(days=1))
    assert [e.unit for x in before if x.sector.code == "coal" for e in x.own] == [old]
    entry = AuditRow.objects.get(action="units.regulators_set")
    assert entry.reason == "三定方案"
    assert '"old"' in str(entry.before)
    assert '"new"' in str(entry.after)
    # What else it answers for stays.
    assert line("530102", "gas").own[0].unit == new


@pytest.mark.parametrize("wrong", ["reason", "elsewhere", "firm", "ended"])
def test_what_makes_no_sense_is_refused_and_changes_nothing(clock: Any, wrong: str) -> None:
    own = department("own", "530102", "coal")
    units = {
        "reason": own,
        "elsewhere": department("elsewhere", "530103", "coal"),
        "firm": commands.create_unit(
            "firm", "firm", "enterprise", place("530102"), by=CLI, at=timezone.now()
        ),
        "ended": department("ended", "530102", "gas"),
    }
    commands.end_unit(units["ended"].pk, successor=None, by=CLI, at=timezone.now())
    clock.shift(timedelta(days=1))
    with pytest.raises(RegulatorRefused):
        commands.set_regulators(
            "coal", place("530102"), [units[wrong].pk], by=CLI, at=timezone.now(),
            reason="" if wrong == "reason" else "文件",
        )  # fmt: skip
    assert [each.unit for each in line("530102", "coal").own] == [own]


def test_only_the_security_administrator_changes_it(person: Any, clock: Any) -> None:
    own = department("own", "530102", "coal")
    for role in ("office", "system_admin", "auditor"):
        user = person(role.replace("_", "-"), role)
        by = held.actor(user, today=timezone.localdate())
        with pytest.raises(NotAllowed):
            commands.set_regulators(
                "coal", place("530102"), [own.pk], by=by, at=timezone.now(), reason="文件"
            )


# Pages


def test_the_page_shows_gaps_and_the_change_goes_through_the_front_door(
    person: Any, browser: Any, no_factor: Any, clock: Any
) -> None:
    own = department("能源局", "530102", "gas")
    person("sec", "security_admin")
    browser.sign_in("sec")
    # A county's administrators begin at their office's area, not at the nation's gaps.
    commands.create_unit("awb", "安委办", "committee_office", place("530102"), by=CLI,
                         at=timezone.now())  # fmt: skip
    page = reverse("accounts:sectors")
    change = reverse("accounts:set_regulators", args=["530102", "coal"])
    text = browser.get(page).content.decode()
    assert change in text
    assert "能源局" in text
    assert browser.get(change).status_code == 200
    assert browser.post(change, {"units": [own.pk], "reason": ""}).status_code == 422
    assert browser.post(change, {"units": [99999999], "reason": "文件"}).status_code == 422
    assert line("530102", "coal").gap
    assert browser.post(change, {"units": [own.pk], "reason": "文件"}).status_code == 302
    assert line("530102", "coal").own[0].unit == own


def test_an_office_sees_its_own_areas_and_no_others(
    person: Any, browser: Any, no_factor: Any, clock: Any
) -> None:
    department("曲靖秘密局", "530300", "coal")
    person("li", "office", area=place("530100"))
    browser.sign_in("li")
    page = reverse("accounts:sectors")
    text = browser.get(page).content.decode()
    assert "昆明" in text
    assert reverse("accounts:set_regulators", args=["530100", "coal"]) not in text
    assert browser.get(page + "?area=530102").status_code == 200
    # Above it, yes, but not what lies beside it.
    above = browser.get(page + "?area=530000")
    assert above.status_code == 200
    assert "530300" not in above.content.decode()
    assert browser.get(page + "?area=530300").status_code == 404
    assert browser.get(page + "?area=000").status_code == 404
    change = reverse("accounts:set_regulators", args=["530100", "coal"])
    assert browser.get(change).status_code == 403


@pytest.mark.once
def test_the_page_asks_as_often_for_many_departments_as_for_few(
    person: Any, browser: Any, no_factor: Any, clock: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    person("li", "office", area=place("530100"))
    browser.sign_in("li")
    page = reverse("accounts:sectors")
    browser.get(page)
    counts = []
    for n in range(2):
        with CaptureQueriesContext(connection) as captured:
            browser.get(page)
        counts.append(len(captured))
        for each in range(4):
            department(f"d{n}{each}", "530100" if each % 2 else "530102", "coal", "gas")
    assert counts[0] == counts[1]
