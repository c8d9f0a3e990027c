"""Deadlines and ladder: one head changes them, with a reason, and nothing given before moves."""

from __future__ import annotations

import copy

import pytest
import time_machine
from django.urls import reverse

from anlan.domain.office.forms import RulesForm
from anlan.domain.office.models import RulesChange
from anlan.domain.office.tests.house import AT, done, offices, someone
from anlan.kernel.accounts.models import Role, UnitKind
from anlan.kernel.audit.models import AuditRow
from anlan.kernel.loop import settings as rules

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon(settings):
    settings.MFA_OFF = True
    with time_machine.travel(AT, tick=False) as clock:
        yield clock


@pytest.fixture
def house(db):
    return offices()


def entered(kind="hazard", **more):
    now = rules.current(kind)
    data = {k: v for k, v in RulesForm.of(now.version, now.data).items() if v not in (False, None)}
    return {**data, "reason": "省安委会办公室主任会议", **more}


def save(client, kind="hazard", **more):
    return client.post(f"{reverse('office:edit_deadlines')}?kind={kind}", entered(kind, **more))


def read(client, kind="hazard"):
    answer = client.get(f"{reverse('office:deadlines')}?kind={kind}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_head_of_the_topmost_office_changes_them_and_the_page_says_who_why_and_what(house):
    before = read(house["km.office"])
    assert "15 calendar days" in before
    assert done(save(house["yn.leader"], n_rectify=10, rung_2=9))
    now = rules.current("hazard")
    assert (now.version, now.rungs) == (2, [-3, 1, 9, 15, 30])
    assert now.deadline("rectify", "ordinary").n == 10
    # What the form doesn't show is as before, and the other loop keeps its own.
    assert now.data["deadlines"]["rectify:major"] == {"kind": "calendar_days", "n": 30}
    assert rules.current("problem").version == 1
    page = read(house["wh.leader"])
    for words in (
        "10 calendar days",
        "yn.leader",
        "省安委会办公室主任会议",
        "9 days after",
        "7 days after",
    ):
        assert words in page, words
    assert RulesChange.objects.get().version == 2
    assert AuditRow.objects.filter(action="loop.settings", result="ok").count() == 1


def test_what_is_open_keeps_the_version_it_was_opened_under(house, play):
    # The cast's own heads stand below the province's, which alone may change the rules.
    old = play("""
        day         who        does    -> state
        2024-06-24  inspector  find    -> found
        2024-06-24  office     assign  -> assigned
    """)
    due, version = old.case.due_on, old.case.settings_version
    assert done(save(house["yn.leader"], n_rectify=3, rung_2=2, rung_3=3, rung_4=4))
    new = play("""
        day         who        does    -> state
        2024-06-25  inspector  find    -> found
        2024-06-25  office     assign  -> assigned
    """)
    assert (old.case.due_on, old.case.settings_version) == (due, version)
    assert (old.case.due_on - old.case.opened_on).days == 15
    assert (new.case.due_on - new.case.opened_on).days == 3
    assert new.case.settings_version == version + 1


@pytest.mark.once
@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"reason": ""}, "Fill in"),
        ({"rung_2": 1}, "must come later"),
        ({"rung_4": -5}, "must come later"),
        ({"n_rectify": 0}, "greater than"),
        ({"n_verify": 251}, "from 1 to 250"),
        ({"n_rectify": "soon"}, "whole number"),
        ({"kind_rectify": "date"}, "choose one of the list"),
        ({"two_to_close": []}, "two people"),
        ({"five_elements": ["minor"]}, "choose one of the list"),
        ({}, "Nothing was changed"),
    ],
)
def test_what_cant_be_used_is_said_at_its_field_and_no_version_is_made(house, more, words):
    answer = save(house["yn.leader"], **{"n_close": 5, **more})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert words in page, page[page.find('class="errors"') :][:600]
    assert rules.current("hazard").version == 1
    assert not RulesChange.objects.exists()


def test_two_heads_at_once_the_second_is_shown_what_the_first_changed(house):
    second = someone("yn.second", Role.LEADER, "530000")
    stale = entered(n_close=9)
    assert done(save(house["yn.leader"], n_rectify=12))
    url = f"{reverse('office:edit_deadlines')}?kind=hazard"
    late = second.post(url, stale)
    assert late.status_code == 409
    page = late.content.decode()
    assert "15 calendar days → 12 calendar days" in page
    assert 'name="version" value="2"' in page
    assert rules.current("hazard").version == 2
    # Saved again on what was shown, it counts.
    again = {**stale, "version": 2, "n_rectify": 12}
    assert done(second.post(url, again))
    now = rules.current("hazard")
    assert (now.version, now.data["deadlines"]["close"]["n"]) == (3, 9)
    assert now.deadline("rectify", "").n == 12


@pytest.mark.parametrize("who", ["yn.office", "km.leader", "km.office", "wh.leader", "wh.office"])
def test_no_staff_and_no_lower_office_changes_them(house, who):
    assert reverse("office:edit_deadlines") not in read(house[who])
    assert house[who].get(reverse("office:edit_deadlines")).status_code == 403
    assert save(house[who], n_rectify=1).status_code == 403
    assert rules.current("hazard").version == 1


def test_a_departments_head_of_the_same_area_changes_nothing(house):
    bureau = someone("bureau", Role.LEADER, "530000", kind=UnitKind.DEPARTMENT)
    coal = someone("coal", Role.LEADER, "530000", sector="coal")
    for client in (bureau, coal):
        assert save(client, n_rectify=1).status_code == 403


def test_with_two_topmost_offices_neither_changes_what_holds_for_both(house):
    other = someone("gz.leader", Role.LEADER, "110000")
    for client in (other, house["yn.leader"]):
        assert save(client, n_rectify=1).status_code == 403
    top = someone("state", Role.LEADER, _nation())
    assert done(save(top, n_rectify=10))


def _nation():
    from anlan.kernel.regions.queries import nation

    return nation().code


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR])
def test_S16_no_administrator_reads_or_changes_them(house, role):
    client = someone("admin", role, "530000", kind="other")
    assert client.get(reverse("office:deadlines")).status_code == 403
    assert save(client, n_rectify=1).status_code == 403


def test_the_other_loop_has_its_own_rules(house):
    before = copy.deepcopy(dict(rules.DEFAULTS))
    assert done(save(house["yn.leader"], "problem", n_rectify=20))
    now = rules.current("problem")
    assert now.data["deadlines"]["rectify"]["n"] == 20
    assert now.data["deadlines"]["rectify:major"] == before["deadlines"]["rectify:major"]
    assert rules.current("hazard").version == 1


def test_a_rule_may_move_from_a_rest_day(house):
    assert done(save(house["yn.leader"], moves_rectify="on"))
    assert rules.current("hazard").data["deadlines"]["rectify"]["rest_day"] == "moves"
    assert "moved to the next working day" in read(house["km.office"])
    now = entered(n_close=6)
    now.pop("moves_rectify")
    url = f"{reverse('office:edit_deadlines')}?kind=hazard"
    assert done(house["yn.leader"].post(url, now))
    assert "rest_day" not in rules.current("hazard").data["deadlines"]["rectify"]


@pytest.mark.once
def test_the_page_asks_as_much_for_many_versions_as_for_few(house, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    save(house["yn.leader"], n_rectify=9)
    read(house["yn.leader"])
    with CaptureQueriesContext(connection) as caught:
        read(house["yn.leader"])
    few = len(caught)
    for n in range(10, 22):
        assert done(save(house["yn.leader"], n_rectify=n))
    with django_assert_num_queries(few):
        read(house["yn.leader"])
