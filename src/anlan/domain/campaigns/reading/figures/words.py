"""Figures that stand in words: 未发生, 全覆盖, 全部完成, 全国首个, 每季度, “三违”.

Each table says a pattern and what it means. A phrase that only sounds like a number
(双重预防, 一把手, 最后一公里) is in none of them.
"""

from __future__ import annotations

import re

from . import numbers
from .model import Find, Value

#: Slogans whose name doesn't say what they count: parts, and the unit of their sum.
SLOGANS: dict[str, tuple[tuple[int, ...], str]] = {
    "两重点一重大": ((2, 1), "项"), "两重点、一重大": ((2, 1), "项"), "两客一危": ((2, 1), "类"),
    "两客一危一重": ((2, 1, 1), "类"), "两客一危一货": ((2, 1, 1), "类"), "两客两危": ((2, 2), "类"),
    "三超一改": ((3, 1), "项"), "三超一疲劳": ((3, 1), "项"), "双随机、一公开": ((2, 1), "项"),
    "双随机一公开": ((2, 1), "项"), "三违": ((3,), "种"), "双报告": ((2,), "方"), "两防": ((2,), "项"),
    "五到位": ((5,), "项"), "三同时": ((3,), "项"), "四不两直": ((4, 2), "项"), "一会三卡": ((1, 3), "项"),
    "三管三必须": ((3, 3), "个"), "三合一": ((3,), "种"), "多合一": ((), ""), "一表三清单": ((1, 3), "个"),
    "五要件": ((5,), "项"), "三同": ((3,), "项"), "一岗双责": ((1, 2), "责"), "四个一批": ((4,), "个"),
}  # fmt: skip

#: Said so often that they count nothing.
IDIOMS = frozenset(
    [
        "一把手",
        "一票否决",
        "一刀切",
        "一查了之",
        "一罚了之",
        "一本账",
        "一张网",
        "一盘棋",
        "双下降",
        "双重预防",
        "双重预防机制",
        "双主任",
        "双组长",
        "两手抓",
        "双控",
        "一岗双责",
        "三合一",
        "多合一",
        "千家万户",
        "百日行动",
        "万无一失",
        "第一责任人",
        "四类推动机制",
        "一案双查",
        "一网统管",
        "一网通办",
        "一呼百应",
        "双重交办",
        "双重督办",
        "一体化",
        "三同",
        "双预防",
        "双随机",
        "双碳",
        "十一五",
        "十二五",
        "十四五",
        "十三五",
        "十五五",
        "三农",
        "五一",
        "十一",
        "双节",
        "两会",
        "二十大",
        "十五条",
        "五四",
        "双回路",
        "两个确立",
        "两个维护",
        "四个意识",
        "四个自信",
        "四个全面",
        "三个代表",
        "两山",
        "双电源",
        "双向",
        "双人双锁",
        "双人双岗",
        "双城",
        "七一",
        "八一",
    ]
)

_QUOTE = re.compile(r"[“\"]([^“”\"]{2,16})[”\"]")
_PARTS = re.compile(
    r"(?P<n>[两双二三四五六七八九十]|\d{1,3})(?P<u>个|项|条|张|类|种|级|大|化|色|进|步|道|支|批|到位|轮次)?(?P<name>[^\d+]{0,6})"
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

ZERO = re.compile(
    r"(?P<no>(?:均|都|全部)?(?:未|没有|没)(?:再)?(?:发生|出现|新建|新增|接报))(?P<what>[^,。;、!\n“”]{2,24})"
)
HARMLESS = re.compile(r"(?:均|都)?无人员(?P<what>死亡|伤亡|受伤|被困)")
ZERO_QUOTED = re.compile(r"[“\"](?P<what>零(?:事故|死亡|伤亡|亡人|违章|容忍|新增|报告))[”\"]")
COVERED = re.compile(
    r"(?P<what>(?:实现|做到|确保|推动|对|达到|基本实现|开展|已|均)?[^,。;!\n“”]{0,30}?)(?<![“\"精准])全覆盖(?P<tail>[^,。;、!\n“”]{0,8})"
)
ALL = re.compile(
    r"(?P<who>(?:(?:所有|各地|各市|各县|全市|全省|各级)[^,。;!\n]{1,24}?)?)(?P<all>(?:均已|全部(?:已)?|已全部|均(?:在|按|完成|建立|实现|达到|纳入|制定|配备|落实))"
    r"(?!门|部|家|人员|覆盖|企业|门类|过程|流程|工作|事故|要素|问题|隐患|内容|要求|为国内|为全国))(?P<what>[^,。;、!\n]{2,30})"
)
EVERY = re.compile(
    r"(?P<who>所有[^,。;!\n]{2,16}?)(?P<what>(?:完成|实现|达到|建成|配备|落实|通过)[^,。;!\n]{2,20})"
)
FIRST = re.compile(
    r"(?P<what>(?:全国|全省|国内|全球|全市)(?:的)?(?:首(?:位|个|创|家|座|部|例|套|条|次|批)|唯一(?P<one>一[部家个座条])?|第一(?![责届次批线时书第])))(?P<tail>[^,。;、!\n“”]{0,6})"
)
FREQUENCY = re.compile(
    r"(?:(?P<least>至少|不少于|原则上)?每(?P<n>\d{1,3}|半|[一两二三四五六七八九十]{1,2})?(?:个)?(?P<u>日|天|周|旬|月|季度|季|年|工作日)(?P<gap>[^,。;!\n每]{0,22}))"
)
HALF_YEAR = re.compile(
    r"(?P<least>至少)?(?:每)?(?P<u>半年|一年|每年)(?P<mid>[^,。;!\n]{2,22}?)一次"
)
ROUTINE = re.compile(
    r"(?<=[、,。“行持立])(?P<u>日|周|旬|月|季)(?:统计|调度|通报|研判|会商|例会|排名|评比|晾晒)"
)
AROUND = re.compile(
    r"(?P<n>24|二十四)小时(?=[^前内以之后]|$)(?!(?:书面)?(?:通知|告知|报告|报|向|公告|后|为|的期))"
)
PERIODS = {"日": ("日", 1), "天": ("日", 1), "周": ("周", 1), "旬": ("旬", 1), "月": ("月", 1),
           "季度": ("年", 4), "季": ("年", 4), "年": ("年", 1), "工作日": ("日", 1)}  # fmt: skip
ACTS = re.compile(
    r"召开|研判|调度|通报|开展|进行|检查|巡查|排查|报送|分析|会商|例会|交底|利用|形成|听取|组织|演练|培训|评估|公布|更新|一次|\d次"
)
NEVER_MORE = re.compile(r"(?P<who>[^,。;、!\n“”]{2,12})只减不增")


def finds(text: str, start: int, end: int, *, goals: bool) -> list[Find]:
    """Every figure in words of this line. In a paragraph of goals, wishes are targets too."""
    found: list[Find] = []
    found += _codes(text, start, end)
    found += _quotes(text, start, end)
    found += _grades(text, start, end)
    found += _zeros(text, start, end, goals=goals)
    found += _wholes(text, start, end)
    found += _times(text, start, end)
    return found


def _find(span: tuple[int, int], value: Value, unit: str, kind: str, **more: object) -> Find:
    return Find(span[0], span[1], value, unit, kind, number=span, **more)  # type: ignore[arg-type]


def _codes(text: str, start: int, end: int) -> list[Find]:
    found = []
    for hit in CODE.finditer(text, start, end):
        parts = tuple(int(part) for part in re.findall(r"(?:^|\+)(\d{1,3})", hit[0]))
        if len(parts) >= 2:
            named = re.search(
                r"[”\"]?(三年行动计划|方案|机制|体系|布局|总体框架)",
                text[hit.end() : hit.end() + 10],
            )
            what = named[1] if named else "结构"
            found.append(_find(hit.span(), sum(parts), "个", "structure", parts=parts,
                               indicator=f"{what}结构"))  # fmt: skip
    return found


def _quotes(text: str, start: int, end: int) -> list[Find]:
    found = []
    seen: set[str] = set()
    for hit in _QUOTE.finditer(text, start, end):
        name, span = hit[1], hit.span(1)
        if name in seen:
            continue
        find = _slogan(name, span)
        if find is not None:
            before = re.search(r"[\u4e00-\u9fff]{0,8}$", text[start : hit.start()])
            after = re.match(r"[\u4e00-\u9fff]{0,4}", text[hit.end() : hit.end() + 4])
            find.indicator = f"{before[0] if before else ''}{name}{after[0] if after else ''}"
            find.hints["quoted"] = "1"
            seen.add(name)
            found.append(find)
    for hit in ONE_EACH.finditer(text, start, end):
        found.append(_find((hit.start() + 1, hit.end() - 1), 1, f"{hit['each']}/{hit['of']}", "rule",
                           indicator=hit[0].strip("“”\"")))  # fmt: skip
    for hit in ONES.finditer(text, start, end):
        # “一办一队一库”: three things, one of each. “一岗一责” says a rule of each and stands above.
        ones = hit[0].count("一")
        if ones >= 3 and hit[0].strip('“”"') not in IDIOMS:
            found.append(_find((hit.start() + 1, hit.end() - 1), ones, "个", "structure",
                               indicator=hit[0].strip("“”\"")))  # fmt: skip
    for hit in STEPS.finditer(text, start, end):
        steps = re.findall(r"[一二三四五六]", hit[0])
        if steps == list("一二三四五六")[: len(steps)]:
            found.append(_find((hit.start() + 1, hit.end() - 1), len(steps), "步", "structure",
                               indicator=hit[0].strip("“”\"")))  # fmt: skip
    for hit in ROLES.finditer(text, start, end):
        found.append(_find((hit.start() + 1, hit.end() - 1), hit[0].count("+") + 1, "类",
                           "structure", indicator=hit[0].strip("“”\"")))  # fmt: skip
    return found


def _slogan(name: str, span: tuple[int, int]) -> Find | None:
    if name in IDIOMS:
        return None
    if name in SLOGANS:
        parts, unit = SLOGANS[name]
        if not parts:
            return None
        several = parts if len(parts) > 1 else ()
        return _find(span, sum(parts), unit, "structure", parts=several, indicator=name)
    grips = re.fullmatch(
        r"(?P<a>[两三四五六七八九十])(?P<v>[抓查促])(?P<b>\d{1,3})(?P<u>条|项)", name
    )
    if grips:
        return _find(span, int(grips["b"]), grips["u"], "structure",
                     parts=(int(numbers.han(grips["a"])), int(grips["b"])), indicator=name)  # fmt: skip
    hundred = re.fullmatch(r"([两三四五六七八九十]|\d{1,2})个100%", name)
    if hundred:
        many = int(hundred[1]) if hundred[1].isdigit() else numbers.han(hundred[1])
        return _find(span, many, "个", "structure", indicator=name)
    pair = _PAIR.fullmatch(name)
    if pair and not name.endswith("位一体"):
        both = (int(numbers.han(pair["a"])), int(numbers.han(pair["b"])))
        return _find(span, sum(both), "项", "structure", parts=both, indicator=name)
    hit = _PARTS.fullmatch(name)
    if hit is None or not (hit["u"] or len(hit["name"]) <= 3) or name.startswith(("双重", "双周")):
        return None
    if hit["n"].isdigit() and not hit["u"]:
        return None
    value = numbers.arabic(hit["n"]) if hit["n"].isdigit() else numbers.han(hit["n"])
    unit = hit["u"] or ("个" if hit["name"] == "位一体" else "项")
    unit = {"大": "个", "到位": "项", "批": "批"}.get(unit, unit)
    return _find(span, value, unit, "structure", indicator=name)


def _grades(text: str, start: int, end: int) -> list[Find]:
    found = []
    for hit in LETTERS.finditer(text, start, end):
        count = len(re.findall(r"[A-F]", hit["l"]))
        if hit["h"] and numbers.han(hit["h"]) != count:
            continue
        found.append(
            _find(
                hit.span(),
                count,
                "级",
                "structure",
                indicator=f"{text[max(start, hit.start() - 20) : hit.start()]}{text[hit.end() : hit.end() + 2]}等级分级",
            )
        )
    for hit in LISTED.finditer(text, start, end):
        count = hit[0].count("、") + 1
        if re.match(r"安全生产标准化|标准化|资质|公路", text[hit.end() :]):
            continue
        named = re.search(r"[\u4e00-\u9fff]{0,8}$", text[start : hit.start()])
        if hit.start() == start or text[hit.start() - 1] not in "第":
            found.append(
                _find(
                    hit.span(),
                    count,
                    hit["u"],
                    "structure",
                    indicator=f"{named[0] if named else ''}{text[hit.end() : hit.end() + 8]}{hit['u']}别分类",
                )
            )
    for hit in TIERS.finditer(text, start, end):
        order = "省市县乡村".replace("乡", hit["to"]) if hit["to"] == "镇" else "省市县乡村"
        tiers = order.index(hit["to"]) - order.index(hit["from"]) + 1
        found.append(_find(hit.span(), tiers, "级", "structure",
                           indicator=f"{hit[0]}责任层级{text[hit.end() : hit.end() + 8]}"))  # fmt: skip
    for hit in ORDINAL.finditer(text, start, end):
        before = text[hit.start() - 1] if hit.start() > start else ""
        after = text[hit.end() : hit.end() + 6]
        if (before and before in "第、省市县每同上下") or re.match(
            r"甲|乙|以上|标准化|资质|党|政府|指挥|联|医|建造|注册|防火|耐火|安全生产标准", after
        ):
            continue
        if (
            hit["u"] == "期"
            and hit["n"] not in ROMAN
            and not re.search(r"系统|工程|项目", text[max(start, hit.start() - 8) : hit.start()])
        ):
            continue
        graded = _GRADED.match(after)
        if hit["u"] == "级" and not graded:
            continue
        value = ROMAN[hit["n"]] if hit["n"] in ROMAN else int(numbers.han(hit["n"]))
        tail = re.match(r"[\u4e00-\u9fff]{0,6}", after)
        head = (
            re.search(r"[\u4e00-\u9fff]{0,10}$", text[start : hit.start()])
            if hit["u"] == "期"
            else None
        )
        span = (hit.start(), hit.end() + (graded.end() if graded else 0))
        found.append(_find(span, value, hit["u"], "ordinal",
                           indicator=f"{head[0]}期次" if head else f"{tail[0] if tail else ''}等级"))  # fmt: skip
    return found


def _zeros(text: str, start: int, end: int, *, goals: bool) -> list[Find]:
    found = []
    for hit in ZERO.finditer(text, start, end):
        what = hit["what"]
        accident = re.match(r"(?P<n>[^,。;]{0,20}?事故)", what)
        new = "新建" in hit["no"] or "新增" in hit["no"]
        if not accident and not new and not re.search(r"伤亡|死亡|案件|火灾", what):
            continue
        stop = hit.start("what") + (accident.end() if accident else len(what))
        unit = (
            "起"
            if not new
            else {"库": "座", "矿": "座", "厂": "家", "业": "家"}.get(what[-1], "个")
        )
        unit = "人" if re.search(r"[伤死]亡", what) and not accident else unit
        found.append(_find((hit.start(), stop), 0, unit, "zero_in_words",
                           indicator=text[hit.start("what") : stop] + ("起数" if unit == "起" else "")))  # fmt: skip
    for hit in HARMLESS.finditer(text, start, end):
        found.append(
            _find(hit.span(), 0, "人", "zero_in_words", indicator=f"事故火灾{hit['what']}人数")
        )
    for hit in ZERO_QUOTED.finditer(text, start, end):
        if hit["what"] not in ("零容忍", "零报告"):
            found.append(_find(hit.span("what"), 0, "起", "target", bound="<=",
                               indicator=f"{hit['what']}目标"))  # fmt: skip
    for hit in NEVER_MORE.finditer(text, start, end):
        unit = "座" if "库" in hit["who"] or "矿" in hit["who"] else "个"
        found.append(_find(hit.span(), 0, unit, "target", bound="<=", direction="down",
                           indicator=f"{hit['who']}变化"))  # fmt: skip
    if goals:
        for hit in re.finditer(r"(?P<w>[^,。;!\n]{2,40}?)持续下降", text[start:end]):
            found.append(_find((start + hit.start(), start + hit.end()), 0, "变化量", "target",
                               bound="<", direction="down", indicator=f"{hit['w']}目标"))  # fmt: skip
        for hit in re.finditer(
            r"(?:坚决)?(?:遏制|杜绝)(?P<w>[^,。;!\n]{2,20}?事故)", text[start:end]
        ):
            found.append(_find((start + hit.start(), start + hit.end()), 0, "起", "target",
                               bound="<=", indicator=f"{hit['w']}目标"))  # fmt: skip
    return found


def _wholes(text: str, start: int, end: int) -> list[Find]:
    found = []
    for hit in COVERED.finditer(text, start, end):
        what, tail = hit["what"], hit["tail"]
        numbered = re.match(r"\s*\d{1,2}[.、]", what)
        begin = hit.start() + (numbered.end() if numbered else 0)
        if text[hit.end("what") - 1 : hit.end("what")] in "“精准" or re.match(
            r"(?:动员|宣传|体系|应用|责任|机制|监管|基层|培训|开展|排查|的责任)", tail
        ):
            continue
        if (
            re.match(r"\s*(?:[一二三四五六七八九十]+、|[((][一二三四五六七八九十]+[))])", what)
            and len(tail) < 4
        ):
            continue
        if len(what) < 2 and not tail:
            continue
        found.append(_find((begin, hit.end()), 100, "%", "universal_in_words",
                           indicator=re.sub(r"^(?:实现了?|做到了?|确保|推动|对|开展)", "", what) + tail + "覆盖率"))  # fmt: skip
    for hit in ALL.finditer(text, start, end):
        found.append(_find((hit.start(), hit.end()), 100, "%", "universal_in_words",
                           indicator=_subject(text, start, hit) + hit["what"] + "率"))  # fmt: skip
    for hit in EVERY.finditer(text, start, end):
        found.append(_find((hit.start(), hit.end()), 100, "%", "universal_in_words",
                           indicator=hit["who"] + hit["what"] + "率"))  # fmt: skip
    for hit in FIRST.finditer(text, start, end):
        if text[max(start, hit.start() - 2) : hit.start()] in ("均为", "都是", "均是"):
            continue
        one = hit["one"]
        found.append(_find((hit.start(), hit.end()), 1, one[-1] if one else "位",
                           "rank_in_words", indicator=hit[0] + re.match(r"[^。;\n]{0,10}", text[hit.end() : end])[0]))  # fmt: skip
    return found


def _subject(text: str, start: int, hit: re.Match[str]) -> str:
    if hit["who"]:
        return hit["who"]
    before = re.search(r"[^,。;!\n]{0,16}$", text[start : hit.start()])
    return before[0] if before else ""


def _times(text: str, start: int, end: int) -> list[Find]:
    found = []
    for hit in FREQUENCY.finditer(text, start, end):
        gap = hit["gap"]
        rest = re.split(r"[,。;!\n]", text[hit.end("u") : hit.end("u") + 40])[0]
        counted = re.search(r"\d+(?:[—-]\d+)?(?!\d*[次日号])[^\d次—-]", gap)
        if not ACTS.search(rest) or counted or re.search(r"元|公顷|吨", gap):
            continue
        count = re.search(
            r"(?:至少|不少于|不低于)?(?P<c>\d{1,3}|[一两二三四五六七八九十])[次轮]", gap
        )
        times = 1
        if count:
            times = int(count["c"]) if count["c"].isdigit() else int(numbers.han(count["c"]))
        unit, per = PERIODS[hit["u"]]
        every = hit["n"]
        bound = (
            ">="
            if hit["least"] or re.search(r"至少|不少于|不低于", gap[: count.end() if count else 0])
            else ""
        )
        stop = hit.start("gap") + (count.end() if count else min(len(gap), 14))
        indicator = re.sub(r"[\d一两二三四]+[次轮]$", "", gap) + "频率"
        if every and every != "一":
            step: Value = (
                6 if every == "半" else (int(every) if every.isdigit() else numbers.han(every))
            )
            unit = {"年": "年", "季度": "季度", "月": "个月", "天": "天"}.get(hit["u"], unit)
            if every == "半":
                unit = "个月"
            found.append(_find((hit.start(), stop), step, f"{unit}/次", "frequency", bound=bound,
                               indicator=indicator))  # fmt: skip
        else:
            found.append(_find((hit.start(), stop), times * per, f"次/{unit}", "frequency",
                               bound=bound, indicator=indicator))  # fmt: skip
    for hit in re.finditer(
        r"每年(?P<w>(?:年初|年中|年底|年末|春季|夏季|秋季|冬季|[一二三四]季度|\d{1,2}月)(?:[、和及](?:年初|年中|年底|年末|春季|夏季|秋季|冬季|[一二三四]季度|\d{1,2}月))+)(?P<t>[^。;!\n]{0,20})",
        text[start:end],
    ):
        times = len(re.split(r"[、和及]", hit["w"]))
        found.append(_find((start + hit.start(), start + hit.start("t")), times, "次/年", "frequency",
                           indicator=hit["t"].strip(",") + "频率"))  # fmt: skip
    for hit in ROUTINE.finditer(text, start, end):
        unit, times = PERIODS[hit["u"]]
        found.append(_find(hit.span(), times, f"次/{unit}", "frequency", indicator=hit[0] + "频率"))
    for hit in HALF_YEAR.finditer(text, start, end):
        if text[hit.start() - 1 : hit.start()] == "每" or any(
            f.start <= hit.start() < f.end for f in found
        ):
            continue
        value = 6 if hit["u"] == "半年" else 1
        unit = "个月/次" if hit["u"] == "半年" else "次/年"
        found.append(_find(hit.span(), value, unit, "frequency", bound="<=" if hit["least"] else "",
                           indicator=hit["mid"] + "周期"))  # fmt: skip
    for hit in AROUND.finditer(text, start, end):
        found.append(_find(hit.span(), 24, "小时/日", "frequency",
                           indicator=text[hit.end() : hit.end() + 10] + "时长"))  # fmt: skip
    return found
