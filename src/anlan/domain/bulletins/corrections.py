"""更正: a paper that puts an issued one right. Both stay, each leads to the other, and so do their
figures: what stood there, and what stands now."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from anlan.domain.bulletins import body, figures
from anlan.domain.bulletins.body import Block, Cell
from anlan.domain.bulletins.figures import Figure
from anlan.domain.bulletins.models import Paper
from anlan.domain.bulletins.scope import Scope
from anlan.kernel.regions.models import Region

#: What a table that holds both values of each changed figure is kept as; two columns are words.
SPEC: dict[str, Any] = {
    "rows": "corrections", "indicators": [], "compare": "", "months": 1, "ranked": False,
    "words": 2,
}  # fmt: skip
#: Figures that such a table lists; of more, its note says how many.
LISTED_MAX = 200


def issued(paper: Paper) -> list[Figure]:
    """The figures that a paper was issued with."""
    return body.figures_of(body.loaded(paper.issue.content["body"]))


def changed(old: Paper, about: Scope) -> list[tuple[Figure, Figure]]:
    """Each figure of the issued paper that ``about`` knows otherwise, once: as it was, as it is."""
    kept = {each.key: each for each in issued(old) if not each.source}
    was = list(kept.values())
    now = figures.again(was, about)
    return [(then, after) for then, after in zip(was, now, strict=True) if not after.says_as(then)]


def table(spec: dict[str, Any], about: Scope) -> tuple[list[str], list[tuple[Cell, ...]], str]:
    """Heads, rows and note: what the old paper said, and what the ledger knows."""
    old = Paper.objects.select_related("case", "issue").get(pk=UUID(spec["of"]))
    found = changed(old, about)
    areas = Region.objects.in_bulk({then.area for then, _after in found})
    rows: list[tuple[Cell, ...]] = [
        (Cell(named(then, areas[then.area].name, old)), Cell(then.text), Cell(figure=after))
        for then, after in found[:LISTED_MAX]
    ]
    left = len(found) - len(rows)
    note = _("%(n)d more changed figures stand in the text below.") % {"n": left} if left else ""
    return [_("Figure"), _("As issued"), _("As corrected")], rows, note


def named(figure: Figure, area: str, paper: Paper) -> str:
    parts = [area] if figure.area != paper.case.area_id else []
    if figure.period != paper.period:
        parts.append(str(figure.span.label))
    return "，".join([*parts, figure.label])


def beside(papers: QuerySet[Paper], paper: Paper, figure: Figure) -> Iterable[tuple[Paper, Figure]]:
    """The same figure in that of ``papers`` which this one corrects, and in that which corrects it.

    A correction that was revoked puts nothing right.
    """
    after = Q(corrects=paper) & ~Q(case__state="revoked")
    rows = papers.filter(Q(pk=paper.corrects_id) | after, issue__isnull=False)
    for other in rows.select_related("case", "issue").order_by("pk"):
        if same := next((each for each in issued(other) if each.key == figure.key), None):
            yield other, same


def opening(old: Paper, reason: str) -> Block:
    """The first sentence of a correction: what it puts right, why, and which of the two holds."""
    text = _("%(number)s “%(title)s” is corrected: %(reason)s. This paper holds.") % {
        "number": old.issue.number, "title": " ".join(old.issue.content["title"].split()),
        "reason": reason.rstrip("。."),
    }  # fmt: skip
    return Block("correction", "text", sentences=(body.Sentence(text, rule="closing"),))
