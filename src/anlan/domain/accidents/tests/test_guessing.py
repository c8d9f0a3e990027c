"""Registers of layouts that nobody described: turned, in other encodings, with numbers in words."""

from __future__ import annotations

import random
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from anlan.base.refusal import Refusal
from anlan.domain.accidents import importing
from anlan.domain.accidents.importing import cells, lines, preparing
from anlan.domain.accidents.importing.plan import PEOPLE, Plan
from anlan.domain.accidents.models import Accident
from anlan.domain.accidents.tests.desk import HOME, Desk
from anlan.domain.hazards.tests.stage import ROOT

pytestmark = pytest.mark.django_db

#: As three offices abroad might write them: none has the columns of a layout that comes with us.
TRENCHES = (
    ("Site Address", "Workers Killed", "Injured (hospital)", "Reported On", "What Went Wrong",
     "When It Happened", "Firm", "Case #"),
    [("12 Main St, Ōmaha", "two", "", "March 9, 2024", "Trench wall caved in on two workers",
      "Tuesday, March 5, 2024 at 3:05 p.m.", "Digs Ltd.", "A-1"),
     ("Pier 4", "one (1)", "3 people", "6th May 2024", "Worker was electrocuted by a power line",
      "May 5, 2024", "Volt & Co.", "A-2"),
     ("Route 9", "no", "1", "Dec. 3, 2024", "Forklift rolled over on a worker's leg near the dock",
      "Dec. 2, 2024 08:30", "Müller GmbH", "A-3")],
)  # fmt: skip
WANT = {
    "When It Happened": "happened_at", "Workers Killed": "deaths",
    "Injured (hospital)": "serious", "Site Address": "place", "Firm": "enterprise", "Case #": "key",
    "What Went Wrong": "text",
}  # fmt: skip


def written(folder: Path, heads: tuple[str, ...], rows: list[tuple[str, ...]], code: str) -> Path:
    path = folder / f"{code}.csv"
    body = "\n".join(";".join(f'"{cell}"' for cell in row) for row in (heads, *rows))
    path.write_bytes(body.encode(code))
    return path


@pytest.mark.parametrize("code", ["utf-8", "utf-16", "cp1252", "utf-8-sig"])
def test_columns_in_any_order_and_encoding_are_guessed_by_words_and_values(
    desk: Desk, tmp_path: Path, code: str
) -> None:
    heads, rows = TRENCHES
    if code == "cp1252":
        rows = [tuple(cell.replace("Ō", "O") for cell in row) for row in rows]
    order = random.Random(code).sample(range(len(heads)), len(heads))
    turned = [tuple(row[n] for n in order) for row in (heads, *rows)]
    batch = desk.sent(written(tmp_path, turned[0], turned[1:], code), area=HOME)
    plan = Plan.of(batch.plan)
    assert {heading: plan.why[heading][0] for heading in WANT} == WANT
    # The day on which it was reported isn't that on which it happened.
    assert "Reported On" not in plan.why
    done = importing.run(batch.pk, by=ROOT)
    assert (done.source, done.created, done.rejected) == ("—", 3, 0)
    found = Accident.objects.order_by("happened_at")
    assert [(row.deaths, row.serious, row.type_label) for row in found] == [
        (2, 0, "坍塌"), (1, 3, "触电"), (0, 1, "车辆伤害"),
    ]  # fmt: skip
    assert [f"{row.happened_at:%m-%d %H:%M}" for row in found] == [
        "03-05 07:05", "05-04 16:00", "12-02 00:30",
    ]  # fmt: skip
    assert found[2].enterprise_name == "Müller GmbH"
    desk.check()


def test_two_columns_of_a_known_layout_make_no_unknown_one_its_own(
    desk: Desk, tmp_path: Path
) -> None:
    # A day and a description have many; where each row is a death, nearly none.
    path = tmp_path / "a.csv"
    path.write_text("Date,Description,Shift,Crew,Weather,Killed\n"
                    "2024-03-05,Worker drowned in the pit,night,3,rain,0\n", "utf-8")  # fmt: skip
    batch = desk.sent(path, area=HOME)
    assert batch.source == "—"
    importing.run(batch.pk, by=ROOT)
    row = Accident.objects.get()
    assert (row.deaths, row.type_label) == (0, "淹溺")


def test_a_chinese_register_without_types_is_read_by_its_words(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("序号,事发日期,出事单位,伤亡情况描述,遇难人数,受伤（重伤）\n"
                     "1,二〇二四年三月五日下午三时,甲公司,工人在高处作业时发生高处坠落，送医后死亡并通报家属,两人,一人\n"
                     "2,2024年3月6日8时30分,乙公司,检修配电柜时两名电工触电，其中一人经抢救无效当日死亡,1,十二\n"
                     .encode("gb18030"))  # fmt: skip
    batch = desk.sent(path, area=HOME)
    importing.run(batch.pk, by=ROOT)
    rows = Accident.objects.order_by("happened_at")
    assert [(row.deaths, row.serious, row.type_label, row.case.grade) for row in rows] == [
        (2, 1, "高处坠落", "ordinary"), (1, 12, "触电", "larger"),
    ]  # fmt: skip
    assert Counter(row.enterprise_name for row in rows) == {"甲公司": 1, "乙公司": 1}


@pytest.mark.parametrize(("said", "n"), [
    ("一", 1), ("两人", 2), ("3人", 3), ("three", 3), ("Two workers", 2), ("two (2)", 2), ("十二人", 12),
    ("１", 1), ("no injuries", 0), ("1,234", 1234), ("none", None), ("", None),
    ("two (3)", ...), ("约3人", ...), ("2-3", ...), ("some", ...), ("一些", ...), ("worker", ...), ("1.5", ...),
])  # fmt: skip
def test_a_number_of_people_is_read_in_words_and_no_guess_of_one(said: str, n: object) -> None:
    if n is ...:
        with pytest.raises(Refusal):
            cells.number(said, "deaths")
    else:
        assert cells.number(said, "deaths") == n


#: Layouts as they come, with what must be read of them: day of the first row, rows, people.
TWO_ROWS = ("某市2023年事故台账,,,,,,\n序号,发生时间,单位,事故简况,伤亡人数,,\n,,,,死亡,重伤,轻伤\n"
            "1,2023年3月5日8时30分,建筑公司,工人在外墙作业时从脚手架坠落经抢救无效死亡,1,2,0\n"
            "2,2023年4月6日,建筑公司,工人在基坑内作业时土方坍塌被埋经抢救无效死亡,2,0,1\n"
            "合计,,,,3,2,1\n填表人：张三,,,,,,\n")  # fmt: skip
THREE_COLUMNS = ("Year,Month,Day,Time of Accident,Fatalities,Injuries,Description\n"
                 "2020,3,5,0830,1,2,A roof bolter was struck by rock falling near the face\n"
                 "2020,4,16,1500,2,1,Two truck drivers drowned in the pond of a quarry\nTotal,,,,3,3,\n")  # fmt: skip
UNITS = ("Fatal accidents,,,\nSource: Ministry,,,\nDate,Deaths,Seriously hurt,What happened\n"
         "(dd/mm/yyyy),(persons),(persons),\n05/03/2020,1,2,Dump truck reversed over the edge of a tip\n"
         "16/04/2020,2,0,Two men were buried by a collapse of the quarry face\nNote: provisional,,,\n")  # fmt: skip
TICKS = ("Report ID,Event Date,Injury Severity,Hospitalized,Amputation,Final Narrative\n"
         "7,5-Mar-2020,Fatal,1,1,Employee was caught in the nip point of a conveyor and died\n"
         "7,5-Mar-2020,Serious,1,0,Employee was caught in the nip point of a conveyor too\n")  # fmt: skip


@pytest.mark.parametrize(("text", "first", "rows", "people"), [
    (TWO_ROWS, "2023-03-05 08:30", 2, ["deaths", "light", "serious"]),
    (THREE_COLUMNS, "2020-03-05 08:30", 2, ["deaths", "serious"]),
    (UNITS, "2020-03-05 00:00", 2, ["deaths", "serious"]),
    (TICKS, "2020-03-05 00:00", 2, ["outcome"]),
    ("说明,\n" * 11 + "日期,情况,死亡\n2023/3/5,某化工厂储罐区动火作业引发闪爆事故造成伤亡,1\n",
     "2023-03-05 00:00", 1, ["deaths"]),
])  # fmt: skip
def test_headings_of_two_rows_days_of_three_columns_and_what_is_no_accident(
    tmp_path: Path, text: str, first: str, rows: int, people: list[str]
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text, encoding="utf-8")
    plan, _source = preparing.proposed(path, path.name, "", None, {})
    with lines.tables(path, path.name, plan) as found:
        read = list(lines.lines(found, plan))
    order = plan.days or cells.MONTH_FIRST
    moment = cells.moment(read[0].day(plan), order, at=read[0].value(plan, "time"))
    assert (f"{moment:%Y-%m-%d %H:%M}", len(read)) == (first, rows)
    assert sorted({*PEOPLE, "outcome"} & plan.columns.keys()) == people


@pytest.mark.parametrize(("said", "n"), [
    ("1,234.50", "1234.50"), ("12.500,50", "12500.50"), ("1.234.567", "1234567"), ("12,5", "12.5"),
    ("1,234", "1234"), ("1'200.5", "1200.5"), ("€ -3,50", "-3.50"),
])  # fmt: skip
def test_the_last_of_two_signs_begins_the_decimals(said: str, n: str) -> None:
    assert cells.amount(said, "loss") == Decimal(n)
