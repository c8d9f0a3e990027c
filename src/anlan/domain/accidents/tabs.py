"""The pages about accidents, as tabs over each of them."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from anlan.base.actor import Actor
from anlan.kernel.accounts import policy, readers


def of(by: Actor, current: str) -> list[tuple[str, str, bool]]:
    """(label, address, whether it is this one), as far as ``by`` may open them."""
    pages = (
        ("list", _("Register of accidents"), "accidents:list", "accidents.view"),
        ("inquiries", _("Inquiries"), "accidents:inquiries", "inquiries.view"),
        ("followups", _("What follows"), "accidents:followups", "followups.view"),
        ("words", _("Other sources"), "accidents:words", "words.view"),
        ("statistics", _("Accident statistics"), "accidents:statistics", "accidents.view"),
        ("controls", _("Control targets"), "accidents:controls", "controls.view"),
    )
    return [
        (label, reverse(name), code == current)
        for code, label, name, permission in pages
        if policy.may(by, permission) and (code != "statistics" or readers.has_any(by))
    ]
