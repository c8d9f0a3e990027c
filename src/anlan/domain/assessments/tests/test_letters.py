"""Duty letters checked at mid-year and at the year's end, by the numbers that each side undertook."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from anlan.base.ids import uuid7
from anlan.domain.assessments import commands
from anlan.domain.assessments.commands import Given
from anlan.domain.assessments.models import Run, Scheme, Score
from anlan.domain.assessments.tests.desk import BESIDE, HOME, Desk, accident
from anlan.domain.campaigns.carrying.commands import letter_targets, letters
from anlan.domain.campaigns.carrying.commands.letters import NewArticle, NewLetter, NewSignatory
from anlan.domain.campaigns.carrying.refusals import CarryingIncomplete
from anlan.domain.campaigns.models import Letter
from anlan.kernel.regions.queries import by_code

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

#: The year before: both of its halves are over.
YEAR = timezone.localdate().year - 1
TARGETS = """生产安全事故起数，不超过，0，2
整改率，不低于，80，95
五华区人民政府，生产安全事故起数，不超过，1，3
宣传教育场次，不低于，10，20"""
TAKERS = ("五华区人民政府", "盘龙区安委办", "某公司")


@pytest.fixture(autouse=True)
def chinese() -> Any:
    with translation.override("zh-hans"):
        yield


def signed(desk: Desk, targets: str = TARGETS) -> dict[str, Letter]:
    """A letter with each side, signed by all, in force for the year before."""
    unit = desk.cast.units["city"]
    new = NewLetter(
        unit.pk, f"{YEAR}年度安全生产目标责任书", date(YEAR, 1, 1), date(YEAR, 12, 31),
        timezone.localdate() + timedelta(9), articles=(NewArticle("落实责任"),),
        targets=letter_targets.read(targets, TAKERS),
        signatories=(NewSignatory("gives", "昆明市人民政府", "张某"),),
    )  # fmt: skip
    pks = letters.make_letters(
        new, [NewSignatory("takes", name, "李某") for name in TAKERS], **desk.call()
    )
    for pk in pks:
        letters.send_out(pk, **desk.call())
        for row in Letter.objects.get(pk=pk).signatories.all():
            letters.sign(pk, signatory=row.pk, signed_on=timezone.localdate(), **desk.call())
    return dict(zip(TAKERS, Letter.objects.filter(pk__in=pks).order_by("pk"), strict=True))


def scheme_of(desk: Desk, letter: Letter) -> Scheme:
    """Begun at the letter on the page; the office states weights and what is taken off."""
    answer = desk.post("city", "new_scheme", pk=uuid7(), letter=str(letter.pk))
    assert answer.status_code == 302, answer.content.decode()[:2000]
    scheme = Scheme.objects.get()
    spec = scheme.versions.get().spec
    assert [item["name"] for item in spec["items"]] == [
        "生产安全事故起数",
        "整改率",
        "宣传教育场次",
    ]
    found = [str(each.reason) for each in commands.findings_of(scheme.versions.get().read)]
    assert any("0" in reason and "100" in reason for reason in found), "no weight is ours"
    for item, weight in zip(spec["items"], ("50", "30", "20"), strict=True):
        item["weight"] = weight
    spec["items"][0]["rule"]["each"] = "10"
    commands.change_scheme(scheme.pk, seen=1, data=spec, what="权重", **desk.call())
    commands.put_in_force(scheme.pk, seen=2, **desk.call())
    return scheme


def points(run: Run) -> dict[str, dict[str, str]]:
    """By side the points of each item."""
    return {
        score.name: {part["item"]: part["points"] for part in score.data["parts"]}
        for score in Score.objects.filter(run=run)
    }


def test_each_side_is_held_against_its_own_numbers_at_mid_year_and_at_years_end(desk: Desk) -> None:
    mine = signed(desk)
    scheme = scheme_of(desk, mine["盘龙区安委办"])
    for code, days in (("530102", (30, 60, 200)), ("530103", (45,))):
        for day in days:
            accident(desk.cast.actor("city"), code, 1, date(YEAR, 1, 1) + timedelta(day))
    given = [Given(str(mine["五华区人民政府"].pk), Decimal(15), "照片和签到表")]
    commands.give(scheme.pk, item="t3", period=f"{YEAR}H1", given=given, **desk.call())

    middle = desk.run(scheme, f"{YEAR}H1")
    # 五华 undertook 1 by mid-year and had 2; 盘龙 none and had 1; a company has no figures of ours.
    assert points(middle)["五华区人民政府"]["t1"] == "40"
    assert points(middle)["五华区人民政府"]["t3"] == "15"
    assert points(middle)["盘龙区安委办"]["t1"] == "40"
    whys = {
        part["item"]: part["why"]
        for part in Score.objects.get(run=middle, name="某公司").data["parts"]
    }
    assert whys == {"t1": "no_area", "t2": "no_area", "t3": "not_given"}

    # At the year's end the numbers of the whole year count: 3 of 3, and 1 of 2.
    end = desk.run(scheme, f"{YEAR}H2")
    assert points(end)["五华区人民政府"]["t1"] == "50"
    assert points(end)["盘龙区安委办"]["t1"] == "50"

    published = desk.publish(middle, "own")
    page = desk.get("office", "score", desk_score(published, "五华区人民政府").pk).content.decode()
    assert "its letter: at most 1" in page
    beside = desk.browser("city").get(
        reverse("assessments:of_letter", args=[mine["五华区人民政府"].pk])
    )
    assert f"{YEAR}H1" in beside.content.decode() or "half" in beside.content.decode()
    desk.check()


def desk_score(run: Run, name: str) -> Score:
    return Score.objects.get(run=run, name=name)


def test_a_side_sees_its_own_check_and_not_the_others_and_appeals(desk: Desk) -> None:
    mine = signed(desk)
    run = desk.publish(desk.run(scheme_of(desk, mine["盘龙区安委办"]), f"{YEAR}H1"), "own")
    own, other = desk_score(run, "盘龙区安委办"), desk_score(run, "五华区人民政府")
    assert own.unit_id == desk.cast.units["elsewhere"].pk
    assert desk.get("stranger", "score", own.pk).status_code == 200
    assert desk.get("stranger", "score", other.pk).status_code == 404
    # Published is frozen: what an accident of later adds, only another version shows.
    accident(desk.cast.actor("city"), "530103", 1, date(YEAR, 2, 2))
    assert not Run.objects.filter(pk=run.pk, published_at=None).exists()
    kept = desk_score(run, "盘龙区安委办").data
    again = desk.publish(desk.run(run.scheme, f"{YEAR}H1", reason="补报事故"), "own")
    assert desk_score(run, "盘龙区安委办").data == kept
    assert points(again)["盘龙区安委办"]["t1"] == "40"


def test_only_what_every_side_signed_and_the_office_drew_up_is_checked(desk: Desk) -> None:
    mine = signed(desk)
    scheme = scheme_of(desk, mine["某公司"])
    assert (
        desk.post("office", "new_scheme", pk=uuid7(), letter=str(mine["某公司"].pk)).status_code
        == 404
    )
    run = desk.run(scheme, f"{YEAR}H1")
    assert sorted(points(run)) == sorted(TAKERS)
    later = NewLetter(
        desk.cast.units["city"].pk, f"{YEAR}年度安全生产目标责任书（补签）", date(YEAR, 1, 1),
        date(YEAR, 12, 31), timezone.localdate() + timedelta(9), articles=(NewArticle("落实责任"),),
        signatories=(NewSignatory("gives", "昆明市人民政府", "张某"),),
    )  # fmt: skip
    letters.make_letters(later, [NewSignatory("takes", "官渡区安委办")], **desk.call())
    assert sorted(points(desk.run(scheme, f"{YEAR}H1"))) == sorted(TAKERS), "nobody signed it yet"


@pytest.mark.parametrize(
    "line", ["事故起数，不超过，6", "事故起数，少于，6，12", "事故起数，不超过，6，许多",
             "，不超过，6，12", "事故起数，不超过，6，1.00001", "事故起数，不超过，6，1e99"]
)  # fmt: skip
def test_a_line_of_targets_that_cannot_be_read_says_how_to_write_it(line: str) -> None:
    with pytest.raises(CarryingIncomplete) as refused:
        letter_targets.read(f"整改率，不低于，，95\n{line}")
    assert refused.value.data["field"] == "targets"
    assert line in str(refused.value)


def test_a_target_that_stands_there_twice_is_refused() -> None:
    line = "整改率，不低于，，95"
    with pytest.raises(CarryingIncomplete):
        letter_targets.read(f"{line}\n{line}")
    alone = letter_targets.read(f"{line}\n某公司，{line}", TAKERS)
    assert [one.unit_name for one in alone] == ["", "某公司"], "a side's own counts"


def test_a_figure_stays_the_letters_whoever_changes_it_in_another_language(desk: Desk) -> None:
    letter = signed(desk)["某公司"]
    kept = list(letter.targets.order_by("place").values_list("indicator", flat=True))
    assert any(kept)
    with translation.override("en"):
        again = letter_targets.read(letter_targets.written(letter), letter=letter)
    assert [one.indicator for one in again] == kept


def test_numbers_of_letters_count_from_january_and_by_half_or_whole_years(desk: Desk) -> None:
    scheme = scheme_of(desk, signed(desk)["某公司"])
    spec = scheme.versions.get().spec
    spec["items"][0]["span"] = "period"
    places = {each.place for each in found(spec)}
    assert places == {"items.0.span"}
    assert {each.place for each in found({**spec, "period": "month"})} == {"period"}
    assert {each.place for each in found({**spec, "period": "year", "group": "counties"})} == {
        "items.0.measure", "items.1.measure"
    }  # fmt: skip


def found(spec: dict[str, Any]) -> list[Any]:
    from anlan.domain.assessments import spec_text

    return commands.findings_of(spec_text.read(spec))


def test_a_name_leads_down_to_the_area_that_it_alone_means(desk: Desk) -> None:
    from anlan.domain.assessments.letters import _Areas
    from anlan.kernel.regions.models import Region

    city, home = by_code("530100"), by_code(HOME)
    town = home.children.filter(valid_to=None).order_by("code").first()
    assert town is not None
    areas = _Areas(city)
    for name, found in (
        ("五华区人民政府", home),
        ("昆明市五华区人民政府", home),
        (f"昆明市{home.name}{town.name}办事处", town),
        ("昆明市人民政府", city),
        ("某公司", None),
    ):
        assert areas.begun(name) == found, name
    # Two townships of one name: alone it tells neither, behind its district it does.
    beside = by_code(BESIDE).children.filter(valid_to=None).order_by("code").first()
    Region.objects.filter(pk=beside.pk).update(name=town.name)
    areas = _Areas(city)
    assert areas.begun(f"{town.name}人民政府") is None
    assert areas.begun(f"{home.name}{town.name}人民政府") == town


def test_nobody_appeals_for_a_side_that_is_no_unit_of_ours(desk: Desk) -> None:
    scheme = scheme_of(desk, signed(desk)["某公司"])
    run = desk.publish(desk.run(scheme, f"{YEAR}H1"))
    score = Score.objects.get(run=run, name="某公司")
    assert (score.unit_id, score.path) == (None, run.path)
    assert desk.get("city", "new_appeal", score.pk).status_code in (403, 404)
    assert desk.get("office", "new_appeal", score.pk).status_code in (403, 404)
