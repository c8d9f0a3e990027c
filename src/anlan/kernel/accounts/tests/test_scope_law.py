"""A law over the real tree: the database returns what a person would have listed by hand."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anlan.base.actor import Actor
from anlan.kernel.accounts import held, policy
from anlan.kernel.accounts.models import Jurisdiction, Post, Role, Unit, User
from anlan.kernel.regions.models import Region

TODAY = date(2024, 6, 25)
DAYS = st.sampled_from([None, -400, -1, 0, 1, 400])
pytestmark = pytest.mark.django_db


def day(offset: int | None) -> date | None:
    return None if offset is None else TODAY + timedelta(days=offset)


def in_force(first: date | None, last: date | None) -> bool:
    return (first is None or first <= TODAY) and (last is None or last >= TODAY)


place = st.integers(0, 10**6)
land = st.fixed_dictionaries(
    {
        "place": place,
        "sector": st.sampled_from([None, None, "coal", "fire"]),
        "enterprise": st.sampled_from([None, None, 1, 2]),
        "from": DAYS,
        "to": DAYS,
    }
)
post = st.fixed_dictionaries(
    {
        "role": st.sampled_from(["office", "inspector", "grid"]),
        "unit_to": DAYS,
        "from": DAYS,
        "to": DAYS,
        "lands": st.lists(land, max_size=4),
    }
)
row = st.fixed_dictionaries(
    {
        "place": place,
        "sector": st.sampled_from([None, "coal", "fire"]),
        "enterprise": st.sampled_from([None, 1, 2]),
    }
)


@given(posts=st.lists(post, max_size=3), rows=st.lists(row, min_size=1, max_size=10))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_rows_permitted_are_those_that_some_post_in_force_covers(
    db: None, posts: list[dict[str, Any]], rows: list[dict[str, Any]]
) -> None:
    regions = list(Region.objects.order_by("pk")[:400])
    nation = next(region for region in regions if region.level == 0)

    def area(number: int) -> Region:
        return regions[number % len(regions)]

    with transaction.atomic():
        user = User.objects.create(username="law", name="law", password="!")
        for number, given_post in enumerate(posts):
            unit = Unit.objects.create(
                code=f"law{number}", name="x", kind="other", area=nation, path=nation.path,
                valid_to=day(given_post["unit_to"]),
            )  # fmt: skip
            Post.objects.create(
                user=user, unit=unit, role=given_post["role"],
                valid_from=day(given_post["from"]), valid_to=day(given_post["to"]),
            )  # fmt: skip
            for each in given_post["lands"]:
                where = area(each["place"])
                Jurisdiction.objects.create(
                    unit=unit, area=where, path=where.path, sector_id=each["sector"],
                    enterprise_id=each["enterprise"], valid_from=day(each["from"]),
                    valid_to=day(each["to"]),
                )  # fmt: skip
        # A table that has the three columns; its rows here are only rows.
        target = Unit.objects.create(
            code="target", name="x", kind="other", area=nation, path=nation.path
        )
        made = [
            Jurisdiction.objects.create(
                unit=target, area=area(each["place"]), path=area(each["place"]).path,
                sector_id=each["sector"], enterprise_id=each["enterprise"],
            )
            for each in rows
        ]  # fmt: skip
        by = held.actor(user, today=TODAY)
        scope = policy.scope(by, [Role.OFFICE, Role.INSPECTOR])
        found = set(Jurisdiction.objects.filter(scope, unit=target).values_list("pk", flat=True))
        expected = {
            each.pk
            for each in made
            if any(
                given_post["role"] != "grid"
                and in_force(None, day(given_post["unit_to"]))
                and in_force(day(given_post["from"]), day(given_post["to"]))
                and in_force(day(ground["from"]), day(ground["to"]))
                and (
                    area(ground["place"]).level == 0
                    or each.path.startswith(area(ground["place"]).path)
                )
                and ground["sector"] in (None, each.sector_id)
                and ground["enterprise"] in (None, each.enterprise_id)
                for given_post in posts
                for ground in given_post["lands"]
            )
        }
        assert found == expected
        transaction.set_rollback(True)


@pytest.mark.parametrize("page", ["units", "people"])
def test_lists_cost_the_same_however_many_rows(
    person: Any, browser: Any, no_factor: None, page: str
) -> None:
    person("li", "office")
    browser.sign_in("li")
    spent = []
    for number in (3, 40):
        for each in range(number):
            person(f"p{number}x{each}", "viewer")
        browser.get(reverse(f"accounts:{page}"))
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(reverse(f"accounts:{page}")).status_code == 200
        spent.append(len(captured))
    assert spent[0] == spent[1] <= 12, spent


def test_an_actor_without_a_person_sees_nothing(db: None) -> None:
    nobody = Actor(None, "nobody", memo={"today": TODAY})
    assert policy.is_nothing(policy.scope(nobody, list(Role)))
    assert not policy.may(nobody, "accounts.own")
