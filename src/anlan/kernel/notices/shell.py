"""The bell and the worker's light on each page."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from anlan.base.memory import Memory
from anlan.kernel.accounts.gate import actor_of
from anlan.kernel.jobs import health, worker
from anlan.kernel.notices import inbox
from anlan.ui.addresses import address

#: How old the worker's light on a page may be.
LIGHT_SECONDS = 5
_light: Memory[datetime] = Memory(1)


def fields(request: HttpRequest) -> dict[str, Any]:
    """For ``UI_SHELL``."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    last = _lit()
    return {
        "inbox_url": address("notices:inbox"),
        "inbox_count": inbox.unread(actor_of(request)),
        "worker_at": last,
        "worker_ok": not health.silent(timezone.now(), last),
        "health_url": address("notices:health"),
    }


def _lit() -> datetime | None:
    last = _light.get("last")
    if last is None:
        last = worker.last_tick()
        if last is not None:
            _light.put("last", last, LIGHT_SECONDS)
    return last
