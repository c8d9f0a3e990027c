"""Figures that stand in words: 未发生, 全覆盖, 全部完成, 全国首个. Each table says a pattern and what it means."""

from __future__ import annotations

import re
from collections.abc import Iterator

from . import frequencies, slogans
from .model import Find, in_words

ZERO = re.compile(
    r"(?P<no>(?:均|都|全部)?(?:未|没有|没)(?:再)?(?:发生|出现|新建|新增|接报))(?P<what>[^,。;、!\n“”]{2,24})"
)
#: 力争较大事故零发生, 实现亡人事故“零发生”
NONE_AT_ALL = re.compile(r"(?P<what>[^,。;、!\n“”]{0,16}(?:事故|火灾|案件))[“\"]?零发生[”\"]?")
HARMLESS = re.compile(
    r"(?:(?:均|都)?无|(?:均|都)?(?:未|没有)造成)人员(?P<what>死亡|伤亡|受伤|被困)"
)
ZERO_QUOTED = re.compile(r"[“\"](?P<what>零(?:事故|死亡|伤亡|亡人|违章|容忍|新增|报告))[”\"]")
COVERED = re.compile(
    r"(?P<what>(?:实现|做到|确保|推动|对|达到|基本实现|开展|已|均)?[^,。;!\n“”]{0,30}?)(?<![“\"精准])全覆盖(?P<tail>[^,。;、!\n“”]{0,8})"
)
ALL = re.compile(
    r"(?P<who>(?:(?:所有|各地|各市|各县|全市|全省|各级)[^,。;!\n]{1,24}?)?)(?P<all>(?:均已|(?<![安占])全部(?:已)?|已全部|均(?:在(?![^,。;]{0,16}范围内)|按|完成|建立|实现|达到|纳入|制定|配备|落实))"
    r"(?!门|部|家|人员|覆盖|企业|门类|过程|流程|工作|事故|要素|问题|隐患|内容|要求|为国内|为全国))(?P<what>[^,。;、!\n]{2,30})"
)
EVERY = re.compile(
    r"(?P<who>所有[^,。;!\n]{2,16}?)(?P<what>(?:完成|实现|达到|建成|配备|落实|通过)[^,。;!\n]{2,20})"
)
FIRST = re.compile(
    r"(?P<what>(?:全国|全省|国内|全球|全市)(?:的)?(?:首(?:位|个|创|家|座|部|例|套|条|次|批)|唯一(?P<one>一[部家个座条])?|第一(?![责届次批线时书第])))(?P<tail>[^,。;、!\n“”]{0,6})"
)
NEVER_MORE = re.compile(r"(?P<who>[^,。;、!\n“”]{2,12})只减不增")
#: In a paragraph of goals a wish is a target.
FALLING = re.compile(r"(?P<w>[^,。;!\n]{2,40}?)持续下降")
CURBED = re.compile(r"(?:坚决)?(?:遏制|杜绝)(?P<w>[^,。;!\n]{2,20}?事故)")


def finds(text: str, start: int, end: int, *, goals: bool) -> list[Find]:
    """Every figure in words of this line. In a paragraph of goals, wishes are targets too."""
    found = [*slogans.finds(text, start, end), *_none(text, start, end), *_aims(text, start, end)]
    if goals:
        found += _wishes(text, start, end)
    return [*found, *_wholes(text, start, end), *frequencies.finds(text, start, end)]


def _none(text: str, start: int, end: int) -> Iterator[Find]:
    """未发生较大事故, 无人员伤亡."""
    for hit in ZERO.finditer(text, start, end):
        what = hit["what"]
        accident = re.match(r"(?P<n>[^,。;]{0,20}?事故)", what)
        new = "新建" in hit["no"] or "新增" in hit["no"]
        if not accident and not new and not re.search(r"伤亡|死亡|案件|火灾", what):
            continue
        stop = hit.start("what") + (accident.end() if accident else len(what))
        unit = {"库": "座", "矿": "座", "厂": "家", "业": "家"}.get(what[-1], "个") if new else "起"
        unit = "人" if re.search(r"[伤死]亡", what) and not accident else unit
        who = re.search(r"[\u4e00-\u9fff()]{0,14}$", text[start : hit.start()])
        name = f"{who[0] if who else ''}{text[hit.start('what') : stop]}"
        name += "起数" if unit == "起" else ""
        yield in_words((hit.start(), stop), 0, unit, "zero_in_words", indicator=name)
    for hit in NONE_AT_ALL.finditer(text, start, end):
        what = re.sub(r"^.*?(?:实现了?|确保|力争|保持|继续)", "", hit["what"])
        yield in_words(
            (hit.end("what") - len(what), hit.end()),
            0,
            "起",
            "zero_in_words",
            indicator=what + "起数",
        )
    for hit in HARMLESS.finditer(text, start, end):
        yield in_words(hit.span(), 0, "人", "zero_in_words", indicator=f"事故火灾{hit['what']}人数")


def _aims(text: str, start: int, end: int) -> Iterator[Find]:
    """“零死亡”, 尾矿库只减不增."""
    for hit in ZERO_QUOTED.finditer(text, start, end):
        if hit["what"] not in ("零容忍", "零报告"):
            yield in_words(
                hit.span("what"), 0, "起", "target", bound="<=", indicator=f"{hit['what']}目标"
            )
    for hit in NEVER_MORE.finditer(text, start, end):
        unit = "座" if "库" in hit["who"] or "矿" in hit["who"] else "个"
        yield in_words(hit.span(), 0, unit, "target", bound="<=", direction="down",
                       indicator=f"{hit['who']}变化")  # fmt: skip


def _wishes(text: str, start: int, end: int) -> Iterator[Find]:
    for shape, unit, bound, way in ((FALLING, "变化量", "<", "down"), (CURBED, "起", "<=", "")):
        for hit in shape.finditer(text[start:end]):
            span = (start + hit.start(), start + hit.end())
            yield in_words(
                span, 0, unit, "target", bound=bound, direction=way, indicator=f"{hit['w']}目标"
            )


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
        found.append(in_words((begin, hit.end()), 100, "%", "universal_in_words",
                           indicator=re.sub(r"^(?:实现了?|做到了?|确保|推动|对|开展)", "", what) + tail + "覆盖率"))  # fmt: skip
    for hit in ALL.finditer(text, start, end):
        found.append(in_words((hit.start(), hit.end()), 100, "%", "universal_in_words",
                           indicator=_subject(text, start, hit) + hit["what"] + "率"))  # fmt: skip
    for hit in EVERY.finditer(text, start, end):
        found.append(in_words((hit.start(), hit.end()), 100, "%", "universal_in_words",
                           indicator=hit["who"] + hit["what"] + "率"))  # fmt: skip
    for hit in FIRST.finditer(text, start, end):
        if text[max(start, hit.start() - 2) : hit.start()] in ("均为", "都是", "均是"):
            continue
        one = hit["one"]
        found.append(in_words((hit.start(), hit.end()), 1, one[-1] if one else "位",
                           "rank_in_words", indicator=hit[0] + re.split(r"[。;\n]", text[hit.end() : hit.end() + 10])[0]))  # fmt: skip
    return found


_JUST_COUNTED = re.compile(
    r"(?P<of>[\u4e00-\u9fff]{2,12})[\d.]+(?:余|多|万|亿)*[\u4e00-\u9fff]{1,2},(?=$|[均全已])"
)


def _subject(text: str, start: int, hit: re.Match[str]) -> str:
    if hit["who"]:
        return hit["who"]
    before = re.search(r"[^,。;!\n]{0,16}$", text[start : hit.start()])
    if before and before[0]:
        return before[0]
    # 发现问题或隐患2860个,均已完成整改: of what was counted right before.
    counted = _JUST_COUNTED.search(text, max(start, hit.start() - 40), hit.start())
    return counted["of"] if counted else ""
