"""What an office sets for all of an app: versioned, sealed, on record, and told why.

class Setting(OfficeSetting):
    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "version"], name="…_once")]

OFFICE = OfficeSettings(Setting, "app.settings", "app_setting", DEFAULTS, check)
OFFICE.current("bands")            # (0, DEFAULTS["bands"]) until somebody sets it
OFFICE.change("bands", {…}, version=0, reason="…", by=by, at=at)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypedDict, Unpack

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.base.refusal import MovedOn, Refusal
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.records import SealedRecord
from anlan.kernel.audit import trail

REASON_CHARS_MAX = 300


class WhyNotSaid(Refusal):
    """Names its field, so that a page can show it there."""

    code = "setting_reason_missing"
    message = _("Write why it is changed.")


class WhyTooLong(Refusal):
    """What somebody wrote is never cut."""

    code = "setting_reason_too_long"
    message = _("Shorten it to %(n)s characters.")


class OfficeSetting(SealedRecord):
    """A version of one setting; the one with the highest number is in force."""

    SEALED = ("code", "version", "data", "made_by", "reason")

    code = models.CharField(max_length=20)
    version = models.IntegerField()
    data = models.JSONField()
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)
    reason = models.CharField(max_length=REASON_CHARS_MAX, blank=True)

    class Meta:
        abstract = True


class Change(TypedDict):
    """``version``: the one that was in force when it was looked at."""

    version: int
    reason: str
    by: Actor
    at: datetime


@dataclass(frozen=True)
class OfficeSettings:
    """The settings of one app.

    subject:   what the audit calls one of them.
    defaults:  what holds until an office sets its own, by code.
    check:     raises a refusal that names the field to be mended.
    """

    model: type[OfficeSetting]
    permission: str
    subject: str
    defaults: Mapping[str, Mapping[str, Any]]
    check: Callable[[str, Mapping[str, Any]], None]

    def current(self, code: str) -> tuple[int, Mapping[str, Any]]:
        """The version in force, and its data; version 0 came with the system.

        What a later version of the system asks for as well is as the system has it.
        """
        row = self.newest(code)
        return (row.version, {**self.defaults[code], **row.data}) if row else (
            0, self.defaults[code],
        )  # fmt: skip

    def newest(self, code: str) -> OfficeSetting | None:
        """Who set what is in force, and why; None where it came with the system."""
        return self.model._default_manager.filter(code=code).order_by("-version").first()

    def change(self, code: str, data: Mapping[str, Any], **change: Unpack[Change]) -> int:
        """Put a new version in force; returns its number. Raises MovedOn: somebody was first."""
        try:
            with transaction.atomic(durable=True):
                return self._change(code, data, **change)
        except IntegrityError:
            raise MovedOn from None

    def _change(
        self, code: str, data: Mapping[str, Any], *, version: int, reason: str, by: Actor,
        at: datetime,
    ) -> int:  # fmt: skip
        reason = reason.strip()
        policy.demand(by, self.permission, at)
        if not reason:
            raise WhyNotSaid(field="reason")
        if len(reason) > REASON_CHARS_MAX:
            raise WhyTooLong(field="reason", n=REASON_CHARS_MAX)
        self.check(code, data)
        now, before = self.current(code)
        if now != version:
            raise MovedOn
        self.model._default_manager.create(
            code=code, version=now + 1, data=dict(data), made_at=at, made_by=by.name,
            reason=reason,
        )  # fmt: skip
        entry = trail.Entry(
            f"{self.subject}.change", self.subject, f"{code}:{now + 1}", reason=reason,
            before=dict(before), after=dict(data),
        )  # fmt: skip
        trail.record([entry], by=by, at=at)
        return now + 1
