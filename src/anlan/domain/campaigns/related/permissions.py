"""Who says which records belong to a task: the unit that does it, and those in charge of it."""

from __future__ import annotations

from django.db.models import Q

from anlan.base.actor import Actor
from anlan.domain.campaigns.permissions import ANSWERS, judge
from anlan.kernel.accounts.policy import Rule
from anlan.kernel.loop.models import PartyRole
from anlan.kernel.loop.rights import party


def link(by: Actor) -> Q:
    return judge(by) | party(by, ANSWERS, PartyRole.RECTIFIER)


RULES: dict[str, Rule] = {"tasks.link": link}
