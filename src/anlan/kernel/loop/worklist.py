"""One worklist over all kinds of case: 待办 / 我发起的 / 已办. Counts are the lists' own.

Each heap is a condition on a record that is, or points to, a case; whoever shows it adds what the
person may do there, each alternative of it by itself, so that an index serves every count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.kernel.loop.machine import machines
from anlan.kernel.loop.models import Event, Extension, Party, PartyRole

#: Beyond this a badge says "99+": no page counts a whole table.
COUNT_MAX = 99


@dataclass(frozen=True)
class Tray:
    """One heap of work: what it is called, the step that it waits for, and what lies in it."""

    code: str
    label: str | Promise
    where: Q


def trays(by: Actor, *, answers: Sequence[int], case: str = "") -> list[Tray]:
    """The heaps of one person's work.

    answers:  units for which the person signs and rectifies.
    case:     leads from the record to its case: ``"case__"``.
    """

    def opened(**more: object) -> Q:
        named = {"is_open": True, "kind__in": sorted(machines()), **more}
        return Q(**{f"{case}{name}": value for name, value in named.items()})

    def among(rows: QuerySet[Party] | QuerySet[Extension]) -> Q:
        return Q(**{f"{case}pk__in": rows.values("case")})

    parties = Party.objects.filter(unit__in=answers, until=None)
    own = Event.objects.filter(
        case=OuterRef(f"{case}pk"), user_id=by.user_id, step__in=("rectify", "fix_on_spot")
    )
    mine = among(parties.filter(role=PartyRole.RECTIFIER))
    waiting = among(Extension.objects.filter(granted=None))
    return [
        Tray("receive", _("to sign for"), opened() & among(parties.filter(received_at=None))),
        Tray("rectify", _("to rectify"), opened(state="assigned") & mine),
        Tray("assign", _("to assign"), opened(state="found")),
        Tray("verify", _("to verify"), opened(state="rectified") & ~Q(Exists(own))),
        Tray("close", _("to close"), opened(state="verified")),
        Tray("extension", _("extensions to decide"), opened() & waiting),
    ]


def started(by: Actor, case: str = "") -> Q:
    """我发起的: cases whose first event is this person's."""
    first = Event.objects.filter(seq=1, user_id=by.user_id)
    return Q(**{f"{case}pk__in": first.values("case")})


def handled(by: Actor, case: str = "") -> Q:
    """已办: cases on which this person has taken a step."""
    return Q(**{f"{case}pk__in": Event.objects.filter(user_id=by.user_id).values("case")})


def count(rows: QuerySet, branches: Sequence[Q]) -> int:  # type: ignore[type-arg]
    """How many of ``rows`` lie in any of ``branches``: at most COUNT_MAX + 1, shown as "99+"."""
    found: set[object] = set()
    for branch in branches:
        found.update(rows.filter(branch).order_by().values_list("pk", flat=True)[: COUNT_MAX + 1])
    return min(len(found), COUNT_MAX + 1)
