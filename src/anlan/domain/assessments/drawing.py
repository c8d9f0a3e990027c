"""A bump chart as SVG: who stood where, period by period. No script, no style attribute."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from markupsafe import Markup

#: Lines that an eye can still follow.
LINES_MAX = 24
TONES = 6
_STEP, _ROW, _LEFT, _RIGHT, _TOP = 120, 22, 44, 150, 30
_LABEL_CHARS = 12


@dataclass(frozen=True)
class Line:
    name: str
    #: By period, oldest first; None where there is no rank.
    ranks: Sequence[int | None]
    link: str = ""


def bump(labels: Sequence[str], lines: Sequence[Line]) -> Markup:
    """Each line through its ranks; where one is missing the line breaks.

    Rows are the ranks that occur, in order: ranks far apart don't leave a hole in the picture.
    """
    lines = [line for line in lines if line.ranks[-1] is not None][:LINES_MAX]
    if len(labels) < 2 or not lines:
        return Markup()
    rows = {rank: n for n, rank in enumerate(
        sorted({rank for line in lines for rank in line.ranks if rank is not None}))}  # fmt: skip
    width = _LEFT + _STEP * (len(labels) - 1) + _RIGHT
    height = _TOP + _ROW * len(rows) + 8
    parts = [_axis(labels, rows)]
    ends: dict[int, int] = {}
    for n, line in enumerate(lines):
        parts.append(_drawn(line, rows, n % TONES, ends))
    words = _("Ranks of %(n)d over %(periods)d periods; the table has them all.") % {
        "n": len(lines), "periods": len(labels)}  # fmt: skip
    return Markup(
        '<svg class="bump" viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="img" '
        'aria-label="{words}">{parts}</svg>'
    ).format(w=width, h=height, words=words, parts=Markup("").join(parts))


def _x(n: int) -> int:
    return _LEFT + _STEP * n


def _y(row: int) -> int:
    return _TOP + _ROW * row + _ROW // 2


def _axis(labels: Sequence[str], rows: dict[int, int]) -> Markup:
    heads = Markup("").join(
        Markup('<text class="bump-head" x="{}" y="16" text-anchor="middle">{}</text>').format(
            _x(n), label
        )
        for n, label in enumerate(labels)
    )
    ranks = Markup("").join(
        Markup('<text class="bump-rank" x="24" y="{}" text-anchor="end">{}</text>').format(
            _y(row) + 4, rank
        )
        for rank, row in rows.items()
    )
    return heads + ranks


def _drawn(line: Line, rows: dict[int, int], tone: int, ends: dict[int, int]) -> Markup:
    path, dots, down, last = "", [], False, 0
    for n, rank in enumerate(line.ranks):
        if rank is None:
            down = False
            continue
        x, y = _x(n), _y(rows[rank])
        if down:
            # A curve that leaves and arrives level, so that crossings can be followed.
            before = _x(n - 1) + _STEP // 2
            path += f"C{before} {last} {before} {y} {x} {y}"
        else:
            path += f"M{x} {y}"
        dots.append(Markup('<circle cx="{}" cy="{}" r="4"/>').format(x, y))
        down, last = True, y
    end = rows[line.ranks[-1] or 0]
    # Several on one rank stand beside each other.
    shift = ends.get(end, 0)
    ends[end] = shift + 1
    name = line.name if len(line.name) <= _LABEL_CHARS else line.name[: _LABEL_CHARS - 1] + "…"
    label = Markup('<text class="bump-name" x="{}" y="{}">{}</text>').format(
        _x(len(line.ranks) - 1) + 10 + shift * 64, _y(end) + 4, name
    )
    if line.link:
        label = Markup('<a href="{}">{}</a>').format(line.link, label)
    return Markup('<g class="bump-line bump-{}"><title>{}</title><path d="{}"/>{}{}</g>').format(
        tone, line.name, path, Markup("").join(dots), label
    )
