"""The pages about papers, as tabs over each of them."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from anlan.base.actor import Actor
from anlan.kernel.accounts import policy


def of(by: Actor, current: str) -> list[tuple[str, str, bool]]:
    """(label, address, whether it is this one), as far as ``by`` may open them."""
    pages = (
        ("list", _("Papers"), "bulletins:list", "bulletins.view"),
        ("situation", _("Situation paper"), "bulletins:situation", "bulletins.situation"),
        ("numbers", _("Numbers"), "bulletins:numbers", "paper_numbers.view"),
        ("questions", _("Questions of the press"), "bulletins:questions", "press_questions.view"),
        ("publications", _("Publications"), "bulletins:publications", "publications.view"),
        ("layouts", _("Words and templates"), "bulletins:layouts", "paper_layouts.edit"),
    )
    return [
        (label, reverse(name), code == current)
        for code, label, name, permission in pages
        if policy.may(by, permission)
    ]
