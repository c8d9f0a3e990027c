"""Who may do what with assessments.

a scheme    read in its area once in force, and above; written by office or leader of the unit that
            keeps it. Points are given by the units that the scheme names.
a ranking   before publishing its keeper's people alone; afterwards those above, and those in the
            area as its audience says.
a score     its own unit and those above it once published; others where the audience says so.
an appeal   filed by the scored unit, answered by the ranking's keeper.
"""

from __future__ import annotations

from functools import reduce
from operator import or_

from django.db.models import F, Q

from anlan.base.actor import Actor
from anlan.base.paths import below
from anlan.domain.assessments.models import Audience, Scorer, Version
from anlan.kernel.accounts import held, policy
from anlan.kernel.accounts.held import Grant
from anlan.kernel.accounts.models import Role
from anlan.kernel.accounts.policy import EVERYTHING, NOTHING, Rule
from anlan.kernel.accounts.reach import above_or_at, own_paths

LEADS = (Role.OFFICE, Role.LEADER)
GIVES = (Role.OFFICE, Role.LEADER, Role.INSPECTOR)
SEES = (*GIVES, Role.DUTY, Role.VIEWER)


def _kept(by: Actor, roles: tuple[Role, ...], prefix: str = "") -> Q:
    units = policy.units_of(by, roles)
    return Q(**{f"{prefix}unit__in": units}) if units else NOTHING


def _below(by: Actor, prefix: str = "") -> Q:
    """What lies in one's own areas."""
    paths = own_paths(by, SEES)
    if "" in paths:
        return EVERYTHING
    return reduce(or_, [below(path, f"{prefix}path") for path in paths]) if paths else NOTHING


def _around(by: Actor, prefix: str = "") -> Q:
    """What is kept for an area in which one works."""
    paths = [path for path in own_paths(by, SEES) if path]
    return above_or_at(paths, prefix) if paths else NOTHING


# --- schemes -------------------------------------------------------------------------------


def scheme_view(by: Actor) -> Q:
    if by.trusted:
        return EVERYTHING
    reach = _below(by) | _around(by)
    if policy.is_nothing(reach):
        return _kept(by, SEES) | _scores(by)
    issued = Version.objects.filter(in_force_at__isnull=False)
    return reach & Q(pk__in=issued.values("scheme")) | _kept(by, SEES) | _scores(by)


def _scores(by: Actor) -> Q:
    units = policy.units_of(by, GIVES)
    if not units:
        return NOTHING
    return Q(pk__in=Scorer.objects.filter(unit__in=units).values("scheme"))


# --- rankings and scores -------------------------------------------------------------------

_PUBLISHED = Q(published_at__isnull=False)


def ranking_view(by: Actor) -> Q:
    if by.trusted:
        return EVERYTHING
    reach = _below(by)
    open_to = _around(by) & Q(audience__in=(Audience.RANKING, Audience.PARTS))
    parts = [part for part in (reach, open_to) if not policy.is_nothing(part)]
    if not parts:
        return _kept(by, SEES)
    return _PUBLISHED & reduce(or_, parts) | _kept(by, SEES)


def _own(by: Actor, roles: tuple[Role, ...]) -> Q:
    """Scores of one's own areas and of what lies below, whole or of one's own sectors."""
    if by.trusted:
        return EVERYTHING
    grants = [
        Grant(grant.role, grant.unit_id, grant.path, grant.sector, None)
        for grant in held.grants(by)
        if grant.role in {str(role) for role in roles} and grant.enterprise is None
    ]
    return policy.compiled(grants)


def score_view(by: Actor) -> Q:
    if by.trusted:
        return EVERYTHING
    parts = [
        _own(by, SEES), _around(by, "run__") & Q(run__audience=Audience.PARTS), _kept(by, SEES)
    ]  # fmt: skip
    known = [part for part in parts if not policy.is_nothing(part)]
    kept = _kept(by, SEES, "run__")
    if not known:
        return kept
    return Q(run__published_at__isnull=False) & reduce(or_, known) | kept


def score_appeal(by: Actor) -> Q:
    """The scored unit itself: whose area it is, whose sector there, or who undertook a letter.

    A side of a letter that is no unit of ours, nor tells its area by its name, is placed in that of
    whoever drew the letter up: nobody there is that side.
    """
    if by.trusted:
        return NOTHING
    parts = [
        Q(path=grant.path, sector=grant.sector, unit=None)
        for grant in held.grants(by)
        if grant.role in {str(role) for role in LEADS} and grant.enterprise is None and grant.path
    ]
    if units := policy.units_of(by, LEADS):
        parts.append(Q(unit__in=units))
    if not parts:
        return NOTHING
    standing = Q(run__stands=True, run__published_at__isnull=False)
    standing &= Q(unit__isnull=False) | Q(sector__isnull=False) | ~Q(path=F("run__path"))
    return standing & reduce(or_, parts)


# --- appeals -------------------------------------------------------------------------------


def appeal_view(by: Actor) -> Q:
    units = policy.units_of(by, SEES)
    if by.trusted:
        return EVERYTHING
    return Q(filed_by__in=units) | Q(score__run__unit__in=units) if units else NOTHING


def appeal_answer(by: Actor) -> Q:
    """The keeper's office, but for whoever filed it."""
    units = policy.units_of(by, LEADS)
    return Q(score__run__unit__in=units) & ~Q(filed_by__in=units) if units else NOTHING


def appeal_withdraw(by: Actor) -> Q:
    units = policy.units_of(by, LEADS)
    return Q(filed_by__in=units) if units else NOTHING


RULES: dict[str, Rule] = {
    "schemes.view": scheme_view,
    "schemes.make": lambda by: EVERYTHING if own_paths(by, LEADS) else NOTHING,
    "schemes.drafts": lambda by: _kept(by, SEES),
    "schemes.edit": lambda by: _kept(by, LEADS),
    "schemes.mark": _scores,
    "rankings.view": ranking_view,
    "rankings.work": lambda by: _kept(by, LEADS),
    "scores.view": score_view,
    "scores.appeal": score_appeal,
    "appeals.view": appeal_view,
    "appeals.receive": lambda by: _kept(by, GIVES, "score__run__"),
    "appeals.answer": appeal_answer,
    "appeals.withdraw": appeal_withdraw,
}
