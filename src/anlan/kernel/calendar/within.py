"""Days that somebody typed: within the years that periods are counted in."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext_lazy as _

from anlan.base.refusal import Refusal
from anlan.kernel.calendar.periods import YEAR_MAX, YEAR_MIN


def day_within(day: date | None, field: str, *, refusal: type[Refusal]) -> date | None:
    """The day, or none. Raises ``refusal`` with ``field``: the year 0001 is a slip of the keyboard.

    No period holds such a day, so that each page that counts it would fail.
    """
    if day is not None and not YEAR_MIN <= day.year <= YEAR_MAX:
        years = {"first": YEAR_MIN, "last": YEAR_MAX}
        reason = _("Choose a day of the years %(first)s to %(last)s.") % years
        raise refusal(field=field, reason=reason)
    return day
