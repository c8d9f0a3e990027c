"""Days as people write them into workbooks.

``read`` says what a cell means by itself; what it leaves open (a missing year, a period counted
from the finding) is settled by its caller, who knows the row.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache

from anlan.kernel.papers.sheets.book import CellError, TimeOfDay, Value

YEAR_MIN = 1990
YEAR_MAX = 2100
#: Excel's serials of those years, so that 20240625 or a phone number isn't taken for one.
_SERIAL_MIN, _SERIAL_MAX = 32_874, 73_415
_EPOCH = date(1899, 12, 30)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a cell says about a day.

    day         the day, or the first of the period it names; None if it names none.
    until       the last day of that period or range.
    precision   day, month, quarter, half, year or range.
    month_day   (month, day) where the year is missing: then ``day`` is None.
    rule        immediate, standing, hours, calendar_days, working_days, months, month_end or
                year_end; with ``n``.
    problem     unreadable, impossible, absurd or placeholder (Excel's day 0, which means blank).
    ambiguous   two readings were possible.
    """

    day: date | None = None
    until: date | None = None
    precision: str = "day"
    month_day: tuple[int, int] | None = None
    end_month_day: tuple[int, int] | None = None
    rule: str = ""
    n: int = 0
    problem: str = ""
    ambiguous: bool = False
    text: str = ""

    def __bool__(self) -> bool:
        return self.day is not None or self.month_day is not None

    def in_year(self, year: int) -> Reading:
        """The same with its missing year."""
        if self.month_day is None:
            return self
        month, day = self.month_day
        if day == 0:
            return replace(_month(year, month, self.precision), month_day=None, text=self.text)
        try:
            first = date(year, month, day)
            last = date(year, *self.end_month_day) if self.end_month_day else None
        except ValueError:
            return replace(self, month_day=None, problem="impossible")
        if last and last < first:
            last = last.replace(year=year + 1)
        return replace(self, day=first, until=last, month_day=None, end_month_day=None)


_SEP = r"[-/.,、。·\\_:;]"
_TIME = re.compile(
    r"[ T]*(?:上午|下午|早上|晚上|凌晨|中午)?\s*\d{1,2}\s*[:时点]\s*\d{1,2}"
    r"(?:\s*[:分]\s*\d{1,2}(?:\.\d+)?)?"
    r"\s*[秒分]?\s*(?:Z|[+-]\d\d:?\d\d)?(?!\d)|(?<=日)\s*(?:上午|下午|早上|晚上)?\s*\d{1,2}\s*[时点](?!限)许?"
)
_WEEKDAY = re.compile(r"[(]?(?:星期|周|礼拜)[一二三四五六日天][)]?")
_YMD = re.compile(
    rf"(?<!\d)(\d{{4}})(?:年|{_SEP})+(\d{{1,2}})(?:月|{_SEP}{{1,2}})(\d{{1,2}})(?![\d月])[日号]?"
)
_YMD8 = re.compile(r"(?<!\d)((?:19|20)\d\d)(\d\d)(\d\d)(?!\d)")
_YYMD = re.compile(
    r"(?<![\d.])(\d\d)年(\d{1,2})月(\d{1,2})[日号]?|^(\d\d)[-/.](\d{1,2})[-/.](\d{1,2})[日号前止]?$"
)
_MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec"
#: As Excel shows days where its language is English: 25-Jun-24, June 25, 2024.
_NAMED_MONTH = re.compile(
    r"^(\d{1,2})[-/]?([A-Za-z]{3,9})[-/,.]*(\d{4}|\d{2})$|^([A-Za-z]{3,9})[.]?(\d{1,2}),(\d{4})$"
)
#: Typed with the dash of a Chinese keyboard: 2024—6—25.
_DASHED = re.compile(r"^(\d{4})[—–―]{1,2}(\d{1,2})[—–―]{1,2}(\d{1,2})(?!\d)")
_MDY = re.compile(r"^(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})$")
_YM = re.compile(
    rf"(?<!\d)(\d{{4}})(?:年|{_SEP})(\d{{1,2}})(?!\d)(?:月(?:份)?)?(初|上旬|中旬|下旬|月?底|月?末|中)?"
)
_YM6 = re.compile(r"^(20\d\d)(0[1-9]|1[0-2])$")
_MD = re.compile(r"(?<![\d.])(\d{1,2})(?:月|[-/.、·])(\d{1,2})(?![\d.])[日号]?")
_M = re.compile(r"(?<!\d)(\d{1,2})月(?:份)?(初|上旬|中旬|下旬|月?底|月?末|中)?(?!\d)")
_Y = re.compile(
    r"(?<!\d)(\d{4})年?(底|末|上半年|下半年|第?[一二三四1-4]季度|年底|年末|全年)?(?!\d)"
)
_DAY_ONLY = re.compile(r"^(\d{1,2})[日号](?:前|之前|以前)?(?:完成)?$")
#: One way to match each text: with "--" beside "-" a row of dashes would take for ever.
_TO = r"[-—–~至到]+"
_RANGE_FULL = re.compile(
    rf"^{_TO}(\d{{4}})(?:年|{_SEP})+(\d{{1,2}})(?:月|{_SEP})+(\d{{1,2}})[日号]?"
)
_RANGE_MD = re.compile(rf"^{_TO}(\d{{1,2}})(?:月|[-/.])(\d{{1,2}})(?!\d)[日号]?")
_RANGE_D = re.compile(rf"^{_TO}(\d{{1,2}})(?:[日号]|$)")
_RANGE_M = re.compile(rf"^{_TO}(?:(\d{{4}})年)?(\d{{1,2}})月")
_HAN_NUMBER = "〇○零一二三四五六七八九十"
_HAN_DATE = re.compile(rf"([{_HAN_NUMBER}]{{2,4}})年|([{_HAN_NUMBER}]{{1,3}})(月|日|号)")
_IMMEDIATE = re.compile(
    r"立即|即日|即时|马上|当场|当日|当天|立行立改|即知即改|即查即改|边查边改|现场(?:整改|处置)|随即|立刻|即刻|即行|^现场$|立改|^即改$"
)
_STANDING = re.compile(r"长期|持续|常态|长抓|日常|随时|一直|永久|全年|不定期")
_PERIOD = re.compile(
    rf"([\d{_HAN_NUMBER}两半]+)\s*(个?工作日|个?小时|个?月|个?星期|周|天|日|年)(内|之内|以内|完成|整改|时间)?"
)
_MONTH_END = re.compile(r"^(?:本月|当月|月)(?:底|末)(?:前|之前)?(?:完成)?$|^月内$|^本月内$")
_YEAR_END = re.compile(r"^(?:本年|今年|当年|年)(?:底|末|内)(?:前|之前)?(?:完成)?$")
BLANK = re.compile(
    r"^[-—–/\\~*无.。()]*$|^(?:无|暂无|未定|待定|不详|空|未填|/|null|none|nan|n/a)$", re.I
)


def read(value: Value, base_1904: bool = False) -> Reading | None:
    """None for a blank cell (also "/", "无"); else a Reading, which may be a problem."""
    if value is None:
        return None
    if isinstance(value, datetime):
        return _checked(value.date(), value.isoformat(" "))
    if isinstance(value, date):
        return _checked(value, value.isoformat())
    if isinstance(value, bool):
        return Reading(problem="unreadable", text=str(value))
    if isinstance(value, TimeOfDay):
        # A date cell that holds 0: Excel shows 1900-01-00, people meant nothing.
        return Reading(problem="placeholder", text=str(value))
    if isinstance(value, CellError):
        return Reading(problem="unreadable", text=str(value))
    if isinstance(value, int | float):
        return _number(value, base_1904)
    return _text(value, base_1904)


def _checked(day: date, text: str) -> Reading:
    if day.year <= 1900:
        return Reading(problem="placeholder", text=text)
    if not YEAR_MIN <= day.year <= YEAR_MAX:
        return Reading(problem="absurd", text=text)
    return Reading(day=day, text=text)


def _ymd(year: int, month: int, day: int, text: str) -> Reading:
    if year < 100:
        year += 2000
    if year <= 1900:
        return Reading(problem="placeholder", text=text)
    try:
        made = date(year, month, day)
    except ValueError:
        return Reading(problem="impossible", text=text)
    return _checked(made, text)


def _month(year: int, month: int, precision: str = "month") -> Reading:
    """A month, or its part: 上旬 to the 10th, 中旬 to the 20th."""
    if not 1 <= month <= 12:
        return Reading(problem="impossible")
    if not YEAR_MIN <= year <= YEAR_MAX:
        return Reading(problem="absurd")
    length = calendar.monthrange(year, month)[1]
    first, last = {"初": (1, 10), "上旬": (1, 10), "中": (11, 20), "中旬": (11, 20),
                   "下旬": (21, length),
                   "底": (length, length)}.get(precision, (1, length))  # fmt: skip
    return Reading(day=date(year, month, first), until=date(year, month, last), precision="month")


def _number(value: float, base_1904: bool) -> Reading | None:
    text = str(int(value)) if float(value).is_integer() else repr(value)
    if value == 0 or value == 1:
        return Reading(problem="placeholder", text=text)
    if _SERIAL_MIN <= value + (1462 if base_1904 else 0) < _SERIAL_MAX:
        return Reading(
            day=_EPOCH + timedelta(days=int(value) + (1462 if base_1904 else 0)), text=text
        )
    if float(value).is_integer():
        return _text(text, base_1904)
    whole, _, rest = text.partition(".")
    if len(whole) <= 2 and len(rest) <= 2:
        # Typed 6.25; of 6.3 nobody knows whether it was 6.30.
        found = _text(text, base_1904)
        return found and replace(found, ambiguous=len(rest) == 1 and rest in "123")
    if len(whole) == 4 and len(rest) <= 2:
        found = _text(text, base_1904)
        return found and replace(found, ambiguous=rest == "1")
    return Reading(problem="unreadable", text=text)


def han(text: str) -> str:
    """二〇二四年六月二十五日 → 2024年6月25日."""

    def number(han: str) -> str:
        if "十" in han:
            tens, _, ones = han.partition("十")
            return str((_digit(tens) if tens else 1) * 10 + (_digit(ones) if ones else 0))
        return "".join(str(_digit(char)) for char in han)

    def swap(match: re.Match[str]) -> str:
        if match[1]:
            return number(match[1]) + "年"
        return number(match[2]) + match[3]

    return _HAN_DATE.sub(swap, text)


def _digit(char: str) -> int:
    return "零一二三四五六七八九".find("零" if char in "〇○" else char)


def han_int(text: str) -> int:
    """'十五', '两', '3' as a number; 0 where it is none."""
    if text.isdigit():
        return int(text)
    text = text.replace("两", "二")
    if "十" in text:
        tens, _, ones = text.partition("十")
        return (_digit(tens) if tens else 1) * 10 + (_digit(ones) if ones else 0)
    return _digit(text) if len(text) == 1 and _digit(text) > 0 else 0


@lru_cache(maxsize=16_384)
def _text(raw: str, base_1904: bool) -> Reading | None:
    original = raw.strip()
    text = unicodedata.normalize("NFKC", original).lstrip("'‘’`")
    text = text.replace("廿", "二十").replace("卅", "三十")
    text = _WEEKDAY.sub("", text)
    text = _TIME.sub(" ", text)
    text = re.sub(r"\s+", "", text)
    text = _DASHED.sub(r"\1-\2-\3", text)
    if any(char in text for char in _HAN_NUMBER):
        text = han(text)
    if BLANK.match(text):
        return None
    found = _from_text(text, base_1904)
    return replace(found, text=original[:60])


def _from_text(text: str, base_1904: bool) -> Reading:
    if match := _YMD.search(text):
        found = _ymd(int(match[1]), int(match[2]), int(match[3]), text)
        return _with_range(found, text[match.end() :]) if found.day else found
    if match := _YMD8.search(text):
        return _ymd(int(match[1]), int(match[2]), int(match[3]), text)
    if match := _NAMED_MONTH.match(text):
        day, name, year = match[1] or match[5], match[2] or match[4], match[3] or match[6]
        month = _MONTHS.find(name[:3].lower()) // 3 + 1
        return _ymd(int(year), month, int(day), text) if month else Reading(problem="unreadable")
    match = _MDY.match(text)
    # 24/6/25 is of 2024; nobody here writes the day first.
    if match and not (len(match[3]) == 2 and int(match[1]) > 12):
        a, b, year = int(match[1]), int(match[2]), int(match[3])
        if a > 12:
            return _ymd(year, b, a, text)
        return replace(_ymd(year, a, b, text), ambiguous=b <= 12 and a != b)
    if match := _YYMD.search(text):
        parts = [int(part) for part in match.groups() if part is not None]
        found = _ymd(parts[0], parts[1], parts[2], text)
        return _with_range(found, text[match.end() :]) if found.day else found
    if match := _YM6.match(text):
        return _month(int(match[1]), int(match[2]))
    if text.isdigit() and len(text) == 5 and _SERIAL_MIN <= int(text) < _SERIAL_MAX:
        return Reading(day=_EPOCH + timedelta(days=int(text) + (1462 if base_1904 else 0)))
    rule = _rule(text)
    if (match := _YM.search(text)) and int(match[1]) >= YEAR_MIN - 90:
        found = _month(int(match[1]), int(match[2]), _part(match[3]))
        if found.day and (more := _RANGE_M.match(text[match.end() :])):
            last = _month(int(more[1] or match[1]), int(more[2]))
            found = replace(found, until=last.until or found.until)
        return found
    if rule.rule and rule.rule not in ("immediate", "standing"):
        return rule
    if (match := _MD.search(text)) and _is_only(text, match):
        month, day = int(match[1]), int(match[2])
        if not 1 <= month <= 12 or not 1 <= day <= 31:
            return Reading(problem="impossible", text=text)
        end = None
        rest = text[match.end() :]
        if more := _RANGE_MD.match(rest):
            end = (int(more[1]), int(more[2]))
        elif more := _RANGE_D.match(rest):
            end = (month, int(more[1]))
        return Reading(
            month_day=(month, day), end_month_day=end, precision="range" if end else "day"
        )
    if match := _M.search(text):
        if not 1 <= int(match[1]) <= 12:
            return Reading(problem="impossible", text=text)
        return Reading(month_day=(int(match[1]), 0), precision=_part(match[2]))
    if rule.rule:
        return rule
    if match := _Y.search(text):
        return _year(int(match[1]), match[2] or "", text)
    return Reading(problem="unreadable", text=text)


_AROUND = re.compile(
    r"前|之前|以前|以内|内|完成|整改|检查|发现|排查|于|在|要求|限|日|号|止|起|左右|底|自|从|至|到|和|、|,|[-—~()]|\d|月|\."
)


def _is_only(text: str, match: re.Match[str]) -> bool:
    """'6.25' and '6月25日前完成' are days; '8.1隐患排查' is a chapter, '1.2米' a length."""
    rest = text[: match.start()] + text[match.end() :]
    left = _AROUND.sub("", rest)
    return len(left) <= (12 if "月" in match[0] else 0)


def _part(name: str | None) -> str:
    return (name or "month").replace("月", "").replace("末", "底") if name else "month"


def _with_range(found: Reading, rest: str) -> Reading:
    assert found.day is not None
    first = found.day
    try:
        if match := _RANGE_FULL.match(rest):
            last = date(int(match[1]), int(match[2]), int(match[3]))
        elif match := _RANGE_MD.match(rest):
            last = first.replace(month=int(match[1]), day=int(match[2]))
        elif match := _RANGE_D.match(rest):
            last = first.replace(day=int(match[1]))
        else:
            return found
    except ValueError:
        return found
    if last < first:
        return found
    return replace(found, until=last, precision="range")


def _year(year: int, part: str, text: str) -> Reading:
    if not YEAR_MIN <= year <= YEAR_MAX:
        return Reading(problem="absurd", text=text)
    if "季度" in part:
        quarter = "一二三四1234".index(part.replace("第", "")[0]) % 4
        first, last = quarter * 3 + 1, quarter * 3 + 3
        return Reading(date(year, first, 1), _month(year, last).until, "quarter")
    if "半年" in part:
        first, last = (1, 6) if part.startswith("上") else (7, 12)
        return Reading(date(year, first, 1), _month(year, last).until, "half")
    return Reading(date(year, 1, 1), date(year, 12, 31), "year")


def _rule(text: str) -> Reading:
    if _MONTH_END.match(text):
        return Reading(rule="month_end")
    if _YEAR_END.match(text):
        return Reading(rule="year_end")
    if match := _DAY_ONLY.match(text):
        return Reading(rule="day_of_month", n=int(match[1]))
    if (match := _PERIOD.search(text)) and _is_period(match, text):
        number, unit = match[1], match[2].lstrip("个")
        n = han_int(number)
        if number == "半":
            if unit == "月":
                return Reading(rule="calendar_days", n=15)
            if unit == "年":
                return Reading(rule="months", n=6)
        if n:
            kinds = {"工作日": ("working_days", 1), "小时": ("hours", 1), "月": ("months", 1),
                     "星期": ("calendar_days", 7), "周": ("calendar_days", 7),
                     "天": ("calendar_days", 1),
                     "日": ("calendar_days", 1), "年": ("months", 12)}  # fmt: skip
            kind, times = kinds[unit]
            return Reading(rule=kind, n=n * times)
    if _IMMEDIATE.search(text):
        return Reading(rule="immediate")
    if _STANDING.search(text):
        return Reading(rule="standing")
    return Reading()


def _is_period(match: re.Match[str], text: str) -> bool:
    """'15日内' and '3个月' are periods; '6月', '15日' and '2024年' are not."""
    unit, tail = match[2], match[3] or ""
    if unit in ("月", "日", "年"):
        return tail in ("内", "之内", "以内") and not (unit == "年" and len(match[1]) == 4)
    return True


def period_end(rule: str, n: int, start: date) -> date | None:
    """The last day of a period counted in whole days from ``start``.

    Working days and hours are left to the calendar, which knows holidays: None.
    """
    if rule == "immediate":
        return start
    if rule == "calendar_days":
        return start + timedelta(days=min(n, 36_500))
    if rule == "months":
        month = start.month - 1 + n
        year, month = start.year + month // 12, month % 12 + 1
        if year > YEAR_MAX:
            return None
        return date(year, month, min(start.day, calendar.monthrange(year, month)[1]))
    if rule == "month_end":
        return start.replace(day=calendar.monthrange(start.year, start.month)[1])
    if rule == "year_end":
        return date(start.year, 12, 31)
    if rule == "day_of_month":
        length = calendar.monthrange(start.year, start.month)[1]
        if n <= length and start.replace(day=n) >= start:
            return start.replace(day=n)
        following = start.replace(day=1) + timedelta(days=length)
        return following.replace(
            day=min(n, calendar.monthrange(following.year, following.month)[1])
        )
    return None


_DAY_CHARS = re.compile(
    rf"[\d\s{_HAN_NUMBER}年月日号时分秒点旬初中底末上下午至到起止前之以内~—–\-/.、,，:：()（）·]|星期|周|完成|左右"
)


def looks_like_day(value: Value) -> bool:
    """Whether a cell is a day or a month, however written, and little else."""
    if isinstance(value, date):
        return True
    if isinstance(value, int | float):
        return bool(_SERIAL_MIN <= value < _SERIAL_MAX or 19900101 <= value <= 21001231)
    return isinstance(value, str) and len(value) <= 30 and _is_day(value)


@lru_cache(maxsize=16_384)
def _is_day(text: str) -> bool:
    left = _DAY_CHARS.sub("", text)
    # '预计6月30日完成' is no day on which something was done.
    return (
        len(left) <= 2 and left not in ("预计", "计划", "拟", "力争") and bool(_text(text, False))
    )
