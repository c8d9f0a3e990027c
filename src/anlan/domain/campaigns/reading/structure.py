"""The notice's own numbering as a tree: 一、 （一） 1. （1） ①, each node with its exact span.

Which mark stands under which is read from the document itself: a mark that was seen above goes
back to its level, a new one opens a level below.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from anlan.domain.campaigns.reading.plain import Plain

_HAN = "[一二三四五六七八九十百零]{1,4}"
#: Style of a mark → how it looks. Read top down; the first that fits is it.
MARKS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("编", re.compile(rf"第({_HAN}|\d{{1,2}})[编篇部](?:分)?[、:]?")),
    ("章", re.compile(rf"第({_HAN}|\d{{1,2}})章[、:]?")),
    ("节", re.compile(rf"第({_HAN}|\d{{1,2}})节[、:]?")),
    ("条", re.compile(rf"第({_HAN}|\d{{1,3}})条[、:]?")),
    ("壹、", re.compile("([壹贰叁参肆伍陆柒捌玖拾]{1,3})、")),
    ("一、", re.compile(rf"({_HAN})[、.:](?![\d一二三四五六七八九十])")),
    ("第一,", re.compile(rf"第({_HAN})[,、:]")),
    # (一), with a bracket lost 一) or (一、, and the one sign ㈠
    ("(一)", re.compile(rf"[(]?({_HAN})[)][、.]?|[(]({_HAN})、|([㈠-㈩])[、.]?")),
    ("1.1", re.compile(r"(\d{1,2}(?:[.]\d{1,2}){1,3})[.、]?(?![\d%个家项人年月日万亿号.])")),
    # 1 总体目标 in a line of its own, in papers that count 1, 1.1, 1.1.1
    (
        "1",
        re.compile(
            r"(\d{1,2})(?![年月日号个家项人名起条座处次台套辆户所栋支万亿天小级类种大岁周届])(?=[\u4e00-\u9fff、]{2,20}(?:\n|$))"
        ),
    ),
    ("1.", re.compile(r"(\d{1,3})(?:[.](?!\d)|、)|([⒈-⒛])")),
    ("(1)", re.compile(r"[(](\d{1,3})[)][、.]?|([⑴-⒇])[、.]?")),
    ("1)", re.compile(r"(\d{1,3})[)][、.]?")),
    ("①", re.compile("([①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳])")),
    ("一是", re.compile(rf"({_HAN})(?:是(?!个)|要)")),
)
#: Marks that may stand inside a paragraph, behind the end of a sentence.
INLINE = ("(一)", "1.", "(1)", "①")
#: How far a list may step on from one number to the next: one between them may be lost.
STEP_MAX = 2
#: Marks that a notice may take for one another.
FAMILIES = (("一、", "第一,", "(一)", "壹、"), ("1.", "(1)", "1)", "①"))
#: Behind such a line the numbering begins anew: an annex, or the heading of another plan.
_ANNEXES = re.compile(r"附件?(?:下载)?:.*|附件下载")
_ANNEX = re.compile(r"附[件录表]\d{0,2}[:.]?(.{0,60})")
_SENTENCE = re.compile(r"[。;!?]|[.](?=[^\d.]|$)")
HEADING_CHARS_MAX = 40
TITLE_CHARS_MAX = 50
#: 加强宣导:各局应于… is titled by what stands before the colon.
COLON_CHARS_MAX = 20
_ONE_SIGN = (("①", "⑳"), ("㈠", "㈩"), ("⑴", "⒇"), ("⒈", "⒛"))
_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {
    "两": 2, "贰": 2, "叁": 3, "参": 3, "壹": 1, "肆": 4, "伍": 5, "陆": 6, "柒": 7, "捌": 8, "玖": 9,
}  # fmt: skip


@dataclass(slots=True)
class Node:
    """A numbered clause. Offsets are those of the plain text; ``body`` is behind its mark."""

    style: str
    number: int
    label: str
    start: int
    body: int
    end: int
    title: str
    #: Where the title ends; what stands behind it is what is to be done.
    title_end: int
    parent: Node | None = None
    children: list[Node] = field(default_factory=list)
    #: The unnumbered heading above, where the file holds several plans.
    part: str = ""

    @property
    def top(self) -> Node:
        return self if self.parent is None else self.parent.top

    def walk(self) -> Iterator[Node]:
        yield self
        for child in self.children:
            yield from child.walk()


def han_number(text: str) -> int:
    """二十一 → 21; digits as they are; a number that is one sign (①, ㈠, ⑴, ⒈) by its place."""
    for first, last in _ONE_SIGN:
        if first <= text[0] <= last:
            return ord(text[0]) - ord(first) + 1
    if text[0].isdigit():
        return int(text.rpartition(".")[2])
    total, digit = 0, 0
    for char in text:
        if char == "百":
            total, digit = total + (digit or 1) * 100, 0
        elif char in "十拾":
            total, digit = total + (digit or 1) * 10, 0
        else:
            digit = _DIGITS.get(char, 0)
    return total + digit


def read(plain: Plain, rows: frozenset[int] = frozenset(), *, spoken: bool = False) -> list[Node]:
    """The numbered clauses of the plain text, as a forest.

    spoken: whether 一是 and 二是 aren't clauses but a manner of speech.
    rows: where lines begin that are read as rows of a table; no clause goes on over them.
    """
    forest: list[Node] = []
    stack: list[Node] = []
    part = ""
    listing = False
    open_ended = headed = False
    for line_start, line_end in lines(plain.text, 0, len(plain.text)):
        if line_start in rows:
            stack = []
            continue
        listing = _listing(plain.text[line_start:line_end], listing)
        if listing:
            stack = []
            continue
        marks = [
            mark
            for mark in _marks(plain.text, line_start, line_end, stack)
            if not (spoken and mark[0] == "一是") and not _alone(mark, stack)
        ]
        before, open_ended = open_ended, _breaks_off(plain.text[line_start:line_end])
        if not marks:
            line = plain.text[line_start:line_end]
            if annex := _ANNEX.fullmatch(line):
                stack, part = [], annex[1]
            elif _is_heading(line) and not before:
                # Two lines of one heading follow each other; anything else begins a new part.
                part = part + line if headed else line
                headed, stack = True, []
                continue
            elif stack:
                for node in _upward(stack[-1]):
                    node.end = line_end
            headed = False
            continue
        headed = False
        for number, (style, match) in enumerate(marks):
            stop = marks[number + 1][1].start() if number + 1 < len(marks) else line_end
            node = _node(plain.text, style, match, stop, part)
            styles = [above.style for above in stack]
            if style not in styles and (same := _counted_on(stack, style, node.number)):
                node.style = style = same
            if style in styles:
                del stack[styles.index(style) :]
            node.parent = stack[-1] if stack else None
            (node.parent.children if node.parent else forest).append(node)
            stack.append(node)
            for above in _upward(node):
                above.end = stop
    return forest


def _numeral(match: re.Match[str]) -> str:
    """The numeral of a mark, whichever way it is written."""
    return next(group for group in match.groups() if group)


def _alone(mark: tuple[str, re.Match[str]], stack: list[Node]) -> bool:
    """第三, without a first and a second is a manner of speech."""
    style, match = mark
    if style != "第一," or any(above.style == style for above in stack):
        return False
    number = han_number(_numeral(match))
    return number > 1 and not _counted_on(stack, style, number)


def _counted_on(stack: list[Node], style: str, number: int) -> str:
    """The style of 三、 for a 第四, or 四: behind it: no list begins with its fourth."""
    family = next((family for family in FAMILIES if style in family), ())
    return next(
        (
            above.style
            for above in reversed(stack)
            if above.style in family and 0 < number - above.number <= STEP_MAX and number > 1
        ),
        "",
    )


def lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Lines that say something, without the line's end."""
    at = start
    while at < end:
        stop = text.find("\n", at, end)
        stop = end if stop < 0 else stop
        if stop > at:
            yield at, stop
        at = stop + 1


def _listing(line: str, before: bool) -> bool:
    """Whether the line names the annexes: 附件:1.…, and 2.… below it."""
    return _ANNEXES.fullmatch(line) is not None or (
        before and re.match(r"\d{1,2}[.、]", line) is not None and "。" not in line
    )


def _breaks_off(line: str) -> bool:
    """A long line without an end goes on below; what is below is no heading then."""
    return len(line) > HEADING_CHARS_MAX // 2 and line[-1] not in "。;:.!?”)" and "," in line


def _upward(node: Node | None) -> Iterator[Node]:
    while node is not None:
        yield node
        node = node.parent


def _marks(
    text: str, start: int, end: int, stack: list[Node]
) -> Iterator[tuple[str, re.Match[str]]]:
    first = _mark(text, start, end)
    if first is not None:
        yield first
    yield from _inline(text, first[1].end() if first else start, end, stack, first)


def _mark(text: str, at: int, end: int) -> tuple[str, re.Match[str]] | None:
    if "\t" in text[at:end]:
        # A row of a table has numbers of its own (tables.py).
        return None
    for style, shape in MARKS:
        match = shape.match(text, at, end)
        if match is not None and match.end() < end:
            return style, match
    return None


def _inline(
    text: str, start: int, end: int, stack: list[Node], first: tuple[str, re.Match[str]] | None
) -> Iterator[tuple[str, re.Match[str]]]:
    """Marks inside a paragraph, where they count on: 1 with a 2 behind it, or n behind n-1."""
    found: dict[str, list[re.Match[str]]] = {}
    for stop in re.finditer("[。;:]", text[start:end]):
        at = start + stop.end()
        for style, shape in MARKS:
            if style in INLINE and (match := shape.match(text, at, end)) and match.end() < end:
                found.setdefault(style, []).append(match)
                break
    kept: list[tuple[str, re.Match[str]]] = []
    for style, matches in found.items():
        numbers = [han_number(_numeral(match)) for match in matches]
        before = han_number(_numeral(first[1])) if first is not None and first[0] == style else 0
        for node in stack:
            if node.style == style and before == 0:
                before = node.number
        fresh = numbers[0] == 1 and len(numbers) > 1
        goes_on = before > 0 and numbers[0] == before + 1
        whole = all(b == a + 1 for a, b in pairwise(numbers))
        if whole and (fresh or goes_on):
            kept += [(style, match) for match in matches]
    yield from sorted(kept, key=lambda mark: mark[1].start())


def _node(text: str, style: str, match: re.Match[str], end: int, part: str) -> Node:
    body = match.end()
    said = text[body:end]
    stop = _SENTENCE.search(said)
    title = said if stop is None else said[: stop.start()]
    if ":" in title[:COLON_CHARS_MAX] or (stop is None and ":" in title):
        title = title.partition(":")[0]
    if len(title) > TITLE_CHARS_MAX:
        # A clause without a heading is called by its first words.
        title = re.split("[,;:]", title, maxsplit=1)[0]
        title = title if len(title) <= TITLE_CHARS_MAX else ""
    return Node(
        style=style,
        number=han_number(_numeral(match)),
        label=match[0],
        start=match.start(),
        body=body,
        end=end,
        title=title,
        title_end=body + len(title),
        part=part,
    )


def _is_heading(line: str) -> bool:
    return (
        len(line) <= HEADING_CHARS_MAX
        and "\t" not in line
        and not re.search(r"[。;:,!?]|[.]$", line)
        and re.search(r"[\u4e00-\u9fff]{2}", line) is not None
    )
