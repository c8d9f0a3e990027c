"""The words that stand around a figure, where they may name it: before it, behind it, in its clause.

特种设备方面:检查企业12家      the topic before a colon
高层建筑26栋、学校15所已整改   what is said once, behind the last of a list
1286家:检查企业数             what stands behind a colon
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from . import indicators
from .coined import TOWN, coined
from .gazetteer import gazetteer
from .layout import Line, behind_stop
from .model import Find

_LISTED_ON = re.compile(r"[、和及与]|以及|等|、[^,。;、]{0,4}")
_TAIL_BEGINS = re.compile(r"^(?:已经|已|都已经|都|均|等|的|中|共|[、和及])+|全部")
_LEADS_IN = re.compile(r"^[,。、]?(?:目前|其中|截至目前)?")
_TOPIC = re.compile(r"\s*(?:在|针对)?(?P<of>[\u4e00-\u9fff、]{2,14}?)(?:领域|方面|行业)[,:]")
#: A name shorter than this says nothing.
UNSAID = 2
#: How many characters of a name are kept, from its end.
NAME_CHARS_MAX = 28


@dataclass(frozen=True)
class At:
    """One find among those of its line, and the words that may name it."""

    text: str
    line: Line
    finds: list[Find]
    index: int
    #: What earlier lines counted last, by its unit.
    earlier: Mapping[str, str]

    @property
    def find(self) -> Find:
        return self.finds[self.index]

    @property
    def last(self) -> Find | None:
        return self.finds[self.index - 1] if self.index else None

    @property
    def noun(self) -> str:
        return self.find.hints.get("noun", "")

    def before(self, stops: str = indicators.LIST) -> str:
        """The words between the last figure and this one, back to a stop."""
        low = min(floor(self.line, self.finds, self.index), self.find.start)
        return indicators.clause(self.text, self.find.start, low, stops)

    @property
    def lead(self) -> str:
        before = self.before()
        if before.endswith("等"):
            return ""
        words = indicators.tidy(placeless(before, self.text))
        if words and self.text[self.find.start - len(before) - 1] == "、":
            # 培训主要负责人、安全管理人员842人次: a list without figures is counted as one.
            words = indicators.tidy(placeless(self.before(indicators.STOPS), self.text)) or words
        return words


def behind_colon(text: str, line: Line, find: Find) -> str:
    """1286家:检查企业数, on a line of its own: what it counts stands behind it."""
    behind = text[find.number[1] : line.end]
    if text[line.start : find.start].strip() or not behind.startswith(":"):
        return ""
    return behind[1:].strip()[:NAME_CHARS_MAX]


#: 其次为县城集镇,共发生火灾5.5万起; 城市火灾相对较少,共发生…: the clause before says of what.
_HAPPENED = re.compile(r"^(?:共)?(?:发生|接报|造成)?(?:[^,。;\d]{0,4}(?:事故|火灾|案件|警情))?$")
_SAID_OF = re.compile(
    r"(?:^|[。;])\s*(?:其次|再次|首先)?(?:为|是)?(?P<of>[^,。;\d]{2,14}(?<!看)),$"
)


def clause_before(at: At, lead: str) -> str:
    start = behind_stop(at.text, at.line.start, at.find.start)
    said = _SAID_OF.search(at.text[start : at.find.start - len(at.before())])
    return said["of"] if said and _HAPPENED.match(lead) else ""


def topic_of(at: At) -> str:
    """在危险化学品领域,关闭16家: what a bare verb is about."""
    start = behind_stop(at.text, at.line.start, at.find.start)
    hit = _TOPIC.match(at.text, start, at.find.start)
    return hit["of"] if hit else ""


def words_after(at: At) -> str:
    """What is said of the thing after its noun; a list says it once, behind its last item."""
    last = at.find
    for other in at.finds[at.index + 1 :]:
        between = at.text[last.end : other.start]
        if not _LISTED_ON.fullmatch(between):
            break
        last = other
    words = re.split(r"[,。;!\n:”]", at.text[last.end : min(at.line.end, last.end + 18)])[0]
    return _TAIL_BEGINS.sub("", words)


def shared_words(at: At) -> str:
    """The words before the first number of a list that this number stands in."""
    wide = indicators.clause(at.text, at.find.start, at.line.start, indicators.STOPS)
    begin = at.find.start - len(wide)
    first = next((item for item in at.finds[: at.index + 1] if item.start >= begin), at.find)
    return indicators.tidy(at.text[begin : first.start])[-12:] if first.start > begin else ""


def floor(line: Line, finds: list[Find], index: int) -> int:
    """Where the words that may name a figure begin: behind the last one that isn't a slogan."""
    for place in range(index - 1, -1, -1):
        if not finds[place].hints.get("quoted"):
            return finds[place].end
    return line.start


def placeless(words: str, text: str = "") -> str:
    """Words without the places they begin with: the region says those. ``text``: where they stand."""
    named, short = gazetteer()
    own = {name for name, place in coined(text).items() if place.level < TOWN}
    words = _LEADS_IN.sub("", words)
    trimmed = True
    while trimmed:
        trimmed = False
        for length in range(min(12, len(words)), 1, -1):
            if words[:length] in named or words[:length] in short or words[:length] in own:
                words, trimmed = words[length:].lstrip("、和与及"), True
                break
    return words
