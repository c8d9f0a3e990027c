"""The pages of checks from afar, beside one another."""

from __future__ import annotations

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.kernel.accounts import policy

_PAGES: tuple[tuple[str, str | Promise, str, str], ...] = (
    ("list", _("Drawn enterprises"), "remote:list", "remote.view"),
    ("plans", _("Sampling plans"), "remote:plans", "remoteplans.view"),
)


def of(by: Actor, current: str) -> list[tuple[str | Promise, str, bool, None]]:
    """None where there is one alone: an enterprise sees what it was told."""
    found = [
        (label, reverse(view), code == current, None)
        for code, label, view, needs in _PAGES if policy.may(by, needs)
    ]  # fmt: skip
    return found if len(found) > 1 else []
