"""What posts do by their lists: ticked by whoever holds the post, in each period, late or in time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.db.models import Value
from django.db.models.functions import Concat
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from anlan.base.refusal import NotFound
from anlan.domain.campaigns.checklists import commands as do
from anlan.domain.campaigns.checklists import queries, turns
from anlan.domain.campaigns.checklists.commands import NewChecklist, NewItem, NewTick
from anlan.domain.campaigns.checklists.forms import ChecklistForm
from anlan.domain.campaigns.checklists.loop import DONE, DUE, KIND
from anlan.domain.campaigns.invariants import invariants
from anlan.domain.campaigns.models import Campaign, Checklist, ChecklistCopy, ChecklistTurn
from anlan.domain.campaigns.refusals import PlanIncomplete
from anlan.domain.campaigns.tests.house import House
from anlan.kernel.accounts.models import Post, Role, User
from anlan.kernel.facts.models import Fact
from anlan.kernel.loop import ladder

pytestmark = pytest.mark.django_db

DUTIES = (
    NewItem("巡查用气场所", "日常巡查", "安全员", "巡查率100%", link="使用", every="day"),
    NewItem("核对台账", "台账", "安全员", "建档率100%", link="管理", every="month"),
    NewItem("学习部署", "部署", "主要负责人", link="管理"),
)


@pytest.fixture
def posts(house: House) -> House:
    """In the city's emergency department somebody is 安全员, in a role that answers for nothing."""
    house.cast.person("safety", "emergency", Role.VIEWER)
    Post.objects.filter(user=house.cast.users["safety"]).update(title="安全员")
    User.objects.update(password_changed_at=timezone.now())
    return house


def given(house: House, items: tuple[NewItem, ...] = DUTIES, **more: Any) -> Checklist:
    new = NewChecklist("岗位清单", "posts", items=items, due_on=house.today + timedelta(60), **more)
    pk = do.make_checklist(house.campaign(), new, **house.call("city"))
    do.hand_out(pk, heap="own", **house.call("city"))
    return Checklist.objects.get(pk=pk)


def turn(house: House, text: str, unit: str = "emergency", day: int = 0) -> ChecklistTurn:
    item = next(one for one in DUTIES if one.text == text)
    code = turns.code_of(item.every, house.today + timedelta(day))
    of = ChecklistTurn.objects.filter(unit=house.cast.units[unit], post=item.post, period=code)
    return of.select_related("case", "copy").get()


def tick(house: House, who: str, row: ChecklistTurn, state: str = "done", note: str = "") -> None:
    items = row.copy.checklist.items.filter(post=row.post, every=row.every)
    ticks = [NewTick(one.pk, state, note) for one in items]
    do.fill_turn(row.pk, ticks, **house.call(who))


def said(kind: str) -> int:
    return sum(Fact.objects.filter(kind__code=kind).values_list("quantity", flat=True))


def assert_whole(days: int = 0) -> None:
    bad = [one for one in invariants(timezone.now() + timedelta(days)) if not one[1]]
    assert not bad, bad


def test_the_holder_of_a_post_ticks_its_items_and_who_has_not_is_late_and_climbs(
    posts: House,
) -> None:
    house = posts
    given(house)
    assert ChecklistTurn.objects.count() == 6, "of two units, for each post and how often"
    assert said(DUE.code) == 6
    daily = turn(house, "巡查用气场所")
    listed = house.text("safety", "work:list")
    assert listed.count("岗位清单") == 2
    assert str(turn(house, "学习部署").pk) not in listed, "another post's"
    page = ("campaigns:checklist_turn", daily.pk)
    assert "巡查用气场所" in house.text("safety", *page)
    assert house.get("stranger", *page).status_code == 404
    item = daily.copy.checklist.items.get(text="巡查用气场所")
    assert house.post("city", *page, **{f"state_{item.pk}": "done"}).status_code == 403
    assert house.post("safety", *page, **{f"state_{item.pk}": "done"}).status_code == 302
    daily.case.refresh_from_db()
    assert (daily.case.state, daily.case.settled_on) == ("closed", house.today)
    assert house.text("safety", "work:list").count("岗位清单") == 1
    # Nobody is 主要负责人 there, so it waits for whoever answers for the unit.
    assert str(turn(house, "学习部署").pk) in house.text("emergency", "work:list")
    # The day after, the next turn is asked for; what nobody did is late and climbs by itself.
    tomorrow = timezone.now() + timedelta(1)
    assert turns.open_due(tomorrow) >= 2
    assert turns.open_due(tomorrow) == 0
    assert turn(house, "巡查用气场所", day=1).case.state == "assigned"
    ladder.tick(tomorrow)
    late = turn(house, "巡查用气场所", "housing")
    assert late.case.rung == 2
    assert turn(house, "巡查用气场所").case.rung == 0
    assert_whole(1)


def test_an_item_that_is_not_done_after_all_opens_the_turn_and_takes_its_facts_back(
    posts: House,
) -> None:
    house = posts
    given(house)
    daily = turn(house, "巡查用气场所")
    tick(house, "safety", daily)
    assert (said(DONE.code), said(f"{KIND}.closed")) == (1, 1)
    tick(house, "emergency", daily, "open")
    daily.case.refresh_from_db()
    assert daily.case.state == "assigned"
    assert (said(DONE.code), said(f"{KIND}.closed"), said(DUE.code)) == (0, 0, 6)
    assert_whole()
    # What doesn't apply is in neither, and settles the turn.
    tick(house, "safety", daily, "not_applicable", "无用气场所")
    daily.case.refresh_from_db()
    assert (daily.case.state, said(DONE.code), said(DUE.code)) == ("closed", 0, 5)
    with pytest.raises(NotFound):
        tick(house, "stranger", daily)
    assert_whole()


def test_the_units_page_and_a_posts_page_say_the_same(posts: House) -> None:
    house = posts
    row = given(house)
    copy = ChecklistCopy.objects.get(checklist=row, unit=house.cast.units["emergency"])
    said_ = [NewTick(one.pk, "done") for one in row.items.all()]
    call = house.call("emergency")
    do.fill(copy.pk, said_, **call)
    do.fill(copy.pk, said_, **call)  # The same request again.
    states = set(copy.turns.values_list("case__state", flat=True))
    assert states == {"closed"}
    assert said(DONE.code) == 3
    # Tomorrow the day's item is open again, and the month's and the single one stay done.
    if (house.today + timedelta(1)).month == house.today.month:
        later = queries.Standing(row, house.cast.actor("city"), house.today + timedelta(1))
        assert later.total.done == 2
    assert_whole()


def test_each_figure_opens_to_the_units_on_which_items_are_missing(posts: House) -> None:
    house = posts
    row = given(house)
    tick(house, "safety", turn(house, "巡查用气场所"))
    shown = house.text("city", "campaigns:checklist", row.pk)
    assert "1 / 6" in shown
    standing = queries.Standing(row, house.cast.actor("city"), house.today)
    aspects = {one.name: (one.sum.done, one.sum.lacking) for one in standing.parts(
        lambda item: (item.link, item.aspect))}  # fmt: skip
    assert aspects == {("使用", "日常巡查"): (1, 1), ("管理", "台账"): (0, 2),
                       ("管理", "部署"): (0, 2)}  # fmt: skip
    missing = house.text("city", "campaigns:checklist", row.pk,
                         query="?aspect=日常巡查&link=使用&lacking=1")  # fmt: skip
    emergency, housing = "昆明市应急管理局", "昆明市住房和城乡建设局"
    assert f">{housing}</a>" in missing
    assert f">{emergency}</a>" not in missing
    do.hand_out(row.pk, heap="next", **house.call("city"))
    standing = queries.Standing(row, house.cast.actor("city"), house.today)
    areas = {area.code: (count, sum_.done) for area, count, sum_ in standing.areas()}
    assert areas["530100"] == (2, 1)
    assert areas["530102"] == (1, 0)
    district = next(area for area, *_rest in standing.areas() if area.code == "530102")
    below = house.text("city", "campaigns:checklist", row.pk, query=f"?area={district.pk}")
    assert "五华区安委办" in below
    assert f">{housing}</a>" not in below


def test_what_was_ticked_before_its_turn_was_asked_for_is_done(posts: House) -> None:
    house = posts
    row = given(house)
    copy = ChecklistCopy.objects.get(checklist=row, unit=house.cast.units["emergency"])
    tomorrow = timezone.now() + timedelta(1)
    early = house.call("emergency") | {"at": tomorrow}
    item = row.items.get(text="巡查用气场所")
    do.fill(copy.pk, [NewTick(item.pk, "done")], **early)
    assert turns.open_due(tomorrow) >= 2
    assert turn(house, "巡查用气场所", day=1).case.state == "closed"
    assert turn(house, "巡查用气场所", "housing", day=1).case.state == "assigned"
    assert said(DONE.code) == 1
    assert_whole(1)
    # A campaign that is ended asks for nothing more.
    Campaign.objects.update(ended_on=house.today)
    assert turns.open_due(timezone.now() + timedelta(2)) == 0


def test_who_ticks_on_an_older_page_undoes_nothing_of_another(posts: House) -> None:
    house = posts
    row = given(house)
    copy = ChecklistCopy.objects.get(checklist=row, unit=house.cast.units["emergency"])
    first, second, third = row.items.order_by("place")
    page = ("campaigns:checklist_copy", copy.pk)
    assert f"initial-state_{first.pk}" in house.text("emergency", *page)
    stale = {f"initial-state_{one.pk}": "open" for one in (first, second, third)}
    stale |= {f"state_{one.pk}": "open" for one in (first, second, third)}
    for one in (first, second):
        said_ = stale | {f"state_{one.pk}": "done"}
        assert house.post("emergency", *page, **said_).status_code == 302
    assert dict(copy.ticks.values_list("item", "state")) == {first.pk: "done", second.pk: "done"}


def test_a_list_that_is_ended_asks_for_nothing_more(posts: House) -> None:
    house = posts
    row = given(house)
    end = ("campaigns:end_checklist", row.pk)
    assert house.post("city", *end, reason=" ").status_code == 422
    assert house.post("emergency", *end, reason="换新清单").status_code in (403, 404)
    assert house.post("city", *end, reason="换新清单").status_code == 302
    assert set(ChecklistTurn.objects.values_list("case__state", flat=True)) == {"void"}
    assert (turns.open_due(timezone.now() + timedelta(1)), said(DUE.code)) == (0, 0)
    assert house.post("city", *end, reason="再来一次").status_code == 422
    with pytest.raises(PlanIncomplete):
        do.hand_out(row.pk, heap="next", **house.call("city"))
    assert_whole()


def test_of_a_large_list_the_worker_drops_what_is_left(
    posts: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "DROPPED_AT_ONCE", 2)
    row = given(posts)
    do.end_checklist(row.pk, reason="换新清单", **posts.call("city"))
    waiting = ChecklistTurn.objects.filter(case__state="assigned")
    assert waiting.count() == 4, "two went with the request, of six"
    [job] = posts.work()
    assert (job.result, waiting.count()) == ({"dropped": 4}, 0)
    assert_whole()


def test_a_page_that_lay_open_over_midnight_is_about_the_day_it_was_opened(posts: House) -> None:
    given(posts)
    copy = ChecklistCopy.objects.get(unit=posts.cast.units["emergency"])
    item = copy.checklist.items.get(every="day").pk
    call = {**posts.call("emergency"), "at": timezone.now() + timedelta(1)}
    do.fill(copy.pk, [NewTick(item, "done")], drawn=posts.today, **call)
    assert copy.ticks.get().period == str(posts.today)
    assert turn(posts, "巡查用气场所").case.state == "closed"
    later = {**posts.call("emergency"), "at": timezone.now() + timedelta(2)}
    with pytest.raises(PlanIncomplete, match=str(posts.today)):
        do.fill(copy.pk, [NewTick(item, "open")], drawn=posts.today, **later)
    ahead = {**posts.call("emergency"), "at": timezone.now()}
    with pytest.raises(PlanIncomplete):
        do.fill(copy.pk, [NewTick(item, "open")], drawn=posts.today + timedelta(1), **ahead)
    page = posts.text("emergency", "campaigns:checklist_copy", copy.pk)
    assert f'name="drawn" value="{posts.today}"' in page


def test_daily_items_may_rest_on_days_off() -> None:
    saturday = timezone.now() + timedelta((5 - timezone.localdate().weekday()) % 7 + 364)
    day = timezone.localdate(saturday)
    items = ChecklistForm({"items": "岗位|频次|事项\n安全员|每天|巡查", "name": "清单", "kind": "posts",
                           "request_id": UUID(int=1)})  # fmt: skip
    assert items.is_valid(), items.errors
    [item] = items.new().items
    assert (item.text, item.post, item.every) == ("巡查", "安全员", "day")
    assert turns.code_of("day", day) == str(day)
    assert turns.code_of("", day) == ""


@pytest.mark.once
def test_turns_are_opened_in_as_many_statements_for_many_units(posts: House) -> None:
    house = posts
    counts = []
    for heap in ("own", "next"):
        row = given(house)
        if heap == "next":
            do.hand_out(row.pk, heap="next", **house.call("city"))
        Checklist.objects.exclude(pk=row.pk).update(ended_on=house.today)
        # As if none of them had been asked for yet.
        ChecklistTurn.objects.filter(copy__checklist=row).update(
            period=Concat(Value("gone"), "every")
        )
        with CaptureQueriesContext(connection) as seen:
            assert turns.open_due(timezone.now() + timedelta(1)) > 0
        counts.append(len(seen))
    assert counts[0] == counts[1]
