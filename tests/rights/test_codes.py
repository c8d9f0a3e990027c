"""S14: whoever tries codes, in a form, a call or a workbook, learns no name that isn't theirs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from anlan.base.ids import uuid7
from tests.rights.test_foreign import FOREIGN, FOREIGN_BY, moment, stand
from tests.rights.test_oracles import plain

__all__ = ["moment", "stand"]
pytestmark = pytest.mark.django_db
#: A credit code whose check digit is right.
CODE = "91350100M000100Y43"


def test_S14_whoever_tries_the_codes_of_units_learns_no_name(stand: Any) -> None:
    """A unit that one may not see is answered like a code that nobody has, at every door."""
    from anlan.domain.hazards.models import Hazard
    from anlan.domain.inspections.models import Sweep
    from anlan.domain.lists.models import Item
    from anlan.kernel.accounts.models import Unit
    from anlan.kernel.loop.models import Party
    from tests.rights import foreign

    browser = stand("area", "office")
    own = Hazard.objects.select_related("case").get()
    item, sweep = Item.objects.get(), Sweep.objects.get()
    planted = foreign.plant(FOREIGN, at=timezone.now(), **FOREIGN_BY["area"])
    foreign.plant_people(planted, area=FOREIGN_BY["area"]["area"])
    theirs = Unit.objects.get(pk=planted.unit)
    assert FOREIGN in theirs.name
    nobody = "unit-x0"
    pages: list[tuple[str, list[Any], str]] = [
        ("hazards:step", [own.pk, "assign"], "rectifier"),
        ("hazards:step", [own.pk, "assign"], "suggested"),
        ("hazards:step", [own.pk, "hand_over"], "to_unit"),
        ("hazards:step", [own.pk, "list"], "supervisor"),
        ("oversight:act", [own.pk, "double"], "territory"),
        ("oversight:act", [own.pk, "double"], "regulator"),
        ("supervision:new", ["letter"], "receiver"),
        ("supervision:new", ["letter"], "superior"),
        ("supervision:new", ["transfer"], "receiver"),
        ("lists:step", [item.pk, "assign"], "rectifier"),
        ("lists:step", [item.pk, "assign"], "supervisor"),
        ("lists:step", [item.pk, "ask"], "other"),
    ]
    base = {"seen": own.case.version, "reason": "x", "result": "x"}
    for name, args, field in pages:

        def tried(code: str, name: str = name, args: Any = args, field: str = field) -> Any:
            data = {**base, "request_id": str(uuid7()), field: code}
            return plain(browser.post(reverse(name, args=args), data), code)

        answer = tried(theirs.code)
        assert answer == tried(nobody), (name, args, field)
        assert answer[0] == 422, "it is refused while the form is read"
        assert FOREIGN not in answer[1]

    def team(code: str) -> Any:
        data = {"area": "530100", "unit": code}
        url = reverse("inspections:team", args=[sweep.pk])
        return plain(browser.post(url, data, follow=True), code)

    assert team(theirs.code) == team(nobody)
    assert FOREIGN not in team(theirs.code)[1]

    def call(code: str) -> Any:
        url = f"/api/v1/hazards/{own.pk}/assignment/{uuid7()}/"
        return plain(browser.put(url, {"rectifier": code}, content_type="application/json"), code)

    assert call(theirs.code) == call(nobody)
    assert call(theirs.code)[0] == 404
    assert not Party.objects.filter(unit=theirs).exists()
    # And the same door takes one's own unit.
    data = {**base, "request_id": str(uuid7()), "rectifier": "unit-me"}
    assert browser.post(reverse("hazards:step", args=[own.pk, "assign"]), data).status_code == 302


def test_S14_a_firms_person_learns_no_other_firms_name_by_its_code(stand: Any) -> None:
    """The code of a firm's unit is its number in the register, which is easily counted up."""
    from anlan.domain.hazards.models import Hazard
    from anlan.kernel.accounts import units
    from anlan.kernel.accounts.models import Unit
    from anlan.kernel.loop.models import Party
    from anlan.kernel.regions.models import Region
    from tests.rights import foreign

    browser = stand("enterprise", "rectifier")
    own = Hazard.objects.get()
    mine = Unit.objects.get(code="unit-me")
    Party.objects.create(
        case_id=own.pk, role="rectifier", unit=mine, since=timezone.localdate(), rank=1
    )
    planted = foreign.plant(FOREIGN, at=timezone.now(), **FOREIGN_BY["enterprise"])
    home = Region.objects.get(code=foreign.HOME)
    other = units.for_enterprise(
        planted.enterprise, f"{FOREIGN}公司", home.pk, home.path, by=foreign.CLI, at=timezone.now()
    )

    def tried(code: str) -> Any:
        data = {"request_id": str(uuid7()), "reason": "x", "to_unit": code}
        return plain(browser.post(reverse("hazards:step", args=[own.pk, "hand_over"]), data), code)

    assert tried(other.code) == tried("E987654321")
    assert tried(other.code)[0] == 422
    authority = Unit.objects.create(
        code="authority", name="应急局", kind="department", area=home, path=home.path
    )
    assert tried(authority.code)[0] != 422, "an authority of its place can be named"


def test_S14_a_credit_code_in_a_workbook_opens_no_entry_elsewhere(
    stand: Any, tmp_path: Path
) -> None:
    """A row of one's own with the code of a firm elsewhere isn't filed under that firm's name."""
    from anlan.domain.enterprises import commands as enterprises
    from anlan.domain.enterprises.commands import NewEnterprise
    from anlan.domain.enterprises.models import Enterprise
    from anlan.domain.hazards import importing
    from anlan.domain.hazards.models import Hazard
    from anlan.kernel.accounts.models import Unit
    from anlan.kernel.regions.models import Region
    from tests.rights.foreign import AWAY, CLI

    browser = stand("area", "office")
    away = Region.objects.get(code=AWAY)
    theirs = NewEnterprise(name=f"{FOREIGN}公司", area_id=away.pk, credit_code=CODE)
    [known] = enterprises.put_enterprises([theirs], by=CLI, at=timezone.now(), source="test")

    def take_in(unit: Unit, firm: str, text: str) -> Hazard:
        path = tmp_path / f"{text}.csv"
        path.write_text(
            f"检查日期,企业名称,统一社会信用代码,存在问题\n2024-06-20,{firm},{CODE},{text}\n",
            "utf-8",
        )
        batch, _refused = importing.prepare([(path.name, path)], unit=unit, by=CLI,
                                            at=timezone.now())  # fmt: skip
        importing.run(batch.pk, by=CLI)
        return Hazard.objects.select_related("enterprise").get(description=text)

    mine = Unit.objects.get(code="unit-me")
    tried = take_in(mine, "试探公司", "护栏缺失一处")
    page = browser.get(reverse("hazards:page", args=[tried.pk]))
    assert page.status_code == 200
    assert FOREIGN not in page.content.decode()
    assert tried.enterprise is not None
    assert (tried.enterprise.name, tried.enterprise.stated_code) == ("试探公司", CODE)
    # Who names it rightly, and whose area covers it, means it.
    assert take_in(mine, f"{FOREIGN}公司", "通道堵塞两处").enterprise_id == known.id
    nation = Region.objects.get(level=0)
    above = Unit.objects.create(
        code="above", name="部里", kind="department", area=nation, path=nation.path
    )
    assert take_in(above, "另写的名称", "灭火器过期三具").enterprise_id == known.id
    assert Enterprise.objects.get(pk=known.id).credit_code == CODE
