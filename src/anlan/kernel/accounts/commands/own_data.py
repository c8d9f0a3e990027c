"""What a person does with their own data: corrects it, asks for more, has it deleted (S39).

What somebody did to cases, and what the audit says of it, is the office's record of its acts: the
law has it kept (PIPL 47; 网络安全法 23), and it goes with its own retention.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base import sealed
from anlan.base.actor import Actor
from anlan.base.refusal import NotAllowed, NotFound, Refusal
from anlan.kernel.accounts import policy, sessions
from anlan.kernel.accounts.commands.people import user_for_update
from anlan.kernel.accounts.models import (
    ADMIN_ROLES,
    ApiToken,
    ColumnChoice,
    DataRequest,
    Invitation,
    PastPassword,
    Post,
    RecoveryCode,
    SavedFilter,
    User,
)
from anlan.kernel.audit import queries, trail
from anlan.kernel.audit.trail import Entry, personal

#: Within how many days a request must be answered at most (GB/T 35273-2020, 8.7).
DAYS_MAX = 30
#: What is deleted with a person, and nothing else depends on it.
OWNED: tuple[type[models.Model], ...] = (
    PastPassword, RecoveryCode, Authenticator, EmailAddress, ApiToken, SavedFilter, ColumnChoice,
    Invitation,
)  # fmt: skip


class AskedAlready(Refusal):
    code = "data_request_waits"
    message = _("A request of this kind is waiting already; it is answered by %(due)s.")
    status = 409


class Answered(Refusal):
    code = "data_request_answered"
    message = _("This request was answered meanwhile. Load the page again.")
    status = 409


class StillInPost(Refusal):
    code = "still_in_post"
    message = _(
        "%(name)s still administrates. A security administrator ends that post first, then this "
        "account can be closed."
    )
    status = 409


@transaction.atomic
def change_own(*, by: Actor, at: datetime, email: str, phone: str) -> User:
    """Correct or delete what a person gave themselves: empty means that nothing is kept."""
    user = _self(by)
    subject = f"user:{user.pk}"
    old = {"email": user.email, "phone": sealed.read(user, "phone")}
    user.email = email.strip()
    sealed.put(user, "phone", phone)
    new = {"email": user.email, "phone": sealed.read(user, "phone")}
    changed = [name for name in old if old[name] != new[name]]
    if not changed:
        return user
    user.save(update_fields=["email", "phone", "phone_sum"])
    entry = Entry(
        "accounts.own_changed", "accounts.user", user.pk,
        before={name: personal(subject, old[name]) for name in changed},
        after={name: personal(subject, new[name]) for name in changed},
    )  # fmt: skip
    trail.record([entry], by=by, at=at)
    return user


@transaction.atomic
def ask(kind: str, text: str, *, by: Actor, at: datetime) -> DataRequest:
    """Ask for what one can't do alone; one of each kind waits at a time."""
    user = _self(by)
    due = timezone.localdate(at) + timedelta(days=settings.DATA_REQUEST_DAYS)
    try:
        with transaction.atomic():
            made = DataRequest.objects.create(
                user=user, kind=DataRequest.Kind(kind), text=text.strip(), asked_at=at, due_on=due
            )
    except IntegrityError as error:
        waits = DataRequest.objects.get(user=user, kind=kind, answered_at=None)
        raise AskedAlready(due=waits.due_on.isoformat()) from error
    trail.record([_entry("accounts.data_asked", made)], by=by, at=at)
    return made


@transaction.atomic
def answer(pk: UUID, *, done: bool, text: str, by: Actor, at: datetime) -> DataRequest:
    """Answer a request; that an account is to be deleted is done by the answer itself."""
    policy.demand(by, "people.edit", at)
    row = DataRequest.objects.select_for_update().filter(pk=pk).first()
    if row is None:
        raise NotFound
    if row.user_id == by.user_id:
        raise NotAllowed(reason=_("Nobody answers their own request."))
    if row.answered_at is not None:
        raise Answered
    row.answered_at, row.answered_by_id, row.done, row.answer = at, by.user_id, done, text.strip()
    row.save()
    trail.record([_entry("accounts.data_answered", row, done=done)], by=by, at=at)
    if done and row.kind == DataRequest.Kind.ERASE:
        erase(row.user_id, by=by, at=at, reason=f"data request {row.pk}")
    return row


@transaction.atomic
def erase(user_id: int, *, by: Actor, at: datetime, reason: str) -> None:
    """Close an account for ever and delete what it holds of its person.

    The row stays, because history points to it, under a name that says nothing.
    """
    policy.demand(by, "people.edit", at)
    user = user_for_update(user_id)
    today = timezone.localdate(at)
    held = Post.objects.filter(user=user).held_on(today)
    if held.filter(role__in=ADMIN_ROLES).exists():
        raise StillInPost(name=user.name)
    held.update(valid_to=today - timedelta(days=1))
    sessions.kill([user.pk])
    for model in OWNED:
        model._default_manager.filter(user=user).delete()
    AccessAttempt.objects.filter(username=user.username).delete()
    Post.objects.filter(user=user).exclude(title="").update(title="")
    DataRequest.objects.filter(user=user).update(text="", answer="")
    blank: dict[str, Any] = {
        "username": f"closed-{user.pk}", "name": f"已注销{user.pk}", "email": "", "phone": "",
        "phone_sum": "", "language": "", "password": make_password(None), "is_active": False,
        "erased_at": at,
    }  # fmt: skip
    User.objects.filter(pk=user.pk).update(**blank)
    queries.forget(f"user:{user.pk}", by=by, at=at, reason=reason)
    entry = Entry("accounts.person_erased", "accounts.user", user.pk, reason=reason)
    trail.record([entry], by=by, at=at)


@transaction.atomic
def caller(phone: str, *, by: Actor, at: datetime) -> User | None:
    """Whose number it is that calls, for a link to a new password; compared by its sum alone."""
    policy.demand(by, "people.edit", at)
    found = User.objects.filter(sealed.same(User, "phone", phone), is_active=True)[:2]
    user = found[0] if len(found) == 1 else None
    entry = Entry("accounts.caller_checked", "accounts.user", user.pk if user else "")
    trail.record([entry], by=by, at=at)
    return user


def health(now: datetime) -> list[str]:
    """Whether a request waits beyond its day."""
    today = timezone.localdate(now)
    late = DataRequest.objects.filter(answered_at=None, due_on__lt=today)
    return ["data_requests_late"] if late.exists() else []


def _self(by: Actor) -> User:
    if by.user_id is None:
        raise NotFound
    return user_for_update(by.user_id)


def _entry(action: str, row: DataRequest, **more: Any) -> Entry:
    # What is asked for is personal itself; the audit says that and when.
    after = {"kind": row.kind, "user": row.user_id, "due_on": row.due_on.isoformat(), **more}
    return Entry(action, "accounts.datarequest", row.pk, after=after)
