"""Accounts: made, changed, disabled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from anlan.base.actor import Actor
from anlan.base.refusal import NotAllowed, NotFound, Unreadable
from anlan.kernel.accounts import policy, sessions
from anlan.kernel.accounts.commands.refusals import Taken
from anlan.kernel.accounts.models import (
    ApiToken,
    Invitation,
    User,
)
from anlan.kernel.accounts.names import account_name, is_account_name
from anlan.kernel.audit import trail
from anlan.kernel.audit.trail import Entry, personal

UNUSED_DAYS_MAX = 90


@transaction.atomic
def create_person(
    username: str,
    name: str,
    *,
    by: Actor,
    at: datetime,
    email: str = "",
    expires_on: date | None = None,
) -> User:
    """An account that nobody can use yet: it has no password until its link is opened."""
    policy.demand(by, "people.edit", at)
    return create_people([(username, name, email, expires_on)], by=by, at=at)[0]


def create_people(
    rows: Sequence[tuple[str, str, str, date | None]], *, by: Actor, at: datetime
) -> list[User]:
    users = []
    for username, name, email, expires_on in rows:
        folded = account_name(username)
        if not is_account_name(folded):
            raise Unreadable(
                field=_("User id"),
                reason=_("use 2 to 60 letters, digits, dots or hyphens without spaces"),
            )
        users.append(
            User(
                username=folded,
                name=name.strip(),
                email=email.strip(),
                password=make_password(None),
                created_by_id=by.user_id,
                created_at=at,
                expires_on=expires_on,
            )
        )
    try:
        with transaction.atomic():
            made = User.objects.bulk_create(users)
    except IntegrityError as error:
        raise Taken(value=", ".join(user.username for user in users[:3])) from error
    trail.record(
        [
            Entry(
                "accounts.person_created",
                "accounts.user",
                user.pk,
                after={
                    "username": personal(f"user:{user.pk}", user.username),
                    "name": personal(f"user:{user.pk}", user.name),
                },
            )
            for user in made
        ],
        by=by,
        at=at,
    )
    return made


@transaction.atomic
def change_person(
    user_id: int,
    *,
    by: Actor,
    at: datetime,
    name: str | None = None,
    email: str | None = None,
    expires_on: date | None = None,
) -> User:
    policy.demand(by, "people.edit", at)
    user = user_for_update(user_id)
    subject = f"user:{user.pk}"
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for field, value in {"name": name, "email": email}.items():
        if value is not None and getattr(user, field) != value:
            before[field] = personal(subject, getattr(user, field))
            after[field] = personal(subject, value)
            setattr(user, field, value)
    if expires_on != user.expires_on:
        before["expires_on"], after["expires_on"] = str(user.expires_on), str(expires_on)
        user.expires_on = expires_on
    user.save(update_fields=["name", "email", "expires_on"])
    entry = Entry("accounts.person_changed", "accounts.user", user.pk, before=before, after=after)
    trail.record([entry], by=by, at=at)
    return user


@transaction.atomic
def disable(user_id: int, *, by: Actor, at: datetime, reason: str = "") -> User:
    """Nobody gets in with this account any more, and whoever is in is out (S09)."""
    policy.demand(by, "people.edit", at)
    if user_id == by.user_id:
        raise NotAllowed(reason=_("Nobody can disable their own account."))
    user = user_for_update(user_id)
    _disable([user], reason, by=by, at=at)
    return user


def _disable(users: Sequence[User], reason: str, *, by: Actor, at: datetime) -> None:
    keys = [user.pk for user in users]
    User.objects.filter(pk__in=keys).update(is_active=False)
    ApiToken.objects.filter(user_id__in=keys, revoked_at=None).update(revoked_at=at)
    Invitation.objects.filter(user_id__in=keys, used_at=None).update(expires_at=at)
    trail.record(
        [Entry("accounts.person_disabled", "accounts.user", key, reason=reason) for key in keys],
        by=by,
        at=at,
    )
    sessions.kill(keys)


@transaction.atomic
def enable(user_id: int, *, by: Actor, at: datetime) -> User:
    policy.demand(by, "people.edit", at)
    user = user_for_update(user_id)
    user.is_active = True
    user.last_seen_at = at  # The 90 unused days begin anew.
    user.save(update_fields=["is_active", "last_seen_at"])
    trail.record([Entry("accounts.person_enabled", "accounts.user", user.pk)], by=by, at=at)
    return user


@transaction.atomic
def disable_unused(*, by: Actor, at: datetime) -> int:
    """S18: the clock disables what expired or was not used for 90 days."""
    today, since = timezone.localdate(at), at - timedelta(days=UNUSED_DAYS_MAX)
    unused = Q(last_seen_at__lt=since) | Q(last_seen_at=None, created_at__lt=since)
    users = list(User.objects.filter(Q(expires_on__lt=today) | unused, is_active=True))
    if users:
        _disable(users, "unused or expired", by=by, at=at)
    return len(users)


def user_for_update(user_id: int) -> User:
    user = User.objects.select_for_update().filter(pk=user_id).first()
    if user is None:
        raise NotFound
    return user
