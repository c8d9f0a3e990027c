"""Everybody has an inbox and sees nobody else's: its queries take the person."""

from __future__ import annotations

from django.db.models import Q

from anlan.base.actor import Actor
from anlan.kernel.accounts.policy import EVERYTHING, NOTHING, Rule


def _signed_in(by: Actor) -> Q:
    return EVERYTHING if by.user_id else NOTHING


RULES: dict[str, Rule] = {"notices.own": _signed_in, "notices.health": _signed_in}
