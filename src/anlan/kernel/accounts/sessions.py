"""Sessions that know whose they are: the row is Django's store and our registry at once (S09).

``SESSION_ENGINE`` names this module. A session ends 30 minutes after its last request (15 for an
administrator), 12 hours after signing in, and at once when its row is deleted.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db.models import CharField, DateTimeField
from django.utils import timezone

from anlan.base.prepared import PreparedRow, slot
from anlan.kernel.accounts.models import UserSession

IDLE = timedelta(minutes=30)
IDLE_ADMINISTRATOR = timedelta(minutes=15)
WHOLE = timedelta(hours=12)
#: How exactly the last request is known; each exacter step costs a write.
TOUCH = timedelta(seconds=60)

_ABOUT = "about"


_live = PreparedRow(
    lambda: UserSession.objects.filter(
        session_key=slot("key", CharField()), expire_date__gt=slot("at", DateTimeField())
    ),
)


class SessionStore(DatabaseStore):
    row: UserSession | None = None

    @classmethod
    def get_model_class(cls) -> type[UserSession]:
        return UserSession

    def _get_session_from_db(self) -> UserSession | None:
        self.row = _live.first(key=self.session_key, at=timezone.now())
        if self.row is None:
            self._session_key = None
        return self.row

    def load(self) -> dict[str, Any]:
        data: dict[str, Any] = super().load()
        row, idle = self.row, timedelta(seconds=data.get(_ABOUT, {}).get("idle", 0)) or IDLE
        if row is not None and timezone.now() - row.seen_at > idle:
            # Deleted, not only ignored: a session that idled out can't come back with the clock.
            self.delete(row.session_key)
            self._session_key = None
            self.row = None
            return {}
        return data

    def create_model_instance(self, data: dict[str, Any]) -> UserSession:
        row = super().create_model_instance(data)
        assert isinstance(row, UserSession)
        about = data.get(_ABOUT, {})
        now = timezone.now()
        started = about.get("started")
        row.user_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        row.address = about.get("address", "")
        row.agent = about.get("agent", "")
        row.started_at = datetime.fromtimestamp(started, UTC) if started else now
        row.expire_date = row.started_at + WHOLE
        row.seen_at = now
        row.flagged = about.get("flagged", False)
        return row


def begin(
    session: Any, *, address: str, agent: str, administrator: bool, flagged: bool, at: datetime
) -> None:
    """Write into a session that somebody signed in with it."""
    idle = IDLE_ADMINISTRATOR if administrator else IDLE
    session[_ABOUT] = {
        "address": address,
        "agent": agent[:200],
        "started": at.timestamp(),
        "idle": int(idle.total_seconds()),
        "flagged": flagged,
    }


def touch(session: Any, at: datetime) -> None:
    """Note that the session is in use; at most one write in ``TOUCH``."""
    row = getattr(session, "row", None)
    if row is not None and at - row.seen_at >= TOUCH:
        UserSession.objects.filter(pk=row.pk).update(seen_at=at)
        row.seen_at = at


def started_at(session: Any) -> datetime | None:
    started = session.get(_ABOUT, {}).get("started")
    return datetime.fromtimestamp(started, UTC) if started else None


def live(user_id: int, at: datetime) -> list[UserSession]:
    """A person's sessions that still work, the latest used first."""
    return list(
        UserSession.objects.filter(
            user_id=user_id, expire_date__gt=at, seen_at__gt=at - IDLE
        ).order_by("-seen_at")
    )


def kill(user_ids: Iterable[int], keep: str | None = None) -> int:
    """End the sessions of these people on the server, at once; ``keep`` names one that stays."""
    rows = UserSession.objects.filter(user_id__in=list(user_ids))
    count, _rows = rows.exclude(session_key=keep or "").delete()
    return count


def sweep(at: datetime) -> int:
    """Delete sessions that can't come back; the clock calls this."""
    ended, _rows = UserSession.objects.filter(expire_date__lte=at).delete()
    idle, _rows = UserSession.objects.filter(seen_at__lte=at - IDLE).delete()
    return ended + idle
