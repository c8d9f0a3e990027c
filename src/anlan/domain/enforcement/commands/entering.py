"""Entering in the book: one from a page, thousands from a workbook, by the same command."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Unpack
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from anlan.base import bulk
from anlan.base.actor import Actor
from anlan.base.refusal import MovedOn, NotFound
from anlan.base.text import plain
from anlan.domain.enforcement import facts
from anlan.domain.enforcement.commands.checking import NewEntry, check, digest, refused
from anlan.domain.enforcement.finding import successors
from anlan.domain.enforcement.kinds import KINDS
from anlan.domain.enforcement.models import Entry, Violation
from anlan.domain.enforcement.permissions import ENTERS, may_enter_for, may_enter_in
from anlan.domain.enforcement.refusals import EnforcementRefused
from anlan.domain.enterprises.models import Enterprise
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Unit
from anlan.kernel.accounts.units import main_unit
from anlan.kernel.audit import trail
from anlan.kernel.loop import plain as frame
from anlan.kernel.loop.plain import Call
from anlan.kernel.regions.models import Region

#: Entries that one command takes: what one workbook brings.
ENTRIES_MAX = 5_000
OBJECT = "enforcement.entry"


@dataclass
class Outcome:
    """What became of the entries: entered, or known before by their origin."""

    entered: list[UUID]
    known: int = 0


@dataclass
class Judged:
    """Entries as they are kept, and by their place what is wrong with the others."""

    good: list[NewEntry] = field(default_factory=list)
    wrong: dict[int, EnforcementRefused] = field(default_factory=dict)
    known: int = 0


@dataclass(frozen=True)
class _Place:
    """Where an entry counts: of its enterprise, or as it says."""

    area_id: int
    path: str
    sector: str | None


def judge(entries: Sequence[NewEntry], unit: Unit, today: date) -> Judged:
    """Which of the entries can be entered, in a constant number of statements.

    What an earlier workbook brought is known by its origin; what stands already is refused.
    """
    told, found = Judged(), _Standing(entries, unit)
    for n, new in enumerate(entries):
        if new.origin and new.origin in found.origins:
            # Of an earlier workbook, or a row above it in this one.
            told.known += 1
            continue
        try:
            kept = check(new, today)
            found.take(kept)
        except EnforcementRefused as refusal:
            told.wrong[n] = refusal
        else:
            told.good.append(kept)
            found.origins.add(new.origin)
    return told


class _Standing:
    """What stands already that an entry may not say again, and what its own set said before."""

    def __init__(self, entries: Sequence[NewEntry], unit: Unit) -> None:
        rows = Entry.objects.order_by()
        origins = {e.origin for e in entries if e.origin}
        self.origins = set(_among(rows, "origin", origins, "origin"))
        # An id that a client made stands for one entry alone.
        self.pks = set(_among(rows, "pk", {e.pk for e in entries}, "pk"))
        self.unit = unit.pk
        self.papers: dict[tuple[int, str, str], date] = {}
        keys = {e.key for e in entries}
        for units in bulk.slices(sorted({e.unit or unit.pk for e in entries})):
            own = rows.filter(unit__in=units, withdrawn_at=None)
            for of, kind, key, on in _among(own, "key", keys, "unit", "kind", "key", "on"):
                self.papers[of, kind, key] = on
        standing = Violation.objects.filter(void=False, rectified_by=None).order_by()
        found = {digest(plain(words)) for e in entries for words in e.violations}
        self.open = set(_among(standing, "key", found, "enterprise", "key"))
        ids = {pk for e in entries for pk in e.rectified}
        rows_of = _among(standing, "pk", ids, "pk", "enterprise", "entry__on")
        # What was found at an entry that was merged since is its successor's.
        now = successors({firm for _pk, firm, _on in rows_of})
        self.to_rectify: dict[int, tuple[int, date]] = {
            pk: (now[firm], on) for pk, firm, on in rows_of
        }

    def take(self, new: NewEntry) -> None:
        """Refuse what stands, and let the next ones of the set know of this one."""
        if new.pk in self.pks:
            raise MovedOn
        paper = (new.unit or self.unit, new.kind, new.key)
        if on := self.papers.get(paper):
            raise refused(
                "number" if new.number else "what",
                _("This stands in the book already (%(kind)s, %(day)s); it would count twice.")
                % {"kind": KINDS[new.kind].label, "day": on.isoformat()},
            )
        words = [(new.enterprise, digest(plain(each))) for each in new.violations]
        for each, key in zip(new.violations, words, strict=True):
            if key in self.open:
                raise refused(
                    "violations",
                    _("“%(words)s” stands open at this enterprise already; enter only what is new.")
                    % {"words": each[:60]},
                )
        if len(set(words)) < len(words):
            raise refused("violations", _("A violation stands there twice; leave one of them out."))
        self._recheck(new)
        self.papers[paper] = new.on
        self.open.update(words)
        for pk in new.rectified:
            del self.to_rectify[pk]

    def _recheck(self, new: NewEntry) -> None:
        for pk in new.rectified:
            firm, on = self.to_rectify.get(pk, (None, new.on))
            if firm is None or firm != new.enterprise:
                raise refused(
                    "rectified",
                    _("A violation you ticked is not open at this enterprise any more."),
                )
            if new.on < on:
                raise refused(
                    "on", _("The recheck lies before the day on which a violation was found.")
                )


def _among(rows: QuerySet[Any], name: str, wanted: Iterable[Any], *columns: str) -> list[Any]:
    """Columns of the rows whose ``name`` is among the wanted."""
    flat = len(columns) == 1
    return [
        row
        for chunk in bulk.slices(sorted(wanted))
        for row in rows.filter(**{f"{name}__in": chunk}).values_list(*columns, flat=flat)
    ]


@transaction.atomic(durable=True)
def enter(entries: Sequence[NewEntry], **call: Unpack[Call]) -> Outcome:
    """Enter papers, measures, trainings, drills and tip-offs with all that they count.

    Raises NotFound or NotAllowed for enterprises and areas that ``by`` doesn't answer for,
    EnforcementRefused with the first entry's field that is to be mended, MovedOn.
    """
    assert 0 < len(entries) <= ENTRIES_MAX, len(entries)
    by, at = call["by"], call["at"]
    firms = _firms(entries, by, call)
    areas = _areas(entries, by)
    unit = main_unit(by, ENTERS)
    units = _units(entries, unit, by)
    claim = frame.claim("enforcement.enter", {"entries": [asdict(e) for e in entries]}, **call)
    if claim.repeated:
        return Outcome(claim.answer)
    told = judge(entries, unit, timezone.localdate(at))
    if told.wrong:
        raise told.wrong[min(told.wrong)]
    rows = [
        _row(new, _place(new, firms, areas), units[new.unit or unit.pk], claim) for new in told.good
    ]
    try:
        with transaction.atomic():
            _write(rows, told.good)
    except IntegrityError:
        # Entered at the same moment from another page.
        raise MovedOn from None
    facts.post(rows, at=at)
    _record(rows, claim)
    entered = [row.pk for row in rows]
    claim.keep(entered)
    return Outcome(entered, told.known)


def _firms(entries: Sequence[NewEntry], by: Actor, call: Call) -> Mapping[int, _Place]:
    """The enterprises that are named, each with its place of today."""
    wanted = {e.enterprise for e in entries if e.enterprise is not None}
    rows = Enterprise.objects.listed()
    seen = policy.permitted(rows, "enterprise.enforce", by).order_by()
    found = {
        pk: _Place(area, path, sector)
        for pk, area, path, sector in _among(seen, "pk", wanted, "pk", "area", "path", "sector")
    }
    for pk in sorted(wanted - found.keys()):
        # Says why not, and puts it on record.
        policy.access(rows, "enterprise.enforce", by, pk, at=call["at"])
    return found


def _areas(entries: Sequence[NewEntry], by: Actor) -> Mapping[int, Region]:
    wanted = {e.area_id for e in entries if e.enterprise is None and e.area_id is not None}
    found = Region.objects.in_bulk(sorted(wanted))
    for new in entries:
        if new.enterprise is None and new.area_id is not None:
            area = found.get(new.area_id)
            if area is None or not may_enter_in(by, area.path, new.sector):
                raise NotFound
    return found


def _units(entries: Sequence[NewEntry], own: Unit, by: Actor) -> Mapping[int, Unit]:
    """Who did it, of those that ``by`` may enter for. Raises NotFound."""
    found = {own.pk: own}
    for chunk in bulk.slices(sorted({e.unit for e in entries if e.unit} - {own.pk})):
        found |= Unit.objects.filter(valid_to=None).in_bulk(chunk)
    for new in entries:
        unit = found.get(new.unit or own.pk)
        if unit is None or not may_enter_for(by, unit):
            raise NotFound
    return found


def _place(
    new: NewEntry, firms: Mapping[int, _Place], areas: Mapping[int, Region]
) -> _Place:  # fmt: skip
    if new.enterprise is not None:
        return firms[new.enterprise]
    assert new.area_id is not None
    return _Place(new.area_id, areas[new.area_id].path, new.sector or None)


def _row(new: NewEntry, place: _Place, unit: Unit, claim: frame.Claim) -> Entry:
    return Entry(
        id=new.pk, kind=new.kind, number=new.number, on=new.on, unit=unit, area_id=place.area_id,
        path=place.path, sector_id=place.sector, enterprise_id=new.enterprise,
        party="" if new.enterprise else new.party, what=new.what, found=len(new.violations),
        rectified=len(new.rectified), halted=new.halted, suspended=new.suspended,
        revoked=new.revoked, close=new.close, warned=new.warned, fine=new.fine, heads=new.heads,
        head_fine=new.head_fine, persons=new.persons, reward=new.reward, key=new.key,
        origin=new.origin, user_id=claim.by.user_id, entered_at=claim.at,
    )  # fmt: skip


def _write(rows: Sequence[Entry], entries: Collection[NewEntry]) -> None:
    Entry.objects.bulk_create(rows, batch_size=500)
    found: list[Violation] = []
    ticked: dict[int, UUID] = {}
    for row, new in zip(rows, entries, strict=True):
        assert row.enterprise_id is not None or not new.violations
        found += [
            Violation(entry=row, place=n, enterprise_id=row.enterprise_id or 0, words=words,
                      key=digest(plain(words)))
            for n, words in enumerate(new.violations, 1)
        ]  # fmt: skip
        ticked |= dict.fromkeys(new.rectified, row.pk)
    Violation.objects.bulk_create(found, batch_size=500)
    _tick(ticked)


def _tick(ticked: Mapping[int, UUID]) -> None:
    """Say of violations by which recheck they are rectified.

    Of two rechecks at once one waits here, and then finds nothing left to tick.
    """
    done = []
    for chunk in bulk.slices(sorted(ticked)):
        still = Violation.objects.filter(pk__in=chunk, rectified_by=None, void=False)
        done += list(still.order_by("pk").select_for_update())
    if len(done) != len(ticked):
        raise MovedOn
    for each in done:
        each.rectified_by_id = ticked[each.pk]
    Violation.objects.bulk_update(done, ["rectified_by"], batch_size=500)


def _record(rows: Sequence[Entry], claim: frame.Claim) -> None:
    trail.record(
        [
            trail.Entry(
                "enforcement.enter", OBJECT, row.pk, request_id=claim.request_id,
                after={"kind": row.kind, "number": row.number, "fine": row.fined},
            )
            for row in rows
        ],
        by=claim.by, at=claim.at,
    )  # fmt: skip
