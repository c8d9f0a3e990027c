"""What people keep of lists: narrowed ones under a name, and the columns that they want to see."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from anlan.base.actor import Actor
from anlan.base.refusal import NotAllowed, NotFound, Unreadable
from anlan.kernel.accounts.models import (
    FILTER_NAME_CHARS_MAX,
    FILTER_QUERY_CHARS_MAX,
    ColumnChoice,
    SavedFilter,
)
from anlan.kernel.audit import trail
from anlan.kernel.audit.trail import Entry

#: Of one list; more names than that nobody reads.
FILTERS_MAX = 30


@transaction.atomic
def save_filter(
    page: str, name: str, query: str, *, shared: bool, by: Actor, at: datetime
) -> SavedFilter:
    """Keep a list under a name; the same name again takes the place of the earlier one."""
    user = _person(by)
    name = " ".join(name.split())
    if not 1 <= len(name) <= FILTER_NAME_CHARS_MAX:
        raise Unreadable(
            field=_("Name"), reason=_("give it 1 to %(most)s characters")
            % {"most": FILTER_NAME_CHARS_MAX},
        )  # fmt: skip
    if not query or len(query) > FILTER_QUERY_CHARS_MAX:
        raise Unreadable(
            field=_("Filter"), reason=_("narrow the list first, by at least one filter")
        )
    if shared and by.unit_id is None:
        raise Unreadable(field=_("Unit"), reason=_("you hold no post at a unit to share it with"))
    own = SavedFilter.objects.filter(user=user, page=page)
    if own.exclude(name=name).count() >= FILTERS_MAX:
        raise Unreadable(
            field=_("Filter"), reason=_("you have %(most)s of this list; remove one first")
            % {"most": FILTERS_MAX},
        )  # fmt: skip
    unit = by.unit_id if shared else None
    row, _made = SavedFilter.objects.update_or_create(
        user_id=user, page=page, name=name,
        defaults={"query": query, "unit_id": unit, "saved_at": at},
    )  # fmt: skip
    after = {"page": page, "name": name, "query": query, "unit": unit}
    entry = Entry("accounts.filter_saved", "accounts.savedfilter", row.pk, after=after)
    trail.record([entry], by=by, at=at)
    return row


@transaction.atomic
def drop_filter(pk: int, *, by: Actor, at: datetime) -> str:
    """Remove one's own; another's, shared or not, isn't there. Returns its page."""
    row = SavedFilter.objects.select_for_update().filter(pk=pk, user=_person(by)).first()
    if row is None:
        raise NotFound
    before = {"page": row.page, "name": row.name, "query": row.query, "unit": row.unit_id}
    row.delete()
    entry = Entry("accounts.filter_dropped", "accounts.savedfilter", pk, before=before)
    trail.record([entry], by=by, at=at)
    return row.page


@transaction.atomic
def keep_columns(page: str, codes: Sequence[str], *, by: Actor, at: datetime) -> None:
    """Keep which columns of a list one wants to see; none of them means: as the list comes."""
    user, text = _person(by), ",".join(codes)
    if len(text) > FILTER_QUERY_CHARS_MAX:
        raise Unreadable(field=_("Columns"), reason=_("choose one from the list"))
    if codes:
        ColumnChoice.objects.update_or_create(user_id=user, page=page, defaults={"codes": text})
    else:
        ColumnChoice.objects.filter(user=user, page=page).delete()
    entry = Entry("accounts.columns_kept", "accounts.columnchoice", page, after={"columns": text})
    trail.record([entry], by=by, at=at)


def _person(by: Actor) -> int:
    if by.user_id is None:
        raise NotAllowed(reason=_("Lists are kept by people."))
    return by.user_id
