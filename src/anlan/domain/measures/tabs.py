"""The pages about measures, as tabs over each of them."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from anlan.base.actor import Actor
from anlan.kernel.accounts import policy


def of(by: Actor, current: str) -> list[tuple[str, str, bool]]:
    """(label, address, whether it is this one), as far as ``by`` may open them."""
    pages = (
        ("list", _("Measure list"), "measures:list", "measures.view"),
        ("table", _("By area and kind"), "measures:table", "measures.view"),
        ("plans", _("Plans of a year"), "measures:plans", "makingplans.view"),
        ("practices", _("Good practice"), "measures:practices", "practices.view"),
    )
    return [
        (label, reverse(name), code == current)
        for code, label, name, permission in pages
        if policy.may(by, permission)
    ]
