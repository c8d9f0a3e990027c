"""How an office sets its own house: working days, deadlines and ladder, areas, assessment trees."""

from anlan.domain.office.permissions import RULES
from anlan.domain.office.words import WORDS
from anlan.kernel.capability import Capability

CAPABILITY = Capability(
    code="office",
    rules=RULES,
    urls="anlan.domain.office.urls",
    prefix="office/",
    words=WORDS,
)
