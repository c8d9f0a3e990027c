"""Setting what happens to reports without the proof that their line wants."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.domain.campaigns.progress import evidence
from anlan.domain.lists.models import Setting
from anlan.domain.lists.refusals import Incomplete, KindMovedOn
from anlan.kernel.accounts import policy
from anlan.kernel.audit import trail


def set_evidence_rule(
    mode: str, *, plan: bool = False, version: int, reason: str, by: Actor, at: datetime
) -> int:
    """Put another rule in force for every task; returns its version."""
    try:
        with transaction.atomic(durable=True):
            return _set(mode, plan, version, reason, by, at)
    except IntegrityError:
        # Somebody else set the same version in between.
        raise KindMovedOn from None


def _set(mode: str, plan: bool, version: int, reason: str, by: Actor, at: datetime) -> int:
    policy.demand(by, "listsettings.edit", at)
    if mode not in list(evidence.Mode):
        raise Incomplete(field="mode", reason=_("Choose from the list."))
    now, before = evidence.current()
    if now != version:
        raise KindMovedOn
    had = {"mode": str(before), "plan": evidence.plan_wanted()}
    Setting.objects.create(
        code=evidence.CODE, version=now + 1, data={"mode": mode, "plan": plan}, made_at=at,
        made_by=by.name, reason=reason[:300],
    )  # fmt: skip
    entry = trail.Entry(
        "evidence_rule.change", "list_setting", f"{evidence.CODE}:{now + 1}", reason=reason,
        before=had, after={"mode": mode, "plan": plan},
    )  # fmt: skip
    trail.record([entry], by=by, at=at)
    return now + 1
