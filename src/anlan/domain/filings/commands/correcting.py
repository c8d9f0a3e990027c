"""Correcting what was received (更正): asked for with a reason, decided, both kept side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Unpack
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.domain.filings import checking, entering, figuring, posting
from anlan.domain.filings.commands.base import begin, cells_wrong, lacks, text_of, turns
from anlan.domain.filings.commands.filing import hold_rules
from anlan.domain.filings.entering import Asked
from anlan.domain.filings.loop import FILING
from anlan.domain.filings.models import Entry
from anlan.kernel.loop import engine, told
from anlan.kernel.loop.engine import Move
from anlan.kernel.loop.frame import OnOne
from anlan.kernel.loop.models import PartyRole
from anlan.kernel.notices.kinds import declare

declare("filings.correction", gettext_lazy("%(unit)s asks to correct “%(title)s”: %(reason)s"),
        "filings:page")  # fmt: skip
declare("filings.correction_decided",
        gettext_lazy("Your correction of “%(title)s” was decided."), "filings:page")  # fmt: skip


@transaction.atomic(durable=True)
def ask_correction(
    pk: UUID, *, values: Mapping[str, Any], reason: str,
    reasons: Mapping[str, str] | None = None, **call: Unpack[OnOne],
) -> list[UUID]:  # fmt: skip
    """Ask that other numbers take the place of received ones; until then the old ones stand.

    A list of visits is corrected by sending the filing back: each of it counts by itself.
    """
    wanted, because = dict(values), dict(reasons or {})
    given = {"values": wanted, "reason": reason, "reasons": because}
    work = begin("filings.file", [pk], given, **call)
    for turn in turns(work):
        why = text_of(reason, "reason", _("Say why the numbers change."))
        filing = turn.filing
        old = filing.entries.filter(status=Entry.Status.RECEIVED).first()
        if old is None or turn.case.state != "closed":
            raise engine.not_possible(turn.case, "correction_asked")
        if filing.entries.filter(status="wished").exists():
            raise lacks("reason", _("A correction waits to be decided already."))
        asked = Asked.of(filing)
        lists = {key: old.values.get(key) for key in asked.lists}
        typed = entering.read(asked, wanted, {})
        wrong = [one for one in (*typed.wrong, *entering.missing(asked, typed))
                 if one.cell not in lists]  # fmt: skip
        if wrong:
            raise cells_wrong(wrong)
        values_now = {**typed.values, **{k: v for k, v in lists.items() if v is not None}}
        if not checking.changed(old.values, values_now):
            raise lacks("reason", _("No number differs from what was received."))
        # The derived cells are those of the first submission: a correction is of what was typed.
        derived = figuring.kept(asked, old, whole=False)
        shown = figuring.shown(asked, values_now, at=work.at, derived=derived)
        answered = hold_rules(shown, because)
        engine.take(FILING, "correction_asked", [Move(turn.case)], reason=why, **work.call)
        posting.enter(asked, Entry.Kind.REPORT, values_now, shown, answered, work,
              status=Entry.Status.WISHED, reason=why)  # fmt: skip
        told.parties([turn.case], PartyRole.ASSIGNER, "filings.correction", at=work.at,
                     title=filing.form.title, unit=filing.unit.name, reason=why)  # fmt: skip
    return work.done()


@transaction.atomic(durable=True)
def decide_correction(
    pk: UUID, *, grant: bool, reason: str = "", **call: Unpack[OnOne]
) -> list[UUID]:
    """Take the correction, and its numbers count from now; or refuse it, and the old ones stand."""
    work = begin("filings.receive", [pk], {"correct": grant, "reason": reason}, **call)
    for turn in turns(work):
        filing = turn.filing
        wish = filing.entries.filter(status="wished").first()
        if wish is None:
            raise lacks("reason", _("No correction waits to be decided."))
        answered = {"answered_at": work.at, "answered_by": work.by.name}
        if grant:
            _take(turn, wish, reason, answered)
        else:
            why = text_of(reason, "reason", _("Say why it is refused."))
            engine.take(FILING, "correction_refused", [Move(turn.case)], reason=why, **work.call)
            Entry.objects.filter(pk=wish.pk).update(
                status=Entry.Status.REFUSED, answer=why, **answered
            )
        told.parties([turn.case], PartyRole.RECTIFIER, "filings.correction_decided", at=work.at,
                     title=filing.form.title)  # fmt: skip
    return work.done()


def _take(turn: Any, wish: Entry, reason: str, answered: Mapping[str, Any]) -> None:
    work, asked = turn.work, Asked.of(turn.filing)
    old = turn.filing.entries.get(status=Entry.Status.RECEIVED)
    changes = {"cells": len(checking.changed(old.values, wish.values))}
    engine.take(FILING, "corrected", [Move(turn.case, {}, changes)], reason=reason, **work.call)
    posting.hold(turn.filing)
    # What the other cells list stays listed: only the numbers move to the new entry.
    lists = {
        key: [entering.Listed(r.day, r.subject, r.what)
              for r in old.records.filter(cell=key).order_by("place")]
        for key in asked.lists
    }  # fmt: skip
    posting.take_back(old, work.at)
    Entry.objects.filter(pk=old.pk).update(status=Entry.Status.REPLACED)
    Entry.objects.filter(pk=wish.pk).update(
        status=Entry.Status.RECEIVED, answer=reason.strip()[:500], **answered
    )
    posting.refuse_twice(asked, wish.values)
    posting.post(asked, wish, wish.values, lists, work.at)
    turn.save(kind=Entry.Kind.REPORT)
