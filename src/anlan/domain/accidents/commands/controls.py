"""Setting control targets: each change is a version of its own, and what is over is ended."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any, Unpack
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from anlan.base.refusal import MovedOn
from anlan.domain.accidents import controls
from anlan.domain.accidents.commands.base import lacks, own_area, text_of
from anlan.domain.accidents.models import PLACE_CHARS_MAX, ControlTarget
from anlan.domain.accidents.permissions import LEADS
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Sector
from anlan.kernel.accounts.units import main_unit
from anlan.kernel.calendar.periods import YEAR_MAX, YEAR_MIN
from anlan.kernel.loop import plain
from anlan.kernel.loop.plain import Call, Claim
from anlan.kernel.regions.models import Region

Kind = ControlTarget.Kind
#: No number of accidents comes near it; a slip of the keyboard does.
COUNT_MAX = 10_000_000


@dataclass(frozen=True)
class NewControl:
    """What a control target says. ``pk`` is made by the client, of this version."""

    pk: UUID
    area: int
    words: str
    source: str
    indicator: str
    kind: str
    first_year: int
    last_year: int
    sector: str = ""
    base_year: int | None = None
    base_value: int | None = None
    base_source: str = ""
    aim: Decimal | None = None
    below: bool = False


@transaction.atomic(durable=True)
def set_control(new: NewControl, **call: Unpack[Call]) -> UUID:
    """A control target that wasn't there."""
    policy.demand(call["by"], "controls.make", call["at"])
    claim = plain.claim("controls.make", {"new": asdict(new)}, **call)
    if claim.repeated:
        return claim.answer[0]
    area = own_area(new.area, claim.by)
    if ControlTarget.objects.standing().filter(area=area).count() >= controls.HELD_MAX:
        raise lacks("area", _("An area has at most %(n)d control targets; end one first.")
                    % {"n": controls.HELD_MAX})  # fmt: skip
    row = _put(new, area, new.pk, 1, "", claim)
    claim.record("controls.set", "control", row.pk, after=told(row))
    return claim.done(row.pk)


@transaction.atomic(durable=True)
def change_control(pk: UUID, new: NewControl, *, reason: str, **call: Unpack[Call]) -> UUID:
    """Put another version in force; the one before stays as it was until now."""
    given = {"new": asdict(new), "reason": reason}
    row, claim = plain.begin(ControlTarget.objects.all(), "controls.edit", pk, given, **call)
    if claim.repeated:
        return claim.answer[0]
    why = text_of(reason, "reason", _("Say why it is changed."), PLACE_CHARS_MAX)
    area = own_area(new.area, claim.by)
    if area.pk != row.area_id:
        raise lacks("area", _("A target keeps its area; end it and set another one there."))
    _end(row, why, claim)
    made = _put(new, area, row.key, _last(row.key) + 1, why, claim)
    claim.record("controls.change", "control", made.pk, reason=why, before=told(row),
                 after=told(made))  # fmt: skip
    return claim.done(made.pk)


@transaction.atomic(durable=True)
def end_control(pk: UUID, *, reason: str, **call: Unpack[Call]) -> UUID:
    """It holds no longer; what was read of it until now reads the same."""
    row, claim = plain.begin(
        ControlTarget.objects.all(), "controls.edit", pk, {"end": reason}, **call
    )
    if claim.repeated:
        return pk
    why = text_of(reason, "reason", _("Say why it is ended."), PLACE_CHARS_MAX)
    _end(row, why, claim)
    claim.record("controls.end", "control", pk, reason=why, before=told(row))
    return claim.done(pk)


def _end(row: ControlTarget, why: str, claim: Claim) -> None:
    """Compare and set: of two who change it at once, one is told."""
    assert connection.in_atomic_block, "it ends with what follows it"
    ended = ControlTarget.objects.filter(pk=row.pk, ended_at=None).update(
        ended_at=claim.at, ended_by=claim.by.name, ended_because=why
    )
    if not ended:
        raise MovedOn


def _last(key: UUID) -> int:
    found: int = ControlTarget.objects.filter(key=key).aggregate(n=Max("version"))["n"]
    return found


def _put(
    new: NewControl, area: Region, key: UUID, version: int, reason: str, claim: Claim
) -> ControlTarget:
    given = _checked(new)
    return ControlTarget.objects.create(
        pk=new.pk, key=key, version=version, area=area, path=area.path,
        unit=main_unit(claim.by, LEADS), reason=reason, made_at=claim.at, made_by=claim.by.name,
        user_id=claim.by.user_id, **given,
    )  # fmt: skip


def _checked(new: NewControl) -> dict[str, Any]:
    """Its fields as they are kept. Raises AccidentIncomplete at the one to be mended."""
    if new.indicator not in controls.COUNTED:
        raise lacks("indicator", _("Choose the indicator from the list."))
    if new.kind not in Kind.values:
        raise lacks("kind", _("Choose from the list what kind of target it is."))
    if new.sector and not Sector.objects.filter(pk=new.sector).exists():
        raise lacks("sector", _("Choose a sector of the list."))
    for name in ("first_year", "last_year"):
        _check_year(getattr(new, name), name)
    if new.first_year > new.last_year:
        raise lacks("last_year", _("The last year comes before the first: exchange them."))
    base = _base(new)
    return {
        "words": text_of(new.words, "words", _("Write what the document says."), PLACE_CHARS_MAX),
        "source": text_of(new.source, "source", _("Say which document sets it, with its number."),
                          PLACE_CHARS_MAX),
        "indicator": new.indicator, "kind": new.kind, "sector_id": new.sector or None,
        "first_year": new.first_year, "last_year": new.last_year, "below": new.below,
        "aim": _aim(new), **base,
    }  # fmt: skip


def _check_year(year: int, name: str) -> None:
    if not YEAR_MIN <= year <= YEAR_MAX:
        raise lacks(name, _("Write a year from %(first)d to %(last)d.")
                    % {"first": YEAR_MIN, "last": YEAR_MAX})  # fmt: skip


def _aim(new: NewControl) -> Decimal | None:
    if new.kind not in (Kind.CHANGE, Kind.VALUE):
        return None
    if new.aim is None:
        raise lacks("aim", _("Say how much."))
    most = 100 if new.kind == Kind.CHANGE else COUNT_MAX
    if not new.aim.is_finite() or not 0 <= new.aim <= most:
        raise lacks("aim", _("Write a number from 0 to %(n)d, without a sign.") % {"n": most})
    return new.aim


def _base(new: NewControl) -> dict[str, Any]:
    none: dict[str, Any] = {"base_year": None, "base_value": None, "base_source": ""}
    if new.kind not in (Kind.CHANGE, Kind.TREND):
        return none
    if new.base_year is None:
        if new.kind == Kind.TREND:
            return none
        raise lacks("base_year", _("Say against which year it is measured."))
    _check_year(new.base_year, "base_year")
    if new.base_year >= new.first_year:
        raise lacks("base_year", _("The base year comes before the first year of the target."))
    if new.kind == Kind.TREND or new.base_value is None:
        return {**none, "base_year": new.base_year}
    if not 0 < new.base_value <= COUNT_MAX:
        raise lacks("base_value", _("Write a whole number from 1 to %(n)d.") % {"n": COUNT_MAX})
    source = text_of(
        new.base_source, "base_source",
        _("Say where the number stands; a number without a source is none."), PLACE_CHARS_MAX,
    )  # fmt: skip
    return {"base_year": new.base_year, "base_value": new.base_value, "base_source": source}


def told(row: ControlTarget) -> dict[str, Any]:
    """What a version says, for the record."""
    return {
        "words": row.words, "source": row.source, "indicator": row.indicator, "kind": row.kind,
        "sector": row.sector_id or "", "base_year": row.base_year, "base_value": row.base_value,
        "base_source": row.base_source, "aim": None if row.aim is None else str(row.aim),
        "first_year": row.first_year, "last_year": row.last_year, "below": row.below,
        "version": row.version,
    }  # fmt: skip
