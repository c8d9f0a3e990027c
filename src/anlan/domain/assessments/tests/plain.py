"""A slow, plain model of scoring, written anew from the scheme's words and nothing else."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from anlan.domain.assessments.scoring import Subject
from anlan.domain.assessments.spec import Item, Spec


def half_up(number: Fraction, digits: int) -> Fraction:
    """Half away from zero, through decimals with digits to spare."""
    sign = -1 if number < 0 else 1
    scaled = abs(number) * 10**digits
    whole = scaled.numerator // scaled.denominator
    if scaled - whole >= Fraction(1, 2):
        whole += 1
    exact = Decimal(whole).scaleb(-digits).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    return sign * Fraction(exact)


def figure_of(subject: Subject, item: Item) -> Fraction | None:
    figure = subject.figures[item.code]
    if figure.why or figure.numerator is None:
        return None
    if figure.form == "count":
        value = figure.numerator
    elif not figure.denominator:
        return None
    elif figure.form == "change":
        value = (figure.numerator / abs(figure.denominator) - figure.denominator
                 / abs(figure.denominator)) * 100  # fmt: skip
    else:
        value = figure.numerator / figure.denominator * (100 if figure.form == "percent" else 1)
    return value if item.value_digits is None else half_up(value, item.value_digits)


def points(spec: Spec, item: Item, subject: Subject, everybody: list[Subject]) -> Any:
    """Points; "left" where the item is left out, "none" where there is no total."""
    value, rule = figure_of(subject, item), item.rule
    if value is None:
        known = subject.figures[item.code]
        is_nothing = known.why == "not_applicable" or (
            not known.why and known.numerator is not None
        )
        how = (item.nothing or spec.nothing) if is_nothing else (item.missing or spec.missing)
        return {"zero": Fraction(0), "full": item.weight, "share": "left", "unranked": "none"}[how]
    if rule.kind == "linear":
        assert rule.none_at is not None
        assert rule.full_at is not None
        up = rule.full_at > rule.none_at
        if (value >= rule.full_at) if up else (value <= rule.full_at):
            found = item.weight
        elif (value <= rule.none_at) if up else (value >= rule.none_at):
            found = Fraction(0)
        else:
            found = item.weight * abs(value - rule.none_at) / abs(rule.full_at - rule.none_at)
    elif rule.kind == "steps":
        reached = [
            given
            for bound, given in rule.steps
            if (bound <= value if rule.better == "up" else bound >= value)
        ]
        found = max(reached, default=Fraction(0))
    elif rule.kind == "rank":
        values = [figure_of(each, item) for each in everybody]
        others = [each for each in values if each is not None]
        ahead = sum((each > value) if rule.better == "up" else (each < value) for each in others)
        if len(others) == 1:
            found = item.weight
        else:
            found = item.weight - ahead * (item.weight - rule.least) / (len(others) - 1)
    elif rule.kind == "deduct":
        assert rule.each is not None
        over = value - rule.free if value > rule.free else Fraction(0)
        found = item.weight - over * rule.each
        found = rule.least if found < rule.least else found
    else:
        found = sorted((rule.least, value, item.weight))[1]
    return found if item.digits is None else half_up(found, item.digits)


def total(spec: Spec, subject: Subject, everybody: list[Subject]) -> Fraction | None:
    given = {
        item.code: max(item.least, min(item.weight, subject.fixed[item.code]))
        if item.code in subject.fixed
        else points(spec, item, subject, everybody)
        for item in spec.items
    }
    if "none" in given.values():
        return None
    left = sum(item.weight for item in spec.items if given[item.code] == "left")
    known = [each for each in given.values() if each != "left"]
    won = sum((each for each in known if each >= 0), Fraction(0))
    off = sum((each for each in known if each < 0), Fraction(0))
    if left:
        if left == spec.total:
            return None
        won = won / (spec.total - left) * spec.total
    return half_up(won + off, spec.digits)


def ranks(spec: Spec, everybody: list[Subject]) -> dict[str, int | None]:
    found: dict[str, int | None] = {}
    totals = {each.key: after_veto(spec, each, everybody) for each in everybody}
    for each in everybody:
        mine = totals[each.key]
        if mine is None:
            found[each.key] = None
            continue
        better = [other for other in totals.values() if other is not None and other > mine]
        found[each.key] = 1 + (len(set(better)) if spec.ties == "dense" else len(better))
    return found


def after_veto(spec: Spec, subject: Subject, everybody: list[Subject]) -> Fraction | None:
    plain = total(spec, subject, everybody)
    for veto in spec.vetoes:
        hit = (subject.vetoes.get(veto.code) or 0) >= veto.at_least
        if (
            plain is not None
            and hit
            and veto.effect == "zero"
            and veto.level in ("", subject.level)
        ):
            return Fraction(0)
    return plain
