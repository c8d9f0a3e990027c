"""Work that nobody waits for leaves room: after each batch it rests for a share of what it took.

Two processors that climb a ladder for a hundred thousand cases without a pause leave pages and
steps waiting for seconds.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class Pace:
    """How such work goes on.

    rest:  seconds of rest for each second of work; 0: none, for who waits after all.
    """

    rest: float
    clock: Callable[[], float] = time.perf_counter
    sleep: Callable[[float], None] = time.sleep

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Around a batch's transaction, so that no lock is held while it rests."""
        start = self.clock()
        yield
        if self.rest:
            self.sleep(self.rest * (self.clock() - start))


AT_ONCE = Pace(0)
