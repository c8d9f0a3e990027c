"""The accident register (事故): what this capability hands over to the kernel."""

from anlan.domain.accidents import opens, outputs
from anlan.domain.accidents.following_up import FOLLOWUP
from anlan.domain.accidents.following_up import KINDS as FOLLOWUP_KINDS
from anlan.domain.accidents.indicators import INDICATORS
from anlan.domain.accidents.inquiring import INQUIRY
from anlan.domain.accidents.inquiring import KINDS as INQUIRY_KINDS
from anlan.domain.accidents.invariants import invariants
from anlan.domain.accidents.loop import ACCIDENT, KINDS
from anlan.domain.accidents.permissions import RULES
from anlan.domain.accidents.words import WORDS
from anlan.domain.accidents.work import FOLLOWUPS, INQUIRIES, WORK
from anlan.kernel.capability import Capability

CAPABILITY = Capability(
    code="accidents",
    urls="anlan.domain.accidents.urls",
    prefix="accidents/",
    router="anlan.domain.accidents.endpoints.router",
    machines=(ACCIDENT, INQUIRY, FOLLOWUP),
    kinds=(*KINDS, *INQUIRY_KINDS, *FOLLOWUP_KINDS, *outputs.KINDS),
    indicators=(*INDICATORS, *outputs.RATES),
    rules=RULES,
    invariants=(invariants,),
    opens=(opens.page,),
    works=(WORK, INQUIRIES, FOLLOWUPS),
    words=WORDS,
)
