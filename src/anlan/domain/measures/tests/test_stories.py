"""Measures through the pages: made, in force, revised, repealed; linked, taken up, counted."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from anlan.base.ids import uuid7
from anlan.domain.lists import freshness
from anlan.domain.lists.models import UnitUpdate
from anlan.domain.lists.tests.house import numbers
from anlan.domain.measures import commands, steps
from anlan.domain.measures.loop import KIND
from anlan.domain.measures.models import Answered, Measure, TakenUp
from anlan.domain.measures.tests.desk import Desk, day
from anlan.kernel.audit.models import AuditRow
from anlan.kernel.loop import ladder
from anlan.kernel.loop.models import Case, Event, Party
from anlan.kernel.notices.models import Notice

pytestmark = pytest.mark.django_db
PK = uuid7()


def test_a_measure_goes_from_a_wish_to_a_text_in_force_and_is_repealed(desk: Desk) -> None:
    row = desk.make()
    assert row.case.state == "planned"
    assert desk.sums() == {"found": 1, "open": 1}
    assert desk.step("inspector", row, "draft") == "drafting"
    assert desk.step("office", row, "consult", reason="向各街道征求意见，至月底") == "consulting"
    assert desk.step("office", row, "draft") == 409
    assert desk.step("office", row, "repeal", on=day(0), reason="不再需要") == 409
    adopted = {"adopted_on": day(-1), "in_force_on": day(0), "number": "五安办〔2024〕9号"}
    assert desk.step("office", row, "adopt", **adopted) == "in_force"
    row.refresh_from_db()
    assert (row.adopted_on, row.in_force_on) == (day(-1), day(0))
    assert desk.sums()["in_force"] == 1
    assert desk.sums()["open"] == 0
    desk.check()
    assert desk.step("office", row, "repeal", on=day(-1), reason="机构改革") == 422
    assert desk.step("office", row, "repeal", on=day(0), reason=" ") == 422
    assert desk.step("office", row, "repeal", on=day(0), reason="机构改革") == "repealed"
    assert desk.sums()["in_force"] == 0
    assert desk.sums()["repealed"] == 1
    assert AuditRow.objects.filter(action="measure.repeal").count() == 1
    desk.check()


def test_what_is_adopted_for_a_later_day_comes_into_force_by_the_clock(desk: Desk) -> None:
    row = desk.make()
    adopted = {"adopted_on": day(0), "in_force_on": day(5)}
    assert desk.step("office", row, "adopt", **adopted) == "adopted"
    now = timezone.now()
    assert commands.enforce_due(now) == 0
    assert commands.enforce_due(now + timedelta(days=5)) == 1
    assert commands.enforce_due(now + timedelta(days=5)) == 0
    case = Case.objects.get(pk=row.pk)
    assert (case.state, case.is_open, case.closed_on) == ("in_force", False, day(5))
    # Until then the stock doesn't hold it.
    assert desk.sums().get("in_force", 0) == 0


def test_a_rule_wants_its_number_and_no_day_lies_ahead(desk: Desk) -> None:
    row = desk.make(kind="rule")
    assert desk.step("office", row, "adopt", adopted_on=day(0)) == 422
    assert desk.step("office", row, "adopt", adopted_on=day(1), number="1号") == 422
    early = {"adopted_on": day(0), "in_force_on": day(-1), "number": "1号"}
    assert desk.step("office", row, "adopt", **early) == 422
    assert desk.step("office", row, "adopt", adopted_on=day(0), number="1号") == "in_force"


def test_what_is_being_made_wants_a_deadline_and_what_is_adopted_its_day(desk: Desk) -> None:
    for wrong in (
        {"due_on": None},
        {"state": "in_force", "due_on": None},
        {"state": "in_force", "adopted_on": day(-1), "in_force_on": day(3)},
        {"state": "planned", "adopted_on": day(-1)},
        {"state": "repealed", "adopted_on": day(-9)},
        {"state": "repealed", "adopted_on": day(-9), "ended_on": day(1)},
        {"title": " "},
        {"area": "530103"},
        {"kind": "song"},
    ):
        assert desk.send(**wrong)[0].status_code == 422, wrong
    assert not Measure.objects.exists()
    old = desk.make(state="repealed", due_on=None, adopted_on=day(-900), ended_on=day(-100))
    assert (old.case.state, old.ended_on) == ("repealed", day(-100))
    desk.check()
    assert desk.sums()["in_force"] == 0


def test_another_unit_leads_its_making_signs_and_climbs_the_ladder_when_late(desk: Desk) -> None:
    row = desk.make(lead=desk.house.unit("housing"))
    assert Notice.objects.filter(kind="measures.given", about=str(row.pk)).exists()
    work = desk.house.get("housing", "work:list").content.decode()
    assert row.title in work
    assert desk.step("inspector", row, "receive") == 403
    assert desk.step("housing", row, "receive") == "planned"
    assert Party.objects.get(case=row.pk, role="rectifier").received_at is not None
    assert desk.step("housing", row, "draft") == "drafting"
    # Who leads it doesn't give itself more time, nor drop it.
    assert desk.step("housing", row, "extend", due_on=day(60), reason="还在论证") == 403
    assert desk.step("office", row, "extend", due_on=day(20), reason="还在论证") == 422
    assert desk.step("office", row, "extend", due_on=day(60), reason="还在论证") == "drafting"
    late = datetime.combine(day(62), datetime.min.time(), timezone.get_default_timezone())
    ladder.tick(late)
    assert Case.objects.get(pk=row.pk).rung == 2
    assert desk.step("housing", row, "adopt", adopted_on=day(0)) == "in_force"
    desk.check()


def test_from_the_page_of_a_listed_problem_one_press_makes_a_measure_linked_to_it(
    desk: Desk,
) -> None:
    house = desk.house
    item = house.enter(house.kind())
    beside = house.get("office", "measures:of_item", item.pk).content.decode()
    address = f"{reverse('measures:new')}?item={item.pk}"
    assert address in beside
    page = house.get("office", "lists:item", item.pk).content.decode()
    assert reverse("measures:of_item", args=[item.pk]) in page
    form = house.browser("office").get(address).content.decode()
    assert item.title in form
    row = desk.make(item=item.pk)
    assert list(Answered.objects.values_list("measure", "item")) == [(row.pk, item.pk)]
    assert row.title in house.get("office", "measures:of_item", item.pk).content.decode()
    assert item.title in house.get("office", "measures:page", row.pk).content.decode()
    # A stranger neither sees the problem nor links it.
    assert house.browser("stranger").get(address).status_code == 404
    assert desk.send("stranger", item=item.pk, area="530103")[0].status_code == 404


def test_it_answers_hazards_too_each_once_and_a_link_is_taken_back(desk: Desk) -> None:
    row, hazard = desk.make(), desk.house.hazard()
    number = Case.objects.get(pk=hazard).number
    given = {"problem": number.lower(), "note": "明确巡查责任"}
    assert desk.step("office", row, "answer", **given) == "planned"
    assert desk.step("office", row, "answer", **given) == 409
    assert desk.step("office", row, "answer", problem="YH20240101-0000-0000") == 422
    beside = desk.house.get("inspector", "measures:of_hazard", hazard).content.decode()
    assert row.title in beside
    link = Answered.objects.get()
    post = desk.house.post
    assert post("stranger", "measures:unlink", row.pk, link.pk).status_code == 404
    assert post("viewer", "measures:unlink", row.pk, link.pk).status_code == 403
    assert post("office", "measures:unlink", row.pk, link.pk).status_code == 302
    assert not Answered.objects.exists()
    desk.check()


def test_a_later_measure_replaces_an_earlier_one_once_it_is_in_force(desk: Desk) -> None:
    old, new = desk.issued(title="占压巡查办法（试行）"), desk.make(title="占压巡查办法")
    given = {"earlier": "占压巡查办法（试行）", "how": "replaces"}
    assert desk.step("office", new, "follow", **given) == "planned"
    assert desk.step("office", new, "follow", **given) == 409
    assert desk.step("office", new, "follow", earlier="没有的办法", how="revises") == 422
    assert Case.objects.get(pk=old.pk).state == "in_force"
    assert desk.step("office", new, "adopt", adopted_on=day(0)) == "in_force"
    old.refresh_from_db()
    assert (Case.objects.get(pk=old.pk).state, old.ended_on) == ("repealed", day(0))
    third = desk.issued(title="占压巡查细则", since=-2)
    assert desk.step("office", third, "follow", earlier=new.title, how="interprets") == "in_force"
    assert Case.objects.get(pk=new.pk).state == "in_force"
    fourth = desk.issued(title="占压巡查办法（修订）", since=-1)
    assert desk.step("office", fourth, "follow", earlier=new.title, how="revises") == "in_force"
    assert Case.objects.get(pk=new.pk).state == "amended"
    assert {name: desk.sums()[name] for name in ("in_force", "repealed", "amended")} == {
        "in_force": 2, "repealed": 1, "amended": 1,
    }  # fmt: skip
    desk.check()


def test_the_history_speaks_of_measures_and_not_of_hazards(desk: Desk) -> None:
    from anlan.domain.measures.history import timeline_of

    row = desk.make(title="占压巡查办法")
    assert (
        desk.step("office", row, "adopt", number="昆安办〔2026〕9号", adopted_on=day(0))
        == "in_force"
    )
    lines = timeline_of(list(Event.objects.filter(case=row.pk).order_by("-seq")))
    assert lines[-1]["what"] == "enter on the list"
    told = {name for line in lines for name, _before, _after in line["changes"]}
    assert "Document or standard number" in told or "In force from" in told
    assert told.isdisjoint({"state", "number"})


def test_only_its_keeper_says_that_a_measure_is_replaced(desk: Desk) -> None:
    desk.issued("city", area="530100", title="昆明市巡查规定", kind="rule")
    mine = desk.issued(title="五华区巡查办法")
    assert desk.step("office", mine, "follow", earlier="昆明市巡查规定", how="replaces") == 403
    given = {"earlier": "昆明市巡查规定", "how": "interprets"}
    assert desk.step("office", mine, "follow", **given) == "in_force"


def test_a_draft_is_its_areas_own_and_what_is_adopted_is_read_below(desk: Desk) -> None:
    draft = desk.make("city", area="530100", title="昆明市巡查规定（草案）")
    issued = desk.issued("city", area="530100", title="昆明市巡查规定")
    district = desk.issued(title="五华区办法")
    see = desk.house.get
    for who, row, status in (
        ("city", draft, 200), ("office", draft, 404), ("stranger", draft, 404),
        ("office", issued, 200), ("firm", issued, 200), ("stranger", issued, 200),
        ("city", district, 200), ("firm", district, 200), ("stranger", district, 404),
    ):  # fmt: skip
        assert see(who, "measures:page", row.pk).status_code == status, (who, row.title)
    assert (desk.rows("city"), desk.rows("office"), desk.rows("stranger")) == (3, 2, 1)
    assert desk.send("viewer")[0].status_code == 403
    assert desk.send("firm")[0].status_code == 403
    assert desk.step("city", district, "correct", title="改") == 403
    # Nobody puts one into an area that isn't theirs.
    assert desk.send(area="530103")[0].status_code == 422


def test_other_units_take_it_up_once_each_while_it_is_in_force(desk: Desk) -> None:
    row, draft = desk.issued(), desk.make(title="另一机制")
    assert desk.step("gas", draft, "take_up", day=day(0)) == 403
    assert desk.step("gas", row, "take_up", day=day(1)) == 422
    assert desk.step("gas", row, "take_up", day=day(-50)) == 422
    assert desk.step("gas", row, "take_up", day=day(-1), note="纳入日常检查") == "in_force"
    assert desk.step("gas", row, "take_up", day=day(0)) == 409
    assert TakenUp.objects.get().unit == desk.house.cast.units["gas"]
    assert desk.sums()["taken_up"] == 1
    assert "纳入日常检查" in desk.house.get("viewer", "measures:page", row.pk).content.decode()
    assert desk.step("stranger", row, "take_up", day=day(0)) == 404
    desk.check()


def test_it_is_searched_by_words_and_narrowed_and_each_count_opens_its_rows(desk: Desk) -> None:
    bare = {"problem": ""}
    desk.issued(title="燃气管道占压巡查办法", kind="rule", sector="gas", **bare)
    desk.issued(title="标准化建设规范", kind="standard", since=-9, text="储罐区报警器配置", **bare)
    desk.make(title="占压改造工程", kind="project", **bare)
    desk.issued("city", area="530100", title="昆明市规定", kind="rule", **bare)
    for query, n in (
        ("?q=占压", 2), ("?q=占压 办法", 1), ("?q=报警器", 1), ("?q=〔2024〕10号", 2), ("?q=没有", 0),
        ("?q=燃氣 辦法", 1), ("?q=報警器", 1),
        ("?kind=rule", 2), ("?level=county", 3), ("?level=prefecture", 1), ("?sector=gas", 1),
        ("?state=making", 1), ("?state=valid", 3), ("?state=in_force&kind=rule", 2),
        ("?area=530102", 3), ("?late=1", 0),
    ):  # fmt: skip
        assert desk.rows("city", query) == n, query
    for query in ("", "?state=valid", "?kind=rule"):
        found = numbers(desk.house.get("city", "measures:table", query=query))
        assert found
        for href, n in found:
            page = desk.house.browser("city").get(href)
            assert page.content.decode().count('class="main-link clip-2"') == n, href


def test_a_form_sent_twice_makes_one_measure(desk: Desk) -> None:
    request_id = uuid7()
    for _sent in range(2):
        assert desk.send(pk=PK, request_id=request_id)[0].status_code == 302
    assert Measure.objects.count() == 1


@pytest.mark.once
def test_the_list_takes_as_many_statements_for_many_rows_as_for_few(desk: Desk) -> None:
    def statements() -> tuple[int, int]:
        found = []
        for name in ("measures:list", "measures:table"):
            desk.house.get("office", name)
            with CaptureQueriesContext(connection) as seen:
                assert desk.house.get("office", name).status_code == 200
            found.append(len(seen))
        return found[0], found[1]

    desk.issued()
    few = statements()
    for n in range(8):
        desk.issued(since=-20 - n, title=f"办法{n}", kind=("rule", "standard")[n % 2])
    assert statements() == few


@pytest.mark.parametrize(
    ("state", "taken", "drawn"),
    [
        ("planned", set(), ["planned", "drafting", "consulting", "adopted", "in_force"]),
        ("in_force", {"draft", "adopt"}, ["planned", "drafting", "adopted", "in_force"]),
        ("in_force", {"adopt"}, ["planned", "adopted", "in_force"]),
        ("consulting", {"consult"}, ["planned", "consulting", "adopted", "in_force"]),
    ],
)
def test_what_was_passed_over_is_not_drawn_as_done(
    state: str, taken: set[str], drawn: list[str]
) -> None:
    assert steps.way(state, taken) == drawn


def test_words_are_mended_and_the_history_says_what(desk: Desk) -> None:
    row = desk.issued(sector="gas")
    given = {
        "title": "燃气占压机制",
        "effect": "占压点位下降",
        "sectors": ["fire"],
        "problem": row.problem,
    }
    assert desk.step("office", row, "correct", **{**given, "title": ""}) == 422
    assert desk.step("office", row, "correct", **given) == "in_force"
    row.refresh_from_db()
    assert (row.title, row.effect, row.sectors) == ("燃气占压机制", "占压点位下降", ",gas,fire,")
    page = desk.house.get("office", "measures:page", row.pk).content.decode()
    assert "燃气管道占压联合巡查机制" in page
    desk.check()


def test_a_step_with_a_measure_updates_the_measure_list_of_the_unit_that_takes_it(
    desk: Desk,
) -> None:
    assert freshness.MEASURES.kinds == (KIND,)
    row = desk.make(lead=desk.house.unit("housing"))
    freshness.gather()
    assert set(UnitUpdate.objects.values_list("unit__name", flat=True)) == {"五华区安委办"}
    desk.step("housing", row, "receive")
    freshness.gather()
    update = UnitUpdate.objects.get(unit__name="五华区住建局")
    assert update.measures_latest is not None
    assert update.latest is None
