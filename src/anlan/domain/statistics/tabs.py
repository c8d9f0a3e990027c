"""The pages of the analysis, beside one another."""

from __future__ import annotations

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.kernel.accounts import policy

_PAGES: tuple[tuple[str, str | Promise, str, str], ...] = (
    ("analysis", _("Analysis"), "statistics:analysis", "statistics.view"),
    ("dimensions", _("Dimensions"), "statistics:dimensions", "statistics.view"),
    ("views", _("Saved views"), "statistics:views", "statistics.view"),
    ("truth", _("Truth checks"), "statistics:truth", "truth.view"),
    ("draws", _("Drawn look-backs"), "statistics:draws", "draws.view"),
)


def of(by: Actor, current: str) -> list[tuple[str | Promise, str, bool, None]]:
    return [
        (label, reverse(view), code == current, None)
        for code, label, view, needs in _PAGES
        if policy.may(by, needs)
    ]
