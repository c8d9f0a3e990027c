"""Two entries of one enterprise become one: proposed by one person, confirmed by another."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from anlan.base.actor import Actor
from anlan.base.refusal import NotAllowed
from anlan.domain.enterprises.commands.writing import OBJECT, entry_of
from anlan.domain.enterprises.models import Enterprise, FormerName, Status
from anlan.domain.enterprises.queries import family
from anlan.domain.enterprises.refusals import MergeRefused
from anlan.kernel.accounts.commands import join_enterprises
from anlan.kernel.accounts.policy import access
from anlan.kernel.audit.trail import Entry, record


@transaction.atomic(durable=True)
def propose_merge(pk: int, into: int, *, by: Actor, at: datetime) -> Enterprise:
    """Say that an entry is the same as another. A second person decides."""
    row = entry_of(pk, "enterprise.edit", by)
    winner = access(Enterprise.objects.all(), "enterprise.edit", by, into)
    _mergeable(row, winner)
    Enterprise.objects.filter(pk=pk).update(
        merge_proposed_into=winner, merge_proposed_by=by.user_id, updated_at=at
    )
    record(
        [Entry("enterprise.merge_proposed", OBJECT, str(pk), after={"into": into})], by=by, at=at
    )
    return row


@transaction.atomic(durable=True)
def decide_merge(pk: int, agreed: bool, *, by: Actor, at: datetime) -> Enterprise:
    """Merge as proposed, or drop the proposal. Never by the person who proposed it."""
    row = entry_of(pk, "enterprise.merge", by)
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
    record([Entry(action, OBJECT, str(pk), after={"into": winner.pk})], by=by, at=at)
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


def _mergeable(row: Enterprise, winner: Enterprise) -> None:
    if row.pk == winner.pk:
        raise MergeRefused(reason=_("they are the same entry; choose another one."))
    if row.merged_into_id is not None or winner.merged_into_id is not None:
        raise MergeRefused(reason=_("one of them was merged already; open its successor."))
    if row.credit_code and winner.credit_code:
        raise MergeRefused(
            reason=_("each has a credit code of its own; correct the code that is wrong first.")
        )
