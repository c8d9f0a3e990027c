"""Which industry is which sector: the office's rules, what they move, and what they leave."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

pytestmark = pytest.mark.django_db


@pytest.fixture
def firms(db: None) -> dict[str, int]:
    """Three of one industry: two where the rule put them, one where a person did."""
    from anlan.base.actor import Actor
    from anlan.domain.enterprises.commands import NewEnterprise, put_enterprises
    from anlan.kernel.regions.models import Region

    area = Region.objects.get(code="530102").pk
    rows = [
        NewEnterprise(name="甲加油站", area_id=area, industry="5265"),
        NewEnterprise(name="乙加油站", area_id=area, industry="5265"),
        NewEnterprise(name="丙加油站", area_id=area, industry="5265", sector_id="fire"),
        NewEnterprise(name="丁煤矿", area_id=area, industry="0610"),
    ]
    by = Actor(None, "cli:test", trusted=True)
    done = put_enterprises(rows, by=by, at=timezone.now(), source="test")
    assert [each.outcome for each in done] == ["created"] * 4
    return {row.name: each.id or 0 for row, each in zip(rows, done, strict=True)}


def sector_of(pk: int) -> str | None:
    from anlan.domain.enterprises.models import Enterprise

    return Enterprise.objects.get(pk=pk).sector_id


def set_rule(prefix: str, sector: str | None, reason: str = "省安委〔2024〕1号") -> int:
    from anlan.base.actor import Actor
    from anlan.domain.enterprises import rules

    by = Actor(None, "cli:test", trusted=True)
    return rules.set_rule(prefix, sector, by=by, at=timezone.now(), reason=reason)


def test_what_the_preview_counts_is_what_moves(firms: dict[str, int]) -> None:
    from anlan.domain.enterprises import rules
    from anlan.domain.enterprises.models import SectorChange

    was = sector_of(firms["甲加油站"])
    assert was is not None
    assert was != "transport"
    seen = rules.preview("526", "transport", timezone.localdate())
    assert (seen.moves, seen.kept) == ({(was, "transport"): 2}, 1)
    assert set_rule("526", "transport") == 2
    assert [sector_of(firms[name]) for name in ("甲加油站", "乙加油站", "丙加油站")] == [
        "transport", "transport", "fire",
    ]  # fmt: skip
    change = SectorChange.objects.filter(enterprise=firms["甲加油站"]).latest("pk")
    assert (change.since, change.reason) == (timezone.localdate(), "省安委〔2024〕1号")


def test_a_longer_code_decides_and_ending_a_rule_puts_them_back(firms: dict[str, int]) -> None:
    from anlan.domain.enterprises import industry, rules

    was = sector_of(firms["甲加油站"])
    set_rule("526", "transport")
    assert rules.preview("52", "trade", timezone.localdate()).total == 0
    set_rule("52", "trade")
    assert sector_of(firms["甲加油站"]) == "transport"
    assert rules.preview("526", None, timezone.localdate()).moves == {("transport", "trade"): 2}
    assert set_rule("526", None) == 2
    assert set_rule("52", None) == 2
    assert sector_of(firms["甲加油站"]) == was
    today = timezone.localdate()
    assert industry.sectors_of(["5265"], today) == {"5265": was}


def test_a_day_in_the_past_is_answered_as_it_was(firms: dict[str, int]) -> None:
    from anlan.domain.enterprises import industry

    was = sector_of(firms["甲加油站"])
    set_rule("526", "transport")
    assert industry.sectors_of(["5265"], date(2020, 1, 1)) == {"5265": was}
    assert industry.sectors_of(["5265"], timezone.localdate()) == {"5265": "transport"}


@pytest.mark.parametrize(
    ("prefix", "sector", "reason", "code"),
    [
        ("9999", "fire", "文件", "industry_rule_refused"),
        ("526", "no-such", "文件", "industry_rule_refused"),
        ("526", "fire", " ", "industry_rule_refused"),
        ("526", None, "文件", "not_found"),
        ("525", "fire", "文件", "industry_rule_refused"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(
    firms: dict[str, int], prefix: str, sector: str | None, reason: str, code: str
) -> None:
    from anlan.base.refusal import Refusal

    set_rule("525", "fire")
    before = {name: sector_of(pk) for name, pk in firms.items()}
    with pytest.raises(Refusal) as refused:
        set_rule(prefix, sector, reason)
    assert refused.value.code == code
    assert {name: sector_of(pk) for name, pk in firms.items()} == before


def test_the_pages_show_it_first_and_do_it_then(firms: dict[str, int], settings: Any) -> None:
    from anlan.domain.enterprises.models import IndustryRule
    from anlan.kernel.accounts.tests.people import Browser, make_person
    from anlan.kernel.regions.models import Region

    settings.MFA_OFF = True
    settings.PASSWORD_HASHERS = ["anlan.kernel.accounts.tests.hashing.QuickArgon2"]
    yunnan = Region.objects.get(code="530000")
    for name in ("system_admin", "office"):
        make_person(name.replace("_", "-"), name, area=yunnan)
    browser, office = Browser(), Browser()
    browser.sign_in("system-admin")
    office.sign_in("office")
    change = reverse("enterprises:change_rule")
    shown = browser.get(change, {"industry": "5265", "sector": "transport"})
    assert shown.status_code == 200
    assert "甲加油站" not in shown.content.decode(), (
        "counts only: an administrator sees no business"
    )
    assert not IndustryRule.objects.exists()
    data = {"industry": "5265", "sector": "transport", "reason": "文件"}
    assert browser.post(change, {**data, "reason": ""}).status_code == 422
    assert browser.post(change, {**data, "industry": "x"}).status_code == 422
    assert office.post(change, data).status_code == 403
    assert not IndustryRule.objects.exists()
    assert browser.post(change, data).status_code == 302
    assert sector_of(firms["甲加油站"]) == "transport"
    for each in (browser, office):
        page = each.get(reverse("enterprises:rules")).content.decode()
        assert "5265" in page
    offered = browser.get(reverse("enterprises:industries"), {"picker_q": "燃油"})
    assert "5265" in offered.content.decode()
