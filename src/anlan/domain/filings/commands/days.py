"""Other deadlines of a form: decided at once, and carried out by the worker where they are many."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Unpack
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.base.refusal import NotFound
from anlan.domain.filings import opening, who
from anlan.domain.filings.commands.base import lacks, text_of
from anlan.domain.filings.commands.forms import locked
from anlan.domain.filings.models import TITLE_CHARS_MAX, Form, OtherDay
from anlan.domain.filings.refusals import DaysMoving, FormNotInForce
from anlan.kernel.accounts.models import Unit
from anlan.kernel.audit import trail
from anlan.kernel.jobs import queue
from anlan.kernel.jobs.models import Job
from anlan.kernel.loop import plain
from anlan.kernel.loop.plain import Call
from anlan.kernel.regions.models import Region

JOB = "filings.other_day"
#: Filings that one transaction moves: what is decided for more of them is the worker's.
AT_ONCE_MAX = 500


@transaction.atomic(durable=True)
def other_day(
    pk: UUID, *, code: str, due_on: date, reason: str, unit: int | None = None,
    area: str = "", **call: Unpack[Call],
) -> UUID:  # fmt: skip
    """A deadline exception for one period: of a unit, of an area, or of everybody.

    Decided and on record at once; of more than AT_ONCE_MAX filings the worker gives each its day
    (``carry_on``), and until it has the form's page says how far that is.

    Raises DaysMoving where the one before isn't done.
    """
    given = {"code": code, "due_on": due_on, "reason": reason, "unit": unit, "area": area}
    _row, claim = plain.begin(Form.objects.all(), "forms.edit", pk, given, **call)
    if claim.repeated:
        return pk
    form = locked(pk, None)
    if form.status != Form.Status.OPEN:
        raise FormNotInForce(title=form.title)
    why = text_of(reason, "reason", _("Say why; it stands beside the figures."), TITLE_CHARS_MAX)
    known = {one.code: one for one in who.periods_open(form, timezone.localdate(claim.at))}
    if code not in known:
        raise lacks("code", _("Choose a period that is asked for."))
    if due_on < known[code].end:
        raise lacks("due_on", _("The period isn't over by then; choose a later day."))
    found = Unit.objects.filter(pk=unit, valid_to=None).first() if unit else None
    place = Region.objects.filter(code=area, path__startswith=form.path).first() if area else None
    if (unit and found is None) or (area and place is None) or (found and place):
        raise lacks("unit", _("Choose one unit, or one area of the form's, or neither."))
    day = OtherDay.objects.create(
        form=form, code=code, unit=found, area=place, due_on=due_on, reason=why, made_at=claim.at,
        made_by=claim.by.name,
    )  # fmt: skip
    rows = opening.about(day)
    after: dict[str, Any] = {"period": code, "due_on": due_on}
    if (n := rows.count()) > AT_ONCE_MAX:
        if (job := last_job(pk)) and job.is_live:
            raise DaysMoving(title=form.title)
        payload = {"form": str(pk), "day": day.pk}
        queue.enqueue(JOB, payload, claim.by, key=_key(pk), at=claim.at)
        after["to_move"] = n
    else:
        after["moved"] = opening.move_days(
            day, rows, by=claim.by, at=claim.at, request_id=claim.request_id
        )
    claim.record("forms.other_day", "form", pk, reason=why, after=after)
    return claim.done(pk)


@dataclass(frozen=True)
class Moved:
    last: UUID | None
    looked_at: int
    moved: int


def carry_on(day: int, after: UUID | None, **call: Unpack[Call]) -> Moved:
    """The next AT_ONCE_MAX filings of an exception that was decided, for a job that commits them
    with its cursor; ``last`` is None at the end.

    Nobody is asked for a right again: what was decided and announced is carried out whole, also
    where whoever decided has left meanwhile. Each filing's history has it in their name.
    """
    assert connection.in_atomic_block, "it commits with the cursor of its job"
    row = OtherDay.objects.select_related("form", "area").get(pk=day)
    # Those who enter the next exception wait for us here, or we for them.
    Form.objects.select_for_update(of=("self",)).get(pk=row.form_id)
    rows = opening.about(row)
    rows = rows.filter(pk__gt=after) if after else rows
    pks = list(rows.values_list("pk", flat=True)[:AT_ONCE_MAX])
    moved = opening.move_days(row, rows.filter(pk__in=pks), **call) if pks else 0
    return Moved(pks[-1] if pks else None, len(pks), moved)


def finish(day: int, moved: int, *, by: Actor, at: datetime) -> None:
    """Put on record that an exception is carried out."""
    row = OtherDay.objects.get(pk=day)
    after = {"period": row.code, "due_on": row.due_on.isoformat(), "moved": moved}
    entry = trail.Entry("forms.other_day_done", "form", str(row.form_id), after=after)
    trail.record([entry], by=by, at=at)


@transaction.atomic(durable=True)
def resume(pk: UUID, **call: Unpack[Call]) -> UUID:
    """Go on with an exception whose job was given up or cancelled, from where it stopped."""
    _row, claim = plain.begin(Form.objects.all(), "forms.edit", pk, {"resume": 1}, **call)
    if claim.repeated:
        return pk
    locked(pk, None)
    job = last_job(pk)
    if job is None:
        raise NotFound
    queue.again(job.pk, by=claim.by, at=claim.at)
    claim.record("forms.other_day_resumed", "form", pk)
    return claim.done(pk)


def last_job(pk: UUID) -> Job | None:
    """What gives, or gave, the filings of a form another day."""
    return Job.objects.filter(task=JOB, key=_key(pk)).order_by("-created_at").first()


def _key(pk: UUID) -> str:
    return f"{JOB}:{pk}"
