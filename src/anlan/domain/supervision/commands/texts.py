"""Texts that must be there, and no longer than they are kept."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from anlan.base.limits import TEXT_CHARS_MAX
from anlan.domain.supervision.refusals import PaperIncomplete


def written(text: str, field: str, reason: Any, most: int = TEXT_CHARS_MAX) -> str:
    """The text without blanks around it; raises PaperIncomplete with how to mend it."""
    text = text.strip()
    if not text:
        raise PaperIncomplete(field=field, reason=reason)
    if len(text) > most:
        raise PaperIncomplete(
            field=field, reason=_("Shorten it to %(n)s characters.") % {"n": most}
        )
    return text
