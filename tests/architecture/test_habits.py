"""Habits of style.md that a machine can check by reading the source."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.databases import ROOT

pytestmark = pytest.mark.once
SOURCE = ROOT / "src/anlan"
#: Calls that write rows.
WRITES = {
    "save", "create", "bulk_create", "bulk_update", "update", "delete", "get_or_create",
    "update_or_create",
}  # fmt: skip
#: What is written down, but is no row of a model.
NOT_ROWS = re.compile(r"^(self|counts?|hash\w*|digest|env|seen|known|found|data|memo|.*\.memo)$")
CLOCK = {"timezone.now", "timezone.localdate", "datetime.now", "date.today", "time.time"}
#: Rooms whose answers must not depend on when they are asked: the moment is passed in.
TIMELESS = re.compile(
    r"^(?!config/)(.*/)?(commands(/\w+)?|models|queries|engine|machine|ladder|worklist|loop"
    r"|deadlines|workdays|periods|ledger|figures|fold|declare|matching|reading/\w+)\.py$"
)
#: What refuses to run outside a transaction, so that whoever calls it is inside one.
ASSERT_TRANSACTION = {
    "engine.take", "engine.open_cases", "ledger.post", "ledger.reverse", "ledger.move",
    "trail.record",
}  # fmt: skip


@cache
def modules() -> dict[str, ast.Module]:
    return {
        path.relative_to(SOURCE).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(SOURCE.rglob("*.py"))
        if "tests" not in path.parts and "migrations" not in path.parts
    }


def dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def calls(tree: ast.AST) -> Iterator[tuple[ast.Call, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node, dotted(node.func)


def committed() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def test_S54_an_app_keeps_its_raw_sql_in_one_module():
    found: dict[str, set[str]] = {}
    for name, tree in modules().items():
        app, _, module = name.rpartition("/")
        if app.endswith("/sql"):
            app, module = app.removesuffix("/sql"), "sql"
        for _call, what in calls(tree):
            if what.endswith((".cursor", ".raw", ".extra", "RawSQL", ".executescript")):
                found.setdefault(app, set()).add(module)
    # The house makes, empties and copies whole databases.
    assert found.pop("config", set()) <= {"home.py", "durability.py", "roles.py"}
    # What all apps share: rows in bulk, planned cursors, what SQLite's planner is told, statements
    # built once, the index of texts.
    shared = {"bulk.py", "cursors.py", "planner.py", "statements.py", "textindex.py"}
    assert found.pop("base", set()) <= shared
    assert {app: names for app, names in found.items() if len(names) > 1} == {}


def test_every_recurring_task_has_words():
    from anlan.kernel.notices.watch import TASKS

    named = {
        call.args[1].value
        for tree in modules().values()
        for call, what in calls(tree)
        if what.endswith("every") and isinstance(call.args[-1], ast.Constant)
    }
    assert len(named) > 10
    assert named - TASKS.keys() == set()


def test_apps_send_each_other_no_signals():
    found = [
        f"{name}:{call.lineno} {what}"
        for name, tree in modules().items()
        for call, what in calls(tree)
        if re.search(r"(pre|post)_(save|delete|init)\.connect$|m2m_changed\.connect$", what)
        or (what == "receiver" and re.search(r"(pre|post)_(save|delete)", ast.unparse(call)))
    ]
    assert found == []


def test_what_is_decided_does_not_ask_the_clock():
    found = [
        f"{name}:{call.lineno} {what}()"
        for name, tree in modules().items()
        if TIMELESS.search(name)
        for call, what in calls(tree)
        if what in CLOCK and not call.args
    ]
    assert found == []


def _atomic(node: ast.AST) -> bool:
    return "atomic" in ast.unparse(node)


def _unguarded(function: ast.FunctionDef) -> list[int]:
    """Lines of a function that write a row outside a transaction that it opens itself."""
    if any(_atomic(decorator) for decorator in function.decorator_list):
        return []
    if "in_atomic_block" in ast.unparse(function):
        return []
    if any(what in ASSERT_TRANSACTION for _call, what in calls(function)):
        return []
    guarded = {
        id(inner)
        for node in ast.walk(function)
        if isinstance(node, ast.With) and any(_atomic(item.context_expr) for item in node.items)
        for inner in ast.walk(node)
    }
    return [
        call.lineno
        for call, what in calls(function)
        if what.rpartition(".")[2] in WRITES
        and not NOT_ROWS.match(what.rpartition(".")[0])
        and ("objects" in ast.unparse(call.func) or what.endswith((".save", ".delete")))
        and id(call) not in guarded
    ]


def test_a_command_that_writes_opens_a_transaction():
    """Public commands; what they call (a leading underscore) runs inside theirs."""
    found = [
        f"{name}:{line} {function.name}"
        for name, tree in modules().items()
        if re.search(r"(^|/)commands(/\w+)?\.py$", name)
        for function in tree.body
        if isinstance(function, ast.FunctionDef) and not function.name.startswith("_")
        for line in _unguarded(function)
    ]
    assert found == []


def test_S51_no_template_needs_an_inline_script_or_style():
    """The policy allows none (S51): a page that has one works for its author only."""
    bad = re.compile(
        r"<script(?![^>]*\bsrc=)[^>]*>|<style\b|\sstyle=|\son[a-z]+=|javascript:", re.I
    )
    data = re.compile(r"<script[^>]*type=\"(application/json|application/ld\+json)\"[^>]*>", re.I)
    found = [
        f"{path.relative_to(SOURCE)}: {match.group(0)[:60]}"
        for path in sorted(SOURCE.rglob("*.html"))
        for match in bad.finditer(data.sub("", path.read_text(encoding="utf-8")))
    ]
    assert found == []


# Written with a gap, so that this file doesn't find itself.
HOSTS = [
    host.replace(" ", "")
    for host in ("py pi.org", "pythonhosted .org", "npm js.org", "npm js.com", "npm mirror.com")
]
PLACES = re.compile(r"/(?:root|work/(?:main|shared)|opt/(?:wheels|pypi)|home/\w+)/")


def test_no_committed_file_names_a_registry_or_a_place_of_one_machine():
    found = []
    for path in committed():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{path.relative_to(ROOT)}: {host}" for host in HOSTS if host in text]
        found += [f"{path.relative_to(ROOT)}: {place.group(0)}" for place in PLACES.finditer(text)]
    assert found == []


def test_S31_no_secret_is_committed():
    names = re.compile(r"(^|/)(\.anlan|secrets)/|\.(sqlite3|pem|key|p12)$|(^|/)\.env$")
    assert [str(p) for p in committed() if names.search(p.relative_to(ROOT).as_posix())] == []
