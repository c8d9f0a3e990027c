"""Plans for failing enterprises (一企一策): what this capability hands over to the kernel."""

from anlan.domain.treatment.loop import KINDS, PLAN
from anlan.domain.treatment.permissions import RULES
from anlan.kernel.capability import Capability

CAPABILITY = Capability(
    code="treatment",
    machines=(PLAN,),
    kinds=KINDS,
    rules=RULES,
    urls="anlan.domain.treatment.urls",
    prefix="plans/",
)
