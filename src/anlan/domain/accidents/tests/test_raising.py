"""Rules of an office's own that propose to raise an inquiry: none is ours, and none decides."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from anlan.base.ids import uuid7
from anlan.base.refusal import Refusal
from anlan.domain.accidents import commands, raising
from anlan.domain.accidents.commands.raising import set_raising_rules
from anlan.domain.accidents.models import Inquiry, RaisingRules
from anlan.domain.accidents.raising import Rule
from anlan.domain.accidents.tests.desk import HOME, Desk
from anlan.domain.enterprises import commands as enterprises
from anlan.domain.hazards.tests.stage import ROOT
from anlan.kernel.regions.queries import by_code

pytestmark = pytest.mark.django_db
DOCUMENT = "昆安委〔2026〕3号"


def put(desk: Desk, *rules: Rule, who: str = "city", code: str = "530100") -> str:
    try:
        set_raising_rules(uuid7(), area=by_code(code).pk, rules=rules, source=DOCUMENT,
                          **desk.call(who))  # fmt: skip
    except Refusal as refusal:
        return str(refusal.data.get("field", refusal.code))
    return "done"


def held(desk: Desk, pk: Any) -> list[str]:
    return [each.rule.words for each in raising.proposals(desk.row(pk))]


def test_what_is_stated_must_all_hold_and_reaching_a_number_is_enough(desk: Desk) -> None:
    assert put(desk, Rule("两人以上死亡的一般事故", grade="ordinary", deaths=2),
               Rule("重伤五人", serious=5)) == "done"  # fmt: skip
    one, two, three = (desk.report(deaths=n) for n in (1, 2, 3))
    assert held(desk, one) == []
    assert held(desk, two) == ["两人以上死亡的一般事故"]
    # Three are no ordinary accident any more.
    assert held(desk, three) == []
    assert held(desk, desk.report(serious=4)) == []
    assert held(desk, desk.report(serious=5)) == ["重伤五人"]
    gone = desk.report(serious=5)
    assert desk.do("office", "void", gone, reason="重复") == "void"
    assert held(desk, gone) == []


def test_the_second_of_a_firm_within_a_year_and_what_was_concealed(desk: Desk) -> None:
    assert (
        put(desk, Rule("一年内再次发生", again=2, days=365), Rule("瞒报", misreported=True))
        == "done"
    )
    far = desk.report("city", deaths=1, enterprise_name="甲矿", ago=timedelta(days=366))
    first = desk.report("city", deaths=1, enterprise_name="甲矿", ago=timedelta(days=300))
    other = desk.report("city", deaths=1, enterprise_name="乙矿", ago=timedelta(days=1))
    # The first two lie 66 days apart; of each only what came before it counts.
    assert (held(desk, far), held(desk, first), held(desk, other)) == ([], ["一年内再次发生"], [])
    struck = desk.report("city", deaths=1, enterprise_name="乙矿", ago=timedelta(hours=3))
    assert held(desk, struck) == ["一年内再次发生"]
    # A firm of the register is known by its entry, however its name was written.
    home = by_code(HOME)
    wanted = enterprises.Wanted("丙矿", home.pk, home.path, "", None)
    [firm] = enterprises.match([wanted], by=ROOT, at=desk.now)
    assert firm is not None
    for name, held_by in (("丙矿", []), ("丙矿业", ["一年内再次发生"])):
        pk = desk.report("city", deaths=1, enterprise=firm.id, enterprise_name=name)
        assert held(desk, pk) == held_by
    pk = desk.report(deaths=1)
    desk.do("office", "suspect", pk, kind="hidden", text="举报")
    assert held(desk, pk) == []
    finding = desk.row(pk).findings.get().pk
    desk.do("leader", "judge", pk, finding=finding, confirmed=True, answer="属实")
    assert held(desk, pk) == ["瞒报"]


def test_a_rule_is_the_offices_with_its_document_and_asks_something(desk: Desk) -> None:
    assert put(desk, Rule("任何事故")) == "words"
    assert put(desk, Rule(" ", deaths=1)) == "words"
    assert put(desk, Rule("再次", again=1, days=9)) == "days"
    assert put(desk, Rule("再次", again=2)) == "days"
    assert put(desk, Rule("死亡", deaths=1), who="office") == "area"
    assert put(desk, Rule("死亡", deaths=1), who="inspector") == "not_allowed"
    assert not RaisingRules.objects.exists()
    assert put(desk, Rule("死亡", deaths=1)) == "done"
    assert put(desk, Rule("区内死亡", deaths=1), who="office", code=HOME) == "done"
    pk = desk.report(deaths=1)
    # Those of the city stand beside the county's own.
    assert held(desk, pk) == ["死亡", "区内死亡"]
    assert put(desk) == "done"
    assert held(desk, pk) == ["区内死亡"]
    assert [row.version for row in raising.in_force(desk.row(pk).case.path)] == [2, 1]


def test_it_stands_on_the_accidents_page_until_somebody_raised_it(desk: Desk) -> None:
    given = {"pk": uuid7(), "area": "530100", "source": DOCUMENT, "words": "死亡即提级", "deaths": "1",
             "where": "enterprise"}  # fmt: skip
    assert desk.post("city", "accidents:raising", **{**given, "words": ""}).status_code == 422
    assert desk.post("city", "accidents:raising", **given).status_code == 302
    assert desk.post("inspector", "accidents:raising", **given).status_code == 404
    pk = desk.report(deaths=1)
    page = desk.get("city", "accidents:page", pk).content.decode()
    assert "“死亡即提级”（昆安委〔2026〕3号，昆明市，version 1）" in page
    call = desk.call("city")
    made = commands.open_inquiry(pk, inquiry=uuid7(), **call)
    assert "死亡即提级" in desk.get("city", "accidents:page", pk).content.decode()
    assert Inquiry.objects.get(pk=made).level == 3
    because = raising.proposals(desk.row(pk))[0].because
    desk.do("city", "raise_level", made, level=2, because=because)
    assert Inquiry.objects.get(pk=made).raised_because == because
    # Raised, there is nothing to propose any more.
    page = desk.get("city", "accidents:page", pk).content.decode()
    assert "A rule proposes" not in page
    # Another version keeps what is ticked.
    seen = RaisingRules.objects.get().pk
    more = {**given, "pk": uuid7(), "request_id": uuid7(), "words": "重伤", "deaths": "", "serious": "3",
            "keep": ["0"]}  # fmt: skip
    # Whoever did not see what is in force drops none of it; a second press changes nothing.
    answer = desk.post("city", "accidents:raising", **more)
    assert (answer.status_code, RaisingRules.objects.count()) == (422, 1)
    assert f'name="of" value="{seen}"' in answer.content.decode()
    for _press in range(2):
        assert desk.post("city", "accidents:raising", of=seen, **more).status_code == 302
    assert put(desk, Rule("区内死亡", deaths=1), who="office", code=HOME) == "done"
    there = {
        **more,
        "pk": uuid7(),
        "request_id": uuid7(),
        "of": RaisingRules.objects.get(version=2).pk,
    }
    assert desk.post("city", "accidents:raising", **{**there, "area": HOME}).status_code == 422
    assert desk.post("city", "accidents:raising", **{**there, "area": ""}).status_code == 422
    latest = RaisingRules.objects.get(version=2)
    assert [rule["words"] for rule in latest.rules] == ["死亡即提级", "重伤"]
    assert "≥ 3" in desk.get("city", "accidents:raising").content.decode()
