"""A moment, a person, and how notices are posted and sent in these tests."""

from __future__ import annotations

from datetime import UTC, date, datetime

from anlan.base.actor import Actor
from anlan.kernel.accounts import commands
from anlan.kernel.accounts.models import Post, Unit, User
from anlan.kernel.notices import delivering, inbox, outbox

AT = datetime(2024, 6, 25, 8, 30, tzinfo=UTC)  # 16:30 in China
TODAY = date(2024, 6, 25)
LI = Actor(7, "李建国", 12, "10.1.2.3")


def post(kind: str = "test.assigned", about: object = "c-1", **options) -> None:
    data = {"number": "AH-1", "due": "2024-06-28"}
    outbox.post(kind, about=about, data=data, at=options.pop("at", AT), **options)


def texts(user: int, **options) -> list[str]:
    return [item.text for item in inbox.page(user, TODAY, **options).items]


def hold(user: User, unit: Unit, role: str) -> Post:
    """A post that counts, for it bears its seal."""
    house = Actor(None, "house", trusted=True)
    return commands.grant_post(user.pk, unit, role, by=house, at=AT, valid_from=date(2024, 1, 1))


def unread(user: int) -> int:
    return inbox.unread(Actor(user, "", memo={"today": TODAY}))


def run(now: datetime = AT) -> int:
    delivering.fan_out(now)
    return delivering.deliver(now)
