"""Python's cycle collector, kept from walking over what a process has loaded for good."""

from __future__ import annotations

import gc


def spare() -> None:
    """Call once all is loaded. Rows come in heaps, not in cycles, and pages leave few of those.

    With Python's own thresholds the collector took a tenth of an import's time, and now and then
    stopped a page for a tenth of a second.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
