"""The battle map by its pages: who sees what, sums and rows that agree, comparison, size."""

from __future__ import annotations

import gzip
import html
import re
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

if TYPE_CHECKING:
    from anlan.domain.campaigns.tests.battle import Battle

pytestmark = pytest.mark.django_db
CITY, DISTRICT, OTHER = "530100", "530102", "530103"


@pytest.fixture
def scene(cast: Any) -> Battle:
    from anlan.domain.campaigns.tests.battle import battle

    return battle(cast)


def page(client: Any, scene: Battle, query: str = "", name: str = "map", **more: Any) -> Any:
    return client.get(reverse(f"campaigns:{name}", args=[scene.campaign.pk]) + query, **more)


def text_of(answer: Any) -> str:
    assert answer.status_code == 200
    return answer.content.decode()


def fragment(client: Any, scene: Battle, query: str) -> str:
    return text_of(page(client, scene, query, "map_rows", headers={"HX-Request": "true"}))


def mixed(scene: Battle) -> None:
    """Some of every light, in all three plans."""
    for area in (CITY, DISTRICT, OTHER):
        scene.tasks(2, area=area, due=-3)
        scene.tasks(1, area=area, due=5)
        scene.tasks(1, area=area, start=10, due=40)
        scene.tasks(1, area=area, start=-100, due=20, progress=10)
        scene.tasks(3, area=area, start=-10, due=40, progress=20)
        scene.tasks(1, area=area, due=5, settled=-1, progress=100)
        scene.tasks(1, area=area, due=-10, settled=-1)
        scene.tasks(1, area=area, due=None)


def test_the_database_and_a_row_give_the_same_lights(scene: Battle) -> None:
    from anlan.domain.campaigns.battlemap import grouping, lights, rows
    from anlan.domain.hazards.tests.stage import ROOT
    from anlan.kernel.loop.models import Case

    mixed(scene)
    held = scene.tasks(1, due=-3)
    Case.objects.filter(pk__in=held).update(suspended_on=scene.day(-5))
    tasks, rule, today = rows.scope(scene.campaign, ROOT), lights.DEFAULT, scene.today
    read = rows.read(tasks, rule, today, count=1_000)
    for row in read:
        assert row.light == lights.of(
            start=row.start, due=row.due, settled=row.settled, suspended=row.suspended,
            progress=row.progress, rule=rule, today=today,
        )  # fmt: skip
    by_row = Counter(row.light for row in read)
    assert set(by_row) == set(lights.BY_CODE)
    for group in grouping.GROUPS:
        tree = grouping.read(tasks, group, scene.campaign, ROOT, rule, today)
        assert tree.total.lights == by_row
        # The groups of the top hold every task once, and so do all groups' own rows.
        assert sum((head.lights for head in tree.inside[""]), Counter()) == by_row
        own = [
            row.pk for head in tree.heads.values() if head.own is not None
            for row in rows.read(tree.own_rows(tasks, head), rule, today, count=1_000)
        ]  # fmt: skip
        assert sorted(own) == sorted(row.pk for row in read)


def test_the_tree_of_plans_and_of_areas_opens_down_to_the_tasks(
    scene: Battle, client_of: Any
) -> None:
    scene.tasks(3, area=CITY, title="市级任务")
    scene.tasks(2, area=DISTRICT, title="区级任务")
    client = client_of("city")
    # A tree with one root begins open; its own link closes it.
    whole = text_of(page(client, scene))
    assert whole.count("市级任务") == 3
    assert "五华区治本攻坚方案" in whole
    whole = text_of(page(client, scene, "?open=none"))
    assert "市级任务" not in whole
    assert "昆明市治本攻坚方案" in whole
    assert "五华区治本攻坚方案" not in whole
    inner = fragment(client, scene, f"?group=plan&key={scene.plans[CITY].pk}&depth=0")
    assert inner.count("市级任务") == 3
    assert "五华区治本攻坚方案" in inner
    inner = fragment(client, scene, f"?group=plan&key={scene.plans[DISTRICT].pk}&depth=1")
    assert inner.count("区级任务") == 2
    areas = text_of(page(client, scene, "?group=region"))
    assert "五华区" in areas
    assert "昆明市 itself" in areas
    # The same by addresses alone, without a script.
    keys = f"{scene.plans[CITY].pk},{scene.plans[DISTRICT].pk}"
    whole = text_of(page(client, scene, f"?open={keys}"))
    assert (whole.count("市级任务"), whole.count("区级任务")) == (3, 2)
    link = page(client, scene, f"?key={scene.plans[CITY].pk}&depth=0", "map_rows")
    assert link.status_code == 302
    assert f"open={scene.plans[CITY].pk}" in link.headers["Location"]


def test_by_sector_and_by_unit(scene: Battle, client_of: Any) -> None:
    from anlan.kernel.accounts.models import Sector

    sector = Sector.objects.order_by("order").first()
    assert sector is not None
    scene.tasks(2, sector=sector.pk, unit="office", title="甲")
    scene.tasks(1, unit="elsewhere", title="乙", due=-2)
    client = client_of("city")
    shown = text_of(page(client, scene, "?group=sector"))
    assert sector.name in shown
    assert "No sector named" in shown
    shown = text_of(page(client, scene, "?group=unit"))
    # Who has something late stands first.
    assert shown.index("盘龙区安委办</span>") < shown.index("五华区安委办</span>")
    key = scene.cast.units["office"].pk
    assert fragment(client, scene, f"?group=unit&key={key}").count("甲") == 2


@pytest.mark.parametrize("group", ["plan", "region", "sector", "unit"])
def test_one_light_shows_its_tasks_alone_beside_the_counts_of_all(
    group: str, scene: Battle, client_of: Any
) -> None:
    scene.tasks(2, due=-3, title="逾期任务")
    scene.tasks(3, due=60, start=-1, title="在办任务")
    client = client_of("city")
    shown = text_of(page(client, scene, f"?group={group}&light=late&open=all"))
    assert (shown.count("逾期任务"), shown.count("在办任务")) == (2, 0)
    assert "Only tasks that show: past the deadline" in shown
    assert "on schedule <b>3</b>" in shown
    assert '<span class="bm-n">2</span>' in shown
    # What is opened later, and any other way from here, keeps to it.
    [inner] = set(re.findall(r'hx-get="[^"?]+map/rows/\?([^"]+)"', shown))
    inner = fragment(client, scene, f"?{html.unescape(inner)}")
    assert (inner.count("逾期任务"), inner.count("在办任务")) == (2, 0)
    assert shown.count("light=late") > 10


def test_nobody_sees_a_task_that_is_not_theirs(scene: Battle, client_of: Any) -> None:
    scene.tasks(2, area=DISTRICT, title="五华任务")
    scene.tasks(3, area=OTHER, title="盘龙任务", unit="elsewhere")
    for who, seen in (
        ("city", {"五华任务", "盘龙任务"}),
        ("office", {"五华任务"}),
        ("stranger", {"盘龙任务"}),
    ):
        shown = text_of(page(client_of(who), scene, "?group=region&open=all"))
        assert {word for word in ("五华任务", "盘龙任务") if word in shown} == seen, who
    key = scene.plans[OTHER].pk
    answer = page(
        client_of("office"), scene, f"?key={key}", "map_rows", headers={"HX-Request": "true"}
    )
    assert answer.status_code == 404
    assert page(client_of("office"), scene, f"?plan={key}", "map_ics").status_code == 404


def test_a_campaign_of_another_place_is_not_there(scene: Battle, client_of: Any) -> None:
    from anlan.domain.campaigns.models import Campaign
    from anlan.kernel.regions.queries import by_code

    other = by_code("530300")
    Campaign.objects.filter(pk=scene.campaign.pk).update(area=other, path=other.path)
    for name in ("map", "map_rows", "map_ics"):
        assert page(client_of("office"), scene, "", name).status_code == 404
    assert page(client_of("firm"), scene).status_code in (403, 404)


def test_what_changed_since_a_day_is_told_and_marked(scene: Battle, client_of: Any) -> None:
    slipped = scene.tasks(1, due=5, title="延期事项")
    scene.put_off(slipped, -2, 25)
    scene.tasks(1, due=-3, title="新逾期事项")
    scene.tasks(1, due=-30, title="早已逾期事项", start=-60, opened=-60)
    scene.tasks(1, due=20, settled=-1, title="新完成事项")
    scene.tasks(1, due=20, settled=-20, title="早完成事项")
    scene.tasks(1, due=20, opened=-1, title="新增事项")
    scene.tasks(1, due=20, title="未变事项")
    back = scene.tasks(1, due=20, settled=-15, title="退回事项")
    scene.step("reject", back, -1, due_on=scene.day(20))
    client = client_of("city")
    shown = text_of(page(client, scene, f"?since={scene.day(-7)}"))
    lists = {
        kind: re.findall("(延期|新逾期|早已逾期|新完成|早完成|新增|未变|退回)事项", part)
        for kind, part in re.findall(
            r'<details class="bm-since"[^>]*><summary>([^<]+?) <b>(.*?)</details>', shown, re.S
        )
    }
    assert lists == {
        "slipped": ["延期"], "newly late": ["新逾期"], "finished since": ["新完成"],
        "returned since": ["退回"], "newly added": ["新增"],
    }  # fmt: skip
    assert "20 days later" in shown
    shown = text_of(page(client, scene, f"?since={scene.day(-7)}&open=all"))
    rows = dict(re.findall(r"(\w+)事项</span></a></th>.*?<td class=\"bm-d\">(.*?)</td>", shown))
    marks = {
        name: set(re.findall(r'class="tag[^>]*>([a-z ]+)', cell)) for name, cell in rows.items()
    }
    assert {name: {mark.strip() for mark in found} for name, found in marks.items()} == {
        "延期": {"slipped"}, "新逾期": {"newly late"}, "早已逾期": set(), "早完成": set(),
        "新完成": {"finished since"}, "新增": {"newly added"}, "未变": set(),
        "退回": {"returned since"},
    }  # fmt: skip
    assert shown.count('class="was"') == 2  # the mark, and its line in the legend
    # A day on which nothing was different yet, and days that can't be compared with.
    assert "slipped +" not in text_of(page(client, scene, f"?since={scene.day(-1)}&open=all"))
    for day in (scene.day(0), "2024-13-01", "x"):
        assert 'class="panel bm-changes"' not in text_of(page(client, scene, f"?since={day}"))


def test_more_newly_late_than_are_compared_at_once_is_told(
    scene: Battle, client_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from anlan.domain.campaigns.battlemap import compare

    scene.tasks(3, due=-3, opened=-30)
    client, query = client_of("city"), f"?since={scene.day(-7)}"
    assert "lists aren't complete" not in html.unescape(text_of(page(client, scene, query)))
    monkeypatch.setattr(compare, "EVENTS_MAX", 2)
    assert "lists aren't complete" in html.unescape(text_of(page(client, scene, query)))


def test_the_day_of_the_last_meeting_is_one_press_away(scene: Battle, client_of: Any) -> None:
    from anlan.domain.campaigns.models import Meeting

    scene.tasks(1)
    unit = scene.cast.units["city"]
    for held, status in ((-40, "issued"), (-12, "issued"), (-5, "draft"), (3, "draft")):
        Meeting.objects.create(
            campaign=scene.campaign, area=unit.area, path=unit.area.path, unit=unit,
            title="调度例会", status=status, made_at=timezone.now(), held_on=scene.day(held), since=scene.day(held - 30),
        )  # fmt: skip
    # Its own unit knows of a meeting whose minutes aren't written yet; others don't.
    for who, held in (("city", -5), ("office", -12)):
        shown = text_of(page(client_of(who), scene))
        day = scene.day(held)
        assert re.search(rf'since={day}"[^>]*>the last meeting, {day:%m-%d}<', shown), who


def test_an_earlier_day_shows_each_task_as_it_was(scene: Battle) -> None:
    from anlan.domain.campaigns.battlemap import compare, lights, rows
    from anlan.domain.hazards.tests.stage import ROOT

    [pk] = scene.tasks(1, opened=-30, due=5)
    scene.put_off([pk], -20, 10)
    scene.step("rectify", [pk], -15)
    scene.step("reject", [pk], -12, due_on=scene.day(12))
    tasks = rows.scope(scene.campaign, ROOT)
    [row] = rows.read(tasks, lights.DEFAULT, scene.today)

    def was(days: int) -> tuple[bool, int] | None:
        day = scene.day(days)
        found = compare.as_of(row, compare.steps_after(day, [pk]).get(pk, ()), day)
        assert found is None or found.due is not None
        return found and (found.settled, (found.due - scene.today).days)  # type: ignore[operator]

    assert was(-31) is None
    assert [was(days) for days in (-30, -21, -20, -16, -15, -13, -12, -1)] == [
        (False, 5), (False, 5), (False, 10), (False, 10), (True, 10), (True, 10), (False, 12),
        (False, 12),
    ]  # fmt: skip


def counted(client: Any, scene: Battle, query: str, name: str = "map", **more: Any) -> int:
    from django.db import connection

    with CaptureQueriesContext(connection) as seen:
        assert page(client, scene, query, name, **more).status_code == 200
    return len(seen)


@pytest.mark.once
@pytest.mark.parametrize("group", ["plan", "region", "sector", "unit"])
def test_statements_do_not_depend_on_how_many_tasks_there_are(
    group: str, scene: Battle, client_of: Any
) -> None:
    mixed(scene)
    client = client_of("city")
    query = f"?group={group}&since={scene.day(-5)}&open={scene.plans[CITY].pk}"
    page(client, scene, query)
    few = counted(client, scene, query)
    for area in (CITY, DISTRICT, OTHER):
        pks = scene.tasks(40, area=area, due=10)
        scene.put_off(pks, -2, 30)
    assert counted(client, scene, query) == few


@pytest.mark.once
def test_two_thousand_tasks_are_light_and_read_in_constant_statements(
    scene: Battle, client_of: Any
) -> None:
    client = client_of("city")
    title = "开展重点行业领域重大事故隐患大排查大整治，建立问题隐患和制度措施“两个清单”"
    scene.tasks(3, title=title)
    headers = {"headers": {"HX-Request": "true"}}
    key = scene.plans[CITY].pk
    inner = f"?key={key}&since={scene.day(-7)}"
    page(client, scene)
    few = counted(client, scene, ""), counted(client, scene, inner, "map_rows", **headers)
    for n in range(4):
        scene.tasks(500, title=title, due=20 - 10 * n, progress=30)
    many = counted(client, scene, ""), counted(client, scene, inner, "map_rows", **headers)
    assert many == few
    for query in ("", "?open=all", f"?group=unit&open=all&zoom=days&since={scene.day(-7)}"):
        content = page(client, scene, query).content
        assert len(content) <= 400_000, query
        assert len(gzip.compress(content, 6)) <= 60_000, query
    # Windows of a hundred follow one another without gap or repeat.
    seen: list[str] = []
    for after in (0, 100, 1_900, 2_000):
        rows = re.findall(
            r"<span>(\d+)\. ", fragment(client, scene, f"?key={key}&after={after}&group=plan")
        )
        assert len(rows) == (3 if after == 2_000 else 100)
        seen += rows
    assert len(set(seen)) == 303


@pytest.mark.once
def test_zooms_windows_and_stages(scene: Battle, client_of: Any) -> None:
    scene.tasks(2)
    client = client_of("city")
    for zoom in ("years", "year", "quarter", "month", "days"):
        shown = text_of(page(client, scene, f"?zoom={zoom}"))
        assert 'class="now"' in shown, zoom
        assert "排查整治" in shown
        assert not re.search(r"<[^>]+ (style|on\w+)=", shown)
    # Moved away, today isn't shown, and the way back is a link.
    far = scene.today + timedelta(days=800)
    shown = text_of(page(client, scene, f"?zoom=month&from={far}"))
    assert 'class="now"' not in shown
    assert "zoom=month" in shown


@pytest.mark.parametrize(
    "query",
    ["?zoom=x&group=y&from=1&since=2", "?from=0001-01-01&zoom=years", "?from=9999-12-31&zoom=days",
     "?open=,,a,b&after=x", "?after=99999999", "?since=0001-01-01", "?group=region&open=-"],
)  # fmt: skip
def test_addresses_that_make_no_sense_still_answer(
    query: str, scene: Battle, client_of: Any
) -> None:
    scene.tasks(1)
    text_of(page(client_of("city"), scene, query))


def test_an_empty_map_says_so(scene: Battle, client_of: Any) -> None:
    assert "No task of this campaign" in text_of(page(client_of("city"), scene))


def test_withdrawn_tasks_are_off_the_map(scene: Battle, client_of: Any) -> None:
    pks = scene.tasks(2, title="撤回任务")
    scene.step("void", pks[:1], -1)
    assert text_of(page(client_of("city"), scene, "?open=all")).count("撤回任务") == 1


def test_critical_is_what_is_late_beyond_its_stage(scene: Battle) -> None:
    from anlan.domain.campaigns.battlemap import lights, rows
    from anlan.domain.hazards.tests.stage import ROOT

    over, running = scene.campaign.stages.order_by("place")[:2]
    scene.tasks(1, due=-205, start=-280, opened=-280, stage=over, title="甲")
    scene.tasks(1, due=-5, stage=running, title="乙")
    read = rows.read(rows.scope(scene.campaign, ROOT), lights.DEFAULT, scene.today)
    assert {row.title: row.is_critical(scene.today) for row in read} == {"甲": True, "乙": False}


def test_the_calendar_file_of_a_campaign_a_plan_and_a_unit(
    scene: Battle, client_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from anlan.domain.campaigns.battlemap import calendar_ics
    from anlan.domain.campaigns.tests.test_calendar_ics import parsed

    late = scene.tasks(1, due=-3, title="逾期；甲,乙\\丙")
    scene.tasks(1, area=DISTRICT, due=8, unit="elsewhere")
    scene.tasks(1, due=9, settled=-1, title="已完成")
    scene.tasks(1, due=None, title="没有期限")
    client = client_of("city")

    def uids(query: str = "") -> list[UUID]:
        answer = page(client, scene, query, "map_ics")
        assert answer.headers["Content-Type"].startswith("text/calendar")
        assert "attachment" in answer.headers["Content-Disposition"]
        return [UUID(event["UID"].split("@")[0]) for event in parsed(answer.content)]

    assert len(uids()) == 2
    assert uids()[0] == late[0]
    assert uids(f"?plan={scene.plans[CITY].pk}") == late
    assert uids(f"?unit={scene.cast.units['office'].pk}") == late
    [first, *_rest] = parsed(page(client, scene, "", "map_ics").content)
    assert first["SUMMARY"].endswith("逾期；甲,乙\\丙")
    assert first["DTSTART;VALUE=DATE"] == f"{scene.day(-3):%Y%m%d}"
    # What there is no room for is told in the calendar's own name.
    assert "the first" not in page(client, scene, "", "map_ics").content.decode()
    monkeypatch.setattr(calendar_ics, "EVENTS_MAX", 1)
    assert uids() == late
    cut = page(client, scene, "", "map_ics").content.decode().replace("\r\n ", "")
    assert "(the first 1 deadlines)" in cut
    # Without sign-in there is nothing.
    from django.test import Client

    assert page(Client(), scene, "", "map_ics").status_code == 302


def test_the_topmost_office_sets_when_a_light_turns_yellow(scene: Battle, client_of: Any) -> None:
    from anlan.domain.lists.models import Setting

    scene.tasks(1, due=9, start=-1, title="甲")
    # No office of this cast lies outside the city, so its head is the topmost.
    top = client_of("mayor")
    url = reverse("campaigns:map_rule")
    assert "our defaults" in text_of(page(client_of("city"), scene)).lower()
    form = {"version": 0, "near": 10, "behind": 15, "reason": "例会确定"}
    for data in ({"near": 91}, {"behind": -1}, {"near": ""}):
        assert top.post(url, {**form, **data}).status_code == 422
    assert client_of("city").post(url, form).status_code == 403
    assert not Setting.objects.filter(code="battle_map").exists()
    assert top.post(url, form).status_code == 302
    shown = text_of(page(client_of("city"), scene))
    assert "within 10 days" in shown
    assert "our defaults" not in shown.lower()
    assert re.search(r"due soon <b>1<", shown)
    # Whoever saw the version before is told that somebody was first.
    assert top.post(url, form).status_code == 409
    assert Setting.objects.get(code="battle_map").data == {"near": 10, "behind": 15}
    assert "例会确定" in text_of(top.get(url))


def test_remembered_sums_give_way_to_whatever_happens(
    scene: Battle, client_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from anlan.domain.campaigns.battlemap import rows

    monkeypatch.setattr(rows, "KEPT_FROM", 1)
    pks = scene.tasks(2, due=20, start=-1)
    client = client_of("city")
    first = counted(client, scene, "")
    assert counted(client, scene, "") < first
    assert re.search(r"on schedule <b>2<", text_of(page(client, scene)))
    scene.step("rectify", pks[:1], -1)
    shown = text_of(page(client, scene))
    assert re.search(r"on schedule <b>1<", shown)
    assert re.search(r"done by the deadline <b>1<", shown)
    # Somebody else's sums are their own.
    assert "No task of this campaign" in text_of(page(client_of("stranger"), scene))


def test_opening_all_reads_so_many_groups_and_shows_the_rest_closed(
    scene: Battle, client_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from anlan.domain.campaigns.battlemap import listing

    for area in (CITY, DISTRICT, OTHER):
        scene.tasks(2, area=area, title=f"任务{area}")
    client = client_of("city")
    shown = text_of(page(client, scene, "?group=plan&open=all"))
    assert [shown.count(f"任务{area}") for area in (CITY, DISTRICT, OTHER)] == [2, 2, 2]
    monkeypatch.setattr(listing, "READS_MAX", 2)
    shown = text_of(page(client, scene, "?group=plan&open=all"))
    assert [shown.count(f"任务{area}") for area in (CITY, DISTRICT, OTHER)] == [2, 2, 0]
    assert shown.count('aria-expanded="true" data-bm-head') == 2
