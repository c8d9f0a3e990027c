"""What Word writes before a paragraph whose number is a setting and not text: 一、 （一） 1. ①.

A paragraph names a list (numId) and a depth (ilvl), itself or through its style; a list is of a
plan (abstractNum) that says how each depth looks. Lists of one plan count on together, unless one
of them starts anew. ECMA-376 part 1, 17.9.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from xml.etree import ElementTree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_HAN = "零一二三四五六七八九"
_CAPITALS = "零壹贰叁肆伍陆柒捌玖"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"


@dataclass(frozen=True)
class Level:
    """How Word numbers the paragraphs of one depth of a list."""

    form: str
    text: str
    first: int
    #: All numbers of it in digits, whatever the levels above are shown as.
    legal: bool = False
    #: Behind a paragraph of which depth it begins anew: 0 for never, nothing for any above it.
    restart: int | None = None


class Numbers:
    """What Word writes before a paragraph whose number is a setting and not text."""

    def __init__(
        self, numbering: ElementTree.Element | None, styles: ElementTree.Element | None
    ) -> None:
        #: By the number of a list: its levels, which plan counts them, and levels that it restarts.
        self.levels: dict[str, dict[int, Level]] = {}
        self.lists: dict[str, str] = {}
        self.anew: dict[str, dict[int, int]] = {}
        self.styles: dict[str, Used] = {}
        self.counts: dict[str, dict[int, int]] = defaultdict(dict)
        for style in styles.findall(f"{W}style") if styles is not None else ():
            base = style.find(f"{W}basedOn")
            of = base.get(f"{W}val", "") if base is not None else ""
            self.styles[style.get(f"{W}styleId", "")] = Used(*_used(style), of)
        if numbering is not None:
            self._plans(numbering)

    def _plans(self, numbering: ElementTree.Element) -> None:
        plans: dict[str | None, dict[int, Level]] = {}
        by_style: dict[str, dict[int, Level]] = {}
        links: dict[str | None, str] = {}
        for plan in numbering.findall(f"{W}abstractNum"):
            levels = {
                int(level.get(f"{W}ilvl", "0")): _level(level) for level in plan.findall(f"{W}lvl")
            }
            number = plan.get(f"{W}abstractNumId")
            plans[number] = levels
            if style := _val(plan, "styleLink"):
                by_style[style] = levels
            if style := _val(plan, "numStyleLink"):
                links[number] = style
        for num in numbering.findall(f"{W}num"):
            number = num.get(f"{W}numId", "")
            plan_id = _val(num, "abstractNumId")
            self.levels[number] = dict(by_style.get(links.get(plan_id, ""), plans.get(plan_id, {})))
            self.lists[number] = str(plan_id)
            self._overridden(num, number)

    def _overridden(self, num: ElementTree.Element, number: str) -> None:
        """“Restart at 1” makes a list of its own, over the same plan."""
        for change in num.findall(f"{W}lvlOverride"):
            depth = int(change.get(f"{W}ilvl", "0"))
            level = change.find(f"{W}lvl")
            if level is not None:
                self.levels[number][depth] = _level(level)
            if start := _val(change, "startOverride"):
                self.anew.setdefault(number, {})[depth] = int(start)

    def of(self, paragraph: ElementTree.Element) -> str:
        number, depth = self._used(paragraph)
        level = self.levels.get(number, {}).get(depth)
        if level is None:
            return ""
        counts = self.counts[self.lists[number]]
        first = self.anew.get(number, {}).pop(depth, None)
        counts[depth] = first if first is not None else counts.get(depth, level.first - 1) + 1
        for deeper in [key for key in counts if key > depth]:
            restart = self.levels[number].get(deeper, level).restart
            if restart is None or restart > depth:
                del counts[deeper]
        text = level.text
        for at in range(depth + 1):
            shape = self.levels[number].get(at, level)
            form = "decimal" if level.legal else shape.form
            text = text.replace(f"%{at + 1}", _shown(counts.get(at, shape.first), form))
        return "" if level.form in ("bullet", "none") else text

    def _used(self, paragraph: ElementTree.Element) -> tuple[str, int]:
        """Which list a paragraph is of, and how deep: by itself, else by its style or its base."""
        number, depth = _used(paragraph)
        style = _val(paragraph.find(f"{W}pPr"), "pStyle")
        seen: set[str] = set()
        while style in self.styles and style not in seen:
            seen.add(style)
            told = self.styles[style]
            number = told.number if number is None else number
            depth = told.depth if depth is None else depth
            style = told.base
        return number or "", depth or 0


@dataclass(frozen=True)
class Used:
    """The list and the depth that a style states, and the style it is made from."""

    number: str | None
    depth: int | None
    base: str


def _used(holder: ElementTree.Element) -> tuple[str | None, int | None]:
    stated = holder.find(f"{W}pPr/{W}numPr")
    depth = _val(stated, "ilvl")
    return _val(stated, "numId") or None, int(depth) if depth else None


def _val(holder: ElementTree.Element | None, name: str) -> str:
    found = holder.find(f"{W}{name}") if holder is not None else None
    return found.get(f"{W}val", "") if found is not None else ""


def _level(level: ElementTree.Element) -> Level:
    legal = level.find(f"{W}isLgl")
    restart = _val(level, "lvlRestart")
    return Level(
        form=_val(level, "numFmt") or "decimal",
        text=_val(level, "lvlText"),
        first=int(_val(level, "start") or "1"),
        legal=legal is not None and legal.get(f"{W}val", "1") not in ("0", "false"),
        restart=int(restart) if restart else None,
    )


def _shown(number: int, form: str) -> str:
    """A number as this form of Word's shows it; a form that we don't know in digits."""
    if "Legal" in form:
        return _han(number, _CAPITALS, "拾")
    if form.startswith("decimalEnclosedCircle"):
        return _CIRCLED[number - 1] if 0 < number <= len(_CIRCLED) else str(number)
    if form == "ideographTraditional" and 0 < number <= len(_STEMS):
        return _STEMS[number - 1]
    if "hinese" in form or "japanese" in form or form.startswith(("ideograph", "taiwanese")):
        return _han(number, _HAN, "十")
    if form in ("upperLetter", "lowerLetter"):
        letter = chr(ord("A") + (number - 1) % 26)
        return letter if form == "upperLetter" else letter.lower()
    if form in ("upperRoman", "lowerRoman"):
        return _roman(number) if form == "upperRoman" else _roman(number).lower()
    return f"{number:02}" if form == "decimalZero" else str(number)


def _han(number: int, digits: str, ten: str) -> str:
    if not 0 < number < 100:
        return str(number)
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else ten if tens == 1 else digits[tens] + ten
    return head + (digits[ones] if ones else "")


def _roman(number: int) -> str:
    out = ""
    for value, sign in ((50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")):
        while number >= value:
            out, number = out + sign, number - value
    return out
