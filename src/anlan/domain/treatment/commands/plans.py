"""Drawing up a plan, carrying it out, accepting it. Each command is one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Unpack
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base.refusal import NotFound
from anlan.domain.enterprises import queries as enterprises
from anlan.domain.enterprises.commands import answering_unit
from anlan.domain.enterprises.models import Enterprise
from anlan.domain.hazards import queries as hazards
from anlan.domain.hazards.models import Hazard
from anlan.domain.treatment.loop import PLAN
from anlan.domain.treatment.models import (
    NAME_CHARS_MAX,
    TEXT_CHARS_MAX,
    RemedyMeasure,
    RemedyPlan,
)
from anlan.domain.treatment.refusals import FindingsOpen, PlanIncomplete
from anlan.kernel.accounts import policy
from anlan.kernel.loop import commands as loop
from anlan.kernel.loop import engine, frame, plain
from anlan.kernel.loop.engine import Move, NewCase
from anlan.kernel.loop.frame import Call, OnOne
from anlan.kernel.loop.labels import state_label
from anlan.kernel.loop.models import Case, Event

begin = partial(frame.begin, RemedyPlan)

MEASURES_MAX = 60
#: 100 billion yuan, in fen.
FUNDS_MAX = 10**13


@dataclass(frozen=True)
class NewMeasure:
    """What is done about one hazard. ``funds`` is in fen."""

    hazard: UUID
    measure: str
    responsible: str
    due_on: date
    funds: int


@dataclass(frozen=True)
class NewPlan:
    """``pk`` is made by the client."""

    pk: UUID
    enterprise_id: int
    name: str
    unit_id: int
    measures: tuple[NewMeasure, ...]
    aim: str = ""


@transaction.atomic(durable=True)
def make(new: NewPlan, **call: Unpack[Call]) -> UUID:
    """Draw up a plan over open hazards of one enterprise, and give it to the enterprise.

    The plan's deadline is its last measure's: it can't be done before, and isn't late before.
    """
    by, at = call["by"], call["at"]
    policy.demand(by, "remedy.make", at)
    claim = plain.claim("remedy.make", {"new": new}, **call)
    if claim.repeated:
        return new.pk
    firm = policy.access(Enterprise.objects.all(), "enterprise.view", by, new.enterprise_id, at=at)
    _check(new, timezone.localdate(at))
    _check_findings(firm, new.measures, call)
    [case] = engine.open_cases(
        PLAN,
        [
            NewCase(
                pk=new.pk, area_id=firm.area_id, path=firm.path, unit_id=new.unit_id,
                opened_on=timezone.localdate(at), sector=firm.sector_id,
                enterprise_id=firm.pk,
            )
        ],
        step="find", **call,
    )  # fmt: skip
    _in_charge(new.pk, call)
    plan = RemedyPlan.objects.create(
        case=case, enterprise=firm, name=new.name.strip(), aim=new.aim.strip()
    )
    _write(plan, new.measures)
    unit = answering_unit(firm.pk, by=by, at=at).pk
    loop.assign(
        PLAN, [case], rectifier={new.pk: unit}, due_on=max(m.due_on for m in new.measures),
        **call,
    )  # fmt: skip
    return claim.done(new.pk)


def _in_charge(pk: UUID, call: Call) -> None:
    """Drawn up only where one judges; asked of the case itself, as every list asks it."""
    made = Case.objects.filter(pk=pk)
    rows = policy.scope(call["by"], ("office", "leader", "inspector"))
    if not made.filter(rows).exists():
        raise NotFound


def _check(new: NewPlan, today: date) -> None:
    if not 0 < len(new.name.strip()) <= NAME_CHARS_MAX:
        raise PlanIncomplete(
            field="name", reason=_("Give the plan a name of 120 characters at most.")
        )
    if len(new.aim) > TEXT_CHARS_MAX:
        raise PlanIncomplete(field="aim", reason=_("Shorten it to 1,000 characters."))
    _check_measures(new.measures, today)


def _check_measures(measures: Sequence[NewMeasure], today: date) -> None:
    if not 0 < len(measures) <= MEASURES_MAX:
        raise PlanIncomplete(
            field="measures", reason=_("Choose at least one hazard, and at most 60.")
        )
    if len({each.hazard for each in measures}) != len(measures):
        raise PlanIncomplete(field="measures", reason=_("Each hazard stands in the plan once."))
    for each in measures:
        if not each.measure.strip() or len(each.measure) > TEXT_CHARS_MAX:
            raise PlanIncomplete(
                field="measures", reason=_("Write a measure for each hazard that you chose.")
            )
        if not each.responsible.strip() or len(each.responsible) > NAME_CHARS_MAX:
            raise PlanIncomplete(
                field="measures", reason=_("Say for each measure who answers for it.")
            )
        if each.due_on < today:
            raise PlanIncomplete(
                field="measures", reason=_("A deadline is in the past; choose a later day.")
            )
        if not 0 <= each.funds < FUNDS_MAX:
            raise PlanIncomplete(
                field="measures", reason=_("Funds can't be below zero or without end.")
            )


def _check_findings(firm: Enterprise, measures: Sequence[NewMeasure], call: Call) -> None:
    """All are hazards of this enterprise that ``by`` sees, and that still stand."""
    rows = hazards.visible(call["by"]).filter(
        pk__in=[each.hazard for each in measures], case__is_open=True,
        enterprise__in=enterprises.family(firm.pk),
    )  # fmt: skip
    if rows.count() != len(measures):
        raise PlanIncomplete(
            field="measures", reason=_("Choose open hazards of this enterprise from the list.")
        )


def _write(plan: RemedyPlan, measures: Sequence[NewMeasure]) -> None:
    last = plan.measures.aggregate(top=Max("order"))["top"] or 0
    RemedyMeasure.objects.bulk_create(
        RemedyMeasure(
            plan=plan, hazard_id=each.hazard, order=order, measure=each.measure.strip(),
            responsible=each.responsible.strip(), due_on=each.due_on, funds=each.funds,
        )
        for order, each in enumerate(measures, start=last + 1)
    )  # fmt: skip


@transaction.atomic(durable=True)
def add(pk: UUID, measures: Sequence[NewMeasure], **call: Unpack[OnOne]) -> list[UUID]:
    """Take further hazards into a plan that is being carried out; its deadline follows."""
    given = {"measures": list(measures)}
    work = begin("remedy.make", [pk], given, **call)
    for machine, case in work.each():
        if case.state != "assigned":
            raise engine.StepNotPossible(
                number=case.number, state=state_label(case.state), step=_("Take in more hazards")
            )
        plan = RemedyPlan.objects.select_related("enterprise").get(pk=pk)
        _check_measures(measures, timezone.localdate(work.at))
        _check_findings(plan.enterprise, measures, work.call)
        there = plan.measures.filter(hazard__in=[each.hazard for each in measures])
        if there.exists():
            raise PlanIncomplete(field="measures", reason=_("Each hazard stands in the plan once."))
        last = max(each.due_on for each in measures)
        if case.due_on and last > case.due_on:
            raise PlanIncomplete(
                field="measures",
                reason=_("A measure can't end after the plan; ask for an extension first."),
            )
        _write(plan, measures)
        changes = {"measures": len(measures)}
        engine.take(machine, "amend", [Move(case, {}, changes)], **work.call)
    return work.done()


@transaction.atomic(durable=True)
def receive(pk: UUID, **call: Unpack[OnOne]) -> list[UUID]:
    """The enterprise signs for receipt."""
    work = begin("remedy.receive", [pk], {}, **call)
    for machine, case in work.each():
        own = policy.units_of(work.by, ("rectifier",))
        loop.receive(machine, [case], units=own, **work.call)
    return work.done()


@transaction.atomic(durable=True)
def report(pk: UUID, *, result: str, **call: Unpack[OnOne]) -> list[UUID]:
    """The enterprise reports the plan carried out, once each of its hazards is rectified."""
    if not result.strip() or len(result) > TEXT_CHARS_MAX:
        raise PlanIncomplete(field="result", reason=_("Say what was done, in 1,000 characters."))
    work = begin("remedy.report", [pk], {"result": result}, **call)
    for machine, case in work.each():
        _refuse_open(pk, unsettled=True)
        engine.take(machine, "rectify", [Move(case, {}, {"result": result})], **work.call)
        RemedyPlan.objects.filter(pk=pk).update(result=result.strip())
    return work.done()


def _refuse_open(pk: UUID, *, unsettled: bool) -> None:
    """What of the plan's hazards is not rectified yet, or not closed."""
    wanted = {"case__unsettled": True} if unsettled else {"case__is_open": True}
    rows = Hazard.objects.filter(remedy_measures__plan=pk, **wanted).order_by("pk")
    numbers = list(rows.values_list("case__number", flat=True))
    if numbers:
        raise FindingsOpen(n=len(numbers), numbers="、".join(numbers[:3]))


@transaction.atomic(durable=True)
def accept(pk: UUID, *, opinion: str = "", **call: Unpack[OnOne]) -> list[UUID]:
    """Accept the plan once each of its hazards is closed.

    By neither who carried it out nor who drew it up: somebody else looks whether it was enough.
    """
    work = begin("remedy.accept", [pk], {"opinion": opinion}, **call)
    for machine, case in work.each():
        _refuse_own(case, work)
        _refuse_open(pk, unsettled=False)
        engine.take(machine, "verify", [Move(case)], reason=opinion, **work.call)
        loop.close(machine, [case], reason=opinion, **work.call)
        RemedyPlan.objects.filter(pk=pk).update(opinion=opinion.strip()[:TEXT_CHARS_MAX])
    return work.done()


def _refuse_own(case: Case, work: frame.Work) -> None:
    made = Event.objects.filter(case=case, step="find", user_id=work.by.user_id)
    if work.by.user_id is not None and made.exists():
        raise engine.OwnWork(
            step=_("draw up"), number=case.number, reason=_("somebody else must accept it")
        )


@transaction.atomic(durable=True)
def reject(pk: UUID, *, reason: str, due_on: date, **call: Unpack[OnOne]) -> list[UUID]:
    """Return the plan with a reason and a new deadline."""
    if due_on < timezone.localdate(call["at"]):
        raise PlanIncomplete(
            field="due_on", reason=_("The deadline is in the past; choose a later day.")
        )
    given = {"reason": reason, "due_on": due_on}
    work = begin("remedy.accept", [pk], given, **call)
    for machine, case in work.each():
        loop.reject(machine, [case], reason=reason, due_on=due_on, **work.call)
    return work.done()


@transaction.atomic(durable=True)
def withdraw(pk: UUID, *, reason: str, **call: Unpack[OnOne]) -> list[UUID]:
    """Take a plan back; its hazards go on in their own loops."""
    work = begin("remedy.withdraw", [pk], {"reason": reason}, **call)
    for machine, case in work.each():
        loop.void(machine, [case], reason=reason, **work.call)
    return work.done()
