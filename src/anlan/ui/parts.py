"""Components from Python, for a list's cells: ``part("state", label, code)``."""

from __future__ import annotations

from typing import Any

from django.template import engines
from markupsafe import Markup


def part(name: str, *args: Any, **kwargs: Any) -> Markup:
    """What the macro ``name`` of ui/parts.html writes; its texts are in the reader's language."""
    engine: Any = next(one for one in engines.all() if hasattr(one, "env"))
    macro = getattr(engine.env.get_template("ui/parts.html").module, name)
    html: Markup = macro(*args, **kwargs)
    return html
