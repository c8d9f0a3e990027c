"""Hazards and problems: what this capability hands over to the kernel."""

from anlan.domain.hazards import opens
from anlan.domain.hazards.indicators import INDICATORS
from anlan.domain.hazards.invariants import invariants
from anlan.domain.hazards.loop import HAZARD, KINDS, PROBLEM
from anlan.domain.hazards.permissions import RULES
from anlan.domain.hazards.words import WORDS
from anlan.domain.hazards.work import WORK
from anlan.kernel.capability import Capability

CAPABILITY = Capability(
    code="hazards",
    urls="anlan.domain.hazards.urls",
    prefix="hazards/",
    router="anlan.domain.hazards.endpoints.router",
    machines=(HAZARD, PROBLEM),
    kinds=KINDS,
    rules=RULES,
    indicators=INDICATORS,
    invariants=(invariants,),
    opens=(opens.page,),
    works=(WORK,),
    words=WORDS,
)
