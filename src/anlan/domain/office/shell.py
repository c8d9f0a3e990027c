"""The lines of the navigation that lead to this house; config puts them among the others."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.kernel.accounts import policy
from anlan.ui.addresses import address
from anlan.ui.shell import Item

_PAGES = (
    (_("Areas"), "office:areas", "map", "area.view"),
    (_("Assessment trees"), "office:trees", "sitemap", "tree.view"),
    (_("Deadlines and ladder"), "office:deadlines", "stairs-up", "deadlines.view"),
    (_("Working days"), "office:days", "calendar", "settings.days"),
    (_("How long things are kept"), "office:retention", "trash", "settings.edit"),
)


def items(by: Actor) -> list[Item]:
    return [
        Item(label, address(name), icon)
        for label, name, icon, permission in _PAGES
        if policy.may(by, permission)
    ]
