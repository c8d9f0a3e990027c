"""The day a hazard was found, and the later days of its life.

A day that a row doesn't state is taken from the one period that title, sheet or file name gives,
else from the day the register says it was filled in, and marked so; with neither the row is
refused. Nothing else is guessed: an impossible or future day is refused, not replaced.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from anlan.domain.hazards.reading import dates, states
from anlan.domain.hazards.reading.cells import Cells, Found, Rejected
from anlan.domain.hazards.reading.rows import Finding
from anlan.kernel.papers.sheets.book import Row
from anlan.kernel.papers.sheets.tables import text_of

#: A day in another year than the one meant: 1.5 under a finding of December is next year's.
_TURN_OF_YEAR = timedelta(days=90)


@dataclass(slots=True)
class Days(Cells):
    """Reads the days of a row."""

    def _found(self, row: Row, intro: str, warnings: list[Finding]) -> Found:
        index = self._where(row, "found_on")
        if error := self._error_in(row, "found_on"):
            raise Rejected("cell_error", index, value=str(error))
        value = self._value(row, "found_on")
        if value is None and "found_month" in self.mapping:
            index, value = self._where(row, "found_month"), self._in_pieces(row)
        reading = self._read(value)
        if reading is None or reading.problem == "placeholder":
            return self._inferred(row, index, intro, warnings)
        shown = reading.text or text_of(value)
        if reading.problem == "unreadable" or (
            not reading and not reading.problem and reading.rule != "day_of_month"
        ):
            if self.period.found is None:
                raise Rejected("found_on_unreadable", index, value=shown)
            return self._inferred(row, index, intro, warnings)
        if reading.rule == "day_of_month" and self.period.year and self.period.month:
            reading = dates.Reading(
                month_day=(self.period.month, reading.n), text=reading.text
            ).in_year(self.period.year)
        if reading.month_day is not None:
            year = self._year_for(row, reading.month_day)
            if year is None:
                raise Rejected("found_on_no_year", index, value=shown)
            reading = reading.in_year(year)
            if not reading.problem:
                warnings.append(self._finding("year_inferred", index, value=shown, year=year))
        if reading.problem in ("impossible", "absurd"):
            raise Rejected(f"found_on_{reading.problem}", index, value=shown)
        if reading.day is None or reading.precision in ("year", "half", "quarter"):
            raise Rejected("found_on_too_vague", index, value=shown)
        if self.context.today and reading.day > self.context.today:
            raise Rejected("found_on_future", index, value=shown)
        if reading.ambiguous:
            warnings.append(
                self._finding("date_ambiguous", index, value=shown, taken=reading.day.isoformat())
            )
        if reading.precision == "month":
            warnings.append(self._finding("found_on_month", index, value=shown))
        elif reading.precision == "range":
            warnings.append(self._finding("found_on_range", index, value=shown))
        return Found(reading.day, reading.precision, until=reading.until)

    def _in_pieces(self, row: Row) -> str | None:
        """The day from a column for its year, one for its month and one for its day."""
        pieces = [
            (self._text(row, code).rstrip("年月日号"), unit)
            for code, unit in (("found_year", "年"), ("found_month", "月"), ("found_day", "日"))
        ]
        return "".join(text + unit for text, unit in pieces if text) if pieces[1][0] else None

    def _inferred(self, row: Row, index: int | None, intro: str, warnings: list[Finding]) -> Found:
        found = self._infer(row, intro)
        if found is None:
            raise Rejected("found_on_missing", index)
        if self.context.today and found.day > self.context.today:
            raise Rejected("found_on_future", index, value=found.day.isoformat())
        warnings.append(
            self._finding(
                "found_on_inferred", index, value=found.day.isoformat(), where=found.inferred
            )
        )
        return found

    def _infer(self, row: Row, intro: str) -> Found | None:
        """Set by a person, said in the cell, or by what surrounds the table; in that order."""
        chosen = self.plan.found_on or self.context.found_on
        if chosen:
            return Found(chosen, "day", "context")
        stated = dates.read(self.preamble.get("found_on"))
        if stated and stated.day and stated.precision in ("day", "range"):
            return Found(stated.day, stated.precision, "title", stated.until)
        text = intro or self._text(row, "description")[:60]
        if re.search("检查|排查|督查|巡查|抽查|发现", text) and (reading := dates.read(text[:40])):
            if reading.month_day is not None:
                year = self._year_for(row, reading.month_day)
                reading = reading.in_year(year) if year else reading
            if reading.day and reading.precision == "day":
                return Found(reading.day, "day", "text")
        if self.period.found:
            day, precision = self.period.found
            until = dates.period_end("month_end", 0, day) if precision == "month" else None
            return Found(day, precision, self.period.where, until)
        done = self._read(self._value(row, "rectified_on"))
        reported = self.period.reported_on
        if reported:
            if done and done.day and done.day < reported:
                reported = done.day
            return Found(reported, "day", "report")
        return None

    def _year_for(self, row: Row, month_day: tuple[int, int]) -> int | None:
        """The year of a day like 6.25: by the row's other days, the title, the rows above."""
        stated = (
            self._text(row, "found_year").rstrip("年度份") if "found_year" in self.mapping else ""
        )
        if re.fullmatch(r"20\d\d", stated):
            return int(stated)
        for code in ("rectified_on", "deadline", "verified_on", "closed_on"):
            other = self._read(self._value(row, code))
            if other and other.day and other.precision in ("day", "range", "month"):
                year = other.day.year
                late = (other.day.month, other.day.day) < (month_day[0], month_day[1] or 1)
                return year - 1 if late else year
        if self.period.year:
            return self.period.year
        return self.last_year or self.context.year

    def _day(
        self, row: Row, code: str, found: date, warnings: list[Finding], future: bool = False
    ) -> date | None:
        """A later day of the hazard's life; what can't be read is warned about and left out."""
        index = self._where(row, code)
        value = self._value(row, code)
        reading = self._read(value)
        if reading is None or reading.problem == "placeholder":
            return None
        shown = reading.text or text_of(value)
        if reading.problem:
            if not (reading.problem == "unreadable" and states.words(shown)):
                warnings.append(self._finding(f"date_{reading.problem}", index, value=shown))
            return None
        if reading.month_day is not None:
            reading = next_after(reading, found)
            if reading.problem:
                warnings.append(self._finding(f"date_{reading.problem}", index, value=shown))
                return None
        if reading.rule:
            day = dates.period_end(reading.rule, reading.n, found)
            return day if reading.rule in ("immediate", "day_of_month") else None
        day = reading.until or reading.day
        if day is None:
            return None
        if reading.ambiguous:
            warnings.append(
                self._finding("date_ambiguous", index, value=shown, taken=day.isoformat())
            )
        if not future and self.context.today and day > self.context.today:
            if reading.precision != "day" and reading.day and reading.day <= self.context.today:
                return self.context.today
            warnings.append(self._finding("date_future", index, value=shown))
            return None
        if not future and day < found:
            warnings.append(self._finding("done_before_found", index, value=shown))
        return day


def next_after(reading: dates.Reading, found: date) -> dates.Reading:
    """A day after the finding without its year: next year's where this year's is far back."""
    this = reading.in_year(found.year)
    last = this.until or this.day
    if last is not None and found - last > _TURN_OF_YEAR:
        return reading.in_year(found.year + 1)
    return this
