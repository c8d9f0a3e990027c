"""Signing in for programs: a token in the Authorization header, or the page's own session (S20).

api = NinjaAPI(auth=[TokenAuth(), PageAuth()])
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer, SessionAuth

from anlan.base.actor import Actor
from anlan.kernel.accounts import counts, gate, held
from anlan.kernel.accounts.models import ApiToken
from anlan.kernel.accounts.network import client_address
from anlan.kernel.accounts.seals import digest
from anlan.kernel.accounts.signin import can_sign_in

#: Requests a token or an address may make, in each process.
PER_TOKEN = counts.Burst(times=600, seconds=60)
#: Wrong tokens an address may try; in the database, because that is an attack.
WRONG = counts.Limit("api-wrong-token", times=30, seconds=300)
#: How exactly the last use is known.
TOUCH = timedelta(minutes=1)


class TokenAuth(HttpBearer):
    """``Authorization: Bearer anlan_…``. The actor is the owner within the token's scopes."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        at = timezone.now()
        found = (
            ApiToken.objects.select_related("user")
            .filter(digest=digest(token), revoked_at=None, expires_at__gt=at)
            .first()
        )
        address = client_address(request)
        if found is None or not can_sign_in(found.user, at):
            counts.hit(WRONG, address, at)
            return None
        PER_TOKEN.hit(str(found.pk))
        if found.last_used_at is None or at - found.last_used_at > TOUCH:
            ApiToken.objects.filter(pk=found.pk).update(last_used_at=at)
        actor = held.actor(
            found.user, today=timezone.localdate(at), address=address, scopes=found.scopes
        )
        request.anlan_actor = actor  # type: ignore[attr-defined]
        return actor


class PageAuth(SessionAuth):
    """Our own pages calling the API: the session, with CSRF, and the forced second factor."""

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        if not request.user.is_authenticated or gate.factor_missing(request):
            return None
        actor = gate.actor_of(request)
        PER_TOKEN.hit(f"user:{actor.user_id}")
        return actor
