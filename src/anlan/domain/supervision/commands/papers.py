"""What is done with a paper once it is issued: signed for, answered, accepted or returned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.base.limits import TEXT_CHARS_MAX
from anlan.base.refusal import MovedOn, NotFound
from anlan.domain.supervision.loop import LETTER, LOOPS, STATES, STEPS
from anlan.domain.supervision.models import Answer, Item, Outcome, Paper
from anlan.domain.supervision.permissions import ANSWERS
from anlan.domain.supervision.refusals import PaperIncomplete, RepliesMissing, TalkRefused
from anlan.kernel.accounts import policy
from anlan.kernel.audit import trail
from anlan.kernel.loop import commands as loop
from anlan.kernel.loop import engine, ladder
from anlan.kernel.loop.engine import Move
from anlan.kernel.loop.machine import Machine
from anlan.kernel.loop.models import Case, Proposal
from anlan.kernel.notices import outbox
from anlan.kernel.papers import attachments
from anlan.kernel.papers.attachments import Prepared
from anlan.kernel.papers.models import Role as FileRole

#: The rung that a letter's sender may propose by hand: an admonitory talk (约谈).
TALK = 3
#: What files of an answer hang on.
ANSWER_FILES = "supervision.answer"


class _Work:
    """One paper, let in and locked; or the answer that an earlier call got."""

    def __init__(
        self,
        permission: str,
        pk: UUID,
        by: Actor,
        request_id: UUID,
        at: datetime,
        seen: int | None = None,
        **given: Any,
    ) -> None:
        papers = Paper.objects.select_related("receiver", "superior", "office")
        self.paper: Paper = policy.access(papers, permission, by, pk, at=at)
        arguments = {"pk": str(pk), "permission": permission, **given}
        self.repeated = engine.once(request_id, permission, by, arguments, at) is not None
        self.pk, self.by, self.at, self.request_id = pk, by, at, request_id
        self.case: Case = engine.lock([pk])[pk]
        self.machine: Machine = LOOPS[self.paper.kind]
        if not self.repeated and seen is not None and self.case.version != seen:
            raise MovedOn

    @property
    def common(self) -> dict[str, Any]:
        return {"by": self.by, "at": self.at, "request_id": self.request_id}

    def done(self) -> UUID:
        if not self.repeated:
            engine.answered(self.request_id, [self.pk])
        return self.pk

    def tell(self, kind: str, units: Sequence[int | None], **data: str) -> None:
        outbox.post(
            kind, to_units=[unit for unit in units if unit], about=self.pk, at=self.at,
            data={"number": self.paper.number, **data},
        )  # fmt: skip


def _written(text: str, field: str, reason: Any) -> str:
    text = text.strip()
    if not text:
        raise PaperIncomplete(field=field, reason=reason)
    if len(text) > TEXT_CHARS_MAX:
        raise PaperIncomplete(field=field, reason=_("Shorten the text to 4,000 characters."))
    return text


@transaction.atomic(durable=True)
def receive(pk: UUID, *, by: Actor, request_id: UUID, at: datetime) -> UUID:
    """Sign for receipt (签收), for one's units among receiver and superior."""
    work = _Work("paper.receive", pk, by, request_id, at)
    if not work.repeated:
        units = _own_units(work)
        loop.receive(work.machine, [work.case], units=units, **work.common)
    return work.done()


def _own_units(work: _Work) -> list[int]:
    if work.by.trusted:
        return [unit for unit in (work.paper.receiver_id, work.paper.superior_id) if unit]
    return policy.units_of(work.by, ANSWERS)


@transaction.atomic(durable=True)
def reply(
    pk: UUID,
    replies: Mapping[int, tuple[str, str]],
    *,
    by: Actor,
    request_id: UUID,
    at: datetime,
    seen: int | None = None,
) -> UUID:
    """Reply to findings one by one: by item, the outcome and what was done; empty ones stay open.

    Kept until the return report is sent; a reply that changes takes the place of the one before,
    which the audit keeps.
    """
    given = {"replies": {str(key): list(value) for key, value in sorted(replies.items())}}
    work = _Work("paper.reply", pk, by, request_id, at, seen, **given)
    if work.repeated:
        return work.done()
    items = {item.pk: item for item in Item.objects.filter(paper=pk)}
    if not set(replies) <= set(items):
        raise NotFound
    changed, entries = [], []
    for key, (outcome, text) in replies.items():
        item = items[key]
        if not outcome and not text.strip():
            continue
        if outcome not in Outcome.values:
            raise PaperIncomplete(
                field=f"outcome_{key}", reason=_("Say how it stands: dealt with, under way …")
            )
        text = _written(text, f"reply_{key}", _("Write what was done, or why not."))
        if (item.outcome, item.reply) == (outcome, text):
            continue
        before = {"outcome": item.outcome, "reply": item.reply}
        item.outcome, item.reply = outcome, text
        item.replied_at, item.replied_by = at, by.name
        changed.append(item)
        entries.append(
            trail.Entry(
                "paper.reply", "item", str(key), before=before,
                after={"outcome": outcome, "reply": text}, request_id=request_id,
            )
        )  # fmt: skip
    if changed:
        if work.case.state != "assigned":
            raise _past(work, "amend")
        Item.objects.bulk_update(changed, ["outcome", "reply", "replied_at", "replied_by"])
        trail.record(entries, by=by, at=at)
        move = Move(work.case, {}, {"replies": len(changed)})
        engine.take(work.machine, "amend", [move], **work.common)
    return work.done()


def _past(work: _Work, step: str) -> engine.StepNotPossible:
    return engine.StepNotPossible(
        number=work.paper.number, state=STATES[work.case.state], step=STEPS[step]
    )


@transaction.atomic(durable=True)
def answer(
    pk: UUID,
    *,
    text: str,
    by: Actor,
    request_id: UUID,
    at: datetime,
    files: Sequence[Prepared] = (),
    seen: int | None = None,
) -> UUID:
    """The receiver's return report (回函): every finding has its reply by then."""
    work = _Work("paper.reply", pk, by, request_id, at, seen, text=text)
    if work.repeated:
        return work.done()
    text = _written(text, "text", _("Write what the unit reports back."))
    left = Item.objects.filter(paper=pk, outcome="").count()
    if left:
        raise RepliesMissing(count=left)
    engine.take(
        work.machine, "rectify", [Move(work.case)], reason=text,
        **{**work.common, "by": replace(by, unit_id=work.paper.receiver_id)},
    )  # fmt: skip
    _put_answer(work, work.paper.receiver_id, text, files)
    work.tell("paper.answered", [work.paper.office_id], unit=work.paper.receiver.name)
    return work.done()


@transaction.atomic(durable=True)
def comment(
    pk: UUID,
    *,
    text: str,
    by: Actor,
    request_id: UUID,
    at: datetime,
    files: Sequence[Prepared] = (),
) -> UUID:
    """What the unit above the receiver writes back; it moves the paper nowhere."""
    work = _Work("paper.comment", pk, by, request_id, at, text=text)
    if work.repeated:
        return work.done()
    superior = work.paper.superior
    assert superior is not None, "the rule lets in nobody else"
    text = _written(text, "text", _("Write what the unit reports back."))
    move = Move(work.case, {}, {"answer": superior.name})
    engine.take(work.machine, "amend", [move], reason=text, **work.common)
    _put_answer(work, superior.pk, text, files)
    work.tell("paper.answered", [work.paper.office_id], unit=superior.name)
    return work.done()


def _put_answer(work: _Work, unit: int, text: str, files: Sequence[Prepared]) -> None:
    row = Answer.objects.create(
        paper=work.paper, unit_id=unit, round=work.case.round, text=text, at=work.at,
        user_id=work.by.user_id, name=work.by.name,
    )  # fmt: skip
    for file in files:
        attachments.attach(file, ANSWER_FILES, row.pk, FileRole.EVIDENCE, by=work.by, at=work.at)


@transaction.atomic(durable=True)
def accept(
    pk: UUID, *, by: Actor, request_id: UUID, at: datetime, reason: str = "",
    seen: int | None = None,
) -> UUID:  # fmt: skip
    """The office accepts the answer: the paper is settled."""
    work = _Work("paper.judge", pk, by, request_id, at, seen, step="accept", reason=reason)
    if not work.repeated:
        moves = [Move(work.case)]
        engine.take(work.machine, "verify", moves, reason=reason, **work.common)
        loop.close(work.machine, [work.case], **work.common)
        work.tell("paper.settled", [work.paper.receiver_id, work.paper.superior_id])
    return work.done()


@transaction.atomic(durable=True)
def send_back(
    pk: UUID, *, reason: str, due_on: date, by: Actor, request_id: UUID, at: datetime,
    seen: int | None = None,
) -> UUID:  # fmt: skip
    """What was answered isn't done: back to the receiver, with a reason and a new deadline."""
    given = {"step": "return", "reason": reason, "due_on": due_on}
    work = _Work("paper.judge", pk, by, request_id, at, seen, **given)
    if not work.repeated:
        if due_on < timezone.localdate(at):
            raise PaperIncomplete(
                field="due_on", reason=_("The day is in the past; choose a later one.")
            )
        loop.reject(work.machine, [work.case], reason=reason, due_on=due_on, **work.common)
    return work.done()


@transaction.atomic(durable=True)
def withdraw(
    pk: UUID, *, reason: str, by: Actor, request_id: UUID, at: datetime, seen: int | None = None
) -> UUID:
    """Take a paper back; its number stays given, and its findings may be transferred anew."""
    work = _Work("paper.judge", pk, by, request_id, at, seen, step="withdraw", reason=reason)
    if not work.repeated:
        loop.void(work.machine, [work.case], reason=reason, **work.common)
        Item.objects.filter(paper=pk).update(exclusive=False)
        heard = [work.paper.receiver_id, work.paper.superior_id]
        work.tell("paper.withdrawn", heard, reason=reason)
    return work.done()


# --- the talk ------------------------------------------------------------------------------


@transaction.atomic(durable=True)
def propose_talk(
    pk: UUID, *, reason: str, by: Actor, request_id: UUID, at: datetime, seen: int | None = None
) -> UUID:
    """Propose a talk (约谈) to the office's leader: no answer came in time, or it was returned.

    The clock proposes it by itself once the ladder's rung is reached; this doesn't wait for it.
    """
    work = _Work("paper.judge", pk, by, request_id, at, seen, step="talk", reason=reason)
    if work.repeated:
        return work.done()
    why_not = no_talk(work.paper, work.case, timezone.localdate(at))
    if why_not:
        raise TalkRefused(reason=why_not)
    reason = _written(reason, "reason", _("Write why the unit must be talked to."))
    late = (timezone.localdate(at) - work.case.due_on).days if work.case.due_on else 0
    row = Proposal.objects.create(
        case=work.case, rung=TALK, drafted_at=at, unit_id=work.paper.office_id,
        days_late=max(late, 0), reason=reason,
    )  # fmt: skip
    move = Move(work.case, {}, {"talk": str(row.pk)})
    engine.take(work.machine, "amend", [move], reason=reason, **work.common)
    work.tell("paper.talk", [work.paper.office_id], unit=work.paper.receiver.name)
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


def _proposal(pk: UUID, by: Actor, at: datetime) -> Proposal:
    row = Proposal.objects.select_related("case").filter(pk=pk, case__kind__in=LOOPS).first()
    if row is None:
        raise NotFound
    policy.access(Paper.objects.all(), "paper.decide", by, row.case_id, at=at)
    return row


@transaction.atomic(durable=True)
def decide_talk(
    pk: UUID, *, approve: bool, by: Actor, request_id: UUID, at: datetime, reason: str = ""
) -> UUID:
    """The office's leader takes the proposal up, or dismisses it with a reason."""
    row = _proposal(pk, by, at)
    given = {"pk": str(pk), "approve": approve, "reason": reason}
    if engine.once(request_id, "paper.decide", by, given, at) is None:
        # Taken up without a word, it keeps what its sender wrote.
        words = reason or (row.reason if approve else "")
        ladder.decide(row, approve=approve, by=by, at=at, reason=words)
        engine.answered(request_id, [row.case_id])
    return row.case_id


@transaction.atomic(durable=True)
def carry_out_talk(
    pk: UUID, *, on: date, paper_number: str, by: Actor, request_id: UUID, at: datetime
) -> UUID:
    """The talk was held: now the rung is taken, and it counts."""
    row = _proposal(pk, by, at)
    given = {"pk": str(pk), "on": on, "paper_number": paper_number}
    if engine.once(request_id, "paper.carry_out", by, given, at) is None:
        ladder.carry_out(row, on=on, paper_number=paper_number, by=by, at=at)
        engine.answered(request_id, [row.case_id])
    return row.case_id
