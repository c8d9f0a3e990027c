"""What pages rely on of the rules: held over hazards in several states, for everybody."""

from __future__ import annotations

from datetime import date

import pytest
from django.db.models import Q

from anlan.domain.hazards.models import Hazard
from anlan.domain.hazards.permissions import RULES
from anlan.kernel.accounts import policy

ON_HAZARDS = sorted(set(RULES) - {"batches.view", "hazard.find", "hazard.import"})
DAY = date(2024, 3, 1)


@pytest.fixture
def rows(cast, stage):
    """Found, assigned to a firm, dealt with on the spot, and one of the next county."""
    stage().do(DAY, "inspector", "find")
    assigned = stage()
    assigned.do(DAY, "inspector", "find")
    assigned.do(DAY, "office", "assign")
    stage().do(DAY, "inspector", "find", "已更换")
    stage().do(DAY, "stranger", "find")
    return set(Hazard.objects.values_list("pk", flat=True))


def reached(permission, by):
    rows = policy.permitted(Hazard.objects.all(), permission, by)
    return set(rows.values_list("pk", flat=True))


def test_S14_whoever_may_act_on_a_hazard_may_see_it(cast, rows):
    """The worklist asks for the act alone."""
    acted = 0
    for who in cast.users:
        by = cast.actor(who, DAY)
        seen = reached("hazard.view", by)
        for permission in ON_HAZARDS:
            assert reached(permission, by) <= seen, (who, permission)
            acted += len(reached(permission, by))
    assert acted > len(rows), "nobody may do anything: the test says nothing"


def test_the_alternatives_of_a_rule_are_the_rule(cast, rows):
    for who in cast.users:
        by = cast.actor(who, DAY)
        for permission in ON_HAZARDS:
            apart: set[object] = set()
            for branch in policy.branches(permission, by):
                assert branch.connector == Q.AND
                apart.update(Hazard.objects.filter(branch).values_list("pk", flat=True))
            assert apart == reached(permission, by), (who, permission)
