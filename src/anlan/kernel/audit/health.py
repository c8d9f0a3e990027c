"""What is wrong with the audit (S28): stopped, behind, or bent."""

from __future__ import annotations

from datetime import datetime

from anlan.kernel.audit import sealing, verifying
from anlan.kernel.audit.models import Seal

#: Links looked at each time: the newest, and as many further on around the chain (a fifth of a
#: second together). ``./anlan check`` looks at all of them.
RECENT_LINKS = 1_000
ROUND_LINKS = 4_000

_reached = 0


def health(now: datetime) -> list[str]:
    global _reached
    problems = sealing.health(now)
    last = Seal.objects.order_by("-id").first()
    if last is not None:
        _next, recent = verifying.slice_of(max(0, last.last_link - RECENT_LINKS), RECENT_LINKS)
        _reached, round_ = verifying.slice_of(_reached, ROUND_LINKS)
        if not (recent.ok and round_.ok):
            problems.append("audit_broken")
    return problems
