"""By when to report what to whom: 请各地于6月20日前将进展情况报送省安委会办公室.

One sentence may state several days, and the second may leave out who and to whom.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from anlan.domain.campaigns.reading import dates, words

Span = tuple[int, int]

#: No sentence of a notice is as long; shapes take a time that grows with the square of it.
SENTENCE_CHARS_MAX = 1_000

_TIME = r"(?:(?:上午|下午)?\d{1,2}[:点时](?:\d{2})?分?)?"
#: A day on which something is due; behind 每 it comes back.
_ONE = (
    r"(?:每周[一二三四五六日天]|(?:(?:\d{4}|今|明)年)?(?:每?(?:年|半年|季度|月)(?:首月|末月|次月)?)?"
    rf"(?:\d{{1,2}}月)?(?:\d{{1,2}}日|底|末)){_TIME}(?:前|之前|以前)?"
)
_DAY = re.compile(_ONE)
_DAYS = rf"{_ONE}(?:[、和及,]{_ONE})*"
_SEND = "(?:书面)?(?:报送|上报|报告|报至|反馈|报)"
_WHO = r"(?:请|要求)?(?P<who>[^。;:\n]{0,60}?)(?:务必|须|要|应|此后|同时|并)?(?:于|在)?"
#: How the sentence is built. Read top down; what one shape took another doesn't read again.
_SHAPES = (
    # 各地于6月20日前将进展情况报送省安委会办公室
    re.compile(rf"{_WHO}(?P<when>{_DAYS}),?(?:将|把)(?P<what>[^。;\n]{{2,80}}?){_SEND}(?:至|到|给|我)?(?P<to>[^,。;\n(]{{2,30}})"),
    # 各地每月25日前向市安委办报送工作进展
    re.compile(rf"{_WHO}(?P<when>{_DAYS}),?向(?P<to>[^,。;\n]{{2,24}}?){_SEND}(?P<what>[^,。;\n(]{{2,40}})"),
    # 各县将工作进展于每季度末月20日前报局安监科; 年度总结于11月30日前报送
    re.compile(rf"(?:(?P<who>[^,。;:\n]{{0,40}}?)(?:将|把))?(?P<what>[^,。;:\n]{{0,30}}?(?:进展|总结|情况|方案|报告|报表|材料|清单|计划))(?:请|应|须)?于(?P<when>{_DAYS}),?{_SEND}(?:至|到|给)?(?P<to>[^,。;\n(]{{0,30}})"),
    # 12月10日前报送全年工作总结; 4月10日前报省安委会办公室
    re.compile(rf"{_WHO}(?P<when>{_DAYS}),?{_SEND}(?P<what>[^,。;\n(]{{2,40}})"),
)  # fmt: skip
_NAMED = re.compile(
    rf"(?:请|要求)?((?:(?:各|有关|相关)[^,。、]{{0,12}}?(?:{words.UNIT_HEADS}|地区?)(?:和单位)?、?)+)"
)
_OFFICE = re.compile(rf"{words.UNIT_HEADS}(?:备案|备查|汇总)?$")
_MANNER = re.compile("(?:书面|以书面形式|一并|及时|统一|形成书面报告)$")


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
    what: Span | None
    recipient: Span | None


def read(text: str, year: int | None) -> list[Report]:
    """Every duty to report in the plain text, in order."""
    found: list[Report] = []
    for sentence in re.finditer(r"[^。;\n]+", text):
        if len(sentence[0]) <= SENTENCE_CHARS_MAX and re.search("报|反馈", sentence[0]):
            found += _of_sentence(text, *sentence.span(), year)
    return found


def _of_sentence(text: str, start: int, end: int, year: int | None) -> list[Report]:
    taken: list[re.Match[str]] = []
    for shape in _SHAPES:
        for match in shape.finditer(text, start, end):
            if all(match.start("when") >= m.end() or match.end() <= m.start("when") for m in taken):
                taken.append(match)
    found: list[Report] = []
    behind = start
    for match in sorted(taken, key=lambda match: match.start("when")):
        who = max(behind, match.start("who")), max(behind, match.end("who"))
        found += _of_match(text, match, who, found[-1] if found else None, year)
        behind = match.end()
    return found


def _of_match(
    text: str, match: re.Match[str], who: Span, before: Report | None, year: int | None
) -> list[Report]:
    said = match.groupdict()
    what: Span | None = match.span("what")
    to: Span | None = match.span("to") if said.get("to") else None
    if to is None and _OFFICE.search(said["what"]):
        what, to = None, what
    if what is not None and (manner := _MANNER.search(text, *what)):
        what = what[0], manner.start()
    senders = _split(text, _subject(text, who))
    if not senders and (named := _NAMED.match(text, *who)):
        # 请各地区、各部门分别明确联络员,于2月2日前反馈…: said at the head of the sentence.
        senders = _split(text, named.span(1))
    if before is not None:
        senders, to = senders or before.senders, to or before.recipient
    found = []
    when = match.span("when")
    for day in _DAY.finditer(text, *when):
        recurring = day[0] if "每" in day[0] else ""
        # The 前 behind the last day holds for those before it, too.
        late = dates.deadlines(text, day.start(), max(day.end(), when[1]), year)
        first = next((one for one in late if one.start == day.start() and one.kind == "by"), None)
        if first is None and not recurring:
            continue
        due = first.due if first and not recurring else None
        inferred = bool(first and first.inferred)
        found.append(Report(*day.span(), due, recurring, inferred, senders, what, to))
    return found


def _subject(text: str, span: Span) -> Span:
    """The last part of what stands before the day that names somebody."""
    start, end = span
    cut = max(text.rfind(sign, start, end) for sign in ",:")
    if cut >= 0 and not text[cut + 1 : end].startswith(("各", "有关", "省", "市", "县", "区")):
        whole = text[start:cut]
        if re.search(rf"{words.UNIT_HEADS}$", whole):
            return (start, cut) if cut + 1 == end else (cut + 1, cut + 1)
        return cut + 1, cut + 1
    return (cut + 1 if cut >= 0 else start), end


def _split(text: str, span: Span) -> tuple[Span, ...]:
    found = []
    at = span[0]
    # 各县(市、区) is one.
    for part in re.split(r"[、,](?![^(]*\))", text[slice(*span)]):
        if part:
            found.append((at, at + len(part)))
        at += len(part) + 1
    return tuple(found)
