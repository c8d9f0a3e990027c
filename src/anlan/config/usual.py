"""What a post uses from day to day: its navigation begins with this, the rest folds under "More".

Only what shows first is decided here. What may be opened is the rights' to say: whatever a post may
see stays in its navigation, in the palette and in the search. A post that isn't named here, as an
office's, sees all its lines at once; who holds several posts, everything that any of them uses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.kernel.accounts import held
from anlan.ui.addresses import address
from anlan.ui.shell import Group, Item

#: Names of addresses, in the order in which they show; the first four stand at a phone's foot.
USUAL: Mapping[str, tuple[str, ...]] = {
    "grid": (
        "work:list", "hazards:new", "hazards:list", "notices:inbox", "inspections:sweeps",
        "overview:home",
    ),
    "rectifier": (
        "work:list", "hazards:new", "hazards:list", "selfchecks:plans", "notices:inbox",
        "overview:home",
    ),
    "duty": (
        "work:list", "accidents:list", "hazards:new", "notices:inbox", "hazards:list",
        "overview:home",
    ),
}  # fmt: skip
PHONE_LINES = 4
#: A line alone isn't worth a fold.
FOLDED_MIN = 2


def first(groups: Sequence[Group], by: Actor) -> list[Group]:
    """The navigation with what ``by`` uses first, where their posts say so."""
    roles = {post.role for post in held.posts(by)}
    if not roles or not roles <= USUAL.keys():
        return list(groups)
    wanted = [name for role, names in USUAL.items() if role in roles for name in names]
    offered = {item.url: item for group in groups for item in group.items}
    inbox = Item(_("Inbox"), address("notices:inbox"), "bell")
    offered.setdefault(inbox.url, inbox)
    urls = [url for url in dict.fromkeys(address(name) for name in wanted) if url in offered]
    folded = [item for url, item in offered.items() if url not in urls]
    if len(folded) < FOLDED_MIN:
        return list(groups)
    lines = [replace(offered[url], phone=at < PHONE_LINES) for at, url in enumerate(urls)]
    return [
        Group(_("Work"), lines),
        Group(_("More"), [replace(item, phone=False) for item in folded], folded=True),
    ]
