"""Analysis (统计分析): what this capability hands over to the kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from anlan.domain.statistics.permissions import RULES
from anlan.domain.statistics.truth.kinds import INDICATORS, KINDS
from anlan.domain.statistics.words import WORDS
from anlan.kernel.capability import Capability

if TYPE_CHECKING:
    from anlan.kernel.accounts.copies import Table


def _own() -> list[Table]:
    """Which views a person hears of; models aren't there yet when this is imported."""
    from anlan.domain.statistics.models import Awaited

    return [(Awaited, _("Analysis"), {"view__name": _("Name"), "told_until": _("until")})]


CAPABILITY = Capability(
    code="statistics",
    urls="anlan.domain.statistics.urls",
    prefix="statistics/",
    rules=RULES,
    kinds=KINDS,
    indicators=INDICATORS,
    own=_own,
    words=WORDS,
)
