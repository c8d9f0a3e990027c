"""From figures to points, totals, grades and ranks: pure and exact.

Nothing is rounded but where the scheme says so, and then half up. What isn't known stays unknown
or becomes what the scheme says; a rate of nothing is not a missing figure. Nothing here depends on
the order in which the compared come.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from anlan.domain.assessments.spec import Item, Spec, Veto
from anlan.kernel.indicators.arithmetic import rounded

ZERO = Fraction(0)


@dataclass(frozen=True)
class Figure:
    """What an item rests on for one of those compared.

    numerator, denominator: the counts; of a count alone the denominator is None. ``why`` says why
    a number is missing; a denominator of nought is "nothing to divide by".
    """

    numerator: Fraction | None = None
    denominator: Fraction | None = None
    why: str = ""
    #: "percent" (100 × part ÷ whole), "number" (part ÷ whole), "count", "change".
    form: str = "count"
    #: The number of a duty letter, and how it is held against it: "share" of it in percent, "over"
    #: where it may not be more, "under" where it may not be less.
    target: Fraction | None = None
    against: str = ""

    @property
    def absent(self) -> str:
        """ "" where there is a value, else "missing" or "nothing".

        Where it doesn't apply there is no gap: nothing can be made of it, as of a rate of nothing.
        """
        if self.why == "not_applicable":
            return "nothing"
        if self.why or self.numerator is None:
            return "missing"
        if self.form != "count" and not self.denominator:
            return "nothing"
        if self.against and self.target is None:
            return "missing"
        if self.against == "share" and not self.target:
            return "nothing"
        return ""

    @property
    def value(self) -> Fraction | None:
        if self.absent or self.numerator is None:
            return None
        counted = self._counted(self.numerator)
        if not self.against:
            return counted
        assert self.target is not None
        if self.against == "share":
            return 100 * counted / self.target
        missed = counted - self.target if self.against == "over" else self.target - counted
        return max(ZERO, missed)

    def _counted(self, numerator: Fraction) -> Fraction:
        if self.form == "count":
            return numerator
        assert self.denominator
        if self.form == "change":
            return 100 * (numerator - self.denominator) / abs(self.denominator)
        return (100 if self.form == "percent" else 1) * numerator / self.denominator


@dataclass(frozen=True)
class Part:
    """One item of one score. ``points`` is None where the item was left out or breaks the total."""

    item: str
    figure: Figure
    points: Fraction | None
    #: How an absent figure was dealt with: zero, full, share, unranked.
    absent: str = ""
    #: A rule by rank: the place in the group.
    place: int | None = None
    #: An appeal set the points or the figure.
    adjusted: bool = False


@dataclass(frozen=True)
class Subject:
    """One of those compared, with all that its score needs."""

    key: str
    level: str
    figures: Mapping[str, Figure]
    #: By veto's code the count, None where it isn't known.
    vetoes: Mapping[str, int | None] = field(default_factory=dict)
    #: Points set by an appeal, by item.
    fixed: Mapping[str, Fraction] = field(default_factory=dict)


@dataclass(frozen=True)
class Scored:
    key: str
    parts: tuple[Part, ...]
    #: As the scheme rounds it; None where it says that there is none.
    total: Fraction | None
    #: The total without a veto's effect.
    plain: Fraction | None
    grade: str
    plain_grade: str
    vetoed: tuple[str, ...]
    #: Vetoes whose count isn't known.
    unknown: tuple[str, ...]
    rank: int | None = None


def scores(spec: Spec, subjects: Sequence[Subject]) -> dict[str, Scored]:
    """Everybody's score, by key."""
    values = {
        item.code: {one.key: _value(item, one.figures.get(item.code, Figure())) for one in subjects}
        for item in spec.items
    }
    places = {
        item.code: _places(values[item.code], item.rule.better)
        for item in spec.items
        if item.rule.kind == "rank"
    }
    found = {}
    for one in subjects:
        parts = tuple(
            _part(spec, item, one, values[item.code][one.key], places.get(item.code))
            for item in spec.items
        )
        found[one.key] = _scored(spec, one, parts)
    ranks = ranked(spec, found)
    return {key: replace(each, rank=ranks[key]) for key, each in found.items()}


def _value(item: Item, figure: Figure) -> Fraction | None:
    value = figure.value
    if value is None or item.value_digits is None:
        return value
    return Fraction(rounded(value, item.value_digits))


def _places(values: Mapping[str, Fraction | None], better: str) -> dict[str, tuple[int, int]]:
    """By key the place and how many have one; equal values share the better place."""
    known = {key: value for key, value in values.items() if value is not None}
    ordered = sorted(known.values(), reverse=better == "up")
    first: dict[Fraction, int] = {}
    for place, value in enumerate(ordered, start=1):
        first.setdefault(value, place)
    return {key: (first[value], len(ordered)) for key, value in known.items()}


def _part(
    spec: Spec,
    item: Item,
    one: Subject,
    value: Fraction | None,
    places: Mapping[str, tuple[int, int]] | None,
) -> Part:
    figure = one.figures.get(item.code, Figure())
    place = places.get(one.key) if places else None
    if item.code in one.fixed:
        # Set under a version in which the item weighed more, it gives what it can give now.
        fixed = min(max(one.fixed[item.code], item.least), item.weight)
        return Part(item.code, figure, fixed, adjusted=True)
    if value is None:
        how = spec.absent(item, figure.absent)
        given = {"zero": ZERO, "full": item.weight}.get(how)
        return Part(item.code, figure, given, how)
    points = points_of(item, value, place)
    return Part(item.code, figure, points, place=place[0] if place else None)


def points_of(item: Item, value: Fraction, place: tuple[int, int] | None = None) -> Fraction:
    """The points for a value, as the item's rule says; rounded where the item says so."""
    rule, weight = item.rule, item.weight
    if rule.kind == "linear":
        assert rule.none_at is not None and rule.full_at is not None, item  # noqa: PT018
        share = (value - rule.none_at) / (rule.full_at - rule.none_at)
        points = weight * min(max(share, ZERO), Fraction(1))
    elif rule.kind == "steps":
        points = next(
            (given for bound, given in rule.steps
             if (value >= bound if rule.better == "up" else value <= bound)),
            ZERO,
        )  # fmt: skip
    elif rule.kind == "rank":
        assert place, item
        at, count = place
        points = weight - (weight - rule.least) * Fraction(at - 1, max(1, count - 1))
    elif rule.kind == "deduct":
        assert rule.each is not None, item
        points = max(rule.least, weight - rule.each * max(ZERO, value - rule.free))
    else:
        # Points are given as they are, within what the item can give.
        points = min(max(value, rule.least), weight)
    return points if item.digits is None else Fraction(rounded(points, item.digits))


def _scored(spec: Spec, one: Subject, parts: tuple[Part, ...]) -> Scored:
    total = _total(spec, parts)
    grade = _grade(spec, total)
    concerned = [veto for veto in spec.vetoes if veto.level in ("", one.level)]
    hit = [veto for veto in concerned if (one.vetoes.get(veto.code) or 0) >= veto.at_least]
    unknown = tuple(veto.code for veto in concerned if one.vetoes.get(veto.code) is None)
    after = ZERO if total is not None and _zeroed(hit) else total
    return Scored(
        one.key, parts, after, total, _capped(spec, _grade(spec, after), hit), grade,
        tuple(veto.code for veto in hit), unknown,
    )  # fmt: skip


def _zeroed(hit: Sequence[Veto]) -> bool:
    return any(veto.effect == "zero" for veto in hit)


def _total(spec: Spec, parts: Sequence[Part]) -> Fraction | None:
    """What was earned; where items were left out, in proportion to what could be earned."""
    if any(part.absent == "unranked" for part in parts):
        return None
    weights = {item.code: item.weight for item in spec.items}
    left = sum((weights[part.item] for part in parts if part.absent == "share"), ZERO)
    earned = sum((part.points for part in parts if part.points is not None), ZERO)
    if left:
        if left == spec.total:
            return None
        # Points taken off are taken off in full, whatever share of the rest could be earned.
        off = sum((p.points for p in parts if p.points is not None and p.points < 0), ZERO)
        earned = (earned - off) * spec.total / (spec.total - left) + off
    return Fraction(rounded(earned, spec.digits))


def _grade(spec: Spec, total: Fraction | None) -> str:
    if total is None:
        return ""
    return next(
        (each.code for each in spec.grades if each.least is None or total >= each.least), ""
    )


def _capped(spec: Spec, grade: str, hit: Sequence[Veto]) -> str:
    order = [each.code for each in spec.grades]
    caps = [order.index(veto.grade) for veto in hit if veto.grade in order]
    if not caps or grade not in order:
        return grade
    return order[max(order.index(grade), *caps)]


def ranked(spec: Spec, found: Mapping[str, Scored]) -> dict[str, int | None]:
    """By key the rank, by rounded totals; who has no total has no rank."""
    keys = {key: _order(spec, each) for key, each in found.items()}
    known = sorted((order for order in keys.values() if order is not None), reverse=True)
    first: dict[tuple[Fraction, ...], int] = {}
    for place, order in enumerate(known, start=1):
        first.setdefault(order, len(first) + 1 if spec.ties == "dense" else place)
    return {key: None if order is None else first[order] for key, order in keys.items()}


def _order(spec: Spec, each: Scored) -> tuple[Fraction, ...] | None:
    if each.total is None:
        return None
    if spec.ties != "items":
        return (each.total,)
    points = {part.item: part.points or ZERO for part in each.parts}
    return (each.total, *(points[code] for code in spec.tie_items))
