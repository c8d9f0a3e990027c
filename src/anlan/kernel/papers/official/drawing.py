"""Charts on paper: as SVG, which the pdf takes as it is and the .docx as a picture.

Drawn here and not by a page's script, since a paper is written where there is no browser. Each
series differs by shade and by the shape of its points: it is read on a black and white print.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import ceil
from typing import Literal

#: For drawing alone: None leaves a gap, never a nought.
Number = float | int | None
SERIES_MAX, LABELS_MAX = 4, 60
_LEFT, _RIGHT, _TOP, _BOTTOM = 46.0, 46.0, 34.0, 34.0
#: What the label of a month takes of the width.
_LABEL = 36.0
_INK = ("#1f5fa8", "#8fb3dc", "#c0392b", "#7f8c8d")
_FONT = "'Noto Sans CJK SC','SimHei','Microsoft YaHei',sans-serif"
_STEPS = 4


@dataclass(frozen=True)
class Line:
    name: str
    values: Sequence[Number]
    #: Drawn as a line against the right-hand axis, in percent.
    percent: bool = False


@dataclass(frozen=True)
class Drawing:
    """``columns`` by time with lines over them, or ``bars`` across, by name."""

    kind: Literal["columns", "bars"]
    labels: Sequence[str]
    series: Sequence[Line]
    height: float = 300.0
    #: Its letters are of one size: a narrower drawing has larger ones where it is put.
    width: float = 640.0

    def __post_init__(self) -> None:
        assert len(self.series) <= SERIES_MAX, len(self.series)
        assert len(self.labels) <= LABELS_MAX, len(self.labels)
        assert all(len(one.values) == len(self.labels) for one in self.series)

    @property
    def svg(self) -> str:
        return _bars(self) if self.kind == "bars" else _columns(self)

    @property
    def size(self) -> tuple[float, float]:
        return self.width, _height(self)


def _height(drawing: Drawing) -> float:
    if drawing.kind == "bars":
        return _TOP + max(1, len(drawing.labels)) * 26.0 + 14.0
    return drawing.height


def _text(x: float, y: float, text: str, anchor: str = "middle", size: int = 12,
          fill: str = "#333") -> str:  # fmt: skip
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" '
        f'fill="{fill}">{escape(_bare(text))}</text>'
    )


def _bare(text: str) -> str:
    return "".join(sign for sign in str(text) if sign >= " ")


def _nice(top: float) -> float:
    """The next round number from which four steps are round too."""
    if top <= 0:
        return 4.0
    unit = 1.0
    while unit * 10 <= top:
        unit *= 10
    for factor in (1.0, 1.2, 1.6, 2.0, 2.4, 3.2, 4.0, 6.0, 8.0, 10.0):
        if factor * unit >= top:
            return max(4.0, factor * unit)
    return 10 * unit


def _shown(value: float) -> str:
    if value >= 100_000:
        return f"{value / 10_000:g}万"
    return f"{value:g}"


def _wrap(drawing: Drawing, parts: Sequence[str]) -> str:
    width, height = drawing.width, _height(drawing)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
        f'width="{width:g}" height="{height:g}" font-family="{_FONT}">'
        f"{''.join(parts)}</svg>"
    )


def _legend(drawing: Drawing) -> list[str]:
    parts, x = [], _LEFT
    for n, one in enumerate(drawing.series):
        ink = _INK[n % len(_INK)]
        if one.percent:
            parts.append(f'<path d="M{x:.0f} 14h22" stroke="{ink}" stroke-width="2"/>'
                         f'<circle cx="{x + 11:.0f}" cy="14" r="3.5" fill="{ink}"/>')  # fmt: skip
        else:
            parts.append(f'<rect x="{x + 5:.0f}" y="8" width="12" height="12" fill="{ink}"/>')
        name = one.name + ("（%）" if one.percent else "")
        parts.append(_text(x + 26, 18, name, "start"))
        x += 40 + 12.5 * len(name)
    return parts


def _columns(drawing: Drawing) -> str:
    height, labels = drawing.height, drawing.labels
    bottom, right = height - _BOTTOM, drawing.width - _RIGHT
    counts = [one for one in drawing.series if not one.percent]
    rates = [one for one in drawing.series if one.percent]
    top = _nice(max((float(v) for one in counts for v in one.values if v is not None), default=0))
    parts = [f'<rect width="{drawing.width:g}" height="{height:g}" fill="#fff"/>']
    parts += _legend(drawing)
    for step in range(_STEPS + 1):
        y = bottom - (bottom - _TOP) * step / _STEPS
        ink = "#555" if step == 0 else "#ddd"
        parts.append(f'<path d="M{_LEFT:g} {y:.1f}H{right:g}" stroke="{ink}" stroke-width="1"/>')
        parts.append(_text(_LEFT - 6, y + 4, _shown(top * step / _STEPS), "end", 11))
        if rates:
            parts.append(_text(right + 6, y + 4, f"{100 * step / _STEPS:g}", "start", 11))
    band = (right - _LEFT) / max(1, len(labels))
    wide = min(26.0, band * 0.72 / max(1, len(counts)))
    every = max(1, ceil(_LABEL / band))
    for n, label in enumerate(labels):
        middle = _LEFT + band * (n + 0.5)
        if n % every == 0:
            parts.append(_text(middle, bottom + 17, label, size=11))
        for m, one in enumerate(counts):
            value = one.values[n]
            if value is None:
                parts.append(_text(middle, bottom - 5, "缺", size=10, fill="#999"))
                continue
            tall = (bottom - _TOP) * float(value) / top
            x = middle + (m - len(counts) / 2) * wide
            ink = _INK[drawing.series.index(one) % len(_INK)]
            parts.append(
                f'<rect x="{x:.1f}" y="{bottom - tall:.1f}" width="{wide * 0.92:.1f}" '
                f'height="{tall:.1f}" fill="{ink}"/>'
            )
    for one in rates:
        parts += _line(one, _INK[drawing.series.index(one) % len(_INK)], band, bottom)
    return _wrap(drawing, parts)


def _line(one: Line, ink: str, band: float, bottom: float) -> list[str]:
    path, down, dots = "", False, []
    for n, value in enumerate(one.values):
        if value is None:
            down = False
            continue
        x = _LEFT + band * (n + 0.5)
        y = bottom - (bottom - _TOP) * min(100.0, float(value)) / 100
        path += f"{'L' if down else 'M'}{x:.1f} {y:.1f}"
        down = True
        dots.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{ink}"/>')
    drawn = f'<path d="{path}" fill="none" stroke="{ink}" stroke-width="2"/>' if path else ""
    return [drawn, *dots]


def _bars(drawing: Drawing) -> str:
    parts = [f'<rect width="{drawing.width:g}" height="{_height(drawing):g}" fill="#fff"/>']
    parts += _legend(drawing)
    left = _LEFT + 12.5 * max((min(12, len(label)) for label in drawing.labels), default=0)
    most = max((float(v) for one in drawing.series for v in one.values if v is not None), default=0)
    top = most or 1.0
    tall = 18.0 / max(1, len(drawing.series))
    for n, label in enumerate(drawing.labels):
        y = _TOP + n * 26.0
        parts.append(_text(left - 8, y + 13, label[:12], "end"))
        for m, one in enumerate(drawing.series):
            value, at = one.values[n], y + m * tall
            wide = 0.0 if value is None else (drawing.width - left - 60) * float(value) / top
            ink = _INK[m % len(_INK)]
            parts.append(
                f'<rect x="{left:.1f}" y="{at:.1f}" width="{wide:.1f}" '
                f'height="{tall * 0.9:.1f}" fill="{ink}"/>'
            )
            shown = "缺" if value is None else f"{value:g}"
            parts.append(_text(left + wide + 6, at + tall * 0.8, shown, "start", 11))
    return _wrap(drawing, parts)
