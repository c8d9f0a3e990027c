"""What the rules claim, and what they leave unsaid because no figure carries it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone, translation

from anlan.base.refusal import Refusal
from anlan.domain.bulletins import board, kinds, opening, wording
from anlan.domain.bulletins import scope as scopes
from anlan.domain.bulletins.scope import Scope
from anlan.domain.bulletins.tests.desk import Desk
from anlan.kernel.calendar import periods
from anlan.kernel.regions.queries import by_code

#: On PostgreSQL what a test's own transaction has posted is known at no moment.
pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


@pytest.fixture(autouse=True)
def chinese() -> Any:
    with translation.override("zh-hans"):
        yield


def about(desk: Desk, period: str, code: str = "530102") -> Scope:
    return Scope(by_code(code), periods.parse(period), desk.now)


def last_month() -> Any:
    return periods.month(timezone.localdate()).previous()


def said(scope: Scope) -> dict[str, str]:
    read = board.read(scope)
    sentences = [*opening.opening(read), *wording.problems(read)]
    return {one.rule: one.words for one in sentences}


def test_a_place_with_nothing_says_so_in_words_that_open(desk: Desk) -> None:
    """A nought is written as a head of office would write it, and is asked for again all the same."""
    scope = about(desk, last_month().code)
    words = said(scope)
    label = last_month().label
    assert words["found"] == f"{label}，五华区未发现隐患。"
    assert words["open"].endswith("，无未销号隐患。")
    assert words["accidents"] == "未发生生产安全事故。"
    figures = {
        each.indicator: each.text
        for one in opening.opening(board.read(scope))
        for each in one.figures
    }
    assert figures == {"hazard.found": "0", "hazard.open": "0", "accident.count": "0"}


def test_nothing_is_held_against_days_of_which_nothing_was_recorded(desk: Desk) -> None:
    month = last_month()
    ago = (timezone.localdate() - month.start).days
    desk.found(3, ago=ago - 9)
    first = said(about(desk, month.code))["found"]
    assert "同比" not in first
    assert "环比" not in first, "the month before had nobody who could have found any"
    # Once something was found before it began, the month before is one to be held against it.
    desk.found(2, ago=(timezone.localdate() - month.previous().start).days)
    second = said(about(desk, month.code))["found"]
    assert "（环比增加1处）" in second, "from 2 to 3 is one more, and no 50 %"
    assert "整改率0.0%。" in second, "what was found later had less time: rates aren't compared"
    table = next(b for b in kinds.composed(kinds.KINDS["circular"], about(desk, month.code, "530100"))
                 if b.kind == "table")  # fmt: skip
    assert "整改率 环比（百分点）" not in table.heads
    assert "发现隐患 环比" in table.heads


def test_a_running_month_is_held_against_the_same_days(desk: Desk) -> None:
    month, today = last_month(), timezone.localdate()
    desk.found(12, ago=(today - month.previous().start).days)
    desk.found(6, ago=(today - month.previous().end).days)
    desk.found(24, ago=(today - month.start).days)
    middle = desk.now - timedelta(days=(today - month.start).days - 14)
    words = said(Scope(by_code("530102"), month, middle))["found"]
    assert "月15日）" in words
    assert "较上月同期上升100.0%" in words
    over = said(about(desk, month.code))["found"]
    assert "环比上升33.3%" in over


def test_few_are_no_rate_and_the_only_one_is_not_the_most(desk: Desk) -> None:
    month = last_month()
    ago = (timezone.localdate() - month.start).days
    desk.found(1, ago=ago, grade="major")
    words = said(about(desk, month.code, "530100"))
    assert "lowest_rate" not in words, "0 of 1 says nothing of a district"
    assert "sector" not in words
    assert words["major_open"] == "尚有1处重大隐患未销号（五华区）。"
    # Two more, counted at the city itself and in none of its districts.
    desk.found(2, code="530100", who="city", ago=ago, grade="major")
    words |= said(about(desk, month.code, "530100"))
    assert words["major_open"] == "尚有3处重大隐患未销号，较多的是五华区（1处）。"
    assert words["not_known"].startswith("盘龙区、官渡区、西山区等")
    assert words["not_known"].endswith("个地区本期未上报隐患。")


def test_a_township_is_not_ranked_and_its_parts_are_numbered_on(desk: Desk) -> None:
    desk.found(1, code="530102001", ago=(timezone.localdate() - last_month().start).days)
    scope = about(desk, last_month().code, "530102001")
    heads = [b.title for b in kinds.composed(kinds.KINDS["circular"], scope) if b.kind == "heading"]
    assert heads == ["一、总体情况", "二、存在问题", "三、工作要求"]
    assert not [b for b in kinds.composed(kinds.KINDS["situation"], scope) if b.kind == "table"]


def test_a_year_is_held_against_the_year_before_once(desk: Desk) -> None:
    today = timezone.localdate()
    year = today.year - 1
    for n, day in ((2, date(year - 1, 1, 1)), (3, date(year, 5, 1))):
        desk.found(n, ago=(today - day).days)
    scope = about(desk, str(year), "530100")
    blocks = kinds.composed(kinds.KINDS["year"], scope)
    months, *_others = [b for b in blocks if b.kind == "table"]
    assert len(months.rows) == 12, "the year's own months"
    areas = next(b for b in blocks if b.spec.get("rows") == "areas")
    assert any(head.endswith("同比") for head in areas.heads)
    assert not any("环比" in head for head in areas.heads)


def test_of_a_period_that_has_not_begun_nothing_is_written(desk: Desk) -> None:
    ahead = periods.month(timezone.localdate() + timedelta(days=40))
    with pytest.raises(Refusal) as refused:
        scopes.of(desk.cast.actor("city"), by_code("530100"), ahead, desk.now)
    assert refused.value.data["field"] == "period"
