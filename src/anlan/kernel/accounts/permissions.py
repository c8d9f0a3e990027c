"""Who may administrate: units, people, posts, and what was put on record."""

from __future__ import annotations

from anlan.kernel.accounts.models import Role
from anlan.kernel.accounts.policy import EVERYTHING, NOTHING, Rule, by_role

_SYSTEM = by_role(Role.SYSTEM_ADMIN)
_SECURITY = by_role(Role.SECURITY_ADMIN)
_AUDIT = by_role(Role.AUDITOR)
_ANYBODY = by_role(*Role)

RULES: dict[str, Rule] = {
    # Units and their people are named on cases, so whoever holds a post may look them up.
    "accounts.view": _ANYBODY,
    "accounts.own": lambda by: EVERYTHING if by.user_id else NOTHING,
    # The system administrator makes things and grants nothing.
    "accounts.edit_units": _SYSTEM,
    "accounts.edit_people": _SYSTEM,
    "accounts.edit_settings": _SYSTEM,
    # The security administrator grants and makes nothing.
    "accounts.grant": _SECURITY,
    "accounts.unlock": _SECURITY,
    "accounts.stale": _SECURITY,
    # The audit administrator reads what was put on record, and nothing else.
    "audit.view": _AUDIT,
    "audit.export": _AUDIT,
}
