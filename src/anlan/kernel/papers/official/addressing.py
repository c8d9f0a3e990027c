"""主送: before the text, or in 版记 where the first page would then hold no text at all."""

from __future__ import annotations

from dataclasses import replace
from math import ceil

from anlan.kernel.papers.official import layout, titles
from anlan.kernel.papers.official.paper import Paper

#: A title's line, of 二号 under an exact spacing.
_TITLE_LINE_POINTS = 35.0


def settled(paper: Paper) -> Paper:
    """With 主送 moved into 版记, over 抄送, where they leave no line of the first page to the text.

    Source: GB/T 9704-2012, 7.3.2 and 7.4.2.
    """
    if paper.form not in ("document", "letter") or not paper.recipients:
        return paper
    lines = ceil(titles.width_of(f"{paper.recipients}：") / layout.CHARS)
    if _head_points(paper) + (lines + 1) * layout.LINE_POINTS <= _points(layout.TEXT_HEIGHT_MM):
        return paper
    return replace(paper, recipients="", addressed=paper.recipients)


def _head_points(paper: Paper) -> float:
    """How high all is that stands over the first line of 主送."""
    marks = {"document": layout.mark_points, "letter": layout.letter_mark_points}
    size = marks[paper.form](paper.mark)
    mark = 1.2 * size * ceil(titles.width_of(paper.mark) * size / _points(layout.TEXT_WIDTH_MM))
    corner = len([word for word in (paper.secrecy, paper.urgency) if word])
    if paper.form == "document":
        above = _points(layout.MARK_BELOW_MM + layout.RULE_BELOW_MM) + mark
        # The number with two lines over and under it.
        blank = corner + 5
    else:
        above = mark + _points(layout.LETTER_MARK_MM + layout.RULE_BELOW_MM + 4 - layout.TOP_MM)
        blank = corner + 3
    title = len(titles.rows_of(paper.title)) * _TITLE_LINE_POINTS
    return above + (blank + 1) * layout.LINE_POINTS + title


def _points(mm: float) -> float:
    return mm / layout.MM_PER_POINT
