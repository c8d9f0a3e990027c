"""Forms: made, changed, ended; who files them and by when. Versions stand beside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Unpack
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from anlan.base.ids import uuid7
from anlan.base.paths import below
from anlan.base.refusal import MovedOn, NotFound, Refusal
from anlan.domain.filings import judging, opening, terms, who
from anlan.domain.filings.commands.base import lacks, short, text_of
from anlan.domain.filings.loop import FILING
from anlan.domain.filings.models import (
    TITLE_CHARS_MAX,
    Chain,
    Form,
    PeriodKind,
    Version,
)
from anlan.domain.filings.refusals import FormHasEnded
from anlan.domain.filings.terms import Broken, Definition
from anlan.domain.lists.permissions import LEADS
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Unit, UnitKind
from anlan.kernel.accounts.units import main_unit
from anlan.kernel.calendar.deadlines import DeadlineRule
from anlan.kernel.loop import engine, plain
from anlan.kernel.loop.engine import Move
from anlan.kernel.loop.plain import Call
from anlan.kernel.regions.models import Region

DAYS_MAX = 90


@dataclass(frozen=True)
class NewForm:
    """A form to be made. ``deadlines``: by level, "" for all others, a DeadlineRule as data."""

    title: str
    period: str
    starts_on: date
    line: str = Chain.AREA
    number: str = ""
    source: str = ""
    groups: tuple[who.Group, ...] = ()
    units: tuple[int, ...] = ()
    deadlines: Mapping[str, Any] = field(default_factory=dict)
    opens_days: int = 5
    mend_days: int = 2
    nil_allowed: bool = True
    own_check: bool = False
    reviewed: bool = True
    ends_on: date | None = None
    definition: Definition = field(default_factory=Definition)
    shipped: str = ""
    #: The unit that wants it; that of the maker's first post where none is given.
    unit: int = 0
    #: Not shown, so that a second press says the same as the first and gets its answer.
    pk: UUID = field(default_factory=uuid7, repr=False)


@transaction.atomic(durable=True)
def make_form(new: NewForm, **call: Unpack[Call]) -> UUID:
    """Begin a form; nothing is asked until its first version is issued."""
    by, at = call["by"], call["at"]
    policy.demand(by, "forms.make", at=at)
    claim = plain.claim("forms.make", {"new": new}, **call)
    if claim.repeated:
        return claim.answer[0]
    unit = maker(new.unit, by)
    hold_size(new.definition)
    form = Form(id=new.pk, unit=unit, area=unit.area, path=unit.path, made_at=at, made_by=by.name,
                shipped=new.shipped)  # fmt: skip
    _fill(form, new)
    form.save(force_insert=True)
    Version.objects.create(form=form, number=1, definition=new.definition.data())
    claim.record("forms.make", "form", form.pk, after={"title": form.title, "unit": unit.pk})
    return claim.done(form.pk)


def maker(pk: int, by: Any) -> Unit:
    if not pk:
        return main_unit(by, LEADS)
    if not by.trusted and pk not in policy.units_of(by, LEADS):
        raise NotFound
    unit = Unit.objects.select_related("area").filter(pk=pk, valid_to=None).first()
    if unit is None:
        raise NotFound
    return unit


@transaction.atomic(durable=True)
def change_form(pk: UUID, new: NewForm, *, seen: int | None = None, **call: Unpack[Call]) -> UUID:
    """Change who files a form and by when. What was asked for already keeps its days.

    Once it is in force its kind of period, its line and its first day stand.
    """
    _row, claim = plain.begin(Form.objects.all(), "forms.edit", pk, {"new": new}, **call)
    if claim.repeated:
        return pk
    form = locked(pk, seen)
    before = {"title": form.title, "who": form.who, "deadlines": form.deadlines}
    if form.status == Form.Status.OPEN and (form.period, form.line, form.starts_on) != (
        new.period, new.line, new.starts_on,
    ):  # fmt: skip
        raise lacks("period", _(
            "Units file by it: its period, its line and its first day stay. End it, make another."
        ))  # fmt: skip
    _fill(form, new)
    form.version += 1
    form.save()
    after = {"title": form.title, "who": form.who, "deadlines": form.deadlines}
    claim.record("forms.change", "form", pk, before=before, after=after)
    if form.status == Form.Status.OPEN:
        opening.open_filings(form, by=claim.by, at=claim.at, request_id=claim.request_id)
    return claim.done(pk)


def locked(pk: UUID, seen: int | None) -> Form:
    form = Form.objects.select_for_update(of=("self",)).select_related("unit", "area").get(pk=pk)
    if seen is not None and form.version != seen:
        raise MovedOn
    if form.status == Form.Status.ENDED:
        raise FormHasEnded(title=form.title)
    return form


def _fill(form: Form, new: NewForm) -> None:
    form.title = text_of(new.title, "title", _("Give the form a title."), TITLE_CHARS_MAX)
    form.number, form.source = short(new.number, "number", 60), short(new.source, "source", 200)
    if new.period not in PeriodKind.values:
        raise lacks("period", _("Choose how often it is filed."))
    if new.line not in Chain.values:
        raise lacks("line", _("Choose the form's main line."))
    if new.ends_on is not None and new.ends_on < new.starts_on:
        raise lacks("ends_on", _("The last day is before the first; correct one."))
    if new.period == PeriodKind.CAMPAIGN and new.ends_on is None:
        raise lacks("ends_on", _("A form for a whole campaign needs the campaign's last day."))
    if not 2000 <= new.starts_on.year <= 2100 or (new.ends_on and new.ends_on.year > 2100):
        raise lacks("starts_on", _("Enter a day in the years from 2000 to 2100."))
    for name in ("opens_days", "mend_days"):
        if not 0 <= getattr(new, name) <= DAYS_MAX:
            raise lacks(name, _("Enter a number of days from 0 to 90."))
    form.who = _who(new, form.path)
    form.deadlines = _deadlines(new.deadlines)
    for name in ("period", "line", "starts_on", "ends_on", "opens_days", "mend_days",
                 "nil_allowed", "own_check", "reviewed"):  # fmt: skip
        setattr(form, name, getattr(new, name))


def _who(new: NewForm, path: str) -> dict[str, Any]:
    if len(new.groups) > who.GROUPS_MAX or len(new.units) > who.NAMED_MAX:
        raise lacks("who", _("These are too many groups or units; choose wider groups."))
    for group in new.groups:
        if group.kind not in UnitKind.values or not 0 <= group.level <= 6 or len(group.word) > 30:
            raise lacks("who", _("Choose kind and level of each group."))
    areas = {group.area for group in new.groups if group.area}
    if Region.objects.filter(below(path), pk__in=areas, valid_to=None).count() != len(areas):
        raise lacks("who", _("Choose each group's area within the form's own."))
    units = sorted(set(new.units))
    # Nobody asks units above or beside: a form is owed by units of its own area.
    inside = Unit.objects.filter(below(path), pk__in=units, valid_to=None)
    if units and inside.count() != len(units):
        raise lacks("who", _("Choose units of the form's own area; others are not asked by it."))
    return {"groups": [group.data() for group in new.groups], "units": units}


def _deadlines(given: Mapping[str, Any]) -> dict[str, Any]:
    found = {}
    for level, rule in given.items():
        if level and (not level.isdecimal() or int(level) > 6):
            raise lacks("deadlines", _("Choose the level of each deadline."))
        try:
            read = DeadlineRule.of(rule)
        except Refusal as refusal:
            raise lacks("deadlines", str(refusal)) from None
        if read.kind not in ("calendar_days", "working_days"):
            raise lacks("deadlines", _("A deadline is so many days after the period's end."))
        found[level] = read.data()
    return found


def hold_size(definition: Definition) -> None:
    """A draft may lack anything, but is never larger than what may be issued."""
    try:
        terms.check_size(definition)
    except Broken as broken:
        raise lacks("definition", str(broken.reason)) from None


@transaction.atomic(durable=True)
def end_form(pk: UUID, *, reason: str, seen: int | None = None, **call: Unpack[Call]) -> UUID:
    """Ask for it no more. What isn't due yet and wasn't submitted is dropped; the rest stays."""
    _row, claim = plain.begin(Form.objects.all(), "forms.edit", pk, {"reason": reason}, **call)
    if claim.repeated:
        return pk
    form = locked(pk, seen)
    why = text_of(reason, "reason", _("Say why; the units will read it."))
    today = timezone.localdate(claim.at)
    Form.objects.filter(pk=pk).update(
        status=Form.Status.ENDED, ended_on=today, version=form.version + 1
    )
    waiting = form.filings.filter(case__state="assigned", case__due_on__gte=today)
    cases = engine.lock(waiting.values_list("pk", flat=True))
    moves = [Move(case) for case in cases.values() if case.state == "assigned"]
    engine.take(FILING, "void", moves, reason=why, by=claim.by, at=claim.at,
                request_id=claim.request_id)  # fmt: skip
    judging.judge([move.case.pk for move in moves], at=claim.at)
    claim.record("forms.end", "form", pk, reason=why, after={"dropped": len(moves)})
    return claim.done(pk)
