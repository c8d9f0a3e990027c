"""What papers state, worked out again: does it hold, can it not, or can't it be told from the text?

    facts = {"F0170": Said(545), "F0171": Said(1092), "F0172": Said(3055)}
    judge(["sum", "F0170", "F0171", "F0172"], facts, stated=Said(4692)).verdict

A number that was rounded, or told as 余, 多 or 近, is an interval, and so is what follows from it.
Two numbers that can't both hold are a contradiction where they are about the same thing, and a gap
where the text gives them different populations, scopes, levels or no date. Neither is mended.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anlan.kernel.indicators import arithmetic
from anlan.kernel.indicators.arithmetic import Interval, exact
from anlan.kernel.indicators.listed import COUNTED

#: A leaf (a fact's name, or a number), or an operator with what it is applied to.
Tree = Any


class Verdict(StrEnum):
    CONSISTENT = "consistent"
    ROUNDING = "rounding"
    DERIVED = "derived"
    INCONSISTENT = "inconsistent"
    GAP = "gap"


@dataclass(frozen=True)
class Said:
    """A number as somebody states it. What is empty isn't said, and contradicts nothing."""

    value: Fraction | None = None
    #: ">=" (余, 多, 超), "<=" (近, 不到), or both.
    bounds: frozenset[str] = frozenset()
    #: To what it was rounded; None where it is as counted.
    unit_of_rounding: Fraction | None = None
    unit: str = ""
    #: What is counted, where, and within what.
    noun: str = ""
    place: str = ""
    scope: str = ""
    #: The day up to which it was counted; "none" where the text has none.
    until: str = ""
    #: Parts that are examples (等) don't make up a whole.
    examples: bool = False
    #: For a change: the year that it is of, the year that it is held against, and its word.
    year: int = 0
    base_year: int = 0
    comparison: str = ""

    @property
    def interval(self) -> Interval:
        assert self.value is not None, self
        low: Fraction | None = self.value
        high: Fraction | None = self.value
        if self.unit_of_rounding:
            both = arithmetic.as_printed(self.value, self.unit_of_rounding)
            low, high = both.low, both.high
        if ">=" in self.bounds:
            high = None
        if "<=" in self.bounds:
            low = Fraction(0)
        return Interval(low, high)

    @property
    def is_exact(self) -> bool:
        return not self.bounds and self.unit_of_rounding is None


@dataclass(frozen=True)
class Finding:
    """Why something can't hold, or can't be told: a code, and a sentence with its numbers."""

    code: str
    verdict: Verdict
    data: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return str(SENTENCES[self.code]) % self.data


SENTENCES: Mapping[str, str | Promise] = {
    "differs": _("%(computed)s follows from the numbers, but %(stated)s is stated."),
    "exceeds": _("%(part)s are more than the %(whole)s that there are: visits perhaps."),
    "not_all": _("All is stated, but the numbers of the same thing give %(computed)s %%."),
    "populations": _("%(one)s and %(other)s are different populations: the numbers can't be held "
                     "against each other."),
    "examples": _("The parts are examples: they add up to %(computed)s of %(stated)s."),
    "bounds": _("“Nearly” and “more than” are said of one number (%(value)s): both can't hold."),
    "classifier": _("%(unit)s doesn't count %(noun)s: it is unclear what was counted."),
    "two_units": _("%(unit)s is a unit and a number of times at once: no distinct count."),
    "no_date": _("No day is given up to which %(value)s was counted."),
    "fixed_base": _("“%(comparison)s” is said of %(year)s against %(base)s: that is a change "
                    "against a fixed year."),
    "order": _("The steps %(values)s are in no order."),
    "coincidence": _("The same number stands for different things: they are not merged."),
}  # fmt: skip

#: Which words count what: a classifier that isn't among them leaves open what was counted.
CLASSIFIERS: Mapping[str, frozenset[str]] = {
    "小区": frozenset({"个", "处"}), "建筑": frozenset({"栋", "幢", "座"}),
    "企业": frozenset({"家", "户", "个"}),
}  # fmt: skip
#: Words that promise a comparison with the year before.
YEAR_ON_YEAR = ("同比", "year on year")

_TIMES = {"十": 10, "百": 100, "千": 1_000, "万": 10_000, "亿": 100_000_000}
_SPOKEN = re.compile(
    r"(?P<before>近|约|超过|超|逾|不到)?(?P<digits>\d+(?:\.\d+)?)(?P<mid>[余多])?(?P<times>[十百千万亿]*)"
    r"(?P<after>[余多])?(?P<unit>[^\d，。]*)"
)


def spoken(text: str) -> Said:
    """A number as it is written in a paper: 327.7多万元 is at least 3,277,000 元.

    Raises ValueError where there is none. 近3万余次 has both bounds, which judge() finds.
    """
    match = _SPOKEN.fullmatch(text.replace(",", "").strip())
    if match is None:
        raise ValueError(text)
    value = Fraction(match["digits"])
    for times in match["times"]:
        value *= _TIMES[times]
    bounds = set()
    if match["mid"] or match["after"] or match["before"] in ("超过", "超", "逾"):
        bounds.add(">=")
    if match["before"] in ("近", "不到"):
        bounds.add("<=")
    unit = match["unit"]
    return Said(value, frozenset(bounds), unit=unit)


@dataclass(frozen=True)
class Judgement:
    verdict: Verdict
    #: What was worked out; None where nothing could be. A list where there are several.
    computed: Any
    findings: tuple[Finding, ...] = ()
    #: Between which ends it lies, where the numbers leave it open.
    interval: Interval | None = None


def judge(
    tree: Tree, facts: Mapping[str, Said], stated: Said | None = None, *, per: int = 1
) -> Judgement:
    """Work ``tree`` out from what is said, and hold it against what is ``stated``.

    per:  how many of the computed unit make one of the stated (twelve months a year)
    """
    found = [finding for said in (*facts.values(), *([stated] if stated else []))
             for finding in _alone(said)]  # fmt: skip
    work = _Work(facts)
    result = work.of(tree) if tree is not None else None
    found += work.findings
    if isinstance(result, Interval) or result is None:
        nominal = work.nominal
        computed = None if result is None else nominal
    else:
        computed, nominal = result, None
    span = result if isinstance(result, Interval) else None
    verdict = Verdict.DERIVED
    if stated is not None and span is not None and stated.value is not None:
        verdict, more = _held(span, computed, stated, work, per)
        found += more
    elif stated is not None and tree is not None and computed is not None and span is None:
        verdict = Verdict.CONSISTENT
    elif work.agrees is not None:
        verdict = Verdict.CONSISTENT if work.agrees else Verdict.DERIVED
    for worst in (Verdict.INCONSISTENT, Verdict.GAP):
        if any(finding.verdict is worst for finding in found):
            verdict = worst
            break
    return Judgement(verdict, computed, tuple(found), span)


def _held(
    span: Interval, computed: Any, stated: Said, work: _Work, per: int
) -> tuple[Verdict, list[Finding]]:
    one = exact(per)
    mine = Interval(
        None if span.low is None else span.low / one, None if span.high is None else span.high / one
    )
    theirs, other = stated.interval, _other_population(work.used, stated)
    # Bounds may meet by chance what is said of something else.
    if _meet(mine, theirs) and not other:
        plain = stated.is_exact and mine.low == mine.high and not work.rounded
        return (Verdict.CONSISTENT if plain else Verdict.ROUNDING), []
    said = arithmetic.rounded(stated.value or 0, 2).normalize()
    data = {"computed": computed, "stated": f"{said:f}"}
    if any(each.examples for each in work.used):
        return Verdict.GAP, [Finding("examples", Verdict.GAP, data)]
    if other:
        return Verdict.GAP, [Finding("populations", Verdict.GAP, other)]
    code = "not_all" if stated.unit == "%" and stated.value == 100 else "differs"
    return Verdict.INCONSISTENT, [Finding(code, Verdict.INCONSISTENT, data)]


def _meet(one: Interval, other: Interval) -> bool:
    below = one.high is not None and other.low is not None and one.high < other.low
    above = one.low is not None and other.high is not None and one.low > other.high
    return not (below or above)


def _other_population(used: Sequence[Said], stated: Said) -> dict[str, str]:
    """Two names of what is counted that differ, where both are said."""
    for name in ("noun", "scope"):
        said = [value for each in (*used, stated) if (value := getattr(each, name))]
        for value in said:
            if value != said[0]:
                return {"one": said[0], "other": value}
    return {}


def _alone(said: Said) -> list[Finding]:
    """What is wrong with a number by itself."""
    found = []
    value = "" if said.value is None else f"{arithmetic.rounded(said.value, 2).normalize():f}"
    if {">=", "<="} <= said.bounds:
        found.append(Finding("bounds", Verdict.INCONSISTENT, {"value": value}))
    fits = next((units for noun, units in CLASSIFIERS.items() if said.noun.endswith(noun)), None)
    if fits and said.unit not in {"", "%", *fits} and "次" not in said.unit:
        data = {"unit": said.unit, "noun": said.noun}
        found.append(Finding("classifier", Verdict.INCONSISTENT, data))
    if re.fullmatch(r".+[(（]次[)）]", said.unit):
        found.append(Finding("two_units", Verdict.GAP, {"unit": said.unit}))
    if said.until == "none":
        found.append(Finding("no_date", Verdict.GAP, {"value": value}))
    if said.comparison in YEAR_ON_YEAR and said.base_year and said.base_year != said.year - 1:
        years = {"comparison": said.comparison, "year": said.year, "base": said.base_year}
        found.append(Finding("fixed_base", Verdict.GAP, years))
    return found


# Working a tree out


class _Work:
    """Goes through one tree: intervals upwards, and beside them the number as it would be printed.

    ``nominal`` is the last result as if every number were exact; ``rounded`` says that a printed
    rate took part, ``agrees`` what a comparison of equals found.
    """

    def __init__(self, facts: Mapping[str, Said]) -> None:
        self.facts = facts
        self.used: list[Said] = []
        self.findings: list[Finding] = []
        self.nominal: Any = None
        self.rounded = False
        self.agrees: bool | None = None

    def of(self, tree: Tree) -> Any:
        if isinstance(tree, str):
            said = self.facts[tree]
            self.used.append(said)
            assert said.value is not None, tree
            self.nominal = _plain(said.value)
            return said.interval
        if not isinstance(tree, list):
            self.nominal = tree
            return arithmetic.known(Decimal(str(tree)) if isinstance(tree, float) else tree)
        name, *rest = tree
        if name in COUNTED:
            self.nominal = COUNTED[name](*rest)
            return arithmetic.known(self.nominal) if isinstance(self.nominal, int) else self.nominal
        worked: Callable[..., Any] = getattr(self, f"_{name}")
        return worked(*rest)

    def _all(self, parts: Sequence[Tree]) -> tuple[list[Interval], list[Any]]:
        spans, plain = [], []
        for part in parts:
            spans.append(self.of(part))
            plain.append(self.nominal)
        return spans, plain

    def _sum(self, *parts: Tree) -> Interval:
        spans, plain = self._all(parts)
        self.nominal = arithmetic.total(plain)
        total = spans[0]
        for span in spans[1:]:
            total = total + span
        return total

    def _minus(self, one: Tree, other: Tree) -> Interval:
        (a, b), (x, y) = self._all([one, other])
        self.nominal = x - y
        return a - b

    def _times(self, *parts: Tree) -> Interval:
        spans, plain = self._all(parts)
        self.nominal, product = Fraction(1), arithmetic.known(1)
        for span, value in zip(spans, plain, strict=True):
            product, self.nominal = product * span, self.nominal * exact(value)
        self.nominal = _plain(self.nominal)
        return product

    def _percent(self, part: Tree, whole: Tree, digits: int = 2) -> Interval:
        (a, b), (x, y) = self._all([part, whole])
        self._scopes()
        self.nominal = arithmetic.percent(x, y, digits)
        return arithmetic.known(100) * (a / b)

    def _ratio(self, part: Tree, whole: Tree, digits: int = 2) -> Interval:
        (a, b), (x, y) = self._all([part, whole])
        self.nominal = arithmetic.ratio(x, y, digits)
        return a / b

    def _within(self, part: Tree, whole: Tree, digits: int = 2) -> Interval:
        """A part of what there is: more than all of it can't be."""
        span = self._ratio(part, whole, digits)
        if span.low is not None and span.low > 1:
            one, all_ = self.used[-2:]
            self.findings.append(
                Finding("exceeds", Verdict.INCONSISTENT, {
                    "part": f"{_plain(exact(one.value or 0)):,}",
                    "whole": f"{_plain(exact(all_.value or 0)):,}",
                })
            )  # fmt: skip
        return span

    def _whole_of(self, part: Tree, rate: str) -> Interval:
        """The whole of which the part is the printed rate: every integer that prints so."""
        self.of(part)
        count, printed = int(self.nominal), Decimal(rate)
        self.rounded = True
        self.nominal = int(arithmetic.rounded(100 * exact(count) / exact(printed), 0))
        found = arithmetic.wholes_of(count, printed)
        return Interval.of(found.first, found.last)

    def _part_of(self, whole: Tree, rate: str) -> Interval:
        span, printed = self.of(whole), Decimal(rate)
        self.rounded = True
        self.nominal = int(arithmetic.rounded(exact(self.nominal) * exact(printed) / 100, 0))
        part: Interval = span * arithmetic.rate_as_printed(printed)
        return part

    def _base_of(self, now: Tree, change: str) -> Interval:
        """What it was before a printed change: an interval of integers, not one number."""
        self.of(now)
        count, printed = int(self.nominal), Decimal(change)
        self.rounded = True
        self.nominal = arithmetic.rounded(exact(count) / (1 + exact(printed) / 100), 1)
        found = arithmetic.bases_of(count, printed)
        return Interval.of(found.first, found.last)

    def _compound(self, *changes: str) -> Interval:
        self.nominal = arithmetic.compound([Decimal(each) for each in changes])
        return arithmetic.known(self.nominal)

    def _same(self, *parts: Tree) -> Any:
        """One thing said several times: one number, a contradiction, a gap, or mere chance."""
        start = len(self.used)
        spans, plain = self._all(parts)
        said = self.used[start:]
        self.nominal = plain[0]
        alike = all(_meet(spans[0], span) for span in spans[1:])
        places = {each.place for each in said if each.place}
        other = _other_population(said, Said())
        if alike:
            apart = len(places) > 1 or bool(other)
            if apart:
                self.findings.append(Finding("coincidence", Verdict.DERIVED))
            self.agrees = not apart
            return spans[0]
        if other or len(places) > 1:
            self.findings.append(Finding("populations", Verdict.GAP, other or {
                "one": min(places), "other": max(places)}))  # fmt: skip
        else:
            data = {"computed": plain[-1], "stated": plain[0]}
            self.findings.append(Finding("differs", Verdict.INCONSISTENT, data))
        self.nominal = plain[-1]
        return spans[-1]

    def _falls(self, *parts: Tree) -> Any:
        """Steps that shall go down one after the other."""
        _spans, plain = self._all(parts)
        self.agrees = all(a > b for a, b in pairwise(plain))
        self.nominal = "monotone" if self.agrees else None
        if not self.agrees:
            self.findings.append(
                Finding("order", Verdict.INCONSISTENT, {"values": ", ".join(map(str, plain))})
            )
        return self.nominal

    def _each(self, *parts: Tree) -> Any:
        """Numbers that stand side by side and make up nothing together."""
        _spans, plain = self._all(parts)
        self.nominal = plain
        return plain

    def _scopes(self) -> None:
        """A share needs a part of the same thing; where both scopes are said, they must agree."""
        scopes = [each.scope for each in self.used[-2:] if each.scope]
        if len(set(scopes)) > 1:
            data = {"one": scopes[0], "other": scopes[1]}
            self.findings.append(Finding("populations", Verdict.GAP, data))


def _plain(value: Fraction) -> int | Fraction:
    return value.numerator if value.denominator == 1 else value
