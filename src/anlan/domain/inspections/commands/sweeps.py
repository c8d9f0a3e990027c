"""Making a sweep: its area, what it asks for, its register and who visits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.db.models import CharField, F, IntegerField, Value
from django.utils import timezone
from django.utils.translation import gettext as _

from anlan.base.actor import Actor
from anlan.base.paths import below
from anlan.domain.enterprises.models import Enterprise, ObjectKind, Status
from anlan.domain.inspections import permissions, posting, sql
from anlan.domain.inspections.models import (
    FIELDS_MAX,
    LABEL_CHARS_MAX,
    NAME_CHARS_MAX,
    STATES_MAX,
    FactForm,
    Sweep,
    SweepField,
    SweepSector,
    SweepTeam,
    Target,
)
from anlan.domain.inspections.refusals import SweepOver, SweepRefused
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Jurisdiction, Sector, Unit, valid_on
from anlan.kernel.audit import trail
from anlan.kernel.regions.models import Region

_OBJECT = "inspections.sweep"


@dataclass(frozen=True)
class NewField:
    """A base fact that visits record."""

    label: str
    form: str = FactForm.TEXT.value
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class NewSweep:
    name: str
    area_id: int
    unit_id: int
    starts_on: date
    ends_on: date
    states: tuple[str, ...]
    kinds: tuple[str, ...] = (ObjectKind.ENTERPRISE.value,)
    sectors: tuple[str, ...] = ()
    fields: tuple[NewField, ...] = field(default=())


@transaction.atomic(durable=True)
def make(new: NewSweep, *, by: Actor, at: datetime) -> Sweep:
    """Make a sweep and draw its register from the register of enterprises, set-wise."""
    policy.demand(by, "sweep.make", at)
    area = Region.objects.filter(pk=new.area_id, valid_to=None).first()
    if area is None or not permissions.may_make_in(by, area.path):
        raise SweepRefused(field="area", reason=_("Choose an area within your own."))
    _check(new)
    sweep = Sweep.objects.create(
        name=new.name.strip(), area=area, path=area.path, unit_id=new.unit_id,
        starts_on=new.starts_on, ends_on=new.ends_on, kinds=list(new.kinds),
        states=list(new.states), made_at=at, made_by=by.name,
    )  # fmt: skip
    SweepSector.objects.bulk_create(SweepSector(sweep=sweep, sector_id=s) for s in new.sectors)
    SweepField.objects.bulk_create(
        SweepField(sweep=sweep, order=n, label=f.label, form=f.form, choices=list(f.choices))
        for n, f in enumerate(new.fields, start=1)
    )
    drawn = _draw(sweep, at)
    after = {"name": sweep.name, "area_id": area.pk, "rows": drawn}
    trail.record([trail.Entry("sweep.make", _OBJECT, sweep.pk, after=after)], by=by, at=at)
    return sweep


def _check(new: NewSweep) -> None:
    if not new.name.strip() or len(new.name) > NAME_CHARS_MAX:
        raise SweepRefused(
            field="name", reason=_("Give the sweep a name of 120 characters at most.")
        )
    if new.ends_on < new.starts_on:
        raise SweepRefused(
            field="ends_on", reason=_("The last day is before the first; correct one.")
        )
    if not new.kinds or not set(new.kinds) <= set(ObjectKind.values):
        raise SweepRefused(field="kinds", reason=_("Choose at least one kind of subject."))
    if Sector.objects.filter(pk__in=new.sectors).count() != len(new.sectors):
        raise SweepRefused(field="sectors", reason=_("Choose the sectors from the list."))
    if not 0 < len(new.states) <= STATES_MAX or not _good(new.states):
        raise SweepRefused(
            field="states",
            reason=_("Write the safety states to choose from, one a line, twelve at most."),
        )
    labels = [each.label for each in new.fields]
    if len(labels) > FIELDS_MAX or (labels and not _good(labels)):
        raise SweepRefused(
            field="fields", reason=_("Name each base fact once, in 60 characters at most.")
        )
    for each in new.fields:
        if each.form not in FactForm.values:
            raise SweepRefused(field="fields", reason=_("Say how each base fact is written."))
        if each.form == FactForm.CHOICE and (len(each.choices) < 2 or not _good(each.choices)):
            raise SweepRefused(
                field="fields",
                reason=_("“%(label)s” needs two choices or more.") % {"label": each.label},
            )


def _good(names: Sequence[str]) -> bool:
    return len(set(names)) == len(names) and all(0 < len(n) <= LABEL_CHARS_MAX for n in names)


@transaction.atomic(durable=True)
def draw(sweep_id: int, *, by: Actor, at: datetime) -> int:
    """Take subjects into the register that have come into being since; none is taken out."""
    sweep = _open(sweep_id, by, at)
    posting.post_register(sweep, sign=-1, at=at)
    drawn = _insert(sweep)
    _give_teams(sweep)
    posting.post_register(sweep, sign=1, at=at)
    entry = trail.Entry("sweep.draw", _OBJECT, sweep.pk, after={"rows": drawn})
    trail.record([entry], by=by, at=at)
    return drawn


def _draw(sweep: Sweep, at: datetime) -> int:
    drawn = _insert(sweep)
    posting.post_register(sweep, sign=1, at=at)
    return drawn


def _insert(sweep: Sweep) -> int:
    rows = Enterprise.objects.listed().filter(
        below(sweep.path), kind__in=sweep.kinds, status=Status.ACTIVE
    )
    sectors = list(sweep.sectors.values_list("sector", flat=True))
    if sectors:
        rows = rows.filter(sector__in=sectors)
    selected = rows.order_by("path", "pk").annotate(
        of_sweep=Value(sweep.pk, IntegerField()),
        none_yet=Value(0, IntegerField()),
        no_state=Value("", CharField()),
        own=F("pk"),
    )
    return sql.draw(
        selected.values_list(
            "of_sweep", "own", "area_id", "path", "sector_id", "none_yet", "no_state"
        )
    )


@transaction.atomic(durable=True)
def set_team(
    sweep_id: int, area_id: int, unit_id: int | None, *, by: Actor, at: datetime
) -> SweepTeam | None:
    """Say which unit visits what lies in an area; None leaves it to the wider area's unit."""
    sweep = _open(sweep_id, by, at)
    area = Region.objects.filter(below(sweep.path), pk=area_id, valid_to=None).first()
    if area is None:
        raise SweepRefused(field="area", reason=_("Choose an area within the sweep's own."))
    before = SweepTeam.objects.filter(sweep=sweep, area=area).values_list("unit", flat=True).first()
    team = None
    posting.post_register(sweep, sign=-1, at=at)
    if unit_id is None:
        SweepTeam.objects.filter(sweep=sweep, area=area).delete()
    else:
        _check_covers(sweep, unit_id, area, timezone.localdate(at))
        team, _made = SweepTeam.objects.update_or_create(
            sweep=sweep, area=area, defaults={"unit_id": unit_id, "path": area.path}
        )
    _give_teams(sweep)
    posting.post_register(sweep, sign=1, at=at)
    entry = trail.Entry(
        "sweep.team", _OBJECT, sweep.pk, before={"area_id": area.pk, "unit_id": before},
        after={"area_id": area.pk, "unit_id": unit_id},
    )  # fmt: skip
    trail.record([entry], by=by, at=at)
    return team


def _check_covers(sweep: Sweep, unit_id: int, area: Region, today: date) -> None:
    """A unit is sent only where its people may enter what they find."""
    unit = Unit.objects.filter(pk=unit_id, valid_to=None).first()
    if unit is None:
        raise SweepRefused(field="unit", reason=_("Choose the unit from the list."))
    lands = Jurisdiction.objects.filter(valid_on(today), unit=unit, enterprise_id=None)
    asked: set[str | None] = set(sweep.sectors.values_list("sector", flat=True)) or {None}
    covered: set[str | None] = {
        sector
        for path, level, sector in lands.values_list("path", "area__level", "sector")
        if level == 0 or area.path.startswith(path)
    }
    if None not in covered and not asked <= covered:
        raise SweepRefused(
            field="unit",
            reason=_(
                "%(unit)s doesn't answer for all that is visited in %(area)s; choose a unit "
                "that does."
            )
            % {"unit": unit.name, "area": area.name},
        )


def _give_teams(sweep: Sweep) -> None:
    """The widest area first, so that the smallest around a subject has the last word."""
    Target.objects.filter(sweep=sweep).update(unit=None)
    teams = sorted(sweep.teams.all(), key=lambda team: len(team.path.split("/")))
    for team in teams:
        Target.objects.filter(below(team.path), sweep=sweep).update(unit=team.unit_id)


@transaction.atomic(durable=True)
def close(sweep_id: int, *, closed: bool, by: Actor, at: datetime) -> Sweep:
    """End a sweep: no visit is entered any more. Or open it again."""
    sweep = policy.access(
        Sweep.objects.select_for_update(of=("self",)), "sweep.make", by, sweep_id, at=at
    )
    sweep.closed_at = at if closed else None
    sweep.save(update_fields=["closed_at"])
    entry = trail.Entry("sweep.close" if closed else "sweep.open", _OBJECT, sweep.pk)
    trail.record([entry], by=by, at=at)
    return sweep


def _open(sweep_id: int, by: Actor, at: datetime) -> Sweep:
    """The sweep and its register, locked while what is counted of it changes."""
    rows = Sweep.objects.select_for_update(of=("self",))
    sweep = policy.access(rows, "sweep.make", by, sweep_id, at=at)
    if sweep.closed_at:
        raise SweepOver(name=sweep.name)
    # Visits lock their subjects and not the sweep, so that grid workers don't wait for each other.
    locked = Target.objects.filter(sweep=sweep).select_for_update(of=("self",)).order_by("pk")
    list(locked.values_list("pk", flat=True))
    return sweep
