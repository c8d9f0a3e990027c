"""A measure on its way, each step by a command of its own; who may is permissions.py's to say."""

from __future__ import annotations

from datetime import date
from typing import Unpack
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from anlan.base.limits import TEXT_CHARS_MAX
from anlan.domain.lists.permissions import ANSWERS
from anlan.domain.measures.commands.base import (
    begin,
    day_within,
    kept,
    lacks,
    sectors_of,
    short,
    text_of,
    turns,
)
from anlan.domain.measures.commands.entering import check_adopted
from anlan.domain.measures.commands.force import Ended, ends
from anlan.domain.measures.commands.force import enforce as come_into_force
from anlan.domain.measures.loop import MEASURE
from anlan.domain.measures.models import (
    NAME_CHARS_MAX,
    NUMBER_CHARS_MAX,
    TITLE_CHARS_MAX,
    TakenUp,
)
from anlan.domain.measures.refusals import AlreadyThere, NotExamined
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.units import main_unit
from anlan.kernel.loop import commands as loop
from anlan.kernel.loop.frame import Call, OnOne
from anlan.kernel.notices import outbox
from anlan.kernel.notices.kinds import declare

declare("measures.given", _("You lead the making of a measure, due on %(due)s: %(number)s."),
        "measures:page")  # fmt: skip
declare("measures.adopted", _("“%(title)s” was adopted: %(unit)s."), "measures:page")


@transaction.atomic(durable=True)
def receive(pk: UUID, **call: Unpack[Call]) -> list[UUID]:
    """Sign for receipt for one's units that lead its making."""
    work = begin("measures.receive", [pk], {}, **call)
    for machine, cases in work:
        loop.receive(machine, cases, units=policy.units_of(work.by, ANSWERS), **work.call)
    return work.done()


@transaction.atomic(durable=True)
def draft(pk: UUID, *, reason: str = "", **call: Unpack[OnOne]) -> list[UUID]:
    work = begin("measures.edit", [pk], {"step": "draft", "reason": reason}, **call)
    for turn in turns(work):
        turn.take("draft", {}, reason=short(reason, "reason"))
    return work.done()


@transaction.atomic(durable=True)
def consult(pk: UUID, *, reason: str, **call: Unpack[OnOne]) -> list[UUID]:
    """Send it out for comments (征求意见): to whom, until when."""
    work = begin("measures.edit", [pk], {"step": "consult", "reason": reason}, **call)
    for turn in turns(work):
        said = text_of(reason, "reason", _("Say whom you ask, and until when."))
        turn.take("consult", {}, reason=said)
    return work.done()


@transaction.atomic(durable=True)
def adopt(
    pk: UUID,
    *,
    number: str,
    adopted_on: date,
    in_force_on: date | None = None,
    text: str = "",
    **call: Unpack[OnOne],
) -> list[UUID]:
    """Adopt it under its number; it comes into force on its day, at once where that is past."""
    given = {"number": number, "adopted_on": adopted_on, "in_force_on": in_force_on, "text": text}
    work = begin("measures.edit", [pk], {"step": "adopt", **given}, **call)
    for turn in turns(work):
        check_adopted(adopted_on, in_force_on, turn.today)
        # A browser ends lines in its own way.
        old, new_text = turn.measure.text, short(text, "text") or turn.measure.text
        same = new_text.splitlines() == old.splitlines()
        # What was examined is what is adopted: other words are examined first.
        examined = turn.measure.examined_at is not None and same
        if turn.measure.plan_id and not examined:
            raise NotExamined
        no = short(number, "number", NUMBER_CHARS_MAX)
        if not no and turn.case.grade not in ("mechanism", "project", "duty_chain"):
            raise lacks("number", _("Write its number (文号, or the standard's)."))
        from_day = in_force_on or adopted_on
        turn.take("adopt", {"number": no, "in_force_on": str(from_day)}, day=adopted_on)
        turn.save(
            number=no, adopted_on=adopted_on, in_force_on=from_day,
            text=new_text,
        )  # fmt: skip
        outbox.post(
            "measures.adopted", to_units=[turn.case.unit_id], about=pk, at=work.at,
            data={"title": turn.measure.title, "unit": turn.measure.lead.name},
        )  # fmt: skip
        if from_day <= turn.today:
            come_into_force([turn.measure], **work.call)
    return work.done()


@transaction.atomic(durable=True)
def examine(pk: UUID, *, passed: bool, reason: str, **call: Unpack[OnOne]) -> list[UUID]:
    """审核 by somebody who wrote nothing of it: it may be adopted, or is to be mended first."""
    given = {"step": "examine", "passed": passed, "reason": reason}
    work = begin("measures.examine", [pk], given, **call)
    for turn in turns(work):
        said = text_of(reason, "reason", _("Say what was examined, and what came of it."))
        turn.take("examine" if passed else "object", {}, reason=said)
        turn.save(
            examined_at=work.at if passed else None, examined_by=work.by.name if passed else ""
        )
    return work.done()


@transaction.atomic(durable=True)
def repeal(pk: UUID, *, on: date, reason: str, **call: Unpack[OnOne]) -> list[UUID]:
    """Repeal it (废止) from a day on; one that a later measure replaces ends with that one."""
    work = begin("measures.decide", [pk], {"on": on, "reason": reason}, **call)
    for turn in turns(work):
        why = text_of(reason, "reason", _("Say why, and by which decision."))
        first = turn.measure.in_force_on or turn.measure.adopted_on or turn.today
        if turn.case.state == "adopted":
            first = turn.measure.adopted_on or turn.today
        if not first <= on <= turn.today:
            raise lacks("on", _("It can't be repealed before it is in force, nor ahead."))
        ends("repeal", [Ended(turn.measure, on)], reason=why, **work.call)
    return work.done()


@transaction.atomic(durable=True)
def void(pk: UUID, *, reason: str, **call: Unpack[OnOne]) -> list[UUID]:
    """Drop what was never adopted, with the reason."""
    work = begin("measures.decide", [pk], {"step": "void", "reason": reason}, **call)
    for turn in turns(work):
        loop.void(MEASURE, [turn.case], reason=reason, **work.call)
    return work.done()


@transaction.atomic(durable=True)
def extend(pk: UUID, *, due_on: date, reason: str, **call: Unpack[OnOne]) -> list[UUID]:
    """Give more time: the keeper's office alone, with the reason."""
    work = begin("measures.decide", [pk], {"due_on": due_on, "reason": reason}, **call)
    for turn in turns(work):
        why = text_of(reason, "reason", _("Say why it takes longer."))
        day_within(due_on, "due_on")
        if due_on < turn.today or (turn.case.due_on and due_on <= turn.case.due_on):
            raise lacks("due_on", _("Choose a day after the deadline that stands, and not past."))
        fields = {
            "due_on": due_on, "due_at": None, "due_provisional": False,
            "due_rule": {"kind": "date"},
        }  # fmt: skip
        turn.take("extend", {}, reason=why, fields=fields)
    return work.done()


@transaction.atomic(durable=True)
def correct(
    pk: UUID,
    *,
    title: str,
    text: str,
    problem: str,
    person: str,
    effect: str,
    sectors: list[str],
    **call: Unpack[OnOne],
) -> list[UUID]:
    """Mend what the list says of it; state, days and number are steps' to set.

    The sector under which it counts stays the first it was entered with.
    """
    given = {
        "title": title, "text": text, "problem": problem, "person": person, "effect": effect,
        "sectors": sectors,
    }  # fmt: skip
    work = begin("measures.edit", [pk], {"step": "correct", **given}, **call)
    for turn in turns(work):
        first = [turn.case.sector_id] if turn.case.sector_id else []
        new: dict[str, str] = {
            "title": text_of(title, "title", _("Write the title."), TITLE_CHARS_MAX),
            "text": short(text, "text", TEXT_CHARS_MAX),
            "problem": short(problem, "problem"),
            "person": short(person, "person", NAME_CHARS_MAX),
            "effect": short(effect, "effect"),
            "sectors": kept(sectors_of([*first, *sectors])),
        }
        changed = {
            name: [getattr(turn.measure, name), value]
            for name, value in new.items()
            if value != getattr(turn.measure, name)
        }
        if changed:
            turn.take("correct", changed)
            if "text" in changed or "title" in changed:
                # What was examined isn't what stands there now.
                turn.save(examined_at=None, examined_by="")
            turn.save(**new)
    return work.done()


@transaction.atomic(durable=True)
def take_up(pk: UUID, *, day: date, note: str = "", **call: Unpack[OnOne]) -> list[UUID]:
    """Take a measure up in one's own unit: from which day on, and how."""
    work = begin("measures.take_up", [pk], {"day": day, "note": note}, **call)
    for turn in turns(work):
        unit = main_unit(work.by, ANSWERS)
        if day > turn.today:
            raise lacks("day", _("The day lies ahead; choose today or earlier."))
        if turn.measure.in_force_on and day < turn.measure.in_force_on:
            raise lacks("day", _("It wasn't in force yet on that day."))
        try:
            with transaction.atomic():
                TakenUp.objects.create(
                    measure=turn.measure, unit=unit, day=day, at=work.at, who=work.by.name,
                    note=short(note, "note", TITLE_CHARS_MAX),
                )  # fmt: skip
        except IntegrityError:
            raise AlreadyThere(what=unit.name) from None
        turn.take("take_up", {"unit": unit.name})
    return work.done()
