"""Putting an accepted problem into the case library (案例库), mending it there, taking it out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Unpack
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.base.paths import ancestors
from anlan.base.refusal import NotFound
from anlan.domain.enterprises import industry
from anlan.domain.lists import settings
from anlan.domain.lists.commands.base import text_of
from anlan.domain.lists.library import words_of
from anlan.domain.lists.models import TAGS_MAX, TITLE_CHARS_MAX, Item, LibraryCase
from anlan.domain.lists.refusals import Incomplete, NotAccepted
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Sector
from anlan.kernel.accounts.reach import JUDGES
from anlan.kernel.accounts.units import main_unit
from anlan.kernel.audit import trail
from anlan.kernel.loop import plain
from anlan.kernel.loop.plain import Call
from anlan.kernel.regions.models import Level, Region

#: An item is accepted from here on.
ACCEPTED = ("verified", "evaluated", "analysed", "closed")


@dataclass(frozen=True)
class Told:
    """What a case of the library says."""

    title: str
    happened: str
    cause: str
    remedy: str
    sectors: Sequence[str] = ()
    hazard_kinds: Sequence[str] = ()
    tags: Sequence[str] = ()
    #: A section of GB/T 4754.
    industry: str = ""


@transaction.atomic(durable=True)
def put_into_library(
    item_pk: UUID, told: Told, *, area: int | None = None, **call: Unpack[Call]
) -> UUID:
    """Tell an accepted item as a case that others learn from, or mend what one's own unit told.

    A case that another unit told is that unit's: nobody rewrites it or brings it back.
    area: whom it is shown to; the area of the office that writes it where nothing is said.
    """
    given = {"told": vars(told), "area": area}
    items = Item.objects.select_related("case__area")
    item, claim = plain.begin(items, "lists.shelve", item_pk, given, **call)
    if claim.repeated:
        return claim.answer[0]
    by, at = claim.by, claim.at
    if item.case.state not in ACCEPTED:
        raise NotAccepted(number=item.case.number)
    unit = main_unit(by, JUDGES)
    shown = Region.objects.get(pk=area or unit.area_id)
    if not shown.path.startswith(unit.path) and not by.trusted:
        raise NotFound
    said = _fields(told, LibraryCase.objects.filter(item=item).first())
    row, made = LibraryCase.objects.get_or_create(
        item=item,
        defaults={
            "id": uuid7(), "area": shown, "path": shown.path, "unit": unit, "made_at": at,
            "made_by": by.name, "region": _county(item.case.area), **said,
        },
    )  # fmt: skip
    if not made:
        policy.access(LibraryCase.objects.all(), "library.edit", by, row.pk, at=at)
        for name, value in {**said, "withdrawn_at": None}.items():
            setattr(row, name, value)
        row.save()
    claim.record("library.put", "library_case", row.pk, after={"title": row.title})
    return claim.done(row.pk)


@transaction.atomic(durable=True)
def withdraw_from_library(pk: UUID, *, by: Actor, at: datetime) -> None:
    row = policy.access(LibraryCase.objects.all(), "library.edit", by, pk, at=at)
    LibraryCase.objects.filter(pk=row.pk, withdrawn_at=None).update(withdrawn_at=at)
    trail.record([trail.Entry("library.withdraw", "library_case", pk)], by=by, at=at)


def _county(area: Region) -> Region:
    """The county around a place, so that no firm is told by its village."""
    around = Region.objects.filter(pk__in=ancestors(area.path), level__lte=Level.COUNTY)
    return around.order_by("-level").first() or area


def _fields(told: Told, row: LibraryCase | None) -> dict[str, str]:
    known = set(Sector.objects.filter(pk__in=told.sectors).values_list("pk", flat=True))
    if len(known) != len(set(told.sectors)):
        raise Incomplete(field="sectors", reason=_("Choose the sectors from the list."))
    section = industry.table().get(told.industry)
    if told.industry and (section is None or section.level != 1):
        raise Incomplete(field="industry", reason=_("Choose from the list."))
    offered = settings.tags()
    return {
        "title": text_of(told.title, "title", _("Give it a short title."), TITLE_CHARS_MAX),
        "happened": text_of(told.happened, "happened", _("Tell what happened.")),
        "cause": text_of(told.cause, "cause", _("Say what the root cause was.")),
        "remedy": text_of(told.remedy, "remedy", _("Say what helped, so that others can do it.")),
        "sectors": _joined(sorted(known)),
        "industry": told.industry,
        "hazard_kinds": _tagged(
            told.hazard_kinds, "hazard_kinds", offered.hazard_kinds, row.hazard_kinds if row else ""
        ),
        "tags": _tagged(told.tags, "tags", offered.tags, row.tags if row else ""),
    }


def _tagged(words: Sequence[str], field: str, offered: Sequence[str], kept: str) -> str:
    """Tags that the office offers, or that the case has since before they were taken away."""
    wanted = list(dict.fromkeys(words))
    if not set(wanted) <= {*offered, *words_of(kept)}:
        raise Incomplete(field=field, reason=_("Choose from the list."))
    if len(wanted) > TAGS_MAX:
        raise Incomplete(field=field, reason=_("Choose at most %(n)d.") % {"n": TAGS_MAX})
    return _joined(wanted)


def _joined(words: Sequence[str]) -> str:
    return "".join(f",{word}" for word in words) + ("," if words else "")
