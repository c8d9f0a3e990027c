"""Units measured in dimensions that the office lays down: figures that open, weights that it gives."""

from __future__ import annotations

from decimal import Decimal
from html import unescape
from typing import Any
from urllib.parse import urljoin

import pytest
from django.urls import reverse
from django.utils import timezone

from anlan.base.refusal import Refusal
from anlan.domain.accidents.tests.desk import Desk
from anlan.domain.hazards.tests.stage import ROOT
from anlan.domain.statistics import commands, settings
from anlan.domain.statistics.tests.test_pages import FIGURE, found
from anlan.kernel.accounts.models import Role, User
from anlan.kernel.accounts.office_settings import REASON_CHARS_MAX, WhyTooLong

pytestmark = pytest.mark.django_db
RATES = ["hazard.rectification_rate", "hazard.overdue_share"]


def lay_down(
    desk: Desk, *dimensions: dict[str, Any], version: int = 0, reason: str = "起步"
) -> int:
    given = {"dimensions": list(dimensions), "source": "省安委办〔2026〕1号（演示）"}
    return commands.change_setting(
        settings.DIMENSIONS, given, version=version, reason=reason, by=ROOT, at=desk.now
    )


def dimension(name: str, *indicators: str, **weights: int) -> dict[str, Any]:
    by_code = {code: weights[f"w{n}"] for n, code in enumerate(indicators, 1) if weights}
    return {"name": name, "indicators": list(indicators), "weights": by_code}


def page(desk: Desk, **query: Any) -> str:
    answer = desk.browser("city").get(reverse("statistics:dimensions"), query)
    assert answer.status_code == 200, answer.content.decode()[:1_000]
    return unescape(answer.content.decode())


def test_why_a_setting_is_changed_is_kept_whole_or_refused(desk: Desk) -> None:
    one = dimension("排查", "hazard.found")
    with pytest.raises(WhyTooLong) as refused:
        lay_down(desk, one, reason="因" * (REASON_CHARS_MAX + 1))
    assert refused.value.data["field"] == "reason"
    lay_down(desk, one, reason="因" * REASON_CHARS_MAX)
    newest = settings.OFFICE.newest(settings.DIMENSIONS)
    assert newest is not None
    assert len(newest.reason) == REASON_CHARS_MAX


def test_nothing_is_shown_until_the_office_says_which_dimensions_there_are(desk: Desk) -> None:
    assert "colgroup" not in page(desk)
    lay_down(desk, dimension("排查", "hazard.found"), dimension("整改", *RATES, w1=60, w2=40))
    found(desk, "530102", "530102", "530103")
    html = page(desk, period=f"{desk.now:%Y-%m}", area="530100")
    assert "排查" in html
    assert "整改" in html
    assert "〔2026〕1号" in html
    figures = {value: href for href, value in FIGURE.findall(html)}
    assert "2" in figures
    at = urljoin(reverse("statistics:dimensions"), figures["2"])
    opened = desk.browser("city").get(at, follow=True)
    assert opened.status_code == 200


def test_weights_put_rates_together_exactly_and_missing_stays_missing(desk: Desk) -> None:
    from anlan.domain.statistics import dimensions
    from anlan.domain.statistics.reading import Figure, Row

    lay_down(desk, dimension("整改", *RATES, w1=2, w2=1))
    [each] = settings.dimensions()

    class Head:
        compare = ""

        def __init__(self, code: str) -> None:
            self.indicator = type("I", (), {"code": code, "label": code})()

    class Table:
        heads = tuple(Head(code) for code in RATES)

    def mean(*values: Any) -> Any:
        row = Row(None, "", [Figure(value) for value in values])
        return dimensions._weighted(each, Table(), row).value  # type: ignore[arg-type]

    assert mean(Decimal("90.5"), Decimal("10")) == Decimal("63.67")
    assert mean(Decimal("90.5"), None) is None


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (dimension("", "hazard.found"), "name0"),
        (dimension("排查"), "indicators0"),
        (dimension("排查", "hazard.nothing"), "indicators0"),
        (dimension("排查", "hazard.found", w1=1), "weights0"),
        ({"name": "整改", "indicators": RATES, "weights": {RATES[0]: 1}}, "weights0"),
    ],
)
def test_what_makes_no_sense_is_told_at_its_field(
    desk: Desk, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refusal) as refused:
        lay_down(desk, given)
    assert refused.value.data["field"] == field


def test_dimensions_are_set_on_a_page_and_by_nobody_below(desk: Desk) -> None:
    given = {
        "version": 0, "name0": "整改", "indicators0": RATES, "weights0": "60，40",
        "name1": "排查", "indicators1": ["hazard.found"], "weights1": "",
        "source": "", "reason": "首次设定",
    }  # fmt: skip
    assert desk.post("office", "statistics:dimensions_setting", **given).status_code == 403
    desk.cast.person("head", "province", Role.LEADER)
    User.objects.update(password_changed_at=timezone.now())
    wrong = desk.post("head", "statistics:dimensions_setting", **{**given, "weights0": "60"})
    assert wrong.status_code == 422
    assert settings.dimensions() == []
    assert desk.post("head", "statistics:dimensions_setting", **given).status_code == 302
    [first, second] = settings.dimensions()
    assert (first.name, dict(first.weights)) == ("整改", dict(zip(RATES, (60, 40), strict=True)))
    assert (second.name, second.weights) == ("排查", {})
