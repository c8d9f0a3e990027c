"""A person's inbox: what was addressed to them, or to a unit where they hold a post."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import BigIntegerField, Exists, OuterRef, Q, QuerySet

from anlan.base.actor import Actor
from anlan.base.limits import IN_LIST_MAX, PAGE_ROWS
from anlan.base.prepared import Prepared, one_of, slot
from anlan.kernel.accounts import held
from anlan.kernel.accounts.models import ADMIN_ROLES
from anlan.kernel.notices import kinds
from anlan.kernel.notices.models import Notice, Read, ReadAll, Recipient

#: The badge counts no further: "99+".
UNREAD_MAX = 100


@dataclass(frozen=True)
class Item:
    id: UUID
    kind: str
    about: str
    data: dict[str, Any]
    at: datetime
    read: bool

    @property
    def text(self) -> str:
        """In the language that is active now."""
        return kinds.words(self.kind, self.about, self.data)

    @property
    def link(self) -> str:
        return kinds.link(self.kind, self.about, self.data)


@dataclass(frozen=True)
class Page:
    items: list[Item]
    #: Hand it back as ``before`` for the next page; None at the end.
    next: UUID | None


def units_of(by: Actor) -> list[int]:
    """The units whose notices a person gets. An administrator's post sees no business (S16)."""
    units = {post.unit_id for post in held.posts(by) if post.role not in ADMIN_ROLES}
    return sorted(units)[:IN_LIST_MAX]


def _units_of(user_id: int, today: date) -> list[int]:
    return units_of(Actor(user_id, "", memo={"today": today}))


def _mine(user_id: int, today: date) -> QuerySet[Recipient]:
    """Said so that each half is answered by its own index, however many notices others have."""
    return Recipient.objects.filter(
        Q(unit_id=None, user_id=user_id) | Q(user_id=None, unit_id__in=_units_of(user_id, today)),
    )


def _unread(user_id: int, today: date) -> QuerySet[Recipient]:
    read = Read.objects.filter(notice=OuterRef("notice"), user_id=user_id)
    unread = _mine(user_id, today).filter(~Exists(read))
    until = ReadAll.objects.filter(user_id=user_id).values_list("until", flat=True).first()
    return unread.filter(notice__gt=until) if until else unread


def notices_of(user_id: int, today: date) -> QuerySet[Notice]:
    """A person's notices, each once, newest first."""
    mine = _mine(user_id, today).values("notice")
    return Notice.objects.filter(id__in=mine).order_by("-id")


def unread_of(user_id: int, today: date) -> QuerySet[Notice]:
    unread = _unread(user_id, today).values("notice")
    return Notice.objects.filter(id__in=unread).order_by("-id")


def unread(by: Actor) -> int:
    """How many are unread, to UNREAD_MAX: the badge on every page, so it must be quick."""
    found = _badge.rows_of("unit", units_of(by), -1, user=by.user_id)
    return min(len(set(found)), UNREAD_MAX)


def _badge_rows() -> QuerySet[Recipient, Any]:
    user = slot("user", BigIntegerField())
    read = Read.objects.filter(notice=OuterRef("notice"), user_id=user)
    until = ReadAll.objects.filter(user_id=user, until__gte=OuterRef("notice"))
    mine = Q(unit_id=None, user_id=user) | Q(
        one_of("unit_id", "unit", BigIntegerField()), user_id=None
    )
    rows = Recipient.objects.filter(mine, ~Exists(read), ~Exists(until))
    return rows.order_by().values_list("notice").distinct()[:UNREAD_MAX]


# One unit has three notices, another a hundred thousand.
_badge = Prepared(_badge_rows, planned=False)


def page(
    user_id: int, today: date, *, only_unread: bool = False, before: UUID | None = None
) -> Page:
    found = unread_of(user_id, today) if only_unread else notices_of(user_id, today)
    if before:
        found = found.filter(id__lt=before)
    notices = list(found[: PAGE_ROWS + 1])
    shown = notices[:PAGE_ROWS]
    until = ReadAll.objects.filter(user_id=user_id).values_list("until", flat=True).first()
    read = set(
        Read.objects.filter(user_id=user_id, notice__in=shown).values_list("notice_id", flat=True)
    )
    items = [
        item_of(notice, notice.id in read or (until is not None and notice.id <= until))
        for notice in shown
    ]
    return Page(items, shown[-1].id if len(notices) > PAGE_ROWS else None)


def item_of(notice: Notice, read: bool = False) -> Item:
    return Item(notice.id, notice.kind, notice.about, notice.data, notice.at, read)


def mark_read(user_id: int, ids: list[UUID], *, today: date, at: datetime) -> int:
    """Mark notices read; those of others are passed over. Returns how many were."""
    mine = notices_of(user_id, today).filter(id__in=ids[:IN_LIST_MAX]).values_list("id", flat=True)
    rows = [Read(user_id=user_id, notice_id=pk, at=at) for pk in mine]
    Read.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def mark_all_read(user_id: int, *, today: date) -> None:
    """Everything that is there now is read; what comes a moment later isn't."""
    newest = notices_of(user_id, today).values_list("id", flat=True).first()
    if newest:
        ReadAll.objects.update_or_create(user_id=user_id, defaults={"until": newest})
