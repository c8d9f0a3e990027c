"""Addresses of pages, worked out once: a page names some thirty of them."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings
from django.urls import get_script_prefix, reverse


def address(name: str) -> str:
    """``reverse(name)``, for a page that takes nothing."""
    return _address(name, get_script_prefix(), settings.ROOT_URLCONF)


@lru_cache(maxsize=1_000)
def _address(name: str, _prefix: str, _pages: str) -> str:
    return reverse(name)
