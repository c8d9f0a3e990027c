"""Accidents, people and enterprises in files of their own become one register."""

from __future__ import annotations

from pathlib import Path

import pytest

from anlan.base.refusal import Refusal
from anlan.domain.accidents import importing
from anlan.domain.accidents.importing.plan import Plan
from anlan.domain.accidents.tests.desk import HOME, Desk
from anlan.domain.accidents.tests.test_importing import rows, table, taken
from anlan.domain.hazards.tests.stage import ROOT
from anlan.kernel.papers.sheets.writing import OutTable, write_tables

pytestmark = pytest.mark.django_db

ACCIDENTS = """summary_nr,estab_id,event_date,event_desc
00101,7,2021-03-04,Two employees are burned in a flash fire
00102,7,2021-05-06,Employee falls from a roof and is killed
00103,8,2021-07-08,Employee is electrocuted
"""
PEOPLE = """rel_insp_nr,summary_nr,age,degree_of_inj
9,101,30,1
9,101,41,2
9,101,52,2
8,102,44,1
7,103,29,1
7,999,33,1
"""
FIRMS = """estab_id,employer,city
7,Acme Refining,Waco
8,Bright Electric,Reno
9,Calm Bakery,Ames
10,Dry Docks,Erie
"""


def files(folder: Path, *, turned: bool = False) -> list[Path]:
    made = [table(folder, text, name) for text, name in (
        (ACCIDENTS, "accident.csv"), (PEOPLE, "injury.csv"), (FIRMS, "estab.csv"))]  # fmt: skip
    return made[::-1] if turned else made


@pytest.mark.parametrize("turned", [False, True])
def test_three_files_are_one_register_whatever_their_order(
    desk: Desk, tmp_path: Path, turned: bool
) -> None:
    batch = desk.sent(*files(tmp_path, turned=turned), area=HOME)
    plan = Plan.of(batch.plan)
    told = {each["file"]: each for each in plan.joined}
    assert (told["injury.csv"]["matched"], told["injury.csv"]["people"]) == (5, True)
    assert (told["estab.csv"]["matched"], told["estab.csv"]["people"]) == (2, False)
    # The codes of a column that a layout of ours knows mean what they mean there.
    assert {(rule["is"], rule["as"]) for rule in plan.outcomes} >= {
        ("1", "deaths"),
        ("2", "serious"),
    }
    unit = desk.cast.units["office"]
    importing.save_mapping("three", plan, unit=unit, by=ROOT, at=desk.now)
    # The saved mapping is all that the next three files need.
    batch = importing.run(desk.sent(*files(tmp_path), area=HOME, source="three").pk, by=ROOT)
    assert [(row.enterprise_name, row.deaths, row.serious) for row in rows()] == [
        ("Acme Refining", 1, 2), ("Acme Refining", 1, 0), ("Bright Electric", 1, 0),
    ]  # fmt: skip
    # Somebody whom no accident has is told with what to mend, and counts nowhere.
    assert (batch.created, batch.joined, batch.rejected) == (3, 2, 1)
    assert "this number" in str(batch.leftovers.get().reasons["en"])
    again = taken(desk, *files(tmp_path), area=HOME, source="three")
    assert (again.created, again.known) == (0, 3)


def test_what_the_accidents_own_columns_count_the_people_do_not_again(
    desk: Desk, tmp_path: Path
) -> None:
    own = "事故编号,事故名称,发生时间,死亡人数\nA1,储罐闪爆,2021-03-04,2\n"
    people = "事故编号,伤害程度\nA1,死亡\nA1,死亡\n"
    made = [table(tmp_path, own, "事故.csv"), table(tmp_path, people, "人员.csv")]
    plan = Plan.of(desk.sent(*made, area=HOME).plan)
    assert (plan.columns["deaths"], plan.columns.get("outcome")) == (["死亡人数"], None)


def test_sheets_of_one_workbook_are_joined_and_years_in_a_sheet_each_are_not(
    desk: Desk, tmp_path: Path
) -> None:
    heads = ["事故编号", "事故名称", "发生时间"]
    own = [["A1", "储罐闪爆", "2021-03-04"], ["A2", "高处坠落", "2021-05-06"]]
    later = [["A3", "触电", "2022-05-06"]]
    people = [["A1", "死亡"], ["A1", "重伤"], ["A2", "死亡"]]
    one, years = tmp_path / "一套.xlsx", tmp_path / "两年.xlsx"
    hurt = OutTable(name="伤亡人员", headers=["事故编号", "伤害程度"], rows=people)
    write_tables(one, [OutTable(name="事故", headers=heads, rows=own), hurt])
    write_tables(years, [OutTable(name="2021", headers=heads, rows=own),
                           OutTable(name="2022", headers=heads, rows=later)])  # fmt: skip
    joined = Plan.of(desk.sent(one, area=HOME).plan)
    assert [(each["file"], each["matched"]) for each in joined.joined] == [("伤亡人员", 3)]
    assert joined.same == ["事故编号"]
    apart = desk.sent(years, area=HOME)
    assert not apart.plan["joined"]
    assert importing.run(apart.pk, by=ROOT).created == 3


def test_files_that_share_no_number_are_refused_by_name(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(Refusal) as refused:
        desk.sent(*files(tmp_path)[:1], table(tmp_path, "x,y\nq,1\nr,2\n", "b.csv"), area=HOME)
    assert "b.csv" in str(refused.value)


def test_years_in_a_sheet_each_and_people_of_them_hang_by_the_number_not_by_the_town(
    desk: Desk, tmp_path: Path
) -> None:
    heads = ["编号", "事故名称", "发生时间", "镇"]
    years = {year: [[f"A{year}{n}", "触电", f"{year}-03-04", f"镇{n % 8}"] for n in range(12)]
             for year in ("2021", "2022")}  # fmt: skip
    own = tmp_path / "事故.xlsx"
    write_tables(own, [OutTable(name=year, headers=heads, rows=told)
                       for year, told in years.items()])  # fmt: skip
    numbers = [row[0] for told in years.values() for row in told] + ["A9"]
    lines = [f"镇{n % 8},{number},死亡" for n, number in enumerate(numbers)]
    people = table(tmp_path, "\n".join(["镇,编号,伤害程度", *lines, ""]), "人员.csv")
    hung = Plan.of(desk.sent(own, people, area=HOME).plan).joined
    assert [(each["by"], each["matched"], each["rows"]) for each in hung] == [("编号", 24, 25)]
