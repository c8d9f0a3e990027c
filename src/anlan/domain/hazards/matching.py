"""Which case a source row tells of: the rules by which rows of workbooks become sightings.

Within a unit: the same day found, the same text (after NFKC, without punctuation, digits kept) and
the nth occurrence in its file mean the same case. Rows that agree in enterprise and place, too,
are paired first, so that a changed order mixes nothing up; and rows that name two different
enterprises are never one hazard, whatever their order, or a supplement would be swallowed.

Across units: the same day, text and place mean one case; its first reporter keeps it.

Anything less than equal is only offered to a person (``alike``).
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from uuid import UUID

from anlan.base import bulk
from anlan.base.text import bigrams, plain
from anlan.domain.hazards.models import Identity, Sighting

#: Share of common bigrams from which two names are taken for spellings of one.
SPELLING_PERCENT = 80
FOLDED_CHARS_MAX = 200


@dataclass(frozen=True)
class Mark:
    """What identity looks at in one source row. Texts are folded by base.text.plain."""

    unit_id: int
    day: date
    text: str
    enterprise: str
    place: str
    #: The area's path where the row states one, else empty.
    path: str
    #: True for a row of an error workbook: it was in no case before, so only equals count.
    mended: bool = False

    @classmethod
    def of(
        cls,
        unit_id: int,
        day: date,
        text: str,
        enterprise: str,
        place: str,
        path: str,
        mended: bool = False,
    ) -> Mark:
        return cls(
            unit_id,
            day,
            plain(text),
            plain(enterprise)[:FOLDED_CHARS_MAX],
            plain(place)[:FOLDED_CHARS_MAX],
            path,
            mended,
        )

    @cached_property
    def unit_base(self) -> str:
        return f"u{self.unit_id}:{_hash(self.day, self.text)}"

    @cached_property
    def cross_base(self) -> str:
        """Empty where no place is stated: then nothing outside the unit can be the same."""
        where = self.enterprise + self.place
        return f"x:{_hash(self.day, self.text, where)}" if where else ""


def _hash(day: date, *texts: str) -> str:
    folded = "\x1f".join((day.isoformat(), *texts))
    return hashlib.blake2b(folded.encode(), digest_size=16).hexdigest()


@dataclass
class Found:
    """The case that a row means, and whether its own unit told of it before."""

    case_id: UUID
    by_same_unit: bool


class Matcher:
    """Pairs rows with known cases, a chunk at a time; remembers what a dry run would have made.

    A case answers to one row of a sheet. Another sheet of the file that repeats the row with
    enterprise and place (a total beside its months) tells of the same case again. In a real run
    the sightings say what is taken; in a dry run, which writes nothing, this object does.
    """

    def __init__(self, batch_id: UUID | None, file: int) -> None:
        self.batch_id, self.file = batch_id, file
        self._taken: set[tuple[str, UUID]] = set()
        self._made: dict[str, list[Identity]] = defaultdict(list)
        self._tops: dict[str, int] = {}

    def match(self, marks: Sequence[Mark], sheet: str) -> list[Found | None]:
        """The known case for each row of one sheet; None where it tells of something new."""
        bases = {mark.unit_base for mark in marks} | {m.cross_base for m in marks if m.cross_base}
        known = _known(bases)
        for base in bases:
            known[base] = known.get(base, []) + self._made.get(base, [])
        self._tops = {
            base: max((entry.ordinal for entry in entries), default=0)
            for base, entries in known.items()
        }
        pairs = self._taken | self._taken_before(
            identity.case_id for identities in known.values() for identity in identities
        )
        # Equals may be taken by other sheets; what is only alike must not be taken at all.
        here = {case_id for of_sheet, case_id in pairs if of_sheet == sheet}
        anywhere = {case_id for _of_sheet, case_id in pairs}
        answers: list[Found | None] = [None] * len(marks)
        # Equals first, over the whole chunk: order then decides only between what is alike.
        for exact in (True, False):
            for place, mark in enumerate(marks):
                if answers[place] is None:
                    found = _pick(mark, known, here if exact else anywhere, exact)
                    if found:
                        answers[place] = found
                        here.add(found.case_id)
                        anywhere.add(found.case_id)
        return answers

    def _taken_before(self, case_ids: Iterable[UUID]) -> set[tuple[str, UUID]]:
        if self.batch_id is None:
            return set()
        taken: set[tuple[str, UUID]] = set()
        for chunk in bulk.slices(sorted(set(case_ids))):
            taken.update(
                Sighting.objects.filter(
                    batch=self.batch_id, file=self.file, case__in=chunk
                ).values_list("sheet", "case_id")
            )
        return taken

    def identities(self, pairs: Sequence[tuple[Mark, UUID, bool]]) -> list[Identity]:
        """Index entries for rows of the last match; ordinals go on from the highest there was.

        pairs: mark, case, and whether the case is new (then it gets an entry across units, too).
        """
        made = []
        for mark, case_id, is_new in pairs:
            bases = [mark.unit_base]
            if is_new and mark.cross_base:
                bases.append(mark.cross_base)
            for base in bases:
                ordinal = self._tops[base] = self._tops.get(base, 0) + 1
                made.append(
                    bulk.make(
                        Identity,
                        key=f"{base}:{ordinal}",
                        base=base,
                        ordinal=ordinal,
                        case_id=case_id,
                        unit_id=mark.unit_id,
                        enterprise=mark.enterprise,
                        place=mark.place,
                        path=mark.path,
                    )
                )
        return made

    def pretend(self, identities: Sequence[Identity], sheet: str, taken: Collection[UUID]) -> None:
        """In a dry run: as if these had been written."""
        for identity in identities:
            self._made[identity.base].append(identity)
        self._taken.update((sheet, case_id) for case_id in taken)

    def new_file(self, file: int) -> None:
        self.file = file
        self._taken = set()


def _pick(
    mark: Mark, known: dict[str, list[Identity]], taken: Collection[UUID], exact: bool
) -> Found | None:
    for identity in known.get(mark.unit_base, ()):
        if identity.case_id in taken:
            continue
        if identity.path and mark.path and not _related(identity.path, mark.path):
            continue
        same = identity.enterprise == mark.enterprise and identity.place == mark.place
        if same or (not exact and not mark.mended and _compatible(mark, identity)):
            return Found(identity.case_id, True)
    if not mark.cross_base or not exact:
        return None
    # Its own first report is another row, unless that was undone and somebody else's kept the case.
    own = {identity.case_id for identity in known.get(mark.unit_base, ())}
    for identity in known.get(mark.cross_base, ()):
        other = identity.unit_id != mark.unit_id or identity.case_id not in own
        if other and identity.case_id not in taken:
            apart = identity.path and mark.path and not _related(identity.path, mark.path)
            if not apart:
                return Found(identity.case_id, False)
    return None


def _compatible(mark: Mark, identity: Identity) -> bool:
    """Whether two rows of one day and text may be one hazard, told of with other details."""
    if not mark.enterprise or not identity.enterprise:
        return True
    return (
        mark.enterprise == identity.enterprise
        or likeness(mark.enterprise, identity.enterprise) >= SPELLING_PERCENT
    )


def _related(a: str, b: str) -> bool:
    return a.startswith(b) or b.startswith(a)


def likeness(a: str, b: str) -> int:
    """Per cent of the longer text's bigrams that both have: 100 for equal texts."""
    left, right = set(bigrams(a)), set(bigrams(b))
    most = max(len(left), len(right))
    return 100 * len(left & right) // most if most else 0


def _known(bases: Collection[str]) -> dict[str, list[Identity]]:
    found: dict[str, list[Identity]] = defaultdict(list)
    for chunk in bulk.slices(sorted(bases)):
        for identity in Identity.objects.filter(base__in=chunk).order_by("base", "ordinal"):
            found[identity.base].append(identity)
    return found
