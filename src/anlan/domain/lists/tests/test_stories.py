"""Problems on lists, through their pages: promoted, rectified, applied elsewhere, evaluated, closed."""

from __future__ import annotations

import pytest
from django.urls import reverse

from anlan.base.ids import uuid7
from anlan.domain.lists import commands
from anlan.domain.lists.models import Elsewhere, Item, KindVersion, ListKind, Promotion
from anlan.domain.lists.tests.house import House, numbers, rows_of
from anlan.kernel.audit.models import AuditRow as Row
from anlan.kernel.facts.models import Fact
from anlan.kernel.loop.models import Case, Party
from anlan.kernel.notices.models import Notice

pytestmark = pytest.mark.django_db


def promoted(house: House, kind: ListKind) -> Item:
    """A hazard that the inspector proposed and the leader put on the list."""
    hazard = house.hazard()
    answer = house.post("inspector", "lists:promote", hazard, kind=kind.pk, reason="多个小区都有")
    row = Promotion.objects.get()
    assert answer.headers["Location"] == reverse("lists:promotion", args=[row.pk])
    answer = house.post("leader", "lists:promotion", row.pk, accept="1", answer="同意列入")
    item = Item.objects.get()
    assert answer.headers["Location"] == reverse("lists:item", args=[item.pk])
    return item


def test_a_typical_hazard_is_promoted_by_one_and_put_on_the_list_by_another(house: House) -> None:
    kind = house.kind()
    hazard = house.hazard()
    page = house.get("inspector", "hazards:page", hazard).content.decode()
    assert reverse("lists:of_hazard", args=[hazard]) in page
    offer = house.get("inspector", "lists:of_hazard", hazard).content.decode()
    assert reverse("lists:promote", args=[hazard]) in offer

    missing = house.post("leader", "lists:promote", hazard, kind=kind.pk, reason=" ")
    assert missing.status_code == 422
    house.post("leader", "lists:promote", hazard, kind=kind.pk, reason="多个小区都有")
    row = Promotion.objects.get()
    assert Item.objects.count() == 0
    own = house.post("leader", "lists:promotion", row.pk, accept="1")
    assert own.status_code == 403  # Who asked doesn't decide.
    office = house.post("office", "lists:promotion", row.pk, accept="1")
    assert office.status_code == 403  # On this list leaders decide.
    assert house.post("mayor", "lists:promotion", row.pk, accept="1").status_code == 302
    item = Item.objects.get()
    assert (item.hazard_id, item.origin, item.case.state) == (hazard, "hazard", "found")
    assert item.case.number.startswith("QD")
    row.refresh_from_db()
    assert (row.status, row.decider, row.item) == ("accepted", "mayor", item)
    assert Row.objects.filter(action="promotion.accept", object_id=str(row.pk)).exists()
    again = house.post("mayor", "lists:promotion", row.pk, accept="0", answer="重复")
    assert again.status_code == 409
    twice = house.post("office", "lists:promote", hazard, kind=kind.pk, reason="再次提出")
    assert twice.status_code == 409
    assert kind.title in house.get("inspector", "lists:of_hazard", hazard).content.decode()


def test_a_wish_is_declined_with_a_reason_and_may_be_made_again(house: House) -> None:
    kind = house.kind()
    hazard = house.hazard()
    house.post("inspector", "lists:promote", hazard, kind=kind.pk, reason="多发")
    row = Promotion.objects.get()
    assert house.post("leader", "lists:promotion", row.pk, accept="0").status_code == 422
    assert (
        house.post("leader", "lists:promotion", row.pk, accept="0", answer="尚属个别").status_code
        == 302
    )
    row.refresh_from_db()
    assert (row.status, row.answer, row.item) == ("declined", "尚属个别", None)
    assert (
        house.post(
            "inspector", "lists:promote", hazard, kind=kind.pk, reason="又见三处"
        ).status_code
        == 302
    )
    assert Promotion.objects.filter(status="proposed").count() == 1


def test_an_item_goes_through_the_six_steps_and_closes_with_the_three_results(house: House) -> None:
    item = promoted(house, house.kind())
    pk = item.pk
    assert house.step("office", pk, "assign", rectifier=house.unit("housing")) == "assigned"
    assert Party.objects.filter(
        case=pk, role="rectifier", unit=house.cast.units["housing"]
    ).exists()
    assert house.step("housing", pk, "receive") == "assigned"
    assert house.step("inspector", pk, "rectify", result="改了") == 403  # Not its unit.
    assert house.step("inspector", pk, "accept", reason="查") == 409  # Not its turn.
    assert house.step("housing", pk, "rectify", result="拆除占压12处，责任到人") == "rectified"
    assert house.step("inspector", pk, "accept", reason="现场核查") == 409  # 举一反三 comes first.
    assert (
        house.step("office", pk, "apply", source_treated="修订巡查制度") == 422
    )  # Nobody asked yet.
    gas = house.cast.units["gas"].pk
    away = house.unit("elsewhere")
    assert house.step("office", pk, "ask", wanted="燃气管道占压", other=away) == 422
    assert (
        house.step("office", pk, "ask", wanted="燃气管道占压", other=house.unit("gas"))
        == "rectified"
    )
    assert Notice.objects.filter(kind="lists.asked_elsewhere", about=str(pk)).count() == 1
    assert house.step("office", pk, "apply", source_treated="修订巡查制度") == 409  # Unanswered.
    assert (
        house.step("gas", pk, "answer", found=3, answer="排查 20 处，发现 3 处，已整改")
        == "rectified"
    )
    asked = Elsewhere.objects.get(item=pk, unit=gas)
    assert (asked.found, asked.answered_by) == (3, "gas")
    done = house.step("office", pk, "apply", source_treated="修订巡查制度", mechanism="管线联合巡查办法",
                      mechanism_ref="五安办〔2026〕3号")  # fmt: skip
    assert done == "applied"
    assert house.step("housing", pk, "accept", reason="合格") == 403  # Its own unit rectified.
    assert house.step("inspector", pk, "accept", reason="现场核查 12 处均已拆除") == "verified"
    assert house.step("office", pk, "close") == 409  # Not evaluated.
    assert house.step("office", pk, "evaluate", side="安委会成员单位", score="101") == 422
    assert house.step("office", pk, "evaluate", side="安委会成员单位", score="88") == "verified"
    assert (
        house.step("office", pk, "evaluate", side="第三方机构", score="90") == 403
    )  # One side each.
    assert (
        house.step("inspector", pk, "evaluate", side="安委会成员单位", score="90") == 422
    )  # Spoken for.
    assert house.step("inspector", pk, "evaluate", side="第三方机构", score="92.5") == "evaluated"
    assert house.step("office", pk, "analyse", analysis="老旧小区无巡查责任人") == "analysed"
    assert house.step("office", pk, "close") == 409  # Two of the three results are missing.
    assert house.step("office", pk, "three", problem_solved="12 处占压全部拆除", mechanism="管线联合巡查办法",
                      field_treated="全区老旧小区燃气管线") == "analysed"  # fmt: skip
    assert house.step("office", pk, "close") == "closed"

    page = house.get("office", "lists:item", pk).content.decode()
    for word in ("拆除占压12处", "排查 20 处", "92.5", "老旧小区无巡查责任人", "管线联合巡查办法"):
        assert word in page
    sums: dict[str, int] = {}
    for code, quantity in Fact.objects.filter(case_id=pk).values_list("kind__code", "quantity"):
        sums[code] = sums.get(code, 0) + quantity
    assert {name: n for name, n in sums.items() if n} == {
        f"list_item.{name}": 1
        for name in ("found", "assigned", "due", "rectified", "found_settled", "due_met", "verified",
                     "closed")
    }  # fmt: skip


def test_what_is_returned_is_rectified_and_evaluated_anew(house: House) -> None:
    kind = house.kind(steps={"apply": {"applies": False}, "analyse": {"applies": False}})
    item = house.enter(kind)
    pk = item.pk
    house.step("office", pk, "assign", rectifier=house.unit("housing"))
    house.step("housing", pk, "rectify", result="已整改")
    assert house.step("inspector", pk, "reject", reason="照片看不清") == "assigned"
    assert Case.objects.get(pk=pk).round == 1
    house.step("housing", pk, "rectify", result="已重新整改")
    assert house.step("inspector", pk, "accept", reason="合格") == "verified"
    house.step("inspector", pk, "evaluate", side="第三方机构", score="80")
    assert house.step("office", pk, "evaluate", side="安委会成员单位", score="80") == "evaluated"
    house.step("office", pk, "three", problem_solved="一", mechanism="二", field_treated="三")
    assert house.step("office", pk, "close") == "closed"


def test_a_kind_says_which_steps_apply_and_an_item_keeps_its_version(house: House) -> None:
    plain = {name: {"applies": False} for name in ("apply", "evaluate", "analyse")}
    kind = house.kind(steps=plain, sides=[])
    item = house.enter(kind)
    commands.change_kind(
        kind.pk, house.data(), version=1, reason="按省里要求", by=house.cast.actor("office"),
        at=item.case.opened_on and Row.objects.latest("at").at,
    )  # fmt: skip
    kind.refresh_from_db()
    assert kind.version == 2
    pk = item.pk
    house.step("office", pk, "assign", rectifier=house.unit("housing"), due_on="")
    house.step("housing", pk, "rectify", result="已整改")
    assert house.step("inspector", pk, "accept", reason="合格") == "verified"
    house.step("office", pk, "three", problem_solved="一", mechanism="二", field_treated="三")
    assert house.step("office", pk, "close") == "closed"  # Version 1 knows no evaluation.
    later = house.enter(ListKind.objects.get(pk=kind.pk))
    assert later.version.version == 2


def test_the_deadline_of_a_kind_runs_and_what_is_late_shows(
    house: House, django_assert_num_queries
) -> None:
    steps = {"rectify": {"n": 30, "unit": "calendar_days"}, "accept": {"n": 5, "unit": "calendar_days"},
             "apply": {"applies": False}}  # fmt: skip
    item = house.enter(house.kind(steps=steps))
    house.step("office", item.pk, "assign", rectifier=house.unit("housing"))
    case = Case.objects.get(pk=item.pk)
    assert (case.due_on - case.opened_on).days == 30
    house.step("housing", item.pk, "rectify", result="已整改")
    item.refresh_from_db()
    assert (item.step_due_on - case.opened_on).days == 5
    Item.objects.filter(pk=item.pk).update(step_due_on=case.opened_on.replace(year=2024))
    page = house.get("office", "lists:items", query="?late=1")
    assert rows_of(page) == 1
    figures = dict(numbers(house.get("office", "lists:overview")))
    assert figures[f"{reverse('lists:items')}?kind={item.kind_id}&late=1"] == 1


def test_each_figure_of_the_overview_opens_as_many_rows(house: House) -> None:
    kind, other = house.kind(), house.kind(name="另一张清单", group="七张问题清单", place=2)
    for number in range(3):
        house.enter(kind, title=f"问题{number}")
    closed = house.enter(other)
    Case.objects.filter(pk=closed.pk).update(state="closed", is_open=False, unsettled=False)
    for who in ("office", "city"):
        figures = numbers(house.get(who, "lists:overview"))
        assert len(figures) >= 6
        for href, n in figures:
            assert rows_of(house.browser(who).get(href)) == n, href


def test_an_unnamed_or_unfilled_kind_takes_nothing(house: House) -> None:
    answer = house.post("office", "lists:take_up", preset="seven")
    assert answer.status_code == 302
    assert ListKind.objects.filter(group="七张问题清单").count() == 7
    named = ListKind.objects.exclude(name="")
    assert [kind.name for kind in named] == ["重大安全生产问题清单"]  # The document names no other.
    listed = house.get("office", "lists:kinds").content.decode()
    assert "七张问题清单, list 2 (no name yet)" in listed
    page = house.get("office", "lists:new").content.decode()
    assert "No list takes items yet" in page  # Who evaluates is still open.
    form = _form_of(house, named[0].pk)
    assert (
        house.post(
            "office", "lists:edit_kind", named[0].pk, **{**form, "sides": "专家"}
        ).status_code
        == 302
    )
    assert "重大安全生产问题清单" in house.get("office", "lists:new").content.decode()
    assert KindVersion.objects.get(kind=named[0], version=2).data["sides"] == ["专家"]
    stale = house.post("office", "lists:edit_kind", named[0].pk, **{**form, "sides": "群众"})
    assert stale.status_code == 409


def _form_of(house: House, pk: int) -> dict:
    """The edit form as the browser would send it back."""
    from anlan.domain.lists.forms import KindForm

    version = KindVersion.objects.filter(kind=pk).latest("version")
    values = KindForm.of(version.version, version.data)
    return {name: value for name, value in values.items() if value not in (None, False, "")}


def test_a_direct_entry_states_its_source_and_what_its_kind_asks(house: House) -> None:
    kind = house.kind(needs=["topic", "cause"])
    form = {
        "pk": uuid7(), "kind": kind.pk, "title": "有限空间事故多发", "description": "三起事故均为盲目施救",
        "origin": "media", "area": "530102", "found_on": "2024-06-01", "seen": "",
    }  # fmt: skip
    assert house.post("office", "lists:new", **form).status_code == 422  # Which report?
    form["origin_text"] = "某报 6 月 1 日"
    answer = house.post("office", "lists:new", **form)
    assert answer.status_code == 422
    assert "focus topic" in answer.content.decode()
    form |= {"topic": "城市燃气安全", "cause": "盲目施救"}
    assert house.post("office", "lists:new", **form).status_code == 302
    item = Item.objects.get()
    assert (item.origin, str(item.case.opened_on)) == ("media", "2024-06-01")
    foreign = house.post("office", "lists:new", **{**form, "pk": uuid7(), "area": "530103"})
    assert foreign.status_code == 422
    assert house.post("inspector", "lists:new", **form).status_code == 403


def test_a_foreign_office_sees_nothing_of_it(house: House) -> None:
    kind = house.kind()
    hazard = house.hazard()
    house.post("inspector", "lists:promote", hazard, kind=kind.pk, reason="多发")
    row = Promotion.objects.get()
    item = house.enter(kind)
    for name, pk in (("lists:item", item.pk), ("lists:promotion", row.pk), ("lists:kind", kind.pk),
                     ("lists:of_hazard", hazard), ("lists:promote", hazard)):  # fmt: skip
        assert house.get("stranger", name, pk).status_code == 404, name
    assert house.post("stranger", "lists:promotion", row.pk, accept="1").status_code == 404
    assert house.step("stranger", item.pk, "assign", rectifier=house.unit("housing")) == 404
    assert house.post("stranger", "lists:edit_kind", kind.pk, name="x").status_code == 404
    assert (
        house.post(
            "stranger", "lists:promote", house.hazard(), kind=kind.pk, reason="多发"
        ).status_code
        == 404
    )
    assert rows_of(house.get("stranger", "lists:items")) == 0
    # The city sees its district's list, and may not change it.
    assert house.get("city", "lists:kind", kind.pk).status_code == 200
    assert house.post("city", "lists:edit_kind", kind.pk, name="x").status_code == 403
    # A unit that is told to look for the same sees the item, and no other.
    assert house.get("other_firm", "lists:item", item.pk).status_code == 404


@pytest.mark.once
def test_a_list_asks_as_much_for_many_rows_as_for_few(
    house: House, django_assert_max_num_queries
) -> None:
    kind = house.kind()
    house.enter(kind)
    house.get("office", "lists:items")
    for number in range(12):
        house.enter(kind, title=f"问题{number}")
    with django_assert_max_num_queries(16):
        assert rows_of(house.get("office", "lists:items")) == 13
    with django_assert_max_num_queries(30):
        assert house.get("office", "lists:overview").status_code == 200


def test_a_repeated_request_lists_once(house: House) -> None:
    kind = house.kind()
    hazard = house.hazard()
    same = uuid7()
    for _time in range(2):
        house.post(
            "inspector", "lists:promote", hazard, kind=kind.pk, reason="多发", request_id=same
        )
    row = Promotion.objects.get()
    same = uuid7()
    for _time in range(2):
        answer = house.post("leader", "lists:promotion", row.pk, accept="1", request_id=same)
        assert answer.status_code == 302
    assert Item.objects.count() == 1


def test_the_check_finds_what_was_bent(house: House) -> None:
    from django.utils import timezone

    from anlan.domain.lists.invariants import invariants

    item = promoted(house, house.kind())

    def wrong() -> set[str]:
        return {name for name, ok, _n, _detail in invariants(timezone.now()) if not ok}

    assert wrong() == set()
    Promotion.objects.update(decided_by=house.cast.users["inspector"].pk)
    assert wrong() == {"I6 promotions are decided by another"}
    Case.objects.filter(pk=item.pk).update(state="closed", is_open=False, unsettled=False)
    assert wrong() == {
        "I5 figures of problem lists are their cases",
        "I6 listed problems close with three results",
        "I6 promotions are decided by another",
    }
