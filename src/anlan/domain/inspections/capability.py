"""Sweeps of all subjects, enterprises' own checks, acceptances, checks from afar by lot."""

from anlan.domain.inspections import opens
from anlan.domain.inspections.acceptance import facts as acceptance
from anlan.domain.inspections.acceptance.permissions import RULES as ACCEPTANCE_RULES
from anlan.domain.inspections.acceptance.queries import invariants
from anlan.domain.inspections.invariants import invariants as sweep_invariants
from anlan.domain.inspections.loop import INDICATORS, KINDS
from anlan.domain.inspections.permissions import RULES
from anlan.domain.inspections.remote import facts as remote
from anlan.domain.inspections.remote.permissions import RULES as REMOTE_RULES
from anlan.domain.inspections.remote.queries import invariants as remote_invariants
from anlan.domain.inspections.words import WORDS
from anlan.kernel.capability import Capability

CAPABILITY = Capability(
    code="inspections",
    kinds=(*KINDS, *acceptance.KINDS, *remote.KINDS),
    indicators=(*INDICATORS, *acceptance.INDICATORS, *remote.INDICATORS),
    rules={**RULES, **ACCEPTANCE_RULES, **REMOTE_RULES},
    opens=(opens.page,),
    invariants=(sweep_invariants, invariants, remote_invariants),
    urls="anlan.domain.inspections.urls",
    prefix="sweeps/",
    words=WORDS,
)
