"""Areas that somebody names by their codes."""

from __future__ import annotations

from collections.abc import Sequence

from anlan.base.actor import Actor
from anlan.domain.office.refusals import CodesUnknown, TooManyAreas
from anlan.kernel.accounts.policy import permitted
from anlan.kernel.regions.models import Region


def areas_of(codes: Sequence[str], permission: str, by: Actor, *, most: int) -> list[Region]:
    """The areas of these codes, in order; one that isn't there looks like one out of reach.

    Raises TooManyAreas above ``most``, and CodesUnknown also where all that is sent is blank.
    """
    wanted = list(dict.fromkeys(code for code in codes if code))
    if len(wanted) > most:
        raise TooManyAreas(most=most)
    rows = permitted(Region.objects.current(), permission, by).filter(code__in=wanted)
    found = {region.code: region for region in rows}
    missing = [code for code in wanted if code not in found]
    if missing or (codes and not wanted):
        raise CodesUnknown(codes="、".join(missing) or "—")
    return [found[code] for code in wanted]
