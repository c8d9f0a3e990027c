"""Whose notice it is: number, title, issuer, recipients, date, and by when to report."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from anlan.domain.campaigns.reading import dates, reports, structure
from anlan.domain.campaigns.reading.plain import Plain

Span = tuple[int, int]

_NUMBER = re.compile(r"[A-Z\u4e00-\u9fff]{1,14}(?:字)?[〔\[(【](\d{4})[〕\])】]第?\d{1,5}号")
_GENRE = (
    "通知|方案|意见|要点|办法|计划|通报|决定|规定|公告|通告|报告|请示|批复|纪要|细则|措施|函|清单"
)
_TITLE_END = re.compile(rf"(?:{_GENRE})(?:[(][^()]{{2,16}}[)])?[》”]?(?:的(?:{_GENRE}))?$")
_ISSUED = re.compile(r"(?:现将|印发)[^。《]{0,6}《([^《》]{4,60})》")
_BODY_OF_OFFICE = re.compile(
    r"^[\u4e00-\u9fff、]{2,40}(?:委员会|办公室|人民政府|厅|局|总局|部|委|公司|指挥部|领导小组|总队|支队|专班|安委办|安委会|集团|院|协会)$"
)
_SALUTATION = re.compile(r"^([^。;:!?\n]{2,400}):$")
_RECIPIENT_END = re.compile(
    r"(?:府|门|位|铺|店|局|厅|委|办|司|会|团|业|院|校|所|站|队|室|处|镇|街道|部|社)$"
)
_RECIPIENT_BEGIN = re.compile(r"[各省市县区州旗乡镇驻有中国直属本全开].{2}")
_DATE_LINE = re.compile(
    r"^(?:[\d零○]{4}|[零○一二三四五六七八九]{4}|(?:中华)?民国\d{2,3})年[^。]{2,8}日(?:印发)?$"
)
_HEAD_LINES_MAX = 40
TITLE_LINES_MAX = 8


@dataclass(frozen=True, slots=True)
class Notice:
    """All parts are spans of the plain text; the reader shows the document's own words."""

    number: Span | None
    title: Span | None
    issuer: Span | None
    recipients: tuple[Span, ...]
    day: date | None
    #: Whether it is a notice or a plan at all: it has a number, somebody it is sent to, or a title
    #: of its genre. An article or an interview has none of them.
    is_one: bool
    due_reports: tuple[reports.Report, ...]

    @property
    def year(self) -> int | None:
        return self.day.year if self.day else None


def read(plain: Plain) -> Notice:
    text = plain.text
    head = _head(text)
    greeting = next((line for line in head if _greets(text[slice(*line)])), None)
    day, day_line = _day(text)
    number = _number(text, head)
    title = _title(text, head, greeting)
    recipients = _recipients(text, greeting) if greeting else ()
    year = day.year if day else _year_of(text, number, title)
    return Notice(
        number=number,
        title=title,
        issuer=_issuer(text, head, title, day_line),
        recipients=recipients,
        day=day,
        is_one=bool(greeting or number or title),
        due_reports=tuple(reports.read(text, year)),
    )


def _greets(line: str) -> bool:
    """各市人民政府,省级有关部门: and not 主要表现在四个方面:"""
    return _SALUTATION.match(line) is not None and all(
        _RECIPIENT_END.search(part) for part in re.split(r"[,、](?![^(]*\))", line[:-1])[-1:]
    )


def _head(text: str) -> list[Span]:
    """The lines before the first numbered clause."""
    found: list[Span] = []
    for start, end in structure.lines(text, 0, len(text)):
        if len(found) >= _HEAD_LINES_MAX or re.match(
            r"(?:一、|[(]一[)]|第一[条章]|1[.、])", text[start:end]
        ):
            break
        found.append((start, end))
    return found


def _number(text: str, head: list[Span]) -> Span | None:
    for start, end in head:
        match = _NUMBER.search(text, start, end)
        # In a line of its own, or behind a label; inside a sentence it is another paper's.
        if match is not None and (match.end() - match.start()) * 2 > end - start:
            return match.span()
    return None


def _title(text: str, head: list[Span], greeting: Span | None) -> Span | None:
    """The line of a genre above the greeting, with the lines it was broken into; else what is issued."""
    above = [line for line in head if greeting is None or line[1] <= greeting[0]]
    if greeting is None:
        # Without a greeting a line far down that ends so is part of the text.
        above = above[:TITLE_LINES_MAX]
    for index in range(len(above) - 1, -1, -1):
        start, end = above[index]
        line = text[start:end]
        if not _TITLE_END.search(line) or len(line) > 120 or "。" in line:
            continue
        first = index
        while first > 0 and _goes_on_above(text, above[first - 1], text[above[first][0] : end]):
            first -= 1
        return above[first][0], end
    issued = _ISSUED.search(text, 0, head[-1][1] if head and greeting else 0)
    return issued.span(1) if issued else None


def _goes_on_above(text: str, line: Span, below: str) -> bool:
    said = text[line[0] : line[1]]
    if _NUMBER.search(said) or "文件" in said or re.search("[。:,;!?]", said) or len(said) > 45:
        return False
    return "关于" in said or ("关于" not in below and len(said) >= 4)


def _recipients(text: str, line: Span) -> tuple[Span, ...]:
    """Split at commas; at 、 only where each part is a recipient of its own (not 各州、市人民政府)."""
    found: list[Span] = []
    at = line[0]
    for piece in text[line[0] : line[1] - 1].split(","):
        parts = re.split(r"、(?![^(]*\))", piece)
        whole = len(parts) == 1 or not all(
            _RECIPIENT_BEGIN.match(part) and _RECIPIENT_END.search(part) for part in parts
        )
        inner = at
        for part in [piece] if whole else parts:
            if part:
                found.append((inner, inner + len(part)))
            inner += len(part) + 1
        at += len(piece) + 1
    return tuple(found)


def _day(text: str) -> tuple[date | None, Span | None]:
    for start, end in structure.lines(text, 0, len(text)):
        if _DATE_LINE.match(text[start:end]):
            day = dates.written(text[start:end])
            if day is not None:
                return day, (start, end)
    return None, None


def _year_of(text: str, number: Span | None, title: Span | None) -> int | None:
    for span in (number, title):
        if span is not None and (match := re.search(r"(?:19|20)\d{2}", text[slice(*span)])):
            return int(match[0])
    return None


def _issuer(text: str, head: list[Span], title: Span | None, day: Span | None) -> Span | None:
    """Who signed above the date; else the title's own words; else a line that is an office."""
    every = list(structure.lines(text, 0, len(text)))
    if day in every:
        at = every.index(day)
        signed = [
            span for span in every[max(0, at - 3) : at] if _BODY_OF_OFFICE.match(text[slice(*span)])
        ]
        if signed:
            # Two offices that issue together sign one below the other.
            return signed[0][0], signed[-1][1]
    if title is not None and "关于" in text[slice(*title)]:
        end = title[0] + text[slice(*title)].index("关于")
        if end > title[0]:
            return title[0], end
    for start, end in head:
        line = text[start:end]
        if line.endswith("文件") and len(line) > 4:
            return start, end - 2
        if _BODY_OF_OFFICE.match(line):
            return start, end
    return None
