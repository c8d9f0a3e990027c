"""Enterprises as people write them, by full name or credit code, of those one may enter for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

from anlan.base import bulk
from anlan.base.actor import Actor
from anlan.base.text import plain
from anlan.domain.enterprises.models import Enterprise
from anlan.kernel.accounts import policy

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


def codes(names: Collection[str]) -> set[str]:
    return {name.strip().upper() for name in names if name.strip()}


def firms(names: Collection[str], by: Actor) -> Mapping[str, Collection[int]]:
    """By what was written, the ids that it may mean: none, one, or several of the same name."""
    rows = policy.permitted(Enterprise.objects.listed(), "enterprise.enforce", by).order_by()
    by_code: dict[str, set[int]] = defaultdict(set)
    for chunk in bulk.slices(sorted(codes(names))):
        for pk, code in rows.filter(credit_code__in=chunk).values_list("pk", "credit_code"):
            by_code[str(code)].add(pk)
    by_name: dict[str, set[int]] = defaultdict(set)
    for chunk in bulk.slices(sorted({plain(name) for name in names if plain(name)})):
        for pk, name in rows.filter(plain_name__in=chunk).values_list("pk", "plain_name"):
            by_name[name].add(pk)
    return {
        name: by_code.get(name.strip().upper()) or by_name.get(plain(name)) or set()
        for name in names
    }
