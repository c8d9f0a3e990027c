"""Every figure of a paper is the one that the analysis page and the overview show for it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

if TYPE_CHECKING:
    from anlan.domain.bulletins.figures import Figure
    from anlan.domain.bulletins.scope import Scope
    from anlan.domain.bulletins.tests.desk import Desk

#: On PostgreSQL what a test's own transaction has posted is known at no moment.
pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]
PLACES = ("530102", "530103")


def busy(desk: Desk, seed: int) -> None:
    """A year and more of hazards in two counties: some assigned and late, some rectified."""
    from anlan.base.ids import uuid7
    from anlan.domain.hazards import commands as hazards
    from anlan.domain.hazards.commands import Finding
    from anlan.domain.hazards.tests.stage import ROOT
    from anlan.kernel.regions.queries import by_code

    def then(ago: int) -> dict[str, Any]:
        return {"by": ROOT, "at": desk.now - timedelta(days=ago), "request_id": uuid7()}

    chance, today = random.Random(seed), timezone.localdate()
    for ago in sorted(chance.sample(range(1, 430), 8), reverse=True):
        new = [
            Finding(
                pk=uuid7(), description=f"配电箱未接地{n}", area_id=by_code(place).pk,
                unit_id=desk.cast.units["office"].pk, opened_on=today - timedelta(days=ago),
                grade=chance.choice(("ordinary", "major")), source="inspection",
            )
            for place in PLACES for n in range(chance.randrange(1, 4))
        ]  # fmt: skip
        hazards.find(new, **then(ago))
        mine = [one.pk for one in new if chance.random() < 0.6]
        if mine:
            due = today + timedelta(days=chance.randrange(-ago, 20) if ago > 1 else 20)
            hazards.assign(
                mine, rectifier=desk.cast.units["firm"].pk,
                due_on=max(due, today - timedelta(days=ago - 1)), **then(ago - 1),
            )  # fmt: skip


def figures_of(scope: Scope) -> Iterator[tuple[str, Figure]]:
    """Those of every kind of paper, each with the kind."""
    from anlan.domain.bulletins import board
    from anlan.domain.bulletins.body import figures_of
    from anlan.domain.bulletins.kinds import KINDS

    read = board.read(scope)
    for kind in KINDS.values():
        for figure in figures_of(kind.make(read, ())):
            if not figure.source:
                yield kind.code, figure


class Pages:
    """The analysis page, asked for each place and period once."""

    def __init__(self, at: Any) -> None:
        self.at = at
        self.kept: dict[tuple[Any, ...], Any] = {}

    def figure(self, each: Figure, top: int) -> Any:
        from anlan.domain.bulletins.board import ACCIDENTS, DEAD, HAZARDS
        from anlan.domain.statistics import reading
        from anlan.domain.statistics.asked import Asked
        from anlan.kernel.calendar import periods
        from anlan.kernel.regions.models import Region

        codes = (*HAZARDS, ACCIDENTS, DEAD)
        rows = "sector" if each.sector else "area"
        place = top if each.own or each.sector else each.area
        key = (place, each.period, rows)
        if key not in self.kept:
            asked = Asked(
                area=Region.objects.get(pk=place), indicators=codes,
                period=periods.parse(each.period), rows=rows, columns="", step="month",
                compare=("year", "before"), where={}, base_year=2019, known_at=None,
                now_map=False, shown="table", sort="", sectors=None, at=self.at,
            )  # fmt: skip
            self.kept[key] = reading.read(asked)
        table = self.kept[key]
        if each.sector or each.own:
            wanted = each.sector.replace("none", "") if each.sector else (each.area, True)
            row = next((one for one in table.rows if one.key == wanted), None)
        else:
            row = table.total
        mark = {"": "", "year_ago": "year", "previous": "before"}[each.compare]
        places = [n for n, head in enumerate(table.heads)
                  if head.indicator.code == each.indicator and head.compare == mark]  # fmt: skip
        now = next(n for n, head in enumerate(table.heads)
                   if head.indicator.code == each.indicator and not head.compare)  # fmt: skip
        return (None, None) if row is None else (row.figures[places[0]], row.figures[now])


def expected(each: Figure, shown: Any, now: Any) -> Any:
    """What the page's figure makes of it, as the paper prints it."""
    from anlan.kernel.indicators import arithmetic
    from anlan.kernel.indicators.declare import indicator

    if shown is None:
        return Decimal(0) if each.part == "value" else None
    if each.part == "before":
        return shown.against
    if each.part in ("points", "points_by") and indicator(each.indicator).form == "count":
        return None if None in (now.value, shown.against) else now.value - shown.against
    if shown.small:
        # The sentence says how many more; the page, both numbers.
        return arithmetic.change(now.value, shown.against)
    return shown.value


@pytest.mark.parametrize("seed", [1, 2])
def test_a_papers_figures_are_those_of_the_analysis_page(desk: Desk, seed: int) -> None:
    from anlan.domain.bulletins.scope import Scope
    from anlan.kernel.calendar import periods
    from anlan.kernel.regions.queries import by_code

    busy(desk, seed)
    month = periods.month(timezone.localdate())
    seen: set[str] = set()
    for code in ("530100", *PLACES[:1]):
        area = by_code(code)
        for period in (month, month.previous(), periods.parse(str(month.start.year))):
            pages = Pages(desk.now)
            for kind, each in figures_of(Scope(area, period, desk.now)):
                shown, now = pages.figure(each, area.pk)
                wanted = expected(each, shown, now)
                if shown is not None and shown.small and each.part == "change":
                    assert each.text == shown.words, (kind, code, each)
                    continue
                mine = None if each.value is None else Decimal(each.value)
                assert mine == (None if wanted is None else Decimal(wanted)), (kind, code, each)
                seen.add(f"{kind} {each.part} {each.compare}")
    kinds = {one.split()[0] for one in seen}
    assert {"situation", "circular", "brief", "ten_day", "stage", "year"} <= kinds
    assert any("previous" in one for one in seen), "comparisons were among them"


def test_a_papers_first_figures_are_those_of_the_overview(desk: Desk) -> None:
    from anlan.domain.bulletins import board
    from anlan.domain.bulletins.scope import Scope
    from anlan.domain.hazards import overview
    from anlan.kernel.calendar import periods
    from anlan.kernel.regions.queries import by_code

    busy(desk, 3)
    month = periods.month(timezone.localdate())
    compared = 0
    for code in ("530100", *PLACES):
        for period in (month, month.previous(), periods.parse(str(month.start.year))):
            page = overview.read(by_code(code), period, None, desk.now)
            paper = board.read(Scope(by_code(code), period, desk.now))
            wholes = {
                board.FOUND: page.now[overview.FOUND], board.OPEN: page.now[overview.OPEN],
                board.OVERDUE: page.now[overview.OVERDUE],
                board.MAJOR_OPEN: page.major[0][overview.OPEN],
            }  # fmt: skip
            for indicator, shown in wholes.items():
                assert paper.whole.number(indicator) == shown, (code, period, indicator)
                compared += shown or 0
            rates = {board.RATE: page.now.rate, board.SHARE: page.now.overdue_share}
            for indicator, rate in rates.items():
                printed = None if rate is None else round(rate * 100 + Decimal("1e-9"), 1)
                assert paper.whole.number(indicator) == printed, (code, period, indicator)
            by_area = {row.region.pk: row.counts for row in page.rows if not row.own}
            for row in paper.areas:
                assert row.region is not None
                shown = by_area[row.region.pk][overview.FOUND] if row.region.pk in by_area else 0
                assert row.number(board.FOUND) == shown
    assert compared, "there was something to compare"
