"""Who was at a meeting, row by row: there, on leave, or somebody else in their place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Unpack
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from anlan.base import bulk
from anlan.domain.campaigns.handing.commands import units_of_heap
from anlan.domain.campaigns.meetings.commands import locked
from anlan.domain.campaigns.models import TITLE_CHARS_MAX, Attendance, Meeting
from anlan.domain.campaigns.pasting import cells_of
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


def pasted(text: str) -> list[NewRow]:
    """Rows as a sheet has them: who, how, and who came instead or why; the last two may lack."""
    known = {str(label): state for state, label in State.choices} | _WORDS
    rows = []
    for line in text.splitlines():
        cells = [*cells_of(line), "", ""]
        if cells[0] and cells[0] not in _HEADS:
            state = known.get(cells[1], cells[1]) or State.PRESENT
            rows.append(NewRow(cells[0], state, cells[2]))
    return rows


def together(rows: Sequence[NewRow], more: Sequence[NewRow]) -> list[NewRow]:
    """The rows with what a sheet says of them, and behind them whom it has besides."""
    told = {one.who: one for one in more}
    there = {one.who.strip() for one in rows}
    kept = [told.get(one.who.strip(), one) for one in rows]
    return [*kept, *(one for one in more if one.who not in there)]


_HEADS = frozenset({"单位", "参会单位", "姓名", "参会人员", "who", "unit"})
#: How sheets say it, beside the labels.
_WORDS = {
    "出席": State.PRESENT, "参会": State.PRESENT, "到会": State.PRESENT, "请假": State.LEAVE,
    "代": State.SENT, "代会": State.SENT, "委托": State.SENT, "缺席": State.ABSENT,
    "未到": State.ABSENT, "未请假": State.ABSENT,
}  # fmt: skip


def units_asked(meeting: Meeting, heap: str) -> list[NewRow]:
    """The units of a heap as rows, each as if it had come; beyond the limit the paper refuses."""
    rows = units_of_heap(meeting.campaign, heap, ())
    return [NewRow(unit.name, State.PRESENT) for unit in rows[: ROWS_MAX + 1]]
