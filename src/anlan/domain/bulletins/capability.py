"""Papers that write themselves (C12): what this capability hands over to the kernel."""

from anlan.domain.bulletins.invariants import invariants
from anlan.domain.bulletins.loop import KINDS, PAPER
from anlan.domain.bulletins.permissions import RULES
from anlan.domain.bulletins.press.facts import PUBLISHED
from anlan.domain.bulletins.press.permissions import RULES as PRESS_RULES
from anlan.domain.bulletins.words import WORDS
from anlan.domain.bulletins.work import WORK
from anlan.kernel.capability import Capability

CAPABILITY = Capability(
    code="bulletins",
    urls="anlan.domain.bulletins.urls",
    prefix="bulletins/",
    router="anlan.domain.bulletins.endpoints.router",
    machines=(PAPER,),
    kinds=(*KINDS, PUBLISHED),
    rules={**RULES, **PRESS_RULES},
    invariants=(invariants,),
    works=(WORK,),
    words=WORDS,
)
