"""What ``./anlan check`` asks of the audit: (invariant, ok, checked, detail)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.utils import timezone

from anlan.kernel.audit import verifying

Finding = tuple[str, bool, int, str]


def invariants(now: datetime | None = None) -> Iterator[Finding]:
    verdict = verifying.verify(now or timezone.now())
    for name, flaws in (
        ("I4 audit chain", [flaw for flaw in verdict.flaws if not flaw.outside]),
        ("I4 audit heads", [flaw for flaw in verdict.flaws if flaw.outside]),
    ):
        yield name, not flaws, verdict.checked, "; ".join(str(flaw) for flaw in flaws)
