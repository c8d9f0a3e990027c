"""The file that a paper becomes: as its unit's template lays it out, or as the standard does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from anlan.base.actor import Actor
from anlan.domain.bulletins import language, queries, rendering
from anlan.domain.bulletins.commands.base import scope_of
from anlan.domain.bulletins.models import Paper
from anlan.kernel.audit import trail
from anlan.kernel.papers.official import filling

#: States in which a file isn't marked as a draft.
_FINAL = ("numbered", "sealed", "given_out")


@dataclass(frozen=True)
class Made:
    name: str
    content: bytes
    #: What goes on record before it goes out (S22).
    entry: trail.Entry


def made(row: Paper, form: str, *, by: Actor, at: datetime, plain: bool = False) -> Made:
    """``plain``: as the standard has it, though the unit has a template of its own."""
    whole, about = queries.whole(row), scope_of(row, at)
    # A draft says that it is one, whoever laid it out.
    with language.of_papers():
        state = "" if row.case.state in _FINAL else row.state_label
        after = queries.correction_of(row)
        if after is not None and after.case.state == "given_out":
            # Who takes the first one out learns that another holds.
            state = _("corrected by %(number)s") % {"number": after.issue.number}
    own = queries.layout_of(row) if form == "docx" and not plain else None
    if own is not None:
        with language.of_papers():
            mark = rendering.watermark(about, by, at, state)
            filled = rendering.paper(whole.kind, whole.head, whole.blocks, about, mark)
        content = filling.fill(bytes(own.file), own.name, filled)
    else:
        content = rendering.written(
            form, whole.kind, whole.head, whole.blocks, about, by=by, at=at, state=state
        )
    told = {"form": form, "state": row.case.state, "number": whole.head.number}
    entry = trail.Entry("bulletins.export", "case", row.pk, after=told)
    return Made(rendering.name_of(whole.head.title, form), content, entry)
