"""Reads how the State Council's office announces a year's holidays, pasted as it stands.

    一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。

Also plain lines, as a person types them: ``2027-10-01 至 2027-10-07 休 国庆节``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _

from anlan.base.refusal import Refusal
from anlan.kernel.calendar.commands import DayRule

#: The longest holiday is nine days; a longer span is a slip of the pen.
SPAN_DAYS_MAX = 15
_WEEK = r"\s*(?:[（(][^）)]*[）)])?\s*"
_DAY = rf"(?:(\d{{4}})年)?(?:(\d{{1,2}})月)?(\d{{1,2}})日{_WEEK}"
_SPAN = re.compile(rf"{_DAY}(?:(?:至|到|—|－|-|~){_WEEK}{_DAY})?")
_NAME = re.compile(r"^\s*(?:[一二三四五六七八九十]+、|\d+[.、])?\s*([^：:，。\d]{2,20})[：:]")
_LINE = re.compile(
    r"^\s*(\d{4}-\d{2}-\d{2})(?:\s*(?:~|至|to)\s*(\d{4}-\d{2}-\d{2}))?\s+"
    r"(休|班|rest|off|work)(?![A-Za-z])\s*(.*)$",
    re.I,
)
_REST = ("休", "rest", "off")


class LineUnreadable(Refusal):
    code = "announcement_unreadable"
    message = _(
        "“%(line)s” can't be read. Write a day, then 休 or 班, then the holiday's name "
        "(2027-10-01 休 国庆节), or paste the announcement's own sentences."
    )


def read(text: str, year: int) -> list[DayRule]:
    """The days that differ from their weekday, in order; weekends in a holiday need no row."""
    found: dict[date, DayRule] = {}
    for line in filter(str.strip, text.splitlines()):
        rules = list(_plain(line) or _official(line, year))
        if not rules:
            raise LineUnreadable(line=line.strip()[:60])
        found |= {rule.day: rule for rule in rules}
    return [
        rule
        for day, rule in sorted(found.items())
        # A Saturday off is no exception; a weekday worked isn't one either.
        if rule.is_workday != (day.weekday() < 5)
    ]


def _plain(line: str) -> list[DayRule]:
    match = _LINE.match(line)
    if match is None:
        return []
    first, last, what, note = match.groups()
    try:
        start = date.fromisoformat(first)
        end = date.fromisoformat(last) if last else start
    except ValueError:
        raise LineUnreadable(line=line.strip()[:60]) from None
    return [
        DayRule(day, what.lower() not in _REST, note.strip()) for day in _span(start, end, line)
    ]


def _official(line: str, year: int) -> Iterator[DayRule]:
    """One holiday's sentences: what is 放假 is off, what is 上班 is worked."""
    named = _NAME.match(line)
    note = named.group(1).strip() if named else ""
    for sentence in re.split(r"[。；;]", line[named.end() :] if named else line):
        works = "上班" in sentence
        if not works and "放假" not in sentence:
            continue
        month: int | None = None
        for match in _SPAN.finditer(sentence):
            y1, m1, d1, y2, m2, d2 = match.groups()
            month = int(m1) if m1 else month
            if month is None:
                raise LineUnreadable(line=line.strip()[:60])
            try:
                start = date(int(y1 or year), month, int(d1))
                end = start
                if d2:
                    month = int(m2) if m2 else month
                    end = date(int(y2 or y1 or year), month, int(d2))
            except ValueError:
                raise LineUnreadable(line=line.strip()[:60]) from None
            for day in _span(start, end, line):
                yield DayRule(day, works, note)


def _span(start: date, end: date, line: str) -> list[date]:
    days = (end - start).days
    if not 0 <= days < SPAN_DAYS_MAX:
        raise LineUnreadable(line=line.strip()[:60])
    return [start + timedelta(n) for n in range(days + 1)]
