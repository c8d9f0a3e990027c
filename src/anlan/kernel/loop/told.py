"""What people are told of a case, and how it is worded when they read it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from anlan.base.prepared import Among
from anlan.kernel.loop.machine import machines
from anlan.kernel.loop.models import Case, Party, PartyRole
from anlan.kernel.notices import outbox
from anlan.kernel.notices.kinds import declare
from anlan.kernel.notices.outbox import Post


def page_of(about: str, data: Mapping[str, Any]) -> str:
    """The page that shows a case, as its machine states it; nothing where that is gone."""
    kind = data.get("case")
    if kind is None:  # Told before notices kept it.
        kind = Case.objects.filter(pk=about).values_list("kind", flat=True).first()
    machine = machines().get(kind or "")
    return machine.page if machine else ""


declare("loop.assigned", _("%(number)s was assigned to you; it is due on %(due)s."), page_of)
declare("loop.rejected", _("%(number)s was returned: %(reason)s"), page_of)
declare("loop.rebound", _("%(number)s broke out again after closing: %(reason)s"), page_of)
declare(
    "loop.to_verify", _("%(number)s was reported rectified and waits for you to verify."), page_of
)
declare("loop.urged", _("%(unit)s urges you to rectify %(number)s, due on %(due)s."), page_of)
declare(
    "loop.urged_why",
    _("%(unit)s urges you to rectify %(number)s, due on %(due)s: %(reason)s"),
    page_of,
)
declare("loop.listed", _("%(number)s was put under listed supervision by %(listing)s."), page_of)
declare("loop.extension_asked", _("An extension was asked for %(number)s: %(reason)s"), page_of)
declare("loop.extension_decided", _("The extension for %(number)s was decided."), page_of)
declare("loop.reminded", _("%(number)s is due on %(due)s and not rectified yet."), page_of)
declare("loop.warned", _("%(number)s is overdue since %(due)s."), page_of)
declare("loop.talked", _("An admonitory talk was held about %(number)s."), page_of)
declare("loop.circulated", _("A circular was issued about %(number)s."), page_of)
declare("loop.accounted", _("Accountability was decided about %(number)s."), page_of)


def units(
    pairs: Iterable[tuple[Case, Sequence[int]]], kind: str, *, at: datetime, **data: Any
) -> None:
    """Tell units of their cases, in the caller's transaction; constant in statements."""
    more = {name: str(value) for name, value in data.items()}
    outbox.post_many(
        [
            Post(
                kind,
                str(case.pk),
                {
                    "case": case.kind,
                    "number": case.number,
                    "due": str(case.due_on or ""),
                    **more,
                },
                to_units=tuple(heard),
            )
            for case, heard in pairs
        ],
        at=at,
    )


def parties(
    cases: Sequence[Case], role: PartyRole, kind: str, *, at: datetime, **data: Any
) -> None:
    """Tell the units that have this part in each case."""
    having = units_of(cases, role)
    units([(case, having.get(case.pk, [])) for case in cases], kind, at=at, **data)


def units_of(cases: Sequence[Case], role: PartyRole) -> dict[UUID, list[int]]:
    """By case, the units that have this part in it now, the last to get it first."""
    found: dict[UUID, list[int]] = {}
    for pk, unit in _having.rows([case.pk for case in cases], [role]):
        found.setdefault(pk, []).append(unit)
    return found


_having = Among(
    lambda: (
        Party.objects.filter(until=None)
        .order_by("-rank", "-pk")
        .values_list("case_id", "unit_id")
    ),
    "case_id", "role",
)  # fmt: skip
