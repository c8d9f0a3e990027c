"""S036: each unit's last update, what is stale, who is told, and the statement of no change."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from anlan.domain.lists import freshness
from anlan.domain.lists.models import NoChange, UnitUpdate
from anlan.domain.lists.tests.house import House
from anlan.kernel.audit.models import AuditRow
from anlan.kernel.loop.models import Event
from anlan.kernel.notices.models import Notice, Recipient

pytestmark = pytest.mark.django_db


def test_a_command_on_a_case_updates_the_list_of_the_unit_that_acts(house: House) -> None:
    house.hazard()
    freshness.gather()
    office = house.cast.units["office"]
    acted = UnitUpdate.objects.get(unit=office)
    assert acted.latest == Event.objects.latest("at").at
    assert not UnitUpdate.objects.filter(unit=house.cast.units["elsewhere"]).exists()
    before = acted.latest
    house.hazard("再发现一处")
    for _time in range(2):  # Safe to run twice.
        freshness.gather()
    assert UnitUpdate.objects.get(unit=office).latest > before


def test_a_stale_unit_is_told_once_and_later_the_unit_above_it(house: House) -> None:
    house.hazard()
    freshness.gather()
    office, city = house.cast.units["office"], house.cast.units["city"]
    type(office).objects.filter(pk=office.pk).update(parent=city)
    now = timezone.now()
    assert freshness.remind(now + timedelta(days=29)) == 0
    for _time in range(2):
        freshness.remind(now + timedelta(days=31))
    told = Notice.objects.filter(kind="lists.stale")
    assert told.count() == 1
    assert set(Recipient.objects.filter(notice__in=told).values_list("unit_id", flat=True)) == {
        office.pk
    }
    for _time in range(2):
        freshness.remind(now + timedelta(days=61))
    assert told.count() == 2
    assert Recipient.objects.filter(notice__in=told, unit_id=city.pk).count() == 1
    # Once it has acted, it begins anew.
    house.hazard("又一处")
    freshness.gather()
    assert UnitUpdate.objects.get(unit=office).told == 0


def test_the_page_shows_who_is_stale_and_a_unit_states_no_change(house: House) -> None:
    house.hazard()
    freshness.gather()
    office = house.cast.units["office"]
    old = timezone.now() - timedelta(days=40)
    UnitUpdate.objects.filter(unit=office).update(latest=old, acted_at=old, told=1)
    stale = house.get("office", "lists:freshness", query="?state=stale").content.decode()
    assert stale.count("五华区安委办") >= 2
    assert ">stale<" in stale
    never = house.get("office", "lists:freshness", query="?state=never").content.decode()
    assert "五华区住建局" in never
    said = {"which": "problems", "note": "本旬无新增"}
    assert house.post("office", "lists:no_change", office.pk).status_code == 400  # Which list?
    assert house.post("office", "lists:no_change", office.pk, **said).status_code == 302
    row = NoChange.objects.get()
    assert (row.unit_id, row.who, row.note) == (office.pk, "office", "本旬无新增")
    update = UnitUpdate.objects.get(unit=office)
    assert (update.latest, update.told) == (row.at, 0)
    assert AuditRow.objects.filter(action="lists.no_change", object_id=str(office.pk)).exists()
    freshness.gather()
    assert UnitUpdate.objects.get(unit=office).latest == row.at  # Looking again takes nothing back.
    current = house.get("office", "lists:freshness", query="?state=current").content.decode()
    assert "up to date" in current


def test_each_of_the_two_lists_has_its_own_day(house: House) -> None:
    """What is done with a hazard leaves the measure list as old as it was, and the reverse."""
    house.hazard()
    freshness.gather()
    office = house.cast.units["office"]
    row = UnitUpdate.objects.get(unit=office)
    problems = row.latest
    assert problems is not None
    assert row.measures_latest is None
    assert house.post("office", "lists:no_change", office.pk, which="measures").status_code == 302
    row.refresh_from_db()
    assert (row.latest, row.no_change_at) == (problems, None)
    assert row.measures_latest == NoChange.objects.get().at
    old = timezone.now() - timedelta(days=31)
    UnitUpdate.objects.filter(unit=office).update(measures_latest=old)
    page = house.get("office", "lists:freshness", query="?measures=stale&state=current")
    assert page.content.decode().count("五华区安委办") >= 3  # Twice in its own panel.
    assert "五华区安委办" not in _listed(house, "?state=stale")
    freshness.remind(timezone.now())
    assert Notice.objects.get().kind == "lists.measures_stale"
    UnitUpdate.objects.filter(unit=office).update(measures_latest=None, measures_told=0)
    # Later events don't take a later statement back.
    house.hazard("又一处")
    freshness.gather()
    row.refresh_from_db()
    assert row.latest is not None
    assert row.latest > problems
    assert row.measures_latest is None


def _listed(house: House, query: str) -> str:
    page = house.get("office", "lists:freshness", query=query).content.decode()
    return page[page.index('id="list"') :]


def test_nobody_speaks_for_another_unit(house: House) -> None:
    office = house.cast.units["office"]
    assert house.post("city", "lists:no_change", office.pk).status_code == 403
    assert house.post("stranger", "lists:no_change", office.pk).status_code == 404
    assert house.post("viewer", "lists:no_change", office.pk).status_code == 403
    assert "五华区" not in house.get("stranger", "lists:freshness").content.decode()


def test_the_three_states_make_all_units(house: House) -> None:
    house.hazard()
    freshness.gather()
    by = house.cast.actor("city")
    now = timezone.now()
    rows = freshness.expected(by)
    for which in freshness.LISTS.values():
        parts = {name: set(rows.filter(q)) for name, q in freshness.conditions(which, now).items()}
        assert sum(map(len, parts.values())) == rows.count() == len(set().union(*parts.values()))


@pytest.mark.once
def test_the_page_asks_as_much_for_many_units_as_for_few(
    house: House, django_assert_max_num_queries
) -> None:
    for number in range(60):
        house.cast.unit(f"more{number}", f"五华区某局{number}", "department", "530102")
    house.get("office", "lists:freshness")
    with django_assert_max_num_queries(22):
        page = house.get("office", "lists:freshness").content.decode()
    further = re.search(r'href="(\?[^"]*after=[^"]+)"', page)
    assert further  # Those that were never updated come last and fill a second page.
    assert (
        house.get("office", "lists:freshness", query=further[1].replace("&amp;", "&")).status_code
        == 200
    )
