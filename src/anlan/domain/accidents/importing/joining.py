"""Several files of one register (accidents, the people hurt, enterprises), joined by their numbers.

They become one table before anything else looks at them, so that columns, codes, the dry run, the
workbook to mend and a saved mapping are those of any register:

* the file of the accidents is the one that tells a day and what happened;
* each other hangs on it by a column that both have: called the same, or holding the same numbers;
* what it tells of an accident stands beside the accident's own row, and of its further people in
  rows of their own, which the number brings together;
* a row of people whom no accident has comes along and is one to mend; an enterprise without an
  accident is counted and no more.

A workbook whose sheets are such tables is joined in the same way.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from itertools import chain, islice
from pathlib import Path
from sys import intern
from tempfile import TemporaryDirectory
from typing import Any

from django.utils.translation import gettext as _

from anlan.domain.accidents.commands import lacks
from anlan.domain.accidents.importing import cells, guessing, lines
from anlan.domain.accidents.importing.plan import PEOPLE, head
from anlan.domain.accidents.refusals import TooManyAccidents

#: Files of one register, and their rows together: they are joined while their sender waits.
FILES_MAX, ROWS_MAX = 6, 200_000
#: Rows by which it is found out what a file tells, and on which column it hangs.
LOOKED_AT, COMPARED = 200, 2_000
#: Of a hundred values of a column, how many must be numbers of the other file.
SHARED_MIN = 50
#: Of a hundred values of a column that tells its rows apart, how many differ.
APART_MIN = 90
NAME_CHARS_MAX = 200
#: What tells of an accident rather than of somebody in it.
_OF_ACCIDENT = ("title", "text", "place", "enterprise", "type", "deaths", "loss", "loss_wan", "lat")
Rows = list[list[str]]


@dataclass(frozen=True)
class Joined:
    """How a further file hangs on the first, and what became of its rows."""

    file: str
    #: Its column, and that of the first file.
    by: str
    to: str
    rows: int
    matched: int
    #: Its rows tell of people of one accident each; else of what several accidents may share.
    people: bool
    #: The columns that it brings, as the one table calls them.
    heads: list[str]
    #: Of what is shared, rows whose number stood there before: the first of them holds.
    double: int


@dataclass
class _File:
    name: str
    heads: list[str]
    rows: Rows

    def column(self, heading: str) -> list[str]:
        n = self.heads.index(heading)
        return [_number(row[n]) for row in self.rows]


@contextmanager
def joined(
    files: Sequence[tuple[str, Path]], hints: Sequence[Mapping[str, Any]] = ()
) -> Iterator[tuple[Path, str, list[dict[str, Any]]]]:
    """Path and name of the one table, and how its files were joined.

    files:  (name as sent, path), in any order.
    hints:  of a saved mapping, how such files were joined before.

    Raises a Refusal that says which file can't be joined.
    """
    if len(files) > FILES_MAX:
        raise lacks("file", _("At most %(n)d files of one register.") % {"n": FILES_MAX})
    read = _sheets(*files[0]) if len(files) == 1 else _read(files)
    if len(read) < 2:
        yield files[0][1], files[0][0], []
        return
    first = max(read, key=_tells)
    further = [each for each in read if each is not first]
    with TemporaryDirectory(prefix="anlan-in-") as folder:
        path = Path(folder) / "joined.csv"
        with path.open("w", encoding="utf-8", newline="") as out:
            told = _write(csv.writer(out), first, further, hints)
        stems = " + ".join(each.name.partition(".")[0] for each in (first, *further))
        stems = stems if len(files) > 1 else files[0][0].rpartition(".")[0]
        yield path, f"{stems[:NAME_CHARS_MAX]}.csv", [asdict(each) for each in told]


def same_of(told: Sequence[Mapping[str, Any]]) -> list[str]:
    """What the rows of one accident share, where further rows tell of its people."""
    return list(dict.fromkeys(each["to"] for each in told if each["people"]))


def _sheets(name: str, path: Path) -> list[_File]:
    """The sheets of one workbook that belong together: one of accidents, and such as call the
    accident's number as it does. Else none: years in a sheet each are one table as they are."""
    with lines.tables(path, name) as tables:
        if len(tables) < 2 or len(tables) > FILES_MAX:
            return []
        read = [_File(table.sheet.name, list(table.at), list(islice(_body(table), LOOKED_AT)))
                for table in tables]  # fmt: skip
        first, *others = [each for each in read if _tells(each)[0]] or read
        hung = [each for each in read if each is not first and _shares(first, each)]
        if others or not hung:
            return []
        wanted = {each.name for each in (first, *hung)}
        found: list[_File] = []
        for table in tables:
            if table.sheet.name in wanted:
                found.append(_whole(table.sheet.name, [table], found))
        return found


def _shares(first: _File, other: _File) -> bool:
    """Whether a column of both is called the same and holds numbers of one kind."""
    here = {head(heading): heading for heading in first.heads}
    for heading in other.heads:
        if (to := here.get(head(heading))) and guessing.is_number(head(heading)):
            numbers = set(first.column(to)) - {""}
            if any(said in numbers for said in other.column(heading)):
                return True
    return False


def _read(files: Sequence[tuple[str, Path]]) -> list[_File]:
    found: list[_File] = []
    for name, path in files:
        with lines.tables(path, name) as tables:
            # A preface has headings, too: the sheet with the most rows below them is meant, with
            # those that are called as it is: years in a sheet each.
            most = max(tables, key=_length) if len(tables) > 1 else tables[0]
            same = [table for table in tables if list(table.at) == list(most.at)]
            found.append(_whole(name, same, found))
    return found


def _length(table: lines.Table) -> int:
    return sum(1 for _row in table.sheet.rows())


def _whole(name: str, tables: Sequence[lines.Table], before: Sequence[_File]) -> _File:
    """The rows of sheets with the same headings, as far as those read before leave room."""
    room = ROWS_MAX - sum(len(each.rows) for each in before)
    rows = list(islice(chain.from_iterable(map(_body, tables)), room + 1))
    if len(rows) > room:
        raise TooManyAccidents(max=ROWS_MAX)
    return _File(name, list(tables[0].at), rows)


def _body(table: lines.Table) -> Iterator[list[str]]:
    for row in table.sheet.rows():
        if row.number > table.top and not row.is_blank():
            # Days and codes repeat: each is held once.
            yield [intern(cells.text(row.get(n))) for n in table.at.values()]


def _tells(file: _File) -> tuple[bool, int]:
    """How much of an accident a file tells: the one that tells most is that of the accidents."""
    found = guessing.guess(file.heads, file.rows[:LOOKED_AT]).columns
    return bool(found.get("happened_at")), sum(bool(found.get(name)) for name in _OF_ACCIDENT)


# --- by which columns ----------------------------------------------------------------------------


def _number(said: str) -> str:
    """A number as it is compared: 00123 and 123.0 are one in two programs' exports."""
    folded = said.strip().casefold().removesuffix(".0")
    return folded.lstrip("0") or folded if folded.isdecimal() else folded


def _columns(first: _File, other: _File, hints: Sequence[Mapping[str, Any]]) -> tuple[str, str]:
    """The other file's column and the first's: as it was before, or that which fits best."""
    ours, theirs = ({head(h): h for h in file.heads} for file in (first, other))
    for hint in hints:
        by, to = theirs.get(head(str(hint["by"]))), ours.get(head(str(hint["to"])))
        if by and to:
            return by, to
    sample = other.rows[:: len(other.rows) // COMPARED + 1]
    asked = []
    for n, by in enumerate(other.heads):
        said = [each for row in sample if not cells.is_nothing(each := _number(row[n]))]
        # Yes and No, a state or a year join everything with everything.
        if said and (len(set(said)) * 4 >= len(said) or len(set(said)) >= LOOKED_AT // 4):
            asked.append((n, by, said, _tells_apart(said)))
    best: tuple[int, bool, bool, int, str, str] | None = None
    for to in first.heads:
        here = [each for each in first.column(to) if each]
        numbers, is_own = set(here), _tells_apart(here)
        for n, by, said, is_others in asked:
            shared = sum(map(numbers.__contains__, said)) * 100 / len(said)
            if shared < SHARED_MIN:
                continue
            # A few rows without an accident make a column no worse than a town that both name.
            same, apart = head(by) == head(to), is_own or is_others
            found = (round(shared / 10), same, apart, -n, by, to)
            best = max(best, found) if best else found
    if best is None:
        raise lacks("file", _("No column of “%(file)s” holds the numbers of “%(first)s”: give both "
                              "a column with the accident's number, and send them again.")
                    % {"file": other.name, "first": first.name})  # fmt: skip
    return best[4], best[5]


def _tells_apart(said: Sequence[str]) -> bool:
    return len(set(said)) * 100 >= APART_MIN * len(said)


# --- one table -----------------------------------------------------------------------------------


@dataclass
class _Hung:
    """A further file's rows by the number they hang on, and the columns they bring."""

    to: str
    heads: list[str]
    by_number: dict[str, Rows]
    told: Joined
    #: Numbers whose people stand beside a row already.
    met: set[str] = field(default_factory=set)


def _write(
    out: Any, first: _File, further: Sequence[_File], hints: Sequence[Mapping[str, Any]]
) -> list[Joined]:
    heads, hung = list(first.heads), []
    for other in further:
        hung.append(_hang(first, other, *_columns(first, other, hints), heads))
        heads += hung[-1].heads
    out.writerow(heads)
    same = {each.to: first.heads.index(each.to) for each in hung}
    for row in first.rows:
        out.writerows(_rows_of(first, row, hung, {to: row[n] for to, n in same.items()}))
    place = len(first.heads)
    for each in hung:
        if each.told.people:
            known = set(first.column(each.to))
            for number, rows in each.by_number.items():
                if number not in known:
                    out.writerows(_line(first, {each.to: number}, place, row) for row in rows)
        place += len(each.heads)
    return [each.told for each in hung]


def _hang(first: _File, other: _File, by: str, to: str, taken: Sequence[str]) -> _Hung:
    brought = [n for n, heading in enumerate(other.heads) if heading != by]
    heads: list[str] = []
    for n in brought:
        name, times = other.heads[n], 1
        while name in taken or name in heads:
            times += 1
            name = lines.TWICE.format(other.heads[n], times)
        heads.append(name)
    by_number: dict[str, Rows] = {}
    for number, row in zip(other.column(by), other.rows, strict=True):
        by_number.setdefault(number, []).append([row[n] for n in brought])
    own = Counter(filter(None, first.column(to)))
    matched = sum(len(by_number.get(number, ())) for number in own)
    double = sum(len(rows) - 1 for number, rows in by_number.items() if number)
    # An enterprise may have had several accidents, and most had none.
    people = _tells_people(other) or (double > 0 and max(own.values(), default=0) <= 1)
    told = Joined(
        other.name, by, to, len(other.rows), matched, people, heads, 0 if people else double
    )
    return _Hung(to, heads, by_number, told)


def _tells_people(file: _File) -> bool:
    found = guessing.guess(file.heads, file.rows[:LOOKED_AT]).columns
    return any(found.get(name) for name in (*PEOPLE, "outcome"))


def _rows_of(
    first: _File, row: list[str], hung: Sequence[_Hung], same: Mapping[str, str]
) -> Iterator[list[str]]:
    """An accident's own row with the first of what hangs on it, then its further people."""
    whole: list[str] = list(row)
    more: list[list[str]] = []
    for each in hung:
        number = _number(same[each.to])
        rows = each.by_number.get(number, []) if number else []
        if each.told.people and number in each.met:
            # The accident has several rows of its own; its people were told with the first.
            rows = []
        each.met.add(number)
        if each.told.people:
            more += [_line(first, same, len(whole), values) for values in rows[1:]]
        whole += rows[0] if rows else [""] * len(each.heads)
    yield whole
    yield from more


def _line(first: _File, own: Mapping[str, str], place: int, values: Sequence[str]) -> list[str]:
    """A row that has the accident's number and what hangs on it, from a column on."""
    row = [own.get(heading, "") for heading in first.heads]
    return [*row, *[""] * (place - len(first.heads)), *values]
