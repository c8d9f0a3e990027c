"""Signing in: what we ask of allauth and axes, and what we do beside them (S01–S06, S09)."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import LoginForm as AllauthLoginForm
from allauth.account.internal.flows.login import record_authentication
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django import forms
from django.conf import settings
from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import BigIntegerField
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.base import crypto
from anlan.base.actor import Actor
from anlan.base.prepared import PreparedRow, slot
from anlan.kernel.accounts import counts, held, sessions
from anlan.kernel.accounts.models import RecoveryCode, User, UserSession
from anlan.kernel.accounts.names import account_name
from anlan.kernel.accounts.network import client_address
from anlan.kernel.accounts.seals import digest
from anlan.kernel.audit import trail

#: From one address, whatever the account: enough for an office behind one router.
BY_ADDRESS = counts.Limit("signin-address", times=60, seconds=300)
#: Wrong passwords for one account from anywhere; above these each try takes longer.
BY_ACCOUNT = counts.Limit("signin-account", times=1_000_000, seconds=900)
#: Wrong second factors for one account from one address.
BY_FACTOR = counts.Limit("signin-factor", times=5, seconds=900)
FREE_FAILURES = 5
PAUSE_SECONDS_MAX = 2.0
RECOVERY_CODES = 10

#: Replaced in tests, so that nobody waits.
pause: Callable[[float], None] = time.sleep


class Backend(BaseBackend):
    """User id and password; nobody who is disabled or expired, and no word about which."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **_more: Any,
    ) -> User | None:
        if not username or not password:
            return None
        user = User.objects.filter(username=account_name(username)).first()
        if user is None:
            # As long as a wrong password takes (S05).
            make_password(password)
            return None
        if not user.check_password(password):
            return None
        return user if can_sign_in(user, timezone.now()) else None

    def get_user(self, user_id: int) -> User | None:
        user = _by_number.first(pk=user_id)
        return user if user and can_sign_in(user, timezone.now()) else None


_by_number = PreparedRow(lambda: User.objects.filter(pk=slot("pk", BigIntegerField())))


def can_sign_in(user: User, at: datetime) -> bool:
    day = timezone.localdate(at)
    return user.is_active and (user.expires_on is None or user.expires_on >= day)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """What allauth asks us; nobody signs up, and no mail is ever a factor."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        from anlan.kernel.accounts.gate import is_fresh  # the gate knows this module's settings

        return not is_fresh(self.request or context.request)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        at = timezone.now()
        counts.hit(BY_ADDRESS, client_address(request), at)
        name = account_name(str(credentials.get("username", "")))
        failures = counts.tried(BY_ACCOUNT, name, at)
        if failures >= FREE_FAILURES:
            # Slower for everybody, locked for nobody: a stranger can't shut the owner out (S04).
            pause(min(PAUSE_SECONDS_MAX, 0.1 * 2 ** min(failures - FREE_FAILURES, 10)))
        user: User | None = super().authenticate(request, **credentials)
        if user is None:
            counts.hit(BY_ACCOUNT, name, at)
            known = User.objects.filter(username=name).values_list("pk", flat=True).first()
            by = Actor(known, name if known else "?", address=client_address(request))
            trail.denied(by, "accounts.sign_in", "accounts.user", known or "?", "refused", at)
        return user

    def login(self, request: HttpRequest, user: User) -> None:
        at = timezone.now()
        address = client_address(request)
        by = held.actor(user, today=timezone.localdate(at), address=address)
        elsewhere = [row for row in sessions.live(user.pk, at) if row.address != address]
        agent = str(request.META.get("HTTP_USER_AGENT") or "")
        with transaction.atomic():
            super().login(request, user)
            sessions.begin(
                request.session,
                address=address,
                agent=agent,
                administrator=held.is_administrator(by),
                flagged=bool(elsewhere),
                at=at,
            )
            User.objects.filter(pk=user.pk).update(last_seen_at=at)
            entries = [trail.Entry("accounts.sign_in", "accounts.user", user.pk)]
            if elsewhere:
                # A shared account looks like this (S01); the owner and the auditor see it.
                keys = [row.pk for row in elsewhere]
                UserSession.objects.filter(pk__in=keys).update(flagged=True)
                entries.append(trail.Entry("accounts.two_places", "accounts.user", user.pk))
            trail.record(entries, by=by, at=at)

    def logout(self, request: HttpRequest) -> None:
        user = request.user
        at = timezone.now()
        by = Actor(user.pk, str(user), address=client_address(request))
        with transaction.atomic():
            super().logout(request)
            trail.record(
                [trail.Entry("accounts.sign_out", "accounts.user", str(user.pk))], by=by, at=at
            )

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Our pages say what happened themselves."""

    def set_password(self, user: User, password: str) -> None:
        raise NotImplementedError("passwords are set by accounts.commands.set_password")

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Changes of a factor are put on record by the view, in ``recorded``."""


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    def encrypt(self, text: str) -> str:
        return crypto.seal_text(text, "mfa_authenticator.data", "accounts/factor")

    def decrypt(self, encrypted_text: str) -> str:
        return crypto.unseal_text(encrypted_text, "mfa_authenticator.data", "accounts/factor")

    def get_totp_issuer(self) -> str:
        return str(_("Anlan"))

    def get_totp_label(self, user: User) -> str:
        return user.username

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """The last one stays where a second factor is forced."""
        user = authenticator.user
        others = Authenticator.objects.filter(user=user).exclude(pk=authenticator.pk)
        by = held.actor(user, today=timezone.localdate())
        return settings.MFA_OFF or others.exists() or not held.needs_factor(by)


class LoginForm(AllauthLoginForm):  # type: ignore[misc]
    """User id and password in our words; compared without case and width."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = gettext_lazy("User id")
        self.fields["password"].label = gettext_lazy("Password")
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)

    def clean_login(self) -> str:
        return account_name(self.cleaned_data["login"])

    def login(self, request: HttpRequest, redirect_url: str | None = None) -> HttpResponse:
        response: HttpResponse = super().login(request, redirect_url=redirect_url)
        return response


class _Code:
    """A code of an app, or a recovery code: each works once."""

    user: User
    fields: dict[str, forms.Field]
    cleaned_data: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = gettext_lazy("Code from the app")
        self.fields["code"].widget.attrs.pop("placeholder", None)

    def clean_code(self) -> str:
        request = context.request
        at = timezone.now()
        who = f"{self.user.pk}:{client_address(request)}"
        counts.hit(BY_FACTOR, who, at)
        code = "".join(str(self.cleaned_data["code"]).split()).replace("-", "").upper()
        factor = use_totp(self.user, code) or use_recovery(self.user, code, at)
        if factor is None:
            by = Actor(self.user.pk, self.user.name, address=client_address(request))
            trail.denied(by, "accounts.factor", "accounts.user", self.user.pk, "refused", at)
            raise DefaultMFAAdapter().validation_error("incorrect_code")
        counts.forget(BY_FACTOR, who)
        factor.user = self.user
        self.authenticator = factor
        return code


class AuthenticateForm(_Code, mfa_forms.AuthenticateForm):  # type: ignore[misc]
    pass


class ReauthenticateForm(_Code, mfa_forms.ReauthenticateForm):  # type: ignore[misc]
    pass


def use_totp(user: User, code: str) -> Authenticator | None:
    """The authenticator whose code of this moment ``code`` is; it can't be used again (S06)."""
    found = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    if found is None:
        return None
    secret = MfaAdapter().decrypt(found.data["secret"])
    for step in yield_hotp_counters_from_time():
        if secrets.compare_digest(
            format_hotp_value(hotp_value(secret, step)).encode(), code.encode()
        ):
            # Compare and set: of two who send the same code at once, one gets in.
            fresh = User.objects.filter(pk=user.pk, totp_step__lt=step).update(totp_step=step)
            return found if fresh else None
    return None


def use_recovery(user: User, code: str, at: datetime) -> Authenticator | None:
    """Any authenticator of the user where ``code`` is an unused recovery code."""
    used = RecoveryCode.objects.filter(
        user=user, digest=digest(f"recovery:{user.pk}:{code}"), used_at=None
    ).update(used_at=at)
    return Authenticator.objects.filter(user=user).first() if used else None


def new_recovery_codes(user: User, by: Actor, at: datetime) -> list[str]:
    """Ten new codes in place of the old, to be shown once; only their digests are kept."""
    alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
    codes = ["".join(secrets.choice(alphabet) for _n in range(16)) for _m in range(RECOVERY_CODES)]
    with transaction.atomic():
        RecoveryCode.objects.filter(user=user).delete()
        RecoveryCode.objects.bulk_create(
            [RecoveryCode(user=user, digest=digest(f"recovery:{user.pk}:{code}")) for code in codes]
        )
        entry = trail.Entry("accounts.factor_recovery_codes", "accounts.user", user.pk)
        trail.record([entry], by=by, at=at)
    return codes


def recorded(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view of allauth's that may add or remove a factor: put on record what it did (S22)."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        user = request.user
        assert isinstance(user, User)
        at = timezone.now()
        by = Actor(user.pk, user.name, address=client_address(request))
        with transaction.atomic():
            before = set(Authenticator.objects.filter(user=user).values_list("pk", "type"))
            response = view(request, *args, **kwargs)
            after = set(Authenticator.objects.filter(user=user).values_list("pk", "type"))
            trail.record(
                [
                    trail.Entry(
                        f"accounts.factor_{verb}",
                        "accounts.user",
                        user.pk,
                        after={"type": str(kind)},
                    )
                    for verb, changed in (("added", after - before), ("removed", before - after))
                    for _pk, kind in changed
                ],
                by=by,
                at=at,
            )
        if after - before:
            # Whoever just used a new factor has shown that they have it.
            record_authentication(request, user, method="mfa", type="new")
        return response

    return wrapped


def is_held_up(username: str, at: datetime) -> bool:
    """Whether failed tries lock an account out somewhere, or make it slow everywhere."""
    from axes.models import AccessAttempt  # it reads the settings when it is imported

    locked = AccessAttempt.objects.filter(
        username=username,
        failures_since_start__gte=settings.AXES_FAILURE_LIMIT,
        attempt_time__gt=at - LOCKED_FOR,
    )
    return counts.tried(BY_ACCOUNT, username, at) >= FREE_FAILURES or locked.exists()


def locked_out(request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
    """axes asks this when (account, address) has failed too often."""
    seconds = int(settings.AXES_COOLOFF_TIME.total_seconds())
    page = render_to_string("accounts/locked.html", {"minutes": seconds // 60}, request)
    return HttpResponse(page, status=429, headers={"Retry-After": str(seconds)})


#: What axes is told in the settings.
LOCKED_FOR = timedelta(minutes=15)
