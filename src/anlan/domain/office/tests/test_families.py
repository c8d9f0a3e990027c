"""Two entries of the register turn out to be one enterprise: its hazards are shown as one's."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

if TYPE_CHECKING:
    from anlan.domain.enterprises.models import Enterprise
    from anlan.domain.hazards.tests.stage import Cast

DAY = date(2024, 3, 1)


@pytest.fixture
def firms(cast: Cast) -> dict[str, Enterprise]:
    """Two entries in Wuhua, one hazard at the first, two at the second."""
    from anlan.base.ids import uuid7
    from anlan.domain.enterprises.commands import NewEnterprise, put_enterprises
    from anlan.domain.enterprises.models import Enterprise
    from anlan.domain.hazards import commands
    from anlan.domain.hazards.commands import Finding
    from anlan.domain.hazards.tests.stage import ROOT, moment
    from anlan.kernel.regions.queries import by_code

    area = by_code("530102").pk
    names = {"a": "昆明模拟加油站", "b": "五华模拟加油站", "other": "别的模拟公司"}
    rows = [NewEnterprise(name=name, area_id=area) for name in names.values()]
    put_enterprises(rows, by=ROOT, at=moment(DAY), source="test")
    found = {key: Enterprise.objects.get(name=name) for key, name in names.items()}
    for number, key in enumerate(("a", "b", "b", "other")):
        item = Finding(
            pk=uuid7(), description=f"第{number}处油气回收装置停用", area_id=area,
            unit_id=cast.units["office"].pk, opened_on=DAY, enterprise_id=found[key].pk,
        )  # fmt: skip
        commands.find([item], by=ROOT, at=moment(DAY), request_id=uuid7())
    return found


def merge(cast: Cast, row: Enterprise, into: Enterprise) -> None:
    from anlan.base.actor import Actor
    from anlan.domain.enterprises import commands
    from anlan.domain.hazards.tests.stage import moment

    one, two = (Actor(None, name, trusted=True) for name in ("cli:one", "cli:two"))
    commands.propose_merge(row.pk, into.pk, by=one, at=moment(DAY))
    by = cast.actor("office", DAY)
    assert two.trusted
    commands.decide_merge(row.pk, True, by=by, at=moment(DAY))


def listed(browser: Any, firm: Enterprise) -> set[str]:
    page = browser.get(reverse("hazards:list"), {"enterprise": firm.pk}).content.decode()
    return set(re.findall(r'href="/hazards/([0-9a-f-]{36})/"', page))


def counted(browser: Any, firm: Enterprise) -> list[int]:
    text = browser.get(reverse("hazards:of_enterprise", args=[firm.pk])).content.decode()
    values = re.findall(r'class="stat-value[^"]*"[^>]*>\s*(?:<a[^>]*>)?\s*(\d+)', text)
    return [int(value) for value in values]


def test_lists_counts_and_the_page_show_the_hazards_of_both(
    cast: Cast, firms: dict[str, Enterprise], signed_in: Callable[..., Any]
) -> None:
    browser = signed_in("office")
    assert len(listed(browser, firms["a"])) == 1
    assert counted(browser, firms["a"])[:2] == [1, 1]
    merge(cast, firms["b"], firms["a"])
    assert len(listed(browser, firms["a"])) == 3
    assert counted(browser, firms["a"])[:2] == [3, 3]
    page = browser.get(reverse("enterprises:page", args=[firms["a"].pk])).content.decode()
    assert reverse("hazards:of_enterprise", args=[firms["a"].pk]) in page
    # The entry that was merged away still opens its own, under its old name.
    assert len(listed(browser, firms["b"])) == 2
    assert len(listed(browser, firms["other"])) == 1


def test_whoever_answers_for_one_number_of_the_firm_sees_those_of_all(
    cast: Cast, firms: dict[str, Enterprise]
) -> None:
    from anlan.domain.hazards.models import Hazard
    from anlan.domain.hazards.tests.stage import ROOT, moment
    from anlan.kernel.accounts import commands, policy
    from anlan.kernel.accounts.commands import Land
    from anlan.kernel.accounts.models import Role
    from anlan.kernel.regions.queries import by_code

    area = by_code("530102")
    for key in ("a", "b"):
        cast.unit(f"unit-{key}", f"单位{key}", "enterprise", "530102")
        lands = [Land(area, None, firms[key].pk)]
        commands.set_jurisdictions(
            cast.units[f"unit-{key}"].pk, lands, by=ROOT, at=moment(date(2024, 2, 1))
        )
        cast.person(f"leader-{key}", f"unit-{key}", Role.LEADER)

    def seen(who: str) -> int:
        by = cast.actor(who, date(2024, 3, 2))
        return policy.permitted(Hazard.objects.all(), "hazard.view", by).count()

    assert (seen("leader-a"), seen("leader-b")) == (1, 2)
    merge(cast, firms["b"], firms["a"])
    assert (seen("leader-a"), seen("leader-b")) == (3, 3)


def test_a_refused_merge_moves_nothing(
    cast: Cast, firms: dict[str, Enterprise], signed_in: Callable[..., Any]
) -> None:
    from anlan.domain.enterprises import commands
    from anlan.domain.hazards.tests.stage import ROOT, moment

    browser = signed_in("office")
    commands.propose_merge(firms["b"].pk, firms["a"].pk, by=ROOT, at=moment(DAY))
    commands.decide_merge(firms["b"].pk, False, by=cast.actor("office", DAY), at=moment(DAY))
    assert len(listed(browser, firms["a"])) == 1


def test_a_name_where_a_number_belongs_finds_nothing_and_breaks_nothing(
    cast: Cast, firms: dict[str, Enterprise], signed_in: Callable[..., Any]
) -> None:
    browser = signed_in("office")
    answer = browser.get(reverse("hazards:list"), {"enterprise": "加油站"})
    assert answer.status_code == 200
    assert not re.findall(r'href="/hazards/([0-9a-f-]{36})/"', answer.content.decode())


def test_another_countys_office_gets_no_count(
    cast: Cast, firms: dict[str, Enterprise], signed_in: Callable[..., Any]
) -> None:
    browser = signed_in("stranger")
    answer = browser.get(reverse("hazards:of_enterprise", args=[firms["a"].pk]))
    assert answer.status_code == 404
