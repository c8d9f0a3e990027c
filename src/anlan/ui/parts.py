"""Components from Python, for a list's cells: ``part("state", label, code)``."""

from __future__ import annotations

from collections.abc import Hashable
from functools import cache, lru_cache
from typing import Any

from django.conf import settings
from django.template import engines
from django.utils.functional import Promise
from django.utils.translation import get_language
from markupsafe import Markup

#: Written components that a process keeps: a list writes the same few states and days all day.
KEPT_MAX = 20_000


def part(name: str, *args: Any, **kwargs: Any) -> Markup:
    """What the macro ``name`` of ui/parts.html writes; its texts are in the reader's language."""
    html: Markup = getattr(_module(), name)(*args, **kwargs)
    return html


def cell(name: str, *args: Hashable) -> Markup:
    """``part``, remembered by its arguments: for macros that depend on nothing else."""
    if settings.DEBUG:
        return part(name, *args)
    plain = tuple(str(arg) if isinstance(arg, Promise) else arg for arg in args)
    return _written(get_language() or "", name, plain)


@lru_cache(maxsize=KEPT_MAX, typed=True)
def _written(_language: str, name: str, args: tuple[Hashable, ...]) -> Markup:
    return part(name, *args)


def _module() -> Any:
    """The template's macros; looked up once, except while templates are being edited."""
    return _load() if settings.DEBUG else _kept()


def _load() -> Any:
    engine: Any = next(one for one in engines.all() if hasattr(one, "env"))
    return engine.env.get_template("ui/parts.html").module


_kept = cache(_load)
