"""Where a figure opens: on a page that its capability has for what is behind it, if it has one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from anlan.kernel.facts.behind import Asked

#: The address of a page that shows just this figure; "" where the capability has none.
Opener = Callable[[Asked], str]


@cache
def openers() -> Sequence[Opener]:
    """What the capabilities of this installation declare."""
    found: Sequence[Opener] = import_string(settings.FACT_PAGES)()
    return found


def address_of(asked: Asked) -> str:
    """The page behind a figure; "" where what it counts is listed entry by entry alone."""
    if any(not values for values in asked.where.values()):
        return ""
    return next(filter(None, (opener(asked) for opener in openers())), "")
