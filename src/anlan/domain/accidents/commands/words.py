"""What other sources tell of accidents, held against what was reported (瞒报、漏报、谎报)."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from typing import Unpack
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base import bulk, stored
from anlan.base.actor import Actor
from anlan.base.refusal import MovedOn
from anlan.domain.accidents.commands.base import (
    Figures,
    check_figures,
    day_within,
    lacks,
    short,
    text_of,
)
from anlan.domain.accidents.commands.reporting import NewAccident, report_many
from anlan.domain.accidents.loop import ACCIDENT
from anlan.domain.accidents.models import (
    NUMBER_CHARS_MAX,
    TITLE_CHARS_MAX,
    Accident,
    Finding,
    Word,
)
from anlan.domain.accidents.refusals import AlreadyAsked, TooManyAccidents
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Role
from anlan.kernel.accounts.reach import JUDGES, own_paths
from anlan.kernel.accounts.units import main_unit
from anlan.kernel.audit import trail
from anlan.kernel.loop import engine, plain
from anlan.kernel.loop.plain import Call
from anlan.kernel.regions.models import Region

WRITERS = (*JUDGES, Role.DUTY)
#: What one list tells.
WORDS_MAX = 2_000


@dataclass(frozen=True)
class NewWord:
    source: str
    day: date
    area: int
    text: str
    reference: str = ""
    deaths: int = 0
    injured: int = 0


@transaction.atomic(durable=True)
def enter_word(new: NewWord, **call: Unpack[Call]) -> UUID:
    """Enter what another source tells of an accident in one's own areas."""
    return _enter_all([new], [""], call)[0]


@transaction.atomic(durable=True)
def enter_words(new: Sequence[NewWord], *, apart: bool = False, **call: Unpack[Call]) -> list[UUID]:
    """Enter what a source's list tells, all or none; what was entered from a list before stays
    as it is. Answers with those that are new.

    apart:  rows that say the same and have no number of their own tell of different people.
    """
    if not 0 < len(new) <= WORDS_MAX:
        raise TooManyAccidents(max=WORDS_MAX)
    return _enter_all(new, keys_of(new, apart=apart), call)


def keys_of(new: Sequence[NewWord], *, apart: bool) -> list[str]:
    """By row what tells it apart; rows with one key are entered as one (``enter_words``)."""
    times: Counter[str] = Counter()
    keys = []
    for each in new:
        key = key_of(each)
        times[key] += 1
        # The second of two today is the second of two when the list is sent again.
        is_other = apart and not each.reference.strip() and times[key] > 1
        keys.append(key_of(each, times[key]) if is_other else key)
    return keys


def key_of(new: NewWord, nth: int = 1) -> str:
    """What tells it apart in its source: its own number on that day, or else its words."""
    told = [new.day.isoformat(), new.reference.strip() or " ".join(new.text.split())]
    told += [str(nth)] if nth > 1 else []
    return hashlib.sha256("|".join(told).encode()).hexdigest()


def _enter_all(new: Sequence[NewWord], keys: Sequence[str], call: Call) -> list[UUID]:
    policy.demand(call["by"], "words.edit", call["at"])
    given = {"new": [asdict(each) for each in new], "keys": keys}
    claim = plain.claim("words.enter", given, **call)
    if claim.repeated:
        return claim.answer
    areas = Region.objects.in_bulk({each.area for each in new})
    for each in new:
        check_word(each, areas, claim.by, claim.at)
    unit = main_unit(claim.by, WRITERS)
    there = set(
        Word.objects.filter(unit=unit, key__in=[key for key in keys if key]).values_list(
            "source", "key"
        )
    )
    rows: dict[tuple[str, str], Word] = {}
    for each, key in zip(new, keys, strict=True):
        if (each.source, key) in there:
            continue
        row = Word(
            area_id=each.area, path=areas[each.area].path, unit=unit, source=each.source,
            day=each.day, text=each.text.strip(), reference=each.reference.strip(),
            deaths=each.deaths, injured=each.injured, made_at=claim.at, made_by=claim.by.name,
            key=key,
        )  # fmt: skip
        rows.setdefault((each.source, key), row)
    try:
        bulk.insert(list(rows.values()))
    except IntegrityError:
        # Somebody of the unit entered the same list at once.
        raise MovedOn from None
    entries = [
        trail.Entry("words.enter", "accidents", row.pk, after={"source": row.source},
                    request_id=claim.request_id)
        for row in rows.values()
    ]  # fmt: skip
    trail.record(entries, by=claim.by, at=claim.at)
    claim.keep([row.pk for row in rows.values()])
    return [row.pk for row in rows.values()]


def check_word(new: NewWord, areas: Mapping[int, Region], by: Actor, at: datetime) -> None:
    """Raises AccidentIncomplete with the field to be mended."""
    area = areas.get(new.area)
    if area is None or area.valid_to is not None:
        raise lacks("area", _("Choose the area from the list."))
    if not by.trusted and not any(map(area.path.startswith, own_paths(by, WRITERS))):
        raise lacks(
            "area",
            _("%(area)s is outside your areas; choose one within them.") % {"area": area.name},
        )
    if new.source not in Word.Source.values:
        raise lacks("source", _("Choose one from the list."))
    day_within(new.day, "day")
    if new.day > timezone.localdate(at):
        raise lacks("day", _("The day lies ahead; choose today or earlier."))
    check_figures(Figures(deaths=new.deaths, serious=new.injured),
                  _("Write whole numbers, none below zero."))  # fmt: skip
    text_of(new.text, "text", _("Write what is told."))
    short(new.reference, "reference", NUMBER_CHARS_MAX)


@transaction.atomic(durable=True)
def compare(
    pk: UUID, *, status: str, accident: UUID | None = None, reason: str = "",
    **call: Unpack[Call],
) -> UUID:  # fmt: skip
    """Say which accident it is, that it was never reported, or that it is none.

    What was never reported is entered by this, and a concealed report is suspected; where the
    source tells of more deaths than were reported, an omission is. Neither is a verdict.
    """
    given = {"status": status, "accident": accident, "reason": reason}
    word, claim = plain.begin(Word.objects.select_related("area"), "words.edit", pk, given, **call)
    if claim.repeated:
        return claim.answer[0]
    word = Word.objects.select_for_update(of=("self",)).select_related("area").get(pk=pk)
    if word.status != Word.Status.OPEN:
        raise AlreadyAsked(reason=_("it was compared before"))
    row = None
    if status == Word.Status.MATCHED:
        seen = policy.permitted(Accident.objects.all(), "accidents.view", claim.by)
        row = seen.filter(pk=accident).first() if accident else None
        if row is None:
            raise lacks("status", _("Choose one of the accidents below."))
        if word.deaths > row.deaths + row.deaths_late:
            _suspect(row, Finding.Kind.OMITTED, word, call)
    elif status == Word.Status.UNREPORTED:
        row = _enter(word, call)
        _suspect(row, Finding.Kind.HIDDEN, word, call)
    elif status == Word.Status.DISMISSED:
        text_of(reason, "reason", _("Say why it is none."))
    else:
        raise lacks("status", _("Choose one from the list."))
    word.status, word.accident, word.reason = status, row, short(reason, "reason")
    word.decided_at, word.decider = claim.at, claim.by.name
    word.save()
    claim.record("words.compare", "accidents", pk, reason=word.reason, after={"status": status})
    return claim.done(row.pk if row else pk)


def _enter(word: Word, call: Call) -> Accident:
    at = call["at"]
    noon = timezone.make_aware(datetime.combine(word.day, time(12)))
    title = (
        word.text if len(word.text) <= TITLE_CHARS_MAX else word.text[: TITLE_CHARS_MAX - 1] + "…"
    )
    own = uuid5(call["request_id"], "accident")
    new = NewAccident(
        pk=own, title=title, happened_at=min(noon, at), area=word.area_id, text=word.text,
        figures=Figures(deaths=word.deaths),
    )  # fmt: skip
    report_many([new], by=call["by"], at=at, request_id=uuid5(call["request_id"], "report"))
    return Accident.objects.get(pk=own)


def _suspect(row: Accident, kind: str, word: Word, call: Call) -> None:
    """The finding, and the step that tells of it in the accident's history."""
    with stored.house_language():
        told = f"{word.get_source_display()} {word.reference} {word.day}：{word.text}"
    case = engine.lock([row.pk])[row.pk]
    Finding.objects.create(
        accident=row, kind=kind, text=told, found_at=call["at"], found_by=call["by"].user_id,
        finder=call["by"].name,
    )  # fmt: skip
    move = engine.Move(case, {}, {"finding": ["", kind]})
    engine.take(ACCIDENT, "finding", [move], reason=told, **call)
