"""Drawing: lanes of the chart as SVG whose every place is per cent of its width.

Only attributes and classes: the content security policy refuses styles. What lies behind every
lane (stages, lines of the axis, today) is drawn once, as a symbol that each lane uses.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from django.utils.html import escape
from markupsafe import Markup

from anlan.domain.campaigns.battlemap.compare import Changed
from anlan.domain.campaigns.battlemap.grouping import Head
from anlan.domain.campaigns.battlemap.layout import Axis
from anlan.domain.campaigns.battlemap.lights import BY_CODE, COLOURS
from anlan.domain.campaigns.battlemap.rows import Row
from anlan.domain.campaigns.milestones import queries as milestones
from anlan.domain.campaigns.models import Milestone

#: (name, first day, last day) of each stage.
Stages = Sequence[tuple[str, date, date]]
ONE_DAY = timedelta(days=1)
#: A character of a stage's name, in per cent of a lane of ordinary width.
CHAR_PERCENT = 1.9
#: From where on the word beside today's line stands to its left.
TODAY_LEFT_FROM = 75


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _bar(axis: Axis, start: date, end: date, cls: str, y: int, height: int) -> str:
    span = axis.span(start, end)
    if span is None:
        return ""
    return (
        f'<rect class="{cls}" x="{_n(span[0])}%" width="{_n(span[1])}%" y="{y}" height="{height}"/>'
    )


def back(axis: Axis, stages: Stages, today: date, own: Mapping[str, Stages]) -> Markup:
    """The symbols behind the lanes: the campaign's, and of each plan with stages of its own.

    A path for all lines of a kind: each row on the screen repeats what stands here.
    """
    ticks, now = axis.ticks(), axis.middle(today)
    lines = [
        _path("grid", [_upright(tick.x) for tick in ticks if not tick.major]),
        _path("grid major", [_upright(tick.x) for tick in ticks if tick.major]),
        _path("today", [] if now is None else [_upright(now)]),
    ]
    symbols = []
    for name, rows in {"": stages, **own}.items():
        spans = [axis.span(start, end) for _name, start, end in rows]
        bands = [
            _path(f"band b{parity}", [_block(*span) for span in spans[parity::2] if span])
            for parity in (0, 1)
        ]
        symbols.append(
            f'<symbol class="bm-ground" id="bm-back{name}" viewBox="0 0 100 100"'
            ' preserveAspectRatio="none">'
            f"{''.join(bands + lines)}</symbol>"
        )
    return Markup(  # noqa: S704  numbers only
        '<svg class="bm-defs" width="0" height="0" aria-hidden="true" focusable="false">'
        f"{''.join(symbols)}</svg>"
    )


def _path(cls: str, parts: Sequence[str]) -> str:
    return f'<path class="{cls}" d="{"".join(parts)}"/>' if parts else ""


def _upright(x: float) -> str:
    return f"M{_n(x)} 0V100"


def _block(x: float, width: float) -> str:
    return f"M{_n(x)} 0h{_n(width)}V100h-{_n(width)}z"


def _back(name: str) -> str:
    return f'<use href="#bm-back{name}"/>'


def _line(x: float, cls: str, top: int = 0) -> str:
    return f'<line class="{cls}" x1="{_n(x)}%" x2="{_n(x)}%" y1="{top}" y2="200"/>'


def head(axis: Axis, stages: Stages, today: date, today_label: str) -> Markup:
    """The axis: stages above, the ticks' labels below, and today."""
    parts = [
        _bar(axis, start, end, f"band b{n % 2}", 0, 20)
        for n, (_name, start, end) in enumerate(stages)
    ]
    parts += _names(axis, stages, "14")
    for tick in axis.ticks():
        parts.append(_line(tick.x, "grid major" if tick.major else "grid", top=20))
        if tick.label:
            cls = "tick major" if tick.major else "tick"
            parts.append(
                f'<text class="{cls}" x="{_n(tick.x)}%" dx="3" y="35">{escape(tick.label)}</text>'
            )
    now = axis.middle(today)
    if now is not None:
        anchor = "end" if now > TODAY_LEFT_FROM else "start"
        dx = -4 if anchor == "end" else 4
        parts.append(_line(now, "today"))
        parts.append(
            f'<text class="now" x="{_n(now)}%" dx="{dx}" y="50" text-anchor="{anchor}">'
            f"{escape(today_label)}</text>"
        )
    return Markup(f'<svg class="bm-axis" role="presentation">{"".join(parts)}</svg>')  # noqa: S704


def _names(axis: Axis, stages: Stages, y: str) -> list[str]:
    """What each stage is called, as far as there is room for it: on a phone less than elsewhere,
    where the rest is cut off at the stage's own end. On paper browsers leave the frame that cuts
    at the left edge, so that there the text stands by itself."""
    parts = []
    for name, start, end in stages:
        span = axis.span(start, end)
        room = int(span[1] / CHAR_PERCENT) if span else 0
        said = name if len(name) <= room else f"{name[: room - 1]}…" if room > 2 else ""
        if span and said:
            parts.append(
                f'<svg class="bm-screen" x="{_n(span[0])}%" width="{_n(span[1])}%">'
                f'<text x="3" y="{y}"><title>{escape(name)}</title>{escape(said)}</text></svg>'
                f'<text class="bm-paper" x="{_n(span[0])}%" dx="3" y="{y}">{escape(said)}</text>'
            )
    return parts


def lane(
    axis: Axis, row: Row, today: date, changed: Changed | None = None,
    steps: Sequence[Milestone] = (), behind: str = "",
) -> Markup:  # fmt: skip
    """One task: planned above, actual below in its light's colour, what ran late in red.

    Its steps stand on it as diamonds: full where reached, red where late.

    behind:  which of the symbols of ``back``; empty for the campaign's.
    """
    colour = BY_CODE[row.light].colour
    parts: list[str] = []
    due = row.due
    if due is not None:
        parts.append(_bar(axis, row.start, due, "plan", 4, 5))
    end = row.settled or today
    begun = min(max(row.start, row.opened), end)
    if row.light != "waiting" and begun <= today:
        cut = min(end, due) if due is not None and row.days_late(today) else end
        parts.append(_bar(axis, begun, cut, f"act {colour}", 11, 7))
        if due is not None and row.days_late(today):
            cls = "over critical" if row.is_critical(today) else "over"
            parts.append(_bar(axis, due + ONE_DAY, end, cls, 11, 7))
    if due is not None and not row.settled and row.progress:
        done = row.start + timedelta(days=max(0, (due - row.start).days) * row.progress // 100)
        parts.append(_bar(axis, row.start, done, "done", 4, 5))
    if changed and "slipped" in changed.kinds and changed.was and changed.was.due and due:
        parts.append(_slip(axis, changed.was.due, due))
    for step in steps:
        x = axis.middle(step.due_on)
        if x is not None:
            state = milestones.state_of(step, today, row.settled)
            parts.append(
                f'<svg class="ms bm-screen {state}" x="{_n(x)}%" y="6" overflow="visible">'
                '<path d="M0-5 5 0 0 5-5 0z"/></svg>'
                f'<circle class="ms bm-paper {state}" cx="{_n(x)}%" cy="6" r="4"/>'
            )
    # In the middle of a row of any height; what stands behind it fills the row.
    drawn = f'{_back(behind)}<g class="bm-bars">{"".join(parts)}</g>'
    return Markup(f'<svg class="bm-l" aria-hidden="true">{drawn}</svg>')  # noqa: S704


def _slip(axis: Axis, was: date, due: date) -> str:
    """From the deadline that was to the one that is."""
    x = axis.middle(was)
    mark = f'<circle class="was" cx="{_n(x)}%" cy="6" r="4"/>' if x is not None else ""
    return _bar(axis, was, due, "slip", 6, 1) + mark


def head_lane(
    axis: Axis, group: Head, today: date, behind: str = "", stages: Stages = ()
) -> Markup:
    """A group: the days it spans, since when its oldest lateness runs, and stages of its own."""
    parts = [_back(behind)]
    if group.start and group.due:
        parts.append(_bar(axis, group.start, group.due, "span", 8, 6))
    if group.late_since:
        parts.append(_bar(axis, group.late_since + ONE_DAY, today, "over", 15, 4))
    # From below: on paper a lane is lower.
    parts += _names(axis, stages, "92%")
    return Markup(f'<svg class="bm-l" aria-hidden="true">{"".join(parts)}</svg>')  # noqa: S704


#: Shapes say the same as the colours, for print and for those who don't tell colours apart.
SHAPES = {
    "red": '<rect x="1" y="1" width="10" height="10"/>',
    "yellow": '<path d="M6 .5 11.8 11H.2z"/>',
    "green": '<circle cx="6" cy="6" r="5.2"/>',
    "blue": '<path d="M6 0l6 6-6 6-6-6z"/>',
    "grey": '<circle class="ring" cx="6" cy="6" r="4.4"/>',
}
assert set(SHAPES) == set(COLOURS)


def lamp(colour: str) -> Markup:
    """The shape of a colour, defined once a page by ``lamps``."""
    return Markup('<svg class="bm-lamp {}" aria-hidden="true"><use href="#bm-{}"/></svg>').format(
        colour, colour
    )


def lamps(colours: Iterable[str] = SHAPES) -> Markup:
    inner = "".join(
        f'<symbol id="bm-{colour}" viewBox="0 0 12 12">{SHAPES[colour]}</symbol>'
        for colour in colours
    )
    return Markup(f'<svg class="bm-defs" width="0" height="0" aria-hidden="true">{inner}</svg>')  # noqa: S704


def shares(group: Head) -> Markup:
    """A stacked bar of a group's colours; the numbers stand beside it."""
    parts, x = [], 0.0
    for colour, count in group.colours():
        width = count * 100 / group.count
        parts.append(f'<rect class="{colour}" x="{_n(x)}%" width="{_n(width)}%" height="8"/>')
        x += width
    return Markup(f'<svg class="bm-share" aria-hidden="true">{"".join(parts)}</svg>')  # noqa: S704
