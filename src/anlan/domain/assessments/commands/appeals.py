"""An appeal: filed by the scored unit, signed for, answered with a reason; upheld, it corrects."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Unpack
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.domain.assessments.commands.base import begin, lacks, text_of, turns
from anlan.domain.assessments.commands.runs import correct_by_appeal
from anlan.domain.assessments.loop import APPEAL, KIND
from anlan.domain.assessments.models import Appeal, Run, Score
from anlan.domain.assessments.permissions import GIVES, LEADS
from anlan.domain.assessments.refusals import NotNow
from anlan.domain.assessments.spec_text import text_of as number_text
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.units import main_unit
from anlan.kernel.loop import commands as loop
from anlan.kernel.loop import engine, plain, settings
from anlan.kernel.loop.engine import NewCase
from anlan.kernel.loop.frame import OnOne
from anlan.kernel.loop.models import Party, PartyRole
from anlan.kernel.loop.plain import Call
from anlan.kernel.notices import outbox
from anlan.kernel.notices.kinds import declare

declare("appeals.filed", _("%(unit)s appeals against its score: %(name)s."), "assessments:appeal")
declare("appeals.upheld", _("Your appeal was upheld: %(name)s."), "assessments:appeal")
declare("appeals.dismissed", _("Your appeal was dismissed: %(name)s."), "assessments:appeal")


@transaction.atomic(durable=True)
def appeal(
    pk: UUID,
    *,
    score: UUID,
    item: str,
    text: str,
    wanted: Decimal | None = None,
    **call: Unpack[Call],
) -> UUID:
    """File an appeal against the score of one's own unit that stands."""
    given = {"pk": pk, "item": item, "text": text, "wanted": wanted}
    rows = Score.objects.select_related("run__scheme", "run__version", "area")
    row, claim = plain.begin(rows, "scores.appeal", score, given, **call)
    if claim.repeated:
        return pk
    spec, today = row.run.spec, timezone.localdate(claim.at)
    said = text_of(text, "text", _("Say what is wrong, and on what evidence."))
    if item and spec.item(item) is None:
        raise lacks("item", _("Choose the item from the list."))
    if wanted is not None:
        _check_points(row.run, item, wanted, "wanted")
    published = row.run.published_at
    if spec.appeal_days and published:
        last = timezone.localdate(published) + timedelta(days=spec.appeal_days)
        if today > last:
            reason = _("Appeals were taken until %(day)s.") % {"day": last}
            raise NotNow(reason=reason)
    waiting = Appeal.objects.filter(
        score__subject=row.subject, score__run__scheme=row.run.scheme_id,
        score__run__period=row.run.period, item=item, case__is_open=True,
    )  # fmt: skip
    if waiting.exists():
        raise NotNow(reason=_("An appeal about this is filed already and waits for its answer."))
    unit = main_unit(claim.by, LEADS)
    due = settings.current(KIND).due("rectify", "", claim.at)
    receipt = settings.current(KIND).due("receipt", "", claim.at)
    new = NewCase(
        pk=pk, area_id=row.area_id, path=row.path, unit_id=unit.pk, opened_on=today,
        sector=row.sector_id, due_on=due.on if due else None,
    )  # fmt: skip
    cases = engine.open_cases(APPEAL, [new], **claim.call)
    Appeal.objects.create(
        case=cases[0], score=row, item=item, text=said, wanted=wanted, filed_by=unit
    )
    Party.objects.create(
        case=cases[0], role=PartyRole.RECTIFIER, unit_id=row.run.unit_id, since=today,
        receipt_due_on=receipt.on if receipt else None,
    )  # fmt: skip
    outbox.post(
        "appeals.filed", to_units=[row.run.unit_id], about=pk, at=claim.at,
        data={"unit": unit.name, "name": row.run.scheme.name},
    )  # fmt: skip
    return claim.done(pk)


def _check_points(run: Run, item: str, points: Decimal, field: str) -> None:
    found = run.spec.item(item)
    if found is None:
        raise lacks(field, _("Points are of an item: choose the item first."))
    if not found.least <= Fraction(points) <= found.weight:
        reason = _("Between %(least)s and %(most)s points.")
        raise lacks(
            field,
            reason % {"least": number_text(found.least), "most": number_text(found.weight)},
        )


def _check_against_standing(appeal: Appeal, points: Decimal) -> None:
    """By the version of the scheme on which the ranking rests that is corrected: it may be a later
    one than that of the score which the appeal is about."""
    run = appeal.score.run
    standing = Run.objects.select_related("version").get(
        scheme=run.scheme_id, period=run.period, stands=True
    )
    if appeal.item and standing.spec.item(appeal.item) is None:
        reason = _("The ranking that stands rests on a version of the scheme without this item. "
                   "Leave the points empty, and work it out again.")  # fmt: skip
        raise lacks("points", reason)
    _check_points(standing, appeal.item, points, "points")


@transaction.atomic(durable=True)
def receive(pk: UUID, **call: Unpack[Call]) -> list[UUID]:
    """Sign for receipt for the office that keeps the ranking."""
    work = begin("appeals.receive", [pk], {}, **call)
    for machine, cases in work:
        loop.receive(machine, cases, units=policy.units_of(work.by, GIVES), **work.call)
    return work.done()


@transaction.atomic(durable=True)
def uphold(
    pk: UUID, *, answer: str, points: Decimal | None = None, **call: Unpack[OnOne]
) -> list[UUID]:
    """Give the unit its right, with the reason.

    points: what the item gives now; the ranking is corrected and published at once. None where a
    figure is mended at its source: then the ranking is worked out again by hand.
    """
    work = begin("appeals.answer", [pk], {"answer": answer, "points": points}, **call)
    for turn in turns(work):
        said = text_of(answer, "answer", _("Say why: the answer is kept beside the score."))
        if points is not None:
            _check_against_standing(turn.appeal, points)
        turn.take("uphold", {"points": str(points or "")}, reason=said)
        turn.save(upheld=True, points=points, answer=said, answered_at=work.at,
                  answered_by=work.by.name)  # fmt: skip
        if points is not None:
            claim = plain.Claim(work.by, work.at, work.request_id, False, [])
            correct_by_appeal(turn.appeal, claim=claim)
        _tell(turn.appeal, "appeals.upheld", work.at)
    return work.done()


@transaction.atomic(durable=True)
def dismiss(pk: UUID, *, answer: str, **call: Unpack[OnOne]) -> list[UUID]:
    work = begin("appeals.answer", [pk], {"dismiss": answer}, **call)
    for turn in turns(work):
        said = text_of(answer, "answer", _("Say why: the answer is kept beside the score."))
        turn.take("dismiss", {}, reason=said)
        turn.save(upheld=False, answer=said, answered_at=work.at, answered_by=work.by.name)
        _tell(turn.appeal, "appeals.dismissed", work.at)
    return work.done()


def _tell(row: Appeal, kind: str, at: datetime) -> None:
    outbox.post(
        kind, to_units=[row.filed_by_id], about=row.pk, at=at,
        data={"name": row.score.run.scheme.name},
    )  # fmt: skip


@transaction.atomic(durable=True)
def withdraw_appeal(pk: UUID, *, reason: str, **call: Unpack[OnOne]) -> list[UUID]:
    work = begin("appeals.withdraw", [pk], {"reason": reason}, **call)
    for turn in turns(work):
        loop.void(APPEAL, [turn.case], reason=reason, **work.call)
    return work.done()
