"""Icons as inline SVG, so that a page needs no sprite and they take the text's colour."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from markupsafe import Markup, escape

from anlan.ui.vendor import ICONS

FOLDER = Path(__file__).parent / "static/vendor/@tabler/icons/icons/outline"
_SHAPES = re.compile(r"<(?:path|circle|line|rect|polyline|polygon)\b[^>]*/>")
_EMPTY_BOX = 'stroke="none"'


@cache
def _shapes(name: str) -> str:
    assert name in ICONS, f"{name}: add it to anlan.ui.vendor.ICONS"
    try:
        text = (FOLDER / f"{name}.svg").read_text()
    except FileNotFoundError:
        # Before set-up has fetched them, pages still say everything in words.
        return ""
    return "".join(shape for shape in _SHAPES.findall(text) if _EMPTY_BOX not in shape)


@cache
def icon(name: str, label: str = "") -> Markup:
    """The icon, hidden from screen readers unless ``label`` says what it means."""
    role = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    return Markup(  # noqa: S704  names and shapes are ours, the label is escaped
        f'<svg class="i" viewBox="0 0 24 24" {role}>{_shapes(name)}</svg>'
    )
