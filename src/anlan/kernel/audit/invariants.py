"""What ``./anlan check`` asks of the audit: (invariant, ok, checked, detail)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.utils import timezone

from anlan.kernel.audit import verifying

Finding = tuple[str, bool, int, str]


def invariants(now: datetime | None = None) -> Iterator[Finding]:
    verdict = verifying.verify(now or timezone.now())
    detail = "; ".join(str(flaw) for flaw in verdict.flaws)
    yield "I4 audit chain", verdict.ok, verdict.checked, detail
