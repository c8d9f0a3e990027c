"""Which column means what: by its name, a sender's saved mapping, and by what stands in it."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from anlan.domain.hazards.reading import dates, states
from anlan.kernel.papers.sheets.book import CellError, Value
from anlan.kernel.papers.sheets.tables import text_of

#: Fields that aren't a hazard's: they say what else a sheet is.
FOREIGN = ("check_item", "scoring", "quiz", "risk", "task", "count", "roster", "accident")
#: At least one of these must be there: a text without where, when, who or how far is a catalogue.
CIRCUMSTANCES = (
    "found_on", "enterprise", "place", "responsible_unit", "responsible_person", "deadline",
    "rectified_on", "status", "closure", "progress", "is_rectified", "verified_on", "closed_on",
    "checking_unit", "checkers", "county", "township", "area", "verification", "found_month",
)  # fmt: skip
#: Left of the hazard itself; blank together they mean "as in the row above".
GROUP_FIELDS = ("found_on", "enterprise", "checking_unit", "area", "county", "township", "sector")

_DROP = re.compile(r"[\s*＊★☆※#\"'“”‘’`·]+")
_BRACKETS = re.compile(r"[(\[{<【〔「《][^()\[\]{}<>【】〔〕「」《》]*[)\]}>】〕」》]?")
_ENDS = re.compile(r"^(?:\d{1,2}|[一二三四五六七八九十]{1,2}|[①-⑳])[、..)]|[:,;。、./\-_]+$")
_JOINERS = re.compile(r"[、,/\\|&+和与及或\-_]+")

_GENERIC = frozenset(
    (  # noqa: SIM905
        "日期 时间 单位 名称 部门 责任人 负责人 情况 人员 状态 结果 内容 类型 类别 级别 等级"
        " 问题 隐患 说明 措施 要求 地点 电话 领导 责任 姓名 期限 时限 资金 完成时间 完成日期"
        " 区域 位置 意见 依据 方式 联系电话 职务"
    ).split()
)


def head(text: str) -> str:
    """A column's name as it is compared: '整改资金\\n（万元）*' → 整改资金."""
    plain = _DROP.sub("", unicodedata.normalize("NFKC", text))
    bare = _BRACKETS.sub("", plain)
    # Where everything stands in brackets there is nothing else to go by.
    bare = bare or plain.strip("()[]【】")
    return _ENDS.sub("", bare).casefold()


@dataclass(frozen=True, slots=True)
class Field:
    code: str
    kind: str
    patterns: tuple[re.Pattern[str], ...]


@dataclass(frozen=True, slots=True)
class Dictionary:
    fields: Mapping[str, Field]
    #: Compared name to the fields that go by it, in the file's order.
    names: Mapping[str, tuple[str, ...]]


@cache
def dictionary() -> Dictionary:
    text = resources.files(__package__).joinpath("columns.toml").read_text("utf-8")
    fields: dict[str, Field] = {}
    names: dict[str, tuple[str, ...]] = {}
    for code, entry in tomllib.loads(text).items():
        patterns = tuple(re.compile(p) for p in entry.get("patterns", ()))
        fields[code] = Field(code, entry["kind"], patterns)
        for name in entry["names"].split():
            # 'hazard_description' is also known as 'Hazard description'.
            for key in {head(name), head(name.replace("_", ""))}:
                if code not in names.get(key, ()):
                    names[key] = (*names.get(key, ()), code)
    return Dictionary(fields, names)


def kind_of(code: str) -> str:
    return dictionary().fields[code].kind


@lru_cache(maxsize=8_192)
def by_name(text: str) -> tuple[tuple[str, float, str], ...]:
    """Fields that a single name may mean: (field, how surely, name or pattern)."""
    name = head(text)
    if not name or len(name) > 40:
        return ()
    if _COUNTED.search(text):
        return (("count", 0.9, "pattern"),)
    known = dictionary()
    exact = known.names.get(name) or known.names.get(_JOINERS.sub("", name))
    if exact is None and _has_traditional(name):
        simple = _simplified(name)
        if simple != name:
            return by_name(simple)
    if exact and not (
        "category" in exact and _BOTH_GRADES.search(unicodedata.normalize("NFKC", text))
    ):
        return tuple((code, 1.0, "name") for code in exact)
    if len(name) > 24:
        return ()
    if _BOTH_GRADES.search(unicodedata.normalize("NFKC", text)):
        return (("grade", 0.9, "pattern"),)
    for attempt in (name, _SYNONYMS.sub("整改", name)):
        if attempt != name and attempt in known.names:
            return tuple((code, 0.95, "pattern") for code in known.names[attempt])
        for code, field in known.fields.items():
            if any(pattern.search(attempt) for pattern in field.patterns):
                return ((code, 0.8, "pattern"),)
    return ()


#: '发现隐患（条）' asks for a number.
_COUNTED = re.compile(
    r"[（(【\[](?:家|条|项|个|次|处|起|户|场|份|人|人次|家次|万人次|%|％)[)）】\]]\s*$"
)


def _has_traditional(name: str) -> bool:
    """Whether a character is outside GB 2312, as 檢查 and 隱患 are."""
    try:
        name.encode("gb2312")
    except UnicodeEncodeError:
        return True
    return False


@cache
def _converter() -> Any:
    from opencc import OpenCC

    return OpenCC("tw2s")


def _simplified(name: str) -> str:
    return str(_converter().convert(name))


#: '隐患分类（一般、重大）' asks for the grade whatever it is called.
_BOTH_GRADES = re.compile(r"一般(?:隐患)?[/、,或|及和](?:较大(?:隐患)?[/、,或|])?重大")
_SYNONYMS = re.compile("整治|治理|整顿")


#: Names that are values as well: beside others they count, alone they make no header.
_ALSO_VALUES = frozenset(
    (  # noqa: SIM905
        "已整改 未整改 整改完成 整改 销号 挂牌 挂牌督办 一般隐患 重大隐患 重大事故隐患 隐患 问题"
        " 当场整改 现场整改"
        " 安全隐患 事故隐患 完成整改 项目 场所 村 社区 市 县 区 镇 乡 州 省 街道 车间 岗位 专家"
        " 年 月 日 企业 单位 法人 负责人 安全负责人 网格员 其他 其它 措施 责任 无 培训内容"
    ).split()
)
_SENTENCE = re.compile(r"[。；;！!？?，,]|^\d")


@cache
def _name_chars() -> frozenset[str]:
    return frozenset("".join(dictionary().names))


def _could_be_a_name(bare: str) -> bool:
    """Cheap: cells of data mostly have a digit or characters that no column name has."""
    known = _name_chars()
    strange = sum(1 for char in bare if char not in known and not char.isspace())
    return strange * 4 <= len(bare) and not any(char.isdigit() for char in bare)


@lru_cache(maxsize=65_536)
def vocabulary(text: str) -> float:
    """How surely a cell names a column; for finding headers: 1 by name, 0.6 by pattern."""
    stripped = text.strip()
    if len(stripped) > 60 or not stripped:
        return 0.0
    bare = _BRACKETS.sub("", unicodedata.normalize("NFKC", stripped))
    # '检查人员：' is a form's label, '填报人：张三' a pair; a sentence names nothing.
    if ":" in bare or _SENTENCE.search(bare):
        return 0.0
    exact = head(text) in dictionary().names
    if not exact and (len(bare) > 14 or not _could_be_a_name(bare)):
        # Too long or too strange for a pattern; levels in one cell are long by nature.
        found = by_names((text,)) if "/" in text else ()
    else:
        found = by_name(text) or (by_names((text,)) if "/" in text else ())
    if not found:
        return 0.0
    if head(text) in _ALSO_VALUES:
        return 0.6
    return 1.0 if found[0][2] == "name" else 0.6 if len(bare) <= 14 else 0.0


@lru_cache(maxsize=8_192)
def by_names(names: tuple[str, ...]) -> tuple[tuple[str, float, str], ...]:
    """Fields for a header of one or more levels, the lowest last."""
    if not names:
        return ()
    if len(names) == 1:
        found = by_name(names[0])
        if found or "/" not in names[0]:
            return found
        # Levels that were written into one cell, as our error workbook does.
        names = tuple(part for part in names[0].split("/") if part.strip())
        if len(names) < 2:
            return ()
    best: dict[str, tuple[float, str]] = {}

    def offer(found: Iterable[tuple[str, float, str]], times: float, how: str) -> None:
        for code, score, _ in found:
            if score * times > best.get(code, (0.0, ""))[0]:
                best[code] = (score * times, how)

    leaf, group = names[-1], names[-2]
    joined = [f"{group}{leaf}", f"{leaf}{group}"]
    if len(names) > 2:
        joined.append(f"{names[-3]}{leaf}")
    for place, text in enumerate(joined):
        offer(by_name(text), 1.0 if place == 0 else 0.96, "levels")
    generic = head(leaf) in _GENERIC
    offer(by_name(leaf), 0.65 if generic else 0.95, "name")
    offer(by_name(group), 0.6, "group")
    return tuple(
        (code, score, how) for code, (score, how) in sorted(best.items(), key=lambda i: -i[1][0])
    )


# What stands in a column -------------------------------------------------------------------------

HAZARD_WORDS = re.compile(
    r"未|不(?!锈)|无(?!锡|缝|线)|缺|没有|破损|损坏|失效|过期|堵塞|占用|锈蚀|老化|松动|脱落|私拉|乱接|乱堆|违规|违章|违反|漏|裂|塌|"
    r"隐患|不足|过大|过小|超|擅自|混放|混存|堆放|裸露|悬空|积水|失灵|失控|遮挡|锁闭|随意|变形|断|倾斜|杂物|阻塞|欠缺|薄弱"
)
_QUESTION = re.compile(r"是否|有无|能否|[?？]$|应当?(?:符合|设置|建立|制定)")
_YESNO = re.compile(r"^(?:是|否|有|无|√|×|✓|✗|Y|N|yes|no|true|false|0|1|已|未)$", re.I)
_GRADE = re.compile(
    r"^(?:一般|重大|较大|特大|轻微|严重|低|中|高|[ⅠⅡⅢⅣI]+级?|\d(?:\.0)?级?|[一二三四甲乙ABCDabcd]级?)?(?:事故|安全)?(?:隐患|问题|风险)?(?:\d级)?$"
)
_PERSON = re.compile(
    r"^(?:[\u4e00-\u9fff·]{2,4}|人员\d+)(?:[、,，/ ;；\n]+(?:[\u4e00-\u9fff·]{2,4}|人员\d+))*"
    r"(?:[ :：(（]*1[3-9]\d{9}[)）]?)?$"
)
_PHONE = re.compile(r"^(?:\+?86)?[- ]?(?:1[3-9]\d{9}|0\d{2,3}-?\d{7,8}|\d{7,8})(?:[,，、/ ].*)?$")
_USCC = re.compile(r"^[0-9A-HJ-NPQRTUWXY]{18}$|^\d{15}$")
_UNIT = re.compile(
    r"(?:公司|厂|矿|局|所|站|店|中心|学校|医院|酒店|宾馆|超市|部|队|村|社|委|办|院|园|场|市|县|区|镇|乡|街道|政府|集团|工程|项目|标段?|商场|餐厅|饭店|作坊|KTV|网吧|库|线|大桥|隧道)$"
)
SAMPLE_ROWS = 300


@dataclass(frozen=True, slots=True)
class Profile:
    """Shares of the non-blank cells sampled in one column, 0 to 1."""

    rows: int
    filled: int
    day: float = 0.0
    number: float = 0.0
    chars: float = 0.0
    chars_max: int = 0
    hazard: float = 0.0
    question: float = 0.0
    status: float = 0.0
    yesno: float = 0.0
    grade: float = 0.0
    person: float = 0.0
    phone: float = 0.0
    uscc: float = 0.0
    unit: float = 0.0
    distinct: float = 0.0

    @property
    def density(self) -> float:
        return self.filled / self.rows if self.rows else 0.0


def profile(values: Sequence[Value]) -> Profile:
    texts = [(value, text_of(value).strip()) for value in values if value is not None]
    texts = [(v, t) for v, t in texts if not isinstance(v, CellError)]
    if not texts:
        return Profile(len(values), 0)
    n = len(texts)

    def share(test: Callable[[str], object]) -> float:
        return sum(1 for _, t in texts if test(t)) / n

    return Profile(
        rows=len(values),
        filled=n,
        day=sum(1 for v, _ in texts if dates.looks_like_day(v)) / n,
        number=sum(
            1
            for v, t in texts
            if (isinstance(v, int | float) and not isinstance(v, bool)) or _is_number(t)
        )
        / n,
        chars=sum(len(t) for _, t in texts) / n,
        chars_max=max(len(t) for _, t in texts),
        hazard=share(HAZARD_WORDS.search),
        question=share(_QUESTION.search),
        status=share(states.is_status),
        yesno=share(_YESNO.match),
        grade=share(_GRADE.match),
        person=share(_PERSON.match),
        phone=share(_PHONE.match),
        uscc=share(_USCC.match),
        unit=share(_UNIT.search),
        distinct=len({t for _, t in texts}) / n,
    )


def _is_number(text: str) -> bool:
    return bool(re.fullmatch(r"-?[\d,]+(?:\.\d+)?%?", text))


def fits(code: str, p: Profile) -> float:
    """How well a column's content agrees with a field: 1 nothing against it, 0 impossible."""
    if not p.filled:
        return 1.0
    kind = kind_of(code) if code in dictionary().fields else "text"
    if code == "description":
        if p.number > 0.7 or p.day > 0.7 or p.yesno > 0.6:
            return 0.1
        if p.status > 0.7 or (p.filled >= 3 and p.chars < 3 and p.hazard < 0.5):
            return 0.2
        if p.question > 0.6 and p.filled >= 3:
            return 0.3
        if p.filled >= 4 and p.unit > 0.8 and p.chars < 15:
            return 0.3
        return 1.0 if p.chars >= 5 or p.hazard else 0.7
    if kind in ("date", "deadline"):
        if p.day >= 0.4:
            return 1.0
        if kind == "deadline":
            return 0.9 if p.chars < 20 else 0.4
        if p.status > 0.5:
            return 0.5
        return 0.35 if p.day == 0 and p.chars > 8 else 0.8
    if kind == "grade":
        return 1.0 if p.grade > 0.4 or p.chars <= 8 else 0.4
    if kind in ("yesno", "status") and p.day > 0.6:
        return 0.35
    if kind == "yesno":
        if p.number > 0.9 and code in ("is_rectified", "is_major") and p.chars_max > 1:
            return 0.2
        return 0.4 if p.chars > 15 and code in ("is_major",) else 1.0
    if kind == "serial":
        return 0.4 if p.chars > 12 and p.hazard > 0.3 else 1.0
    if code == "count":
        return 1.0 if p.number > 0.6 else 0.2
    if kind == "code":
        return 1.0
    if kind == "money":
        return 0.3 if p.chars > 25 and p.number == 0 else 1.0
    if kind == "name" and p.hazard > 0.6 and p.chars > 20:
        return 0.3
    if kind in ("person", "name", "area") and p.day > 0.8:
        return 0.3
    return 1.0


def by_content(p: Profile) -> tuple[str, float] | None:
    """A field for a column whose name says nothing."""
    if p.filled < 2:
        return None
    if p.uscc > 0.7:
        return "credit_code", 0.7
    if p.phone > 0.7:
        return "phone", 0.6
    if p.status > 0.7 and p.chars <= 8 and p.yesno < 0.9:
        return "status", 0.55
    if (
        p.chars >= 6
        and p.hazard >= 0.5
        and p.question < 0.3
        and p.distinct > 0.3
        and p.number < 0.2
    ):
        return "description", min(0.6, 0.4 + p.hazard / 5)
    return None
