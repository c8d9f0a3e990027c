"""What the register of enterprises hands over to the house."""

from anlan.domain.enterprises.permissions import RULES
from anlan.domain.enterprises.words import WORDS
from anlan.kernel.capability import Capability

CAPABILITY = Capability(
    code="enterprises",
    rules=RULES,
    urls="anlan.domain.enterprises.urls",
    prefix="enterprises/",
    router="anlan.domain.enterprises.endpoints.router",
    words=WORDS,
)
