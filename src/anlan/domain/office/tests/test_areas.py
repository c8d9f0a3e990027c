"""Areas: browsed from one's own down, added by staff, changed by the head above; nothing else."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from anlan.domain.office.tests.house import AT, BY, TODAY, client_of, done, offices, region, someone
from anlan.kernel.accounts.models import Role, UnitKind
from anlan.kernel.audit.models import AuditRow
from anlan.kernel.facts.models import Fact
from anlan.kernel.regions import commands as regions
from anlan.kernel.regions.commands import NewArea
from anlan.kernel.regions.models import Change, Level, Lineage, Region, RegionCode
from anlan.kernel.regions.queries import by_code

pytestmark = pytest.mark.django_db
PAPER = {"day": "2024-06-01", "doc_no": "云政发〔2024〕8号", "source": "云南省人民政府"}


@pytest.fixture(autouse=True)
def noon(settings):
    settings.MFA_OFF = True
    with time_machine.travel(AT, tick=False) as clock:
        yield clock


@pytest.fixture
def house(db):
    return offices()


def url(name, code):
    return reverse(f"office:{name}", args=[region(code).pk])


def page(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


# Looking


def test_the_tree_begins_at_ones_own_area_and_goes_no_higher(house):
    own = page(house["km.office"], reverse("office:areas"))
    assert "五华区" in own
    assert "530102" in own
    assert house["km.office"].get(url("area", "530102")).status_code == 200
    for code in ("530000", "530300", "530302"):
        assert house["km.office"].get(url("area", code)).status_code == 404


def test_somebody_of_two_areas_begins_with_both(house):
    from anlan.kernel.accounts import commands as accounts
    from anlan.kernel.accounts.models import Unit, User

    unit = Unit.objects.get(code="u-committee_office-530102-None-None")
    other = accounts.create_unit(
        "other", "曲靖市安委办", UnitKind.COMMITTEE_OFFICE, region("530300"), by=BY, at=AT,
        lands=[accounts.Land(region("530300"))],
    )  # fmt: skip
    assert unit != other
    user = User.objects.get(username="wh.office")
    accounts.grant_post(user.pk, other, Role.OFFICE, by=BY, at=AT)
    client = client_of("wh.office")  # a new post ends the sessions of its holder
    own = page(client, reverse("office:areas"))
    assert "五华区" in own
    assert "曲靖市" in own
    assert "530302" in page(client, url("area", "530300"))


@pytest.mark.parametrize("text", ["盘龙", "530103", "pl", "panlong"])
def test_search_finds_by_name_code_and_pinyin_and_only_inside(house, text):
    found = page(house["km.office"], f"{reverse('office:areas')}?q={text}")
    assert "盘龙区" in found
    assert "盘龙区" not in page(house["wh.office"], f"{reverse('office:areas')}?q={text}")


def test_one_area_shows_codes_names_lineage_and_what_it_is(house):
    here = region("530102")
    regions.rename(here, "五华新区", day=date(2024, 3, 1), by=BY, at=AT)
    regions.recode(region("530102"), "530192", day=date(2024, 3, 1), by=BY, at=AT)
    told = page(house["km.office"], reverse("office:area", args=[here.pk]))
    for words in ("五华新区", "五华区", "530102", "530192", "2024-02-29", "2024-03-01"):
        assert words in told, words


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR])
def test_S16_no_administrator_browses_or_changes_areas(role):
    client = someone("admin", role, "530000", kind="other")
    assert client.get(reverse("office:areas")).status_code == 403
    for name in ("area", "add_area", "rename_area", "recode_area", "reform_area"):
        assert client.get(url(name, "530102")).status_code == 403


def test_an_officer_of_one_firm_sees_no_tree(house):
    firm = someone("firm", Role.RECTIFIER, "530102", kind=UnitKind.ENTERPRISE, enterprise=7)
    assert firm.get(reverse("office:areas")).status_code == 403
    assert firm.get(url("area", "530102")).status_code == 403


@pytest.mark.once
def test_a_list_of_many_asks_as_much_as_one_of_few(house):
    client, here = house["wh.office"], region("530102")
    address = reverse("office:area", args=[here.pk])

    def count():
        with CaptureQueriesContext(connection) as caught:
            page(client, address)
        return len(caught)

    page(client, address)
    few = count()
    for n in range(60):
        regions.add_area(
            NewArea(f"第{n}功能区", here, Level.TOWNSHIP, kind="功能区", is_division=False),
            by=BY, at=AT,
        )  # fmt: skip
    assert count() == few
    listed = page(client, address + "?kind=other")
    assert "功能区" in listed
    assert "after=" in listed


# Adding


def add(client, at, /, **more):
    data = {"kind": "开发区", "name": "五华科技园", "level": "", "code": "", "day": ""} | more
    return client.post(url("add_area", at), data)


def test_staff_add_a_zone_a_village_and_a_grid_below_their_own(house):
    client = house["wh.office"]
    assert done(add(client, "530102", day="2024-01-01", lon="102.7", lat="25.1"))
    zone = Region.objects.get(name="五华科技园")
    assert (zone.code, zone.level, zone.is_division, zone.kind) == (
        "530102-Z1",
        Level.TOWNSHIP,
        False,
        "开发区",
    )
    assert zone.parent == region("530102")
    town = Region.objects.current().filter(parent=region("530102"), level=4, is_division=True)[0]
    assert done(add(client, town.code, kind="村", name="模拟村", code=f"{town.code}299"))
    village = Region.objects.get(name="模拟村")
    assert (village.level, village.is_division) == (Level.VILLAGE, True)
    assert done(add(client, village.code, kind="网格", name="第一网格"))
    grid = Region.objects.get(name="第一网格")
    assert grid.path.startswith(village.path)
    assert grid.level == Level.GRID
    assert AuditRow.objects.filter(action="region.add").count() == 3
    assert "no division" in page(client, reverse("office:area", args=[zone.pk]))


@pytest.mark.once
@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"name": ""}, "Fill in: Name"),
        ({"code": "530103"}, "belongs to"),
        ({"code": "五华"}, "be a code"),
        ({"day": "2025-01-01"}, "enter a day"),
        ({"kind": "省"}, "choose one of the list"),
        ({"kind": "网格", "level": "4"}, "have the level"),
        ({"kind": "省直管县"}, "choose one of the list"),
        ({"level": "3"}, "choose one of the list"),
        ({"lon": "500"}, "less than or equal to 136"),
    ],
)
def test_what_cant_be_added_is_said_and_kept(house, more, words):
    before = Region.objects.count()
    answer = add(house["wh.office"], "530102", **{"name": "五华科技园", **more})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert words in text, text[text.find('class="errors"') :][:500]
    assert Region.objects.count() == before


def test_nobody_adds_outside_their_area_or_without_the_office(house):
    before = Region.objects.count()
    assert add(house["wh.office"], "530103").status_code == 404
    assert add(house["wh.office"], "530100").status_code == 404
    for role in (Role.INSPECTOR, Role.VIEWER, Role.GRID):
        client = someone(f"x{role}", role, "530102")
        assert add(client, "530102").status_code == 403
    chem = someone("chem", Role.OFFICE, "530102", sector="hazchem")
    assert add(chem, "530102").status_code == 403
    assert Region.objects.count() == before


# Renaming and codes


def test_the_head_above_renames_and_recodes_and_history_keeps_both(house):
    here = region("530102")
    client = house["km.leader"]
    assert done(client.post(url("rename_area", "530102"), {"name": "五华新区", **PAPER}))
    assert done(client.post(url("recode_area", "530102"), {"code": "530192", **PAPER}))
    here.refresh_from_db()
    assert (here.name, here.code, here.full_name) == ("五华新区", "530192", "云南省昆明市五华新区")
    assert by_code("530102", date(2024, 5, 31)) == here
    assert by_code("530192", TODAY) == here
    rows = Lineage.objects.filter(old=here, new=here, day=date(2024, 6, 1))
    assert {row.kind for row in rows} == {"rename", "recode"}
    assert {row.doc_no for row in rows} == {"云政发〔2024〕8号"}


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("rename_area", {"name": ""}, "Fill in"),
        ("rename_area", {"name": "新名", "day": "2025-01-01"}, "enter a day"),
        ("rename_area", {"name": "新名", "doc_no": ""}, "Number of the document"),
        ("recode_area", {"code": "530103"}, "belongs to"),
        ("recode_area", {"code": "?"}, "be a code"),
    ],
)
def test_a_change_that_cant_be_is_said(house, name, data, words):
    answer = house["km.leader"].post(url(name, "530102"), {**PAPER, **data})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert Region.objects.get(code="530102").name == "五华区"


@pytest.mark.parametrize("who", ["wh.leader", "wh.office", "km.office"])
@pytest.mark.parametrize("name", ["rename_area", "recode_area", "reform_area"])
def test_no_place_redraws_itself_and_no_staff_do(house, who, name):
    data = {"name": "新名", "code": "530199", "kind": "abolish", "step": "do", **PAPER}
    answer = house[who].post(url(name, "530102"), data)
    assert answer.status_code == 403
    assert Region.objects.current().filter(code="530102", name="五华区").exists()


def test_the_topmost_head_renames_its_own_place(house):
    assert done(house["yn.leader"].post(url("rename_area", "530000"), {"name": "云岭省", **PAPER}))
    assert region("530102").full_name == "云岭省昆明市五华区"
    # A second top office elsewhere, and there is none above all any more.
    someone("elsewhere", Role.LEADER, "110000")
    answer = house["yn.leader"].post(url("rename_area", "530000"), {"name": "云南省", **PAPER})
    assert answer.status_code == 403


def test_staff_change_what_is_no_division_of_their_own(house):
    add(house["wh.office"], "530102", code="WH-KJY")
    assert done(
        house["wh.office"].post(url("rename_area", "WH-KJY"), {"name": "五华高新园", **PAPER})
    )
    data = {"kind": "abolish", "step": "do", **PAPER}
    assert done(house["wh.office"].post(url("reform_area", "WH-KJY"), data))
    assert not Region.objects.current().filter(name="五华高新园").exists()


# Reforms


def reform(client, at, step="", /, **more):
    data = {"kind": "into", "target": "", "others": "", "name": "", "code": "", **PAPER, **more}
    return client.post(url("reform_area", at), {**data, "step": step})


def test_a_merger_is_shown_first_and_done_when_confirmed(house, play):
    stage = play("""
        day         who        does    -> state
        2024-05-20  inspector  find    -> found
    """)
    old = region("530102")
    below = Region.objects.current().below(old).count() - 1
    facts, regions_before = Fact.objects.count(), Region.objects.count()
    shown = reform(house["km.leader"], "530102", target="530103")
    assert shown.status_code == 200
    told = shown.content.decode()
    assert f"Areas below that move along: {below}" in told
    assert "云南省昆明市盘龙区" in told
    assert "Open hazards and problems</dt><dd>1" in told
    # It was tried and taken back: nothing is different.
    assert Region.objects.count() == regions_before
    assert Region.objects.get(pk=old.pk).valid_to is None
    assert not AuditRow.objects.filter(action__startswith="region.").exists()
    assert done(reform(house["km.leader"], "530102", "do", target="530103"))
    old.refresh_from_db()
    assert old.valid_to == date(2024, 5, 31)
    taken = Region.objects.current().below(region("530103")).filter(valid_from=date(2024, 6, 1))
    assert taken.count() == below
    assert not Region.objects.current().filter(parent=old).exists()
    assert Lineage.objects.get(old=old, kind="merge").new == region("530103")
    # What was counted stays where it was counted.
    assert stage.case.area_id == old.pk
    assert Fact.objects.count() == facts
    ended = page(house["km.leader"], reverse("office:area", args=[old.pk]))
    assert "盘龙区" in ended
    assert reverse("office:reform_area", args=[old.pk]) not in ended
    assert reform(house["km.leader"], "530103", target="530102").status_code == 422


def test_several_are_merged_into_a_new_one(house):
    done_ = reform(
        house["km.leader"],
        "530102",
        "do",
        kind="new",
        others="530103",
        name="翠湖区",
        code="530120",
    )
    assert done(done_)
    new = region("530120")
    assert (new.full_name, new.level, new.parent.code) == ("云南省昆明市翠湖区", 3, "530100")
    assert (
        RegionCode.objects.filter(code__in=["530102", "530103"], valid_to=date(2024, 5, 31)).count()
        == 2
    )


def test_a_town_comes_under_another_county_with_its_code_and_name(house):
    town = Region.objects.current().filter(parent=region("530102"), level=4)[0]
    assert done(reform(house["km.leader"], town.code, "do", kind="transfer", target="530103"))
    town.refresh_from_db()
    new = by_code(RegionCode.objects.filter(region=town).get().code, TODAY)
    assert town.valid_to == date(2024, 5, 31)
    assert (new.name, new.parent) == (town.name, region("530103"))


@pytest.mark.once
@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({}, "Enter the code of the other area"),
        ({"kind": "new"}, "Enter the name of the new area"),
        ({"kind": "abolish"}, "still belong to"),
        ({"target": "530300"}, "No area that you may use so"),
        ({"target": "999999"}, "No area that you may use so"),
        ({"target": "530103", "others": "530302"}, "No area that you may use so"),
        ({"target": "530102"}, "named twice"),
        ({"target": "530103", "day": "2025-01-01"}, "enter a day"),
        ({"target": "530103", "doc_no": ""}, "Number of the document"),
        ({"kind": "new", "name": "翠湖区", "code": "530111"}, "belongs to"),
        ({"kind": "abolish", "others": "530103"}, "only a merger"),
        ({"kind": "split"}, "choose one of the list"),
    ],
)
@pytest.mark.parametrize("step", ["", "do"])
def test_a_reform_that_cant_be_is_refused_before_and_after_the_preview(house, more, words, step):
    before = list(Region.objects.order_by("pk").values_list("pk", "valid_to", "code"))
    answer = reform(house["km.leader"], "530102", step, **more)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert words in text, text[text.find('class="errors"') :][:500]
    assert list(Region.objects.order_by("pk").values_list("pk", "valid_to", "code")) == before


def test_a_zones_staff_dont_take_a_division_in(house):
    """Merging something of one's own into a place that one may not change isn't allowed."""
    add(house["wh.office"], "530102", code="WH-KJY")
    answer = reform(house["wh.office"], "WH-KJY", "do", target="530102")
    assert answer.status_code == 422
    assert Region.objects.current().filter(code="WH-KJY").exists()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        # Into a town of its own, which would end with it; a town is lower than a county besides.
        ({"target": "530102001"}, "level must be lower"),
        ({"kind": "new", "name": "翠湖区", "code": "530120", "others": "530102001"}, "lies inside"),
        ({"kind": "transfer", "target": "530100"}, "above it already"),
        ({"kind": "transfer", "target": "530103"}, "level must be lower"),
    ],
)
def test_an_area_isnt_put_under_what_ends_with_it(house, more, words):
    before = list(Region.objects.order_by("pk").values_list("pk", "valid_to", "code"))
    answer = reform(house["km.leader"], "530102", "do", **more)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert words in text, text[text.find('class="errors"') :][:500]
    assert list(Region.objects.order_by("pk").values_list("pk", "valid_to", "code")) == before


def test_a_town_isnt_merged_into_one_of_a_county_that_ends_with_it(house):
    town, other = "530111001", "530103"
    answer = reform(house["km.leader"], town, "do", target="530103001", others=other)
    assert answer.status_code == 422
    assert "ends together with it" in answer.content.decode()
    assert Region.objects.current().filter(code=town).exists()


def test_names_that_one_may_not_open_are_no_links(house):
    old, taker = region("530102"), region("530302")
    regions.reform(Change.MERGE, [old], [taker], day=date(2024, 6, 1), by=BY, at=AT)
    told = page(house["wh.office"], reverse("office:area", args=[old.pk]))
    assert "曲靖市麒麟区" in told
    assert reverse("office:area", args=[taker.pk]) not in told


def test_nothing_is_offered_below_a_grid(house):
    client = house["wh.office"]
    add(client, "530102", kind="网格", name="第一网格", code="G1")
    grid = region("G1")
    told = page(client, reverse("office:area", args=[grid.pk]))
    assert reverse("office:add_area", args=[grid.pk]) not in told
    assert add(client, "G1").status_code == 422
