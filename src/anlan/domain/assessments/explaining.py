"""A score that explains itself: each part with its counts, its rule, and what would lift it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from anlan.domain.assessments import forms, scoring, working
from anlan.domain.assessments.compared import Moved
from anlan.domain.assessments.models import Score
from anlan.domain.assessments.scoring import Part
from anlan.domain.assessments.spec import ABSENT, MEASURES, Item, Spec
from anlan.domain.assessments.spec_text import text_of
from anlan.kernel.facts.figures import MISSING
from anlan.kernel.indicators.arithmetic import rounded
from anlan.kernel.indicators.declare import declared

#: Decimals of what is shown of an exact number; the exact one stands in its title.
DIGITS = 2
#: The largest step that is looked for in counts.
STEPS_MAX = 10_000
_WHY: dict[str, Any] = {**MISSING}


@dataclass(frozen=True)
class Line:
    """One part of a score as its page shows it."""

    item: Item
    part: Part
    rule: Any
    label: Any
    basis: Any
    unit: Any
    value: Decimal | None
    points: Decimal | None
    exact: str
    lost: Decimal | None
    why: str
    #: Addresses of the records behind numerator and denominator; empty where there are none.
    links: tuple[str, str] = ("", "")
    lift: str = ""

    @property
    def suffix(self) -> str:
        figure = self.part.figure
        is_share = figure.against == "share" or figure.form in ("percent", "change")
        return "%" if is_share else ""

    @property
    def measured(self) -> str:
        """What is scored where it isn't the figure itself: a change, and from which year."""
        if self.item.manual or self.item.measure == "value":
            return ""
        said = str(MEASURES[self.item.measure])
        return f"{said} · {self.item.base}" if self.item.base else said

    @property
    def undertaken(self) -> str:
        """The number of the duty letter that the figure is held against."""
        figure = self.part.figure
        if figure.target is None:
            return ""
        words = {
            "over": _("its letter: at most %(n)s"), "under": _("its letter: at least %(n)s"),
            "share": _("its letter: %(n)s"),
        }  # fmt: skip
        return words[figure.against] % {"n": text_of(figure.target)}


def moves_said(moved: Sequence[Moved]) -> list[str]:
    """What reforms brought and took, a line each."""
    words = {
        1: _("with %(area)s, which came to it on %(day)s"),
        -1: _("without %(area)s, which left it on %(day)s"),
        0: _("of %(area)s, split on %(day)s, it got a part: figures of before can’t be divided"),
    }
    return [
        words[(each.factor > 0) - (each.factor < 0)]
        % {"area": each.name, "day": date_format(each.day)}
        for each in moved
    ]


@dataclass
class Group:
    name: str
    weight: Fraction
    lines: list[Line] = field(default_factory=list)

    @property
    def points(self) -> Decimal:
        return sum((line.points for line in self.lines if line.points is not None), Decimal(0))


def groups_of(score: Score, spec: Spec) -> list[Group]:
    parts = {data["item"]: working.part_read(data) for data in score.data["parts"]}
    found = []
    for dimension in spec.dimensions:
        items = spec.of(dimension.code)
        weight = sum((item.weight for item in items), Fraction(0))
        found.append(
            Group(dimension.name, weight, [_line(score, spec, i, parts[i.code]) for i in items])
        )
    return found


def _line(score: Score, spec: Spec, item: Item, part: Part) -> Line:
    indicator = declared().get(item.indicator)
    value, points = part.figure.value, part.points
    return Line(
        item, part, forms.rule_said(item.rule), indicator.label if indicator else "",
        indicator.full_basis if indicator else "", indicator.full_unit if indicator else "",
        _shown(value),
        None if points is None else rounded(points, DIGITS),
        "" if points is None else text_of(points),
        None if points is None else rounded(item.weight - points, DIGITS),
        _why(part), _links(score, item, part), _lift(item, part),
    )  # fmt: skip


def _shown(value: Fraction | None) -> Decimal | None:
    """A whole number without decimals."""
    if value is None:
        return None
    return rounded(value, 0 if value.denominator == 1 else DIGITS)


def _why(part: Part) -> str:
    """What was done where there is no figure."""
    if not part.absent:
        return ""
    told = {
        "not_given": _("no points were given"), "no_indicator": _("unknown figure"),
        "no_target": _("its letter sets no number for it"),
        "base_not_before": _("the base year doesn’t lie before these days"),
        "no_area": _("no unit and no area of ours"),
    }  # fmt: skip
    reason = told.get(part.figure.why) or _WHY.get(part.figure.why, _("nothing to divide by"))
    return f"{reason}：{ABSENT[part.absent]}"


def _links(score: Score, item: Item, part: Part) -> tuple[str, str]:
    if item.manual or part.figure.numerator is None:
        return "", ""
    address = [reverse("assessments:records", args=[score.pk, item.code, n]) for n in (0, 1)]
    return address[0], address[1] if part.figure.denominator is not None else ""


def _lift(item: Item, part: Part) -> str:
    """The smallest change of the numerator that gives more points, in words."""
    figure, points = part.figure, part.points
    if item.manual or points is None or points >= item.weight or figure.numerator is None:
        return ""
    if item.rule.kind == "rank" or part.absent or part.adjusted:
        return ""
    step = _step(item, part)
    if step is None:
        return ""
    words = _("%(n)s fewer would give %(points)s more") if step < 0 else _(
        "%(n)s more would give %(points)s more")  # fmt: skip
    won = _points_at(item, part, step) - points
    return words % {"n": abs(step), "points": rounded(won, DIGITS)}


def _points_at(item: Item, part: Part, change: int) -> Fraction:
    figure = part.figure
    assert figure.numerator is not None
    value = replace(figure, numerator=figure.numerator + change).value
    assert value is not None
    if item.value_digits is not None:
        value = Fraction(rounded(value, item.value_digits))
    return scoring.points_of(item, value)


def _step(item: Item, part: Part) -> int | None:
    """The least whole change of the numerator that wins at least what a reader sees."""
    figure, points = part.figure, part.points
    assert figure.numerator is not None
    assert points is not None
    most = STEPS_MAX
    down = floor(figure.numerator)
    up = most
    if figure.form == "percent" and figure.denominator is not None:
        up = max(0, ceil(figure.denominator - figure.numerator))
    for sign, bound in ((1, up), (-1, down)):
        low, high = 1, min(bound, most)
        if high < 1 or rounded(_points_at(item, part, sign * high) - points, DIGITS) <= 0:
            continue
        while low < high:
            middle = (low + high) // 2
            if rounded(_points_at(item, part, sign * middle) - points, DIGITS) > 0:
                high = middle
            else:
                low = middle + 1
        return sign * low
    return None
