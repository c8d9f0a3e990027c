"""The loop's frame over papers, and what their commands have in common."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from anlan.base import text
from anlan.domain.bulletins import body
from anlan.domain.bulletins.body import Block
from anlan.domain.bulletins.models import Paper
from anlan.domain.bulletins.refusals import PaperIncomplete
from anlan.domain.bulletins.scope import Scope
from anlan.kernel.calendar import periods
from anlan.kernel.loop import frame

begin = partial(frame.begin, Paper)
text_of = partial(text.stated, refusal=PaperIncomplete)
short = partial(text.short, refusal=PaperIncomplete)


class Turn(frame.Turn[Paper]):
    @property
    def paper(self) -> Paper:
        return self.row

    @property
    def blocks(self) -> list[Block]:
        return body.loaded(self.row.body)

    def keep(self, blocks: list[Block]) -> None:
        self.save(body=body.kept(blocks))


turns = partial(frame.turns, Paper.objects.select_related("case__area", "case__unit"), Turn)


def lacks(field: str, reason: Any) -> PaperIncomplete:
    return PaperIncomplete(field=field, reason=reason)


def scope_of(paper: Paper, at: datetime, *, known_at: datetime | None = None) -> Scope:
    """What the paper is about, as its writer was let in to it when it was begun."""
    return Scope(
        paper.case.area, periods.parse(paper.period), at, paper.sectors, known_at or paper.known_at
    )
