"""Enterprises as people write them, by full name or credit code, of those one may enter for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

from anlan.base import bulk
from anlan.base.actor import Actor
from anlan.base.text import plain
from anlan.domain.enterprises.models import Enterprise
from anlan.kernel.accounts import policy


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
