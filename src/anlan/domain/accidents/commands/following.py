"""What follows a first report: supplements, the report upward, the conclusion, corrections."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Any, Unpack
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.domain.accidents import chain, law, search
from anlan.domain.accidents.commands.base import (
    Figures,
    Turn,
    begin,
    check_figures,
    lacks,
    short,
    shown_everywhere,
    text_of,
    turns,
)
from anlan.domain.accidents.commands.inquiries import keep_up
from anlan.domain.accidents.loop import MISREPORTED
from anlan.domain.accidents.models import (
    NAME_CHARS_MAX,
    PLACE_CHARS_MAX,
    TITLE_CHARS_MAX,
    Accident,
    Clock,
    Finding,
    Nature,
    Report,
)
from anlan.domain.accidents.permissions import REPORTERS
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Sector
from anlan.kernel.facts import ledger
from anlan.kernel.loop.frame import OnOne
from anlan.kernel.regions.models import Level, Region

NUMBERS = ("deaths", "deaths_late", "serious", "light", "missing", "loss_fen")


@transaction.atomic(durable=True)
def supplement(
    pk: UUID, *, figures: Figures, died_on: date | None = None, text: str = "",
    blind: bool = False, **call: Unpack[OnOne],
) -> list[UUID]:  # fmt: skip
    """Report what is known by now (补报、续报): totals, not what was added.

    died_on:  the day on which those died whom this report adds; needed where the days within
              which a death counts may be over.
    blind:    who reports doesn't say which version they looked at: of two who supplement at
              once, the second must not take back what the first has just told.
    """
    given = {"figures": asdict(figures), "died_on": died_on, "text": text}
    work = begin("accidents.edit", [pk], given, **call)
    for turn in turns(work):
        if blind and _falls(turn.accident, figures):
            raise lacks("seen", _("A number falls below what stands: read the accident again, and "
                                  "say with “seen” which version you looked at."))  # fmt: skip
        _report(turn, Report.Kind.SUPPLEMENT, figures, died_on, short(text, "text"))
    return work.done()


@transaction.atomic(durable=True)
def conclude(
    pk: UUID, *, figures: Figures, text: str, on: date, died_on: date | None = None,
    **call: Unpack[OnOne],
) -> list[UUID]:  # fmt: skip
    """Confirm the numbers as they are found in the end; the case is closed."""
    given = {"figures": asdict(figures), "text": text, "on": on, "died_on": died_on}
    work = begin("accidents.lead", [pk], {"step": "conclude", **given}, **call)
    for turn in turns(work):
        if not turn.accident.day <= on <= turn.today:
            raise lacks("on", _("Choose a day between the accident and today."))
        if not turn.accident.type:
            raise lacks("text", _("Say first which type of accident it is: “Correct”."))
        said = text_of(text, "text", _("Write what the conclusion says."))
        turn.accident.clocks.filter(done_at=None).update(done_at=work.at)
        _report(turn, Report.Kind.CONCLUSION, figures, died_on, said, closes=True)
        turn.take("conclude", {}, reason=said, day=on)
    return work.done()


def _report(
    turn: Turn, kind: Report.Kind, figures: Figures, died_on: date | None, text: str,
    *, closes: bool = False,
) -> None:  # fmt: skip
    row = turn.accident
    check_figures(figures, _("Write whole numbers, none below zero."))
    before = {name: getattr(row, name) for name in NUMBERS}
    counted, late = _deaths(turn, figures.deaths, died_on)
    if _falls(row, figures):
        text_of(text, "text", _("A number falls: say why, and by whose finding."))
    after = {
        "deaths": counted, "deaths_late": late, "serious": figures.serious,
        "light": figures.light, "missing": figures.missing, "loss_fen": figures.loss_fen,
    }  # fmt: skip
    if after == before and not text:
        raise lacks("text", _("Nothing is new: change a number, or write what became known."))
    _keep(turn, kind, after, died_on, text)
    if not closes:
        _reopen(turn)


def _falls(row: Accident, figures: Figures) -> bool:
    """Whether a number is less than what was reported before."""
    others = ("serious", "light", "missing", "loss_fen")
    fewer = any(getattr(figures, name) < getattr(row, name) for name in others)
    return fewer or figures.deaths < row.deaths + row.deaths_late


def _keep(
    turn: Turn, kind: Report.Kind, after: dict[str, int], died_on: date | None, text: str
) -> None:
    """A report of these numbers, and all that follows them: grade, figures, the inquiry."""
    row = turn.accident
    before = {name: getattr(row, name) for name in NUMBERS}
    changed = {name: [before[name], after[name]] for name in NUMBERS if before[name] != after[name]}
    turn.save(**after)
    last = row.reports.order_by("-seq").values_list("seq", flat=True).first() or 0
    unit = _unit_of(turn)
    Report.objects.create(
        accident=row, seq=last + 1, kind=kind, at=turn.work.at, died_on=died_on, grade=row.grade,
        text=text, unit_id=unit, user_id=turn.work.by.user_id, who=turn.work.by.name, **after,
    )  # fmt: skip
    turn.take("supplement", changed, reason=text, fields={"grade": row.grade})
    turn.recount()
    keep_up(turn.accident, turn.call)


def _unit_of(turn: Turn) -> int:
    units = policy.units_of(turn.work.by, REPORTERS)
    if not units:
        return turn.case.unit_id
    return turn.work.by.unit_id if turn.work.by.unit_id in units else units[0]


def _deaths(turn: Turn, total: int, died_on: date | None) -> tuple[int, int]:
    """How many count, and how many died too late to; of a total and the day of the last."""
    row = turn.accident
    added = total - row.deaths - row.deaths_late
    if added <= 0:
        # Of those taken back, first the ones that count nowhere.
        late = max(0, row.deaths_late + added)
        return total - late, late
    if died_on is None:
        if turn.today > row.last_counted_day:
            raise lacks(
                "died_on",
                _("Say on which day they died: after %(day)s a death no longer counts.")
                % {"day": row.last_counted_day},
            )
        died_on = turn.today
    if not row.day <= died_on <= turn.today:
        raise lacks("died_on", _("Choose a day between the accident and today."))
    if law.counts(row.nature, row.day, died_on):
        return row.deaths + added, row.deaths_late
    return row.deaths, row.deaths_late + added


def _deaths_again(row: Accident) -> tuple[int, int]:
    """As ``_deaths`` would have told report by report, had it always been of this nature."""
    total = late = 0
    for told in row.reports.order_by("seq"):
        now = told.deaths + told.deaths_late
        died_on = told.died_on or timezone.localdate(told.at)
        # The first report has no day of death: what it tells counts.
        if now > total and told.seq > 1 and not law.counts(row.nature, row.day, died_on):
            late += now - total
        elif now < total:
            late = max(0, late + now - total)
        total = now
    return total - late, late


def _reopen(turn: Turn) -> None:
    """A grade that has risen must be known further up; one that fell owes no more."""
    row = turn.accident
    open_clock = row.clocks.filter(done_at=None).first()
    must = law.reported_up_to(row.case.grade)
    if open_clock is None and row.case.state == "known":
        level = chain.highest(row)
        clock = chain.owed(row, level, turn.work.at)
        if clock is not None:
            clock.save()
            turn.take("owe_again", {}, fields=chain.due_fields(clock))
    elif open_clock is not None and open_clock.level <= must:
        if Finding.objects.filter(clock=open_clock).exists():
            # It was late while it was owed: who decides on the finding looks at this very duty.
            open_clock.done_at = turn.work.at
            open_clock.save(update_fields=["done_at"])
        else:
            open_clock.delete()
        turn.take("arrive", {}, fields=chain.due_fields(None))


@transaction.atomic(durable=True)
def pass_up(
    pk: UUID, *, sent_at: datetime, to_level: int | None = None, how: str = "",
    **call: Unpack[OnOne],
) -> list[UUID]:  # fmt: skip
    """Say that the level whose turn it is has told the one above, or one straight further up."""
    given = {"sent_at": sent_at, "to_level": to_level, "how": how}
    work = begin("accidents.edit", [pk], given, **call)
    for turn in turns(work):
        clock = Clock.objects.filter(accident=pk, done_at=None).first()
        if clock is None:
            raise lacks("sent_at", _("Every level that must know has been told."))
        if not clock.from_at <= sent_at <= work.at:
            raise lacks("sent_at", _("Choose a time after that level learnt of it, and not ahead."))
        to = clock.level - 1 if to_level is None else to_level
        if not Level.NATION <= to < clock.level:
            raise lacks("to_level", _("Choose a level above the one that reports."))
        clock.done_at, clock.to_level, clock.unit_id = sent_at, to, clock.unit_id or _own(turn)
        clock.save()
        if clock.is_late:
            chain.suspect_late(clock, by=work.by, at=work.at)
        after = chain.owed(turn.accident, to, sent_at)
        said = {"to_level": [clock.level, to], "sent_at": ["", sent_at.isoformat()]}
        step = "arrive" if after is None else "pass_up"
        if after is not None:
            after.save()
        turn.take(step, said, reason=short(how, "how"), fields=chain.due_fields(after))
    return work.done()


def _own(turn: Turn) -> int | None:
    units = policy.units_of(turn.work.by, REPORTERS)
    return turn.work.by.unit_id if turn.work.by.unit_id in units else None


@transaction.atomic(durable=True)
def correct(pk: UUID, *, fields: dict[str, Any], reason: str, **call: Unpack[OnOne]) -> list[UUID]:
    """Mend what the register says of it: title, place, firm, sector, nature, type.

    A nature that changes tells another number of days within which deaths count, so those told
    until now are counted again; numbers are a supplement's to set.
    """
    work = begin("accidents.edit", [pk], {"fields": fields, "reason": reason}, **call)
    for turn in turns(work):
        row = turn.accident
        new = _checked(turn, fields)
        sector = new.pop("sector", turn.case.sector_id)
        changed = {
            name: [getattr(row, name), value]
            for name, value in new.items() if getattr(row, name) != value
        }  # fmt: skip
        if not changed and sector == turn.case.sector_id:
            continue
        said = text_of(reason, "reason", _("Say why, and by whose finding."))
        turn.save(**new)
        if not changed.keys().isdisjoint(search.SEARCHED):
            search.index([row])
        turn.take("correct", changed, reason=said, fields={"sector_id": sector})
        turn.recount()
        keep_up(turn.accident, turn.call)
        deaths, late = _deaths_again(row)
        if "nature" in changed and (deaths, late) != (row.deaths, row.deaths_late):
            same = {name: getattr(row, name) for name in NUMBERS}
            again = {**same, "deaths": deaths, "deaths_late": late}
            _keep(turn, Report.Kind.SUPPLEMENT, again, None, said)
            _reopen(turn)
    return work.done()


def _checked(turn: Turn, fields: dict[str, Any]) -> dict[str, Any]:
    new: dict[str, Any] = {}
    if "title" in fields:
        tell = _("Say in a few words what happened.")
        new["title"] = text_of(fields["title"], "title", tell, TITLE_CHARS_MAX)
        shown_everywhere(new["title"], "title")
    if "place" in fields:
        new["place"] = short(fields["place"], "place", PLACE_CHARS_MAX)
        shown_everywhere(new["place"], "place")
    if "enterprise_name" in fields:
        name = short(fields["enterprise_name"], "enterprise_name", NAME_CHARS_MAX)
        new["enterprise_name"] = name
    if "nature" in fields:
        if fields["nature"] not in Nature.values:
            raise lacks("nature", _("Choose one from the list."))
        new["nature"] = fields["nature"]
    if "type" in fields:
        day = turn.accident.day
        if fields["type"] and fields["type"] not in {row.key for row in law.types_on(day)}:
            raise lacks("type", _("Choose a type of the edition in force on that day."))
        new["type"] = fields["type"]
    if "sector" in fields:
        code = fields["sector"] or None
        if code and not Sector.objects.filter(pk=code).exists():
            raise lacks("sector", _("Choose the sector from the list."))
        new["sector"] = code
    return new


@transaction.atomic(durable=True)
def attribute(pk: UUID, *, area: int, reason: str, **call: Unpack[OnOne]) -> list[UUID]:
    """Count it in another area than the one it stands in (归属地认定), with the reason."""
    work = begin("accidents.lead", [pk], {"area": area, "reason": reason}, **call)
    for turn in turns(work):
        region = Region.objects.filter(pk=area, valid_to=None).first()
        if region is None:
            raise lacks("area", _("Choose the area from the list."))
        if region.pk == turn.case.area_id:
            raise lacks("area", _("It stands there already; choose another area."))
        why = text_of(reason, "reason", _("Say why, and by whose decision."))
        fields = {"area_id": region.pk, "path": region.path}
        turn.take("move", {}, reason=why, fields=fields)
        turn.recount()
        keep_up(turn.accident, turn.call)
    return work.done()


@transaction.atomic(durable=True)
def void(pk: UUID, *, reason: str, **call: Unpack[OnOne]) -> list[UUID]:
    """Take out what was entered by mistake: it counts nowhere any more."""
    work = begin("accidents.lead", [pk], {"step": "void", "reason": reason}, **call)
    for turn in turns(work):
        why = text_of(reason, "reason", _("Say why; the accident that it doubles, say."))
        turn.accident.clocks.filter(done_at=None).update(done_at=work.at)
        turn.take("void", {}, reason=why)
        ledger.reverse(case_ids=[pk], kinds=[MISREPORTED.code], at=work.at)
        turn.recount()
        keep_up(turn.accident, turn.call)
    return work.done()
