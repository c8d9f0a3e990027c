"""Assessment and published ranking (考核晾晒): what this capability hands over to the kernel."""

from anlan.domain.assessments.invariants import invariants
from anlan.domain.assessments.loop import APPEAL, KINDS
from anlan.domain.assessments.permissions import RULES
from anlan.domain.assessments.words import WORDS
from anlan.domain.assessments.work import WORK
from anlan.kernel.capability import Capability

CAPABILITY = Capability(
    code="assessments",
    urls="anlan.domain.assessments.urls",
    prefix="assessments/",
    router="anlan.domain.assessments.endpoints.router",
    machines=(APPEAL,),
    kinds=KINDS,
    rules=RULES,
    invariants=(invariants,),
    works=(WORK,),
    words=WORDS,
)
