"""A loop as a table: where a case can go, what each step counts, which deadline it starts.

Code holds the topology; deadlines, rungs and approvals are versioned settings (settings.py).
What is special about a step is an ordinary command and an ordinary form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from django.conf import settings
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from anlan.kernel.facts.kinds import FactKind


@dataclass(frozen=True)
class Step:
    """One row of a loop's table. Several sources are written with commas; an empty target stays."""

    name: str
    source: str
    target: str = ""
    #: Key in the settings' ``deadlines`` for the state that is entered.
    deadline: str = ""
    #: Last part of the fact kinds posted as flows ("rectified" → hazard.rectified).
    counts: tuple[str, ...] = ()
    #: Flows that no longer stand after this step; their facts are reversed.
    undoes: tuple[str, ...] = ()
    #: Whoever did one of these steps in the current round may not do this one.
    not_by: tuple[str, ...] = ()
    #: The deadline that it brings held all along: the one before counts no more, passed or not.
    redates: bool = False

    @property
    def sources(self) -> frozenset[str]:
        return frozenset(filter(None, self.source.split(",")))


@dataclass(frozen=True)
class Machine:
    """Asserted at import: every state can be reached, and every open one can be left."""

    kind: str
    initial: str
    final: frozenset[str]
    #: States in which the deadline runs: nobody has yet reported the case dealt with.
    unsettled: frozenset[str]
    #: States in order of progress; a claim from elsewhere only ever moves a case forward.
    order: tuple[str, ...]
    steps: tuple[Step, ...]
    kinds: tuple[FactKind, ...] = ()
    #: Where a case is looked at: the name of the view that takes its id ("hazards:page").
    page: str = ""
    #: What its cases' numbers begin with.
    prefix: str = ""
    #: Whether the loop counts ``due`` and ``due_met``, round by round, by the deadline of the case.
    #: A capability that judges by a rule of its own posts both itself.
    judges_deadlines: bool = True
    #: Labels of states and steps that the standard loop doesn't have.
    words: Mapping[str, str | Promise] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        names = [step.name for step in self.steps]
        assert len(names) == len(set(names)), f"{self.kind}: a step is named twice"
        states = {self.initial} | {step.target for step in self.steps if step.target}
        assert set(self.order) == states - {"void"}, f"{self.kind}: order misses {states}"
        for step in self.steps:
            assert step.sources <= states, f"{self.kind}.{step.name} leaves an unknown state"
        reached, todo = {self.initial}, [self.initial]
        while todo:
            state = todo.pop()
            for step in self.steps:
                if state in step.sources and step.target and step.target not in reached:
                    reached.add(step.target)
                    todo.append(step.target)
        assert reached == states, f"{self.kind}: nothing leads to {states - reached}"
        for state in states - self.final:
            assert any(state in s.sources and s.target not in ("", state) for s in self.steps), (
                f"{self.kind}: nothing leads out of {state}"
            )
        declared = {kind.code for kind in self.kinds}
        for step in self.steps:
            for name in step.counts + step.undoes:
                assert f"{self.kind}.{name}" in declared, f"{self.kind}.{name} is not declared"

    def step(self, name: str) -> Step:
        return next(step for step in self.steps if step.name == name)

    def has(self, name: str) -> bool:
        return any(step.name == name for step in self.steps)

    def is_open(self, state: str) -> bool:
        return state not in self.final

    def rank(self, state: str) -> int:
        """Progress of a state; void counts as before everything."""
        return self.order.index(state) if state in self.order else -1


@cache
def machines() -> dict[str, Machine]:
    """Every loop of this installation, by kind."""
    return {machine.kind: machine for machine in import_string(settings.LOOP_MACHINES)()}


def word_of(code: str) -> str | Promise | None:
    """The label of a state or step that only some machine has."""
    return next(
        (machine.words[code] for machine in machines().values() if code in machine.words), None
    )
