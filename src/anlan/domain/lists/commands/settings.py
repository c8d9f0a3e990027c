"""Changing what holds for all lists: age bands, and when a list is stale."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.domain.lists import settings
from anlan.domain.lists.models import Setting
from anlan.domain.lists.refusals import Incomplete, KindMovedOn
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import UnitKind
from anlan.kernel.audit import trail


def change_setting(
    code: str, data: Mapping[str, Any], *, version: int, reason: str, by: Actor, at: datetime
) -> int:
    """Put a new version in force; returns its number."""
    try:
        with transaction.atomic(durable=True):
            return _change(code, data, version, reason, by, at)
    except IntegrityError:
        raise KindMovedOn from None


def _change(
    code: str, data: Mapping[str, Any], version: int, reason: str, by: Actor, at: datetime
) -> int:
    policy.demand(by, "listsettings.edit", at)
    _CHECKS[code](data)
    now, before = settings.current(code)
    if now != version:
        raise KindMovedOn
    Setting.objects.create(
        code=code, version=now + 1, data=dict(data), made_at=at, made_by=by.name,
        reason=reason[:300],
    )  # fmt: skip
    trail.record(
        [trail.Entry("list_setting.change", "list_setting", f"{code}:{now + 1}", reason=reason,
                     before=dict(before), after=dict(data))],
        by=by, at=at,
    )  # fmt: skip
    return now + 1


def _check_ages(data: Mapping[str, Any]) -> None:
    ends = data.get("ends", [])
    good = 1 <= len(ends) < settings.BANDS_MAX and all(
        isinstance(end, int) and 0 <= end <= settings.DAYS_MAX for end in ends
    )
    if not good or list(ends) != sorted(set(ends)):
        raise Incomplete(
            field="ends",
            reason=_("Enter up to seven numbers of days, each larger than the one before."),
        )


def _check_freshness(data: Mapping[str, Any]) -> None:
    days = data.get("days")
    if not isinstance(days, int) or not 1 <= days <= settings.DAYS_MAX:
        raise Incomplete(field="days", reason=_("Enter a number of days from 1 to 3650."))
    if not set(data.get("kinds", ())) <= set(UnitKind.values):
        raise Incomplete(field="kinds", reason=_("Choose the kinds of units from the list."))


_CHECKS = {settings.AGES: _check_ages, settings.FRESHNESS: _check_freshness}
