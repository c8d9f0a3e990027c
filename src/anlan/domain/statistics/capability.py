"""Analysis (统计分析): what this capability hands over to the kernel."""

from anlan.domain.statistics.permissions import RULES
from anlan.domain.statistics.truth.kinds import INDICATORS, KINDS
from anlan.kernel.capability import Capability

CAPABILITY = Capability(
    code="statistics",
    urls="anlan.domain.statistics.urls",
    prefix="statistics/",
    rules=RULES,
    kinds=KINDS,
    indicators=INDICATORS,
)
