"""Components from Python, for a list's cells: ``part("state", label, code)``."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.conf import settings
from django.template import engines
from markupsafe import Markup


def part(name: str, *args: Any, **kwargs: Any) -> Markup:
    """What the macro ``name`` of ui/parts.html writes; its texts are in the reader's language."""
    html: Markup = getattr(_module(), name)(*args, **kwargs)
    return html


def _module() -> Any:
    """The template's macros; looked up once, except while templates are being edited."""
    return _load() if settings.DEBUG else _kept()


def _load() -> Any:
    engine: Any = next(one for one in engines.all() if hasattr(one, "env"))
    return engine.env.get_template("ui/parts.html").module


_kept = cache(_load)
