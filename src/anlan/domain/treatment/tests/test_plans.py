"""S052: one plan for a failing enterprise, its progress never typed, accepted by another."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from anlan.base.ids import uuid7

if TYPE_CHECKING:
    from django.test import Client

    from anlan.domain.treatment.tests.works import Works

pytestmark = pytest.mark.django_db


def test_a_plan_goes_round_as_its_hazards_do_and_another_accepts_it(
    works: Works, refused: Any
) -> None:
    from anlan.domain.treatment import commands
    from anlan.kernel.loop.models import Case

    one, two = works.hazards(2)
    pk = works.plan([one, two])
    assert works.state(pk) == "assigned"
    assert Case.objects.get(pk=pk).due_on == works.today + timedelta(days=20)
    commands.receive(pk, **works.call("keeper"))
    with refused("findings_open"):
        commands.report(pk, result="全部完成", **works.call("keeper"))
    works.rectify(one)
    with refused("findings_open") as caught:
        commands.report(pk, result="全部完成", **works.call("keeper"))
    assert caught.value.data == {"n": 1, "numbers": works.numbers()[two]}
    works.rectify(two)
    commands.report(pk, result="全部完成", **works.call("keeper"))
    assert works.state(pk) == "rectified"
    with refused("findings_open"):
        commands.accept(pk, **works.call("second"))
    works.close(one, two)
    with refused("own_work"):
        commands.accept(pk, **works.call("office"))
    with refused("not_allowed"):
        commands.accept(pk, **works.call("keeper"))
    commands.accept(pk, opinion="现场核查属实", **works.call("second"))
    assert works.state(pk) == "closed"
    with refused("step_not_possible"):
        commands.add(pk, [works.measure(works.hazards(1)[0])], **works.call("office"))


def test_a_returned_plan_has_a_reason_and_a_new_deadline(works: Works, refused: Any) -> None:
    from anlan.domain.treatment import commands
    from anlan.kernel.loop.models import Case

    [one] = works.hazards(1)
    pk = works.plan([one])
    works.rectify(one)
    commands.report(pk, result="完成", **works.call("keeper"))
    later = works.today + timedelta(days=9)
    with refused("reason_missing"):
        commands.reject(pk, reason=" ", due_on=later, **works.call("second"))
    commands.reject(pk, reason="无资金凭证", due_on=later, **works.call("second"))
    case = Case.objects.get(pk=pk)
    assert (case.state, case.due_on, case.round) == ("assigned", later, 1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"measure": " "}, {"responsible": ""}, {"funds": -1}, {"days": -1},
    ],
)  # fmt: skip
def test_a_measure_lacks_nothing(works: Works, wrong: dict[str, Any]) -> None:
    from anlan.domain.treatment.models import RemedyPlan
    from anlan.domain.treatment.refusals import PlanIncomplete

    [one] = works.hazards(1)
    if days := wrong.pop("days", 0):
        wrong["due_on"] = works.today + timedelta(days=days)
    measure = works.measure(one, **wrong)
    with pytest.raises(PlanIncomplete) as caught:
        works.plan([one], measures=(measure,))
    assert caught.value.data["field"] == "measures"
    assert not RemedyPlan.objects.exists()


def test_only_open_hazards_of_this_enterprise_stand_in_a_plan_each_once(works: Works) -> None:
    from anlan.domain.treatment import commands
    from anlan.domain.treatment.refusals import PlanIncomplete

    one, two = works.hazards(2)
    [foreign] = works.hazards(1, works.enterprise("五华另一家厂", "530102"))
    works.rectify(two)
    works.close(two)
    for pks in ([foreign], [two], [one, one], []):
        with pytest.raises(PlanIncomplete):
            works.plan(pks)
    pk = works.plan([one])
    [three] = works.hazards(1)
    with pytest.raises(PlanIncomplete):
        commands.add(pk, [works.measure(one)], **works.call("office"))
    late = works.measure(three, due_on=works.today + timedelta(days=99))
    with pytest.raises(PlanIncomplete):
        commands.add(pk, [late], **works.call("office"))
    commands.add(pk, [works.measure(three)], **works.call("office"))
    works.rectify(one)
    from anlan.domain.treatment import queries

    row = queries.plans(works.by("office")).get(pk=pk)
    assert (row.findings, row.settled, row.done, row.funds) == (2, 1, 0, 2_500_100)


def test_a_repeat_makes_no_second_plan(works: Works) -> None:
    from anlan.domain.treatment import commands
    from anlan.domain.treatment.models import RemedyPlan

    new, call = works.plan_of(works.hazards(1)), works.call("office")
    for _twice in range(2):
        assert commands.make(new, **call) == new.pk
    assert RemedyPlan.objects.count() == 1


def test_plans_of_others_are_not_to_be_seen(
    works: Works, client_of: Callable[[str], Client]
) -> None:
    pk = works.plan(works.hazards(1))
    for who in ("stranger", "other_firm"):
        browser = client_of(who)
        assert browser.get(reverse("treatment:plan", args=[pk])).status_code == 404
        step = reverse("treatment:step", args=[pk, "report"])
        sent = {"request_id": uuid7(), "seen": 1, "text": "完成"}
        assert browser.post(step, sent).status_code == 404
        assert "铸造厂" not in browser.get(reverse("treatment:plans")).content.decode()
    assert (
        client_of("stranger").get(reverse("treatment:new", args=[works.firm.pk])).status_code == 404
    )
    assert client_of("keeper").get(reverse("treatment:plan", args=[pk])).status_code == 200
    assert client_of("keeper").get(reverse("treatment:add", args=[pk])).status_code == 403


def test_a_plan_is_drawn_up_signed_and_reported_on_its_pages(
    works: Works, client_of: Callable[[str], Client]
) -> None:
    from anlan.domain.treatment.models import RemedyMeasure, RemedyPlan

    one, _two = works.hazards(2)
    office, keeper = client_of("office"), client_of("keeper")
    slot = reverse("treatment:of_enterprise", args=[works.firm.pk])
    url = reverse("treatment:new", args=[works.firm.pk])
    assert url in office.get(slot).content.decode()
    assert slot in office.get(reverse("enterprises:page", args=[works.firm.pk])).content.decode()
    sent = hidden(office.get(url))
    bad = office.post(url, {**sent, f"take_{one.hex}": "on", f"measure_{one.hex}": "更换"})
    assert bad.status_code == 422
    assert "Say who answers for it." in bad.content.decode()
    said = {"take": "on", "measure": "更换", "responsible": "钱厂长",
            "due": works.today.isoformat(), "funds": "12500.50"}  # fmt: skip
    said = {f"{name}_{one.hex}": value for name, value in said.items()}
    done = office.post(url, {**sent, **said})
    assert done.status_code == 302
    plan = RemedyPlan.objects.get()
    [measure] = RemedyMeasure.objects.all()
    assert (measure.hazard_id, measure.funds) == (one, 1_250_050)
    page = keeper.get(done.url)
    assert "12,500.50" in page.content.decode()
    step = reverse("treatment:step", args=[plan.pk, "receive"])
    assert keeper.post(step, hidden(page)).status_code == 302
    works.rectify(one)
    step = reverse("treatment:step", args=[plan.pk, "report"])
    sent = {**hidden(keeper.get(done.url)), "text": "已完成"}
    assert keeper.post(step, sent).status_code == 302
    assert works.state(plan.pk) == "rectified"


def hidden(answer: Any) -> dict[str, str]:
    """What the page's forms carry without showing it, and what stands in their fields."""
    found = {}
    for tag in re.findall(r"<input[^>]+>", answer.content.decode()):
        name, value = (re.search(rf'{key}="([^"]*)"', tag) for key in ("name", "value"))
        if name and value and 'type="checkbox"' not in tag:
            found[name[1]] = value[1]
    return found


def test_the_list_asks_a_constant_number_of_queries(
    works: Works, client_of: Callable[[str], Client]
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    browser, url = client_of("office"), reverse("treatment:plans")

    def count() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(url + "?area=530102").status_code == 200
        return len(asked)

    works.plan(works.hazards(1))
    count()
    few = count()
    for _n in range(4):
        works.plan(works.hazards(3))
    assert count() == few
