"""Questions kept and put into a paper for an event; publications entered and taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any, Unpack
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.base.refusal import MovedOn, NotFound
from anlan.domain.bulletins import body, kinds, language
from anlan.domain.bulletins.body import Block
from anlan.domain.bulletins.commands.base import begin, lacks, scope_of, short, text_of, turns
from anlan.domain.bulletins.commands.drafting import filled
from anlan.domain.bulletins.kinds import PRESS
from anlan.domain.bulletins.models import Paper
from anlan.domain.bulletins.press import facts
from anlan.domain.bulletins.press.models import (
    OUTLET_CHARS_MAX,
    QUESTION_CHARS_MAX,
    TOPIC_CHARS_MAX,
    WHERE_CHARS_MAX,
    Medium,
    Publication,
    Question,
)
from anlan.domain.bulletins.scope import Scope
from anlan.domain.campaigns.models import Task
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.reach import JUDGES
from anlan.kernel.accounts.units import main_unit
from anlan.kernel.calendar import periods
from anlan.kernel.calendar.periods import YEAR_MIN
from anlan.kernel.loop import plain
from anlan.kernel.loop.frame import OnOne
from anlan.kernel.loop.plain import Call

#: Questions of a unit; put into one paper at once.
QUESTIONS_MAX, AT_ONCE_MAX = 1_000, 30


@dataclass(frozen=True)
class NewQuestion:
    """``pk`` is made by the client."""

    pk: UUID
    question: str
    answer: str
    topic: str = ""


@transaction.atomic(durable=True)
def keep_question(new: NewQuestion, **call: Unpack[Call]) -> UUID:
    """Keep a question with its answer in the bank of one's unit."""
    by, at = call["by"], call["at"]
    policy.demand(by, "press_questions.make", at)
    claim = plain.claim("press_questions.keep", asdict(new), **call)
    if claim.repeated:
        return new.pk
    unit = main_unit(by, JUDGES)
    if Question.objects.filter(unit=unit, withdrawn_at=None).count() >= QUESTIONS_MAX:
        reason = _("The bank holds at most %(n)d questions; take old ones out.")
        raise lacks("question", reason % {"n": QUESTIONS_MAX})
    row = Question(pk=new.pk, unit=unit, made_at=at, made_by=by.name, changed_at=at)
    _put(row, new, Scope(unit.area, periods.month(timezone.localdate(at)), at, by=by))
    row.save(force_insert=True)
    claim.record("press_questions.keep", "press_question", row.pk, after=_told(row))
    return claim.done(row.pk)


@transaction.atomic(durable=True)
def change_question(new: NewQuestion, *, seen: int | None = None, **call: Unpack[Call]) -> UUID:
    row, claim = plain.begin(
        Question.objects.all(), "press_questions.edit", new.pk, {"new": asdict(new)}, **call
    )
    if claim.repeated:
        return new.pk
    rows = Question.objects.select_for_update(of=("self",)).select_related("unit__area")
    locked = rows.get(pk=row.pk)
    if seen is not None and locked.version != seen:
        raise MovedOn
    before = _told(locked)
    month = periods.month(timezone.localdate(claim.at))
    _put(locked, new, Scope(locked.unit.area, month, claim.at, by=claim.by))
    locked.version += 1
    locked.changed_at, locked.withdrawn_at = claim.at, None
    locked.save()
    claim.record("press_questions.change", "press_question", row.pk, before=before,
                 after=_told(locked))  # fmt: skip
    return claim.done(row.pk)


@transaction.atomic(durable=True)
def withdraw_question(pk: UUID, **call: Unpack[Call]) -> UUID:
    _row, claim = plain.begin(
        Question.objects.all(), "press_questions.edit", pk, {"withdraw": 1}, **call
    )
    if claim.repeated:
        return pk
    # A newer version: who changes what they saw before doesn't put it back unasked.
    Question.objects.filter(pk=pk, withdrawn_at=None).update(
        withdrawn_at=claim.at, version=F("version") + 1
    )
    claim.record("press_questions.withdraw", "press_question", pk)
    return claim.done(pk)


@transaction.atomic(durable=True)
def put_in(pk: UUID, *, questions: Sequence[UUID], **call: Unpack[OnOne]) -> list[UUID]:
    """Put questions of the bank into a paper for an event; their figures are read as it knows."""
    given = {"step": "put_in", "questions": [str(one) for one in questions]}
    work = begin("bulletins.edit", [pk], given, **call)
    for turn in turns(work):
        if turn.case.grade != PRESS:
            raise lacks("questions", _("Questions go into a paper for the press."))
        seen = policy.permitted(Question.objects.all(), "press_questions.view", work.by)
        rows = {row.pk: row for row in seen.filter(pk__in=questions, withdrawn_at=None)}
        if not rows or len(questions) > AT_ONCE_MAX:
            reason = _("Choose from one to %(n)d questions.") % {"n": AT_ONCE_MAX}
            raise lacks("questions", reason)
        about = replace(scope_of(turn.paper, work.at), by=work.by)
        blocks = turn.blocks
        for one in dict.fromkeys(questions):
            if row := rows.get(one):
                blocks += _blocks(row, about)
        turn.take("edit", {"questions": ["", "；".join(row.question for row in rows.values())]})
        turn.keep(filled(blocks, about))
    return work.done()


def _blocks(row: Question, about: Scope) -> list[Block]:
    """A heading with the question, and the answer that must stand under it."""
    with language.of_papers():
        hint = str(_("The answer to “%(question)s”.") % {"question": row.question})
    head, empty = kinds.element(row.question, hint)
    return [head, body.edited(empty, row.answer, about)]


def _put(row: Question, new: NewQuestion, about: Scope) -> None:
    row.question = text_of(new.question, "question", _("Write the question."), QUESTION_CHARS_MAX)
    row.topic = short(new.topic, "topic", TOPIC_CHARS_MAX)
    row.answer = text_of(new.answer, "answer", _("Write the answer."), body.BLOCK_CHARS_MAX)
    # A figure that there isn't is refused now, and not on the eve of the conference.
    empty = replace(kinds.heading(""), id="answer", kind="text")
    body.edited(empty, row.answer, about)


def _told(row: Question) -> dict[str, Any]:
    return {"topic": row.topic, "question": row.question, "answer": row.answer}


# --- what was published --------------------------------------------------------------------


@dataclass(frozen=True)
class NewPublication:
    """``pk`` is made by the client; ``task`` is a task's number, ``paper`` a paper's."""

    pk: UUID
    title: str
    outlet: str
    medium: str
    day: date
    where: str = ""
    task: str = ""
    paper: str = ""


@transaction.atomic(durable=True)
def publish(new: NewPublication, **call: Unpack[Call]) -> UUID:
    """Enter something that a medium brought; it counts from then on."""
    by, at = call["by"], call["at"]
    policy.demand(by, "publications.make", at)
    claim = plain.claim("publications.enter", asdict(new), **call)
    if claim.repeated:
        return new.pk
    unit = main_unit(by, JUDGES)
    if not date(YEAR_MIN, 1, 1) <= new.day <= timezone.localdate(at):
        raise lacks("day", _("The day lies ahead; choose today or earlier."))
    if new.medium not in Medium.values:
        raise lacks("medium", _("Choose the medium from the list."))
    row = Publication(
        pk=new.pk, unit=unit, area_id=unit.area_id, path=unit.path, medium=new.medium, day=new.day,
        title=text_of(new.title, "title", _("Write the title."), QUESTION_CHARS_MAX),
        outlet=text_of(new.outlet, "outlet", _("Name the outlet."), OUTLET_CHARS_MAX),
        where=short(new.where, "where", WHERE_CHARS_MAX), made_at=at, made_by=by.name,
        task_id=_numbered(Task, "tasks.view", new.task, "task", by),
        paper_id=_numbered(Paper, "bulletins.view", new.paper, "paper", by),
    )  # fmt: skip
    same = Publication.objects.filter(
        unit=unit, outlet=row.outlet, day=row.day, title=row.title, withdrawn_at=None
    )
    if same.exists():
        raise lacks("title", _("It stands on the register already, of that outlet and day."))
    row.save(force_insert=True)
    facts.count(row, at)
    after = {"title": row.title, "outlet": row.outlet, "day": row.day.isoformat()}
    claim.record("publications.enter", "publication", row.pk, after=after)
    return claim.done(row.pk)


def _numbered(model: Any, permission: str, number: str, field: str, by: Actor) -> UUID | None:
    """The case of that number, as far as one sees it."""
    if not number.strip():
        return None
    rows = policy.permitted(model.objects.all(), permission, by)
    found = rows.filter(case__number=number.strip()).values_list("pk", flat=True).first()
    if found is None:
        raise lacks(field, _("None that you see has this number."))
    return UUID(str(found))


@transaction.atomic(durable=True)
def take_back(pk: UUID, *, reason: str, **call: Unpack[Call]) -> UUID:
    """Take an entry back that was wrong: it stays on record and counts no more."""
    rows = Publication.objects.all()
    _row, claim = plain.begin(rows, "publications.edit", pk, {"back": reason}, **call)
    if claim.repeated:
        return pk
    row = Publication.objects.select_for_update().get(pk=pk)
    if row.withdrawn_at is not None:
        raise NotFound
    row.withdrawn_because = text_of(reason, "reason", _("Say why it is taken back."), 200)
    row.withdrawn_at = claim.at
    row.save(update_fields=["withdrawn_at", "withdrawn_because"])
    facts.take_back(row, claim.at)
    claim.record("publications.take_back", "publication", pk, reason=row.withdrawn_because)
    return claim.done(pk)
