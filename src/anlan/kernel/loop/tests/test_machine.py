"""A loop's table refuses, at import, what would strand a case or count what nobody declared."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.kernel.loop import standard
from anlan.kernel.loop.machine import Machine, Step, machines

GOOD = standard.machine("sample", "items")


def small(*steps: Step, order: tuple[str, ...] = ("found", "closed")) -> Machine:
    return Machine("sample", "found", frozenset({"closed"}), frozenset({"found"}), order, steps)


def test_the_smallest_loop_that_can_be():
    assert small(Step("close", "found", "closed")).step("close").sources == {"found"}


@pytest.mark.parametrize(
    ("steps", "order", "said"),
    [
        ([("close", "found", "closed"), ("close", "found", "closed")], "found closed", "twice"),
        ([("close", "fuond", "closed")], "found closed", "unknown state"),
        (
            [("close", "found", "closed"), ("check", "checked", "checked")],
            "found closed checked",
            "nothing leads to",
        ),
        (
            [("close", "found", "closed"), ("check", "found", "checked")],
            "found closed checked",
            "nothing leads out of checked",
        ),
        (
            [("close", "found", "closed"), ("check", "found", "checked"), ("stay", "checked", "")],
            "found closed checked",
            "nothing leads out of checked",
        ),
        ([("close", "found", "closed")], "found", "order misses"),
    ],
)
def test_a_table_that_strands_a_case_is_refused_at_import(steps, order, said):
    with pytest.raises(AssertionError, match=said):
        small(*(Step(*step) for step in steps), order=tuple(order.split()))


def test_a_step_counts_only_what_is_declared():
    with pytest.raises(AssertionError, match=r"sample\.paid is not declared"):
        small(Step("close", "found", "closed", counts=("paid",)))
    with pytest.raises(AssertionError, match=r"sample\.paid is not declared"):
        small(Step("close", "found", "closed", undoes=("paid",)))


@pytest.mark.parametrize("missing", ["assign", "reject", "verify", "close"])
def test_the_standard_loop_needs_each_step_of_its_way_or_another_to_the_same_state(missing):
    """Taking a step away either leaves a loop that still holds together, or is refused."""
    steps = tuple(step for step in GOOD.steps if step.name != missing)
    try:
        left = replace(GOOD, steps=steps)
    except AssertionError:
        return
    targets = {step.target for step in left.steps if step.target}
    assert GOOD.step(missing).target in targets


def open_steps(state: str) -> list[Step]:
    return [step for step in GOOD.steps if state in step.sources]


@given(st.data())
def test_from_wherever_a_case_has_come_it_can_still_be_ended(data):
    """Any walk through the standard loop, then the shortest way out."""
    state = GOOD.initial
    for _ in range(data.draw(st.integers(0, 12))):
        choices = open_steps(state)
        if not choices:
            break
        step = data.draw(st.sampled_from(choices))
        state = step.target or state
    seen, todo = {state}, [state]
    while todo:
        for step in open_steps(todo.pop()):
            target = step.target
            if target and target not in seen:
                seen.add(target)
                todo.append(target)
    assert seen & GOOD.final


def test_nobody_judges_their_own_work():
    for name in ("reject", "verify", "second", "close"):
        assert set(GOOD.step(name).not_by) == {"rectify", "fix_on_spot"}


def test_progress_is_ordered_and_void_stands_before_everything():
    ranks = [GOOD.rank(state) for state in GOOD.order]
    assert ranks == sorted(set(ranks))
    assert GOOD.rank("void") < ranks[0]


def test_each_step_that_settles_is_undone_by_what_returns_it():
    """A rectification that is sent back no longer counts as one."""
    assert "rectified" in GOOD.step("rectify").counts
    assert "rectified" in GOOD.step("reject").undoes
    assert "rectified" in GOOD.step("withdraw_rectified").undoes
    assert "closed" in GOOD.step("withdraw_closed").undoes


def test_every_loop_of_this_installation_is_known_by_its_kind():
    assert machines()
    for kind, machine in machines().items():
        assert machine.kind == kind
        assert {declared.code.partition(".")[0] for declared in machine.kinds} == {kind}
