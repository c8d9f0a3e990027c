"""Dates and spans: what is written, and what 今年, 上半年, 同期, 以来 mean where they stand."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

from .layout import is_plan

YEAR_WORDS = {"今年": 0, "本年": 0, "当年": 0, "去年": -1, "上年": -1, "前年": -2, "明年": 1}
PARTS = {
    "上半年": (1, 6), "下半年": (7, 12), "一季度": (1, 3), "二季度": (4, 6), "三季度": (7, 9),
    "四季度": (10, 12), "前三季度": (1, 9), "前两季度": (1, 6), "1季度": (1, 3), "2季度": (4, 6),
    "3季度": (7, 9), "4季度": (10, 12), "全年": (1, 12), "前三个季度": (1, 9),
}  # fmt: skip

#: Campaigns of the whole country, for documents that name one at their head without its dates.
CAMPAIGNS = {
    "安全生产专项整治三年行动": ("202004", "202212"),
    "安全生产治本攻坚三年行动": ("2024", "2026"),
}
HEAD = 600

_Y = r"(?:(?P<{0}y>(?:19|20)\d\d)年|(?P<{0}w>今年|本年|去年|上年|前年|明年)(?![度末终底])|)"
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
    r"(?:(?P<y>(?:19|20)\d\d)年|(?P<w>今年|去年|上年|本年)|)(?:第)?(?P<p>全年|前三个季度|前三季度|前两季度|上半年|下半年|[一二三四1-4]季度)"
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
#: What a line says that tells when a paper came out, not what is in it.
IMPRINT = re.compile(
    r"来源|发布|作者|编辑|记者|通讯员|浏览|点击|字号|时间|日期|印发|成文|稿源|[报社网]讯|[日）)]讯|[日）)]电"
)
_FULL_DAY = re.compile(
    r"(?<!\d)(?P<y>20\d\d)\s?(?:年|[-/.])\s?(?P<m>1[0-2]|0?[1-9])\s?(?:月|[-/.])\s?(?P<d>3[01]|[12]\d|0?[1-9])(?!\d)"
)
#: Years that are aimed at, looked back on, or part of a name say nothing of the document's own.
_OTHER_YEAR = re.compile(r"(?:到|至|较|比|与|力争|[—～~-]|[〔\[(（《])$")


@dataclass(frozen=True)
class Span:
    """A stretch of time between two dates, each as precise as it was written (4, 6 or 8 digits)."""

    first: str
    last: str

    @property
    def iso(self) -> str:
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


def whens(text: str, start: int, end: int, year: int, own: str = "") -> list[When]:
    """Every date expression of this stretch. A month without a year takes the year before it."""
    found: list[When] = []
    last_year, last_month = year, own[:6]
    place = start
    while place < end:
        hit = _at(text, place, end, year, last_year, own) or _bare_day(text, place, end, last_month)
        if hit is None or hit.end <= place:
            place += 1
            continue
        if not _RECORD.match(text, hit.end) or not _RECORD_LEAD.search(
            text[max(0, place - 3) : place]
        ):
            found.append(_with_marks(text, hit, end))
            last_year = int(hit.span.last[:4]) if hit.year_given else last_year
            told = len(hit.span.last) >= 6 and (hit.year_given or text[place] not in '“"')
            last_month = hit.span.last[:6] if told else last_month
        place = hit.end
    return _joined(text, found)


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
        base = given if given is not None else last
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
    hit = FULL.match(text, place, end)
    if hit is None or hit.end() == place:
        return None
    given = _year(hit["ay"], hit["aw"], year)
    if hit["am"] is None:
        span = Span(str(given), str(given))
        return When(place, hit.end(), span, digits=hit["ay"] is not None)
    base = given if given is not None else last
    if given is None and base == int(own[:4] or 0) and _last_winter(text, hit, own):
        base -= 1
    elif given is None and _just_now(text, hit, own):
        base = int(own[:4])
    digits = f"{base:04}{int(hit['am']):02}" + (f"{int(hit['ad']):02}" if hit["ad"] else "")
    return When(place, hit.end(), Span(digits, digits), year_given=given is not None)


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
    since = SINCE.match(tail) or re.match(r"(?:份|初|底)?(?:以来|起|开始)(?!点|来)", tail)
    if text[max(0, when.start - 1) : when.start] in ("自", "从") and not when.ranged:
        # 自8月1日“百日会战”启动以来
        since = since or re.match(r"[^,。;\n]{0,20}?以来", text[when.end : min(end, when.end + 24)])
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
            and re.fullmatch(rf"(?:份|底|初)?(?:启动|开始|运行|起)?,?{_DASH}", between)
        ):  # fmt: skip
            joined[-1] = replace(
                last, end=when.end, span=Span(last.span.first, when.span.last), ranged=True,
                open=False, before=when.before,
                halves=((last.start, last.end), (when.start, when.end)),
            )  # fmt: skip
        else:
            joined.append(when)
    return joined


@dataclass(frozen=True)
class Frame:
    """What a document's dates hang on: its year, its campaign, and how far it can look back."""

    year: int
    default: Span
    campaign: Span | None
    until: str  # the last month that the document can speak of, six digits
    own: str = ""  # the day it came out on, eight digits, where it says so: a bare 16日 hangs on it


def frame(text: str, issued: date | None) -> Frame:
    """Found in the document itself: its date line, its title, its longest span of months."""
    year, own = _own_date(text, issued)
    until = own[:6]
    titled = _titled(text, year)
    if titled is not None and titled.first[:4] != str(year):
        year, until = int(titled.first[:4]), f"{titled.last[:4]}12"
    dates = whens(text, 0, len(text), year)
    campaign = None
    for when in dates:
        if when.ranged and len(when.span.first) == 6 and len(when.span.last) == 6:
            months = _months(when.span.first, when.span.last)
            if months >= 18 and (campaign is None):
                campaign = when.span
    if campaign is None:
        for when in dates:
            years = when.ranged and len(when.span.first) == 4
            long = years and int(when.span.last) - int(when.span.first) >= 2
            if long and int(when.span.last) <= year + 5 and _is_campaign(text, when):
                campaign = when.span
                break
    if campaign is None:
        campaign = _known(text, year)
    if not until:
        past = [
            when.span.last for when in dates
            if len(when.span.last) >= 6 and when.span.last[:4] == str(year)
            and re.search(r"共发生|发生[^。]{0,12}事故|同比", text[when.end : when.end + 24])
        ]  # fmt: skip
        until = max(past, default=f"{year}12")[:6]
    about = titled if titled is not None and _SUMMARY.search(text[:HEAD]) else None
    default = about or campaign or _reported(text, year, own) or Span(str(year), str(year))
    return Frame(year, default, campaign, until, own)


#: A paper that looks back names in its title the time it is about: 2021年工作总结, 2020年形势分析.
_SUMMARY = re.compile(r"总结|分析|通报|公报|形势|回顾|成绩单|年报|情况的?报告|工作报告|情况统计")
_TITLE_YEAR = re.compile(
    r"(?<![\d—~-])(?P<y>20\d\d)年度?(?![—~至到-]|[前底末])(?:(?P<p>上半年|下半年|前三季度|第?[一二三四]季度|全年)|(?P<m>1[0-2]|0?[1-9])月(?!\d|底|末))?"
)


def _titled(text: str, year: int) -> Span | None:
    """The time that the title names, for a paper that looks back on it."""
    rows = [line.strip() for line in text[:HEAD].split("\n") if line.strip()]
    for line in rows[:6]:
        hit = _TITLE_YEAR.search(line)
        if hit is None or len(line) > 60 or "。" in line or _FULL_DAY.search(line):
            continue
        if _OTHER_YEAR.search(line[: hit.start()]) or not year - 2 <= int(hit["y"]) <= year:
            continue
        if not (_SUMMARY.search(line) or _COUNTS.search(line)):
            continue
        if hit["m"]:
            month = f"{hit['y']}{int(hit['m']):02}"
            return Span(month, month)
        low, high = PARTS[(hit["p"] or "全年").lstrip("第")]
        if high - low == 11:
            return Span(hit["y"], hit["y"])
        return Span(f"{hit['y']}{low:02}", f"{hit['y']}{high:02}")
    return None


#: What a bulletin says of its time: 一季度全国共发生…, 2015年5月…事故情况通报.
_COUNTS = re.compile(r"发生|同比|事故|形势|通报|火灾|接报|检查|排查|查处|安全生产")


def _reported(text: str, year: int, own: str) -> Span | None:
    """The time that a bulletin speaks of as a whole: the first one its head counts in."""
    place = 0
    if is_plan(text):
        return None
    for line in text[:HEAD].split("\n"):
        for when in whens(text, place, place + len(line), year, own):
            if (
                when.before
                or len(when.span.first) == 4
                or re.search(
                    r"(?:较|比|同比|与|以|自|从|《[^》]*)$",
                    text[max(place, when.start - 12) : when.start],
                )
            ):
                continue
            long = when.ranged or not when.digits
            opens = not text[place : when.start].strip() and len(when.span.first) == 6
            if when.open or not (long or opens):
                continue
            if _COUNTS.search(text, when.end, min(when.end + 40, place + len(line))):
                return when.span
        place += len(line) + 1
    return None


def _known(text: str, year: int) -> Span | None:
    """A document about a campaign that all know needn't say when it is."""
    for name, (first, last) in CAMPAIGNS.items():
        if name in text[:HEAD] and int(first[:4]) <= year <= int(last[:4]) + 1:
            return Span(first, last)
    return None


def _is_campaign(text: str, when: When) -> bool:
    return re.search(r"行动|整治|攻坚|计划|规划", text[when.end : when.end + 40]) is not None


def _months(first: str, last: str) -> int:
    return (int(last[:4]) - int(first[:4])) * 12 + int(last[4:6]) - int(first[4:6]) + 1


def _own_date(text: str, issued: date | None) -> tuple[int, str]:
    """Year and day of the document: its date line, its imprint, its title, its first year."""
    if issued is not None:
        return issued.year, f"{issued:%Y%m%d}"
    rows = [line.strip(" ()\t\r") for line in text.split("\n")]
    rows = [line for line in rows if line]
    for line in rows:
        full = _FULL_DAY.match(line)
        if full and len(line) < 40 and (not line[full.end() + 1 :].strip("日 ") or IMPRINT.search(line)
                                        or "-" in full[0] or "/" in full[0]):  # fmt: skip
            return _dated(full)
    # 发布日期:2019-07-16 浏览量…: an imprint beside other words, at the head or the foot.
    for line in rows[:12] + rows[-6:]:
        full = _FULL_DAY.search(line[:160])
        if full and IMPRINT.search(line) and not re.search(r"[。;]", line[: full.start()]):
            return _dated(full)
    title = re.search(r"(?<![-—〔\[\d])(20\d\d)年度?(?![-—至到前底末]|初?以来|起)", text[:300])
    if title and not _OTHER_YEAR.search(text[max(0, title.start() - 2) : title.start()]):
        return int(title[1]), ""
    for hit in re.finditer(r"(?<!\d)(20\d\d)年(?!底|末|前|初?以来|起)", text):
        if not _OTHER_YEAR.search(text[max(0, hit.start() - 2) : hit.start()]):
            return int(hit[1]), ""
    every = re.findall(r"(?<!\d)(20\d\d)(?=年)", text)
    return (int(every[0]) if every else 0), ""


def came_out(text: str) -> str:
    """The day on which the document says that it came out, eight digits; else nothing."""
    return _own_date(text, None)[1]


def _dated(full: re.Match[str]) -> tuple[int, str]:
    return int(full["y"]), f"{full['y']}{int(full['m']):02}{int(full['d']):02}"


def since(first: str, held: Frame) -> Span:
    """From this date until the campaign's end or the document's own day, whichever is earlier."""
    start = first if len(first) >= 6 else f"{first}01"
    end = held.until
    if held.campaign is not None:
        low = held.campaign.first if len(held.campaign.first) >= 6 else f"{held.campaign.first}01"
        high = held.campaign.last if len(held.campaign.last) >= 6 else f"{held.campaign.last}12"
        end = min(end, high[:6]) if high[:6] >= start[:6] else end
        start = max(start, low) if len(first) == 4 and low[:4] == first else start
    if start[4:6] == "01" and end == f"{start[:4]}12" and len(start) == 6:
        return Span(start[:4], start[:4])
    return Span(start, max(end, start[:6]))


def back(last: str, months: int) -> str:
    """The month so many months before."""
    count = int(last[:4]) * 12 + int(last[4:6] or 12) - 1 - months
    return f"{count // 12}{count % 12 + 1:02}"
