"""What a clause wants in numbers: how many of what, at least or at most; trends; what may not be.

A clause is read piece by piece between its signs. In each piece every number with a unit is a
target, unless it is a date, somebody's number or a thing of the past.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from anlan.domain.campaigns.reading import trends, words
from anlan.domain.campaigns.reading.structure import han_number
from anlan.domain.campaigns.reading.target import AGAINST, LEADING, Target, clause_begin

_HAN_COUNT = "[一二两三四五六七八九十百]{1,4}"
_UNITS = rf"(?:{words.SIZE_UNITS}|{words.COUNT_UNITS}|%|个百分点|‰)"
_NUMBER = re.compile(
    rf"(?P<least>{words.AT_LEAST_BEFORE})?(?P<most>{words.AT_MOST_BEFORE})?(?P<about>约|近)?"
    rf"(?P<n>(?<![\d.〔\[第])\d+(?:,\d{{3}})*(?:\.\d+)?)(?P<big>万|亿|千)?(?P<over>余|多)?(?P<unit>{_UNITS})"
    r"(?P<rate>/(?:年|月|天|日|人|户|家))?(?P<size>煤矿|矿次)?(?P<bound>\(?含\)?)?(?P<after>以上|以下|以内|及以上|及以下)?"
)
_HAN_NUMBER = re.compile(
    rf"(?P<least>{words.AT_LEAST_BEFORE}|开展|组织|举办|进行|完成)?(?<![第一二两三四五六七八九十百每])(?P<n>{_HAN_COUNT})(?P<unit>{words.COUNT_UNITS})"
    r"(?P<after>以上|以下|以内)?"
)
#: Behind a number these make it a date, a place in a list, a name or an age, not an amount.
_NO_AMOUNT = re.compile(
    r"^(?:年|月|日|号|时|分(?!钟)|周年|世纪|届|条规定|款|期工程|型|路|线|楼|点钟)"
)
_EACH = re.compile(
    r"(?:各|每个?|所有)(?P<each>市\(州\)|州\(市\)|县\(市、区\)|县\(区\)|市\(区\)|州、市|州市|市州|县市区|县区|地区|市|县|区|乡镇|街道|部门|单位|企业|地|店铺|标段|项目|园区|矿山|矿|学校|村|社区|网格|班组|车间)"
)
_EVERY = re.compile(r"每(?P<every>年度?|半年|季度|个?月|周|天|日)")
#: 力争压减至15家: of what is said before.
_NO_NOUN = re.compile(
    rf"^(?:{words.ADVERBS}|{words.VERBS}|力争|压减|缩减|控制|至|到|在|为|其中|的)*+$"
)
_THOUSANDS = re.compile(r"\d,\d{3}(?!\d)")
_CHANGED_TO = rf"(?:{words.UP}|{words.DOWN}|缩短|压缩|扩大|[减降增升压])(?:到|至|为)"
_FROM_VALUE = re.compile(rf"[由从](\d+(?:\.\d+)?[^\d,。;]{{0,4}}?){_CHANGED_TO}")
_TRAILING = re.compile(rf"(?:{words.UP}|{words.DOWN}|缩短|压缩|控制|均|分别)*+(?:到|至|在|为|均)?$")
_OFTEN = re.compile(r"至少|最少|不少于|每(?:年|半年|季度?|个?月|周|日)")
_REACHED = re.compile(words.REACHING + "$")
_JOINT = re.compile("以及|和|及(?!其)|、|并")
_RANGE = re.compile(r"(\d+)(?:[-—~]{1,2}|至|到)$")
_DATED = re.compile(
    r"^(?:到|至|力争|确保)?(?:\d{4}年)?(?:年?底|\d{1,2}月底?|\d{1,2}月\d{1,2}日)?前?,?(?:实现|使)?"
)
_BEHIND = re.compile(r"^(?:的)?(?P<noun>[^,。;、和及与(“”]{1,30})")


def read(text: str, start: int, end: int, year: int | None) -> list[Target]:
    """Every target between two offsets of the plain text, in order.

    year: the notice's own; a trend without a base is against the year before it.
    """
    found: list[Target] = []
    for a, b in _pieces(text, start, end):
        found += _numbers(text, a, b, start)
        if not _NUMBER.search(text, a, b):
            found += trends.trend(text, a, b, year)
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


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Stretches between signs; what stands in brackets isn't cut."""
    depth, begin = 0, start
    for at in range(start, end):
        char = text[at]
        if char in "(“《":
            depth += 1
        elif char in ")”》":
            depth = max(0, depth - 1)
        elif char in ",;。:\n" and depth == 0 and not _THOUSANDS.match(text, at - 1):
            if at > begin:
                yield begin, at
            begin = at + 1
    if end > begin:
        yield begin, end


# --- Numbers -------------------------------------------------------------------------------


def _numbers(text: str, start: int, end: int, clause: int) -> list[Target]:
    matches = [
        match
        for shape in (_NUMBER, _HAN_NUMBER)
        for match in shape.finditer(text, start, end)
        if _counts(text, match, start)
    ]
    matches.sort(key=lambda match: match.start())
    found = []
    for index, match in enumerate(matches):
        begin = _after_joint(text, matches[index - 1].end(), match.start()) if index else start
        stop = (
            _joint(text, match.end(), matches[index + 1].start())
            if index + 1 < len(matches)
            else end
        )
        found.append(_number(text, match, begin, stop, clause))
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


def _counts(text: str, match: re.Match[str], start: int) -> bool:
    # 一项任务、一套方案 is no amount; 每季度至少研究一次 and 建成三个示范矿井 are.
    if match[0].endswith("一批"):
        # 消除一批隐患 is a manner of speech.
        return False
    if not match["n"][0].isdigit() and not match["least"]:
        reached = _REACHED.search(text[max(start, match.start() - 6) : match.start()])
        if not (reached or _OFTEN.search(text, start, match.start())):
            return False
    unit, after = match["unit"], text[match.end("unit") : match.end("unit") + 4]
    before = text[max(0, start - 1, match.start("n") - 24) : match.start("n")]
    if _in_title(text, match.start("n")) or (not match["least"] and words.TOLD.search(before)):
        return False
    if unit == "分钟" and not (match.groupdict().get("most") or match.groupdict().get("after")):
        return False
    if _FROM_VALUE.match(text, match.start("n") - 1):
        # 由85%提高到95%: what it was is the baseline of the other.
        return False
    if unit in ("日", "天", "小时", "月", "年"):
        # A time limit is a deadline; 日 behind a month is a date.
        return False
    if (unit == "条" and before.endswith("第")) or re.search(
        "(?:依据|按照|根据|对照|等级为?)$", before
    ):
        return False
    if unit in ("级", "类") and not match.groupdict().get("after"):
        # 5类桥梁, 1.1级工房: a grade, not an amount.
        return False
    if unit == "个" and after[:1] in ("月", "工") and not after.startswith("工程"):
        return False
    return not _NO_AMOUNT.match(text[match.end("n") : match.end("n") + 4])


def _in_title(text: str, at: int) -> bool:
    opened, closed = text.rfind("《", 0, at), text.rfind("》", 0, at)
    return opened > closed


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


def _number(text: str, match: re.Match[str], start: int, end: int, clause: int) -> Target:
    said = match.groupdict()
    raw = said["n"].replace(",", "")
    value = Decimal(raw) if raw[0].isdigit() else Decimal(han_number(raw.replace("两", "二")))
    unit = said["unit"]
    if unit.startswith("万") or unit.startswith("亿"):
        value, unit = value * {"万": 10**4, "亿": 10**8}[unit[0]], unit[1:]
    value *= {"万": 10**4, "亿": 10**8, "千": 1000}.get(said.get("big") or "", 1)
    unit += said.get("rate") or ""
    closed = text.find(")", match.end(), end)
    if (
        closed >= 0
        and "(" not in text[match.end() : closed]
        and "(" not in text[start : match.start()]
    ):
        end = closed
    before = text[start : match.start("n")]
    after = text[match.end() : end]
    up_to = None
    unit = unit.replace("(次)", "次")
    if value == value.to_integral_value():
        value = value.to_integral_value()
    if low := _RANGE.search(before):
        value, up_to = Decimal(low[1]), value
        before = before[: low.start()]
    comparator = _comparator(said, before)
    kind = "number"
    base = direction = ""
    if unit in ("%", "个百分点", "‰"):
        base_found = AGAINST.search(before)
        base = (base_found["base"] or "") if base_found else ""
        for way, shape in (("decrease", words.DOWN), ("increase", words.UP)):
            if re.search(rf"{shape}(?:幅度)?(?:了|到|至)?$", before):
                kind, direction = ("number" if before[-1] in "到至" else "change"), way
    if was := _FROM_VALUE.search(before):
        base, before = was[1], before[: was.start()]
    size = re.fullmatch(words.SIZE_UNITS, said["unit"]) or said.get("rate")
    bounded = (said.get("after") or (comparator in ("<=", ">=") and size)) and unit != "%"
    # 建成2座以上示范矿山 is to be reached; 30万吨/年以下煤矿, 30人以上企业 say who is meant.
    reached = said.get("least") or re.search(rf"(?:{words.REACHING}|成|了)$", before)
    if bounded and re.match(r"的?[\u4e00-\u9fff]", after) and (size or not reached):
        kind = "threshold"
    begin = start
    lead = re.match(words.EXISTING_VERBS, before)
    if (
        kind == "number"
        and (lead or (start > clause and text[start - 1] in "和及、并"))
        and after[:1] != ""
    ):
        sibling = clause_begin(text, start, clause)
        if re.match(words.EXISTING_VERBS, text[sibling:]):
            kind = "existing"
            begin = start + (lead.end() if lead else 0)
            if text[:end].endswith("建设"):
                end -= 2
    per = _per(text, start, match.start("n"), clause)
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


def _changed(before: str) -> str:
    """What changes by so much: the words before 较2019年下降."""
    found = re.split(
        r"(?:相比|同比|较(?!大|高|为|好|重|多)|比(?!较|例|重)|与)",
        re.sub(
            rf"(?:{words.TREND_ADVERBS})*(?:{words.DOWN}|{words.UP})(?:幅度)?(?:了)?$", "", before
        ),
    )
    return found[0] or before


def _comparator(said: dict[str, str | None], before: str) -> str:
    stated = (said.get("least") or "") + (said.get("most") or "")
    if stated in words.AT_MOST:
        return "<="
    if stated in words.AT_LEAST:
        return ">="
    after = said.get("after") or ""
    if "以上" in after and re.search("(?:不得|严禁|禁止|不准)[^,。;]{0,6}$", before):
        return "<"
    # 每年至少组织一次, 不低于管辖范围的50%: the word stands before the verb or the whole.
    if re.search(r"(?:至少|最少|不少于|不低于)[^,。;()\d]{0,16}$", before):
        return ">="
    if re.search(r"(?:不超过|不高于|控制在)[^,。;()\d]{0,12}$", before):
        return "<="
    if "以上" in after or said.get("over"):
        return ">="
    return "<=" if after else "="


def _per(text: str, start: int, number: int, clause: int) -> str:
    every = _EVERY.search(text, start, number)
    if every is not None:
        return every["every"].replace("个", "").replace("年度", "年")
    each = _EACH.match(text, clause_begin(text, start, clause), number)
    for near in re.finditer("每", text[start:number]):
        each = _EACH.match(text, start + near.start(), number) or each
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
    if was := _FROM_VALUE.search(said):
        said = said[: was.start()]
    before = noun = _DATED.sub("", said)
    while (shorter := LEADING.sub("", noun)) != noun and len(shorter) > 2:
        noun = shorter
    noun = noun if len(noun) > 2 else before
    return _TRAILING.sub("", noun).strip("、,:") or noun
