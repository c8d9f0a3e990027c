"""What stays of a step beside the case: its event, its audit row, the parties it names."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone

from anlan.base import bulk
from anlan.base.actor import Actor
from anlan.kernel.audit import trail
from anlan.kernel.loop.machine import Machine
from anlan.kernel.loop.models import Case, Event, Party, PartyRole


def event(
    case: Case,
    step: str,
    source: str,
    by: Actor,
    at: datetime,
    day: date,
    reason: str,
    changes: dict[str, Any],
    request_id: UUID,
    batch_id: UUID | None,
) -> Event:
    return bulk.make(
        Event,
        case_id=case.pk,
        seq=case.version,
        step=step,
        source_state=source,
        target_state=case.state,
        at=at,
        day=day,
        user_id=by.user_id,
        actor=by.name,
        unit_id=by.unit_id,
        reason=reason,
        changes={**changes, "round": case.round},
        request_id=request_id,
        batch_id=batch_id,
    )


def audited(
    machine: Machine,
    rows: Iterable[tuple[Case, str, str, dict[str, Any]]],
    by: Actor,
    at: datetime,
    request_id: UUID,
) -> None:
    trail.record(
        [
            trail.Entry(
                f"{machine.kind}.{step}",
                "case",
                str(case.pk),
                reason=reason,
                before=_plain({name: pair[0] for name, pair in diff.items()}) if diff else None,
                after=_plain({name: pair[1] for name, pair in diff.items()}) if diff else None,
                request_id=request_id,
            )
            for case, step, reason, diff in rows
        ],
        by=by,
        at=at,
    )


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(values, cls=DjangoJSONEncoder, default=str))
    return found


def parties(
    cases: Sequence[Case],
    role: PartyRole,
    unit_ids: Mapping[UUID, int],
    *,
    at: datetime,
    receipt_due: date | None = None,
    rank: int = 0,
) -> None:
    """Give each case a unit in a role; a unit that has it already is left as it is."""
    today = timezone.localdate(at)
    bulk.insert(
        [
            bulk.make(
                Party,
                case_id=case.pk,
                role=str(role),
                unit_id=unit_ids[case.pk],
                since=today,
                rank=rank,
                receipt_due_on=receipt_due,
            )
            for case in cases
            if case.pk in unit_ids
        ],
        ignore_conflicts=True,
    )
