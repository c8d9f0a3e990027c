"""Makes data/days.csv from the packages `chinesecalendar` (announced years) and `holidays`.

Both know the announcements. Where they differ the former wins and the difference is reported;
years that it doesn't know are the statutory days of the latter, provisional.
"""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

DATA = Path(__file__).parent / "data" / "days.csv"
#: Statutory days are packed this far beyond the announced years.
PROVISIONAL_YEARS = 3
_NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Tomb-Sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Labor Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "National Day": "国庆节",
    "Mid-autumn Festival": "中秋节",
    "Mid-Autumn Festival": "中秋节",
    "Chinese New Year (Spring Festival)": "春节",
    "Chinese New Year's Eve": "除夕",
    "Anti-Fascist 70th Day": "抗战胜利纪念日",
}


def pack(target: Path = DATA) -> list[str]:
    """Write the packed days; returns where the two packages differ."""
    import holidays
    from chinese_calendar import constants

    first, last = min(constants.holidays).year, max(constants.holidays).year
    years = range(first, last + 1)
    other = holidays.country_holidays("CN", years=range(first, last + 1 + PROVISIONAL_YEARS))
    rows: list[tuple[str, int, str, str, int]] = []
    differ: list[str] = []
    day = date(first, 1, 1)
    while day.year <= last + PROVISIONAL_YEARS:
        weekend = day.weekday() >= 5
        theirs = day in other or (weekend and day not in other.weekend_workdays)
        if day.year in years:
            off = day in constants.holidays or (weekend and day not in constants.workdays)
            if off != theirs:
                differ.append(f"{day} {'off' if off else 'worked'}")
            if off != weekend:
                note = _NAMES[constants.holidays.get(day) or constants.workdays[day]]
                rows.append((day.isoformat(), int(not off), note, "chinesecalendar", 0))
        elif theirs != weekend:
            name = str(other.get(day, "")).split(";")[0].removesuffix(" (observed)")
            rows.append((day.isoformat(), int(not theirs), _NAMES.get(name, ""), "holidays", 1))
        day += timedelta(1)
    target.parent.mkdir(exist_ok=True)
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("day", "is_workday", "note", "source", "provisional"))
        writer.writerows(rows)
    return differ
