"""Rules that support a plan's items (配套制度): texts of the library and measures, as they stand."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from anlan.base.ids import uuid7
from anlan.domain.campaigns.models import SupportingRule, Task
from anlan.domain.campaigns.refusals import PlanIncomplete
from anlan.domain.campaigns.supporting import commands, queries
from anlan.domain.campaigns.supporting.commands import support
from anlan.domain.campaigns.tests.house import House
from anlan.domain.campaigns.tests.test_deriving import lines_of, package
from anlan.domain.library.models import Text
from anlan.domain.library.tests.shelf import shelve
from anlan.domain.measures.models import Measure
from anlan.kernel.audit.models import AuditRow

pytestmark = pytest.mark.django_db


@pytest.fixture
def rule(house: House) -> Text:
    """A text of the district's library, in force; the city reads it."""
    return shelve(house)


def measure(house: House, title: str = "动火作业有奖举报办法") -> Measure:
    """One that is only planned yet."""
    pk = uuid7()
    given = {"pk": pk, "title": title, "kind": "rule", "state": "planned", "area": "530102",
             "due_on": house.today + timedelta(30)}  # fmt: skip
    assert house.post("office", "measures:new", **given).status_code == 302
    return Measure.objects.get(pk=pk)


def send(house: House, plan: Any, rule: str, items: str, words: str = "动火", who: str = "city"):
    path = f"/campaigns/plans/{plan.pk}/supporting/?rule={words}"
    data = {"request_id": uuid7(), "rule": rule, "items": items}
    return house.browser(who).post(path, data)


def counted(plan: Any, house: House) -> tuple[int, int, int]:
    found = queries.support_of(plan, house.cast.actor("city"), house.today)
    return found.valid, found.only, found.none


def test_items_show_the_rules_that_support_them_and_which_no_rule_in_force_does(
    house: House, rule: Text
) -> None:
    plan = package(house, house.campaign(), lines=4)
    made = measure(house)
    page = house.text("city", "campaigns:supporting", plan.pk, query="?rule=动火")
    assert rule.title in page
    assert made.title in page
    assert send(house, plan, f"text:{rule.pk}", "1、3").status_code == 302
    assert send(house, plan, f"measure:{made.pk}", "3-4").status_code == 302
    assert counted(plan, house) == (2, 1, 1)
    first = lines_of(plan)[0]
    task = Task.objects.get(plan=plan, line=first)
    assert rule.title in house.text("emergency", "campaigns:task", task.pk)
    for standing, shown in (("valid", 2), ("only", 1), ("none", 1)):
        page = house.text("city", "campaigns:supporting", plan.pk, query=f"?standing={standing}")
        assert page.count('class="main-link"') == shown
    data = b"".join(house.get("city", "campaigns:derived_export", plan.pk).streaming_content)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    assert sum(f"{rule.title}（" in str(row[-1]) for row in rows) == 2
    # A text that ends supports nothing from that day on; the link stays and says so.
    Text.objects.filter(pk=rule.pk).update(ended_on=house.today)
    assert counted(plan, house) == (0, 3, 1)
    assert AuditRow.objects.filter(action="plans.support").count() == 2

    link = SupportingRule.objects.get(line=first)
    stranger = house.post("housing", "campaigns:unsupport", plan.pk, link.pk)
    assert stranger.status_code == 403
    assert house.post("city", "campaigns:unsupport", plan.pk, link.pk).status_code == 302
    assert house.post("city", "campaigns:unsupport", plan.pk, link.pk).status_code == 404
    assert counted(plan, house) == (0, 2, 2)


def test_what_supports_nothing_is_refused_with_how_to_mend_it(
    house: House, rule: Text, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = package(house, house.campaign(), lines=2)
    key = f"text:{rule.pk}"
    for chosen, items in ((key, "3"), (key, "一"), (key, ""), (f"text:{uuid7()}", "1"), ("", "1")):
        assert send(house, plan, chosen, items).status_code == 422, (chosen, items)
    assert send(house, plan, key, "1").status_code == 302
    assert send(house, plan, key, "1").status_code == 422, "it is there already"
    assert send(house, plan, key, "1-2").status_code == 302
    assert SupportingRule.objects.count() == 2
    assert send(house, plan, key, "1", who="housing").status_code == 403
    other = package(house, house.campaign(), lines=1)
    for wrong in ({"text": rule.pk, "measure": rule.pk}, {}):
        with pytest.raises(PlanIncomplete):
            support(plan.pk, [lines_of(plan)[0].pk], **wrong, **house.call("city"))
    with pytest.raises(PlanIncomplete):
        support(plan.pk, [lines_of(other)[0].pk], text=rule.pk, **house.call("city"))
    monkeypatch.setattr(commands, "RULES_MAX", 1)
    with pytest.raises(PlanIncomplete):
        support(plan.pk, [lines_of(plan)[0].pk], measure=measure(house).pk, **house.call("city"))


def test_a_page_of_items_costs_as_much_however_many_rules_there_are(
    house: House, rule: Text
) -> None:
    plan = package(house, house.campaign(), lines=6)
    lines = [line.pk for line in lines_of(plan)]

    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            house.text("city", "campaigns:supporting", plan.pk, query="?rule=动火")
        return len(asked)

    support(plan.pk, lines[:1], text=rule.pk, **house.call("city"))
    cost()
    few = cost()
    support(plan.pk, lines, measure=measure(house).pk, **house.call("city"))
    support(plan.pk, lines, text=rule.pk, **house.call("city"))
    assert cost() == few
