"""What other sources tell of accidents, held against what was reported (瞒报、漏报、谎报)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from typing import Unpack
from uuid import UUID, uuid5

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

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
from anlan.domain.accidents.refusals import AlreadyAsked
from anlan.domain.hazards.permissions import JUDGES
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Role
from anlan.kernel.accounts.units import main_unit
from anlan.kernel.loop import engine, plain
from anlan.kernel.loop.plain import Call
from anlan.kernel.regions.models import Region

WRITERS = (*JUDGES, Role.DUTY)


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
    policy.demand(call["by"], "words.edit", call["at"])
    claim = plain.claim("words.enter", asdict(new), **call)
    if claim.repeated:
        return claim.answer[0]
    area = Region.objects.filter(pk=new.area, valid_to=None).first()
    if area is None:
        raise lacks("area", _("Choose the area from the list."))
    if new.source not in Word.Source.values:
        raise lacks("source", _("Choose one from the list."))
    day_within(new.day, "day")
    if new.day > timezone.localdate(claim.at):
        raise lacks("day", _("The day lies ahead; choose today or earlier."))
    check_figures(Figures(deaths=new.deaths, serious=new.injured),
                  _("Write whole numbers, none below zero."))  # fmt: skip
    row = Word.objects.create(
        area=area, path=area.path, unit=main_unit(claim.by, WRITERS), source=new.source,
        day=new.day, text=text_of(new.text, "text", _("Write what is told.")),
        reference=short(new.reference, "reference", NUMBER_CHARS_MAX), deaths=new.deaths,
        injured=new.injured, made_at=claim.at, made_by=claim.by.name,
    )  # fmt: skip
    # Asked of the row itself: whoever may enter it may see it afterwards.
    if not policy.permitted(Word.objects.filter(pk=row.pk), "words.edit", claim.by).exists():
        raise lacks(
            "area",
            _("%(area)s is outside your areas; choose one within them.") % {"area": area.name},
        )
    claim.record("words.enter", "accidents", row.pk, after={"source": new.source})
    return claim.done(row.pk)


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
    told = f"{word.get_source_display()} {word.reference} {word.day}：{word.text}"
    case = engine.lock([row.pk])[row.pk]
    Finding.objects.create(
        accident=row, kind=kind, text=told, found_at=call["at"], found_by=call["by"].user_id,
        finder=call["by"].name,
    )  # fmt: skip
    move = engine.Move(case, {}, {"finding": ["", kind]})
    engine.take(ACCIDENT, "finding", [move], reason=told, **call)
