"""The tabs over supervision's pages."""

from __future__ import annotations

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.kernel.accounts import policy

#: Code, label, page, and what one must be allowed to see.
TABS: tuple[tuple[str, str | Promise, str, str], ...] = (
    ("listed", _("Listed"), "supervision:listed", "listed.view"),
    ("transfer", _("Transfers"), "supervision:transfers", "paper.view"),
    ("letter", _("Letters"), "supervision:letters", "paper.view"),
    ("double", _("Double assignment"), "supervision:double", "listed.view"),
    ("direct", _("Direct reports"), "supervision:direct", "listed.view"),
    ("dual", _("Dual reports"), "supervision:dual", "listed.view"),
)


def tabs(by: Actor, current: str) -> list[tuple[str | Promise, str, bool, None]]:
    return [
        (label, reverse(page), code == current, None)
        for code, label, page, permission in TABS
        if policy.may(by, permission)
    ]
