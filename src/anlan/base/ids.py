"""Ids that sort by the moment they were made (UUID version 7, RFC 9562)."""

from __future__ import annotations

import os
import threading
import time
from uuid import UUID

#: Parts of a millisecond that an id tells apart: its 12 bits behind the time (method 3 of § 6.2).
PARTS = 1 << 12
#: A clock that is set back by more than this many milliseconds is followed.
BACK_MAX = 10_000

_lock = threading.Lock()
_last = 0


def uuid7() -> UUID:
    """A new id: 48 bits of milliseconds, 12 of parts of one, 62 random bits.

    Ids of one process sort in the order in which they were made, also within a millisecond, so
    rows that a command makes together stay in their order.
    """
    global _last
    tick = time.time_ns() * PARTS // 1_000_000
    with _lock:
        if _last - BACK_MAX * PARTS < tick <= _last:
            tick = _last + 1
        _last = tick
    millis, part = divmod(tick, PARTS)
    value = (millis & (2**48 - 1)) << 80 | 0x7 << 76 | part << 64
    value |= 0x2 << 62 | int.from_bytes(os.urandom(8), "big") >> 2
    return UUID(int=value)


def id_after(pk: UUID, n: int) -> UUID:
    """The id ``n`` places behind one that a client made: a repeat names the same one."""
    return UUID(int=(pk.int + n) % 2**128)


def uuid_of(text: str) -> UUID | None:
    """The id that a text is, or None: what came with an address, say."""
    try:
        return UUID(text)
    except ValueError:
        return None
