"""A unit ends and another takes its place: its parts in open cases pass on, set-wise.

Over cases of every kind at once, in the caller's transaction. What was decided stays as it is:
an old part keeps its unit, its receipt and its confirmation, and ends; the successor's begins
beside it. Closed cases keep the unit that closed them, and no figure changes, because a fact
counts for whoever reported it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base import bulk, stored
from anlan.base.actor import Actor
from anlan.kernel.accounts.models import Unit
from anlan.kernel.calendar.deadlines import due
from anlan.kernel.loop import engine, settings
from anlan.kernel.loop.engine import ReasonMissing
from anlan.kernel.loop.machine import Machine, machines
from anlan.kernel.loop.models import Case, Listing, Party, PartyRole, Proposal
from anlan.kernel.notices import outbox
from anlan.kernel.notices.kinds import declare

declare(
    "loop.succeeded",
    _("%(unit)s was merged or ended: %(count)s of its open cases are yours now. Sign for them."),
    "/work/",
)
#: Predecessors of predecessors that a case is handed on through.
CHAIN_MAX = 20
ENDED = stored.sentence(_("The unit before it has ended."))
_UNDECIDED = (Proposal.Status.DRAFTED, Proposal.Status.APPROVED)


@dataclass(frozen=True)
class HandedOver:
    """What passed on: open cases, parts in them, proposals and listings that wait."""

    cases: int = 0
    parts: int = 0
    proposals: int = 0
    listings: int = 0


def held_by(unit_ids: Sequence[int]) -> HandedOver:
    """What would pass on if these units ended now: four counts."""
    parts = _parts(unit_ids)
    return HandedOver(
        cases=parts.values("case").distinct().count(),
        parts=parts.count(),
        proposals=Proposal.objects.filter(unit__in=unit_ids, status__in=_UNDECIDED).count(),
        listings=_listings(unit_ids).count(),
    )


def _parts(unit_ids: Sequence[int]) -> Any:
    return Party.objects.filter(unit__in=unit_ids, until=None, case__is_open=True)


def _listings(unit_ids: Sequence[int]) -> Any:
    return Listing.objects.filter(supervisor__in=unit_ids, status__in=Listing.STANDING)


def hand_over_unit(
    unit_ids: Sequence[int], to: Unit, *, by: Actor, at: datetime, request_id: UUID, reason: str
) -> HandedOver:
    """Pass the parts of units in open cases on to their successor, which signs for receipt anew.

    The deadline stays: a merger wins nobody time. A part that the successor has already is not
    given twice. Rights are the caller's.
    """
    assert transaction.get_connection().in_atomic_block
    assert to.pk not in unit_ids, to
    if not reason.strip():
        raise ReasonMissing
    names = dict(Unit.objects.filter(pk__in=unit_ids).values_list("pk", "name"))
    kinds = dict(_parts(unit_ids).values_list("case_id", "case__kind").distinct())
    done = HandedOver(
        cases=len(kinds),
        proposals=Proposal.objects.filter(unit__in=unit_ids, status__in=_UNDECIDED).update(unit=to),
        listings=_listings(unit_ids).update(supervisor=to),
    )
    by_kind: dict[str, list[UUID]] = defaultdict(list)
    for pk, kind in sorted(kinds.items()):
        by_kind[kind].append(pk)
    parts = 0
    heard: dict[int, set[UUID]] = defaultdict(set)
    for kind, pks in by_kind.items():
        for chunk in bulk.slices(pks):
            cases = engine.lock(chunk)
            moved = _pass_on(
                machines()[kind], cases, names, to, by=by, at=at, request_id=request_id,
                reason=reason.strip(),
            )  # fmt: skip
            parts += len(moved)
            for party in moved:
                heard[party.unit_id].add(party.case_id)
    _tell(heard, names, to, at)
    return HandedOver(done.cases, parts, done.proposals, done.listings)


def follow(
    machine: Machine, cases: Sequence[Case], *, by: Actor, at: datetime, request_id: UUID
) -> None:
    """Cases that are open again: parts of units that have ended since go to their successors."""
    found = Party.objects.filter(
        case__in=cases, until=None, unit__successor__isnull=False
    ).values_list("unit_id", flat=True)
    by_last: dict[int, list[int]] = defaultdict(list)
    for unit_id in sorted(set(found)):
        last = _last(unit_id)
        if last is not None:
            by_last[last].append(unit_id)
    locked = {case.pk: case for case in cases}
    for last, unit_ids in by_last.items():
        to = Unit.objects.get(pk=last)
        names = dict(Unit.objects.filter(pk__in=unit_ids).values_list("pk", "name"))
        reason = ENDED.kept()
        _pass_on(machine, locked, names, to, by=by, at=at, request_id=request_id, reason=reason)


def _last(unit_id: int) -> int | None:
    """The unit at the end of a chain of successors."""
    last: int | None = None
    for _step in range(CHAIN_MAX):
        following = Unit.objects.filter(pk=last or unit_id).values_list("successor", flat=True)
        found = following.first()
        if found is None:
            return last
        last = found
    return None


def _pass_on(
    machine: Machine,
    cases: dict[UUID, Case],
    names: dict[int, str],
    to: Unit,
    *,
    by: Actor,
    at: datetime,
    request_id: UUID,
    reason: str,
) -> list[Party]:
    """End the old parts of locked cases, begin the new ones, and put both on record."""
    today = timezone.localdate(at)
    old = list(
        Party.objects.filter(case__in=list(cases), unit__in=list(names), until=None).order_by("pk")
    )
    have = set(
        Party.objects.filter(case__in=list(cases), unit=to, until=None).values_list(
            "case_id", "role"
        )
    )
    receipt = settings.current(machine.kind).deadline("receipt", "")
    receipt_due = due(receipt, at).on if receipt else None
    new = []
    for party in old:
        if (party.case_id, party.role) in have:
            continue
        have.add((party.case_id, party.role))
        # Whoever assigns has nothing to sign for, and what was confirmed stays confirmed.
        signs = party.role != PartyRole.ASSIGNER
        new.append(
            Party(
                case_id=party.case_id, role=party.role, unit=to, user_id=party.user_id,
                rank=party.rank, since=today,
                receipt_due_on=receipt_due if signs else party.receipt_due_on,
                received_at=None if signs else party.received_at,
                received_by=None if signs else party.received_by,
                confirmed_at=party.confirmed_at, confirmed_by=party.confirmed_by,
            )
        )  # fmt: skip
    Party.objects.filter(pk__in=[party.pk for party in old]).update(until=today)
    bulk.insert(new)
    _record(machine, cases, old, names, to, by, at, request_id, reason)
    return old


def _record(
    machine: Machine,
    cases: dict[UUID, Case],
    old: Iterable[Party],
    names: dict[int, str],
    to: Unit,
    by: Actor,
    at: datetime,
    request_id: UUID,
    reason: str,
) -> None:
    changes: dict[UUID, dict[str, Any]] = defaultdict(dict)
    for party in old:
        if party.role == PartyRole.RECTIFIER:
            was = changes[party.case_id].setdefault("rectifier", [[], to.pk])
            was[0].append(party.unit_id)
        else:
            changes[party.case_id][party.role] = [names[party.unit_id], to.name]
    touched = [cases[pk] for pk in sorted(changes)]
    day = timezone.localdate(at)
    events = []
    for case in touched:
        case.version += 1
        events.append(
            engine.event(
                case, "succeed", case.state, by, at, day, reason, changes[case.pk], request_id, None
            )
        )
    engine.save(touched)
    bulk.insert(events)
    engine.audited(
        machine, [(case, "succeed", reason, changes[case.pk]) for case in touched], by, at,
        request_id,
    )  # fmt: skip


def _tell(heard: dict[int, set[UUID]], names: dict[int, str], to: Unit, at: datetime) -> None:
    """One notice a predecessor: hundreds of them would be read by nobody."""
    outbox.post_many(
        [
            outbox.Post(
                "loop.succeeded", str(unit_id),
                {"unit": names[unit_id], "count": str(len(cases))}, to_units=(to.pk,),
            )
            for unit_id, cases in sorted(heard.items())
        ],
        at=at,
    )  # fmt: skip
