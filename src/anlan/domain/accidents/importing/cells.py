"""What a cell of somebody else's register says: days, times, zones, whole numbers, sums, points."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal, DecimalException
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.utils import timezone as clock
from django.utils.translation import gettext_lazy as _

from anlan.domain.accidents.commands import lacks
from anlan.domain.accidents.noting import number as spoken
from anlan.domain.accidents.refusals import AccidentIncomplete
from anlan.kernel.papers.sheets import TimeOfDay
from anlan.kernel.papers.sheets.cells import text_of

#: Of a number in a cell; the command says how large it may be.
DIGITS_MAX = 20
#: Which of the first two numbers of 4/18/2023 is the month, as a plan says it.
MONTH_FIRST, DAY_FIRST = "mdy", "dmy"
_CLOCKS = (
    "", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p", " %H:%M:%S.%f", " %H%M",
    " %I.%M.%S.%f %p", " %I:%M%p",
)  # fmt: skip
#: Days beside ISO 8601 whose parts can't change places.
_PLAIN = (
    "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%d-%b-%Y", "%d-%b-%y", "%d %b %Y", "%d %B %Y",
    "%b %d, %Y", "%B %d, %Y", "%b %d %Y", "%B %d %Y", "%Y-%b-%d", "%d/%b/%Y", "%d %b, %Y",
    "%d %B, %Y", "%Y%m%d",
)  # fmt: skip
#: What is written around a day and says nothing more of it: its weekday, the ending of 5th, the
#: dot of Mar., "at" before the time.
_AROUND = (
    (re.compile(r"^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*[.,]*\s+", re.IGNORECASE), ""),
    (re.compile(r"(?:星期|周)[一二三四五六日天]"), " "),
    (re.compile(r"(\d)(?:st|nd|rd|th)\b", re.IGNORECASE), r"\1"),
    (re.compile(r"\bsept\b", re.IGNORECASE), "Sep"),
    (re.compile(r"([A-Za-z]{3})\.(?=[ ,-]|\d)"), r"\1"),
    (re.compile(r"(?:,|\bat\b|@)\s*(?=\d{1,2}[:.]\d)", re.IGNORECASE), " "),
    (re.compile(r"\b([ap])\.\s?m\b\.?", re.IGNORECASE), r"\1m"),
    (re.compile(r"(\d{1,2}日)(?=\d)"), r"\1 "),
    (re.compile(r"(\d{1,2})[时点](\d{1,2})分?(?:\d{1,2}秒)?"), r"\1:\2"),
    (re.compile(r"(\d{1,2})[时点]"), r"\1:00"),
    (re.compile(r"\s+"), " "),
)
_CHINESE_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")
_TURNED = {
    MONTH_FIRST: ("%m/%d/%Y", "%m/%d/%y", "%m-%d-%Y", "%m.%d.%Y"),
    DAY_FIRST: ("%d/%m/%Y", "%d/%m/%y", "%d-%m-%Y", "%d.%m.%Y"),
}
#: Days that a workbook writes as numbers: 36526 is 1 January 2000.
_SERIALS, _SERIAL_ZERO = range(20_000, 80_000), date(1899, 12, 30)
#: What registers write where they know no number, no time, no code.
NOTHING = frozenset({"", "-", "--", "—", "——", "/", "n/a", "na", "none", "null", "nil", "无",
                     "不详", "unknown", ".", "?"})  # fmt: skip
_YES = frozenset({"yes", "y", "true", "x", "√", "✓", "是", "有"})
_NO = frozenset({"no", "n", "false", "×", "否"})
_SPOKEN = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty"
)
_WORDS = {word: n for n, word in enumerate(_SPOKEN.split())} | {"a": 1, "an": 1, "both": 2, "no": 0}
#: A number, in digits or in words, with what is counted after it, or itself once more.
_COUNTED = re.compile(
    r"(\d{1,6}|[零〇一二两俩三四五六七八九十百]{1,6}|[a-z]+)\s*(?:\((\d{1,6})\)\s*)?"
    r"(?:名|个|位)?(?:人|工人|员工|死亡|遇难|重伤|轻伤|受伤|失踪|"
    r"(?:people|persons?|workers?|employees?|men|man|dead|deaths?|killed|died|fatalit(?:y|ies)|"
    r"injur(?:ed|y|ies)|hospitalized|hurt|missing)\s*)*"
)
_PARTS = re.compile(r"(\d{1,3})[°\s]+(\d{1,2})['′\s]+(\d{1,2}(?:\.\d+)?)[\"″]?\s*([NSEW])")
#: Names of zones as registers of North America write them; standard and summer time are fixed.
_ZONES: dict[str, tzinfo] = {
    name: timezone(timedelta(hours=hours))
    for names, hours in (
        ("UTC GMT Z", 0), ("AST", -4), ("EDT", -4), ("EST", -5), ("CDT", -5), ("CST", -6),
        ("MDT", -6), ("MST", -7), ("PDT", -7), ("PST", -8), ("AKDT", -8), ("AKST", -9),
        ("HST", -10),
    )
    for name in names.split()
}  # fmt: skip
_ZONES |= {
    name: ZoneInfo(f"America/{city}")
    for names, city in (
        ("ET E EASTERN", "New_York"), ("CT C CENTRAL", "Chicago"), ("MT M MOUNTAIN", "Denver"),
        ("PT P PACIFIC", "Los_Angeles"), ("AT ATLANTIC", "Puerto_Rico"),
        ("AKT ALASKA", "Anchorage"),
    )
    for name in names.split()
}  # fmt: skip


def text(value: Any) -> str:
    return text_of(value).strip()


def is_nothing(said: str) -> bool:
    return said.lower() in NOTHING


# --- moments -------------------------------------------------------------------------------------


def moment(
    value: Any, order: str = MONTH_FIRST, *, at: Any = None, zone: tzinfo | None = None
) -> datetime:
    """When it happened.

    order:  which of two small numbers is the month, MONTH_FIRST or DAY_FIRST.
    at:     the time of day, where another column states it.
    zone:   of a moment that states none; our own where it is None.

    Raises AccidentIncomplete at the field to be mended.
    """
    found = _day(value, order)
    if at is not None and not is_nothing(text(at)):
        found = datetime.combine(found.date(), _time(at), found.tzinfo)
    return found if clock.is_aware(found) else clock.make_aware(found, zone)


def _day(value: Any, order: str) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time())
    said = text(value)
    if re.fullmatch(r"\d{5}(\.\d+)?", said) and int(said[:5]) in _SERIALS:
        minutes = round(Decimal(said) % 1 * 24 * 60)
        return datetime.combine(_SERIAL_ZERO, time()) + timedelta(
            days=int(said[:5]), minutes=minutes
        )
    try:
        return datetime.fromisoformat(said)
    except ValueError:
        return _written(said, order)


@lru_cache(maxsize=8)
def _forms(order: str) -> tuple[str, ...]:
    days = (*_PLAIN, *_TURNED[order], "%Y-%m-%d")
    return tuple(day + clock_ for clock_ in _CLOCKS for day in days)


@lru_cache(maxsize=16_384)
def _written(said: str, order: str) -> datetime:
    """A register writes few different days, and to try each form takes long."""
    folded, part = _plainly(said)
    for form in _forms(order):
        try:
            found = datetime.strptime(folded, form)  # noqa: DTZ007  made aware by the caller
        except ValueError:
            continue
        return found + _shift(part, found.hour) if "%H" in form else found
    raise lacks("happened_at", _("Write the day as 2024-06-25, with a time as 2024-06-25 08:30."))


#: Parts of a day: below which hour twelve more are meant, and what twelve o'clock is moved by.
_TWELVES = {
    "凌晨": (0, -12), "早上": (0, 0), "上午": (0, 0), "中午": (11, 0), "下午": (12, 0),
    "傍晚": (12, 0), "晚上": (12, 12), "晚": (12, 12), "夜间": (12, 12),
}  # fmt: skip
_PART = re.compile("|".join(_TWELVES))


def _shift(part: str, hour: int) -> timedelta:
    below, noon = _TWELVES.get(part, (0, 0))
    return timedelta(hours=noon if hour == 12 else 12 if hour < below else 0)


def _plainly(said: str) -> tuple[str, str]:
    """A written day with digits and without what is only written around it; and the part of the
    day that it names."""
    folded = unicodedata.normalize("NFKC", said)
    if re.match(r"[〇零一二]{2}[〇零一二三四五六七八九]{2}年", folded):
        year, _sign, rest = folded.partition("年")
        rest = re.sub("[零〇一二三四五六七八九十]+", lambda m: str(spoken(m[0])), rest)
        folded = f"{year.translate(_CHINESE_DIGITS)}年{rest}"
    part = _PART.search(folded)
    folded = _PART.sub(" ", folded)
    for pattern, plain in _AROUND:
        folded = pattern.sub(plain, folded)
    return folded.strip(), part[0] if part else ""


@lru_cache(maxsize=4_096)
def is_day(said: str) -> bool:
    """Whether it is written as a day, alone or with a time; a mere number is none."""
    if not re.search(r"[/.年-]|[A-Za-z]{3}", said):
        return False
    return any(_reads(said, order) for order in (MONTH_FIRST, DAY_FIRST))


def _reads(said: str, order: str) -> bool:
    try:
        return 1900 <= _day(said, order).year < 2200
    except AccidentIncomplete:
        return False


def order_of(values: list[str]) -> str:
    """Which number is the month, by days that can be read one way only; "" where none tells.

    Where some tell this and some that, the file mixes both, and nobody can know the others.
    """
    found = set()
    for said in values:
        if match := re.match(r"(\d{1,2})[/.-](\d{1,2})[/.-]\d{2,4}\b", said):
            first, second = int(match[1]), int(match[2])
            if first > 12 >= second:
                found.add(DAY_FIRST)
            elif second > 12 >= first:
                found.add(MONTH_FIRST)
    return found.pop() if len(found) == 1 else ""


def _time(value: Any) -> time:
    if isinstance(value, (datetime, time)):
        return value if isinstance(value, time) else value.time()
    said = value.text if isinstance(value, TimeOfDay) else text(value)
    if re.fullmatch(r"0?\.\d+", said):
        minutes = round(Decimal(said) * 24 * 60) % (24 * 60)
        return time(minutes // 60, minutes % 60)
    if re.fullmatch(r"9{4}", said):
        return time()  # What a register of four digits writes where it knows no time.
    if re.fullmatch(r"\d{1,4}", said):
        hours, minutes = divmod(int(said), 100)
        # 2400 is the end of the day that is stated, as the law's 24 o'clock is.
        if (hours, minutes) == (24, 0):
            return time(23, 59)
        if hours < 24 and minutes < 60:
            return time(hours, minutes)
    for form in ("%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M:%S %p", "%I %p", "%H时%M分", "%H时"):
        try:
            return datetime.strptime(said.upper().replace(".", ""), form).time()  # noqa: DTZ007
        except ValueError:
            continue
    raise lacks("time", _("Write the time as 08:30."))


@lru_cache(maxsize=256)
def zone_of(said: str) -> tzinfo | None:
    """A zone by its name or its usual letters; None where nothing is said.

    Raises AccidentIncomplete where it is none.
    """
    name = said.strip()
    if is_nothing(name):
        return None
    if (known := _ZONES.get(name.upper().removesuffix(" TIME"))) is not None:
        return known
    if match := re.fullmatch(r"(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d{2}))?", name.upper()):
        hours, minutes = int(match[2]), int(match[3] or 0)
        if hours < 15 and minutes < 60:
            delta = timedelta(hours=hours, minutes=minutes)
            return timezone(delta if match[1] == "+" else -delta)
    if name in _names():
        return ZoneInfo(name)
    raise lacks("zone", _("Write the time zone as America/Chicago, EST or +08:00."))


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    return frozenset(available_timezones())


# --- numbers -------------------------------------------------------------------------------------


def number(said: str, field: str) -> int | None:
    """A whole number; yes is one and no is none, as registers tick off what there was."""
    folded = unicodedata.normalize("NFKC", said).replace(",", "").strip()
    if is_nothing(folded):
        return None
    if folded.lower() in _YES:
        return 1
    if folded.lower() in _NO:
        return 0
    found = _decimal(folded)
    if found is None:
        return _in_words(folded.lower(), field)
    if found % 1:
        raise lacks(field, _("Write a whole number."))
    return int(found)


def _in_words(said: str, field: str) -> int:
    """两人, 3人, "two workers", "three (3)"; a number that somebody only guessed is none."""
    match = _COUNTED.fullmatch(said)
    word = match[1].strip() if match else ""
    n = int(word) if word.isdecimal() else _WORDS.get(word, spoken(word) if word else None)
    if n is None or (match and match[2] and int(match[2]) != n):
        raise lacks(field, _("Write a whole number."))
    return n


def amount(said: str, field: str) -> Decimal | None:
    """A sum as it stands, without signs of its currency."""
    folded = _decimal_point(re.sub(r"[$¥￥€£\s']|USD|US\$|EUR|GBP", "", said))
    if is_nothing(folded):
        return None
    found = _decimal(folded)
    if found is None:
        raise lacks(field, _("Write a number."))
    return found


def _decimal_point(said: str) -> str:
    """1,234.50 and 1.234,50 are one sum: of two signs the last one begins the decimals, and three
    digits after a comma are thousands."""
    if "," in said and said.rfind(",") > said.rfind("."):
        whole, _sign, rest = said.rpartition(",")
        if "." in said or (not re.fullmatch(r"\d{3}", rest) and "," not in whole):
            return f"{whole.replace('.', '').replace(',', '')}.{rest}"
    if said.count(".") > 1 and re.fullmatch(r"-?\d{1,3}(\.\d{3})+", said):
        return said.replace(".", "")
    return said.replace(",", "")


def degrees(said: str, field: str, most: int) -> Decimal | None:
    """A longitude or latitude in degrees, or in degrees, minutes and seconds with its direction."""
    if is_nothing(said):
        return None
    found = _decimal(said) if not (parts := _sexagesimal(said)) else parts
    if found is None or not -most <= found <= most:
        raise lacks(field, _("Write degrees as -121.26133."))
    # Nought and nought lies in the sea off Africa: it is what an empty cell became.
    return found.quantize(Decimal("0.00001")) or None


def _sexagesimal(said: str) -> Decimal | None:
    match = _PARTS.fullmatch(said.upper())
    if match is None:
        return None
    found = Decimal(match[1]) + Decimal(match[2]) / 60 + Decimal(match[3]) / 3600
    return -found if match[4] in "SW" else found


def _decimal(said: str) -> Decimal | None:
    try:
        found = Decimal(said)
    except DecimalException:
        return None
    # A power of ten is written in few signs and has a million digits.
    if not found.is_finite() or found.adjusted() > DIGITS_MAX:
        return None
    return found
