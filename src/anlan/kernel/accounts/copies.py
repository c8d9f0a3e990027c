"""A copy of what is kept about oneself, to take along (S39; PIPL 45).

Everything of the accounts' tables that belongs to one person, without secrets. Cases and the
audit are records of an office's acts and not a person's belongings: they stay where they are.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import models, transaction
from django.utils.encoding import force_str
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.base import sealed
from anlan.base.actor import Actor
from anlan.kernel.accounts import counts
from anlan.kernel.accounts.models import (
    ApiToken,
    ColumnChoice,
    DataRequest,
    Invitation,
    PastPassword,
    Post,
    RecoveryCode,
    SavedFilter,
    User,
    UserSession,
)
from anlan.kernel.audit import trail

COPIES = counts.Limit("own-copy", times=5, seconds=3_600)
#: Rows of one table; nobody has as many.
ROWS_MAX = 1_000

#: By table: its heading, and of each row what is taken along, under its name.
Table = tuple[type[models.Model], str | Promise, dict[str, str | Promise]]
TABLES: tuple[Table, ...] = (
    (
        Post,
        gettext_lazy("Posts"),
        {
            "unit__name": gettext_lazy("Unit"),
            "role": gettext_lazy("Role"),
            "title": gettext_lazy("Job title"),
            "valid_from": gettext_lazy("from"),
            "valid_to": gettext_lazy("until"),
            "away_from": gettext_lazy("Away from"),
            "away_to": gettext_lazy("Away until"),
        },
    ),
    (
        EmailAddress,
        gettext_lazy("E-mail"),
        {"email": gettext_lazy("E-mail")},
    ),
    (
        Authenticator,
        gettext_lazy("Second factor"),
        {
            "type": gettext_lazy("Kind"),
            "created_at": gettext_lazy("Since"),
            "last_used_at": gettext_lazy("Last used"),
        },
    ),
    (
        UserSession,
        gettext_lazy("Where I am signed in"),
        {
            "address": gettext_lazy("Address"),
            "agent": gettext_lazy("Browser"),
            "started_at": gettext_lazy("Since"),
            "seen_at": gettext_lazy("Last used"),
        },
    ),
    (
        ApiToken,
        gettext_lazy("Tokens for programs"),
        {
            "name": gettext_lazy("What it is for"),
            "scopes": gettext_lazy("What it may do"),
            "created_at": gettext_lazy("Since"),
            "expires_at": gettext_lazy("Works until"),
            "revoked_at": gettext_lazy("Revoked"),
            "last_used_at": gettext_lazy("Last used"),
        },
    ),
    (
        SavedFilter,
        gettext_lazy("Saved filters"),
        {
            "page": gettext_lazy("Page"),
            "name": gettext_lazy("Name"),
            "query": gettext_lazy("Filter"),
            "saved_at": gettext_lazy("Saved"),
        },
    ),
    (
        ColumnChoice,
        gettext_lazy("Columns"),
        {"page": gettext_lazy("Page"), "codes": gettext_lazy("Columns")},
    ),
    (
        DataRequest,
        gettext_lazy("Requests"),
        {
            "kind": gettext_lazy("Kind"),
            "text": gettext_lazy("What exactly, and why"),
            "asked_at": gettext_lazy("Asked on"),
            "due_on": gettext_lazy("Answered by"),
            "answered_at": gettext_lazy("Answered on"),
            "answer": gettext_lazy("Answer"),
        },
    ),
)


def tables() -> tuple[Table, ...]:
    """Those and what capabilities keep of a person."""
    return (*TABLES, *import_string(settings.OWN_TABLES)())


#: Tables of a person's that are secrets or sums of secrets, and tell nothing about anybody.
SECRETS: tuple[type[models.Model], ...] = (Invitation, PastPassword, RecoveryCode)


def take(user: User, *, by: Actor, at: datetime) -> str:
    """The copy as JSON that a person can read, too; that it was taken goes on record."""
    assert by.user_id == user.pk, "a copy is for nobody else"
    counts.hit(COPIES, str(user.pk), at)
    with transaction.atomic():
        copy = {
            _("Taken at"): at,
            **gathered(user),
            _("Not in this copy"): _(
                "Passwords, tokens and keys, which are kept as sums only. What you did to cases "
                "and what the audit says of it are the office's record of its acts: "
                "ask the auditor."
            ),
        }
        entry = trail.Entry("accounts.copy", "accounts.user", user.pk)
        trail.record([entry], by=by, at=at)
    return json.dumps(copy, ensure_ascii=False, indent=2, default=_plain)


def gathered(user: User) -> dict[str, Any]:
    """What is kept, by heading: of the person itself, and rows of each table."""
    return {
        _("Person"): _person(user),
        **{str(title): _rows(user, model, names) for model, title, names in tables()},
    }


def _person(user: User) -> dict[str, Any]:
    return {
        _("Full name"): user.name,
        _("User id"): user.username,
        _("E-mail"): user.email,
        _("Phone"): sealed.read(user, "phone"),
        _("Language"): user.language,
        _("Account made"): user.created_at,
        _("Works until"): user.expires_on,
        _("Password changed"): user.password_changed_at,
        _("Last used"): user.last_seen_at,
    }


def _rows(
    user: User, model: type[models.Model], names: dict[str, str | Promise]
) -> list[dict[str, Any]]:
    found = model._default_manager.filter(user=user).order_by("pk").values(*names)
    fields = {field.name: field for field in model._meta.concrete_fields}
    words = {
        name: dict(fields[name].flatchoices)
        for name in names
        if name in fields and fields[name].choices
    }
    return [
        {
            str(names[name]): words[name].get(value, value) if name in words else value
            for name, value in row.items()
        }
        for row in found[:ROWS_MAX]
    ]


def _plain(value: object) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else force_str(value)
