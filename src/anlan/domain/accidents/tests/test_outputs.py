"""Deaths for each unit of output: exact, of the whole area, and missing where nobody stated it."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.utils import timezone

from anlan.base.ids import uuid7
from anlan.base.refusal import Refusal
from anlan.domain.accidents import commands, outputs
from anlan.domain.accidents.commands import NewOutput
from anlan.domain.accidents.models import OutputFigure
from anlan.domain.accidents.tests.desk import HOME, Desk
from anlan.domain.accidents.tests.test_controls import CITY, history
from anlan.kernel.calendar import periods
from anlan.kernel.indicators import arithmetic
from anlan.kernel.indicators.compute import Value
from anlan.kernel.regions.queries import by_code

pytestmark = pytest.mark.django_db
ZONE = timezone.get_default_timezone()


def state(desk: Desk, who: str = "city", at: datetime | None = None, **more: Any) -> Any:
    given = {"pk": uuid7(), "kind": "output.gdp", "area": by_code(CITY).pk, "period": "2024",
             "value": Decimal("7541.37"), "source": "统计公报", **more}  # fmt: skip
    try:
        return commands.state_output(NewOutput(**given), **desk.call(who, at))
    except Refusal as refusal:
        return refusal.code, refusal.data.get("field")


def rate(desk: Desk, code: str = "accident.dead_per_gdp", period: str = "2024",
         area: str = CITY, **more: Any) -> Value:  # fmt: skip
    found = outputs.rates(by_code(area), periods.parse(period), at=desk.now, **more)
    return next(value for value in found if value.indicator.code == code)


def test_a_rate_is_exact_and_of_the_area_itself(desk: Desk) -> None:
    history(desk, ("2024-02-01", 3, HOME), ("2024-06-01", 4, "530103"))
    assert (rate(desk).value, rate(desk).missing) == (None, "not_stated")
    state(desk)
    state(desk, "office", area=by_code(HOME).pk, value=Decimal("1500"))
    whole = Fraction(7 * 10**10, 754_137_000_000 * 100)
    assert rate(desk).value == arithmetic.rounded(whole, 4)
    # A city's GDP is not the sum of what its counties state, and a county's is its own.
    assert rate(desk).counts == (7, 75_413_700_000_000)
    assert rate(desk, area=HOME).value == Decimal("0.0020")
    assert rate(desk, area="530103").missing == "not_stated"
    assert rate(desk, "accident.dead_per_workers").missing == "not_stated"


def test_four_quarters_make_a_year_and_a_half_is_missing(desk: Desk) -> None:
    history(desk, ("2024-02-01", 2, HOME))
    for n in (1, 2, 3):
        state(desk, period=f"2024Q{n}", value=Decimal(100))
    assert rate(desk, period="2024Q1").value == Decimal("0.0200")
    assert rate(desk).missing == "not_stated"
    state(desk, period="2024Q4", value=Decimal(100))
    assert rate(desk).value == Decimal("0.0050")
    assert rate(desk, period="2024-02").missing == "not_stated"


def test_a_better_figure_replaces_the_one_before_and_both_can_be_reproduced(desk: Desk) -> None:
    history(desk, ("2024-02-01", 2, HOME))
    first = state(desk, value=Decimal(100))
    then = desk.now + timedelta(days=1)
    made = state(desk, at=then + timedelta(days=1), value=Decimal(200))
    assert rate(desk).value == Decimal("0.0100")
    assert [row.pk for row in OutputFigure.objects.filter(ended_at=None)] == [made]
    commands.withdraw_output(made, reason="误录", **desk.call("city", then + timedelta(days=2)))
    assert rate(desk).missing == "not_stated"
    assert OutputFigure.objects.get(pk=first).ended_because == "统计公报"
    desk.check()


@pytest.mark.parametrize(("more", "field"), [
    ({"value": Decimal(0)}, "value"), ({"value": Decimal("NaN")}, "value"), ({"value": Decimal(-1)}, "value"),
    ({"kind": "output.workers", "value": Decimal("1.5")}, "value"), ({"kind": "hazard.found"}, "kind"),
    ({"period": "2024-W01"}, "period"), ({"period": "moon"}, "period"), ({"period": "2099"}, "period"),
    ({"source": " "}, "source"),
])  # fmt: skip
def test_what_must_be_mended_is_told_at_its_field(desk: Desk, more: Any, field: str) -> None:
    assert state(desk, **more) == ("accident_incomplete", field)


def test_it_is_stated_and_withdrawn_on_its_pages_and_stands_in_the_statistics(desk: Desk) -> None:
    history(desk, ("2024-02-01", 3, HOME))
    shown = ("accidents:statistics",)
    query = f"?area={CITY}&period=2024"
    before = desk.get("city", *shown, query=query).content.decode()
    assert "State it" in before
    given = {"pk": uuid7(), "area": CITY, "kind": "output.gdp", "period": "2024", "value": "1000",
             "source": "公报"}  # fmt: skip
    assert desk.post("city", "accidents:new_output", **{**given, "value": "-1"}).status_code == 422
    assert desk.post("city", "accidents:new_output", **given).status_code == 302
    assert "0.0030" in desk.get("city", *shown, query=query).content.decode()
    analysis = f"/statistics/?area={CITY}&period=2024&indicator=accident.dead_per_gdp&rows=period&step=year"
    page = desk.browser("city").get(analysis).content.decode()
    assert "0.0030" in page
    row = OutputFigure.objects.get()
    own = state(desk, "office", area=by_code(HOME).pk)
    assert desk.get("stranger", "accidents:output", own).status_code == 404
    assert desk.post("city", "accidents:withdraw_output", row.pk, reason="").status_code == 422
    assert desk.post("city", "accidents:withdraw_output", row.pk, reason="误录").status_code == 302
    assert "0.0030" not in desk.get("city", *shown, query=query).content.decode()
