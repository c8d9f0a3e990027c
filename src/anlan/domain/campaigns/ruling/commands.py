"""Setting the rule for days that don't fit and for plans that lack elements."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.domain.campaigns.ruling import rules
from anlan.domain.lists.models import Setting
from anlan.domain.lists.refusals import Incomplete, KindMovedOn
from anlan.kernel.accounts import policy
from anlan.kernel.audit import trail


def set_plan_rules(
    days: str, elements: str, *, version: int, reason: str, by: Actor, at: datetime
) -> int:
    """Put another rule in force for every plan that is published from now on; its version."""
    try:
        with transaction.atomic(durable=True):
            return _set(days, elements, version, reason, by, at)
    except IntegrityError:
        # Somebody else set the same version in between.
        raise KindMovedOn from None


def _set(days: str, elements: str, version: int, reason: str, by: Actor, at: datetime) -> int:
    policy.demand(by, "listsettings.edit", at)
    for field, mode in (("days", days), ("elements", elements)):
        if mode not in list(rules.Mode):
            raise Incomplete(field=field, reason=_("Choose from the list."))
    before = rules.current()
    if before.version != version:
        raise KindMovedOn
    data = {"days": days, "elements": elements}
    Setting.objects.create(
        code=rules.CODE, version=version + 1, data=data, made_at=at, made_by=by.name,
        reason=reason[:300],
    )  # fmt: skip
    entry = trail.Entry(
        "plan_rules.change", "list_setting", f"{rules.CODE}:{version + 1}", reason=reason,
        before={"days": str(before.days), "elements": str(before.elements)}, after=data,
    )  # fmt: skip
    trail.record([entry], by=by, at=at)
    return version + 1
