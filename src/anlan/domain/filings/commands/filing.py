"""Filing: kept as a draft, submitted, checked level by level, received; sent back with a reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Unpack
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.domain.filings import checking, entering, figuring, judging, posting, terms
from anlan.domain.filings.commands.base import begin, cells_wrong, lacks, text_of, turns
from anlan.domain.filings.entering import Asked, Typed, Wrong
from anlan.domain.filings.figuring import Shown
from anlan.domain.filings.loop import FILING
from anlan.domain.filings.models import Entry, Filing
from anlan.domain.filings.refusals import DraftMoved
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.reach import JUDGES
from anlan.kernel.loop import commands as loop
from anlan.kernel.loop import engine, plain, told
from anlan.kernel.loop.engine import Move
from anlan.kernel.loop.frame import OnOne, OnSet
from anlan.kernel.loop.models import Case, PartyRole
from anlan.kernel.loop.plain import Call
from anlan.kernel.notices.kinds import declare

declare("filings.submitted", gettext_lazy("%(unit)s submitted “%(title)s” for %(period)s."),
        "filings:page")  # fmt: skip
declare("filings.back", gettext_lazy("Your “%(title)s” for %(period)s was sent back: %(reason)s"),
        "filings:page")  # fmt: skip

#: What a draft may hold: many times what a form can ask.
DRAFT_CELLS_MAX, DRAFT_CHARS_MAX, LIST_COLUMNS = 2_000, 500, 3
EXTENDED_MAX = timedelta(366)


@transaction.atomic(durable=True)
def save(
    pk: UUID, *, values: Mapping[str, Any], lists: Mapping[str, Any] | None = None,
    reasons: Mapping[str, str] | None = None, seq: int | None = None, **call: Unpack[Call],
) -> UUID:  # fmt: skip
    """Keep what was typed so far (暂存), readable or not; nothing of it counts.

    seq: the draft that was looked at; DraftMoved where a colleague has kept another since. What
    is kept is the one after it.
    """
    given = {"values": dict(values), "lists": dict(lists or {}), "reasons": dict(reasons or {})}
    _row, claim = plain.begin(Filing.objects.all(), "filings.file", pk, {"draft": given}, **call)
    if claim.repeated:
        return pk
    row = Filing.objects.select_for_update(of=("self",)).select_related("asked").get(pk=pk)
    # Asked after the lock: a colleague may have submitted it while we waited.
    case = Case.objects.get(pk=pk)
    if case.state != "assigned":
        raise engine.not_possible(case, "rectify")
    if seq is not None and seq != row.draft_seq:
        raise DraftMoved(who=row.draft_by)
    asked = Asked.of(row)
    _hold_cells(asked, given)
    kept = _kept(asked, given)
    Filing.objects.filter(pk=pk).update(
        draft=kept, draft_seq=row.draft_seq + 1, draft_at=claim.at, draft_by=claim.by.name
    )
    claim.record("filings.save", "case", pk, after={"cells": len(kept["values"])})
    return claim.done(pk)


def _drafted(filing: Filing) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    filing.refresh_from_db(fields=["draft"])
    return filing.draft.get("values", {}), filing.draft.get("lists", {})


def _hold_draft(pk: UUID, seq: int | None) -> None:
    """Nobody keeps a draft from here on; what was kept since ``seq`` isn't passed over."""
    row = Filing.objects.select_for_update(of=("self",)).only("draft_seq", "draft_by").get(pk=pk)
    if seq is not None and seq != row.draft_seq:
        raise DraftMoved(who=row.draft_by)


def _hold_cells(asked: Asked, given: Mapping[str, Any]) -> None:
    """A program that writes a cell's name wrong hears of it; a page has no such cell."""
    unknown = [key for key in (*given["values"], *given["lists"]) if key not in asked.known]
    if unknown:
        raise lacks("values", _("The form has no cell “%(cell)s”.") % {"cell": unknown[0][:40]})


def _kept(asked: Asked, given: Mapping[str, Any]) -> dict[str, Any]:
    """Of what was typed, what the form asks; as it was typed."""
    own, lists, written = asked.typed, asked.lists, asked.texts
    if len(given["values"]) > DRAFT_CELLS_MAX:
        raise lacks("values", _("These are more cells than the form has."))
    values = {
        k: entering.written_text(v) for k, v in given["values"].items()
        if (k in own or k in written) and v is not None and str(v).strip()
    }  # fmt: skip
    for key in written:
        if len(values.get(key, "")) > terms.TEXT_CHARS_MAX:
            raise lacks(key, _("Shorten it to %(n)s characters.") % {"n": terms.TEXT_CHARS_MAX})
    rows = {
        k: [[str(part) for part in row] for row in v] for k, v in given["lists"].items()
        if k in lists
    }  # fmt: skip
    reasons = {str(k): str(v) for k, v in given["reasons"].items() if str(v).strip()}
    for key, row in rows.items():
        if len(row) > entering.RECORDS_MAX or any(len(line) > LIST_COLUMNS for line in row):
            raise lacks(key, _("A list has %(n)d rows of three columns at most.") % {
                "n": entering.RECORDS_MAX})  # fmt: skip
    short = [text for key, text in values.items() if key not in written]
    texts = [*short, *reasons, *reasons.values(),
             *(part for row in rows.values() for line in row for part in line)]  # fmt: skip
    if any(len(text) > DRAFT_CHARS_MAX for text in texts):
        raise lacks("values", _("Shorten it to %(n)s characters.") % {"n": DRAFT_CHARS_MAX})
    return {"values": values, "lists": rows, "reasons": reasons}


@transaction.atomic(durable=True)
def submit(
    pk: UUID, *, values: Mapping[str, Any], lists: Mapping[str, Any] | None = None,
    reasons: Mapping[str, str] | None = None, seq: int | None = None, **call: Unpack[OnOne],
) -> list[UUID]:  # fmt: skip
    """Submit what was typed: every cell says something, and the form's rules are kept.

    seq: the draft that it was typed over, as in ``save``.

    Raises CellsWrong with all cells to be mended, CountedTwice where a number stands elsewhere.
    """
    given = {"values": dict(values), "lists": dict(lists or {}), "reasons": dict(reasons or {})}
    work = begin("filings.file", [pk], given, **call)
    for turn in turns(work):
        if turn.case.state == "assigned":
            _hold_draft(pk, seq)
        asked = Asked.of(turn.filing)
        _hold_cells(asked, given)
        typed = entering.read(asked, given["values"], given["lists"])
        wrong = [*typed.wrong, *entering.missing(asked, typed)]
        if wrong:
            raise cells_wrong(wrong)
        shown = figuring.shown(asked, figuring.typed_values(typed), at=work.at)
        answered = hold_rules(shown, given["reasons"])
        _submit(turn, asked, Entry.Kind.REPORT, typed, shown, answered)
    return work.done()


@transaction.atomic(durable=True)
def file_nil(pk: UUID, *, note: str = "", **call: Unpack[OnOne]) -> list[UUID]:
    """A nil report (零报告): every cell is zero, said and not left out.

    Refused where the ledger counts something for the unit in this period.
    """
    work = begin("filings.file", [pk], {"nil": note}, **call)
    for turn in turns(work):
        asked = Asked.of(turn.filing)
        if not turn.filing.form.nil_allowed:
            raise lacks("note", _("No nil report is taken for this form; fill in its cells."))
        if turn.case.state == "assigned":
            _hold_draft(pk, None)
        drafted = entering.read(asked, *_drafted(turn.filing))
        if any(drafted.values.values()) or any(drafted.listed.values()):
            raise lacks("note", _(
                "The draft holds numbers that aren't zero. Submit it, or take them out and keep it."
            ))  # fmt: skip
        typed = Typed({key: 0 for key in asked.typed if key not in asked.lists},
                      {key: [] for key in asked.lists})  # fmt: skip
        shown = figuring.shown(asked, figuring.typed_values(typed), at=work.at, judged=False)
        counted = figuring.counted(asked, shown.derived)
        if counted:
            raise lacks("note", _(
                "%(n)d are counted for your unit in this period; submit the form instead."
            ) % {"n": counted})  # fmt: skip
        reasons = {"nil": note.strip()[:500]} if note.strip() else {}
        _submit(turn, asked, Entry.Kind.NIL, typed, shown, reasons)
    return work.done()


def hold_rules(shown: Shown, reasons: Mapping[str, str]) -> dict[str, str]:
    """Refuse what breaks a rule; of what is only doubted, keep why it is right."""
    wrong, kept = [], {}
    for finding in shown.findings:
        key = checking.reason_key(finding)
        said = str(reasons.get(key, "")).strip()
        if finding.stops:
            wrong.append(Wrong(finding.cells[0], _("Rule"), finding.text))
        elif not said:
            reason = _("%(text)s Say why it is right.") % {"text": finding.text}
            wrong.append(Wrong(f"reason:{key}", _("To be explained"), reason))
        else:
            kept[key] = said[:500]
    if wrong:
        raise cells_wrong(wrong)
    return kept


def _submit(turn: Any, asked: Asked, kind: str, typed: Typed, shown: Shown,
            reasons: Mapping[str, str]) -> None:  # fmt: skip
    filing, work = turn.filing, turn.work
    posting.hold(filing)
    values = figuring.typed_values(typed)
    posting.refuse_twice(asked, values)
    posting.refuse_derived(
        asked, values, {key: one.value for key, one in shown.derived.items() if one.value}
    )
    engine.take(FILING, "rectify", [Move(turn.case, {}, {"result": kind})], **work.call)
    if not filing.form.own_check:
        engine.take(FILING, "forward", [Move(turn.case)], **work.call)
    entry = posting.enter(asked, kind, values, shown, reasons, work)
    posting.post(asked, entry, values, typed.listed, work.at)
    if filing.first_on is None:
        turn.save(kind=kind, draft={}, first_on=turn.today)
        judging.judge([filing.pk], at=work.at)
    else:
        turn.save(kind=kind, draft={})
    told.parties([turn.case], PartyRole.ASSIGNER, "filings.submitted", at=work.at,
                 title=filing.form.title, unit=filing.unit.name, period=filing.code)  # fmt: skip


# --- on its way up -------------------------------------------------------------------------


@transaction.atomic(durable=True)
def check(pk: UUID, **call: Unpack[OnOne]) -> list[UUID]:
    """Somebody else of the unit has checked it (审核): it goes up."""
    work = begin("filings.check", [pk], {}, **call)
    for machine, case in work.each():
        engine.take(machine, "verify", [Move(case)], **work.call)
    return work.done()


@transaction.atomic(durable=True)
def review(pk: UUID, *, reason: str = "", **call: Unpack[OnOne]) -> list[UUID]:
    """A unit on its way up has looked at it, the nearest first (逐级审核)."""
    work = begin("filings.review", [pk], {"reason": reason}, **call)
    for machine, case in work.each():
        units = policy.units_of(work.by, JUDGES)
        loop.review(machine, case, units=units, reason=reason, **work.call)
    return work.done()


@transaction.atomic(durable=True)
def receive(pks: Sequence[UUID], **call: Unpack[OnSet]) -> list[UUID]:
    """The unit that wants them receives filings: from then on they are locked."""
    work = begin("filings.receive", pks, {}, **call)
    for machine, cases in work:
        loop.close(machine, cases, **work.call)
        Entry.objects.filter(filing__in=[case.pk for case in cases], status="sent").update(
            status=Entry.Status.RECEIVED, answered_at=work.at, answered_by=work.by.name
        )
    return work.done()


@transaction.atomic(durable=True)
def send_back(pk: UUID, *, reason: str, **call: Unpack[OnOne]) -> list[UUID]:
    """Send it back with a reason (退回), received or not: its numbers count no more."""
    work = begin("filings.return", [pk], {"reason": reason}, **call)
    for turn in turns(work):
        why = text_of(reason, "reason", _("Say what is missing or wrong in it."))
        filing, case = turn.filing, turn.case
        due_on = max(filing.due_on, turn.today + timedelta(filing.form.mend_days))
        if case.state == "closed":
            policy.access(Filing.objects.all(), "filings.receive", work.by, pk, at=work.at)
            loop.recall(FILING, case, reason=why, due_on=due_on, **work.call)
        else:
            loop.reject(FILING, [case], reason=why, due_on=due_on, **work.call)
        _withdraw(filing, Entry.Status.RETURNED, why, work)
        told.parties([case], PartyRole.RECTIFIER, "filings.back", at=work.at,
                     title=filing.form.title, period=filing.code, reason=why)  # fmt: skip
    return work.done()


def _withdraw(filing: Filing, status: str, why: str, work: Any) -> None:
    """What stands of a filing counts no more; its numbers are the next draft."""
    answered = {"answer": why, "answered_at": work.at, "answered_by": work.by.name}
    entry = filing.entries.filter(status__in=Entry.STANDING).first()
    filing.entries.filter(status="wished").update(status=Entry.Status.REFUSED, **answered)
    if entry is None:
        return
    asked = Asked.of(filing)
    lists = {
        key: [[str(r.day), r.subject, r.what]
              for r in entry.records.filter(cell=key).order_by("place")]
        for key in asked.lists
    }  # fmt: skip
    draft = {
        "values": {k: entering.text_of(v, asked.digits[k]) for k, v in entry.values.items()
                   if k in asked.known and k not in lists},
        "lists": lists, "reasons": entry.reasons,
    }  # fmt: skip
    posting.take_back(entry, work.at)
    Entry.objects.filter(pk=entry.pk).update(status=status, **answered)
    Filing.objects.filter(pk=filing.pk).update(
        kind="", draft=draft, draft_seq=filing.draft_seq + 1, draft_at=work.at, draft_by=entry.who
    )


@transaction.atomic(durable=True)
def exempt(pk: UUID, *, reason: str, **call: Unpack[OnOne]) -> list[UUID]:
    """The form doesn't apply to this unit in this period (不适用): neither missing nor nil."""
    work = begin("filings.receive", [pk], {"exempt": reason}, **call)
    for turn in turns(work):
        why = text_of(reason, "reason", _("Say why it does not apply to this unit."))
        engine.take(FILING, "void", [Move(turn.case)], reason=why, **work.call)
        judging.judge([pk], at=work.at)
        _withdraw(turn.filing, Entry.Status.RETURNED, why, work)
    return work.done()


# --- time ----------------------------------------------------------------------------------


@transaction.atomic(durable=True)
def ask_extension(pk: UUID, *, until: date, reason: str, **call: Unpack[OnOne]) -> list[UUID]:
    given = {"until": until, "reason": reason}
    work = begin("filings.ask_extension", [pk], given, **call)
    for machine, case in work.each():
        if case.due_on is not None and until <= case.due_on:
            raise lacks("until", _("Choose a day after the one it is due on now."))
        if until - timezone.localdate(work.at) > EXTENDED_MAX:
            raise lacks("until", _("Choose a day within a year."))
        loop.ask_extension(machine, case, until=until, reason=reason, **work.call)
    return work.done()


@transaction.atomic(durable=True)
def decide_extension(
    pk: UUID, *, grant: bool, reason: str = "", **call: Unpack[OnOne]
) -> list[UUID]:
    given = {"grant": grant, "reason": reason}
    work = begin("filings.decide_extension", [pk], given, **call)
    for turn in turns(work):
        if not grant:
            reason = text_of(reason, "reason", _("Say why no more time is given."))
        loop.decide_extension(turn.machine, turn.case, grant=grant, reason=reason, **work.call)
        # More time to mend what was sent back makes nobody late, and nobody in time.
        if grant and turn.case.due_on and turn.filing.first_on is None:
            turn.save(due_on=turn.case.due_on)
            judging.judge([pk], at=work.at)
    return work.done()


@transaction.atomic(durable=True)
def urge(pks: Sequence[UUID], *, reason: str = "", **call: Unpack[OnSet]) -> list[UUID]:
    """Urge the units whose filings are missing (催报)."""
    work = begin("filings.receive", pks, {"urge": True, "reason": reason}, **call)
    for machine, cases in work:
        loop.urge(machine, cases, reason=reason, **work.call)
    return work.done()
