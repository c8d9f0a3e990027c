"""Which figures of a paper the ledger tells otherwise by now, and how it tells them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from anlan.base.actor import Actor
from anlan.domain.bulletins import figures, queries
from anlan.domain.bulletins.body import Block
from anlan.domain.bulletins.commands.base import scope_of
from anlan.domain.bulletins.corrections import named
from anlan.domain.bulletins.figures import Figure
from anlan.domain.bulletins.models import Paper
from anlan.kernel.regions.models import Region

#: That a page shows.
MOVED_MAX = 100


class Moved(NamedTuple):
    """``n`` is the figure's place in its block, by which its own page is found."""

    block: str
    n: int
    #: The heading that it stands under: in a paper for the press the question.
    heading: str
    #: What it is, with its area and period where they aren't the paper's own.
    label: str
    then: Figure
    now: Figure


def moved(paper: Paper, by: Actor, at: datetime) -> list[Moved]:
    """The figures that the ledger tells otherwise now, of those that ``by`` may ask for.

    The ledger is read once for each way of asking.
    """
    about = replace(scope_of(paper, at), known_at=None)
    placed = list(_placed(queries.whole(paper).blocks))
    areas = Region.objects.in_bulk({then.area for _block, _n, _heading, then in placed})
    placed = [
        each for each in placed
        if figures.reach(by, each[-1], areas.get(each[-1].area), about).whole
    ]  # fmt: skip
    now = figures.again([then for _block, _n, _heading, then in placed], about)
    return [
        Moved(block, n, heading, named(then, areas[then.area].name, paper), then, after)
        for (block, n, heading, then), after in zip(placed, now, strict=True)
        if not after.says_as(then)
    ]


def _placed(blocks: list[Block]) -> Iterator[tuple[str, int, str, Figure]]:
    heading = ""
    for block in blocks:
        if block.kind == "heading":
            heading = block.title
        for n, each in enumerate(block.figures):
            yield block.id, n, heading, each
