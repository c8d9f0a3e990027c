"""Campaigns (专项整治): what this capability hands over to the kernel."""

from anlan.domain.campaigns.carrying.loop import HEARING, LETTER
from anlan.domain.campaigns.carrying.permissions import CARRYING
from anlan.domain.campaigns.carrying.work import HEARING_WORK, LETTER_WORK
from anlan.domain.campaigns.checklists.loop import DONE, DUE, TURN
from anlan.domain.campaigns.checklists.permissions import RULES as TURN_RULES
from anlan.domain.campaigns.checklists.work import WORK as TURN_WORK
from anlan.domain.campaigns.handing.permissions import RULES as HANDING_RULES
from anlan.domain.campaigns.invariants import invariants
from anlan.domain.campaigns.loop import TASK
from anlan.domain.campaigns.permissions import RULES
from anlan.domain.campaigns.progress.facts import KINDS
from anlan.domain.campaigns.related.permissions import RULES as RELATED_RULES
from anlan.domain.campaigns.returns.loop import FIGURE, RETURN
from anlan.domain.campaigns.returns.permissions import RULES as RETURN_RULES
from anlan.domain.campaigns.returns.work import WORK as RETURN_WORK
from anlan.domain.campaigns.words import WORDS
from anlan.domain.campaigns.work import WORK
from anlan.kernel.capability import Capability

CAPABILITY = Capability(
    code="campaigns",
    urls="anlan.domain.campaigns.urls",
    prefix="campaigns/",
    machines=(TASK, HEARING, LETTER, RETURN, TURN),
    kinds=(
        *TASK.kinds,
        *HEARING.kinds,
        *LETTER.kinds,
        *RETURN.kinds,
        *TURN.kinds,
        *KINDS,
        FIGURE,
        DUE,
        DONE,
    ),
    rules={**RULES, **CARRYING, **RETURN_RULES, **RELATED_RULES, **HANDING_RULES, **TURN_RULES},
    invariants=(invariants,),
    works=(WORK, HEARING_WORK, LETTER_WORK, RETURN_WORK, TURN_WORK),
    words=WORDS,
)
