"""Registers of accidents read through a mapping; the command line takes the same way."""

from __future__ import annotations

import gzip
from argparse import Namespace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from anlan.base.refusal import Refusal
from anlan.config import accidents_cli
from anlan.domain.accidents import importing, law
from anlan.domain.accidents.importing import cells
from anlan.domain.accidents.models import Accident, Batch, Mapping, Report
from anlan.domain.accidents.tests import foreign_sets
from anlan.domain.accidents.tests.desk import HOME, Desk
from anlan.domain.hazards.tests.stage import ROOT

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


def taken(desk: Desk, *paths: Path, **more: Any) -> Batch:
    return importing.run(desk.sent(*paths, **more).pk, by=ROOT)


def rows() -> list[Accident]:
    return list(Accident.objects.exclude(case__state="void").order_by("happened_at", "pk"))


def wrong(batch: Batch) -> list[tuple[int, str]]:
    return list(batch.leftovers.order_by("row").values_list("row", "column"))


def test_deaths_at_work_are_counted_and_classified(desk: Desk, tmp_path: Path) -> None:
    batch = taken(desk, table(tmp_path, OSHA), area=HOME)
    assert (batch.source, batch.rows, batch.created, wrong(batch)) == ("osha", 5, 4, [(6, "A")])
    assert [(row.type_label, row.deaths) for row in rows()] == [
        ("物体打击", 1), ("触电", 2), ("高处坠落", 1), ("", 1),
    ]  # fmt: skip
    assert (batch.untyped, desk.sums()["deaths"]) == (1, 5)
    assert set(Accident.objects.values_list("case__state", flat=True)) == {"concluded"}
    desk.check()
    # The same file again adds nothing.
    again = taken(desk, table(tmp_path, OSHA), area=HOME)
    assert (again.known, again.created, again.rejected) == (4, 0, 1)


def test_sums_of_another_currency_stand_as_written_until_there_is_a_rate(
    desk: Desk, tmp_path: Path
) -> None:
    batch = taken(desk, table(tmp_path, PHMSA), area=HOME)
    assert batch.unpriced == 2
    assert [(row.loss_fen, row.loss_stated) for row in rows()] == [
        (0, "USD 102500"), (0, "USD 57500"),
    ]  # fmt: skip
    importing.undo(batch.pk, by=ROOT, at=desk.now)
    taken(desk, table(tmp_path, PHMSA), area=HOME, rate="7.1")
    assert [row.loss_fen for row in rows()] == [72_775_000, 40_825_000]
    assert [row.type_label for row in rows()] == ["火灾", "其他爆炸"]
    assert [row.case.grade for row in rows()] == ["ordinary", "larger"]
    desk.check()


def test_our_own_register_goes_out_and_comes_in_again(desk: Desk, tmp_path: Path) -> None:
    text = (
        "2025年事故台账\n事故名称,发生时间,区划代码,事故类别,死亡人数,重伤人数,直接经济损失（万元）,性质\n"
        "储罐闪爆,2025-03-01 10:00,530102,火灾,3,1,1200.5,火灾\n"
        "坠落,2026-07-02,530103,车辆伤害,1,,,\n"
        "中毒,2026-08-02,530103,中毒和窒息,1,0,0,\n"
        "某地,2026-13-01,530103,,1,0,0,\n某地,2026-01-01,999999,,1,0,0,\n"
        "某地,2026-01-01,530102,乱写,1,0,0,\n某地,2026-01-01,530102,,一些,0,0,\n"
    )
    batch = taken(desk, table(tmp_path, text))
    assert [column for _row, column in wrong(batch)] == ["B", "C", "D", "E"]
    first, second, third = rows()
    assert (first.nature, first.type_label) == ("fire", "火灾")
    assert first.loss_fen == 1_200_500_000
    # A name of 1986 on a day of the new edition is mapped where it is one; else somebody looks.
    assert (second.type_label, third.type) == ("厂（场）内车辆致害", "")
    assert batch.untyped == 1


def test_what_is_to_be_mended_is_said_in_the_readers_language(desk: Desk, tmp_path: Path) -> None:
    from django.utils import translation

    batch = taken(desk, table(tmp_path, "事故名称,发生时间\n坍塌,2026-13-01\n"), area=HOME)
    left = batch.leftovers.get()
    assert (left.row, left.column, left.header) == (2, "B", "发生时间")
    with translation.override("zh-hans"):
        assert "2024-06-25" in left.reason
        assert "Write" not in left.reason
    with translation.override("en"):
        assert left.reason.startswith("Write the day")
    # What the sentence names stands in it in either language.
    batch = taken(
        desk, table(tmp_path, "事故名称,发生时间,行业\n坍塌,2026-05-01,月球\n"), area=HOME
    )
    told = batch.leftovers.get().reasons
    assert "月球" in told["zh-hans"]
    assert told["en"].startswith("“月球” is no sector")


@pytest.mark.parametrize("day", [
    "2023-04-18", "4/18/2023", "04/18/23", "2023-04-18T00:00:00", "4/18/2023 12:00:00 AM", "18-Apr-2023",
    "April 18, 2023", "2023/04/18", "2023年4月18日", "45034", "2023.04.18", "20230418",
])  # fmt: skip
def test_a_day_is_read_however_a_register_writes_it(day: str) -> None:
    assert cells.moment(day).strftime("%Y-%m-%d %H:%M") == "2023-04-18 00:00"


@pytest.mark.parametrize(("said", "read"), [
    ("2024年3月5日晚上12点", "06 00:00"), ("2024年3月5日凌晨12点", "05 00:00"),
    ("2024年3月5日中午12点", "05 12:00"), ("2024年3月5日中午1点", "05 13:00"),
    ("2024年3月5日晚8点", "05 20:00"), ("2024年3月5日上午11点", "05 11:00"),
    ("2024年3月5日凌晨3点", "05 03:00"), ("2024年3月5日晚上", "05 00:00"),
])  # fmt: skip
def test_a_part_of_the_day_says_which_twelve_hours_are_meant(said: str, read: str) -> None:
    assert cells.moment(said).strftime("%d %H:%M") == read


@pytest.mark.parametrize(("time", "read"), [
    ("0830", "08:30"), ("830", "08:30"), ("8:30 AM", "08:30"), ("11:05 p.m.", "23:05"), ("0", "00:00"),
    ("2400", "23:59"), ("9999", "00:00"), ("0.5", "12:00"), ("", "00:00"), ("unknown", "00:00"),
    ("25:00", ""), ("0860", ""), ("noon", ""),
])  # fmt: skip
def test_a_time_of_day_is_read_however_a_register_writes_it(time: str, read: str) -> None:
    if not read:
        with pytest.raises(Refusal):
            cells.moment("4/18/2023", at=time)
        return
    assert cells.moment("4/18/2023", at=time).strftime("%H:%M") == read


@pytest.mark.parametrize(("zone", "utc"), [
    ("EST", "2023-07-05 04:30"), ("America/New_York", "2023-07-05 03:30"), ("CDT", "2023-07-05 04:30"),
    ("+08:00", "2023-07-04 15:30"), ("UTC-5", "2023-07-05 04:30"), ("Eastern", "2023-07-05 03:30"),
])  # fmt: skip
def test_a_zone_is_known_by_its_name_or_its_letters(zone: str, utc: str) -> None:
    moment = cells.moment("7/4/2023", at="11:30 PM", zone=cells.zone_of(zone))
    assert f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}" == utc
    with pytest.raises(Refusal):
        cells.zone_of("Mars/Olympus")


def test_which_number_is_the_month_is_told_by_days_that_can_be_read_one_way_only() -> None:
    assert cells.order_of(["3/4/2020", "25/12/2020"]) == cells.DAY_FIRST
    assert cells.order_of(["3/4/2020", "12/25/2020"]) == cells.MONTH_FIRST
    assert cells.order_of(["3/4/2020"]) == cells.order_of(["25/12/2020", "12/25/2020"]) == ""
    assert cells.moment("3/4/2020", cells.DAY_FIRST).month == 4


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
    batch = taken(desk, table(tmp_path, text), area=HOME)
    assert (batch.rows, batch.known, batch.created) == (5, 1, 2)
    assert [(row.type_label, row.deaths) for row in rows()] == [("高处坠落", 1), ("触电", 1)]
    # A day that stands for none is told, and no accident of 1969.
    assert [row for row, _column in wrong(batch)] == [5, 6]


def test_one_accident_of_several_documents_is_one_with_all_its_people(
    desk: Desk, tmp_path: Path
) -> None:
    batch = taken(desk, table(tmp_path, foreign_sets.msha(24), "msha.txt"), area=HOME)
    assert (batch.source, batch.created, batch.joined, batch.rejected) == ("msha", 24, 4, 0)
    worst = Accident.objects.get(happened_at__date="2014-05-05")
    # A death, and two of whom the register says only that there was an accident.
    assert (worst.deaths, worst.type_label) == (1, "瓦斯爆炸")
    account = Report.objects.get(accident=worst).text
    assert account.count("Employee no.") == 3
    assert batch.untyped == 0
    desk.check()


def test_deaths_and_money_in_several_columns_are_added_up(desk: Desk, tmp_path: Path) -> None:
    batch = taken(desk, table(tmp_path, foreign_sets.phmsa(6), "liquid.csv"), area=HOME, rate="7")
    assert (batch.source, batch.created, batch.rejected) == ("phmsa", 6, 0)
    assert sum(row.deaths for row in rows()) == 8
    assert sum(row.serious for row in rows()) == 8
    first = rows()[0]
    assert (first.loss_fen, first.loss_stated) == (175_050 * 7, "USD 1750.5")
    assert (first.lat, first.lon) == (Decimal("29.76040"), Decimal("-95.36980"))


def test_ticks_are_people_and_times_stand_in_their_own_zones(desk: Desk, tmp_path: Path) -> None:
    batch = taken(desk, table(tmp_path, foreign_sets.csb(12), "csb.csv"), area=HOME)
    assert (batch.source, batch.created, batch.rejected, batch.unpriced) == ("csb", 12, 0, 3)
    assert sum(row.deaths for row in rows()) == 3
    assert sum(row.serious for row in rows()) == 6
    assert rows()[0].happened_at == datetime(2023, 1, 2, 4, 30, tzinfo=UTC)
    assert {row.type_label for row in rows()} == {"其他爆炸", "火灾", "中毒和窒息", "灼烫"}


def test_a_row_an_injured_person_is_no_death_each(desk: Desk, tmp_path: Path) -> None:
    batch = taken(desk, table(tmp_path, foreign_sets.osha(20), "injury.csv"), area=HOME)
    assert (batch.source, batch.created, batch.joined, batch.rejected) == (
        "osha_injuries",
        20,
        5,
        0,
    )
    people = [(row.deaths, row.serious, row.light) for row in rows()]
    assert sum(map(sum, people)) == 25
    assert batch.untyped == 4
    severe = ("ID,EventDate,Employer,City,State,Latitude,Longitude,Hospitalized,Amputation,"
              "Final Narrative,EventTitle\n7,1/2/2020,Acme,Waco,TX,931.5,-97.1,1,1,An employee "
              "fell from a ladder.,Fall to lower level\n")  # fmt: skip
    batch = taken(desk, table(tmp_path, severe, "severe.csv"), area=HOME)
    row = Accident.objects.get(source_name="osha_severe")
    assert (batch.created, row.deaths, row.serious, row.type_label) == (1, 0, 1, "高处坠落")
    # A point off the earth is told in the account, and the accident is in.
    assert row.lat is None
    assert "931.5" in row.reports.get().text


def test_an_office_keeps_a_mapping_of_its_own_in_a_file(desk: Desk, tmp_path: Path) -> None:
    own = table(tmp_path, '[columns]\ntitle = ["事由"]\nhappened_at = ["日期"]\ndeaths = ["亡"]\n',
                "own.toml")  # fmt: skip
    path = table(tmp_path, "事由,日期,亡\n坍塌,2025-01-02,2\n")
    batch = taken(desk, path, area=HOME, source="own", layout=importing.layout_of(own))
    assert [(row.title, row.deaths, row.source_name) for row in rows()] == [("坍塌", 2, "own")]
    assert batch.source == "own"
    for bad in ("[columns]\n", 'x = "', '[columns]\ntitle = ["a"]\nhappened_at = ["b"]\nweight = ["c"]\n',
                '[columns]\ntitle = ["a"]\nhappened_at = ["b"]\n[[types]]\npattern = "("\nas = "火灾"\n'):  # fmt: skip
        with pytest.raises(Refusal):
            importing.layout_of(table(tmp_path, bad, "bad.toml"))
    with pytest.raises(Refusal, match="事由"):
        desk.sent(table(tmp_path, OSHA), area=HOME, layout=importing.layout_of(own))


def test_the_command_line_reads_packed_files_and_says_what_became_of_them(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "osha.csv.gz"
    path.write_bytes(gzip.compress(OSHA.encode()))
    args = Namespace(files=[str(path)], mapping="auto", area=HOME, unit="test-office", yuan=None,
                     dry_run=True, json=False, save=None, actor=ROOT)  # fmt: skip
    assert accidents_cli.import_files(args) == 0
    assert not Accident.objects.exists()
    args.dry_run, args.save = False, "美国工亡"
    assert accidents_cli.import_files(args) == 0
    assert Accident.objects.count() == 4
    assert Mapping.objects.get().plan["columns"]["title"] == ["hazard_description"]
    args.mapping, args.json = "美国工亡", True
    assert accidents_cli.import_files(args) == 0
    said = capsys.readouterr()
    assert "osha.csv.gz (osha): 5" in said.err or "osha.csv.gz（osha）：共 5" in said.err
    # Another mapping is another source: nobody knows that the two registers are one.
    assert '"created": 4' in said.out
    path.write_bytes(b"\x1f\x8b broken")
    with pytest.raises(Refusal):
        accidents_cli.import_files(args)
    args.mapping = "nobody"
    with pytest.raises(Refusal):
        accidents_cli.import_files(args)


@pytest.mark.parametrize("name", sorted(importing.layouts()))
def test_each_rule_that_comes_with_the_house_leads_to_a_type_of_the_law(name: str) -> None:
    names = {row.name for row in law.types().values()}
    rules = importing.layouts()[name].get("types", ())
    assert {rule["as"] for rule in rules} <= names


def test_what_lists_have_no_room_for_stands_in_the_account(desk: Desk, tmp_path: Path) -> None:
    title, place, firm = "坍" * 130, "路" * 210, "甲" * 125
    body = f"事故名称,发生时间,地点,事故单位,经过\n{title},2024-01-02,{place},{firm},拆除时\n"
    assert taken(desk, table(tmp_path, body), area=HOME).created == 1
    [row] = rows()
    shown = (row.title, row.place, row.enterprise_name)
    assert [(len(said), said[-1]) for said in shown] == [(120, "…"), (200, "…"), (120, "…")]
    assert Report.objects.get().text.splitlines() == ["拆除时", title, place, firm]
