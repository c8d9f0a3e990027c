"""A request id makes a repeat harmless: the first call's answer is kept and given again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypedDict
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder

from anlan.base import bulk
from anlan.base.actor import Actor
from anlan.base.refusal import RequestReused
from anlan.kernel.loop import sql
from anlan.kernel.loop.models import Request

#: A request that was claimed and has not answered yet (only seen inside its own transaction).
UNANSWERED: list[Any] = ["…"]


class Call(TypedDict):
    """Who acts, when, and the id under which a repeat is known."""

    by: Actor
    at: datetime
    request_id: UUID


@dataclass
class Claimed:
    """What each command knows that claimed its id; ``call`` is for what it calls in turn."""

    by: Actor
    at: datetime
    request_id: UUID

    @property
    def call(self) -> Call:
        return {"by": self.by, "at": self.at, "request_id": self.request_id}


def fingerprint(command: str, by: Actor, arguments: Mapping[str, Any]) -> str:
    text = json.dumps(
        [command, by.user_id, by.name, arguments],
        cls=DjangoJSONEncoder,
        sort_keys=True,
        default=str,
    )
    return hashlib.sha256(text.encode()).hexdigest()


def once(
    request_id: UUID, command: str, by: Actor, arguments: Mapping[str, Any], at: datetime
) -> list[Any] | None:
    """Claim a request id. None means go ahead; a list is what the first call answered.

    Of two calls at once the second waits for the first to commit, then gets its answer.
    Raises RequestReused where the id was used for something else.
    """
    mark = fingerprint(command, by, arguments)
    mine = bulk.make(Request, id=request_id, fingerprint=mark, result=UNANSWERED, at=at)
    if bulk.insert([mine], ignore_conflicts=True):
        return None
    row = Request.objects.get(pk=request_id)
    if row.fingerprint != mark:
        raise RequestReused
    # Within one transaction a command may claim its id again.
    return None if row.result == UNANSWERED else list(row.result)


def answer_of(
    request_id: UUID, command: str, by: Actor, arguments: Mapping[str, Any]
) -> list[Any] | None:
    """What the very same call answered before; None where there was none."""
    row = Request.objects.filter(pk=request_id).first()
    if row is None or row.result == UNANSWERED:
        return None
    return list(row.result) if row.fingerprint == fingerprint(command, by, arguments) else None


def answered(request_id: UUID, result: Sequence[Any]) -> None:
    sql.answer(request_id, json.dumps([str(item) for item in result]))
