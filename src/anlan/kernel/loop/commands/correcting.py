"""What was entered wrongly: it belongs elsewhere, or should be one case, several, or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Unpack
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base import bulk, stored
from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.kernel.facts import ledger
from anlan.kernel.loop import engine
from anlan.kernel.loop.commands.signing import reason_in
from anlan.kernel.loop.engine import Move, NewCase
from anlan.kernel.loop.machine import Machine
from anlan.kernel.loop.models import Case
from anlan.kernel.loop.requests import Call

UNDONE = stored.sentence(_("The import was undone."))


def move(
    machine: Machine,
    cases: Sequence[Case],
    fields: Mapping[str, Any],
    *,
    reason: str,
    **call: Unpack[Call],
) -> None:
    """Change area, sector, grade or source: stocks move along, flows stay where they counted."""
    assert fields.keys() <= {"area_id", "path", "sector_id", "grade", "source", "topics"}, fields
    moves = [Move(case, dict(fields)) for case in cases]
    engine.take(machine, "move", moves, reason=reason_in(reason), **call)


def void(machine: Machine, cases: Sequence[Case], *, reason: str, **call: Unpack[Call]) -> None:
    """Take out what should not be there; it still counts among those found."""
    moves = [Move(case) for case in cases]
    engine.take(machine, "void", moves, reason=reason_in(reason), **call)


def withdraw(
    machine: Machine,
    cases: Sequence[Case],
    *,
    by: Actor,
    at: datetime,
    request_id: UUID,
    batch_id: UUID | None,
) -> None:
    """Take the cases of an import that is undone out as if they had never been reported: all they
    posted is reversed."""
    reason = UNDONE.kept()
    engine.withdraw_wishes(
        machine, cases, machine.step("void"),
        by=by, at=at, request_id=request_id, batch_id=batch_id,
    )  # fmt: skip
    day = timezone.localdate(at)
    events = []
    for case in cases:
        case.version += 1
        source, case.state = case.state, "void"
        case.is_open = case.unsettled = case.listed = False
        case.settled_on, case.closed_on, case.step_due_on = None, case.closed_on or day, None
        events.append(
            engine.event(case, "withdraw", source, by, at, day, reason, {}, request_id, batch_id)
        )
    engine.save(cases)
    bulk.insert(events)
    ledger.reverse(case_ids=[case.pk for case in cases], at=at, batch_id=batch_id)
    engine.audited(machine, [(case, "withdraw", reason, {}) for case in cases], by, at, request_id)


def check_merge(case: Case, into: Case) -> None:
    """Refuse what leads nowhere: a case into itself, or into one that is void."""
    if case.pk == into.pk or into.state == "void":
        raise engine.not_possible(case, "merge")


def merge(machine: Machine, case: Case, into: Case, *, reason: str, **call: Unpack[Call]) -> None:
    """The same thing was entered twice: one stays, the other no longer counts."""
    check_merge(case, into)
    gone = Move(case, {"merged_into_id": into.pk, "listed": False})
    engine.take(machine, "merge", [gone], reason=reason_in(reason), **call)
    ledger.reverse(case_ids=[case.pk], at=call["at"])
    stays = Move(into, {}, {"merged_from": case.number})
    engine.take(machine, "amend", [stays], reason=reason, **call)


def split(
    machine: Machine, case: Case, parts: int, *, reason: str, **call: Unpack[Call]
) -> list[Case]:
    """Several things were entered as one: ``parts`` more cases, found the same day."""
    split_up = Move(case, {}, {"parts": parts})
    engine.take(machine, "split", [split_up], reason=reason_in(reason), **call)
    new = [
        NewCase(
            pk=uuid7(),
            area_id=case.area_id,
            path=case.path,
            unit_id=case.unit_id,
            opened_on=case.opened_on,
            sector=case.sector_id,
            grade=case.grade,
            source=case.source,
            topics=case.topics,
            enterprise_id=case.enterprise_id,
            changes={"split_from": case.number},
        )
        for _part in range(parts)
    ]
    made = engine.open_cases(machine, new, **call)
    Case.objects.filter(pk__in=[item.pk for item in made]).update(split_from=case)
    return made
