"""Who may do what with measures and good practice.

a measure    read in its area and above, and by whoever has a part in it; once adopted, below as
             well. Written by office, leader or department of the unit that keeps it and of the
             unit in the lead; dropped, repealed and given more time by its keeper's office.
a practice   read in its area, above and below, once it is published; written by the unit that told
             it; reviewed by office or leader of its area or of one above, never by who wrote it.
"""

from __future__ import annotations

from functools import reduce
from operator import or_

from django.db.models import Exists, OuterRef, Q

from anlan.base.actor import Actor
from anlan.base.paths import below
from anlan.domain.lists.permissions import ANSWERS, LEADS, above_or_at, own_paths
from anlan.domain.measures.models import Wrote
from anlan.kernel.accounts import held, policy
from anlan.kernel.accounts.models import Role
from anlan.kernel.accounts.policy import EVERYTHING, NOTHING, Rule
from anlan.kernel.accounts.reach import JUDGES, SEES
from anlan.kernel.loop.models import PartyRole
from anlan.kernel.loop.rights import in_charge, party

READS = (*SEES, Role.RECTIFIER, Role.GRID)
#: States in which a text is public where it holds.
ISSUED = ("adopted", "in_force", "amended", "repealed")


def view(by: Actor) -> Q:
    rule = in_charge(by, *SEES) | party(by, (*SEES, Role.RECTIFIER)) | _kept(by, SEES)
    if reads := _reads(by):
        rule |= above_or_at(reads, "case__") & Q(case__state__in=ISSUED)
    return rule


def _reads(by: Actor) -> list[str]:
    """Where somebody works; of a firm's officer, where the firm lies."""
    roles = {str(role) for role in READS}
    return sorted({grant.path for grant in held.grants(by) if grant.role in roles and grant.path})


def edit(by: Actor) -> Q:
    return _kept(by, JUDGES) | party(by, ANSWERS, PartyRole.RECTIFIER)


def _kept(by: Actor, roles: tuple[Role, ...]) -> Q:
    units = policy.units_of(by, roles)
    return Q(case__unit__in=units) if units else NOTHING


def take_up(by: Actor) -> Q:
    rule = view(by)
    units = policy.units_of(by, ANSWERS)
    return rule & Q(case__state="in_force") if units and rule != NOTHING else NOTHING


def practice_view(by: Actor) -> Q:
    paths = own_paths(by, SEES)
    if "" in paths:
        return EVERYTHING
    parts = [below(path) for path in paths]
    if reads := _reads(by):
        parts.append(above_or_at(reads))
    own = _told_by(by, SEES) | practice_review(by)
    return reduce(or_, parts) & Q(status="published") | own if parts else own


def plan_view(by: Actor) -> Q:
    """A plan of a year: once approved, in its area, above and below; before, its unit's own."""
    own = _told_by(by, SEES) | plan_review(by)
    paths = own_paths(by, SEES)
    if "" in paths:
        return EVERYTHING
    parts = [below(path) for path in paths]
    if paths:
        parts.append(above_or_at(paths))
    return reduce(or_, parts) & Q(status="approved") | own if parts else own


def plan_review(by: Actor) -> Q:
    return _reviews(by, "plan")


def practice_review(by: Actor) -> Q:
    return _reviews(by, "practice")


def _reviews(by: Actor, name: str) -> Q:
    """Office and leader of its area or of one above, unless they wrote of it."""
    paths = own_paths(by, LEADS)
    if not paths:
        return NOTHING
    rule = EVERYTHING if "" in paths else reduce(or_, map(below, paths))
    if by.user_id is None:
        return rule
    wrote = Wrote.objects.filter(**{name: OuterRef("pk")}, user_id=by.user_id)
    return rule & ~Q(Exists(wrote))


def _told_by(by: Actor, roles: tuple[Role, ...]) -> Q:
    units = policy.units_of(by, roles)
    return Q(unit__in=units) if units else NOTHING


def _makes(by: Actor) -> Q:
    return EVERYTHING if own_paths(by, JUDGES) else NOTHING


RULES: dict[str, Rule] = {
    "measures.view":    view,
    "measures.make":    _makes,
    "measures.edit":    edit,
    "measures.receive": lambda by: party(by, ANSWERS, PartyRole.RECTIFIER),
    "measures.decide":  lambda by: _kept(by, LEADS),
    "measures.take_up": take_up,
    "measures.examine": lambda by: _kept(by, JUDGES),
    "makingplans.view":   plan_view,
    "makingplans.make":   _makes,
    "makingplans.edit":   lambda by: _told_by(by, JUDGES),
    "makingplans.review": plan_review,
    "practices.view":    practice_view,
    "practices.make":    _makes,
    "practices.edit":    lambda by: _told_by(by, JUDGES),
    "practices.review":  practice_review,
    "practices.take_up": lambda by: (
        practice_view(by) & Q(status="published") if policy.units_of(by, ANSWERS) else NOTHING
    ),
}  # fmt: skip
