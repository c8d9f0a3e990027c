"""The outbox: a notice is a row of the transaction that it tells of, so it is sent exactly if that
commits, however often a worker dies on the way.

    outbox.post("loop.assigned", to_units=[unit], about=str(case.pk), data={…}, at=at)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from anlan.base import bulk
from anlan.base.ids import uuid7
from anlan.base.limits import BATCH_ROWS, IN_LIST_MAX
from anlan.kernel.notices.models import Notice, Recipient


@dataclass(frozen=True)
class Post:
    kind: str
    about: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    to_users: Sequence[int] = ()
    to_units: Sequence[int] = ()
    #: The event's name, where it may be posted twice: the second is left out.
    key: str = ""


def post(
    kind: str,
    *,
    to_users: Iterable[int] = (),
    to_units: Iterable[int] = (),
    about: object = "",
    data: Mapping[str, Any] | None = None,
    at: datetime,
    key: str = "",
) -> None:
    """Post one notice in the caller's transaction."""
    post_many([Post(kind, str(about), data or {}, tuple(to_users), tuple(to_units), key)], at=at)


def post_many(posts: Iterable[Post], *, at: datetime) -> int:
    """Post a set of notices in the caller's transaction; returns how many were new.

    One without anybody to hear of it is left out.
    """
    posts = [each for each in posts if each.to_users or each.to_units]
    if not posts:
        return 0
    assert connection.in_atomic_block, "a notice commits with what it tells of"
    notices = [
        bulk.make(
            Notice,
            id=uuid7(),
            kind=each.kind,
            about=each.about,
            data=dict(each.data),
            at=at,
            key=each.key,
        )
        for each in posts
    ]
    keyed = [notice.key for notice in notices if notice.key]
    if keyed:
        Notice.objects.bulk_create(notices, ignore_conflicts=True, batch_size=BATCH_ROWS)
        kept = set()
        for start in range(0, len(keyed), IN_LIST_MAX):
            part = keyed[start : start + IN_LIST_MAX]
            kept |= set(Notice.objects.filter(key__in=part).values_list("id", flat=True))
        added = [
            (notice, each)
            for notice, each in zip(notices, posts, strict=True)
            if not notice.key or notice.id in kept
        ]
    else:
        bulk.insert(notices)
        added = list(zip(notices, posts, strict=True))
    bulk.insert(
        [
            bulk.make(Recipient, notice_id=notice.id, **{column: whom})
            for notice, each in added
            for column, all_of_them in (("user_id", each.to_users), ("unit_id", each.to_units))
            for whom in dict.fromkeys(all_of_them)
        ]
    )
    return len(added)
