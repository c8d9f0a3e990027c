"""A browser that signs in, and what it needs to."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from anlan.base.actor import Actor
from anlan.kernel.accounts import held
from anlan.kernel.accounts.models import (
    ADMIN_ROLES,
    Jurisdiction,
    Post,
    Role,
    Unit,
    UnitKind,
    User,
)
from anlan.kernel.regions.models import Region

PASSWORD = "Correct-horse-battery-7"
#: 10:00 in China on a working day; a real moment, because allauth and axes ask the clock.
NOON = datetime(2024, 6, 25, 2, 0, tzinfo=UTC)


#: Whoever sits at the machine itself.
CLI = Actor(None, "cli:root", trusted=True)


def by(user: User) -> Actor:
    """The actor that somebody is today."""
    return held.actor(user, today=timezone.localdate())


class Browser(Client):
    """A client that signs in through the page."""

    def sign_in(self, username: str, password: str = PASSWORD, **more: str) -> Any:
        data = {"login": username, "password": password}
        return self.post(reverse("account_login"), data, **more)

    @property
    def is_in(self) -> bool:
        return self.get(reverse("mfa_index")).status_code == 200

    def enrol(self) -> str:
        """Set up an app; returns its secret."""
        self.get(reverse("mfa_activate_totp"))
        secret = self.session["mfa.totp.secret"]
        answer = self.post(reverse("mfa_activate_totp"), {"code": totp(secret)})
        assert answer.status_code == 302, answer.content.decode()
        return secret


def totp(secret: str, ahead: int = 0) -> str:
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + ahead))


def make_person(
    username: str,
    role: str = "",
    *,
    area: Region,
    enterprise: int | None = None,
    sector: str | None = None,
    **more: Any,
) -> User:
    """An account with a password and, where a role is given, a post at a unit of its own."""
    now = timezone.now()
    user = User(
        username=username, name=username.title(), password_changed_at=now, created_at=now, **more
    )
    user.set_password(PASSWORD)
    user.save()
    if not role:
        return user
    unit = Unit.objects.create(
        code=f"unit-{username}",
        name=f"Unit of {username}",
        kind=UnitKind.ENTERPRISE if enterprise else UnitKind.DEPARTMENT,
        area=area,
        path=area.path,
    )
    if role not in ADMIN_ROLES:
        Jurisdiction.objects.create(
            unit=unit, area=area, path=area.path, enterprise_id=enterprise, sector_id=sector
        )
    Post.objects.create(user=user, unit=unit, role=Role(role))
    return user
