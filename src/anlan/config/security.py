"""./anlan security: the table S01–S62, with what proves each row and what is open.

The table beside this file says what is asked and what is open. What is proven is never written
down: it is read from the tests, by the names that they carry (``test_S19_…``).
"""

from __future__ import annotations

import ast
import re
import tomllib
from argparse import Namespace
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from anlan.config.cli_say import both, emit, say

ROOT = Path(__file__).resolve().parents[3]
TABLE = Path(__file__).with_suffix(".toml")
DOCUMENT = ROOT / "docs/security-table.md"
FOLDERS = ("src/anlan", "tests")
COUNT = 62
#: Marks under which a test never runs, or may fail: it proves nothing.
IDLE = re.compile(r"\b(skip|xfail)\b(?!if)")
STATES = {
    "proven": ("已验证", "proven"),
    "partly": ("部分", "partly"),
    "open": ("未满足", "open"),
    "not_yet": ("暂不适用", "not applicable yet"),
}


@dataclass(frozen=True)
class Row:
    id: str
    zh: str
    en: str
    #: The clauses that it comes from.
    source: str
    #: What isn't proven, or isn't done; and why it can't apply yet.
    open: tuple[str, str]
    later: tuple[str, str]
    #: ``path::test``, as pytest takes it.
    evidence: tuple[str, ...]

    @property
    def state(self) -> str:
        if self.later[0]:
            return "not_yet"
        if not self.evidence:
            return "open"
        return "partly" if self.open[0] else "proven"


def table(root: Path = ROOT) -> list[Row]:
    """Every requirement, in order."""
    proofs = evidence(root)
    rows = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return [
        Row(
            id=name,
            zh=row["zh"],
            en=row["en"],
            source=row["from"],
            open=(row.get("open_zh", ""), row.get("open_en", "")),
            later=(row.get("later_zh", ""), row.get("later_en", "")),
            evidence=tuple(proofs.get(name, ())),
        )
        for name, row in rows.items()
    ]


@cache
def evidence(root: Path) -> dict[str, list[str]]:
    """Tests by the requirements that their names carry; what never runs is left out."""
    found: dict[str, list[str]] = defaultdict(list)
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("test_*.py")):
            text = path.read_text(encoding="utf-8")
            if "test_S" not in text:
                continue
            for name in _tests(ast.parse(text)):
                for number in re.findall(r"(?<=_)S(\d\d)(?=_)", name):
                    found[f"S{number}"].append(f"{path.relative_to(root).as_posix()}::{name}")
    return dict(found)


def _tests(module: ast.Module) -> Iterator[str]:
    for node in module.body:
        if not isinstance(node, ast.FunctionDef) or not node.name.startswith("test_S"):
            continue
        if not any(IDLE.search(ast.unparse(mark)) for mark in node.decorator_list):
            yield node.name


def main(args: Namespace) -> int:
    """Status 1 where something that applies is not proven at all."""
    if args.write:
        DOCUMENT.write_text(document(table()), encoding="utf-8")
        return 0
    rows = table()
    if not evidence(ROOT):
        say(both("此处没有测试，无法核对。请在源码目录运行。",
                 "No tests are here to read; run this in a checkout."))  # fmt: skip
        return 1
    counts = {state: sum(row.state == state for row in rows) for state in STATES}
    if args.json:
        emit({"counts": counts, "requirements": [as_data(row) for row in rows]})
        return 1 if counts["open"] else 0
    for row in rows:
        print(f"{row.id}  {both(*STATES[row.state])}  {both(row.zh, row.en)}")
        more = both(*row.later) or both(*row.open)
        if more:
            print(f"     {both('尚缺', 'open')}: {more}")
        for name, tests in _by_file(row.evidence):
            print(f"     {name}: {', '.join(tests)}")
    say("  ".join(f"{both(*STATES[state])} {count}" for state, count in counts.items()))
    return 1 if counts["open"] else 0


def as_data(row: Row) -> dict[str, Any]:
    return {
        "id": row.id, "zh": row.zh, "en": row.en, "from": row.source, "state": row.state,
        "open": {"zh": row.open[0], "en": row.open[1]},
        "not_yet_because": {"zh": row.later[0], "en": row.later[1]},
        "evidence": list(row.evidence),
    }  # fmt: skip


def document(rows: Iterable[Row]) -> str:
    """docs/security-table.md: the same table for readers; a test keeps it in step."""
    lines = [
        "# What is asked for security, and what proves it · 安全要求与证据",
        "",
        "Made by `./anlan security --write` from `src/anlan/config/security.toml` and the names of the tests; don't edit.",  # noqa: E501
        "",
        "| | 要求 · requirement | 状态 · state | 证据 · tests | 尚缺 · open |",
        "|---|---|---|---|---|",
    ]
    for row in rows:
        files = "<br>".join(f"`{name}` × {len(tests)}" for name, tests in _by_file(row.evidence))
        zh, en = row.later if row.later[0] else row.open
        lines.append(
            f"| {row.id} | {row.zh}<br>{row.en} ({row.source}) | {' · '.join(STATES[row.state])} "
            f"| {files} | {'<br>'.join(filter(None, (zh, en)))} |"
        )
    return "\n".join(lines) + "\n"


def _by_file(evidence: Iterable[str]) -> list[tuple[str, list[str]]]:
    found: dict[str, list[str]] = {}
    for one in evidence:
        path, _colons, name = one.partition("::")
        found.setdefault(path, []).append(name)
    return list(found.items())
