"""What is done with a paper once it is issued: signed for, answered, accepted or returned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any, Unpack
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base.refusal import NotFound
from anlan.domain.supervision.commands.texts import written
from anlan.domain.supervision.loop import LETTER, LOOPS, STATES, STEPS
from anlan.domain.supervision.models import Answer, Item, Outcome, Paper
from anlan.domain.supervision.permissions import ANSWERS
from anlan.domain.supervision.refusals import PaperIncomplete, RepliesMissing, TalkRefused
from anlan.kernel.accounts import policy
from anlan.kernel.audit import trail
from anlan.kernel.loop import commands as loop
from anlan.kernel.loop import engine, frame, ladder, plain
from anlan.kernel.loop.engine import Move
from anlan.kernel.loop.frame import Call, OnOne, Work
from anlan.kernel.loop.models import Case, Proposal
from anlan.kernel.notices import outbox
from anlan.kernel.papers import attachments
from anlan.kernel.papers.attachments import Prepared
from anlan.kernel.papers.models import Role as FileRole

#: The rung that a letter's sender may propose by hand: an admonitory talk (约谈).
TALK = 3
#: What files of an answer hang on.
ANSWER_FILES = "supervision.answer"


begin = partial(frame.begin, Paper)


class Turn(frame.Turn[Paper]):
    @property
    def paper(self) -> Paper:
        return self.row

    def tell(self, kind: str, units: Sequence[int | None], **data: str) -> None:
        outbox.post(
            kind, to_units=[unit for unit in units if unit], about=self.paper.pk, at=self.work.at,
            data={"number": self.paper.number, **data},
        )  # fmt: skip


_papers = Paper.objects.select_related("receiver", "superior", "office")
turns = partial(frame.turns, _papers, Turn)


@transaction.atomic(durable=True)
def receive(pk: UUID, **call: Unpack[Call]) -> list[UUID]:
    """Sign for receipt (签收), for one's units among receiver and superior."""
    work = begin("paper.receive", [pk], {}, **call)
    for turn in turns(work):
        own = [unit for unit in (turn.paper.receiver_id, turn.paper.superior_id) if unit]
        units = own if work.by.trusted else policy.units_of(work.by, ANSWERS)
        loop.receive(turn.machine, [turn.case], units=units, **work.call)
    return work.done()


@transaction.atomic(durable=True)
def reply(pk: UUID, replies: Mapping[int, tuple[str, str]], **call: Unpack[OnOne]) -> list[UUID]:
    """Reply to findings one by one: by item, the outcome and what was done; empty ones stay open.

    Kept until the return report is sent; a reply that changes takes the place of the one before,
    which the audit keeps.
    """
    given = {"replies": {str(key): list(value) for key, value in sorted(replies.items())}}
    work = begin("paper.reply", [pk], given, **call)
    for turn in turns(work):
        items = {item.pk: item for item in Item.objects.filter(paper=pk)}
        if not set(replies) <= set(items):
            raise NotFound
        changed: list[tuple[Item, dict[str, str]]] = []
        for key, (outcome, text) in replies.items():
            before = _replied(items[key], outcome, text, work)
            if before is not None:
                changed.append((items[key], before))
        if not changed:
            continue
        if turn.case.state != "assigned":
            raise engine.StepNotPossible(
                number=turn.paper.number, state=STATES[turn.case.state], step=STEPS["amend"]
            )
        Item.objects.bulk_update(
            [item for item, _before in changed], ["outcome", "reply", "replied_at", "replied_by"]
        )
        trail.record(
            [
                trail.Entry(
                    "paper.reply", "item", str(item.pk), before=before,
                    after={"outcome": item.outcome, "reply": item.reply},
                    request_id=work.request_id,
                )
                for item, before in changed
            ],
            by=work.by, at=work.at,
        )  # fmt: skip
        turn.take("amend", {"replies": len(changed)})
    return work.done()


def _replied(item: Item, outcome: str, text: str, work: Work) -> dict[str, str] | None:
    """Put a reply to one finding; what stood there before, or None where nothing changes."""
    if not outcome and not text.strip():
        return None
    if outcome not in Outcome.values:
        raise PaperIncomplete(
            field=f"outcome_{item.pk}", reason=_("Say how it stands: dealt with, under way …")
        )
    text = written(text, f"reply_{item.pk}", _("Write what was done, or why not."))
    before = {"outcome": item.outcome, "reply": item.reply}
    if before == {"outcome": outcome, "reply": text}:
        return None
    item.outcome, item.reply = outcome, text
    item.replied_at, item.replied_by = work.at, work.by.name
    return before


@transaction.atomic(durable=True)
def answer(
    pk: UUID, *, text: str, files: Sequence[Prepared] = (), **call: Unpack[OnOne]
) -> list[UUID]:
    """The receiver's return report (回函): every finding has its reply by then."""
    work = begin("paper.reply", [pk], {"text": text}, **call)
    for turn in turns(work):
        text = written(text, "text", _("Write what the unit reports back."))
        left = Item.objects.filter(paper=pk, outcome="").count()
        if left:
            raise RepliesMissing(count=left)
        receiver = turn.paper.receiver
        acting: Call = {**work.call, "by": replace(work.by, unit_id=receiver.pk)}
        engine.take(turn.machine, "rectify", [Move(turn.case)], reason=text, **acting)
        _put_answer(turn, receiver.pk, text, files)
        turn.tell("paper.answered", [turn.paper.office_id], unit=receiver.name)
    return work.done()


@transaction.atomic(durable=True)
def comment(
    pk: UUID, *, text: str, files: Sequence[Prepared] = (), **call: Unpack[Call]
) -> list[UUID]:
    """What the unit above the receiver writes back; it moves the paper nowhere."""
    work = begin("paper.comment", [pk], {"text": text}, **call)
    for turn in turns(work):
        superior = turn.paper.superior
        assert superior is not None, "the rule lets in nobody else"
        text = written(text, "text", _("Write what the unit reports back."))
        turn.take("amend", {"answer": superior.name}, reason=text)
        _put_answer(turn, superior.pk, text, files)
        turn.tell("paper.answered", [turn.paper.office_id], unit=superior.name)
    return work.done()


def _put_answer(turn: Turn, unit: int, text: str, files: Sequence[Prepared]) -> None:
    by, at = turn.work.by, turn.work.at
    row = Answer.objects.create(
        paper=turn.paper, unit_id=unit, round=turn.case.round, text=text, at=at,
        user_id=by.user_id, name=by.name,
    )  # fmt: skip
    for file in files:
        attachments.attach(file, ANSWER_FILES, row.pk, FileRole.EVIDENCE, by=by, at=at)


@transaction.atomic(durable=True)
def accept(pk: UUID, *, reason: str = "", **call: Unpack[OnOne]) -> list[UUID]:
    """The office accepts the answer: the paper is settled."""
    work = begin("paper.judge", [pk], {"step": "accept", "reason": reason}, **call)
    for turn in turns(work):
        turn.take("verify", reason=reason)
        loop.close(turn.machine, [turn.case], **work.call)
        turn.tell("paper.settled", [turn.paper.receiver_id, turn.paper.superior_id])
    return work.done()


@transaction.atomic(durable=True)
def send_back(pk: UUID, *, reason: str, due_on: date, **call: Unpack[OnOne]) -> list[UUID]:
    """What was answered isn't done: back to the receiver, with a reason and a new deadline."""
    given = {"step": "return", "reason": reason, "due_on": due_on}
    work = begin("paper.judge", [pk], given, **call)
    for machine, case in work.each():
        if due_on < timezone.localdate(work.at):
            raise PaperIncomplete(
                field="due_on", reason=_("The day is in the past; choose a later one.")
            )
        loop.reject(machine, [case], reason=reason, due_on=due_on, **work.call)
    return work.done()


@transaction.atomic(durable=True)
def withdraw(pk: UUID, *, reason: str, **call: Unpack[OnOne]) -> list[UUID]:
    """Take a paper back; its number stays given, and its findings may be transferred anew."""
    work = begin("paper.judge", [pk], {"step": "withdraw", "reason": reason}, **call)
    for turn in turns(work):
        loop.void(turn.machine, [turn.case], reason=reason, **work.call)
        Item.objects.filter(paper=pk).update(exclusive=False)
        heard = [turn.paper.receiver_id, turn.paper.superior_id]
        turn.tell("paper.withdrawn", heard, reason=reason)
    return work.done()


# --- the talk ------------------------------------------------------------------------------


@transaction.atomic(durable=True)
def propose_talk(pk: UUID, *, reason: str, **call: Unpack[OnOne]) -> list[UUID]:
    """Propose a talk (约谈) to the office's leader: no answer came in time, or it was returned.

    The clock proposes it by itself once the ladder's rung is reached; this doesn't wait for it.
    """
    work = begin("paper.judge", [pk], {"step": "talk", "reason": reason}, **call)
    for turn in turns(work):
        paper, case, today = turn.paper, turn.case, timezone.localdate(work.at)
        why_not = no_talk(paper, case, today)
        if why_not:
            raise TalkRefused(reason=why_not)
        reason = written(reason, "reason", _("Write why the unit must be talked to."))
        late = (today - case.due_on).days if case.due_on else 0
        row = Proposal.objects.create(
            case=case, rung=TALK, drafted_at=work.at, unit_id=paper.office_id,
            days_late=max(late, 0), reason=reason,
        )  # fmt: skip
        turn.take("amend", {"talk": str(row.pk)}, reason=reason)
        turn.tell("paper.talk", [paper.office_id], unit=paper.receiver.name)
    return work.done()


def no_talk(paper: Paper, case: Case, today: date) -> Any:
    """Why no talk can be proposed now; empty where it can."""
    if paper.kind != LETTER.kind or not case.is_open:
        return _("only over a letter that is still open.")
    late = case.unsettled and case.due_on is not None and case.due_on < today
    if not late and not case.round:
        return _("the deadline hasn't passed, and no answer was returned.")
    standing = Proposal.objects.filter(case=case, rung__gte=TALK)
    if standing.exclude(status=Proposal.Status.DISMISSED).exists():
        return _("one is proposed already.")
    return ""


def _talk(pk: UUID, given: Mapping[str, Any], **call: Unpack[Call]) -> tuple[Proposal, plain.Claim]:
    """A proposal over a paper, where one may decide it; else what isn't there."""
    row = Proposal.objects.select_related("case").filter(pk=pk, case__kind__in=LOOPS).first()
    if row is None:
        raise NotFound
    papers, given = Paper.objects.all(), {"proposal": pk, **given}
    _paper, claim = plain.begin(papers, "paper.decide", row.case_id, given, **call)
    return row, claim


@transaction.atomic(durable=True)
def decide_talk(pk: UUID, *, approve: bool, reason: str = "", **call: Unpack[Call]) -> UUID:
    """The office's leader takes the proposal up, or dismisses it with a reason."""
    row, claim = _talk(pk, {"approve": approve, "reason": reason}, **call)
    if claim.repeated:
        return claim.answer[0]
    # Taken up without a word, it keeps what its sender wrote.
    words = reason or (row.reason if approve else "")
    ladder.decide(row, approve=approve, by=claim.by, at=claim.at, reason=words)
    return claim.done(row.case_id)


@transaction.atomic(durable=True)
def carry_out_talk(pk: UUID, *, on: date, paper_number: str, **call: Unpack[Call]) -> UUID:
    """The talk was held: now the rung is taken, and it counts."""
    row, claim = _talk(pk, {"on": on, "paper_number": paper_number}, **call)
    if claim.repeated:
        return claim.answer[0]
    ladder.carry_out(row, on=on, paper_number=paper_number, by=claim.by, at=claim.at)
    return claim.done(row.case_id)
