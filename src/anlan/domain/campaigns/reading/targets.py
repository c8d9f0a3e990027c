"""What a clause wants in numbers: how many of what, at least or at most; trends; what may not be.

A clause is read piece by piece between its signs. In each piece every amount (amounts.py) is a
target, unless it is a date, somebody's number or a thing of the past.
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from anlan.domain.campaigns.reading import amounts, trends, words
from anlan.domain.campaigns.reading.target import AGAINST, LEADING, Target, clause_begin

_EACH = re.compile(
    r"(?:各|每一?个?|所有)(?P<each>市\(州\)|州\(市\)|县\(市、区\)|县\(区\)|市\(区\)|乡\(镇、街道\)|乡镇\(街道\)|镇\(街道\)|镇\(街\)|村\(社区\)|村\(居\)"
    r"|州、市|州市|市州|县市区|县区|地区|市|县|区|乡镇|镇街|街道|部门|单位|企业|地|店铺|标段|项目|园区|矿山|矿|学校|村|社区|网格|班组|车间)"
)
#: 每座小型水库, 每支: for each of the things that are counted so.
_EACH_ONE = re.compile(rf"每一?(?P<each>{words.COUNT_UNITS})")
_EVERY = re.compile(r"每(?P<every>年度?|半年|季度?|学期|学年|个?月|周|星期|天|日)")
_PERIODS = {"年度": "年", "个月": "月", "季": "季度", "星期": "周"}
#: 力争压减至15家: of what is said before.
_NO_NOUN = re.compile(
    rf"^(?:{words.ADVERBS}|{words.VERBS}|力争|压减|缩减|控制|至|到|在|为|其中|的)*+$"
)
_TRAILING = re.compile(rf"(?:{words.UP}|{words.DOWN}|缩短|压缩|控制|均|分别)*+(?:到|至|在|为|均)?$")
_JOINT = re.compile("以及|和|及(?!其)|、|并")
_RANGE = re.compile(r"(\d+)%?(?:[-—~]{1,2}|至|到)$")
_DATED = re.compile(
    r"^(?:到|至|力争|确保)?(?:\d{4}年)?(?:年?底|\d{1,2}月底?|\d{1,2}月\d{1,2}日)?前?,?(?:实现|使)?"
)
_BEHIND = re.compile(r"^(?:的)?(?P<noun>[^,。;、和及与(“”]{1,30})")
#: 每年至少组织一次, 不低于管辖范围的50%: the word stands before the verb or the whole.
_LEAST_BEFORE = re.compile(r"(?:至少|最少|不得?少于|不得?低于|不得?小于)[^,。;()\d]{0,16}$")
_MOST_BEFORE = re.compile(r"(?:不得?超过|不得?高于|控制在)[^,。;()\d]{0,12}$")
#: Which way a number goes that stands behind these words.
_WAYS = tuple(
    (way, re.compile(rf"{shape}(?:幅度)?(?:了|到|至)?$"))
    for way, shape in (("decrease", words.DOWN), ("increase", words.UP))
)
_REACHED = re.compile(rf"(?:{words.REACHING}|成|了)$")
_SIZE = re.compile(words.SIZE_UNITS)
_EXISTING = re.compile(words.EXISTING_VERBS)
#: 事故起数|较2019年|下降: what changes, against what, and the change.
_CHANGES = re.compile(rf"(?:{words.TREND_ADVERBS})*(?:{words.DOWN}|{words.UP})(?:幅度)?(?:了)?$")
_COMPARED = re.compile(r"(?:相比|同比|较(?!大|高|为|好|重|多)|比(?!较|例|重)|与)")
_FORBIDDEN_BEFORE = re.compile("(?:不得|严禁|禁止|不准)[^,。;]{0,6}$")


def read(text: str, start: int, end: int, year: int | None) -> list[Target]:
    """Every target between two offsets of the plain text, in order.

    year: the notice's own; a trend without a base is against the year before it.
    """
    found: list[Target] = []
    for a, b in amounts.pieces(text, start, end):
        numbers = _numbers(text, a, b, start) + _bare_rates(text, a, b)
        found += numbers or trends.trend(text, a, b, year)
    found += trends.slogans(text, start, end)
    found += trends.curbs(text, start, end)
    once: dict[object, Target] = {}
    for target in _with_objects(sorted(found, key=lambda target: (target.start, target.end))):
        # A slogan that comes again in the same clause is the same duty.
        key = (
            target.object if target.kind == "slogan" else (target.start, target.end, target.object)
        )
        once.setdefault((target.kind, key, target.value), target)
    return list(once.values())


def _bare_rates(text: str, start: int, end: int) -> list[Target]:
    return [
        Target(
            start, end, "number", rate.value, rate.unit,
            _comparator(rate.match.groupdict(), rate.match["lead"]),
            _TRAILING.sub("", text[start : rate.match.start("lead")]),
        )
        for rate in amounts.bare_rates(text, start, end)
    ]  # fmt: skip


# --- Numbers -------------------------------------------------------------------------------


def _numbers(text: str, start: int, end: int, clause: int) -> list[Target]:
    matches = amounts.written(text, start, end)
    found = []
    for index, match in enumerate(matches):
        begin = _after_joint(text, matches[index - 1].end(), match.start()) if index else start
        stop = (
            _joint(text, match.end(), matches[index + 1].start())
            if index + 1 < len(matches)
            else end
        )
        # 1支不少于10人的队伍: the second says what the first is like, and is nobody's share.
        beside = index > 0 and matches[index - 1].end() == match.start()
        found.append(_number(text, match, begin, stop, clause, shared=not beside))
    return _ranged(text, matches, _sized(text, matches, _apiece(text, matches, found)))


def _sized(text: str, matches: list[re.Match[str]], found: list[Target]) -> list[Target]:
    """淘汰800公里以上客运班线15条: the first number says which, the second how many."""
    out = list(found)
    for index in range(len(out) - 1):
        match = matches[index]
        between = text[match.end() : matches[index + 1].start()]
        if (
            match.groupdict().get("after")
            and out[index].kind == "number"
            and not _JOINT.search(between)
        ):
            out[index] = replace(out[index], kind="threshold")
    return out


def _ranged(text: str, matches: list[re.Match[str]], found: list[Target]) -> list[Target]:
    """50元至5000元 is one target with two ends."""
    out: list[Target] = []
    for index, target in enumerate(found):
        last = out[-1] if out else None
        between = text[matches[index - 1].end() : matches[index].start()] if index else ""
        if (
            last is not None and last.unit == target.unit and between in ("至", "到", "-", "—")
            and last.value is not None and target.value is not None and last.value < target.value
        ):  # fmt: skip
            out[-1] = replace(target, start=last.start, value=last.value, up_to=target.value)
            continue
        out.append(target)
    return out


def _apiece(text: str, matches: list[re.Match[str]], found: list[Target]) -> list[Target]:
    """起数和死亡人数分别下降15%和20%: the second value has the verb of the first and the second noun."""
    out = list(found)
    for index in range(1, len(out)):
        first, second = out[index - 1], out[index]
        between = text[matches[index - 1].end() : matches[index].start()]
        if first.kind != "change" or second.kind != "number" or second.unit != first.unit:
            continue
        if between not in ("和", "、", "及", "与"):
            continue
        nouns = re.split("[、和及与]", re.sub("分别$", "", first.object))
        two = len(nouns) == 2 and index == 1 and "分别" in text[first.start : matches[0].start()]
        out[index] = replace(
            second,
            kind="change", direction=first.direction, baseline=first.baseline,
            object=nouns[1] if two else first.object,
        )  # fmt: skip
        if two:
            out[0] = replace(first, object=nouns[0])
    return out


def _with_objects(found: list[Target]) -> list[Target]:
    """2025年不低于60%,2026年不低于80%: what is counted is said once."""
    named = ""
    out = []
    for target in found:
        if named and _NO_NOUN.match(target.object):
            target = replace(target, object=named)
        named = target.object or named
        out.append(target)
    return out


def _joint(text: str, start: int, end: int) -> int:
    """Where the words of one number end and those of the next begin."""
    cut = _JOINT.search(text, start, end)
    bracket = text.find("(", start, end)
    if bracket >= 0:
        return bracket
    return cut.start() if cut else end


def _after_joint(text: str, start: int, end: int) -> int:
    cut = _JOINT.search(text, start, end)
    bracket = text.find("(", start, end)
    if bracket >= 0:
        return bracket + 1
    return cut.end() if cut else start


def _number(
    text: str, match: re.Match[str], start: int, end: int, clause: int, *, shared: bool
) -> Target:
    """The target of one amount. ``shared``: whether a 各 or 每 before it may say of whom."""
    said = match.groupdict()
    value, unit = amounts.value(match)
    end = _bracket_end(text, match, start, end)
    before, after = text[start : match.start("n")], text[match.end() : end]
    up_to = None
    if low := _RANGE.search(before):
        value, up_to = Decimal(low[1]), value
        before = before[: low.start()]
    comparator = _comparator(said, before)
    kind, base, direction = _change(unit, before)
    if was := amounts.FROM_VALUE.search(before):
        base, before = was[1], before[: was.start()]
    if _is_threshold(said, comparator, before, after):
        kind = "threshold"
    begin = start
    if kind == "number" and (there := _existing(text, start, clause, before, after)) is not None:
        kind, begin = "existing", there
        end -= 2 if text[:end].endswith("建设") else 0
    per = _per(text, start, match.start("n"), clause) if shared else ""
    return Target(
        begin,
        end,
        kind,
        value,
        f"{unit}/{per}" if per and kind == "number" and unit != "%" else unit,
        comparator,
        _changed(before) if kind == "change" else _object(text, match, start, end),
        base.removesuffix("年"),
        direction,
        per,
        up_to,
    )


def _bracket_end(text: str, match: re.Match[str], start: int, end: int) -> int:
    """Words inside a bracket end with it."""
    closed = text.find(")", match.end(), end)
    inside = (
        closed >= 0
        and "(" not in text[match.end() : closed]
        and "(" not in text[start : match.start()]
    )
    return closed if inside else end


def _change(unit: str, before: str) -> tuple[str, str, str]:
    """Whether the number is a change: its kind, what it is against, its direction."""
    against = AGAINST.search(before)
    if unit not in ("%", "个百分点", "‰") and against is None:
        return "number", "", ""
    base = (against["base"] or "") if against else ""
    for way, shape in _WAYS:
        if shape.search(before):
            return ("number" if before[-1] in "到至" else "change"), base, way
    return "number", base, ""


def _is_threshold(said: dict[str, str | None], comparator: str, before: str, after: str) -> bool:
    """30万吨/年以下煤矿, 30人以上企业 say who is meant; 建成2座以上示范矿山 is to be reached."""
    size = _SIZE.fullmatch(said["unit"] or "") or said.get("rate")
    bounded = said.get("after") or (comparator in ("<=", ">=") and size)
    if not bounded or said["unit"] == "%" or not re.match(r"的?[\u4e00-\u9fff]", after):
        return False
    reached = said.get("least") or _REACHED.search(before)
    return bool(size or not reached)


def _existing(text: str, start: int, clause: int, before: str, after: str) -> int | None:
    """加强省级15支救援队伍和5个仓库建设: where the words begin of what is there already."""
    lead = _EXISTING.match(before)
    follows = start > clause and text[start - 1] in "和及、并"
    if not after or not (lead or follows):
        return None
    if not _EXISTING.match(text, clause_begin(text, start, clause)):
        return None
    return start + (lead.end() if lead else 0)


def _changed(before: str) -> str:
    """What changes by so much: the words before 较2019年下降."""
    return _COMPARED.split(_CHANGES.sub("", before))[0] or before


def _comparator(said: dict[str, str | None], before: str) -> str:
    stated = (said.get("least") or "") + (said.get("most") or "")
    sign, after = (said.get("sign") or "")[:1], said.get("after") or ""
    if stated in words.AT_MOST or sign in ("≤", "<"):
        return "<="
    if stated in words.AT_LEAST or sign in ("≥", ">"):
        return ">="
    if "以上" in after and _FORBIDDEN_BEFORE.search(before):
        return "<"
    if _LEAST_BEFORE.search(before):
        return ">="
    if _MOST_BEFORE.search(before):
        return "<="
    if "以上" in after or said.get("over"):
        return ">="
    return "<=" if after else "="


def _per(text: str, start: int, number: int, clause: int) -> str:
    every = _EVERY.search(text, start, number)
    if every is not None:
        return _PERIODS.get(every["every"], every["every"])
    each = _EACH.match(text, clause_begin(text, start, clause), number)
    for near in re.finditer("每", text[start:number]):
        each = _EACH.match(text, start + near.start(), number) or each
    each = each or _EACH_ONE.search(text, clause_begin(text, start, clause), number)
    return re.sub("[()、]", "", each["each"]) if each else ""


def _object(text: str, match: re.Match[str], start: int, end: int) -> str:
    """What is counted: the noun behind the number, else the words before it."""
    behind = _BEHIND.match(text[match.end() : end].removeprefix("左右"))
    if behind is not None and len(behind["noun"]) > 1:
        return behind["noun"].replace("”", "")
    rest = text[match.end() : end]
    if rest:
        return rest.replace("“", "").replace("”", "")
    said = text[start : match.start()]
    if was := amounts.FROM_VALUE.search(said):
        said = said[: was.start()]
    before = noun = _DATED.sub("", said)
    while (shorter := LEADING.sub("", noun)) != noun and len(shorter) > 2:
        noun = shorter
    noun = noun if len(noun) > 2 else before
    return _TRAILING.sub("", noun).strip("、,:") or noun
