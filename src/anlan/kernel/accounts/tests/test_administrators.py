"""S16–S21, S27, S56: three administrators, rights that end, tokens, addresses, limits."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from anlan.kernel.accounts import commands, held, policy, sectors, ticks
from anlan.kernel.accounts.commands import Land
from anlan.kernel.accounts.models import Jurisdiction, Post, Role, Unit, User
from anlan.kernel.accounts.tests.people import CLI, by
from anlan.kernel.audit.models import AuditRow
from anlan.kernel.regions.models import Region

ADMINS = ("system_admin", "security_admin", "auditor")
pytestmark = pytest.mark.django_db


@pytest.fixture
def triggers() -> None:
    """While some app has no migrations, the template is built without triggers."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT 1 FROM sqlite_master WHERE name = 'accounts_post_exclusive_INSERT'"
            )
        else:
            cursor.execute("SELECT 1 FROM pg_trigger WHERE tgname = 'accounts_post_exclusive'")
        if cursor.fetchone() is None:
            from anlan.kernel.accounts.sql import exclusive_statements

            for statement in exclusive_statements(connection.vendor):
                cursor.execute(statement)


# S16


@pytest.mark.parametrize("second", [role for role in Role if role != "auditor"])
def test_S16_no_other_role_beside_an_administrators_in_the_database(person, triggers, second):
    user = person("li", "auditor")
    unit = Unit.objects.get(code="unit-li")
    with pytest.raises(IntegrityError), transaction.atomic():
        Post.objects.create(user=user, unit=unit, role=second)
    with pytest.raises(commands.RolesExclude):
        commands.grant_post(user.pk, unit, second, by=CLI, at=timezone.now())


@pytest.mark.parametrize("admin", ADMINS)
def test_S16_nor_an_administrators_beside_another(person, triggers, admin):
    user = person("li", "office")
    unit = Unit.objects.get(code="unit-li")
    with pytest.raises(IntegrityError), transaction.atomic():
        Post.objects.create(user=user, unit=unit, role=admin)
    today = timezone.localdate()
    # Raw SQL meets the same wall, and dates that don't overlap don't.
    post = Post.objects.create(user=user, unit=unit, role="viewer")
    with (
        pytest.raises(IntegrityError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE accounts_post SET role = %s WHERE id = %s", [admin, post.pk])
    Post.objects.filter(user=user).update(valid_to=today - timedelta(days=1))
    Post.objects.create(user=user, unit=unit, role=admin, valid_from=today)


def test_S16_one_person_makes_an_account_and_another_grants(person, clock, refused):
    system, security = person("sys", "system_admin"), person("sec", "security_admin")
    unit = Unit.objects.get(code="unit-sys")
    at = timezone.now()
    made = commands.create_person("new", "New", by=by(system), at=at)
    with refused("not_allowed"):
        commands.grant_post(made.pk, unit, "office", by=by(system), at=at)
    with refused("not_allowed"):
        commands.create_person("other", "Other", by=by(security), at=at)
    commands.grant_post(made.pk, unit, "office", by=by(security), at=at)
    with refused("two_people"):
        commands.grant_post(security.pk, unit, "viewer", by=by(security), at=at)
    own = User.objects.create(username="own", name="Own", password="!", created_by=security)
    with refused("two_people"):
        commands.grant_post(own.pk, unit, "office", by=by(security), at=at)


ADMIN_PAGES = {
    "system_admin": {"units", "people", "new_unit", "new_person"},
    "security_admin": {"units", "people", "watch"},
    "auditor": {"audit"},
    "office": {"units", "people"},
    "rectifier": {"units", "people"},
}


@pytest.mark.parametrize("role", ADMIN_PAGES)
def test_S16_S27_each_administrator_opens_their_own_pages_and_no_others(
    person, browser, no_factor, role
):
    person("li", role)
    browser.sign_in("li")
    pages = {"units", "people", "new_unit", "new_person", "watch", "audit"}
    opened = {name for name in pages if browser.get(reverse(f"accounts:{name}")).status_code == 200}
    assert opened == ADMIN_PAGES[role]


def test_a_post_is_granted_at_a_unit_found_by_name_and_read_by_the_auditor(
    person, browser, other, no_factor
):
    user, unit = person("li", "office"), Unit.objects.get(code="unit-li")
    person("sec", "security_admin")
    person("aud", "auditor")
    browser.sign_in("sec")
    page = reverse("accounts:grant", args=[user.pk])
    assert reverse("pickers:units") in browser.get(page).content.decode()
    wrong = browser.post(page, {"unit": "nowhere", "role": "viewer"}).content.decode()
    assert 'value="nowhere"' in wrong
    browser.post(page, {"unit": unit.code, "role": "viewer"})
    assert user.posts.filter(unit=unit, role="viewer").exists()
    other.sign_in("aud")
    read = other.get(reverse("accounts:audit")).content.decode()
    assert "查阅人员" in read
    # A post without an end has none: not one that is called so.
    assert "<ins>None</ins>" not in read


def test_S27_the_auditors_look_is_on_record_too(person, browser, no_factor):
    user = person("li", "auditor")
    browser.sign_in("li")
    wanted = {"action": "accounts.", "cols": "at,actor,act,action"}
    answer = browser.get(reverse("accounts:audit"), wanted)
    assert "accounts.sign_in" in answer.content.decode()
    assert AuditRow.objects.filter(action="audit.search", user_id=user.pk).count() == 1


def test_S16_there_is_no_superuser(person):
    user = person("li", "office")
    user.is_superuser = True
    user.save()
    assert not User.objects.get(pk=user.pk).is_superuser
    assert not hasattr(User.objects, "create_superuser")


# S17, S18


def test_S17_a_right_that_ends_is_gone_at_the_next_request(person, browser, no_factor):
    user = person("li", "system_admin")
    browser.sign_in("li")
    page = reverse("accounts:new_person")
    assert browser.get(page).status_code == 200
    # The post ends around the command that would also end the session.
    Post.objects.filter(user=user).update(valid_to=timezone.localdate() - timedelta(days=1))
    assert browser.get(page).status_code == 403
    assert AuditRow.objects.filter(result="denied", user_id=user.pk).exists()


def test_S17_so_is_an_area(person, browser, no_factor, clock, yunnan):
    person("li", "office")
    kunming = Region.objects.get(code="530100")
    theirs = commands.create_unit("qj", "曲靖", "department", Region.objects.get(code="530300"),
                                  by=CLI, at=timezone.now())  # fmt: skip
    browser.sign_in("li")
    page = reverse("accounts:unit", args=[theirs.pk])
    assert browser.get(page).status_code == 200
    unit = Unit.objects.get(code="unit-li")
    clock.shift(timedelta(days=1))
    browser.sign_in("li")
    commands.set_jurisdictions(unit.pk, [Land(kunming)], by=CLI, at=timezone.now())
    assert browser.get(page).status_code == 404


def test_S18_accounts_run_out(person, browser, no_factor, clock):
    person("li", "office", expires_on=date(2024, 6, 25))
    browser.sign_in("li")
    assert browser.is_in
    clock.shift(timedelta(days=1))
    browser.sign_in("li")
    assert not browser.is_in


def test_S18_ninety_unused_days_disable(person, clock, browser, no_factor):
    used, unused, never = person("a1", "office"), person("b1", "office"), person("c1", "office")
    browser.sign_in("b1")
    clock.shift(timedelta(days=60))
    browser.sign_in("a1")
    ticks.disable_unused(timezone.now())
    assert User.objects.filter(is_active=True).count() == 3
    clock.shift(timedelta(days=31))
    ticks.disable_unused(timezone.now())
    active = set(User.objects.filter(is_active=True).values_list("pk", flat=True))
    assert active == {used.pk}
    rows = AuditRow.objects.filter(action="accounts.person_disabled")
    assert {row.object_id for row in rows} == {str(unused.pk), str(never.pk)}


def test_S18_a_transfer_takes_the_old_scope_away(person, clock, yunnan):
    user = person("li", "office")
    kunming = Region.objects.get(code="530100")
    unit = commands.create_unit("km", "昆明", "department", kunming, by=CLI, at=timezone.now())
    commands.transfer(user.pk, unit, "office", by=CLI, at=timezone.now())
    areas = Region.objects.filter(policy.scope(by(user), ["office"]))
    assert set(areas) == set(Region.objects.below(kunming))


def test_S18_a_unit_that_ends_takes_its_posts_along_and_names_who_follows(person, clock):
    user = person("li", "office")
    old = Unit.objects.get(code="unit-li")
    new = commands.create_unit("new", "新", "department", old.area, by=CLI, at=timezone.now())
    commands.merge_units([old.pk], into=new, by=CLI, at=timezone.now())
    old.refresh_from_db()
    assert old.successor == new
    clock.shift(timedelta(days=1))
    grants = held.grants(by(user))
    assert {grant.unit_id for grant in grants} == {new.pk}


# S20


# S21


# S56


def test_S57_a_view_that_declares_nothing_is_not_run(person, browser, no_factor, monkeypatch):
    from anlan.kernel.accounts import views_units

    person("li", "office")
    browser.sign_in("li")
    ran = []
    monkeypatch.setattr(
        "anlan.kernel.accounts.gate.declared", lambda view: ran.append(view) and None
    )
    answer = browser.get(reverse("accounts:units"))
    assert answer.status_code == 403
    assert ran == [views_units.unit_list]
    assert "Unit of li" not in answer.content.decode()


# Imports, and who answers for what


def test_units_are_imported_row_by_row_and_a_second_time_nothing_changes(db, clock):
    rows = [
        {"code": "km-yj", "name": "昆明市应急管理局", "kind": "部门", "area": "530100",
         "sectors": "hazchem，mine"},
        {"code": "km-yj-1", "name": "危化科", "kind": "班组", "area": "530100", "parent": "km-yj"},
        {"code": "", "name": "x", "area": "530100"},
        {"code": "x1", "name": "x", "area": "999999"},
        {"code": "x2", "name": "x", "area": "530100", "sectors": "magic"},
        {"code": "km-yj", "name": "twice", "area": "530100"},
    ]  # fmt: skip
    results = commands.import_units(rows, by=CLI, at=timezone.now())
    assert [each.outcome for each in results] == ["created"] * 2 + ["rejected"] * 4
    assert [each.column for each in results[2:]] == ["code", "area", "sectors", "code"]
    lands = Jurisdiction.objects.filter(unit__code="km-yj").values_list("sector_id", flat=True)
    assert set(lands) == {"hazchem", "mine"}
    assert Unit.objects.get(code="km-yj-1").parent.code == "km-yj"
    again = commands.import_units(rows[:2], by=CLI, at=timezone.now())
    assert [each.outcome for each in again] == ["unchanged"] * 2
    rows[0]["name"] = "昆明市应急局"
    assert commands.import_units(rows[:1], by=CLI, at=timezone.now())[0].outcome == "updated"


def test_a_list_of_units_names_areas_and_sectors_as_people_do(db, clock):
    for code in ("530102991", "530103991"):
        above = Region.objects.get(code=code[:6])
        Region.objects.create(code=code, name="新城街道", full_name=f"{above.full_name}新城街道",
                              level=4, parent=above, path=f"{above.path}{code}/")  # fmt: skip
    above = {"code": "wh", "name": "五华区安委办", "kind": "安委办", "area": "云南省昆明市五华区"}
    rows = [
        above,
        {"code": "wh-yj", "name": "五华区应急局", "area": "五华区", "parent": "wh",
         "sectors": "危险化学品、hazchem"},
        {"code": "xc", "name": "新城街道办", "area": "新城街道", "parent": "wh"},
        {"code": "xc2", "name": "新城街道办", "area": "新城街道"},
        {"code": "x", "name": "x", "area": "五华区", "kind": "乡镇"},
        {"code": "y", "name": "y", "area": "五华区", "sectors": "魔法"},
    ]  # fmt: skip
    results = commands.import_units(rows, by=CLI, at=timezone.now())
    assert [each.code for each in results] == ["", "", "", "ambiguous", "unknown", "unknown"]
    made = Unit.objects.get(code="wh-yj")
    assert made.area.code == "530102"
    # Of two areas of one name it is the one within the area of the unit above.
    assert Unit.objects.get(code="xc").area.code == "530102991"
    assert [land.sector_id for land in Jurisdiction.objects.filter(unit=made)] == ["hazchem"]
    # What a refusal names can be typed as it stands.
    assert "530103991" in results[3].message
    assert "煤矿" in results[5].message


def test_people_are_imported_and_posts_only_by_the_trusted(person, clock):
    system = person("sys", "system_admin")
    rows = [
        {"username": "Zhang.San", "name": "张三", "unit": "unit-sys", "role": "viewer"},
        {"username": "li si", "name": "李四"},
        {"username": "wang5", "name": ""},
    ]
    mine = commands.import_people(rows, by=by(system), at=timezone.now())
    assert [each.code for each in mine] == ["two_people", "unreadable", "missing"]
    unit = commands.create_unit("km", "昆明", "department", Region.objects.get(code="530100"),
                                by=CLI, at=timezone.now())  # fmt: skip
    rows[0]["unit"] = unit.code
    # A role without a unit would be no post at all.
    rows[2] = {"username": "wang5", "name": "王五", "role": "viewer"}
    trusted = commands.import_people(rows, by=CLI, at=timezone.now())
    assert [each.outcome for each in trusted] == ["created", "rejected", "rejected"]
    assert trusted[2].column == "unit"
    made = User.objects.get(username="zhang.san")
    assert not made.has_usable_password()
    assert held.grants(by(made))


def test_an_import_costs_the_same_number_of_queries_however_long(db, clock):
    from django.test.utils import CaptureQueriesContext

    def rows(prefix: str, count: int) -> list[dict[str, str]]:
        return [
            {"code": f"{prefix}{n}", "name": f"单位{n}", "kind": "部门", "area": "530100"}
            for n in range(count)
        ]

    spent = []
    for prefix, count in (("a", 5), ("b", 200)):
        with CaptureQueriesContext(connection) as captured:
            commands.import_units(rows(prefix, count), by=CLI, at=timezone.now())
        spent.append(len(captured))
    assert spent[1] <= spent[0] + 3


def test_regulators_and_territory_are_found_nearest_first(db, clock):
    today = timezone.localdate()
    wuhua = Region.objects.get(code="530102")
    for area, prefix in (("530000", "yn"), ("530100", "km"), ("530102", "wh"), ("530300", "qj")):
        for kind, tail, names in (
            ("部门", "yj", "hazchem"), ("部门", "zj", "construction"), ("政府", "zf", ""),
        ):  # fmt: skip
            row = {"code": f"{prefix}-{tail}", "name": f"{prefix}{tail}", "kind": kind,
                   "area": area, "sectors": names}  # fmt: skip
            assert commands.import_units([row], by=CLI, at=timezone.now())[0].outcome == "created"
    found = sectors.regulators("hazchem", wuhua, today)
    assert [unit.code for unit in found] == ["wh-yj", "km-yj", "yn-yj"]
    assert sectors.territory(wuhua, today).code == "wh-zf"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("危险化学品", "hazchem"),
        ("1.危险化学品安全专项整治", "hazchem"),
        ("危化品", "hazchem"),
        ("非煤矿山", "mine"),
        ("煤矿", "coal"),
        ("消防安全", "fire"),
        ("道路交通", "road"),
        ("交通运输（民航、铁路、邮政、水上和城市轨道交通）和渔业船舶", "transport"),
        ("城市建设", "construction"),
        ("工业园区等功能区", "park"),
        ("危险废物等", "hazwaste"),
        ("城镇燃气", "gas"),
        ("工贸行业", "industry"),
        ("特种设备", "special"),
        ("文化旅游", "culture"),
        ("学校", "education"),
        ("其他", "other"),
        ("张三", None),
        ("", None),
    ],
)
def test_sectors_are_recognised_by_what_senders_write(text, code):
    assert sectors.recognise(text) == code


def test_the_national_plan_has_nine_and_the_rest_and_every_sector_one_place(db):
    listed = sectors.plan_sectors("national-2020", date(2021, 1, 1))
    assert set(listed) == set(sectors.names())
    assert len({code for code, _name in listed.values()}) == 10
    assert sectors.plan_sectors("national-2020", date(2019, 1, 1)) == {}
