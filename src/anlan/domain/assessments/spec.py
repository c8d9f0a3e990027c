"""A scheme as data: dimensions, items with weights and rules, vetoes, grades, ties, rounding.

Read strictly: what can't be read says at which place and why. Numbers are exact (Fraction); they
are written as decimals. What a scheme means arithmetically is scoring.py's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anlan.kernel.calendar import periods
from anlan.kernel.calendar.periods import Period

#: Limits of one scheme.
ITEMS_MAX, DIMENSIONS_MAX, VETOES_MAX, GRADES_MAX, STEPS_MAX = 100, 12, 20, 10, 20
STAGES_MAX = 24
CODE_CHARS_MAX, NAME_CHARS_MAX, SOURCE_CHARS_MAX = 40, 120, 300
DIGITS_MAX = 6
LIST_MAX = 50
NUMBER_CHARS_MAX = 20

RULES: dict[str, str | Promise] = {
    "linear": _("in proportion between two values"),
    "steps": _("by steps"),
    "rank": _("by rank in the group"),
    "deduct": _("deduction for each unit"),
    "manual": _("points given by a named unit"),
}
#: What an item gets where its figure isn't known, or is a rate of nothing or of what doesn't apply.
ABSENT: dict[str, str | Promise] = {
    "zero": _("no points"),
    "full": _("full points"),
    "share": _("left out, the other items count in proportion"),
    "unranked": _("no total and no rank"),
}
SPANS: dict[str, str | Promise] = {
    "period": _("the period itself"),
    "year": _("from 1 January on"),
}
MEASURES: dict[str, str | Promise] = {
    "value": _("the figure itself"),
    "change": _("change on a year ago, in percent"),
    "base": _("change on the same days of a base year, in percent"),
    "share": _("share of the number in the duty letter, in percent"),
    "miss": _("by how much the number in the duty letter is missed"),
}
#: What is held against the ledger's own count of earlier days.
CHANGES = ("change", "base")
#: Years that can be a base year: what is counted by day, and a typing slip is none.
BASE_FIRST, BASE_LAST = 1949, 2100
#: What is held against the number that a duty letter sets.
AGAINST = ("share", "miss")
TIES: dict[str, str | Promise] = {
    "same": _("equal totals share a rank, the next is skipped (1, 1, 3)"),
    "dense": _("equal totals share a rank, the next follows (1, 1, 2)"),
    "items": _("decided by items in their order; what is equal in all shares a rank"),
}
GROUPS: dict[str, str | Promise] = {
    "prefectures": _("prefectures"),
    "counties": _("counties"),
    "townships": _("townships"),
    "tree": _("those directly under the area in an assessment tree"),
    "sectors": _("departments, by sector"),
    "letters": _("the sides of the duty letters that the office drew up"),
}
#: Duty letters are checked at mid-year and at the year's end.
LETTER_PERIODS = ("half", "year")
#: A campaign's stages, each with days of its own (S305).
STAGE = "stage"
PERIODS = ("week", "ten_days", "fortnight", "month", "quarter", "half", "year", STAGE)
LEVELS: dict[str, str | Promise] = {
    "": _("all that are compared"),
    "prefecture": _("prefectures"),
    "county": _("counties"),
    "township": _("townships"),
    "sector": _("sectors"),
}
EFFECTS: dict[str, str | Promise] = {
    "cap": _("the grade can't be better than"),
    "zero": _("the total is 0"),
}


@dataclass(frozen=True)
class Rule:
    """How a value becomes points; what each kind needs, the others leave empty."""

    kind: str
    #: linear: the value that gets no points, and the one that gets all of them.
    none_at: Fraction | None = None
    full_at: Fraction | None = None
    #: steps: (from this value on, points), the best first as ``better`` says.
    steps: tuple[tuple[Fraction, Fraction], ...] = ()
    #: rank: points of the last; deduct and manual: the least that can be left.
    least: Fraction = Fraction(0)
    #: deduct: what is free, and what each unit above it costs.
    free: Fraction = Fraction(0)
    each: Fraction | None = None
    #: steps and rank: which way is better, "up" or "down".
    better: str = "up"
    #: manual: the code of the unit that gives the points.
    scorer: str = ""


@dataclass(frozen=True)
class Item:
    code: str
    name: str
    dimension: str
    weight: Fraction
    rule: Rule
    indicator: str = ""
    span: str = "period"
    measure: str = "value"
    #: Where a change on a base year is scored: which year.
    base: int | None = None
    #: Decimals to which value and points are rounded before going on; None: not at all.
    value_digits: int | None = None
    digits: int | None = None
    #: Where the figure is missing, and where it is a rate of nothing; empty: as the scheme says.
    missing: str = ""
    nothing: str = ""
    source: str = ""

    @property
    def manual(self) -> bool:
        return self.rule.kind == "manual"

    def earlier(self, period: Period) -> Period | None:
        """The days that a change is counted from; None where the item scores none, or where its
        base year doesn't lie before them."""
        if self.measure == "change":
            return period.year_ago()
        if self.measure == "base" and self.base is not None and self.base < period.end.year:
            return period.years_ago(period.end.year - self.base)
        return None

    @property
    def least(self) -> Fraction:
        """The fewest points that the item can give."""
        return self.rule.least if self.rule.kind in ("deduct", "manual", "rank") else Fraction(0)


@dataclass(frozen=True)
class Dimension:
    code: str
    name: str
    #: None: whatever its items add up to.
    weight: Fraction | None = None


@dataclass(frozen=True)
class Veto:
    """一票否决: an indicator at or above a number caps the grade or takes the total away."""

    code: str
    name: str
    indicator: str
    at_least: int
    level: str = ""
    span: str = "year"
    effect: str = "cap"
    #: The best grade that is left.
    grade: str = ""
    source: str = ""


@dataclass(frozen=True)
class Grade:
    code: str
    name: str
    #: None: whatever lies below the others.
    least: Fraction | None = None


@dataclass(frozen=True)
class Stage:
    """A part of a campaign's time that is assessed by itself; both days count."""

    name: str
    starts: date
    ends: date

    @property
    def span(self) -> Period:
        return periods.span(self.starts, self.ends)


@dataclass(frozen=True)
class Spec:
    total: Fraction
    group: str
    period: str
    tree: str = ""
    #: Of duty letters: words that their titles hold; empty: all of them.
    letters: str = ""
    dimensions: tuple[Dimension, ...] = ()
    items: tuple[Item, ...] = ()
    vetoes: tuple[Veto, ...] = ()
    grades: tuple[Grade, ...] = ()
    ties: str = "same"
    tie_items: tuple[str, ...] = ()
    digits: int = 2
    missing: str = "zero"
    nothing: str = "share"
    #: How many stand on the red list and on the black one.
    red: int = 3
    black: int = 3
    #: Days after publishing in which appeals are taken; 0: always.
    appeal_days: int = 0
    source: str = ""
    source_version: str = ""
    #: Where the period is a stage: which there are. They stay as the version has them, whatever
    #: becomes of the campaign that they were taken from.
    stages: tuple[Stage, ...] = ()
    #: The campaign that they were taken from; empty: they were written here.
    campaign: str = ""

    def item(self, code: str) -> Item | None:
        return next((item for item in self.items if item.code == code), None)

    def has(self, period: Period) -> bool:
        """Whether it is assessed over such a period."""
        if self.period == STAGE:
            return any(each.span == period for each in self.stages)
        return period.kind.value == self.period

    def label(self, period: Period) -> str:
        """What people call a period; a stage by its name, with its days."""
        named = next((each.name for each in self.stages if each.span == period), "")
        return f"{named} {period.label}" if named else period.label

    def absent(self, item: Item, why: str) -> str:
        """What ``item`` gets where its figure is ``missing``, or is a rate of ``nothing``."""
        own = item.nothing if why == "nothing" else item.missing
        return own or (self.nothing if why == "nothing" else self.missing)

    def of(self, dimension: str) -> list[Item]:
        return [item for item in self.items if item.dimension == dimension]

    @property
    def weights(self) -> Fraction:
        return sum((item.weight for item in self.items), Fraction(0))


# --- whether it makes sense ----------------------------------------------------------------


@dataclass(frozen=True)
class Finding:
    """Something to be mended before a scheme can be used: where, and how."""

    place: str
    reason: str | Promise
    #: The item's code, where it is an item's page that mends it.
    item: str = ""
