"""By which labels what a cell counts may be narrowed, and what their values are called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anlan.domain.campaigns.progress import counting
from anlan.domain.enforcement import kinds
from anlan.domain.inspections.models import Why

#: Beside those of cases: why a visit was made, and what paper of enforcement it is.
NAMES: dict[str, str | Promise] = {
    **counting.LABEL_NAMES,
    "why": _("Why the visit was made"),
    "paper": _("Enforcement paper"),
}


def values_of(name: str) -> dict[str, str]:
    if name == "why":
        return {str(value): str(label) for value, label in Why.choices}
    if name == "paper":
        return {code: kinds.named(code) for code in kinds.PAPER_KINDS}
    return counting.values_of(name)


def said(where: Mapping[str, Sequence[str]]) -> str:
    """一般、随机抽取"""
    return "、".join(
        values_of(name).get(value, value) for name in NAMES for value in where.get(name, ())
    )
