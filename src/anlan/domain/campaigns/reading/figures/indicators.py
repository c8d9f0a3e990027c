"""What a figure counts: the noun after it, or the words before it, and the verb that both hang on.

8项工作制度                     the noun after the unit, with the verb before it (出台工作制度)
查处问题隐患4692项              the words before the number
其中…,行业部门1092项            the words before, as a part of the figure before them
抽查125个市级部门、608个县级部门  a list shares its verb
起数和死亡人数分别下降A、B       the second value takes the second noun
"""

from __future__ import annotations

import re

STOPS = ",。;!?\n:"
LIST = STOPS + "、"
#: No name of a figure begins further back than this.
FAR = 240
#: Where no noun is looked for, so much before a number names it.
NEAR = 12

#: A noun phrase after a unit ends before one of these.
_NOUN_END = re.compile(
    r"[,。;、!?\n:”\"》]|(?:已|均|都|全部|实现|完成|建立|开展|进行|建成|纳入|配备|达到|联网|接入|正在|落实|采用|存在|被|得到|未|进入|参加|"
    r"分别|扎实|着力|构成|办结|用上|用于|投入|中[,的]|并|以及|和(?=\d)|及(?=\d)|的(?=\d)|按|逐一|向|等(?=纳入|敏感)|予以|给予|下降|上升|增[加长至]|减少|压减|降至|升至|提高|拓展|的情况下|的基础上|[实推]行(?=“)|[两三四五]级(?=督办|挂牌|联动|联网)|发生|作为|列入|全覆盖|(?<![落灾前])后(?![勤备果])|和(?=[^,。;、]{0,6}(?:\d|[一二三四五六七八九十]{1,3}[条项个]))|组建|召开|组成|担任|搬迁|细化|安排|加强|专题学习|——|的(?=省级|市级))"
)
_LEADING = re.compile(
    r"^(?:\(\d{1,2}\)|[分从按][\u4e00-\u9fff]{2,3}?来?看,?|\d{1,2}时至(?:次日)?\d{1,2}时|其中|目前|同时|今年以来|截至目前|截至|据统计|此外|另外|先后|分别|累计|共计|共|已经|已|还|并|也|又|以及|对|将|把|由|在|从|按照|通过|"
    r"全省|全市|全国|全县|全区|全州|全旗|全镇|全乡|我省|我市|我县|我区|我州|我旗|我镇|各地|各级|全年|去年,?|今年上半年|上半年|本月|本旬|本周|一季度|前三季度|今年|现有|和|与|及|有|、|了|实际|均|都|就|要求|预计)+"
)
_TRAILING = re.compile(
    r"(?:达到?|(?<!行)为|仅仅?|只|共|约|近|超过?|至少|不低于|不少于|了|的|分别|各|累计|比例?占|占|在|是|有|(?:压减|缩减|减少|增加|扩大|提高|上升|下降)[到至]|[:、(])+$"
)
_CHANGE = re.compile(
    r"(?P<word>(?<![^,。;:)、年月幅比])[升降跌]|下降|减少|降低|降幅|上升|增长|增加|提高|提升|增幅|下滑|压减|上涨|回落|升幅)(?:了|幅度)?(?:分别)?(?:达到?|为|约|近|超过?|至少|均)?$"
)
#: 少死亡12人, 多发生3起
_MORE_OR_FEWER = re.compile(r"(?:^|[,、期年])(?P<word>[多少])(?:死亡|发生|受伤|伤亡)$")
DOWN = frozenset(["少", "下降", "减少", "降低", "降幅", "下滑", "压减", "回落", "降", "跌"])
BASELINES = re.compile(
    r"(?P<w>按年|同比(?:(?P<fixed>\d{4})年)?|环比|较(?P<y>\d{4}(?:[-—]\d{4})?)年|比(?P<y2>\d{4})年|与(?P<y3>\d{4})年(?:同期)?相比|较上年(?:同期)?|比上年(?:同期)?|较去年(?:同期)?|"
    r"比去年(?:同期)?|(?:较|相比|比)“[^”]{2,6}”(?:时期|期间|末|期)?|[较比](?:[一二三四]季度|上半年|年初|上年末|去年底|上年底|前[一二三四五\d]年(?:同期)?(?:平均|均值)?)|较上月|比上月|较上季度?|比上季度?|较前三年(?:均值|平均)|较上年度|比上年度|与去年同期相比|与上年同期相比|较前一年)"
)


def noun(text: str, place: int, end: int) -> tuple[str, int]:
    """The noun phrase that follows a unit, and where it ends."""
    if place < end and text[place] in "(":
        closed = text.find(")", place, min(end, place + 20))
        if closed > 0 and not re.search(r"\d", text[place:closed]):
            more, stop = noun(text, closed + 1, end)
            return text[place : closed + 1] + more, stop
    stop, depth = place, 0
    while stop < end:
        char = text[stop]
        if char == "(" and re.match(r"\([^()]*\d", text[stop:end]):
            break  # 14人(建筑业11人): what the bracket counts is counted for itself.
        if char in "(“":
            depth += 1
        elif depth and char in ")”":
            depth -= 1
        elif not depth:
            if char == ")" or char == "\0" or stop - place > 28:
                break
            if char.isdigit() and (stop == place or text[stop - 1] not in "+-"):
                break
            if stop == place and (char in "”》" or text.startswith("的情况下", stop)):
                break
            hit = _NOUN_END.match(text, stop)
            if hit and (stop > place + 1 or char in LIST + '”"》已均都'):
                break
            if hit and stop == place and hit[0] not in ("建立", "完成"):
                break
        stop += 1
    return text[place:stop], stop


def before(text: str, place: int, start: int) -> str:
    """The last words before a number, back to a sign."""
    words = re.search(r"[^,。;、!\n“”()《》]*$", text[max(start, place - NEAR) : place])
    return words[0] if words else ""


def clause(text: str, place: int, start: int, stops: str = LIST) -> str:
    """The words before a number, back to the last stop."""
    low, start = place, max(start, place - FAR)
    depth = 0
    while low > start:
        char = text[low - 1]
        if char in ")”》":
            depth += 1
        elif char in "(“《":
            if not depth:
                break
            depth -= 1
        elif not depth and char in stops:
            break
        low -= 1
    return text[low:place]


def tidy(words: str) -> str:
    """Words without what only leads up to a number or away from it."""
    words = _TRAILING.sub("", words.strip(" 、,"))
    words = re.sub(r"(?:同比|环比)$", "", words)
    words = _LEADING.sub("", words).strip(" 、,")
    # 责令“三停” keeps its quotation; a mark without its other half goes.
    return words if words.count("“") == words.count("”") else words.strip("“”")


_TIME = re.compile(
    r"^(?:(?:(?:19|20)\d\d|[今去上本前]|当)年度?)?(?:第?[一二三四1-4]季度|[上下]半年|(?:\d{1,2}[-—至到])?\d{1,2}月份?(?:\d{1,2}日)?)?,?"
)


def timeless(words: str) -> str:
    """Words without the time they begin with: the period says that."""
    return _TIME.sub("", words)


def change(text: str, place: int, start: int) -> tuple[str, str, str]:
    """Direction and baseline of a value, and the word that says the direction."""
    before = clause(text, place, start, STOPS)
    hit = _CHANGE.search(before.rstrip("、")) or _MORE_OR_FEWER.search(before)
    direction = ""
    if hit:
        direction = "down" if hit["word"] in DOWN else "up"
    return direction, before, hit["word"] if hit else ""


#: 较2020年案件数增长, 同比事故起数下降: the base stands before what has changed.
_HELD_FIRST = re.compile(
    r"^,?(?:同比|环比|[较比与](?:(?:19|20)\d\d年|去年|上年|前一年)(?:同期)?(?:相比)?),?(?!同期|相比)(?=[\u4e00-\u9fff]{2,}?(?:分别|下降|减少|上升|增长|增加|降低|少|多)$)"
)


def subjects(before: str) -> list[str]:
    """The nouns that share a verb: 事故起数和死亡人数 → two of them."""
    before = re.sub(r"[,]?(?:与|较|比)[^,。]{2,8}?(?:同期)?相比[,]?", "", before)
    before = re.sub(r"(?:较|相比|比)“[^”]+”[^,。]{0,2}", "", before)
    before = re.sub(r"(?:较|比|与)[^,。]{2,10}?同期(?=[升降上下增减]|$)", "", before)
    before = _HELD_FIRST.sub("", before)
    before = re.sub(r"^,?按(?:可比|同|相同)?口径(?:计算|比较)?,?", "", before)
    words = re.split(
        r"同比|环比|按年|较(?!大|重)|比(?!例)|分别|与\d{4}年|实现|降幅|下降|减少|上升|增长|增加|增幅|均(?=下降|实现|减少|增|上)",
        before,
    )[0]
    words = re.sub(r"^.*?(?:全省|全市|全国|全县|全区|我省|我市)(?=[\u4e00-\u9fff])", "", words)
    words = re.sub(r"[^和与及、]*年(?:\d{1,2}月)?,?(?=[\u4e00-\u9fff])", "", words)
    words = re.sub(r"(?:19|20)\d\d年(?:\d{1,2}月)?$|^同比.*$", "", words)
    words = re.sub(r"^(?:今年|本年)?\d{1,2}月份?$|^(?:上|本|当)[月季年]度?$", "", words.strip())
    parts = [
        part for part in re.split(r"[、和与及]", words)
        if part.strip() and not re.fullmatch(r"(?:19|20)\d\d年?", part.strip())
    ]  # fmt: skip
    if not parts:
        return []
    return [tidy(_whole(parts, index)) for index in range(len(parts))]


def _whole(parts: list[str], index: int) -> str:
    """较大事故起数和死亡人数: the second noun keeps the first one's head (较大事故)."""
    part = parts[index]
    for back in range(index - 1, -1, -1):
        head = re.match(r"(.*事故)(?:起数|总量|总数)?$", parts[back])
        if head and "事故" not in part and "死亡" in part:
            return head[1] + part
    return part


def a_year_before(period: str) -> str:
    """The same months or days of the year before; nothing where the period isn't known."""
    if not period[:4].isdigit():
        return ""
    return "/".join(str(int(part[:4]) - 1) + part[4:] for part in period.split("/"))


def baseline(hit: re.Match[str] | None, period: str) -> str:
    """What a change is held against, as dates where the figure's own period is known."""
    if hit is None:
        return ""
    year = hit["y"] or hit["y2"] or hit["y3"] or hit["fixed"]
    if year:
        return year.replace("—", "-").replace("-", "/")
    word = hit["w"]
    if word.startswith(("同比", "按年")) or "去年" in word or "上年" in word or "前一年" in word:
        return a_year_before(period) or "同比"
    return {"环比": "环比", "较上月": "上月", "比上月": "上月"}.get(
        word, re.sub(r"^(?:较|相比|比)", "", word)
    )
