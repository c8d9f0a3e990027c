"""Sweeps of all subjects of an area, enterprises' own checks, acceptances against standards."""

from anlan.domain.inspections.acceptance import facts as acceptance
from anlan.domain.inspections.acceptance.permissions import RULES as ACCEPTANCE_RULES
from anlan.domain.inspections.acceptance.queries import invariants
from anlan.domain.inspections.loop import INDICATORS, KINDS
from anlan.domain.inspections.permissions import RULES
from anlan.kernel.capability import Capability

CAPABILITY = Capability(
    code="inspections",
    kinds=(*KINDS, *acceptance.KINDS),
    indicators=(*INDICATORS, *acceptance.INDICATORS),
    rules={**RULES, **ACCEPTANCE_RULES},
    invariants=(invariants,),
    urls="anlan.domain.inspections.urls",
    prefix="sweeps/",
)
