"""Campaigns (专项整治): what this capability hands over to the kernel."""

from anlan.domain.campaigns.invariants import invariants
from anlan.domain.campaigns.loop import TASK
from anlan.domain.campaigns.permissions import RULES
from anlan.domain.campaigns.progress_facts import KINDS
from anlan.domain.campaigns.work import WORK
from anlan.kernel.capability import Capability

CAPABILITY = Capability(
    code="campaigns",
    urls="anlan.domain.campaigns.urls",
    prefix="campaigns/",
    machines=(TASK,),
    kinds=(*TASK.kinds, *KINDS),
    rules=RULES,
    invariants=(invariants,),
    works=(WORK,),
)
