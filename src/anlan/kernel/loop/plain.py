"""The frame of a command on a plain record, or on what isn't there yet: nothing of it is a step.

    @transaction.atomic(durable=True)
    def send_team(pk: UUID, *, task: str, **call: Unpack[Call]) -> UUID:
        hazard, claim = plain.begin(Hazard.objects.all(), "listed.send", pk, {"task": task}, **call)
        if claim.repeated:
            return claim.answer[0]
        team = Team.objects.create(hazard=hazard, task=task, sent_at=claim.at)
        claim.record("listed.send", "case", pk, after={"task": task})
        return claim.done(team.pk)

What takes steps with cases uses frame.py, which locks them and looks at their versions as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar, Unpack
from uuid import UUID

from django.db.models import Model, QuerySet

from anlan.base.actor import Actor
from anlan.kernel.accounts import policy
from anlan.kernel.audit import trail
from anlan.kernel.loop import requests
from anlan.kernel.loop.requests import Call, Claimed

__all__ = ("Call", "Claim", "begin", "claim")

Row = TypeVar("Row", bound=Model)


@dataclass
class Claim(Claimed):
    """A request id that one command claimed, with what an earlier call answered under it."""

    repeated: bool
    answer: list[UUID]

    def record(
        self,
        action: str,
        object_type: str,
        object_id: str | int | UUID,
        *,
        reason: str = "",
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
    ) -> None:
        """Put on record what was done, under this request."""
        entry = trail.Entry(
            action, object_type, object_id, reason=reason, before=before, after=after,
            request_id=self.request_id,
        )  # fmt: skip
        trail.record([entry], by=self.by, at=self.at)

    def done(self, pk: UUID) -> UUID:
        """Keep the answer for a repeat: what was made, or what was worked on."""
        self.keep([pk])
        return pk

    def keep(self, pks: Sequence[UUID]) -> None:
        """Keep an answer of several, or of none."""
        requests.answered(self.request_id, pks)


def begin(
    rows: QuerySet[Row],
    permission: str,
    pk: object,
    given: Mapping[str, Any],
    **call: Unpack[Call],
) -> tuple[Row, Claim]:
    """Let the person in to one of ``rows``, and claim the request id.

    given:  the command's arguments: the same id with others of them is refused.

    Raises NotFound, NotAllowed, RequestReused. Nothing is locked.
    """
    row = policy.access(rows, permission, call["by"], pk, at=call["at"])
    return row, claim(permission, {"pk": pk, **given}, **call)


def claim(
    command: str, given: Mapping[str, Any], *, by: Actor, at: datetime, request_id: UUID
) -> Claim:
    """Claim the request id for a command that has asked for its rights by itself."""
    earlier = requests.once(request_id, command, by, given, at)
    answer = [] if earlier is None else [UUID(pk) for pk in earlier]
    return Claim(by, at, request_id, earlier is not None, answer)
