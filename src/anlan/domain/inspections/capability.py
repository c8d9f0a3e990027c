"""Sweeps of all subjects of an area, and enterprises' own checks."""

from anlan.domain.inspections.loop import INDICATORS, KINDS
from anlan.domain.inspections.permissions import RULES
from anlan.kernel.capability import Capability

CAPABILITY = Capability(
    code="inspections",
    kinds=KINDS,
    indicators=INDICATORS,
    rules=RULES,
    urls="anlan.domain.inspections.urls",
    prefix="sweeps/",
)
