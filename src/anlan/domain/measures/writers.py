"""Who wrote of what another person is to review."""

from __future__ import annotations

from typing import Any

from anlan.base.actor import Actor
from anlan.domain.measures.models import Wrote


def wrote(by: Actor, **of: Any) -> None:
    """Keep that ``by`` wrote of a ``practice`` or a ``plan``, in the command's transaction."""
    if by.user_id:
        Wrote.objects.get_or_create(**of, user_id=by.user_id)
