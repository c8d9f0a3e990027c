"""Posts become filters: compared with a model that asks row by row, and with the three answers."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from anlan.base.actor import CLOCK, Actor
from anlan.kernel.accounts import held, policy
from anlan.kernel.accounts.held import Grant
from anlan.kernel.accounts.models import Jurisdiction, Post, Role, Unit, UnitKind, User
from anlan.kernel.audit.models import AuditRow
from anlan.kernel.regions.models import Region

TODAY = date(2024, 6, 25)
SECTORS = ("coal", "fire", "hazchem")

PATHS = st.lists(st.integers(1, 3), min_size=0, max_size=4).map(
    lambda ids: "".join(f"{part}/" for part in (1, *ids))
)


@st.composite
def grants(draw: st.DrawFn) -> Grant:
    return Grant(
        role=draw(st.sampled_from(["inspector", "office"])),
        unit_id=1,
        path=draw(st.one_of(st.just(""), PATHS, PATHS, PATHS, PATHS)),
        sector=draw(st.sampled_from([None, *SECTORS])),
        enterprise=draw(st.sampled_from([None, None, 1, 2, 3])),
    )


@st.composite
def rows(draw: st.DrawFn) -> dict[str, object]:
    return {
        "path": draw(PATHS),
        "sector_id": draw(st.sampled_from([None, *SECTORS])),
        "enterprise_id": draw(st.sampled_from([None, 1, 2, 3])),
    }


def covers(grant: Grant, row: dict[str, object]) -> bool:
    """What a jurisdiction means, in plain words."""
    return (
        str(row["path"]).startswith(grant.path)
        and grant.sector in (None, row["sector_id"])
        and grant.enterprise in (None, row["enterprise_id"])
    )


def holds(rule: Q, row: dict[str, object]) -> bool:
    """A Q over one row, without a database; NULL equals nothing."""
    found = []
    for child in rule.children:
        if isinstance(child, Q):
            found.append(holds(child, row))
            continue
        field, _, operator = child[0].partition("__")
        actual, value = row.get(field), child[1]
        found.append(
            {
                "exact": lambda a, v: a is not None and a == v,
                "in": lambda a, v: a is not None and a in v,
                "gte": lambda a, v: a >= v,
                "lt": lambda a, v: a < v,
            }[operator or "exact"](actual, value)
        )
    joined = (any if rule.connector == Q.OR else all)(found)
    return joined != rule.negated


@given(st.lists(grants(), max_size=8), st.lists(rows(), min_size=1, max_size=12))
def test_a_compiled_scope_holds_a_row_exactly_where_some_grant_covers_it(given_grants, given_rows):
    rule = policy.compiled(given_grants)
    for row in given_rows:
        expected = any(covers(grant, row) for grant in given_grants)
        assert holds(rule, row) == expected, (rule, row)
    assert policy.is_nothing(rule) == (not given_grants)


@given(st.lists(PATHS, min_size=1, max_size=12))
def test_ranges_within_others_are_dropped(paths):
    rule = policy.compiled([Grant("office", 1, path, None, None) for path in paths])
    outer = {p for p in paths if not any(p != q and p.startswith(q) for q in paths)}
    assert str(rule).count("path__gte") == len(outer)


@pytest.fixture
def yunnan(db: None) -> Region:
    return Region.objects.get(code="530000")


def make_user(username: str = "li", **more: object) -> User:
    return User.objects.create(username=username, name=username, password="!x", **more)


def make_unit(area: Region, code: str = "u1", kind: str = UnitKind.DEPARTMENT, **more: object):
    return Unit.objects.create(code=code, name=code, kind=kind, area=area, path=area.path, **more)


def cover(unit: Unit, area: Region, **more: object) -> Jurisdiction:
    return Jurisdiction.objects.create(unit=unit, area=area, path=area.path, **more)


def actor(user: User, today: date = TODAY) -> Actor:
    return held.actor(user, today=today)


def areas_seen(by: Actor) -> set[str]:
    """Codes of the regions in scope: a table that has a path."""
    return set(
        Region.objects.filter(policy.scope(by, [Role.INSPECTOR])).values_list("code", flat=True)
    )


def test_a_post_covers_its_units_areas_and_nothing_beside(yunnan):
    kunming = Region.objects.get(code="530100")
    unit = make_unit(yunnan)
    cover(unit, kunming)
    user = make_user()
    Post.objects.create(user=user, unit=unit, role=Role.INSPECTOR)
    inside = set(Region.objects.below(kunming).values_list("code", flat=True))
    assert areas_seen(actor(user)) == inside
    assert len(inside) > 1
    assert policy.is_nothing(policy.scope(actor(user), [Role.OFFICE]))


@pytest.mark.parametrize(
    "ended",
    ["post", "unit", "jurisdiction", "person", "expired", "not_begun"],
)
def test_what_has_ended_gives_nothing(yunnan, ended):
    yesterday = TODAY - timedelta(days=1)
    unit = make_unit(yunnan, valid_to=yesterday if ended == "unit" else TODAY)
    cover(unit, yunnan, valid_to=yesterday if ended == "jurisdiction" else TODAY)
    user = make_user(
        is_active=ended != "person", expires_on=yesterday if ended == "expired" else TODAY
    )
    Post.objects.create(
        user=user,
        unit=unit,
        role=Role.INSPECTOR,
        valid_from=TODAY + timedelta(days=1) if ended == "not_begun" else TODAY,
        valid_to=yesterday if ended == "post" else None,
    )
    assert areas_seen(actor(user)) == set()


def test_nothing_has_ended_on_its_last_day(yunnan):
    unit = make_unit(yunnan, valid_to=TODAY)
    cover(unit, yunnan, valid_to=TODAY)
    user = make_user(expires_on=TODAY)
    Post.objects.create(user=user, unit=unit, role=Role.INSPECTOR, valid_from=TODAY, valid_to=TODAY)
    assert "530100" in areas_seen(actor(user))


def test_the_nation_is_no_range_at_all(db):
    nation = Region.objects.get(level=0)
    unit = make_unit(nation)
    cover(unit, nation)
    user = make_user()
    Post.objects.create(user=user, unit=unit, role=Role.INSPECTOR)
    by = actor(user)
    assert policy.scope(by, [Role.INSPECTOR]) == policy.EVERYTHING
    seen = Region.objects.filter(policy.scope(by, [Role.INSPECTOR]) | Q(pk=-1))
    assert seen.count() == Region.objects.count()


def test_a_standing_deputy_acts_while_the_principal_is_away(yunnan):
    unit = make_unit(yunnan)
    cover(unit, yunnan)
    principal = Post.objects.create(user=make_user("wang"), unit=unit, role=Role.INSPECTOR)
    deputy = make_user("zhao")
    Post.objects.create(user=deputy, unit=unit, role=Role.INSPECTOR, deputy_of=principal)
    assert areas_seen(actor(deputy)) == set()
    Post.objects.filter(pk=principal.pk).update(away_from=TODAY, away_to=TODAY)
    assert "530000" in areas_seen(actor(deputy))
    assert areas_seen(actor(deputy, TODAY + timedelta(days=1))) == set()
    Post.objects.filter(pk=principal.pk).update(valid_to=TODAY - timedelta(days=1))
    assert areas_seen(actor(deputy)) == set()


def test_a_dated_deputy_acts_on_its_dates(yunnan):
    unit = make_unit(yunnan)
    cover(unit, yunnan)
    principal = Post.objects.create(user=make_user("wang"), unit=unit, role=Role.INSPECTOR)
    deputy = make_user("zhao")
    Post.objects.create(
        user=deputy,
        unit=unit,
        role=Role.INSPECTOR,
        deputy_of=principal,
        valid_from=TODAY,
        valid_to=TODAY,
    )
    assert "530000" in areas_seen(actor(deputy))
    assert areas_seen(actor(deputy, TODAY + timedelta(days=1))) == set()


@pytest.mark.parametrize("admin", ["system_admin", "security_admin", "auditor"])
def test_S16_administrators_have_no_scope_whatever_their_unit_covers(yunnan, admin):
    unit = make_unit(yunnan)
    cover(unit, yunnan)
    user = make_user()
    Post.objects.create(user=user, unit=unit, role=admin)
    assert held.grants(actor(user)) == ()
    assert policy.is_nothing(policy.scope(actor(user), list(Role)))


@pytest.mark.parametrize("table", ["post", "jurisdiction"])
def test_S32_a_grant_that_was_flipped_in_sql_gives_nothing_and_alarms(yunnan, table):
    unit = make_unit(yunnan)
    land = cover(unit, yunnan, sector=None)
    user = make_user()
    post = Post.objects.create(user=user, unit=unit, role=Role.VIEWER)
    assert held.grants(actor(user))
    with connection.cursor() as cursor:
        if table == "post":
            cursor.execute("UPDATE accounts_post SET role = 'inspector' WHERE id = %s", [post.pk])
        else:
            cursor.execute("UPDATE accounts_jurisdiction SET path = '1/' WHERE id = %s", [land.pk])
    before = AuditRow.objects.count()
    assert held.grants(actor(user)) == ()
    rows_added = AuditRow.objects.count() - before
    assert rows_added == 1


def test_one_query_looks_up_everything_about_an_actor(yunnan):
    unit = make_unit(yunnan)
    for code in ("530100", "530300", "530400"):
        cover(unit, Region.objects.get(code=code))
    user = make_user()
    Post.objects.create(user=user, unit=unit, role=Role.INSPECTOR)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        by = actor(user)
        for _ in range(3):
            policy.scope(by, [Role.INSPECTOR])
            policy.scope(by, [Role.INSPECTOR, Role.OFFICE], "case__")
            policy.has_role(by, [Role.AUDITOR])
            held.needs_factor(by)
    assert len(captured) == 1


@pytest.fixture
def rules(monkeypatch: pytest.MonkeyPatch) -> dict[str, policy.Rule]:
    table: dict[str, policy.Rule] = {
        "place.view": lambda by: policy.scope(by, [Role.INSPECTOR]),
        "place.edit": lambda by: policy.scope(by, [Role.INSPECTOR]) & Q(level=3),
        "place.count": policy.by_role(Role.OFFICE),
    }
    monkeypatch.setattr(policy, "_rules", table)
    monkeypatch.setattr(policy, "_loaded", True)
    return table


def test_the_three_answers(yunnan, rules, refused):
    unit = make_unit(yunnan)
    kunming = Region.objects.get(code="530100")
    cover(unit, kunming)
    user = make_user()
    Post.objects.create(user=user, unit=unit, role=Role.INSPECTOR)
    by = actor(user)
    everywhere = Region.objects.all()
    county = Region.objects.filter(parent=kunming, level=3)[0]
    before = AuditRow.objects.count()

    assert policy.access(everywhere, "place.edit", by, county.pk) == county
    assert AuditRow.objects.count() == before
    with refused("not_allowed"):
        policy.access(everywhere, "place.edit", by, kunming.pk)
    assert AuditRow.objects.filter(result="denied").count() == before + 1
    with refused("not_found"):
        policy.access(everywhere, "place.edit", by, yunnan.pk)
    assert AuditRow.objects.filter(result="denied").count() == before + 2
    # A number that nobody has is a slip, not a denial.
    with refused("not_found"):
        policy.access(everywhere, "place.edit", by, 10**9)
    assert AuditRow.objects.filter(result="denied").count() == before + 2


def test_trusted_actors_reach_every_row_and_unknown_permissions_are_our_slip(db, rules):
    assert policy.permitted(Region.objects.all(), "place.edit", CLOCK).count() == (
        Region.objects.count()
    )
    with pytest.raises(policy.PermissionUnknown):
        policy.permitted(Region.objects.all(), "place.paint", CLOCK)


def test_a_rule_that_holds_nothing_asks_no_database(yunnan, rules):
    by = actor(make_user())
    held.posts(by)
    with CaptureQueriesContext(connection) as captured:
        assert not policy.may(by, "place.count")
        assert list(policy.permitted(Region.objects.all(), "place.view", by)) == []
    assert len(captured) == 0


def test_S20_a_token_reaches_only_what_its_scopes_name(yunnan, rules):
    unit = make_unit(yunnan)
    cover(unit, yunnan)
    user = make_user()
    Post.objects.create(user=user, unit=unit, role=Role.INSPECTOR)
    by = held.actor(user, today=TODAY, scopes=["place.view"])
    assert policy.may(by, "place.view")
    assert not policy.may(by, "place.edit")
    wide = held.actor(user, today=TODAY, scopes=["place.*"])
    assert policy.may(wide, "place.edit")
    # Scopes never add: the owner is no office.
    assert not policy.may(wide, "place.count")


def test_declaring_a_permission_twice_is_refused(rules):
    with pytest.raises(AssertionError):
        policy.register({"place.view": lambda by: Q()})
