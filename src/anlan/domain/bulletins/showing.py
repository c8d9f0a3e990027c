"""A paper's blocks as a page shows them: each figure with its meaning and where it opens to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from anlan.domain.bulletins import language, tables, wording
from anlan.domain.bulletins.body import Block, Sentence, glue
from anlan.domain.bulletins.figures import Figure, records
from anlan.domain.bulletins.scope import Scope
from anlan.domain.statistics import bindings
from anlan.kernel.regions.models import Region
from anlan.ui.charts import Chart, Series
from anlan.ui.figures import MISSING


@dataclass(frozen=True)
class Link:
    """A figure on a page: how it reads, what it is (a title), where it opens to."""

    text: str
    title: str
    href: str


@dataclass(frozen=True)
class Said:
    """One sentence: words and figures, and how it came to stand there."""

    parts: Sequence[str | Link]
    rule: str = ""
    is_bound: bool = False
    was: str = ""


@dataclass(frozen=True)
class Shown:
    block: Block
    said: Sequence[Said] = ()
    rows: Sequence[Sequence[str | Link]] = ()
    chart: Chart | None = None
    numbers: Sequence[int] = field(default_factory=tuple)
    glue: str = ""


class Address:
    """Where the figures of one page open to; a saved paper has a page for each of them."""

    def __init__(self, blocks: Iterable[Block], scope: Scope) -> None:
        self.scope = scope
        ids = {figure.area for block in blocks for figure in block.figures}
        self.areas: Mapping[int, Region] = Region.objects.in_bulk(list(ids))

    def __call__(self, figure: Figure, block: Block, n: int) -> str:
        """The records themselves: of a rate its part, or its whole where it has none."""
        found = records(figure, self.areas, self.scope)
        return found[0].href if found else ""


def shown(blocks: Sequence[Block], address: Any) -> list[Shown]:
    """In the language of the page, as for one that shows how it stands now."""
    return [_shown(block, address, title_of) for block in blocks]


def as_written(blocks: Sequence[Block], address: Any) -> list[Shown]:
    """A paper that is kept: its text in its own language, what each figure means in the page's."""
    titles = partial(_in_language, translation.get_language())
    with language.of_papers():
        return [_shown(block, address, titles) for block in blocks]


def _in_language(code: str | None, figure: Figure) -> str:
    with translation.override(code):
        return title_of(figure)


def _shown(block: Block, address: Any, titles: Callable[[Figure], str]) -> Shown:
    n = 0

    def link(figure: Figure) -> str | Link:
        nonlocal n
        href = address(figure, block, n)
        n += 1
        return Link(figure.text, titles(figure), href)

    said = [_said(sentence, link) for sentence in block.sentences]
    rows = [[link(cell.figure) if cell.figure else cell.words for cell in row]
            for row in block.rows]  # fmt: skip
    first = tables.words_of(block.spec)
    return Shown(
        block, said, rows, _chart(block, rows) if block.kind == "chart" else None,
        range(first, len(block.heads)), glue(),
    )  # fmt: skip


def _said(sentence: Sentence, link: Any) -> Said:
    # Asked for in the order of the figures, in which a saved paper counts them.
    links = [link(figure) for figure in sentence.figures]
    parts = [
        part if isinstance(part, str) else _as_said(links[part.n], part.words)
        for part in sentence.parts
    ]
    rule = str(wording.RULES.get(sentence.rule, ""))
    return Said(parts, rule, sentence.is_bound, sentence.was)


def _as_said(link: str | Link, words: str) -> str | Link:
    """A nought reads as words: 未发生生产安全事故."""
    return words if isinstance(link, str) else replace(link, text=words)


def title_of(figure: Figure) -> str:
    if figure.source:
        return figure.label
    each = bindings.known(figure.indicator)
    return f"{figure.label} · {figure.span.label} · {each.full_basis}"


def _chart(block: Block, rows: Sequence[Sequence[str | Link]]) -> Chart:
    drawn = tables.drawing(block)
    first = tables.words_of(block.spec)
    kept = rows[: len(drawn.labels)]
    series = [
        Series(
            one.name, [MISSING if value is None else value for value in one.values],
            [_href(row[first + n]) for row in kept], line=one.percent,
        )
        for n, one in enumerate(drawn.series) if not one.percent or drawn.kind == "columns"
    ]  # fmt: skip
    # A rate over counts has another scale; the page draws counts, the table below has all.
    counts = [one for one in series if not one.line] or series
    kind: Any = "bars" if drawn.kind == "bars" else "columns"
    return Chart(block.title, kind, _("month") if kind == "columns" else _("area"),
                 drawn.labels, counts)  # fmt: skip


def _href(cell: str | Link) -> str:
    return cell.href if isinstance(cell, Link) else ""
