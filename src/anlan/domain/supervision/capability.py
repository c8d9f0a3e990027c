"""Supervision (督办): formal papers with receipts and answers, and what stands over hazards."""

from anlan.domain.supervision.invariants import invariants, talks
from anlan.domain.supervision.loop import INDICATORS, KINDS, LETTER, TRANSFER
from anlan.domain.supervision.permissions import RULES
from anlan.domain.supervision.words import WORDS
from anlan.domain.supervision.work import WORK
from anlan.kernel.capability import Capability

CAPABILITY = Capability(
    code="supervision",
    urls="anlan.domain.supervision.urls",
    prefix="supervision/",
    machines=(TRANSFER, LETTER),
    kinds=KINDS,
    indicators=INDICATORS,
    rules=RULES,
    invariants=(invariants, talks),
    works=(WORK,),
    words=WORDS,
)
