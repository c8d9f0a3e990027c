"""What is wrong with one entry by itself, before anything else is asked."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.base.text import plain
from anlan.domain.enforcement.kinds import KINDS, PENALTIES, Kind
from anlan.domain.enforcement.models import (
    KEY_CHARS,
    NUMBER_CHARS_MAX,
    PARTY_CHARS_MAX,
    WHAT_CHARS_MAX,
    WORDS_CHARS_MAX,
)
from anlan.domain.enforcement.refusals import EnforcementRefused, short

#: No entry is older; a slip of the year would count far back.
YEARS_BACK_MAX = 10
#: Violations that one entry finds or finds rectified.
VIOLATIONS_MAX = 100
#: 10 billion yuan, in fen: a slip of some noughts, no fine.
MONEY_MAX = 10**12
PERSONS_MAX, LICENCES_MAX, HEADS_MAX = 1_000_000, 1_000, 1_000
#: Numbers by field: the largest.
_MOST = {
    "fine": MONEY_MAX, "head_fine": MONEY_MAX, "reward": MONEY_MAX, "persons": PERSONS_MAX,
    "heads": HEADS_MAX, "suspended": LICENCES_MAX, "revoked": LICENCES_MAX,
}  # fmt: skip
#: What the fields are called, on forms, in workbooks and in refusals.
FIELDS: dict[str, Any] = {
    "kind": gettext_lazy("Kind of entry"),
    "unit": gettext_lazy("Unit that did it"),
    "number": gettext_lazy("Document number"),
    "on": gettext_lazy("Day"),
    "firm": gettext_lazy("Enterprise"),
    "party": gettext_lazy("Who it was about"),
    "area": gettext_lazy("Area"),
    "sector": gettext_lazy("Sector"),
    "what": gettext_lazy("In short, what it was about"),
    "violations": gettext_lazy("Violations found"),
    "rectified": gettext_lazy("Violations found rectified"),
    "halted": gettext_lazy("Ordered to halt production"),
    "suspended": gettext_lazy("Licences suspended"),
    "revoked": gettext_lazy("Licences revoked"),
    "close": gettext_lazy("Proposed for closure"),
    "warned": gettext_lazy("Warned or criticised in public"),
    "fine": gettext_lazy("Fine on the unit (yuan)"),
    "heads": gettext_lazy("Heads punished"),
    "head_fine": gettext_lazy("Fine on the heads (yuan)"),
    "persons": gettext_lazy("Persons"),
    "reward": gettext_lazy("Reward (yuan)"),
}


@dataclass(frozen=True)
class NewEntry:
    """``pk`` is made by the client. Money is in fen.

    enterprise:  of the register; else ``party`` says in words who it was, and ``area_id`` where.
    rectified:   ids of open violations of that enterprise.
    unit:        who did it; None is the unit of whoever enters.
    """

    pk: UUID
    kind: str
    on: date
    number: str = ""
    enterprise: int | None = None
    party: str = ""
    area_id: int | None = None
    sector: str | None = None
    what: str = ""
    violations: tuple[str, ...] = ()
    rectified: tuple[int, ...] = ()
    halted: bool = False
    suspended: int = 0
    revoked: int = 0
    close: bool = False
    warned: bool = False
    fine: int = 0
    heads: int = 0
    head_fine: int = 0
    persons: int = 0
    reward: int = 0
    unit: int | None = None
    origin: str | None = None

    @property
    def key(self) -> str:
        """The same paper again has the same number; what has none is known by all it tells."""
        if number := plain(self.number):
            return digest(f"number:{number}")
        place = self.enterprise or f"area:{self.area_id}:{plain(self.party)}"
        return digest(f"{self.on}:{place}:{plain(self.what)}:{self.persons}:{self.reward}")


def digest(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()[:KEY_CHARS]


def refused(field: str, reason: str) -> EnforcementRefused:
    return EnforcementRefused(field=field, reason=reason)


def lines(text: str) -> tuple[str, ...]:
    """What stands on the lines, each once."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        if line.strip():
            found.setdefault(plain(line) or line.strip(), line.strip())
    return tuple(found.values())


def check(new: NewEntry, today: date) -> NewEntry:
    """The entry as it is kept. Raises EnforcementRefused with the field to be mended."""
    kind = KINDS.get(new.kind)
    if kind is None:
        raise refused("kind", _("Choose the kind of entry from the list."))
    if new.on > today:
        raise refused("on", _("The day lies ahead of today; correct it."))
    if new.on.year < today.year - YEARS_BACK_MAX:
        raise refused("on", _("The day lies more than ten years back; correct it."))
    number = short(new.number, "number", NUMBER_CHARS_MAX)
    if kind.is_paper and not plain(number):
        raise refused("number", _("Write the document number that stands on the paper."))
    new = replace(
        new, number=number, party=short(new.party, "party", PARTY_CHARS_MAX),
        what=short(new.what, "what", WHAT_CHARS_MAX),
        violations=tuple(short(each, "violations", WORDS_CHARS_MAX) for each in new.violations),
    )  # fmt: skip
    _whom(new, kind)
    _taken(new, kind)
    _numbers(new)
    _penalty(new, kind)
    return new


def _whom(new: NewEntry, kind: Kind) -> None:
    if new.enterprise is not None:
        return
    if kind.whom == "enterprise":
        raise refused("firm", _("Name the enterprise: this kind of entry is about one."))
    if new.area_id is None:
        raise refused("area", _("Name the enterprise, or choose the area where it was."))
    if kind.code == "closure" and not new.party:
        raise refused("party", _("Write who was closed, where it is not in the register."))
    if not new.number and not new.what:
        raise refused("what", _("Write in short what it was about."))


_SAID: dict[str, Callable[[NewEntry], object]] = {
    name: (lambda new, name=name: getattr(new, name))  # type: ignore[misc]
    for name in ("violations", "rectified", "halted", "close", "warned", *_MOST)
}


def _taken(new: NewEntry, kind: Kind) -> None:
    """What this kind has, and nothing else: it would be counted unseen."""
    for name, said in _SAID.items():
        if said(new) and name not in kind.takes:
            raise refused(
                name,
                _("“%(field)s” does not belong to this kind of entry (%(kind)s); leave it empty.")
                % {"field": FIELDS[name], "kind": kind.label},
            )
        if name in kind.needs and not said(new):
            raise refused(name, _("Fill in: %(label)s") % {"label": FIELDS[name]})
    if max(len(new.violations), len(new.rectified)) > VIOLATIONS_MAX:
        raise refused(
            "violations" if new.violations else "rectified",
            _("At most %(n)d violations with one entry.") % {"n": VIOLATIONS_MAX},
        )


def _numbers(new: NewEntry) -> None:
    for name, most in _MOST.items():
        if not 0 <= getattr(new, name) <= most:
            raise refused(
                name, _("“%(field)s”: the number is too large, or below nought.")
                % {"field": FIELDS[name]},
            )  # fmt: skip


def _penalty(new: NewEntry, kind: Kind) -> None:
    if new.head_fine and not new.heads:
        raise refused("heads", _("Say how many heads of the unit were fined."))
    if kind.code not in PENALTIES:
        return
    punished = new.fine or new.warned or new.halted or new.suspended or new.revoked or new.heads
    if not punished:
        raise refused("fine", _("Say what the penalty is: a fine, a warning, or a measure."))
