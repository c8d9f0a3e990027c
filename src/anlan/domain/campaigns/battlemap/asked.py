"""What a reader asks of the map by its address: grouping, zoom, window, day, what is open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from anlan.domain.campaigns.battlemap import layout
from anlan.domain.campaigns.battlemap.grouping import GROUPS
from anlan.domain.campaigns.battlemap.layout import ZOOMS, Axis
from anlan.domain.campaigns.battlemap.lights import BY_CODE

#: Groups that one address opens, and characters of the key of one.
OPEN_MAX, KEY_CHARS_MAX = 30, 40
AFTER_MAX = 100_000
#: Opens every group, as far as one answer carries; and none, where a root opens by itself.
ALL, NOTHING = "all", "none"


@dataclass(frozen=True)
class Asked:
    group: str
    axis: Axis
    today: date
    #: Whether the window was chosen, rather than the one that a zoom begins with.
    is_moved: bool = False
    since: date | None = None
    #: The one light whose tasks are shown; empty: of all.
    light: str = ""
    open: tuple[str, ...] = ()
    #: Rows of the last opened group to leave out.
    after: int = 0
    problem: str = ""

    @property
    def zoom(self) -> str:
        return self.axis.zoom

    def query(self, **changes: Any) -> str:
        """The part of an address behind the question mark, for this with changes."""
        other = replace(self, **changes)
        pairs = [*other.hidden(), ("since", other.since), ("after", other.after)]
        return urlencode([(name, value) for name, value in pairs if value], safe=",")

    def hidden(self) -> list[tuple[str, Any]]:
        """What a form that asks for another day keeps."""
        pairs: list[tuple[str, Any]] = [
            ("group", self.group), ("zoom", self.zoom),
            ("from", self.axis.first if self.is_moved else None), ("light", self.light),
            ("open", ",".join(self.open)),
        ]  # fmt: skip
        return [(name, value) for name, value in pairs if value]

    def zoomed(self, zoom: str, starts_on: date) -> str:
        """Another zoom around what is looked at: today where it shows, else where one is."""
        if not self.is_moved or self.axis.first <= self.today <= self.axis.last:
            return self.query(axis=layout.begin(zoom, self.today, starts_on), is_moved=False)
        return self.query(axis=layout.axis_of(zoom, self.axis.first))

    def moved(self, steps: int) -> str:
        return self.query(axis=self.axis.moved(steps), is_moved=True)

    def closer(self, step: int) -> str | None:
        """The zoom one step closer, or wider; None at the ends."""
        names = list(ZOOMS)
        place = names.index(self.zoom) + step
        return names[place] if 0 <= place < len(names) else None

    def opened(self, key: str) -> str:
        kept = tuple(each for each in self.open if each not in (ALL, NOTHING))
        return self.query(open=(*kept, key)[-OPEN_MAX:], after=0)

    def closed(self, key: str) -> str:
        kept = tuple(each for each in self.open if each not in (key, ALL, NOTHING))
        return self.query(open=kept or (NOTHING,), after=0)


def read(params: Mapping[str, str], starts_on: date, today: date) -> Asked:
    """What can't be read is left out; a day that can't be compared with is said so."""
    group = params.get("group", "")
    zoom = params.get("zoom", "")
    zoom = zoom if zoom in ZOOMS else "year"
    first = day_of(params.get("from", ""))
    axis = layout.axis_of(zoom, first) if first else layout.begin(zoom, today, starts_on)
    since, problem = day_of(params.get("since", "")), ""
    if since is None and params.get("since"):
        problem = _("Write the day to compare with like 2024-06-30.")
    elif since and not layout.clamped(since) == since < today:
        since, problem = None, _("Choose a day before today to compare with.")
    keys = [key[:KEY_CHARS_MAX] for key in params.get("open", "").split(",") if key]
    after = params.get("after", "")
    return Asked(
        group=group if group in GROUPS else "plan", axis=axis, today=today,
        is_moved=first is not None, since=since,
        light=params.get("light", "") if params.get("light", "") in BY_CODE else "",
        open=tuple(dict.fromkeys(keys))[:OPEN_MAX],
        after=min(int(after), AFTER_MAX) if after.isdecimal() and len(after) < 7 else 0,
        problem=problem,
    )  # fmt: skip


def day_of(text: str) -> date | None:
    try:
        return layout.clamped(date.fromisoformat(text.strip()[:10])) if text else None
    except ValueError:
        return None


def earlier(today: date, met_on: date | None) -> list[tuple[str, date]]:
    """Days that people compare with most.

    met_on:  when they last sat together about the campaign.
    """
    met = [(_("the last meeting, %(day)s") % {"day": f"{met_on:%m-%d}"}, met_on)] if met_on else []
    return [
        *met,
        (_("a week ago"), today - timedelta(days=7)),
        (_("a month ago"), today - timedelta(days=30)),
    ]
