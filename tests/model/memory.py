"""What hazards are and count, kept in plain Python: the model that the commands are held against.

It knows nothing of the ledger. What stands at the end of a day is read from a line of *stands*
by hazard (what it was from a day on); what happened is a list by hazard. Each rule is written
down here a second time, on purpose and as simply as can be.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from uuid import UUID

DAY = timedelta(days=1)
OPEN = ("found", "assigned", "rectified", "verified")
UNSETTLED = ("found", "assigned")
RANK = {"found": 0, "assigned": 1, "rectified": 2, "verified": 3, "closed": 4, "void": -1}
DAYS = {"ordinary": 15, "major": 30}
FLOWS = (
    "found", "assigned", "rectified", "verified", "closed", "rejected", "voided", "rebound",
    "looked_back", "extended", "due", "found_settled", "due_met", "listing", "delisting",
)  # fmt: skip
STOCKS = ("open", "overdue", "listed")
#: An area and a sector ("" for none).
Place = tuple[int, str]


@dataclass(frozen=True)
class Stand:
    """What a hazard is from a day on."""

    day: date
    place: Place
    open: bool
    listed: bool
    #: The first day on which it is overdue; None where no deadline runs.
    late: date | None


@dataclass(frozen=True)
class Flow:
    name: str
    day: date
    place: Place


@dataclass
class Hazard:
    pk: UUID
    area: int
    sector: str
    grade: str
    opened: date
    state: str = "found"
    due: date | None = None
    settled: date | None = None
    closed: date | None = None
    suspended: date | None = None
    listed: bool = False
    round: int = 0
    #: Withdrawn or merged: as if it had never been there.
    gone: bool = False
    five: bool = False
    rectifier: int | None = None
    received: bool = False
    #: Units that assigned, in order; those that confirmed in this round.
    assigners: list[int] = field(default_factory=list)
    confirmed: set[int] = field(default_factory=set)
    #: Who rectified it in this round, and who put the first of two signatures under closing it.
    workers: set[str] = field(default_factory=set)
    signed: str = ""
    #: An extension that waits: who asked, until when; and how many were granted.
    wish: tuple[str, date] | None = None
    granted: int = 0
    #: By unit the day on which it urged last, and how often it was urged in all.
    urged: dict[int, date] = field(default_factory=dict)
    urgings: int = 0
    #: "", "listed" or "delisting", and who asked for that.
    listing: str = ""
    delisting_by: str = ""
    #: The row of a workbook that it came from, and the batches that tell of it still.
    row: str = ""
    by_hand: bool = True
    told: list[int] = field(default_factory=list)
    claims: dict[int, set[str]] = field(default_factory=dict)
    touched: bool = False
    #: When it was returned or broke out again, last: what a workbook says of before is old news.
    back: date | None = None
    #: Who asked to void, merge or downgrade it, since it was graded last: a second person does it.
    asked: dict[str, str] = field(default_factory=dict)
    flows: list[Flow] = field(default_factory=list)
    stands: list[Stand] = field(default_factory=list)

    @property
    def place(self) -> Place:
        return self.area, self.sector

    @property
    def open(self) -> bool:
        return self.state in OPEN

    @property
    def unsettled(self) -> bool:
        return self.state in UNSETTLED

    def stand(self, day: date) -> None:
        """What it is now, it is from ``day`` on; where it was on later days stays as it was."""
        now = Stand(
            day,
            self.place,
            self.open,
            self.open and self.listed,
            self.due + DAY if self.unsettled and self.due and not self.suspended else None,
        )
        before = self.at(day)
        later = [replace(now, day=s.day, place=s.place) for s in self.stands if s.day > day]
        if later and before:
            now = replace(now, place=before.place)
        self.stands = [s for s in self.stands if s.day < day] + [now, *later]

    def at(self, day: date) -> Stand | None:
        """What it was at the end of a day."""
        return next((s for s in reversed(self.stands) if s.day <= day), None)

    def count(self, name: str, day: date) -> None:
        self.flows.append(Flow(name, day, self.place))

    def uncount(self, name: str) -> None:
        """Take back the newest."""
        for n in range(len(self.flows) - 1, -1, -1):
            if self.flows[n].name == name:
                del self.flows[n]
                return

    def copy(self, name: str, of: str) -> None:
        """A cohort counts where and when what it belongs to was counted."""
        for flow in reversed(self.flows):
            if flow.name == of:
                self.flows.append(replace(flow, name=name))
                return

    def give_due(self, due: date | None, today: date) -> None:
        """A deadline that lies ahead is replaced by another; one that has passed stays counted."""
        if due == self.due:
            return
        self._unmeet()
        if self.due and self.due >= today:
            self.uncount("due")
        self.due = due
        if due:
            self.count("due", due)

    def settle(self, day: date) -> None:
        # Nobody waits for more time with what is done.
        self.settled, self.wish = day, None
        self.copy("found_settled", "found")
        if self.due and day <= self.due:
            self.copy("due_met", "due")

    def unsettle(self) -> None:
        self._unmeet()
        self.uncount("found_settled")
        self.settled = None

    def _unmeet(self) -> None:
        if self.settled and self.due and self.settled <= self.due:
            self.uncount("due_met")

    def next_round(self) -> None:
        self.round += 1
        self.workers, self.signed, self.confirmed = set(), "", set()

    def vanish(self) -> None:
        self.gone, self.state, self.flows, self.stands = True, "void", [], []
        self.listed, self.settled, self.wish = False, None, None


def days(hazard: Hazard) -> int:
    """How long a unit has to rectify it."""
    return DAYS.get(hazard.grade, DAYS["ordinary"])


@dataclass
class Memory:
    """All hazards, and the map: by area its path, and what it became in a reform."""

    hazards: dict[UUID, Hazard] = field(default_factory=dict)
    paths: dict[int, str] = field(default_factory=dict)
    became: dict[int, int] = field(default_factory=dict)

    def living(self, *states: str) -> list[Hazard]:
        return [h for h in self.hazards.values() if not h.gone and h.state in (states or RANK)]

    def under(self, area: int, today_s_map: bool) -> Collection[int]:
        """The areas whose facts count for an area."""
        found = set()
        for pk, path in self.paths.items():
            home = path
            while today_s_map and pk in self.became:
                pk = self.became[pk]
                home = self.paths[pk]
            if home.startswith(self.paths[area]):
                found.add(path)
        return {pk for pk, path in self.paths.items() if path in found}

    def figure(
        self, kind: str, areas: Collection[int], sector: str, start: date, end: date, today: date
    ) -> int:
        """What happened from ``start`` to ``end``, or what stood at the end (today at the latest)."""
        hazards = (h for h in self.hazards.values() if not h.gone)
        if kind in STOCKS:
            last = min(end, today)
            stands = (h.at(last) for h in hazards)
            return sum(
                s is not None and s.place[0] in areas and s.place[1] == sector
                and self._stands(kind, s, last)
                for s in stands
            )  # fmt: skip
        return sum(
            f.name == kind and start <= f.day <= end and f.place[0] in areas
            and f.place[1] == sector
            for h in hazards for f in h.flows
        )  # fmt: skip

    @staticmethod
    def _stands(kind: str, stand: Stand, day: date) -> bool:
        if kind == "overdue":
            return stand.late is not None and stand.late <= day
        return stand.open if kind == "open" else stand.listed

    def sectors(self) -> Iterator[str]:
        yield from sorted(
            {s.place[1] for h in self.hazards.values() for s in h.stands}
            | {f.place[1] for h in self.hazards.values() for f in h.flows}
        )
