"""The bell and the worker's light on each page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from anlan.kernel.jobs import health, worker
from anlan.kernel.notices import inbox
from anlan.ui.addresses import address


def fields(request: HttpRequest) -> dict[str, Any]:
    """For ``UI_SHELL``."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    last = worker.last_tick()
    return {
        "inbox_url": address("notices:inbox"),
        "inbox_count": inbox.unread(user.pk, timezone.localdate()),
        "worker_at": last,
        "worker_ok": not health.silent(timezone.now(), last),
        "health_url": address("notices:health"),
    }
