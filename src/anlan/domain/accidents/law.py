"""What the law says of accidents, read from data files with their source, version and days.

Nothing here decides anything: grades, days and minutes are numbers of data/law.toml, types of
accident rows of data/types.csv. What the documents leave open is a setting of the office.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

DATA = Path(__file__).parent / "data"
#: The edition of GB 6441 until and from the change; see types.csv.
OLD, NEW = "1986", "2025"

GRADES: Mapping[str, Any] = {
    "extraordinary": _("particularly serious accident"),
    "major": pgettext_lazy("accident", "serious accident"),
    "larger": _("relatively serious accident"),
    "ordinary": _("ordinary accident"),
}
#: Of these and the graver ones a list says 较大以上 and 重特大.
LARGER_UP = ("larger", "major", "extraordinary")
MAJOR_UP = ("major", "extraordinary")


@cache
def law() -> Mapping[str, Any]:
    return tomllib.loads((DATA / "law.toml").read_text(encoding="utf-8"))


def grade_of(deaths: int, serious: int, loss_fen: int) -> str:
    """The grade by Article 3: whichever number reaches the gravest; "" where none reaches any."""
    for row in law()["grades"]["rows"]:
        reached = (deaths >= row["deaths"], serious >= row["serious"], loss_fen >= row["loss_fen"])
        if any(reached):
            return str(row["code"])
    return ""


def fall_groups() -> list[tuple[Any, Sequence[str]]]:
    """Name and grades of each group that 三个双下降 speaks of; no grades: all accidents."""
    names: Mapping[Sequence[str], Any] = {
        (): _("All accidents"), MAJOR_UP: _("Serious accidents and graver"),
        **{(code,): name for code, name in GRADES.items()},
    }  # fmt: skip
    groups = [tuple(grades) for grades in law()["three_falls"]["groups"]]
    return [(names[group], group) for group in groups]


def late_days(nature: str) -> int:
    """Days after the day of the accident within which a death counts (Article 13)."""
    days: int = law()["late_days"][nature]
    return days


def counts(nature: str, happened_on: date, died_on: date) -> bool:
    """Whether a death of that day counts: until the last of the days, which is included."""
    return died_on <= happened_on + timedelta(days=late_days(nature))


def reported_up_to(grade: str) -> int:
    """The level of government that must know of an accident of this grade (Article 10)."""
    table = law()["clocks"]["up_to"]
    level: int = table[grade or "ordinary"]
    return level


def leads(grade: str) -> int:
    """The level of government whose inquiry it is (Article 19)."""
    level: int = law()["inquiry"]["leads"][grade or "ordinary"]
    return level


# --- types of accident -----------------------------------------------------------------------


@dataclass(frozen=True)
class Type:
    edition: str
    code: str
    name: str
    #: What it is called in the edition of 2025; several may fit where ``many`` is set.
    name_2025: str
    many: bool
    valid_from: date
    valid_to: date | None

    @property
    def key(self) -> str:
        """As it stands on facts and in addresses: 1986-08, 2025-N09."""
        return f"{self.edition}-{self.code}"


@cache
def types() -> Mapping[str, Type]:
    with (DATA / "types.csv").open(encoding="utf-8", newline="") as file:
        rows = [
            Type(
                row["edition"], row["code"], row["name"], row["name_2025"], row["many"] == "yes",
                date.fromisoformat(row["valid_from"]),
                date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
            )
            for row in csv.DictReader(file)
        ]  # fmt: skip
    return {row.key: row for row in rows}


@cache
def edition_of(day: date) -> str:
    """The edition in force on a day; before the first one its list serves, too."""
    for row in types().values():
        if row.valid_from <= day and (row.valid_to is None or day <= row.valid_to):
            return row.edition
    return OLD


def types_on(day: date) -> list[Type]:
    return [row for row in types().values() if row.edition == edition_of(day)]


def type_named(text: str, day: date) -> Type | None:
    """The type that a text names, in the edition of the day; mapped from the other where it must.

    What maps to several is left out: somebody looks at it.
    """
    name = text.strip()
    here = {row.name: row for row in types_on(day)}
    if name in here or not name:
        return here.get(name)
    for row in types().values():
        if name in (row.name, row.key):
            if row.edition == edition_of(day):
                return row
            return None if row.many else here.get(row.name_2025)
    return None


def group_of(key: str) -> str:
    """Under which name of 2025 a type counts where years of both editions stand side by side."""
    row = types().get(key)
    return row.name_2025 if row else ""


def type_name(key: str) -> str:
    row = types().get(key)
    return row.name if row else ""


def minutes_after(moment: datetime, what: str, own: Mapping[str, int] | None = None) -> datetime:
    """Until when a report is in time: by the office's own shorter limit, or the law's."""
    most = int(law()["clocks"][what])
    # An office may be stricter than the law, never laxer.
    return moment + timedelta(minutes=min(int((own or {}).get(what) or most), most))
