"""Every write to the register. Each takes a set, or one entry, and audits what it changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from decimal import Decimal
from itertools import takewhile
from typing import Any, NamedTuple

from django.db import IntegrityError, OperationalError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from anlan.base import bulk
from anlan.base.actor import Actor
from anlan.base.limits import BATCH_ROWS
from anlan.base.refusal import NotAllowed, Refusal
from anlan.base.text import plain
from anlan.domain.enterprises import codes, industry
from anlan.domain.enterprises.models import (
    NAME_CHARS_MAX,
    Enterprise,
    FormerName,
    ObjectKind,
    Scale,
    SectorChange,
    Status,
)
from anlan.domain.enterprises.permissions import may_keep_in
from anlan.domain.enterprises.queries import Known, by_codes, by_names, chunks, family, related
from anlan.domain.enterprises.refusals import (
    CodeTaken,
    EntryMovedOn,
    EntryRefused,
    MergeRefused,
    NameTaken,
)
from anlan.kernel.accounts.commands import join_enterprises
from anlan.kernel.accounts.models import Sector, Unit
from anlan.kernel.accounts.policy import access, permitted
from anlan.kernel.audit.trail import Entry, record
from anlan.kernel.regions.models import Level, Region

#: Rows of one call; a bigger set comes in several calls.
PUT_ROWS_MAX = 50_000
#: How often a set is looked up again because somebody else made an entry of it meanwhile.
RACE_ATTEMPTS_MAX = 3

_OBJECT = "enterprise"


@dataclass(frozen=True)
class NewEnterprise:
    """One entry as a form, a sheet or a program states it. None means: leave as it is."""

    name: str
    area_id: int
    credit_code: str = ""
    kind: str | None = None
    industry: str | None = None
    sector_id: str | None = None
    regulator_id: int | None = None
    address: str | None = None
    lon: Decimal | None = None
    lat: Decimal | None = None
    scale: str | None = None


#: Columns that a statement may change; name, area and code are handled one by one.
_PLAIN_COLUMNS = ("kind", "industry", "regulator_id", "address", "lon", "lat", "scale")
_WRITTEN = (
    "name", "plain_name", "credit_code", "code_missing", "stated_code", "kind", "area", "path",
    "industry", "sector", "regulator", "address", "lon", "lat", "scale", "status", "version",
    "updated_at",
)  # fmt: skip


@dataclass
class PutResult:
    """What became of one row: created, updated, unchanged or refused (then why)."""

    outcome: str
    id: int | None = None
    code: str = ""
    message: str = ""


@dataclass
class _Work:
    """One entry of a set on its way into the database."""

    row: Enterprise
    new: bool
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    former: str = ""

    def set(self, name: str, value: Any) -> None:
        old = getattr(self.row, name)
        if old == value:
            return
        if not self.new:
            self.before.setdefault(name, _jsonable(old))
        self.after[name] = _jsonable(value)
        setattr(self.row, name, value)


def _jsonable(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else value


def put_enterprises(
    rows: Sequence[NewEnterprise], *, by: Actor, at: datetime, source: str
) -> list[PutResult]:
    """Make sure that each row is in the register as stated; repeating a call changes nothing.

    Known by credit code, else by name within its area; a code-less entry of that name and area
    gets the code. A row that can't be taken is refused alone, with its reason.
    """
    assert len(rows) <= PUT_ROWS_MAX, len(rows)
    results: list[PutResult] = []
    for part in chunks(rows, BATCH_ROWS):
        results += _with_retries(lambda part=part: _put(part, by=by, at=at, source=source))
    return results


def _with_retries(work: Any) -> Any:
    """A unique key that somebody else took first is looked up again, in a new savepoint."""
    for attempt in range(RACE_ATTEMPTS_MAX):
        try:
            with transaction.atomic():
                return work()
        except (IntegrityError, OperationalError):
            # A deadlock, where two name the same entries in another order, is such a meeting, too.
            if attempt == RACE_ATTEMPTS_MAX - 1:
                raise
    raise AssertionError  # the loop returns or raises


def _put(rows: Sequence[NewEnterprise], *, by: Actor, at: datetime, source: str) -> list[PutResult]:
    areas = Region.objects.in_bulk({row.area_id for row in rows})
    sectors = set(Sector.objects.values_list("pk", flat=True))
    read = [codes.read(row.credit_code) for row in rows]
    coded = by_codes(code.code for code in read if code.code)
    named = by_names(plain(row.name) for row in rows)
    entries = _locked(
        {known.pk for known in coded.values()}
        | {known.pk for same in named.values() for known in same}
    )
    by_code = {code: entries[known.pk] for code, known in coded.items()}
    sites = {(row.area_id, row.plain_name): row for row in entries.values() if not row.credit_code}
    today = timezone.localdate(at)
    ruled = industry.sectors_of((row.industry for row in rows if row.industry), today)
    work: dict[int, _Work] = {}
    touched: list[_Work | None] = []
    results: list[PutResult] = []
    for row, code in zip(rows, read, strict=True):
        try:
            _check(row, areas, sectors)
        except Refusal as refusal:
            results.append(_refused(refusal))
            touched.append(None)
            continue
        folded = plain(row.name)
        entry = by_code.get(code.code) if code.code else None
        # A coded entry under another code is another enterprise, even of the same name.
        entry = entry or sites.get((row.area_id, folded))
        if entry is None and not code.code:
            entry = next(
                (
                    entries[known.pk]
                    for known in named.get(folded, ())
                    if known.area_id == row.area_id
                ),
                None,
            )
        if entry is None:
            entry = Enterprise(
                code_missing=True, source=source, created_at=at, updated_at=at, version=0
            )
        sector = row.sector_id or entry.sector_id or ruled.get(row.industry or "")
        try:
            _may_keep(by, entry, areas[row.area_id].path, sector)
        except Refusal as refusal:
            results.append(_refused(refusal))
            touched.append(None)
            continue
        one = work.setdefault(id(entry), _Work(entry, new=entry.pk is None))
        _state(one, row, code, areas[row.area_id], ruled)
        if entry.credit_code:
            by_code[entry.credit_code] = entry
            sites.pop((row.area_id, folded), None)
        else:
            sites[row.area_id, folded] = entry
        touched.append(one)
        results.append(PutResult("unchanged"))
    _write(work.values(), by=by, at=at)
    seen: set[int] = set()
    for done, result in zip(touched, results, strict=True):
        if done is None:
            continue
        result.id = done.row.pk
        if done.after and id(done) not in seen:
            result.outcome = "created" if done.new else "updated"
        seen.add(id(done))
    return results


def _locked(pks: Iterable[int]) -> dict[int, Enterprise]:
    found: dict[int, Enterprise] = {}
    for part in chunks(sorted(pks)):
        rows = Enterprise.objects.select_for_update().filter(pk__in=part).order_by("pk")
        found.update({row.pk: row for row in rows})
    return found


def _refused(refusal: Refusal) -> PutResult:
    return PutResult("refused", None, refusal.code, str(refusal))


def _may_keep(by: Actor, entry: Enterprise, path: str, sector: str | None) -> None:
    """Both where the entry is and where it shall be must be the actor's to keep."""
    if entry.pk is not None and not may_keep_in(by, entry.path, entry.sector_id):
        raise NotAllowed(reason=_("your posts don't cover this entry; ask whoever keeps it."))
    if not may_keep_in(by, path, sector):
        raise NotAllowed(reason=_("your posts don't cover this area and sector."))


def _check(row: NewEnterprise, areas: Mapping[int, Region], sectors: set[str]) -> None:
    def refuse(name: str, reason: str) -> None:
        raise EntryRefused(field=name, reason=reason)

    if not plain(row.name):
        refuse(_("name"), _("it is empty; give the name as it stands on the licence."))
    if len(row.name) > NAME_CHARS_MAX:
        refuse(_("name"), _("it is longer than 200 characters; shorten it."))
    area = areas.get(row.area_id)
    if area is None or area.level == Level.NATION:
        refuse(_("area"), _("it is not in the list; choose one from province down."))
    if row.kind is not None and row.kind not in ObjectKind.values:
        refuse(_("kind"), _("it is not in the list; choose one of those offered."))
    if row.scale is not None and row.scale not in Scale.values:
        refuse(_("scale"), _("it is not in the list; choose one of those offered."))
    if row.industry and row.industry not in industry.table():
        refuse(_("industry"), _("it is not a GB/T 4754 code; search for the industry by name."))
    if row.sector_id and row.sector_id not in sectors:
        refuse(_("sector"), _("it is not in the list; choose one of those offered."))
    if (row.lon is None) != (row.lat is None):
        refuse(_("place"), _("longitude and latitude go together; give both or neither."))
    if (
        row.lon is not None
        and row.lat is not None
        and not (73 <= row.lon <= 136 and 3 <= row.lat <= 54)
    ):
        refuse(_("place"), _("it lies outside China; check longitude and latitude."))


def _state(
    one: _Work,
    stated: NewEnterprise,
    code: codes.CreditCode,
    area: Region,
    ruled: dict[str, str | None],
) -> None:
    """Change an entry, in memory, to what a row states."""
    row = one.row
    name = " ".join(stated.name.split())
    if row.name != name:
        # Full and half width, brackets and spaces are no renaming.
        if not one.new and row.plain_name != plain(name):
            one.former = one.former or row.name
        one.set("name", name)
        one.set("plain_name", plain(name))
    if row.area_id != area.pk:
        one.set("area_id", area.pk)
        one.set("path", area.path)
    if code.code:
        one.set("credit_code", code.code)
        one.set("code_missing", False)
        one.set("stated_code", "")
    elif code.stated and not row.credit_code:
        one.set("stated_code", code.stated)
    for column in _PLAIN_COLUMNS:
        value = getattr(stated, column)
        if value is not None:
            one.set(column, value)
    sector = stated.sector_id
    if sector is None and (one.new or "industry" in one.after) and row.industry:
        sector = ruled.get(row.industry)
    if sector is not None:
        one.set("sector_id", sector)


def _write(work: Iterable[_Work], *, by: Actor, at: datetime, reason: str = "") -> None:
    """New and changed entries, their history and the audit of it: one statement a table."""
    today = timezone.localdate(at)
    changed = [one for one in work if one.after]
    for one in changed:
        one.row.updated_at = at
        one.row.version += 1
    _insert([one.row for one in changed if one.new])
    old = [one.row for one in changed if not one.new]
    if old:
        Enterprise.objects.bulk_update(old, _WRITTEN, batch_size=200)
    bulk.insert(
        [
            FormerName(
                enterprise=one.row, name=one.former, plain_name=plain(one.former), until=today
            )
            for one in changed
            if one.former
        ]
    )
    bulk.insert(
        [
            SectorChange(
                enterprise=one.row, sector_id=one.row.sector_id, since=today, reason=reason[:200]
            )
            for one in changed
            if one.after.get("sector_id") or "sector_id" in one.before
        ]
    )
    record(
        [
            Entry(
                "enterprise.created" if one.new else "enterprise.changed",
                _OBJECT,
                str(one.row.pk),
                reason=reason,
                before=None if one.new else one.before,
                after=one.after,
            )
            for one in changed
        ],
        by=by,
        at=at,
    )


def _insert(rows: Sequence[Enterprise]) -> None:
    """Add new entries and give each its id, which the database chose."""
    if not rows:
        return
    last = Enterprise.objects.aggregate(last=Max("pk"))["last"] or 0
    # Always in one order: two that wait for each other's keys would deadlock.
    ordered: list[Enterprise] = sorted(rows, key=lambda row: (row.area_id, row.plain_name))
    bulk.insert(ordered)
    # Of entries younger than ``last``, ours are those that have our keys: a key is unique.
    made = Enterprise.objects.filter(pk__gt=last)
    ids = {
        code or (area, name): pk
        for pk, code, area, name in made.values_list("pk", "credit_code", "area", "plain_name")
    }
    for row in rows:
        row.pk = ids[row.credit_code or (row.area_id, row.plain_name)]
        row._state.adding = False


class Wanted(NamedTuple):
    """An object as a hazard's row names it. The sector is used only where an entry is made."""

    name: str
    area_id: int
    path: str
    credit_code: str = ""
    sector_id: str | None = None
    kind: str = ObjectKind.ENTERPRISE


class Match(NamedTuple):
    """The entry found or made. ``doubtful_code`` says that a stated code can't be right."""

    id: int
    created: bool
    sector_id: str | None
    doubtful_code: bool


def match(
    wanted: Sequence[Wanted], *, by: Actor, at: datetime, source: str = "import"
) -> list[Match | None]:
    """The register's entry for each named object; makes those that aren't there yet.

    By credit code first. Then by name: within the same area, else the only one of that name in an
    area around or below it. None where no name is given. Rights are the caller's: an import may
    name any enterprise in the areas that it may write to. A call costs the same few statements
    for a batch of any size up to ``BATCH_ROWS`` distinct names.
    """
    results: list[Match | None] = []
    for part in chunks(wanted, PUT_ROWS_MAX):
        results += _with_retries(lambda part=part: _match(part, by=by, at=at, source=source))
    return results


def _match(wanted: Sequence[Wanted], *, by: Actor, at: datetime, source: str) -> list[Match | None]:
    # Rows repeat their enterprises: fold and check each distinct one once.
    distinct = {(one.name, one.credit_code, one.area_id): one for one in wanted if one.name}
    read = {key: (plain(one.name), codes.read(one.credit_code)) for key, one in distinct.items()}
    coded = by_codes(code.code for _name, code in read.values() if code.code)
    named = by_names((name for name, _code in read.values() if name), _around(distinct.values()))
    made: dict[tuple[str, str | int], _Work] = {}
    given: list[tuple[int, str]] = []
    answers: dict[tuple[str, str, int], Known | _Work] = {}
    for key, one in distinct.items():
        name, code = read[key]
        if not name:
            continue
        known = coded.get(code.code) if code.code else None
        if known is None:
            known = _same(one, named.get(name, ()), code.code)
            if known is not None and code.code and not known.credit_code:
                given.append((known.pk, code.code))
                known = known._replace(credit_code=code.code)
                coded[code.code] = known
                named[name] = [known if row.pk == known.pk else row for row in named[name]]
        if known is not None:
            answers[key] = known
            continue
        work = (made.get((code.code, "")) if code.code else None) or made.get((name, one.area_id))
        if work is None or (code.code and work.row.credit_code not in (None, code.code)):
            work = _made(one, name, at, source)
        if code.code:
            work.set("credit_code", code.code)
            work.set("code_missing", False)
            made[code.code, ""] = work
        elif code.stated:
            work.set("stated_code", code.stated)
        # Under its own name only: a code may come with another name, which says nothing else.
        made.setdefault((work.row.plain_name, one.area_id), work)
        answers[key] = work
    _give_codes(given, by=by, at=at)
    _write({id(work): work for work in made.values()}.values(), by=by, at=at)
    results: list[Match | None] = []
    first: set[int] = set()
    for one in wanted:
        key = (one.name, one.credit_code, one.area_id)
        answer = answers.get(key)
        if answer is None:
            results.append(None)
            continue
        doubtful = read[key][1].doubtful
        if isinstance(answer, _Work):
            pk = answer.row.pk
            results.append(Match(pk, pk not in first, answer.row.sector_id, doubtful))
            first.add(pk)
        else:
            results.append(Match(answer.pk, False, answer.sector_id, doubtful))
    return results


def _around(wanted: Iterable[Wanted]) -> str:
    """The smallest area around all rows: entries elsewhere of the same name mean nothing here."""
    parts = [path.split("/")[:-1] for path in {one.path for one in wanted}]
    shared = takewhile(lambda level: len(set(level)) == 1, zip(*parts, strict=False))
    return "".join(f"{level[0]}/" for level in shared)


def _same(one: Wanted, candidates: Iterable[Known], code: str) -> Known | None:
    """The entry of this name that a row can only mean, if there is one."""
    around = [
        known
        for known in candidates
        if related(known.path, one.path) and not (code and known.credit_code)
    ]
    here = [known for known in around if known.area_id == one.area_id]
    if here:
        return here[0]
    return around[0] if len(around) == 1 else None


def _made(one: Wanted, folded: str, at: datetime, source: str) -> _Work:
    row = Enterprise(
        code_missing=True, source=source, created_at=at, updated_at=at, version=0,
    )  # fmt: skip
    work = _Work(row, new=True)
    work.set("name", " ".join(one.name.split())[:NAME_CHARS_MAX])
    work.set("plain_name", folded[:NAME_CHARS_MAX])
    work.set("area_id", one.area_id)
    work.set("path", one.path)
    work.set("sector_id", one.sector_id)
    work.set("kind", one.kind)
    return work


def _give_codes(given: Sequence[tuple[int, str]], *, by: Actor, at: datetime) -> None:
    """Code-less entries that a row gives a credit code."""
    if not given:
        return
    entries = _locked(pk for pk, _code in given)
    work = []
    for pk, code in given:
        one = _Work(entries[pk], new=False)
        one.set("credit_code", code)
        one.set("code_missing", False)
        one.set("stated_code", "")
        work.append(one)
    _write(work, by=by, at=at)


@transaction.atomic(durable=True)
def save(
    pk: int | None,
    stated: NewEnterprise,
    *,
    by: Actor,
    at: datetime,
    version: int | None = None,
    source: str = "form",
) -> Enterprise:
    """One entry from a form: a new one, or all that the form says about a known one.

    Raises CodeTaken or NameTaken where another entry stands in the way, EntryMovedOn where
    somebody else saved first, and EntryRefused for what the form gets wrong.
    """
    areas = Region.objects.in_bulk([stated.area_id])
    _check(stated, areas, set(Sector.objects.values_list("pk", flat=True)))
    code = codes.read(stated.credit_code)
    if code.doubtful:
        raise EntryRefused(
            field=_("credit code"),
            reason=_(
                "it has 18 characters (no I, O, S, V, Z) and its last one must fit the others; "
                "compare it with the licence, or leave it empty if there is none."
            ),
        )
    if pk is None:
        row = Enterprise(code_missing=True, source=source, created_at=at, updated_at=at, version=0)
        one = _Work(row, new=True)
    else:
        row = _entry(pk, "enterprise.edit", by)
        if version is not None and row.version != version:
            raise EntryMovedOn
        one = _Work(row, new=False)
        if row.credit_code and not code.code:
            one.set("credit_code", None)
            one.set("code_missing", True)
    if code.code:
        other = Enterprise.objects.filter(credit_code=code.code).exclude(pk=row.pk).first()
        if other is not None:
            # The name of an entry that somebody may not see is not told either.
            seen = permitted(Enterprise.objects.filter(pk=other.pk), "enterprise.view", by)
            name = other.name if seen.exists() else _("an entry that you may not see")
            raise CodeTaken(credit_code=code.code, name=name)
    else:
        twin = Enterprise.objects.listed().filter(
            credit_code=None, area=stated.area_id, plain_name=plain(stated.name)
        )
        if twin.exclude(pk=row.pk).exists():
            raise NameTaken(name=stated.name)
    ruled = industry.sectors_of([stated.industry or ""], timezone.localdate(at))
    sector = stated.sector_id or row.sector_id or ruled.get(stated.industry or "")
    _may_keep(by, row, areas[stated.area_id].path, sector)
    _state(one, stated, code, areas[stated.area_id], ruled)
    _write([one], by=by, at=at)
    return row


def _entry(pk: int, permission: str, by: Actor) -> Enterprise:
    """The entry, locked; NotFound or NotAllowed where ``by`` may not."""
    access(Enterprise.objects.all(), permission, by, pk)
    return Enterprise.objects.select_for_update().get(pk=pk)


@transaction.atomic(durable=True)
def rename(pk: int, name: str, *, by: Actor, at: datetime) -> Enterprise:
    """Give an entry its new name and keep the old one, under which workbooks still send it."""
    row = _entry(pk, "enterprise.edit", by)
    stated = NewEnterprise(name=name, area_id=row.area_id)
    _check(stated, {row.area_id: row.area}, set())
    one = _Work(row, new=False)
    _state(one, stated, codes.read(""), row.area, {})
    _write([one], by=by, at=at)
    return row


@transaction.atomic(durable=True)
def move(pk: int, area_id: int, *, by: Actor, at: datetime) -> Enterprise:
    """Move an entry to another area. Hazards stay where they were counted; they move one by one."""
    row = _entry(pk, "enterprise.edit", by)
    areas = Region.objects.in_bulk([area_id])
    stated = NewEnterprise(name=row.name, area_id=area_id)
    _check(stated, areas, set())
    _may_keep(by, row, areas[area_id].path, row.sector_id)
    one = _Work(row, new=False)
    _state(one, stated, codes.read(""), areas[area_id], {})
    _write([one], by=by, at=at)
    return row


@transaction.atomic(durable=True)
def set_status(pk: int, status: str, *, by: Actor, at: datetime, reason: str = "") -> Enterprise:
    """Mark an entry as closed down, or as active again. Its history stays."""
    assert status in (Status.ACTIVE, Status.CLOSED), status
    row = _entry(pk, "enterprise.edit", by)
    if row.merged_into_id is not None:
        raise MergeRefused(reason=_("it was merged into another entry; open that one."))
    one = _Work(row, new=False)
    one.set("status", status)
    _write([one], by=by, at=at)
    return row


@transaction.atomic(durable=True)
def propose_merge(pk: int, into: int, *, by: Actor, at: datetime) -> Enterprise:
    """Say that an entry is the same as another. A second person decides."""
    row = _entry(pk, "enterprise.edit", by)
    winner = access(Enterprise.objects.all(), "enterprise.edit", by, into)
    _mergeable(row, winner)
    Enterprise.objects.filter(pk=pk).update(
        merge_proposed_into=winner, merge_proposed_by=by.user_id, updated_at=at
    )
    record(
        [Entry("enterprise.merge_proposed", _OBJECT, str(pk), after={"into": into})], by=by, at=at
    )
    return row


@transaction.atomic(durable=True)
def decide_merge(pk: int, agreed: bool, *, by: Actor, at: datetime) -> Enterprise:
    """Merge as proposed, or drop the proposal. Never by the person who proposed it."""
    row = _entry(pk, "enterprise.merge", by)
    winner = row.merge_proposed_into
    if winner is None:
        raise MergeRefused(reason=_("nobody has proposed it, or it was decided meanwhile."))
    if agreed and row.merge_proposed_by == by.user_id:
        raise NotAllowed(reason=_("you proposed this merge; somebody else must confirm it."))
    row.merge_proposed_into = None
    row.merge_proposed_by = None
    handed_on: str | None = None
    if agreed:
        _mergeable(row, winner)
        row.merged_into = winner
        row.status = Status.MERGED
        handed_on, row.credit_code, row.code_missing = row.credit_code, None, True
    row.version += 1
    row.updated_at = at
    row.save()
    if agreed:
        _take_over(row, winner, handed_on, at)
        # Its cases keep the number under which they were found; whoever answers for one number
        # of the enterprise sees those of all.
        join_enterprises(family(winner.pk), by=by, at=at)
    action = "enterprise.merged" if agreed else "enterprise.merge_refused"
    record([Entry(action, _OBJECT, str(pk), after={"into": winner.pk})], by=by, at=at)
    return row


def _take_over(row: Enterprise, winner: Enterprise, code: str | None, at: datetime) -> None:
    """The winner gets what workbooks find a merged entry by: its code and its names."""
    if code is not None:
        Enterprise.objects.filter(pk=winner.pk).update(
            credit_code=code, code_missing=False, stated_code="", updated_at=at
        )
    FormerName.objects.filter(enterprise=row).update(enterprise=winner)
    if row.plain_name != winner.plain_name:
        FormerName.objects.create(
            enterprise=winner,
            name=row.name,
            plain_name=row.plain_name,
            until=timezone.localdate(at),
        )


@transaction.atomic
def set_sectors(sectors: Mapping[int, str], *, by: Actor, at: datetime, reason: str = "") -> int:
    """Put entries under sectors, by their ids; those that are there already stay as they are.

    Rights are the caller's, who changes the rule that they follow.
    """
    work = []
    for row in _locked(sectors).values():
        one = _Work(row, new=False)
        one.set("sector_id", sectors[row.pk])
        work.append(one)
    _write(work, by=by, at=at, reason=reason)
    return sum(bool(one.after) for one in work)


@transaction.atomic
def replace_regulator(unit_ids: Sequence[int], to: Unit, *, by: Actor, at: datetime) -> int:
    """Entries that name one of these units as their regulator name its successor from now on.

    Rights are the caller's, who merges the units.
    """
    pks = list(Enterprise.objects.filter(regulator__in=unit_ids).values_list("pk", flat=True))
    rows = [row for part in chunks(sorted(pks)) for row in _locked(part).values()]
    work = []
    for row in rows:
        if row.regulator_id in unit_ids:
            one = _Work(row, new=False)
            one.set("regulator_id", to.pk)
            work.append(one)
    for some in chunks(work, BATCH_ROWS):
        _write(some, by=by, at=at)
    return len(work)


def _mergeable(row: Enterprise, winner: Enterprise) -> None:
    if row.pk == winner.pk:
        raise MergeRefused(reason=_("they are the same entry; choose another one."))
    if row.merged_into_id is not None or winner.merged_into_id is not None:
        raise MergeRefused(reason=_("one of them was merged already; open its successor."))
    if row.credit_code and winner.credit_code:
        raise MergeRefused(
            reason=_("each has a credit code of its own; correct the code that is wrong first.")
        )


assert {item.name for item in fields(NewEnterprise)} >= set(_PLAIN_COLUMNS)
__all__ = [
    "Match", "NewEnterprise", "PutResult", "Wanted", "decide_merge", "match", "move", "permitted",
    "propose_merge", "put_enterprises", "rename", "replace_regulator", "save", "set_sectors",
    "set_status",
]  # fmt: skip
