"""Several hazards in one cell.

A list is believed when its numbers say so: the first is 1 (一, ①, a), each next one follows, and
each stands where a list's number stands. So '1.5米', '第3.1条' and '配电箱1、2号柜' stay whole.
A numbered heading with a list of its own under it ("一、茅岭江特大桥。1.… 2.…") is context.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

PARTS_MAX = 200
#: Shorter parts are no hazards but an enumeration inside a sentence ("1、2、3号楼").
PART_CHARS_MIN = 1
HEADING_CHARS_MAX = 80
#: A line, or a clause between semicolons, that is believed to be a hazard though no number says so.
LINE_CHARS_MAX = 30
CLAUSE_CHARS_MAX = 16

_HAN = "一二三四五六七八九十"
_CIRCLED = {
    **{chr(0x2460 + i): i + 1 for i in range(20)},
    **{chr(0x2776 + i): i + 1 for i in range(10)},
    **{chr(0x2780 + i): i + 1 for i in range(10)},
    **{chr(0x278A + i): i + 1 for i in range(10)},
}
_PAREN_DIGIT = {chr(0x2474 + i): i + 1 for i in range(20)}
_DOT_DIGIT = {chr(0x2488 + i): i + 1 for i in range(20)}
_PAREN_HAN = {chr(0x3220 + i): i + 1 for i in range(10)}
_ROMAN = {"Ⅰ": 1, "Ⅱ": 2, "Ⅲ": 3, "Ⅳ": 4, "Ⅴ": 5, "Ⅵ": 6, "Ⅶ": 7, "Ⅷ": 8, "Ⅸ": 9, "Ⅹ": 10}

_UNITS = (
    "米|m(?!g)|mm|cm|km|公里|千米|厘米|毫米|吨|t(?![a-z])|kg|公斤|千克|克|%|‰|℃|度|kv|kw|mpa|pa|v(?![a-z])|"
    "a(?![a-z])|升|l(?![a-z])|ml|万|亿|倍|小时|分钟|秒|天|个|处|条|款|项|节|章|层|级|元|平方|立方|㎡|m2|m3|万元|寸|英寸"
)
#: style → pattern; the number is group 1. Longest marks first.
_STYLES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("han_is", re.compile(rf"([{_HAN}]{{1,2}})是(?!否)")),
    ("han_paren", re.compile(rf"[(（]([{_HAN}]{{1,3}})[)）][、.．:：]?|([㈠-㈩])[、.．]?")),
    ("han", re.compile(rf"第([{_HAN}]{{1,3}})[、.．:：，,]|([{_HAN}]{{1,3}})[、.．:：]")),
    ("circled", re.compile("([①-⑳❶-❿➀-➓])[、.．:：]?")),
    (
        "named",
        re.compile(rf"(?:问题|隐患)(?:(\d{{1,2}})|([{_HAN}]{{1,3}}))[:：、.．，,]"),
    ),
    ("digit_paren", re.compile(r"[(（【\[](\d{1,2})[)）】\]][、.．:：]?|([⑴-⒇])[、.．]?")),
    ("digit_close", re.compile(r"(?<![\d.(（])(\d{1,2})[)）][、.．:：]?")),
    (
        "digit",
        re.compile(
            r"(?<![\dA-Za-z.．#\-~～+])(\d{1,2})\s?[、.．:：，,](?!\d+\s*[、.．:：]\d)|([⒈-⒛])"
        ),
    ),
    ("digit_bare", re.compile(r"(?<![\d.．])(\d{1,2})(?=[ 　\t]+[^\d\s]|[\u4e00-\u9fff])")),
)  # fmt: skip
_FIRST = re.compile("[1１一①⑴⒈㈠㊀❶➀➊]")
_MARKED = re.compile(rf"^\s*[\d(（【\[①-⒛㈠-㈩❶-➓第问隐{_HAN}]")
_SECOND = re.compile("[2２二②⑵⒉㈡㊁❷➁➋]")
_BOUNDARY = re.compile(r"(?:^|[\n\r。；;：:！!？?])[\s　]*$")
_LOOSE = re.compile(r"(?:[\s　]|[，,、）)”\"》])$")
_INTRO_ASKS = re.compile(
    r"(?:问题|隐患|情况|如下|以下|下列|包括|发现)[^。；;\n]{0,10}[：:，,]?\s*$"
)
_NOT_AN_ITEM = re.compile(
    r"^(?:以上|上述|针对|对此|请|要求|责令|责成|限|整改|并且|现要求|特此|望|综上|鉴于|注|备注|附|说明|此外请|按照要求|监理单位要)"
)
_ABOUT_ALL = re.compile(r"^(?:以上|上述|对以上|针对以上|针对上述|对上述)")
_AFTER_SEMICOLON = re.compile(r"[；;。\n]\s*$")
_TRAILING = " \t\r\n　;；、,，"


@dataclass(slots=True)
class Item:
    """One hazard of a cell: its text, and the headings above it from the outside in."""

    text: str
    headings: tuple[str, ...] = ()
    #: Its line had no number of its own.
    unnumbered: bool = False
    path: tuple[int, ...] = ()


@dataclass(slots=True)
class Split:
    """``intro`` stands before the first number, ``outro`` under the last; no item's own."""

    items: list[Item] = field(default_factory=list)
    intro: str = ""
    outro: str = ""


@dataclass(slots=True)
class _Mark:
    start: int
    end: int
    number: int
    strong: bool


def _number(text: str) -> int:
    if text.isdigit() and text.isascii():
        return int(text)
    for table in (_CIRCLED, _PAREN_DIGIT, _DOT_DIGIT, _PAREN_HAN, _ROMAN):
        if text in table:
            return table[text]
    if "十" in text:
        tens, _, ones = text.partition("十")
        return (_HAN.index(tens) + 1 if tens else 1) * 10 + (_HAN.index(ones) + 1 if ones else 0)
    return _HAN.index(text) + 1 if text in _HAN else int(unicodedata.normalize("NFKC", text))


_COUNTED = re.compile(
    rf"^\s*(?:{_UNITS}|号|#|楼|栋|名|台|人|辆|月|日|年|家|座|次|\d|[-~～+])", re.IGNORECASE
)
_ENUMERATED = re.compile(r"^\s*(?:号|#|楼|栋|层|级|条|款|项|个|处|名|台)")
_NUMBERED_THING = re.compile(rf"^[\d{_HAN}]+\s*(?:号|#|楼|栋|层|期|级|名|处|个|台|车间|标段)")
_BEFORE_PAREN = tuple("第条款项节章附表图注规法见")
#: '统一、', '第一、' and '十一、' end in a number that numbers nothing.
_BEFORE_HAN = tuple("第统同唯任万之逐专单十百某每" + _HAN)
_CLAUSE = re.compile(r"^\s*(?:点|条|款|项|目|号)")
_AFTER_UNIT = re.compile(rf"^\d+(?:\.\d+)?\s*(?:{_UNITS})", re.IGNORECASE)


def _marks(style: str, pattern: re.Pattern[str], text: str) -> list[_Mark]:
    found = []
    for match in pattern.finditer(text):
        digits = match[1] if match[1] is not None else match[2]
        try:
            number = _number(digits)
        except ValueError:
            continue
        before = text[: match.start()]
        strong = bool(_BOUNDARY.search(before[-40:])) if before else True
        if style == "digit":
            after = text[match.end() : match.end() + 12]
            if match[0].rstrip()[-1] in "，," and (not strong or after[:1].isdigit()):
                continue
            if match[0].rstrip()[-1] in ".．:：" and after[:1].isdigit():
                # '1.11#桥墩' numbers a list, '1.5米' and '3.1条' don't; 8:30 is a time.
                if not strong or match[0].rstrip()[-1] in ":：" or _AFTER_UNIT.match(after):
                    continue
                if re.match(r"^\d+\.\d", after) and not re.match(r"^\d+\.\d+\s*[米mM]", after):
                    continue
            if not strong and _ENUMERATED.match(after):
                continue
        if style in ("han", "han_is", "han_paren", "digit_bare", "digit_paren") and not strong:
            # '第（一）项' and '统一、' are words; such numbers only count where a line begins,
            # or, for brackets, after a comma or a space.
            loose = style in ("han_is", "digit_paren", "han_paren") and (
                not before or _LOOSE.search(before[-1:])
            )
            if style in ("digit_paren", "han_paren"):
                loose = before[-1:] not in _BEFORE_PAREN
            if style == "han":
                after = text[match.end() : match.end() + 8]
                loose = before[-1:] not in _BEFORE_HAN and not _NUMBERED_THING.match(after)
            if not loose:
                continue
            if _CLAUSE.match(text[match.end() : match.end() + 3]):
                continue
        if style == "digit_bare" and (
            not strong or _COUNTED.match(text[match.end() : match.end() + 6])
        ):
            continue
        found.append(_Mark(match.start(), match.end(), number, strong))
    return found


def _sequence(marks: list[_Mark], text: str) -> list[_Mark]:
    """1, 2, 3 … in order. A number said twice (1, 2, 2) passes where a line or clause begins."""
    begin = next((m for m in marks if m.number == 1 and (m.strong or m.start == 0)), None)
    if begin is None:
        return []
    chain = [begin]
    for mark in marks:
        last = chain[-1]
        if mark.start <= last.start:
            continue
        follows = mark.number == last.number + 1
        again = mark.number == last.number and mark.strong and len(chain) > 1
        skips = mark.number == last.number + 2 and mark.strong and len(chain) > 1
        if not (follows or again or skips):
            continue
        if len(text[last.end : mark.start].strip(_TRAILING + "。")) < PART_CHARS_MIN:
            return []
        chain.append(mark)
        if len(chain) > PARTS_MAX:
            return []
    if len(text[chain[-1].end :].strip(_TRAILING + "。")) < PART_CHARS_MIN:
        chain.pop()
    return chain


def _best_chain(text: str, styles: frozenset[str]) -> tuple[str, list[_Mark]]:
    """The outermost list: the one whose 1 comes first, and of two at one place the longer."""
    best: tuple[str, list[_Mark]] = ("", [])
    key: tuple[int, int] = (len(text) + 1, 0)
    for style, pattern in _STYLES:
        if style in styles:
            continue
        marks = _marks(style, pattern, text)
        if len(marks) < 2:
            continue
        chain = _sequence(marks, text)
        if len(chain) < 2:
            continue
        if style == "han_is" and not (
            _INTRO_ASKS.search(text[: chain[0].start])
            or (
                chain[0].start == 0
                and all(_AFTER_SEMICOLON.search(text[: m.start]) for m in chain[1:])
            )
        ):
            continue
        mine = (chain[0].start, -len(chain))
        if mine < key:
            best, key = (style, chain), mine
    return best


def split(text: str) -> Split:
    """The hazards of one cell; a cell that holds one gives one item with all of its text."""
    text = text.strip()
    if "\n" not in text and not (_FIRST.search(text) and _SECOND.search(text)):
        return _single_number(text) or _clauses(text) or Split([Item(text.strip(_TRAILING))])
    if len(text) < 6:
        return Split([Item(_tidy(text))])
    items: list[Item] = []
    intro = _divide(text, frozenset(), (), (), items)
    if len(items) < 2:
        lone = _single_number(text)
        return lone or _paragraphs(text) or _clauses(text) or Split([Item(_tidy(text))])
    # A last line about all of them ("以上问题请于6月30日前整改完成。") is none of them.
    body, _, last = items[-1].text.rpartition("\n")
    if len(body) >= PART_CHARS_MIN and _ABOUT_ALL.match(last):
        items[-1].text = _tidy(body)
        return Split(items[:PARTS_MAX], intro, last)
    return Split(items[:PARTS_MAX], intro)


def _divide(
    text: str,
    styles: frozenset[str],
    headings: tuple[str, ...],
    path: tuple[int, ...],
    items: list[Item],
) -> str:
    """Append the items of ``text``; returns what stands before its first number."""
    style, chain = _best_chain(text, styles)
    if not chain:
        items.append(Item(_tidy(text), headings, path=path))
        return ""
    intro = text[: chain[0].start].strip()
    inner = headings
    if path and intro:
        inner = (*headings, _heading(intro))
    elif _is_finding(intro):
        # A sentence of its own before the list: a hazard that wasn't numbered.
        items.append(Item(_tidy(intro), headings, unnumbered=True, path=(*path, 0)))
        intro = ""
    for at, mark in enumerate(chain):
        end = chain[at + 1].start if at + 1 < len(chain) else len(text)
        part = text[mark.end : end]
        tail: list[str] = []
        if at + 1 == len(chain):
            part, tail = _cut_tail(part, style, text[: mark.start])
        number = (*path, at + 1)
        _divide(part, styles | {style}, inner, number, items)
        for line in tail:
            items.append(Item(_tidy(line), inner, unnumbered=True, path=(*path, at + 2)))
    return intro


def _cut_tail(part: str, style: str, before: str) -> tuple[str, list[str]]:
    """Lines under the last numbered one: hazards whose number was lost, or a closing remark."""
    lines = [line.strip() for line in part.split("\n")]
    if len(lines) < 2 or "\n" not in before or style not in ("digit", "digit_bare", "han"):
        return part, []
    if _best_chain(part, frozenset({style}))[1]:
        return part, []
    tail: list[str] = []
    while len(lines) > 1:
        line, above = lines[-1], lines[-2]
        if not line:
            lines.pop()
            continue
        if (
            len(line) < 12
            or not above.endswith(("。", "；", ";", "！"))
            or _NOT_AN_ITEM.match(line)
        ):
            break
        tail.insert(0, lines.pop())
    return "\n".join(lines), tail


def _single_number(text: str) -> Split | None:
    """A list of one: '… 发现以下问题：\\n1.…' loses its introduction and its number."""
    # A mark begins the text or is a one; cheap to ask, and mostly neither is so.
    styles = _STYLES if _MARKED.match(text) or _FIRST.search(text) else ()
    for style, pattern in styles:
        if style in ("digit_bare", "han_is"):
            continue
        marks = [m for m in _marks(style, pattern, text) if m.strong]
        if marks and marks[0].start == 0 and (len(marks) == 1 or marks[0].number > 1):
            # One line of a list that was spread over rows: its number is no part of it.
            rest = text[marks[0].end :].strip()
            if len(rest) < PART_CHARS_MIN or _NUMBERED_THING.match(rest):
                return None
            return Split([Item(_tidy(rest))])
        if len(marks) == 1 and marks[0].number == 1:
            intro, rest = text[: marks[0].start].strip(), text[marks[0].end :].strip()
            if len(rest) >= PART_CHARS_MIN and (not intro or _INTRO_ASKS.search(intro)):
                return Split([Item(_tidy(rest))], intro)
    head, _, rest = text.partition("\n")
    if (
        rest
        and _INTRO_ASKS.search(head)
        and len(rest.strip()) >= PART_CHARS_MIN
        and re.search(r"(?:如下|以下|下列)", head)
    ):
        return Split([Item(_tidy(rest))], head.strip())
    return None


_DATED = re.compile(r"^\d{0,4}年?\d{1,2}月\d{1,2}日?[，,]?")


_BULLET = re.compile(r"^[•●◆■▪◇□★☆▲△➢➤·*＊\-–—]\s*(?=\S)")


def _paragraphs(text: str) -> Split | None:
    """Lines that are findings of their own though they bear no number.

    Each begins with a bullet, or with a day ("2月26日，检查…"), or each says that something is
    wrong and ends in a semicolon.
    """
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if len(lines) < 2:
        return None
    if all(_BULLET.match(line) for line in lines):
        lines = [_BULLET.sub("", line) for line in lines]
    elif (
        not all(_DATED.match(line) and len(line) > 20 for line in lines)
        and not (
            all(line.endswith(("；", ";")) for line in lines[:-1])
            and all(len(line) >= 5 and _WRONG.search(line) for line in lines)
        )
        and not all(_stands_alone(line) for line in lines)
    ):
        return None
    return Split([Item(_tidy(line), path=(at + 1,)) for at, line in enumerate(lines)])


def _clauses(text: str) -> Split | None:
    """'灭火器过期；通道堵塞；线路老化': findings with nothing between them but semicolons."""
    if "；" not in text and ";" not in text:
        return None
    parts = [part.strip() for part in re.split("[；;]", text) if part.strip()]
    # Longer clauses mostly go on about one thing: "…气瓶压力表均损坏；气瓶标识不符；…".
    if len(parts) < 2 or not all(_stands_alone(part, CLAUSE_CHARS_MAX) for part in parts):
        return None
    return Split([Item(_tidy(part), path=(at + 1,)) for at, part in enumerate(parts)])


def _stands_alone(text: str, limit: int = LINE_CHARS_MAX) -> bool:
    """A short closed clause that says by itself what is wrong; no wrapped or depending line."""
    bare = text.rstrip("。；;！!")
    return (
        4 <= len(bare) <= limit
        and bool(_WRONG.search(bare))
        and not _DEPENDS.match(bare)
        and not re.search("[，,、：:]", bare)
        and bare.count("（") + bare.count("(") == bare.count("）") + bare.count(")")
    )


#: What begins so goes on with the clause before it, or is said of it.
_DEPENDS = re.compile(
    r"^(?:[\d(（]|不(?!足)|且|并|但|同时|其中|其|导致|造成|致使|可能|易|存在(?:较大)?(?:风险|危险)|违反|要求|请|应|以及|及|和|与|或|等|的|因|由于|如|即|上述|以上|另|该)"
)


def _tidy(text: str) -> str:
    lines = [line.strip() for line in text.strip(_TRAILING).splitlines()]
    return "\n".join(line for line in lines if line).strip(_TRAILING)


def _heading(text: str) -> str:
    return _tidy(text).rstrip("。：:，,；;").replace("\n", " ")[:HEADING_CHARS_MAX]


_WRONG = re.compile(
    "未|不|无|缺|没有|破损|损坏|失效|过期|堵塞|违|裸露|私拉|占用|老化|脱落|上锁|锁闭"
)


def _is_finding(text: str) -> bool:
    """A closed sentence that says something is wrong, and not that there was an inspection."""
    return (
        len(text) >= 12
        and text.rstrip().endswith(("。", "；", ";", "！"))
        and not _INTRO_ASKS.search(text)
        and bool(_WRONG.search(text))
        and not re.search(
            r"(?:进行|开展|组织|实施)了?.{0,10}(?:检查|督查|排查|暗访)|检查(?:了|发现|时|组|中)|^\d{4}年",
            text,
        )
    )


def described(item: Item) -> str:
    """The item's text behind the numbered headings above it, so that it can stand alone."""
    return "：".join([*item.headings, item.text]) if item.headings else item.text


def aligned(text: str, count: int) -> list[str] | None:
    """A measures cell cut for ``count`` hazards, or None where its parts are more or fewer."""
    found = split(text)
    items = [item for item in found.items if not item.unnumbered]
    if count < 2 or len(found.items) < 2:
        return None
    if len(found.items) == count:
        return [item.text for item in found.items]
    if len(items) == count:
        return [item.text for item in items]
    # One measure too many at the end is a remark about all of them ("3.要求6月30日前完成").
    if len(found.items) == count + 1 and re.search(
        r"(?:以上|上述|要求|前完成|报建|反馈|书面)", found.items[-1].text
    ):
        last = found.items[-1].text
        return [f"{item.text}\n{last}" for item in found.items[:-1]]
    return None
