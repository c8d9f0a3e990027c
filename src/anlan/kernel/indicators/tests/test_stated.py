"""Checks K001 to K131: what papers state, worked out from the numbers given, and held against it.

tests/data/stated.jsonl restates each as facts and a tree of operators. 116 hold or follow
(CONSISTENT, rounding, DERIVED); of 15 the engine must find the contradiction or the gap, and say
why. ``./anlan checks REPORT.xml`` counts these tests by their ids in a JUnit report.
"""

from __future__ import annotations

import json
from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.kernel.indicators.listed import clauses, items, ordinals
from anlan.kernel.indicators.stated import CLASSIFIERS, SENTENCES, Said, Verdict, judge, spoken

ROWS = [
    json.loads(line)
    for line in (Path(__file__).parent / "data" / "stated.jsonl").read_text("utf-8").splitlines()
]
#: As mission/checks.md tallies them.
TALLY = {"consistent": 41, "rounding": 7, "derived": 68, "gap": 10, "inconsistent": 5}


def said(given_: dict[str, Any]) -> Said:
    plain = dict(given_)
    start = spoken(plain.pop("spoken")) if "spoken" in plain else Said()
    value = plain.pop("value", None)
    bounds = frozenset(plain.pop("bounds", start.bounds))
    rounded = plain.pop("round", None)
    unit = plain.pop("unit", start.unit)
    return Said(
        start.value if value is None else Fraction(str(value)), bounds,
        None if rounded is None else Fraction(rounded), unit, **plain,
    )  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_checks(row):
    facts = {name: said(one) for name, one in row["facts"].items()}
    stated = said(row["stated"]) if "stated" in row else None
    found = judge(row["tree"], facts, stated, per=row.get("per", 1))
    assert found.verdict == row["verdict"], (found, [str(each) for each in found.findings])
    assert json.loads(json.dumps(found.computed, default=str)) == row["computed"]
    assert [each.code for each in found.findings] == row.get("findings", [])
    for finding in found.findings:
        assert "%" not in str(finding).replace(" %", ""), str(finding)
    if "interval" in row:
        assert found.interval is not None
        assert list(found.interval.integers()) == row["interval"]


def test_all_checks_are_here_with_the_verdicts_of_the_tally():
    assert [row["id"] for row in ROWS] == [f"K{n:03d}" for n in range(1, 132)]
    assert Counter(row["verdict"] for row in ROWS) == TALLY
    wrong = [row for row in ROWS if row["verdict"] in ("gap", "inconsistent")]
    assert all(row["findings"] for row in wrong)
    used = {code for row in ROWS for code in row.get("findings", ())}
    # The one that no check has: steps out of order.
    assert used == SENTENCES.keys() - {"order"}


# What must not be found where nothing is wrong, and must be where one number is changed

counts = st.integers(1, 10**9)


@given(st.lists(counts, min_size=1, max_size=6))
def test_a_sum_that_is_stated_rightly_is_consistent_and_any_other_is_not(parts):
    facts = {f"F{n}": Said(Fraction(part)) for n, part in enumerate(parts)}
    tree = ["sum", *facts]
    assert judge(tree, facts, Said(Fraction(sum(parts)))).verdict is Verdict.CONSISTENT
    off = judge(tree, facts, Said(Fraction(sum(parts) + 1)))
    assert off.verdict is Verdict.INCONSISTENT
    assert str(sum(parts) + 1) in str(off.findings[0])
    apart = {**facts, "F0": Said(Fraction(parts[0]), noun="企业")}
    assert judge(tree, apart, Said(Fraction(sum(parts) + 1), noun="单位")).verdict is Verdict.GAP


@given(counts, st.sampled_from([10, 100, 10_000]), st.integers(-1, 1))
def test_what_was_rounded_holds_within_its_rounding_and_not_beyond(count, unit, off):
    printed = (count + unit // 2) // unit * unit + off * 2 * unit
    found = judge(["sum", "F"], {"F": Said(Fraction(count))},
                  Said(Fraction(printed), unit_of_rounding=Fraction(unit)))  # fmt: skip
    assert (found.verdict is Verdict.INCONSISTENT) == bool(off)


@given(counts, counts)
def test_a_bound_leaves_open_what_it_leaves_open(low, more):
    facts = {"F": Said(Fraction(low), frozenset({">="}))}
    assert judge(["sum", "F"], facts, Said(Fraction(low + more))).verdict is Verdict.ROUNDING
    if low > 1:
        less = judge(["sum", "F"], facts, Said(Fraction(low - 1)))
        assert less.verdict is Verdict.INCONSISTENT


@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_a_part_may_be_all_and_no_more(part, more):
    whole = {"part": Said(Fraction(part)), "whole": Said(Fraction(part + more))}
    assert judge(["within", "part", "whole"], whole).verdict is Verdict.DERIVED
    assert judge(["within", "whole", "part"], whole).verdict is Verdict.INCONSISTENT


def test_steps_out_of_order_are_found():
    facts = {"a": Said(Fraction(50)), "b": Said(Fraction(60))}
    found = judge(["falls", "a", "b"], facts)
    assert [each.code for each in found.findings] == ["order"]
    assert found.verdict is Verdict.INCONSISTENT


@pytest.mark.parametrize(
    ("text", "value", "bounds", "unit"),
    [
        ("327.7多万元", 3_277_000, {">="}, "元"), ("5万多条", 50_000, {">="}, "条"),
        ("近70%", 70, {"<="}, "%"), ("近3万余次", 30_000, {">=", "<="}, "次"),
        ("7000余栋", 7_000, {">="}, "栋"), ("203.7万家", 2_037_000, set(), "家"),
        ("超450万", 4_500_000, {">="}, ""), ("6.9亿元", 690_000_000, set(), "元"),
        ("1,092处", 1_092, set(), "处"),
    ],
)  # fmt: skip
def test_numbers_as_papers_write_them(text, value, bounds, unit):
    found = spoken(text)
    assert (found.value, set(found.bounds), found.unit) == (value, bounds, unit)


def test_what_is_no_number_is_refused():
    for text in ("", "若干", "多个"):
        with pytest.raises(ValueError, match=f"^{text}$"):
            spoken(text)


@given(st.lists(st.text("安全生产隐患", min_size=1, max_size=4), min_size=1, max_size=9))
def test_a_list_has_as_many_items_as_were_put_into_it(parts):
    assert items("、".join(parts)) == len(parts)
    if len(parts) > 1:
        assert items("、".join(parts[:-1]) + "和" + parts[-1]) == len(parts)
    assert clauses("；".join(parts)) == len(parts)
    points = "".join(f"{'一二三四五六七八九'[n]}是{part}。" for n, part in enumerate(parts))
    assert ordinals(points) == len(parts)


def test_a_classifier_that_fits_is_no_finding():
    for noun, units in CLASSIFIERS.items():
        for unit in units:
            facts = {"F": Said(Fraction(7), unit=unit, noun=f"高层{noun}")}
            assert judge(["sum", "F"], facts).findings == ()
    assert judge(["sum", "F"], {"F": Said(Fraction(3), unit="家次", noun="企业")}).findings == ()


def test_year_on_year_against_the_year_before_is_no_finding():
    facts = {"F": Said(year=2022, base_year=2021, comparison="同比")}
    assert judge(None, facts).findings == ()
    assert judge(None, facts).computed is None
