"""Made-up registers laid out as those that offices abroad publish: columns, codes, dirt; no data.

OSHA   a row an injured person, the accident's number repeated, degrees as numbers
MSHA   divided by |, everything quoted, US days, times of four digits, a document a person
PHMSA  hazardous liquid: deaths and injuries in five columns each, money in six, latitude
CSB    times in zones of their own, deaths and injuries ticked off
"""

from __future__ import annotations

import random
from collections.abc import Iterator

OSHA_HEADS = ("summary_nr", "event_date", "event_time", "estab_name", "site_city", "site_state",
              "event_desc", "degree_of_inj", "event_type", "age")  # fmt: skip
OSHA_EVENTS = (
    ("13", "Employee Is Electrocuted While Moving Ladder"), ("5", "Employee Falls From Roof"),
    ("1", "Employee Is Struck By Falling Pipe"), ("2", "Employee Is Caught In Conveyor"),
    ("99", "Employee Is Found Dead"),
)  # fmt: skip


def osha(accidents: int) -> str:
    draw = random.Random(7)
    lines = [",".join(OSHA_HEADS)]
    for n in range(accidents):
        code, words = OSHA_EVENTS[n % len(OSHA_EVENTS)]
        for _person in range(1 + (n % 4 == 0)):
            degree = "1" if _person == 0 else draw.choice(("1", "2", "3"))
            day = f"{n % 12 + 1}/{n % 28 + 1}/{2015 + n % 8}"
            lines.append(
                f'{200_000 + n},{day},{n % 24:02}:{n % 60:02},"Acme, Inc. {n}",Waco,TX,'
                f"{words},{degree},{code},{draw.randint(18, 70)}"
            )
    return "\n".join(lines) + "\n"


MSHA_HEADS = (
    "MINE_ID", "CONTROLLER_NAME", "OPERATOR_NAME", "DOCUMENT_NO", "SUBUNIT", "ACCIDENT_DT",
    "ACCIDENT_TIME", "DEGREE_INJURY_CD", "DEGREE_INJURY", "UG_LOCATION", "CLASSIFICATION",
    "ACCIDENT_TYPE", "NO_INJURIES", "OCCUPATION", "NARRATIVE", "COAL_METAL_IND",
)  # fmt: skip
MSHA_DEGREES = (
    ("01", "FATALITY"), ("02", "PERM TOT OR PERM PRTL DISABLTY"), ("03", "DAYS AWAY FROM WORK ONLY"),
    ("06", "NO DYS AWY FRM WRK,NO RSTR ACT"), ("00", "ACCIDENT ONLY"),
)  # fmt: skip
MSHA_CLASSES = (
    ("POWERED HAULAGE", "STRUCK BY POWERED MOVING OBJ"), ("FALL OF ROOF OR BACK", "STRUCK BY FALLING OBJECT"),
    ("ELECTRICAL", "CONTACT WITH ELECTRICAL CURRENT"), ("MACHINERY", "CAUGHT IN, UNDER OR BETWEEN, NEC"),
    ("IGNITION OR EXPLOSION OF GAS OR DUST", "EXPLOSION"), ("FIRE", "CONTACT WITH HEAT"),
)  # fmt: skip


def msha(accidents: int) -> str:
    lines = ["|".join(f'"{head}"' for head in MSHA_HEADS)]
    document = 0
    for n in range(accidents):
        kind, how = MSHA_CLASSES[n % len(MSHA_CLASSES)]
        # Every twelfth kills and hurts several: a document each, the accident the same.
        for person in range(3 if n % 12 == 4 else 1):
            document += 1
            code, degree = MSHA_DEGREES[0] if person == 0 and n % 12 == 4 else MSHA_DEGREES[n % 5]
            moment = f"{n % 24:02}{n % 60:02}" if n % 9 else "9999"
            values = (
                f"{1100000 + n % 700:07}", "Consolidated Energy, Inc.", "Deep Mine #1",
                f"2200{document:07}", "UNDERGROUND", f"{n % 12 + 1:02}/{n % 28 + 1:02}/{2010 + n % 9}",
                moment, code, degree, "Last Open Crosscut", kind, how, "1", "Roof bolter",
                f'Employee no. {document} was hurt "while working".', "C",
            )  # fmt: skip
            lines.append("|".join('"' + value.replace('"', '""') + '"' for value in values))
    return "\n".join(lines) + "\n"


PHMSA_HEADS = (
    "REPORT_NUMBER", "NAME", "LOCAL_DATETIME", "LOCATION_LATITUDE", "LOCATION_LONGITUDE",
    "ONSHORE_CITY_NAME", "ONSHORE_STATE_ABBREVIATION", "NUM_EMP_FATALITIES", "NUM_CONTR_FATALITIES",
    "NUM_ER_FATALITIES", "NUM_WORKER_FATALITIES", "NUM_GP_FATALITIES", "NUM_EMP_INJURIES",
    "NUM_CONTR_INJURIES", "NUM_ER_INJURIES", "NUM_WORKER_INJURIES", "NUM_GP_INJURIES", "IGNITE_IND",
    "EXPLODE_IND", "EST_COST_OPER_PAID", "EST_COST_PROP_DAMAGE", "EST_COST_EMERGENCY",
    "EST_COST_ENVIRONMENTAL", "EST_COST_OTHER", "CAUSE", "CAUSE_DETAILS", "NARRATIVE",
)  # fmt: skip


def phmsa(accidents: int) -> str:
    lines = [",".join(PHMSA_HEADS)]
    for n in range(accidents):
        people = [""] * 10 if n % 3 else ["1", "0", "", "2", "1", "0", "3", "", "", "1"]
        lines.append(
            f"2023{n:04},PIPE CO,{n % 12 + 1}/{n % 28 + 1}/23 {n % 24}:05,29.7604,-95.3698,HOUSTON,TX,"
            f"{','.join(people)},{'YES' if n % 2 else 'NO'},NO,"
            f'"$1,000",500,,250.50,0,CORROSION FAILURE,EXTERNAL CORROSION,"LEAK FOUND, {n}"'
        )
    return "\n".join(lines) + "\n"


CSB_HEADS = ("Incident ID", "Incident Date", "Incident Time", "Time Zone", "Facility Name", "City",
             "State", "Fatality", "Serious Injury", "Property Damage ($)", "Incident Description")  # fmt: skip


def csb_rows(accidents: int) -> Iterator[tuple[str, ...]]:
    yield CSB_HEADS
    for n in range(accidents):
        yield (
            f"2023-{n:03}", f"{n % 12 + 1}/{n % 28 + 1}/2023", "11:30 PM", ("EST", "CDT", "PT")[n % 3],
            f"Chemical Works {n}", "Baytown", "TX", "Yes" if n % 4 == 0 else "No",
            "Yes" if n % 2 else "No", "$1,200,000" if n % 5 == 0 else "",
            ("Vessel explosion", "Flash fire at the loading rack", "Chlorine release",
             "Hot oil burn")[n % 4],
        )  # fmt: skip


def csb(accidents: int) -> str:
    return "\n".join(",".join(f'"{v}"' for v in row) for row in csb_rows(accidents)) + "\n"
