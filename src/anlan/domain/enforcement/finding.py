"""Enterprises as people write them, by full name or credit code, of those one may enter for."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from anlan.base import bulk
from anlan.base.actor import Actor
from anlan.domain.enterprises import choosing
from anlan.domain.enterprises.models import Enterprise

#: Merges of merges: a chain longer than this is a loop of ours.
MERGES_MAX = 8


def successors(pks: Collection[int]) -> dict[int, int]:
    """By entry of the register, the one that it was merged into at last; mostly itself."""
    found = {pk: pk for pk in pks}
    for _level in range(MERGES_MAX):
        into: dict[int, int] = {}
        for chunk in bulk.slices(sorted(set(found.values()))):
            rows = Enterprise.objects.filter(pk__in=chunk, merged_into__isnull=False)
            into |= {pk: last for pk, last in rows.values_list("pk", "merged_into") if last}
        if not into:
            return found
        found = {pk: into.get(last, last) for pk, last in found.items()}
    raise AssertionError(found)


def firms(names: Collection[str], by: Actor) -> Mapping[str, Collection[int]]:
    """By what was written, the ids that it may mean: none, one, or several of the same name."""
    return choosing.firms(names, by, "enterprise.enforce")
