"""Tokens for programs (S20)."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from anlan.base.actor import Actor
from anlan.base.refusal import NotAllowed, NotFound, Unreadable
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import (
    ApiToken,
)
from anlan.kernel.accounts.seals import digest
from anlan.kernel.audit import trail
from anlan.kernel.audit.trail import Entry

TOKEN_DAYS_MAX = 365


@transaction.atomic
def create_token(
    name: str, scopes: Iterable[str], days: int, *, by: Actor, at: datetime
) -> tuple[ApiToken, str]:
    """A token for one's own programs, shown this once. It never reaches beyond its owner (S20)."""
    if by.user_id is None:
        raise NotAllowed(reason=_("A token belongs to a person."))
    wanted = sorted(set(scopes))
    known = policy.permissions()
    areas = {f"{permission.split('.')[0]}.*" for permission in known}
    unknown = [scope for scope in wanted if scope not in known and scope not in areas]
    if unknown or not wanted:
        raise Unreadable(field=_("Scopes"), reason=_("choose one from the list"))
    if not 1 <= days <= TOKEN_DAYS_MAX:
        raise Unreadable(
            field=_("Days it works"), reason=_("from 1 to %(most)s") % {"most": TOKEN_DAYS_MAX}
        )
    secret = "anlan_" + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user_id=by.user_id,
        name=name,
        digest=digest(secret),
        scopes=wanted,
        created_at=at,
        expires_at=at + timedelta(days=days),
    )
    entry = Entry("accounts.token_created", "accounts.apitoken", token.pk, after={"scopes": wanted})
    trail.record([entry], by=by, at=at)
    return token, secret


@transaction.atomic
def revoke_token(token_id: UUID, *, by: Actor, at: datetime) -> None:
    if by.user_id is None:
        raise NotFound
    mine = ApiToken.objects.filter(pk=token_id, user_id=by.user_id, revoked_at=None)
    if not mine.update(revoked_at=at):
        raise NotFound
    trail.record(
        [Entry("accounts.token_revoked", "accounts.apitoken", str(token_id))], by=by, at=at
    )
