"""Who acts: a person with posts, a command line, or the clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Actor:
    """Passed to every command as ``by``. ``name`` stands in history and audit for ever."""

    user_id: int | None
    name: str
    unit_id: int | None = None
    #: The client's network address, where there is one.
    address: str = ""
    #: The command line and the clock need no post; what they do is audited like everything.
    trusted: bool = False
    #: What one request looked up about this actor (scopes, posts); never outlives the request.
    memo: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)


CLOCK = Actor(user_id=None, name="clock", trusted=True)
