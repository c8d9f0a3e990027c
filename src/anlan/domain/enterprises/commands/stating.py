"""What somebody states of an entry: whether it can be taken, and what it changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.base.refusal import NotAllowed
from anlan.base.text import plain
from anlan.domain.enterprises import codes, industry
from anlan.domain.enterprises.commands.writing import Work
from anlan.domain.enterprises.models import NAME_CHARS_MAX, Enterprise, ObjectKind, Scale, Status
from anlan.domain.enterprises.permissions import may_keep_in
from anlan.domain.enterprises.refusals import EntryRefused
from anlan.kernel.regions.models import Level, Region

#: Columns that a statement may change; name, area and code are handled one by one.
PLAIN_COLUMNS = ("kind", "industry", "regulator_id", "address", "lon", "lat", "scale", "status")


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
    status: str | None = None
    #: The entry that it is said of, where the caller has found it already.
    entry_id: int | None = None


def may_keep(by: Actor, entry: Enterprise, path: str, sector: str | None) -> None:
    """Both where the entry is and where it shall be must be the actor's to keep."""
    if entry.pk is not None and not may_keep_in(by, entry.path, entry.sector_id):
        raise NotAllowed(reason=_("your posts don't cover this entry; ask whoever keeps it."))
    if not may_keep_in(by, path, sector):
        raise NotAllowed(reason=_("your posts don't cover this area and sector."))


def check(row: NewEnterprise, areas: Mapping[int, Region], sectors: set[str]) -> None:
    def refuse(name: str | Promise, reason: str | Promise) -> None:
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
    if row.status is not None and row.status not in (Status.ACTIVE, Status.CLOSED):
        refuse(_("state"), _("it is not in the list; choose one of those offered."))
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


def apply(
    one: Work,
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
    for column in PLAIN_COLUMNS:
        value = getattr(stated, column)
        if value is not None:
            one.set(column, value)
    sector = stated.sector_id
    if sector is None and (one.new or "industry" in one.after) and row.industry:
        sector = ruled.get(row.industry)
    if sector is not None:
        one.set("sector_id", sector)
