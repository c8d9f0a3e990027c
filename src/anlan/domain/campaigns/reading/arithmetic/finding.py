"""What a finding is, and what every check of a document's sums needs.

A contradiction can't hold; a gap can't be reconciled from the text. Neither is mended: a person
decides.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from ..figures import Figure

#: How much is checked: no notice of a government comes near it.
MOST = 2000
LONGEST = 1_000_000

INCONSISTENT = "inconsistent"
GAP = "gap"


def gettext_noop(text: str) -> str:
    """Marks a sentence for translation: this engine knows nothing of the framework that has it."""
    return text


#: What each finding says, as a sentence with named places.
SENTENCES = {
    "parts_exceed": gettext_noop("The parts add up to %(sum)s, more than the whole of %(whole)s."),
    "parts_fall_short": gettext_noop("The parts are said to make up the whole, but add up to %(sum)s, not %(whole)s."),
    "total": gettext_noop("The numbers listed add up to %(sum)s, but the document gives their total as %(whole)s."),
    "shares_exceed": gettext_noop("The shares add up to %(sum)s %%, more than all."),
    "over_whole": gettext_noop("%(stated)s %% is more than all."),
    "settled_exceed": gettext_noop("%(done)s are said to be settled of %(found)s found: older ones may be among them."),
    "backwards": gettext_noop("The time ends (%(last)s) before it begins (%(first)s)."),
    "share": gettext_noop("%(part)s of %(whole)s is %(computed)s %%, but the document says %(stated)s %%."),
    "change": gettext_noop("From %(before)s to %(now)s is a change of %(computed)s %%, but the document says %(stated)s %%."),
    "direction": gettext_noop("%(now)s against %(before)s is the other direction than the document says."),
    "code_parts": gettext_noop("The code %(code)s names %(stated)s plans of the last kind, but %(base)s sectors and %(new)s new ones make %(sum)s."),
    "listed": gettext_noop("The document says %(stated)s, but lists %(counted)s."),
    "bounds": gettext_noop("“%(text)s” says nearly and more than at once."),
    "classifier": gettext_noop("%(unit)s doesn't count %(noun)s: it is unclear what was counted."),
    "two_units": gettext_noop("%(unit)s is a unit and a number of times at once: it can't be used as a distinct count."),
    "fixed_base": gettext_noop("“Year on year” is used with %(year)s as its base: this is a change against a fixed year."),
    "no_as_of": gettext_noop("The figure has no date up to which it was counted, and the document has none either."),
    "twice_whole": gettext_noop("%(first)s and %(second)s are given for %(noun)s; “all” can't hold for both at one date."),
    "twice": gettext_noop("%(first)s and %(second)s are given for %(noun)s: the scopes seem to differ."),
    "visits": gettext_noop("%(checked)s inspected are more than the %(known)s that exist: the unit is probably visits."),
    "populations": gettext_noop("Nearly the same population is counted as %(values)s under different names."),
    "classes": gettext_noop("All are said to be graded, but the classes add up to %(sum)s of %(whole)s."),
    "coverage": gettext_noop("Full coverage is claimed, but %(part)s of %(whole)s are named: the claim may be of another thing."),
    "states": gettext_noop("%(approved)s approved, but %(later)s in later states: the states overlap in a way the text doesn't say."),
    "sectors": gettext_noop("The sectors named add up to %(sum)s of %(whole)s: they are examples, not the parts of the whole."),
    "results": gettext_noop("The results named add up to %(sum)s, but the total is %(whole)s: the levels seem to differ."),
}  # fmt: skip


@dataclass(frozen=True)
class Contradiction:
    """Figures of one document that can't all be right, or can't be brought together."""

    code: str
    verdict: str
    figures: tuple[Figure, ...]
    values: dict[str, str] = field(default_factory=dict)

    @property
    def start(self) -> int:
        return min(figure.start for figure in self.figures)

    @property
    def end(self) -> int:
        return max(figure.end for figure in self.figures)

    def sentence(self, translate: Callable[[str], str] = str) -> str:
        """Why this can't be, in one sentence; the caller brings the language."""
        return translate(SENTENCES[self.code]) % self.values


def plain(value: int | Decimal) -> str:
    """A value as people write it."""
    return f"{value:,}" if isinstance(value, int) else f"{value.normalize():f}"


def sentence_of(text: str, place: int, stops: str = "\n。!?") -> tuple[int, int]:
    """The sentence this place is in."""
    start, end = 0, len(text)
    # Each stop is looked for only behind the one before: a text without any 。 isn't read to its ends.
    for stop in sorted(stops):
        start = max(start, text.rfind(stop, start, place) + 1)
        found = text.find(stop, place, end)
        end = found if found >= 0 else end
    return start, end


def counted(figures: list[Figure]) -> list[Figure]:
    kinds = ("count", "target", "money", "physical")
    return [figure for figure in figures if figure.kind in kinds and figure.end_value is None]


def firm(figure: Figure) -> bool:
    return figure.bound in ("", "<=", "<~", "<")


def apart(total: Decimal, whole: int | Decimal) -> bool:
    """Beyond what rounding each part to 万 could do."""
    return abs(total - whole) > max(Decimal(0), Decimal(whole) * Decimal("0.001"))


#: What may have been done to the same thing more than once, or one after the other.
DONE_TO = re.compile(
    r"整改|完成|销号|办结|闭环|处罚|立案|移交|关闭|取缔|验收|注销|注\(吊\)销|变更|拆除|搬迁|停产|停业|吊销|暂扣|约谈|曝光|罚款|整顿"
)


def contradiction(
    name: str, figures: tuple[Figure, ...], /, *, verdict: str = INCONSISTENT, **values: str
) -> Contradiction:
    return Contradiction(name, verdict, figures, dict(values))
