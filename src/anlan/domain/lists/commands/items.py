"""The six steps of an item, each by a command of its own; who may is permissions.py's to say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Unpack
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.domain.lists.commands.base import Turn, begin, day_within, text_of, turns, unit_of
from anlan.domain.lists.commands.tracking import demand_checked, watched
from anlan.domain.lists.loop import ITEM
from anlan.domain.lists.models import Elsewhere, Evaluation
from anlan.domain.lists.permissions import ANSWERS
from anlan.domain.lists.refusals import (
    AnswersMissing,
    Incomplete,
    OneSideOnly,
    StepNotNext,
    ThreeMissing,
)
from anlan.domain.lists.rules import KindRules
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Unit
from anlan.kernel.loop import commands as loop
from anlan.kernel.loop import told
from anlan.kernel.loop.frame import Call, OnOne
from anlan.kernel.loop.models import PartyRole
from anlan.kernel.notices import outbox
from anlan.kernel.notices.kinds import declare

declare(
    "lists.asked_elsewhere",
    _("Look whether you have the same as %(number)s “%(title)s”, and answer."),
    "lists:item",
)
#: Units that one request tells to look for the same.
ASKED_MAX = 200
#: Of the same, found by one unit: more is a slip of the keyboard.
FOUND_MAX = 1_000_000

THREE_LABELS = {
    "problem_solved": _("how the problem itself was solved (整改一个问题)"),
    "mechanism": _("which mechanism came of it (固化一项机制)"),
    "field_treated": _("which field was treated (治理一片领域)"),
}


@transaction.atomic(durable=True)
def assign(
    pk: UUID,
    *,
    rectifier: int,
    supervisor: int | None = None,
    due_on: date | None = None,
    reason: str = "",
    closure: str = "",
    **call: Unpack[OnOne],
) -> list[UUID]:
    """Give it to the unit that must rectify it, with a deadline: stated, else by its kind."""
    given = {"rectifier": rectifier, "supervisor": supervisor, "due_on": due_on, "reason": reason}
    if closure:
        given["closure"] = closure
    work = begin("lists.assign", [pk], given, **call)
    for turn in turns(work):
        choose = _("Choose the unit from the list.")
        unit_of(rectifier, "rectifier", choose)
        others: dict[PartyRole, dict[UUID, int]] = {}
        if supervisor:
            if supervisor == rectifier:
                raise Incomplete(
                    field="supervisor", reason=_("A unit can't supervise itself; choose another.")
                )
            others[PartyRole.SUPERVISOR] = {pk: unit_of(supervisor, "supervisor", choose).pk}
        _demand_ahead(due_on, work.at)
        loop.assign(
            ITEM, [turn.case], rectifier={pk: rectifier}, others=others, reason=reason,
            due_on=due_on or turn.rules.due("rectify", work.at), **work.call,
        )  # fmt: skip
        if turn.rules.tracked:
            turn.save(**watched(turn.rules, closure, timezone.localdate(work.at)))
    return work.done()


def _demand_ahead(due_on: date | None, at: datetime) -> None:
    """A deadline that somebody states lies ahead, and in a year that is counted."""
    day_within(due_on, "due_on")
    if due_on and due_on < timezone.localdate(at):
        raise Incomplete(
            field="due_on", reason=_("The deadline is in the past; choose a later day.")
        )


@transaction.atomic(durable=True)
def receive(pk: UUID, **call: Unpack[Call]) -> list[UUID]:
    """Sign for receipt for one's units that have a part."""
    work = begin("lists.receive", [pk], {}, **call)
    for machine, cases in work:
        loop.receive(machine, cases, units=policy.units_of(work.by, ANSWERS), **work.call)
    return work.done()


@transaction.atomic(durable=True)
def rectify(pk: UUID, *, result: str, cause: str = "", **call: Unpack[OnOne]) -> list[UUID]:
    work = begin("lists.rectify", [pk], {"result": result, "cause": cause}, **call)
    for turn in turns(work):
        done = text_of(result, "result", _("Say what was done, and who answered for it."))
        turn.take_next("rectify", {"result": done})
        turn.save(result=done, cause=cause.strip() or turn.item.cause)
        told.parties([turn.case], PartyRole.ASSIGNER, "loop.to_verify", at=work.at)
    return work.done()


# --- 举一反三和抓本治源 ---------------------------------------------------------------------


@transaction.atomic(durable=True)
def ask_elsewhere(
    pk: UUID,
    *,
    units: Sequence[int],
    wanted: str,
    due_on: date | None = None,
    **call: Unpack[OnOne],
) -> list[UUID]:
    """Tell other units to look for the same. A unit that was told before isn't told again."""
    given = {"units": sorted(units), "wanted": wanted, "due_on": due_on}
    work = begin("lists.ask", [pk], given, **call)
    for turn in turns(work):
        if not turn.rules.applies("apply"):
            raise StepNotNext(number=turn.case.number, step=turn.rules.step_name("apply"))
        what = text_of(wanted, "wanted", _("Say what they should look for."))
        rows = policy.permitted(Unit.objects.all(), "lists.tell", work.by)
        known = dict(rows.filter(pk__in=units, valid_to=None).values_list("pk", "name"))
        if not known or len(known) != len(set(units)) or len(known) > ASKED_MAX:
            raise Incomplete(field="units", reason=_("Choose units of your own areas."))
        _demand_ahead(due_on, work.at)
        until = due_on or turn.rules.due("apply", work.at)
        have = set(turn.item.elsewhere.values_list("unit_id", flat=True))
        new = [unit for unit in known if unit not in have]
        Elsewhere.objects.bulk_create(
            Elsewhere(item=turn.item, unit_id=unit, asked_at=work.at, asked_by=work.by.name,
                      wanted=what, due_on=until)
            for unit in new
        )  # fmt: skip
        turn.take("ask_elsewhere", {"asked": "、".join(known[unit] for unit in new)}, reason=what)
        outbox.post(
            "lists.asked_elsewhere", to_units=new, about=pk, at=work.at,
            data={"number": turn.case.number, "title": turn.item.title},
        )  # fmt: skip
    return work.done()


@transaction.atomic(durable=True)
def answer_elsewhere(pk: UUID, *, found: int, answer: str, **call: Unpack[Call]) -> list[UUID]:
    """Answer for all one's units that were asked: how many there were, and what was done."""
    work = begin("lists.answer", [pk], {"found": found, "answer": answer}, **call)
    for turn in turns(work):
        text = text_of(answer, "answer", _("Say where you looked and what you did about it."))
        if not 0 <= found <= FOUND_MAX:
            raise Incomplete(field="found", reason=_("Enter how many were found; 0 for none."))
        own = policy.units_of(work.by, ANSWERS)
        waiting = turn.item.elsewhere.filter(unit__in=own, answered_at=None)
        names = list(waiting.values_list("unit__name", flat=True))
        if not names:
            raise Incomplete(field="answer", reason=_("Your unit has answered already."))
        turn.take("answer_elsewhere", {"answered": "、".join(names), "found": found}, reason=text)
        waiting.update(answered_at=work.at, answered_by=work.by.name, found=found, answer=text)
    return work.done()


@transaction.atomic(durable=True)
def apply_elsewhere(
    pk: UUID,
    *,
    source_treated: str,
    mechanism: str = "",
    mechanism_ref: str = "",
    **call: Unpack[OnOne],
) -> list[UUID]:
    """Conclude 举一反三: everybody asked has answered, and the source was treated."""
    given = {"source_treated": source_treated, "mechanism": mechanism, "ref": mechanism_ref}
    work = begin("lists.apply", [pk], given, **call)
    for turn in turns(work):
        text = text_of(source_treated, "source_treated", _("Say what was done at the source."))
        asked = turn.item.elsewhere.select_related("unit")
        if not asked:
            raise Incomplete(
                field="source_treated", reason=_("First tell other units to look for the same.")
            )
        # A unit that has ended answers no more, and holds nobody up.
        silent = [
            row.unit.name for row in asked if row.answered_at is None and row.unit.valid_to is None
        ]
        if silent:
            raise AnswersMissing(units="、".join(silent))
        turn.take_next("apply", {"source_treated": text})
        fields = {"source_treated": text}
        if mechanism.strip():
            fields |= {"mechanism": mechanism.strip(), "mechanism_ref": mechanism_ref.strip()[:300]}
        turn.save(**fields)
    return work.done()


# --- acceptance, evaluation, analysis, closing ---------------------------------------------


@transaction.atomic(durable=True)
def accept(pk: UUID, *, reason: str, **call: Unpack[OnOne]) -> list[UUID]:
    """整改验收, by somebody of another unit than the one that rectified."""
    work = begin("lists.accept", [pk], {"reason": reason}, **call)
    for turn in turns(work):
        text = text_of(reason, "reason", _("Say how it was checked."))
        turn.take_next("accept", {}, reason=text)
    return work.done()


@transaction.atomic(durable=True)
def reject(pk: UUID, *, reason: str, **call: Unpack[OnOne]) -> list[UUID]:
    work = begin("lists.reject", [pk], {"reason": reason}, **call)
    for turn in turns(work):
        due_on = turn.rules.due("rectify", work.at)
        loop.reject(ITEM, [turn.case], reason=reason, due_on=due_on, **work.call)
        turn.save(step_due_on=None)
    return work.done()


@transaction.atomic(durable=True)
def evaluate(
    pk: UUID,
    *,
    side: str,
    score: Decimal | None = None,
    verdict: str = "",
    comment: str = "",
    **call: Unpack[OnOne],
) -> list[UUID]:
    """One side's evaluation; with the last of them the item goes on."""
    given = {"side": side, "score": score, "verdict": verdict}
    work = begin("lists.evaluate", [pk], given, **call)
    for turn in turns(work):
        rules, case = turn.rules, turn.case
        if rules.following(case.state) != "evaluate":
            raise StepNotNext(number=case.number, step=rules.step_name("evaluate"))
        _check_evaluation(rules, side, score, verdict)
        rows = turn.item.evaluations.filter(round=case.round)
        if not work.by.trusted and rows.filter(user_id=work.by.user_id).exists():
            raise OneSideOnly
        try:
            with transaction.atomic():
                Evaluation.objects.create(
                    item=turn.item, round=case.round, side=side, at=work.at,
                    user_id=work.by.user_id, who=work.by.name, unit_id=work.by.unit_id,
                    score=score if rules.by_score else None,
                    verdict="" if rules.by_score else verdict, comment=comment.strip(),
                )  # fmt: skip
        except IntegrityError:
            raise Incomplete(field="side", reason=_("That side has evaluated already.")) from None
        turn.take("judge", {"side": side, "score": str(score) if rules.by_score else verdict})
        if set(rows.values_list("side", flat=True)) >= set(rules.sides):
            turn.take_next("evaluate", {})
    return work.done()


def _check_evaluation(rules: KindRules, side: str, score: Decimal | None, verdict: str) -> None:
    if side not in rules.sides:
        raise Incomplete(field="side", reason=_("Choose the side from the list."))
    if rules.by_score and not rules.read_score(score):
        raise Incomplete(
            field="score",
            reason=_("Enter a score from 0 to %(max)d.") % {"max": rules.score_max},
        )
    if not rules.by_score and verdict not in rules.verdicts:
        raise Incomplete(field="verdict", reason=_("Choose the verdict from the list."))


@transaction.atomic(durable=True)
def analyse(pk: UUID, *, analysis: str, **call: Unpack[OnOne]) -> list[UUID]:
    work = begin("lists.analyse", [pk], {"analysis": analysis}, **call)
    for turn in turns(work):
        text = text_of(analysis, "analysis", _("Write what the analysis found."))
        turn.take_next("analyse", {"analysis": text})
        turn.save(analysis=text)
    return work.done()


@transaction.atomic(durable=True)
def state_three(
    pk: UUID,
    *,
    problem_solved: str,
    mechanism: str,
    mechanism_ref: str,
    field_treated: str,
    **call: Unpack[OnOne],
) -> list[UUID]:
    """整改一个问题、固化一项机制、治理一片领域: what each of the three is, here."""
    fields = {
        "problem_solved": problem_solved.strip(), "mechanism": mechanism.strip(),
        "mechanism_ref": mechanism_ref.strip()[:300], "field_treated": field_treated.strip(),
    }  # fmt: skip
    work = begin("lists.state", [pk], fields, **call)
    for turn in turns(work):
        changed = {
            name: [getattr(turn.item, name), value]
            for name, value in fields.items()
            if value != getattr(turn.item, name)
        }
        turn.take("state_three", changed)
        turn.save(**fields)
    return work.done()


@transaction.atomic(durable=True)
def close(pk: UUID, *, reason: str = "", **call: Unpack[OnOne]) -> list[UUID]:
    """Close it: after the last step of its kind, and with the three results stated."""
    work = begin("lists.close", [pk], {"reason": reason}, **call)
    for turn in turns(work):
        if turn.rules.following(turn.case.state) and turn.case.is_open:
            raise StepNotNext(number=turn.case.number, step=_("closing"))
        _demand_three(turn)
        demand_checked(turn)
        turn.take("close", {}, reason=reason)
        turn.save(step_due_on=None, check_due_on=None)
    return work.done()


def _demand_three(turn: Turn) -> None:
    if missing := turn.item.three_missing:
        raise ThreeMissing(fields="、".join(str(THREE_LABELS[name]) for name in missing))


@transaction.atomic(durable=True)
def void(pk: UUID, *, reason: str, **call: Unpack[OnOne]) -> list[UUID]:
    work = begin("lists.void", [pk], {"reason": reason}, **call)
    for turn in turns(work):
        loop.void(ITEM, [turn.case], reason=reason, **work.call)
        turn.save(step_due_on=None, check_due_on=None)
    return work.done()
