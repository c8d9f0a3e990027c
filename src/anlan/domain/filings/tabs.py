"""The pages of direct reporting, as tabs over each of them."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from anlan.base.actor import Actor
from anlan.kernel.accounts import policy


def of(by: Actor, current: str) -> list[tuple[str, str, bool]]:
    """(label, address, whether it is this one), as far as ``by`` may open them."""
    pages = (
        ("list", _("Filings"), "filings:list", "filings.view"),
        ("forms", _("Forms"), "filings:forms", "forms.view"),
        ("items", _("Items of forms"), "filings:items", "items.view"),
    )
    return [
        (label, reverse(name), code == current)
        for code, label, name, permission in pages
        if policy.may(by, permission)
    ]
