"""Who reads analyses: whoever's post covers an area, not one enterprise. What of it, asked.py says.

A saved view is its owner's, and of those who work at a unit that it is shared with. It holds an
address and no figure: whoever opens it sees what their own posts let them see.
"""

from __future__ import annotations

from functools import reduce
from operator import or_

from django.db.models import Exists, OuterRef, Q

from anlan.base.actor import Actor
from anlan.base.paths import below
from anlan.domain.lists.permissions import own_paths, settings_edit
from anlan.domain.statistics.models import Shared
from anlan.kernel.accounts import held
from anlan.kernel.accounts.policy import EVERYTHING, NOTHING, Rule
from anlan.kernel.accounts.reach import JUDGES, SEES


def _covers(by: Actor) -> bool:
    return any(each.role in SEES and each.enterprise is None for each in held.grants(by))


def read(by: Actor) -> Q:
    return EVERYTHING if by.trusted or _covers(by) else NOTHING


def _owned(by: Actor) -> Q:
    return Q(owner=by.user_id) if by.user_id is not None and _covers(by) else NOTHING


def opened(by: Actor) -> Q:
    mine = _owned(by)
    if by.trusted or mine == NOTHING:
        return EVERYTHING if by.trusted else NOTHING
    units = {post.unit_id for post in held.posts(by)}
    shares = Shared.objects.filter(view=OuterRef("pk"), unit__in=sorted(units))
    return mine | Q(Exists(shares))


def _judges(by: Actor) -> Q:
    return EVERYTHING if by.trusted or own_paths(by, JUDGES) else NOTHING


def draws(by: Actor) -> Q:
    """A draw is told in its area and above it."""
    paths = own_paths(by, SEES)
    if by.trusted or "" in paths:
        return EVERYTHING
    return reduce(or_, [below(path) for path in paths]) if paths else NOTHING


RULES: dict[str, Rule] = {
    "statistics.view": read,
    "savedviews.view": opened,
    "savedviews.edit": _owned,
    # Whoever leads the topmost office sets what holds for all.
    "statistics.settings": settings_edit,
    "truth.view": read,
    "truth.draw": _judges,
    "truth.note": _judges,
    "draws.view": draws,
}
