"""Dates and deadlines as a notice states them, each with the year that its context gives."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

from anlan.domain.campaigns.reading.structure import han_number

_HAN_YEAR = str.maketrans("零○〇一二三四五六七八九", "000123456789")
#: A day or a month, in digits or in Chinese numerals.
_TWO = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
#: A year in digits or numerals; of Taiwan's a year of the Republic, 114年6月 or 民國114年.
_WHOLE_YEAR = r"\d{4}|[零○〇一二三四五六七八九]{4}|(?:中华)?民国\d{2,3}"
_ANY_YEAR = rf"{_WHOLE_YEAR}|(?<![\d.])1[0-2]\d"
REPUBLIC_BEGAN = 1911
_YEAR = rf"(?:(?P<y>{_ANY_YEAR})年(?:度)?|(?P<rel>今年|本年|当年|明年|次年))?"
#: How a day is stated behind which something is late. Read top down.
_DAY_SHAPES: tuple[tuple[str, str], ...] = (
    ("day", rf"{_YEAR}(?P<m>{_TWO})月(?P<d>{_TWO})日"),
    ("month_part", rf"{_YEAR}(?P<m>{_TWO})月(?P<part>上旬|中旬|下旬|底|末|初)"),
    ("month", rf"{_YEAR}(?P<m>{_TWO})月份?"),
    ("quarter", rf"{_YEAR}(?:第?(?P<q>[一二三四1234])季度)(?:末|底)?"),
    ("half", rf"{_YEAR}(?P<half>上半年|下半年)(?:末|底)?"),
    ("year_end", rf"(?:(?P<y>{_ANY_YEAR})(?:年度?(?=年))?|(?P<rel>今|本|当|明|次))?年(?:底|末)"),
    ("year", rf"(?:(?P<y>{_WHOLE_YEAR})年|(?P<rel>今年|本年|当年|明年|次年))"),
)  # fmt: skip
_BEFORE = (
    r"(?:或之前|或以前|届满前|之前|以前|前(?!期|款|置|述|后店|店|端|沿|景|往|提|所|三|两|进|一))"
)
_SHAPES = tuple((kind, re.compile(shape)) for kind, shape in _DAY_SHAPES)
#: 6月底完成: as good as 6月底前完成.
_DONE_BY = rf"(?:{_BEFORE}|(?=(?:全部|全面|基本)?(?:完成|建成|报送|上报)))"
_LATE_BEHIND = {"year_end": r"(?:前|之前|以前|完成)?", "day": _DONE_BY, "month_part": _DONE_BY}
#: 年内, 2025年内: until the year is over; 三年内 isn't.
_WITHIN_YEAR = rf"(?:(?P<y>{_ANY_YEAR})|(?P<rel>今|本|当|明|次)|(?<![一二两三四五六七八九十几数多\d]))年度?内(?!部|外|容)"
_LATE = (
    *((kind, re.compile(shape + _LATE_BEHIND.get(kind, _BEFORE))) for kind, shape in _DAY_SHAPES),
    ("year_end", re.compile(_WITHIN_YEAR)),
)
#: … or which is the last: 自即日起至4月8日, 截止5月底.
_UNTIL = tuple(
    (kind, re.compile("(?:起至|截止(?:到|至)?|不迟于|不晚于|(?:完成)?时[限间]:|期限:)" + shape))
    for kind, shape in _DAY_SHAPES[:2]
)
#: A list of days that share one 前: 6月20日、12月20日前.
_SHARED = re.compile(
    r"(?:\d{4}年)?\d{1,2}月\d{1,2}日(?=[、和及](?:\d{4}年)?\d{1,2}月\d{1,2}日(?:[、和及]|前|之前|以前))"
)
_EXPLICIT_YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})年")
_PARTS = {"上旬": 10, "中旬": 20, "初": 5}
_QUARTERS = {"一": 1, "二": 2, "三": 3, "四": 4, "1": 1, "2": 2, "3": 3, "4": 4}

_HAN_LONG = "[一二两三四五六七八九十]{1,3}"
_STAGES = "(?:动员部署|部署启动|宣传发动|自查自改|自查自纠|排查整治|全面排查|集中整治|集中攻坚|攻坚克难|深化提升|巩固提升|总结提升|总结评估|总结验收|督导检查|检查验收|总结)"
#: 自本通知印发之日起30日内: from when, and how long.
_FROM = r"(?:(?:自|从)(?P<from>[^,。;]{2,16}?)(?:之日)?起,?|(?P<after>[^,。;自从]{0,8}(?:印发|下发|发布|公布))后,?)?"
_SO_LONG = rf"(?P<long>\d{{1,3}}|{_HAN_LONG})(?P<of>个?工作日|日|天|个月|小时|周|年)"
#: … of which the notice's own day is the beginning.
_OWN_DAY = re.compile(
    r"^(?:本|此)?(?:通知|方案|意见|要点|文件|通告|公告|办法|文)?(?:印发|下发|发布|公布|发文|发出|通知|实施|施行|即|今)(?:之)?日?$"
)
#: 3月至10月, 2020—2022年.
_TO = r"(?:[-—~]{1,2}|至|到)"
#: When something is due that has no date. Kind → how it is said.
OTHER_DEADLINES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("period", re.compile(rf"(?:19|20)\d{{2}}年?(?:\d{{1,2}}月)?(?:\d{{1,2}}日)?{_TO}(?:(?:19|20)\d{{2}}年)?(?:\d{{1,2}}月)?(?:\d{{1,2}}日)?(?:年|底|(?<=[年月日底]))")),
    ("period", re.compile(rf"(?<![年\d])\d{{1,2}}月(?:\d{{1,2}}日|上旬|中旬|下旬|底|初)?{_TO}\d{{1,2}}月(?:\d{{1,2}}日|上旬|中旬|下旬|底|初)?")),
    ("within", re.compile(rf"{_FROM}{_SO_LONG}(?:之)?内")),
    ("regular", re.compile(r"(?:每(?:年|半年|季度?|月|周|旬|日)[^,。;、()]{0,24}|定期[^,。;、]{2,12})")),
    ("soon", re.compile(r"(?:尽快|抓紧|加快出台|加快制定|立即|即日起)[^,。;、]{0,16}")),
    ("timely", re.compile(r"及时(?:出台|修订|制定|印发|上报|报送|完善)[^,。;、]{0,14}")),
    ("milestones", re.compile(r"按(?:照)?(?:规定)?时(?:间|序)(?:节点|进度|要求)")),
    ("stage", re.compile(rf"(?:{_STAGES}[与和、]?){{1,3}}阶段")),
    ("season", re.compile(r"(?:(?:暑期|汛期?(?=[期前])期?|节假日|冬季|夏季|春季|秋季|岁末年初|冬春|国庆节?|春节|两会|中秋节?|元旦|五一|清明节?)[、和]?){1,6}(?:期间|等?重点时段|前)?")),
    ("yearly", re.compile(r"“[^“”]{2,14}(?:月|周|日)”")),
    ("year", re.compile(r"全年|(?<![\d较比与])(?:19|20)\d{2}年(?![\d底末前度—~至-])")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Deadline:
    """Offsets are those of the plain text. ``due`` is the last day that is still in time.

    ``day`` says it as in ISO 8601, ``2020``, ``2018/2020`` or nothing where no date is stated.
    """

    start: int
    end: int
    kind: str
    day: str
    due: date | None = None
    #: Whether the year comes from the context.
    inferred: bool = False


def last_day(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def number_of_year(text: str) -> int:
    """2025, 二零二五, or a year of the Republic: 114, 民国114."""
    year = int(re.sub("(?:中华)?民国", "", text).translate(_HAN_YEAR))
    return year + REPUBLIC_BEGAN if year < 1000 else year


def written(text: str) -> date | None:
    """The first whole date of a line: 2019年3月25日, 二○二四年一月二十三日, 民国114年2月14日, 2024-01-23."""
    match = re.search(r"((?:19|20)\d{2})[年./-](\d{1,2})[月./-](\d{1,2})日?", text)
    match = match or re.search(r"民国(\d{2,3})年(\d{1,2})月(\d{1,2})日", text)
    parts = [int(part) for part in match.groups()] if match else []
    if parts and parts[0] < 1000:
        parts[0] += REPUBLIC_BEGAN
    if not parts:
        han = re.search(
            r"([零○〇一二三四五六七八九]{4})年([一二三四五六七八九十]{1,3})月([一二三四五六七八九十]{1,3})日",
            text,
        )
        if han is None:
            return None
        parts = [number_of_year(han[1]), han_number(han[2]), han_number(han[3])]
    try:
        return date(*parts)
    except ValueError:
        return None


def deadlines(
    text: str, start: int, end: int, year: int | None, issued: date | None = None
) -> list[Deadline]:
    """Every deadline between two offsets.

    year: the one that a bare day inherits; one that the same sentence states before it is nearer.
    issued: the notice's own day, from which 自印发之日起30日内 counts.
    """
    found: list[Deadline] = []
    taken: list[tuple[int, int]] = []

    def free(a: int, b: int) -> bool:
        return all(b <= x or y <= a for x, y in taken)

    for kind, shape in (*_UNTIL, *_LATE, ("day", _SHARED)):
        for match in shape.finditer(text, start, end):
            if not free(*match.span()) or _is_empty(match):
                continue
            plain = match if shape is not _SHARED else _SHAPES[0][1].match(match[0])
            if plain is None:
                continue
            due, inferred = _due(kind, plain, text, start, match.start(), year)
            taken.append(match.span())
            day = due.isoformat() if due else ""
            found.append(Deadline(*match.span(), "by", day, due, inferred))
    for kind, shape in OTHER_DEADLINES:
        for match in shape.finditer(text, start, end):
            if not free(*match.span()):
                continue
            taken.append(match.span())
            last = _counted(match, issued) if kind == "within" else None
            if last is not None:
                found.append(Deadline(*match.span(), "by", last.isoformat(), last, inferred=True))
            else:
                found.append(Deadline(*match.span(), kind, _loose(kind, match[0], year)))
    return sorted(found, key=lambda one: one.start)


def _counted(match: re.Match[str], issued: date | None) -> date | None:
    """The last day of a limit that runs from the notice's own day, which isn't counted.

    Working days and hours hang on a calendar and a clock that no text states: no day then.
    """
    begins = match["from"] or match["after"]
    if issued is None or not begins or not _OWN_DAY.match(begins):
        return None
    count, unit = han_number(match["long"]), match["of"]
    if unit in ("日", "天", "周"):
        return issued + timedelta(days=count * (7 if unit == "周" else 1))
    if unit in ("个月", "年"):
        month = issued.month - 1 + count * (12 if unit == "年" else 1)
        year, month = issued.year + month // 12, month % 12 + 1
        return min(last_day(year, month), date(year, month, 1) + timedelta(days=issued.day - 1))
    return None


_LASTS_TO = re.compile(rf"(?<=[年月日底初旬\d]){_TO}(?=\d|年底|明年|次年)")
#: What may stand behind a month or a year in a cell: else it is part of something, 2026年汛前.
_CELL_GOES_ON = re.compile(r"[(,;。、]|底|末|前|内|完成|$")


def in_cell(
    text: str, start: int, end: int, year: int | None, issued: date | None = None
) -> list[Deadline]:
    """What a cell of a column 完成时限 states: several days; or a time, which is over with its end."""
    found = deadlines(text, start, end, year, issued)
    if sum(one.kind == "by" for one in found) > 1:
        return found
    # 2025年4月—10月 is over with October.
    last = max((cut.end() for cut in _LASTS_TO.finditer(text, start, end)), default=start)
    for kind, shape in _SHAPES:
        match = shape.search(text, last, end)
        if match is None or _is_empty(match) or not _CELL_GOES_ON.match(text[match.end() : end]):
            continue
        due, inferred = _due(kind, match, text, start, match.start(), year)
        if due is not None and kind == "month":
            after = due.month % 12 + 1
            due = last_day(due.year + (after == 1), after)
        if due is not None and kind == "year":
            due = date(due.year + 1, 12, 31)
        return [Deadline(start, end, "by", due.isoformat() if due else "", due, inferred)]
    return found


def _is_empty(match: re.Match[str]) -> bool:
    return not re.search(r"\d|年|季度|底|末|[零○〇一二三四五六七八九]", match[0])


def _due(
    kind: str, match: re.Match[str], text: str, start: int, at: int, year: int | None
) -> tuple[date | None, bool]:
    said = match.groupdict()
    inferred = said.get("y") is None
    if said.get("y"):
        stated: int | None = number_of_year(said["y"])
    else:
        before = list(_EXPLICIT_YEAR.finditer(text, _sentence(text, start, at), at))
        stated = int(before[-1][1]) if before else year
        if said.get("rel") in ("明年", "次年", "明", "次") and stated is not None:
            stated += 1
    if stated is None:
        return None, inferred
    try:
        if kind == "day":
            return date(stated, han_number(said["m"]), han_number(said["d"])), inferred
        if kind == "month_part":
            month, part = han_number(said["m"]), said["part"]
            day = _PARTS.get(part)
            return (date(stated, month, day) if day else last_day(stated, month)), inferred
        if kind == "month":
            # 6月前 is over when June begins, 6月底前 when it ends.
            month = han_number(said["m"])
            return (
                last_day(stated, month - 1) if month > 1 else date(stated - 1, 12, 31)
            ), inferred
        if kind == "quarter":
            return last_day(stated, 3 * _QUARTERS[said["q"]]), inferred
        if kind == "half":
            return last_day(stated, 6 if said["half"] == "上半年" else 12), inferred
        if kind == "year":
            return date(stated - 1, 12, 31), inferred
        return date(stated, 12, 31), inferred
    except ValueError:
        return None, inferred


def _sentence(text: str, start: int, at: int) -> int:
    return max(start, text.rfind("。", start, at), text.rfind("\n", start, at))


def _loose(kind: str, said: str, year: int | None) -> str:
    years = re.findall(r"(?:19|20)\d{2}", said) or ([str(year)] if year is not None else [])
    if kind == "period" and years:
        first, *rest = re.split(_TO, said)
        last = rest[-1] if rest else first
        return f"{_iso(first, years[0])}/{_iso(last, years[-1])}"
    if kind == "year":
        return years[0] if years else ""
    return ""


def _iso(said: str, year: str) -> str:
    """2022年4月1日 → 2022-04-01, as far as it is stated."""
    parts = [re.search(r"(\d{1,2})月", said), re.search(r"(\d{1,2})日", said)]
    return "-".join([year, *(f"{int(part[1]):02d}" for part in parts if part)])
