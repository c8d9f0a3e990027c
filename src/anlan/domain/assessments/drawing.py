"""A bump chart as SVG: who stood where, period by period. No script, no style attribute."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from markupsafe import Markup

#: Lines that an eye can still follow.
LINES_MAX = 24
TONES = 6
_STEP, _ROW, _LEFT, _RIGHT, _TOP = 130, 22, 44, 210, 30
_LABEL_CHARS = 14


@dataclass(frozen=True)
class Line:
    name: str
    #: By period, oldest first; None where there is no rank.
    ranks: Sequence[int | None]
    link: str = ""


def bump(labels: Sequence[str], lines: Sequence[Line]) -> Markup:
    """Each line through its places; where a rank is missing the line breaks.

    In each period everybody drawn has a row of its own, by rank: who shares a rank stands one
    under another, so that no line and no name covers another. Ranks are written at the ends.
    """
    lines = [line for line in lines if line.ranks[-1] is not None][:LINES_MAX]
    if len(labels) < 2 or not lines:
        return Markup()
    rows = [_rows(lines, n) for n in range(len(labels))]
    width = _LEFT + _STEP * (len(labels) - 1) + _RIGHT
    height = _TOP + _ROW * len(lines) + 8
    heads = Markup("").join(
        Markup('<text class="bump-head" x="{}" y="16" text-anchor="middle">{}</text>').format(
            _x(n), label
        )
        for n, label in enumerate(labels)
    )
    drawn = Markup("").join(_drawn(line, k, rows) for k, line in enumerate(lines))
    words = _("Ranks of %(n)d over %(periods)d periods; the table has them all.") % {
        "n": len(lines), "periods": len(labels)}  # fmt: skip
    return Markup(
        '<svg class="bump" viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="img" '
        'aria-label="{words}">{heads}{drawn}</svg>'
    ).format(w=width, h=height, words=words, heads=heads, drawn=drawn)


def _rows(lines: Sequence[Line], n: int) -> dict[int, int]:
    """By line its row in a period."""
    known = [(line.ranks[n], k) for k, line in enumerate(lines) if line.ranks[n] is not None]
    return {k: row for row, (_rank, k) in enumerate(sorted(known, key=lambda pair: pair))}


def _x(n: int) -> int:
    return _LEFT + _STEP * n


def _y(row: int) -> int:
    return _TOP + _ROW * row + _ROW // 2


def _drawn(line: Line, k: int, rows: Sequence[dict[int, int]]) -> Markup:
    path, dots, last = "", [], None
    for n, places in enumerate(rows):
        if k not in places:
            last = None
            continue
        x, y = _x(n), _y(places[k])
        if last is None:
            path += f"M{x} {y}"
        else:
            # A curve that leaves and arrives level, so that crossings can be followed.
            half = _x(n) - _STEP // 2
            path += f"C{half} {last} {half} {y} {x} {y}"
        dots.append(Markup('<circle cx="{}" cy="{}" r="4"/>').format(x, y))
        last = y
    name = line.name if len(line.name) <= _LABEL_CHARS else line.name[: _LABEL_CHARS - 1] + "…"
    label = Markup('<text class="bump-name" x="{}" y="{}">{} {}</text>').format(
        _x(len(rows) - 1) + 10, _y(rows[-1][k]) + 4, line.ranks[-1], name
    )
    if line.link:
        label = Markup('<a href="{}">{}</a>').format(line.link, label)
    first = Markup("")
    if k in rows[0]:
        first = Markup('<text class="bump-rank" x="{}" y="{}" text-anchor="end">{}</text>').format(
            _x(0) - 10, _y(rows[0][k]) + 4, line.ranks[0]
        )
    tone = k % TONES
    return Markup('<g class="bump-line bump-{}"><title>{}</title><path d="{}"/>{}{}{}</g>').format(
        tone, line.name, path, Markup("").join(dots), first, label
    )
