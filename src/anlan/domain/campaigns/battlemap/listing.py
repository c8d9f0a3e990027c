"""What the chart shows from top to bottom: heads, and the rows of those that are open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from anlan.domain.campaigns.battlemap import compare, rows
from anlan.domain.campaigns.battlemap.asked import ALL, Asked
from anlan.domain.campaigns.battlemap.compare import Changed
from anlan.domain.campaigns.battlemap.grouping import HEADS_MAX, Head, Map
from anlan.domain.campaigns.battlemap.lights import Rule
from anlan.domain.campaigns.battlemap.rows import ROWS_MAX, ROWS_OPEN_MAX, Row
from anlan.domain.campaigns.milestones import queries as milestones
from anlan.domain.campaigns.models import Milestone, Task
from anlan.domain.campaigns.progress import pages as progress_pages
from anlan.domain.campaigns.progress.figures import Figure

#: Groups inside groups: a plan of the nation down to a village has fewer.
DEPTH_MAX = 8
#: Groups whose rows one answer reads: each is a statement of its own.
READS_MAX = 30


@dataclass
class Section:
    """One group: its head, and if it is open, its rows."""

    head: Head
    depth: int
    is_open: bool = False
    rows: list[Row] = field(default_factory=list)
    changed: dict[UUID, Changed] = field(default_factory=dict)
    #: What the ledger counts of its rows.
    figures: dict[UUID, list[Figure]] = field(default_factory=dict)
    #: And their steps.
    steps: dict[UUID, list[Milestone]] = field(default_factory=dict)
    #: How many rows stand before these, and whether more follow.
    after: int = 0
    has_more: bool = False


@dataclass
class Listing:
    sections: list[Section]
    #: Heads for which there was no room.
    heads_left: int = 0


def page(tree: Map, tasks: QuerySet[Task], asked: Asked, rule: Rule) -> Listing:
    """The whole chart, with what the address opens."""
    heads = list(_heads(tree, asked, "", 0))
    found = [
        Section(head, depth, is_open=_is_open(tree, head, depth, asked))
        for head, depth in heads[:HEADS_MAX]
    ]
    shown = _filled(tree, tasks, found, asked, rule)
    return Listing(shown, max(0, len(heads) - HEADS_MAX))


def count(listing: Listing, at: datetime) -> Listing:
    """Put beside all rows shown what is counted of them: so many statements, however many."""
    pks = [row.pk for section in listing.sections for row in section.rows]
    figures = progress_pages.by_task(pks, at) if pks else {}
    steps = milestones.by_task(pks) if pks else {}
    for section in listing.sections:
        section.figures = {row.pk: figures[row.pk] for row in section.rows if row.pk in figures}
        section.steps = {row.pk: steps[row.pk] for row in section.rows if row.pk in steps}
    return listing


def _filled(
    tree: Map, tasks: QuerySet[Task], sections: list[Section], asked: Asked, rule: Rule
) -> list[Section]:
    """The sections with the rows of those that are open, as long as there is room.

    Beyond it a group shows closed, so that nobody takes it for empty.
    """
    room, reads, closed_at = ROWS_OPEN_MAX, READS_MAX, DEPTH_MAX
    shown = []
    for section in sections:
        if section.depth > closed_at:
            continue
        closed_at = DEPTH_MAX
        if section.is_open and (room <= 0 or reads <= 0):
            section.is_open, closed_at = False, section.depth
        elif section.is_open and section.head.own is not None:
            last = asked.open and asked.open[-1] == section.head.key
            fill(tree, tasks, section, asked, rule, asked.after if last else 0, min(room, ROWS_MAX))
            room, reads = room - len(section.rows), reads - 1
        shown.append(section)
    return shown


def node(
    tree: Map, tasks: QuerySet[Task], head: Head, depth: int, asked: Asked, rule: Rule
) -> Listing:
    """What opening a group brings: groups inside it, then its own rows."""
    own = Section(head, depth, is_open=True)
    if head.own is not None:
        fill(tree, tasks, own, asked, rule, asked.after, ROWS_MAX)
    inner = [] if asked.after else tree.inside.get(head.key, [])
    found = [Section(each, depth + 1) for each in inner[:HEADS_MAX]]
    return Listing([own, *found], max(0, len(inner) - HEADS_MAX))


def fill(
    tree: Map, tasks: QuerySet[Task], section: Section, asked: Asked, rule: Rule,
    after: int, count: int,
) -> None:  # fmt: skip
    """Read the rows of an open group, from a place on."""
    mine = tree.own_rows(tasks, section.head)
    found = rows.read(
        mine, rule, asked.today, in_order=tree.group == "plan", after=after, count=count
    )
    section.rows, section.has_more, section.after = found[:count], len(found) > count, after
    if asked.since:
        section.changed = compare.of_rows(section.rows, asked.since)


def _is_open(tree: Map, head: Head, depth: int, asked: Asked) -> bool:
    if not asked.open:
        # A tree with one root begins with what lies below it.
        return tree.is_tree and depth == 0 and len(tree.inside[""]) == 1
    return head.key in asked.open or ALL in asked.open


def _heads(tree: Map, asked: Asked, key: str, depth: int) -> Iterator[tuple[Head, int]]:
    for head in tree.inside.get(key, []):
        yield head, depth
        if _is_open(tree, head, depth, asked) and depth < DEPTH_MAX:
            yield from _heads(tree, asked, head.key, depth + 1)
