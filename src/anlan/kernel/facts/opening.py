"""Where a figure opens: on a page that its capability has for what is behind it, if it has one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.module_loading import import_string

from anlan.kernel.facts.behind import Asked

#: The address of a page that shows just this figure; "" where the capability has none.
Opener = Callable[[Asked], str]


@cache
def openers() -> Sequence[Opener]:
    """What the capabilities of this installation declare."""
    found: Sequence[Opener] = import_string(settings.FACT_PAGES)()
    return found


def named(page: str, asked: Asked) -> str:
    """The address of ``page`` with the figure in it, as such pages read it."""
    given = {
        "kind": asked.kind, "area": asked.area.code, "period": asked.period.code,
        **({"own": "1"} if asked.own else {}),
        **{name: ",".join(value or "none" for value in values)
           for name, values in asked.where.items()},
        **({"known": asked.known_at.isoformat()} if asked.known_at else {}),
    }  # fmt: skip
    return f"{reverse(page)}?{urlencode(given)}"


def address_of(asked: Asked) -> str:
    """The page behind a figure; "" where what it counts is listed entry by entry alone."""
    if any(not values for values in asked.where.values()):
        return ""
    return next(filter(None, (opener(asked) for opener in openers())), "")
