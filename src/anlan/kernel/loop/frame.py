"""The frame of a command over cases: let in, answer a repeat, lock, act, answer.

    @transaction.atomic(durable=True)
    def close(pks: Sequence[UUID], *, reason: str = "", **call: Unpack[OnSet]) -> list[UUID]:
        work = frame.begin(Hazard, "hazard.close", pks, {"reason": reason}, **call)
        for machine, cases in work:
            loop.close(machine, cases, reason=reason, **work.call)
        return work.done()

What a command says is its permission, what it was given, and what it does with the cases. It does
nothing where that very call was answered before, for then no cases are left in its work.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.utils import timezone

from anlan.base.actor import Actor
from anlan.base.refusal import MovedOn
from anlan.kernel.accounts import policy
from anlan.kernel.loop import engine
from anlan.kernel.loop.engine import Move
from anlan.kernel.loop.machine import Machine, machines
from anlan.kernel.loop.models import Case
from anlan.kernel.loop.requests import Call, Claimed

__all__ = ("Call", "OnOne", "OnSet", "Turn", "Work", "begin", "turns")

Row = TypeVar("Row", bound=Model)


class OnOne(Call, total=False):
    """… and the version that they looked at: MovedOn where the case is past it."""

    seen: int | None


class OnSet(Call, total=False):
    """… and the versions that they looked at, by case."""

    seen: Mapping[UUID, int] | None


@dataclass
class Work(Claimed):
    """The cases of one command, let in and locked; none where it was answered before."""

    cases: dict[UUID, Case]
    #: What an earlier call answered under this id.
    answer: Sequence[UUID] = ()

    def __iter__(self) -> Iterator[tuple[Machine, list[Case]]]:
        """The cases by machine: those of several kinds may come together."""
        ordered = sorted(self.cases.values(), key=lambda case: case.kind)
        for kind, group in groupby(ordered, lambda case: case.kind):
            yield machines()[kind], list(group)

    def each(self) -> Iterator[tuple[Machine, Case]]:
        """The cases one by one; a command on one case has one or, at a repeat, none."""
        for case in list(self.cases.values()):
            yield machines()[case.kind], case

    def done(self) -> list[UUID]:
        """Keep the answer for a repeat: the ids of all cases that were worked on."""
        if self.answer:
            return list(self.answer)
        engine.answered(self.request_id, list(self.cases))
        return list(self.cases)


@dataclass
class Turn(Generic[Row]):
    """One record on which a command works, under the command's lock; capabilities give it names.

    class Turn(frame.Turn[Item]):
        @property
        def item(self) -> Item:
            return self.row

    turns = partial(frame.turns, Item.objects.select_related("kind"), Turn)
    """

    row: Row
    case: Case
    machine: Machine
    work: Work

    @property
    def call(self) -> Call:
        return self.work.call

    @property
    def today(self) -> date:
        return timezone.localdate(self.work.at)

    def take(
        self, step: str, changes: Mapping[str, Any] | None = None, reason: str = "", *,
        day: date | None = None, fields: Mapping[str, Any] | None = None,
    ) -> None:  # fmt: skip
        """Take a step. ``fields`` change the case; ``changes`` are what else its event tells.

        It counts for no day before the case was opened.
        """
        day = max(day, self.case.opened_on) if day else None
        move = Move(self.case, dict(fields or {}), dict(changes or {}), day)
        engine.take(self.machine, step, [move], reason=reason, **self.call)

    def save(self, **fields: Any) -> None:
        """Write fields of the record itself."""
        for name, value in fields.items():
            setattr(self.row, name, value)
        type(self.row)._default_manager.filter(pk=self.row.pk).update(**fields)


TurnT = TypeVar("TurnT", bound=Turn[Any])


def turns(rows: QuerySet[Any], make: type[TurnT], work: Work) -> Iterator[TurnT]:
    """The records of a command, as they are under its lock; none at a repeat."""
    for machine, case in work.each():
        row = rows.get(pk=case.pk)
        row.case = case
        yield make(row, case, machine, work)


def begin(
    model: type[Model],
    permission: str,
    pks: Sequence[UUID],
    given: Mapping[str, Any],
    *,
    by: Actor,
    at: datetime,
    request_id: UUID,
    seen: Mapping[UUID, int] | int | None = None,
) -> Work:
    """Let the person in, claim the request id, lock the cases.

    model:  of the capability's records, whose primary key is their case's.
    given:  the command's arguments: the same id with others of them is refused.

    What the person may not see gets the answer of what isn't there, before anything else; a
    repeat is answered even where the case has moved on since, for it did so by that very call.
    Raises NotFound, NotAllowed, RequestReused, MovedOn.
    """
    assert pks, "a command without a case"
    given = {"pks": sorted(map(str, pks)), **given}
    shut_out = _shut_out(model, permission, pks, by)
    # That very call may have given the case out of this person's hands, and its answer was lost.
    earlier = engine.answer_of(request_id, permission, by, given) if shut_out else None
    if earlier is None:
        for pk in shut_out:
            policy.access(model._default_manager.all(), permission, by, pk, at=at)
        earlier = engine.once(request_id, permission, by, given, at)
    if earlier is not None:
        return Work(by, at, request_id, {}, [UUID(pk) for pk in earlier])
    cases = engine.lock(pks)
    versions = {pks[0]: seen} if isinstance(seen, int) else seen or {}
    moved = [pk for pk, version in versions.items() if cases[pk].version != version]
    if moved and len(pks) == 1:
        raise MovedOn(case=pks[0], seen=versions[pks[0]], version=cases[pks[0]].version)
    if moved:
        raise MovedOn
    # Between the look and the lock a case may have gone to another area or unit.
    looked_at = all(pk in versions for pk in pks)
    if not looked_at and not by.trusted and _shut_out(model, permission, pks, by):
        raise MovedOn
    return Work(by, at, request_id, cases)


def _shut_out(model: type[Model], permission: str, pks: Sequence[UUID], by: Actor) -> list[UUID]:
    """The cases with which this person may not do it, in the order in which they came."""
    let_in = policy.let_in(model, permission, pks, by)
    return [pk for pk in pks if pk not in let_in]
