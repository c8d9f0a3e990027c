"""Reports owed: asked for, given in time, late or nil; silence is missing, not zero (缺报)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse
from django.utils import timezone

if TYPE_CHECKING:
    from anlan.domain.hazards.tests.stage import Cast, Stage
    from anlan.kernel.facts.models import Expected

FOUND = """
    day         who     does  -> state
    2024-03-05  office  find  -> found
"""
MARCH, DUE = "2024-03", date(2024, 4, 5)


def ask(cast: Cast, who: str, *keys: str, period: str = MARCH, due_on: date = DUE) -> int:
    from anlan.domain.hazards.tests.stage import moment
    from anlan.domain.office import reports
    from anlan.kernel.calendar import periods

    day = date(2024, 4, 1)
    return reports.ask(
        [cast.units[key].pk for key in keys], "hazard.", periods.parse(period), due_on,
        by=cast.actor(who, day), at=moment(day),
    )  # fmt: skip


def owed(cast: Cast, key: str) -> Expected:
    from anlan.kernel.facts.models import Expected

    return Expected.objects.get(unit_id=cast.units[key].pk)


def answer(cast: Cast, who: str, key: str, status: str, day: date, note: str = "") -> str:
    """How the report stands afterwards, or the code of the refusal."""
    from anlan.base.refusal import Refusal
    from anlan.domain.hazards.tests.stage import moment
    from anlan.domain.office import reports
    from anlan.kernel.facts.reports import state_of

    try:
        by = cast.actor(who, day)
        row = reports.answer(owed(cast, key).pk, status, by=by, at=moment(day), note=note)
    except Refusal as refusal:
        return refusal.code
    return state_of(row, day)


def figure(code: str, period: str = MARCH) -> Any:
    from anlan.kernel.calendar import periods
    from anlan.kernel.facts.figures import Query, figures
    from anlan.kernel.regions.queries import by_code

    cells = figures(
        Query(
            kinds=["hazard.found"], areas=[by_code(code).pk], periods=[periods.parse(period)],
            at=timezone.now(), coverage=True,
        )
    )  # fmt: skip
    return cells[0].missing or cells[0].value


def test_silence_is_missing_until_somebody_says_nil(cast: Cast, play: Callable[..., Stage]) -> None:
    assert figure("530103") == 0, "nobody was asked, so a zero is a zero"
    play(FOUND)
    assert ask(cast, "city", "office", "elsewhere") == 2
    assert figure("530103") == "not_reported"
    assert figure("530102") == 1
    # A month that nobody was asked about, and an area that has none to report, stay as they were.
    assert figure("530103", "2024-02") == 0
    assert answer(cast, "stranger", "elsewhere", "nil", date(2024, 4, 2)) == "nil"
    assert figure("530103") == 0


def test_the_overview_says_missing(cast: Cast, play: Callable[..., Stage]) -> None:
    from anlan.domain.hazards import overview
    from anlan.kernel.calendar import periods
    from anlan.kernel.regions.queries import by_code

    play(FOUND)
    ask(cast, "city", "office", "elsewhere")
    overview.forget()
    at, period = timezone.now(), periods.parse(MARCH)
    there = overview.read(by_code("530103"), period, None, at)
    assert there.now[overview.FOUND] is None
    assert there.now.why == "not_reported"
    here = overview.read(by_code("530102"), period, None, at)
    assert here.now[overview.FOUND] == 1


def test_on_time_and_late_are_told_apart_by_the_day(cast: Cast, play: Callable[..., Stage]) -> None:
    play(FOUND)
    ask(cast, "city", "office", "elsewhere")
    assert answer(cast, "office", "office", "reported", DUE) == "on_time"
    assert answer(cast, "stranger", "elsewhere", "nil", DUE + timedelta(days=1)) == "late"
    # A correction doesn't make late what was in time.
    assert answer(cast, "office", "office", "reported", date(2024, 5, 1)) == "on_time"


@pytest.mark.parametrize(
    ("who", "key", "status", "day", "note", "says"),
    [
        ("office", "office", "nil", "2024-04-02", "", "report_refused"),
        ("office", "office", "not_applicable", "2024-04-02", "不涉及", "report_refused"),
        ("stranger", "elsewhere", "reported", "2024-04-02", "", "report_refused"),
        ("stranger", "elsewhere", "nil", "2024-03-30", "", "report_refused"),
        ("stranger", "elsewhere", "expected", "2024-04-02", "", "report_refused"),
        ("stranger", "elsewhere", "not_applicable", "2024-04-02", "", "report_refused"),
        ("stranger", "elsewhere", "not_applicable", "2024-04-02", "无此类企业", "not_applicable"),
        ("stranger", "office", "reported", "2024-04-02", "", "not_found"),
        ("city", "office", "reported", "2024-04-02", "", "not_allowed"),
    ],
)
def test_an_answer_that_the_facts_deny_is_refused(
    cast: Cast, play: Callable[..., Stage], who: str, key: str, status: str, day: str,
    note: str, says: str,
) -> None:  # fmt: skip
    play(FOUND)
    ask(cast, "city", "office", "elsewhere")
    before = owed(cast, key).status
    assert answer(cast, who, key, status, date.fromisoformat(day), note) == says
    assert (owed(cast, key).status == before) is (says in {
        "report_refused", "not_found", "not_allowed"
    })  # fmt: skip


def test_asking_twice_changes_nothing_and_outside_ones_areas_is_refused(cast: Cast) -> None:
    from anlan.base.refusal import NotAllowed
    from anlan.kernel.facts.models import Expected
    from anlan.kernel.facts.reports import ReportRefused

    assert ask(cast, "city", "office") == 1
    assert ask(cast, "city", "office", "elsewhere") == 1
    with pytest.raises(NotAllowed):
        ask(cast, "office", "elsewhere")
    with pytest.raises(NotAllowed):
        ask(cast, "viewer", "office")
    with pytest.raises(ReportRefused):
        ask(cast, "city", "office", period="2024-05", due_on=date(2024, 5, 30))
    with pytest.raises(ReportRefused):
        ask(cast, "city")
    assert Expected.objects.count() == 2


def test_what_nobody_answered_can_be_dropped_with_a_reason(cast: Cast) -> None:
    from anlan.base.refusal import Refusal
    from anlan.domain.hazards.tests.stage import moment
    from anlan.domain.office import reports

    ask(cast, "city", "office", "elsewhere")
    answer(cast, "stranger", "elsewhere", "nil", date(2024, 4, 2))

    def drop(who: str, key: str, reason: str = "机构撤并") -> str:
        try:
            by = cast.actor(who, date(2024, 4, 3))
            reports.drop(owed(cast, key).pk, by=by, at=moment(date(2024, 4, 3)), reason=reason)
        except Refusal as refusal:
            return refusal.code
        return "dropped"

    assert drop("city", "office", " ") == "report_refused"
    assert drop("city", "elsewhere") == "report_refused"
    assert drop("stranger", "office") == "not_found"
    assert drop("office", "office") == "not_allowed", "nobody excuses themselves"
    assert drop("city", "office") == "dropped"
    assert figure("530102") == 0


# Pages


def test_the_office_asks_and_sees_who_is_missing_and_a_county_answers(
    cast: Cast, play: Callable[..., Stage], signed_in: Callable[..., Any]
) -> None:
    from anlan.kernel.facts.models import Expected

    play(FOUND)
    city, county = signed_in("city"), signed_in("office")
    new = reverse("reports:new")
    page = city.get(new, {"area": "530100", "of": "committee_office"}).content.decode()
    assert "盘龙区安委办" in page
    units = [cast.units[key].pk for key in ("office", "elsewhere")]
    data = {"kind": "hazard.", "period": MARCH, "due_on": "2024-04-05", "units": units}
    where = f"{new}?area=530100&of=committee_office"
    assert city.post(where, {**data, "period": "soon"}).status_code == 422
    assert city.post(where, {**data, "due_on": "2024-03-05"}).status_code == 409
    assert city.post(where, {**data, "units": [cast.units["firm"].pk]}).status_code == 422
    assert not Expected.objects.exists()
    assert city.post(where, data).status_code == 302
    listed = reverse("reports:list")
    assert "盘龙区安委办" in city.get(listed, {"state": "missing"}).content.decode()
    own = owed(cast, "office")
    give = reverse("reports:answer", args=[own.pk])
    assert county.post(give, {"status": "nil"}).status_code == 409
    assert county.post(give, {"status": ""}).status_code == 422
    assert county.get(reverse("reports:one", args=[own.pk])).status_code == 200
    assert county.post(give, {"status": "reported"}).status_code == 302
    assert "五华区安委办" in city.get(listed, {"state": "late"}).content.decode()
    assert "五华区安委办" not in city.get(listed, {"state": "missing"}).content.decode()


def test_a_county_sees_neither_its_neighbour_nor_may_it_ask_there(
    cast: Cast, signed_in: Callable[..., Any]
) -> None:
    ask(cast, "city", "office", "elsewhere")
    county = signed_in("office")
    page = county.get(reverse("reports:list")).content.decode()
    assert "五华区安委办" in page
    assert "盘龙区安委办" not in page
    foreign = owed(cast, "elsewhere").pk
    assert county.get(reverse("reports:one", args=[foreign])).status_code == 404
    assert county.post(reverse("reports:answer", args=[foreign]), {}).status_code == 404
    assert county.post(reverse("reports:drop", args=[foreign]), {"reason": "x"}).status_code == 404
    offered = county.get(reverse("reports:new"), {"area": "530103"}).content.decode()
    assert "盘龙区安委办" not in offered


@pytest.mark.once
def test_the_list_asks_as_often_for_many_as_for_few(
    cast: Cast, signed_in: Callable[..., Any]
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    browser = signed_in("city")
    counts = []
    for keys in (("city",), ("city",), ("office", "elsewhere", "firm", "other_firm")):
        ask(cast, "city", *keys)
        with CaptureQueriesContext(connection) as captured:
            browser.get(reverse("reports:list"))
        counts.append(len(captured))
    assert counts[1] == counts[2]
