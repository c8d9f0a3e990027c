"""Structures in words: 1+2+10, “五到位”, “一企一策”, ABCD四级, 省-市-县-乡-村五级, 一级重大危险源.

A phrase that only sounds like a number (双重预防, 一把手) is an idiom and counts nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from . import numbers
from .model import Find, in_words

#: Slogans whose name doesn't say what they count: parts, and the unit of their sum.
SLOGANS: dict[str, tuple[tuple[int, ...], str]] = {
    "两重点一重大": ((2, 1), "项"), "两重点、一重大": ((2, 1), "项"), "两客一危": ((2, 1), "类"),
    "两客一危一重": ((2, 1, 1), "类"), "两客一危一货": ((2, 1, 1), "类"), "两客两危": ((2, 2), "类"),
    "三超一改": ((3, 1), "项"), "三超一疲劳": ((3, 1), "项"), "双随机、一公开": ((2, 1), "项"),
    "双随机一公开": ((2, 1), "项"), "三违": ((3,), "种"), "双报告": ((2,), "方"), "两防": ((2,), "项"),
    "五到位": ((5,), "项"), "三同时": ((3,), "项"), "四不两直": ((4, 2), "项"), "一会三卡": ((1, 3), "项"),
    "三管三必须": ((3, 3), "个"), "三合一": ((3,), "种"), "多合一": ((), ""), "一表三清单": ((1, 3), "个"),
    "三下降": ((3,), "个"), "四下降": ((4,), "个"), "五要件": ((5,), "项"), "三同": ((3,), "项"), "一岗双责": ((1, 2), "责"), "四个一批": ((4,), "个"),
}  # fmt: skip

#: Said so often that they count nothing.
IDIOMS = frozenset((
    "一把手", "一票否决", "一刀切", "一查了之", "一罚了之", "一本账", "一张网", "一盘棋", "双下降",
    "双重预防", "双重预防机制", "双主任", "双组长", "两手抓", "双控", "一岗双责", "三合一", "多合一",
    "千家万户", "百日行动", "万无一失", "第一责任人", "四类推动机制", "一案双查", "一网统管", "一网通办", "一呼百应",
    "双重交办", "双重督办", "一体化", "三同", "双预防", "双随机", "双碳", "十一五", "十二五",
    "十四五", "十三五", "十五五", "三农", "五一", "十一", "双节", "两会", "二十大",
    "十五条", "五四", "双回路", "两个确立", "两个维护", "四个意识", "四个自信", "四个全面", "三个代表",
    "两山", "双电源", "双向", "双人双锁", "双人双岗", "双城", "七一", "八一",
))  # fmt: skip

_QUOTE = re.compile(r"[“\"]([^“”\"]{2,16})[”\"]")
_PARTS = re.compile(
    r"(?P<n>[二三四五六七八九]?十[一二三四五六七八九]?|[两双二三四五六七八九](?!十)|\d{1,3})(?P<u>个|项|条|张|类|种|级|大|化|色|进|步|道|支|批|到位|轮次)?(?P<name>[^\d+]{0,6})"
)
_PAIR = re.compile(
    r"(?P<a>[两三四五六七八九])[^一两二三四五六七八九十个项条]{1,2}、?(?P<b>[一两三四五六七八九])[^一两二三四五六七八九十个项条]{1,2}"
)
_CODE_PART = r"\d{1,3}(?:(?:个|套|项)[^\d+,。;、“”()《》\n]{0,8})?"
CODE = re.compile(rf"(?<![\d+.]){_CODE_PART}(?:\+{_CODE_PART}){{1,4}}(?![\d+A-Z])")
ONE_EACH = re.compile(
    r"[“\"]一(?P<of>[企矿厂人岗事案患项车船库地域品栋楼园县市镇])一(?P<each>[^一“”\"、]{1,2})[”\"]"
)
ONES = re.compile(r"[“\"](?:一[\u4e00-\u9fff]{1,3}?、?){2,6}[”\"]")
STEPS = re.compile(r"[“\"](?:[一二三四五六][^一二三四五六“”\"、,]){3,6}[”\"]")
ROLES = re.compile(r"[“\"][^“”\"+\d]{2,10}(?:\+[^“”\"+\d]{2,14}){2,}[”\"]")
LETTERS = re.compile(r"[“\"]?(?P<l>(?:[A-F]、?){2,5})[”\"]?、?(?P<h>[二三四五]?)级")
LISTED = re.compile(r"(?:[一二三四五ⅠⅡⅢⅣIV]{1,3}[级类期]?、)+[一二三四五ⅠⅡⅢⅣIV]{1,3}(?P<u>级|类)")
#: 省-市-县-乡-村, also where the middle was lost (省----村): so many tiers.
TIERS = re.compile(r"(?P<from>[省市县])(?:[-—]+[市县乡镇]?)+(?P<to>[乡镇村])")
ORDINAL = re.compile(
    r"(?P<n>[一二三四特]|[ⅠⅡⅢⅣ]|(?<![A-Z])I{1,3}V?)(?P<u>级|期)(?=[^以及,。;、(）)政党指管联三]|、)"
)

_GRADED = re.compile(r"重大危险源|缺陷|风险|隐患|预警|响应|应急响应|事故|尾矿库|动火|等保")
ROMAN = {"Ⅰ": 1, "Ⅱ": 2, "Ⅲ": 3, "Ⅳ": 4, "I": 1, "II": 2, "III": 3, "IV": 4, "特": 0}
#: Behind 一级、二级 these are a grade of one thing, not kinds of it.
_ONE_GRADE = re.compile(r"安全生产标准化|标准化|资质|公路")


def finds(text: str, start: int, end: int) -> Iterator[Find]:
    """Every structure that this line names."""
    yield from _codes(text, start, end)
    yield from _quotes(text, start, end)
    yield from _patterns(text, start, end)
    for grades in (_letters, _listed, _tiers, _ordinals, _editions):
        yield from grades(text, start, end)


def _codes(text: str, start: int, end: int) -> Iterator[Find]:
    for hit in CODE.finditer(text, start, end):
        parts = tuple(int(part) for part in re.findall(r"(?:^|\+)(\d{1,3})", hit[0]))
        if len(parts) >= 2:
            named = re.search(
                r"[”\"]?(三年行动计划|方案|机制|体系|布局|总体框架)",
                text[hit.end() : hit.end() + 10],
            )
            around = re.match(
                r"[”\"]?(?P<w>[\u4e00-\u9fff]{0,8})", text[hit.end() : hit.end() + 10]
            )
            lead = re.search(r"[\u4e00-\u9fff]{0,6}[“\"]?$", text[start : hit.start()])
            beside = f"{lead[0] if lead else ''}{around['w'] if around else ''}"
            what = (named[1] if named else "") + beside.strip("“")
            yield in_words(
                hit.span(), sum(parts), "个", "structure", parts=parts, indicator=f"{what}结构"
            )


def _quotes(text: str, start: int, end: int) -> Iterator[Find]:
    """“五到位” says its number by its name, once a line."""
    seen: set[str] = set()
    for hit in _QUOTE.finditer(text, start, end):
        name = hit[1]
        find = _slogan(name, hit.span(1)) if name not in seen else None
        if find is None:
            continue
        before = re.search(r"[\u4e00-\u9fff]{0,8}$", text[start : hit.start()])
        after = re.match(r"[\u4e00-\u9fff]{0,4}", text[hit.end() : hit.end() + 4])
        find.indicator = f"{before[0] if before else ''}{name}{after[0] if after else ''}"
        find.hints["quoted"] = "1"
        seen.add(name)
        yield find


def _patterns(text: str, start: int, end: int) -> Iterator[Find]:
    """“一企一策”, “一办一队一库”, “一看二查三改”, “网格员+志愿者+专家”."""
    for hit in ONE_EACH.finditer(text, start, end):
        yield _quoted(hit, 1, f"{hit['each']}/{hit['of']}", "rule")
    for hit in ONES.finditer(text, start, end):
        # Three things, one of each. “一岗一责” says a rule of each and stands above.
        ones = hit[0].count("一")
        if ones >= 3 and _bare(hit) not in IDIOMS:
            yield _quoted(hit, ones, "个", "structure")
    for hit in STEPS.finditer(text, start, end):
        steps = re.findall(r"[一二三四五六]", hit[0])
        if steps == list("一二三四五六")[: len(steps)]:
            yield _quoted(hit, len(steps), "步", "structure")
    for hit in ROLES.finditer(text, start, end):
        yield _quoted(hit, hit[0].count("+") + 1, "类", "structure")


def _bare(hit: re.Match[str]) -> str:
    return hit[0].strip('“”"')


def _quoted(hit: re.Match[str], value: int, unit: str, kind: str) -> Find:
    return in_words((hit.start() + 1, hit.end() - 1), value, unit, kind, indicator=_bare(hit))


def _slogan(name: str, span: tuple[int, int]) -> Find | None:
    if name in IDIOMS:
        return None
    if name in SLOGANS:
        parts, unit = SLOGANS[name]
        if not parts:
            return None
        several = parts if len(parts) > 1 else ()
        return in_words(span, sum(parts), unit, "structure", parts=several, indicator=name)
    grips = re.fullmatch(
        r"(?P<a>[两三四五六七八九十])(?P<v>[抓查促])(?P<b>\d{1,3})(?P<u>条|项)", name
    )
    if grips:
        return in_words(span, int(grips["b"]), grips["u"], "structure",
                     parts=(int(numbers.han(grips["a"])), int(grips["b"])), indicator=name)  # fmt: skip
    hundred = re.fullmatch(r"([两三四五六七八九十]|\d{1,2})个100%", name)
    if hundred:
        return in_words(span, numbers.either(hundred[1]), "个", "structure", indicator=name)
    pair = _PAIR.fullmatch(name)
    if pair and not name.endswith("位一体"):
        both = (int(numbers.han(pair["a"])), int(numbers.han(pair["b"])))
        return in_words(span, sum(both), "项", "structure", parts=both, indicator=name)
    hit = _PARTS.fullmatch(name)
    if hit is None or not (hit["u"] or len(hit["name"]) <= 3) or name.startswith(("双重", "双周")):
        return None
    if hit["n"].isdigit() and not hit["u"]:
        return None
    value = numbers.either(hit["n"])
    unit = hit["u"] or ("个" if hit["name"] == "位一体" else "项")
    unit = {"大": "个", "到位": "项", "批": "批"}.get(unit, unit)
    return in_words(span, value, unit, "structure", indicator=name)


def _letters(text: str, start: int, end: int) -> Iterator[Find]:
    """A、B、C、D四级."""
    for hit in LETTERS.finditer(text, start, end):
        count = len(re.findall(r"[A-F]", hit["l"]))
        if hit["h"] and numbers.han(hit["h"]) != count:
            continue
        before, after = (
            text[max(start, hit.start() - 20) : hit.start()],
            text[hit.end() : hit.end() + 2],
        )
        yield in_words(hit.span(), count, "级", "structure", indicator=f"{before}{after}等级分级")


def _listed(text: str, start: int, end: int) -> Iterator[Find]:
    """一级、二级、三级: as many as are listed."""
    for hit in LISTED.finditer(text, start, end):
        if _ONE_GRADE.match(text, hit.end()):
            continue
        if hit.start() != start and text[hit.start() - 1] == "第":
            continue
        named = re.search(r"[\u4e00-\u9fff]{0,8}$", text[start : hit.start()])
        name = f"{named[0] if named else ''}{text[hit.end() : hit.end() + 8]}{hit['u']}别分类"
        yield in_words(hit.span(), hit[0].count("、") + 1, hit["u"], "structure", indicator=name)


def _tiers(text: str, start: int, end: int) -> Iterator[Find]:
    for hit in TIERS.finditer(text, start, end):
        order = "省市县乡村".replace("乡", hit["to"]) if hit["to"] == "镇" else "省市县乡村"
        tiers = order.index(hit["to"]) - order.index(hit["from"]) + 1
        name = f"{hit[0]}责任层级{text[hit.end() : hit.end() + 8]}"
        yield in_words(hit.span(), tiers, "级", "structure", indicator=name)


#: Behind a grade or before it these make it a name: 二级甲等, 一级政府, 第一期.
_GRADE_OF = re.compile(
    r"甲|乙|以上|标准化|资质|党|政府|指挥|联|医|建造|注册|防火|耐火|安全生产标准"
)
_BUILT = re.compile(r"系统|工程|项目")


#: 第20个全国“安全生产月”: which one of those that come back.
_EDITION = re.compile(
    r"第(?P<n>\d{1,3}|[一二三四五六七八九十]{1,3})(?P<u>个|届)(?P<of>(?:全国|全省|国家)?“?[^,。;、\d”]{0,14}?(?:[月周日]|大会|博览会)(?![\u4e00-\u9fff]))"
)


def _editions(text: str, start: int, end: int) -> Iterator[Find]:
    for hit in _EDITION.finditer(text, start, end):
        value = numbers.either(hit["n"])
        span = (hit.start(), hit.end("u"))
        name = hit["of"].replace("“", "") + "届次"
        find = in_words(span, value, hit["u"], "ordinal", indicator=name)
        if hit["of"].startswith("全国"):
            find.hints["region"] = "全国"
        yield find


def _ordinals(text: str, start: int, end: int) -> Iterator[Find]:
    """一级重大危险源, 二期工程: a grade or a stage of something."""
    for hit in ORDINAL.finditer(text, start, end):
        before = text[hit.start() - 1] if hit.start() > start else ""
        after = text[hit.end() : hit.end() + 6]
        if (before and before in "第、省市县每同上下") or _GRADE_OF.match(after):
            continue
        roman = ROMAN.get(hit["n"])
        stage = hit["u"] == "期"
        if (
            stage
            and roman is None
            and not _BUILT.search(text[max(start, hit.start() - 8) : hit.start()])
        ):
            continue
        graded = _GRADED.match(after)
        if hit["u"] == "级" and not graded:
            continue
        value = roman if roman is not None else int(numbers.han(hit["n"]))
        tail = re.match(r"[\u4e00-\u9fff]{0,6}", after)
        name = f"{tail[0] if tail else ''}等级"
        if stage and (head := re.search(r"[\u4e00-\u9fff]{0,10}$", text[start : hit.start()])):
            name = f"{head[0]}期次"
        span = (hit.start(), hit.end() + (graded.end() if graded else 0))
        yield in_words(span, value, hit["u"], "ordinal", indicator=name)
