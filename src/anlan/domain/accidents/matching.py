"""Which reported accident another source may tell of: by day, place, deaths and shared words.

Nothing is decided here. Those that may be the same are put in order, each with the reasons why,
and a person says which it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from difflib import SequenceMatcher
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anlan.base.actor import Actor
from anlan.base.paths import ancestors, below
from anlan.domain.accidents import queries
from anlan.domain.accidents.loop import KIND
from anlan.domain.accidents.models import Accident, Word
from anlan.domain.accidents.work import ROW
from anlan.ui.keyset import Keyset

#: How far apart the days of one accident may lie in two sources.
DAYS_APART = 2
ALIKE_MAX, CANDIDATES_MAX = 20, 1_000
ORDER = Keyset.by("-case__opened_on", "-pk")
#: So many characters in a row in both are no chance; of a text so much is looked through.
SHARED_CHARS, LOOKED_CHARS = 4, 400
#: What every accident is called, and so tells none from another.
_COMMON = re.compile(r"发生|事故|死亡|受伤|人员|有限责任公司|股份有限公司|有限公司|抢救无效|\W+")


@dataclass(frozen=True)
class Match:
    """An accident that may be the one, and why."""

    accident: Accident
    shared: str
    days: int
    is_there: bool
    #: What the source tells beyond what was reported.
    more: int

    @property
    def order(self) -> tuple[Any, ...]:
        return (not self.shared, not self.is_there, self.days, abs(self.more))

    @property
    def reasons(self) -> str:
        apart = ngettext("%(n)d day apart", "%(n)d days apart", self.days) % {"n": self.days}
        days = apart if self.days else _("the same day")
        said = [_("both say “%(words)s”") % {"words": self.shared}] if self.shared else []
        said += [days, _("the same area") if self.is_there else _("an area around it")]
        if self.more == 0:
            said.append(_("as many deaths"))
        return "；".join(map(str, said))


@dataclass(frozen=True)
class Looked:
    """What each word may be, the likeliest first, and from where to look on; "" is all of them."""

    found: Mapping[UUID, Sequence[Match]] = field(default_factory=dict)
    before: str = ""
    after: str = ""


def alike(words: Sequence[Word], by: Actor, params: Mapping[str, str] | None = None) -> Looked:
    """CANDIDATES_MAX accidents are looked at in one statement for all words; ``params`` says
    where to look on."""
    if not words:
        return Looked()
    near = timedelta(days=DAYS_APART)
    where = reduce(
        or_,
        (
            (below(row.path, "case__path") | Q(case__area__in=ancestors(row.path)))
            & Q(case__opened_on__range=(row.day - near, row.day + near), case__kind=KIND)
            for row in words
        ),
    )
    rows = queries.visible(by).filter(where).exclude(case__state="void").select_related(*ROW)
    page = ORDER.page(rows, params or {}, CANDIDATES_MAX)
    return Looked({word.pk: _of(word, page.rows) for word in words}, page.before, page.after)


def _of(word: Word, rows: Sequence[Accident]) -> list[Match]:
    matches = [match for row in rows if (match := _match(word, row)) is not None]
    return sorted(matches, key=lambda match: match.order)[:ALIKE_MAX]


def _match(word: Word, row: Accident) -> Match | None:
    days = abs((timezone.localdate(row.happened_at) - word.day).days)
    path = row.case.path
    if days > DAYS_APART or not (path.startswith(word.path) or word.path.startswith(path)):
        return None
    return Match(
        row, _shared(word.text, f"{row.enterprise_name}|{row.title}|{row.place}"), days,
        path == word.path, word.deaths - row.deaths - row.deaths_late,
    )  # fmt: skip


def _shared(told: str, reported: str) -> str:
    """The longest words that both have, apart from those that all have."""
    one, other = (_COMMON.sub("\n", said[:LOOKED_CHARS]) for said in (told, reported))
    same = SequenceMatcher(None, one, other, autojunk=False).find_longest_match()
    found = one[same.a : same.a + same.size].strip().split("\n")
    longest = max(found, key=len, default="")
    return longest if len(longest) >= SHARED_CHARS else ""
