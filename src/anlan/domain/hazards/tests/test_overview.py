"""The overview: each figure opens down to what it counts, parts add up, and nobody sees more."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.messages.storage.cookie import CookieStorage
from django.test import RequestFactory
from django.urls import resolve
from django.utils import timezone, translation

if TYPE_CHECKING:
    from tests.databases import RealDatabase

    from anlan.domain.hazards.tests.stage import Cast, Stage

DAY = timedelta(days=1)
WUHUA, PANLONG, KUNMING = "530102", "530103", "530100"


@dataclass
class Answer:
    status: int
    text: str = ""
    to: str = ""

    @property
    def hazards(self) -> set[str]:
        """Hazards that the page links to."""
        return set(re.findall(r'href="/hazards/([0-9a-f-]{36})/"', self.text))


def look(user: Any, address: str) -> Answer:
    """Open an address as a person would who is signed in."""
    from anlan.base.refusal import Refusal

    request = RequestFactory().get(address)
    request.user = user
    request.session = {}  # type: ignore[assignment]
    request._messages = CookieStorage(request)  # type: ignore[attr-defined]
    request.anlan_id = "test"  # type: ignore[attr-defined]
    match = resolve(request.path)
    try:
        with translation.override("en"):
            answer = match.func(request, *match.args, **match.kwargs)
    except Refusal as refusal:
        return Answer(refusal.status)
    return Answer(answer.status_code, answer.content.decode(), answer.headers.get("Location", ""))


def the_page(user: Any, code: str, period: str, sectors: list[str] | None = None) -> Any:
    """What the page shows, before it is drawn."""
    from anlan.domain.hazards import overview
    from anlan.domain.hazards.overview import Sides
    from anlan.domain.hazards.overview_page import Page
    from anlan.kernel.calendar import periods
    from anlan.kernel.regions.queries import by_code

    at = timezone.now()
    today, asked, area = timezone.localdate(at), periods.parse(period), by_code(code)
    reading = overview.read(area, asked, sectors, at)
    return Page(area, asked, Sides.of(asked, today), reading, sectors, today)


@pytest.fixture
def busy(cast: Cast, stage: Callable[..., Stage]) -> Cast:
    """A month and a half with everything that can happen to a hazard."""
    today = timezone.localdate()
    acts: list[tuple[dict[str, Any], list[tuple[int, str, str, str]]]] = [
        ({}, [(40, "office", "find", "")]),
        ({}, [(40, "office", "find", ""), (39, "office", "assign", "")]),
        ({"grade": "major"}, [(12, "office", "find", "")]),
        ({"grade": "major"}, [(20, "office", "find", ""), (19, "office", "list", "")]),
        ({}, [(9, "office", "find", "立即清理")]),
        ({}, [(20, "office", "find", ""), (19, "office", "assign", ""), (18, "firm", "receive", ""),
              (17, "firm", "rectify", ""), (16, "inspector", "reject", "")]),
        ({}, [(20, "office", "find", ""), (19, "office", "assign", ""), (18, "firm", "receive", ""),
              (17, "firm", "rectify", ""), (16, "inspector", "verify", ""),
              (15, "office", "close", "")]),
        ({}, [(30, "office", "find", ""), (29, "office", "assign", ""), (28, "firm", "receive", ""),
              (27, "firm", "rectify", ""), (26, "inspector", "verify", ""),
              (25, "office", "close", ""), (9, "inspector", "look_back", "broken")]),
        ({}, [(11, "office", "find", ""), (10, "office", "void", "")]),
        ({}, [(41, "office", "find", ""), (40, "office", "assign", ""),
              (20, "leader", "suspend", "")]),
    ]  # fmt: skip
    for given, steps in acts:
        one = stage(**given)
        for ago, who, act, argument in steps:
            state = one.do(today - ago * DAY, who, act, argument)
            assert state in ("found", "assigned", "rectified", "verified", "closed", "void"), (
                act,
                state,
            )
    _declared(cast, today)
    return cast


def _declared(cast: Cast, today: date) -> None:
    """History that a county claims, at a township, with sectors; and one that is moved later."""
    from django.db import transaction

    from anlan.base.ids import uuid7
    from anlan.domain.hazards import commands
    from anlan.domain.hazards.loop import HAZARD
    from anlan.domain.hazards.tests.stage import ROOT, moment
    from anlan.kernel.loop import engine
    from anlan.kernel.loop.engine import NewCase
    from anlan.kernel.regions.models import Region

    wuhua = Region.objects.get(code=WUHUA)
    town = Region.objects.filter(parent=wuhua, valid_to=None).order_by("code")[0]
    unit = cast.units["office"].pk
    claims = [("closed", "fire", 30, 25, 24), ("rectified", "fire", 14, 13, None),
              ("found", "gas", 14, None, None), ("found", "fire", 33, None, None)]  # fmt: skip
    new = [
        NewCase(
            pk=uuid7(), area_id=town.pk, path=town.path, unit_id=unit,
            opened_on=today - found * DAY, sector=sector, grade="ordinary", source="inspection",
            state=state, settled_on=None if settled is None else today - settled * DAY,
            closed_on=None if closed is None else today - closed * DAY,
            due_on=today - (found - 6) * DAY,
        )
        for state, sector, found, settled, closed in claims
    ]  # fmt: skip
    with transaction.atomic():
        made = engine.open_cases(HAZARD, new, by=ROOT, at=moment(today), request_id=uuid7())
        commands.put_records(
            [(case, "申报的隐患", {}, None) for case in made], by_hand=False, at=moment(today)
        )
    commands.move(
        [made[2].pk], sector="fire", reason="更正", by=ROOT, at=moment(today), request_id=uuid7()
    )


def spans() -> list[str]:
    """A span that holds today, where stocks are lists; and one that is over."""
    today = timezone.localdate()
    return [f"{today - 60 * DAY}..{today}", f"{today - 60 * DAY}..{today - 8 * DAY}"]


@pytest.mark.parametrize("which", [0, 1], ids=["running", "over"])
def test_every_figure_opens_down_to_what_it_counts(busy: Cast, which: int) -> None:
    page = the_page(busy.users["office"], WUHUA, spans()[which])
    cells = [tile.cell for tile in page.tiles()]
    names = {code: code for code in page.reading.sectors}
    for line in (*page.ranked("-found"), *page.sectors(names), page.total):
        cells += [line.found, line.rectified, line.open, line.overdue]
    counted = [cell for cell in cells if isinstance(cell.value, int)]
    assert sum(cell.value for cell in counted) > 40
    for cell in counted:
        answer = look(busy.users["office"], cell.href)
        assert answer.status == 200, cell.href
        twice = _extra(answer)
        assert len(answer.hazards) + twice == cell.value, cell.href


def _extra(answer: Answer) -> int:
    """By how much the figure is more than its hazards, as the page says it."""
    told = re.search(r"The figure (\d+) is made of (\d+) hazards", html.unescape(answer.text))
    return int(told[1]) - int(told[2]) if told else 0


def test_a_hazard_that_was_rectified_again_counts_again_and_the_page_says_so(
    cast: Cast, stage: Callable[..., Stage]
) -> None:
    today, one = timezone.localdate(), stage()
    for ago, who, act, argument in (
        (30, "office", "find", ""), (29, "office", "assign", ""), (28, "firm", "receive", ""),
        (27, "firm", "rectify", ""), (26, "inspector", "verify", ""), (25, "office", "close", ""),
        (20, "inspector", "look_back", "broken"), (19, "firm", "rectify", ""),
    ):  # fmt: skip
        one.do(today - ago * DAY, who, act, argument)
    period = spans()[0]
    page = the_page(cast.users["office"], WUHUA, period)
    rectified = page.tiles()[1].cell
    assert rectified.value == 2
    answer = look(cast.users["office"], rectified.href)
    assert answer.hazards == {str(one.pk)}
    assert _extra(answer) == 1


@pytest.mark.parametrize("code", [WUHUA, KUNMING])
def test_areas_and_sectors_add_up_to_the_whole(busy: Cast, code: str) -> None:
    from anlan.domain.hazards.overview import FOUND, OPEN, OVERDUE, RECTIFIED

    for period in spans():
        reading = the_page(busy.users["city"], code, period).reading
        for kind in (FOUND, RECTIFIED, OPEN, OVERDUE):
            whole = reading.now[kind]
            assert sum(row.counts[kind] or 0 for row in reading.rows) == whole, kind
            assert sum(counts[kind] or 0 for counts in reading.sectors.values()) == whole, kind
    if code == WUHUA:
        assert any(row.own for row in reading.rows), "what is counted at the county itself"
        assert "" in reading.sectors


def test_zero_is_zero_and_a_rate_over_nothing_is_none(cast: Cast) -> None:
    page = the_page(cast.users["stranger"], PANLONG, spans()[0])
    found, rectified, rate, on_time, *stocks = [tile.cell.value for tile in page.tiles()]
    assert (found, rectified, rate, on_time) == (0, 0, None, None)
    assert stocks == [0, 0, 0, 0]


@pytest.mark.parametrize(("who", "offered"), [
    ("office", ["/hazards/imports/", "/hazards/new/"]), ("leader", ["/hazards/new/"]), ("viewer", []),
    ("firm", ["/hazards/new/"]),
])  # fmt: skip
def test_where_nothing_is_registered_a_page_says_what_this_person_may_do(
    cast: Cast, stage: Callable[..., Stage], who: str, offered: list[str]
) -> None:
    def led_to(text: str) -> list[str]:
        empty = re.search(
            r'<div class="empty">.*?No hazards yet.*?</div>(?=\s*(?:</div>|\Z|<))', text, re.S
        )
        return re.findall(r'href="(/hazards/[a-z]+/)"', empty[0]) if empty else ["none"]

    pages = ["/hazards/"] if who == "firm" else ["/hazards/", f"/areas/{WUHUA}/"]
    for page in pages:
        text = look(cast.users[who], page).text
        assert led_to(text) == offered, page
        assert "rectified in time" not in text
        assert "past its deadline" not in text
        assert 'id="places"' not in text
    one = stage()
    one.do(timezone.localdate(), "office", "find", "")
    text = look(cast.users["viewer"], f"/areas/{WUHUA}/").text
    assert "No hazards yet" not in text
    assert "No hazard that is still open is past its deadline." in text


def test_zeros_alone_make_no_first_place(cast: Cast, stage: Callable[..., Stage]) -> None:
    stage().do(timezone.localdate(), "office", "find", "")
    page = the_page(cast.users["city"], KUNMING, spans()[0])
    assert {line.rank for line in page.ranked("-overdue")} == {None}
    ranks = {line.label: line.rank for line in page.ranked("-found")}
    assert (ranks["五华区"], ranks["盘龙区"]) == (1, 2)


def test_the_late_list_is_what_the_overdue_figure_counts(busy: Cast) -> None:
    from anlan.domain.hazards import overview
    from anlan.kernel.regions.queries import by_code

    today = timezone.localdate()
    for code in (WUHUA, KUNMING):
        page = the_page(busy.users["city"], code, spans()[0])
        listed = look(busy.users["city"], page.late_url).hazards
        late = overview.late(by_code(code), None, today)
        assert {str(each.pk) for each in late} == listed
        assert len(late) == page.total.overdue.value > 0
        assert [each.case.due_on for each in late] == sorted(each.case.due_on for each in late)


# Whose figures


@pytest.mark.parametrize(
    "address",
    ["/areas/530102/", "/figures/records/?kind=hazard.found&area=530102", "/areas/530000/",
     "/figures/records/?kind=hazard.found&area=530100"],
)  # fmt: skip
def test_S14_another_countys_officer_sees_no_figure(busy: Cast, address: str) -> None:
    from anlan.kernel.audit.models import AuditRow

    denied = AuditRow.objects.filter(action="hazard.overview", result="denied")
    assert look(busy.users["stranger"], address).status == 404
    assert denied.count() == 1
    assert look(busy.users["stranger"], "/areas/530103/").status == 200


def test_S14_an_officer_of_one_sector_sees_that_sectors_numbers(busy: Cast) -> None:
    from anlan.domain.hazards.tests.stage import EPOCH, ROOT
    from anlan.kernel.accounts import commands as accounts
    from anlan.kernel.accounts.commands import Land
    from anlan.kernel.accounts.models import Role
    from anlan.kernel.regions.queries import by_code

    wuhua = by_code(WUHUA)
    busy.units["fire"] = accounts.create_unit(
        "test-fire", "五华区消防救援大队", "department", wuhua, by=ROOT, at=EPOCH,
        lands=[Land(wuhua, "fire")],
    )  # fmt: skip
    officer = busy.person("fire", "fire", Role.INSPECTOR)
    period = spans()[0]
    page = look(officer, f"/?period={period}")
    assert page.status == 200
    whole, own = the_page(officer, WUHUA, period), the_page(officer, WUHUA, period, ["fire"])
    of_fire = whole.reading.sectors["fire"]
    assert 0 < own.reading.now["hazard.found"] == of_fire["hazard.found"]
    assert own.reading.now["hazard.found"] < whole.reading.now["hazard.found"]
    assert set(own.reading.sectors) == {"fire"}
    shown = re.findall(r'aria-label="[^"]*?([\d,]+)(?:items|件)"', page.text)
    assert str(whole.reading.now["hazard.found"]) not in shown
    assert str(own.reading.now["hazard.found"]) in shown
    for tile in own.tiles():
        if isinstance(tile.cell.value, int):
            assert len(look(officer, tile.cell.href).hazards) == tile.cell.value, tile.cell.href
    other = f"/figures/records/?kind=hazard.found&area={WUHUA}&period={period}&sector=gas"
    assert look(officer, other).status == 404
    assert look(officer, other.replace("=gas", "=none")).status == 404
    late = whole.total.overdue.value
    assert len(page.hazards) < late, "late hazards of other sectors stay out"


def test_who_only_rectifies_has_no_overview_and_goes_to_the_work(busy: Cast) -> None:
    answer = look(busy.users["firm"], "/")
    assert answer.status == 302
    assert answer.to in ("/work/", "/hazards/")
    assert look(busy.users["firm"], f"/areas/{WUHUA}/").status == 404
    records = f"/figures/records/?kind=hazard.found&area={WUHUA}"
    assert look(busy.users["firm"], records).status == 404


def test_the_home_page_begins_with_what_waits_and_each_number_is_its_list(busy: Cast) -> None:
    office = busy.users["office"]
    assert 'hx-get="/work/waiting/"' in look(office, "/").text
    waits = look(office, "/work/waiting/").text
    shown = re.findall(r'href="(/work/[a-z_/]*)"[^>]*>.*?<b>(\d+)</b>', waits, re.S)
    assert len(shown) > 1
    for address, number in shown:
        assert len(look(office, address).hazards) == int(number), address
    assert "<b>" not in look(busy.users["stranger"], "/work/waiting/").text


def test_S14_the_search_finds_nothing_of_another_county(busy: Cast) -> None:
    from anlan.kernel.loop.models import Case

    case = Case.objects.filter(hazard__description__contains="报警器")[0]
    for text in (case.number, "报警器"):
        mine = look(busy.users["office"], f"/search/?q={text}")
        assert str(case.pk) in mine.text
        assert not look(busy.users["stranger"], f"/search/?q={text}").hazards
    assert f"/areas/{WUHUA}/" in look(busy.users["office"], "/search/?q=whq").text
    assert f"/areas/{WUHUA}/" not in look(busy.users["stranger"], "/search/?q=whq").text


def test_S14_programs_get_the_same_figures_under_the_same_rights(busy: Cast) -> None:
    from anlan.base.refusal import NotFound, Unreadable
    from anlan.domain.hazards.overview import api_figures
    from anlan.kernel.calendar import periods
    from anlan.kernel.regions.queries import by_code

    asked = periods.parse(spans()[0])

    def ask(who: str, code: str, by: list[str], kinds: list[str]) -> list[dict[str, Any]]:
        whole = api_figures(
            busy.actor(who), by_code(code), asked, by=by, kinds=kinds, at=timezone.now()
        )
        cells: list[dict[str, Any]] = whole["cells"]
        return cells

    found = the_page(busy.users["office"], WUHUA, spans()[0]).reading.now["hazard.found"]
    [one] = ask("office", WUHUA, [], ["hazard.found"])
    assert one["value"] == found
    parts = ask("office", WUHUA, ["region", "sector"], ["hazard.found"])
    assert sum(cell["value"] for cell in parts) == found
    with pytest.raises(NotFound):
        ask("stranger", WUHUA, [], [])
    with pytest.raises(Unreadable):
        ask("office", WUHUA, ["weekday"], [])
    with pytest.raises(Unreadable):
        ask("office", WUHUA, [], ["weather.rain"])


@pytest.mark.parametrize(
    "query",
    ["", "kind=hazard.found", "kind=loop.nothing&area=530102", "kind=problem.found&area=530102",
     "kind=hazard.found&area=999999", "kind=hazard.found&area=530102&grade=huge"],
)  # fmt: skip
def test_a_figure_that_is_none_is_not_found(cast: Cast, query: str) -> None:
    assert look(cast.users["office"], f"/figures/records/?{query}").status == 404


def test_a_period_that_cannot_be_read_is_refused_and_one_ahead_has_no_stock(cast: Cast) -> None:
    assert look(cast.users["office"], "/?period=yesterday").status == 400
    year = timezone.localdate().year + 1
    assert look(cast.users["office"], f"/?period={year}").status == 200


# What it costs


def statements(user: Any, address: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from anlan.kernel.facts import intern

    intern.forget()
    with CaptureQueriesContext(connection) as seen:
        assert look(user, address).status == 200
    return len(seen)


@pytest.mark.once
def test_the_number_of_statements_does_not_depend_on_the_rows(
    cast: Cast, stage: Callable[..., Stage]
) -> None:
    today = timezone.localdate()
    records = f"/figures/records/?kind=hazard.found&area={WUHUA}"
    addresses = [f"{page}period={spans()[0]}" for page in (f"/areas/{KUNMING}/?", f"{records}&")]
    stage().do(today - 40 * DAY, "office", "find", "")
    few = [statements(cast.users["city"], address) for address in addresses]
    for n in range(12):
        stage(grade="major" if n % 2 else "ordinary").do(
            today - (41 + n) * DAY, "office", "find", ""
        )
    assert [statements(cast.users["city"], address) for address in addresses] == few
    assert few[0] <= 40
    assert few[1] <= 20


def test_an_overview_read_again_costs_no_sum_and_a_new_fact_shows_at_once(
    realdb: RealDatabase,
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from anlan.domain.hazards import overview
    from anlan.domain.hazards.tests.stage import Stage, whole
    from anlan.kernel.calendar import periods
    from anlan.kernel.regions.queries import by_code

    overview.forget()
    cast, at = whole(), timezone.now()
    period, area = periods.parse(spans()[0]), by_code(WUHUA)
    Stage(cast).do(timezone.localdate() - DAY, "office", "find", "")
    assert overview.read(area, period, None, at).now["hazard.found"] == 1
    with CaptureQueriesContext(connection) as seen:
        assert overview.read(area, period, None, at).now["hazard.found"] == 1
    assert len(seen) == 2, "the areas below, and whether there are new facts"
    Stage(cast).do(timezone.localdate() - DAY, "office", "find", "")
    assert overview.read(area, period, None, at).now["hazard.found"] == 2
    overview.forget()
