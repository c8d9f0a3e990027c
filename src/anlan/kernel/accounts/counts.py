"""Limits by what was tried before, kept in the database so that a restart forgets nothing.

For sign-in, tip-offs, exports and the API. Counting costs a write, so a page that is merely read
often is limited by ``Burst``, which counts in this process alone.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from anlan.base import crypto
from anlan.base.refusal import Refusal
from anlan.kernel.accounts.models import Count

#: How long a window is kept after its end.
KEPT = timedelta(days=1)
#: Callers that one process remembers in a ``Burst``.
CALLERS_MAX = 10_000


class TooMany(Refusal):
    """Asked too often. ``retry_after`` says in seconds when to come back."""

    code = "too_many"
    message = _("Too many tries in a short time. Wait %(retry_after)s seconds and try again.")
    status = 429


@dataclass(frozen=True)
class Limit:
    """At most ``times`` in each window of ``seconds``."""

    name: str
    times: int
    seconds: int

    def key(self, who: str) -> str:
        return crypto.blind(f"{self.name}:{who}", "accounts/count")


def hit(limit: Limit, who: str, at: datetime) -> int:
    """Count one try and return how many this window has had. Raises TooMany above the limit."""
    now = int(at.timestamp())
    window = now - now % limit.seconds
    count = _add(limit.key(who), window, now)
    if count > limit.times:
        raise TooMany(retry_after=window + limit.seconds - now)
    return count


def _add(key: str, window: int, now: int) -> int:
    with transaction.atomic():
        Count.objects.bulk_create(
            [Count(key=key, window=window)], ignore_conflicts=True
        )  # Two at once make one row.
        row = Count.objects.filter(key=key, window=window)
        row.update(count=F("count") + 1, at=now)
        return row.values_list("count", flat=True).get()


def tried(limit: Limit, who: str, at: datetime) -> int:
    """How many tries the window of ``at`` has had."""
    now = int(at.timestamp())
    found = Count.objects.filter(key=limit.key(who), window=now - now % limit.seconds)
    return found.values_list("count", flat=True).first() or 0


def forget(limit: Limit, who: str) -> None:
    """Start again from nothing, after a success or by an administrator."""
    Count.objects.filter(key=limit.key(who)).delete()


def sweep(at: datetime) -> int:
    """Delete windows that no limit looks at any more; the clock calls this."""
    old = int((at - KEPT).timestamp())
    deleted, _rows = Count.objects.filter(at__lt=old).delete()
    return deleted


@dataclass
class Burst:
    """A bucket a caller, in this process: ``times`` at once, refilled over ``seconds``."""

    times: int
    seconds: float
    _buckets: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def hit(self, who: str, now: float | None = None) -> None:
        """Raises TooMany where the caller's bucket is empty."""
        moment = time.monotonic() if now is None else now
        rate = self.times / self.seconds
        with self._lock:
            left, since = self._buckets.pop(who, (float(self.times), moment))
            left = min(self.times, left + (moment - since) * rate)
            self._buckets[who] = (max(left - 1, 0.0) if left >= 1 else left, moment)
            if len(self._buckets) > CALLERS_MAX:
                self._buckets.popitem(last=False)
        if left < 1:
            raise TooMany(retry_after=int((1 - left) / rate) + 1)
