"""Drawing by lot so that anybody can draw it again: no generator's inner state is in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import TypeVar
from uuid import UUID

Key = TypeVar("Key", UUID, int)


def chosen(keys: Sequence[Key], seed: str, wanted: int) -> list[Key]:
    """The keys that a seed draws: those whose sums with it are the smallest (“seed:key”).

    The same ones in any version and language, in whatever order the keys come.
    """
    return sorted(keys, key=lambda pk: sha256(f"{seed}:{pk}".encode()).digest())[:wanted]


def digest_of(keys: Iterable[Key]) -> str:
    """A sum over what was drawn from, in its order."""
    return sha256("\n".join(map(str, keys)).encode()).hexdigest()
