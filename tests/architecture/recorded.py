"""What the code puts on record, read from the code: the names of the fields that it writes.

A value is followed as far as it stands in its own module: dictionaries, what is joined to them,
local names, constants, dataclasses, and functions that answer with one of those.
"""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import anlan
from anlan.kernel.accounts.office_settings import OfficeSettings

ROOT = Path(anlan.__file__).parent
#: Calls that put something on record; ``before`` and ``after`` are the 6th and 7th argument.
RECORDING = {"Entry", "record"}
SIDES = {"before": 5, "after": 6}
#: Calls that take a step with a case, and where they say which of its fields change.
STEPPING = {"take": (None, "fields"), "Move": (1, "fields")}
DEPTH_MAX = 6


def fields() -> Iterator[tuple[str, str]]:
    """Each field that a call names, and where."""
    for path in sorted(ROOT.rglob("*.py")):
        if {"tests", "migrations", "reading"} & set(path.parts):
            continue
        text = path.read_text(encoding="utf-8")
        if not any(f"{name}(" in text for name in (*RECORDING, *STEPPING, "OfficeSettings")):
            continue
        module = Module(path, ast.parse(text))
        for name in module.fields():
            yield name, f"{path.relative_to(ROOT)}"


def _given(call: ast.Call, place: int | None, name: str) -> list[ast.expr]:
    found = [word.value for word in call.keywords if word.arg == name]
    return found + ([call.args[place]] if place is not None and len(call.args) > place else [])


class Module:
    def __init__(self, path: Path, tree: ast.Module) -> None:
        self.tree = tree
        parts = ("anlan", *path.relative_to(ROOT).with_suffix("").parts)
        self.module = import_module(".".join(part for part in parts if part != "__init__"))
        self.functions = {
            node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)
        }

    def fields(self) -> set[str]:
        found = self._settings()
        for function in self.functions.values():
            for node in ast.walk(function):
                if not isinstance(node, ast.Call):
                    continue
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                if name in STEPPING:
                    for side in _given(node, *STEPPING[name]):
                        found |= self._keys(side, function, DEPTH_MAX)
                if name not in RECORDING:
                    continue
                sides = [word.value for word in node.keywords if word.arg in SIDES]
                sides += [node.args[n] for n in SIDES.values() if len(node.args) > n]
                for side in sides:
                    found |= self._keys(side, function, DEPTH_MAX)
        return found

    def _settings(self) -> set[str]:
        """The fields of an office's settings: what their defaults have."""
        made = [
            one for one in vars(self.module).values() if isinstance(one, OfficeSettings)
        ]  # fmt: skip
        return {name for one in made for data in one.defaults.values() for name in data}

    def _keys(self, node: ast.expr | None, inside: ast.FunctionDef, depth: int) -> set[str]:
        if node is None or depth == 0:
            return set()

        def of(*parts: ast.expr | None) -> set[str]:
            return set().union(*(self._keys(part, inside, depth - 1) for part in parts))

        if isinstance(node, ast.Dict):
            found = of(*(v for k, v in zip(node.keys, node.values, strict=True) if k is None))
            for key, value in zip(node.keys, node.values, strict=True):
                if key is not None:
                    found |= self._texts(key, inside)
                    found |= of(value) if isinstance(value, ast.Dict | ast.DictComp) else set()
            return found
        if isinstance(node, ast.DictComp):
            (loop, *_rest) = node.generators
            if isinstance(node.key, ast.Constant):
                return self._texts(node.key, inside)
            return self._texts(loop.iter, inside) | self._keys(loop.iter, inside, depth - 1)
        if isinstance(node, ast.IfExp):
            return of(node.body, node.orelse)
        if isinstance(node, ast.BoolOp):
            return of(*node.values)
        if isinstance(node, ast.BinOp):
            return of(node.left, node.right)
        if isinstance(node, ast.Name):
            return self._named(node.id, inside, depth)
        if isinstance(node, ast.Call):
            return self._called(node, inside, depth)
        return set()

    def _named(self, name: str, inside: ast.FunctionDef, depth: int) -> set[str]:
        """What a local name holds, else a parameter's dataclass, else a constant."""
        found: set[str] = set()
        for node in ast.walk(inside):
            if isinstance(node, ast.Assign):
                pairs = [(target, node.value) for target in node.targets]
            elif isinstance(node, ast.AugAssign | ast.AnnAssign | ast.NamedExpr):
                pairs = [(node.target, node.value)]
            else:
                continue
            for target, value in pairs:
                if isinstance(target, ast.Name) and target.id == name:
                    found |= self._keys(value, inside, depth - 1)
                elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
                    for one, its in zip(target.elts, value.elts, strict=False):
                        if isinstance(one, ast.Name) and one.id == name:
                            found |= self._keys(its, inside, depth - 1)
                elif isinstance(target, ast.Subscript) and ast.unparse(target.value) == name:
                    found |= self._texts(target.slice, inside)
        value = getattr(self.module, name, None)
        if not found and isinstance(value, dict):
            found = {key for key in value if isinstance(key, str)}
        return found

    def _called(self, node: ast.Call, inside: ast.FunctionDef, depth: int) -> set[str]:
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if name == "asdict" and node.args:
            return self._dataclass(node.args[0], inside)
        if name == "dict":
            words = {word.arg for word in node.keywords if word.arg}
            return words.union(*(self._keys(one, inside, depth - 1) for one in node.args))
        if name in self.functions and self.functions[name] is not inside:
            other = self.functions[name]
            answers = [one.value for one in ast.walk(other) if isinstance(one, ast.Return)]
            return set().union(*(self._keys(one, other, depth - 1) for one in answers))
        return set()

    def _dataclass(self, node: ast.expr, inside: ast.FunctionDef) -> set[str]:
        """The fields of the dataclass that a parameter is said to be."""
        arguments = (*inside.args.args, *inside.args.kwonlyargs)
        for one in arguments:
            if isinstance(node, ast.Name) and one.arg == node.id and one.annotation is not None:
                made: Any = getattr(self.module, ast.unparse(one.annotation), None)
                if dataclasses.is_dataclass(made):
                    return {field.name for field in dataclasses.fields(made)}
        return set()

    def _texts(self, node: ast.expr, inside: ast.FunctionDef) -> set[str]:
        """Texts that stand there, or in a constant of the module."""
        if isinstance(node, ast.Constant):
            return {node.value} if isinstance(node.value, str) else set()
        if isinstance(node, ast.Tuple | ast.List | ast.Set):
            return set().union(*(self._texts(one, inside) for one in node.elts))
        if isinstance(node, ast.IfExp):
            return self._texts(node.body, inside) | self._texts(node.orelse, inside)
        if isinstance(node, ast.Name):
            value = getattr(self.module, node.id, None)
            if isinstance(value, str):
                return {value}
            if isinstance(value, tuple | list | set | frozenset):
                return {one for one in value if isinstance(one, str)}
            found: set[str] = set()
            for each in ast.walk(inside):
                if isinstance(each, ast.Assign) and any(
                    isinstance(target, ast.Name) and target.id == node.id for target in each.targets
                ):
                    found |= self._texts(each.value, inside)
            return found
        return set()
