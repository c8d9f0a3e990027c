"""The history of divisions, read backwards from today's table to that of 1980, a year at a time.

The published file is a difference of yearly code tables. Undoing it year by year gives every
region that has ended, which codes and names a region had when, and who came from whom.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from anlan.kernel.regions.models import Change, Level

#: Rows of the history file that say "this became that", whole and alone.
_CONTINUES = {"更名", "同名改码", "撤县设区", "撤县设市", "撤地设市", "撤市设区", "撤旗设区"}
#: Provinces that entered the code table in 2013 without being founded then.
_ONLY_LISTED = {"710000", "810000", "820000"}
_COUNTY_BECAME_CITY = re.compile(r"(?P<old>\w+县)设立(?:县级)?(?P<new>\w+市)。撤销(?P=old)")
#: What a name's ending says about its kind, longest first; only ended regions need it.
_KINDS = ("自治州", "自治县", "自治旗", "地区", "林区", "特区", "盟", "州", "县", "旗", "市", "区")

Row = dict[str, str]


@dataclass(eq=False)
class Place:
    """A region while its history is being worked out; days are ISO texts, None is open."""

    code: str
    name: str
    level: int
    kind: str = ""
    parent: Place | None = None
    lon: str = ""
    lat: str = ""
    source: str = "gbt2260_history"
    begins: int | None = None
    ends: int | None = None
    ended_on: str = ""
    codes: list[tuple[str, int | None, int | None]] = field(default_factory=list)
    names: list[tuple[str, int | None, int | None]] = field(default_factory=list)
    #: The years in which the code and the name that it has at this point end; read backwards.
    code_until: int | None = None
    name_until: int | None = None
    id: int = 0

    def close(self, year: int | None) -> None:
        """Put down the earliest code and name; ``year`` is their first, None for before 1980."""
        self.codes.append((self.code, year, self.code_until))
        self.names.append((self.name, year, self.name_until))


@dataclass
class Said:
    """A lineage row."""

    old: Place
    new: Place | None
    kind: Change
    year: int
    divisible: bool
    note: str
    source: str
    doc_no: str


class History:
    """Reads the history backwards from ``places`` (today's divisions by code)."""

    def __init__(self, places: dict[str, Place]) -> None:
        self.state = dict(places)
        self.ended: list[Place] = []
        self.said: list[Said] = []
        self.counts: Counter[str] = Counter()
        #: Who held a code in which year's table, newest first, to resolve rows that name a
        #: successor by the code that it got later.
        self.held: dict[str, list[tuple[int, Place]]] = defaultdict(list)
        self.became_city: dict[Place, int] = {}
        self.current_name: dict[int, str] = {id(p): p.name for p in places.values()}
        for code, place in places.items():
            self.held[code].append((9999, place))

    def read(self, rows: Iterable[Row]) -> None:
        by_year: dict[int, list[Row]] = defaultdict(list)
        for row in rows:
            by_year[int(row["year"])].append(row)
        for year in sorted(by_year, reverse=True):
            self._undo(year, by_year[year])
        for place in set(self.state.values()):
            place.close(place.begins)

    def _undo(self, year: int, rows: list[Row]) -> None:
        coded = [row for row in rows if row["old_code"] or row["new_code"]]
        for row in rows:
            if not (row["old_code"] or row["new_code"]):
                self._free_text(year, row)
        self._unstated_codes(coded)
        targets = {row["new_code"] for row in coded if row["type"] in _CONTINUES}
        targets |= {row["new_code"] for row in coded if row["type"] in ("新设", "码位改派")}
        moved = self._reassigned(coded)
        after = self.state
        before = dict(after)
        ended_rows: list[Row] = []
        arriving: list[tuple[Row, Place]] = []
        for row in coded:
            kind, code = row["type"], row["new_code"]
            if kind in _CONTINUES or kind == "码位改派" or kind == "新设":
                place = self._holder(year, row, after)
                if place is None:
                    # The code was held already: the row doesn't say what it seems to say.
                    self.counts["contradicted"] += 1
                    continue
                before.pop(code, None)
                arriving.append((row, place))
            elif kind == "区划调整" and code not in targets and self._same(after.get(code), row):
                before.pop(code, None)
                arriving.append((row, after[code]))
            elif row["old_code"] and (kind != "撤销" or id(row) not in moved.absorbed):
                ended_rows.append(row)
        for row, place in arriving:
            self._undo_arrival(year, row, place, moved, before)
        ended_rows += moved.gone
        for row in ended_rows:
            self._revive(year, row, before)
        for row in ended_rows:
            self._succession(year, row, before, after, rows)
        for row in ended_rows:
            before[row["old_code"]].parent = self._parent(before[row["old_code"]], before)
        for code, place in before.items():
            if not self.held[code] or self.held[code][-1][1] is not place:
                self.held[code].append((year, place))
        self.state = before

    def _holder(self, year: int, row: Row, after: dict[str, Place]) -> Place | None:
        """Who holds the new code after this year; a place that vanished later is made up."""
        place = after.get(row["new_code"])
        if place is None:
            place = Place(row["new_code"], row["new_name"], int(row["level"]))
            place.kind = _kind_of(place.name)
            # Nothing says when it went: it was still in this year's table, and not in the next.
            later = [y for y, p in self.held[row["new_code"]] if p.name == place.name]
            place.ends = place.code_until = place.name_until = min([*later, year])
            place.parent = self._parent(place, after)
            self.counts["vanished"] += 1
            self.ended.append(place)
            after[row["new_code"]] = place
            self.held[row["new_code"]].append((year + 1, place))
            return place
        return place if self._same(place, row) else None

    def _unstated_codes(self, rows: list[Row]) -> None:
        """A county that free text made a city had another code before; an older row tells which."""
        for row in rows:
            code = row["new_code"]
            if not code or code in self.state:
                continue
            for place, year in list(self.became_city.items()):
                if place.name == row["new_name"] and place.code[:4] == code[:4]:
                    del self.state[place.code]
                    place.codes.append((place.code, year, place.code_until))
                    place.code, place.code_until = code, year
                    self.state[code] = place
                    self.held[code].append((year, place))

    def _parent(self, place: Place, state: dict[str, Place]) -> Place | None:
        """Whom its code puts it under: the prefecture, else the province."""
        above = state.get(place.code[:4] + "00") if place.level == Level.COUNTY else None
        if above is None or above is place:
            above = state.get(place.code[:2] + "0000")
        return above if above is not place else None

    def _same(self, place: Place | None, row: Row) -> bool:
        return place is not None and place.name == row["new_name"]

    def _undo_arrival(
        self, year: int, row: Row, place: Place, moved: Moves, before: dict[str, Place]
    ) -> None:
        """Give a place back the code and name that it had before ``year``."""
        if row["type"] == "新设":
            origin = moved.into.get(row["new_code"])
            if origin is None:
                listed = row["new_code"] in _ONLY_LISTED
                place.begins = None if listed else year
                place.close(place.begins)
                self.counts["founded" if not listed else "listed"] += 1
                return
        elif row["type"] == "码位改派":
            origin = moved.into.get(row["new_code"])
            if origin is None and id(row) not in moved.renamed:
                place.begins = year
                place.close(year)
                self.counts["founded"] += 1
                return
            if origin is None:
                origin = (row["old_code"], row["old_name"])
                self.counts["renamed in place"] += 1
        else:
            origin = (row["old_code"], row["old_name"])
        old_code, old_name = origin
        note = f"{old_name} {old_code} → {place.name} {place.code}"
        if old_name != place.name:
            place.names.append((place.name, year, place.name_until))
            place.name, place.name_until = old_name, year
            self._say(place, place, Change.RENAME, year, True, note, row)
        if old_code != place.code:
            place.codes.append((place.code, year, place.code_until))
            place.code, place.code_until = old_code, year
            self._say(place, place, Change.RECODE, year, True, note, row)
        before[old_code] = place

    def _revive(self, year: int, row: Row, before: dict[str, Place]) -> None:
        place = Place(row["old_code"], row["old_name"], int(row["level"]))
        place.kind = _kind_of(place.name)
        place.ends = place.code_until = place.name_until = year
        self.ended.append(place)
        before[place.code] = place

    def _succession(
        self,
        year: int,
        row: Row,
        before: dict[str, Place],
        after: dict[str, Place],
        rows: list[Row],
    ) -> None:
        old = before[row["old_code"]]
        note = f"{row['old_name']} {row['old_code']}"
        if not row["new_code"] or row["type"] == "码位改派":
            self._say(old, None, Change.ABOLISH, year, False, note, row)
            return
        note += f" → {row['new_name']} {row['new_code']}"
        new = after.get(row["new_code"])
        if new is None or not self._same(new, row):
            new = self._later(row["new_code"], row["new_name"])
            self.counts["successor named by its later code"] += new is not None
        if new is None:
            self.counts["successor unknown"] += 1
            self._say(old, None, Change.ABOLISH, year, False, note, row)
            return
        if row["type"] == "区划调整":
            self._say(old, new, Change.TRANSFER, year, False, note, row)
        elif old.level == Level.PREFECTURE or _reshuffled(row, rows) or (new.begins or 0) > year:
            # A prefecture's counties may have gone elsewhere, a new county may hold a part, or
            # there was another place between the two that the file leaves out.
            self._say(old, new, Change.SPLIT, year, False, note, row)
        else:
            self._say(old, new, Change.MERGE, year, True, note, row)

    def _later(self, code: str, name: str) -> Place | None:
        """The place that today has this code and name, or that last had this code."""
        for place in (p for _, p in self.held.get(code, ())):
            if self.current_name.get(id(place), place.name) == name or any(
                known == name for known, _, _ in place.names
            ):
                return place
        return None

    def _reassigned(self, rows: list[Row]) -> Moves:
        """Whose code went to whom: A → B at one code means that each of them may have moved."""
        moves = Moves()
        changed = [row for row in rows if row["type"] == "码位改派"]
        leaving = _Leaving(
            (row["old_name"], row["old_path"], row["old_code"], row) for row in changed
        )
        fixed = {
            (row["new_code"], row["level"]): row
            for row in rows
            if row["type"] == "撤销" and row["old_name"] == row["new_name"]
        }
        found: set[str] = set()
        arrivals = changed + [row for row in rows if row["type"] == "新设" and row["new_code"]]
        for row in arrivals:
            absorbed = fixed.get((row["new_code"], row["level"]))
            if row["type"] == "码位改派" and absorbed is not None:
                moves.into[row["new_code"]] = (absorbed["old_code"], absorbed["old_name"])
                moves.absorbed.add(id(absorbed))
                continue
            source = leaving.take(row["new_name"], row["new_path"], row["new_code"])
            if source is not None and source["level"] == row["level"]:
                moves.into[row["new_code"]] = (source["old_code"], source["old_name"])
                found.add(source["old_code"])
        for row in changed:
            if row["old_code"] in found:
                continue
            if row["new_code"] in moves.into:
                moves.gone.append(row)
            else:
                moves.renamed.add(id(row))
        return moves

    def _free_text(self, year: int, row: Row) -> None:
        """Rows without codes: 黔西县设立县级黔西市 is one change; the rest name parts of places."""
        match = _COUNTY_BECAME_CITY.search(row["old_name"])
        if not match:
            self.counts["free text"] += 1
            return
        old, new = match["old"], match["new"]
        found = [p for p in set(self.state.values()) if p.name == new and p.ends is None]
        if len(found) != 1:
            # Another row of the same year says it with codes.
            self.counts["free text"] += 1
            return
        place = found[0]
        self.became_city[place] = year
        place.names.append((place.name, year, place.name_until))
        place.name, place.name_until = old, year
        self._say(place, place, Change.RENAME, year, True, f"{old} → {new}", row)

    def _say(
        self,
        old: Place,
        new: Place | None,
        kind: Change,
        year: int,
        divisible: bool,
        note: str,
        row: Row,
    ) -> None:
        self.counts[f"lineage {kind}"] += 1
        source = row["source"] or row["source_url"]
        self.said.append(Said(old, new, kind, year, divisible, note, source, row["doc_no"]))


@dataclass
class Moves:
    #: By the code taken: the code and name that its new holder had before.
    into: dict[str, tuple[str, str]] = field(default_factory=dict)
    #: Rows that say a place was abolished which in truth moved (by identity).
    absorbed: set[int] = field(default_factory=set)
    #: Rows whose old holder is gone: nobody of its name appears elsewhere.
    gone: list[Row] = field(default_factory=list)
    #: Rows where nobody left and nobody came: the place was renamed.
    renamed: set[int] = field(default_factory=set)


class _Leaving:
    """Rows by the name of who leaves, taken by name and parent, else by a name that is unique."""

    def __init__(self, entries: Iterable[tuple[str, str, str, Row]]) -> None:
        self.rows: dict[tuple[str, str], list[tuple[str, Row]]] = defaultdict(list)
        for name, path, code, row in entries:
            self.rows[name, code[:2]].append((path, row))

    def take(self, name: str, path: str, code: str) -> Row | None:
        rows = self.rows.get((name, code[:2]), [])
        fit = [e for e in rows if e[0] == path] or (rows if len(rows) == 1 else [])
        if len(fit) != 1:
            return None
        entry = fit[0]
        rows.remove(entry)
        return entry[1]


def _reshuffled(row: Row, rows: list[Row]) -> bool:
    """Was another county founded beside it in the same year, that may hold a part of it?"""
    return any(
        other["type"] == "新设"
        and other["new_code"]
        and other["new_code"] != row["new_code"]
        and other["new_code"][:4] == row["new_code"][:4]
        and other["level"] == row["level"]
        for other in rows
    )


def _kind_of(name: str) -> str:
    for ending in _KINDS:
        if name.endswith(ending):
            return ending
    return ""
