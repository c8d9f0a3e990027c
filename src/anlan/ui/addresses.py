"""Addresses of pages, worked out once: a page names some thirty of them.

Django's own ``reverse`` tries the patterns anew each time; a button over a list cost a page a
twentieth of its time by that.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.urls import get_script_prefix, reverse

#: More than one process names between two looks at the same page, rows' own pages among them.
KEPT_MAX = 20_000


def address(name: str, /, *args: Any, **kwargs: Any) -> str:
    """``reverse(name, args, kwargs)``; each of them hashable, as an address's parts are."""
    more = tuple(sorted(kwargs.items())) if kwargs else ()
    return _address(name, args, more, get_script_prefix(), settings.ROOT_URLCONF)


@lru_cache(maxsize=KEPT_MAX)
def _address(
    name: str, args: tuple[Any, ...], kwargs: tuple[Any, ...], _prefix: str, _pages: str
) -> str:
    return reverse(name, args=args or None, kwargs=dict(kwargs) or None)
