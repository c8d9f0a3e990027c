"""Deadlines and rungs are settings with versions: an office's change moves nothing given before."""

from __future__ import annotations

import copy
from datetime import UTC, datetime

import pytest
from django.db import transaction

from anlan.base.actor import CLOCK
from anlan.kernel.audit.models import AuditRow
from anlan.kernel.loop import settings

AT = datetime(2024, 6, 3, 2, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def changed(**parts):
    return {**copy.deepcopy(dict(settings.DEFAULTS)), **parts}


def change(data):
    with transaction.atomic():
        return settings.change("hazard", data, by=CLOCK, at=AT)


def test_the_defaults_stand_until_an_office_sets_its_own():
    rules = settings.current("hazard")
    assert (rules.version, rules.rungs) == (1, [-3, 1, 7, 15, 30])


def test_a_change_is_a_new_version_and_the_old_one_stays():
    new = change(changed(extensions_max=3))
    assert settings.current("hazard").version == new.version == 2
    before = settings.versions("hazard")
    assert before[1].data["extensions_max"] == 1
    assert before[2].data["extensions_max"] == 3
    assert settings.current("problem").version == 1, "another loop keeps its own"


def test_a_change_is_on_record_with_before_and_after():
    change(changed(extensions_max=3))
    assert AuditRow.objects.filter(action="loop.settings", object_id="hazard:2").count() == 1


def test_a_grades_own_deadline_wins():
    rules = settings.current("hazard")
    assert rules.deadline("rectify", "major").n == 30
    assert rules.deadline("rectify", "ordinary").n == 15
    assert rules.deadline("nowhere", "major") is None


@pytest.mark.parametrize(
    ("parts", "where"),
    [
        ({"rungs": [1, 2, 3]}, "rungs"),
        ({"rungs": [1, 1, 7, 15, 30]}, "rungs"),
        ({"rungs": [30, 15, 7, 1, -3]}, "rungs"),
        ({"rungs": [1, 2, 7, 15, "30"]}, "rungs"),
        ({"deadlines": {"rectify": {"kind": "moons", "n": 3}}}, "deadlines.rectify"),
        ({"deadlines": {"rectify": {"kind": "hours"}, "x": {}}}, "deadlines"),
    ],
)
def test_settings_that_the_engine_could_not_work_with_are_refused_whole(refused, parts, where):
    with refused("settings_unreadable") as caught:
        change(changed(**parts))
    assert str(caught.value.data["where"]).startswith(where)
    assert settings.current("hazard").version == 1


def test_what_is_missing_is_named(refused):
    with refused("settings_unreadable") as caught:
        change({"rungs": [1, 2, 3, 4, 5]})
    assert "deadlines" in caught.value.data["where"]
