"""Following an accident up: measures, lessons for others, terms of a restart.

Whoever answered judges nothing, nor does anybody of the unit that answers: so no enterprise says
of itself that it may start again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Unpack
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.db.models.functions import Length
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base import bulk, stored
from anlan.base.ids import uuid7
from anlan.base.paths import ancestors, below
from anlan.base.refusal import MovedOn
from anlan.domain.accidents.commands.base import lacks, own_area, text_of
from anlan.domain.accidents.following_up import FOLLOWUP
from anlan.domain.accidents.models import (
    PLACE_CHARS_MAX,
    Accident,
    FollowUp,
    FoundHazard,
    RestartTerms,
)
from anlan.domain.accidents.permissions import LEADS
from anlan.domain.accidents.refusals import AlreadyAsked
from anlan.domain.hazards.models import Hazard
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Jurisdiction, Sector, Unit, UnitKind
from anlan.kernel.accounts.units import main_unit
from anlan.kernel.loop import engine, plain
from anlan.kernel.loop.engine import Move, NewCase
from anlan.kernel.loop.models import Party, PartyRole
from anlan.kernel.loop.plain import Call, Claim
from anlan.kernel.notices import outbox
from anlan.kernel.notices.kinds import declare
from anlan.kernel.notices.outbox import Post

declare("accidents.followup", _("You are to answer because of an accident, by %(due)s: %(text)s"),
        "accidents:followup")  # fmt: skip
Kind, Verdict = FollowUp.Kind, FollowUp.Verdict
#: Units that one lesson goes to at once, follow-ups of one accident, and terms of a restart.
UNITS_MAX, FOLLOWUPS_MAX, TERMS_MAX = 500, 2_000, 60
TEXT_SHOWN, FOUND_MAX = 60, 1_000_000
#: Hazards on record that one answer names.
HAZARDS_MAX = 300
#: To whom a lesson goes beside units that are named.
HEAPS = {
    "": _("— only those named —"),
    "next": _("committee offices of the areas directly below"),
    "all": _("committee offices of all areas below"),
    "sector": _("departments below that answer for the sector"),
}


@dataclass(frozen=True)
class NewFollowUp:
    """``names``: of units. A measure and a lesson have one for each of them."""

    kind: str
    text: str
    names: tuple[str, ...] = ()
    heap: str = ""
    sector: str = ""
    source: str = ""
    due_on: date | None = None


@transaction.atomic(durable=True)
def follow_up(pk: UUID, new: NewFollowUp, **call: Unpack[Call]) -> UUID:
    """Tell units what follows for them; each answers for itself."""
    accident, claim = _begin(pk, {"new": asdict(new)}, call)
    if claim.repeated:
        return pk
    if new.kind not in (Kind.MEASURE, Kind.LESSON):
        raise lacks("kind", _("Choose from the list what follows."))
    text = text_of(new.text, "text", _("Write what is to be done."))
    source = text_of(new.source, "source", _("Say where it stands, for example in which part of "
                                             "the inquiry's report."), PLACE_CHARS_MAX)  # fmt: skip
    if new.due_on is not None and new.due_on < timezone.localdate(claim.at):
        raise lacks("due_on", _("Choose a day that isn't over."))
    _put(accident, new.kind, [(text, unit) for unit in _units(accident, new, claim)], source,
         new.due_on, claim)  # fmt: skip
    return claim.done(pk)


@transaction.atomic(durable=True)
def want_restart(pk: UUID, *, unit: str, due_on: date | None = None, **call: Unpack[Call]) -> UUID:
    """Lay the office's terms before the enterprise: each is ticked before it starts again."""
    accident, claim = _begin(pk, {"unit": unit, "due_on": due_on}, call)
    if claim.repeated:
        return pk
    if accident.followups.filter(kind=Kind.TERM, withdrawn_at=None).exists():
        raise AlreadyAsked(reason=_("its terms were laid down"))
    terms = terms_for(accident)
    if terms is None:
        raise lacks("unit", _("No office above it has written down terms; do that first."))
    [whose] = _named((unit,), "unit", claim)
    with stored.house_language():
        source = str(_("%(source)s, version %(n)d") % {"source": terms.source, "n": terms.version})
    rows = [(str(text), whose) for text in terms.items]
    _put(accident, Kind.TERM, rows, source[:PLACE_CHARS_MAX], due_on, claim)
    return claim.done(pk)


@transaction.atomic(durable=True)
def answer_followup(
    pk: UUID, *, answer: str, found: int | None, numbers: Sequence[str] = (),
    **call: Unpack[Call],
) -> UUID:  # fmt: skip
    """Say what was done; until it is judged, another answer takes its place.

    numbers:  of the hazards on record among those that a lesson led to.
    """
    given = {"answer": answer, "found": found, "numbers": list(numbers)}
    rows = FollowUp.objects.all()
    row, claim = plain.begin(rows, "followups.answer", pk, given, **call)
    if claim.repeated:
        return pk
    said = text_of(answer, "answer", _("Write what was done, or what was found."))
    hazards = _recorded(row, numbers, claim)
    found = len(hazards) if found is None and hazards else found
    if row.kind == Kind.LESSON and found is None:
        raise lacks("found", _("Write how many hazards of the same kind were found; 0 is an "
                               "answer."))  # fmt: skip
    if found is not None and not 0 <= found <= FOUND_MAX:
        raise lacks("found", _("Write a whole number."))
    if found is not None and found < len(hazards):
        raise lacks("found", _("%(n)d are on record below: write as many at least.")
                    % {"n": len(hazards)})  # fmt: skip
    changed = rows.filter(pk=pk, verdict="", withdrawn_at=None).update(
        answer=said, found=found if row.kind == Kind.LESSON else None, answered_at=claim.at,
        answerer=claim.by.name, answered_by=claim.by.user_id,
    )  # fmt: skip
    if not changed:
        raise MovedOn
    row.hazards.all().delete()
    FoundHazard.objects.bulk_create(FoundHazard(followup=row, hazard_id=one) for one in hazards)
    _step(row, "answer_again" if row.answered_at else "answer", claim)
    claim.record("followups.answer", "followup", pk, before={"answer": row.answer},
                 after={"answer": said, "found": found, "hazards": len(hazards)})  # fmt: skip
    return claim.done(pk)


def _recorded(row: FollowUp, numbers: Sequence[str], claim: Claim) -> list[UUID]:
    """Hazards by their numbers, among those that whoever answers may see."""
    wanted = list(dict.fromkeys(numbers))
    if not wanted or row.kind != Kind.LESSON:
        return []
    if len(wanted) > HAZARDS_MAX:
        raise lacks("numbers", _("At most %(n)d at once.") % {"n": HAZARDS_MAX})
    rows = policy.permitted(Hazard.objects.all(), "hazard.view", claim.by)
    known = dict(rows.filter(case__number__in=wanted).values_list("case__number", "pk"))
    if unknown := [number for number in wanted if number not in known]:
        raise lacks("numbers", _("No hazard that you see has the number %(numbers)s.")
                    % {"numbers": "、".join(unknown[:5])[:200]})  # fmt: skip
    return [known[number] for number in wanted]


@transaction.atomic(durable=True)
def judge_followup(pk: UUID, *, verdict: str, evidence: str, **call: Unpack[Call]) -> UUID:
    """Say whether it was done, with how that was checked; by another unit than the one told."""
    given = {"verdict": verdict, "evidence": evidence}
    rows = FollowUp.objects.all()
    row, claim = plain.begin(rows, "followups.judge", pk, given, **call)
    if claim.repeated:
        return pk
    if verdict not in Verdict.values:
        raise lacks("verdict", _("Choose from the list."))
    said = text_of(evidence, "evidence", _("Say how it was checked, and on what evidence."))
    seen = {"verdict": row.verdict, "answered_at": row.answered_at, "withdrawn_at": None}
    changed = rows.filter(pk=pk, **seen).update(
        verdict=verdict, evidence=said, judged_at=claim.at, judge=claim.by.name
    )
    if not changed:
        raise MovedOn
    asked = "judge" if row.answered_at else "judge_unanswered"
    _step(row, "judge_again" if row.verdict else asked, claim, said)
    claim.record("followups.judge", "followup", pk, reason=said, before={"verdict": row.verdict},
                 after={"verdict": verdict})  # fmt: skip
    return claim.done(pk)


def check_judged(accident: UUID) -> None:
    """Raises AlreadyAsked while a measure of the inquiry waits for its verdict, or none was laid
    down: a sentence over all of them judges nothing.
    """
    measures = FollowUp.objects.filter(accident=accident, kind=Kind.MEASURE, withdrawn_at=None)
    if not measures.exists():
        raise AlreadyAsked(
            reason=_("no measure of the report is laid down yet among what follows, with the unit "
                     "that carries it out")
        )  # fmt: skip
    if waiting := measures.filter(verdict="").count():
        raise AlreadyAsked(
            reason=_("%(n)d measures of the report are not judged yet") % {"n": waiting}
        )


@transaction.atomic(durable=True)
def withdraw_followup(pk: UUID, *, reason: str, **call: Unpack[Call]) -> UUID:
    """It was a slip; it stays on record and counts nowhere."""
    rows = FollowUp.objects.all()
    row, claim = plain.begin(rows, "followups.edit", pk, {"reason": reason}, **call)
    if claim.repeated:
        return pk
    why = text_of(reason, "reason", _("Say why it is withdrawn."), PLACE_CHARS_MAX)
    changed = rows.filter(pk=pk, withdrawn_at=None).update(
        withdrawn_at=claim.at, withdrawn_because=why
    )
    if not changed:
        raise MovedOn
    _step(row, "void_judged" if row.verdict else "void", claim, why)
    claim.record("followups.withdraw", "followup", pk, reason=why, before={"text": row.text})
    return claim.done(pk)


@transaction.atomic(durable=True)
def set_restart_terms(
    pk: UUID, *, area: int, items: Sequence[str], source: str, **call: Unpack[Call]
) -> UUID:
    """Put a new version of an area's terms in force; pk is made by the client."""
    policy.demand(call["by"], "restartterms.make", call["at"])
    given = {"pk": pk, "area": area, "items": list(items), "source": source}
    claim = plain.claim("restartterms.make", given, **call)
    if claim.repeated:
        return pk
    place = own_area(area, claim.by)
    lines = [line.strip() for line in items if line.strip()]
    if not 1 <= len(lines) <= TERMS_MAX:
        raise lacks("items", _("Write 1 to %(n)d terms, one a line.") % {"n": TERMS_MAX})
    said = text_of(source, "source", _("Say which document sets it, with its number."),
                   PLACE_CHARS_MAX)  # fmt: skip
    before = RestartTerms.objects.filter(area=place).aggregate(n=Max("version"))["n"] or 0
    try:
        RestartTerms.objects.create(
            pk=pk, area=place, path=place.path, unit=main_unit(claim.by, LEADS),
            version=before + 1, items=lines, source=said, made_at=claim.at, made_by=claim.by.name,
        )  # fmt: skip
    except IntegrityError:
        raise MovedOn from None
    claim.record("restartterms.set", "restart_terms", pk,
                 after={"area": place.code, "items": lines, "source": said})  # fmt: skip
    return claim.done(pk)


def terms_for(accident: Accident) -> RestartTerms | None:
    """The latest of the nearest area that has any."""
    rows = RestartTerms.objects.filter(area__in=ancestors(accident.case.path))
    return rows.order_by(Length("path").desc(), "-version").first()


# --- what they have in common ---------------------------------------------------------------


def _step(row: FollowUp, name: str, claim: Claim, reason: str = "") -> None:
    if row.case_id is None:
        return  # Told before follow-ups had a case.
    case = engine.lock([row.case_id])[row.case_id]
    call: Call = {"by": claim.by, "at": claim.at, "request_id": claim.request_id}
    engine.take(FOLLOWUP, name, [Move(case)], reason=reason, **call)


def _begin(pk: UUID, given: dict[str, Any], call: Call) -> tuple[Accident, Claim]:
    rows = Accident.objects.select_related("case")
    accident, claim = plain.begin(rows, "accidents.lead", pk, given, **call)
    # Of two who lay its terms down at once, the second finds them.
    Accident.objects.select_for_update(of=("self",)).get(pk=pk)
    if not claim.repeated and accident.case.state == "void":
        raise AlreadyAsked(reason=_("the accident is void"))
    return accident, claim


def _units(accident: Accident, new: NewFollowUp, claim: Claim) -> list[Unit]:
    found = {unit.pk: unit for unit in _named(new.names, "names", claim)} if new.names else {}
    if new.heap not in HEAPS:
        raise lacks("heap", _("Choose from the list."))
    if new.heap:
        found |= {unit.pk: unit for unit in _heap(new, claim)}
    if not found:
        raise lacks("names", _("Name at least one unit, or choose those below."))
    if len(found) > UNITS_MAX:
        raise lacks("names", _("At most %(n)d units at once.") % {"n": UNITS_MAX})
    return list(found.values())


def _named(names: Sequence[str], field: str, claim: Claim) -> list[Unit]:
    """Units by their names: those that there are once today."""
    wanted = list(dict.fromkeys(name.strip() for name in names if name.strip()))[: UNITS_MAX + 1]
    found: dict[str, list[Unit]] = {name: [] for name in wanted}
    today = timezone.localdate(claim.at)
    for chunk in bulk.slices(wanted):
        for unit in Unit.objects.valid_on(today).filter(name__in=chunk):
            found[unit.name].append(unit)
    for name, units in found.items():
        if len(units) != 1:
            raise lacks(field, _("“%(name)s”: there is no unit, or more than one, of this name.")
                        % {"name": name[:40]})  # fmt: skip
    if not wanted:
        raise lacks(field, _("Name a unit."))
    return [units[0] for units in found.values()]


def _heap(new: NewFollowUp, claim: Claim) -> list[Unit]:
    """Those below one's own unit's area: offices, or departments of a sector."""
    area = main_unit(claim.by, LEADS).area
    rows = Unit.objects.valid_on(timezone.localdate(claim.at)).filter(below(area.path))
    if new.heap == "sector":
        if not Sector.objects.filter(pk=new.sector).exists():
            raise lacks("sector", _("Choose a sector of the list."))
        those = Jurisdiction.objects.filter(sector=new.sector, enterprise_id=None, valid_to=None)
        rows = rows.filter(pk__in=those.values("unit"))
    else:
        rows = rows.filter(kind=UnitKind.COMMITTEE_OFFICE).exclude(area=area)
        if new.heap == "next":
            rows = rows.filter(area__parent=area)
    return list(rows.order_by("path", "name")[: UNITS_MAX + 1])


def _put(
    accident: Accident, kind: str, rows: Sequence[tuple[str, Unit]], source: str,
    due_on: date | None, claim: Claim,
) -> None:  # fmt: skip
    if accident.followups.count() + len(rows) > FOLLOWUPS_MAX:
        raise lacks("names", _("An accident has at most %(n)d follow-ups.") % {"n": FOLLOWUPS_MAX})
    # Ids of one millisecond come in any order, and terms stay in theirs.
    ids = sorted(uuid7() for _row in rows)
    _open(accident, list(zip(ids, (unit for _text, unit in rows), strict=True)), due_on, claim)
    made = [
        FollowUp(
            pk=pk, case_id=pk, accident=accident, kind=kind, text=text, unit=unit, source=source,
            due_on=due_on, made_at=claim.at, made_by=claim.by.name,
        )
        for pk, (text, unit) in zip(ids, rows, strict=True)
    ]  # fmt: skip
    FollowUp.objects.bulk_create(made)
    # Terms go out together: one notice says it.
    told = made[:1] if kind == Kind.TERM else made
    outbox.post_many(
        [
            Post("accidents.followup", str(row.pk),
                 {"due": str(due_on or "—"), "text": row.text[:TEXT_SHOWN]},
                 to_units=(row.unit_id,))
            for row in told
        ],
        at=claim.at,
    )  # fmt: skip
    claim.record("accidents.follow_up", "case", accident.pk,
                 after={"kind": kind, "count": len(made), "source": source})  # fmt: skip


def _open(
    accident: Accident, told: Sequence[tuple[UUID, Unit]], due_on: date | None, claim: Claim
) -> None:
    """A case for each, in the area of the unit that is told: it stands in that unit's worklist."""
    today = timezone.localdate(claim.at)
    new = [
        NewCase(
            pk=pk, area_id=unit.area_id, path=unit.path, unit_id=accident.case.unit_id,
            opened_on=today, due_on=due_on, sector=accident.case.sector_id,
        )
        for pk, unit in told
    ]  # fmt: skip
    call: Call = {"by": claim.by, "at": claim.at, "request_id": claim.request_id}
    engine.open_cases(FOLLOWUP, new, **call)
    Party.objects.bulk_create(
        Party(case_id=pk, role=PartyRole.RECTIFIER, unit=unit, since=today) for pk, unit in told
    )
