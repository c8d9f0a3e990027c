"""Lists imported a second time: what differs is carried out or said, and nothing is taken away."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from anlan.base.refusal import Unreadable
from anlan.kernel.accounts import commands, units
from anlan.kernel.accounts.commands import Land
from anlan.kernel.accounts.models import Post, Unit, User
from anlan.kernel.accounts.tests.people import CLI
from anlan.kernel.audit.models import AuditRow
from anlan.kernel.regions.models import Region


@pytest.fixture
def office(db, clock):
    rows = [
        {"code": "km", "name": "昆明市安委办", "kind": "安委办", "area": "530100"},
        {"code": "wh", "name": "五华区安委办", "kind": "安委办", "area": "530102"},
    ]
    commands.import_units(rows, by=CLI, at=timezone.now())
    first = {"username": "zhang", "name": "张三", "unit": "km", "role": "viewer", "title": "科员"}
    listed(first)
    return first


def listed(*rows):
    return commands.import_people(rows, by=CLI, at=timezone.now())


def held(username="zhang"):
    posts = Post.objects.filter(user__username=username, valid_to=None)
    return sorted(posts.values_list("unit__code", "role"))


def test_a_second_list_changes_names_adds_posts_and_says_what_stays(office):
    (same,) = listed(office)
    assert (same.outcome, same.message) == ("unchanged", "")
    until = date(2027, 1, 1)
    User.objects.filter(username="zhang").update(expires_on=until)
    moved = office | {"name": "张珊", "email": "zhang@example.cn", "unit": "wh", "role": "office"}
    (changed,) = listed(moved)
    assert changed.outcome == "updated"
    assert held() == [("km", "viewer"), ("wh", "office")]
    # What the list no longer has is kept, and the answer names it.
    for words in ("张三", "五华区安委办", "昆明市安委办"):
        assert words in changed.message
    user = User.objects.get(username="zhang")
    assert (user.name, user.email, user.expires_on) == ("张珊", "zhang@example.cn", until)
    done = AuditRow.objects.order_by("-pk").values_list("action", flat=True)[:2]
    assert set(done) == {"accounts.post_granted", "accounts.person_changed"}
    assert listed(moved)[0].outcome == "unchanged"


def test_what_a_second_list_can_not_change_is_said(office, person):
    (titled,) = listed(office | {"title": "主任科员"})
    assert titled.outcome == "unchanged"
    assert "科员" in titled.message
    # No list makes an administrator of somebody, or the other way round.
    person("sys", "system_admin")
    before = held("sys")
    (both,) = listed({"username": "sys", "name": "另名", "unit": "km", "role": "viewer"})
    assert (both.outcome, both.code, held("sys")) == ("rejected", "roles_exclude", before)
    assert not User.objects.filter(name="另名").exists()
    User.objects.filter(username="zhang").update(is_active=False)
    (off,) = listed(office | {"unit": "wh"})
    assert (off.outcome, held()) == ("unchanged", [("km", "viewer")])
    assert off.message


def test_an_enterprise_s_unit_is_nothing_that_a_list_or_a_form_makes(office, browser, person,
                                                                    no_factor):  # fmt: skip
    row = {"code": "qy", "name": "某化工厂", "kind": "企业", "area": "530102"}
    rows = [row, row | {"code": "E12", "kind": "部门"}, row | {"code": "E12b", "kind": "部门"}]
    results = commands.import_units(rows, by=CLI, at=timezone.now())
    assert [each.code for each in results] == ["enterprise", "reserved", ""]
    person("sys", "system_admin")
    browser.sign_in("sys")
    sent = {"code": "qy", "name": "某化工厂", "kind": "enterprise", "area": "530102"}
    assert browser.post(reverse("accounts:new_unit"), sent).status_code == 422
    sent |= {"code": "E12", "kind": "department"}
    assert browser.post(reverse("accounts:new_unit"), sent).status_code == 422
    assert not Unit.objects.filter(code__in=["qy", "E12"]).exists()


def test_an_enterprise_s_unit_answers_for_no_area(office):
    area, at = Region.objects.get(code="530102"), timezone.now()
    old = commands.create_unit("old", "某化工厂", "enterprise", area, by=CLI, at=at)
    with pytest.raises(Unreadable):
        commands.set_jurisdictions(old.pk, [Land(area)], by=CLI, at=at)
    # One from before this rule goes up in the enterprise's own unit, and its area is gone.
    own = units.for_enterprise(7, "某化工厂", area.pk, area.path, by=CLI, at=at)
    commands.merge_units([old.pk], into=own, by=CLI, at=at)
    assert set(own.jurisdictions.values_list("enterprise_id", flat=True)) == {7}
