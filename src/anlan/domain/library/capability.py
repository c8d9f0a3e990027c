"""The library of laws, standards and rules: what this capability hands over to the kernel."""

from anlan.domain.library.invariants import invariants
from anlan.domain.library.permissions import RULES
from anlan.domain.library.words import WORDS
from anlan.kernel.capability import Capability

CAPABILITY = Capability(
    code="library",
    urls="anlan.domain.library.urls",
    prefix="library/",
    rules=RULES,
    invariants=(invariants,),
    words=WORDS,
)
