"""Links with which people set their own passwords, and what ends with a password (S07–S09)."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from anlan.base import stored
from anlan.base.actor import Actor
from anlan.base.refusal import NotAllowed, NotFound, Unreadable
from anlan.kernel.accounts import policy, sessions
from anlan.kernel.accounts.commands.people import create_people, user_for_update
from anlan.kernel.accounts.commands.posts import grant_post
from anlan.kernel.accounts.commands.refusals import LinkSpent
from anlan.kernel.accounts.commands.units import create_unit
from anlan.kernel.accounts.models import (
    ADMIN_ROLES,
    Invitation,
    PastPassword,
    Post,
    Purpose,
    Role,
    Unit,
    UnitKind,
    User,
    UserSession,
)
from anlan.kernel.accounts.passwords import RULES
from anlan.kernel.accounts.seals import digest
from anlan.kernel.audit import trail
from anlan.kernel.audit.trail import Entry
from anlan.kernel.regions.models import Region

BOOTSTRAP_FOR = timedelta(hours=24)
INVITE_FOR = timedelta(days=7)
RESET_FOR = timedelta(hours=24)
ADMIN_UNIT = "administration"


def _new_link(
    purpose: Purpose, user: User | None, role: str, lasts: timedelta, by: Actor, at: datetime
) -> tuple[Invitation, str]:
    token = secrets.token_urlsafe(32)
    link = Invitation.objects.create(
        digest=digest(token),
        purpose=purpose,
        user=user,
        role=role,
        created_at=at,
        created_by=by.name,
        expires_at=at + lasts,
    )
    return link, f"/accounts/link/{token}/"


@transaction.atomic
def bootstrap_link(by: Actor, *, at: datetime, role: str = Role.SYSTEM_ADMIN) -> str:
    """The address at which the first holder of an administrator's role makes their account.

    There is no default account (S07). Refused once somebody holds the role.
    """
    if not by.trusted:
        raise NotAllowed(reason=_("Only the command line on the server can do this."))
    if role not in ADMIN_ROLES:
        raise Unreadable(field=_("Role"), reason=_("choose one from the list"))
    if Post.objects.filter(role=role).held_on(timezone.localdate(at)).exists():
        raise NotAllowed(reason=_("This role has a holder already, who can invite others."))
    Invitation.objects.filter(purpose=Purpose.BOOTSTRAP, role=role, used_at=None).update(
        expires_at=at
    )
    link, path = _new_link(Purpose.BOOTSTRAP, None, role, BOOTSTRAP_FOR, by, at)
    entry = Entry("accounts.bootstrap_link", "accounts.invitation", link.pk, after={"role": role})
    trail.record([entry], by=by, at=at)
    return path


def bootstrap_links(by: Actor, *, at: datetime) -> dict[str, str]:
    """A link for each of the three administrators that has no holder; empty once all have."""
    today = timezone.localdate(at)
    held = set(
        Post.objects.filter(role__in=ADMIN_ROLES).held_on(today).values_list("role", flat=True)
    )
    return {
        role.value: bootstrap_link(by, at=at, role=role)
        for role in ADMIN_ROLES
        if role.value not in held
    }


@transaction.atomic
def invite(user_id: int, *, by: Actor, at: datetime) -> str:
    """The address at which a person sets their first password; only its digest is kept."""
    return _link_for(user_id, Purpose.INVITE, INVITE_FOR, by=by, at=at)


@transaction.atomic
def reset_password(user_id: int, *, by: Actor, at: datetime) -> str:
    """The same for somebody who forgot it. The second factor stays as it is (S08)."""
    return _link_for(user_id, Purpose.RESET, RESET_FOR, by=by, at=at)


def _link_for(user_id: int, purpose: Purpose, lasts: timedelta, *, by: Actor, at: datetime) -> str:
    policy.demand(by, "people.edit", at)
    user = user_for_update(user_id)
    if not user.is_active:
        raise NotAllowed(reason=_("The account is disabled. Enable it first."))
    Invitation.objects.filter(user=user, used_at=None).update(expires_at=at)
    _link, path = _new_link(purpose, user, "", lasts, by, at)
    trail.record([Entry(f"accounts.link_{purpose}", "accounts.user", user.pk)], by=by, at=at)
    return path


def open_link(token: str, at: datetime) -> Invitation:
    """The link behind a token. Raises LinkSpent where it was used, ran out or never was."""
    link = (
        Invitation.objects.select_related("user")
        .filter(digest=digest(token), used_at=None, expires_at__gt=at)
        .first()
    )
    if link is None or (link.user is not None and not link.user.is_active):
        raise LinkSpent
    return link


@transaction.atomic
def use_link(
    token: str, password: str, *, address: str, at: datetime, username: str = "", name: str = ""
) -> User:
    """Set a password with a link, once; a bootstrap link also makes the account and its post."""
    link = open_link(token, at)
    # Compare and set: of two who open it at once, one finds it used.
    if not Invitation.objects.filter(pk=link.pk, used_at=None).update(used_at=at):
        raise LinkSpent
    user = link.user
    if user is None:
        user = _bootstrap(link, username, name, address, at)
    by = Actor(user.pk, user.name, address=address)
    _set_password(user, password, by=by, at=at)
    return user


def _bootstrap(link: Invitation, username: str, name: str, address: str, at: datetime) -> User:
    by = Actor(None, f"link:{link.pk}", address=address, trusted=True)
    today = timezone.localdate(at)
    if Post.objects.filter(role=link.role).held_on(today).exists():
        raise LinkSpent
    user = create_people([(username, name, "", None)], by=by, at=at)[0]
    with stored.house_language():
        named = _("System administration")
    unit = Unit.objects.filter(code=ADMIN_UNIT).first() or create_unit(
        ADMIN_UNIT,
        named,
        UnitKind.OTHER,
        Region.objects.filter(level=0).order_by("pk")[0],
        by=by,
        at=at,
    )
    grant_post(user.pk, unit, link.role, by=by, at=at)
    return user


@transaction.atomic
def set_password(
    user: User, password: str, *, by: Actor, at: datetime, keep_session: str | None = None
) -> None:
    """A person's own new password; every other session of theirs ends (S09)."""
    if by.user_id != user.pk and not by.trusted:
        raise NotAllowed(reason=_("Nobody sets another person's password."))
    _set_password(user, password, by=by, at=at, keep_session=keep_session)


def _set_password(
    user: User, password: str, *, by: Actor, at: datetime, keep_session: str | None = None
) -> None:
    validate_password(password, user)
    if user.has_usable_password():
        PastPassword.objects.create(user=user, password=user.password, at=at)
        remembered = max(rule.remembered for rule in RULES.values())
        old = user.past_passwords.order_by("-at").values_list("pk", flat=True)[remembered:]
        PastPassword.objects.filter(pk__in=list(old)).delete()
    user.set_password(password)
    user.password_changed_at = at
    user.save(update_fields=["password", "password_changed_at"])
    trail.record([Entry("accounts.password_set", "accounts.user", user.pk)], by=by, at=at)
    sessions.kill([user.pk], keep=keep_session)


@transaction.atomic
def end_session(session_key: str, *, by: Actor, at: datetime) -> None:
    """End one of one's own sessions (S09)."""
    row = UserSession.objects.filter(session_key=session_key).first()
    if row is None or row.user_id is None or row.user_id != by.user_id:
        raise NotFound
    row.delete()
    trail.record([Entry("accounts.session_ended", "accounts.user", by.user_id or "")], by=by, at=at)


@transaction.atomic
def unlock(user_id: int, *, by: Actor, at: datetime) -> int:
    """Forget the failed tries of an account, so that its lock is off; on record (S04)."""
    from axes.utils import reset  # it reads the settings when it is imported

    from anlan.kernel.accounts import counts, signin

    policy.demand(by, "people.unlock", at)
    user = user_for_update(user_id)
    forgotten: int = reset(username=user.username)
    counts.forget(signin.BY_ACCOUNT, user.username)
    trail.record([Entry("accounts.unlocked", "accounts.user", user.pk)], by=by, at=at)
    return forgotten
