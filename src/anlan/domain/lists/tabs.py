"""The pages about problem lists, as tabs over each of them."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from anlan.base.actor import Actor
from anlan.kernel.accounts import policy, readers


def of(by: Actor, current: str) -> list[tuple[str, str, bool]]:
    """(label, address, whether it is this one), as far as ``by`` may open them."""
    pages = (
        ("overview", _("Problem lists"), "lists:overview", "lists.view"),
        ("ages", _("Ages and clearing to zero"), "lists:ages_home", "hazard.view"),
        ("freshness", _("Kept up to date"), "lists:freshness", "freshness.view"),
        ("library", _("Case library"), "lists:library", "library.view"),
        ("activities", _("New activities and risks"), "lists:activities", "activities.view"),
        ("stated", _("Figures from documents"), "lists:stated", "stated.view"),
    )
    return [
        (label, reverse(name), code == current)
        for code, label, name, permission in pages
        if policy.may(by, permission) and (code != "ages" or readers.has_any(by))
    ]
