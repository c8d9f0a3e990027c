"""Whose notice it is: number, title, issuer, recipients, date, and by when to report."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from anlan.domain.campaigns.reading import dates, structure
from anlan.domain.campaigns.reading.plain import Plain

Span = tuple[int, int]

_NUMBER = re.compile(r"[\u4e00-\u9fff]{1,14}(?:字)?[〔\[(【](\d{4})[〕\])】]第?\d{1,5}号")
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
_DATE_LINE = re.compile(r"^(?:[\d零○]{4}|[零○一二三四五六七八九]{4})年[^。]{2,8}日(?:印发)?$")
_HEAD_LINES_MAX = 40

#: A duty to report: who, until when, what, to whom. One sentence, read with its parts named.
_REPORT = re.compile(
    r"(?:请|要求)?(?P<who>[^。;:\n]{2,60}?)(?:务必|须|要|应)?(?:于|在)(?P<when>[^。;\n]{2,60}?(?:前|之前|以前|日|底))"
    r",?(?:将|把)(?P<what>[^。;\n]{2,80}?)(?:报送|上报|报至|反馈|报)(?:至|到|给|我)?(?P<to>[^,。;\n(]{2,30})"
)
_DAY = re.compile(
    r"(?:(?:\d{4}|今|明)年)?(?:每?(?:年|半年|季度|月)(?:首月|末月|次月)?)?(?:\d{1,2}月)?(?:\d{1,2}日|底|末)(?:前|之前|以前)?"
)


@dataclass(frozen=True, slots=True)
class Report:
    """One report due. Offsets are those of the plain text."""

    start: int
    end: int
    due: date | None
    #: Words where it comes back every month or quarter; then ``due`` is nothing.
    recurring: str
    inferred: bool
    senders: tuple[Span, ...]
    what: Span
    recipient: Span


@dataclass(frozen=True, slots=True)
class Notice:
    """All parts are spans of the plain text; the reader shows the document's own words."""

    number: Span | None
    title: Span | None
    issuer: Span | None
    recipients: tuple[Span, ...]
    day: date | None
    reports: tuple[Report, ...]

    @property
    def year(self) -> int | None:
        return self.day.year if self.day else None


def read(plain: Plain) -> Notice:
    text = plain.text
    head = _head(text)
    greeting = next((line for line in head if _SALUTATION.match(text[line[0] : line[1]])), None)
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
        reports=tuple(reports(text, year)),
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
    for index in range(len(above) - 1, -1, -1):
        start, end = above[index]
        line = text[start:end]
        if not _TITLE_END.search(line) or len(line) > 120 or "。" in line:
            continue
        first = index
        while first > 0 and _goes_on_above(text, above[first - 1], text[above[first][0] : end]):
            first -= 1
        return above[first][0], end
    issued = _ISSUED.search(text)
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
        parts = piece.split("、")
        whole = len(parts) == 1 or not all(_RECIPIENT_END.search(part) for part in parts)
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
        for start, end in reversed(every[max(0, at - 2) : at]):
            if _BODY_OF_OFFICE.match(text[start:end]):
                return start, end
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


def reports(text: str, year: int | None) -> list[Report]:
    found = []
    for match in _REPORT.finditer(text):
        who, when = match.span("who"), match.span("when")
        for day in _DAY.finditer(text, *when):
            # The 前 behind the last day holds for those before it, too.
            said = day[0]
            recurring = said if "每" in said else ""
            late = dates.deadlines(text, day.start(), max(day.end(), when[1]), year)
            first = next((one for one in late if one.start == day.start()), None)
            due = first.due if first and not recurring else None
            if due is None and not recurring:
                continue
            found.append(
                Report(
                    day.start(),
                    day.end(),
                    due,
                    recurring,
                    bool(first and first.inferred),
                    tuple(_split(text, who)),
                    match.span("what"),
                    match.span("to"),
                )
            )
    return found


def _split(text: str, span: Span) -> list[Span]:
    found = []
    at = span[0]
    for part in re.split("[、,]", text[slice(*span)]):
        if part:
            found.append((at, at + len(part)))
        at += len(part) + 1
    return found
