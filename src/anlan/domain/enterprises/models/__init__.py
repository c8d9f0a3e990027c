"""The register of what a hazard can be found at, and the workbooks it came in."""

from anlan.domain.enterprises.models.imports import Batch, BatchFile, Line, Mapping
from anlan.domain.enterprises.models.register import (
    NAME_CHARS_MAX,
    SEARCH_WORDS_MAX,
    Enterprise,
    EnterpriseQuerySet,
    FormerName,
    IndustryRule,
    IndustryRuleQuerySet,
    ObjectKind,
    Scale,
    SectorChange,
    Status,
)

__all__ = (
    "NAME_CHARS_MAX",
    "SEARCH_WORDS_MAX",
    "Batch",
    "BatchFile",
    "Enterprise",
    "EnterpriseQuerySet",
    "FormerName",
    "IndustryRule",
    "IndustryRuleQuerySet",
    "Line",
    "Mapping",
    "ObjectKind",
    "Scale",
    "SectorChange",
    "Status",
)
