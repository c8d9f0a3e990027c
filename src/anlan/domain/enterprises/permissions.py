"""Who may see and keep the register: whoever answers for the area, sector or enterprise."""

from __future__ import annotations

from typing import cast

from django.db.models import Q

from anlan.base.actor import Actor
from anlan.kernel.accounts.models import Role
from anlan.kernel.accounts.policy import (
    EVERYTHING,
    NOTHING,
    Rule,
    by_role,
    rule_of,
    scope,
    units_of,
)

SEE = (
    Role.OFFICE, Role.LEADER, Role.INSPECTOR, Role.RECTIFIER, Role.GRID, Role.DUTY, Role.VIEWER,
)  # fmt: skip
KEEP = (Role.OFFICE, Role.INSPECTOR)


def own(rule: Q) -> Q:
    """A rule over (path, sector_id, enterprise_id) said of the register, whose key is its id."""
    if rule in (EVERYTHING, NOTHING):
        return rule
    said = Q()
    said.connector, said.negated = rule.connector, rule.negated
    for child in rule.children:
        if isinstance(child, Q):
            said.children.append(own(child))
        else:
            name, value = cast("tuple[str, object]", child)
            said.children.append((name.replace("enterprise_id", "pk"), value))
    return said


RULES: dict[str, Rule] = {
    "enterprise.view": lambda by: own(scope(by, SEE)),
    "enterprise.edit": lambda by: own(scope(by, KEEP)),
    "enterprise.import": lambda by: own(scope(by, KEEP)),
    "enterprisebatches.view": lambda by: Q(unit__in=units_of(by, KEEP)),
    "enterprisemappings.view": lambda by: Q(unit__in=units_of(by, KEEP)),
    # Two people: who proposed it may not confirm it (``commands.decide_merge``).
    "enterprise.merge": lambda by: own(scope(by, (Role.OFFICE,))),
    # Which industry belongs to which sector is a setting; who works with it may read it.
    "settings.industries": by_role(*SEE, Role.SYSTEM_ADMIN),
}


def may_keep_in(by: Actor, path: str, sector: str | None) -> bool:
    """Whether ``by`` may make or change an entry of this area and sector.

    Asked before the row exists, so the rule is read here instead of by the database.
    """
    rule = rule_of("enterprise.edit", by)
    return _holds(rule, path, sector)


def _holds(rule: Q, path: str, sector: str | None) -> bool:
    if rule == EVERYTHING:
        return True
    if rule == NOTHING:
        return False
    results = (
        _holds(child, path, sector)
        if isinstance(child, Q)
        else _one(cast("tuple[str, object]", child), path, sector)
        for child in rule.children
    )
    found = any(results) if rule.connector == Q.OR else all(results)
    return found != rule.negated


def _one(child: tuple[str, object], path: str, sector: str | None) -> bool:
    name, value = child
    if name == "path__gte":
        return path >= str(value)
    if name == "path__lt":
        return path < str(value)
    if name == "sector_id":
        return sector == value
    if name == "sector_id__in":
        assert isinstance(value, list | tuple)
        return sector in value
    # A post over named enterprises keeps those, and makes no new one.
    assert name in ("pk", "pk__in"), name
    return False
