"""What a process remembers for a while, so that it needn't ask again.

    _sizes: Memory[int] = Memory(5_000)
    size = _sizes.get(key)
    if size is None:
        _sizes.put(key, size := rows.count(), seconds=60)

Nothing here knows of transactions: only what may be out of date for so long is put in.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from math import inf
from threading import Lock
from time import monotonic
from typing import Generic, TypeVar

T = TypeVar("T")


class Memory(Generic[T]):
    """Answers by what was asked: ``most`` of them, of which the oldest make room."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, tuple[T, float]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable) -> T | None:
        """The answer, while it counts; else None."""
        kept = self._kept.get(key)
        return kept[0] if kept and monotonic() < kept[1] else None

    def put(self, key: Hashable, answer: T, seconds: float = inf) -> None:
        """Remember an answer for so long; one that was there before makes way."""
        until = monotonic() + seconds
        with self._lock:
            self._kept.pop(key, None)
            self._kept[key] = (answer, until)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)

    def forget(self) -> None:
        with self._lock:
            self._kept.clear()
