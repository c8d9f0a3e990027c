"""Measure lists (制度措施清单): what this capability hands over to the kernel."""

from anlan.domain.measures.invariants import invariants
from anlan.domain.measures.loop import KINDS, MEASURE
from anlan.domain.measures.permissions import RULES
from anlan.domain.measures.words import WORDS
from anlan.domain.measures.work import WORK
from anlan.kernel.capability import Capability

CAPABILITY = Capability(
    code="measures",
    urls="anlan.domain.measures.urls",
    prefix="measures/",
    machines=(MEASURE,),
    kinds=KINDS,
    rules=RULES,
    invariants=(invariants,),
    works=(WORK,),
    words=WORDS,
)
