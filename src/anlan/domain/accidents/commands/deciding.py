"""Steps that take two: another statistical scope, and what was suspected about reporting."""

from __future__ import annotations

from typing import Unpack
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from anlan.domain.accidents.commands.base import begin, lacks, short, text_of, turns
from anlan.domain.accidents.loop import MISREPORTED
from anlan.domain.accidents.models import NUMBER_CHARS_MAX, Finding, Scope, Wish
from anlan.domain.accidents.refusals import AlreadyAsked
from anlan.kernel.facts import ledger
from anlan.kernel.facts.ledger import NewFact
from anlan.kernel.loop import posting
from anlan.kernel.loop.engine import OwnWork
from anlan.kernel.loop.frame import OnOne


@transaction.atomic(durable=True)
def ask_scope(pk: UUID, *, scope: str, reason: str, **call: Unpack[OnOne]) -> list[UUID]:
    """Ask that it be struck off (核销), recognised as not of production, or counted again."""
    work = begin("accidents.lead", [pk], {"scope": scope, "reason": reason}, **call)
    for turn in turns(work):
        if scope not in Scope.values or scope == turn.accident.scope:
            raise lacks("scope", _("Choose another scope than the one that stands."))
        why = text_of(reason, "reason", _("Say why, and by which rule."))
        try:
            with transaction.atomic():
                Wish.objects.create(
                    accident=turn.accident, scope=scope, reason=why, asked_at=work.at,
                    asked_by=work.by.user_id, asker=work.by.name,
                )  # fmt: skip
        except IntegrityError:
            raise AlreadyAsked(
                reason=_("another scope was asked for, and waits for a decision")
            ) from None
        turn.take("scope_asked", {"scope": [turn.accident.scope, scope]}, reason=why)
    return work.done()


@transaction.atomic(durable=True)
def decide_scope(
    pk: UUID, *, granted: bool, answer: str = "", number: str = "", **call: Unpack[OnOne]
) -> list[UUID]:
    """Grant or refuse it: somebody else than who asked; under the number of a paper."""
    given = {"granted": granted, "answer": answer, "number": number}
    work = begin("accidents.decide", [pk], given, **call)
    for turn in turns(work):
        wish = Wish.objects.filter(accident=pk, granted=None).first()
        if wish is None:
            raise AlreadyAsked(reason=_("no other scope is asked for"))
        # Asked again under the lock: between the look and here the wish may be another.
        if wish.asked_by is not None and wish.asked_by == work.by.user_id:
            raise OwnWork(
                step=_("ask for another statistical scope"), number=turn.case.number,
                reason=_("somebody else must check it"),
            )  # fmt: skip
        if not granted:
            text_of(answer, "answer", _("Say why it is refused."))
        wish.granted, wish.decided_at, wish.decided_by = granted, work.at, work.by.user_id
        wish.decider, wish.answer = work.by.name, short(answer, "answer")
        wish.number = short(number, "number", NUMBER_CHARS_MAX)
        wish.save()
        if not granted:
            turn.take("scope_refused", {}, reason=wish.answer)
            continue
        changed = {"scope": [turn.accident.scope, wish.scope], "number": ["", wish.number]}
        turn.save(scope=wish.scope)
        turn.take("scope", changed, reason=wish.answer or wish.reason)
        turn.recount()
    return work.done()


@transaction.atomic(durable=True)
def suspect(pk: UUID, *, kind: str, text: str, **call: Unpack[OnOne]) -> list[UUID]:
    """Write down that it may have been reported late, falsely, in part or not at all."""
    work = begin("accidents.edit", [pk], {"kind": kind, "text": text}, **call)
    for turn in turns(work):
        if kind not in Finding.Kind.values:
            raise lacks("kind", _("Choose one from the list."))
        said = text_of(text, "text", _("Say what speaks for it, and where that is known from."))
        Finding.objects.create(
            accident=turn.accident, kind=kind, text=said, found_at=work.at,
            found_by=work.by.user_id, finder=work.by.name,
        )  # fmt: skip
        turn.take("finding", {"finding": ["", kind]}, reason=said)
    return work.done()


@transaction.atomic(durable=True)
def judge(
    pk: UUID, *, finding: int, confirmed: bool, answer: str, **call: Unpack[OnOne]
) -> list[UUID]:
    """Decide on what was suspected: office or leader, and not who suspected it."""
    given = {"finding": finding, "confirmed": confirmed, "answer": answer}
    work = begin("accidents.lead", [pk], given, **call)
    for turn in turns(work):
        row = Finding.objects.filter(
            pk=finding, accident=pk, status=Finding.Status.SUSPECTED
        ).first()
        if row is None:
            raise AlreadyAsked(reason=_("it was decided before"))
        if row.clock_id is None and row.found_by and row.found_by == work.by.user_id:
            raise OwnWork(
                step=_("suspect something about its reporting"), number=turn.case.number,
                reason=_("somebody else must check it"),
            )  # fmt: skip
        row.answer = text_of(answer, "answer", _("Say what was found."))
        row.status = Finding.Status.CONFIRMED if confirmed else Finding.Status.DISMISSED
        row.decided_at, row.decider = work.at, work.by.name
        row.save()
        turn.take("judge", {"finding": [row.kind, row.status]}, reason=row.answer)
        if confirmed:
            case = turn.case
            labels = {**posting.labels_of(case), "finding": row.kind}
            ledger.post(
                [NewFact(MISREPORTED.code, labels, case.area_id, turn.today, 1, case.pk,
                         unit_id=case.unit_id)],
                at=work.at,
            )  # fmt: skip
    return work.done()
