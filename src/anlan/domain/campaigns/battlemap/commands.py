"""Setting when a light of the battle map turns yellow."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.domain.campaigns.battlemap import terms
from anlan.domain.lists.models import Setting
from anlan.domain.lists.refusals import Incomplete, KindMovedOn
from anlan.kernel.accounts import policy
from anlan.kernel.audit import trail


def set_map_rule(
    near: int, behind: int, *, version: int, reason: str, by: Actor, at: datetime
) -> int:
    """Put new numbers in force for every battle map; returns the version."""
    try:
        with transaction.atomic(durable=True):
            return _set(near, behind, version, reason, by, at)
    except IntegrityError:
        # Somebody else set the same version in between.
        raise KindMovedOn from None


def _set(near: int, behind: int, version: int, reason: str, by: Actor, at: datetime) -> int:
    policy.demand(by, "listsettings.edit", at)
    if not 0 <= near <= terms.DAYS_MAX:
        raise Incomplete(field="near", reason=_("Enter a number of days from 0 to 90."))
    if not 0 <= behind <= terms.POINTS_MAX:
        raise Incomplete(field="behind", reason=_("Enter a number of points from 0 to 100."))
    now, before = terms.current()
    if now != version:
        raise KindMovedOn
    data = {"near": near, "behind": behind}
    Setting.objects.create(
        code=terms.CODE, version=now + 1, data=data, made_at=at, made_by=by.name,
        reason=reason[:300],
    )  # fmt: skip
    old = {"near": before.near_days, "behind": before.behind_points}
    entry = trail.Entry(
        "map_rule.change", "list_setting", f"{terms.CODE}:{now + 1}", reason=reason, before=old,
        after=data,
    )  # fmt: skip
    trail.record([entry], by=by, at=at)
    return now + 1
