"""S053: a defect by the equipment's code; its level's departments sign and answer until closed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from django.urls import reverse

from anlan.base.ids import uuid7
from anlan.domain.treatment.tests.test_plans import hidden

if TYPE_CHECKING:
    from django.test import Client

    from anlan.domain.treatment.tests.works import Works

pytestmark = pytest.mark.django_db
CODE = "GL-2024.07"


def equipment(works: Works, code: str = CODE) -> Any:
    from anlan.domain.treatment import commands

    new = commands.NewEquipment(code, "工业锅炉", "2号锅炉", works.firm.pk, "锅炉房")
    return commands.register(new, by=works.by("keeper"), at=works.now)


def departments(works: Works) -> None:
    """Two departments of the county, each with an inspector, and levels that notify them."""
    from anlan.domain.treatment import commands
    from anlan.kernel.accounts.models import Role
    from anlan.kernel.regions.queries import by_code

    for key, name in (("market", "五华区市场监管局"), ("fire", "五华区消防救援大队")):
        works.cast.unit(key, name, "department", "530102")
        works.cast.person(key, key, Role.INSPECTOR)
    ids = {key: works.cast.units[key].pk for key in ("market", "fire")}
    for level, name, units in (
        (1, "一级缺陷", [ids["market"]]), (3, "三级缺陷", [ids["market"], ids["fire"]]),
    ):  # fmt: skip
        commands.set_level(
            by_code("530102").pk, level, name, units, by=works.by("office"), at=works.now
        )


def filed(works: Works, level: int = 3) -> UUID:
    from anlan.domain.treatment import commands

    unit = works.by("keeper").unit_id or 0
    new = commands.NewDefect(uuid7(), CODE, level, "安全阀卡涩", unit)
    call = works.call("keeper")
    for _twice in range(2):
        assert commands.file(new, **call) == new.pk
    return new.pk


@pytest.fixture
def plant(works: Works) -> Works:
    departments(works)
    equipment(works)
    return works


@pytest.mark.parametrize(("level", "names"), [(1, ["market"]), (3, ["market", "fire"])])
def test_each_level_notifies_its_departments(plant: Works, level: int, names: list[str]) -> None:
    from anlan.kernel.loop.models import Party
    from anlan.kernel.notices.models import Notice

    pk = filed(plant, level)
    told = Party.objects.filter(case=pk, role="regulator").values_list("unit", flat=True)
    assert set(told) == {plant.cast.units[name].pk for name in names}
    assert Party.objects.get(case=pk, role="rectifier").unit_id == plant.unit.pk
    assert Notice.objects.filter(kind="defect.filed").count() == 1


def test_a_defect_is_closed_by_another_once_everybody_has_answered(
    plant: Works, refused: Any
) -> None:
    from anlan.domain.treatment import commands
    from anlan.kernel.loop.models import Party

    pk = filed(plant)
    commands.receive_defect(pk, **plant.call("fire"))
    commands.answer(pk, text="已派员到场", **plant.call("fire"))
    commands.repair(pk, result="已更换安全阀", **plant.call("keeper"))
    with refused("answers_missing") as caught:
        commands.accept_defect(pk, **plant.call("office"))
    assert caught.value.data["units"] == "五华区市场监管局"
    commands.answer(pk, text="已约谈使用单位", **plant.call("market"))
    assert not Party.objects.filter(case=pk, role="regulator", received_at=None).exists()
    with refused("not_allowed"):
        commands.accept_defect(pk, **plant.call("keeper"))
    commands.accept_defect(pk, opinion="现场核实", **plant.call("office"))
    assert plant.state(pk) == "closed"
    with refused("step_not_possible"):
        commands.answer(pk, text="补充", **plant.call("fire"))


def test_a_returned_repair_is_done_again(plant: Works) -> None:
    from anlan.domain.treatment import commands

    pk = filed(plant, 1)
    commands.repair(pk, result="已处理", **plant.call("keeper"))
    commands.reject_defect(pk, reason="未附校验报告", **plant.call("office"))
    assert plant.state(pk) == "assigned"


def test_the_nearest_areas_levels_hold(plant: Works) -> None:
    from anlan.domain.treatment import commands
    from anlan.domain.treatment.commands.defects import levels_for
    from anlan.kernel.regions.queries import by_code

    city = plant.cast.units["city"].pk
    commands.set_level(
        by_code("530100").pk, 2, "市级二级", [city], by=plant.by("city"), at=plant.now
    )
    assert list(levels_for(by_code("530102").path)) == [1, 3]
    assert [row.name for row in levels_for(by_code("530103").path).values()] == ["市级二级"]
    assert levels_for(by_code("530000").path) == {}


@pytest.mark.parametrize("code", ["", "a b", "锅炉/1", "x" * 61])
def test_a_code_that_no_label_can_carry_is_refused(works: Works, code: str) -> None:
    from anlan.domain.treatment.refusals import DefectIncomplete

    with pytest.raises(DefectIncomplete) as caught:
        equipment(works, code)
    assert caught.value.data["field"] == "code"


def test_a_code_stands_for_one_piece_of_equipment(plant: Works) -> None:
    from anlan.domain.treatment.models import Equipment
    from anlan.domain.treatment.refusals import DefectIncomplete

    with pytest.raises(DefectIncomplete):
        equipment(plant)
    assert Equipment.objects.count() == 1


def test_from_the_label_to_the_answer_on_the_pages(
    plant: Works, client_of: Callable[[str], Client]
) -> None:
    from anlan.domain.treatment.models import Defect

    keeper, fire = client_of("keeper"), client_of("fire")
    here = reverse("defects:equipment", args=[CODE])
    scanned = keeper.get(reverse("defects:equipment_list"), {"q": CODE})
    assert scanned.url == here
    label = keeper.get(reverse("defects:label", args=[CODE])).content.decode()
    assert "data:image/svg+xml;base64," in label
    assert f"http://testserver{here}" in label
    url = reverse("defects:file", args=[CODE])
    sent = {**hidden(keeper.get(url)), "level": "3"}
    assert keeper.post(url, sent).status_code == 422
    assert keeper.post(url, {**sent, "description": "安全阀卡涩"}).status_code == 302
    pk = Defect.objects.get().pk
    page = reverse("defects:page", args=[pk])
    assert page in keeper.get(here).content.decode()
    step = reverse("defects:step", args=[pk, "answer"])
    answer = {**hidden(fire.get(page)), "text": "已派员到场"}
    assert fire.post(step, answer).status_code == 302
    shown = fire.get(page).content.decode()
    assert "已派员到场" in shown
    assert "Not answered yet: 五华区市场监管局" in shown


def test_equipment_and_defects_of_others_are_not_to_be_seen(
    plant: Works, client_of: Callable[[str], Client], refused: Any
) -> None:
    from anlan.domain.treatment import commands

    pk = filed(plant)
    for who in ("stranger", "other_firm"):
        browser = client_of(who)
        for name in ("equipment", "label", "file"):
            assert browser.get(reverse(f"defects:{name}", args=[CODE])).status_code == 404
        assert browser.get(reverse("defects:page", args=[pk])).status_code == 404
        sent = {"request_id": uuid7(), "seen": 1, "text": "x"}
        for code in ("receive", "answer", "repair", "accept", "reject"):
            step = reverse("defects:step", args=[pk, code])
            assert browser.post(step, sent).status_code == 404
        for name in ("list", "equipment_list"):
            assert "锅炉" not in browser.get(reverse(f"defects:{name}")).content.decode()
    with refused("not_found"):
        new = commands.NewEquipment("X-1", "叉车", "叉车", plant.firm.pk)
        commands.register(new, by=plant.by("stranger"), at=plant.now)
    from anlan.kernel.regions.queries import by_code

    with refused("not_found"):
        commands.set_level(
            by_code("530102").pk, 1, "越权", [plant.unit.pk], by=plant.by("stranger"),
            at=plant.now,
        )  # fmt: skip


def test_the_lists_ask_a_constant_number_of_queries(
    plant: Works, client_of: Callable[[str], Client]
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    browser = client_of("office")

    def counts() -> list[int]:
        found = []
        for name in ("list", "equipment_list"):
            with CaptureQueriesContext(connection) as asked:
                assert browser.get(reverse(f"defects:{name}")).status_code == 200
            found.append(len(asked))
        return found

    filed(plant)
    counts()
    few = counts()
    for n in range(4):
        equipment(plant, f"B-{n}")
        filed(plant)
    assert counts() == few
