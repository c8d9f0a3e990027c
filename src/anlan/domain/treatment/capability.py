"""Plans for failing enterprises (一企一策) and defects of equipment (缺陷)."""

from anlan.domain.treatment.loop import DEFECT, KINDS, PLAN
from anlan.domain.treatment.permissions import RULES
from anlan.domain.treatment.words import WORDS
from anlan.domain.treatment.work import WORKS
from anlan.kernel.capability import Capability

CAPABILITY = Capability(
    code="treatment",
    machines=(PLAN, DEFECT),
    kinds=KINDS,
    rules=RULES,
    urls="anlan.domain.treatment.urls",
    prefix="plans/",
    works=WORKS,
    words=WORDS,
)
