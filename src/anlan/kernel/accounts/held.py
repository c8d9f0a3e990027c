"""The posts that somebody holds on a day, and what they cover: one query a request."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import BigIntegerField, DateField, Q, QuerySet
from django.utils import timezone

from anlan.base.actor import Actor
from anlan.base.prepared import Prepared, slot
from anlan.kernel.accounts.models import ADMIN_ROLES, Jurisdiction, Post, Role, User, valid_on
from anlan.kernel.accounts.seals import holds
from anlan.kernel.audit import trail


@dataclass(frozen=True)
class Held:
    """A post that counts today."""

    id: int
    role: str
    unit_id: int
    unit: str
    is_deputy: bool


@dataclass(frozen=True)
class Grant:
    """One role over one area path (empty: the nation); None means every sector, enterprise."""

    role: str
    unit_id: int
    path: str
    sector: str | None
    enterprise: int | None


_POST = Post.SEALED
_LAND = Jurisdiction.SEALED
_FIELDS = (
    *(f"deputy_of__{name}" for name in (*_POST, "mac", "id")),
    *(f"unit__jurisdictions__{name}" for name in (*_LAND, "mac", "id", "area__level")),
    *_POST, "mac", "id", "unit__name",
)  # fmt: skip


def posts(by: Actor) -> tuple[Held, ...]:
    """The posts that ``by`` holds today, own ones first."""
    _look_up(by)
    found: tuple[Held, ...] = by.memo["posts"]
    return found


def grants(by: Actor) -> tuple[Grant, ...]:
    """What those posts cover."""
    _look_up(by)
    found: tuple[Grant, ...] = by.memo["grants"]
    return found


def _look_up(by: Actor) -> None:
    if "posts" in by.memo:
        return
    day: date = by.memo.setdefault("today", timezone.localdate())
    held: dict[int, Held] = {}
    found: set[Grant] = set()
    for row in _rows(by.user_id, day):
        if not _counts(row, day, by):
            continue
        held[row["id"]] = Held(
            row["id"],
            row["role"],
            row["unit_id"],
            row["unit__name"],
            row["deputy_of_id"] is not None,
        )
        if row["role"] in ADMIN_ROLES or not _land_counts(row, day, by):
            continue  # Administrators see no business, whatever their unit covers (S16).
        land = _part(row, "unit__jurisdictions__")
        nation = land["area__level"] == 0
        found.add(
            Grant(
                role=row["role"],
                unit_id=row["unit_id"],
                path="" if nation else land["path"],
                sector=land["sector_id"],
                enterprise=land["enterprise_id"],
            )
        )
    by.memo["posts"] = tuple(sorted(held.values(), key=lambda post: (post.is_deputy, post.id)))
    by.memo["grants"] = tuple(found)


def _of(user_id: Any, day: Any) -> QuerySet[Post]:
    return Post.objects.filter(
        valid_on(day),
        valid_on(day, "unit__"),
        Q(user_id=user_id, user__is_active=True),
        Q(user__expires_on=None) | Q(user__expires_on__gte=day),
    )


_asked = Prepared(
    lambda: (
        _of(slot("user", BigIntegerField()), slot("day", DateField()))
        .order_by("id")
        .values_list(*_FIELDS)
    )
)


def _rows(user_id: int | None, day: date) -> Iterator[dict[str, Any]]:
    if user_id is None:
        return iter(())
    return (dict(zip(_FIELDS, row, strict=True)) for row in _asked.rows(user=user_id, day=day))


def _part(row: dict[str, Any], prefix: str) -> dict[str, Any]:
    return {k.removeprefix(prefix): v for k, v in row.items() if k.startswith(prefix)}


def _counts(row: dict[str, Any], day: date, by: Actor) -> bool:
    """Sealed, and, for a deputy, the principal's post is held and its holder away."""
    if not _sealed("accounts.post", Post.SEALED, row, by):
        return False
    if row["deputy_of_id"] is None:
        return True
    principal = _part(row, "deputy_of__")
    if not _within(day, principal["valid_from"], principal["valid_to"]):
        return False
    if not _sealed("accounts.post", Post.SEALED, principal, by):
        return False
    dated = row["valid_from"] is not None and row["valid_to"] is not None
    away = principal["away_from"] is not None and _within(
        day, principal["away_from"], principal["away_to"]
    )
    return dated or away


def _land_counts(row: dict[str, Any], day: date, by: Actor) -> bool:
    land = _part(row, "unit__jurisdictions__")
    if land["id"] is None or not _within(day, land["valid_from"], land["valid_to"]):
        return False
    return _sealed("accounts.jurisdiction", Jurisdiction.SEALED, land, by)


def _within(day: date, first: date | None, last: date | None) -> bool:
    return (first is None or first <= day) and (last is None or day <= last)


def _sealed(label: str, names: tuple[str, ...], row: dict[str, Any], by: Actor) -> bool:
    if holds(row["mac"], label, *(row[name] for name in names)):
        return True
    alarmed: set[tuple[str, int]] = by.memo.setdefault("alarmed", set())
    if (label, row["id"]) not in alarmed:
        alarmed.add((label, row["id"]))
        denied(by, "accounts.seal_broken", label, str(row["id"]), "seal_broken", timezone.now())
    return False


def denied(
    by: Actor, action: str, object_type: str, object_id: str, reason: str, at: datetime
) -> None:
    trail.denied(by, action, object_type, object_id, reason, at)


def actor(user: User, *, today: date, address: str = "", scopes: list[str] | None = None) -> Actor:
    """A person as an actor on a day; their first own post says for which unit they act."""
    memo: dict[str, Any] = {"today": today}
    if scopes is not None:
        memo["scopes"] = frozenset(scopes)
    looked = Actor(user_id=user.pk, name=user.name, address=address, memo=memo)
    held = posts(looked)
    unit_id = held[0].unit_id if held else None
    return Actor(user.pk, user.name, unit_id=unit_id, address=address, memo=looked.memo)


def needs_factor(by: Actor) -> bool:
    """Whether a second factor is forced: administrators, and whoever sees several firms (S06)."""
    if any(post.role in ADMIN_ROLES for post in posts(by)):
        return True
    seen = {grant.enterprise for grant in grants(by)}
    return None in seen or len(seen) > 1


def is_administrator(by: Actor) -> bool:
    return any(Role(post.role) in ADMIN_ROLES for post in posts(by))
