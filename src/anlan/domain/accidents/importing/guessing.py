"""What the columns of a layout that nobody has described may be, and why each is thought to be it.

A guess is only proposed: the page says beside each column what it rests on, and a person looks at
it before a row is read. What is named as in a known layout comes first, then what words of its
heading and its values say together; a number of people is never guessed from numbers alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from anlan.domain.accidents import law
from anlan.domain.accidents.importing import cells
from anlan.domain.accidents.importing.plan import CODED, FIELDS, Plan, head, layouts
from anlan.domain.accidents.refusals import AccidentIncomplete

#: On what a guess rests: how the heading is called, words in it, what stands below it.
NAMED, WORDS, VALUES, LONGEST = "named", "words", "values", "longest"
#: Of the values of a column, how many in a hundred must read as what it is taken for; the others
#: are told as rows to mend.
MOSTLY = 50
#: A column of codes has few of them, an account many words.
CODES_MOST, CODE_CHARS, ACCOUNT_CHARS = 40, 40, 25
#: Whose days aren't those on which it happened.
_OTHER_DAYS = re.compile(
    "report|creat|updat|clos|issu|enter|receiv|modif|load|complet|inspect|open|birth|hire|"
    "上报|登记|填报|结案|批复|录入|出生"
)
_ID = re.compile(
    r"(id|no|nr|nbr|num|number|key|ref|reference|url|link|编号|病案号|警情号|号|链接)$|^(id|case)"
)
#: Rules of these layouts tell types by an account's words, whatever its columns are.
_BY_ACCOUNT = ("osha",)
#: How a day in three columns is called.
_PARTS = (
    frozenset({"year", "yr", "calyr", "accidentyear", "年", "年份"}),
    frozenset({"month", "mon", "mo", "accidentmonth", "月", "月份"}),
    frozenset({"day", "dayofmonth", "dd", "accidentday", "日"}),
)
#: Ways to call a column that are too short to be looked for within others.
_SHORT = {"lat": ("lat", "y坐标"), "lon": ("lng", "lon", "long", "x坐标")}
#: What is ticked of a person, and is no further person.
_TICKED = ("hospital", "amput", "lossofeye")
_TICKS = frozenset({"0", "1", "0.0", "1.0", "yes", "no", "y", "n", "x", "true", "false"})
_CLOCK = re.compile(r"\d{1,2}[:时点]\d{0,2}|\d{1,4}|\d{1,2}\s*[ap]\.?m\.?", re.IGNORECASE)


@dataclass(frozen=True)
class Column:
    heading: str
    #: The heading as it is compared.
    head: str
    values: Sequence[str]

    def mostly(self, reads: Callable[[str], bool]) -> bool:
        said = [value for value in self.values if not cells.is_nothing(value)]
        return bool(said) and sum(map(reads, said)) * 100 >= MOSTLY * len(said)

    @property
    def length(self) -> float:
        """Of its values on the average; a Chinese character tells as much as two letters."""
        signs = sum(1 + (sign >= "\u2e80") for said in self.values for sign in said)
        return signs / len(self.values) if self.values else 0

    @property
    def is_distinct(self) -> bool:
        return len(set(self.values)) == len(self.values) > 0


@dataclass
class Guess:
    """A layout that was guessed, with the reason for each of its columns."""

    columns: dict[str, list[str]] = field(default_factory=dict)
    same: list[str] = field(default_factory=list)
    #: Heading, and the field, the kind of reason and its word.
    why: dict[str, list[str]] = field(default_factory=dict)

    def take(self, column: Column, name: str, kind: str, detail: str = "") -> None:
        self.columns.setdefault(name, []).append(column.heading)
        self.why[column.heading] = [name, kind, detail]

    def is_free(self, column: Column) -> bool:
        return column.heading not in self.why


def guess(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Guess:
    """What each column may be. ``rows``: some of the first ones, cells in the headings' order."""
    columns = [
        Column(heading, head(heading), [said for row in rows if (said := row[n])])
        for n, heading in enumerate(headings)
    ]  # fmt: skip
    found = Guess()
    _by_names(columns, found)
    _by_words(columns, found)
    _once(columns, found)
    _days(columns, found)
    _accounts(columns, found)
    _people_of_one(columns, found)
    return found


def is_number(heading: str) -> bool:
    """Whether a heading, as it is compared, calls its column a number of something."""
    return bool(_ID.search(heading))


def rules_of(found: Guess, name: str) -> list[dict[str, str]]:
    """What the codes of its columns mean where a known layout has a column of that name."""
    rules = []
    for layout in layouts().values():
        called = {head(each) for each in layout["columns"].get(name, ())}
        for heading in found.columns.get(name, ()):
            if (own := head(heading)) in called:
                said = (rule for rule in layout.get(f"{name}s", ())
                        if not rule.get("column") or head(rule["column"]) == own)  # fmt: skip
                rules += [{**rule, "column": heading} for rule in said]
    return rules


def types_by_account() -> list[dict[str, str]]:
    """Rules that a guessed layout begins with: an account's words, English or Chinese."""
    rules = [rule for name in _BY_ACCOUNT for rule in layouts()[name]["types"]
             if not rule.get("column")]  # fmt: skip
    own = [row.name for row in law.types().values()
           if row.edition == law.OLD and not row.name.startswith("其他")]  # fmt: skip
    return [*({"has": name, "as": name} for name in own), *rules]


def reason(plan: Plan, heading: str, name: str) -> str:
    """Why a column is thought to be that, in a sentence; "" where a person said so."""
    of, kind, detail = plan.why.get(heading, ("", "", ""))
    if of != name or not name:
        return ""
    return {
        NAMED: _("called so in “%(detail)s”"),
        WORDS: _("“%(detail)s” stands in its heading, and its values fit"),
        VALUES: _("its values read so"),
        LONGEST: _("the column with the longest texts"),
    }.get(kind, "") % {"detail": detail}  # fmt: skip


def named_in(plan: Plan, source: str) -> dict[str, list[str]]:
    """The reason for each column of a known layout."""
    return {heading: [name, NAMED, source] for name, heads in plan.columns.items()
            for heading in heads}  # fmt: skip


# --- the kinds of guess --------------------------------------------------------------------------


def _by_names(columns: Sequence[Column], found: Guess) -> None:
    """What any known layout calls so; numbers only where they are numbers there."""
    called: dict[str, tuple[str, str]] = {}
    for layout in layouts().values():
        for name in FIELDS:
            for said in (*layout["columns"].get(name, ()), *layout.get("add", {}).get(name, ())):
                called.setdefault(head(said), (name, str(layout["title"])))
    for column in columns:
        name, title = called.get(column.head, ("", ""))
        if name and _fits(name, column):
            found.take(column, name, NAMED, title)


def _by_words(columns: Sequence[Column], found: Guess) -> None:
    for column in columns:
        if not found.is_free(column):
            continue
        # 伤情描述, "injury description": what stands last says what it is.
        told = column.head.endswith(_WORDS["text"])
        for name, words in _WORDS.items():
            # 伤亡人数 says of neither how many died nor how many were hurt.
            said = column.head.replace("伤亡人数", "")
            word = next((word for word in words if word in said), "")
            word = word or (column.head if column.head in _SHORT.get(name, ()) else "")
            if word and not (told and name in CODED) and _fits(name, column):
                found.take(column, name, WORDS, word)
                break
        else:
            if is_number(column.head) and column.values and not found.columns.get("key"):
                found.take(column, "key", WORDS, column.heading)


def _once(columns: Sequence[Column], found: Guess) -> None:
    """Nobody is counted twice: by what became of a person and by a tick beside it, or by a stay in
    hospital and what was done there."""
    ticks = [each for each in columns if each.heading in found.columns.get("serious", ())
             and any(word in each.head for word in _TICKED) and each.mostly(_is_tick)]  # fmt: skip
    for column in ticks[0 if found.columns.get("outcome") else 1 :]:
        found.columns["serious"].remove(column.heading)
        del found.why[column.heading]
    if not found.columns.get("serious"):
        found.columns.pop("serious", None)


def _days(columns: Sequence[Column], found: Guess) -> None:
    """The day on which it happened: not that on which it was reported or entered."""
    if found.columns.get("happened_at"):
        return
    parts = [next((each for each in columns if each.head in names), None) for names in _PARTS]
    if all(parts):
        for part in filter(None, parts):
            found.take(part, "happened_at", VALUES)
        return
    days = [each for each in columns if found.is_free(each) and each.mostly(cells.is_day)]
    if days:
        own = (each for each in days if not _OTHER_DAYS.search(each.head))
        found.take(next(own, days[0]), "happened_at", VALUES)


def _accounts(columns: Sequence[Column], found: Guess) -> None:
    """The longest texts are the account, and what happened where no column is its title."""
    texts = [each for each in columns if found.is_free(each) and each.length >= ACCOUNT_CHARS]
    if texts and not found.columns.get("text"):
        longest = max(texts, key=lambda each: each.length)
        found.take(longest, "text", LONGEST)
    if not found.columns.get("title"):
        told = found.columns.get("text") or found.columns.get("type") or []
        found.columns["title"] = list(told[:1])


def _people_of_one(columns: Sequence[Column], found: Guess) -> None:
    """Rows of people: one accident's have its number."""
    keys = [each for each in columns if each.heading in found.columns.get("key", ())]
    if found.columns.get("outcome") and keys and not keys[0].is_distinct:
        found.same = [keys[0].heading]


def _fits(name: str, column: Column) -> bool:
    """Whether its values can be what its heading says; a column without any can."""
    reads = _READS.get(name)
    return reads is None or not column.values or reads(column)


def _is_tick(said: str) -> bool:
    return cells.is_nothing(said) or said.lower() in _TICKS


def _is_number(said: str) -> bool:
    return _reads(cells.number, said, "deaths")


def _is_amount(said: str) -> bool:
    return _reads(cells.amount, said, "loss")


def _is_degrees(said: str) -> bool:
    return _reads(cells.degrees, said, "lon", 180)


def _reads(read: Callable[..., Any], *given: Any) -> bool:
    try:
        read(*given)
    except AccidentIncomplete:
        return False
    return True


def _numbers(column: Column) -> bool:
    return column.mostly(_is_number)


def _few(column: Column) -> bool:
    return len(set(column.values)) <= CODES_MOST and column.length < CODE_CHARS


_READS: Mapping[str, Callable[[Column], bool]] = {
    "deaths": _numbers, "serious": _numbers, "light": _numbers, "missing": _numbers,
    "loss": lambda column: column.mostly(_is_amount),
    "loss_wan": lambda column: column.mostly(_is_amount),
    "lat": lambda column: column.mostly(_is_degrees),
    "lon": lambda column: column.mostly(_is_degrees),
    "happened_at": lambda column: column.mostly(cells.is_day),
    "time": lambda column: column.mostly(lambda said: _CLOCK.fullmatch(said) is not None),
    "outcome": _few, "type": _few, "sector": _few,
}  # fmt: skip
#: Words of headings, in the order in which a field is taken for them.
_WORDS: Mapping[str, tuple[str, ...]] = {
    "loss_wan": ("万元",),
    # Before numbers of people: a degree of injury may be 1, 2 or 3.
    "outcome": ("degree", "outcome", "severity", "disposition", "伤害程度", "伤情", "转归",
                "结局"),
    "deaths": ("fatal", "death", "dead", "killed", "died", "死亡", "遇难", "亡人"),
    "missing": ("missing", "失踪", "下落不明", "失联"),
    "light": ("light", "minor", "firstaid", "轻伤"),
    "serious": ("serious", "hospital", "injur", "amput", "hurt", "重伤"),
    "loss": ("damage", "cost", "loss", "损失"),
    "lat": ("latitude", "纬度"),
    "lon": ("longitude", "经度"),
    "zone": ("timezone", "时区"),
    "time": ("time", "时刻"),
    "type": ("type", "category", "classif", "class", "类别", "类型"),
    "sector": ("industry", "sector", "行业"),
    "enterprise": ("employer", "company", "operator", "facility", "establishment", "business",
                   "firm", "minename", "单位", "企业", "公司"),
    "area": ("区划", "归属地", "地区", "区县", "属地"),
    "place": ("address", "city", "county", "state", "location", "street", "site", "town", "where",
              "地点", "地址"),
    "title": ("title", "headline", "subject", "summary", "brief", "名称", "事由", "简况", "标题"),
    "text": ("narrative", "description", "account", "abstract", "detail", "经过", "描述", "概述",
             "情况", "内容", "诊断"),
}  # fmt: skip
