"""Direct reporting (直报): what this capability hands over to the kernel."""

from anlan.domain.filings.indicators import INDICATORS
from anlan.domain.filings.invariants import invariants
from anlan.domain.filings.loop import FILING, KINDS
from anlan.domain.filings.permissions import RULES
from anlan.domain.filings.words import WORDS
from anlan.domain.filings.work import WORK
from anlan.kernel.capability import Capability

CAPABILITY = Capability(
    code="filings",
    urls="anlan.domain.filings.urls",
    prefix="filings/",
    router="anlan.domain.filings.endpoints.router",
    machines=(FILING,),
    kinds=(*FILING.kinds, *KINDS),
    indicators=INDICATORS,
    rules=RULES,
    invariants=(invariants,),
    works=(WORK,),
    words=WORDS,
)
