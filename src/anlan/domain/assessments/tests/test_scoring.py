"""Laws of scoring: against a plain model, whatever the scheme and the figures."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anlan.domain.assessments import groups, scoring, spec, spec_text
from anlan.domain.assessments.scoring import Figure, Subject
from anlan.domain.assessments.spec import Dimension, Grade, Item, Rule, Spec, Veto
from anlan.domain.assessments.tests import plain

counts = st.integers(-3, 60).map(Fraction)
numbers = st.fractions(min_value=-20, max_value=120, max_denominator=12)
shares = st.fractions(0, 1, max_denominator=20)
digits = st.one_of(st.none(), st.integers(0, 4))
bases = st.one_of(st.none(), st.integers(spec.BASE_FIRST, spec.BASE_LAST))


@st.composite
def rules(draw: Any, weight: Fraction) -> Rule:
    kind = draw(st.sampled_from(sorted(spec.RULES)))
    better = draw(st.sampled_from(["up", "down"]))
    if kind == "linear":
        low = draw(numbers)
        return Rule(kind, none_at=low, full_at=draw(numbers.filter(lambda n: n != low)))
    if kind == "steps":
        bounds = sorted(draw(st.sets(numbers, min_size=1, max_size=4)), reverse=better == "up")
        given_shares = sorted(
            draw(st.lists(shares, min_size=len(bounds), max_size=len(bounds))),
            reverse=True,
        )
        steps = tuple((b, s * weight) for b, s in zip(bounds, given_shares, strict=True))
        return Rule(kind, steps=steps, better=better)
    if kind == "rank":
        return Rule(kind, least=weight * draw(shares), better=better)
    if kind == "deduct":
        return Rule(kind, each=draw(st.fractions(Fraction(1, 10), 9, max_denominator=20)), free=draw(st.just(Fraction(0))
                    | st.integers(0, 5).map(Fraction)), least=draw(st.integers(-10, 0).map(Fraction)))  # fmt: skip
    return Rule(kind, least=draw(st.integers(-5, 0).map(Fraction)), scorer="u")


@st.composite
def schemes(draw: Any) -> Spec:
    weights = draw(st.lists(st.integers(0, 40).map(Fraction), min_size=1, max_size=5))
    how = st.sampled_from(["", *spec.ABSENT])
    items = tuple(
        Item(f"i{n}", f"i{n}", "d", weight, draw(rules(weight)), digits=draw(digits),
             value_digits=draw(digits), missing=draw(how), nothing=draw(how),
             measure=draw(st.sampled_from(["value", "base"])), base=draw(bases))
        for n, weight in enumerate(weights)
    )  # fmt: skip
    return Spec(
        sum(weights, Fraction(0)), "counties", "month", dimensions=(Dimension("d", "d"),),
        items=items, ties=draw(st.sampled_from(["same", "dense"])), digits=draw(st.integers(0, 4)),
        grades=(Grade("a", "a", Fraction(40)), Grade("b", "b", Fraction(10)), Grade("c", "c")),
        vetoes=(Veto("cap", "cap", "x", 1, effect="cap", grade="b"),
                Veto("nil", "nil", "x", 1, level="county", effect="zero")),
        missing=draw(st.sampled_from(sorted(spec.ABSENT))),
        nothing=draw(st.sampled_from(sorted(spec.ABSENT))),
    )  # fmt: skip


figures = st.builds(
    Figure, st.one_of(st.none(), counts), st.one_of(st.none(), counts),
    st.sampled_from(["", "", "", "not_reported", "not_applicable"]),
    st.sampled_from(["count", "percent", "number", "change"]),
)  # fmt: skip


@st.composite
def worlds(draw: Any) -> tuple[Spec, list[Subject]]:
    found = draw(schemes())
    count = draw(st.integers(1, 7))
    subjects = [
        Subject(
            f"s{n}", draw(st.sampled_from(["county", "prefecture"])),
            {item.code: draw(figures) for item in found.items},
            {"cap": draw(st.sampled_from([0, 0, 0, 1, None])),
             "nil": draw(st.sampled_from([0, 0, 0, 2]))},
            {found.items[0].code: Fraction(1)} if draw(st.integers(0, 5)) == 0 else {},
        )
        for n in range(count)
    ]  # fmt: skip
    return found, subjects


@settings(max_examples=300)
@given(worlds())
def test_a_score_is_what_the_plain_model_says(world: tuple[Spec, list[Subject]]) -> None:
    found, subjects = world
    scored = scoring.scores(found, subjects)
    ranks = plain.ranks(found, subjects)
    for each in subjects:
        mine = scored[each.key]
        assert mine.plain == plain.total(found, each, subjects)
        assert mine.total == plain.after_veto(found, each, subjects)
        assert mine.rank == ranks[each.key]


@settings(max_examples=150)
@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_in_which_units_come_changes_nothing(world: Any, chance: Any) -> None:
    found, subjects = world
    shuffled = list(subjects)
    chance.shuffle(shuffled)
    assert scoring.scores(found, shuffled) == scoring.scores(found, subjects)


@settings(max_examples=150)
@given(worlds())
def test_ranks_follow_totals_and_ties_share_them(world: Any) -> None:
    found, subjects = world
    scored = list(scoring.scores(found, subjects).values())
    ranked = [each for each in scored if each.rank is not None]
    assert {each.key for each in scored} - {each.key for each in ranked} == {
        each.key for each in scored if each.total is None
    }
    for one in ranked:
        for other in ranked:
            assert one.total is not None
            assert other.total is not None
            assert one.rank is not None
            assert other.rank is not None
            assert (one.total > other.total) == (one.rank < other.rank)
    places = sorted(each.rank or 0 for each in ranked)
    if found.ties == "dense":
        assert sorted(set(places)) == list(range(1, len(set(places)) + 1))
    else:
        for place in places:
            assert place == 1 + sum(other < place for other in places)


@settings(max_examples=150)
@given(worlds())
def test_a_capping_veto_lowers_the_grade_and_nothing_else(world: Any) -> None:
    found, subjects = world
    order = [grade.code for grade in found.grades]
    for each in scoring.scores(found, subjects).values():
        if each.total is None:
            assert each.grade == ""
        elif "cap" in each.vetoed:
            assert order.index(each.grade) >= 1
        elif "nil" not in each.vetoed:
            assert each.grade == each.plain_grade
        if "nil" not in each.vetoed:
            assert each.total == each.plain


@settings(max_examples=200)
@given(schemes())
def test_a_scheme_is_read_as_it_was_written(found: Spec) -> None:
    assert spec_text.read(spec_text.written(found)) == found


@settings(max_examples=200)
@given(st.fractions(min_value=-1000, max_value=1000))
def test_a_number_is_read_as_it_was_written(number: Fraction) -> None:
    text = spec_text.text_of(number)
    if len(text) <= spec.NUMBER_CHARS_MAX:
        assert spec_text.number(text, "x") == number


@pytest.mark.parametrize(
    "text", ["", "x", "1/0", "nan", "inf", "1e999999", "1_0", "1//2", "9" * 21, "1e40"]
)
def test_what_is_no_number_is_refused(text: str) -> None:
    from anlan.domain.assessments.refusals import SchemeUnfit

    with pytest.raises(SchemeUnfit):
        spec_text.number(text, "weight")


def test_ties_are_decided_by_items_in_their_order() -> None:
    items = tuple(Item(code, code, "d", Fraction(10), Rule("manual", scorer="u")) for code in "xyz")
    found = Spec(Fraction(30), "counties", "month", items=items, ties="items", tie_items=("y", "x"))

    def one(key: str, *points: int) -> Subject:
        return Subject(key, "county", {
            code: Figure(Fraction(n)) for code, n in zip("xyz", points, strict=True)})  # fmt: skip

    subjects = [one("a", 5, 5, 2), one("b", 4, 6, 2), one("c", 5, 5, 2), one("d", 6, 5, 1)]
    ranks = {key: each.rank for key, each in scoring.scores(found, subjects).items()}
    assert ranks == {"b": 1, "d": 2, "a": 3, "c": 3}
    same = replace(found, ties="same", tie_items=())
    assert {each.rank for each in scoring.scores(same, subjects).values()} == {1}


# --- each place is one subject's -----------------------------------------------------------


@st.composite
def trees(draw: Any) -> tuple[dict[int, tuple[str, int | None]], dict[int, int | None]]:
    """A division tree by paths, some of its places put into an assessment tree."""
    count = draw(st.integers(2, 12))
    parents = {1: None} | {n: draw(st.integers(1, n - 1)) for n in range(2, count + 1)}
    paths: dict[int, str] = {}
    for n, parent in parents.items():
        paths[n] = (paths[parent] if parent else "") + f"{n}/"
    placed = {n: (paths[n], draw(st.sampled_from([None, 101, 102, 103])))
              for n in parents if n > 1 and draw(st.booleans())}  # fmt: skip
    placed[1] = (paths[1], None)
    return placed, parents


@settings(max_examples=300)
@given(trees())
def test_each_place_counts_for_exactly_whom_the_tree_says(world: Any) -> None:
    placed, parents = world
    factors = groups.factors_of(placed, [101, 102, 103])

    def holds(region: int, place: int) -> bool:
        at: int | None = place
        while at is not None:
            if at == region:
                return True
            at = parents[at]
        return False

    for place in parents:
        at: int | None = place
        while at not in placed:
            assert at is not None
            at = parents[at]
        owner = placed[at][1]
        for subject in (101, 102, 103):
            counted = sum(f for region, f in factors[subject] if holds(region, place))
            assert counted == (1 if subject == owner else 0)
