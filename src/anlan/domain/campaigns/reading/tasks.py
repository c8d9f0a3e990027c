"""From the tree of clauses to tasks: the deepest numbered clauses that oblige somebody.

A clause under 工作目标 is a goal, one under 工作要求 or 保障措施 a requirement, one under 实施步骤 a
stage; every other one is a task. What obliges nobody (causes, flaws found) is told as other. Where
the clauses of a family oblige nobody (a list of flaws, of documents to bring), the clause above
them is the task and they are part of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from anlan.domain.campaigns.reading import dates, structure, tables, targets, words
from anlan.domain.campaigns.reading import units as parties
from anlan.domain.campaigns.reading.plain import Plain
from anlan.domain.campaigns.reading.structure import Node
from anlan.domain.campaigns.reading.target import Target

_PIECES = re.compile("[,。;:!\n]")
#: 为…,制定本方案 orders nothing.
_PREAMBLE = re.compile(r"^(?:特|现)?制[定订]本|^本(?:方案|办法|计划|通知|要点|细则)自")
#: How much of a family of clauses must oblige somebody, so that each of them is a task.
SHARE_MIN = 0.5
#: Rules look at no more of a clause than this; the longest of 380 real ones has 1,500.
CLAUSE_CHARS_MAX = 5_000
#: Lines below the last clause that are the notice's own. What they are → how they begin.
_TAILS = {
    "annexes": r"附件\d{0,2}(?:下载)?:|附:|附件$",
    "whom to ask": r"[(](?:联系人|联系电话|此件|联系单位)|(?:联系人|联系电话):",
    "copies to": r"抄送|抄报|主送|正本:|副本:",
    "what to report": r"请各|请于",
    "closing words": r"特此通知|以上(?:意见|事项|要求)|本(?:通知|方案|意见|要点)自",
    "imprint": r".{2,30}\d{4}年\d{1,2}月\d{1,2}日印发|\d{4}年\d{1,2}月\d{1,2}日$",
}
_TAIL = re.compile(rf"^(?:{'|'.join(_TAILS.values())})")


@dataclass(frozen=True, slots=True)
class Clause:
    """A task, goal, requirement or stage, in offsets of the plain text."""

    kind: str
    node: Node | None
    #: Its number where no clause has one: the first column of a table.
    number: tuple[int, int] | None
    start: int
    end: int
    title: tuple[int, int]
    targets: tuple[Target, ...]
    units: tuple[parties.Unit, ...]
    sectors: tuple[parties.Sector, ...]
    deadlines: tuple[dates.Deadline, ...]
    basis: tuple[parties.Basis, ...]


@dataclass(frozen=True, slots=True)
class Issued:
    """When the notice came out, as far as it says so: what bare days and limits hang on."""

    year: int | None = None
    day: date | None = None


def read(
    plain: Plain, year: int | None, *, notice: bool = True, day: date | None = None
) -> list[Clause]:
    """All clauses of the document in order.

    year, day: when it came out. notice: whether it is one; in an article only what is numbered may
    be a task.
    """
    issued = Issued(year, day)
    text = plain.text
    rows = list(tables.read(text))
    forest = structure.read(plain, frozenset(row.start for row in rows), spoken=not notice)
    beside = _is_family(text, forest)
    found = [
        _clause(text, kind, node, issued)
        for tree in forest
        for kind, node in _leaves(text, tree, beside=beside)
    ]
    found += [_of_row(text, row, issued) for row in rows]
    found.sort(key=lambda clause: clause.start)
    if not any(clause.kind == "task" for clause in found):
        # Whose only orders stand under 工作要求 or 实施步骤 orders those.
        found = [
            replace(clause, kind="task") if clause.kind in ("requirement", "stage") else clause
            for clause in found
        ]
    return found or (list(_unnumbered(text, issued)) if notice else [])


def _of_row(text: str, row: tables.Row, issued: Issued) -> Clause:
    """A row is a task: its columns say who and by when, its words how many."""
    said = [*row.cells["task"], *row.cells.get("target", ())]
    due = [
        one
        for cell in row.cells.get("due", ())
        for one in dates.in_cell(text, *cell, issued.year, issued.day)
    ] + [one for a, b in said for one in dates.deadlines(text, a, b, issued.year, issued.day)]
    return Clause(
        kind="task",
        node=None,
        number=row.number,
        start=row.start,
        end=row.end,
        title=row.title,
        targets=tuple(one for a, b in said for one in targets.read(text, a, b, issued.year)),
        units=tuple(
            unit
            for role in ("lead", "support", "responsible")
            for cell in row.cells.get(role, ())
            for unit in parties.in_cell(text, *cell, role)
        ),
        sectors=tuple(parties.sectors(text, row.start, row.end)),
        deadlines=tuple(due),
        basis=tuple(parties.basis(text, row.start, row.end)),
    )


def _leaves(text: str, tree: Node, *, beside: bool = False) -> Iterator[tuple[str, Node]]:
    """beside: whether most of the clauses beside it order something, so that it does, too."""
    children = tree.children
    if children and (_kind(tree) == "stage" or _is_family(text, children)):
        for child in children:
            yield from _leaves(text, child, beside=True)
        return
    kind = _kind(tree)
    if kind == "background" or _names_list(text, tree) or (kind == "task" and not _obliges(text, tree) and not (
        beside and _wants(text, tree)
    )):  # fmt: skip
        kind = "other"
    yield kind, tree


def _names_list(text: str, node: Node) -> bool:
    """二、整治内容 above a list of faults: nothing but the list's name."""
    if not node.children or not words.LIST_TITLES.search(node.title):
        return False
    return not text[node.title_end : node.children[0].start].strip("。:\n ")


def _wants(text: str, node: Node) -> bool:
    """Whether it says how much or who, though no verb that we know orders it."""
    end = min(node.end, node.body + CLAUSE_CHARS_MAX)
    if words.TELLS.match(text, node.body, end):
        return False
    named = any(unit.role != "addressed" for unit in parties.units(text, node.body, end))
    return named or bool(targets.read(text, node.body, end, None))


def _is_family(text: str, children: list[Node]) -> bool:
    obliging = sum(
        1 for child in children if _obliges(text, child) or _is_family(text, child.children)
    )
    return bool(children) and obliging >= SHARE_MIN * len(children)


def _obliges(text: str, node: Node) -> bool:
    # A list of flaws below it doesn't make an order of a heading.
    end = node.children[0].start if node.children else node.end
    return obliges(text[node.body : end])


def obliges(said: str) -> bool:
    """Whether the words order something: a piece begins with a verb of doing, or says 要 or 不得.

    The first piece decides alone; of the others, a quarter must order.
    """
    if words.NAMES_FAULT.match(said.strip()):
        return False
    pieces = [piece for piece in _PIECES.split(said) if piece and not _PREAMBLE.match(piece)]
    if not pieces or words.TELLS.match(pieces[0]):
        return False
    if words.ORDERS.match(pieces[0]):
        return True
    ordering = sum(1 for piece in pieces if words.ORDERS.match(piece))
    return ordering * 4 >= len(pieces) or words.ORDERED.search(said) is not None


#: What a heading says of the clauses below it; the first row that fits.
_HEADINGS = (
    ("goal", words.GOAL_TITLES),
    ("requirement", words.REQUIREMENT_TITLES),
    ("stage", words.STAGE_TITLES),
    ("background", words.BACKGROUND_TITLES),
)
HEADING_CHARS_MAX = 16


def _kind(node: Node) -> str:
    """What the headings from here up say it is; the nearest one that says anything counts."""
    at: Node | None = node
    while at is not None:
        if kind := _said_by(at.title):
            return kind
        if at.parent is None and (kind := _said_by(at.part)):
            return kind
        at = at.parent
    return "task"


def _said_by(heading: str) -> str:
    if not 0 < len(heading) <= HEADING_CHARS_MAX:
        return ""
    return next((kind for kind, shape in _HEADINGS if shape.search(heading)), "")


def _clause(text: str, kind: str, node: Node, issued: Issued) -> Clause:
    start, end = node.start, _without_tail(text, node)
    if kind in ("goal", "stage") and "\n" in text[node.start : end] and node.parent is None:
        # The heading alone stands in its line: what is aimed at is the text below it.
        below = text[text.index("\n", node.start) : end]
        start = end - len(below.lstrip("\n"))
    return _built(text, kind, node, start, end, (node.body, node.title_end), issued)


def _without_tail(text: str, node: Node) -> int:
    """Where the clause ends: signature, date, contact and list of annexes belong to the notice."""
    end = node.start
    for start, stop in structure.lines(text, node.start, node.end):
        if start > node.start and _TAIL.match(text[start:stop]):
            break
        end = stop
    return end


def _built(
    text: str,
    kind: str,
    node: Node | None,
    start: int,
    end: int,
    title: tuple[int, int],
    issued: Issued,
) -> Clause:
    own = _year_of(node, issued.year)
    begin = start if node is None else max(start, node.body)
    stop = min(end, start + CLAUSE_CHARS_MAX)
    return Clause(
        kind=kind,
        node=node,
        number=None,
        start=start,
        end=end,
        title=title,
        targets=tuple(targets.read(text, begin, stop, own)),
        units=tuple(parties.units(text, begin, stop)),
        sectors=tuple(parties.sectors(text, start, stop)),
        deadlines=tuple(dates.deadlines(text, start, stop, own, issued.day)),
        basis=tuple(parties.basis(text, start, stop)),
    )


def _year_of(node: Node | None, year: int | None) -> int | None:
    """The year that bare days inherit: that of the heading above (2025年重点任务), else the notice's."""
    at = node.parent if node is not None else None
    while at is not None:
        if stated := re.search(r"((?:19|20)\d{2})年(?!.*(?:19|20)\d{2}年)", at.title):
            return int(stated[1])
        at = at.parent
    return year


def _unnumbered(text: str, issued: Issued) -> Iterator[Clause]:
    """A notice without numbers: each paragraph that orders something, behind its greeting."""
    greeted = re.search(r"^[^。;\n]{2,200}:$", text, re.MULTILINE)
    for start, end in structure.lines(text, greeted.end() if greeted else 0, len(text)):
        line = text[start:end]
        if len(line) >= 20 and not _TAIL.match(line) and obliges(line):
            yield _built(text, "task", None, start, end, (start, start), issued)
