"""What title, sheet and file say about the time."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from anlan.domain.hazards.reading import dates

_PERIOD_DAY = re.compile(
    r"(20\d\d)\s*[年.\-/_]\s*(\d{1,2})\s*[月.\-/_]\s*(\d{1,2})\s*日?(?!\d)|(?<!\d)(20\d\d)(0[1-9]|1[0-2])([0-2]\d|3[01])(?!\d)"
)
_PERIOD_MONTH = re.compile(
    r"(20\d\d)\s*[年.\-/_]\s*(\d{1,2})\s*月?(?:份)?(?![\d日号])|(?<!\d)(20\d\d)(0[1-9]|1[0-2])(?!\d)"
)
_PERIOD_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
_REPORT = re.compile(
    r"(?:填报|填表|制表|报送|上报|报告|统计|汇总|打印|导出|更新|截止|截至|编制)(?:时间|日期)?[:：至]?"
)
_DOCUMENT_NO = re.compile(
    r"[〔\[(【]\s*20\d\d\s*[〕\])】]\s*(?:第)?\s*\d*\s*号?|20\d\d\s*[-—~至到]\s*20\d\d\s*年?|(?:三年行动|专项整治).{0,6}[((]20\d\d[-—至]20\d\d[))]"
)


@dataclass(frozen=True, slots=True)
class Period:
    """When the rows of a table were found, as far as what surrounds it tells."""

    year: int | None = None
    month: int | None = None
    day: date | None = None
    #: title, sheet, file or report.
    where: str = ""
    #: The day the register was filled in; nothing in it was found later.
    reported_on: date | None = None

    @property
    def found(self) -> tuple[date, str] | None:
        """(day, precision) for rows without a day; None if only a year is known."""
        if self.day:
            return self.day, "day"
        if self.year and self.month:
            return date(self.year, self.month, 1), "month"
        return None


def period_of(titles: tuple[str, ...], sheet: str, file: str, year: int | None = None) -> Period:
    """The one period that title, sheet name or file name gives; contradictions give none.

    year: by who sends it, for a month without a year ("6月隐患台账").
    """
    reported: date | None = None
    stated: list[tuple[str, str]] = []
    for title in titles:
        text = dates.han(unicodedata.normalize("NFKC", title))
        match = _REPORT.search(text)
        if match:
            reading = dates.read(text[match.end() :][:40])
            if reading and reading.day:
                reported = reported or reading.day
            text = text[: match.start()]
        stated.append(("title", text))
    stated += [("sheet", sheet), ("file", re.sub(r"\.\w{2,4}$", "", file))]
    years: dict[int, str] = {}
    for where in ("title", "sheet", "file"):
        texts = [dates.han(unicodedata.normalize("NFKC", t)) for w, t in stated if w == where]
        found = {_period(_DOCUMENT_NO.sub(" ", t)) for t in texts} - {(0, 0, 0)}
        months = {(y, m) for y, m, _ in found if m}
        days = {(y, m, d) for y, m, d in found if d}
        for y, _, _ in found:
            years.setdefault(y, where)
        if len(months) == 1:
            month_year, month = months.pop()
            day = None
            if len(days) == 1:
                try:
                    day = date(*days.pop())
                except ValueError:
                    day = None
            return Period(month_year, month if 1 <= month <= 12 else None, day, where, reported)
        if len(months) > 1:
            return Period(_only(y for y, _ in months), None, None, where, reported)
    lone, told_by = next(
        (
            (in_month, place)
            for place, text in (
                ("sheet", sheet),
                ("title", "".join(t for w, t in stated if w == "title")),
                ("file", file),
            )
            if (in_month := _lone_month(text))
        ),
        (None, ""),
    )
    the_year = _only(years) or (None if years else year)
    if reported and not years and not year:
        the_year = reported.year
    if the_year and lone:
        return Period(the_year, lone, None, told_by, reported)
    return Period(the_year, None, None, next(iter(years.values()), "report"), reported)


def _only(values: Iterable[int]) -> int | None:
    found = set(values)
    return found.pop() if len(found) == 1 else None


def _period(text: str) -> tuple[int, int, int]:
    if match := _PERIOD_DAY.search(text):
        numbers = [int(g) for g in match.groups() if g]
        rest = text[match.end() :]
        # '2024年6月1日至30日' is a period, not a day.
        if re.match(r"\s*(?:-|—|~|至|到)", rest):
            return numbers[0], numbers[1], 0
        return numbers[0], numbers[1], numbers[2]
    if match := _PERIOD_MONTH.search(text):
        numbers = [int(g) for g in match.groups() if g]
        if 1 <= numbers[1] <= 12:
            if re.match(r"\s*(?:-|—|~|至|到)+\s*\d", text[match.end() :]):
                return numbers[0], 0, 0
            return numbers[0], numbers[1], 0
    if match := _PERIOD_YEAR.search(text):
        return int(match[1]), 0, 0
    return 0, 0, 0


def _lone_month(text: str) -> int | None:
    found = re.findall(r"(?<!\d)(1[0-2]|[1-9])\s*月(?!\d)", unicodedata.normalize("NFKC", text))
    return int(found[0]) if len(set(found)) == 1 else None
