"""What ``./anlan check`` asks of the store: (invariant, ok, checked, detail)."""

from __future__ import annotations

from anlan.kernel.papers.attachments import invariants

__all__ = ["invariants"]
