"""What ``./anlan check`` asks of the outbox: (invariant, ok, checked, detail)."""

from __future__ import annotations

from anlan.kernel.notices.delivering import invariants

__all__ = ["invariants"]
