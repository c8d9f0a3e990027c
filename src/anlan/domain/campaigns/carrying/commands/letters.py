"""Duty letters: drawn up for one counterpart or many, sent out, signed by each side, ended.

A letter that many are to sign is as many letters, each with its own state and signatures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from typing import Any, Unpack
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base import bulk
from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.domain.campaigns.carrying.commands import letter_targets
from anlan.domain.campaigns.carrying.commands.letter_targets import NewTarget
from anlan.domain.campaigns.carrying.commands.wanted import day_within, lacks, short, text_of
from anlan.domain.campaigns.carrying.loop import LETTER
from anlan.domain.campaigns.carrying.refusals import LetterRefused
from anlan.domain.campaigns.commands.base import own_unit
from anlan.domain.campaigns.matching import units_named
from anlan.domain.campaigns.models import (
    NAME_CHARS_MAX,
    Campaign,
    Letter,
    LetterArticle,
    Line,
    Plan,
    Signatory,
)
from anlan.domain.campaigns.permissions import ANSWERS, LEADS
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Unit
from anlan.kernel.loop import engine, frame, plain
from anlan.kernel.loop.engine import NewCase
from anlan.kernel.loop.frame import OnOne
from anlan.kernel.loop.models import Party, PartyRole
from anlan.kernel.loop.plain import Call
from anlan.kernel.notices import outbox
from anlan.kernel.notices.kinds import declare
from anlan.kernel.notices.outbox import Post

#: Letters of one request, articles and signatories of one letter.
LETTERS_MAX, ARTICLES_MAX, SIGNATORIES_MAX = 300, 100, 12
PARTS = {Signatory.Side.GIVES: PartyRole.ASSIGNER, Signatory.Side.TAKES: PartyRole.RECTIFIER}

declare(
    "campaigns.letter_out", _("The duty letter “%(title)s” waits to be signed."),
    "campaigns:letter",
)  # fmt: skip
declare(
    "campaigns.letter_signed", _("Everybody has signed the duty letter “%(title)s”."),
    "campaigns:letter",
)  # fmt: skip

begin = partial(frame.begin, Letter)


@dataclass(frozen=True)
class NewSignatory:
    side: str
    unit_name: str
    person: str = ""
    post: str = ""


@dataclass(frozen=True)
class NewArticle:
    text: str
    line: UUID | None = None


@dataclass(frozen=True)
class NewLetter:
    unit: int
    title: str
    starts_on: date
    ends_on: date
    #: By when everybody is to have signed.
    due_on: date
    campaign: UUID | None = None
    preamble: str = ""
    closing: str = ""
    articles: tuple[NewArticle, ...] = ()
    targets: tuple[NewTarget, ...] = ()
    signatories: tuple[NewSignatory, ...] = ()
    pk: UUID = field(default_factory=uuid7, repr=False)


class Turn(frame.Turn[Letter]):
    @property
    def letter(self) -> Letter:
        return self.row


turns = partial(frame.turns, Letter.objects.select_related("unit__area"), Turn)


@transaction.atomic(durable=True)
def make_letters(
    new: NewLetter, takers: Sequence[NewSignatory], **call: Unpack[Call]
) -> list[UUID]:
    """A letter with each of the takers; its other side and its articles are the same."""
    claim = plain.claim("duty_letters.make", {"new": new, "takers": list(takers)}, **call)
    unit = own_unit(new.unit, claim.by, "duty_letters.make", claim.at)
    if claim.repeated:
        return claim.answer
    if not takers:
        raise lacks("takers", _("Name at least one unit or person that undertakes the duties."))
    if len(takers) > LETTERS_MAX:
        raise lacks("takers", _("At most %(n)d letters at once.") % {"n": LETTERS_MAX})
    _check_days(new)
    if new.campaign is not None:
        rows = Campaign.objects.all()
        policy.access(rows, "campaigns.view", claim.by, new.campaign, at=claim.at)
    today = timezone.localdate(claim.at)
    pks = [new.pk, *(uuid7() for _taker in takers[1:])]
    made = [
        NewCase(pk=pk, area_id=unit.area_id, path=unit.path, unit_id=unit.pk, opened_on=today,
                due_on=new.due_on)
        for pk in pks
    ]  # fmt: skip
    engine.open_cases(LETTER, made, **claim.call)
    for pk, taker in zip(pks, takers, strict=True):
        letter = Letter(case_id=pk, unit=unit, campaign_id=new.campaign)
        one = replace(new, signatories=(*new.signatories, replace(taker, side="takes")))
        _put(letter, one, claim.by)
    claim.keep(pks)
    return pks


@transaction.atomic(durable=True)
def change_letter(pk: UUID, new: NewLetter, **call: Unpack[OnOne]) -> list[UUID]:
    """What a draft says; once it is sent out its words stand."""
    work = begin("duty_letters.edit", [pk], {"new": new}, **call)
    for turn in turns(work):
        _check_days(new)
        fields: dict[str, Any] = {}
        if new.due_on != turn.case.due_on:
            fields["due_on"] = new.due_on
        turn.take("correct", {"title": new.title}, fields=fields)
        _put(turn.letter, new, work.by)
    return work.done()


@transaction.atomic(durable=True)
def send_out(pk: UUID, **call: Unpack[OnOne]) -> list[UUID]:
    """Put it before its signatories: from now on its words stand, and each is told."""
    work = begin("duty_letters.edit", [pk], {"step": "send_out"}, **call)
    for turn in turns(work):
        rows = list(turn.letter.signatories.all())
        if not turn.letter.articles.exists():
            raise LetterRefused(reason=_("it has no article yet; write down at least one duty."))
        if {row.side for row in rows} != set(Signatory.Side.values):
            raise LetterRefused(reason=_("each side needs somebody who signs."))
        turn.take("send_out")
        parts = {(PARTS[Signatory.Side(row.side)], row.unit_id) for row in rows if row.unit_id}
        Party.objects.bulk_create(
            Party(case=turn.case, role=role, unit_id=unit, since=turn.today)
            for role, unit in sorted(parts)
        )
        _tell(turn, "campaigns.letter_out", sorted({unit for _role, unit in parts if unit}))
    return work.done()


@transaction.atomic(durable=True)
def call_back(pk: UUID, *, reason: str, **call: Unpack[OnOne]) -> list[UUID]:
    """Back to being a draft, as long as nobody has signed."""
    work = begin("duty_letters.edit", [pk], {"step": "call_back", "reason": reason}, **call)
    for turn in turns(work):
        if turn.letter.signatories.exclude(signed_on=None).exists():
            raise LetterRefused(
                reason=_("somebody has signed it. Withdraw it, and draw up another.")
            )
        turn.take("call_back", reason=text_of(reason, "reason", _("Write why."), 1_000))
        Party.objects.filter(case=turn.case, until=None).delete()
    return work.done()


@transaction.atomic(durable=True)
def sign(
    pk: UUID, *, signatory: int, signed_on: date, person: str = "", post: str = "",
    **call: Unpack[OnOne],
) -> list[UUID]:  # fmt: skip
    """Put a signature on record; the last one puts the letter in force."""
    given = {"signatory": signatory, "on": signed_on, "person": person, "post": post}
    work = begin("duty_letters.sign", [pk], given, **call)
    for turn in turns(work):
        row = turn.letter.signatories.filter(pk=signatory).first()
        if row is None or not _may_sign(row, turn, work.by):
            raise lacks("signatory", _("Choose a signature of your own unit."))
        if row.signed_on is not None:
            raise LetterRefused(reason=_("that signature stands already."))
        day_within(signed_on, "signed_on")
        if signed_on > turn.today:
            raise lacks("signed_on", _("The day lies ahead; choose today or earlier."))
        row.person = text_of(person or row.person, "person", _("Write who signed."), NAME_CHARS_MAX)
        row.post = short(post, "post", NAME_CHARS_MAX) or row.post
        row.signed_on, row.recorded_by = signed_on, work.by.name
        row.save()
        changes = {"signed": f"{row.unit_name} {row.post} {row.person}", "on": str(signed_on)}
        turn.take("sign", changes)
        if not turn.letter.signatories.filter(signed_on=None).exists():
            days = turn.letter.signatories.values_list("signed_on", flat=True)
            turn.take("complete", day=max(day for day in days if day is not None))
            _tell(turn, "campaigns.letter_signed", _units(turn))
    return work.done()


def _may_sign(row: Signatory, turn: Turn, by: Actor) -> bool:
    """A unit signs for itself; what was signed on paper the office that drew it up records."""
    if by.trusted or turn.case.unit_id in policy.units_of(by, LEADS):
        return True
    return row.unit_id in policy.units_of(by, ANSWERS)


@transaction.atomic(durable=True)
def end(pk: UUID, *, reason: str, **call: Unpack[OnOne]) -> list[UUID]:
    """Its time is over, or another took its place."""
    work = begin("duty_letters.edit", [pk], {"step": "end", "reason": reason}, **call)
    for turn in turns(work):
        turn.take("end", reason=text_of(reason, "reason", _("Write how it came out."), 1_000))
    return work.done()


@transaction.atomic(durable=True)
def withdraw(pk: UUID, *, reason: str, **call: Unpack[OnOne]) -> list[UUID]:
    work = begin("duty_letters.edit", [pk], {"step": "void", "reason": reason}, **call)
    for turn in turns(work):
        turn.take("void", reason=text_of(reason, "reason", _("Write why."), 1_000))
    return work.done()


# --- in common -----------------------------------------------------------------------------


def _check_days(new: NewLetter) -> None:
    for name in ("starts_on", "ends_on", "due_on"):
        day_within(getattr(new, name), name)
    if new.ends_on < new.starts_on:
        raise lacks("ends_on", _("The last day is before the first; correct one."))


def _put(letter: Letter, new: NewLetter, by: Actor) -> None:
    letter.title = text_of(new.title, "title", _("Give it a title."))
    letter.starts_on, letter.ends_on = new.starts_on, new.ends_on
    letter.preamble = short(new.preamble, "preamble", 5_000)
    letter.closing = short(new.closing, "closing", 5_000)
    letter.save()
    _put_articles(letter, new.articles, by)
    takers = [one.unit_name.strip() for one in new.signatories if one.side == Signatory.Side.TAKES]
    letter_targets.put(letter, new.targets, takers[0] if takers else "")
    _put_signatories(letter, new.signatories)


def _put_articles(letter: Letter, new: Sequence[NewArticle], by: Actor) -> None:
    if len(new) > ARTICLES_MAX:
        raise lacks("articles", _("A letter has at most %(n)d articles.") % {"n": ARTICLES_MAX})
    lines = {one.line for one in new if one.line is not None}
    plans = policy.permitted(Plan.objects.all(), "plans.view", by)
    if Line.objects.filter(pk__in=lines, plan__in=plans.values("pk")).count() != len(lines):
        raise lacks("lines", _("Choose lines of a plan that you may read."))
    letter.articles.all().delete()
    bulk.insert([
        bulk.make(LetterArticle, letter_id=letter.pk, place=place, line_id=one.line,
                  text=text_of(one.text, "articles", _("Write what is undertaken."), 5_000))
        for place, one in enumerate(new)
    ])  # fmt: skip


def _put_signatories(letter: Letter, new: Sequence[NewSignatory]) -> None:
    if len(new) > SIGNATORIES_MAX:
        raise lacks("unit_name_0", _("At most %(n)d sign a letter.") % {"n": SIGNATORIES_MAX})
    meant = units_named([one.unit_name.strip() for one in new], letter.unit.area)
    letter.signatories.all().delete()
    for place, one in enumerate(new):
        if one.side not in Signatory.Side.values:
            raise lacks(f"side_{place}", _("Choose the side for which they sign."))
        name = text_of(
            one.unit_name, f"unit_name_{place}", _("Name the unit or person that signs.")
        )
        Signatory.objects.create(
            letter=letter, side=one.side, place=place, unit_name=name, unit_id=meant.get(name),
            person=short(one.person, f"person_{place}", NAME_CHARS_MAX),
            post=short(one.post, f"post_{place}", NAME_CHARS_MAX),
        )  # fmt: skip


def _units(turn: Turn) -> list[int]:
    rows = turn.letter.signatories.exclude(unit=None).values_list("unit", flat=True)
    return sorted({unit for unit in rows if unit} | {turn.case.unit_id})


def _tell(turn: Turn, kind: str, units: Sequence[int]) -> None:
    if not units:
        return
    known = Unit.objects.filter(pk__in=units).values_list("pk", flat=True)
    post = Post(kind, str(turn.letter.pk), {"title": turn.letter.title}, to_units=tuple(known))
    outbox.post_many([post], at=turn.work.at)
