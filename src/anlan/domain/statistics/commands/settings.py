"""Changing what holds for all analyses and truth checks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.base.refusal import MovedOn
from anlan.domain.statistics import settings
from anlan.domain.statistics.models import TEXT_CHARS_MAX, Setting
from anlan.domain.statistics.refusals import ViewIncomplete
from anlan.kernel.accounts import policy
from anlan.kernel.audit import trail


def change_setting(
    code: str, data: Mapping[str, Any], *, version: int, reason: str, by: Actor, at: datetime
) -> int:
    """Put a new version in force; returns its number. Raises MovedOn where somebody was first."""
    try:
        with transaction.atomic(durable=True):
            return _change(code, data, version, reason, by, at)
    except IntegrityError:
        raise MovedOn from None


def _change(
    code: str, data: Mapping[str, Any], version: int, reason: str, by: Actor, at: datetime
) -> int:
    policy.demand(by, "statistics.settings", at)
    if not reason.strip():
        raise ViewIncomplete(field="reason", reason=_("Write why it is changed."))
    settings.check(code, data)
    now, before = settings.current(code)
    if now != version:
        raise MovedOn
    Setting.objects.create(
        code=code, version=now + 1, data=dict(data), made_at=at, made_by=by.name,
        reason=reason[:TEXT_CHARS_MAX],
    )  # fmt: skip
    trail.record(
        [trail.Entry("statistics.setting", "statistics.setting", f"{code}:{now + 1}",
                     reason=reason, before=dict(before), after=dict(data))],
        by=by, at=at,
    )  # fmt: skip
    return now + 1
