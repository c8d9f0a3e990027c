"""Changing entries that are in the register."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from anlan.base import bulk
from anlan.base.actor import Actor
from anlan.base.limits import BATCH_ROWS
from anlan.base.text import plain
from anlan.domain.enterprises import codes, industry
from anlan.domain.enterprises.commands.stating import NewEnterprise, apply, check, may_keep
from anlan.domain.enterprises.commands.writing import Work, entry_of, locked, write
from anlan.domain.enterprises.models import Enterprise, Status
from anlan.domain.enterprises.refusals import (
    CodeTaken,
    EntryMovedOn,
    EntryRefused,
    MergeRefused,
    NameTaken,
)
from anlan.kernel.accounts.models import Sector, Unit
from anlan.kernel.accounts.policy import permitted
from anlan.kernel.regions.models import Region


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
    check(stated, areas, set(Sector.objects.values_list("pk", flat=True)))
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
        one = Work.made(at, source)
    else:
        one = Work(entry_of(pk, "enterprise.edit", by), new=False)
        if version is not None and one.row.version != version:
            raise EntryMovedOn
        if one.row.credit_code and not code.code:
            one.set("credit_code", None)
            one.set("code_missing", True)
    _refuse_twin(one.row, stated, code.code, by)
    area = areas[stated.area_id]
    ruled = industry.sectors_of([stated.industry or ""], timezone.localdate(at))
    sector = stated.sector_id or one.row.sector_id or ruled.get(stated.industry or "")
    may_keep(by, one.row, area.path, sector)
    apply(one, stated, code, area, ruled)
    write([one], by=by, at=at)
    return one.row


def _refuse_twin(row: Enterprise, stated: NewEnterprise, code: str, by: Actor) -> None:
    """Another entry has that code; or, where neither has one, that name in that area."""
    if code:
        other = Enterprise.objects.filter(credit_code=code).exclude(pk=row.pk).first()
        if other is not None:
            # The name of an entry that somebody may not see is not told either.
            seen = permitted(Enterprise.objects.filter(pk=other.pk), "enterprise.view", by)
            name = other.name if seen.exists() else _("an entry that you may not see")
            raise CodeTaken(credit_code=code, name=name)
    else:
        twin = Enterprise.objects.listed().filter(
            credit_code=None, area=stated.area_id, plain_name=plain(stated.name)
        )
        if twin.exclude(pk=row.pk).exists():
            raise NameTaken(name=stated.name)


@transaction.atomic(durable=True)
def rename(pk: int, name: str, *, by: Actor, at: datetime) -> Enterprise:
    """Give an entry its new name and keep the old one, under which workbooks still send it."""
    row = entry_of(pk, "enterprise.edit", by)
    stated = NewEnterprise(name=name, area_id=row.area_id)
    check(stated, {row.area_id: row.area}, set())
    one = Work(row, new=False)
    apply(one, stated, codes.read(""), row.area, {})
    write([one], by=by, at=at)
    return row


@transaction.atomic(durable=True)
def move(pk: int, area_id: int, *, by: Actor, at: datetime) -> Enterprise:
    """Move an entry to another area. Hazards stay where they were counted; they move one by one."""
    row = entry_of(pk, "enterprise.edit", by)
    areas = Region.objects.in_bulk([area_id])
    stated = NewEnterprise(name=row.name, area_id=area_id)
    check(stated, areas, set())
    may_keep(by, row, areas[area_id].path, row.sector_id)
    one = Work(row, new=False)
    apply(one, stated, codes.read(""), areas[area_id], {})
    write([one], by=by, at=at)
    return row


@transaction.atomic(durable=True)
def set_status(pk: int, status: str, *, by: Actor, at: datetime, reason: str = "") -> Enterprise:
    """Mark an entry as closed down, or as active again. Its history stays."""
    assert status in (Status.ACTIVE, Status.CLOSED), status
    row = entry_of(pk, "enterprise.edit", by)
    if row.merged_into_id is not None:
        raise MergeRefused(reason=_("it was merged into another entry; open that one."))
    one = Work(row, new=False)
    one.set("status", status)
    write([one], by=by, at=at)
    return row


@transaction.atomic
def set_sectors(sectors: Mapping[int, str], *, by: Actor, at: datetime, reason: str = "") -> int:
    """Put entries under sectors, by their ids; those that are there already stay as they are.

    Rights are the caller's, who changes the rule that they follow.
    """
    work = []
    for row in locked(sectors).values():
        one = Work(row, new=False)
        one.set("sector_id", sectors[row.pk])
        work.append(one)
    write(work, by=by, at=at, reason=reason)
    return sum(bool(one.after) for one in work)


@transaction.atomic
def replace_regulator(unit_ids: Sequence[int], to: Unit, *, by: Actor, at: datetime) -> int:
    """Entries that name one of these units as their regulator name its successor from now on.

    Rights are the caller's, who merges the units.
    """
    pks = list(Enterprise.objects.filter(regulator__in=unit_ids).values_list("pk", flat=True))
    rows = [row for part in bulk.slices(sorted(pks)) for row in locked(part).values()]
    work = []
    for row in rows:
        if row.regulator_id in unit_ids:
            one = Work(row, new=False)
            one.set("regulator_id", to.pk)
            work.append(one)
    for some in bulk.slices(work, BATCH_ROWS):
        write(some, by=by, at=at)
    return len(work)
