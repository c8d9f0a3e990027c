"""A first report that was said or thumbed in one go, read into the fields of its form.

"今晚十点二十五华区兴达化工厂二号罐闪爆，两人死亡三人重伤，一人失联": nobody types nine fields at
night on a phone. What is read is only a proposal: it stands in the form to be looked at, the words
stay as they were said, and what isn't understood is left open.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils import timezone

from anlan.domain.accidents.models import NAME_CHARS_MAX, TITLE_CHARS_MAX

_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"两": 2, "俩": 2, "〇": 0}
_NUM = r"(\d{1,4}|[零〇一二两俩三四五六七八九十百]{1,6})"
_UNIT = r"\s*(?:名|个|位)?(?:人|工人|员工|工友|群众)?\s*"
#: What each number of people is called, in the order in which a word is taken for it.
_PEOPLE = (
    ("deaths", r"(?:当场|抢救无效|已经?|确认)?(?:死亡|遇难|身亡|死(?!亡))"),
    ("serious", r"(?:受)?重伤"),
    ("light", r"(?:受)?轻(?:微)?伤"),
    ("missing", r"(?:失联|失踪|下落不明|被埋|被困)"),
)
_NONE = re.compile(r"无(?:人员)?伤亡|没有(?:人员)?伤亡|未造成(?:人员)?伤亡")
#: Halves of a day, by how they shift an hour up to twelve.
_HALVES = {"凌晨": 0, "清晨": 0, "早上": 0, "今早": 0, "早晨": 0, "上午": 0, "中午": 12,
           "下午": 12, "傍晚": 12, "晚上": 12, "今晚": 12, "昨晚": 12, "夜里": 12,
           "深夜": 12, "夜间": 12}  # fmt: skip
#: Whose twelve o'clock is midnight: of 凌晨 the day's first moment, of the others its last.
_NIGHTS = frozenset({"今晚", "昨晚", "晚上", "夜里", "深夜", "夜间"})
_CLOCK = re.compile(
    rf"({'|'.join(_HALVES)})?\s*{_NUM}\s*[点时:]\s*"
    r"(半|一刻|三刻|\d{1,2}|[零〇一二三四五六七八九十]{1,3})?\s*分?"
)
_AGO = re.compile(rf"(?:{_NUM}\s*个?(半)?(小时|分钟)|(半)个?小时)\s*(?:之)?前")
_FIRM = re.compile(
    r"[一-鿿A-Za-z0-9()]{2,40}?(?:有限责任公司|股份有限公司|有限公司|公司|集团|化工厂|煤矿"
    r"|矿业|矿山|加油站|钢厂|水泥厂|食品厂|加工厂|工厂|厂|矿|商场|酒店|医院|学校|工地)"
)
_BREAK = re.compile(r"[。;!\n]|,(?!\d{3}(?!\d))")
_LEAD = re.compile(r"^(?:报告[,:]?|今天|昨天|今晚|昨晚|刚才|刚刚|大概|大约|约|在|的时候|左右)+")
_QUARTERS = {"半": 30, "一刻": 15, "三刻": 45}

#: Names of areas that a text is held against: all townships and counties of the country.
PLACES_MAX = 60_000


@dataclass(frozen=True)
class Note:
    """What a note says; a field that it says nothing of isn't there."""

    fields: dict[str, object] = field(default_factory=dict)
    #: The code of the area that it names.
    area: str = ""


def read(said: str, now: datetime, places: Iterable[tuple[str, str]] = ()) -> Note:
    """The fields of a first report that a note tells.

    places: names and codes of the areas that it may name, the smaller ones first.
    """
    text = unicodedata.normalize("NFKC", said).strip()
    area, name = Places(places).named_in(text)
    if name:
        # 十点二十五华区: what follows the time is a place, and no number.
        text = text.replace(name, f",{name}").lstrip(",")
    found: dict[str, object] = {}
    if (moment := _moment(text, now)) is not None:
        found["happened_at"] = moment
    found |= _people(text)
    rest = _AGO.sub("", _CLOCK.sub("", text)).replace(name, "")
    rest = re.sub(r"今天|昨天|今晚|昨晚|刚才|刚刚|位于|发生|在", "", rest)
    if match := _FIRM.search(rest):
        found["enterprise_name"] = match[0][:NAME_CHARS_MAX]
    if title := _title(text):
        found["title"] = title
    return Note(found, area)


def number(said: str) -> int | None:
    """A number as it is spoken, below a thousand: 3, 三, 十二, 二十, 一百零五."""
    if said.isdecimal():
        return int(said)
    total, last = 0, 0
    for char in said:
        if char == "百":
            total, last = total + (last or 1) * 100, 0
        elif char == "十":
            total, last = total + (last or 1) * 10, 0
        elif char in _DIGITS:
            last = _DIGITS[char]
        else:
            return None
    return total + last


def _people(text: str) -> dict[str, object]:
    found: dict[str, object] = {}
    if _NONE.search(text):
        return {"deaths": 0, "serious": 0, "missing": 0}
    for name, word in _PEOPLE:
        # 3人死亡, 死亡3人, and 两死三伤.
        before = re.search(rf"{_NUM}{_UNIT}{word}", text)
        after = re.search(rf"{word}\s*(?:了|人数)?\s*{_NUM}{_UNIT}", text)
        match = before or after
        if match and (n := number(match[1])) is not None:
            found[name] = n
    return found


def hurt(said: str) -> int | None:
    """How many a note calls hurt without saying how badly.

    They fill no field in: as seriously injured they would raise the grade by a guess.
    """
    text = unicodedata.normalize("NFKC", said)
    if _NONE.search(text) or re.search(r"重伤", text):
        return None
    match = re.search(rf"{_NUM}{_UNIT}(?:受)?伤(?!亡)", text)
    match = match or re.search(rf"受伤\s*(?:了|人数)?\s*{_NUM}{_UNIT}", text)
    return number(match[1]) if match else None


def _moment(text: str, now: datetime) -> datetime | None:
    """Never ahead: 十点 said at nine in the morning was yesterday's."""
    local = timezone.localtime(now)
    if match := _AGO.search(text):
        if match[4]:
            return local - timedelta(minutes=30)
        n = number(match[1]) or 0
        minutes = n * 60 + (30 if match[2] else 0) if match[3] == "小时" else n
        return local - timedelta(minutes=minutes)
    match = next((each for each in _CLOCK.finditer(text) if each[2]), None)
    if match is None:
        return local if re.search(r"刚才|刚刚|刚发生", text) else None
    hour, minute = number(match[2]), _minute(match[3])
    if hour is None or hour > 24 or minute is None or minute > 59:
        return None
    if match[1]:
        shift = _HALVES[match[1]]
        hour = hour + 12 if shift and hour < 11 + (match[1] != "中午") else hour
    if hour == 12 and match[1] in _NIGHTS:
        hour = 24
    elif hour == 12 and match[1] == "凌晨":
        hour = 0
    back = 1 if re.search(r"昨天|昨日|昨晚|昨夜", text) else 0
    found = local.replace(hour=0, minute=minute, second=0, microsecond=0)
    found += timedelta(days=-back, hours=hour)
    if not back and found > local and not match[1] and hour == 12:
        # 十二点 said after midnight.
        found -= timedelta(hours=12)
    return found if found <= local else found - timedelta(days=1)


def _minute(said: str | None) -> int | None:
    if not said:
        return 0
    return _QUARTERS[said] if said in _QUARTERS else number(said)


class Places:
    """Names of areas, each found in a text by how it begins: a list of 2,000 rows is held against
    all townships of a province."""

    def __init__(self, places: Iterable[tuple[str, str]]) -> None:
        self._begun: dict[str, list[tuple[tuple[bool, int], str, str]]] = {}
        for rank, (name, code) in enumerate(places):
            stem = name[:-2] if name.endswith("街道") else name[:-1]
            for is_short, said in ((False, name), (True, stem)):
                if len(said) > 1:
                    self._begun.setdefault(said[:2], []).append(((is_short, rank), said, code))

    def named_in(self, text: str) -> tuple[str, str]:
        """The code and name of the first area whose name, or else name without its end, stands in
        it."""
        found = [
            each for n in range(len(text) - 1) for each in self._begun.get(text[n : n + 2], ())
            if text.startswith(each[1], n)
        ]  # fmt: skip
        _rank, said, code = min(found, default=(None, "", ""))
        return code, said


def _title(text: str) -> str:
    """The first part that tells of what happened, without its time."""
    parts = [part.strip() for part in _BREAK.split(_CLOCK.sub("", _AGO.sub("", text)))]
    for part in parts:
        said = _LEAD.sub("", part)
        if len(said) >= 4:
            return said[:TITLE_CHARS_MAX]
    return ""
