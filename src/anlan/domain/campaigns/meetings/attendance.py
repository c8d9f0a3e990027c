"""Who was at a meeting, row by row: there, on leave, or somebody else in their place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Unpack
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from anlan.base import bulk
from anlan.domain.campaigns.meetings.commands import locked
from anlan.domain.campaigns.models import TITLE_CHARS_MAX, Attendance, Meeting
from anlan.domain.campaigns.refusals import PlanIncomplete
from anlan.kernel.loop.plain import Call

ROWS_MAX = 100
State = Attendance.State


@dataclass(frozen=True)
class NewRow:
    """``note``: who came instead, or why somebody was away."""

    who: str
    state: str
    note: str = ""


@transaction.atomic(durable=True)
def set_attendance(
    pk: UUID, rows: Sequence[NewRow], *, seen: int | None = None, **call: Unpack[Call]
) -> UUID:
    """Write down who was there, in this order; it can be changed until the minutes are issued."""
    _meeting, claim = locked(pk, {"attendance": list(rows)}, seen, **call)
    if claim.repeated:
        return pk
    written = [NewRow(one.who.strip(), one.state, one.note.strip()) for one in rows]
    _check(written)
    kept = [one for one in written if one.who]
    Attendance.objects.filter(meeting=pk).delete()
    bulk.insert(
        [
            bulk.make(
                Attendance, meeting_id=pk, place=n, who=one.who, state=one.state, note=one.note
            )
            for n, one in enumerate(kept)
        ]
    )
    after = {str(state): sum(one.state == state for one in kept) for state in State.values}
    claim.record("meetings.attendance", "meeting", pk, after=after)
    return claim.done(pk)


def _check(rows: Sequence[NewRow]) -> None:
    if sum(bool(one.who) for one in rows) > ROWS_MAX:
        raise PlanIncomplete(
            field="who_0", reason=_("Attendance has at most %(n)d rows.") % {"n": ROWS_MAX}
        )
    seen: set[str] = set()
    # Numbered as they were sent, so that what is wrong is said at its row.
    for n, one in enumerate(rows):
        if not one.who:
            continue
        if len(one.who) > TITLE_CHARS_MAX or len(one.note) > TITLE_CHARS_MAX:
            raise PlanIncomplete(field=f"who_{n}", reason=_("Write it shorter."))
        if one.who in seen:
            raise PlanIncomplete(
                field=f"who_{n}", reason=_("%(who)s stands there twice.") % {"who": one.who}
            )
        seen.add(one.who)
        if one.state not in State.values:
            raise PlanIncomplete(field=f"state_{n}", reason=_("Choose from the list."))
        if one.state == State.SENT and not one.note:
            raise PlanIncomplete(
                field=f"note_{n}", reason=_("Say who came in place of %(who)s.") % {"who": one.who}
            )


def rows_of(meeting: Meeting) -> list[Attendance]:
    return list(meeting.attendance.order_by("place"))


def offered(meeting: Meeting) -> list[str]:
    """Whom the unit's last meeting had, to begin with."""
    before = (
        Meeting.objects.filter(unit=meeting.unit_id, campaign=meeting.campaign_id)
        .filter(held_on__lt=meeting.held_on, attendance__isnull=False)
        .order_by("-held_on", "-pk").first()
    )  # fmt: skip
    return [one.who for one in rows_of(before)] if before else []
