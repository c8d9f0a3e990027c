"""The register's pages and API: rights, forms that keep what was typed, constant query counts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from anlan.base.actor import Actor
from anlan.domain.enterprises import commands
from anlan.domain.enterprises.commands import NewEnterprise
from anlan.domain.enterprises.models import Enterprise
from anlan.kernel.accounts import commands as accounts
from anlan.kernel.accounts.commands import Land
from anlan.kernel.accounts.models import Jurisdiction, Post, Role, Sector, Unit, UnitKind, User
from anlan.kernel.regions.models import Region

AT = datetime(2026, 11, 20, 1, tzinfo=UTC)
BY = Actor(None, "cli:test", trusted=True)
CODE = "91350100M000100Y43"


@pytest.fixture(autouse=True)
def no_second_factor(settings):
    settings.MFA_OFF = True


@pytest.fixture
def wuhua(db):
    return Region.objects.get(code="530102")


@pytest.fixture
def panlong(db):
    return Region.objects.get(code="530103")


@pytest.fixture
def hazchem(db):
    return Sector.objects.get_or_create(code="hazchem", defaults={"name": "危险化学品"})[0]


def person(name, role, area, *, sector=None, enterprise=None):
    unit = accounts.create_unit(
        f"u-{name}", name, UnitKind.DEPARTMENT, area, by=BY, at=AT,
        lands=[Land(area, sector, enterprise)],
    )  # fmt: skip
    user = accounts.create_person(name, name, by=BY, at=AT)
    accounts.grant_post(user.pk, unit, role, by=BY, at=AT)
    client = Client()
    client.force_login(User.objects.get(pk=user.pk))
    return client


def entry(name, area, **more):
    return commands.save(None, NewEnterprise(name, area.pk, **more), by=BY, at=AT)


@pytest.mark.parametrize("role", [Role.OFFICE, Role.VIEWER, Role.INSPECTOR])
def test_s12_another_area_is_not_there(wuhua, panlong, role):
    own, other = entry("五华厂", wuhua), entry("盘龙厂", panlong)
    client = person("wh", role, wuhua)
    listed = client.get(reverse("enterprises:list")).content.decode()
    assert "五华厂" in listed
    assert "盘龙厂" not in listed
    assert client.get(reverse("enterprises:page", args=[own.pk])).status_code == 200
    for name in ("page", "edit"):
        asked = client.get(reverse(f"enterprises:{name}", args=[other.pk]))
        assert asked.status_code in (403, 404)
        assert "盘龙厂" not in asked.content.decode()
    for name in ("set_status", "propose_merge", "decide_merge"):
        asked = client.post(reverse(f"enterprises:{name}", args=[other.pk]), {"into": own.pk})
        assert asked.status_code in (403, 404)
    other.refresh_from_db()
    assert other.status == "active"


def test_s12_another_sector_and_another_enterprise_are_not_there(wuhua, hazchem):
    chem = entry("化工厂", wuhua, sector_id="hazchem")
    plain = entry("面粉厂", wuhua)
    inspector = person("chem", Role.INSPECTOR, wuhua, sector="hazchem")
    officer = person("firm", Role.RECTIFIER, wuhua, enterprise=plain.pk)
    for client, seen, hidden in ((inspector, chem, plain), (officer, plain, chem)):
        assert client.get(reverse("enterprises:page", args=[seen.pk])).status_code == 200
        assert client.get(reverse("enterprises:page", args=[hidden.pk])).status_code == 404
        assert hidden.name not in client.get(reverse("enterprises:list")).content.decode()


def test_a_viewer_may_see_but_not_change(wuhua):
    row = entry("五华厂", wuhua)
    client = person("see", Role.VIEWER, wuhua)
    assert client.get(reverse("enterprises:new")).status_code == 403
    assert client.get(reverse("enterprises:edit", args=[row.pk])).status_code == 403
    page = client.get(reverse("enterprises:page", args=[row.pk])).content.decode()
    assert reverse("enterprises:edit", args=[row.pk]) not in page


def form(at, **more):
    return {"name": "新厂", "kind": "enterprise", "area": at.code} | more


def test_an_office_enters_and_corrects_an_entry(wuhua):
    client = person("wh", Role.OFFICE, wuhua)
    made = client.post(
        reverse("enterprises:new"), form(wuhua, credit_code=CODE, industry="2614 有机化学原料制造")
    )
    assert made.status_code == 302
    row = Enterprise.objects.get()
    assert (row.name, row.credit_code, row.industry, row.source) == ("新厂", CODE, "2614", "form")
    page = client.get(made.url).content.decode()
    assert "有机化学原料制造" in page
    edit = reverse("enterprises:edit", args=[row.pk])
    assert "新厂" in client.get(edit).content.decode()
    client.post(edit, form(wuhua, name="更名厂", credit_code=CODE, version=row.version))
    row.refresh_from_db()
    assert row.name == "更名厂"
    # The form that was opened before the change is answered with what happened, and is kept.
    late = client.post(edit, form(wuhua, name="晚了", credit_code=CODE, version=1))
    assert late.status_code == 409
    assert "晚了" in late.content.decode()


@pytest.mark.once
@pytest.mark.parametrize(
    "wrong",
    [
        {"credit_code": "91350100M000100Y44"},
        {"area": "999999"},
        {"name": ""},
        {"industry": "不存在的行业"},
        {"lon": "102.7"},
    ],
)
def test_a_mistake_is_said_and_what_was_typed_is_kept(wuhua, wrong):
    client = person("wh", Role.OFFICE, wuhua)
    answer = client.post(reverse("enterprises:new"), form(wuhua, address="东风西路", **wrong))
    assert answer.status_code == 422
    assert "东风西路" in answer.content.decode()
    assert not Enterprise.objects.exists()


def test_s12_the_form_can_t_reach_another_area(wuhua, panlong):
    client = person("wh", Role.OFFICE, wuhua)
    answer = client.post(reverse("enterprises:new"), form(panlong))
    assert answer.status_code == 422
    assert not Enterprise.objects.exists()
    own = entry("五华厂", wuhua)
    client.post(reverse("enterprises:edit", args=[own.pk]), form(panlong, version=own.version))
    own.refresh_from_db()
    assert own.area == wuhua


def test_s12_a_hidden_entry_s_name_is_not_told_by_its_code(wuhua, panlong):
    entry("盘龙秘密厂", panlong, credit_code=CODE)
    client = person("wh", Role.OFFICE, wuhua)
    answer = client.post(reverse("enterprises:new"), form(wuhua, credit_code=CODE))
    assert answer.status_code == 422
    assert "盘龙秘密厂" not in answer.content.decode()


def test_two_people_merge_two_entries(wuhua):
    first, second = entry("甲厂", wuhua), entry("甲化工厂", wuhua)
    one, two = (person(name, Role.OFFICE, wuhua) for name in ("one", "two"))
    one.post(reverse("enterprises:propose_merge", args=[first.pk]), {"into": "甲化工厂"})
    decide = reverse("enterprises:decide_merge", args=[first.pk])
    assert one.post(decide, {"agreed": "yes"}).status_code == 403
    assert two.post(decide, {"agreed": "yes"}).status_code == 302
    first.refresh_from_db()
    assert first.merged_into == second
    assert "甲厂" not in two.get(reverse("enterprises:list")).content.decode().replace(
        "甲化工厂", ""
    )


def test_filters_narrow_the_list(wuhua, hazchem):
    entry("红旗化工", wuhua, sector_id="hazchem", credit_code=CODE)
    entry("向阳小吃店", wuhua)
    client = person("wh", Role.OFFICE, wuhua)

    def names(query):
        text = client.get(reverse("enterprises:list") + query).content.decode()
        return [name for name in ("红旗化工", "向阳小吃店") if name in text]

    assert names("") == ["红旗化工", "向阳小吃店"]
    assert names("?q=小吃") == ["向阳小吃店"]
    assert names("?sector=hazchem") == ["红旗化工"]
    assert names("?no_code=1") == ["向阳小吃店"]
    assert names("?area=530103") == []
    assert names("?q=没有") == []


@pytest.mark.once
def test_a_list_of_many_takes_as_many_queries_as_one_of_few(wuhua):
    client = person("wh", Role.OFFICE, wuhua)

    def count():
        with CaptureQueriesContext(connection) as caught:
            assert client.get(reverse("enterprises:list")).status_code == 200
        return len(caught)

    entry("甲", wuhua)
    client.get(reverse("enterprises:list"))  # what a process remembers is remembered now
    few = count()
    commands.put_enterprises(
        [NewEnterprise(f"企业{n}", wuhua.pk) for n in range(60)], by=BY, at=AT, source="t"
    )
    assert count() == few


def test_an_office_gives_an_enterprise_its_unit_before_anything_is_assigned(wuhua, panlong):
    firm = entry("五华化工厂", wuhua, credit_code=CODE)
    office = person("wh.office", Role.OFFICE, wuhua)
    officer = person("firm.viewer", Role.RECTIFIER, wuhua, enterprise=firm.pk)
    elsewhere = person("pl.office", Role.OFFICE, panlong)
    address = reverse("enterprises:make_unit", args=[firm.pk])
    assert elsewhere.post(address).status_code == 404
    assert officer.post(address).status_code == 403
    assert not Unit.objects.filter(code=f"E{firm.pk}").exists()
    page = reverse("enterprises:page", args=[firm.pk])
    assert address in office.get(page).content.decode()
    for _twice in range(2):
        assert office.post(address).status_code == 302
    made = Unit.objects.get(code=f"E{firm.pk}")
    lands = Jurisdiction.objects.filter(unit=made).values_list("enterprise_id", flat=True)
    assert list(lands) == [firm.pk]
    shown = office.get(page).content.decode()
    assert made.code in shown
    assert address not in shown
    # An assignment afterwards finds the same unit.
    assert commands.answering_unit(firm.pk, by=BY, at=AT) == made


def test_a_list_of_people_names_their_enterprise_by_its_credit_code(wuhua):
    firm = entry("五华化工厂", wuhua, credit_code=CODE)
    officer = {"username": "an.quan", "name": "安全员", "role": "rectifier"}
    unknown = {"username": "bu.zhi", "name": "不知", "role": "rectifier"}
    rows = [officer | {"unit": CODE}, unknown | {"unit": "91350100M000100Y44"}]
    results = accounts.import_people(rows, by=BY, at=AT)
    assert [each.outcome for each in results] == ["created", "rejected"]
    assert results[1].column == "unit"
    post = Post.objects.get(user__username="an.quan")
    assert post.unit == commands.answering_unit(firm.pk, by=BY, at=AT)
    assert accounts.import_people(rows[:1], by=BY, at=AT)[0].outcome == "unchanged"
