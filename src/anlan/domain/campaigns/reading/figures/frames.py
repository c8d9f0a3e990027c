"""What a document's dates hang on: when it came out, what time it speaks of, how far it can look back."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from . import campaigns, past
from .layout import is_plan
from .periods import PARTS, Span, When, whens

HEAD = 600
#: A line no longer than this says little besides its date.
SHORT = 40

#: What a line says that tells when a paper came out, not what is in it.
IMPRINT = re.compile(
    r"来源|发布|作者|编辑|记者|通讯员|浏览|点击|字号|时间|日期|印发|成文|稿源|\bdate\b|[报社网]讯|[日）)]讯|[日）)]电"
)
_FULL_DAY = re.compile(
    r"(?<!\d)(?P<y>20\d\d)\s?(?:年(?=\s?\d{1,2}\s?月)|[-/.])\s?(?P<m>1[0-2]|0?[1-9])\s?(?:月|[-/.])\s?(?P<d>3[01]|[12]\d|0?[1-9])(?!\d)"
)
#: Years that are aimed at, looked back on, or part of a name say nothing of the document's own.
_OTHER_YEAR = re.compile(r"(?:到|至|较|比|与|力争|[—～~-]|[〔\[(（《])$")


@dataclass(frozen=True)
class Frame:
    """What a document's dates hang on: its year, its campaign, and how far it can look back."""

    year: int
    default: Span
    campaign: Span | None
    until: str  # the last month that the document can speak of, six digits
    own: str = ""  # the day it came out on, eight digits, where it says so: a bare 16日 hangs on it
    #: What the paper calls its spans: 1月17日至2月25日,为期40天的春运 … 春运期间.
    named: dict[str, Span] = field(default_factory=dict)
    #: What the campaign had brought by then, and whether the paper as a whole is of that.
    done: Span | None = None
    reports: bool = False
    now: int = 0  # what 今年 is in news of a year that is over; nought where it is the paper's year

    @property
    def so_far(self) -> Span:
        return self.done if self.done is not None and self.reports else self.default


def frame(text: str, issued: date | None) -> Frame:
    """Found in the document itself: its date line, its title, its longest span of months."""
    year, own = _own_date(text, issued)
    over = year if not own and (own := _told_later(text, year)) else 0
    year = int(own[:4]) if over else year
    own = own or _wired(text, year)
    until = own[:6]
    titled = _titled(text, year) or past.looks_back(text, own)
    if titled is not None and titled.first[:4] != str(year):
        year, until = int(titled.first[:4]), f"{titled.last[:4]}12"
    # 2019年… told in January: its 去年 is 2019. A summary speaks from its own year.
    over_by_now = titled is not None and own and own[:4] != str(year)
    now = int(own[:4]) if over_by_now and not past.speaks_from_its_year(text) else 0
    dates = whens(text, 0, len(text), year, own, now)
    if not until:
        ends = [
            when.span.last for when in dates
            if len(when.span.last) >= 6 and when.span.last[:4] == str(year)
            and re.search(r"共发生|发生[^。]{0,12}事故|同比", text[when.end : when.end + 24])
        ]  # fmt: skip
        until = max(ends, default=f"{year}12")[:6]
    campaign = campaigns.found(text, dates, year, until)
    titled = titled or _below_title(text, year, own)
    plan = is_plan(text) and _asks(text)
    looks_back = _SUMMARY.search(text[:HEAD]) or not plan
    about = titled if titled is not None and looks_back else None
    reported = _reported(text, year, own, until)
    aside = (
        campaign is not None and reported is not None and not campaigns.is_headed(text, campaign)
    )
    default = (
        about
        or (reported if aside else campaign)
        or _season(text, dates)
        or (Span(str(over), str(over)) if over else None)
        or reported
        or Span(str(year), str(year))
    )
    reports = default is campaign and campaign is not None and not plan
    counted = campaigns.counted_until(text, dates, until)
    done = campaigns.so_far(campaign, counted) if campaign is not None else None
    return Frame(
        year, default, campaign, until, own, _named(text, dates, default), done, reports, now
    )


_ASKS = re.compile(r"方案|计划|要点|通知|安排|意见|规划")
#: A title stands on one of the first lines that say anything.
TITLE_LINES = 4


def _asks(text: str) -> bool:
    """Whether the title is that of a plan or a notice; a report may name its plan further down."""
    rows = [line.strip() for line in text.split("\n") if line.strip()][:TITLE_LINES]
    return any(_ASKS.search(row) and not re.search(r"[。;]", row) for row in rows)


#: What a span of days is called, so that 期间 behind it means those days.
SEASON = (
    r"节假日|假日|节日|暑运|春运|春节|国庆|五一|中秋|元旦|清明|端午|双节|两节|假期|长假|汛期|两会"
)
EVENT = rf"{SEASON}|活动|行动|整治|检查|督查|抽查|巡查|督导|会战"
_CALLED = re.compile(rf"[^。;\n\d]{{0,14}}(?:\d+天)?[^。;\n]{{0,8}}?(?P<name>{EVENT})")
_CALLED_BEFORE = re.compile(rf"(?P<name>{EVENT})[\u4e00-\u9fff]{{0,4}}\($")


def _named(text: str, dates: list[When], default: Span) -> dict[str, Span]:
    """Spans of days by what they are called; the first that is called so."""
    found: dict[str, Span] = {}
    if len(default.first) == 8 and default.first != default.last:
        # 2023年国庆假期…情况: the paper's own days are those of its title.
        found = {hit[0]: default for hit in re.finditer(SEASON, text[:HEAD])}
    for when in dates:
        if when.ranged and len(when.span.first) == 8:
            before = _CALLED_BEFORE.search(text[max(0, when.start - 9) : when.start])
            if hit := before or _CALLED.match(text, when.end):
                found.setdefault(hit["name"], when.span)
    return found


def _season(text: str, dates: list[When]) -> Span | None:
    """2023年春运… as a title: the first span of days below is its time."""
    title = text.strip().split("\n", 1)[0]
    if not re.search(SEASON, title) or is_plan(text):
        return None
    return next(
        (w.span for w in dates if w.ranged and len(w.span.first) == 8 and w.end < HEAD), None
    )


#: A paper that looks back names in its title the time it is about: 2021年工作总结, 2020年形势分析.
_SUMMARY = re.compile(
    r"总结|分析|[简月季周旬快专]报(?!警|送|告)|统计表|一览表|通报|公报|形势|回顾|综述|盘点|成绩单|工作情况|工作成效|年报|情况的?报告|工作报告|情况统计|基本情况"
)
_TITLE_YEAR = re.compile(
    r"(?<![\d—~-])(?P<y>20\d\d)(?:年度?|(?=(?:安全生产)?工作总结|前[三两]|[上下]半年|第?[一二三四]季))(?![—~至到-]|[前底末])(?:(?P<p>上半年|下半年|前三季度|第?[一二三四]季度|全年)|(?P<a>1[0-2]|0?[1-9])(?:月份?)?[—~至到-]+(?P<b>1[0-2]|0?[1-9])月|(?P<m>1[0-2]|0?[1-9])月(?!\d|底|末))?"
)


_OF_SEASON = re.compile(rf"的?(?:{SEASON})")


def _titled(text: str, year: int) -> Span | None:
    """The time that the title names, for a paper that looks back on it."""
    rows = [line.strip(" ()\t\r") for line in text[:HEAD].split("\n") if line.strip()]
    for number, line in enumerate(rows[:6]):
        hit = _TITLE_YEAR.search(line)
        if hit is None or len(line) > 60 or "。" in line or _FULL_DAY.search(line):
            continue
        if (
            _OF_SEASON.match(line, hit.end())
            or _OTHER_YEAR.search(line[: hit.start()])
            or not year - 2 <= int(hit["y"]) <= year
        ):
            continue
        # Below a title the time may stand alone: (2026年2月).
        alone = number and not (line[: hit.start()] + line[hit.end() :]).strip("[] 份")
        if not (_SUMMARY.search(rows[number - 1] if alone else line) or _COUNTS.search(line)):
            continue
        if hit["a"]:
            return Span(f"{hit['y']}{int(hit['a']):02}", f"{hit['y']}{int(hit['b']):02}")
        if hit["m"]:
            month = f"{hit['y']}{int(hit['m']):02}"
            return Span(month, month)
        low, high = PARTS[(hit["p"] or "全年").lstrip("第")]
        if high - low == 11:
            return Span(hit["y"], hit["y"])
        return Span(f"{hit['y']}{low:02}", f"{hit['y']}{high:02}")
    return None


def _below_title(text: str, year: int, own: str) -> Span | None:
    """(3月17日-3月23日) on a line of its own below the title of a week's or a month's paper."""
    place = 0
    for number, line in enumerate(text[:HEAD].split("\n")[:6]):
        times = whens(text, place, place + len(line), year, own)
        place += len(line) + 1
        alone = (
            len(times) == 1
            and len(line.strip("()[] \r\t时间:份")) - 1 <= times[0].end - times[0].start
        )
        if number and alone and times[0].ranged:
            return times[0].span
    return None


#: What a bulletin says of its time: 一季度全国共发生…, 2015年5月…事故情况通报.
_COUNTS = re.compile(
    r"发送|客流|旅客|出动|投入|发生|同比|事故|灾|形势|通报|接报|检查|排查|查处|安全生产"
)


def _opens_account(text: str, when: When, line: int) -> bool:
    """今年以来,… 4月15日以来,… at the head of a paragraph with amounts."""
    lead = text[line : when.start].strip("自从 \u3000")
    return not lead and re.match(r"[^\n]{0,160}?\d", text[when.end :]) is not None


def _reported(text: str, year: int, own: str, until: str) -> Span | None:
    """The time that a bulletin speaks of as a whole: the first one its head counts in."""
    place = 0
    counted = False
    if is_plan(text):
        return None
    for line in text[:HEAD].split("\n"):
        for when in whens(text, place, place + len(line), year, own):
            if (
                when.before
                or (len(when.span.first) == 4 and not when.open)
                or re.search(
                    r"(?:较|比|同比|与|以|自|从|《[^》]*)$",
                    text[max(place, when.start - 12) : when.start],
                )
            ):
                continue
            if counted:
                continue  # What a later sentence is of, the earlier ones aren't.
            long = when.ranged or not when.digits
            heads = not text[:place].strip() and _SUMMARY.search(line)  # 某市5月份形势通报
            opens = (not text[place : when.start].strip() or heads) and len(when.span.first) == 6
            if (
                when.open
                and when.span.words
                and re.search(r"\d", text[when.end : place + len(line)])
            ):
                return when.span  # 今年以来 of a paper that names no year.
            if when.open and (
                last := past.cut_off_beside(text, when, place, place + len(line), year, own)
            ):
                return campaigns.until(when.span.first, last)
            if when.open and not when.span.words and _opens_account(text, when, place):
                return campaigns.until(when.span.first, Span(until, until)) if until else None
            if when.open or not (long or opens):
                continue
            if _COUNTS.search(text, when.end, min(when.end + 40, place + len(line))):
                return when.span
        headline = not text[:place].strip() and not re.search(r"[。;]", line)
        counted = counted or (not headline and re.search(r"\d[起人家条项个处户]", line) is not None)
        place += len(line) + 1
    return None


def _own_date(text: str, issued: date | None) -> tuple[int, str]:
    """Year and day of the document: its date line, its imprint, its title, its first year."""
    if issued is not None:
        return issued.year, f"{issued:%Y%m%d}"
    rows = [line.strip(" ()\t\r") for line in text.split("\n")]
    rows = [line for line in rows if line]
    for line in rows:
        full = _FULL_DAY.match(line)
        if full and len(line) < SHORT and (not line[full.end() + 1 :].strip("日 ") or IMPRINT.search(line)
                                        or "-" in full[0] or "/" in full[0]):  # fmt: skip
            return _dated(full)
    # 发布日期:2019-07-16 浏览量…: an imprint beside other words, at the head or the foot.
    for line in rows[:12] + rows[-6:]:
        full = _FULL_DAY.search(line[:160])
        begun = full and re.search(r"[自从至到]$", line[: full.start()])
        if (
            full and not begun
            and IMPRINT.search(line) and not re.search(r"[。;]", line[: full.start()])
        ):  # fmt: skip
            return _dated(full)
    # 虹桥镇 2019-08-08: beside the name of whoever tells it.
    for line in rows[:6] + rows[-3:]:
        full = _FULL_DAY.search(line) if len(line) < SHORT else None
        if full and not re.search(r"[,。;:]", line):
            return _dated(full)
    past = _not_this_year(text)
    title = re.search(
        r"(?<![-—〔\[\d])(20\d\d)(?:年度?|(?=前[三两]|[上下]半年|第?[一二三四]季))(?![-—至到前底末]|初?以来|起)",
        text[:300],
    )
    if (
        title
        and int(title[1]) not in past
        and not _OTHER_YEAR.search(text[max(0, title.start() - 2) : title.start()])
    ):
        return int(title[1]), ""
    for hit in re.finditer(r"(?<!\d)(20\d\d)年(?!底|末|前|初?以来|起)", text):
        other = _OTHER_YEAR.search(text[max(0, hit.start() - 2) : hit.start()])
        if not other and int(hit[1]) not in past:
            return int(hit[1]), ""
    if full := _FULL_DAY.search(text):
        return _dated(full)
    every = [
        year for year in re.findall(r"(?<!\d)(20\d\d)(?=年|行动|专项)", text)
        if int(year) not in past
    ]  # fmt: skip
    return (int(every[0]) if every else 0), ""


#: 2024年,该县燃气事故2起,…;今年上半年…: two times in one sentence, so 今年 is not that year.
_BESIDE_NOW = re.compile(r"(?<!\d)(?P<y>20\d\d)年,?(?P<rest>[^。\n]*?)(?<=[,;])今年")


def _not_this_year(text: str) -> set[int]:
    """The years that a sentence sets beside 今年, so that they are over."""
    return {
        int(year)
        for hit in _BESIDE_NOW.finditer(text)
        if ";" in hit["rest"] and re.match(r"\d{4}年,", hit[0])
        for year in re.findall(r"(?<!\d)(20\d\d)(?=年)", hit[0])
    }


def came_out(text: str) -> str:
    """The day on which the document says that it came out, eight digits; else nothing."""
    return _own_date(text, None)[1]


#: 新华社北京1月17日电 of a paper whose only year is one that it counts as a whole.
_WIRE = re.compile(
    r"(?<![年\d])(?P<m>0?[1-6])月(?P<d>3[01]|[12]\d|0?[1-9])日\s?(?:电|讯|消息|,?[\u4e00-\u9fff]{0,16}(?:发布|通报|公布|新闻发布会))"
)
_WHOLE_YEAR = re.compile(r"年,?(?:全年|度)?,?[^。;\n\d]{0,20}?(?:共|累计|总体|形势|发生|状况|情况)")


def _told_later(text: str, year: int) -> str:
    """The day of news that counts a year as a whole: it came out when that year was over."""
    told = _WIRE.search(text[:HEAD])
    if (
        told is None
        or not year
        or f"{year + 1}年" in text
        or re.search(rf"{year}年(?:\d|第?[一二三四]季度|[上下]半年|前)", text)
    ):
        return ""
    whole = any(_WHOLE_YEAR.match(text, hit.end()) for hit in re.finditer(str(year), text))
    return f"{year + 1}{int(told['m']):02}{int(told['d']):02}" if whole else ""


_TOLD_FROM = re.compile(
    r"(?<![年\d])(?P<m>1[0-2]|0?[1-9])月(?P<d>3[01]|[12]\d|0?[1-9])日\s?(?:电|讯|消息)"
)


def _wired(text: str, year: int) -> str:
    """长春12月21日电: the day on which it was told, in the year that the paper names."""
    told = _TOLD_FROM.search(text[:HEAD])
    if told is None or not year:
        return ""
    begun = re.search(rf"[自从]{year}年(\d{{1,2}})月", text)
    later = begun is not None and int(begun[1]) > int(told["m"])
    return f"{year + later}{int(told['m']):02}{int(told['d']):02}"


def _dated(full: re.Match[str]) -> tuple[int, str]:
    return int(full["y"]), f"{full['y']}{int(full['m']):02}{int(full['d']):02}"


def since(first: str, held: Frame) -> Span:
    """From this date until the campaign's end or the document's own day, whichever is earlier."""
    if first[0] not in "12":
        return Span(first, first)  # Of no year, so with no end that could be counted.
    start = first if len(first) >= 6 else f"{first}01"
    end = held.until
    if held.campaign is not None:
        low = held.campaign.first if len(held.campaign.first) >= 6 else f"{held.campaign.first}01"
        high = held.campaign.last if len(held.campaign.last) >= 6 else f"{held.campaign.last}12"
        end = min(end, high[:6]) if high[:6] >= start[:6] else end
        start = max(start, low) if len(first) == 4 and low[:4] == first else start
    now = held.own[:6] == end and len(first) == 4  # 今年以来 told in December
    if not now and start[4:6] == "01" and end == f"{start[:4]}12" and len(start) == 6:
        return Span(start[:4], start[:4])
    return Span(start, max(end, start[:6]))


def back(last: str, months: int) -> str:
    """The month so many months before."""
    count = int(last[:4]) * 12 + int(last[4:6] or 12) - 1 - months
    return f"{count // 12}{count % 12 + 1:02}"
