"""What a target is, and what every rule that finds one needs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from anlan.domain.campaigns.reading import words

#: Against what a change is measured.
AGAINST = re.compile(
    r"(?:较|比|同比|与)(?P<base>“?十[一二三四五]五”?[期末]?|(?:19|20)\d{2}年|上年|去年|上一年|前[一二三]年均值|基期)?"
)
#: The words that order something, at the head of a piece.
LEADING = re.compile(rf"^(?:{words.ADVERBS})*{words.VERBS}好?")


@dataclass(frozen=True, slots=True)
class Target:
    """Offsets are those of the plain text.

    ``kind`` is number, threshold (a size that says whom a rule is for), existing (what is there
    already), change (下降10%), slogan (“五到位”), trend or curb. ``value`` is None where only a direction is stated.
    """

    start: int
    end: int
    kind: str
    value: Decimal | None
    unit: str
    comparator: str
    object: str
    baseline: str = ""
    #: decrease or increase, where the number is a change.
    direction: str = ""
    #: Of each … the number is wanted: 各州市, 每季度.
    per: str = ""
    #: The upper end of a range; ``value`` is the lower one then.
    up_to: Decimal | None = None
    #: Whether the baseline or the value isn't stated in so many words.
    inferred: bool = False


def clause_begin(text: str, at: int, clause: int) -> int:
    return max(clause, *(text.rfind(sign, clause, at) + 1 for sign in ",;。:\n"))
