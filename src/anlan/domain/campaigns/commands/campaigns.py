"""Making and changing a campaign."""

from __future__ import annotations

import re
from typing import Unpack
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anlan.domain.campaigns.carrying.commands.wanted import (
    put_expected,
    put_goals,
    turned,
)
from anlan.domain.campaigns.commands.base import check_days, day_within, own_unit, text_of
from anlan.domain.campaigns.commands.stages import put_stages, told
from anlan.domain.campaigns.commands.terms import NewCampaign
from anlan.domain.campaigns.models import TITLE_CHARS_MAX, Campaign
from anlan.domain.campaigns.refusals import PlanIncomplete
from anlan.kernel.accounts import policy
from anlan.kernel.loop import plain
from anlan.kernel.loop.plain import Call, Claim

#: 1+2+10 as people write it, with either plus sign.
CODE = re.compile(r"\d{1,3}(?:\+\d{1,3}){0,3}")


@transaction.atomic(durable=True)
def make_campaign(new: NewCampaign, **call: Unpack[Call]) -> UUID:
    claim = plain.claim("campaigns.make", {"new": new}, **call)
    return claim.answer[0] if claim.repeated else campaign_within(new, claim)


def campaign_within(new: NewCampaign, claim: Claim) -> UUID:
    """For a command that makes a campaign within its own transaction, under its own claim."""
    assert connection.in_atomic_block, "it commits with what makes it"
    unit = own_unit(new.unit, claim.by, "campaigns.make", claim.at)
    row = Campaign(id=new.pk, area=unit.area, path=unit.path, unit=unit, made_at=claim.at,
                   made_by=claim.by.name)  # fmt: skip
    row.parent = _parent(new.parent, row, claim) if new.parent else None
    _put(row, new)
    row.save(force_insert=True)
    put_stages(row, new.stages)
    put_expected(row, new.expected, claim.by)
    put_goals(row, new.goals, claim)
    claim.record("campaigns.make", "campaign", row.pk, after=_told(row))
    return claim.done(row.pk)


@transaction.atomic(durable=True)
def change_campaign(
    pk: UUID, new: NewCampaign, *, seen: int | None = None, **call: Unpack[Call]
) -> UUID:
    """Title, days, code and stages; the plans it expects and its goals are written elsewhere."""
    _row, claim = plain.begin(Campaign.objects.all(), "campaigns.edit", pk, {"new": new}, **call)
    if claim.repeated:
        return pk
    row = turned(pk, seen)
    before = _told(row)
    _put(row, new)
    row.save()
    put_stages(row, new.stages)
    claim.record("campaigns.change", "campaign", pk, before=before, after=_told(row))
    return claim.done(pk)


def code_of(text: str) -> str:
    """“1 ＋ 2 + N” as it is kept; raises where it is no such code."""
    code = re.sub(r"\s", "", text).replace("＋", "+")
    if code and not CODE.fullmatch(code):
        raise PlanIncomplete(
            field="code", reason=_("Write how many plans there are of each kind, like 1+2+10.")
        )
    return code


def _put(row: Campaign, new: NewCampaign) -> None:
    for name in ("starts_on", "ends_on"):
        day_within(getattr(new, name), name)
    check_days(new.starts_on, new.ends_on)
    row.title = text_of(new.title, "title", _("Give it a title."), TITLE_CHARS_MAX)
    row.code, row.basis, row.base_year = code_of(new.code), new.basis.strip(), new.base_year
    row.starts_on, row.ends_on = new.starts_on, new.ends_on
    _check_parts(row)


def _parent(pk: UUID, row: Campaign, claim: Claim) -> Campaign:
    """The campaign of which one is made a part: of its area or above, and no part itself."""
    policy.access(Campaign.objects.all(), "campaigns.view", claim.by, pk, at=claim.at)
    found = Campaign.objects.select_for_update(of=("self",)).get(pk=pk)
    if found.parent_id is not None:
        raise PlanIncomplete(field="title", reason=_("A part of a campaign has no parts."))
    if not row.path.startswith(found.path):
        raise PlanIncomplete(
            field="unit", reason=_("Choose a unit of the campaign’s own area, or of one below.")
        )
    return found


def _check_parts(row: Campaign) -> None:
    """A part lies within the days of its campaign, whichever of the two is changed."""
    above = None
    if row.parent_id is not None:
        # Locked, so that its days aren't moved while they are looked at.
        above = Campaign.objects.select_for_update(of=("self",)).get(pk=row.parent_id)
    if above and not above.starts_on <= row.starts_on <= row.ends_on <= above.ends_on:
        raise PlanIncomplete(
            field="starts_on",
            reason=_("Its days lie outside those of “%(title)s” (%(first)s to %(last)s).")
            % {"title": above.title, "first": above.starts_on, "last": above.ends_on},
        )
    if row._state.adding:
        return
    outside = Q(starts_on__lt=row.starts_on) | Q(ends_on__gt=row.ends_on)
    if part := row.parts.filter(outside).first():
        raise PlanIncomplete(
            field="ends_on",
            reason=_("“%(title)s” is a part of it and lies outside these days.")
            % {"title": part.title},
        )


def _told(row: Campaign) -> dict[str, object]:
    return {
        "title": row.title, "code": row.code, "from": row.starts_on.isoformat(),
        "to": row.ends_on.isoformat(), "base_year": row.base_year,
        "stages": told(row),
    }  # fmt: skip


__all__ = ("change_campaign", "code_of", "make_campaign")
