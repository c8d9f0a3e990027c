"""Who may do what with campaigns: each rule a filter over its rows.

a campaign, a plan   read by whoever works in its area, above it or below it, once it is published;
                     a draft only by the unit that writes it. Written by office and leader.
a task               seen by those in charge of its place, by units that have a part in it, by
                     supporting units of its own plan's line, by those who may take it, and by the
                     units that sit in the body whose plan it is (membership.py);
                     checked by those in charge who are not of the unit that did it, and so by
                     head and office of that body.
                     What nobody has is taken by a unit of the same area.
a meeting            prepared by office and leader of the unit that holds it, and theirs alone until
                     minutes are issued; these are read like a published plan.
a document handed in by the office or leader of the unit that was given it.
"""

from __future__ import annotations

from functools import reduce
from operator import or_

from django.db.models import F, Q

from anlan.base.actor import Actor
from anlan.base.paths import below
from anlan.domain.campaigns.membership import HEADS, carried, of_bodies
from anlan.domain.campaigns.models import LineUnit, Meeting, Plan, Task
from anlan.domain.lists.permissions import ANSWERS as ANSWERS
from anlan.domain.lists.permissions import LEADS as LEADS
from anlan.domain.lists.permissions import above_or_at, own_paths
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Role
from anlan.kernel.accounts.policy import EVERYTHING, NOTHING, Rule
from anlan.kernel.accounts.reach import JUDGES, SEES
from anlan.kernel.loop.models import Party, PartyRole
from anlan.kernel.loop.rights import in_charge, party


def _near(by: Actor) -> Q:
    """Rows of one's own areas, of those above, and of those below."""
    paths = own_paths(by, (*SEES, Role.RECTIFIER))
    if "" in paths:
        return EVERYTHING
    return reduce(or_, [*map(below, paths), above_or_at(paths)]) if paths else NOTHING


def _of_units(by: Actor, roles: tuple[Role, ...]) -> Q:
    units = policy.units_of(by, roles)
    return Q(unit__in=units) if units else NOTHING


def plan_view(by: Actor) -> Q:
    near = _near(by)
    published = near if near == NOTHING else near & ~Q(status=Plan.Status.DRAFT)
    return published | _given(by) | _of_bodies(by) | _of_units(by, LEADS)


def _of_bodies(by: Actor) -> Q:
    """Published plans of the bodies in which one's unit sits, wherever the unit lies."""
    plans = carried(by, (*SEES, Role.RECTIFIER))
    if plans is None:
        return NOTHING
    return Q(pk__in=plans.values("plan")) & ~Q(status=Plan.Status.DRAFT)


def _given(by: Actor) -> Q:
    """Published plans that gave one's unit a task, wherever the unit lies."""
    units = policy.units_of(by, ANSWERS)
    if not units:
        return NOTHING
    mine = Party.objects.filter(unit__in=units, until=None, role=PartyRole.RECTIFIER)
    tasks = Task.objects.filter(case__in=mine.values("case"))
    return Q(pk__in=tasks.values("plan")) & ~Q(status=Plan.Status.DRAFT)


def meeting_view(by: Actor) -> Q:
    """Once there are minutes, whoever may read the campaign near by; before, its unit alone."""
    near = _near(by)
    issued = near if near == NOTHING else near & ~Q(status=Meeting.Status.DRAFT)
    return issued | _of_units(by, LEADS)


def view(by: Actor) -> Q:
    sits = (*SEES, Role.RECTIFIER)
    near = in_charge(by, *SEES) | party(by, sits) | _supports(by)
    return near | of_bodies(by, sits) | claim(by)


def _supports(by: Actor) -> Q:
    """Tasks whose line names one's unit beside the lead, in the plan that says so."""
    units = policy.units_of(by, (*SEES, Role.RECTIFIER))
    if not units:
        return NOTHING
    named = LineUnit.objects.filter(unit__in=units)
    # As which cases: a list reads those alone to put them in order.
    tasks = Task.objects.filter(line__in=named.values("line"), line__plan=F("plan"))
    return Q(case__in=tasks.values("case"))


def claim(by: Actor) -> Q:
    """What nobody has, in the very areas for which one's units answer (认领)."""
    paths = own_paths(by, ANSWERS)
    if not paths or not policy.units_of(by, ANSWERS):
        return NOTHING
    return Q(case__state="found", case__path__in=paths)


def judge(by: Actor) -> Q:
    return in_charge(by, *JUDGES)


def check(by: Actor) -> Q:
    """Those in charge, and head and office of its body, unless their own unit did it.

    Each by itself: an alternative is what an index serves.
    """
    return _not_own(by, judge(by)) | _not_own(by, of_bodies(by, JUDGES, HEADS))


def lead_check(by: Actor) -> Q:
    return _not_own(by, in_charge(by, *LEADS))


def mark_key(by: Actor) -> Q:
    return lead_check(by) | _not_own(by, of_bodies(by, LEADS, HEADS))


def withdraw(by: Actor) -> Q:
    """Nobody is rid of a task by their own word: those above, or whose plan says it.

    What came from above is fixed: the plan that says it is the one above.
    """
    units = policy.units_of(by, LEADS)
    return lead_check(by) | (Q(line__plan__unit__in=units) if units else NOTHING)


def _not_own(by: Actor, rule: Q) -> Q:
    units = policy.units_of(by, ANSWERS)
    if rule == NOTHING or not units:
        return rule
    own = Party.objects.filter(unit__in=units, until=None, role=PartyRole.RECTIFIER)
    return rule & ~Q(case__in=own.values("case"))


RULES: dict[str, Rule] = {
    "campaigns.view":  _near,
    "campaigns.make":  lambda by: EVERYTHING if own_paths(by, LEADS) else NOTHING,
    "campaigns.edit":  lambda by: _of_units(by, LEADS),
    "plans.view":      plan_view,
    "plans.make":      lambda by: EVERYTHING if own_paths(by, LEADS) else NOTHING,
    "plans.edit":      lambda by: _of_units(by, LEADS),
    "plans.publish":   lambda by: _of_units(by, LEADS),
    "plans.break_down": lambda by: _of_units(by, LEADS),
    "intakes.view":    lambda by: _of_units(by, LEADS),
    "intakes.make":    lambda by: EVERYTHING if own_paths(by, LEADS) else NOTHING,
    "intakes.decide":  lambda by: _of_units(by, LEADS),
    "meetings.view":   meeting_view,
    "meetings.make":   lambda by: EVERYTHING if own_paths(by, LEADS) else NOTHING,
    "meetings.edit":   lambda by: _of_units(by, LEADS),
    "tasks.view":      view,
    "tasks.assign":    judge,
    "tasks.hand_over": lead_check,
    "tasks.claim":     claim,
    "tasks.plan":      lambda by: in_charge(by, *LEADS) | party(by, ANSWERS, PartyRole.RECTIFIER),
    "tasks.mark_key":  mark_key,
    "tasks.receive":   lambda by: party(by, ANSWERS),
    "tasks.report":    lambda by: party(by, ANSWERS, PartyRole.RECTIFIER),
    "tasks.rectify":   lambda by: party(by, ANSWERS, PartyRole.RECTIFIER),
    "tasks.answer":    check,
    "tasks.verify":    check,
    "tasks.reject":    check,
    "tasks.close":     check,
    "tasks.void":      withdraw,
    "tasks.ask_extension":    lambda by: party(by, ANSWERS, PartyRole.RECTIFIER),
    "tasks.decide_extension": lead_check,
}  # fmt: skip
