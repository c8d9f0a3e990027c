"""Dates and spans: what is written, and what 今年, 上半年, 同期, 以来 mean where they stand."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date

from . import numbers

YEAR_WORDS = {
    "今年": 0,
    "本年": 0,
    "本年度": 0,
    "当年": 0,
    "去年": -1,
    "上年": -1,
    "前年": -2,
    "明年": 1,
}
PARTS = {
    "上半年": (1, 6), "下半年": (7, 12), "一季度": (1, 3), "二季度": (4, 6), "三季度": (7, 9),
    "四季度": (10, 12), "前三季度": (1, 9), "前两季度": (1, 6), "1季度": (1, 3), "2季度": (4, 6),
    "3季度": (7, 9), "4季度": (10, 12), "全年": (1, 12), "前三个季度": (1, 9),
}  # fmt: skip

_Y = r"(?:(?P<{0}y>(?:19|20)\d\d)年|(?P<{0}w>本年度|今年|本年|去年|上年|前年|明年)(?![度末终底])|)"
_ONE = (
    _Y + r"(?:(?P<{0}m>1[0-2]|0?[1-9])月(?:份)?(?:(?P<{0}d>3[01]|[12]\d|0?[1-9])日)?"
    r"(?:(?P<{0}t>上旬|中旬|下旬|底|初|末))?)?"
)
_DASH = r"(?:至|到|—+|-|~)"

ISO_DATE = re.compile(
    r"(?<![\d-])((?:19|20)\d\d)[-/.](0?[1-9]|1[0-2])[-/.](3[01]|[12]\d|0?[1-9])(?![\d-])"
)
YEAR_RANGE = re.compile(
    rf"(?<!\d)(?:从|自)?(?P<a>(?:19|20)\d\d)年?{_DASH}(?P<b>(?:19|20)\d\d)年(?!\d{{1,2}}月)"
)
MONTH_RANGE = re.compile(
    _Y.format("a") + r"(?P<from>1[0-2]|0?[1-9])(?:月份?)?" + _DASH
    + r"(?P<to>1[0-2]|0?[1-9])月(?:份|底)?(?!\d)(?!\d*日)"
)  # fmt: skip
DAY_RANGE = re.compile(
    _Y.format("a")
    + r"(?P<m>1[0-2]|0?[1-9])月(?P<from>3[01]|[12]\d|0?[1-9])日?"
    + _DASH
    + r"(?P<to>3[01]|[12]\d|0?[1-9])日"
)
FULL = re.compile(_ONE.format("a"))
PART = re.compile(
    r"(?:(?P<y>(?:19|20)\d\d)(?:年|(?=前[三两]|[上下]半年|第?[一二三四]季))|(?P<w>今年|去年|上年|本年)|)(?:第)?(?P<p>全年|前三个季度|前三季度|前两季度|上半年|下半年|[一二三四1-4]季度)"
)
#: 今年前九月, 前11个月: from January on.
FIRST_MONTHS = re.compile(
    r"(?:(?P<y>(?:19|20)\d\d)年|(?P<w>今年|去年|上年|本年))?前(?P<n>1[01]|[2-9]|十一?|[二两三四五六七八九])个?月(?![份前后内以])"
)
ACCIDENT_DAY = re.compile(r"[“\"](?P<m>1[0-2]|[1-9])[·.](?P<d>3[01]|[12]\d|[1-9])[”\"]")
SINCE = re.compile(r"以来|起(?!点|来|步|诉|草|重|火|爆)|至今|开始")
BEFORE_IT = re.compile(r"(?:之前|以前|前|底前)(?!往|后|已)")
#: A day without its month (记者16日获悉): the month is the one named before it.
BARE_DAY = re.compile(
    r"(?P<d>3[01]|[12]\d|[1-9])日(?:[至到—-](?P<e>3[01]|[12]\d|[1-9])日)?(?!内|均|产|常|报[送告]|以[内上下]|志|程|元|期|前|班|租|照|用|止)"
)
#: 为2008年以来最多的月份, 创33年来最好: a year that a record is counted from.
_RECORD = re.compile(r"(?:年)?以来[^,。;]{0,16}?(?:最|首次|同期|新低|新高)")
_RECORD_LEAD = re.compile(r"(?:为|是|创|系)自?$")


_BEGUN = re.compile(r"[\u4e00-\u9fff“”]{2,18}(?:启动|开展|实施|部署)以来")


@dataclass(frozen=True)
class Span:
    """A stretch of time between two dates, each as precise as it was written (4, 6 or 8 digits).

    words: what the paper calls it, where the paper names no year that it could be of.
    """

    first: str
    last: str
    words: str = field(default="", compare=False)

    @property
    def iso(self) -> str:
        if self.words:
            return self.words
        low, high = dashed(self.first), dashed(self.last)
        return low if low == high else f"{low}/{high}"


def dashed(digits: str) -> str:
    return "-".join(part for part in (digits[:4], digits[4:6], digits[6:8]) if part)


@dataclass(frozen=True)
class When:
    """A date expression in the text. `open` says that it begins a span with no end (以来)."""

    start: int
    end: int
    span: Span
    ranged: bool = False
    open: bool = False
    before: bool = False
    halves: tuple[tuple[int, int], tuple[int, int]] | None = None
    digits: bool = True
    year_given: bool = True


def is_baseline(text: str, start: int, end: int) -> bool:
    """较2019年…: what something is held against says nothing of when it was."""
    if re.match(r"同期的[\d一二三四五六七八九十]", text[end : end + 4]):
        return True  # 是去年同期的1.45倍
    held = re.search(r"(?:较|比|同比|与|以)$", text[max(0, start - 3) : start])
    # 同比去年,…: what stands behind is held against it, too.
    return held is not None and (held[0] == "同比" or not re.match(r"[,。]", text[end : end + 8]))


def whens(text: str, start: int, end: int, year: int, own: str = "", now: int = 0) -> list[When]:
    """Every date expression of this stretch. A month without a year takes the year before it.

    now: what 今年 is, where a paper that looks back on its ``year`` doesn't speak from it.
    """
    found: list[When] = []
    last_year, last_month = year, own[:6]
    place = start
    while place < end:
        hit = _at(text, place, end, now or year, last_year, own) or _bare_day(
            text, place, end, last_month
        )
        if hit is None or hit.end <= place:
            place += 1
            continue
        if not _RECORD.match(text, hit.end) or not _RECORD_LEAD.search(
            text[max(0, place - 3) : place]
        ):
            found.append(_in_words(text, _with_marks(text, hit, end)))
            if hit.year_given and not is_baseline(text, place, hit.end):
                last_year = int(hit.span.last[:4])
            told = len(hit.span.last) >= 6 and (hit.year_given or text[place] not in '“"')
            last_month = hit.span.last[:6] if told else last_month
        place = hit.end
    return _joined(text, found)


#: What belongs to a time that is kept in the paper's words: 今年以来, 6月底前.
_WITH_IT = re.compile(r"底?之?以?前|初?以来|起")


def _in_words(text: str, when: When) -> When:
    """一季度 in a paper that names no year is 一季度, not that of the year nought."""
    if when.span.first[0] in "12":
        return when
    tail = _WITH_IT.match(text, when.end) if when.open or when.before else None
    words = text[when.start : tail.end() if tail else when.end]
    return replace(when, span=replace(when.span, words=words))


def _bare_day(text: str, place: int, end: int, month: str) -> When | None:
    """记者16日获悉: the day of the month named before it, or of the paper's own."""
    hit = BARE_DAY.match(text, place, end) if text[place].isdigit() and month else None
    cut_off = re.search(r"截[至止]到?$", text[max(0, place - 3) : place])
    if hit is None or (place and not cut_off and re.match(r"[\d.月至到—~每第-]", text[place - 1])):
        return None
    day = f"{month}{int(hit['d']):02}"
    last = f"{month}{int(hit['e'] or hit['d']):02}"
    if not (_is_day(day) and _is_day(last)):
        return None
    return When(place, hit.end(), Span(day, last), ranged=last != day, year_given=False)


def _is_day(digits: str) -> bool:
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return False
    return True


def _at(text: str, place: int, end: int, year: int, last: int, own: str = "") -> When | None:
    before = text[place - 1] if place else ""
    char = text[place]
    if char in '“"' and (hit := ACCIDENT_DAY.match(text, place, end)):
        near = text[max(0, place - 40) : place]
        known = re.findall(r"(?:19|20)\d\d(?=年)", near)
        when = year - 1 if "去年" in near else int(known[-1]) if known else year
        early = not known and f"{when:04}{int(hit['m']):02}{int(hit['d']):02}" > own[:8] > str(when)
        when -= early  # “11·24” in a paper of February was the year before.
        day = f"{when:04}{int(hit['m']):02}{int(hit['d']):02}"
        return When(place + 1, hit.end() - 1, Span(day, day), year_given=False)
    if char not in "0123456789今本去上前明从自一二三四下第全" or (
        char.isdigit() and before.isdigit()
    ):
        return None
    if before and before in ".·第" and char.isdigit():
        return None
    if hit := ISO_DATE.match(text, place, end):
        day = f"{hit[1]}{int(hit[2]):02}{int(hit[3]):02}"
        return When(place, hit.end(), Span(day, day))
    if hit := YEAR_RANGE.match(text, place, end):
        return When(place, hit.end(), Span(hit["a"], hit["b"]), ranged=True)
    if hit := MONTH_RANGE.match(text, place, end):
        given = _year(hit["ay"], hit["aw"], year)
        base = given if given is not None else last - _not_over(hit, last, own)
        span = Span(f"{base:04}{int(hit['from']):02}", f"{base:04}{int(hit['to']):02}")
        return When(place, hit.end(), span, ranged=True, year_given=given is not None)
    if hit := DAY_RANGE.match(text, place, end):
        given = _year(hit["ay"], hit["aw"], year)
        month = f"{given if given is not None else last:04}{int(hit['m']):02}"
        span = Span(f"{month}{int(hit['from']):02}", f"{month}{int(hit['to']):02}")
        return When(place, hit.end(), span, ranged=True, year_given=given is not None)
    if hit := PART.match(text, place, end):
        given = _year(hit["y"], hit["w"], year)
        base = given if given is not None else last
        low, high = PARTS[hit["p"]]
        span = Span(f"{base:04}{low:02}", f"{base:04}{high:02}")
        if high - low == 11:
            span = Span(f"{base:04}", f"{base:04}")
        return When(place, hit.end(), span, digits=False, year_given=given is not None)
    if hit := FIRST_MONTHS.match(text, place, end):
        given = _year(hit["y"], hit["w"], year)
        base = given if given is not None else last
        span = Span(f"{base:04}01", f"{base:04}{numbers.either(hit['n']):02}")
        return When(place, hit.end(), span, ranged=True, digits=False, year_given=given is not None)
    hit = FULL.match(text, place, end)
    if hit is None or hit.end() == place:
        return None
    given = _year(hit["ay"], hit["aw"], year)
    if hit["am"] is None:
        span = Span(str(given), str(given))
        return When(place, hit.end(), span, digits=hit["ay"] is not None)
    base = given if given is not None else last
    if (given is None and base == int(own[:4] or 0) and _last_winter(text, hit, own)) or (
        given is None and base == int(own[:4] or 0) and _not_yet(text, place, hit, own)
    ):
        base -= 1
    elif given is None and _just_now(text, hit, own):
        base = int(own[:4])
    digits = f"{base:04}{int(hit['am']):02}" + (f"{int(hit['ad']):02}" if hit["ad"] else "")
    return When(place, hit.end(), Span(digits, digits), year_given=given is not None)


def _not_over(hit: re.Match[str], year: int, own: str) -> bool:
    """1-12月 in a paper of January counts the year before: its own isn't over."""
    return int(hit["from"]) == 1 and len(own) >= 6 and f"{year:04}{int(hit['to']):02}" > own[:6]


def _not_yet(text: str, place: int, hit: re.Match[str], own: str) -> bool:
    """截至9月15日 in a paper of January: the last such day before it."""
    counted = re.search(r"截[至止]到?$", text[max(0, place - 3) : place])
    return (
        counted is not None
        and len(own) >= 8
        and hit["ad"] is not None
        and f"{int(hit['am']):02}" > own[4:6]
    )


def _last_winter(text: str, hit: re.Match[str], month: str) -> bool:
    """12月30日 in a paper of January was the year before, where it isn't a deadline."""
    late = int(hit["am"]) >= 10 and month[4:6] in ("01", "02")
    return late and not re.match(r"底?(?:之|以)?前|起|至", text[hit.end() : hit.end() + 3])


#: How many days before its own date a paper still says 1月4日公布.
JUST_NOW_DAYS = 15
_NEWS = re.compile(r"[^。;\n]{0,24}?(?:电|讯|获悉|了解|公布|发布|召开|举行|介绍|通报)")


def _just_now(text: str, hit: re.Match[str], issued: str) -> bool:
    """1月4日公布2023年…: a day shortly before the paper came out, whatever year it is about."""
    if len(issued) < 8 or not hit["ad"] or not _NEWS.match(text, hit.end()):
        return False
    try:
        day = date(int(issued[:4]), int(hit["am"]), int(hit["ad"]))
        out = date(int(issued[:4]), int(issued[4:6]), int(issued[6:8]))
    except ValueError:
        return False
    return 0 <= (out - day).days <= JUST_NOW_DAYS


def _year(digits: str | None, word: str | None, year: int) -> int | None:
    if digits:
        return int(digits)
    return year + YEAR_WORDS[word] if word else None


def _with_marks(text: str, when: When, end: int) -> When:
    tail = text[when.end : min(end, when.end + 4)]
    if not when.digits and len(when.span.first) == 6 and tail.startswith("以来"):
        return when  # 上半年以来: that half of the year.
    since = SINCE.match(tail) or re.match(r"(?:份|初|底)?(?:以来|起|开始)(?!点|来)", tail)
    if text[max(0, when.start - 1) : when.start] in ("自", "从") and not when.ranged:
        # 自8月1日“百日会战”启动以来
        since = since or re.match(r"[^,。;\n]{0,34}?以来", text[when.end : min(end, when.end + 38)])
    # 1月7日春运安保工作启动以来
    since = since or _BEGUN.match(text, when.end, min(end, when.end + 24))
    early = BEFORE_IT.match(tail) or re.match(r"底前|底之前|底以前", tail)
    return replace(when, open=bool(since), before=bool(early) and not since)


def _joined(text: str, found: list[When]) -> list[When]:
    """Two dates with 至 or 到 between them are one span; both ends stay to be shown."""
    joined: list[When] = []
    for when in found:
        last = joined[-1] if joined else None
        between = text[last.end : when.start] if last else ""
        if (
            last is not None and not last.ranged and not when.ranged and last.digits and when.digits
            and re.fullmatch(rf"(?:份|底|初|\d{{1,2}}[时点])?(?:启动|开始|运行|起)?,?{_DASH}", between)
        ):  # fmt: skip
            joined[-1] = replace(
                last, end=when.end, span=_from_to(text, last, when), ranged=True,
                open=False, before=when.before,
                halves=((last.start, last.end), (when.start, when.end)),
            )  # fmt: skip
        else:
            joined.append(when)
    return joined


def _from_to(text: str, first: When, last: When) -> Span:
    span = Span(first.span.first, last.span.last)
    return replace(span, words=text[first.start : last.end]) if first.span.words else span
