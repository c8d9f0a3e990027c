"""编号: a number is taken once, in the transaction that freezes the paper (F09)."""

from __future__ import annotations

import re
from typing import Any, Unpack
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base.ids import uuid7
from anlan.domain.bulletins.commands.base import Turn, begin, lacks, text_of, turns
from anlan.domain.bulletins.kinds import KINDS
from anlan.domain.bulletins.loop import PAPER
from anlan.domain.bulletins.models import (
    NAME_CHARS_MAX,
    NUMBER_CHARS_MAX,
    WORD_CHARS_MAX,
    Counter,
    Issue,
    Number,
    Word,
)
from anlan.domain.bulletins.refusals import NumberTaken
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Role
from anlan.kernel.accounts.units import main_unit
from anlan.kernel.loop import engine, plain
from anlan.kernel.loop.frame import OnOne
from anlan.kernel.loop.plain import Call

#: Words that one unit numbers its papers with.
WORDS_MAX = 60
#: 云安办〔2026〕5号, as offices' own systems write it, in brackets of any kind.
_NUMBER = re.compile(r"^(?P<word>.{1,40}?)[〔\[【（(](?P<year>\d{4})[〕\]】）)](?P<n>\d{1,6})号$")
_ISSUE = re.compile(r"^(?P<word>.{0,40}?)第(?P<n>\d{1,6})期$")
SERIAL_MAX = 999_999


@transaction.atomic(durable=True)
def add_word(word: str, **call: Unpack[Call]) -> UUID:
    """A 代字 that one's unit numbers its papers with: as the office uses it, none is ours."""
    by, at = call["by"], call["at"]
    policy.demand(by, "paper_layouts.edit", at)
    claim = plain.claim("bulletins.word", {"word": word}, **call)
    if claim.repeated:
        return claim.answer[0]
    unit = main_unit(by, (Role.OFFICE,))
    name = text_of(word, "word", _("Write the word, like 云安办."), WORD_CHARS_MAX)
    if _BRACKETS & set(name):
        raise lacks("word", _("Write the word alone, without year and number."))
    if Word.objects.filter(unit=unit).count() >= WORDS_MAX:
        raise lacks("word", _("At most %(n)d words.") % {"n": WORDS_MAX})
    try:
        with transaction.atomic():
            row = Word.objects.create(unit=unit, word=name, made_at=at, made_by=by.name)
    except IntegrityError:
        raise lacks("word", _("Your unit has this word already.")) from None
    claim.record("bulletins.word", "paper_word", row.pk, after={"word": name})
    return claim.done(uuid7())


_BRACKETS = frozenset("〔〕[]【】（）()第期号0123456789")


@transaction.atomic(durable=True)
def number(
    pk: UUID, *, word: int | None = None, text: str = "", **call: Unpack[OnOne]
) -> list[UUID]:
    """Give it the next number of a word, or the one that the office's own OA gave it.

    From here on its text stands, with its figures and the moment at which the ledger knew them.
    """
    work = begin("bulletins.number", [pk], {"step": "number", "word": word, "text": text}, **call)
    for turn in turns(work):
        if bool(word) == bool(text.strip()):
            raise lacks("word", _("Choose a word, or enter the number that your OA gave it."))
        if turn.case.state not in PAPER.step("number").sources:
            raise engine.not_possible(turn.case, "number")
        row = _own(turn, word) if word else _given(turn, text)
        turn.take("number", {"number": row.text})
        issue = Issue(
            paper=turn.paper, number=row.text, content=frozen(turn, row.text),
            known_at=turn.paper.known_at, signed_by=turn.paper.signer, made_at=work.at,
        )  # fmt: skip
        issue.save(force_insert=True)
    return work.done()


def _own(turn: Turn, word: int | None) -> Number:
    """The next of the year. Takers wait for one another at the counter's row."""
    found = Word.objects.filter(pk=word or 0, unit=turn.case.unit_id).first()
    if found is None:
        raise lacks("word", _("Choose one of your unit's words."))
    year = (turn.paper.dated or turn.today).year
    Counter.objects.bulk_create([Counter(word=found, year=year)], ignore_conflicts=True)
    counter = Counter.objects.select_for_update().get(word=found, year=year)
    serial = counter.last + 1
    # One that an OA gave out may stand in the way; it is passed over, never given twice.
    taken = set(
        Number.objects.filter(
            unit=turn.case.unit_id, word=found.word, year=year, serial__gte=serial
        ).values_list("serial", flat=True)
    )
    while serial in taken:
        serial += 1
    if serial > SERIAL_MAX:
        raise lacks("word", _("This word has no number left in this year."))
    counter.last = serial
    counter.save(update_fields=["last"])
    is_issue = KINDS[turn.case.grade].serial == "issue"
    text = f"{found.word}第{serial}期" if is_issue else f"{found.word}〔{year}〕{serial}号"
    return _take(turn, text, found.word, year, serial, Number.Source.OWN)


def _given(turn: Turn, text: str) -> Number:
    typed = text_of(text, "text", _("Enter the number."), NUMBER_CHARS_MAX)
    word, year, serial = "", None, None
    if match := _NUMBER.match(typed):
        word, year, serial = match["word"], int(match["year"]), int(match["n"])
        typed = f"{word}〔{year}〕{serial}号"
    elif match := _ISSUE.match(typed):
        word, year, serial = match["word"], (turn.paper.dated or turn.today).year, int(match["n"])
    return _take(turn, typed, word, year, serial, Number.Source.OA)


def _take(
    turn: Turn, text: str, word: str, year: int | None, serial: int | None, source: str
) -> Number:
    row = Number(
        unit_id=turn.case.unit_id, paper=turn.paper, text=text, word=word, year=year,
        serial=serial, source=source, taken_at=turn.work.at,
        taken_by=turn.work.by.name[:NAME_CHARS_MAX],
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise NumberTaken(field="text", number=text) from None
    return row


def frozen(turn: Turn, number_text: str) -> dict[str, Any]:
    """All that the paper says, as data."""
    paper = turn.paper
    return {
        "kind": turn.case.grade, "title": paper.title, "organ": paper.organ, "mark": paper.mark,
        "number": number_text, "recipients": paper.recipients, "copies": paper.copies,
        "note": paper.note, "annexes": paper.annexes, "secrecy": paper.secrecy,
        "urgency": paper.urgency, "signer": paper.signer,
        "dated": paper.dated.isoformat() if paper.dated else "", "area": turn.case.area_id,
        "period": paper.period, "sectors": paper.sectors, "body": paper.body,
        "corrects": paper.corrects.issue.number if paper.corrects else "",
        "numbered_on": timezone.localdate(turn.work.at).isoformat(),
    }  # fmt: skip
