"""Tasks that count in two campaigns, parts with days of their own (百日行动), and counters."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from anlan.base.ids import uuid7
from anlan.domain.campaigns import commands, queries
from anlan.domain.campaigns.commands.terms import NewCampaign, NewLine
from anlan.domain.campaigns.models import Campaign, Counter, Line, Plan, SharedLine, Task
from anlan.domain.campaigns.sharing import queries as sharing
from anlan.domain.campaigns.sharing.commands import share_lines
from anlan.domain.campaigns.tests.house import DISTRICT, House, lead
from anlan.domain.campaigns.tests.test_progress import post
from anlan.kernel.audit.models import AuditRow

pytestmark = pytest.mark.django_db
#: Another prefecture of the province.
OUTSIDE = "530300"


def parallel(house: House, who: str = "city", title: str = "安全工程三年行动") -> UUID:
    """A campaign beside the other one, with years of its own."""
    day = house.today
    new = NewCampaign(house.cast.units[who].pk, title, day - timedelta(200), day + timedelta(400))
    return commands.make_campaign(new, **house.call(who))


def lines_of(plan: Plan) -> list[Line]:
    return list(plan.lines.filter(kind="task").order_by("place"))


def share(house: House, who: str, campaign: UUID, plan: Plan, *lines: Line, **more: Any) -> Any:
    data = {"lines": [str(line.pk) for line in lines], **more}
    return house.post(who, "campaigns:share", campaign, plan.pk, **data)


def listed(house: House, who: str, query: str) -> int:
    """How many rows a list of tasks has."""
    return house.text(who, "campaigns:tasks", query=query).count('class="main-link clip-2"')


def figures(page: str) -> dict[str, int]:
    """By address, the numbers of a page that open lists of tasks."""
    found = re.findall(r'href="(/campaigns/tasks/\?[^"]+)"[^>]*>([\d,]+)</a>', page)
    return {address.replace("&amp;", "&"): int(n.replace(",", "")) for address, n in found}


def test_a_task_counts_once_in_each_campaign_and_once_in_both(house: House) -> None:
    mine = house.campaign()
    plan = house.published(campaign=mine)
    other = parallel(house)
    own = house.published(campaign=other, lines=[NewLine("安全工程的任务。", title="工程任务")])
    first, second, _third = lines_of(plan)
    assert share(house, "city", other, plan, first, second).status_code == 302
    # Tasks of units below, for the same lines, come along.
    unit = house.cast.units["office"].pk
    commands.break_down(plan.pk, units=[unit], **house.call("city"))
    page = house.text("city", "campaigns:shared", other)
    opened = figures(page)
    base = f"?campaign={other}"
    here = {address.partition("?")[2]: n for address, n in opened.items()}
    assert here[base[1:]] == 5  # Its own one, two shared, and two of the district.
    assert here[f"campaign={other}&home={mine}"] == 4
    assert here[f"campaign={other}&both={mine}"] == 4
    assert here[f"campaign={mine}"] == 6
    assert here[f"campaign={other}&either={mine}"] == 7  # 5 + 6, without counting 4 twice.
    for address, n in opened.items():
        assert listed(house, "city", address.partition("/tasks/")[2]) == n, address
    # The other campaign's page says the same from its side.
    back = figures(house.text("city", "campaigns:shared", mine))
    assert back[f"/campaigns/tasks/?campaign={mine}&either={other}"] == 7
    # Both memberships stand on the task; the plan and its campaign are as they were.
    task = house.task(plan, "关闭不达标矿山")
    shown = house.text("city", "campaigns:task", task.pk)
    assert "安全工程三年行动" in shown
    assert "全市安全生产治本攻坚行动" in shown
    bare = house.text("city", "campaigns:task", house.task(plan, "开展宣传教育").pk)
    assert "Counts in several campaigns" not in bare
    assert Task.objects.filter(plan__campaign=mine).count() == 6
    # The battle map of the campaign that shares has them as well.
    chart = house.text("city", "campaigns:map", other)
    assert "昆明市治本攻坚总方案" in chart
    assert own.title in chart
    assert AuditRow.objects.filter(action="campaigns.share").count() == 1
    # What isn't ticked any more counts no more.
    assert share(house, "city", other, plan, first).status_code == 302
    assert listed(house, "city", base) == 3
    assert Task.objects.count() == 7


def test_only_who_keeps_a_campaign_says_what_counts_in_it(house: House) -> None:
    mine, other = house.campaign(), parallel(house)
    plan = house.published(campaign=mine)
    line = lines_of(plan)[0]
    for who in ("office", "emergency", "viewer"):
        assert share(house, who, other, plan, line).status_code in (403, 404)
    assert share(house, "city", mine, plan, line).status_code == 404  # Its own already.
    goal = plan.lines.get(kind="goal")
    assert share(house, "city", other, plan, goal).status_code == 422
    assert share(house, "city", other, plan, line, seen=99).status_code == 409
    draft = Plan.objects.get(pk=house.plan(campaign=mine))
    assert share(house, "city", other, draft, draft.lines.first()).status_code == 404
    assert not SharedLine.objects.exists()
    call = house.call("city")
    for _time in range(2):
        share_lines(other, plan.pk, [line.pk], **call)
    assert SharedLine.objects.count() == 1
    assert Campaign.objects.get(pk=other).version == 2
    # Who only reads sees the plan among those that count, and no way to change it.
    page = house.text("office", "campaigns:shared", other)
    assert plan.title in page
    assert reverse("campaigns:share", args=[other, plan.pk]) not in page


def test_lines_of_other_pages_stay_shared(house: House) -> None:
    mine, other = house.campaign(), parallel(house)
    many = [NewLine(f"任务{n}。", title=f"任务{n}", units=lead("市应急局")) for n in range(60)]
    plan = house.published(campaign=mine, lines=many)
    lines = lines_of(plan)
    share_lines(other, plan.pk, [lines[0].pk, lines[59].pk], **house.call("city"))
    # The first page holds fifty lines; of these the second is ticked in place of the first.
    assert share(house, "city", other, plan, lines[1]).status_code == 302
    assert set(SharedLine.objects.values_list("line", flat=True)) == {lines[1].pk, lines[59].pk}


def test_a_plan_beside_the_campaigns_own_has_its_tasks_and_counts_in_no_code(
    house: House,
) -> None:
    campaign = house.campaign(code="1+1+1")
    house.published(campaign=campaign)

    def there() -> list[int]:
        page = house.text("city", "campaigns:campaign", campaign)
        cells = re.findall(r'<td class="num">(\d+)</td><td class="num">(\d+)</td>', page)
        return [int(have) for _wanted, have in cells]

    before = there()
    assert before == [1, 0, 0]
    line = NewLine("创建安全发展示范城市。", title="示范城市任务", units=lead("市应急局"))
    beside = house.published(campaign=campaign, lines=[line], kind="beside")
    assert there() == before
    page = house.text("city", "campaigns:campaign", campaign)
    assert "plan beside the campaign’s own" in page
    # A task list of its own, and the tasks are the campaign's all the same.
    assert listed(house, "city", f"?plan={beside.pk}") == 1
    assert listed(house, "city", f"?campaign={campaign}") == 4


# --- parts and counters --------------------------------------------------------------------


def part(house: House, campaign: UUID, who: str = "city", **more: Any) -> Any:
    data = {
        "title": "城镇燃气安全整治百日行动",
        "unit": more.pop("unit", None) or house.cast.units[who].pk, "starts_on": house.today - timedelta(9), "days": 100, **more,
    }  # fmt: skip
    return house.post(who, "campaigns:new_part", campaign, **data)


def test_a_hundred_days_have_a_countdown_within_their_campaign(house: House) -> None:
    whole = house.campaign()
    for wrong in ({"days": 0}, {"days": 732}, {"title": " "}, {"starts_on": "0001-01-01"},
                  {"starts_on": house.today - timedelta(60)}, {"starts_on": "9999-12-31"},
                  {"starts_on": house.today + timedelta(650)},
                  {"unit": house.cast.units["elsewhere"].pk}):  # fmt: skip
        assert part(house, whole, **wrong).status_code == 422, wrong
    own = house.cast.units["office"].pk
    assert part(house, whole, "viewer", unit=own).status_code in (403, 404)
    assert part(house, whole).status_code == 302
    row = Campaign.objects.get(parent=whole)
    assert row.days == 100
    assert "Day 10 of 100" in house.text("city", "campaigns:campaign", row.pk)
    assert "90 days left" in house.text("city", "campaigns:campaign", row.pk)
    assert row.title in house.text("city", "campaigns:campaign", whole)
    # A county's own hundred days within the city's campaign; a part of a part is none.
    assert part(house, whole, "office", title="五华区百日行动").status_code == 302
    assert part(house, row.pk).status_code == 422
    # Whichever of the two is moved, the part stays inside.
    above = Campaign.objects.get(pk=whole)
    data = {"title": above.title, "unit": above.unit_id, "starts_on": above.starts_on,
            "ends_on": house.today + timedelta(5)}  # fmt: skip
    moved = house.post("city", "campaigns:edit", whole, **data)
    assert moved.status_code in (400, 422)
    assert "百日行动" in moved.content.decode()
    data = {"title": row.title, "unit": row.unit_id, "starts_on": house.today - timedelta(90),
            "ends_on": row.ends_on}  # fmt: skip
    assert house.post("city", "campaigns:edit", row.pk, **data).status_code in (400, 422)
    data["starts_on"] = row.starts_on
    assert house.post("city", "campaigns:edit", row.pk, **data).status_code == 302
    row.refresh_from_db()
    assert row.parent_id == whole


@pytest.mark.parametrize(
    ("start", "days", "said"),
    [(1, 100, ("before", None, 1)), (0, 100, ("running", 1, 99)), (-99, 100, ("running", 100, 0)),
     (-100, 100, ("over", None, 0)), (0, 1, ("running", 1, 0))],
)  # fmt: skip
def test_the_countdown_counts_both_ends(start: int, days: int, said: Any) -> None:
    today = timezone.localdate()
    first = today + timedelta(start)
    row = Campaign(starts_on=first, ends_on=first + timedelta(days - 1))
    found = sharing.countdown(row, today)
    assert (found.state, found.day, found.left) == said
    assert found.days == days


def counters(house: House, campaign: UUID, *rows: dict[str, Any], who: str = "city",
             **more: Any) -> Any:  # fmt: skip
    data = {f"{name}_{n}": value for n, row in enumerate(rows) for name, value in row.items()}
    return house.post(who, "campaigns:counters", campaign, **data, **more)


def test_a_part_counts_facts_of_its_own_days_and_opens_to_them(house: House) -> None:
    whole = house.campaign()
    part(house, whole)
    row = Campaign.objects.get(parent=whole)
    found = {"name": "排查隐患", "what": "hazard.found", "wanted": 2}
    for wrong in ({**found, "what": "nonsense"}, {**found, "what": ""}, {**found, "wanted": -1},
                  {**found, "what": "target:1"}, {**found, "grade": "nonsense"}):  # fmt: skip
        assert counters(house, row.pk, wrong).status_code == 422, wrong
    assert counters(house, row.pk, found, who="office").status_code in (403, 404)
    major = {"name": "重大隐患", "what": "hazard.found", "grade": ["major"], "wanted": 0,
             "ceiling": "on"}  # fmt: skip
    assert counters(house, row.pk, found, major).status_code == 302
    post(DISTRICT, house.today, kind="hazard.found", sector="coal")
    page = house.text("city", "campaigns:campaign", row.pk)
    one, two = Counter.objects.order_by("place")
    assert (one.counted, one.wanted, two.is_ceiling) == ("hazard.found", 2, True)
    assert "1 of 2" in page
    records = house.text("city", "campaigns:counter", row.pk, one.pk)
    assert "煤矿" in records
    # A district's office sees the sum; which records make it is open to the city's.
    below = house.text("office", "campaigns:counter", row.pk, one.pk)
    assert "煤矿" not in below
    assert "You see the sum alone" in below
    assert "1 of 2" in below
    assert house.get("city", "campaigns:counter", row.pk, 987654).status_code == 404
    assert house.get("city", "campaigns:counter", whole, one.pk).status_code == 404
    assert counters(house, row.pk, found, seen=1).status_code == 409


def test_what_lies_outside_the_days_is_not_counted(house: House) -> None:
    whole = house.campaign()
    found = {"name": "排查隐患", "what": "hazard.found", "wanted": 5}
    part(house, whole, days=5)
    row = Campaign.objects.get(parent=whole)
    assert counters(house, row.pk, found).status_code == 302
    # From its first day to its fifth, both counted; neither before nor after.
    for ago in (10, 9, 7, 5, 4, 0):
        post(DISTRICT, house.today - timedelta(ago), kind="hazard.found")
    post(OUTSIDE, house.today - timedelta(7), kind="hazard.found")
    [one] = sharing.counters(row, timezone.now())
    assert one.figure is not None
    assert (one.figure.value, one.figure.verdict) == (3, "short")
    part(house, whole, starts_on=house.today + timedelta(1), title="未开始")
    row = Campaign.objects.get(title="未开始")
    assert counters(house, row.pk, found).status_code == 302
    [one] = sharing.counters(row, timezone.now())
    assert one.figure is not None
    assert one.figure.value is None
    page = house.text("city", "campaigns:campaign", row.pk)
    assert "has not begun" in page
    assert "begins in 1 days" in page


def test_a_counter_follows_the_target_that_it_counts(house: House) -> None:
    whole = house.campaign()
    plan = house.published(campaign=whole)
    target = lines_of(plan)[0].targets.get()
    part(house, whole)
    row = Campaign.objects.get(parent=whole)
    mine = {"name": "关闭矿山", "what": f"target:{target.pk}"}
    # Nobody counts it yet, so it isn't offered.
    assert counters(house, row.pk, mine).status_code == 422
    house.post("city", "campaigns:counting", plan.pk, target.pk, code="hazard.closed")
    assert counters(house, row.pk, mine).status_code == 302
    [one] = sharing.counters(row, timezone.now())
    assert one.figure is not None
    assert one.figure.counting.code == "hazard.closed"
    house.post("city", "campaigns:counting", plan.pk, target.pk, code="hazard.found")
    [one] = sharing.counters(row, timezone.now())
    assert one.figure is not None
    assert one.figure.counting.code == "hazard.found"
    # Once nothing counts the target, the page says so instead of a number.
    house.post("city", "campaigns:counting", plan.pk, target.pk, code="")
    assert "not counted any more" in house.text("city", "campaigns:campaign", row.pk)
    counter = Counter.objects.get()
    assert "Nothing counts it" in house.text("city", "campaigns:counter", row.pk, counter.pk)


def test_the_workbook_has_counters_and_shared_tasks(house: House) -> None:
    import openpyxl

    mine, other = house.campaign(), parallel(house)
    plan = house.published(campaign=mine)
    share(house, "city", other, plan, lines_of(plan)[0])
    counters(house, other, {"name": "=排查", "what": "hazard.found", "wanted": 3})
    answer = house.get("city", "campaigns:counters_export", other)
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    counted, shared = book.worksheets
    row = [cell.value for cell in counted[4]]
    assert row[0].endswith("=排查")
    assert row[0] != "=排查"  # No formula comes out (S53).
    assert row[6] == 3
    assert [cell.value for cell in shared[3]][1:] == [3, 1, 3]
    assert AuditRow.objects.filter(action="campaigns.export_counters").exists()


@pytest.mark.once
def test_the_pages_cost_the_same_whatever_is_shared_and_counted(house: House) -> None:
    mine, other = house.campaign(), parallel(house)
    plan = house.published(campaign=mine)
    lines = lines_of(plan)
    part(house, mine)
    row = Campaign.objects.get(parent=mine)
    found = {"name": "排查隐患", "what": "hazard.found"}
    pages = {"shared": other, "campaign": row.pk, "map": other}

    def asked() -> dict[str, int]:
        counts = {}
        for name, pk in pages.items():
            house.get("city", f"campaigns:{name}", pk)
            with CaptureQueriesContext(connection) as seen:
                assert house.get("city", f"campaigns:{name}", pk).status_code == 200
            counts[name] = len(seen)
        return counts

    share(house, "city", other, plan, lines[0])
    counters(house, row.pk, found)
    few = asked()
    share(house, "city", other, plan, *lines)
    counters(house, row.pk, *[{**found, "name": f"排查{n}"} for n in range(3)])
    for n in range(3):
        third = parallel(house, title=f"另一行动{n}")
        share_lines(third, plan.pk, [lines[0].pk], **house.call("city"))
        theirs = house.published(campaign=third)
        share_lines(other, theirs.pk, [lines_of(theirs)[0].pk], **house.call("city"))
    more = asked()
    # A map with more plans opens fewer of them by itself, so that it may even ask less.
    assert all(more[name] <= few[name] for name in pages), (few, more)


def test_an_unshared_campaign_asks_for_no_shared_lines(house: House) -> None:
    mine = house.campaign()
    house.published(campaign=mine)
    assert "line__in" not in str(queries.in_campaign(mine))
    assert "line__in" not in str(queries.in_campaign(uuid7()))
