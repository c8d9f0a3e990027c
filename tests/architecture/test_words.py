"""Codes of ours have words: no page shows a person ``paper.countersign``."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from django.utils import translation

import anlan
from anlan.config.capabilities import capabilities, fact_kinds, machines
from anlan.domain.enterprises.commands.stating import PLAIN_COLUMNS
from anlan.kernel.accounts import words
from anlan.kernel.accounts.trail_names import SILENT
from anlan.kernel.loop import settings as loop_settings
from tests.architecture import recorded

CHINESE = re.compile("[\u4e00-\u9fff]")
ROOT = Path(anlan.__file__).parent
#: What a call puts on record, by the name of the function: an act's code first, then the object's.
RECORDING = {"Entry", "record"}
CODE = re.compile(r"[a-z_]+\.[a-z_]+")


def test_every_right_and_figure_is_called_something() -> None:
    """As the auditor's page, a token's scopes and the chooser of figures show them."""
    parts = [code.partition(".") for each in capabilities() for code in each.rules]
    # Other tests declare kinds of their own in the same process.
    heads = {head for head, _dot, _rest in parts} | {
        kind.code.split(".")[0] for kind in fact_kinds()
    }
    with translation.override("zh-hans"):
        shown = {head: words.what(head) for head in heads}
        shown |= {rest: words.act(f"-.{rest}") for _head, _dot, rest in parts}
    assert len(shown) > 100
    assert not [code for code, word in shown.items() if not CHINESE.search(word)]


def test_every_act_and_object_on_record_is_called_something() -> None:
    """As the auditor's page shows them: each code that a command writes, and each loop's steps."""
    acts = {f"{machine.kind}.{step.name}" for machine in machines() for step in machine.steps}
    objects = set()
    for act, on in _recorded():
        acts |= act
        objects |= on
    with translation.override("zh-hans"):
        named = {code: words.act(code).split(" · ") for code in acts}
        nameless = {code for code, both in named.items() if not all(map(CHINESE.search, both))}
        nameless |= {code for code in objects if not CHINESE.search(words.thing(code))}
    assert (len(acts) > 700, len(objects) > 80) == (True, True)
    assert not nameless, sorted(nameless)


def test_every_field_on_record_is_called_something() -> None:
    """As before and after show it: what commands write, settings hold, and cases change."""
    written: dict[str, set[str]] = {}
    for name, where in recorded.fields():
        written.setdefault(name, set()).add(where)
    for name in (*PLAIN_COLUMNS, *loop_settings.DEFAULTS):
        written.setdefault(name, set())
    told = written.keys() - SILENT
    with translation.override("zh-hans"):
        nameless = {name: written[name] for name in told if not CHINESE.search(words.field(name))}
    assert len(told) > 200
    assert not nameless


def _recorded() -> Iterator[tuple[set[str], set[str]]]:
    """The codes of each call that puts something on record: of what was done, and to what."""
    for path in sorted(ROOT.rglob("*.py")):
        if {"tests", "migrations"} & set(path.parts):
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        module = ".".join(("anlan", *path.relative_to(ROOT).with_suffix("").parts))
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or len(node.args) < 2:
                continue
            if getattr(node.func, "attr", getattr(node.func, "id", "")) not in RECORDING:
                continue
            acts = {code for code in _texts(node.args[0], module) if CODE.fullmatch(code)}
            if acts:
                yield acts, _texts(node.args[1], module)


def _texts(node: ast.expr, module: str) -> set[str]:
    """What an argument may be, as far as it stands there: a text, one of two, or a constant."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return {node.value}
    if isinstance(node, ast.IfExp):
        return _texts(node.body, module) | _texts(node.orelse, module)
    if isinstance(node, ast.Name):
        value = getattr(import_module(module), node.id, None)
        return {value} if isinstance(value, str) else set()
    return set()
