"""What an office draws up and hands out, so that each unit keeps a copy of its own.

Working lists and one table with three lists are both such papers: they belong to a campaign, may
be changed until they are handed out, and go to units by the same heaps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar, Unpack
from uuid import UUID

from django.db import connection
from django.db.models import Model, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base import bulk
from anlan.base.paths import below
from anlan.base.refusal import MovedOn, NotFound
from anlan.domain.campaigns.matching import units_named
from anlan.domain.campaigns.models import Campaign, Checklist, Tally
from anlan.domain.campaigns.refusals import PlanIncomplete
from anlan.kernel.accounts.models import Unit
from anlan.kernel.loop import plain
from anlan.kernel.loop.plain import Call, Claim
from anlan.kernel.notices import outbox
from anlan.kernel.notices.outbox import Post

Paper = TypeVar("Paper", Checklist, Tally)

#: Units of one handing out.
UNITS_MAX = 3_000
#: To which units at once: those named, the offices next below, all offices below, departments.
HEAPS: dict[str, Any] = {
    "named": _("the units named below"),
    "next": _("committee offices of the areas next below"),
    "all": _("committee offices of all areas below"),
    "own": _("departments of the campaign’s own area"),
}


def lacks(field: str, reason: Any) -> PlanIncomplete:
    return PlanIncomplete(field=field, reason=reason)


def room_for(
    model: type[Paper], campaign: UUID, most: int, reason: Any, given: Mapping[str, Any],
    **call: Unpack[Call],
) -> tuple[Campaign, Claim]:  # fmt: skip
    """The campaign that one more is drawn up for, where one may; refuses beyond ``most``."""
    row, claim = plain.begin(Campaign.objects.all(), "campaigns.edit", campaign, given, **call)
    if not claim.repeated:
        Campaign.objects.select_for_update(of=("self",)).get(pk=campaign)
        if model.objects.filter(campaign=row).count() >= most:
            raise lacks("name", reason % {"n": most})
    return row, claim


def begin(
    model: type[Paper], pk: UUID, given: Mapping[str, Any], **call: Unpack[Call]
) -> tuple[Paper, Claim]:
    """One of them, where one may write to its campaign; else what isn't there."""
    row = model.objects.filter(pk=pk).first()
    if row is None:
        raise NotFound
    given = {model._meta.model_name or "": pk, **given}
    rows = Campaign.objects.all()
    _campaign, claim = plain.begin(rows, "campaigns.edit", row.campaign_id, given, **call)
    return row, claim


def locked(row: Paper, seen: int | None) -> Paper:
    """It under a lock, one version on; whoever looked at an older one is refused."""
    rows = type(row).objects.select_for_update(of=("self",)).select_related("campaign__area")
    found = rows.get(pk=row.pk)
    if seen is not None and found.version != seen:
        raise MovedOn
    found.version += 1
    return found


def give(
    paper: Paper, copies: type[Model], heap: str, names: Sequence[str], claim: Claim,
    action: str, notice: str, said: Mapping[str, Any], **fields: Any,
) -> list[Any]:  # fmt: skip
    """Give units a copy each and tell them; who has one keeps it. Answers the new copies.

    action, notice:  as they stand in the audit and in what units are told.
    fields:  what else a copy begins with.
    """
    assert connection.in_atomic_block, "it commits with its paper"
    name = paper._meta.model_name or ""
    have = copies._default_manager.filter(**{name: paper}).values("unit")
    found = units_of_heap(paper.campaign, heap, names).exclude(pk__in=have)
    units = list(found[: UNITS_MAX + 1])
    if not units:
        raise lacks("units", _("All of these units have it, or there is none."))
    if len(units) > UNITS_MAX:
        reason = _("At most %(n)d units at once; name them, or take those next below.")
        raise lacks("heap", reason % {"n": UNITS_MAX})
    made: list[Any] = [
        bulk.make(copies, **{f"{name}_id": paper.pk}, unit_id=unit.pk, path=unit.path,
                  made_at=claim.at, **fields)
        for unit in units
    ]  # fmt: skip
    bulk.insert(made)
    paper.issued_on = paper.issued_on or timezone.localdate(claim.at)
    paper.save(update_fields=["issued_on", "version"])
    told = {"name": paper.name, **said}
    posts = [Post(notice, str(copy.pk), told, to_units=(copy.unit_id,)) for copy in made]
    outbox.post_many(posts, at=claim.at)
    after = {"name": paper.name, "units": len(units)}
    claim.record(action, "campaign", paper.campaign_id, after=after)
    return made


def units_of_heap(campaign: Campaign, heap: str, names: Sequence[str]) -> Any:
    """The units of one heap, in the order of their areas."""
    rows = Unit.objects.filter(below(campaign.path), valid_to=None).order_by("path", "pk")
    if heap == "named":
        wanted = list(dict.fromkeys(name.strip() for name in names if name.strip()))
        found = units_named(wanted, campaign.area)
        if missing := [name for name in wanted if name not in found]:
            reason = _("None of our units is called %(names)s; write the full name.")
            raise lacks("units", reason % {"names": "、".join(missing[:10])})
        return rows.filter(pk__in=set(found.values()))
    if heap not in HEAPS:
        raise lacks("heap", _("Choose to whom it is handed out."))
    offices = Q(kind="committee_office") & ~Q(pk=campaign.unit_id)
    if heap == "next":
        return rows.filter(offices, area__parent=campaign.area_id)
    if heap == "all":
        return rows.filter(offices)
    return rows.filter(area=campaign.area_id, kind="department")
