"""Control targets: what is used up, what is left, and that each figure opens to its accidents."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from anlan.base.ids import uuid7
from anlan.base.refusal import Refusal
from anlan.domain.accidents import commands, controls
from anlan.domain.accidents.commands import Figures, NewAccident, NewControl
from anlan.domain.accidents.models import ControlTarget
from anlan.domain.accidents.tests.desk import HOME, Desk
from anlan.kernel.indicators.goals import Standing
from anlan.kernel.regions.models import Region
from anlan.kernel.regions.queries import by_code

pytestmark = pytest.mark.django_db
CITY, PROVINCE = "530100", "530000"
ZONE = timezone.get_default_timezone()


def history(desk: Desk, *rows: tuple[str, int, str]) -> None:
    """(day, deaths, area): accidents as a register tells of them."""
    new = [
        NewAccident(
            pk=uuid7(), title=f"事故{n}", happened_at=datetime.fromisoformat(day).replace(tzinfo=ZONE),
            area=by_code(code).pk, figures=Figures(deaths=deaths, serious=0 if deaths else 1),
            is_history=True, text="台账", source_name="t", source_key=f"{day}-{n}",
        )
        for n, (day, deaths, code) in enumerate(rows)
    ]  # fmt: skip
    commands.report_many(new, **desk.call("city"))


def wish(**more: Any) -> NewControl:
    given = {
        "pk": uuid7(), "area": by_code(CITY).pk, "words": "较2024年下降10%", "source": "安委〔2025〕1号",
        "indicator": "accident.count", "kind": "change", "base_year": 2024, "aim": Decimal(10),
        "first_year": 2025, "last_year": 2026,
    }  # fmt: skip
    return NewControl(**{**given, **more})


def put(desk: Desk, who: str = "city", at: datetime | None = None, **more: Any) -> Any:
    try:
        return commands.set_control(wish(**more), **desk.call(who, at))
    except Refusal as refusal:
        return refusal.code, refusal.data.get("field")


def held(desk: Desk, day: date, code: str = CITY, **more: Any) -> dict[str, controls.Held]:
    found = controls.of_area(by_code(code), day, at=desk.now, **more)
    return {f"{one.target.indicator}:{one.target.kind}": one for one in found}


def test_what_is_used_up_and_left_is_what_the_register_says(desk: Desk) -> None:
    base = [(f"2024-{month:02d}-10", 1, HOME) for month in range(1, 11)]
    history(
        desk, *base, ("2025-01-20", 2, HOME), ("2025-02-20", 1, "530103"), ("2025-03-01", 0, HOME)
    )
    put(desk)
    put(desk, kind="value", indicator="accident.dead", aim=Decimal(3))
    put(desk, kind="curb", indicator="accident.larger_up", aim=None, base_year=None)
    put(desk, kind="trend", indicator="accident.dead", aim=None)
    found = held(desk, date(2025, 3, 31))
    change = found["accident.count:change"]
    # 10 in the base year: 9 are allowed, 3 are used up in 90 of 365 days.
    assert (change.room.limit, change.room.used, change.room.left) == (9, 3, 6)
    assert change.room.standing is Standing.AT_RISK
    assert change.room.breaks_on == date(2025, 1, 1) + timedelta(days=9 * 90 // 3)
    assert (change.base.value, change.same_days.value, change.change) == (10, 3, Decimal("0.0"))
    dead = found["accident.dead:value"]
    assert (dead.room.limit, dead.room.used, dead.room.left) == (3, 3, 0)
    assert found["accident.larger_up:curb"].room.standing is Standing.WITHIN
    trend = found["accident.dead:trend"]
    assert (trend.room.limit, trend.falling) == (9, False)
    # Its year is over: nothing is expected any more.
    over = held(desk, date(2025, 12, 31))["accident.count:change"]
    assert (over.room.standing, over.room.breaks_on) == (Standing.KEPT, None)
    # Three years on nobody holds it any more.
    assert not held(desk, date(2027, 6, 30))


def test_each_figure_of_a_target_opens_to_as_many_accidents(desk: Desk) -> None:
    history(desk, ("2024-02-01", 1, HOME), ("2024-03-01", 1, HOME), ("2025-01-02", 3, HOME))
    pk = put(desk, below=True)
    put(desk, kind="trend", indicator="accident.dead", aim=None)
    pages = [desk.get("city", "accidents:controls", query="?year=2025").content.decode(),
             desk.get("city", "accidents:control", pk, query="?year=2025").content.decode(),
             desk.get("city", "accidents:statistics", query=f"?area={CITY}&period=2025").content.decode()]  # fmt: skip
    analysis = f"/statistics/?area={CITY}&period=2025&indicator=accident.count"
    assert "较2024年下降10%" in desk.browser("city").get(analysis).content.decode()
    links = {
        (href.replace("&amp;", "&"), int(number))
        for page in pages
        for href, number in re.findall(r'href="(/accidents/records/[^"]+)">(\d+)</a>', page)
    }
    assert len(links) >= 4
    for href, number in links:
        opened = desk.browser("city").get(href).content.decode()
        assert re.search(rf"\b{number}\b", opened), href
        assert "事故" in opened


def test_a_stated_base_stands_only_where_the_ledger_has_none(desk: Desk) -> None:
    history(desk, ("2024-02-01", 1, HOME), ("2025-01-02", 1, HOME))
    put(desk, base_year=2019, base_value=100, base_source="统计公报")
    put(desk, indicator="accident.dead", base_year=2019)
    put(desk, indicator="accident.larger_up", base_value=50, base_source="统计公报")
    found = held(desk, date(2025, 6, 30))
    count = found["accident.count:change"]
    assert (count.room.limit, count.base.stated, count.base.href) == (90, True, "")
    missing = found["accident.dead:change"]
    assert (missing.room.standing, missing.room.limit) == (Standing.NO_LIMIT, None)
    # Areas below have no share of what was stated for the whole.
    row = ControlTarget.objects.get(base_year=2019, indicator="accident.count")
    below = controls.of_areas(row, [by_code(HOME)], date(2025, 6, 30), at=desk.now)
    assert below[0].room.limit is None


def test_an_area_of_its_own_target_is_not_held_to_its_citys(desk: Desk) -> None:
    history(desk, ("2024-02-01", 1, HOME), ("2025-01-02", 1, HOME))
    put(desk, below=True)
    put(desk, "office", area=by_code(HOME).pk, aim=Decimal(20), words="本县下降20%")
    own = held(desk, date(2025, 6, 30), HOME)["accident.count:change"]
    other = held(desk, date(2025, 6, 30), "530103")["accident.count:change"]
    assert (own.target.words, other.target.words) == ("本县下降20%", "较2024年下降10%")


def test_a_target_of_later_years_takes_no_place_before_them(desk: Desk) -> None:
    city = put(desk, below=True, first_year=2025, last_year=2027)
    own = put(desk, "office", area=by_code(HOME).pk, first_year=2026, last_year=2026)
    by_year = {
        year: [row.pk for row in controls.standing_in(by_code(HOME), year)]
        for year in (2025, 2026, 2027)
    }
    assert by_year == {2025: [city, own], 2026: [own], 2027: [city]}


def test_a_target_whose_years_are_over_is_shown_as_it_ended(desk: Desk) -> None:
    history(desk, ("2024-02-01", 1, HOME), ("2025-02-01", 0, HOME))
    pk = put(desk, kind="curb", indicator="accident.dead", aim=None, base_year=None,
             first_year=2024, last_year=2025)  # fmt: skip
    for query in ("", "?year=2026"):
        page = desk.get("city", "accidents:control", pk, query=query).content.decode()
        assert "2025-12-31" in page or "2025年12月31日" in page, query


def test_an_end_without_a_reason_says_what_is_wanted(desk: Desk) -> None:
    pk = put(desk)
    answer = desk.post("city", "accidents:end_control", pk, reason=" ")
    assert answer.status_code == 422
    assert 'class="errors"' in answer.content.decode()


def test_a_changed_target_is_a_version_and_earlier_moments_keep_the_one_before(desk: Desk) -> None:
    pk, then = put(desk), desk.now
    later = then + timedelta(days=3)
    new = wish(aim=Decimal(15), words="较2024年下降15%")
    made = commands.change_control(pk, new, reason="上级调整", **desk.call("city", later))
    with pytest.raises(Refusal):
        commands.change_control(pk, wish(), reason="再改", **desk.call("city", later))
    now = controls.standing_in(by_code(CITY), 2025)
    before = controls.standing_in(by_code(CITY), 2025, then + timedelta(days=1))
    assert ([row.pk for row in now], [row.pk for row in before]) == ([made], [pk])
    assert [row.version for row in ControlTarget.objects.order_by("version")] == [1, 2]
    commands.end_control(made, reason="任务完成", **desk.call("city", later))
    assert not controls.standing_in(by_code(CITY), 2025)


@pytest.mark.once
@pytest.mark.parametrize(("more", "field"), [
    ({"aim": None}, "aim"), ({"aim": Decimal(101)}, "aim"), ({"base_year": None}, "base_year"),
    ({"base_year": 2025}, "base_year"), ({"source": " "}, "source"), ({"words": ""}, "words"),
    ({"indicator": "hazard.found"}, "indicator"), ({"kind": "words"}, "kind"),
    ({"first_year": 2027}, "last_year"), ({"base_value": 5}, "base_source"),
    ({"base_value": 0, "base_source": "公报"}, "base_value"), ({"sector": "moon"}, "sector"),
])  # fmt: skip
def test_what_must_be_mended_is_told_at_its_field(desk: Desk, more: Any, field: str) -> None:
    assert put(desk, **more) == ("accident_incomplete", field)


def test_targets_are_set_by_those_who_lead_their_area_and_read_below(desk: Desk) -> None:
    assert put(desk, "inspector")[0] == "not_allowed"
    assert put(desk, "office") == ("accident_incomplete", "area")
    pk = put(desk)
    assert isinstance(pk, UUID)
    assert desk.get("office", "accidents:control", pk).status_code == 200
    own = put(desk, "office", area=by_code(HOME).pk)
    assert desk.get("stranger", "accidents:control", own).status_code == 404
    assert desk.get("city", "accidents:control", own).status_code == 200
    assert desk.get("office", "accidents:change_control", pk).status_code in (403, 404)
    # A county reads what its city is held to, and no figure of the city.
    assert "Not yours to see" in desk.get("office", "accidents:control", pk).content.decode()


def test_through_the_form_a_target_is_set_changed_and_ended(desk: Desk) -> None:
    given = {
        "pk": uuid7(), "area": CITY, "words": "死亡人数持续下降", "source": "市安委〔2026〕3号",
        "indicator": "accident.dead", "kind": "trend", "first_year": 2026, "last_year": 2026,
    }  # fmt: skip
    assert desk.post("city", "accidents:new_control", **{**given, "source": ""}).status_code == 422
    assert desk.post("city", "accidents:new_control", **given).status_code == 302
    row = ControlTarget.objects.get()
    change = {**given, "pk": uuid7(), "words": "持续下降", "reason": "措辞"}
    assert desk.post("city", "accidents:change_control", row.pk, **change).status_code == 302
    row = ControlTarget.objects.standing().get()
    assert desk.post("city", "accidents:end_control", row.pk, reason="").status_code == 422
    assert desk.post("city", "accidents:end_control", row.pk, reason="到期").status_code == 302
    assert not ControlTarget.objects.standing().exists()


@pytest.mark.once
def test_as_many_statements_for_many_targets_and_areas_as_for_few(desk: Desk) -> None:
    history(desk, ("2024-02-01", 1, HOME), ("2025-01-02", 1, HOME))
    put(desk, below=True)

    def statements() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            controls.of_area(by_code(CITY), date(2025, 6, 30), at=desk.now)
        return len(seen)

    statements()
    few = statements()
    for aim in range(11, 17):
        put(desk, aim=Decimal(aim))
    put(desk, indicator="accident.dead")
    assert statements() <= few + 1
    row = ControlTarget.objects.filter(below=True).get()
    areas = list(Region.objects.filter(parent__code=CITY))
    with CaptureQueriesContext(connection) as one:
        controls.of_areas(row, areas[:1], date(2025, 6, 30), at=desk.now)
    with CaptureQueriesContext(connection) as many:
        controls.of_areas(row, areas, date(2025, 6, 30), at=desk.now)
    assert len(many) <= len(one) + 1
