"""Dates that are figures of their own: 2020年4月, 6月20日前, 今年1至10月."""

from __future__ import annotations

import re

from .layout import Line
from .model import Find
from .periods import Span, When, dashed

UNITS = {4: "yyyy", 6: "yyyymm", 8: "yyyymmdd"}
_TITLED = re.compile(
    r"(?:全?[省市县区国])?(?:安全生产)?(?:重点)?工作(?:要点|计划|方案|总结|报告|情况|安排)"
)
#: 一、2021年主要工作情况, 现将2021年…情况报告如下: the year is part of the paper's name.
_NAMED_SO = re.compile(
    r"(?:度|上半年|下半年)?[^,。;:\d\n]{0,30}?(?:总结|思路|打算|要点|计划|分析|报告如下|汇报如下|情况|[点要]工作)(?:[^,。;:\d\n]{0,24}(?:总结|思路|打算|报告|汇报|计划)(?:如下)?)?(?=[:\n]|及\d|$)"
)
_PAPER = re.compile(
    r"[^。;\n《]{0,40}?(?P<verb>印发|制定|出台|修订|发布|颁布|施行)[^。;\n《]{0,8}《(?P<title>[^》]+)》"
)
_OF_A_VALUE = re.compile(r"(?:较|比|与|以|同比|相比)$")


def finds(text: str, line: Line, whens: list[When]) -> list[Find]:
    """A find for each date written in digits; what only names a title or a base is left out."""
    found: list[Find] = []
    for when in whens:
        if not when.digits or when.span.words or _passed_over(text, line, when):
            continue
        kind = "deadline" if when.before else "date"
        if when.halves and _two(when):
            first, last = when.halves
            begins = _find(text, first, Span(when.span.first, when.span.first), kind, when.span.iso)
            ends = _find(text, last, Span(when.span.last, when.span.last), kind, when.span.iso)
            what = _named(text, when.start, when.end)
            begins.indicator, ends.indicator = f"{what}启动、起始时间", f"{what}结束、截止时间"
            found += [begins, ends]
        else:
            found.append(_find(text, (when.start, when.end), when.span, kind, ""))
    for hit in re.finditer(r"\(((?:19|20)\d\d)年?版\)", text[line.start : line.end]):
        place = (line.start + hit.start(1), line.start + hit.end(1))
        found.append(_find(text, place, Span(hit[1], hit[1]), "date", ""))
        named = re.search(r"[\u4e00-\u9fff]*$", text[line.start : place[0] - 1])
        found[-1].indicator = f"{named[0][-16:] if named else ''}版本年度"
    return found


def _two(when: When) -> bool:
    """Two full dates are two figures; 今年6月至12月底 and 2018—2020年 are one with an end."""
    if len(when.span.first) == 4:
        return False
    days = len(when.span.first) == 8 or len(when.span.last) == 8
    return days or when.span.first[:4] != when.span.last[:4]


def _find(text: str, place: tuple[int, int], span: Span, kind: str, period: str) -> Find:
    start, end = place
    value = int(span.first)
    ranged = span.first != span.last
    iso = span.iso
    tail = re.match(
        r"(?:以来|底?之前|底?以前|底?前(?!后|往)|底|启动|结束|起(?!点|来|步))", text[end : end + 4]
    )
    lead = re.search(r"(?:自|从)$", text[max(0, start - 1) : start])
    return Find(
        start - (1 if lead else 0), end + (len(tail[0]) if tail else 0), value,
        UNITS[len(span.first)], kind, number=place, iso=iso, period=period or iso,
        end_value=int(span.last) if ranged else None, bound="<=" if kind == "deadline" else "",
        indicator=("期限:" if kind == "deadline" else "") + _named(text, start, end),
    )  # fmt: skip


def _passed_over(text: str, line: Line, when: When) -> bool:
    before, after = (
        text[max(line.start, when.start - 4) : when.start],
        text[when.end : when.end + 30],
    )
    opened = text.rfind("《", line.start, when.start)
    if opened >= 0 and text.find("》", opened, when.start) < 0 and not before.endswith("("):
        return True
    if re.match(r"(?:同期)?的\d", after) and not re.search(r"(?<![\u4e00-\u9fff])从$|由$", before):
        return True
    if len(when.span.first) == 4 and not when.ranged:
        if after.startswith(("度", "第")) or _TITLED.match(after):
            return True
        if _NAMED_SO.match(text, when.end, line.end):
            return True
        if re.search(r"到$", before) and re.match(
            r"[^,。;]*(?:下降|减少|达到|增长|提高|降低)", after
        ):
            return True
        if re.search(r"〔$|\[$", before):
            return True
    return _OF_A_VALUE.search(before) is not None and not re.match(r"[,。]", after)


#: What is said beside a date tells what it is the date of; the first row that fits.
CAME_OUT = "文件印发"
_IMPRINT_AFTER = re.compile(
    r"[^\n。;]{0,24}?(?:来源|作者|编辑|浏览|点击|字号|稿源|\d{1,2}:\d{2})|[^。;\n]{0,12}[日晚晨早商时]报[^。;]{0,4}(?:\n|$)"
)
_IMPRINT_BEFORE = re.compile(r"(?:发布|发表|更新|成文|印发|时间|日期)\s*:\s*$")
_FULL = re.compile(r"(?:19|20)\d\d\D\d{1,2}\D\d{1,2}日?")
_WIRED = re.compile(r"\s?(?:电|讯|消息)")
_HEARD = re.compile(
    r"[^。;\n]{0,16}记者[^。;\n]{0,30}?(?:获悉|了解到|了解|从)|[^,。;\n]{0,6}从[^。;\n]{0,24}?(?:获悉|了解)"
)
#: 6月16日20时20分,…发生一起运输事故
_BEFELL = re.compile(r"[^。;\n]{0,70}?发生(?P<what>[^,。;\n]{0,24}?(?:事故|火灾|爆炸|地震|案件))")
_CLOCK = re.compile(r"\d{1,2}(?:时|:)(?:\d{1,2}分?)?许?")
_HELD = re.compile(
    r"[^。;\n]{0,48}?(?P<what>新闻发布会|发布会|电视电话会议|会议|座谈会|推进会|现场会|演练|开幕|启动仪式|仪式|咨询活动|宣传活动)"
)
_COUNTED = re.compile(
    r"(?:份|间|底|末|初)?[,:]?(?P<w>[^。;\n]{0,24}?(?:发生|接报|检查|排查|查处|统计|出动|开展|受理|同比|占|完成|建成|全国|全省|全市|全县|全区))"
)


#: 2024—2026年: a span.
_SPANNED = re.compile(r"(?:至|到|—|-|~)\d{1,4}[年月](?!\d)")


def _beside(text: str, start: int, end: int) -> str:
    """The words around a date, the ones behind it first."""
    after = re.match(r"\)?[底末]?前?,?(?P<w>[^。;,!\n\d]{0,14})", text[end:])
    before = re.search(r"[^。;,!\n\d]{0,10}?[(自从到]*$", text[max(0, start - 12) : start])
    return (after["w"] if after else "") + (before[0] if before else "")


def _named(text: str, start: int, end: int) -> str:
    """What happened then: the words after it, or those before where none follow."""
    paper = _PAPER.match(text, end)
    if paper:
        return f"《{paper['title'][-20:]}》{paper['verb']}年月"
    if _SPANNED.search(text, start, end):
        return f"统计时段、起止年份月份日期:{_beside(text, start, end)}"
    if text[start - 1 : start] == "到" and text[end : end + 1] in "年底,前末" and end - start <= 5:
        return f"目标年份、截止时间:{_beside(text, start, end)}"
    if text[end - 1] == "年" and end - start == 5 and text[end : end + 1] == ",":
        return "统计年度、时段"
    bracketed = text[max(0, start - 1) : start] == "(" and text[end : end + 2] in (")\n", ")")
    alone = bracketed or (
        text[max(0, start - 1) : start] in ("\n", "") and text[end : end + 1] in ("\n", "")
    )
    line_start = text.rfind("\n", 0, start) + 1
    opens = not text[line_start:start].strip(" (•·")
    if alone and end - start == 5:
        return "统计年度、时段"
    line_end = text.find("\n", end)
    line = text[line_start : line_end if line_end >= 0 else len(text)]
    if (
        alone
        # 虹桥镇 2019-08-08: beside whoever tells it.
        or (
            _FULL.fullmatch(text, start, end)
            and len(line) <= 40
            and not re.search(r"[,。;:!?]", _CLOCK.sub("", line))
        )
        or _IMPRINT_BEFORE.search(text[line_start:start])
        or (opens and _IMPRINT_AFTER.match(text, end))
    ):
        return f"{CAME_OUT}、发布日期"
    if start and text[start - 1] in "“" and text[end : end + 1] == "”":
        after = re.match(r"”?(?P<w>[^,。;!\n”“]{0,16})", text[end:])
        before = re.search(r"[^,。;!\n]{0,16}$", text[: start - 1])
        return f"{before[0] if before else ''}{after['w'] if after else ''}发生日期"
    after = re.match(r"(?:以来|起|前|份)?,?(?P<w>[^。;!\n]{0,24})", text[end:])
    words = after["w"] if after else ""
    if text[end : end + 1] in "底末" and text[end : end + 2] != "底前":
        return f"统计截止日期、时间:{words}"
    spans = not _FULL.match(text, start, end) and "日" not in text[start:end]
    if _WIRED.match(text, end):
        return "消息、电讯发布日期"
    if re.search(r"截[至止]到?$", text[max(0, start - 3) : start]):
        return f"统计截止日期、时间:{words}"
    if text[end : end + 2] == "以来" or text[end : end + 1] == "起":
        return f"{words[:20]}时段、行动起始年月日"
    if _CLOCK.match(re.sub(r"^[上下]?[午晚]|^凌晨", "", text[end : end + 8])) and (
        befell := _BEFELL.match(text, end)
    ):
        return f"{befell['what']}发生日期、时间"
    if _HEARD.match(text, end):
        return f"记者获悉、了解到的日期:{words}"
    if text[start - 1 : start] in ("自", "从") or text[end : end + 2] == "以来":
        return f"{words[:20]}时段起始、开始年月日期"
    held = _HELD.match(text, end)
    if held and not _COUNTED.match(text, end, held.start("what")):
        return f"{held['what']}日期:{words}"
    if _COUNTED.match(text, end):
        return f"统计时段、统计年度月份:{words}"
    before = re.search(r"[^。;!\n]{0,12}$", text[:start])
    said = (before[0] if before and len(words) < 6 else "") + words
    return f"统计时段、时期:{said}" if spans else f"日期:{said}"


__all__ = ["UNITS", "dashed", "finds"]
