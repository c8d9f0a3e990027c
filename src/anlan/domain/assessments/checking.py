"""Whether a scheme makes sense as a whole: every finding, each at its place."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anlan.domain.assessments.spec import (
    AGAINST,
    BASE_FIRST,
    BASE_LAST,
    CHANGES,
    LETTER_PERIODS,
    STAGE,
    Finding,
    Item,
    Rule,
    Spec,
    Veto,
)
from anlan.domain.assessments.spec_text import text_of
from anlan.kernel.indicators.declare import Distinct, Ratio, declared

#: A field, and how to mend it.
Said = tuple[str, str | Promise]
#: A point for each thousandth of a unit is no rule that anybody wrote.
EACH_MAX = 1_000_000


def findings(spec: Spec, units: Collection[str], trees: Collection[str]) -> list[Finding]:
    """What is to be mended before the scheme can be put in force.

    units: codes of units that may be scorers; trees: names of assessment trees.
    """
    return [
        *_of_whole(spec, trees), *_of_dimensions(spec), *_of_grades(spec),
        *(found for n, item in enumerate(spec.items) for found in _of_item(n, item, spec, units)),
        *(found for n, veto in enumerate(spec.vetoes) for found in _of_veto(n, veto, spec)),
    ]  # fmt: skip


def _of_whole(spec: Spec, trees: Collection[str]) -> Iterator[Finding]:
    if not spec.items:
        yield Finding("items", _("Add at least one item."))
    elif spec.weights != spec.total:
        yield Finding(
            "total",
            _("The items' weights add up to %(sum)s, and the total is %(total)s. Mend one of them.")
            % {"sum": text_of(spec.weights), "total": text_of(spec.total)},
        )
    if spec.total < 0:
        yield Finding("total", _("The total is not below 0."))
    if not spec.source:
        yield Finding("source", _("Name the document that this rests on, or say that it is yours."))
    if spec.group == "tree" and spec.tree not in trees:
        yield Finding("tree", _("Choose the assessment tree."))
    if spec.group == "letters" and spec.period not in LETTER_PERIODS:
        yield Finding("period", _("Duty letters are checked by the half-year or by the year."))
    yield from _of_stages(spec)
    for code in spec.tie_items:
        if spec.item(code) is None:
            reason = _("There is no item %(code)s to decide ties by.") % {"code": code}
            yield Finding("tie_items", reason)
    if spec.ties == "items" and not spec.tie_items:
        yield Finding("tie_items", _("Say by which items ties are decided, the first one first."))
    yield from _twice(spec.items, "items")


def _of_stages(spec: Spec) -> Iterator[Finding]:
    if spec.period != STAGE:
        if spec.stages:
            yield Finding("stages", _("Stages count only where the period is a stage."))
        return
    if not spec.stages:
        reason = _("Choose the campaign whose stages are assessed, or write them.")
        yield Finding("stages", reason)
    for before, after in pairwise(spec.stages):
        if after.starts <= before.ends:
            names = {"one": after.name, "other": before.name}
            said = _("%(one)s begins before %(other)s is over; put them in order.") % names
            yield Finding("stages", said)


def _of_dimensions(spec: Spec) -> Iterator[Finding]:
    yield from _twice(spec.dimensions, "dimensions")
    known = {each.code for each in spec.dimensions}
    for n, each in enumerate(spec.dimensions):
        place, items = f"dimensions.{n}.weight", spec.of(each.code)
        if not items:
            yield Finding(place, _("%(name)s has no item.") % {"name": each.name})
            continue
        weight = sum((item.weight for item in items), Fraction(0))
        if each.weight is not None and weight != each.weight:
            yield Finding(
                place,
                _("%(name)s: its items add up to %(sum)s, and %(weight)s is stated.")
                % {"name": each.name, "sum": text_of(weight), "weight": text_of(each.weight)},
            )
    for n, item in enumerate(spec.items):
        if item.dimension not in known:
            yield Finding(f"items.{n}.dimension", _("Choose the item's dimension."), item.code)


def _of_grades(spec: Spec) -> Iterator[Finding]:
    yield from _twice(spec.grades, "grades")
    bounds = [each.least for each in spec.grades]
    if any(bound is None for bound in bounds[:-1]):
        yield Finding("grades", _("Only the last grade has no lower bound."))
        return
    known = [bound for bound in bounds if bound is not None]
    if known != sorted(set(known), reverse=True):
        yield Finding("grades", _("The best grade first: each bound lies below the one before."))
    if bounds and bounds[-1] is not None:
        yield Finding("grades", _("The last grade has no lower bound: it takes all that is left."))


def _of_item(n: int, item: Item, spec: Spec, units: Collection[str]) -> Iterator[Finding]:
    found = [
        *(_of_scorer(item, units) if item.manual else _of_indicator(item)),
        *_of_rule(item.rule, item.weight),
    ]
    if item.measure in AGAINST:
        found += _against_letter(item, spec)
    if item.weight < 0:
        reason = _("A weight is not below 0; points that are only taken off weigh 0.")
        found.append(("weight", reason))
    for name, how in found:
        yield Finding(f"items.{n}.{name}", how, item.code)


def _against_letter(item: Item, spec: Spec) -> Iterator[Said]:
    if spec.group != "letters":
        yield "measure", _("Only sides of duty letters are held against their numbers.")
    elif spec.period == "half" and item.span != "year":
        # What is undertaken by the year's end is undertaken for the whole year.
        yield "span", _("A letter's numbers count from 1 January on.")


def _of_scorer(item: Item, units: Collection[str]) -> Iterator[Said]:
    if item.rule.scorer not in units:
        yield "scorer", _("Choose the unit that gives the points.")
    if item.indicator:
        yield "indicator", _("Points given by a unit need no indicator.")


def _of_indicator(item: Item) -> Iterator[Said]:
    found = declared().get(item.indicator)
    if found is None:
        yield "indicator", _("Choose the indicator.")
        return
    if isinstance(found, Distinct):
        yield (
            "indicator",
            _("Different ones can't be counted over these periods; choose another figure."),
        )
    if item.measure in CHANGES and isinstance(found, Ratio):
        yield "measure", _("A change in percent is of a count, not of a rate.")
    if item.measure == "base" and not BASE_FIRST <= (item.base or 0) <= BASE_LAST:
        yield "base", _("Write the base year as 2019.")


def _of_rule(rule: Rule, weight: Fraction) -> Iterator[Said]:
    if rule.kind == "linear":
        if rule.none_at is None:
            yield "none_at", _("Say which value gets no points.")
        if rule.full_at is None:
            yield "full_at", _("Say which value gets full points.")
        elif rule.none_at == rule.full_at:
            yield "full_at", _("The two values must differ.")
    elif rule.kind == "steps":
        yield from _of_steps(rule, weight)
    elif rule.kind == "rank":
        if not 0 <= rule.least <= weight:
            yield "least", _("The last gets between 0 and the item's weight.")
    elif rule.kind == "deduct":
        if rule.each is None or not 0 < rule.each <= EACH_MAX:
            yield "each", _("Say how many points each unit costs.")
        if rule.free < 0:
            yield "free", _("What is free is not below 0.")
        if rule.least >= weight:
            yield "least", _("The floor lies below the item's weight.")
    elif rule.least > 0 or rule.least == weight:
        yield "least", _("The least that can be given is 0, or below where points are taken off.")


def _of_steps(rule: Rule, weight: Fraction) -> Iterator[Said]:
    if not rule.steps:
        yield "steps", _("Write at least one step, like “95: 10”.")
    bounds = [bound for bound, _points in rule.steps]
    if bounds != sorted(set(bounds), reverse=rule.better == "up"):
        yield "steps", _("The best step first, and no bound twice.")
    points = [given for _bound, given in rule.steps]
    if points != sorted(points, reverse=True):
        yield "steps", _("A better step gives no fewer points than the next.")
    if any(not 0 <= given <= weight for given in points):
        yield "steps", _("Each step gives between 0 and the item's weight.")


def _of_veto(n: int, veto: Veto, spec: Spec) -> Iterator[Finding]:
    place = f"vetoes.{n}"
    if not veto.name:
        yield Finding(f"{place}.name", _("Name the veto."))
    if veto.at_least < 1:
        yield Finding(f"{place}.at_least", _("Say from which number on, at least 1."))
    found = declared().get(veto.indicator)
    if found is None or isinstance(found, Ratio | Distinct):
        yield Finding(f"{place}.indicator", _("Choose what is counted; a rate is no veto."))
    codes = [grade.code for grade in spec.grades]
    if veto.effect == "cap" and veto.grade not in codes[1:]:
        yield Finding(f"{place}.grade", _("Choose the best grade that is left, below the first."))


def _twice(rows: Sequence[Any], place: str) -> Iterator[Finding]:
    seen: set[str] = set()
    for n, row in enumerate(rows):
        if not row.code or not row.name:
            yield Finding(f"{place}.{n}.name", _("Give it a code and a name."))
        elif row.code in seen:
            reason = _("The code %(code)s stands twice.") % {"code": row.code}
            yield Finding(f"{place}.{n}.code", reason)
        seen.add(row.code)
