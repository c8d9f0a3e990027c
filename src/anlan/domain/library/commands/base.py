"""What the commands of the library have in common: texts locked, days and sectors checked."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext_lazy as _

from anlan.base import text
from anlan.base.refusal import MovedOn
from anlan.domain.library.models import Text
from anlan.domain.library.refusals import TextIncomplete
from anlan.kernel.accounts.models import Sector
from anlan.kernel.calendar import within
from anlan.kernel.papers.documents import clauses

#: Of one edition: more is several texts, and belongs in several.
BODY_CHARS_MAX, ARTICLES_MAX = 600_000, 3_000
EDITIONS_MAX = 50

text_of = partial(text.stated, refusal=TextIncomplete)
short = partial(text.short, refusal=TextIncomplete)
day_within = partial(within.day_within, refusal=TextIncomplete)


def lacks(field: str, reason: Any) -> TextIncomplete:
    return TextIncomplete(field=field, reason=reason)


def kept_sectors(codes: Sequence[str]) -> str:
    """Sectors as they were chosen, each once, with commas around each."""
    wanted = list(dict.fromkeys(codes))
    if not set(wanted) <= set(Sector.objects.values_list("pk", flat=True)):
        raise lacks("sectors", _("Choose the sectors from the list."))
    return "".join(f",{code}" for code in wanted) + ("," if wanted else "")


def locked(pk: UUID, seen: int | None) -> Text:
    """The text, locked; its version goes one up. Raises MovedOn where ``seen`` is an older one."""
    assert connection.in_atomic_block, "the lock is its caller's"
    row = Text.objects.select_for_update(of=("self",)).select_related("unit").get(pk=pk)
    if seen is not None and row.version != seen:
        raise MovedOn
    row.version += 1
    return row


def divided(body: str) -> list[clauses.Clause]:
    """The body's clauses. Raises TextIncomplete where it is empty, or too much for one text."""
    if not body.strip():
        raise lacks("body", _("Enter the text itself, or hand in its file."))
    if len(body) > BODY_CHARS_MAX:
        raise lacks(
            "body",
            _("A text has at most %(n)d characters; enter its parts as texts of their own.")
            % {"n": BODY_CHARS_MAX},
        )
    found = clauses.split(body)
    if len(found) > ARTICLES_MAX:
        raise lacks(
            "body",
            _("It divides into %(n)d clauses; at most %(max)d are kept. Enter its parts apart.")
            % {"n": len(found), "max": ARTICLES_MAX},
        )
    return found
