"""Campaigns (专项整治): what this capability hands over to the kernel."""

from anlan.domain.campaigns.invariants import invariants
from anlan.domain.campaigns.loop import TASK
from anlan.domain.campaigns.loop_carrying import HEARING, LETTER
from anlan.domain.campaigns.permissions import RULES
from anlan.domain.campaigns.permissions_carrying import CARRYING
from anlan.domain.campaigns.permissions_returns import RULES as RETURN_RULES
from anlan.domain.campaigns.progress_facts import KINDS
from anlan.domain.campaigns.returns_loop import FIGURE, RETURN
from anlan.domain.campaigns.work import WORK
from anlan.domain.campaigns.work_carrying import HEARING_WORK, LETTER_WORK
from anlan.domain.campaigns.work_returns import WORK as RETURN_WORK
from anlan.kernel.capability import Capability

CAPABILITY = Capability(
    code="campaigns",
    urls="anlan.domain.campaigns.urls",
    prefix="campaigns/",
    machines=(TASK, HEARING, LETTER, RETURN),
    kinds=(*TASK.kinds, *HEARING.kinds, *LETTER.kinds, *RETURN.kinds, *KINDS, FIGURE),
    rules={**RULES, **CARRYING, **RETURN_RULES},
    invariants=(invariants,),
    works=(WORK, HEARING_WORK, LETTER_WORK, RETURN_WORK),
)
