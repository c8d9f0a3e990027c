"""How far somebody's posts reach: their own areas, and what lies above those."""

from __future__ import annotations

from functools import reduce
from operator import or_

from django.db.models import Q

from anlan.base.actor import Actor
from anlan.base.paths import ancestors, below
from anlan.kernel.accounts import held
from anlan.kernel.accounts.models import Role
from anlan.kernel.accounts.policy import EVERYTHING, NOTHING

#: Roles that see what lies in their area and sectors, and those that judge it.
SEES = (Role.OFFICE, Role.LEADER, Role.INSPECTOR, Role.DUTY, Role.VIEWER)
JUDGES = (Role.OFFICE, Role.LEADER, Role.INSPECTOR)


def own_paths(by: Actor, roles: tuple[Role, ...], *, whole: bool = False) -> list[str]:
    """Areas of posts in these roles that are not limited to a firm; the empty one is the nation.

    whole:  nor to a sector.
    """
    wanted = {str(role) for role in roles}
    return sorted(
        {
            grant.path
            for grant in held.grants(by)
            if grant.role in wanted and grant.enterprise is None
            and not (whole and grant.sector is not None)
        }
    )  # fmt: skip


def within(paths: list[str]) -> Q:
    """Rows of these areas and of those below them."""
    if "" in paths:
        return EVERYTHING
    return reduce(or_, map(below, paths)) if paths else NOTHING


def around(paths: list[str]) -> Q:
    """Rows of these areas, of those below them and of those above."""
    return within(paths) if "" in paths or not paths else within(paths) | above_or_at(paths)


def above_or_at(paths: list[str], prefix: str = "") -> Q:
    """Rows whose area is one of these or lies above one of them."""
    ids = {pk for path in paths for pk in ancestors(path)}
    parts = [Q(**{f"{prefix}area__in": sorted(ids)}), Q(**{f"{prefix}area__level": 0})]
    return reduce(or_, parts)
