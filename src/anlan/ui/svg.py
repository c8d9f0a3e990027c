"""Small pictures of numbers as SVG: they need no script, no style attribute, and they print."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

BAR_WIDTH = 72
SPARK_WIDTH, SPARK_HEIGHT = 88, 22


def bar(value: float | None, largest: float, tone: str = "accent") -> Markup:
    """A bar beside a figure in a table; the figure itself stands in the cell."""
    share = 0.0 if not value or not largest else max(0.0, min(1.0, float(value) / float(largest)))
    return Markup(
        '<svg class="bar tone-{}" viewBox="0 0 {w} 8" width="{w}" height="8" aria-hidden="true">'
        '<rect class="bar-track" width="{w}" height="8" rx="2"/>'
        '<rect class="bar-fill" width="{:.1f}" height="8" rx="2"/></svg>'
    ).format(tone, share * BAR_WIDTH, w=BAR_WIDTH)


def sparkline(values: Sequence[float | None], label: str = "", tone: str = "accent") -> Markup:
    """A line through the values; where one is missing the line breaks instead of falling to 0."""
    known = [float(value) for value in values if value is not None]
    if len(known) < 2:
        return Markup()
    low, high = min(0.0, *known), max(known)
    height = (high - low) or 1.0
    step = (SPARK_WIDTH - 6) / max(1, len(values) - 1)
    path, last, pen_down = "", (0.0, 0.0), False
    for i, value in enumerate(values):
        if value is None:
            pen_down = False
            continue
        x = 3 + i * step
        y = SPARK_HEIGHT - 3 - (float(value) - low) / height * (SPARK_HEIGHT - 6)
        path += f"{'L' if pen_down else 'M'}{x:.1f} {y:.1f}"
        last, pen_down = (x, y), True
    described = Markup('role="img" aria-label="{}"').format(label) if label else "aria-hidden=true"
    return Markup(
        '<svg class="spark tone-{}" viewBox="0 0 {w} {h}" width="{w}" height="{h}" {}>'
        '<path d="{}"/><circle cx="{:.1f}" cy="{:.1f}" r="2"/></svg>'
    ).format(tone, described, path, *last, w=SPARK_WIDTH, h=SPARK_HEIGHT)
