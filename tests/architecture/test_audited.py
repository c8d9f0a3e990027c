"""S22: whoever writes puts it on record. Read from the source, over all commands."""

from __future__ import annotations

import ast
import re
from collections import defaultdict

import pytest

from tests.architecture.test_habits import NOT_ROWS, WRITES, calls, modules

pytestmark = pytest.mark.once

#: Command modules: what a page, the API, the command line or the clock call to change something.
COMMANDS = re.compile(
    r"/(commands(/\w+)?|ladder|attachments|delivering|queue|importing(/\w+)?|retention|boundaries)\.py$"
)
#: What is changed without a row of its own, and why.
SILENT = {
    # The delivery's own row says it; the act that it tells of is on record.
    "kernel/notices/delivering.py": {"fan_out", "deliver"},
    # The act that asks for a job is on record, and the job's row keeps who asked.
    "kernel/jobs/queue.py": {"enqueue", "claim", "finish", "perform", "run_inline"},
    # Asserts its caller's transaction; each caller records the unit with its lands.
    "kernel/accounts/commands/units.py": {"add_lands"},
    # Called for its rule by _clear, which records how many rows went, in the same transaction.
    "domain/office/retention.py": {"_attempts"},
    # Files that no row speaks of yet, or ever.
    "kernel/papers/attachments.py": {"prepare", "sweep"},
}


def functions(tree: ast.Module) -> dict[str, ast.FunctionDef]:
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def _graph() -> dict[str, set[str]]:
    """By a function's bare name, the bare names it calls: coarse, and in favour of the accused."""
    graph: dict[str, set[str]] = defaultdict(set)
    for tree in modules().values():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                graph[node.name] |= {
                    what.rpartition(".")[2] for _call, what in calls(node)
                } - WRITES
    return graph


def _reaching(graph: dict[str, set[str]], goals: set[str]) -> set[str]:
    found = set(goals)
    while more := {name for name, called in graph.items() if called & found} - found:
        found |= more
    return found


def writes(function: ast.FunctionDef) -> bool:
    return any(
        what.rpartition(".")[2] in WRITES
        and not NOT_ROWS.match(what.rpartition(".")[0])
        and ("objects" in ast.unparse(call.func) or what.endswith((".save", ".delete")))
        for call, what in calls(function)
    )


def unrecorded() -> list[str]:
    graph = _graph()
    recording = _reaching(graph, {"record"})
    found = []
    for name, tree in modules().items():
        if not COMMANDS.search(name):
            continue
        known = functions(tree)
        # A helper is answered for by those who call it.
        called = {callee for each in known for callee in graph[each] & known.keys()}
        for function, node in known.items():
            if function.startswith("_") and function in called:
                continue
            reached = {function} | _below(function, known, graph)
            if (
                any(writes(known[each]) for each in reached)
                and not reached & recording
                and function not in SILENT.get(name, set())
            ):
                found.append(f"{name}:{node.lineno} {function}")
    return found


def _below(
    function: str, known: dict[str, ast.FunctionDef], graph: dict[str, set[str]]
) -> set[str]:
    found: set[str] = set()
    todo = {function}
    while todo:
        each = todo.pop()
        new = (graph[each] & known.keys()) - found
        found |= new
        todo |= new
    return found


def test_S22_every_command_that_writes_puts_it_on_record():
    assert unrecorded() == []


def test_S22_the_search_finds_what_isnt_on_record(monkeypatch):
    """The test above could pass by finding no commands at all."""
    silent = ast.parse(
        "def change_in_silence(pk):\n    Case.objects.filter(pk=pk).update(state='x')\n"
    )
    monkeypatch.setitem(modules(), "domain/silent/commands.py", silent)
    assert unrecorded() == ["domain/silent/commands.py:1 change_in_silence"]
