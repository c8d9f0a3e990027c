"""Registers of accidents read through a mapping; the command line takes the same way."""

from __future__ import annotations

import gzip
from argparse import Namespace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from anlan.base.refusal import Refusal
from anlan.config import accidents_cli
from anlan.domain.accidents import commands, importing, law
from anlan.domain.accidents.models import Accident
from anlan.domain.accidents.tests.desk import HOME, Desk
from anlan.domain.hazards.tests.stage import ROOT
from anlan.kernel.regions.queries import by_code

pytestmark = pytest.mark.django_db

OSHA = """incident_date,city,state,hazard_description,inspection_number,plan,citation_issued
2023-04-18,Pleasanton,CA,Worker (26) fatally shot by shoplifter.,1664547.0,State,No
2023-04-17,Terre Haute,IN,Worker (66) died in fall down basement stairs.,1663962.0,State,No
2023-04-15,Waco,TX,Worker struck by falling tree.,,Federal,Yes
2023-04-16,Austin,TX,Two workers electrocuted when boom touched power line.,,Federal,Yes
,Austin,TX,Worker struck by falling tree.,,Federal,Yes
"""
PHMSA = """REPORT_NUMBER,NAME,LOCAL_DATETIME,LOCATION_CITY_NAME,LOCATION_STATE_ABBREVIATION,FATAL,INJURE,\
IGNITE_IND,EXPLODE_IND,TOTAL_COST,CAUSE,CAUSE_DETAILS,NARRATIVE
20100001,PACIFIC GAS,2/13/10 23:35,STOCKTON,CA,0,0,YES,NO,102500,OTHER,SECONDARY IGNITION,A FIRE
20100002,NORTHERN,2010-02-16 10:38:00,SOUTH BEND,IN,3,11,YES,YES,57500,EXCAVATION,THIRD PARTY,HIT LINE
"""


def table(folder: Path, text: str, name: str = "a.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def read(path: Path, mapping: str = "anlan", **more: Any) -> importing.Read:
    more = {"area": by_code(HOME), **more}
    return importing.read(path, path.name, by=ROOT, mapping=mapping, **more)


def take(desk: Desk, found: importing.Read) -> None:
    commands.report_many(found.new, **desk.call("city"))


def test_deaths_at_work_are_counted_and_classified(desk: Desk, tmp_path: Path) -> None:
    found = read(table(tmp_path, OSHA), "osha")
    assert (found.rows, len(found.new), len(found.wrong)) == (5, 4, 1)
    assert (found.wrong[0].row, found.wrong[0].column) == (6, "A")
    assert [law.type_name(each.type) for each in found.new] == [
        "",
        "高处坠落",
        "物体打击",
        "触电",
    ]
    assert [each.figures.deaths for each in found.new] == [1, 1, 1, 2]
    take(desk, found)
    assert desk.sums()["deaths"] == 5
    assert set(Accident.objects.values_list("case__state", flat=True)) == {"concluded"}
    desk.check()
    # The same file again adds nothing.
    again = read(table(tmp_path, OSHA), "osha")
    assert (again.known, again.new, len(again.wrong)) == (4, [], 1)


def test_sums_of_another_currency_are_taken_only_at_a_stated_rate(
    desk: Desk, tmp_path: Path
) -> None:
    found = read(table(tmp_path, PHMSA), "phmsa")
    assert found.without_loss == 2
    assert [each.figures.loss_fen for each in found.new] == [0, 0]
    found = read(table(tmp_path, PHMSA), "phmsa", yuan=Decimal("7.1"))
    assert [each.figures.loss_fen for each in found.new] == [72_775_000, 40_825_000]
    assert [law.type_name(each.type) for each in found.new] == ["火灾", "其他爆炸"]
    take(desk, found)
    grades = Accident.objects.order_by("happened_at").values_list("case__grade", flat=True)
    assert list(grades) == ["ordinary", "larger"]


def test_our_own_register_goes_out_and_comes_in_again(desk: Desk, tmp_path: Path) -> None:
    text = (
        "2025年事故台账\n事故名称,发生时间,区划代码,事故类别,死亡人数,重伤人数,直接经济损失（万元）,性质\n"
        "储罐闪爆,2025-03-01 10:00,530102,火灾,3,1,1200.5,火灾\n"
        "坠落,2026-07-02,530103,车辆伤害,1,,,\n"
        "中毒,2026-08-02,530103,中毒和窒息,1,0,0,\n"
        "某地,2026-13-01,530103,,1,0,0,\n某地,2026-01-01,999999,,1,0,0,\n"
        "某地,2026-01-01,530102,乱写,1,0,0,\n某地,2026-01-01,530102,,一,0,0,\n"
    )
    found = read(table(tmp_path, text), area=None)
    assert [each.column for each in found.wrong] == ["B", "C", "D", "E"]
    first, second, third = found.new
    assert (first.nature, law.type_name(first.type)) == ("fire", "火灾")
    assert first.figures.loss_fen == 1_200_500_000
    # A name of 1986 on a day of the new edition is mapped where it is one; else somebody looks.
    assert (law.type_name(second.type), third.type) == ("厂（场）内车辆致害", "")
    assert found.untyped == 1


def test_a_register_without_its_columns_is_refused_by_their_names(
    desk: Desk, tmp_path: Path
) -> None:
    with pytest.raises(Refusal, match="事故名称"):
        read(table(tmp_path, "a,b\n1,2\n"))
    with pytest.raises(Refusal):
        read(table(tmp_path, OSHA), "nobody")


@pytest.mark.parametrize("day", [
    "2023-04-18", "4/18/2023", "04/18/23", "2023-04-18T00:00:00", "4/18/2023 12:00:00 AM", "18-Apr-2023",
    "April 18, 2023", "2023/04/18", "2023年4月18日", "45034", "2023.04.18", "20230418",
])  # fmt: skip
def test_a_day_is_read_however_a_register_writes_it(day: str) -> None:
    assert importing._moment(day).strftime("%Y-%m-%d %H:%M") == "2023-04-18 00:00"


def test_columns_are_known_by_other_headings_and_what_says_nothing_is_none(
    desk: Desk, tmp_path: Path
) -> None:
    text = (
        "State,Extra,Hazard Description,Incident Date,INSPECTION_NUMBER,Deaths\n"
        "TX,x,Worker fell from roof.,4/15/2023,1,\n"
        "TX,x,Worker fell from roof.,4/15/2023,1,\n"
        "TX,,Worker electrocuted.,2023-04-16T08:30:00Z,2,N/A\n"
        "TX,,Worker drowned.,12/31/1969,3,1\nTX,,Worker drowned.,13/31/2020,3,1\n,,,,,\n"
    )
    found = read(table(tmp_path, text), "osha")
    assert (found.rows, found.known, len(found.new)) == (5, 1, 2)
    assert [law.type_name(each.type) for each in found.new] == ["高处坠落", "触电"]
    assert [each.figures.deaths for each in found.new] == [1, 1]
    # A day that stands for none is told, and no accident of 1969.
    assert [each.row for each in found.wrong] == [5, 6]


def test_an_office_keeps_a_mapping_of_its_own_in_a_file(desk: Desk, tmp_path: Path) -> None:
    own = table(tmp_path, '[columns]\ntitle = ["事由"]\nhappened_at = ["日期"]\ndeaths = ["亡"]\n',
                "own.toml")  # fmt: skip
    found = read(table(tmp_path, "事由,日期,亡\n坍塌,2025-01-02,2\n"), str(own))
    assert [(each.title, each.figures.deaths) for each in found.new] == [("坍塌", 2)]
    with pytest.raises(Refusal):
        read(table(tmp_path, OSHA), str(table(tmp_path, "[columns]\n", "bad.toml")))


def test_the_command_line_reads_packed_files_and_says_what_became_of_them(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "osha.csv.gz"
    path.write_bytes(gzip.compress(OSHA.encode()))
    args = Namespace(files=[str(path)], mapping="osha", area=HOME, unit="test-office", yuan=None,
                     dry_run=True, json=False, actor=ROOT)  # fmt: skip
    assert accidents_cli.import_files(args) == 0
    assert not Accident.objects.exists()
    args.dry_run = False
    assert accidents_cli.import_files(args) == 0
    assert Accident.objects.count() == 4
    assert "4" in capsys.readouterr().err
    path.write_bytes(b"\x1f\x8b broken")
    with pytest.raises(Refusal):
        accidents_cli.import_files(args)
