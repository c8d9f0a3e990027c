"""Whose figures somebody may read: of an area that a post of theirs covers, in its sectors."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from anlan.base.actor import Actor
from anlan.base.paths import ancestors
from anlan.base.refusal import NotFound
from anlan.kernel.accounts import held
from anlan.kernel.accounts.held import Grant
from anlan.kernel.accounts.reach import SEES
from anlan.kernel.audit import trail
from anlan.kernel.regions import queries as regions
from anlan.kernel.regions.models import Region

#: Areas that a person is offered to choose from.
AREAS_MAX = regions.DEPTH_MAX


def _grants(by: Actor) -> list[Grant]:
    """Posts over areas. A firm or a unit that is merely party to cases has no overview."""
    return [each for each in held.grants(by) if each.role in SEES and each.enterprise is None]


def covered(by: Actor, area: Region) -> list[str] | None:
    """The sectors whose figures of ``area`` are ``by``'s to see; None means all of them.

    Raises NotFound where no post of theirs covers the whole area.
    """
    if by.trusted:
        return None
    here = [each for each in _grants(by) if area.path.startswith(each.path)]
    if not here:
        raise NotFound
    if any(each.sector is None for each in here):
        return None
    return sorted({each.sector for each in here if each.sector})


def demand(by: Actor, area: Region, at: datetime) -> list[str] | None:
    """``covered``, with the refusal written down."""
    try:
        return covered(by, area)
    except NotFound:
        trail.denied(by, "hazard.overview", "regions.region", area.code, "not_found", at)
        raise


def has_any(by: Actor) -> bool:
    """Whether there is an area whose figures ``by`` may read: a page of them needs one."""
    return by.trusted or bool(_grants(by))


def areas_of(by: Actor) -> list[Region]:
    """The areas that ``by`` answers for, the widest first; what lies within another is left out."""
    paths = sorted({each.path for each in _grants(by)}, key=lambda path: (len(path), path))
    if by.trusted or "" in paths:
        return [regions.nation()]
    kept: list[str] = []
    for path in paths:
        if not any(path.startswith(above) for above in kept):
            kept.append(path)
    return regions.by_ids([ancestors(path)[-1] for path in kept[:AREAS_MAX]])


def where_of(sectors: Iterable[str] | None) -> dict[str, list[str]]:
    return {} if sectors is None else {"sector": list(sectors)}
