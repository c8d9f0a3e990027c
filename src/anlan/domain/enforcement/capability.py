"""The book of enforcement (执法台账): what the monthly table of enforcement counts."""

from anlan.domain.enforcement import opens
from anlan.domain.enforcement.facts import INDICATORS, KINDS
from anlan.domain.enforcement.invariants import invariants
from anlan.domain.enforcement.permissions import RULES
from anlan.domain.enforcement.words import WORDS
from anlan.kernel.capability import Capability

CAPABILITY = Capability(
    code="enforcement",
    kinds=KINDS,
    indicators=INDICATORS,
    rules=RULES,
    opens=(opens.page,),
    invariants=(invariants,),
    urls="anlan.domain.enforcement.urls",
    prefix="enforcement/",
    words=WORDS,
)
