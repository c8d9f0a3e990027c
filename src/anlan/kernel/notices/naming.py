"""What a notice is about, in a few words: looked up when it is read, as whoever reads it may see.

A notice keeps the number of its case and no word of its description: that would be a second copy,
which no mending, masking or clearing would reach. The app that owns the cases says how to name
them (``named_by``); kinds that nobody names stand as their sentence alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID

from anlan.base import sealed
from anlan.base.actor import Actor

WORDS_CHARS_MAX = 36
PLACE_CHARS_MAX = 30
#: A subject line beyond this is cut by the programs that show it.
OUTSIDE_CHARS_MAX = 60


@dataclass(frozen=True)
class Name:
    """A case as somebody would call it."""

    #: Its first words. They may name people, so that they leave the house in no mail (S26).
    words: str = ""
    #: Where or whose it is: object and enterprise, as a list shows them.
    place: str = ""
    due: date | None = None
    #: An enterprise or an area, for a mail.
    outside: str = ""


#: Names of several cases by id, as that person may see them; what they may not see is left out.
Namer = Callable[[Collection[UUID], Actor], Mapping[UUID, Name]]
_NAMERS: dict[str, Namer] = {}


def named_by(beginning: str, namer: Namer) -> None:
    """Notices whose kind begins so are about cases that ``namer`` knows."""
    _NAMERS[beginning] = namer


class Told(Protocol):
    """A notice, or a line of an inbox."""

    @property
    def id(self) -> UUID: ...

    @property
    def kind(self) -> str: ...

    @property
    def about(self) -> str: ...


def names(notices: Sequence[Told], by: Actor) -> dict[UUID, Name]:
    """By notice, the name of what it is about: constant in statements, whatever the page holds."""
    wanted: dict[Namer, dict[UUID, list[UUID]]] = {}
    for notice in notices:
        namer = next((n for start, n in _NAMERS.items() if notice.kind.startswith(start)), None)
        if namer and (about := _uuid(notice.about)):
            wanted.setdefault(namer, {}).setdefault(about, []).append(notice.id)
    found: dict[UUID, Name] = {}
    for namer, abouts in wanted.items():
        for about, name in namer(abouts, by).items():
            found.update(dict.fromkeys(abouts[about], name))
    return found


def clipped(text: str, chars: int) -> str:
    """On one line, without telephone and identity numbers, cut where it gets long."""
    line = re.sub(r"\s+", " ", sealed.without_numbers(text)).strip()
    line = "".join(char for char in line if char.isprintable())
    return line if len(line) <= chars else line[: chars - 1] + "…"


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
