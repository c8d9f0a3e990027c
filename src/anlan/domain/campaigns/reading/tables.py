"""Tasks that stand in a table: 序号, 任务, 牵头单位, 配合单位, 完成时限.

A table is rows of tabs (papers/documents makes them so). Its header is known by its words; below
it each row is a task until a line is no row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from anlan.domain.campaigns.reading import structure
from anlan.domain.campaigns.reading.figures import layout

Span = tuple[int, int]

#: What a column holds → how its head is written.
HEADS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("no", re.compile(r"序号|编号|项号")),
    ("lead", re.compile(r"牵头(?:单位|部门|机关|处室|科室)?|主责(?:单位|部门)|主办(?:单位|机关)")),
    ("support", re.compile(r"(?:配合|协办|参与|参加|协同|支持)(?:单位|部门|机关|处室|科室)?")),
    ("responsible", re.compile(r"(?:责任|承办|负责|落实|完成|实施)(?:单位|部门|机关|处室|科室|主体)(?:及责任人)?")),
    ("person", re.compile(r"(?:责任|负责|包保|分管|牵头|整改|联系|挂牌)(?:领导|人|同志)|县级领导|领导")),
    ("due", re.compile(r"(?:完成|办结|整改|落实)?(?:时限|时间|期限|时间节点|进度)(?:要求|安排)?")),
    ("target", re.compile(r"(?:工作|量化|年度|预期)?(?:目标|指标|成果|成效)(?:要求)?")),
    ("task", re.compile(r"(?:重点|工作|主要|具体|目标|整治|整改|排查|检查|落实)?(?:任务|措施|内容|事项|举措|要求)(?:内容|事项|措施)?|工作任务及措施")),
)  # fmt: skip
#: What a cell says that is merged with the one above it, or means the same.
DITTO = frozenset(("〃", "同上", "″"))
#: Who and by when may be said once for several rows; what is to be done is each row's own.
TOLD_ONCE = ("lead", "support", "responsible", "due")
HEADS_MIN = 2
TASK_CHARS_MIN = 4


@dataclass(frozen=True, slots=True)
class Row:
    """A row that is a task: its whole span, and its cells by what they hold."""

    start: int
    end: int
    cells: dict[str, list[Span]]

    @property
    def number(self) -> Span | None:
        return self.cells["no"][0] if self.cells.get("no") else None

    @property
    def title(self) -> Span:
        return self.cells["task"][0]


def read(text: str) -> Iterator[Row]:
    """Every task in every table of the plain text."""
    heads: list[str] = []
    above: dict[int, Span] = {}
    for start, end in structure.lines(text, 0, len(text)):
        if "\t" not in text[start:end]:
            heads = []
            continue
        cells = list(layout.cells(text, start, end))
        named = [_head(text[a:b]) for a, b in cells]
        if "task" in named and sum(map(bool, named)) >= HEADS_MIN:
            heads, above = named, {}
        elif heads and len(cells) <= len(heads):
            held = _held(text, heads, cells, above)
            task = held.get("task")
            if task and task[0][1] - task[0][0] >= TASK_CHARS_MIN:
                yield Row(start, end, held)


def _head(cell: str) -> str:
    return next((kind for kind, shape in HEADS if shape.fullmatch(cell)), "")


def _held(
    text: str, heads: list[str], cells: list[Span], above: dict[int, Span]
) -> dict[str, list[Span]]:
    """The cells by what they hold; of a merged one what stands above it, by its column."""
    held: dict[str, list[Span]] = {}
    # Cells that were merged over rows are missing on the left of those below.
    first = len(heads) - len(cells)
    for column, (a, b) in enumerate(cells, first):
        head, cell = heads[column], (a, b)
        if text[a:b] in DITTO:
            if head not in TOLD_ONCE or column not in above:
                continue
            cell = above[column]
        above[column] = cell
        if head and cell[1] > cell[0]:
            held.setdefault(head, []).append(cell)
    return held
