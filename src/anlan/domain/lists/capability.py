"""Problem lists (问题清单): what this capability hands over to the kernel."""

from anlan.domain.lists.activities.permissions import RULES as ACTIVITY_RULES
from anlan.domain.lists.invariants import invariants
from anlan.domain.lists.loop import ITEM
from anlan.domain.lists.permissions import RULES
from anlan.domain.lists.words import WORDS
from anlan.domain.lists.work import WORK
from anlan.kernel.capability import Capability

CAPABILITY = Capability(
    code="lists",
    urls="anlan.domain.lists.urls",
    prefix="lists/",
    machines=(ITEM,),
    kinds=ITEM.kinds,
    rules={**RULES, **ACTIVITY_RULES},
    invariants=(invariants,),
    works=(WORK,),
    words=WORDS,
)
