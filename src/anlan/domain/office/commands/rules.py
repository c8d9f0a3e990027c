"""Deadlines and ladder: a new version in force, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from anlan.base.actor import Actor
from anlan.domain.office.models import REASON_CHARS_MAX, RulesChange
from anlan.domain.office.refusals import MajorTakesTwo, RulesMovedOn, RulesSame
from anlan.kernel.accounts.policy import demand
from anlan.kernel.loop import settings
from anlan.kernel.loop.settings import Rules

_MAJOR = "major"


@dataclass(frozen=True)
class NewRules:
    """What somebody entered, on the version that they had before their eyes."""

    kind: str
    version: int
    data: Mapping[str, Any]
    reason: str


def change_rules(new: NewRules, *, by: Actor, at: datetime) -> Rules:
    """Put new deadlines and rungs in force from this moment.

    Cases that are open keep the version under which they were opened: nothing that was given,
    reminded or proposed before is rewritten.
    """
    try:
        with transaction.atomic(durable=True):
            return _change_rules(new, by, at)
    except IntegrityError:
        # Two heads saved at once, and the other was first.
        raise RulesMovedOn from None


def _change_rules(new: NewRules, by: Actor, at: datetime) -> Rules:
    demand(by, "deadlines.edit", at)
    before = settings.current(new.kind)
    if before.version != new.version:
        raise RulesMovedOn
    if _MAJOR in before.data["two_to_close"] and _MAJOR not in new.data["two_to_close"]:
        raise MajorTakesTwo
    # What the form doesn't show stays as it is.
    data = {**before.data, **new.data}
    if data == dict(before.data):
        raise RulesSame
    rules = settings.change(new.kind, data, by=by, at=at)
    RulesChange.objects.create(
        kind=new.kind, version=rules.version, reason=new.reason[:REASON_CHARS_MAX]
    )
    return rules
